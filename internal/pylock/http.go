package pylock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// lookup reads the environment.
func (r *Resolver) lookup(name string) (string, bool) {
	if r.Getenv != nil {
		return r.Getenv(name)
	}
	return os.LookupEnv(name)
}

// errNotFound is a 404: asking again, or elsewhere, is up to the caller.
var errNotFound = errors.New("404 Not Found")

// errOffline is why nothing was asked for.
var errOffline = errors.New("not in the cache, and this is offline")

const (
	attempts   = 3
	retryDelay = 250 * time.Millisecond // and twice as long each time
)

// get asks for a URL, and again where that may help. The caller closes the
// body. Errors show no credentials.
func (r *Resolver) get(ctx context.Context, raw string, login *url.Userinfo, header http.Header) (*http.Response, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not an https or http URL", Redact(raw))
	}
	if u.User != nil {
		login, u.User = u.User, nil
	}
	u.Fragment = ""
	if r.Offline {
		return nil, fmt.Errorf("get %s: %w", u, errOffline)
	}
	if login == nil {
		if login, err = r.netrcLogin(u.Hostname()); err != nil {
			return nil, err
		}
	}
	delay := retryDelay
	for attempt := 1; ; attempt++ {
		resp, again, err := r.getOnce(ctx, u, login, header)
		if err == nil {
			return resp, nil
		}
		if !again || attempt == attempts {
			return nil, fmt.Errorf("get %s: %w", u, redacted{err})
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("get %s: %w", u, ctx.Err())
		case <-time.After(delay):
			delay *= 2
		}
	}
}

func (r *Resolver) getOnce(ctx context.Context, u *url.URL, login *url.Userinfo, header http.Header) (_ *http.Response, again bool, _ error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, err
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("User-Agent", "pratique")
	if login != nil {
		password, _ := login.Password()
		req.SetBasicAuth(login.Username(), password)
	}
	client := r.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err // it repeats the URL
		}
		return nil, ctx.Err() == nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, false, nil
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // lets the connection be used again
	resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return nil, false, errNotFound
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		with := "without credentials"
		if login != nil {
			with = "with the credentials that are configured"
		}
		return nil, false, fmt.Errorf("%s %s (credentials go into the index URL, netrc or UV_INDEX_<NAME>_USERNAME and _PASSWORD)", resp.Status, with)
	case code == http.StatusTooManyRequests || code >= 500:
		return nil, true, errors.New(resp.Status)
	}
	return nil, false, errors.New(resp.Status)
}

// document is what getAll got.
type document struct {
	data  []byte
	media string   // its Content-Type
	at    *url.URL // where it was, redirects followed
}

// getAll is get for a body of at most limit bytes.
func (r *Resolver) getAll(ctx context.Context, raw string, login *url.Userinfo, header http.Header, limit int64) (document, error) {
	resp, err := r.get(ctx, raw, login, header)
	if err != nil {
		return document{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return document{}, fmt.Errorf("get %s: %w", withoutLogin(raw), err)
	}
	if int64(len(data)) > limit {
		return document{}, fmt.Errorf("get %s: the answer has more than %d bytes", withoutLogin(raw), limit)
	}
	return document{data, resp.Header.Get("Content-Type"), resp.Request.URL}, nil
}
