package registry

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Kind says what went wrong. Kinds are errors, so that
// errors.Is(err, registry.ErrImageNotFound) works on whatever wraps an *Error.
type Kind int

// The kinds of Error. The comment says which fields of Error are set besides
// Repo.
const (
	ErrRepositoryNotFound       Kind = iota + 1 //
	ErrRepositoryExists                         //
	ErrRepositoryNotEmpty                       //
	ErrPolicyNotFound                           // the repository has no policy
	ErrRegistryPolicyNotFound                   // the registry has no policy; Repo.Name is empty
	ErrInvalidSetting                           // there is no account setting of that name; Repo.Name is empty
	ErrInvalidSettingValue                      // Err says what it may be; Repo.Name is empty
	ErrTooManyResourceTags                      // more than MaxResourceTags on a repository
	ErrInvalidName                              // not a repository name
	ErrInvalidTag                               // Ref.Tag is not a tag
	ErrInvalidDigest                            // Ref.Digest is not a digest, or of an unknown algorithm
	ErrInvalidMutability                        // settings of tag mutability that do not fit together; Err says why
	ErrInvalidToken                             // a Page.Token this server did not give out
	ErrInvalidManifest                          // Err says why (*ocispec.ManifestError)
	ErrManifestTooLarge                         //
	ErrImageNotFound                            // Ref
	ErrImageExists                              // Ref: PutImage with RejectExisting found digest and tag as they are
	ErrImageReferenced                          // Ref; Digests are the indexes that name it
	ErrImageDigestMismatch                      // Ref.Digest was asked for, Digests[0] is what the manifest has
	ErrTagDigestMismatch                        // Ref names a tag that points elsewhere
	ErrTagImmutable                             // Ref.Tag
	ErrTooManyTags                              // Ref.Tag would be the image's tag number Limit+1
	ErrLayersNotFound                           // Digests that a manifest names and the repository has not
	ErrReferencedImagesNotFound                 // Digests of children that the repository has not
	ErrLayerNotFound                            // Ref.Digest
	ErrLayerExists                              // Ref.Digest: the upload's bytes are in the repository already
	ErrLayerDigestMismatch                      // Ref.Digest was asked for, Digests[0] is what the bytes have, if known
	ErrUploadNotFound                           // Upload
	ErrUploadOffset                             // Upload; Have is the number of bytes the upload has
	ErrUploadBusy                               // Upload: another request is writing to it
	ErrEmptyUpload                              // Upload
	ErrLayerPartTooSmall                        // Upload
	ErrLayerPartSize                            // Upload: a part's bytes are not as many as its bounds say
	ErrImageArchived                            // Ref: it is in the archive, where nobody can read it
	ErrLayerArchived                            // Ref.Digest: all images that name it are in the archive
	ErrStorageClass                             // Ref: cannot be moved to that storage class; Err says why
	ErrTooManyRepositories                      // the registry has Limit
	ErrTooManyImages                            // the repository has Limit
	ErrTooManyLayerParts                        // Upload has Limit
	ErrExclusionExists                          // Name is the principal; Repo.Name is empty
	ErrExclusionNotFound                        // Name is the principal; Repo.Name is empty
	ErrTooManyExclusions                        // the registry has Limit; Repo.Name is empty
	ErrSigningNotConfigured                     // Repo.Name is empty
	ErrInvalidSigning                           // Err says why; Repo.Name is empty
	ErrInvalidCatalogData                       // Err says why
	ErrReplicationToSource                      // a registry cannot replicate to itself; Repo.Name is empty
	ErrTooManyDestinations                      // more than MaxReplicationDestinations; Repo.Name is empty
	ErrTemplateExists                           // Repo.Name is the prefix
	ErrTemplateNotFound                         // Repo.Name is the prefix
	ErrTemplateRole                             // the repository cannot be created from its template; Err says why
	ErrPullThroughExists                        // Repo.Name is the prefix
	ErrPullThroughNotFound                      // Repo.Name is the prefix
	ErrTooManyPullThrough                       // more than MaxPullThroughRules; Repo.Name is the prefix
	ErrInvalidPullThrough                       // Err says why; Repo.Name is the prefix
	ErrUpstreamUnsupported                      // Err is the upstream's URL; Repo.Name is the prefix
	ErrUpstreamSecret                           // the upstream requires a secret; Repo.Name is the prefix
	ErrSecretNotFound                           // Err says why; Repo.Name is the prefix
	ErrSecretInaccessible                       // Err says why; Repo.Name is the prefix
	ErrInvalidLifecycle                         // Err says why (*lifecycle.Error)
	ErrLifecycleNotFound                        // the repository has no lifecycle policy
	ErrPreviewNotFound                          // no preview of a lifecycle policy was started
	ErrPreviewInProgress                        // of a lifecycle policy
	ErrLifecycleSetting                         // Err says why
	ErrInvalidScanning                          // Err says why; Repo.Name is empty
	ErrScanDisabled                             // Ref: enhanced scanning scans by itself
	ErrNotScannable                             // Ref: an index or an artifact
	ErrNoScanner                                // Ref: the server has none
	ErrScanLimit                                // Ref: it was scanned not long ago
	ErrScanNotFound                             // Ref: it was never scanned
	ErrScanReport                               // Ref; Err says why the report is not kept
	kindEnd
)

var kindText = [kindEnd]string{
	ErrRepositoryNotFound:       "repository does not exist",
	ErrRepositoryExists:         "repository exists",
	ErrRepositoryNotEmpty:       "repository is not empty",
	ErrPolicyNotFound:           "repository has no policy",
	ErrRegistryPolicyNotFound:   "registry has no policy",
	ErrInvalidSetting:           "no such account setting",
	ErrInvalidSettingValue:      "invalid value of an account setting",
	ErrTooManyResourceTags:      "too many resource tags",
	ErrInvalidName:              "invalid repository name",
	ErrInvalidTag:               "invalid tag",
	ErrInvalidDigest:            "invalid digest",
	ErrInvalidMutability:        "invalid tag mutability",
	ErrInvalidToken:             "invalid page token",
	ErrInvalidManifest:          "invalid manifest",
	ErrManifestTooLarge:         "manifest is too large",
	ErrImageNotFound:            "image does not exist",
	ErrImageExists:              "image exists",
	ErrImageReferenced:          "image is referenced by an index",
	ErrImageDigestMismatch:      "manifest has another digest",
	ErrTagDigestMismatch:        "tag points to another image",
	ErrTagImmutable:             "tag is immutable",
	ErrTooManyTags:              "too many tags",
	ErrLayersNotFound:           "layers do not exist",
	ErrReferencedImagesNotFound: "referenced images do not exist",
	ErrLayerNotFound:            "layer does not exist",
	ErrLayerExists:              "layer exists",
	ErrLayerDigestMismatch:      "layer has another digest",
	ErrUploadNotFound:           "upload does not exist",
	ErrUploadOffset:             "upload does not continue at that offset",
	ErrUploadBusy:               "upload is in use by another request",
	ErrEmptyUpload:              "upload is empty",
	ErrLayerPartTooSmall:        "layer part is too small",
	ErrLayerPartSize:            "layer part has not the size it was announced with",
	ErrReplicationToSource:      "registry is its own replication destination",
	ErrTooManyDestinations:      "too many replication destinations",
	ErrTemplateExists:           "template exists",
	ErrTemplateNotFound:         "template does not exist",
	ErrTemplateRole:             "template cannot be used",
	ErrPullThroughExists:        "pull-through rule exists",
	ErrPullThroughNotFound:      "pull-through rule does not exist",
	ErrTooManyPullThrough:       "too many pull-through rules",
	ErrInvalidPullThrough:       "invalid pull-through rule",
	ErrUpstreamUnsupported:      "upstream registry is not supported",
	ErrUpstreamSecret:           "upstream registry requires authentication",
	ErrSecretNotFound:           "secret does not exist",
	ErrSecretInaccessible:       "secret cannot be read",
	ErrInvalidCatalogData:       "invalid catalog data",
	ErrImageArchived:            "image is archived",
	ErrLayerArchived:            "layer is archived",
	ErrStorageClass:             "image cannot be moved to the storage class",
	ErrTooManyRepositories:      "too many repositories",
	ErrTooManyImages:            "too many images",
	ErrTooManyLayerParts:        "too many layer parts",
	ErrExclusionExists:          "pull time exclusion exists",
	ErrExclusionNotFound:        "pull time exclusion does not exist",
	ErrTooManyExclusions:        "too many pull time exclusions",
	ErrSigningNotConfigured:     "registry has no signing configuration",
	ErrInvalidSigning:           "invalid signing configuration",
	ErrInvalidLifecycle:         "invalid lifecycle policy",
	ErrLifecycleNotFound:        "repository has no lifecycle policy",
	ErrPreviewNotFound:          "lifecycle policy was not previewed",
	ErrPreviewInProgress:        "lifecycle policy preview is in progress",
	ErrLifecycleSetting:         "invalid lifecycle setting",
	ErrInvalidScanning:          "invalid scanning configuration",
	ErrScanDisabled:             "images are not scanned on demand",
	ErrNotScannable:             "image cannot be scanned",
	ErrNoScanner:                "there is no scanner",
	ErrScanLimit:                "image was scanned already",
	ErrScanNotFound:             "image was never scanned",
	ErrScanReport:               "scan report cannot be kept",
}

// Kinds returns every kind, for tests that each is mapped to a wire error.
func Kinds() []Kind {
	var ks []Kind
	for k := Kind(1); k < kindEnd; k++ {
		ks = append(ks, k)
	}
	return ks
}

func (k Kind) Error() string {
	if k <= 0 || k >= kindEnd {
		return "registry: unknown kind of error"
	}
	return kindText[k]
}

// Error is the error of every method of Registry that is about what was asked
// and not about the machinery.
type Error struct {
	Kind    Kind
	Repo    Repo
	Ref     Ref
	Upload  string
	Name    string // of what is neither a repository nor an image
	Have    int64
	Limit   int64 // the quota that was reached
	Digests []digest.Digest
	Err     error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.Error())
	fmt.Fprintf(&b, ": %s/%s/%s", e.Repo.Account, e.Repo.Region, e.Repo.Name)
	if e.Ref != (Ref{}) {
		fmt.Fprintf(&b, " %s", e.Ref)
	}
	if e.Upload != "" {
		fmt.Fprintf(&b, " upload %s (has %d bytes)", e.Upload, e.Have)
	}
	if e.Name != "" {
		fmt.Fprintf(&b, " %s", e.Name)
	}
	if e.Limit != 0 {
		fmt.Fprintf(&b, " (limit %d)", e.Limit)
	}
	if len(e.Digests) > 0 {
		fmt.Fprintf(&b, " %v", e.Digests)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Is reports whether target is e's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

func (e *Error) Unwrap() error { return e.Err }
