package ociapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

// Error is an error as the OCI distribution specification writes it.
type Error struct {
	Status  int
	Code    string // one of the codes of the specification, or TAG_INVALID and UNKNOWN of ECR
	Message string
	Detail  any
	Header  http.Header // more headers of the response; may be nil
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// body returns the JSON document of the error.
func (e *Error) body() []byte {
	type item struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail,omitempty"`
	}
	b, err := json.Marshal(map[string][]item{"errors": {{e.Code, e.Message, e.Detail}}})
	if err != nil { // only a Detail that is not JSON, which none is
		b = []byte(`{"errors":[]}`)
	}
	return append(b, '\n')
}

func errNoEndpoint() *Error {
	return &Error{Status: http.StatusNotFound, Code: "UNSUPPORTED", Message: "404 page not found"}
}

func errMethod(method string, allowed map[string]Kind) *Error {
	return &Error{
		Status: http.StatusMethodNotAllowed, Code: "UNSUPPORTED", Message: fmt.Sprintf("The method %.20q is not supported here", method),
		Header: http.Header{"Allow": {strings.Join(slices.Sorted(maps.Keys(allowed)), ", ")}},
	}
}

// errParameter is an InvalidParameterException, which ECR's registry endpoint
// answers as 405 UNSUPPORTED with the text of the API.
func errParameter(field, constraint string) *Error {
	return &Error{
		Status: http.StatusMethodNotAllowed, Code: "UNSUPPORTED",
		Message: fmt.Sprintf("Invalid parameter at '%s' failed to satisfy constraint: '%s'", field, constraint),
	}
}

// The quotes of these two are as ECR has them.

func errRepositoryName() *Error {
	return errParameter("repositoryName", "must satisfy regular expression '"+ocispec.RepositoryNamePattern)
}

func errTag() *Error {
	return errParameter("imageTag", "must satisfy regular expression '"+ocispec.APITagPattern)
}

func errDigest(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "DIGEST_INVALID", Message: message}
}

func errManifestUnknown() *Error {
	return &Error{Status: http.StatusNotFound, Code: "MANIFEST_UNKNOWN", Message: "Requested image not found"}
}

func errUploadUnknown(id string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "BLOB_UPLOAD_UNKNOWN", Message: fmt.Sprintf("Upload with id '%.100s' does not exist", id)}
}

func errManifestTooLarge() *Error {
	return &Error{
		Status: http.StatusRequestEntityTooLarge, Code: "SIZE_INVALID",
		Message: fmt.Sprintf("Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Member must have length less than or equal to %d'", ocispec.MaxManifestSize),
	}
}

// wireError says any error in the words of the specification. Nil means that
// it is the server's own trouble, of which the client learns nothing.
func wireError(err error, decisionID string) *Error {
	var wire *Error
	var denied *authz.Denied
	var engine *registry.Error
	var refusal *admit.Refusal
	switch {
	case errors.As(err, &wire):
		return wire
	case errors.As(err, &refusal):
		return errTooManyRequests(refusal.RetryAfter)
	case errors.As(err, &denied):
		return &Error{
			Status: http.StatusForbidden, Code: "DENIED", Message: denied.Error(),
			Detail: map[string]string{"decisionId": decisionID},
			Header: http.Header{"X-Pratique-Decision-Id": {decisionID}},
		}
	case errors.Is(err, authn.ErrExpired):
		return &Error{
			Status: http.StatusForbidden, Code: "DENIED",
			Message: "Your authorization token has expired. Reauthenticate and try again.",
		}
	case errors.As(err, &engine):
		return registryError(engine)
	}
	return nil
}

// errTooManyRequests asks a client to come again in a while.
func errTooManyRequests(in time.Duration) *Error {
	return &Error{Status: http.StatusTooManyRequests, Code: "TOOMANYREQUESTS", Message: "Rate exceeded", Header: retryAfter(in)}
}

func retryAfter(in time.Duration) http.Header {
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(in.Seconds())))}}
}

// outageRetry is when to try again what needs a database or a store that is away.
const outageRetry = 5 * time.Second

// troubleError is what a client learns of the server's own trouble: how to go on,
// and an id under which the log says more.
func troubleError(err error, id string) *Error {
	switch {
	case meta.IsFull(err): // a status that clients do not try again at once
		return &Error{Status: http.StatusInsufficientStorage, Code: "UNKNOWN", Message: "The registry has no space left" + id}
	case errors.Is(err, meta.ErrUnavailable), errors.Is(err, blob.ErrUnavailable):
		return &Error{Status: http.StatusServiceUnavailable, Code: "UNAVAILABLE", Message: "The registry is not available for the moment" + id, Header: retryAfter(outageRetry)}
	}
	return &Error{Status: http.StatusInternalServerError, Code: "UNKNOWN", Message: "Internal error" + id}
}

// registryError maps what the engine says. Statuses and texts are those of
// Amazon ECR's registry endpoint where they are known.
func registryError(e *registry.Error) *Error {
	in := fmt.Sprintf("in the repository with name '%s' in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	answer := func(status int, code, format string, args ...any) *Error {
		return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
	}
	switch e.Kind {
	case registry.ErrRepositoryNotFound:
		return answer(http.StatusNotFound, "NAME_UNKNOWN", "The repository with name '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrImageNotFound, registry.ErrTagDigestMismatch, registry.ErrImageArchived:
		return errManifestUnknown()
	case registry.ErrLayerNotFound, registry.ErrLayerArchived:
		return answer(http.StatusNotFound, "BLOB_UNKNOWN", "Layer with digest '%s' does not exist %s", e.Ref.Digest, in)
	case registry.ErrUploadNotFound:
		return errUploadUnknown(e.Upload)

	case registry.ErrInvalidName:
		return errRepositoryName()
	case registry.ErrInvalidTag:
		return errTag()
	case registry.ErrInvalidDigest:
		return errDigest("digest must be sha256 or sha512 with lower case hexadecimal digits")
	case registry.ErrInvalidToken:
		return errParameter("nextToken", "Invalid token")
	case registry.ErrInvalidManifest:
		return manifestError(e.Err)
	case registry.ErrManifestTooLarge:
		return errManifestTooLarge()
	case registry.ErrImageDigestMismatch, registry.ErrLayerDigestMismatch:
		return errDigest(fmt.Sprintf("The digest '%s' does not match that of the content, '%s'", e.Ref.Digest, join(e.Digests)))

	case registry.ErrLayersNotFound:
		return answer(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN",
			"Layers with digests '[%s]' required for pushing image into repository with name '%s' in the registry with id '%s' do not exist", join(e.Digests), e.Repo.Name, e.Repo.Account)
	case registry.ErrReferencedImagesNotFound:
		return answer(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN",
			"Images with digests '[%s]' required for pushing image into repository with name '%s' in the registry with id '%s' do not exist", join(e.Digests), e.Repo.Name, e.Repo.Account)
	case registry.ErrTagImmutable:
		return answer(http.StatusBadRequest, "TAG_INVALID",
			"The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", e.Ref.Tag, e.Repo.Name)
	case registry.ErrTooManyTags:
		return answer(http.StatusForbidden, "DENIED",
			"Adding tag '%s' to an image in the repository with name '%s' in registry with id '%s' exceeds the maximum allowed number of tags per image which is '%d'",
			e.Ref.Tag, e.Repo.Name, e.Repo.Account, e.Limit)
	case registry.ErrTooManyImages:
		return answer(http.StatusForbidden, "DENIED",
			"The maximum allowed number of images in the repository with name '%s' in registry with id '%s' is '%d'", e.Repo.Name, e.Repo.Account, e.Limit)
	case registry.ErrTooManyRepositories:
		return answer(http.StatusForbidden, "DENIED", "The maximum allowed number of repositories in the registry with id '%s' is '%d'", e.Repo.Account, e.Limit)
	case registry.ErrTemplateRole:
		return answer(http.StatusForbidden, "DENIED", "The repository with name '%s' cannot be created in the registry with id '%s': %v", e.Repo.Name, e.Repo.Account, e.Err)
	case registry.ErrImageReferenced:
		return answer(http.StatusMethodNotAllowed, "UNSUPPORTED", "Requested image referenced by manifest list: [%s]", join(e.Digests))

	case registry.ErrUploadOffset:
		return answer(http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "The layer part must begin at byte %d", e.Have)
	case registry.ErrUploadBusy:
		return answer(http.StatusConflict, "BLOB_UPLOAD_INVALID", "Upload with id '%s' is in use by another request", e.Upload)
	}
	// Others come from operations that the registry endpoint does not have, or
	// are answered before they get here.
	return nil
}

// manifestError has the code of the specification and, where it is known, the
// text of ECR, which answers 405 UNSUPPORTED.
func manifestError(err error) *Error {
	text := "Invalid manifest"
	switch {
	case errors.Is(err, ocispec.ErrSyntax):
		text = "Invalid JSON syntax"
	case err != nil:
		text = err.Error()
	}
	e := errParameter("ImageManifest", text)
	e.Status, e.Code = http.StatusBadRequest, "MANIFEST_INVALID"
	return e
}

func join(ds []digest.Digest) string {
	var b strings.Builder
	for i, d := range ds {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(d.String())
	}
	return b.String()
}
