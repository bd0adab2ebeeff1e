package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// Every member of JSON output is described.
func TestJSONIsDocumented(t *testing.T) {
	doc := read(t, "../../docs/explain-json.md")
	d, r := stage(t)
	repo := d.host + "/" + demoImage
	profiles := []string{"--profile", planeProfile, "--owner-profile", ownerProfile, "--output", "json"}
	data := []string{"--data", filepath.Join(d.dir, "data")}
	file := filepath.Join(t.TempDir(), "policy.json")
	write(t, file, pullPolicy(`["`+nodesARN+`", "arn:aws:iam::111111111111:user/`+adminUser+`"]`))

	members := map[string]string{}
	collect := func(args ...string) {
		t.Helper()
		got := r.run(append(args, profiles...)...)
		var v any
		if err := json.Unmarshal([]byte(got.stdout), &v); err != nil {
			t.Fatalf("%v: %v\n%s%s", args, err, got.stdout, got.stderr)
		}
		names(v, strings.Join(args[:2], " "), members)
	}
	id := deniedCall(t, d)
	collect("explain", "--as", nodesARN, "pull", repo+":v1", "--trace")
	collect("explain", id)
	collect(append([]string{"explain", id}, data...)...)
	collect(append([]string{"policy", "set", repo, file}, data...)...)
	collect("policy", "get", repo)
	collect(append([]string{"policy", "delete", repo, "--dry-run"}, data...)...)
	collect(append([]string{"who-can-pull", repo, "--all"}, data...)...)
	collect("lint", "testdata/lint/release.json")
	if len(members) < 60 {
		t.Errorf("only %d members were seen", len(members))
	}
	for name, command := range members {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("%s has the member %s, which is not described", command, name)
		}
	}
}

// names collects the names of members below a value.
func names(v any, command string, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			into[name] = command
			names(value, command, into)
		}
	case []any:
		for _, e := range v {
			names(e, command, into)
		}
	}
}
