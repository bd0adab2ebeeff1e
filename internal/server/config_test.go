package server

import (
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

func TestConfigDefaults(t *testing.T) {
	dir := t.TempDir()
	c, err := Config{DataDir: dir}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if c.Database != "sqlite:"+filepath.Join(dir, "meta.db") || c.Listen != "127.0.0.1:5000" || c.DefaultRegion != "us-east-1" {
		t.Errorf("defaults: %+v", c)
	}
	if diff := cmp.Diff([]string{"localhost", "amazonaws.com", "on.aws"}, c.Domains); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
}

func TestConfigRefuses(t *testing.T) {
	for want, c := range map[string]Config{
		"data directory is not set":       {},
		"is not a domain":                 {DataDir: "x", Domains: []string{"http://x"}},
		"is not the name of a region":     {DataDir: "x", DefaultRegion: "US EAST"},
		"is not a 12-digit id":            {DataDir: "x", DefaultAccount: "123"},
		"a TLS certificate needs its key": {DataDir: "x", TLSCert: "a"},
		"negative time":                   {DataDir: "x", KeepDecisions: -1},
		"must be 2 at least":              {DataDir: "x", MaxUploads: 1},
		"wait for a negative time":        {DataDir: "x", MaxWait: -1},
		"must stay for an hour at least":  {DataDir: "x", GarbageGrace: 59 * time.Minute},
		"more often than once a minute":   {DataDir: "x", GarbageInterval: time.Second},
		"want a host name in lower case":  {DataDir: "x", OIDCResolve: map[string]string{"Example.com": "127.0.0.1:1"}},
		"and an address with a port":      {DataDir: "x", OIDCResolve: map[string]string{"example.com": "127.0.0.1"}},
		"cannot be trusted":               {DataDir: "x", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		"choose either":                   {DataDir: "x", TLSCert: "a", TLSKey: "b", TLSSelfSigned: true},
		"refusing plain HTTP on :5000":    {DataDir: "x", Listen: ":5000"},
		"refusing plain HTTP on 10.0.0.1": {DataDir: "x", Listen: "10.0.0.1:5000"},
	} {
		if _, err := c.withDefaults(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	for _, c := range []Config{
		{DataDir: "x", Listen: ":5000", InsecureHTTP: true},
		{DataDir: "x", Listen: ":5000", TLSSelfSigned: true},
		{DataDir: "x", Listen: "[::1]:5000"},
		{DataDir: "x", Listen: "localhost:0"},
	} {
		if _, err := c.withDefaults(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestResolve(t *testing.T) {
	s := &Server{port: "5000", cfg: Config{
		Domains: []string{"localhost", "amazonaws.com"}, DefaultAccount: "111111111111", DefaultRegion: "us-east-1",
	}}
	fallback := endpoint.Registry{Account: "111111111111", Region: "us-east-1", Domain: "localhost", Port: "5000"}
	for _, tt := range []struct {
		host, query string
		want        endpoint.Registry
	}{
		{"222222222222.dkr.ecr.eu-west-1.localhost:5000", "", endpoint.Registry{Account: "222222222222", Region: "eu-west-1", Domain: "localhost", Port: "5000"}},
		{"222222222222.dkr.ecr.eu-west-1.amazonaws.com", "", endpoint.Registry{Account: "222222222222", Region: "eu-west-1", Domain: "amazonaws.com"}},
		{"127.0.0.1:5000", "?ns=222222222222.dkr.ecr.eu-west-1.amazonaws.com", endpoint.Registry{Account: "222222222222", Region: "eu-west-1", Domain: "amazonaws.com"}},
		{"222222222222.dkr.ecr.eu-west-1.localhost:5000", "?ns=333333333333.dkr.ecr.eu-west-1.localhost", endpoint.Registry{Account: "333333333333", Region: "eu-west-1", Domain: "localhost"}},
		{"127.0.0.1:5000", "", fallback},
		{"localhost:5000", "", fallback},
		{"127.0.0.1:5000", "?ns=docker.io", fallback},
		{"222222222222.dkr.ecr.eu-west-1.example.com", "", fallback},
	} {
		r := httptest.NewRequest("GET", "http://x/v2/"+tt.query, nil)
		r.Host = tt.host
		got, err := s.resolve(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s%s (-want +got):\n%s", tt.host, tt.query, diff)
		}
	}
}

// A registry is named as the client can reach it.
func TestRegistryAt(t *testing.T) {
	s := &Server{port: "5000", cfg: Config{Domains: []string{"localhost", "amazonaws.com"}}}
	for host, want := range map[string]string{
		"127.0.0.1:5000":                       "222222222222.dkr.ecr.us-east-1.localhost:5000",
		"localhost:5000":                       "222222222222.dkr.ecr.us-east-1.localhost:5000",
		"api.ecr.us-east-1.amazonaws.com":      "222222222222.dkr.ecr.us-east-1.amazonaws.com",
		"API.ECR.us-east-1.AMAZONAWS.com:8443": "222222222222.dkr.ecr.us-east-1.amazonaws.com:8443",
		"amazonaws.com":                        "222222222222.dkr.ecr.us-east-1.amazonaws.com",
		"localhost:7000":                       "222222222222.dkr.ecr.us-east-1.localhost:7000",
		"api.localhost:7000":                   "222222222222.dkr.ecr.us-east-1.localhost:7000",
		"evilamazonaws.com":                    "222222222222.dkr.ecr.us-east-1.localhost:5000",
	} {
		if got := s.registryAt(host, "222222222222", "us-east-1").Host(); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}
