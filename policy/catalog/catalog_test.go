package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pratique-dev/pratique/policy"
)

func TestTables(t *testing.T) {
	counts := map[string]int{"ecr": 60, "ecr-public": 23, "iam": 181, "organizations": 63, "pratique": 21, "sts": 16}
	if diff := cmp.Diff([]string{"ecr", "ecr-public", "iam", "organizations", "pratique", "sts"}, Services()); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	for _, s := range Services() {
		all := Actions(strings.ToUpper(s))
		if len(all) != counts[s] {
			t.Errorf("%s has %d actions, want %d", s, len(all), counts[s])
		}
		if !slices.IsSortedFunc(all, func(a, b Action) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		}) {
			t.Errorf("the actions of %s are not sorted", s)
		}
		for _, a := range all {
			got, ok := Lookup(strings.ToLower(a.String()))
			if diff := cmp.Diff(a, got); !ok || diff != "" {
				t.Errorf("Lookup(%s) (-want +got):\n%s", a, diff)
			}
			if strings.HasPrefix(s, "ecr") && a.Access == "" {
				t.Errorf("%s has no access level", a)
			}
		}
	}
	if Actions("s3") != nil {
		t.Error("s3 has actions")
	}
	if r := Regions(); !slices.IsSorted(r) || len(slices.Compact(r)) != len(Regions()) {
		t.Error("the regions are not sorted, or repeat")
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		name string
		want Action
	}{
		{"ecr:batchgetimage", Action{Service: "ecr", Name: "BatchGetImage", Access: "Read", Resource: true, ConditionKeys: []string{"aws:ResourceTag/${TagKey}", "ecr:ResourceTag/${TagKey}"}}},
		{"ecr:GetAuthorizationToken", Action{Service: "ecr", Name: "GetAuthorizationToken", Access: "Read", ConditionKeys: []string{}}},
		{"ecr:SetRepositoryPolicy", Action{Service: "ecr", Name: "SetRepositoryPolicy", Access: "Permissions management", Resource: true, ConditionKeys: []string{"aws:ResourceTag/${TagKey}", "ecr:ResourceTag/${TagKey}"}}},
		{"sts:TagSession", Action{Service: "sts", Name: "TagSession", Resource: true, Permission: true, ConditionKeys: []string{"aws:RequestTag/${TagKey}", "aws:TagKeys", "sts:TransitiveTagKeys"}}},
	}
	for _, tt := range tests {
		got, ok := Lookup(tt.name)
		if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	// ListImageReferrers is authorised as BatchGetImage.
	for _, name := range []string{"", "ecr", "ecr:", "ecr:ListImageReferrers", "s3:GetObject", "BatchGetImage", "ecr:*"} {
		if Known(name) {
			t.Errorf("%q is known", name)
		}
	}
}

func TestSuggest(t *testing.T) {
	for name, want := range map[string]string{
		"ecr:ListImage":            "ecr:ListImages",
		"ecr:BatchGetImages":       "ecr:BatchGetImage",
		"ecr:batchgetimgae":        "ecr:BatchGetImage",
		"ecr:GetAuthorisationTokn": "ecr:GetAuthorizationToken",
		"erc:PutImage":             "ecr:PutImage",
		"BatchGetImage":            "ecr:BatchGetImage",
		"sts:AssumRole":            "sts:AssumeRole",
		"iam:GetUsers":             "iam:GetUser",
		"ecr:BatchGetImage":        "",
		"ecr:Launch":               "",
		"ecr:List*Image":           "",
		"s3:GetObject":             "",
		"lambda:PutImage":          "",
		"":                         "",
	} {
		if got := Suggest(name); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSuggestRegion(t *testing.T) {
	for name, want := range map[string]string{
		"us-eas-1":       "us-east-1",
		"us-east1":       "us-east-1",
		"us-east-1a":     "us-east-1",
		"US-EAST-1":      "us-east-1",
		"eu-wset-1":      "eu-west-1",
		"ap-northest-1":  "ap-northeast-1",
		"us-east-1":      "",
		"mars-1":         "",
		"":               "",
		"wholly-unknown": "",
	} {
		if got := SuggestRegion(name); got != want {
			t.Errorf("SuggestRegion(%q) = %q, want %q", name, got, want)
		}
	}
	if !KnownRegion("eu-central-1") || KnownRegion("eu-central-9") {
		t.Error("KnownRegion is wrong")
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "ABC", 0}, {"abc", "acb", 1}, {"abc", "axc", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestLint(t *testing.T) {
	const unknown = "WARNING there is no action ecr:BatchGetImages; did you mean ecr:BatchGetImage?"
	tests := []struct {
		kind      policy.Kind
		statement string
		want      []string
	}{
		{policy.Identity, `"Effect":"Allow","Action":["ecr:BatchGetImages","ecr:Nonsense","ecr:Describ*","ecr:List*","nope:X","*","bare"],"Resource":"*"`, []string{
			"WARNING there is no action ecr:BatchGetImages; did you mean ecr:BatchGetImage?",
			"WARNING there is no action ecr:Nonsense",
		}},
		{policy.Identity, `"Effect":"Allow","Action":"ecr:Lst*","Resource":"*"`, []string{"WARNING there is no action ecr:Lst*"}},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImages"`, []string{unknown}},
		{policy.Identity, `"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:PutImage"],"Resource":"arn:aws:ecr:*:*:repository/*"`, []string{
			`WARNING ecr:GetAuthorizationToken cannot be limited to a resource: this statement never allows it without Resource "*"`,
		}},
		{policy.Identity, `"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":["*","arn:aws:ecr:*:*:repository/*"]`, nil},
		{policy.Identity, `"Effect":"Allow","Action":"ecr:GetAuthorizationToken","NotResource":"arn:aws:ecr:*:*:repository/*"`, nil},
		{policy.Identity, `"Effect":"Deny","Action":["ecr:GetAuthorizationToken","ecr:BatchGetImage"],"Resource":"arn:aws:ecr:*:*:repository/*"`, nil},
		{policy.Identity, `"Effect":"Allow","NotAction":"ecr:BatchGetImage","Resource":"*"`, nil},
		{policy.Identity, `"Effect":"Allow","Resource":"*"`, nil},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"`, []string{"SUGGESTION pulling an image takes ecr:GetDownloadUrlForLayer as well as ecr:BatchGetImage"}},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":["ecr:GetAuthorizationToken","ecr:ListImages"]`, []string{
			`WARNING ecr:GetAuthorizationToken has no effect in a repository policy: it belongs in a policy of the principal, with Resource "*"`,
		}},
		{policy.Registry, `"Effect":"Allow","Principal":"*","Action":"ecr:GetAuthorizationToken"`, nil},
		{policy.Repository, `"Effect":"Allow","Principal":{"AWS":["AROAEXAMPLEEXAMPLE12","arn:aws:iam::111111111111:root"]},"Action":"ecr:ListImages"`, []string{
			"WARNING AROAEXAMPLEEXAMPLE12 is what is left of a principal that was deleted; one of the same name created since is not meant",
		}},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":"ecr:GetDownload*"`, []string{"SUGGESTION pulling an image takes ecr:BatchGetImage as well as ecr:GetDownloadUrlForLayer"}},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":["ecr:BatchGet*","ecr:GetDownloadUrlForLayer"]`, []string{
			"SUGGESTION some clients ask for ecr:BatchCheckLayerAvailability as well when they pull an image",
		}},
		{policy.Repository, `"Effect":"Allow","Principal":"*","Action":["ecr:Batch*","ecr:GetDownloadUrlForLayer"]`, nil},
		{policy.Identity, `"Effect":"Allow","Resource":"*","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]`, nil},
		{policy.Repository, `"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ecr:BatchGetImage"},{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]`, nil},
		{policy.Repository, `"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ecr:BatchGetImage"},{"Effect":"Allow","Principal":{"AWS":"333333333333"},"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]`, []string{
			"SUGGESTION pulling an image takes ecr:GetDownloadUrlForLayer as well as ecr:BatchGetImage",
			"SUGGESTION pulling an image takes ecr:BatchGetImage as well as ecr:GetDownloadUrlForLayer",
		}},
		{policy.Repository, `"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ecr:BatchGetImage"},{"Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":["ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]`, []string{
			"SUGGESTION pulling an image takes ecr:GetDownloadUrlForLayer as well as ecr:BatchGetImage",
		}},
		{policy.Identity, `"Effect":"Allow","Action":"ecr:*","Resource":["arn:aws:ecr:us-eas-1:111111111111:repository/*","arn:aws:ecr:us-east-1:111111111111:repository/*","arn:aws:ecr:*:111111111111:repository/*","arn:aws:iam::111111111111:role/r","*"]`, []string{
			"WARNING AWS has no region us-eas-1; did you mean us-east-1?",
		}},
		{policy.Identity, `"Effect":"Deny","Action":"ecr:*","Resource":"*","Condition":{"StringNotEquals":{"AWS:RequestedRegion":["us-east-1","mars-1"]},"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-wset-1:111111111111:cluster/*"}}`, []string{
			"WARNING AWS has no region mars-1",
			"WARNING AWS has no region eu-wset-1; did you mean eu-west-1?",
		}},

		{policy.Identity, `"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"a","ecr:ResourceTag/env":"dev"}}`, []string{
			"WARNING a repository has no tags when ecr:CreateRepository is authorised; aws:RequestTag holds those it will get",
		}},
	}
	for _, tt := range tests {
		p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{` + tt.statement + `}]}`))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range Lint(p, tt.kind) {
			line := f.Severity.String() + " " + f.Message
			if f.Detail != "" {
				line += " (" + f.Detail + ")"
			}
			if f.Code == "" || f.Line != 1 || f.Column < 37 {
				t.Errorf("%s: incomplete finding %+v", tt.statement, f)
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
		}
	}
}
