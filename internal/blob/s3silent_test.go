package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

const (
	impatience  = time.Second     // for answers and for content
	completion  = 3 * time.Second // for CompleteMultipartUpload
	silentPause = 300 * time.Millisecond
	// soon is within what two attempts and the pause between them take, of
	// whatever request, on a machine that has other things to do.
	soon = 2*impatience + completion + 3*time.Second
)

// mood is a way to a server that treats requests as it likes.
type mood struct {
	*httptest.Server
	proxy    *httputil.ReverseProxy
	requests atomic.Int64
	treat    atomic.Pointer[func(w http.ResponseWriter, r *http.Request) (done bool)]
	over     chan struct{} // closed at the end of the test
}

func newMood(t *testing.T, server *blackbox.S3) *mood {
	t.Helper()
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	m := &mood{over: make(chan struct{})}
	m.proxy = &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host // the host is signed
	}}
	m.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.requests.Add(1)
		if treat := m.treat.Load(); treat == nil || !(*treat)(w, r) {
			m.proxy.ServeHTTP(w, r)
		}
	}))
	m.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
			_ = tcp.SetReadBuffer(64 << 10) // it reads what is sent, not the kernel
		}
	}
	m.Start()
	t.Cleanup(m.Close)
	t.Cleanup(func() { close(m.over) })
	return m
}

// set changes how requests are treated; nil is well.
func (m *mood) set(treat func(w http.ResponseWriter, r *http.Request) (done bool)) {
	if treat == nil {
		m.treat.Store(nil)
		return
	}
	m.treat.Store(&treat)
}

// hang keeps a request waiting, and reads nothing of it.
func (m *mood) hang(http.ResponseWriter, *http.Request) bool {
	<-m.over
	panic(http.ErrAbortHandler)
}

// hangAt hangs at some requests.
func (m *mood) hangAt(which func(r *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool { return which(r) && m.hang(w, r) }
}

func (m *mood) open(t *testing.T, server *blackbox.S3, folder string) *blob.S3 {
	t.Helper()
	return m.openFor(t, server, folder, impatience)
}

// openFor is open of a store that waits longer for the server to take content.
func (m *mood) openFor(t *testing.T, server *blackbox.S3, folder string, content time.Duration) *blob.S3 {
	t.Helper()
	s, err := blob.OpenImpatientS3(t.Context(), blob.S3Config{
		URL:    strings.ReplaceAll(server.URL(), url.QueryEscape(server.Endpoint), url.QueryEscape(m.URL)),
		Folder: folder, DB: metatest.Open(t, metatest.SQLite(t)),
	}, impatience, content, completion, silentPause)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put stores a blob as somebody with more patience.
func put(t *testing.T, server *blackbox.S3, content []byte) blob.Name {
	t.Helper()
	return blobtest.Put(t, openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), ""), digest.SHA256, content)
}

// names returns the blobs of a store.
func names(t *testing.T, s blob.Store) (all []blob.Name) {
	t.Helper()
	for i, err := range s.List(t.Context(), blob.Name{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, i.Name)
	}
	return all
}

func isPart(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Query().Has("partNumber")
}

func isBegin(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploads")
}

func isCompletion(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func isMarker(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/blobs/")
}

// TestS3Silent asks for things while the server takes requests and says nothing:
// that ends soon and well-marked, leaves nothing half done, and works as soon as
// the server answers again.
func TestS3Silent(t *testing.T) {
	server := startS3(t)
	all := func(*http.Request) bool { return true }
	stat := func(ctx context.Context, s *blob.S3, there blob.Name) error {
		_, err := s.Stat(ctx, there)
		return err
	}
	open := func(ctx context.Context, s *blob.S3, there blob.Name) error {
		r, err := s.Open(ctx, there, 0, -1)
		if err == nil {
			r.Close()
		}
		return err
	}
	// push goes on with an upload where it is.
	push := func(size int) func(context.Context, *blob.S3, blob.Name) error {
		content, id := blobtest.Content(uint64(size), size), blob.NewUploadID()
		return func(ctx context.Context, s *blob.S3, _ blob.Name) error {
			if err := s.Create(ctx, id); err != nil && !strings.Contains(err.Error(), "exist") {
				return err
			}
			off, err := s.Size(ctx, id)
			if err == nil {
				_, err = s.Finish(ctx, id, off, bytes.NewReader(content[off:]), digest.FromBytes(content))
			}
			return err
		}
	}
	for _, c := range []struct {
		name  string
		which func(r *http.Request) bool
		do    func(ctx context.Context, s *blob.S3, there blob.Name) error
	}{
		{"list", all, stat},
		{"get", func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/data/")
		}, open},
		{"small put", all, push(1000)},
		{"put that is not read", all, push(7 << 20)},
		{"begin of a multipart upload", all, push(9 << 20)},
		{"begin of a multipart upload, and nothing else", isBegin, push(9<<20 + 1)},
		{"part", isPart, push(17 << 20)},
		{"completion and all after it", func() func(*http.Request) bool {
			var begun atomic.Bool
			return func(r *http.Request) bool {
				if isCompletion(r) {
					begun.Store(true)
				}
				return begun.Load()
			}
		}(), push(11 << 20)},
		{"marker", isMarker, push(12 << 20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMood(t, server)
			s := m.open(t, server, folder(t))
			fine := openS3(t, server.URL(), metatest.Open(t, metatest.SQLite(t)), folder(t))
			there := blobtest.Put(t, fine, digest.SHA256, []byte("there"))
			ctx := t.Context()
			m.set(m.hangAt(c.which))
			begun := time.Now()
			err := c.do(ctx, s, there)
			took := time.Since(begun)
			if !errors.Is(err, blob.ErrUnavailable) {
				t.Errorf("error %v, want ErrUnavailable", err)
			}
			if took > soon {
				t.Errorf("it took %v", took)
			}
			t.Logf("%v: %v", took.Round(time.Millisecond), err)

			m.set(nil)
			if got := names(t, fine); len(got) != 1 || got[0] != there {
				t.Errorf("visible: %v, want %v", got, there)
			}
			begun = time.Now()
			for err = c.do(ctx, s, there); err != nil && time.Since(begun) < soon; err = c.do(ctx, s, there) {
				if !errors.Is(err, blob.ErrUnavailable) {
					t.Fatalf("the server answers, but: %v", err)
				}
				time.Sleep(silentPause / 10)
			}
			if err != nil {
				t.Fatalf("the server answers, and after %v: %v", time.Since(begun), err)
			}
			for _, b := range names(t, fine) {
				r, err := fine.Open(ctx, b, 0, -1)
				if err != nil {
					t.Fatal(err)
				}
				got, err := digest.FromReader(r)
				r.Close()
				if err != nil || got != b.Digest {
					t.Errorf("%s has the digest %s, %v", b, got, err)
				}
			}
		})
	}
}

// TestS3SilentHerd has many ask a silent server. Those that come later do not
// wait, and only one at a time finds out whether it answers again.
func TestS3SilentHerd(t *testing.T) {
	server := startS3(t)
	m := newMood(t, server)
	s := m.open(t, server, "")
	there := put(t, server, []byte("there"))
	m.set(m.hang)
	ask := func() {
		t.Helper()
		begun := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := s.Stat(t.Context(), there); !errors.Is(err, blob.ErrUnavailable) {
					t.Errorf("error %v, want ErrUnavailable", err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(begun); took > soon {
			t.Errorf("it took %v", took)
		}
	}
	ask()
	for range 3 {
		before := m.requests.Load()
		ask()
		if n := m.requests.Load() - before; n > 10 {
			t.Errorf("%d requests to a server that is known to be silent", n)
		}
	}
	m.set(nil)
	time.Sleep(silentPause)
	if _, err := s.Stat(t.Context(), there); err != nil {
		t.Errorf("the server answers, but: %v", err)
	}
}

// TestS3SilentForOne has a server be silent about one object only: nobody else is
// told that it is away.
func TestS3SilentForOne(t *testing.T) {
	server := startS3(t)
	m := newMood(t, server)
	s := m.open(t, server, "")
	there := put(t, server, []byte("there"))
	m.set(m.hangAt(func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/data/") }))
	done := make(chan error)
	go func() {
		_, err := s.Open(t.Context(), there, 0, -1)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if !errors.Is(err, blob.ErrUnavailable) {
				t.Errorf("error %v, want ErrUnavailable", err)
			}
			return
		default:
			if _, err := s.Stat(t.Context(), there); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// TestS3Stall reads a blob of which nothing more comes.
func TestS3Stall(t *testing.T) {
	server := startS3(t)
	m := newMood(t, server)
	s := m.open(t, server, "")
	content := blobtest.Content(5, 3<<20)
	name := put(t, server, content)
	// stall lets n answers stop after some bytes.
	stall := func(n int64) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if n--; n < 0 {
				return false
			}
			m.proxy.ServeHTTP(&stalling{w, 1 << 20, m.over}, r)
			return true
		}
	}
	read := func() ([]byte, error) {
		r, err := s.Open(t.Context(), name, 0, -1)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	m.set(stall(2)) // at 1 and 2 MiB
	if got, err := read(); err != nil || !bytes.Equal(got, content) {
		t.Errorf("after pauses: %d bytes, %v", len(got), err)
	}
	m.set(func(w http.ResponseWriter, r *http.Request) bool {
		m.proxy.ServeHTTP(&stalling{w, 0, m.over}, r)
		return true
	})
	begun := time.Now()
	if _, err := read(); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("error %v, want ErrUnavailable", err)
	}
	if took := time.Since(begun); took > soon {
		t.Errorf("it took %v", took)
	}
}

// stalling stops a response after some bytes.
type stalling struct {
	http.ResponseWriter
	left int
	over <-chan struct{}
}

func (s *stalling) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *stalling) Write(p []byte) (int, error) {
	if len(p) <= s.left {
		s.left -= len(p)
		return s.ResponseWriter.Write(p)
	}
	s.ResponseWriter.Write(p[:s.left])
	s.ResponseWriter.(http.Flusher).Flush()
	<-s.over
	panic(http.ErrAbortHandler)
}

// TestS3Slow has everything take longer than patience lasts, without ever pausing so long.
func TestS3Slow(t *testing.T) {
	server := startS3(t)
	m := newMood(t, server)
	const patience = 2 * time.Second // the kernel holds back up to half of a part
	s := m.openFor(t, server, "", patience)
	content := blobtest.Content(6, 9<<20)
	name := blob.Name{Digest: digest.FromBytes(content), Upload: blob.NewUploadID()}
	m.set(func(w http.ResponseWriter, r *http.Request) bool {
		if isPart(r) {
			r.Body = &slow{ReadCloser: r.Body, n: 64 << 10, pause: patience / 100} // 128 times in the first part
		}
		return false
	})
	if err := s.Create(t.Context(), name.Upload); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := s.Finish(t.Context(), name.Upload, 0, bytes.NewReader(content), name.Digest); err != nil {
		t.Errorf("slow upload: %v", err)
	}
	if took := time.Since(begun); took < patience {
		t.Errorf("the upload took %v, which is not slow", took)
	}

	m.set(nil)
	m.proxy.ModifyResponse = func(resp *http.Response) error {
		resp.Body = &slow{ReadCloser: resp.Body, n: 1 << 20, pause: impatience / 2}
		return nil
	}
	begun = time.Now()
	before := m.requests.Load()
	r, err := s.Open(t.Context(), name, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * impatience) // the client is slow as well
	if n, err := io.Copy(io.Discard, r); err != nil || n != int64(len(content))-1 {
		t.Errorf("slow download: %d bytes, %v", n, err)
	}
	if took, n := time.Since(begun), m.requests.Load()-before; took < 3*impatience || n > 2 {
		t.Errorf("the download took %v and %d requests", took, n)
	}
}

// slow pauses after each n bytes.
type slow struct {
	io.ReadCloser
	n     int
	pause time.Duration
	read  int // since the last pause
}

func (s *slow) Read(p []byte) (int, error) {
	if s.read >= s.n {
		s.read = 0
		time.Sleep(s.pause)
	}
	n, err := s.ReadCloser.Read(p[:min(len(p), s.n)])
	s.read += n
	return n, err
}

// TestS3SlowCompletion has the server take its time to complete an upload.
func TestS3SlowCompletion(t *testing.T) {
	server := startS3(t)
	for what, treat := range map[string]func(m *mood) func(w http.ResponseWriter, r *http.Request){
		// as Amazon S3 does it
		"with white space meanwhile": func(m *mood) func(w http.ResponseWriter, r *http.Request) {
			return func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusOK)
				io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`)
				answer, done := httptest.NewRecorder(), make(chan struct{})
				go func() {
					defer close(done)
					time.Sleep(completion * 4 / 3)
					m.proxy.ServeHTTP(answer, r)
				}()
				for {
					select {
					case <-time.After(impatience / 10):
						io.WriteString(w, " \n")
						w.(http.Flusher).Flush()
						continue
					case <-done:
					}
					_, body, _ := strings.Cut(answer.Body.String(), "?>")
					io.WriteString(w, body)
					return
				}
			}
		},
		"silently": func(m *mood) func(w http.ResponseWriter, r *http.Request) {
			return func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(impatience * 3 / 2)
				m.proxy.ServeHTTP(w, r)
			}
		},
		"for longer than it is waited for": func(m *mood) func(w http.ResponseWriter, r *http.Request) {
			return func(w http.ResponseWriter, r *http.Request) {
				m.proxy.ServeHTTP(httptest.NewRecorder(), r)
				m.hang(w, r)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			m := newMood(t, server)
			s := m.open(t, server, folder(t))
			var completions atomic.Int64
			m.set(func(w http.ResponseWriter, r *http.Request) bool {
				if !isCompletion(r) {
					return false
				}
				completions.Add(1)
				treat(m)(w, r)
				return true
			})
			name := blobtest.Put(t, s, digest.SHA256, blobtest.Content(7, 9<<20))
			if got := names(t, s); len(got) != 1 || got[0] != name || completions.Load() != 1 {
				t.Errorf("visible: %v after %d completions", got, completions.Load())
			}
		})
	}
}

// TestS3Busy has the server ask for patience, which it gets.
func TestS3Busy(t *testing.T) {
	server := startS3(t)
	m := newMood(t, server)
	s := m.open(t, server, "")
	there := put(t, server, []byte("there"))
	for _, times := range []int64{3, 4} {
		var n atomic.Int64
		m.set(func(w http.ResponseWriter, r *http.Request) bool {
			if n.Add(1) > times {
				return false
			}
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>`)
			return true
		})
		_, err := s.Stat(t.Context(), there)
		if times < 4 && err != nil || times == 4 && !errors.Is(err, blob.ErrUnavailable) || n.Load() != 4 {
			t.Errorf("busy %d times: %v after %d requests", times, err, n.Load())
		}
	}
}
