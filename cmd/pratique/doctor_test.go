package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/doctor"
)

// ward is the demo's stage with a small image, seen from a machine whose disk
// is large and whose environment is empty.
func ward(t *testing.T) (*demo, runner, string) {
	t.Helper()
	d, r := stage(t)
	layer, err := newLayer(imageFile{"hello", 0o644, []byte("hello, world\n")})
	if err != nil {
		t.Fatal(err)
	}
	img, err := newImage(v1.Config{}, layer)
	if err != nil {
		t.Fatal(err)
	}
	login, err := token(t.Context(), d.owner)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := d.ref()
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, d.remote(t.Context(), login, nil)...); err != nil {
		t.Fatal(err)
	}
	r.machine = func(m *doctor.Machine) {
		m.Getenv = func(string) string { return "" }
		m.Resolve = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		m.Files = fstest.MapFS{"var/lib/docker/x": {}}
		m.Space = func(string) (uint64, error) { return 100 << 30, nil }
		m.DockerConfig = "/home/ann/.docker/config.json"
	}
	return d, r, d.host + "/" + demoImage + ":" + demoTag
}

// unsteady are what differs between runs, and what the golden files have for it.
var unsteady = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b(localhost|127\.0\.0\.1):\d+`), "$1:5000"},
	{regexp.MustCompile(`sha256:[0-9a-f]{64}`), "sha256:0000000000000000000000000000000000000000000000000000000000000000"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`), "2026-11-03 12:00 UTC"},
	{regexp.MustCompile(`answers after [0-9.]+m?s`), "answers after 1ms"},
	{regexp.MustCompile(`in [0-9.]+[a-z]+ \([0-9.]+ [KMG]?i?B/s\)`), "in 1ms (1.0 MiB/s)"},
	{regexp.MustCompile(`AKIA…[A-Z0-9]{4}`), "AKIA…XMPL"},
	{regexp.MustCompile(`"elapsedMillis": \d+`), `"elapsedMillis": 21`},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "0d5a7bd2-6b0c-4d4c-9a3e-0d0a5f3f9b1e"},
	{regexp.MustCompile(`linux/` + runtime.GOARCH), "linux/amd64"},
	{regexp.MustCompile(`\d+ B to download and takes about [0-9.]+ K?i?B`), "300 B to download and takes about 1.2 KiB"},
	{regexp.MustCompile(`0000, \d+ bytes`), "0000, 400 bytes"},
	{regexp.MustCompile(`\d+ B of \d+ B`), "150 B of 150 B"},
}

func steady(text string) string {
	for _, u := range unsteady {
		text = u.pattern.ReplaceAllString(text, u.instead)
	}
	return text
}

func TestDoctorText(t *testing.T) {
	d, r, image := ward(t)
	args := func(more ...string) []string {
		return append([]string{"doctor", image, "--docker-config", "/home/ann/.docker/config.json", "--profile", planeProfile, "--owner-profile", ownerProfile}, more...)
	}
	denied := r.run(args()...)
	if denied.code != notAllowed || denied.stderr != "" {
		t.Errorf("denied: status %d, %s", denied.code, denied.stderr)
	}
	golden(t, "testdata/doctor/denied.txt", steady(denied.stdout))

	r.ok("grant", "kubernetes", "--principal", "arn:aws:iam::"+planeAccount+":user/"+adminUser, "--repository", d.host+"/"+demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile)
	golden(t, "testdata/doctor/healthy.txt", steady(r.ok(args()...)))

	elsewhere := r.run(args("--platform", "linux/riscv64")...)
	if elsewhere.code != notAllowed || !strings.Contains(elsewhere.stdout, "The pull fails (platform): the image is for linux/"+runtime.GOARCH+", not for linux/riscv64") {
		t.Errorf("wrong platform: status %d\n%s", elsewhere.code, elsewhere.stdout)
	}
}

// The example of the documentation is what comes out, and every member of it
// is described.
func TestDoctorJSON(t *testing.T) {
	const file = "../../docs/doctor.md"
	_, r, image := ward(t)
	got := r.run("doctor", image, "--docker-config", "/home/ann/.docker/config.json", "--profile", planeProfile, "--owner-profile", ownerProfile, "--output", "json")
	if got.code != notAllowed {
		t.Fatalf("status %d, %s", got.code, got.stderr)
	}
	doc := read(t, file)
	before, rest, _ := strings.Cut(doc, "```json\n")
	_, after, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatalf("%s has no example", file)
	}
	golden(t, file, before+"```json\n"+steady(got.stdout)+"```\n"+after)
	var v any
	if err := json.Unmarshal([]byte(got.stdout), &v); err != nil {
		t.Fatal(err)
	}
	members := map[string]string{}
	names(v, "doctor", members)
	if len(members) < 15 {
		t.Errorf("only %d members were seen", len(members))
	}
	for name := range members {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("the member %s is not described", name)
		}
	}
}

func TestDoctorErrors(t *testing.T) {
	for args, want := range map[string]string{
		"doctor":                                  "arg",
		"doctor public.ecr.aws/docker/library/x":  "public registry",
		"doctor " + uri("xy") + " --platform mac": "os/architecture",
		"doctor " + uri("xy") + " --output yaml":  "must be text or json",
		"doctor " + uri("xy") + " --timeout soon": "invalid argument",
	} {
		got := runner{t: t}.run(strings.Fields(args)...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("pratique %s: status %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
}

// A machine without a network, credentials or docker is told so, in time.
func TestDoctorAlone(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	dir := t.TempDir()
	r := runner{t: t, files: awsFiles{filepath.Join(dir, "config"), filepath.Join(dir, "credentials")}}
	for _, name := range []string{r.files.config, r.files.credentials} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.machine = func(m *doctor.Machine) {
		m.Resolve = func(context.Context, string) ([]string, error) { return nil, errors.New("no network") }
		m.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") }
		m.DockerConfig = filepath.Join(dir, "none")
	}
	got := r.run("doctor", "222222222222.dkr.ecr.us-east-1.amazonaws.com/team/app:v1", "--docker-config", filepath.Join(dir, "none"))
	if got.code != notAllowed {
		t.Errorf("status %d, %s", got.code, got.stderr)
	}
	contains(t, got.stdout, "The pull fails (name resolution): 222222222222.dkr.ecr.us-east-1.amazonaws.com cannot be resolved: no network", "✗ AWS credentials")
}

// With leave to ask for decisions, the one who pulls is shown the recorded
// statement.
func TestDoctorDecision(t *testing.T) {
	d, r, image := ward(t)
	if _, err := ecr.NewFromConfig(d.owner).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{
		RepositoryName: aws.String(demoImage),
		PolicyText:     aws.String(`{"Version":"2012-10-17","Statement":[{"Sid":"Stop","Effect":"Deny","Principal":"*","Action":"ecr:BatchGetImage"}]}`),
	}); err != nil {
		t.Fatal(err)
	}
	got := r.run("doctor", image, "--docker-config", "/none", "--profile", planeProfile, "--owner-profile", ownerProfile, "--output", "json")
	var report doctor.Report
	decode(t, got.stdout, &report)
	c := report.Find(doctor.Policy, "ecr:BatchGetImage")
	if c == nil || c.Code != "resource-deny" || c.DecisionID == "" || !strings.Contains(strings.Join(c.Details, "\n"), `decided by statement 1 "Stop"`) {
		t.Errorf("%+v", c)
	}
	contains(t, r.run("explain", c.DecisionID, "--profile", ownerProfile).stdout, "Stop")
}
