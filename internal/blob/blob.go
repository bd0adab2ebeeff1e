// Package blob stores immutable bytes under the digest they have and the upload they came by.
//
// A blob is written through an upload: bytes are appended in order, any number
// of requests and processes may take turns at it, and a commit turns the whole
// into a blob under the digest the caller names. The package knows nothing of
// repositories or accounts; who may see a blob, and which of several with the
// same digest, is decided by rows elsewhere.
//
// A name is given to bytes once and never again. Whoever has made sure that
// nothing needs a blob can therefore remove it whenever it gets to it: the same
// content that came meanwhile has another name.
package blob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/opencontainers/go-digest"
)

// Store keeps blobs and the uploads that become blobs.
//
// All methods are safe for concurrent use, by several handles on the same data
// and by several processes. Digests must be sha256 or sha512 in canonical form;
// for anything else methods return an error satisfying errors.Is with
// digest.ErrDigestInvalidFormat, digest.ErrDigestInvalidLength or
// digest.ErrDigestUnsupported. A blob or upload that is not there, a malformed
// upload id included, gives an error satisfying errors.Is with fs.ErrNotExist.
// The same content may be stored under several names.
//
// A blob is visible all at once or not at all, whatever happens to the process
// that writes it.
type Store interface {
	// Open reads n bytes of a blob from offset off; n < 0 means to the end, and
	// an n that passes the end is cut there. An offset that is negative or
	// past the end is ErrRange; off equal to the size reads nothing. The
	// caller closes the reader, which stays good if the blob is removed
	// meanwhile. The reader is meant to be handed to io.Copy, which may then
	// move the bytes without passing them through the process.
	Open(ctx context.Context, b Name, off, n int64) (io.ReadCloser, error)

	// Stat returns the size of a blob in bytes.
	Stat(ctx context.Context, b Name) (size int64, err error)

	// Remove deletes a blob. Readers already open are not disturbed.
	Remove(ctx context.Context, b Name) error

	// List yields the blobs whose name sorts after the given one (all of them
	// for the zero Name) in ascending order of the name; see Name.Compare.
	// Blobs added or removed while it runs may or may not be seen. An error is
	// yielded once, last.
	List(ctx context.Context, after Name) iter.Seq2[Info, error]

	// Create starts an empty upload with the given id, which is one that
	// NewUploadID has made. If there is such an upload the error satisfies
	// errors.Is with fs.ErrExist. An id must not be used again once its upload
	// has ended.
	Create(ctx context.Context, upload string) error

	// Size returns how many bytes an upload holds, which is the offset the next
	// Append must have. While an Append runs the number may lag behind it.
	// Killing the process does not lower it; a loss of power may.
	Size(ctx context.Context, upload string) (int64, error)

	// Append stores the bytes of r at offset off, which must be the size of
	// the upload: otherwise the error is an *OffsetError and r is not read. n
	// is the number of bytes of r the upload now holds, also when err is not
	// nil; a caller resumes at off+n. While another Append, Commit or Abort of the
	// same upload runs, the error is ErrBusy.
	Append(ctx context.Context, upload string, off int64, r io.Reader) (n int64, err error)

	// Commit makes the bytes of an upload the blob Name{want, upload} and ends
	// the upload. It returns when the blob will survive a loss of power. If the
	// bytes have another digest than want the error is a *DigestError and the
	// upload stays. ErrBusy as for Append.
	Commit(ctx context.Context, upload string, want digest.Digest) (size int64, err error)

	// Finish is Append and then Commit, with less to make durable in between.
	// If r or the digest is bad the upload stays with the bytes that came. If
	// the process is killed or power is lost meanwhile, the upload has none of
	// those of r that it had not had before.
	Finish(ctx context.Context, upload string, off int64, r io.Reader, want digest.Digest) (size int64, err error)

	// Abort ends an upload and drops its bytes. ErrBusy as for Append.
	Abort(ctx context.Context, upload string) error
}

// Name names stored bytes.
type Name struct {
	Digest digest.Digest
	Upload string // id of the upload that was committed; "" for what was stored by digest alone
}

// String returns "<digest>", and ".<upload>" after it if there is one.
func (n Name) String() string {
	if n.Upload == "" {
		return n.Digest.String()
	}
	return n.Digest.String() + "." + n.Upload
}

// Compare orders names by digest and then by upload, as strings.
func (n Name) Compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Digest, o.Digest), cmp.Compare(n.Upload, o.Upload))
}

// check accepts what Store accepts as a name.
func (n Name) check() error {
	if err := checkDigest(n.Digest); err != nil {
		return err
	}
	if n.Upload != "" && !uploadID.MatchString(n.Upload) {
		return fs.ErrNotExist
	}
	return nil
}

// Info describes a stored blob.
type Info struct {
	Name    Name
	Size    int64     // in bytes
	ModTime time.Time // when its last byte was received, or later
}

var (
	// ErrBusy says that another request is working on the same upload.
	ErrBusy = errors.New("upload is in use by another request")

	// ErrRange says that an offset lies outside the blob.
	ErrRange = errors.New("offset is outside the blob")
)

// OffsetError is the error of an Append that does not continue its upload.
type OffsetError struct {
	Have int64 // bytes the upload holds: the only offset an Append may have
	Off  int64 // the offset that was asked for
}

func (e *OffsetError) Error() string {
	return fmt.Sprintf("append at offset %d of an upload that holds %d bytes", e.Off, e.Have)
}

// SizeError is the error of reading stored bytes of which there are not as many
// as were stored.
type SizeError struct {
	Want, Have int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("there are %d bytes where %d were stored", e.Have, e.Want)
}

// DigestError is the error of a Commit whose bytes are not those expected.
type DigestError struct {
	Want, Got digest.Digest
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("content has digest %s, not %s", e.Got, e.Want)
}
