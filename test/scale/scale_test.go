package scale

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestUploadMoves begins an upload on one node and goes on with it on another,
// also when the first dies in the middle of a request.
func TestUploadMoves(t *testing.T) {
	c := newCluster(t)
	a, b, user := c.pair(t)
	content := bytesOf(1, 21<<20)
	d := digest.FromBytes(content)

	resp := user.want(t, http.StatusAccepted, "POST", a.URL+"/v2/"+repository+"/blobs/uploads/", nil)
	nodes, off := []*blackbox.Server{a, b}, 0
	for i, end := range []int{100, 9 << 20, 9<<20 + 1, 20 << 20} {
		resp = user.want(t, http.StatusAccepted, "PATCH", on(nodes[i%2], resp.Header.Get("Location")), bytes.NewReader(content[off:end]))
		if got, want := resp.Header.Get("Range"), fmt.Sprintf("0-%d", end-1); got != want {
			t.Errorf("range %q, want %q", got, want)
		}
		off = end
	}
	user.want(t, http.StatusCreated, "PUT", on(b, resp.Header.Get("Location"))+"?digest="+d.String(), bytes.NewReader(content[off:]))
	for _, n := range nodes {
		if _, got := user.do(t, "GET", n.URL+"/v2/"+repository+"/blobs/"+d.String(), nil); got != string(content) {
			t.Errorf("%d bytes with another digest", len(got))
		}
	}

	// Now the first node dies while it receives.
	content = bytesOf(2, 21<<20)
	d = digest.FromBytes(content)
	resp = user.want(t, http.StatusAccepted, "POST", a.URL+"/v2/"+repository+"/blobs/uploads/", nil)
	location := resp.Header.Get("Location")
	pr, pw := io.Pipe()
	broken := make(chan error, 1)
	go func() {
		_, _, err := user.try(t, "PATCH", on(a, location), pr)
		broken <- err
	}()
	pw.Write(content[:20<<20])
	for { // until some of it is stored
		resp = user.want(t, http.StatusNoContent, "GET", on(b, location), nil)
		if r := resp.Header.Get("Range"); r != "" && r != "0-0" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	a.Kill()
	pw.CloseWithError(errors.New("the node was killed"))
	if err := <-broken; err == nil {
		t.Error("the request to the node that was killed succeeded")
	}
	begun := time.Now()
	for {
		resp = user.want(t, http.StatusNoContent, "GET", on(b, location), nil)
		var have int
		fmt.Sscanf(resp.Header.Get("Range"), "0-%d", &have)
		if have > 0 {
			have++
		}
		resp, text := user.do(t, "PUT", on(b, location)+"?digest="+d.String(), bytes.NewReader(content[have:]))
		if resp.StatusCode == http.StatusCreated {
			t.Logf("%d bytes of %d remained of the dead node's, whose upload could be continued after %v", have, 20<<20, time.Since(begun).Round(time.Millisecond))
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("the upload cannot be continued: %s %s", resp.Status, text)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if _, got := user.do(t, "GET", b.URL+"/v2/"+repository+"/blobs/"+d.String(), nil); got != string(content) {
		t.Errorf("%d bytes with another digest", len(got))
	}
}

// TestPullWhileKilled pulls from one node, through it and by redirect, while the
// one that took the image is killed.
func TestPullWhileKilled(t *testing.T) {
	for _, redirects := range []bool{true, false} {
		t.Run(fmt.Sprint("redirects=", redirects), func(t *testing.T) {
			c := newCluster(t)
			a, b, user := c.pair(t, fmt.Sprint("--layer-redirects=", redirects))
			img, want := newImage(t)
			if err := remote.Write(tag(t, a.Addr, "v1"), img, user.options(t)...); err != nil {
				t.Fatal(err)
			}
			d, err := img.Layers()
			if err != nil {
				t.Fatal(err)
			}
			layer, err := d[0].Digest()
			if err != nil {
				t.Fatal(err)
			}
			if got := redirected(t, user, b.URL+"/v2/"+repository+"/blobs/"+layer.String()); got != redirects {
				t.Errorf("redirected: %t", got)
			}
			for i := range 20 {
				if i == 5 {
					a.Kill()
				}
				if got, err := user.pull(t, tag(t, b.Addr, "v1")); err != nil || got != want {
					t.Fatalf("pull %d: %v, %v", i, got, err)
				}
			}
		})
	}
}

// redirected reports whether a GET is answered with 307.
func redirected(t *testing.T, user client, url string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user.Username, user.Password)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusTemporaryRedirect
}

func newImage(t *testing.T) (v1.Image, v1.Hash) {
	t.Helper()
	img, err := random.Image(9<<20, 3)
	if err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return img, d
}

// TestPolicyDecides changes a policy on one node, which decides the next request
// on the other.
func TestPolicyDecides(t *testing.T) {
	c := newCluster(t)
	a, b, admin := c.pair(t)
	img, _ := newImage(t)
	if err := remote.Write(tag(t, a.Addr, "v1"), img, admin.options(t)...); err != nil {
		t.Fatal(err)
	}
	manage := iam.New(iam.Options{
		Region: blackbox.Region, BaseEndpoint: aws.String(a.URL),
		Credentials: credentials.NewStaticCredentialsProvider(c.admin.AccessKeyID, c.admin.SecretAccessKey, ""),
	})
	ctx, who := t.Context(), aws.String("reader")
	if _, err := manage.CreateUser(ctx, &iam.CreateUserInput{UserName: who}); err != nil {
		t.Fatal(err)
	}
	allow := func(actions string) {
		t.Helper()
		document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}}`
		if _, err := manage.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: who, PolicyName: aws.String("p"), PolicyDocument: &document}); err != nil {
			t.Fatal(err)
		}
	}
	allow(`"ecr:GetAuthorizationToken"`)
	key, err := manage.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: who})
	if err != nil {
		t.Fatal(err)
	}
	user := login(t, b.URL, blackbox.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey})
	manifest := b.URL + "/v2/" + repository + "/manifests/v1"
	for range 20 {
		user.want(t, http.StatusForbidden, "GET", manifest, nil)
		allow(`"ecr:*"`)
		user.want(t, http.StatusOK, "GET", manifest, nil)
		allow(`"ecr:GetAuthorizationToken"`)
	}
}

// TestClients pushes and pulls with stock clients through a balancer that sends
// each request to another node.
func TestClients(t *testing.T) {
	c := newCluster(t)
	a, b, user := c.pair(t)
	both := balance(t, a, b)
	for _, program := range []string{"skopeo", "crane", "regctl"} {
		t.Run(program, func(t *testing.T) {
			tool := blackbox.ClientNamed(t, program).Open(t)
			registry := strings.Replace(both.addr(), "127.0.0.1", "localhost", 1)
			if err := tool.Login(t, registry, user.Password); err != nil {
				t.Fatal(err)
			}
			ref := registry + "/" + repository + ":" + program
			if err := tool.Push(t, blackbox.NewArchive(t), ref); err != nil {
				t.Fatal(err)
			}
			want, err := remote.Head(tag(t, a.Addr, program), user.options(t)...)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if got, err := tool.Pull(t, ref); err != nil || got != want.Digest.String() {
					t.Errorf("pulled %s, %v; want %s", got, err, want.Digest)
				}
			}
		})
	}
}

// TestRollingRestart restarts one node after the other while clients pull and
// push, none of which fails.
func TestRollingRestart(t *testing.T) {
	c := newCluster(t)
	a, b, user := c.pair(t, "--drain-delay", "1s")
	both := balance(t, a, b)
	img, want := newImage(t)
	if err := remote.Write(tag(t, both.addr(), "v1"), img, user.options(t)...); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var pulls, pushes atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for !stop.Load() {
				if got, err := user.pull(t, tag(t, both.addr(), "v1")); err != nil || got != want {
					t.Errorf("pull %d: %v, %v", pulls.Load(), got, err)
				}
				pulls.Add(1)
			}
		})
	}
	wg.Go(func() {
		for !stop.Load() {
			img, err := random.Image(1<<20, 2)
			if err == nil {
				err = remote.Write(tag(t, both.addr(), fmt.Sprint("push-", pushes.Load())), img, user.options(t)...)
			}
			if err != nil {
				t.Errorf("push %d: %v", pushes.Load(), err)
			}
			pushes.Add(1)
		}
	})
	for i, node := range []*blackbox.Server{a, b} {
		if err := node.Stop(); err != nil {
			t.Error(err)
		}
		both.replace(i, c.node(t, "--drain-delay", "1s"))
	}
	time.Sleep(time.Second)
	stop.Store(true)
	wg.Wait()
	t.Logf("%d pulls and %d pushes", pulls.Load(), pushes.Load())
	if pulls.Load() < 10 {
		t.Error("the test did not test")
	}
}

// TestOutages takes away the object store and the database while clients push,
// and brings them back. The nodes are never restarted.
func TestOutages(t *testing.T) {
	c := newCluster(t)
	a, b, user := c.pair(t)
	a.ExpectErrors()
	b.ExpectErrors()
	nodes := []*blackbox.Server{a, b}
	kept := map[string]v1.Hash{} // what was acknowledged
	push := func(node *blackbox.Server, name string) error {
		img, err := random.Image(200<<10, 2)
		if err != nil {
			return err
		}
		if err := remote.Write(tag(t, node.Addr, name), img, user.options(t)...); err != nil {
			return err
		}
		kept[name], err = img.Digest()
		return err
	}
	check := func(when string) {
		t.Helper()
		for name, want := range kept {
			for _, n := range nodes {
				if got, err := user.pull(t, tag(t, n.Addr, name)); err != nil || got != want {
					t.Errorf("%s: %s from %s: %v, %v", when, name, n.Addr, got, err)
				}
			}
		}
	}
	for _, outage := range []struct {
		name       string
		stop, back func()
		api        bool // it is away as well
	}{
		{"the object store is away", c.s3.Stop, func() { c.s3.Start(t) }, false},
		{"the object store is silent", func() { c.s3.Hang(t) }, func() { c.s3.Resume(t) }, false},
		{"the database is away", func() { c.postgres.Stop(t) }, func() { c.postgres.Start(t) }, true},
	} {
		for _, n := range nodes {
			if err := push(n, fmt.Sprint("before-", len(kept))); err != nil {
				t.Fatal(err)
			}
		}
		// One push is under way when it happens.
		content := bytesOf(byte(len(kept)), 12<<20)
		resp := user.want(t, http.StatusAccepted, "POST", a.URL+"/v2/"+repository+"/blobs/uploads/", nil)
		location := user.want(t, http.StatusAccepted, "PATCH", on(a, resp.Header.Get("Location")), bytes.NewReader(content[:9<<20])).Header.Get("Location")
		outage.stop()
		for _, n := range nodes {
			err := push(n, fmt.Sprint("meanwhile-", len(kept)))
			if err == nil {
				t.Errorf("%s, and a push succeeded", outage.name)
			}
			t.Logf("%s: %v", outage.name, err)
			resp, text := user.do(t, "PATCH", on(n, location), bytes.NewReader(content[9<<20:]))
			t.Logf("%s: %s %s", outage.name, resp.Status, text)
			wantUnavailable(t, outage.name, resp, text)
			if outage.api {
				c.wantUnavailableAPI(t, n)
			}
		}
		outage.back()
		recovered := time.Now()
		for err := errors.New("not tried"); err != nil; time.Sleep(100 * time.Millisecond) {
			if err = errors.Join(push(a, fmt.Sprint("after-a", len(kept))), push(b, fmt.Sprint("after-b", len(kept)))); err != nil && time.Since(recovered) > 30*time.Second {
				t.Fatalf("%s no more, but: %v", outage.name, err)
			}
		}
		t.Logf("%s no more: the nodes work after %v", outage.name, time.Since(recovered).Round(time.Millisecond))
		// The upload goes on where it was.
		for {
			resp := user.want(t, http.StatusNoContent, "GET", on(b, location), nil)
			var last int
			fmt.Sscanf(resp.Header.Get("Range"), "0-%d", &last)
			if last+1 < 9<<20 {
				t.Fatalf("of an acknowledged part of an upload %d bytes remain", last+1)
			}
			resp, text := user.do(t, "PUT", on(b, location)+"?digest="+digest.FromBytes(content).String(), bytes.NewReader(content[last+1:]))
			if resp.StatusCode == http.StatusCreated {
				break
			}
			if time.Since(recovered) > time.Minute {
				t.Fatalf("the upload cannot be continued: %s %s", resp.Status, text)
			}
			time.Sleep(200 * time.Millisecond)
		}
		t.Logf("%s no more: the upload is done after %v", outage.name, time.Since(recovered).Round(time.Millisecond))
		check("after " + outage.name)
	}
}

// TestHerd has many clients ask one node for the same cold layer, which it reads
// from the store once.
func TestHerd(t *testing.T) {
	c := newCluster(t)
	cache := t.TempDir()
	a, b, user := c.pair(t, "--layer-redirects=false")
	node := c.node(t, "--layer-redirects=false", "--layer-cache", cache, "--layer-cache-size", "100000000")
	content := bytesOf(7, 40<<20)
	d := digest.FromBytes(content)
	resp := user.want(t, http.StatusAccepted, "POST", a.URL+"/v2/"+repository+"/blobs/uploads/", nil)
	user.want(t, http.StatusCreated, "PUT", on(b, resp.Header.Get("Location"))+"?digest="+d.String(), bytes.NewReader(content))

	begun := time.Now()
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, node.URL+"/v2/"+repository+"/blobs/"+d.String(), nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.SetBasicAuth(user.Username, user.Password)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if got, err := digest.FromReader(resp.Body); err != nil || got != d {
				t.Errorf("read %s, %v", got, err)
			}
		})
	}
	wg.Wait()
	t.Logf("100 clients had 40 MiB each after %v", time.Since(begun).Round(time.Millisecond))
	// It is served from the copy when the store is away.
	c.s3.Stop()
	user.want(t, http.StatusOK, "GET", node.URL+"/v2/"+repository+"/blobs/"+d.String(), nil)
	c.s3.Start(t)
}
