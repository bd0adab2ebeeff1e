package registry

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"
)

// Ref names an image within a repository: by tag, by digest, or by both, which
// must then agree.
type Ref struct {
	Tag    string
	Digest digest.Digest
}

// String returns "tag", "digest", or "tag@digest".
func (r Ref) String() string {
	if r.Tag != "" && r.Digest != "" {
		return r.Tag + "@" + r.Digest.String()
	}
	return r.Tag + r.Digest.String()
}

// Image is a manifest in a repository: a single image, an index or an
// artifact.
type Image struct {
	Repo            Repo
	Digest          digest.Digest
	MediaType       string // of the manifest
	ArtifactType    string // artifactType of the manifest, or the config's media type when it has none
	Subject         digest.Digest
	Annotations     map[string]string
	Tags            []string  // in byte order
	Size            int64     // bytes of config and layers; of an index, those of its largest child
	PushedAt        time.Time // when it was first pushed
	PulledAt        time.Time // last recorded pull; zero if never
	ManifestSize    int64     // bytes
	Manifest        []byte    // only from Image and PutImage
	ConfigMediaType string    // empty for an index
}

// NewImage is what PutImage stores.
type NewImage struct {
	Manifest  []byte
	MediaType string        // "" is what the manifest says
	Tags      []string      // tags to point at it, may be empty
	Digest    digest.Digest // what the manifest must have, in any known algorithm; "" is its SHA-256

	// RejectExisting makes PutImage answer ErrImageExists when the image is
	// there and has all the tags already, as ECR's own PutImage does. Without
	// it the same push twice succeeds.
	RejectExisting bool
}

// PutImage stores a manifest and points tags at it, all or nothing. The layers
// and children that it names must be in the repository, but for foreign layers
// and the subject.
//
// Errors: ErrRepositoryNotFound, ErrInvalidManifest, ErrManifestTooLarge,
// ErrInvalidTag, ErrInvalidDigest, ErrImageDigestMismatch, ErrImageExists,
// ErrTagImmutable, ErrTooManyTags, ErrLayersNotFound,
// ErrReferencedImagesNotFound.
func (r *Registry) PutImage(ctx context.Context, repo Repo, n NewImage) (*Image, error) {
	panic("todo")
}

// Image returns an image with its manifest and tags.
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch.
func (r *Registry) Image(ctx context.Context, repo Repo, ref Ref) (*Image, error) { panic("todo") }

// TagStatus filters images.
type TagStatus int

// The values of ECR's tagStatus filter.
const (
	TagAny TagStatus = iota
	Tagged
	Untagged
)

// Images lists images without their manifests in the order of their digests,
// and the token of the next page. Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) Images(ctx context.Context, repo Repo, f TagStatus, p Page) ([]*Image, string, error) {
	panic("todo")
}

// ImageRefs lists one Ref for every tag, with the digest it points to, and one
// without a tag for every untagged image, in the order of digests and tags.
// Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) ImageRefs(ctx context.Context, repo Repo, f TagStatus, p Page) ([]Ref, string, error) {
	panic("todo")
}

// Tags lists up to limit tags that sort after after in byte order, and whether
// there are more. Errors: ErrRepositoryNotFound.
func (r *Registry) Tags(ctx context.Context, repo Repo, after string, limit int) (tags []string, more bool, err error) {
	panic("todo")
}

// Referrers lists the images whose subject is the one named, without their
// manifests, in the order of their digests. artifactTypes, when not empty,
// keeps those of these types only. That there is no such subject is not an
// error. Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) Referrers(ctx context.Context, repo Repo, subject digest.Digest, artifactTypes []string, p Page) ([]*Image, string, error) {
	panic("todo")
}

// Deletion is the result of deleting one Ref.
type Deletion struct {
	Ref     Ref   // as it was asked for
	Removed []Ref // every (digest, tag) pair that is gone; one without a tag for an untagged image
	Err     error // *Error: ErrImageNotFound, ErrTagDigestMismatch, ErrImageReferenced, or nil
}

// DeleteImages deletes images as ECR's BatchDeleteImage does, each ref on its
// own: by digest, the image with all its tags; by tag, the tag, and with an
// image's last tag the image. An image that an index names stays.
// Errors: ErrRepositoryNotFound; those of single refs are in the result.
func (r *Registry) DeleteImages(ctx context.Context, repo Repo, refs []Ref) ([]Deletion, error) {
	panic("todo")
}

// DeleteTag removes a tag and leaves the image, which may be untagged then, as
// the OCI distribution specification has it.
// Errors: ErrRepositoryNotFound, ErrImageNotFound.
func (r *Registry) DeleteTag(ctx context.Context, repo Repo, tag string) error { panic("todo") }
