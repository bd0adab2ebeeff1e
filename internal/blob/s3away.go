package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrUnavailable is what errors of a Store are when what keeps its bytes cannot
// be reached, or has more to do than it can. Nothing is wrong with what was
// asked: it may succeed later.
var ErrUnavailable = errors.New("the blob store is not available")

// errSilent is an ErrUnavailable: the server was waited for in vain.
var errSilent = fmt.Errorf("%w: it is silent", ErrUnavailable)

// s3Patience is how long a server is waited for, which may take a while to send
// or receive something large but not to do nothing.
type s3Patience struct {
	// dial is how long a connection may take, and with TLS as long again.
	dial time.Duration
	// answer is how long the server may take to begin an answer, and how long it
	// may pause in it or in receiving. It is tried once more then.
	answer time.Duration
	// content is answer for requests that send content: when the last of it is
	// sent some megabytes may be on their way.
	content time.Duration
	// completion is that of CompleteMultipartUpload, which some servers begin to
	// answer when they have copied all parts. It is not tried again at once.
	completion time.Duration
	// pause is how long a server that was silent is left alone, but for one request.
	pause time.Duration
}

var usualPatience = s3Patience{dial: 5 * time.Second, answer: 12 * time.Second, content: 15 * time.Second, completion: time.Minute, pause: 5 * time.Second}

// httpClient returns a client that does not wait longer to connect, for an answer
// to begin, and for the server to take what is sent.
func (p s3Patience) httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = p.dial }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = p.dial
			t.MaxIdleConnsPerHost = 256
			t.ResponseHeaderTimeout = p.answer // after all is sent
			dial := t.DialContext
			t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := dial(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				return &sendingConn{conn, p.content}, nil
			}
		})
}

// sendingConn is a connection whose other side takes some bytes from time to time.
type sendingConn struct {
	net.Conn
	patience time.Duration
}

// Write implements net.Conn. The transport writes no more than some kilobytes at once.
func (c *sendingConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// s3Way is the way to a server, on which all requests go. It implements
// aws.HTTPClient.
type s3Way struct {
	client   aws.HTTPClient
	patience time.Duration // for the next bytes of an answer
	silences int           // after which a request is given up
	silence  *silence
}

// silencesKey is where the context of a request has how often it met silence, as *int.
type silencesKey struct{}

// Do implements aws.HTTPClient.
func (w *s3Way) Do(req *http.Request) (*http.Response, error) {
	begun := time.Now()
	if !w.silence.mayTry(begun) {
		return nil, final{fmt.Errorf("%w, others found a moment ago", errSilent)}
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := w.client.Do(req.WithContext(ctx))
	if err == nil {
		w.silence.broken()
		resp.Body = &answer{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, patience: w.patience}
		return resp, nil
	}
	cancel(nil)
	if req.Context().Err() != nil || !isTimeout(err) {
		return nil, err
	}
	w.silence.met(begun)
	err = fmt.Errorf("%w: %w", errSilent, err)
	if n, ok := ctx.Value(silencesKey{}).(*int); ok {
		if *n++; *n >= w.silences {
			err = final{err}
		}
	}
	return nil, err
}

// isTimeout reports whether a request failed because something took too long.
func isTimeout(err error) bool {
	if e := (*url.Error)(nil); errors.As(err, &e) { // which does not look at what is in what it wraps
		err = e.Err
	}
	e := net.Error(nil)
	return errors.As(err, &e) && e.Timeout()
}

// final is an error after which the SDK does not try again.
type final struct{ error }

func (e final) Unwrap() error { return e.error }

// RetryableError is what the SDK asks.
func (final) RetryableError() bool { return false }

// answer is the body of an answer.
type answer struct {
	io.ReadCloser
	ctx      context.Context // of the request
	cancel   context.CancelCauseFunc
	patience time.Duration
}

// Read implements io.Reader. The error is errSilent if nothing comes for too long.
func (a *answer) Read(p []byte) (int, error) {
	timer := time.AfterFunc(a.patience, func() { a.cancel(errSilent) })
	n, err := a.ReadCloser.Read(p)
	timer.Stop()
	if err != nil && err != io.EOF && errors.Is(context.Cause(a.ctx), errSilent) {
		err = errSilent
	}
	return n, err
}

// Close implements io.Closer.
func (a *answer) Close() error {
	err := a.ReadCloser.Close()
	a.cancel(nil)
	return err
}

// silence remembers that a server does not answer, so that not everybody finds
// out by waiting. The server is silent once two requests in a row were waited for
// in vain, while no other was answered, and until one is. One is tried at each pause.
type silence struct {
	pause time.Duration

	mu       sync.Mutex
	n        int       // requests waited for in vain since the last answer
	answered time.Time // the last
	next     time.Time // when one may be tried, if it is silent
}

const s3Silent = 2

// mayTry reports whether a request may be sent now.
func (s *silence) mayTry(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n < s3Silent {
		return true
	}
	if now.Before(s.next) {
		return false
	}
	s.next = now.Add(s.pause)
	return true
}

// broken says that the server answered, whatever it was.
func (s *silence) broken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.answered = 0, time.Now()
}

// met says that a request that had begun then was waited for in vain.
func (s *silence) met(begun time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answered.After(begun) {
		return
	}
	if s.n++; s.n == s3Silent {
		s.next = time.Now().Add(s.pause)
	}
}

// ways are options of requests that say how to go to the server: of all, of those that
// send content, and of CompleteMultipartUpload.
type ways struct{ usual, content, completion func(*s3.Options) }

// ways returns those that go by the client that httpClient returned and the SDK set up.
func (p s3Patience) ways(client aws.HTTPClient) ways {
	one := &silence{pause: p.pause}
	by := func(patience time.Duration, silences int) func(*s3.Options) {
		way := &s3Way{client: client, patience: patience, silences: silences, silence: one}
		if c, ok := client.(*awshttp.BuildableClient); ok { // which it is
			way.client = c.WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = patience })
		}
		return func(o *s3.Options) { o.HTTPClient = way }
	}
	return ways{usual: by(p.answer, s3Silent), content: by(p.content, s3Silent), completion: by(p.completion, 1)}
}

// markUnavailable makes errors of a client's requests ErrUnavailable that are,
// once they have been tried as often as they are.
func markUnavailable(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("MarkUnavailable",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(context.WithValue(ctx, silencesKey{}, new(int)), in)
			if err != nil && ctx.Err() == nil && !errors.Is(err, ErrUnavailable) && isAway(err) {
				err = fmt.Errorf("%w: %w", ErrUnavailable, err)
			}
			return out, metadata, err
		}), middleware.Before)
}

// isAway reports whether a request failed because of the server or the way there,
// and not because of an answer that it would give again.
func isAway(err error) bool {
	if e := smithy.APIError(nil); errors.As(err, &e) {
		switch e.ErrorCode() {
		case "SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "ServiceUnavailable", "InternalError":
			return true
		}
		answer := (*smithyhttp.ResponseError)(nil)
		return errors.As(err, &answer) && (answer.HTTPStatusCode() >= http.StatusInternalServerError || answer.HTTPStatusCode() == http.StatusTooManyRequests)
	}
	return true
}
