package servertest_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// answered is the answer to a request by path.
type answered struct {
	status int
	header http.Header
	body   string
	code   string // of an error
}

// rest sends a request of the build service by its path, signed if there are credentials.
func (w *world) rest(c aws.Credentials, method, path, body string) answered {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if c.AccessKeyID != "" {
		sum := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(w.t.Context(), c, r, hex.EncodeToString(sum[:]), "pratique", servertest.Region, w.clock.now()); err != nil {
			w.t.Fatal(err)
		}
	}
	resp, err := w.HTTP().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var e struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(text, &e) // a body that is none has no code
	return answered{resp.StatusCode, resp.Header, string(text), e.Type}
}

// member makes a user of the owner who may do actions to everything.
func (w *world) member(name string, actions ...string) aws.Credentials {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := w.IAM().CreateUser(ctx, owner, engine.NewUser{Name: name}); err != nil {
		w.t.Fatal(err)
	}
	w.may(name, actions...)
	key, err := w.IAM().CreateAccessKey(ctx, owner, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret.Reveal()}
}

// may replaces what a member may do.
func (w *world) may(name string, actions ...string) {
	w.t.Helper()
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}}`
	if err := w.IAM().PutInlinePolicy(w.t.Context(), owner, engine.Entity{Kind: engine.EntityUser, Name: name}, "may", document); err != nil {
		w.t.Fatal(err)
	}
}

// op does an operation of the build service that must succeed.
func op[In, Out any](w *world, c aws.Credentials, s shape.Shape[In, Out], in *In) *Out {
	w.t.Helper()
	out, err := access.Call(w.t.Context(), w.AWS(c), s, in, w.clock.now())
	if err != nil {
		w.t.Fatalf("%s: %v", s.Name, err)
	}
	return out
}

// opFails does an operation that must fail with a code.
func opFails[In, Out any](w *world, c aws.Credentials, s shape.Shape[In, Out], in *In, code string) string {
	w.t.Helper()
	_, err := access.Call(w.t.Context(), w.AWS(c), s, in, w.clock.now())
	var e *access.APIError
	if !errors.As(err, &e) || e.Code != code {
		w.t.Fatalf("%s: %v, want %s", s.Name, err, code)
	}
	return e.Message
}

func (w *world) buildOf(name string) string { return w.Registry(owner).Host() + "/" + name }

func (w *world) startBuild(c aws.Credentials, image string) *pratique.Build {
	w.t.Helper()
	return op(w, c, pratique.StartBuild, &pratique.StartBuildInput{Image: &image, Spec: new("{}")}).Build
}

func (w *world) leaseBuild(c aws.Credentials, want *pratique.Build) *pratique.BuildLease {
	w.t.Helper()
	l := op(w, c, pratique.LeaseBuild, &pratique.LeaseBuildInput{Worker: new("w")}).Lease
	if l == nil || *l.BuildId != *want.BuildId {
		w.t.Fatalf("leased %+v, want %s", l, *want.BuildId)
	}
	return l
}

// pushWith pushes an image with the password of a lease.
func (w *world) pushWith(l *pratique.BuildLease, image string) error {
	w.t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		w.t.Fatal(err)
	}
	img, err := random.Image(100, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return remote.Write(ref, img, remote.WithAuth(&authn.Basic{Username: *l.Username, Password: *l.Password}), remote.WithTransport(w.HTTP().Transport))
}

// noSecret fails the test when a secret is in a file of the server: database, audit log, or anything else.
func (w *world) noSecret(secret string) {
	w.t.Helper()
	err := filepath.WalkDir(w.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte(secret)) {
			w.t.Errorf("%s holds a secret", name)
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

var (
	startActions  = []string{"ecr:*", "pratique:StartBuild", "pratique:ListBuilds", "pratique:DescribeBuild", "pratique:GetBuildLogs", "pratique:CancelBuild"}
	workerActions = []string{"pratique:LeaseBuild", "pratique:HeartbeatBuild", "pratique:PutBuildLogs", "pratique:FinishBuild"}
)

// The password of a build does what its caller may do at the time, on every node, and no longer than the build is the
// worker's.
func TestBuildPassword(t *testing.T) { onEachDatabase(t, testBuildPassword) }

func testBuildPassword(t *testing.T, database func(*server.Config)) {
	w := newWorld(t, database)
	other := w.another(database)
	w.repository("team/app")
	dev, worker := w.member("dev", startActions...), w.member("worker", workerActions...)
	image := w.buildOf("team/app:v1")

	b := w.startBuild(dev, image)
	l := other.leaseBuild(worker, b)
	if err := w.pushWith(l, image); err != nil {
		t.Fatal(err)
	}
	if err := other.pushWith(l, other.buildOf("team/app:v2")); err != nil {
		t.Errorf("on the other node: %v", err)
	}
	if err := w.pushWith(l, w.buildOf("team/other:v1")); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("to a repository that is not there: %v", err)
	}
	w.may("dev", "ecr:GetAuthorizationToken", "ecr:BatchGetImage")
	if err := other.pushWith(l, other.buildOf("team/app:v3")); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("with rights that are gone: %v", err)
	}
	w.may("dev", startActions...)
	if err := other.pushWith(l, other.buildOf("team/app:v3")); err != nil {
		t.Errorf("with rights that are back: %v", err)
	}
	refused := func(what string, l *pratique.BuildLease, status string) {
		t.Helper()
		for _, w := range []*world{w, other} {
			if err := w.pushWith(l, w.buildOf("team/app:v4")); err == nil || !strings.Contains(err.Error(), status) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	op(w, dev, pratique.CancelBuild, &pratique.CancelBuildInput{BuildId: b.BuildId})
	refused("canceled", l, "403")
	opFails(other, worker, pratique.HeartbeatBuild, &pratique.HeartbeatBuildInput{BuildId: l.BuildId, LeaseId: l.LeaseId}, pratique.CodeLeaseLost)

	b = w.startBuild(dev, image)
	first := w.leaseBuild(worker, b)
	w.clock.advance(61 * time.Second)
	second := other.leaseBuild(worker, b)
	refused("lost to another worker", first, "403")
	if err := w.pushWith(second, image); err != nil {
		t.Errorf("the worker that has it now: %v", err)
	}
	op(w, worker, pratique.FinishBuild, &pratique.FinishBuildInput{BuildId: b.BuildId, LeaseId: second.LeaseId, Outcome: new("FAILED"), Reason: new("no")})
	refused("ended", second, "403")

	b = w.startBuild(dev, image)
	l = w.leaseBuild(worker, b)
	if err := w.IAM().DeleteAccessKey(t.Context(), owner, "dev", dev.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	refused("with a key that is gone", l, "401")
	for _, secret := range []string{*l.Password, *l.LeaseId} {
		for _, w := range []*world{w, other} {
			w.noSecret(secret)
		}
	}
}

// The session policies of whoever started a build bind it, and its tags count.
func TestBuildOfSession(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	w.repository("team/other")
	worker := w.member("worker", workerActions...)
	assumer := w.member("assumer", "sts:*")
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + owner + `"},"Action":["sts:AssumeRole","sts:TagSession"]}}`
	if _, err := w.IAM().CreateRole(t.Context(), owner, engine.NewRole{Name: "deploy", Trust: trust}); err != nil {
		t.Fatal(err)
	}
	may := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:*","pratique:*"],"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}`
	if err := w.IAM().PutInlinePolicy(t.Context(), owner, engine.Entity{Kind: engine.EntityRole, Name: "deploy"}, "may", may); err != nil {
		t.Fatal(err)
	}
	session := w.sessionOf(assumer, "arn:aws:iam::"+owner+":role/deploy", "blue",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","pratique:*"],"Resource":"*"},{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/team/app"}]}`)

	b := w.startBuild(session, w.buildOf("team/app:v1"))
	if want := "arn:aws:sts::" + owner + ":assumed-role/deploy/ci"; *b.Caller != want {
		t.Errorf("caller %s, want %s", *b.Caller, want)
	}
	l := w.leaseBuild(worker, b)
	if err := w.pushWith(l, w.buildOf("team/app:v1")); err != nil {
		t.Error(err)
	}
	if err := w.pushWith(l, w.buildOf("team/other:v1")); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("past the session policy: %v", err)
	}
	opFails(w, session, pratique.StartBuild, &pratique.StartBuildInput{Image: new(w.buildOf("team/other:v1")), Spec: new("{}")}, "AccessDeniedException")
	again := w.sessionOf(assumer, "arn:aws:iam::"+owner+":role/deploy", "blue", "")
	if other := w.startBuild(again, w.buildOf("team/app:v1")); *other.BuildId == *b.BuildId {
		t.Error("a session with other restrictions joins the build")
	}
}

// sessionOf assumes a role with a tag and a session policy.
func (w *world) sessionOf(c aws.Credentials, role, team, policy string) aws.Credentials {
	w.t.Helper()
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("ci"), Tags: []ststypes.Tag{{Key: new("team"), Value: &team}}}
	if policy != "" {
		in.Policy = &policy
	}
	out, err := sts.NewFromConfig(w.AWS(c)).AssumeRole(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
}

// Operations of the build service answer by path with statuses of their own, and account for account.
func TestBuildByPath(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	dev := w.member("dev", startActions...)
	stranger := w.Account(user)
	nobody := w.member("nobody", "ecr:GetAuthorizationToken")
	body := fmt.Sprintf(`{"image":%q,"spec":"{}"}`, w.buildOf("team/app:v1"))

	got := w.rest(dev, "POST", "/imagespec/builds", body)
	var started struct{ Build struct{ BuildId string } }
	if err := json.Unmarshal([]byte(got.body), &started); err != nil || got.status != 200 || got.header.Get("Content-Type") != "application/json" {
		t.Fatalf("start: %+v", got)
	}
	build := "/imagespec/builds/" + started.Build.BuildId
	const unknown = "/imagespec/builds/00000000-0000-0000-0000-000000000000"
	for _, c := range []struct {
		who                aws.Credentials
		method, path, body string
		status             int
		code               string
	}{
		{dev, "GET", build, "", 200, ""},
		{dev, "GET", build + "/logs?after=0&maxResults=5", "", 200, ""},
		{dev, "GET", "/imagespec/builds?maxResults=1", "", 200, ""},
		{dev, "POST", "/imagespec/builds", "{", 400, "SerializationException"},
		{dev, "POST", "/imagespec/builds", "{}", 400, "InvalidParameterException"},
		{dev, "POST", "/imagespec/builds", `{"image":"docker.io/x:1","spec":"{}"}`, 400, "InvalidParameterException"},
		{dev, "POST", "/imagespec/builds", strings.Replace(body, "us-east-1", "eu-west-1", 1), 400, "InvalidParameterException"},
		{dev, "POST", "/imagespec/builds", strings.Replace(body, `"spec"`, `"contextSize":10,"spec"`, 1), 400, "InvalidParameterException"},
		{dev, "GET", "/imagespec/builds?maxResults=x", "", 400, "SerializationException"},
		{dev, "GET", "/imagespec/builds?maxResults=0", "", 400, "InvalidParameterException"},
		{dev, "GET", "/imagespec/builds?nextToken=x", "", 400, "InvalidParameterException"},
		{dev, "GET", "/imagespec/builds/x", "", 400, "InvalidParameterException"},
		{dev, "GET", unknown, "", 404, "BuildNotFoundException"},
		{dev, "POST", unknown + "/cancel", "", 404, "BuildNotFoundException"},
		{stranger, "GET", build, "", 404, "BuildNotFoundException"},
		{stranger, "GET", build + "/logs", "", 404, "BuildNotFoundException"},
		{stranger, "POST", build + "/cancel", "", 404, "BuildNotFoundException"},
		{stranger, "POST", "/imagespec/builds", body, 403, "AccessDeniedException"},
		{nobody, "POST", "/imagespec/builds", body, 403, "AccessDeniedException"},
		{nobody, "GET", build, "", 403, "AccessDeniedException"},
		{nobody, "GET", unknown, "", 403, "AccessDeniedException"},
		{dev, "POST", "/imagespec/lease", `{"worker":"w"}`, 403, "AccessDeniedException"},
		{dev, "DELETE", build, "", 405, "UnknownOperationException"},
		{dev, "GET", "/imagespec/none", "", 404, "UnknownOperationException"},
		{dev, "GET", "/imagespec/builds/", "", 404, "UnknownOperationException"},
		{aws.Credentials{}, "GET", build, "", 403, "MissingAuthenticationTokenException"},
		{aws.Credentials{AccessKeyID: dev.AccessKeyID, SecretAccessKey: "wrong"}, "GET", build, "", 403, "InvalidSignatureException"},
		{aws.Credentials{AccessKeyID: "AKIAUNKNOWN", SecretAccessKey: "x"}, "GET", build, "", 403, "UnrecognizedClientException"},
	} {
		got := w.rest(c.who, c.method, c.path, c.body)
		if got.status != c.status || got.code != c.code {
			t.Errorf("%s %s %s: %d %s, want %d %s\n%s", c.method, c.path, c.body, got.status, got.code, c.status, c.code, got.body)
		}
	}
	foreign, none := w.rest(stranger, "GET", build, ""), w.rest(stranger, "GET", unknown, "")
	if strings.ReplaceAll(foreign.body, build[len("/imagespec/builds/"):], unknown[len("/imagespec/builds/"):]) != none.body {
		t.Errorf("a foreign build is %s, one that is not there %s", foreign.body, none.body)
	}
	if got := w.rest(dev, "DELETE", build, "").header.Get("Allow"); got != "GET" {
		t.Errorf("Allow: %s", got)
	}
}

// archiveOf is a compressed tar archive of one file.
func archiveOf(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	a := tar.NewWriter(z)
	if err := errors.Join(a.WriteHeader(&tar.Header{Name: name, Size: 1, Mode: 0o644}), second(a.Write([]byte("x"))), a.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func second[T any](_ T, err error) error { return err }

// The files of a build come and go by paths that are good for that alone.
func TestBuildFiles(t *testing.T) {
	w := newWorld(t, func(c *server.Config) { c.Builds.Context = 1000 })
	w.repository("team/app")
	dev, worker := w.member("dev", startActions...), w.member("worker", workerActions...)
	none := aws.Credentials{}
	start := func(content []byte) *pratique.StartBuildOutput {
		t.Helper()
		sum := sha256.Sum256(content)
		return op(w, dev, pratique.StartBuild, &pratique.StartBuildInput{
			Image: new(w.buildOf("team/app:v1")), Spec: new("{}"), ContextDigest: new("sha256:" + hex.EncodeToString(sum[:])), ContextSize: new(int64(len(content))),
		})
	}
	is := func(what string, got answered, status int, part string) {
		t.Helper()
		if got.status != status || !strings.Contains(got.body, part) {
			t.Errorf("%s: %d %s, want %d %s", what, got.status, got.body, status, part)
		}
	}
	content := archiveOf(t, "a.txt")
	out := start(content)
	up := *out.UploadPath
	is("cut short", w.rest(none, "PUT", up, string(content[:20])), 400, "another size")
	is("get before", w.rest(none, "GET", up, ""), 405, "")
	is("altered path", w.rest(none, "PUT", up[:len(up)-2], string(content)), 403, "not valid")
	is("upload", w.rest(none, "PUT", up, string(content)), 204, "")
	is("upload again", w.rest(none, "PUT", up, string(content)), 204, "")
	if joined := start(content); !*joined.Joined || joined.UploadPath != nil {
		t.Errorf("joined: %+v", joined)
	}
	l := w.leaseBuild(worker, out.Build)
	is("download", w.rest(none, "GET", *l.ContextPath, ""), 200, string(content))
	is("put to where it is from", w.rest(none, "PUT", *l.ContextPath, string(content)), 405, "")
	w.clock.advance(61 * time.Second)
	second := w.leaseBuild(worker, out.Build)
	is("download by a worker that lost it", w.rest(none, "GET", *l.ContextPath, ""), 404, "")
	w.clock.advance(-61 * time.Second)
	op(w, dev, pratique.CancelBuild, &pratique.CancelBuildInput{BuildId: l.BuildId})
	is("download after the end", w.rest(none, "GET", *second.ContextPath, ""), 404, "")

	bad := archiveOf(t, "../a.txt")
	out = start(bad)
	is("an archive that leads out", w.rest(none, "PUT", *out.UploadPath, string(bad)), 400, "not a relative path")
	if b := op(w, dev, pratique.DescribeBuild, &pratique.DescribeBuildInput{BuildId: out.Build.BuildId}).Build; *b.State != "FAILED" {
		t.Errorf("%+v", b)
	}
	message := opFails(w, dev, pratique.StartBuild, &pratique.StartBuildInput{
		Image: new(w.buildOf("team/app:v1")), Spec: new("{}"), ContextDigest: out.Build.ContextDigest, ContextSize: new(int64(1001)),
	}, pratique.CodeInvalidParameter)
	if !strings.Contains(message, "1001 bytes, and may have 1000") {
		t.Error(message)
	}
	out = start(append(content, 0))
	w.clock.advance(2 * time.Hour)
	is("a path that has expired", w.rest(none, "PUT", *out.UploadPath, string(content)), 403, "expired")
	for _, secret := range []string{up, *l.ContextPath} {
		w.noSecret(secret)
	}
}

// Builds are counted, by state, and their times measured.
func TestBuildMetrics(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	dev, worker := w.member("dev", startActions...), w.member("worker", workerActions...)
	b := w.startBuild(dev, w.buildOf("team/app:v1"))
	w.startBuild(dev, w.buildOf("team/app:v2"))
	w.clock.advance(time.Second)
	l := w.leaseBuild(worker, b)
	metrics := w.rest(aws.Credentials{}, "GET", "/metrics", "").body
	for _, line := range []string{`pratique_builds{state="LEASED"} 1`, `pratique_builds{state="QUEUED"} 1`, `pratique_builders 1`} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	op(w, worker, pratique.FinishBuild, &pratique.FinishBuildInput{BuildId: b.BuildId, LeaseId: l.LeaseId, Outcome: new("FAILED"), Reason: new("no")})
	metrics = w.rest(aws.Credentials{}, "GET", "/metrics", "").body
	if line := `pratique_build_duration_seconds_count{state="FAILED"} 1`; !strings.Contains(metrics, line+"\n") {
		t.Errorf("no %s", line)
	}
}
