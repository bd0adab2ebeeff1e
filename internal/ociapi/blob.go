package ociapi

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/registry"
)

// getBlob answers GET and HEAD.
func (c *call) getBlob() error {
	l, err := c.registry.Layer(c.r.Context(), c.repo(), c.Digest)
	if err != nil {
		return err
	}
	c.w.Header().Set("Docker-Content-Digest", l.Digest.String())
	return serveLayer(c.w, c.r, c.registry, l)
}

// deleteBlob deletes a layer that no image names, such as that of a push that
// was given up.
func (c *call) deleteBlob() error {
	deleted, err := c.registry.DeleteLayer(c.r.Context(), c.repo(), c.Digest)
	if err != nil {
		return err
	}
	if !deleted {
		return &Error{
			Status: http.StatusMethodNotAllowed, Code: "UNSUPPORTED", Message: "Requested layer referenced by an image",
			Header: http.Header{"Allow": {"GET, HEAD"}},
		}
	}
	c.send(http.StatusAccepted, "", nil)
	return nil
}

func etag(d digest.Digest) string { return `"` + d.String() + `"` }

// matches reports whether a list of entity tags, as If-None-Match has it,
// names d.
func matches(list string, d digest.Digest) bool {
	for t := range strings.SplitSeq(list, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == etag(d) {
			return true
		}
	}
	return false
}

func notModified(r *http.Request, d digest.Digest) bool {
	list := strings.Join(r.Header.Values("If-None-Match"), ",")
	return list != "" && matches(list, d)
}

// layerType is the media type to answer a layer with. What manifests say is
// said by whoever pushed, and the server has other things on the same port: no
// browser may ever take a layer for a page or a script.
func layerType(l *registry.Layer) string {
	if strings.HasPrefix(l.MediaType, "application/vnd.") && !strings.ContainsAny(l.MediaType, " ;,\"\\") {
		return l.MediaType
	}
	return "application/octet-stream"
}

// smallAnswer is how many bytes of a layer the kernel takes at once, so that the
// client is not waited for.
const smallAnswer = 64 << 10

// serveLayer answers GET and HEAD with the bytes of a layer, or where they are:
// all, or the one range that Range asks for. Several ranges are answered with all, as RFC 9110
// section 14.2 allows.
func serveLayer(w http.ResponseWriter, r *http.Request, store *registry.Registry, l *registry.Layer) error {
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Etag", etag(l.Digest))
	h.Set("X-Content-Type-Options", "nosniff")
	if notModified(r, l.Digest) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	status, off, n := http.StatusOK, int64(0), l.Size
	if ranges := r.Header.Get("Range"); ranges != "" && (r.Header.Get("If-Range") == "" || r.Header.Get("If-Range") == etag(l.Digest)) {
		var ok, satisfiable bool
		off, n, ok, satisfiable = parseRange(ranges, l.Size)
		switch {
		case !ok:
			off, n = 0, l.Size
		case !satisfiable:
			return &Error{
				Status: http.StatusRequestedRangeNotSatisfiable, Code: "SIZE_INVALID", Message: "The requested range is not satisfiable",
				Header: http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", l.Size)}},
			}
		default:
			status = http.StatusPartialContent
		}
	}
	if r.Method == http.MethodGet {
		// Whoever follows asks there for the range it wants.
		if url, err := store.Redirect(r.Context(), l, layerType(l)); err != nil {
			return err
		} else if url != "" {
			h.Set("Location", url)
			h.Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return nil
		}
	}
	if status == http.StatusPartialContent {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, l.Size))
	}
	h.Set("Content-Type", layerType(l))
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	length := n
	if status == http.StatusOK {
		length = -1 // the whole file, which the kernel may send by itself
	}
	if n > smallAnswer {
		if err := admit.FromContext(r.Context()).Enter(admit.Download); err != nil {
			h.Del("Content-Range")
			return err
		}
	}
	body, err := store.Open(r.Context(), l, off, length)
	if err != nil {
		h.Del("Content-Range")
		return err
	}
	defer func() { _ = body.Close() }() // it was only read
	w.WriteHeader(status)
	if sent, err := io.Copy(w, body); err != nil || sent != n {
		if err == nil {
			err = fmt.Errorf("layer %s: sent %d of %d bytes", l.Digest, sent, n)
		}
		return &interruptedError{err}
	}
	return nil
}

// interruptedError is the error of a response that had begun.
type interruptedError struct{ err error }

func (e *interruptedError) Error() string { return "response interrupted: " + e.err.Error() }
func (e *interruptedError) Unwrap() error { return e.err }

// byClient reports whether it was the client that closed the connection: it
// shows in writing before the request's context is cancelled.
func (e *interruptedError) byClient() bool {
	var op *net.OpError
	return errors.As(e.err, &op) && (op.Op == "write" || op.Op == "readfrom") && (errors.Is(op, syscall.ECONNRESET) || errors.Is(op, syscall.EPIPE))
}

// parseRange reads a Range header. ok is false when it is not one range of
// bytes and is to be ignored; satisfiable is false when it lies outside the
// content or ends before it begins.
func parseRange(s string, size int64) (off, n int64, ok, satisfiable bool) {
	spec, ok := strings.CutPrefix(s, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return 0, 0, false, false
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return 0, 0, false, false
	}
	if first == "" {
		n, ok = parseOffset(last)
		n = min(n, size)
		return size - n, n, ok, n > 0
	}
	off, ok = parseOffset(first)
	if !ok {
		return 0, 0, false, false
	}
	end := size - 1
	if last != "" {
		if end, ok = parseOffset(last); !ok {
			return 0, 0, false, false
		}
		if end < off {
			return 0, 0, true, false
		}
		end = min(end, size-1)
	}
	return off, end - off + 1, true, off < size
}

// parseOffset parses decimal digits, and nothing else.
func parseOffset(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
