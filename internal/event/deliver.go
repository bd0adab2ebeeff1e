package event

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
)

const (
	timeout    = 10 * time.Second // for a destination to take an event
	maxAge     = 24 * time.Hour   // of an event that is still sent
	maxOutage  = 5 * time.Minute  // between attempts at a destination that fails
	maxRetries = time.Hour        // that a destination can ask for
)

// newClient returns the client that sends events. It connects to what guard allows, looking at the address that a host
// name was resolved to, uses no proxy, which would connect to anything, and follows no redirects.
func newClient(g guard, cas *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Control: g.control}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: cas, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true, // each attempt goes where the name leads now, and finds no connection that has gone stale
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Deliver does a job of the kind [DeliverJob]: it sends an event to a destination and returns nil when that answers 2xx, or when there
// is no such destination any more. While a destination fails, this node does not try each of its events.
func (w *Webhooks) Deliver(ctx context.Context, payload json.RawMessage) error {
	var e delivery
	if err := json.Unmarshal(payload, &e); err != nil {
		return job.Permanent(fmt.Errorf("read an event to deliver: %w", err))
	}
	key := destinationKey{e.Account, e.Region, e.Destination}
	if wait := w.outage(key); wait > 0 {
		if w.now().Sub(e.Time) <= maxAge {
			return job.Retry(wait)
		}
		return job.Permanent(fmt.Errorf("deliver event %s to %s of account %s in %s: %w", e.ID, e.Destination, e.Account, e.Region, errTooOld))
	}
	var d *Destination
	err := w.db.Read(ctx, func(tx *meta.Tx) (err error) {
		d, err = destination(tx, e.Account, e.Region, e.Destination)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		w.recovered(key)
		return nil
	}
	if err != nil {
		return fmt.Errorf("deliver event %s: %w", e.ID, err)
	}
	status, after, err := w.post(ctx, d, e.ID, e.Body)
	if err == nil {
		w.recovered(key)
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err() // says nothing about the destination
	}
	err = fmt.Errorf("deliver event %s to %s of account %s in %s: %w", e.ID, e.Destination, e.Account, e.Region, err)
	if status == http.StatusGone || w.now().Sub(e.Time) > maxAge {
		return job.Permanent(err)
	}
	w.failed(key, after)
	if after > 0 {
		return job.Retry(after)
	}
	return err
}

var errTooOld = errors.New("the destination has been failing for too long")

// outage is a time in which a destination is not tried.
type outage struct {
	failures int
	until    time.Time
}

// outage returns how long to leave a destination alone.
func (w *Webhooks) outage(k destinationKey) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := w.failing[k].until.Sub(w.now())
	if wait <= 0 {
		return 0
	}
	return wait + rand.N(wait/2+time.Second) // so that they do not all come at once then
}

// failed begins an outage of a destination or makes a longer one of it. after is what it asked for, or 0.
func (w *Webhooks) failed(k destinationKey, after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.failing[k]
	o.failures++
	o.until = w.now().Add(max(after, min(maxOutage, time.Second<<min(o.failures-1, 20))))
	w.failing[k] = o
}

// recovered ends the outage of a destination.
func (w *Webhooks) recovered(k destinationKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.failing, k)
}

// post sends a body to a destination. Any answer but 2xx is an error; after is when the destination wants to be asked
// again, or 0. Errors do not have the URL, which may have a secret in it.
func (w *Webhooks) post(ctx context.Context, d *Destination, id string, body []byte) (status int, after time.Duration, err error) {
	secret, err := w.box.Open(d.purpose(), d.sealed)
	if err != nil {
		return 0, 0, fmt.Errorf("open the secret: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(body))
	if err != nil {
		return 0, 0, withoutURL(err)
	}
	now := w.now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Pratique-Events/1")
	r.Header.Set(headerID, id)
	r.Header.Set(headerTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(headerSignature, sign(secret, id, now, body))
	answer, err := w.client.Do(r)
	if err != nil {
		return 0, 0, withoutURL(err)
	}
	_ = answer.Body.Close() // what it says does not matter
	if answer.StatusCode/100 == 2 {
		return answer.StatusCode, 0, nil
	}
	return answer.StatusCode, retryAfter(answer.Header.Get("Retry-After"), now), fmt.Errorf("it answers %d", answer.StatusCode)
}

// withoutURL drops the URL of an error of a client.
func withoutURL(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// retryAfter reads a Retry-After field, RFC 9110 section 10.2.3. What it does not understand is 0.
func retryAfter(field string, now time.Time) time.Duration {
	after := time.Duration(0)
	if n, err := strconv.Atoi(field); err == nil {
		after = time.Duration(min(n, int(maxRetries/time.Second))) * time.Second
	} else if at, err := http.ParseTime(field); err == nil {
		after = at.Sub(now)
	}
	return max(0, min(after, maxRetries))
}

// Outcome is how a test of a destination went.
type Outcome struct {
	Status int    // that it answered; 0 if it did not
	Reason string // why that is a failure; "" if it is none
}

// The event of a test.
const (
	testSource = "pratique"
	testType   = "Event Destination Test"
)

// Test sends an event to a destination, now, whatever events it wants. The reason of a failure says no more than whoever
// chose the URL may know: not what a host name was resolved to.
//
// Errors: ErrNotFound.
func (w *Webhooks) Test(ctx context.Context, account, region, name string) (Outcome, error) {
	var d *Destination
	err := w.db.Read(ctx, func(tx *meta.Tx) (err error) {
		d, err = destination(tx, account, region, name)
		return err
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("test event destination: %w", err)
	}
	detail := struct {
		Destination string `json:"destination-name"`
	}{name}
	id, body, err := Event{Account: account, Region: region, DetailType: testType, Detail: detail, Time: w.now()}.body(testSource)
	if err != nil {
		return Outcome{}, fmt.Errorf("test event destination: %w", err)
	}
	status, _, err := w.post(ctx, d, id, body)
	if err == nil {
		w.recovered(destinationKey{account, region, name})
		return Outcome{Status: status}, nil
	}
	w.log.WarnContext(ctx, "the test of an event destination failed", "account", account, "region", region, "destination", name, "error", err)
	return Outcome{Status: status, Reason: reason(status, err)}, nil
}

// reason says in general why an event was not taken.
func reason(status int, err error) string {
	var address addressError
	var dns *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case status != 0:
		return fmt.Sprintf("the destination answered %d, not 2xx", status)
	case errors.As(err, &address):
		return "the host is at an address that is not public, and not in a network that the server's configuration allows"
	case errors.As(err, &dns):
		return "the host name cannot be resolved"
	case errors.As(err, &untrusted):
		return "the certificate of the host is not trusted"
	case isTimeout(err):
		return fmt.Sprintf("the destination did not answer within %v", timeout)
	case errors.As(err, &network) && network.Op == "dial":
		return "the host cannot be connected to"
	}
	return "the destination gave no valid answer"
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
