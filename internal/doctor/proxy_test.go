package doctor

import (
	"net/url"
	"testing"
)

func TestProxies(t *testing.T) {
	const registry = "https://222222222222.dkr.ecr.us-east-1.amazonaws.com"
	for _, tt := range []struct {
		env  map[string]string
		url  string
		want string // empty: none; "!": an error
	}{
		{nil, registry, ""},
		{map[string]string{"HTTPS_PROXY": "http://p:3128"}, registry, "http://p:3128"},
		{map[string]string{"https_proxy": "p:3128"}, registry, "http://p:3128"},
		{map[string]string{"HTTPS_PROXY": "socks5://p"}, registry, "socks5://p"},
		{map[string]string{"HTTP_PROXY": "http://p:3128"}, registry, ""},
		{map[string]string{"HTTP_PROXY": "http://p:3128"}, "http://registry.example.com", "http://p:3128"},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, registry, ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "no_proxy": "x, amazonaws.com"}, registry, ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": ".amazonaws.com"}, registry, ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "*.amazonaws.com"}, registry, ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "azonaws.com"}, registry, "http://p"},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": ".registry.example.com"}, "https://registry.example.com", "http://p"},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "registry.example.com:5000"}, "https://registry.example.com", "http://p"},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "registry.example.com:5000"}, "https://Registry.example.com:5000", ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3:5000", ""},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, "https://11.1.2.3:5000", "http://p"},
		{map[string]string{"HTTPS_PROXY": "http://p", "NO_PROXY": ","}, registry, "http://p"},
		{map[string]string{"HTTPS_PROXY": "http://p"}, "https://x.localhost:5000", ""},
		{map[string]string{"HTTPS_PROXY": "http://p"}, "https://127.0.0.1:5000", ""},
		{map[string]string{"HTTPS_PROXY": "ftp://p"}, registry, "!"},
		{map[string]string{"HTTPS_PROXY": "http://:secret@"}, registry, "!"},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := readProxies(func(k string) string { return tt.env[k] }).forURL(u)
		text := ""
		switch {
		case err != nil:
			text = "!"
		case got != nil:
			text = got.String()
		}
		if text != tt.want {
			t.Errorf("%v for %s: %q, %v; want %q", tt.env, tt.url, text, err, tt.want)
		}
	}
}

func TestParseReference(t *testing.T) {
	for s, want := range map[string]struct {
		code             Code
		repository, what string
		known            bool // the host names a registry
	}{
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app":           {"", "app", "latest", true},
		"https://222222222222.dkr.ecr.us-east-1.localhost:5000/a1:x": {"", "a1", "x", true},
		"127.0.0.1:5000/team/app:v1":                                 {"", "team/app", "v1", false},
		"localhost/team/app":                                         {"", "team/app", "latest", false},
		"ghcr.io/team/app:v1":                                        {"", "team/app", "v1", false},
		"222222222222.dkr-ecr.eu-west-1.on.aws/app:v1":               {"", "app", "v1", true},
		"222222222222.dkr.ecr.cn-north-1.amazonaws.com.cn/app":       {"", "app", "latest", true},
		"222222222222.dkr.ecr.mars-1.example.com/app":                {"", "app", "latest", true},
		"222222222222.dkr.ecr.cn-north-1.amazonaws.com/app":          {code: BadRegion},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com.cn/app":        {code: BadRegion},
		"222222222222.dkr.ecr.us-eats-1.amazonaws.com/app":           {code: BadRegion},
		"2222-2222-2222.dkr.ecr.us-east-1.amazonaws.com/app":         {code: BadAccount},
		"acme.dkr.ecr.us-east-1.amazonaws.com/app":                   {code: BadAccount},
		"222222222222.ecr.us-east-1.amazonaws.com/app":               {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com":               {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/":              {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app:":          {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app@":          {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app@sha256:1":  {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app:v 1":       {code: BadReference},
		"222222222222.dkr.ecr.us-east-1.amazonaws.com/app:-v":        {code: BadReference},
		"": {code: BadReference}, "nginx": {code: ForeignRegistry}, "library/nginx:1": {code: ForeignRegistry},
	} {
		ref, code, wrong := parseReference(s)
		if code != want.code || ref.repository != want.repository || ref.tag != want.what || (ref.registry != nil) != want.known || (wrong == "") != (code == "") {
			t.Errorf("%q: %+v, %s, %s", s, ref, code, wrong)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	f.Add("222222222222.dkr.ecr.us-east-1.amazonaws.com/app:v1@sha256:x")
	f.Add("[::1]:5000/a")
	f.Fuzz(func(t *testing.T, s string) {
		ref, _, wrong := parseReference(s)
		if wrong == "" && (ref.host == "" || ref.repository == "" || ref.tag == "" && ref.digest == "") {
			t.Errorf("%q: %+v", s, ref)
		}
	})
}
