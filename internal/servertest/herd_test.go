package servertest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/server"
)

// tight are limits that a few requests reach.
func tight(c *server.Config) {
	c.MaxRequests, c.MaxUploads, c.MaxDownloads, c.MaxWait = 4, 4, 4, 200*time.Millisecond
}

// elsewhere returns a client at another address than those of the server's own
// clients, or skips where loopback has one.
func (w *world) elsewhere() *http.Client {
	w.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	c, err := d.DialContext(w.t.Context(), "tcp", w.Addr())
	if err != nil {
		need.Missing(w.t, "loopback has one address: "+err.Error())
	}
	c.Close()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, w.Addr())
		},
	}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// held is a request that has a place and keeps it until it is told.
type held struct {
	body *io.PipeWriter
	done chan int // its status, 0 for none
	give context.CancelFunc
}

// hold pushes a manifest, or the bytes of an upload, whose last byte does not
// come, and returns once the server has let it in.
func (w *world) hold(method, url, password string) *held {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	body, writer := io.Pipe()
	h := &held{body: writer, done: make(chan int, 1), give: cancel}
	w.t.Cleanup(func() { cancel(); writer.Close() })
	r := must(http.NewRequestWithContext(ctx, method, url, body))(w.t)
	r.SetBasicAuth("AWS", password)
	r.Header.Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	// The server asks for the body when it reads it, which is when it has let the request in.
	r.Header.Set("Expect", "100-continue")
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		_, _ = io.WriteString(writer, "{") // comes back once it is read
	}()
	transport := w.HTTP().Transport.(*http.Transport).Clone()
	transport.ExpectContinueTimeout = time.Minute
	go func() {
		defer transport.CloseIdleConnections()
		resp, err := transport.RoundTrip(r)
		if err != nil {
			h.done <- 0
			return
		}
		resp.Body.Close()
		h.done <- resp.StatusCode
	}()
	select {
	case <-asked:
	case status := <-h.done:
		w.t.Fatalf("%s %s is answered with %d", method, url, status)
	}
	return h
}

// end lets the request come to its end, and returns its status.
func (h *held) end() int {
	h.body.Close()
	return <-h.done
}

func (w *world) url(account, path string) string {
	return "http://" + w.Registry(account).Host() + path
}

// get sends a GET with a registry token.
func get(t *testing.T, client *http.Client, url, password string) (resp *http.Response, body []byte) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))(t)
	r.SetBasicAuth("AWS", password)
	resp = must(client.Do(r))(t)
	defer resp.Body.Close()
	return resp, must(io.ReadAll(resp.Body))(t)
}

// wantTooMany checks the answer of a registry to a client that is to come again.
func wantTooMany(t *testing.T, resp *http.Response, body []byte) {
	t.Helper()
	var said struct {
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(body, &said); err != nil || resp.StatusCode != http.StatusTooManyRequests || len(said.Errors) != 1 || said.Errors[0].Code != "TOOMANYREQUESTS" {
		t.Errorf("answered %s %s, want 429 TOOMANYREQUESTS", resp.Status, body)
	}
	if after, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || after < 1 {
		t.Errorf("Retry-After is %q", resp.Header.Get("Retry-After"))
	}
}

// While one account has all places that it may have, its next request is told in
// each protocol's words to come again, which SDKs do by themselves, and another
// account notices nothing.
func TestTooManyRequests(t *testing.T) {
	w := newWorld(t, tight)
	w.repository("app")
	other := w.Account(user)
	elsewhere := w.elsewhere()
	password, ctx := w.token(w.root), t.Context()
	manifest := w.url(owner, "/v2/app/manifests/v1")
	blocked := []*held{w.hold(http.MethodPut, manifest, password), w.hold(http.MethodPut, manifest, password)}

	resp, body := get(t, w.HTTP(), manifest, password)
	wantTooMany(t, resp, body)
	retryable := retry.NewStandard()
	for name, call := range map[string]struct {
		do   func(aws.Config) error
		code string
	}{
		"ECR": {func(c aws.Config) error { _, err := ecr.NewFromConfig(c).DescribeRepositories(ctx, nil); return err }, "ThrottlingException"},
		"IAM": {func(c aws.Config) error { _, err := iam.NewFromConfig(c).ListUsers(ctx, nil); return err }, "Throttling"},
		"STS": {func(c aws.Config) error { _, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, nil); return err }, "Throttling"},
		"Organizations": {func(c aws.Config) error {
			_, err := organizations.NewFromConfig(c).DescribeOrganization(ctx, nil)
			return err
		}, "TooManyRequestsException"},
	} {
		err := call.do(w.AWS(w.root))
		var wire smithy.APIError
		var answer interface{ HTTPStatusCode() int }
		if !errors.As(err, &wire) || wire.ErrorCode() != call.code || !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusBadRequest {
			t.Errorf("%s: %v, want 400 %s", name, err, call.code)
		} else if !retryable.IsErrorRetryable(err) {
			t.Errorf("%s: the SDK does not try %v again", name, err)
		}
		if typed := (*orgtypes.TooManyRequestsException)(nil); name == "Organizations" && !errors.As(err, &typed) {
			t.Errorf("%s: the SDK takes it for %T", name, err)
		}
		// Another account is served.
		cfg := w.AWS(other)
		cfg.HTTPClient = elsewhere
		if err := call.do(cfg); err != nil && !errors.As(err, new(*orgtypes.AWSOrganizationsNotInUseException)) {
			t.Errorf("%s for another account: %v", name, err)
		}
	}

	// An SDK that may try again succeeds once there is a place.
	cfg := w.AWS(w.root)
	var tries atomic.Int64
	first := make(chan struct{})
	cfg.HTTPClient = clientFunc(func(r *http.Request) (*http.Response, error) {
		resp, err := w.HTTP().Do(r)
		if tries.Add(1) == 1 {
			close(first)
		}
		return resp, err
	})
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
	go func() {
		<-first
		blocked[0].give() // its client goes away, and so does its place
	}()
	if _, err := ecr.NewFromConfig(cfg).DescribeRepositories(ctx, nil); err != nil || tries.Load() < 2 {
		t.Errorf("after %d tries: %v", tries.Load(), err)
	}
	if status := blocked[1].end(); status != http.StatusBadRequest {
		t.Errorf("the manifest that was no manifest: %d", status)
	}
	if resp, body := get(t, w.HTTP(), manifest, password); resp.StatusCode != http.StatusNotFound {
		t.Errorf("with all places free: %s %s", resp.Status, body)
	}
}

type clientFunc func(*http.Request) (*http.Response, error)

func (f clientFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// Layers that come slowly take no place from anything but such layers, and not all
// of those.
func TestSlowUploads(t *testing.T) {
	w := newWorld(t, tight)
	w.repository("app")
	other := w.Account(user)
	must(w.ecr(other).CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")}))(t)
	mine, theirs := w.token(w.root), w.token(other)
	begin := func(account, password string) string {
		t.Helper()
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url(account, "/v2/app/blobs/uploads/"), nil))(t)
		r.SetBasicAuth("AWS", password)
		resp := must(w.HTTP().Do(r))(t)
		resp.Body.Close()
		if resp.StatusCode != http.StatusAccepted {
			t.Fatalf("an upload is begun with %s", resp.Status)
		}
		return w.url(account, resp.Header.Get("Location"))
	}
	send := func(url, password string) (*http.Response, []byte) {
		t.Helper()
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPatch, url, strings.NewReader("layer")))(t)
		r.SetBasicAuth("AWS", password)
		resp := must(w.HTTP().Do(r))(t)
		defer resp.Body.Close()
		return resp, must(io.ReadAll(resp.Body))(t)
	}
	var slow []*held
	for range 2 {
		slow = append(slow, w.hold(http.MethodPatch, begin(owner, mine), mine))
	}
	resp, body := send(begin(owner, mine), mine)
	wantTooMany(t, resp, body)
	if resp, body := send(begin(user, theirs), theirs); resp.StatusCode != http.StatusAccepted {
		t.Errorf("a layer of another account: %s %s", resp.Status, body)
	}
	if resp, body := get(t, w.HTTP(), w.url(owner, "/v2/app/tags/list"), mine); resp.StatusCode != http.StatusOK {
		t.Errorf("a list beside slow layers: %s %s", resp.Status, body)
	}
	for _, h := range slow {
		if status := h.end(); status != http.StatusAccepted {
			t.Errorf("a slow layer: %d", status)
		}
	}
	if resp, body := send(begin(owner, mine), mine); resp.StatusCode != http.StatusAccepted {
		t.Errorf("a layer after the slow ones: %s %s", resp.Status, body)
	}
}

// Layers that are read slowly take no place from requests.
func TestSlowDownloads(t *testing.T) {
	w := newWorld(t, tight)
	w.repository("app")
	password := w.token(w.root)
	img := w.push("app:v1", 8<<20, 1)
	layer := must(must(img.Layers())(t)[0].Digest())(t)
	path := "/v2/app/blobs/" + layer.String()
	// Whoever reads nothing takes what fits into the buffers of the connection, and waits.
	read := func() (status int, body io.ReadCloser) {
		t.Helper()
		c := must(net.Dial("tcp", w.Addr()))(t)
		if err := c.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		r := must(http.NewRequestWithContext(t.Context(), http.MethodGet, w.url(owner, path), nil))(t)
		r.SetBasicAuth("AWS", password)
		if err := r.Write(c); err != nil {
			t.Fatal(err)
		}
		resp := must(http.ReadResponse(bufio.NewReaderSize(c, 16), r))(t)
		t.Cleanup(func() { c.Close() })
		return resp.StatusCode, resp.Body
	}
	for range 2 {
		if status, _ := read(); status != http.StatusOK {
			t.Fatalf("a layer: %d", status)
		}
	}
	if status, _ := read(); status != http.StatusTooManyRequests {
		t.Errorf("a third layer: %d, want 429", status)
	}
	for range 10 {
		if resp, body := get(t, w.HTTP(), w.url(owner, "/v2/app/manifests/v1"), password); resp.StatusCode != http.StatusOK {
			t.Errorf("a manifest beside slow layers: %s %s", resp.Status, body)
		}
	}
}

// A herd that is far too large for the node is told so, in part, and all that
// another account asks for meanwhile is answered.
func TestHerd(t *testing.T) {
	w := newWorld(t, tight, func(c *server.Config) { c.MaxConnections = 240 }) // so that 120 may wait, 40 of one role
	w.repository("app")
	w.push("app:v1", 1<<10, 1)
	other := w.Account(user)
	password, theirs := w.token(w.root), w.token(other)
	elsewhere := w.elsewhere()
	transport := w.HTTP().Transport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 90
	t.Cleanup(transport.CloseIdleConnections)
	nodes := &http.Client{Transport: transport}
	var stop atomic.Bool
	var served, refused atomic.Int64
	var herd sync.WaitGroup
	for range 90 {
		herd.Go(func() {
			for !stop.Load() {
				resp, body := get(t, nodes, w.url(owner, "/v2/app/manifests/v1"), password)
				switch resp.StatusCode {
				case http.StatusOK:
					served.Add(1)
				case http.StatusTooManyRequests:
					refused.Add(1)
					wantTooMany(t, resp, body)
				default:
					t.Errorf("one of the herd: %s %s", resp.Status, body)
				}
			}
		})
	}
	cfg := w.AWS(other)
	cfg.HTTPClient = elsewhere
	client := ecr.NewFromConfig(cfg)
	rounds := 30
	if raceDetector {
		rounds = 5
	}
	for i := range rounds {
		if _, err := client.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String(fmt.Sprint("r", i))}); err != nil {
			t.Errorf("another account creates a repository: %v", err)
		}
		out, err := client.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
		if err != nil || len(out.Repositories) != i+1 {
			t.Errorf("another account lists %d repositories: %v", i+1, err)
		}
		if resp, body := get(t, elsewhere, w.url(user, fmt.Sprintf("/v2/r%d/tags/list", i)), theirs); resp.StatusCode != http.StatusOK {
			t.Errorf("another account lists tags: %s %s", resp.Status, body)
		}
		if _, err := client.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: aws.String(fmt.Sprint("r", i))}); err != nil {
			t.Errorf("another account lists images: %v", err)
		}
	}
	stop.Store(true)
	herd.Wait()
	t.Logf("of the herd %d requests were served and %d refused", served.Load(), refused.Load())
	if served.Load() == 0 {
		t.Error("nothing of the herd was served")
	}
}

// Requests that wait when the server is told to stop are answered as well.
func TestDrainAnswersThoseWhoWait(t *testing.T) {
	w := newWorld(t, tight, func(c *server.Config) { c.MaxWait = time.Minute })
	w.repository("app")
	password := w.token(w.root)
	manifest := w.url(owner, "/v2/app/manifests/v1")
	blocked := []*held{w.hold(http.MethodPut, manifest, password), w.hold(http.MethodPut, manifest, password)}
	waiting := make(chan int, 1)
	go func() {
		resp, _ := get(t, w.HTTP(), w.url(owner, "/v2/app/tags/list"), password)
		waiting <- resp.StatusCode
	}()
	for { // until it waits
		_, numbers := get(t, w.HTTP(), w.URL()+"/metrics", "")
		if strings.Contains(string(numbers), `pratique_requests_waiting{class="request",client="known"} 1`) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	for { // until it takes no more
		c, err := net.Dial("tcp", w.Addr())
		if err != nil {
			break
		}
		c.Close()
		time.Sleep(time.Millisecond)
	}
	for _, h := range blocked {
		if status := h.end(); status != http.StatusBadRequest {
			t.Errorf("a request in flight: %d", status)
		}
	}
	if status := <-waiting; status != http.StatusOK {
		t.Errorf("a request that waited: %d", status)
	}
	<-stopped
}

// Large bodies of API requests have places of their own.
func TestLargeBodies(t *testing.T) {
	w := newWorld(t, tight)
	w.repository("app")
	out := must(w.ecr(w.root).InitiateLayerUpload(t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: aws.String("app")}))(t)
	part := make([]byte, 6<<20)
	var wg sync.WaitGroup
	var served atomic.Int64
	cfg := w.AWS(w.root)
	cfg.Retryer = func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 20) }
	for range 4 {
		wg.Go(func() {
			_, err := ecr.NewFromConfig(cfg).UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
				RepositoryName: aws.String("app"), UploadId: out.UploadId, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(part)) - 1), LayerPartBlob: part,
			})
			if err == nil {
				served.Add(1)
			} else if !errors.As(err, new(*ecrtypes.InvalidLayerPartException)) {
				t.Errorf("a part: %v", err)
			}
		})
	}
	wg.Wait()
	if served.Load() != 1 {
		t.Errorf("%d parts began at byte 0", served.Load())
	}
}
