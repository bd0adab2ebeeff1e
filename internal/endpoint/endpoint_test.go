package endpoint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRegistry(t *testing.T) {
	tests := []struct {
		host string
		want Registry
		back string // what Host returns, when not host itself
	}{
		{"111111111111.dkr.ecr.us-east-1.amazonaws.com", Registry{"111111111111", "us-east-1", "amazonaws.com", ""}, ""},
		{"111111111111.dkr.ecr.us-east-1.localhost:5000", Registry{"111111111111", "us-east-1", "localhost", "5000"}, ""},
		{"111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com", Registry{"111111111111", "us-gov-west-1", "amazonaws.com", ""},
			"111111111111.dkr.ecr.us-gov-west-1.amazonaws.com"},
		{"111111111111.dkr-ecr.eu-west-1.on.aws", Registry{"111111111111", "eu-west-1", "on.aws", ""}, ""},
		{"111111111111.DKR.ecr.CN-north-1.amazonaws.com.cn", Registry{"111111111111", "cn-north-1", "amazonaws.com.cn", ""},
			"111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn"},
	}
	for _, tt := range tests {
		got, ok := ParseRegistry(tt.host)
		if !ok {
			t.Errorf("ParseRegistry(%q) refused", tt.host)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseRegistry(%q) (-want +got):\n%s", tt.host, diff)
		}
		if tt.back == "" {
			tt.back = tt.host
		}
		if got.Host() != tt.back {
			t.Errorf("Host() = %q, want %q", got.Host(), tt.back)
		}
	}
	for _, host := range []string{
		"", "localhost", "127.0.0.1:5000", "[::1]:5000", "docker.io", "11111111111.dkr.ecr.us-east-1.amazonaws.com",
		"111111111111.dkr.ecr.us-east-1", "111111111111.dkr.ecr..localhost", "111111111111.dkr.ecr.us_east.localhost",
		"api.ecr.us-east-1.amazonaws.com", "111111111111.dkr.ecr.us-east-1.",
		"111111111111.dkr.ecr.us-east-1.localhost:\x00", "111111111111.dkr.ecr.us-east-1.localhost:http", "111111111111.dkr.ecr.us-east-1.localhost\r\n",
		"111111111111.dkr.ecr.us-east-1.a..b", "111111111111.dkr.ecr.us-east-1.a/b", "111111111111.dkr.ecr.us-east-1.\"a",
	} {
		if got, ok := ParseRegistry(host); ok {
			t.Errorf("ParseRegistry(%q) = %+v", host, got)
		}
	}
}

func TestParsePublic(t *testing.T) {
	for host, want := range map[string]Public{
		"public.localhost:5000":                 {Domain: "localhost", Port: "5000"},
		"Public.Registry.Example.com":           {Domain: "registry.example.com"},
		"public.ecr.aws":                        {Domain: "amazonaws.com"},
		"public.ecr.aws:443":                    {Domain: "amazonaws.com", Port: "443"},
		"ecr-public.aws.com":                    {Domain: "on.aws"},
		"public.registry.example.com.":          {},
		"":                                      {},
		"localhost":                             {},
		"public":                                {},
		"public.":                               {},
		"public.localhost:http":                 {},
		"x.public.localhost":                    {},
		"public.a b":                            {},
		"111111111111.dkr.ecr.public.localhost": {},
	} {
		got, ok := ParsePublic(host)
		if got != want || ok != (want != Public{}) {
			t.Errorf("ParsePublic(%q) = %+v, %t, want %+v", host, got, ok, want)
		}
		if back := strings.ToLower(host); ok && got.Host() != back {
			t.Errorf("Host() = %q, want %q", got.Host(), back)
		}
		if reg, private := ParseRegistry(host); ok && private {
			t.Errorf("%q is private, too: %+v", host, reg)
		}
		if ok && got.OfAWS() != strings.Contains(host, "aws") {
			t.Errorf("%q is of AWS: %t", host, got.OfAWS())
		}
	}
}

func TestParseImage(t *testing.T) {
	const host = "222222222222.dkr.ecr.us-east-1.localhost:5000"
	reg := Registry{"222222222222", "us-east-1", "localhost", "5000"}
	for ref, want := range map[string]Image{
		host + "/app":                   {Registry: reg, Repository: "app"},
		host + "/team/app:v1":           {Registry: reg, Repository: "team/app", Tag: "v1"},
		host + "/team/app@sha256:00":    {Registry: reg, Repository: "team/app", Digest: "sha256:00"},
		host + "/team/app:v1@sha256:00": {Registry: reg, Repository: "team/app", Tag: "v1", Digest: "sha256:00"},
	} {
		got, ok := ParseImage(ref)
		if !ok {
			t.Errorf("ParseImage(%q) refused", ref)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseImage(%q) (-want +got):\n%s", ref, diff)
		}
		if got.String() != ref {
			t.Errorf("String() = %q, want %q", got, ref)
		}
	}
	for _, ref := range []string{"", "app:v1", host, host + "/", "docker.io/library/app:v1"} {
		if got, ok := ParseImage(ref); ok {
			t.Errorf("ParseImage(%q) = %+v", ref, got)
		}
	}
}
