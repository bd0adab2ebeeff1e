package ecrapi

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/registry"
)

// TestEveryKind checks that each kind of error of the engine has a code and a
// sentence, and that the code is one of ECR's.
func TestEveryKind(t *testing.T) {
	for _, k := range registry.Kinds() {
		e := registryError(&registry.Error{Kind: k})
		if e == nil {
			t.Errorf("%v has no error of the API", k)
			continue
		}
		if e.Message == "" {
			t.Errorf("%v has no message", k)
		}
		if _, ok := ecr.Service.Error(e.Code); !ok && e.Code != "ThrottlingException" {
			t.Errorf("%v: %s is not a code of ECR", k, e.Code)
		}
	}
	if e := registryError(&registry.Error{}); e != nil {
		t.Errorf("no kind at all gives %v", e)
	}
}

func TestWireError(t *testing.T) {
	plain := errors.New("disk on fire")
	if got := WireError(plain); !errors.Is(got, plain) {
		t.Errorf("WireError(%v) = %v", plain, got)
	}
	unknown := fmt.Errorf("get image: %w", &registry.Error{})
	if got := WireError(unknown); !errors.Is(got, unknown) {
		t.Errorf("WireError(%v) = %v", unknown, got)
	}

	repo := registry.Repo{Account: "111122223333", Region: "us-east-1", Name: "team/app"}
	d := digest.FromString("x")
	for _, c := range []struct {
		err  *registry.Error
		want *awsapi.Error
	}{
		{
			&registry.Error{Kind: registry.ErrRepositoryNotFound, Repo: repo},
			&awsapi.Error{Code: "RepositoryNotFoundException", Message: "The repository with name 'team/app' does not exist in the registry with id '111122223333'"},
		},
		{
			&registry.Error{Kind: registry.ErrRegistryPolicyNotFound, Repo: registry.Repo{Account: "111122223333"}},
			&awsapi.Error{Code: "RegistryPolicyNotFoundException", Message: "Registry policy does not exist in the registry with id '111122223333'"},
		},
		{
			&registry.Error{Kind: registry.ErrInvalidTag, Repo: repo, Ref: registry.Ref{Tag: "a b"}},
			&awsapi.Error{Code: "InvalidParameterException", Message: "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+'"},
		},
		{
			&registry.Error{Kind: registry.ErrTooManyTags, Repo: repo, Ref: registry.Ref{Tag: "t"}, Limit: 1000},
			&awsapi.Error{Code: "LimitExceededException", Message: "Adding tag 't' to an image in the repository with name 'team/app' in registry with id '111122223333' exceeds the maximum allowed number of tags per image which is '1000'"},
		},
		{
			&registry.Error{Kind: registry.ErrImageExists, Repo: repo, Ref: registry.Ref{Digest: d}},
			&awsapi.Error{Code: "ImageAlreadyExistsException", Message: "Image with digest '" + d.String() + "' and tag 'null' already exists in the repository with name 'team/app' in registry with id '111122223333'"},
		},
		{
			&registry.Error{Kind: registry.ErrUploadOffset, Repo: repo, Upload: "u", Have: 10, Err: fmt.Errorf("append: %w", &blob.OffsetError{Have: 10, Off: 4})},
			&awsapi.Error{
				Code: "InvalidLayerPartException", Message: "First byte of the layer part is 4 instead of 10",
				Fields: map[string]any{"registryId": "111122223333", "repositoryName": "team/app", "uploadId": "u", "lastValidByteReceived": int64(9)},
			},
		},
	} {
		var got *awsapi.Error
		if !errors.As(WireError(fmt.Errorf("do something: %w", c.err)), &got) {
			t.Errorf("%v: not an error of the API", c.err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.err, diff)
		}
	}
}
