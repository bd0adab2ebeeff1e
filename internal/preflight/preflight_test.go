package preflight

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcr "github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/servertest"
	"github.com/pratique-dev/pratique/internal/workload"
)

const (
	owner = "222222222222"
	app   = "team/app"
	user  = "arn:aws:iam::222222222222:user/reader"
)

// world is a server with one account and one repository with an image.
type world struct {
	t     *testing.T
	s     *servertest.Server
	root  aws.Config
	reg   endpoint.Registry
	calls counter
}

// counter is a client that counts calls by operation, and can fail.
type counter struct {
	next *http.Client
	fail error

	mu sync.Mutex
	n  map[string]int
}

func (c *counter) Do(r *http.Request) (*http.Response, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.mu.Lock()
	c.n[operation]++
	c.mu.Unlock()
	return c.next.Do(r)
}

// Owner and Puller give the world's only credentials for its account.
func (w *world) Owner(_ context.Context, reg endpoint.Registry) (*aws.Config, string, error) {
	return w.Puller(context.Background(), reg.Account, reg)
}

func (w *world) Puller(_ context.Context, account string, _ endpoint.Registry) (*aws.Config, string, error) {
	if account != owner {
		return nil, "no credentials for account " + account, nil
	}
	cfg := w.root.Copy()
	cfg.HTTPClient = &w.calls
	return &cfg, "", nil
}

func start(t *testing.T) *world {
	s := servertest.Start(t)
	w := &world{t: t, s: s, root: s.AWS(s.Account(owner)), reg: s.Registry(owner), calls: counter{next: s.HTTP(), n: map[string]int{}}}
	_, err := ecr.NewFromConfig(w.root).CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String(app), ImageTagMutability: types.ImageTagMutabilityImmutable})
	w.must(err)
	w.push("v1")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(tag string, img v1.Image) {
	w.t.Helper()
	ref, err := name.ParseReference(w.reg.URI(app)+":"+tag, name.Insecure)
	w.must(err)
	key, err := w.root.Credentials.Retrieve(w.t.Context())
	w.must(err)
	w.must(remote.Write(ref, img, remote.WithTransport(w.s.HTTP().Transport), remote.WithAuth(&authn.Basic{Username: key.AccessKeyID, Password: key.SecretAccessKey})))
}

func (w *world) push(tag string) {
	w.t.Helper()
	img, err := random.Image(64, 1)
	w.must(err)
	img, err = mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers"}})
	w.must(err)
	w.write(tag, img)
}

func (w *world) options() Options {
	return Options{Credentials: w, Now: time.Now(), Within: 7 * 24 * time.Hour}
}

func (w *world) file(refs ...string) []*workload.File {
	f := &workload.File{Name: "x.yaml", Format: workload.Kubernetes}
	for _, ref := range refs {
		f.Images = append(f.Images, workload.Image{Ref: ref, File: f.Name, Use: workload.Run})
	}
	return []*workload.File{f}
}

var root = DataPlane{Name: "root", Principals: []string{"arn:aws:iam::222222222222:root"}}

// Each repository and each principal is read once, however often it is named,
// and its images at once.
func TestRunReadsOnce(t *testing.T) {
	w := start(t)
	var refs []string
	for i := range 250 {
		refs = append(refs, fmt.Sprintf("%s:v%d", w.reg.URI(app), i%125))
	}
	r, err := Run(t.Context(), root, w.file(refs...), w.options())
	w.must(err)
	if r.Count[OK] != 2 || r.Count[Fail] != 248 || r.Status != Fail {
		t.Errorf("%v, %s", r.Count, r.Status)
	}
	for operation, most := range map[string]int{"BatchGetImage": 2, "GetRepositoryPolicy": 1, "DescribeRepositories": 2, "GetDownloadUrlForLayer": 1, "GetLifecyclePolicy": 1} {
		if got := w.calls.n[operation]; got != most {
			t.Errorf("%s was called %d times; want %d", operation, got, most)
		}
	}
}

// What the API refuses to tell is unknown, and never all right.
func TestRefusals(t *testing.T) {
	w := start(t)
	api := iam.NewFromConfig(w.root)
	_, err := api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("reader")})
	w.must(err)
	key, err := api.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("reader")})
	w.must(err)
	_, err = ecr.NewFromConfig(w.root).PutLifecyclePolicy(t.Context(), &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: aws.String(
		`{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":3},"action":{"type":"expire"}}]}`)})
	w.must(err)
	reader := w.s.AWS(aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey})
	admin := w.root
	for denied, want := range map[string]string{
		"ecr:BatchGetImage":                  "image unknown: whether it exists is not known: ecr:BatchGetImage answered AccessDeniedException",
		"ecr:DescribeRepositories":           "repository unknown: ",
		"ecr:GetRepositoryPolicy":            "access unknown: ",
		"ecr:GetDownloadUrlForLayer":         "platform unknown: what it runs on is not known: ecr:GetDownloadUrlForLayer answered",
		"ecr:GetLifecyclePolicy":             "note: whether images of team/app expire soon was not checked: ecr:GetLifecyclePolicy answered",
		"ecr:StartLifecyclePolicyPreview":    "lifecycle warning: expires within 7 days by rule 1",
		"ecr:GetLifecyclePolicyPreview":      "lifecycle warning: expires within 7 days by rule 1",
		"ecr:Start*\", \"ecr:DescribeImages": "note: whether images of team/app expire soon was not checked: ecr:DescribeImages answered",
		"iam:Get*":                           "access unknown: ",
		"ecr:PutImage":                       "lifecycle warning: expires within 7 days by rule 1",
	} {
		_, err := iam.NewFromConfig(admin).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("reader"), PolicyName: aws.String("p"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["` + denied + `"],"Resource":"*"}]}`)})
		w.must(err)
		w.root = reader
		o := w.options()
		plane := root
		if denied == "iam:Get*" {
			plane = DataPlane{Principals: []string{user}}
		}
		r, err := Run(t.Context(), plane, w.file(w.reg.URI(app)+":v1"), o)
		w.must(err)
		var said strings.Builder
		for _, f := range r.Images[0].Findings {
			fmt.Fprintf(&said, "%s %s: %s\n", f.Check, f.Status, f.Message)
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&said, "note: %s\n", n)
		}
		if !strings.Contains(said.String(), want) {
			t.Errorf("without %s: no %q in:\n%s", denied, want, &said)
		}
		if strings.Contains(want, "unknown") && r.Status != Unknown {
			t.Errorf("without %s: status %s", denied, r.Status)
		}
	}
}

// Base images of what Release builds need more than a policy.
func TestReleaseBuilds(t *testing.T) {
	w := start(t)
	files := w.file(w.reg.URI(app) + ":v1")
	files[0].Format, files[0].Images[0].Use = workload.Release, workload.Build
	r, err := Run(t.Context(), root, files, w.options())
	w.must(err)
	if r.Status != OK || !strings.Contains(strings.Join(r.Notes, "\n"), w.reg.Host()+" only with an integration") {
		t.Errorf("%s, %q", r.Status, r.Notes)
	}
}

// An artifact that is no container image cannot be run.
func TestArtifact(t *testing.T) {
	w := start(t)
	img, err := random.Image(64, 1)
	w.must(err)
	w.write("chart", mutate.ConfigMediaType(mutate.MediaType(img, ggcr.OCIManifestSchema1), "application/vnd.cncf.helm.config.v1+json"))
	r, err := Run(t.Context(), root, w.file(w.reg.URI(app)+":chart"), w.options())
	w.must(err)
	if f := r.Images[0].Findings[0]; f.Check != Image || f.Status != Fail || !strings.Contains(f.Message, "application/vnd.cncf.helm.config.v1+json") {
		t.Errorf("%+v", r.Images[0])
	}
}

func TestRunFails(t *testing.T) {
	w := start(t)
	w.calls.fail = errors.New("unplugged")
	if _, err := Run(t.Context(), root, w.file(w.reg.URI(app)+":v1"), w.options()); err == nil || !strings.Contains(err.Error(), "unplugged") {
		t.Errorf("error %v", err)
	}
	if _, err := CanPull(t.Context(), []DataPlane{root}, []endpoint.Image{{Registry: w.reg, Repository: app}}, w.options()); err == nil {
		t.Error("no error")
	}
}

// A preview that does not end is given up, and what ECR tells of the images
// serves instead.
func TestPreviewPatience(t *testing.T) {
	waits := 0
	answer := `{"status":"IN_PROGRESS"}`
	r := newRepository(endpoint.Image{Registry: endpoint.Registry{Account: owner, Region: "us-east-1"}, Repository: app})
	r.api = ecr.New(ecr.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: roundTrip(func(*http.Request) string { return answer })})
	o := Options{Wait: func(context.Context, time.Duration) error { waits++; return nil }}
	if ok, err := r.preview(t.Context(), o); ok || err != nil || waits < 10 || waits > 30 {
		t.Errorf("%t, %v after %d waits", ok, err, waits)
	}
	answer = `{"status":"FAILED"}`
	if ok, err := r.preview(t.Context(), o); ok || err != nil {
		t.Errorf("failed: %t, %v", ok, err)
	}
	answer = `{"status":"COMPLETE","previewResults":[{"imageDigest":"sha256:a","action":{"type":"TRANSITION","targetStorageClass":"ARCHIVE"},"appliedRulePriority":7}]}`
	if ok, err := r.preview(t.Context(), o); !ok || err != nil || !strings.Contains(r.expiring["sha256:a"], "archive") || !strings.Contains(r.expiring["sha256:a"], "rule 7") {
		t.Errorf("complete: %t, %v, %v", ok, err, r.expiring)
	}
}

// What does not know an operation may answer in any way.
func TestRefused(t *testing.T) {
	api := ecr.New(ecr.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1, HTTPClient: roundTrip(func(*http.Request) string { return "<html>" })})
	_, err := api.GetLifecyclePolicy(t.Context(), &ecr.GetLifecyclePolicyInput{RepositoryName: aws.String(app)})
	if code, ok := refused(err); !ok || code != "HTTP status 200" {
		t.Errorf("%q, %t of %v", code, ok, err)
	}
	if _, ok := refused(errors.New("unplugged")); ok {
		t.Error("what was not asked was refused")
	}
}

type roundTrip func(*http.Request) string

func (f roundTrip) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(f(r))), Request: r}, nil
}

func TestNearRegistry(t *testing.T) {
	for host, want := range map[string]string{
		"nginx:1": "", "ghcr.io": "", "docker.io": "", "public.ecr.aws": "", "localhost:5000": "", "registry.example.com": "", "quay.io": "", "acme": "",
		"12345678901.dkr.ecr.us-east-1.amazonaws.com":   "11 digits",
		"1234567890123.dkr.ecr.us-east-1.amazonaws.com": "13 digits",
		"123456789012.drk.ecr.us-east-1.amazonaws.com":  "is not one",
		"123456789012.ecr.us-east-1.amazonaws.com":      "is not one",
		"123456789012.dkr.ecr.us_east_1.amazonaws.com":  "is not one",
		"<account>.dkr.ecr.us-east-1.amazonaws.com":     "is not one",
	} {
		if got := nearRegistry(host); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("nearRegistry(%q) = %q; want %q", host, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	for pair, want := range map[string]bool{
		"linux/amd64 linux/amd64": true, "linux/amd64 linux/arm64": false, "linux/amd64 windows/amd64": false, "linux/arm64 linux/arm64/v8": true,
		"linux/arm/v7 linux/arm/v6": false, "linux/arm/v7 linux/arm": true, "linux/amd64 linux/x86_64": true, "linux/arm64 Linux/aarch64": true, "linux/amd64 linux": false,
	} {
		have, wanted, _ := strings.Cut(pair, " ")
		if got := fits(have, wanted); got != want {
			t.Errorf("fits(%q, %q) = %t", have, wanted, got)
		}
	}
}

func TestMutable(t *testing.T) {
	for _, tt := range []struct {
		setting types.ImageTagMutability
		except  []string
		tag     string
		want    bool
	}{
		{types.ImageTagMutabilityMutable, nil, "v1", true},
		{types.ImageTagMutabilityImmutable, nil, "v1", false},
		{types.ImageTagMutabilityMutableWithExclusion, []string{"v*"}, "v1", false},
		{types.ImageTagMutabilityMutableWithExclusion, []string{"v*"}, "latest", true},
		{types.ImageTagMutabilityImmutableWithExclusion, []string{"dev-*", "l*t*t"}, "latest", true},
		{types.ImageTagMutabilityImmutableWithExclusion, []string{"dev.*"}, "dev-1", false},
		{"", nil, "v1", false},
	} {
		r := &repository{tags: tt.setting, except: tt.except}
		if got := r.mutable(tt.tag); got != tt.want {
			t.Errorf("%s except %q: mutable(%q) = %t", tt.setting, tt.except, tt.tag, got)
		}
	}
}

func TestWorse(t *testing.T) {
	for i, a := range order {
		for j, b := range order {
			if got := worse(a, b); got != order[max(i, j)] {
				t.Errorf("worse(%s, %s) = %s", a, b, got)
			}
		}
	}
}
