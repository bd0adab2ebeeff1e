package arn

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in               string
		want             ARN
		typ, path, name_ string
	}{
		{"arn:aws:ecr:us-east-1:111111111111:repository/team/app",
			ARN{"aws", "ecr", "us-east-1", "111111111111", "repository/team/app"}, "repository", "team/app", "app"},
		{"arn:aws:iam::111111111111:root", ARN{"aws", "iam", "", "111111111111", "root"}, "root", "", "root"},
		{"arn:aws:iam::aws:policy/service-role/X", ARN{"aws", "iam", "", "aws", "policy/service-role/X"}, "policy", "service-role/X", "X"},
		{"arn:aws:logs:us-east-1:1:log-group:x:y", ARN{"aws", "logs", "us-east-1", "1", "log-group:x:y"}, "log-group:x:y", "", "log-group:x:y"},
	}
	for _, tt := range tests {
		got, err := Parse(tt.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, diff)
		}
		if got.String() != tt.in {
			t.Errorf("Parse(%q).String() = %q", tt.in, got)
		}
		if got.Type() != tt.typ || got.Path() != tt.path || got.Name() != tt.name_ {
			t.Errorf("%q: type %q, path %q, name %q; want %q, %q, %q", tt.in, got.Type(), got.Path(), got.Name(), tt.typ, tt.path, tt.name_)
		}
	}
}

func TestParseInvalid(t *testing.T) {
	for _, in := range []string{"", "arn", "arn:aws:ecr:us-east-1:1", "urn:aws:ecr:r:a:x", "arn::ecr:r:a:x", "arn:aws::r:a:x", "arn:aws:ecr:r:a:"} {
		if got, err := Parse(in); !errors.Is(err, ErrInvalid) {
			t.Errorf("Parse(%q) = %v, %v; want ErrInvalid", in, got, err)
		}
	}
}

func TestMake(t *testing.T) {
	for got, want := range map[string]string{
		Repository("111111111111", "eu-west-1", "team/app"): "arn:aws:ecr:eu-west-1:111111111111:repository/team/app",
		Root("111111111111"):                       "arn:aws:iam::111111111111:root",
		IAM("111111111111", "role", "/svc/", "R"):  "arn:aws:iam::111111111111:role/svc/R",
		AssumedRole("111111111111", "R", "i-0abc"): "arn:aws:sts::111111111111:assumed-role/R/i-0abc",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestIsAccountID(t *testing.T) {
	for in, want := range map[string]bool{"111111111111": true, "11111111111": false, "11111111111a": false, "1111111111111": false, "": false} {
		if got := IsAccountID(in); got != want {
			t.Errorf("IsAccountID(%q) = %v", in, got)
		}
	}
}
