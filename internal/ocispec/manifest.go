package ocispec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxManifestSize is the size in bytes of the largest manifest that ECR takes.
const MaxManifestSize = 4 << 20

// Media types of manifests, and of Docker's foreign layers.
const (
	MediaTypeImageManifest  = v1.MediaTypeImageManifest
	MediaTypeImageIndex     = v1.MediaTypeImageIndex
	MediaTypeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	MediaTypeDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"

	mediaTypeDockerImageConfig = "application/vnd.docker.container.image.v1+json"

	mediaTypeDockerSchema1       = "application/vnd.docker.distribution.manifest.v1+json"
	mediaTypeDockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
	mediaTypeDockerForeignLayer  = "application/vnd.docker.image.rootfs.foreign.diff.tar"
	mediaTypeNondistributable    = "application/vnd.oci.image.layer.nondistributable."
)

// maxContentSize bounds the size of what a descriptor points to, so that the
// sizes of one manifest can be added up. It is far beyond ECR's quota of
// 52 000 MiB.
const maxContentSize = 1 << 44

// ErrSyntax is wrapped by the ManifestError of a manifest that is not JSON.
var ErrSyntax = errors.New("invalid JSON syntax")

// ErrSchema1 is wrapped by the ManifestError of a Docker schema 1 manifest.
var ErrSchema1 = errors.New("docker image manifest schema 1 is not supported: push schema 2 or an OCI image manifest")

// IsImageConfig reports whether a config of this media type is that of an image
// that runs as a container.
func IsImageConfig(mediaType string) bool {
	return mediaType == v1.MediaTypeImageConfig || mediaType == mediaTypeDockerImageConfig
}

// ErrMediaType is wrapped by the ManifestError of a manifest whose media type
// is missing, unknown, or not the one it was announced with.
var ErrMediaType = errors.New("media type")

// ManifestError says why a manifest was refused.
type ManifestError struct {
	Field string // path of the offending field, such as "layers[2].digest", or ""
	Err   error
}

func (e *ManifestError) Error() string {
	if e.Field == "" {
		return "manifest: " + e.Err.Error()
	}
	return "manifest: " + e.Field + ": " + e.Err.Error()
}

func (e *ManifestError) Unwrap() error { return e.Err }

// Descriptor points to content. Only what a registry acts on is kept.
type Descriptor struct {
	MediaType string
	Digest    digest.Digest
	Size      int64 // bytes
}

// Foreign reports whether the descriptor is that of a layer that need not be
// in the registry, a "foreign" or "non-distributable" one.
func (d Descriptor) Foreign() bool {
	return strings.HasPrefix(d.MediaType, mediaTypeDockerForeignLayer) ||
		strings.HasPrefix(d.MediaType, mediaTypeNondistributable)
}

// Manifest is a parsed image manifest or index.
type Manifest struct {
	MediaType    string
	ArtifactType string // as written; see EffectiveArtifactType
	Config       *Descriptor
	Layers       []Descriptor
	Manifests    []Descriptor // children of an index
	Subject      *Descriptor
	Annotations  map[string]string
}

// IsIndex reports whether the manifest is an image index or a manifest list.
func (m *Manifest) IsIndex() bool {
	return m.MediaType == MediaTypeImageIndex || m.MediaType == MediaTypeDockerList
}

// EffectiveArtifactType is the artifactType that the referrers API answers for
// the manifest: its own, or else its config's media type. It is "" for an
// index that has none.
func (m *Manifest) EffectiveArtifactType() string {
	if m.ArtifactType == "" && m.Config != nil {
		return m.Config.MediaType
	}
	return m.ArtifactType
}

// Blobs returns the config and the layers that the registry must have.
func (m *Manifest) Blobs() []Descriptor {
	var ds []Descriptor
	if m.Config != nil {
		ds = append(ds, *m.Config)
	}
	for _, l := range m.Layers {
		if !l.Foreign() {
			ds = append(ds, l)
		}
	}
	return ds
}

// Size returns the bytes of the config and all layers.
func (m *Manifest) Size() int64 {
	var n int64
	if m.Config != nil {
		n = m.Config.Size
	}
	for _, l := range m.Layers {
		n += l.Size
	}
	return n
}

// ParseManifest parses a Docker schema 2 manifest, a Docker manifest list, an
// OCI image manifest or an OCI image index. mediaType is the one it was
// announced with, which may be "" when the manifest names its own. Unknown
// fields are ignored. The error is a *ManifestError.
//
// Names of fields are compared exactly and may not come twice, and what is an
// index may not look like an image as well, so that no two programs read two
// different things in one manifest (CVE-2021-41190).
func ParseManifest(raw []byte, mediaType string) (*Manifest, error) {
	p := parser{}
	m := p.manifest(raw, mediaType)
	if p.err != nil {
		return nil, p.err
	}
	return m, nil
}

// parser keeps the first error, so that reading fields needs no ifs.
type parser struct {
	err *ManifestError
}

func (p *parser) fail(field string, err error) {
	if p.err == nil {
		p.err = &ManifestError{Field: field, Err: err}
	}
}

func (p *parser) failf(field, format string, args ...any) { p.fail(field, fmt.Errorf(format, args...)) }

func (p *parser) manifest(raw []byte, announced string) *Manifest {
	if !json.Valid(raw) {
		p.fail("", ErrSyntax)
		return nil
	}
	if announced == mediaTypeDockerSchema1 || announced == mediaTypeDockerSchema1Signed {
		p.fail("", ErrSchema1)
		return nil
	}
	f := p.object("", raw)
	var version int
	p.value("schemaVersion", f["schemaVersion"], &version)
	if version == 1 {
		p.fail("", ErrSchema1)
	} else if version != 2 {
		p.failf("schemaVersion", "must be 2")
	}
	m := &Manifest{}
	p.mediaType("mediaType", f["mediaType"], &m.MediaType)
	switch {
	case m.MediaType == "" && announced == "":
		p.fail("mediaType", fmt.Errorf("%w is missing", ErrMediaType))
	case m.MediaType == "":
		m.MediaType = announced
	case announced != "" && m.MediaType != announced:
		p.fail("mediaType", fmt.Errorf("%w is %.100q, but it was announced as %.100q", ErrMediaType, m.MediaType, announced))
	}
	p.mediaType("artifactType", f["artifactType"], &m.ArtifactType)
	p.value("annotations", f["annotations"], &m.Annotations)
	if present(f["subject"]) {
		d := p.descriptor("subject", f["subject"])
		m.Subject = &d
	}
	switch m.MediaType {
	case MediaTypeImageManifest, MediaTypeDockerManifest:
		if present(f["manifests"]) {
			p.failf("manifests", "does not belong into an image manifest")
		}
		if !present(f["config"]) {
			p.failf("config", "is missing")
		}
		d := p.descriptor("config", f["config"])
		m.Config = &d
		m.Layers = p.descriptors("layers", f["layers"])
	case MediaTypeImageIndex, MediaTypeDockerList:
		for _, name := range []string{"config", "layers"} {
			if present(f[name]) {
				p.failf(name, "does not belong into an image index")
			}
		}
		m.Manifests = p.descriptors("manifests", f["manifests"])
	default:
		p.fail("mediaType", fmt.Errorf("%w %.100q is not supported", ErrMediaType, m.MediaType))
	}
	return m
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// value decodes a field that may be absent.
func (p *parser) value(field string, raw json.RawMessage, to any) {
	if p.err != nil || !present(raw) {
		return
	}
	if err := json.Unmarshal(raw, to); err != nil {
		p.failf(field, "has the wrong type")
	}
}

// mediaType is value for a field that is stored and sent in headers: it may be
// any text without control characters.
func (p *parser) mediaType(field string, raw json.RawMessage, to *string) {
	p.value(field, raw, to)
	if strings.ContainsFunc(*to, unicode.IsControl) {
		p.failf(field, "must not have control characters")
	}
}

// object splits a JSON object into its fields.
func (p *parser) object(field string, raw json.RawMessage) map[string]json.RawMessage {
	if p.err != nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		p.failf(field, "must be a JSON object")
		return nil
	}
	fields := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			p.fail(field, ErrSyntax)
			return nil
		}
		name, _ := t.(string) // the grammar allows nothing else here
		if _, ok := fields[name]; ok {
			p.failf(field, "field %.100q is there twice", name)
			return nil
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil && !errors.Is(err, io.EOF) {
			p.fail(field, ErrSyntax)
			return nil
		}
		fields[name] = v
	}
	return fields
}

func (p *parser) descriptors(field string, raw json.RawMessage) []Descriptor {
	var list []json.RawMessage
	p.value(field, raw, &list)
	if p.err != nil {
		return nil
	}
	ds := make([]Descriptor, 0, len(list))
	for i, r := range list {
		ds = append(ds, p.descriptor(fmt.Sprintf("%s[%d]", field, i), r))
		if p.err != nil {
			return nil
		}
	}
	return ds
}

func (p *parser) descriptor(field string, raw json.RawMessage) Descriptor {
	f := p.object(field, raw)
	var d Descriptor
	var dgst string
	var data []byte
	size := int64(-1)
	p.mediaType(field+".mediaType", f["mediaType"], &d.MediaType)
	p.value(field+".digest", f["digest"], &dgst)
	p.value(field+".size", f["size"], &size)
	p.value(field+".data", f["data"], &data)
	if p.err != nil {
		return d
	}
	if d.MediaType == "" {
		p.failf(field+".mediaType", "is missing")
	}
	if size < 0 || size > maxContentSize {
		p.failf(field+".size", "is missing or out of range")
	}
	var err error
	if d.Digest, err = ParseDigest(dgst); err != nil {
		p.fail(field+".digest", err)
		return d
	}
	d.Size = size
	if present(f["data"]) && (int64(len(data)) != size || d.Digest.Algorithm().FromBytes(data) != d.Digest) {
		p.failf(field+".data", "is not the content that the descriptor points to")
	}
	return d
}
