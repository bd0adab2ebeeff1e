package imagebuild

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// repository is a repository of a registry that is pushed to, or looked into.
// go-containerregistry authenticates; the requests are made here, because a push
// has to tell layers that were there, mounted and uploaded apart, and failures
// from refusals. It is safe for concurrent use.
type repository struct {
	name.Repository
	keychain  authn.Keychain
	transport http.RoundTripper
	pause     time.Duration // before the second attempt; grows from there

	mu     sync.Mutex
	scopes []string
	client *http.Client
}

// attempts bounds how often a request is made before a failure is final.
const attempts = 5

func (b *Builder) repository(repo name.Repository, scope string) *repository {
	return &repository{
		Repository: repo, keychain: b.Keychain, transport: b.Transport,
		pause: cmp.Or(b.Pause, 500*time.Millisecond), scopes: []string{repo.Scope(scope)},
	}
}

// http returns a client that authenticates, with rights to read the repositories
// too, from which a layer is to be mounted.
func (r *repository) http(ctx context.Context, from ...name.Repository) (*http.Client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range from {
		scope := f.Scope(transport.PullScope)
		if !slices.Contains(r.scopes, scope) {
			r.scopes, r.client = append(r.scopes, scope), nil
		}
	}
	if r.client != nil {
		return r.client, nil
	}
	auth, err := authn.Resolve(ctx, r.keychain, r.Repository)
	if err != nil {
		return nil, &RegistryError{Reason: Unauthenticated, Doing: "get credentials for", Ref: r.Name(), Host: r.RegistryStr(), Err: err}
	}
	t, err := transport.NewWithContext(ctx, r.Registry, auth, r.transport, r.scopes)
	if err != nil {
		return nil, err
	}
	r.client = &http.Client{Transport: t}
	return r.client, nil
}

func (r *repository) url(format string, args ...any) string {
	return r.Scheme() + "://" + r.RegistryStr() + "/v2/" + r.RepositoryStr() + "/" + fmt.Sprintf(format, args...)
}

// do makes a request once and returns the answer if its status is one of those
// wanted.
func (r *repository) do(ctx context.Context, req *http.Request, want ...int) (*http.Response, error) {
	client, err := r.http(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if err := transport.CheckError(resp, want...); err != nil {
		resp.Body.Close()
		return nil, &answerError{err, resp.Header.Get("Retry-After")}
	}
	return resp, nil
}

// answerError is a registry's error with the time that it asks to wait.
type answerError struct {
	error
	retryAfter string
}

func (e *answerError) Unwrap() error { return e.error }

// retry calls f until it succeeds, its error is final, or it was called often
// enough.
func (r *repository) retry(ctx context.Context, f func() error) error {
	for i := 1; ; i++ {
		err := f()
		if err == nil || i == attempts || !temporary(ctx, err) {
			return err
		}
		wait := r.pause << (i - 1)
		wait += rand.N(wait/4 + 1) // clients that failed together do not come back together
		var answer *answerError
		if errors.As(err, &answer) {
			if s, perr := strconv.Atoi(answer.retryAfter); perr == nil && s > 0 {
				wait = max(wait, min(time.Duration(s)*time.Second, time.Minute))
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// temporary tells whether a request that failed so may succeed when made again.
func temporary(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var known *RegistryError
	var protocol *protocolError
	var local *localError
	if errors.As(err, &known) || errors.As(err, &protocol) || errors.As(err, &local) {
		return false
	}
	var t *transport.Error
	if errors.As(err, &t) {
		return t.StatusCode == http.StatusTooManyRequests || t.StatusCode == http.StatusRequestTimeout ||
			t.StatusCode >= 500 && t.StatusCode != http.StatusNotImplemented
	}
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound, errors.As(err, &certificate), errors.Is(err, syscall.ECONNREFUSED):
		return false // a person has to do something
	}
	return true
}

// localError is a failure on this side of the wire.
type localError struct{ error }

func (e *localError) Unwrap() error { return e.error }

// acceptManifests are the kinds of manifest that are read.
var acceptManifests = []types.MediaType{types.OCIManifestSchema1, types.OCIImageIndex, types.DockerManifestSchema2, types.DockerManifestList}

// maxManifest bounds a manifest, as the distribution specification suggests.
const maxManifest = 4 << 20

// find asks for a manifest by tag or digest. It returns nil if the registry says
// that there is no such image or repository. A HEAD comes first, since it is
// cheaper and leaves no pull in the registry's records; where it is refused, a
// GET is made for the reason, which HEAD cannot carry.
func (r *repository) find(ctx context.Context, ref string) (desc *v1.Descriptor, err error) {
	err = r.retry(ctx, func() error {
		desc, err = r.ask(ctx, http.MethodHead, ref)
		if err != nil {
			desc, err = r.ask(ctx, http.MethodGet, ref)
		}
		return err
	})
	var t *transport.Error
	if errors.As(err, &t) && t.StatusCode == http.StatusNotFound {
		if reason := reasonOf(t); reason == NoImage || reason == NoRepository {
			return nil, nil
		}
	}
	return desc, err
}

// missing tells whether the registry says that there is no such repository.
func (r *repository) missing(ctx context.Context, ref string) (bool, error) {
	err := r.retry(ctx, func() error {
		_, err := r.ask(ctx, http.MethodGet, ref)
		return err
	})
	var t *transport.Error
	if !errors.As(err, &t) || t.StatusCode != http.StatusNotFound {
		return false, err
	}
	switch reasonOf(t) {
	case NoRepository:
		return true, nil
	case NoImage:
		return false, nil
	}
	return false, err
}

func (r *repository) ask(ctx context.Context, method, ref string) (*v1.Descriptor, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.url("manifests/%s", ref), nil)
	if err != nil {
		return nil, err
	}
	for _, m := range acceptManifests {
		req.Header.Add("Accept", string(m))
	}
	resp, err := r.do(ctx, req, http.StatusOK)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	desc := &v1.Descriptor{MediaType: types.MediaType(resp.Header.Get("Content-Type")), Size: resp.ContentLength}
	if method == http.MethodGet {
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxManifest+1))
		if err != nil {
			return nil, err
		}
		if desc.Digest, desc.Size, err = v1.SHA256(bytes.NewReader(body)); err != nil {
			return nil, err
		}
	} else if desc.Digest, err = v1.NewHash(resp.Header.Get("Docker-Content-Digest")); err != nil {
		return nil, &protocolError{"the answer names no digest"}
	}
	if !slices.Contains(acceptManifests, desc.MediaType) {
		return nil, &protocolError{fmt.Sprintf("the answer is not a manifest but %q", desc.MediaType)}
	}
	return desc, nil
}

// has tells whether the repository has a blob.
func (r *repository) has(ctx context.Context, digest v1.Hash) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, r.url("blobs/%s", digest), nil)
	if err != nil {
		return false, err
	}
	resp, err := r.do(ctx, req, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return false, err
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil
}

// start begins an upload, or mounts the blob from another repository of the
// registry if that is given and the registry does it; then location is empty.
func (r *repository) start(ctx context.Context, digest v1.Hash, from *name.Repository) (location string, err error) {
	query := ""
	if from != nil {
		if _, err := r.http(ctx, *from); err != nil {
			return "", err
		}
		query = "?" + url.Values{"mount": {digest.String()}, "from": {from.RepositoryStr()}}.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url("blobs/uploads/")+query, nil)
	if err != nil {
		return "", err
	}
	resp, err := r.do(ctx, req, http.StatusCreated, http.StatusAccepted)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusCreated {
		if from == nil {
			return "", &protocolError{"the registry says that an upload is complete that has not begun"}
		}
		return "", nil
	}
	return next(resp)
}

// next is where an upload goes on.
func next(resp *http.Response) (string, error) {
	u, err := resp.Location()
	if err != nil {
		return "", &protocolError{"the registry does not say where an upload goes on"}
	}
	return u.String(), nil
}

// send uploads the bytes of a blob in one piece, as every registry and ECR's
// limits allow, and closes the upload.
func (r *repository) send(ctx context.Context, location string, digest v1.Hash, size int64, body io.ReadCloser) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, location, body)
	if err != nil {
		body.Close()
		return err
	}
	req.ContentLength = size
	if size == 0 {
		req.Body = http.NoBody
		body.Close()
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := r.do(ctx, req, http.StatusAccepted, http.StatusNoContent, http.StatusCreated)
	if err != nil {
		return err
	}
	resp.Body.Close()
	location, err = next(resp)
	if err != nil {
		return err
	}
	u, err := url.Parse(location)
	if err != nil {
		return &protocolError{"the registry does not say where an upload goes on"}
	}
	query := u.Query()
	query.Set("digest", digest.String())
	u.RawQuery = query.Encode()
	if req, err = http.NewRequestWithContext(ctx, http.MethodPut, u.String(), nil); err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	if resp, err = r.do(ctx, req, http.StatusCreated); err != nil {
		return err
	}
	resp.Body.Close()
	if got := resp.Header.Get("Docker-Content-Digest"); got != "" && got != digest.String() {
		return &protocolError{fmt.Sprintf("the registry stored %s in place of it", got)}
	}
	return nil
}

// put stores a manifest under a tag or its digest.
func (r *repository) put(ctx context.Context, ref string, mediaType types.MediaType, raw []byte) error {
	digest, _, err := v1.SHA256(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return r.retry(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, r.url("manifests/%s", ref), bytes.NewReader(raw))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", string(mediaType))
		resp, err := r.do(ctx, req, http.StatusCreated, http.StatusOK, http.StatusAccepted)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if got := resp.Header.Get("Docker-Content-Digest"); got != "" && got != digest.String() {
			return &protocolError{fmt.Sprintf("the registry stored %s in place of %s", got, digest)}
		}
		return nil
	})
}
