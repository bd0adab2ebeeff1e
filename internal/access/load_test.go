package access

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
)

// iamServer answers IAM calls from a map of "Action Name" to the XML inside of
// the result; a value beginning with "!" is an error code.
func iamServer(t *testing.T, answers map[string]string) *iam.Client {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		action := r.Form.Get("Action")
		key := action
		for _, name := range []string{"UserName", "RoleName", "GroupName", "PolicyArn", "PolicyName", "Marker"} {
			if v := r.Form.Get(name); v != "" {
				key += " " + v
			}
		}
		answer, ok := answers[key]
		if !ok {
			t.Errorf("unexpected call %q", key)
			answer = "!Unexpected"
		}
		w.Header().Set("Content-Type", "text/xml")
		if code, failed := strings.CutPrefix(answer, "!"); failed {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code)
			return
		}
		fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, answer)
	}))
	t.Cleanup(srv.Close)
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(srv.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

func encoded(action string) string {
	return url.PathEscape(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"` + action + `","Resource":"*"}}`)
}

func managed(name string) (get, version string) {
	return `<Policy><PolicyName>` + name + `</PolicyName><DefaultVersionId>v2</DefaultVersionId></Policy>`,
		`<PolicyVersion><VersionId>v2</VersionId><Document>` + encoded("ecr:"+name) + `</Document></PolicyVersion>`
}

func TestLoadUser(t *testing.T) {
	const arnA, arnB, arnG = "arn:aws:iam::aws:policy/A", "arn:aws:iam::111111111111:policy/B", "arn:aws:iam::aws:policy/G"
	answers := map[string]string{
		"GetUser ci": `<User><Path>/</Path><UserName>ci</UserName><UserId>AIDAEXAMPLE</UserId><Arn>arn:aws:iam::111111111111:user/ci</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>` +
			`<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>` + arnB + `</PermissionsBoundaryArn></PermissionsBoundary>` +
			`<Tags><member><Key>team</Key><Value>ml</Value></member></Tags></User>`,
		"ListAttachedUserPolicies ci":    `<AttachedPolicies><member><PolicyName>A</PolicyName><PolicyArn>` + arnA + `</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>`,
		"ListUserPolicies ci":            `<PolicyNames><member>one</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>next</Marker>`,
		"ListUserPolicies ci next":       `<PolicyNames><member>two</member></PolicyNames><IsTruncated>false</IsTruncated>`,
		"GetUserPolicy ci one":           `<UserName>ci</UserName><PolicyName>one</PolicyName><PolicyDocument>` + encoded("ecr:One") + `</PolicyDocument>`,
		"GetUserPolicy ci two":           `<UserName>ci</UserName><PolicyName>two</PolicyName><PolicyDocument>` + encoded("ecr:Two") + `</PolicyDocument>`,
		"ListGroupsForUser ci":           `<Groups><member><Path>/</Path><GroupName>devs</GroupName><GroupId>AGPA</GroupId><Arn>a</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member></Groups><IsTruncated>false</IsTruncated>`,
		"ListAttachedGroupPolicies devs": `<AttachedPolicies><member><PolicyName>G</PolicyName><PolicyArn>` + arnG + `</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>`,
		"ListGroupPolicies devs":         `<PolicyNames><member>gp</member></PolicyNames><IsTruncated>false</IsTruncated>`,
		"GetGroupPolicy devs gp":         `<GroupName>devs</GroupName><PolicyName>gp</PolicyName><PolicyDocument>` + encoded("ecr:Group") + `</PolicyDocument>`,
	}
	for _, p := range []string{arnA, arnB, arnG} {
		answers["GetPolicy "+p], answers["GetPolicyVersion "+p] = managed(p[len(p)-1:])
	}
	p, err := NewPuller("arn:aws:iam::111111111111:user/ci")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Load(t.Context(), iamServer(t, answers)); err != nil || p.Unknown != "" || p.Gone {
		t.Fatalf("error %v, unknown %q, gone %v", err, p.Unknown, p.Gone)
	}
	var got []string
	for _, s := range append(p.Identity, p.Boundary...) {
		got = append(got, s.Type+" "+s.Name+" "+s.Policy.Statements[0].Action.Values[0].Text)
	}
	want := []string{"managed A ecr:A", "inline one ecr:One", "inline two ecr:Two", "managed G ecr:G", "inline devs/gp ecr:Group", "managed B ecr:B"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("policies (-want +got):\n%s", d)
	}
	if len(p.Boundary) != 1 || p.Principal.ID != "AIDAEXAMPLE" || p.Tags["team"] != "ml" {
		t.Errorf("puller %+v", p)
	}
}

func TestLoadRole(t *testing.T) {
	const role = `<Role><Path>/eks/</Path><RoleName>nodes</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>arn:aws:iam::111111111111:role/eks/nodes</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>`
	load := func(answers map[string]string) *Puller {
		p, err := NewPuller("arn:aws:sts::111111111111:assumed-role/nodes/i-0abc")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Load(t.Context(), iamServer(t, answers)); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := load(map[string]string{
		"GetRole nodes":                  role,
		"ListAttachedRolePolicies nodes": `<AttachedPolicies/><IsTruncated>false</IsTruncated>`,
		"ListRolePolicies nodes":         `<PolicyNames/><IsTruncated>false</IsTruncated>`,
	})
	want := policy.Principal{
		Kind: policy.AssumedRole, Account: "111111111111", ID: "AROAEXAMPLE:i-0abc",
		ARN: "arn:aws:sts::111111111111:assumed-role/nodes/i-0abc", IssuerARN: "arn:aws:iam::111111111111:role/eks/nodes",
	}
	if d := cmp.Diff(want, p.Principal); d != "" || p.Unknown != "" {
		t.Errorf("principal (-want +got), unknown %q:\n%s", p.Unknown, d)
	}
	if p = load(map[string]string{"GetRole nodes": "!NoSuchEntity"}); !p.Gone || p.Unknown != "" {
		t.Errorf("missing role: %+v", p)
	}
	if p = load(map[string]string{"GetRole nodes": "!AccessDenied"}); p.Gone || !strings.Contains(p.Unknown, "AccessDenied") {
		t.Errorf("unreadable role: %+v", p)
	}
	// A role of which only a part can be read is not judged by that part.
	p = load(map[string]string{"GetRole nodes": role, "ListAttachedRolePolicies nodes": "!AccessDenied"})
	if !strings.Contains(p.Unknown, "AccessDenied") {
		t.Errorf("half readable role: %+v", p)
	}
}

// ecrServer answers ECR calls; a value of type string is an error code.
func ecrServer(t *testing.T, answers map[string]any) *ecr.Client {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		answer, ok := answers[op]
		if !ok {
			t.Errorf("unexpected call %s", op)
			answer = "Unexpected"
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if code, failed := answer.(string); failed {
			w.WriteHeader(http.StatusBadRequest)
			answer = map[string]string{"__type": code, "message": "no"}
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close)
	return ecr.New(ecr.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(srv.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

func TestLoadRepository(t *testing.T) {
	found := map[string]any{"repositories": []any{map[string]any{"repositoryName": "simple-example-image"}}}
	none := "RegistryPolicyNotFoundException"
	for name, tt := range map[string]struct {
		answers map[string]any
		check   func(*Repository) bool
	}{
		"all": {
			map[string]any{
				"DescribeRepositories": found,
				"GetRepositoryPolicy":  map[string]any{"policyText": strings.Replace(guide, role, "AROAEXAMPLE0000", 1)},
				"GetRegistryPolicy":    map[string]any{"registryId": "222222222222", "policyText": guide},
				"GetAccountSetting":    map[string]any{"name": "REGISTRY_POLICY_SCOPE", "value": "V2"},
				"ListTagsForResource":  map[string]any{"tags": []any{map[string]any{"Key": "team", "Value": "ml"}}},
				"DescribeImages":       map[string]any{"imageDetails": []any{}},
			},
			func(r *Repository) bool {
				return len(r.Policies) == 2 && r.Policies[1].Type == "registry policy" && len(r.deciding("ecr:BatchGetImage")) == 2 && r.Tags["team"] == "ml" &&
					len(r.Stale) == 1 && r.Stale[0] == "AROAEXAMPLE0000" && len(r.Unread) == 0 && !r.ImageGone
			},
		},
		"little": {
			map[string]any{
				"DescribeRepositories": found, "GetRepositoryPolicy": "RepositoryPolicyNotFoundException", "GetRegistryPolicy": "AccessDeniedException",
				"ListTagsForResource": "AccessDeniedException", "DescribeImages": "ImageNotFoundException",
			},
			func(r *Repository) bool {
				return len(r.Policies) == 0 && len(r.Unread) == 2 && r.ImageGone && r.Unknown == ""
			},
		},
		"scope of the registry policy": {
			map[string]any{
				"DescribeRepositories": found, "GetRepositoryPolicy": map[string]any{"policyText": guide}, "GetRegistryPolicy": map[string]any{"registryId": "222222222222", "policyText": guide},
				"GetAccountSetting": map[string]any{"name": "REGISTRY_POLICY_SCOPE", "value": "V1"}, "ListTagsForResource": map[string]any{}, "DescribeImages": map[string]any{},
			},
			func(r *Repository) bool {
				pull, create := r.deciding("ecr:BatchGetImage"), r.deciding("ecr:CreateRepository")
				return len(pull) == 1 && pull[0].Type == "repository policy" && len(create) == 2 && len(r.Unread) == 0
			},
		},
		"unreadable scope of the registry policy": {
			map[string]any{
				"DescribeRepositories": found, "GetRepositoryPolicy": "RepositoryPolicyNotFoundException", "GetRegistryPolicy": map[string]any{"registryId": "222222222222", "policyText": guide},
				"GetAccountSetting": "AccessDeniedException", "ListTagsForResource": map[string]any{}, "DescribeImages": map[string]any{},
			},
			func(r *Repository) bool { return len(r.deciding("ecr:BatchGetImage")) == 1 && len(r.Unread) == 1 },
		},
		"of another account": {
			map[string]any{
				"DescribeRepositories": found, "GetRepositoryPolicy": "RepositoryPolicyNotFoundException",
				"GetRegistryPolicy": map[string]any{"registryId": "333333333333", "policyText": guide}, "ListTagsForResource": map[string]any{}, "DescribeImages": map[string]any{},
			},
			func(r *Repository) bool { return len(r.Policies) == 0 && len(r.Unread) == 1 },
		},
		"gone":       {map[string]any{"DescribeRepositories": "RepositoryNotFoundException"}, func(r *Repository) bool { return r.Gone && r.Unknown == "" }},
		"unreadable": {map[string]any{"DescribeRepositories": found, "GetRepositoryPolicy": "AccessDeniedException"}, func(r *Repository) bool { return strings.Contains(r.Unknown, "AccessDenied") }},
		"server without registry policies": {
			map[string]any{"DescribeRepositories": found, "GetRepositoryPolicy": "RepositoryPolicyNotFoundException", "GetRegistryPolicy": "UnsupportedOperationException", "ListTagsForResource": map[string]any{}, "DescribeImages": map[string]any{}},
			func(r *Repository) bool { return len(r.Policies) == 0 && len(r.Unread) == 0 },
		},
		"no policies": {
			map[string]any{"DescribeRepositories": found, "GetRepositoryPolicy": "RepositoryPolicyNotFoundException", "GetRegistryPolicy": none, "ListTagsForResource": map[string]any{}, "DescribeImages": map[string]any{}},
			func(r *Repository) bool { return len(r.Policies) == 0 && len(r.Unread) == 0 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			img, _ := endpoint.ParseImage(image)
			r := NewRepository(img)
			if err := r.Load(t.Context(), ecrServer(t, tt.answers)); err != nil {
				t.Fatal(err)
			}
			if !tt.check(r) {
				t.Errorf("repository %+v", r)
			}
		})
	}
}
