package server

import (
	"errors"
	"io"
	"net/http"
)

// recorder notes status and size of a response on its way out. It passes
// ReadFrom through, so that files still go to the socket by sendfile.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 { // 1xx are not the response
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.begin()
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// ReadFrom implements io.ReaderFrom.
func (r *recorder) ReadFrom(src io.Reader) (int64, error) {
	r.begin()
	n, err := io.Copy(r.ResponseWriter, src)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) begin() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
}

// counter counts the bytes of a request's body as they are read.
type counter struct {
	io.ReadCloser
	bytes int64
	slow  slowBody
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	c.slow.before()
	n, err := c.ReadCloser.Read(p)
	if c.bytes += int64(n); errors.Is(err, io.EOF) {
		c.slow.after()
	}
	return n, err
}
