package clients

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestAWSCLI goes through what the AWS CLI does with a repository.
func TestAWSCLI(t *testing.T) {
	s := newStory(t)

	var who struct{ Account, Arn string }
	s.AWS(t, s.owner, &who, "sts", "get-caller-identity")
	if who.Account != blackbox.Owner || who.Arn != "arn:aws:iam::"+blackbox.Owner+":user/"+blackbox.Admin {
		t.Errorf("get-caller-identity answered %+v", who)
	}

	type repository struct{ RepositoryArn, RegistryID, RepositoryName, RepositoryURI, ImageTagMutability string }
	var created struct{ Repository repository }
	s.AWS(t, s.owner, &created, "ecr", "create-repository", "--repository-name", "team/app", "--tags", "Key=team,Value=a")
	want := repository{
		RepositoryArn:      "arn:aws:ecr:" + blackbox.Region + ":" + blackbox.Owner + ":repository/team/app",
		RegistryID:         blackbox.Owner,
		RepositoryName:     "team/app",
		RepositoryURI:      created.Repository.RepositoryURI, // its host is for the tests that push to judge
		ImageTagMutability: "MUTABLE",
	}
	if diff := cmp.Diff(want, created.Repository); diff != "" {
		t.Errorf("create-repository (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(created.Repository.RepositoryURI, "/team/app") {
		t.Errorf("repositoryUri is %q", created.Repository.RepositoryURI)
	}

	var described struct{ Repositories []repository }
	s.AWS(t, s.owner, &described, "ecr", "describe-repositories")
	if diff := cmp.Diff([]repository{want}, described.Repositories); diff != "" {
		t.Errorf("describe-repositories (-want +got):\n%s", diff)
	}

	s.node(t) // a policy can only name who exists
	s.allowPull(t, "team/app")
	var policy struct{ PolicyText string }
	s.AWS(t, s.owner, &policy, "ecr", "get-repository-policy", "--repository-name", "team/app")
	if !strings.Contains(policy.PolicyText, nodeRole) {
		t.Errorf("get-repository-policy answered %+v", policy)
	}

	for _, tt := range []struct {
		name string
		c    blackbox.Credentials
		args []string
		want string
	}{
		{"twice", s.owner, []string{"ecr", "create-repository", "--repository-name", "team/app"},
			"An error occurred (RepositoryAlreadyExistsException) when calling the CreateRepository operation"},
		{"absent", s.owner, []string{"ecr", "describe-images", "--repository-name", "absent"},
			"An error occurred (RepositoryNotFoundException) when calling the DescribeImages operation: The repository with name 'absent' does not exist in the registry with id '" + blackbox.Owner + "'"},
		{"policy for nobody", s.owner, []string{"ecr", "set-repository-policy", "--repository-name", "team/app", "--policy-text",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + blackbox.Plane + `:role/absent"},"Action":"ecr:BatchGetImage"}]}`},
			"An error occurred (InvalidParameterException) when calling the SetRepositoryPolicy operation: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"},
		{"other account", s.plane, []string{"ecr", "describe-images", "--registry-id", blackbox.Owner, "--repository-name", "team/app"},
			"(AccessDeniedException)"},
		{"wrong secret", blackbox.Credentials{AccessKeyID: s.owner.AccessKeyID, SecretAccessKey: "wrong"}, []string{"ecr", "describe-repositories"},
			"(InvalidSignatureException)"},
		{"unknown key", blackbox.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wrong"}, []string{"ecr", "describe-repositories"},
			"An error occurred (UnrecognizedClientException) when calling the DescribeRepositories operation: The security token included in the request is invalid."},
		{"unknown key, STS", blackbox.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wrong"}, []string{"sts", "get-caller-identity"},
			"An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := blackbox.Try(t, s.Env(tt.c), "", "aws", tt.args...)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}

	s.AWS(t, s.owner, nil, "ecr", "delete-repository", "--repository-name", "team/app")
	s.AWS(t, s.owner, &described, "ecr", "describe-repositories")
	if len(described.Repositories) != 0 {
		t.Errorf("after delete-repository: %+v", described.Repositories)
	}
}

// TestAssumedRole: an assumed role is who the AWS CLI says it is.
func TestAssumedRole(t *testing.T) {
	s := newStory(t)
	var who struct{ Account, Arn string }
	s.AWS(t, s.node(t), &who, "sts", "get-caller-identity")
	if want := "arn:aws:sts::" + blackbox.Plane + ":assumed-role/" + nodeRole + "/" + nodeSession; who.Arn != want || who.Account != blackbox.Plane {
		t.Errorf("get-caller-identity answered %+v, want %s", who, want)
	}
}

// TestBoto3 runs programs that are written with boto3 alone: one pushes and
// pulls an image by the ECR API, one manages who may do what, and two use every
// operation of ECR and of ECR Public that boto3 knows.
func TestBoto3(t *testing.T) {
	blackbox.NeedNames(t) // layers are downloaded from the registry's host
	need.Tools(t, "python3")
	if err := exec.Command("python3", "-c", "import boto3").Run(); err != nil {
		need.Missing(t, "boto3 is not installed")
	}
	for _, name := range []string{"push_and_pull", "manage_iam", "use_ecr", "use_ecr_public"} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t, fakeScanner(t)...)
			out := blackbox.Run(t, append(s.Env(s.owner), "PYTHONDONTWRITEBYTECODE=1"), "python3", testdata(t, name+".py"))
			if got := strings.TrimSpace(string(out)); got != "ok" {
				t.Errorf("it printed %q", got)
			}
		})
	}
}
