package ociapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/opencontainers/image-spec/specs-go"
	"github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/pratique-dev/pratique/internal/ocispec"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (c *call) ref() registry.Ref { return registry.Ref{Tag: c.Tag, Digest: c.Digest} }

// getManifest answers GET and HEAD. It answers what was pushed, whatever
// Accept says: converting would change the digest.
func (c *call) getManifest() error {
	img, err := c.registry.Image(c.r.Context(), c.repo(), c.ref())
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Docker-Content-Digest", img.Digest.String())
	h.Set("Etag", etag(img.Digest))
	h.Set("X-Content-Type-Options", "nosniff")
	if notModified(c.r, img.Digest) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if c.Kind == ManifestGet {
		c.registry.RecordPull(img, c.id.UserOrRole())
	}
	c.send(http.StatusOK, img.MediaType, img.Manifest)
	return nil
}

func (c *call) putManifest() error {
	body, err := readManifest(c.r)
	if err != nil {
		return err
	}
	mediaType := c.r.Header.Get("Content-Type")
	if t, _, err := mime.ParseMediaType(mediaType); err == nil {
		mediaType = t // parameters are ignored
	}
	n := registry.NewImage{Manifest: body, MediaType: mediaType, Tags: c.Tags, Digest: c.Digest}
	if c.Tag != "" {
		n.Tags = []string{c.Tag}
	}
	img, err := c.registry.PutImage(c.r.Context(), c.repo(), n)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Location", c.location("/manifests/"+img.Digest.String()))
	h.Set("Docker-Content-Digest", img.Digest.String())
	if img.Subject != "" {
		h.Set("Oci-Subject", img.Subject.String())
	}
	for _, t := range c.Tags {
		h.Add("Oci-Tag", t)
	}
	c.send(http.StatusCreated, "", nil)
	return nil
}

func readManifest(r *http.Request) ([]byte, error) {
	if r.ContentLength > ocispec.MaxManifestSize {
		return nil, errManifestTooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, ocispec.MaxManifestSize+1))
	if err != nil {
		return nil, bodyError(err)
	}
	if len(body) > ocispec.MaxManifestSize {
		return nil, errManifestTooLarge()
	}
	return body, nil
}

// deleteManifest deletes an image by digest, or removes a tag.
func (c *call) deleteManifest() error {
	if c.Tag != "" {
		if err := c.registry.DeleteTag(c.r.Context(), c.repo(), c.Tag); err != nil {
			return err
		}
	} else {
		done, err := c.registry.DeleteImages(c.r.Context(), c.repo(), []registry.Ref{c.ref()})
		if err != nil {
			return err
		}
		for _, d := range done {
			if d.Err != nil {
				return d.Err
			}
		}
	}
	c.send(http.StatusAccepted, "", nil)
	return nil
}

func (c *call) listTags() error {
	tags := []string{}
	limit := c.N
	if limit < 0 {
		limit = defaultPage
	}
	// Asked even for an empty page: the repository must exist.
	found, more, err := c.registry.Tags(c.r.Context(), c.repo(), c.Last, max(limit, 1))
	if err != nil {
		return err
	}
	if limit > 0 {
		tags = append(tags, found...)
		if more {
			c.next(tags[len(tags)-1], nil)
		}
	}
	return c.sendJSON("application/json", struct {
		Name string   `json:"name"`
		Tags []string `json:"tags"`
	}{c.Repository, tags})
}

func (c *call) listRepositories() error {
	names := []string{}
	limit := c.N
	if limit < 0 {
		limit = defaultPage
	}
	if limit > 0 {
		found, more, err := c.registry.RepositoryNames(c.r.Context(), c.target.Account, c.target.Region, c.Last, limit)
		if err != nil {
			return err
		}
		names = append(names, found...)
		if more {
			c.next(names[len(names)-1], nil)
		}
	}
	return c.sendJSON("application/json", struct {
		Repositories []string `json:"repositories"`
	}{names})
}

func (c *call) listReferrers() error {
	images, next, err := c.registry.Referrers(c.r.Context(), c.repo(), c.Digest, registry.ReferrerFilter{ArtifactTypes: c.ArtifactTypes}, registry.Page{Limit: defaultPage, Token: c.Last})
	if err != nil {
		return err
	}
	index := v1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex, Manifests: []v1.Descriptor{}}
	for _, i := range images {
		index.Manifests = append(index.Manifests, v1.Descriptor{
			MediaType: i.MediaType, Digest: i.Digest, Size: i.ManifestSize, ArtifactType: i.ArtifactType, Annotations: i.Annotations,
		})
	}
	if len(c.ArtifactTypes) > 0 {
		c.w.Header().Set("Oci-Filters-Applied", "artifactType")
	}
	if next != "" {
		c.next(next, url.Values{"artifactType": c.ArtifactTypes})
	}
	return c.sendJSON(v1.MediaTypeImageIndex, index)
}

func (c *call) sendJSON(contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	c.send(http.StatusOK, contentType, append(b, '\n'))
	return nil
}

// bodyError is the error of a request's body that could not be read.
func bodyError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &Error{Status: http.StatusRequestEntityTooLarge, Code: "SIZE_INVALID", Message: "The request is larger than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes"}
	}
	if errors.Is(err, errLength) {
		return errContentRange()
	}
	return &Error{Status: http.StatusBadRequest, Code: "SIZE_INVALID", Message: "The request's body ended early"}
}
