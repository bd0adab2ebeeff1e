package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDemo runs the demo as a program of its own and checks what it says
// against what must be true.
func TestDemo(t *testing.T) {
	temp := t.TempDir()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "pratique", "demo", "--output", "json")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, "HOME="+temp, "HTTP_PROXY=http://127.0.0.1:1", "AWS_PROFILE=somebody", "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("pratique demo: %v\n%s%s", err, stdout.Bytes(), stderr.Bytes())
	}
	var got struct {
		OK    bool
		Steps []struct {
			Title string
			Facts map[string]any
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if !got.OK || len(got.Steps) != 9 {
		t.Fatalf("ok %v, %d steps; want all 9\n%s", got.OK, len(got.Steps), stdout.Bytes())
	}
	const sentence = "User: arn:aws:sts::111111111111:assumed-role/unionai-acme-flyteworker-node-group/i-0abc1234def567890 is not authorized to perform: " +
		"ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:222222222222:repository/simple-example-image " +
		"because no resource-based policy allows the ecr:BatchGetImage action"
	for _, i := range []int{4, 8} {
		facts := got.Steps[i].Facts
		if facts["message"] != sentence {
			t.Errorf("%s: message %q; want %q", got.Steps[i].Title, facts["message"], sentence)
		}
		if id, _ := facts["decisionId"].(string); len(id) < 8 {
			t.Errorf("%s: decision id %q", got.Steps[i].Title, id)
		}
	}
	if v, _ := got.Steps[7].Facts["version"].(string); !strings.HasPrefix(v, "pratique ") {
		t.Errorf("the pulled binary said %q", v)
	}
	if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) != 0 {
		t.Errorf("the demo left %v behind, %v", left, err)
	}
	if stderr.Len() != 0 {
		t.Errorf("standard error: %s", stderr.Bytes())
	}
}

func TestDemoText(t *testing.T) {
	out := runner{t: t}.ok("demo")
	contains(t, out,
		"1. Start a server", "denied: User: arn:aws:sts::111111111111:assumed-role/", "Fix in account 222222222222",
		"$ pratique grant union --org acme --account 111111111111", `+      "Sid": "AllowPull",`, "Verified by simulating the pull",
		"equal what was pushed", `-      "Sid": "AllowPull",`, "Done in",
	)
	if strings.Contains(out, "\x1b[") {
		t.Error("colour without a terminal")
	}
}

// stage starts a server with the demo's two accounts, role and repository.
func stage(t *testing.T) (*demo, runner) {
	t.Helper()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true") // no credentials from there
	d := &demo{app: &app{stdin: strings.NewReader(""), stdout: t.Output(), stderr: t.Output(), now: time.Now, getenv: os.Getenv}}
	t.Cleanup(func() {
		if err := d.cleanUp(); err != nil {
			t.Error(err)
		}
	})
	for _, step := range []func(*demo) error{
		func(d *demo) error { return d.start(t.Context(), &demoStep{Facts: map[string]any{}}) },
		func(d *demo) error { return d.makeRole(t.Context(), &demoStep{Facts: map[string]any{}}) },
		func(d *demo) error { return d.createRepository(t.Context(), &demoStep{Facts: map[string]any{}}) },
	} {
		if err := step(d); err != nil {
			t.Fatal(err)
		}
	}
	return d, runner{t: t, files: d.files}
}
