package clients

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

// story is a server with two accounts, and their administrators' credentials.
type story struct {
	*blackbox.Server
	plane, owner blackbox.Credentials
}

func newStory(t *testing.T, args ...string) *story {
	t.Helper()
	need.Tools(t, "aws")
	data := filepath.Join(t.TempDir(), "data")
	return &story{
		plane:  blackbox.CreateAccount(t, data, blackbox.Plane, "plane"),
		owner:  blackbox.CreateAccount(t, data, blackbox.Owner, "owner"),
		Server: blackbox.Start(t, data, args...),
	}
}

// repository creates a repository of the owner's and returns its URI.
func (s *story) repository(t *testing.T, name string) string {
	t.Helper()
	s.AWS(t, s.owner, nil, "ecr", "create-repository", "--repository-name", name)
	return s.Registry(blackbox.Owner) + "/" + name
}

const (
	nodeRole    = "unionai-acme-flyteworker-node-group"
	nodeSession = "i-0123456789abcdef0"
)

// node makes the role of the data plane's nodes, which may read from any
// registry as far as its own account is concerned, and returns a session.
func (s *story) node(t *testing.T) blackbox.Credentials {
	t.Helper()
	role := "arn:aws:iam::" + blackbox.Plane + ":role/" + nodeRole
	s.AWS(t, s.plane, nil, "iam", "create-role", "--role-name", nodeRole, "--assume-role-policy-document",
		fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":"sts:AssumeRole"}]}`, blackbox.Plane))
	s.AWS(t, s.plane, nil, "iam", "attach-role-policy", "--role-name", nodeRole,
		"--policy-arn", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly")

	// Who starts nodes may assume their role, and do nothing else.
	s.AWS(t, s.plane, nil, "iam", "create-user", "--user-name", "operator")
	s.AWS(t, s.plane, nil, "iam", "put-user-policy", "--user-name", "operator", "--policy-name", "assume", "--policy-document",
		fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"%s"}]}`, role))
	var key struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}
	s.AWS(t, s.plane, &key, "iam", "create-access-key", "--user-name", "operator")
	operator := blackbox.Credentials{AccessKeyID: key.AccessKey.AccessKeyID, SecretAccessKey: key.AccessKey.SecretAccessKey}
	return s.AssumeRole(t, operator, role, nodeSession)
}

// allowPull lets the node's role pull the repository, on the owner's side.
func (s *story) allowPull(t *testing.T, repository string) {
	t.Helper()
	s.AWS(t, s.owner, nil, "ecr", "set-repository-policy", "--repository-name", repository, "--policy-text", fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:role/%s"},`+
			`"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","ecr:BatchCheckLayerAvailability"]}]}`, blackbox.Plane, nodeRole))
}

// denied is ECR's sentence for the node's pull of a repository without a
// policy.
func denied(repository string) string {
	return fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: ecr:BatchGetImage on resource: "+
		"arn:aws:ecr:%s:%s:repository/%s because no resource-based policy allows the ecr:BatchGetImage action",
		blackbox.Plane, nodeRole, nodeSession, blackbox.Region, blackbox.Owner, repository)
}

// digest is what the ECR API says a tag of the owner's names.
func (s *story) digest(t *testing.T, repository, tag string) string {
	t.Helper()
	var out struct {
		ImageDetails []struct {
			ImageDigest      string
			ImageTags        []string
			ImageSizeInBytes int64
		}
	}
	s.AWS(t, s.owner, &out, "ecr", "describe-images", "--repository-name", repository, "--image-ids", "imageTag="+tag)
	if len(out.ImageDetails) != 1 || !strings.HasPrefix(out.ImageDetails[0].ImageDigest, "sha256:") || out.ImageDetails[0].ImageSizeInBytes == 0 {
		t.Fatalf("describe-images of %s:%s answered %+v", repository, tag, out)
	}
	return out.ImageDetails[0].ImageDigest
}

// testdata is the absolute path of a file in testdata.
func testdata(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// fakeScanner makes a server scan images with testdata/trivy.
func fakeScanner(t *testing.T) []string {
	t.Helper()
	return []string{"--scanner", "trivy", "--scanner-path", testdata(t, "trivy")}
}
