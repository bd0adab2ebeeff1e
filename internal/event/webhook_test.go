package event

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/seal"
)

const account, region = "222222222222", "us-west-2"

// world is destinations on a database, with a clock and a webhook.
type world struct {
	*testing.T
	*Webhooks
	clock time.Time
	log   *bytes.Buffer
	keys  string

	hook *httptest.Server

	mu      sync.Mutex
	got     []received
	answers []http.HandlerFunc // the next ones; 204 after them
}

type received struct {
	header http.Header
	body   string
}

func each(t *testing.T, f func(w *world), options ...func(*Config)) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w := &world{T: t, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), log: new(bytes.Buffer), keys: filepath.Join(t.TempDir(), "key")}
		box, err := seal.OpenKeyFile(w.keys)
		if err != nil {
			t.Fatal(err)
		}
		w.hook = httptest.NewServer(http.HandlerFunc(w.receive))
		t.Cleanup(w.hook.Close)
		c := Config{
			DB: db, Box: box, Now: func() time.Time { return w.clock }, Log: slog.New(slog.NewTextHandler(w.log, nil)),
			Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true,
		}
		for _, o := range options {
			o(&c)
		}
		w.Webhooks = New(c)
		f(w)
	})
}

func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost {
		w.Errorf("received %s: %v", r.Method, err)
	}
	w.mu.Lock()
	w.got = append(w.got, received{r.Header, string(body)})
	answer := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) }
	if len(w.answers) > 0 {
		answer, w.answers = w.answers[0], w.answers[1:]
	}
	w.mu.Unlock()
	answer(rw, r)
}

// answer makes the webhook answer with statuses.
func (w *world) answer(statuses ...int) {
	for _, s := range statuses {
		w.answers = append(w.answers, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(s) })
	}
}

func (w *world) received() []received {
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.got
	w.got = nil
	return got
}

func (w *world) put(s Settings) (*Destination, seal.Secret) {
	w.Helper()
	if s.Name == "" {
		s.Name = "ci"
	}
	if s.URL == "" {
		s.URL = w.hook.URL + "/hook?token=hidden"
	}
	d, made, err := w.Put(w.Context(), account, region, s)
	if err != nil {
		w.Fatal(err)
	}
	return d, made
}

func (w *world) emit(e Event) {
	w.Helper()
	if err := w.db.Write(w.Context(), func(tx *meta.Tx) error { return Emit(tx, e) }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) push(repository string) Event {
	return ImageAction(Push, Image{Account: account, Region: region, Repository: repository, Digest: "sha256:aa", Tag: "v1"}, w.clock)
}

// jobs returns the payloads of the jobs there are.
func (w *world) jobs() []json.RawMessage {
	w.Helper()
	var all []string
	err := w.db.Read(w.Context(), func(tx *meta.Tx) (err error) {
		all, err = meta.All(tx, meta.ScanString, `SELECT payload FROM job WHERE kind = $1 ORDER BY id`, DeliverJob)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	var payloads []json.RawMessage
	for _, p := range all {
		payloads = append(payloads, json.RawMessage(p))
	}
	return payloads
}

func TestPut(t *testing.T) {
	each(t, func(w *world) {
		created := w.clock
		d, made := w.put(Settings{DetailTypes: []string{TypeImageScan, TypeImageAction, TypeImageScan}, RepositoryPrefix: "team/"})
		want := &Destination{
			Account: account, Region: region, Name: "ci", URL: w.hook.URL + "/hook?token=hidden", DetailTypes: []string{TypeImageAction, TypeImageScan},
			RepositoryPrefix: "team/", CreatedAt: created, UpdatedAt: created,
		}
		if diff := cmp.Diff(want, d, cmpopts.IgnoreUnexported(Destination{})); diff != "" {
			t.Errorf("created (-want +got):\n%s", diff)
		}
		if _, err := decodeSecret(made); err != nil {
			t.Errorf("the secret: %v", err)
		}
		w.clock = w.clock.Add(time.Minute)
		if d, made = w.put(Settings{}); made != "" || !d.CreatedAt.Equal(created) || !d.UpdatedAt.Equal(w.clock) || len(d.DetailTypes) != 0 || d.RepositoryPrefix != "" {
			t.Errorf("replaced: %+v, a secret was made: %t", d, made != "")
		}
		if _, made = w.put(Settings{NewSecret: true}); made == "" {
			t.Error("no secret was made")
		}
		if _, made = w.put(Settings{Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}); made != "" {
			t.Error("a secret was made although one was given")
		}
		all, err := w.List(w.Context(), account, region)
		if err != nil || len(all) != 1 {
			t.Errorf("list: %v, %v", all, err)
		}
		if bytes.Contains(all[0].sealed, []byte("MfKQ9r8")) || len(all[0].sealed) != 24+seal.Overhead {
			t.Errorf("the secret is not sealed")
		}
	})
}

func TestPutRefuses(t *testing.T) {
	each(t, func(w *world) {
		for name, s := range map[string]Settings{
			"no URL":             {},
			"relative":           {URL: "/hook"},
			"no host":            {URL: "https:///hook"},
			"opaque":             {URL: "https:example.com"},
			"not a URL":          {URL: "https://exa mple.com"},
			"http":               {URL: "http://example.com"},
			"other scheme":       {URL: "file:///etc/passwd"},
			"password":           {URL: "https://user:password@example.com"},
			"fragment":           {URL: "https://example.com/#x"},
			"private":            {URL: "https://10.0.0.1/"},
			"metadata":           {URL: "https://169.254.169.254/latest/meta-data"},
			"loopback":           {URL: "https://[::1]:8080/"},
			"mapped":             {URL: "https://[::ffff:127.0.0.1]/"},
			"type":               {URL: "https://example.com", DetailTypes: []string{"ECR image action"}},
			"secret":             {URL: "https://example.com", Secret: "x"},
			"secret given twice": {URL: "https://example.com", Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NewSecret: true},
		} {
			s.Name = "ci"
			if _, _, err := w.Put(w.Context(), account, region, s); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}, func(c *Config) { c.AllowHTTP, c.Networks = false, nil })
}

func TestDestinationsOfOthers(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		for _, other := range [][2]string{{"111111111111", region}, {account, "us-east-1"}} {
			if all, err := w.List(w.Context(), other[0], other[1]); err != nil || len(all) != 0 {
				t.Errorf("%v: list %v, %v", other, all, err)
			}
			if _, err := w.List(w.Context(), other[0], other[1], "ci"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v: list by name: %v", other, err)
			}
			if _, err := w.Delete(w.Context(), other[0], other[1], "ci"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v: delete: %v", other, err)
			}
			if _, err := w.Test(w.Context(), other[0], other[1], "ci"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v: test: %v", other, err)
			}
			e := w.push("app")
			e.Account, e.Region = other[0], other[1]
			w.emit(e)
		}
		if n := len(w.jobs()); n != 0 {
			t.Errorf("%d events of others", n)
		}
	})
}

func TestManyDestinations(t *testing.T) {
	each(t, func(w *world) {
		for n := range MaxDestinations {
			w.put(Settings{Name: string(rune('a' + n))})
		}
		w.put(Settings{Name: "a"})
		if _, _, err := w.Put(w.Context(), account, region, Settings{Name: "z", URL: "https://example.com"}); !errors.Is(err, ErrTooMany) {
			t.Errorf("one more: %v", err)
		}
		if all, err := w.List(w.Context(), account, region, "c", "b"); err != nil || len(all) != 2 || all[0].Name != "b" {
			t.Errorf("two of them: %v, %v", all, err)
		}
		if _, err := w.Delete(w.Context(), account, region, "b"); err != nil {
			t.Error(err)
		}
		if _, err := w.List(w.Context(), account, region, "c", "b"); !errors.Is(err, ErrNotFound) {
			t.Errorf("deleted: %v", err)
		}
		if _, _, err := w.Put(w.Context(), account, region, Settings{Name: "z", URL: "https://example.com"}); err != nil {
			t.Error(err)
		}
	})
}

func TestEmitAndDeliver(t *testing.T) {
	each(t, func(w *world) {
		w.emit(w.push("app")) // nobody wants it
		_, secret := w.put(Settings{RepositoryPrefix: "team/"})
		w.put(Settings{Name: "scans", DetailTypes: []string{TypeImageScan}})
		w.emit(w.push("other/app"))
		w.emit(w.push("team/app"))
		jobs := w.jobs()
		if len(jobs) != 1 {
			t.Fatalf("jobs: %s", jobs)
		}
		if bytes.Contains(jobs[0], []byte("hidden")) {
			t.Errorf("the job has the URL: %s", jobs[0])
		}
		w.clock = w.clock.Add(time.Hour)
		if err := w.Deliver(w.Context(), jobs[0]); err != nil {
			t.Fatal(err)
		}
		got := w.received()
		if len(got) != 1 {
			t.Fatalf("received %+v", got)
		}
		var e struct{ ID, Time string }
		if err := json.Unmarshal([]byte(got[0].body), &e); err != nil {
			t.Fatal(err)
		}
		key, err := decodeSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		h := got[0].header
		if h.Get("webhook-id") != e.ID || h.Get("webhook-timestamp") != "1795266000" || e.Time != "2026-11-21T12:00:00Z" ||
			h.Get("webhook-signature") != sign(key, e.ID, w.clock, []byte(got[0].body)) || h.Get("Content-Type") != "application/json" {
			t.Errorf("received %v\n%s", h, got[0].body)
		}
	})
}

func TestNothingIsEmittedOfWhatFails(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		failure := errors.New("no")
		err := w.db.Write(w.Context(), func(tx *meta.Tx) error { return errors.Join(Emit(tx, w.push("app")), failure) })
		if !errors.Is(err, failure) || len(w.jobs()) != 0 {
			t.Errorf("%v, jobs %s", err, w.jobs())
		}
	})
}

func TestEventOfDeletedDestination(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		w.emit(w.push("app"))
		if _, err := w.Delete(w.Context(), account, region, "ci"); err != nil {
			t.Fatal(err)
		}
		if err := w.Deliver(w.Context(), w.jobs()[0]); err != nil || len(w.received()) != 0 {
			t.Errorf("delivered: %v", err)
		}
	})
}

func isRetry(err error) bool { return err != nil && strings.Contains(err.Error(), "not yet") }

// Whatever is not 2xx is a failure, which is tried again with the same id and body; meanwhile other events wait.
func TestFailures(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		w.emit(w.push("app"))
		w.emit(w.push("other"))
		jobs := w.jobs()
		for _, status := range []int{500, 404, 302, 199} {
			if status == 199 {
				w.answers = append(w.answers, func(rw http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
			} else if status == 302 {
				w.answers = append(w.answers, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) })
			} else {
				w.answer(status)
			}
			err := w.Deliver(w.Context(), jobs[0])
			if err == nil || isRetry(err) || job.IsPermanent(err) {
				t.Errorf("after %d: %v", status, err)
			} else if strings.Contains(err.Error(), "hidden") {
				t.Errorf("the error has the URL: %v", err)
			}
			if err := w.Deliver(w.Context(), jobs[1]); !isRetry(err) {
				t.Errorf("another event after %d: %v", status, err)
			}
			if n := len(w.received()); n != 1 {
				t.Errorf("%d attempts after %d", n, status)
			}
			w.clock = w.clock.Add(maxOutage)
		}
		for _, j := range jobs {
			if err := w.Deliver(w.Context(), j); err != nil {
				t.Error(err)
			}
		}
		if n := len(w.received()); n != 2 {
			t.Errorf("%d delivered at last", n)
		}
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		w.emit(w.push("app"))
		w.answers = append(w.answers, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Retry-After", "1800")
			rw.WriteHeader(http.StatusServiceUnavailable)
		})
		if err := w.Deliver(w.Context(), w.jobs()[0]); err == nil || err.Error() != "not yet: again in 30m0s" {
			t.Errorf("answered 503: %v", err)
		}
		w.clock = w.clock.Add(29 * time.Minute)
		if err := w.Deliver(w.Context(), w.jobs()[0]); !isRetry(err) {
			t.Errorf("too early: %v", err)
		}
		w.clock = w.clock.Add(time.Minute)
		if err := w.Deliver(w.Context(), w.jobs()[0]); err != nil || len(w.received()) != 2 {
			t.Errorf("then: %v", err)
		}
	})
}

func TestGivingUp(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		w.emit(w.push("app"))
		w.answer(http.StatusGone)
		if err := w.Deliver(w.Context(), w.jobs()[0]); !job.IsPermanent(err) {
			t.Errorf("gone: %v", err)
		}
		w.answer(500)
		if err := w.Deliver(w.Context(), w.jobs()[0]); err == nil || job.IsPermanent(err) {
			t.Errorf("500: %v", err)
		}
		w.clock = w.clock.Add(maxAge + time.Second)
		w.answer(500)
		if err := w.Deliver(w.Context(), w.jobs()[0]); !job.IsPermanent(err) {
			t.Errorf("500 after a day: %v", err)
		}
		if err := w.Deliver(w.Context(), json.RawMessage(`{"account":1}`)); !job.IsPermanent(err) {
			t.Errorf("not a job: %v", err)
		}
	})
}

// A node that stops does not blame the destination.
func TestStopWhileDelivering(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{})
		w.emit(w.push("app"))
		ctx, stop := context.WithCancel(w.Context())
		w.answers = append(w.answers, func(rw http.ResponseWriter, r *http.Request) { stop(); <-r.Context().Done() })
		if err := w.Deliver(ctx, w.jobs()[0]); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
		if err := w.Deliver(w.Context(), w.jobs()[0]); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// A name is refused for the address that it leads to, when it is connected to.
func TestPrivateAddressIsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{URL: strings.Replace(w.hook.URL, "127.0.0.1", "localhost", 1)})
		w.emit(w.push("app"))
		err := w.Deliver(w.Context(), w.jobs()[0])
		if err == nil || !strings.Contains(err.Error(), "is not a public address") {
			t.Errorf("deliver: %v", err)
		}
		outcome, err := w.Test(w.Context(), account, region, "ci")
		if err != nil || !strings.Contains(outcome.Reason, "not public") || strings.Contains(outcome.Reason, "127.0.0.1") {
			t.Errorf("test: %+v, %v", outcome, err)
		}
		if n := len(w.received()); n != 0 {
			t.Errorf("%d requests came through", n)
		}
	}, func(c *Config) { c.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
}

func TestTest(t *testing.T) {
	each(t, func(w *world) {
		w.put(Settings{DetailTypes: []string{TypeImageScan}})
		outcome, err := w.Test(w.Context(), account, region, "ci")
		if diff := cmp.Diff(Outcome{Status: 204}, outcome); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		got := w.received()
		var e struct {
			Source, ID string
			Type       string            `json:"detail-type"`
			Detail     map[string]string `json:"detail"`
		}
		if err := json.Unmarshal([]byte(got[0].body), &e); err != nil || e.Source != "pratique" || e.Type != "Event Destination Test" || e.Detail["destination-name"] != "ci" {
			t.Errorf("sent %s", got[0].body)
		}
		w.answer(503)
		if outcome, err = w.Test(w.Context(), account, region, "ci"); err != nil || outcome.Status != 503 || !strings.Contains(outcome.Reason, "503") {
			t.Errorf("503: %+v, %v", outcome, err)
		}
		w.hook.Close()
		if outcome, err = w.Test(w.Context(), account, region, "ci"); err != nil || outcome.Status != 0 || outcome.Reason != "the host cannot be connected to" {
			t.Errorf("closed: %+v, %v", outcome, err)
		}
		if strings.Contains(w.log.String(), "hidden") {
			t.Errorf("the log has the URL:\n%s", w.log)
		}
	})
}

func TestTLS(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	secure.StartTLS()
	defer secure.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	for _, pool := range []*x509.CertPool{nil, trusted} {
		each(t, func(w *world) {
			w.put(Settings{URL: secure.URL})
			outcome, err := w.Test(w.Context(), account, region, "ci")
			if err != nil || (outcome.Reason == "") != (pool != nil) || pool == nil && !strings.Contains(outcome.Reason, "not trusted") {
				t.Errorf("trusted %t: %+v, %v", pool != nil, outcome, err)
			}
		}, func(c *Config) { c.CAs = pool })
	}
}

func TestRewrap(t *testing.T) {
	each(t, func(w *world) {
		_, secret := w.put(Settings{})
		w.put(Settings{Name: "other"})
		before, err := w.SealedWith(w.Context())
		if err != nil || len(before) != 1 {
			t.Fatal(before, err)
		}
		if _, err := seal.Rotate(w.keys, w.clock); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Rewrap(w.Context()); n != 2 || err != nil {
			t.Errorf("%d sealed anew, %v", n, err)
		}
		if n, err := w.Rewrap(w.Context()); n != 0 || err != nil {
			t.Errorf("%d sealed anew again, %v", n, err)
		}
		after, err := w.SealedWith(w.Context())
		if err != nil || len(after) != 1 {
			t.Fatal(after, err)
		}
		for id, n := range after {
			if before[id] != 0 || n != 2 {
				t.Errorf("before %v, after %v", before, after)
			}
		}
		w.emit(w.push("app"))
		if err := w.Deliver(w.Context(), w.jobs()[0]); err != nil {
			t.Fatal(err)
		}
		got := w.received()[0]
		key, err := decodeSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		if want := sign(key, got.header.Get("webhook-id"), w.clock, []byte(got.body)); got.header.Get("webhook-signature") != want {
			t.Error("the secret has changed")
		}
	})
}
