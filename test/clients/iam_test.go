package clients

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestAWSCLIManagesIAM goes through what the AWS CLI does with users, roles
// and sessions, with its own paging and waiting.
func TestAWSCLIManagesIAM(t *testing.T) {
	s := newStory(t)
	const readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
	arn := func(resource string) string { return "arn:aws:iam::" + blackbox.Owner + ":" + resource }
	do := func(args ...string) {
		t.Helper()
		s.AWS(t, s.owner, nil, args...)
	}
	// list is what a query makes of an answer: the CLI puts its pages together first.
	list := func(query string, args ...string) []string {
		t.Helper()
		var items []string
		s.AWS(t, s.owner, &items, append(args, "--query", query)...)
		return items
	}
	equal := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	refused := func(c blackbox.Credentials, want string, args ...string) {
		t.Helper()
		if _, err := blackbox.Try(t, s.Env(c), "", "aws", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("aws %s: %v\nwant %s", strings.Join(args, " "), err, want)
		}
	}

	// A waiter is there first.
	waited := make(chan error, 1)
	go func() {
		_, err := blackbox.Try(t, s.Env(s.owner), "", "aws", "iam", "wait", "role-exists", "--role-name", "puller")
		waited <- err
	}()
	do("iam", "create-user", "--user-name", "ann", "--path", "/people/", "--tags", "Key=team,Value=a")
	do("iam", "create-user", "--user-name", "ben", "--path", "/people/")
	do("iam", "wait", "user-exists", "--user-name", "ben")
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::%s:root"},"Condition":{"StringEquals":{"sts:ExternalId":"seven"}}}}`, blackbox.Owner)
	do("iam", "create-role", "--role-name", "puller", "--assume-role-policy-document", trust)
	if err := <-waited; err != nil {
		t.Error(err)
	}
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:PutImage","ecr:DescribeRepositories"],"Resource":"*"}]}`
	do("iam", "create-policy", "--policy-name", "push", "--policy-document", document)
	do("iam", "wait", "policy-exists", "--policy-arn", arn("policy/push"))
	do("iam", "create-instance-profile", "--instance-profile-name", "nodes")
	do("iam", "wait", "instance-profile-exists", "--instance-profile-name", "nodes")
	do("iam", "add-role-to-instance-profile", "--instance-profile-name", "nodes", "--role-name", "puller")
	do("iam", "attach-role-policy", "--role-name", "puller", "--policy-arn", readOnly)
	do("iam", "attach-role-policy", "--role-name", "puller", "--policy-arn", arn("policy/push"))
	do("iam", "put-user-policy", "--user-name", "ann", "--policy-name", "all", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:*","sts:*"],"Resource":"*"},{"Effect":"Deny","Action":"ecr:PutImage","Resource":"*"}]}`)

	equal("list-users", []string{"ann", "ben"}, list("Users[].UserName", "iam", "list-users", "--path-prefix", "/people/", "--page-size", "1"))
	equal("list-roles", []string{"puller"}, list("Roles[].RoleName", "iam", "list-roles", "--page-size", "1"))
	attached := list("AttachedPolicies[].PolicyArn", "iam", "list-attached-role-policies", "--role-name", "puller", "--page-size", "1")
	slices.Sort(attached)
	equal("list-attached-role-policies", []string{arn("policy/push"), readOnly}, attached)
	if all := list("Policies[].Arn", "iam", "list-policies", "--page-size", "5"); !slices.Contains(all, readOnly) || !slices.Contains(all, arn("policy/push")) {
		t.Errorf("list-policies lists %q", all)
	}
	var page struct {
		Users     []struct{ UserName string }
		NextToken string
	}
	s.AWS(t, s.owner, &page, "iam", "list-users", "--path-prefix", "/people/", "--max-items", "1")
	if len(page.Users) != 1 || page.NextToken == "" {
		t.Errorf("list-users --max-items 1 answered %+v", page)
	}
	equal("list-users --starting-token", []string{"ben"}, list("Users[].UserName", "iam", "list-users", "--path-prefix", "/people/", "--starting-token", page.NextToken))
	var details struct {
		UserDetailList []struct {
			UserName       string
			UserPolicyList []struct{ PolicyDocument map[string]any }
		}
		RoleDetailList []struct{ RoleName string }
		Policies       []struct{ PolicyName string }
	}
	s.AWS(t, s.owner, &details, "iam", "get-account-authorization-details", "--page-size", "1", "--filter", "User", "Role", "LocalManagedPolicy")
	if len(details.UserDetailList) != 3 || len(details.RoleDetailList) != 1 || len(details.Policies) != 1 {
		t.Errorf("get-account-authorization-details answered %+v", details)
	}
	var role struct {
		Role struct{ AssumeRolePolicyDocument json.RawMessage }
	}
	s.AWS(t, s.owner, &role, "iam", "get-role", "--role-name", "puller")
	var want, got any
	if err := json.Unmarshal([]byte(trust), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(role.Role.AssumeRolePolicyDocument, &got); err != nil {
		t.Fatal(err)
	}
	equal("trust policy", want, got)

	var simulated struct {
		EvaluationResults []struct{ EvalActionName, EvalDecision string }
	}
	s.AWS(t, s.owner, &simulated, "iam", "simulate-principal-policy", "--policy-source-arn", arn("user/people/ann"),
		"--action-names", "ecr:GetAuthorizationToken", "ecr:PutImage", "iam:CreateUser")
	var decisions []string
	for _, r := range simulated.EvaluationResults {
		decisions = append(decisions, r.EvalActionName+" "+r.EvalDecision)
	}
	equal("simulate-principal-policy", []string{"ecr:GetAuthorizationToken allowed", "ecr:PutImage explicitDeny", "iam:CreateUser implicitDeny"}, decisions)

	// Sessions of ann, with no more rights than hers.
	var key struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}
	s.AWS(t, s.owner, &key, "iam", "create-access-key", "--user-name", "ann")
	ann := blackbox.Credentials{AccessKeyID: key.AccessKey.AccessKeyID, SecretAccessKey: key.AccessKey.SecretAccessKey}
	type session struct {
		Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	}
	for _, tt := range []struct {
		who    string
		args   []string
		denied []string
	}{
		{arn("user/people/ann"), []string{"get-session-token", "--duration-seconds", "900"},
			[]string{"put-image", "--image-manifest", "{}"}},
		{"arn:aws:sts::" + blackbox.Owner + ":federated-user/cas", []string{"get-federation-token", "--name", "cas", "--policy", document},
			[]string{"create-repository"}},
		{"arn:aws:sts::" + blackbox.Owner + ":assumed-role/puller/story", []string{"assume-role", "--role-arn", arn("role/puller"), "--role-session-name", "story", "--external-id", "seven"},
			[]string{"delete-repository"}},
	} {
		var out session
		s.AWS(t, ann, &out, append([]string{"sts"}, tt.args...)...)
		c := blackbox.Credentials(out.Credentials)
		var who struct{ Arn string }
		s.AWS(t, c, &who, "sts", "get-caller-identity")
		equal(tt.args[0], tt.who, who.Arn)
		s.AWS(t, c, nil, "ecr", "describe-repositories")
		refused(c, "User: "+tt.who+" is not authorized to perform", slices.Concat([]string{"ecr"}, tt.denied, []string{"--repository-name", "team/app"})...)
	}
	refused(ann, "(AccessDenied)", "sts", "assume-role", "--role-arn", arn("role/puller"), "--role-session-name", "story", "--external-id", "eight")
	refused(ann, "(AccessDenied)", "iam", "list-users")

	var report struct{ State, Content string }
	for deadline := time.Now().Add(time.Minute); report.State != "COMPLETE"; {
		s.AWS(t, s.owner, &report, "iam", "generate-credential-report")
		if time.Now().After(deadline) {
			t.Fatalf("generate-credential-report still answers %q", report.State)
		}
	}
	text := blackbox.Run(t, s.Env(s.owner), "sh", "-c", "aws iam get-credential-report --query Content --output text | base64 -d")
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var users []string
	for _, row := range rows {
		users = append(users, row[0])
	}
	equal("get-credential-report", []string{"user", "<root_account>", blackbox.Admin, "ann", "ben"}, users)

	refused(s.owner, "(DeleteConflict)", "iam", "delete-user", "--user-name", "ann")
	do("iam", "delete-access-key", "--user-name", "ann", "--access-key-id", ann.AccessKeyID)
	do("iam", "delete-user-policy", "--user-name", "ann", "--policy-name", "all")
	do("iam", "delete-user", "--user-name", "ann")
	refused(ann, "(InvalidClientTokenId)", "sts", "get-caller-identity")
	refused(s.owner, "An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name ann cannot be found.", "iam", "get-user", "--user-name", "ann")
}
