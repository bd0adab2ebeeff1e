package servertest_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// TestPushAndPull is the smallest story there is, told with other people's
// clients: an account, a repository, an image pushed and pulled. Copy it to
// begin a test of your own.
func TestPushAndPull(t *testing.T) {
	s := servertest.Start(t)
	root := s.Account("222222222222")
	client := ecr.NewFromConfig(s.AWS(root))

	repository, err := client.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("team/app")})
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	login, err := base64.StdEncoding.DecodeString(*token.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		t.Fatal(err)
	}
	userName, password, _ := strings.Cut(string(login), ":")
	options := []remote.Option{
		remote.WithAuth(&authn.Basic{Username: userName, Password: password}),
		remote.WithTransport(s.HTTP().Transport),
	}

	pushed, err := random.Image(1<<10, 3)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(*repository.Repository.RepositoryUri+":v1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, pushed, options...); err != nil {
		t.Fatal(err)
	}

	pulled, err := remote.Image(tag, options...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := pushed.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pulled.Digest(); err != nil || got != want {
		t.Errorf("pulled %v, %v; pushed %v", got, err, want)
	}
}
