package ociapi

import (
	"context"
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
	ctx := c.r.Context()
	id, err := c.registry.StartUpload(ctx, c.repo())
	if err != nil {
		return err
	}
	body := &reader{r: c.r.Body}
	_, err = c.registry.AppendUpload(ctx, c.repo(), id, 0, body)
	if body.err != nil {
		err = bodyError(body.err)
	}
	if err == nil {
		_, err = c.registry.CompleteUpload(ctx, c.repo(), id, c.Digest)
	}
	if err != nil {
		// The client does not know the upload, so it cannot go on with it.
		cerr := c.registry.CancelUpload(context.WithoutCancel(ctx), c.repo(), id)
		if cerr != nil && !errors.Is(cerr, registry.ErrUploadNotFound) {
			c.log.WarnContext(ctx, "upload not cancelled", "upload", id, "error", cerr)
		}
		return err
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

func (c *call) appendUpload() error {
	size, err := c.appendBody()
	if err != nil {
		return err
	}
	c.uploadHeaders(c.Upload, size)
	c.send(http.StatusAccepted, "", nil)
	return nil
}

func (c *call) finishUpload() error {
	if c.r.ContentLength != 0 {
		if _, err := c.appendBody(); err != nil {
			return err
		}
	}
	if _, err := c.registry.CompleteUpload(c.r.Context(), c.repo(), c.Upload, c.Digest); err != nil {
		return err
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

// appendBody appends the request's body to its upload: where Content-Range
// says, or at the end. It returns how many bytes the upload has then.
func (c *call) appendBody() (int64, error) {
	off, length, err := contentRange(c.r)
	if err != nil {
		return 0, err
	}
	body := &reader{r: c.r.Body, limit: length}
	size, err := c.registry.AppendUpload(c.r.Context(), c.repo(), c.Upload, off, body)
	if body.err != nil {
		return 0, bodyError(body.err)
	}
	if e := (*registry.Error)(nil); off >= 0 && errors.As(err, &e) && e.Kind == registry.ErrUploadOffset {
		return 0, c.outOfOrder(off, e.Have)
	}
	if err == nil && length >= 0 && body.n != length {
		err = errContentRange()
	}
	return size, err
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
	r     io.Reader
	limit int64 // most bytes to take; 0 or less is no limit
	n     int64
	err   error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	if r.limit > 0 && r.n > r.limit {
		err = errTooLong
		n -= int(min(int64(n), r.n-r.limit))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

var errTooLong = errors.New("more bytes than announced")
