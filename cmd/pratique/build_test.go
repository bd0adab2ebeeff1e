package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// build runs the command with the test's cache, and with no credentials of the
// machine that it runs on.
func (w *buildWorld) build(profile string, args ...string) result {
	w.t.Helper()
	w.t.Setenv("HOME", w.dir)
	w.t.Setenv("DOCKER_CONFIG", filepath.Join(w.dir, "docker"))
	w.t.Setenv("REGISTRY_AUTH_FILE", "")
	w.t.Setenv("XDG_RUNTIME_DIR", w.dir)
	w.t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	all := append([]string{"build"}, args...)
	all = append(all, "--cache-dir", filepath.Join(w.dir, "cache"), "--no-flytekit")
	if profile != "" {
		all = append(all, "--profile", profile)
	}
	return w.runner.run(all...)
}

// template has pushes create repositories whose names begin so.
func (w *buildWorld) template(prefix string) {
	w.t.Helper()
	_, err := ecr.NewFromConfig(w.server.AWS(w.root)).CreateRepositoryCreationTemplate(w.t.Context(), &ecr.CreateRepositoryCreationTemplateInput{
		Prefix: aws.String(prefix), AppliedFor: []types.RCTAppliedFor{types.RCTAppliedForCreateOnPush},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// The example of the guide builds from Python text and from YAML, to a server
// that does not have the repository.
func TestBuildGuide(t *testing.T) {
	w := newBuildWorld(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "image-requirements.txt"), "alpha==1.0\n")
	python := filepath.Join(dir, "workflow.py")
	write(t, python, fmt.Sprintf(`from flytekit import ImageSpec, task

image_spec = ImageSpec(
    registry="%s",
    name="simple-example-image",
    base_image="%s",
    requirements="image-requirements.txt",
    pip_index="%s",
    platform="linux/%s",
)

@task(container_image=image_spec)
def hello() -> str:
    return "hello"
`, w.host, w.base, w.index.Simple(), runtime.GOARCH))
	yaml := filepath.Join(dir, "image.yaml")
	write(t, yaml, fmt.Sprintf("registry: %s\nname: simple-example-image\nbase_image: %s\nrequirements: image-requirements.txt\npip_index: %s\nplatform: linux/%s\n",
		w.host, w.base, w.index.Simple(), runtime.GOARCH))

	got := w.build(buildDev, python, "--check-only")
	if got.code != notAllowed || !strings.Contains(got.stdout, "is absent") {
		t.Errorf("before: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	got = w.build(buildDev, python)
	if got.code != 1 {
		t.Errorf("without a template: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stderr, "no repository", "simple-example-image", "CREATE_ON_PUSH", "--create-repository")

	w.template("ROOT")
	got = w.build(buildDev, python)
	if got.code != 0 {
		t.Fatalf("status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	reference := strings.TrimSpace(got.stdout)
	if !strings.HasPrefix(reference, w.host+"/simple-example-image@sha256:") || strings.Contains(reference, "\n") {
		t.Errorf("printed %q", got.stdout)
	}
	contains(t, got.stderr, "alpha 1.0 uploaded", "built "+w.host+"/simple-example-image:")
	again := w.build(buildDev, yaml)
	if again.code != 0 || strings.TrimSpace(again.stdout) != reference || !strings.Contains(again.stderr, "exists") {
		t.Errorf("the same from YAML: status %d, %s%s", again.code, again.stdout, again.stderr)
	}
	if got := w.build(buildDev, yaml, "--check-only"); got.code != 0 || !strings.Contains(got.stdout, "is present") {
		t.Errorf("after: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
}

// A refused check is not taken for "it exists", nor for "it does not".
func TestBuildForbidden(t *testing.T) {
	w := newBuildWorld(t)
	file := w.spec("a", "")
	w.allow(buildDev, `"ecr:GetAuthorizationToken"`)
	for _, args := range [][]string{{file}, {file, "--check-only"}} {
		got := w.build(buildDev, args...)
		if got.code != 1 || got.stdout != "" {
			t.Errorf("build %s: status %d, %s", args[1:], got.code, got.stdout)
		}
		contains(t, got.stderr, "forbidden", "not authorized to perform: ecr:BatchGetImage", "pratique explain ")
	}
	if got := w.build("", file); got.code != 1 || !strings.Contains(got.stderr, "unauthenticated") || !strings.Contains(got.stderr, "pratique login "+w.host) {
		t.Errorf("without credentials: status %d, %s", got.code, got.stderr)
	}
	w.allow(buildDev, `"ecr:GetAuthorizationToken","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"`)
	got := w.build(buildDev, file)
	if got.code != 1 {
		t.Errorf("who may pull and not push: status %d", got.code)
	}
	contains(t, got.stderr, "forbidden", "ecr:InitiateLayerUpload")
}

// Credentials that docker has are used, unless the registry does not take them.
func TestBuildKeychain(t *testing.T) {
	w := newBuildWorld(t)
	file := w.spec("a", "")
	config := filepath.Join(w.dir, "docker", "config.json")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	w.ok(buildDev, "login", w.host, "--config", config)
	if got := w.build("", file); got.code != 0 {
		t.Errorf("docker's credentials: status %d, %s", got.code, got.stderr)
	}
	write(t, config, `{"auths":{"`+w.host+`":{"auth":"QVdTOm9sZA=="}}}`)
	if got := w.build("", file, "--force"); got.code != 1 || !strings.Contains(got.stderr, "unauthenticated") {
		t.Errorf("expired and nothing else: status %d, %s", got.code, got.stderr)
	}
	t.Setenv("AWS_PROFILE", buildDev)
	if got := w.build("", file, "--force"); got.code != 0 {
		t.Errorf("expired, but with AWS credentials: status %d, %s", got.code, got.stderr)
	}
}

// Misspelt regions stop a build before anything is asked.
func TestBuildRegion(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "image.yaml")
	for _, text := range []string{
		"registry: 123456789012.dkr.ecr.us-eas-1.amazonaws.com\nname: simple-example-image\n",
		"registry: localhost:1\nbase_image: 123456789012.dkr.ecr.us-eas-1.amazonaws.com/base:v1\n",
	} {
		write(t, file, text)
		got := runner{t: t}.run("build", file)
		if got.code != 1 || !strings.Contains(got.stderr, "did you mean us-east-1?") {
			t.Errorf("%s: status %d, %s", text, got.code, got.stderr)
		}
	}
}

func TestBuildPlanAndTag(t *testing.T) {
	w := newBuildWorld(t)
	file := w.spec("a", "")
	got := w.build(buildDev, file, "--plan")
	if got.code != 0 {
		t.Errorf("plan: status %d, %s", got.code, got.stderr)
	}
	contains(t, got.stdout, "path: layers", w.host+"/base@sha256:")
	var plan struct{ Path string }
	decode(t, w.build(buildDev, file, "--plan", "-o", "json").stdout, &plan)
	if plan.Path != "layers" {
		t.Errorf("plan %+v", plan)
	}
	other := w.spec("b", "env: {A: b}\n")
	contains(t, w.build("", file, "--explain-tag").stdout, "MD5", "requirements", "_F_IMG_ID", "team/app:")
	got = w.build("", file, other, "--explain-tag")
	contains(t, got.stdout, "env", "+ {'A': 'b'}")
	var diff struct{ Changes []struct{ Field string } }
	decode(t, w.build("", file, other, "--explain-tag", "-o", "json").stdout, &diff)
	if len(diff.Changes) != 1 || diff.Changes[0].Field != "env" {
		t.Errorf("changes %+v", diff.Changes)
	}
	var result imagebuild.Result
	built := w.build(buildDev, file, "-o", "json")
	decode(t, built.stdout, &result)
	if result.Path != "layers" || result.Uploaded == 0 || len(result.Referrers) != 3 {
		t.Errorf("result %+v", result)
	}
	for line := range strings.Lines(built.stderr) {
		var e imagebuild.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Step == "" || e.Image != result.Image {
			t.Errorf("event %q: %v", line, err)
		}
	}
	layout := filepath.Join(w.dir, "layout")
	if got := w.build(buildDev, file, "--no-push", "--output-layout", layout); got.code != 0 || strings.TrimSpace(got.stdout) != result.Reference {
		t.Errorf("layout: status %d, %s%s, want %s", got.code, got.stdout, got.stderr, result.Reference)
	}
	tagged := w.build(buildDev, file, "--tag", "v1")
	if tagged.code != 0 || !strings.Contains(tagged.stderr, "/team/app:v1") {
		t.Errorf("a tag of its own: %s", tagged.stderr)
	}
	created := w.build(buildDev, file, "--tag", w.host+"/made/here:v1", "--create-repository")
	if created.code != 0 {
		t.Errorf("create the repository: %s", created.stderr)
	}
}

func TestBuildUsage(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "image.yaml"), "registry: localhost:1\nbase_image: localhost:1/b:v1\n")
	write(t, filepath.Join(dir, "none.yaml"), "name: x\n")
	for args, want := range map[string]string{
		"":                                     "give the file",
		"FILE --no-push":                       "--output-layout",
		"FILE --builder docker":                "--builder",
		"FILE --compression xz":                "gzip nor zstd",
		"FILE --progress bars":                 "--progress",
		"FILE --flytekit-compat x":             "--flytekit-compat",
		"FILE --layers -1":                     "--layers",
		"FILE --context /nonexistent":          "--context",
		"FILE --plan --check-only":             "plan",
		"FILE FILE":                            "--explain-tag",
		"FILE --platform amd64":                "platform",
		"FILE --no-flytekit --cache-dir TMP/c": "unreachable",
		"TMP/none.yaml --cache-dir TMP/c":      "registry",
		"TMP/missing.yaml":                     "missing.yaml",
	} {
		line := strings.NewReplacer("FILE", filepath.Join(dir, "image.yaml"), "TMP", dir).Replace(args)
		got := runner{t: t}.run(append([]string{"build"}, strings.Fields(line)...)...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("pratique build %s: status %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
	for s, ok := range map[string]bool{"": true, "0": true, "1700000000": true, "-1": false, "soon": false} {
		if _, err := sourceDate(s); (err == nil) != ok {
			t.Errorf("SOURCE_DATE_EPOCH=%q: %v", s, err)
		}
	}
}
