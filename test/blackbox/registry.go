package blackbox

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// ECR is a client of the API of the server at url.
func ECR(url string, as Credentials) *ecr.Client {
	return ecr.New(ecr.Options{
		Region: Region, BaseEndpoint: aws.String(url),
		Credentials: credentials.NewStaticCredentialsProvider(as.AccessKeyID, as.SecretAccessKey, as.SessionToken),
	})
}

// CreateRepository creates a repository at url.
func CreateRepository(t testing.TB, url string, as Credentials, repository string) {
	t.Helper()
	if _, err := ECR(url, as).CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &repository}); err != nil {
		t.Fatal(err)
	}
}

// Login returns what docker login would be given for the registry at url.
func Login(t testing.TB, url string, as Credentials) *authn.Basic {
	t.Helper()
	out, err := ECR(url, as).GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	basic, err := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := strings.Cut(string(basic), ":")
	return &authn.Basic{Username: user, Password: password}
}

// Tag is the reference to a tag of a repository at addr. Also goroutines of the
// test may ask for it.
func Tag(t testing.TB, addr, repository, tag string) name.Tag {
	t.Helper()
	ref, err := name.NewTag(addr+"/"+repository+":"+tag, name.Insecure)
	if err != nil {
		t.Error(err)
	}
	return ref
}
