package ociapi

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (c *call) startUpload() error {
	id, err := c.registry.StartUpload(c.r.Context(), c.repo())
	if err != nil {
		return err
	}
	c.uploadHeaders(id, 0)
	c.send(http.StatusAccepted, "", nil)
	return nil
}

// uploadHeaders describes an upload that has size bytes. An upload without any
// is "0-0", as with every other registry: there is no way to say it.
func (c *call) uploadHeaders(id string, size int64) {
	h := c.w.Header()
	h.Set("Location", c.location("/blobs/uploads/"+id))
	h.Set("Range", "0-"+strconv.FormatInt(max(size-1, 0), 10))
	h.Set("Docker-Upload-Uuid", id)
}

// mount makes a layer of another repository visible in this one. If that
// cannot be done, for whatever reason, an upload begins: the caller learns
// nothing about the other repository.
func (c *call) mount() error {
	if !ocispec.ValidRepositoryName(c.From) {
		return c.startUpload()
	}
	err := c.authorize("ecr:GetDownloadUrlForLayer", c.From)
	if err == nil {
		_, err = c.registry.Mount(c.r.Context(), c.repo(), c.Digest, c.From)
	}
	denied := (*authz.Denied)(nil)
	switch {
	case errors.As(err, &denied), errors.Is(err, registry.ErrLayerNotFound):
		return c.startUpload()
	case err != nil:
		return err
	}
	c.created()
	return nil
}

// created answers that the repository has the blob.
func (c *call) created() {
	h := c.w.Header()
	h.Set("Location", c.location("/blobs/"+c.Digest.String()))
	h.Set("Docker-Content-Digest", c.Digest.String())
	c.send(http.StatusCreated, "", nil)
}

// uploadWhole takes a blob in a single POST.
func (c *call) uploadWhole() error {
	body := &reader{r: c.r.Body}
	_, err := c.registry.PutLayer(c.r.Context(), c.repo(), body, c.Digest)
	if err != nil {
		return c.bodyFailed(err, -1, body)
	}
	c.created()
	return nil
}

func (c *call) uploadStatus() error {
	size, err := c.registry.UploadSize(c.r.Context(), c.repo(), c.Upload)
	if err != nil {
		return err
	}
	c.uploadHeaders(c.Upload, size)
	c.send(http.StatusNoContent, "", nil)
	return nil
}

// appendUpload appends the request's body to its upload: where Content-Range
// says, or at the end.
func (c *call) appendUpload() error {
	off, body, err := c.body()
	if err != nil {
		return err
	}
	size, err := c.registry.AppendUpload(c.r.Context(), c.repo(), c.Upload, off, body)
	if err != nil {
		return c.bodyFailed(err, off, body)
	}
	c.uploadHeaders(c.Upload, size)
	c.send(http.StatusAccepted, "", nil)
	return nil
}

// finishUpload does so with the last bytes, if the request has any, and makes
// the upload a blob.
func (c *call) finishUpload() error {
	if c.r.ContentLength == 0 {
		if _, err := c.registry.CompleteUpload(c.r.Context(), c.repo(), c.Upload, c.Digest); err != nil {
			return err
		}
		c.created()
		return nil
	}
	off, body, err := c.body()
	if err != nil {
		return err
	}
	if _, err := c.registry.FinishUpload(c.r.Context(), c.repo(), c.Upload, off, body, c.Digest); err != nil {
		return c.bodyFailed(err, off, body)
	}
	c.created()
	return nil
}

func (c *call) cancelUpload() error {
	if err := c.registry.CancelUpload(c.r.Context(), c.repo(), c.Upload); err != nil {
		return err
	}
	c.send(http.StatusNoContent, "", nil)
	return nil
}

// body returns the request's body and where in the upload it begins, negative
// for the end.
func (c *call) body() (off int64, body *reader, err error) {
	off, length, err := contentRange(c.r)
	return off, &reader{r: c.r.Body, length: length}, err
}

// bodyFailed returns what to answer when the engine could not do with a body
// that was to begin at off.
func (c *call) bodyFailed(err error, off int64, body *reader) error {
	if body.err != nil {
		return bodyError(body.err)
	}
	if e := (*registry.Error)(nil); off >= 0 && errors.As(err, &e) && e.Kind == registry.ErrUploadOffset {
		return c.outOfOrder(off, e.Have)
	}
	return err
}

// outOfOrder answers a chunk that does not continue the upload, in ECR's words.
func (c *call) outOfOrder(off, have int64) error {
	c.uploadHeaders(c.Upload, have)
	return &Error{
		Status: http.StatusRequestedRangeNotSatisfiable, Code: "BLOB_UPLOAD_INVALID",
		Message: fmt.Sprintf("First byte of the layer part is %d instead of %d", off, have),
	}
}

func errContentRange() *Error {
	return &Error{Status: http.StatusBadRequest, Code: "SIZE_INVALID", Message: "Content-Range does not match the length of the content"}
}

// contentRange returns where the request's body begins and how long it is, or
// -1 and -1 when it does not say. The header is "first-last"; some clients
// write it as RFC 9110 does, "bytes first-last/size".
func contentRange(r *http.Request) (off, n int64, err error) {
	s := r.Header.Get("Content-Range")
	if s == "" {
		return -1, -1, nil
	}
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	first, last, ok := strings.Cut(s, "-")
	off, okFirst := parseOffset(first)
	end, okLast := parseOffset(last)
	if !ok || !okFirst || !okLast || end < off || end-off == math.MaxInt64 {
		return 0, 0, &Error{Status: http.StatusBadRequest, Code: "BLOB_UPLOAD_INVALID", Message: "Content-Range must be first-last, in bytes"}
	}
	if n = end - off + 1; r.ContentLength >= 0 && r.ContentLength != n {
		return 0, 0, errContentRange()
	}
	return off, n, nil
}

// reader reads a request's body. It remembers the error that reading ended
// with, which tells the client's fault from the store's.
type reader struct {
	r      io.Reader
	length int64 // how many bytes there must be; 0 or less is any number
	n      int64
	err    error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	if r.length > 0 {
		switch {
		case r.n > r.length:
			n -= int(min(int64(n), r.n-r.length))
			err = errLength
		case errors.Is(err, io.EOF) && r.n < r.length:
			err = errLength
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

var errLength = errors.New("other than as many bytes as announced")
