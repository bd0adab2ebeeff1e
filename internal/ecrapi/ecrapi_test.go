package ecrapi_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

const (
	owner  = "222222222222"
	other  = "111111111111"
	region = "us-east-1"
)

// server is the ECR API with its engines behind it. The SDK is its client, a
// reading of the model that is independent of ours.
type server struct {
	t        *testing.T
	url      string
	iam      *iam.IAM
	registry *registry.Registry
}

// start starts a server with the two accounts.
func start(t *testing.T) *server {
	t.Helper()
	s := &server{t: t}
	now := func() time.Time { return time.Now() }
	dir := t.TempDir()
	db, err := meta.Open(t.Context(), "sqlite:"+filepath.Join(dir, "meta.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.OpenDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	box, err := seal.OpenKeyFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	s.iam = iam.New(iam.Config{DB: db, Box: box, Now: now})
	s.registry = registry.New(registry.Config{DB: db, Blobs: blobs, Now: now})
	who := authn.New(authn.Config{IAM: s.iam, Box: box, Now: now})
	may := authz.New(authz.Config{IAM: s.iam, Org: org.New(org.Config{DB: db, Now: now}), Registry: s.registry, Now: now})
	environment := func(r *http.Request) policy.Context { return authn.Environment(r, now()) }
	api := awsapi.New(awsapi.Config{
		Operations: ecrapi.Operations(ecrapi.Config{
			Registry: s.registry,
			IAM:      s.iam,
			URI: func(_ *awsapi.Call, account, region string) *url.URL {
				return &url.URL{Scheme: "https", Host: account + ".dkr.ecr." + region + ".example.com:5000"}
			},
			Token:       who.RegistryToken,
			Environment: environment,
			DownloadURL: func(base *url.URL, repo registry.Repo, d digest.Digest) string {
				return base.JoinPath("layers", repo.Account, repo.Region, repo.Name, d.String()).String()
			},
		}),
		Authenticate:  who.SigV4,
		Authorize:     may.Authorize,
		Environment:   environment,
		ValidRegion:   func(string) bool { return true },
		DefaultRegion: region,
		Log:           slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	for _, id := range []string{owner, other} {
		if _, err := s.iam.CreateAccount(t.Context(), id, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// client returns a client with a new key of the account's root user.
func (s *server) client(account string) *ecr.Client { return s.clientFor(account, "", region) }

// user makes a user with an inline policy and returns a client for it.
func (s *server) user(account, name, document string) *ecr.Client {
	s.t.Helper()
	if _, err := s.iam.CreateUser(s.t.Context(), account, iam.NewUser{Name: name}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.iam.PutInlinePolicy(s.t.Context(), account, iam.Entity{Kind: "user", Name: name}, "test", document); err != nil {
		s.t.Fatal(err)
	}
	return s.clientFor(account, name, region)
}

func (s *server) clientFor(account, user, region string) *ecr.Client {
	s.t.Helper()
	key, err := s.iam.CreateAccessKey(s.t.Context(), account, user)
	if err != nil {
		s.t.Fatal(err)
	}
	return ecr.New(ecr.Options{
		Region:       region,
		BaseEndpoint: aws.String(s.url),
		Credentials:  credentials.NewStaticCredentialsProvider(key.ID, key.Secret.Reveal(), ""),
		Retryer:      aws.NopRetryer{},
	})
}

// wantError checks code and sentence of an error that the SDK returned.
func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) {
		t.Errorf("error %v, want %s", err, code)
		return
	}
	if diff := cmp.Diff([]string{code, message}, []string{got.ErrorCode(), got.ErrorMessage()}); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// createRepository makes a repository with the default settings.
func createRepository(t *testing.T, c *ecr.Client, name string) {
	t.Helper()
	if _, err := c.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
		t.Fatal(err)
	}
}

// layer uploads content in one part and returns its digest.
func layer(t *testing.T, c *ecr.Client, repo string, content []byte) string {
	t.Helper()
	up, err := c.InitiateLayerUpload(t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: &repo})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
		RepositoryName: &repo, UploadId: up.UploadId, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(content) - 1)), LayerPartBlob: content,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := digest.FromBytes(content).String()
	_, err = c.CompleteLayerUpload(t.Context(), &ecr.CompleteLayerUploadInput{RepositoryName: &repo, UploadId: up.UploadId, LayerDigests: []string{d}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
