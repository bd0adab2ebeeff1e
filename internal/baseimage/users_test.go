package baseimage

import (
	"strings"
	"testing"
)

func TestLookupUser(t *testing.T) {
	u := parseUsers("root:x:0:0:root:/root:/bin/bash\n# comment\nbroken:x\nann:x:1000:100:Ann:/home/ann:/bin/sh\nodd:x:-1:0::/:/x\nhomeless:x:5:5:::/bin/sh\n12:x:99:98::/twelve:/bin/sh\nlast:x:4294967295:0::/:/x\n",
		"root:x:0:\nusers:x:100:ann\n7:x:77:\n+:\n")
	if len(u.Users) != 4 || len(u.Groups) != 3 {
		t.Errorf("%+v", u)
	}
	for spec, want := range map[string]User{
		"":            {"root", 0, 0, "/root"},
		"root":        {"root", 0, 0, "/root"},
		"0":           {"root", 0, 0, "/root"},
		"ann":         {"ann", 1000, 100, "/home/ann"},
		"1000":        {"ann", 1000, 100, "/home/ann"},
		"1000:1000":   {"ann", 1000, 1000, "/home/ann"},
		"ann:root":    {"ann", 1000, 0, "/home/ann"},
		"ann:":        {"ann", 1000, 100, "/home/ann"},
		":users":      {"root", 0, 100, "/root"},
		"4711":        {"", 4711, 0, "/"},
		"4711:users":  {"", 4711, 100, "/"},
		"homeless":    {"homeless", 5, 5, "/"},
		"12":          {"12", 99, 98, "/twelve"},
		"ann:7":       {"ann", 1000, 77, "/home/ann"},
		"65534:65534": {"", 65534, 65534, "/"},
	} {
		got, err := u.Lookup(spec)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v, want %+v", spec, got, err, want)
		}
	}
	for spec, want := range map[string]string{
		"bob":        `user "bob" is not in the image's /etc/passwd`,
		"ann:wheel":  `group "wheel" is not in the image's /etc/group`,
		"-1":         `user "-1" is not in`,
		"4294967295": `user "4294967295" is not in`,
	} {
		if _, err := u.Lookup(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", spec, err, want)
		}
	}
}
