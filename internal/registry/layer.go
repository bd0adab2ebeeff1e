package registry

import (
	"context"
	"io"

	"github.com/opencontainers/go-digest"
)

// Layer is a blob that is visible in a repository: a layer, a config, or
// anything else that a manifest may name.
type Layer struct {
	Repo      Repo
	Digest    digest.Digest
	Size      int64  // bytes
	MediaType string // what the first manifest that names it says; "" before
	InUse     bool   // whether an image of the repository names it
}

// Layer returns a layer of a repository.
// Errors: ErrRepositoryNotFound, ErrLayerNotFound.
func (r *Registry) Layer(ctx context.Context, repo Repo, d digest.Digest) (*Layer, error) {
	panic("todo")
}

// Layers returns those of ds that the repository has, keyed by digest.
// Errors: ErrRepositoryNotFound.
func (r *Registry) Layers(ctx context.Context, repo Repo, ds []digest.Digest) (map[digest.Digest]*Layer, error) {
	panic("todo")
}

// OpenLayer returns n bytes of a layer from off; n < 0 is to the end. The
// caller closes it. Errors: ErrRepositoryNotFound, ErrLayerNotFound.
func (r *Registry) OpenLayer(ctx context.Context, repo Repo, d digest.Digest, off, n int64) (io.ReadCloser, error) {
	panic("todo")
}

// Mount makes a layer of from visible in repo. Both must be of the same
// registry. That repo has it already is not an error.
// Errors: ErrRepositoryNotFound for repo; ErrLayerNotFound when from, of this
// registry, has no such layer or does not exist.
func (r *Registry) Mount(ctx context.Context, repo Repo, d digest.Digest, from string) (*Layer, error) {
	panic("todo")
}

// StartUpload begins an upload and returns its id, a UUID.
// Errors: ErrRepositoryNotFound.
func (r *Registry) StartUpload(ctx context.Context, repo Repo) (id string, err error) { panic("todo") }

// UploadSize returns how many bytes an upload has.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound.
func (r *Registry) UploadSize(ctx context.Context, repo Repo, id string) (int64, error) {
	panic("todo")
}

// AppendUpload appends the bytes of from at offset off, or at the upload's end
// when off < 0, and returns how many bytes the upload has then. When it fails
// half way the upload keeps what came and can be continued at UploadSize.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrUploadOffset.
func (r *Registry) AppendUpload(ctx context.Context, repo Repo, id string, off int64, from io.Reader) (size int64, err error) {
	panic("todo")
}

// UploadPart appends a part as ECR's UploadLayerPart does: first and last are
// its inclusive byte bounds, and part its bytes. It returns the index of the
// last byte received.
// Errors: those of AppendUpload, ErrLayerPartSize.
func (r *Registry) UploadPart(ctx context.Context, repo Repo, id string, first, last int64, part []byte) (lastByte int64, err error) {
	panic("todo")
}

// CompleteUpload turns an upload into a layer of the repository, durably, when
// its bytes have the digest want. That the repository has the layer already is
// not an error, nor is an upload of no bytes. When the digest is wrong the
// upload stays as it is.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound, ErrInvalidDigest,
// ErrLayerDigestMismatch.
func (r *Registry) CompleteUpload(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	panic("todo")
}

// CompleteParts is CompleteUpload with the rules of ECR's CompleteLayerUpload.
// Errors: those of CompleteUpload, ErrEmptyUpload, ErrLayerPartTooSmall, and
// ErrLayerExists when the repository had the layer, in which case the upload
// is gone as after success.
func (r *Registry) CompleteParts(ctx context.Context, repo Repo, id string, want digest.Digest) (*Layer, error) {
	panic("todo")
}

// CancelUpload forgets an upload and its bytes.
// Errors: ErrRepositoryNotFound, ErrUploadNotFound.
func (r *Registry) CancelUpload(ctx context.Context, repo Repo, id string) error { panic("todo") }
