package servertest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// another starts another server on the same data, as another node or after a
// restart.
func (w *world) another(options ...func(*server.Config)) *world {
	w.t.Helper()
	other := *w
	other.Server = servertest.Start(w.t, append([]func(*server.Config){func(c *server.Config) {
		c.DataDir, c.Now = w.dir, w.clock.now
	}}, options...)...)
	return &other
}

// After a restart everything is there: images, uploads half way, policies,
// and what was handed out before.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 10_000, 2)
	layer, content := layerOf(t, img)
	node := w.node()
	w.grant("team/app", user)
	token, ownerToken := w.token(node), w.token(w.root)
	url := w.layerURL("team/app", layer)
	r := w.request("POST", owner, "/v2/team/app/blobs/uploads/", "")
	r.SetBasicAuth("AWS", ownerToken)
	upload := w.do(r).header.Get("Location")
	r = w.request("PATCH", owner, upload, "first half, ")
	r.SetBasicAuth("AWS", ownerToken)
	w.do(r)
	before := w.visible()
	w.Stop()

	for range 2 {
		w = w.another()
		if got := w.visible(); noPorts(got) != noPorts(before) {
			t.Errorf("visible before:\n%s\nafter:\n%s", before, got)
		}
		if err := w.pull("team/app:v1", token, img); err != nil {
			t.Errorf("old token: %v", err)
		}
		if err := w.pull("team/app:v1", w.token(node), img); err != nil {
			t.Errorf("old session: %v", err)
		}
		if a := w.download("GET", w.URL()+url[strings.Index(url, "/layers/"):]); a.body != string(content) {
			t.Errorf("old layer URL: %d, %d bytes", a.status, len(a.body))
		}
		w.Stop()
	}
	w = w.another()
	r = w.request("PUT", owner, upload+"?digest="+digest.FromString("first half, second half").String(), "second half")
	r.SetBasicAuth("AWS", ownerToken)
	if a := w.do(r); a.status != 201 {
		t.Errorf("old upload: %d %s", a.status, a.body)
	}
}

// noPorts leaves out the lines' ports, which are new with each server.
func noPorts(s string) string {
	var b strings.Builder
	for rest := s; rest != ""; {
		head, tail, found := strings.Cut(rest, ".localhost:")
		b.WriteString(head)
		if !found {
			break
		}
		rest = strings.TrimLeft(tail, "0123456789")
	}
	return b.String()
}

// Two nodes on one database, one blob directory and one key are one registry:
// each sees what the other wrote with the next request.
func TestTwoNodes(t *testing.T) { onEachDatabase(t, testTwoNodes) }

func testTwoNodes(t *testing.T, database func(*server.Config)) {
	a := newWorld(t, database)
	b := a.another(database)
	a.repository("team/app")
	img := a.push("team/app:v1", 10_000, 2)
	layer, content := layerOf(t, img)
	node := a.node()
	token := b.token(node) // a session of the one makes a token of the other

	// Each line's write on one is read on the other at once, and back.
	for i, w := range []struct{ write, read *world }{{a, b}, {b, a}, {a, b}} {
		w.read.deniedPull(token, noResourcePolicy)
		w.write.grant("team/app", user)
		if err := w.read.pull("team/app:v1", token, img); err != nil {
			t.Errorf("%d: granted: %v", i, err)
		}
		w.write.revoke("team/app")
		w.read.deniedPull(token, noResourcePolicy)

		w.write.grant("team/app", user)
		err := w.write.IAM().DetachPolicy(t.Context(), user, engine.Entity{Kind: engine.EntityRole, Name: nodeRole}, readOnly)
		if err != nil {
			t.Fatal(err)
		}
		w.read.deniedPull(token, "no identity-based policy allows the ecr:BatchGetImage action")
		err = w.write.IAM().AttachPolicy(t.Context(), user, engine.Entity{Kind: engine.EntityRole, Name: nodeRole}, readOnly)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.read.pull("team/app:v1", token, img); err != nil {
			t.Errorf("%d: attached: %v", i, err)
		}
		w.write.revoke("team/app")
	}

	url := a.layerURL("team/app", layer)
	if got := b.download("GET", b.URL()+url[strings.Index(url, "/layers/"):]); got.body != string(content) {
		t.Errorf("layer URL of the other: %d", got.status)
	}

	// One upload, a chunk here and a chunk there.
	ownerToken := a.token(a.root)
	send := func(w *world, method, path, body string) answer {
		t.Helper()
		r := w.request(method, owner, path, body)
		r.SetBasicAuth("AWS", ownerToken)
		return w.do(r)
	}
	upload := send(a, "POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location")
	send(b, "PATCH", upload, "one ")
	send(a, "PATCH", upload, "two ")
	want := digest.FromString("one two three").String()
	if got := send(b, "PUT", upload+"?digest="+want, "three"); got.status != 201 {
		t.Errorf("upload on both: %d %s", got.status, got.body)
	}
	if got := send(a, "GET", "/v2/team/app/blobs/"+want, ""); got.body != "one two three" {
		t.Errorf("blob on the other: %d %q", got.status, got.body)
	}

	// A tag moves, an image goes.
	second := b.push("team/app:v1", 100, 1)
	if err := a.pull("team/app:v1", ownerToken, second); err != nil {
		t.Errorf("moved tag: %v", err)
	}
	if err := remote.Delete(a.image(owner, "team/app@"+must(second.Digest())(t).String()), a.remote(ownerToken)...); err != nil {
		t.Fatal(err)
	}
	if got := b.get("/v2/team/app/manifests/v1", ownerToken); got.status != 404 {
		t.Errorf("deleted image: %d", got.status)
	}
	must(b.ecr(b.root).DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("team/app"), Force: true}))(t)
	if got := a.get("/v2/team/app/tags/list", ownerToken); got.status != 404 {
		t.Errorf("deleted repository: %d", got.status)
	}

	// Both wrote their events.
	a.Stop()
	b.Stop()
	text := string(must(os.ReadFile(filepath.Join(a.dir, server.AuditFile)))(t))
	for _, host := range []string{a.Registry(owner).Host(), b.Registry(owner).Host()} {
		if !strings.Contains(text, host) {
			t.Errorf("no event of the node at %s", host)
		}
	}
}
