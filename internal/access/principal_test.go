package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/policy"
)

func TestMissingPrincipals(t *testing.T) {
	role := func(path string) string {
		return `<Role><Path>/</Path><RoleName>nodes</RoleName><RoleId>AROA</RoleId><Arn>arn:aws:iam::111111111111:role` + path + `nodes</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>`
	}
	const user = `<User><Path>/</Path><UserName>ci</UserName><UserId>AIDA</UserId><Arn>arn:aws:iam::111111111111:user/ci</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></User>`
	for name, tt := range map[string]struct {
		principals string
		answers    map[string]string
		want       []string
	}{
		"there": {
			`"arn:aws:iam::111111111111:role/nodes","arn:aws:iam::111111111111:user/ci","arn:aws:sts::111111111111:assumed-role/nodes/i-1","111111111111","*","AROAEXAMPLE0000"`,
			map[string]string{"GetRole nodes": role("/"), "GetUser ci": user}, nil,
		},
		"gone": {
			`"arn:aws:iam::111111111111:role/nodes","arn:aws:sts::111111111111:assumed-role/nodes/i-1","arn:aws:iam::111111111111:user/ci"`,
			map[string]string{"GetRole nodes": "!NoSuchEntity", "GetUser ci": "!NoSuchEntity"},
			[]string{"arn:aws:iam::111111111111:role/nodes does not exist", "arn:aws:iam::111111111111:role/nodes does not exist", "arn:aws:iam::111111111111:user/ci does not exist"},
		},
		"elsewhere": {
			`"arn:aws:iam::111111111111:role/nodes","arn:aws:sts::111111111111:assumed-role/nodes/i-1"`,
			map[string]string{"GetRole nodes": role("/eks/")},
			[]string{"arn:aws:iam::111111111111:role/nodes does not exist; did you mean arn:aws:iam::111111111111:role/eks/nodes?"},
		},
		"not to be read":     {`"arn:aws:iam::111111111111:role/nodes"`, map[string]string{"GetRole nodes": "!AccessDenied"}, nil},
		"of another account": {`"arn:aws:iam::333333333333:role/nodes"`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(guide, `"`+"arn:aws:iam::111111111111:role/unionai-acme-flyteworker-node-group"+`"`, "["+tt.principals+"]")
			p, err := policy.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			found, err := MissingPrincipals(t.Context(), Accounts{"111111111111": iamServer(t, tt.answers)}, p, policy.Repository)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				if f.Severity != policy.SeverityError || f.Line != 7 || f.Column < 28 || f.Code != "InvalidParameterException" {
					t.Errorf("finding %+v", f)
				}
				got = append(got, f.Detail)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}
