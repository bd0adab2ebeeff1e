package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/need"
)

// A specification with files is built by a builder that has no rights of its own, its log is followed, and the image is there.
func TestRemoteBuild(t *testing.T) {
	w := newBuildWorld(t)
	b := w.builder()
	spec := w.spec("one", "env: {MODE: fast}\nentrypoint: [python3, src/main.py]\n")
	r := w.runner.run("build", spec, "--remote", "--profile", buildDev, "--no-flytekit")
	if r.code != 0 {
		t.Fatalf("status %d\n%s%s\nbuilder:\n%s", r.code, r.stdout, r.stderr, b.stderr.String())
	}
	ref := strings.TrimSpace(r.stdout)
	contains(t, r.stderr, "is queued", "upload", "layers on top of", "built "+w.host+"/team/app:")
	if !strings.HasPrefix(ref, w.host+"/team/app@sha256:") {
		t.Fatalf("reference %q", ref)
	}
	digest, err := name.NewDigest(ref)
	if err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(digest, remote.WithAuth(w.auth()), remote.WithTransport(w.server.HTTP().Transport))
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(config.Config.Env, "MODE=fast") {
		t.Errorf("environment %v", config.Config.Env)
	}
	all := w.list()
	if len(all) != 1 || all[0].State != "SUCCEEDED" || !strings.HasSuffix(ref, all[0].ImageDigest) || !strings.HasSuffix(all[0].Caller, ":user/dev") {
		t.Errorf("builds %+v", all)
	}
	contains(t, w.ok(buildDev, "builds", "logs", all[0].ID, "--follow"), "layers on top of", "built ")

	// The same by the machine itself is the same image.
	local := w.ok(buildDev, "build", spec, "--no-flytekit", "--check-only")
	contains(t, local, "is present")
	again := w.runner.run("build", spec, "--remote", "--profile", buildDev, "--no-flytekit", "--force")
	if got := strings.TrimSpace(again.stdout); got != ref {
		t.Errorf("built again: %q, want %q\n%s", got, ref, again.stderr)
	}
	detached := w.ok(buildDev, "build", spec, "--remote", "--no-flytekit", "--detach")
	contains(t, w.ok(buildDev, "builds", "logs", strings.TrimSpace(detached), "-f"), "it exists")

	for place, text := range map[string]string{"builder's log": b.stderr.String(), "client": r.stderr + r.stdout} {
		if strings.Contains(text, "AQ") && strings.Contains(text, "contexts/") {
			t.Errorf("the %s shows a path of files:\n%s", place, text)
		}
	}
}

// An account's builds are not there for another.
func TestRemoteForeign(t *testing.T) {
	w := newBuildWorld(t)
	c := w.remote(w.spec("one", ""), "--detach")
	c.wait(t)
	id := w.list()[0].ID
	unknown := "00000000-0000-0000-0000-000000000000"
	for _, command := range []string{"logs", "cancel"} {
		got := w.runner.run("builds", command, id, "--profile", buildOther)
		want := w.runner.run("builds", command, unknown, "--profile", buildOther)
		if got.code != 1 || strings.ReplaceAll(got.stderr, id, unknown) != want.stderr {
			t.Errorf("%s: %q, and of one that is not there %q", command, got.stderr, want.stderr)
		}
	}
	if got := w.ok(buildOther, "builds", "list"); got != "There are no builds.\n" {
		t.Errorf("list: %s", got)
	}
}

// Rights that are taken away while a build runs are gone for the build.
func TestRemoteRevoked(t *testing.T) {
	w := newBuildWorld(t)
	open := w.gate.close()
	defer open()
	b := w.builder()
	c := w.remote(w.spec("one", ""))
	w.held()
	w.allow(buildDev, `"ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","pratique:*"`)
	open()
	c.wait(t)
	var info buildInfo
	decode(t, c.stdout.String(), &info)
	if c.code != 1 || info.State != "FAILED" || !strings.Contains(info.Reason, "403 Forbidden") {
		t.Errorf("status %d, %+v\n%s", c.code, info, b.stderr.String())
	}
	got := w.runner.run("build", w.spec("one", "env: {X: y}\n"), "--remote", "--profile", buildDev, "--no-flytekit")
	if got.code != 1 || !strings.Contains(got.stderr, "not authorized to perform: ecr:GetAuthorizationToken") {
		t.Errorf("a build that could not push is started: %+v", got)
	}
}

// Interrupting the client cancels the build, and the builder breaks it off.
func TestRemoteInterrupt(t *testing.T) {
	w := newBuildWorld(t)
	open := w.gate.close()
	defer open()
	b := w.builder()
	c := w.remote(w.spec("one", ""))
	id := w.held().ID
	c.stop()
	c.wait(t)
	if c.code != 1 || !strings.Contains(c.stderr.String(), "interrupted; build "+id+" is canceled") {
		t.Errorf("status %d, %s", c.code, c.stderr.String())
	}
	if got := w.list()[0]; got.State != "CANCELED" {
		t.Errorf("%+v", got)
	}
	for began := time.Now(); !strings.Contains(b.stderr.String(), "build broken off"); {
		if time.Since(began) > time.Minute {
			t.Fatalf("the builder goes on:\n%s", b.stderr.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	open()
	got := w.runner.run("build", w.spec("one", ""), "--check-only", "--profile", buildDev, "--no-flytekit")
	if got.code != notAllowed {
		t.Errorf("a canceled build made an image: %+v", got)
	}
}

// A builder that stops gives its build back, and another one does it.
func TestBuilderDrains(t *testing.T) {
	w := newBuildWorld(t)
	open := w.gate.close()
	defer open()
	first := w.builder("--name", "first")
	c := w.remote(w.spec("one", ""))
	w.held()
	first.stop()
	first.wait(t)
	if first.code != 0 {
		t.Errorf("the builder stops with status %d:\n%s", first.code, first.stderr.String())
	}
	if got := w.list()[0]; got.State != "QUEUED" {
		t.Errorf("%+v", got)
	}
	open()
	w.builder("--name", "second")
	c.wait(t)
	var info buildInfo
	decode(t, c.stdout.String(), &info)
	if c.code != 0 || info.State != "SUCCEEDED" || info.Worker != "second" || info.Attempts != 2 {
		t.Errorf("status %d, %+v", c.code, info)
	}
}

// A builder that is killed loses its build, and another one does it.
func TestBuilderKilled(t *testing.T) {
	w := newBuildWorld(t)
	open := w.gate.close()
	defer open()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	killed := exec.Command(self, w.builderArgs("--name", "killed")...)
	killed.Args[0] = "pratique"
	killed.Env = append(os.Environ(), "AWS_CONFIG_FILE="+w.runner.files.config, "AWS_SHARED_CREDENTIALS_FILE="+w.runner.files.credentials)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	c := w.remote(w.spec("one", ""))
	w.held()
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var status *exec.ExitError
	if err := killed.Wait(); !errors.As(err, &status) {
		t.Fatal(err)
	}
	open()
	w.skew.Add(int64(61 * time.Second))
	w.builder("--name", "second")
	c.wait(t)
	var info buildInfo
	decode(t, c.stdout.String(), &info)
	if c.code != 0 || info.State != "SUCCEEDED" || info.Worker != "second" {
		t.Errorf("status %d, %+v", c.code, info)
	}
	contains(t, w.ok(buildDev, "builds", "logs", info.ID), "Builder killed has not been heard of")
}

// What a builder does not do fails with the reason, and leaves nothing.
func TestRemoteRefused(t *testing.T) {
	w := newBuildWorld(t)
	b := w.builder()
	for more, want := range map[string]string{
		"apt_packages: [git]\n":         "no builder that is connected runs commands",
		"python_version: \"3.9\"\n":     "3.9",
		"packages: [\"beta==1.0\"]\n":   "beta",
		"base_image: 127.0.0.1:1/x:1\n": "127.0.0.1",
	} {
		file := w.spec("refused", "")
		text := read(t, file)
		if strings.HasPrefix(more, "base_image") {
			text = strings.ReplaceAll(text, "base_image: "+w.base+"\n", "")
		}
		write(t, file, text+more)
		got := w.runner.run("build", file, "--remote", "--profile", buildDev, "--no-flytekit", "--force")
		if got.code != 1 || !strings.Contains(got.stderr, "failed: ") || !strings.Contains(got.stderr, want) {
			t.Errorf("%q: status %d, %s", more, got.code, got.stderr)
		}
		for _, secret := range []string{w.dir, "AWS:"} {
			if strings.Contains(got.stderr, secret) {
				t.Errorf("%q: the log has %q:\n%s", more, secret, got.stderr)
			}
		}
	}
	b.stop()
	b.wait(t)
	if strings.Contains(b.stderr.String(), "panic") {
		t.Errorf("builder:\n%s", b.stderr.String())
	}
}

// What cannot be sent is refused before anything is.
func TestRemoteUnsent(t *testing.T) {
	w := newBuildWorld(t)
	outside := filepath.Join(w.dir, "outside.txt")
	write(t, outside, "alpha==1.0\n")
	file := func(text string) string {
		name := filepath.Join(w.dir, "one", "image.yaml")
		w.spec("one", "")
		write(t, name, fmt.Sprintf("name: team/app\nregistry: %s\n%s", w.host, text))
		return name
	}
	for _, c := range []struct{ text, flags, want string }{
		{"requirements: ../outside.txt\n", "", "not below the directory"},
		{"requirements: " + outside + "\n", "", "not below the directory"},
		{"pip_secret_mounts: [[a, /run/secrets/a]]\n", "", "pip_secret_mounts"},
		{"", "--no-push --output-layout x", "push"},
		{"", "--create-repository", "creation template"},
		{"", "--builder buildah", "up to the server"},
		{"", "--uv x", "on this machine"},
		{"", "--plan", "none of the others can be"},
		{"", "--tag example.com/x:1", "not in a registry"},
		{"", "--tag 222222222222.dkr.ecr.us-east-1.elsewhere.com/x:1", "Want an image in a registry of this server"},
	} {
		got := w.runner.run(append([]string{"build", file(c.text), "--remote", "--profile", buildDev}, strings.Fields(c.flags)...)...)
		if got.code != 1 || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%q %s: status %d, %s", c.text, c.flags, got.code, got.stderr)
		}
	}
	if all := w.list(); len(all) != 0 {
		t.Errorf("builds were started: %+v", all)
	}
}

// The example of the documentation works with curl.
func TestCurl(t *testing.T) {
	need.Tools(t, "curl")
	w := newBuildWorld(t)
	w.builder()
	key := w.user("curl", `"ecr:*","pratique:*"`)
	call := func(method, path, body string, out any) {
		t.Helper()
		args := []string{"-sS", "--fail-with-body", "--aws-sigv4", "aws:amz:us-east-1:pratique", "--user", key.AccessKeyID + ":" + key.SecretAccessKey, "-X", method, w.server.URL() + path}
		if body != "" {
			args = append(args, "-H", "content-type: application/json", "--data-binary", body)
		}
		text, err := exec.Command("curl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("curl %s %s: %v\n%s", method, path, err, text)
		}
		decode(t, string(text), out)
	}
	spec := fmt.Sprintf("name: team/app\nregistry: %s\nbase_image: %s\npackages: [alpha==1.0]\npip_index: %s/simple/\nplatform: linux/%s\n", w.host, w.base, w.gate.URL, runtime.GOARCH)
	body, err := json.Marshal(map[string]string{"image": w.host + "/team/app", "spec": spec, "options": `{"noFlytekit":true}`})
	if err != nil {
		t.Fatal(err)
	}
	var started struct {
		Build struct{ BuildId, State string }
	}
	call("POST", "/imagespec/builds", string(body), &started)
	path := "/imagespec/builds/" + started.Build.BuildId
	var page struct {
		Events   []struct{ Message string }
		After    int64
		Complete bool
		Build    struct{ State, ImageDigest, StateReason string }
	}
	for n := 0; !page.Complete && n < 20; n++ {
		// In the order of the alphabet, which old versions of curl do not make.
		call("GET", fmt.Sprintf("%s/logs?after=%d&waitSeconds=10", path, page.After), "", &page)
	}
	if page.Build.State != "SUCCEEDED" {
		t.Fatalf("%+v", page)
	}
	var described struct{ Build struct{ ImageDigest string } }
	call("GET", path, "", &described)
	if described.Build.ImageDigest != page.Build.ImageDigest || page.Build.ImageDigest == "" {
		t.Errorf("%+v, %+v", described, page.Build)
	}
	var listed struct{ Builds []struct{ BuildId string } }
	call("GET", "/imagespec/builds?maxResults=1&state=SUCCEEDED", "", &listed)
	if len(listed.Builds) != 1 || listed.Builds[0].BuildId != started.Build.BuildId {
		t.Errorf("%+v", listed)
	}
	call("POST", path+"/cancel", "", &described) // it has ended, and stays as it is
}

// A builder of one account takes the builds of another that has let it in with a role.
func TestBuilderAssumesRole(t *testing.T) {
	w := newBuildWorld(t)
	ctx, engine := t.Context(), w.server.IAM()
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`
	if _, err := engine.CreateRole(ctx, buildAccount, iam.NewRole{Name: "builds", Trust: trust}); err != nil {
		t.Fatal(err)
	}
	may := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["pratique:LeaseBuild","pratique:HeartbeatBuild","pratique:PutBuildLogs","pratique:FinishBuild"],"Resource":"*"}}`
	if err := engine.PutInlinePolicy(ctx, buildAccount, iam.Entity{Kind: iam.EntityRole, Name: "builds"}, "may", may); err != nil {
		t.Fatal(err)
	}
	const user = "fleet"
	if _, err := engine.CreateUser(ctx, "111111111111", iam.NewUser{Name: user}); err != nil {
		t.Fatal(err)
	}
	sts := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`
	if err := engine.PutInlinePolicy(ctx, "111111111111", iam.Entity{Kind: iam.EntityUser, Name: user}, "may", sts); err != nil {
		t.Fatal(err)
	}
	key, err := engine.CreateAccessKey(ctx, "111111111111", user)
	if err != nil {
		t.Fatal(err)
	}
	write(t, w.runner.files.config, read(t, w.runner.files.config)+fmt.Sprintf("[profile fleet]\nregion = us-east-1\nendpoint_url = %s\n", w.server.URL()))
	write(t, w.runner.files.credentials, read(t, w.runner.files.credentials)+fmt.Sprintf("[fleet]\naws_access_key_id = %s\naws_secret_access_key = %s\n", key.ID, key.Secret.Reveal()))
	b := w.builder("--profile", user, "--assume-role", "arn:aws:iam::"+buildAccount+":role/builds")
	got := w.runner.run("build", w.spec("one", ""), "--remote", "--profile", buildDev, "--no-flytekit")
	if got.code != 0 {
		t.Errorf("status %d: %s\n%s", got.code, got.stderr, b.stderr.String())
	}
}
