package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A client is one connection to a registry. It is written to cost as little as can be, since it shares the processor
// with what it measures: requests are assembled once and answers are read past.
type client struct {
	t    *target
	conn net.Conn
	r    *bufio.Reader
	skip []byte
	out  []byte
}

// An answer is what is kept of a response.
type answer struct {
	status   int
	size     int64 // of the body
	location string
	next     string // page of a list, from Link
	body     []byte
}

func newClient(t *target) *client { return &client{t: t, skip: make([]byte, 256<<10)} }

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close() // it was read from; nothing is lost
		c.conn = nil
	}
}

// requestTimeout is far above what any request takes.
const requestTimeout = 2 * time.Minute

var dialer = net.Dialer{Timeout: 10 * time.Second}

// do sends a request and reads past the body of its answer, or keeps it.
func (c *client) do(method, target string, contentType string, body []byte, keep bool) (answer, error) {
	a, err := c.exchange(method, target, contentType, body, keep)
	if err != nil {
		c.close()
		return a, fmt.Errorf("%s %s: %w", method, target, err)
	}
	return a, nil
}

func (c *client) exchange(method, target, contentType string, body []byte, keep bool) (answer, error) {
	if c.conn == nil {
		conn, err := dialer.Dial("tcp", c.t.addr)
		if err != nil {
			return answer{}, err
		}
		c.conn, c.r = conn, bufio.NewReaderSize(conn, 4<<10)
	}
	if err := c.conn.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return answer{}, err
	}
	b := append(c.out[:0], method...)
	b = append(b, ' ')
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, c.t.addr...)
	if c.t.authorization != "" {
		b = append(append(b, "\r\nAuthorization: "...), c.t.authorization...)
	}
	b = append(b, "\r\nAccept: application/vnd.oci.image.manifest.v1+json"...)
	if contentType != "" {
		b = append(append(b, "\r\nContent-Type: "...), contentType...)
	}
	if body != nil || method == http.MethodPost {
		b = strconv.AppendInt(append(b, "\r\nContent-Length: "...), int64(len(body)), 10)
	}
	b = append(b, "\r\n\r\n"...)
	small := len(body) <= 16<<10
	if small {
		b = append(b, body...)
	}
	c.out = b
	if _, err := c.conn.Write(b); err != nil {
		return answer{}, err
	}
	if !small {
		if _, err := c.conn.Write(body); err != nil {
			return answer{}, err
		}
	}
	return c.receive(method, keep)
}

func (c *client) receive(method string, keep bool) (a answer, err error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return a, err
	}
	if len(line) < 12 {
		return a, errors.New("not an HTTP answer")
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	length, chunked, last := int64(0), false, false
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return a, err
		}
		if len(line) <= 2 {
			break
		}
		i := strings.IndexByte(string(line), ':')
		if i < 0 {
			continue
		}
		value := func() string { return strings.TrimSpace(string(line[i+1:])) }
		switch {
		case is(line[:i], "content-length"):
			if length, err = strconv.ParseInt(value(), 10, 64); err != nil {
				return a, err
			}
		case is(line[:i], "transfer-encoding"):
			chunked = true
		case is(line[:i], "location"):
			a.location = value()
		case is(line[:i], "link"):
			if next, _, ok := strings.Cut(value(), ">"); ok {
				a.next = strings.TrimPrefix(next, "<")
			}
		case is(line[:i], "connection"):
			last = strings.EqualFold(value(), "close")
		}
	}
	if method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		length, chunked = 0, false
	}
	var body io.Reader = io.LimitReader(c.r, length)
	if chunked {
		body = httputil.NewChunkedReader(c.r)
	}
	if keep || a.status >= 400 {
		a.body, err = io.ReadAll(body)
		a.size = int64(len(a.body))
	} else {
		a.size, err = c.discard(body)
	}
	switch {
	case err != nil:
	case chunked:
		_, err = c.r.ReadSlice('\n') // the line after the last piece
	case a.size != length:
		err = io.ErrUnexpectedEOF
	}
	if last {
		c.close()
	}
	return a, err
}

// discard reads past a body in pieces as large as can be.
func (c *client) discard(body io.Reader) (n int64, err error) {
	for {
		k, err := body.Read(c.skip)
		n += int64(k)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// is compares a header's name with one in lower case.
func is(name []byte, lower string) bool {
	return len(name) == len(lower) && strings.EqualFold(string(name), lower)
}

// want is do for a request that must be answered with a status, or by a redirect if the target answers so.
func (c *client) want(status int, method, target, contentType string, body []byte) (answer, error) {
	a, err := c.do(method, target, contentType, body, false)
	redirected := c.t.redirects && a.status == http.StatusTemporaryRedirect
	if err == nil && a.status != status && !redirected {
		err = fmt.Errorf("%s %s: answered %d, not %d: %.300s", method, target, a.status, status, a.body)
	}
	return a, err
}

// upload is where an upload that was begun goes on, with the digest it is to have.
func upload(location, digest string) (string, error) {
	u, err := url.Parse(location)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("digest", digest)
	u.RawQuery = q.Encode()
	return u.RequestURI(), nil
}
