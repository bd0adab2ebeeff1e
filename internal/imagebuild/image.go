package imagebuild

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// blob is a layer or a configuration on its way into an image.
type blob struct {
	v1.Layer
	title string           // "numpy 2.4.6", for people
	made  string           // what the image's history says about it
	from  *name.Repository // where its registry has it, if it came from one

	quiet bool // it is a part of something else, which is told of

	outcome  Outcome
	uploaded int64
}

// maxLayers is how many layers runtimes stack, with one for what the container
// writes.
const maxLayers = 125

// assemble makes an image of a base and layers. Its bytes depend on nothing but
// the arguments: times are created, and the base's keys of the configuration
// that describe a machine are dropped.
func assemble(base v1.Image, from *name.Repository, layers []*blob, configure func(*v1.Config), platform v1.Platform, created time.Time, annotations map[string]string) (*image, error) {
	old, err := base.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of the base image: %w", err)
	}
	config := old.DeepCopy()
	config.Created = v1.Time{Time: created.UTC()}
	config.Container, config.Author = "", ""
	if config.RootFS.Type == "" {
		config.RootFS.Type = "layers"
	}
	if config.OS == "" || config.Architecture == "" {
		config.OS, config.Architecture, config.Variant = platform.OS, platform.Architecture, platform.Variant
	}
	configure(&config.Config)
	config.Config.OnBuild, config.Config.Image, config.Config.Hostname, config.Config.Domainname = nil, "", "", ""
	below, err := baseLayers(base, from)
	if err != nil {
		return nil, err
	}
	if len(below) != len(config.RootFS.DiffIDs) {
		return nil, fmt.Errorf("the base image has %d layers and the digests of %d", len(below), len(config.RootFS.DiffIDs))
	}
	all := append(below, layers...)
	if len(all) > maxLayers {
		return nil, fmt.Errorf("%d layers are more than the %d that container runtimes can stack: the base image has %d", len(all), maxLayers, len(below))
	}
	for _, l := range layers {
		diff, err := l.DiffID()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, diff)
		config.History = append(config.History, v1.History{Created: config.Created, CreatedBy: l.made, Comment: "pratique"})
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Layers: []v1.Descriptor{}, Annotations: annotations}
	manifest.Config.MediaType = types.OCIConfigJSON
	if manifest.Config.Digest, manifest.Config.Size, err = v1.SHA256(bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	for _, l := range all {
		desc, err := partial.Descriptor(l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		manifest.Layers = append(manifest.Layers, v1.Descriptor{MediaType: ociLayer(desc.MediaType), Digest: desc.Digest, Size: desc.Size})
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return nil, err
	}
	return newImage(text, raw, all, config.Platform())
}

// baseLayers are the layers of a base image, which from has in its registry.
func baseLayers(base v1.Image, from *name.Repository) ([]*blob, error) {
	layers, err := base.Layers()
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the base image: %w", err)
	}
	var out []*blob
	for i, l := range layers {
		mediaType, err := l.MediaType()
		if err != nil {
			return nil, err
		}
		if !mediaType.IsLayer() {
			return nil, fmt.Errorf("the base image has a layer of media type %q", mediaType)
		}
		out = append(out, &blob{Layer: l, title: fmt.Sprintf("layer %d of the base image", i+1), from: from})
	}
	return out, nil
}

// ociLayer is OCI's name of a layer's media type; the bytes are the same.
func ociLayer(t types.MediaType) types.MediaType {
	switch t {
	case types.DockerLayer:
		return types.OCILayer
	case types.DockerUncompressedLayer:
		return types.OCIUncompressedLayer
	}
	return t
}

// image is an assembled image.
type image struct {
	v1.Image
	manifest []byte
	config   []byte
	layers   []*blob
	platform *v1.Platform
}

func newImage(manifest, config []byte, layers []*blob, platform *v1.Platform) (*image, error) {
	img, err := partial.CompressedToImage(parts{manifest, config, layers})
	if err != nil {
		return nil, err
	}
	return &image{Image: img, manifest: manifest, config: config, layers: layers, platform: platform}, nil
}

// parts are what an image is made of, in the form of go-containerregistry.
type parts struct {
	manifest, config []byte
	layers           []*blob
}

func (p parts) RawManifest() ([]byte, error)        { return p.manifest, nil }
func (p parts) RawConfigFile() ([]byte, error)      { return p.config, nil }
func (p parts) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

func (p parts) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, l := range p.layers {
		if d, err := l.Digest(); err == nil && d == h {
			return l, nil
		}
	}
	return nil, fmt.Errorf("the image has no layer %s", h)
}

// digest is that of the manifest.
func (i *image) digest() v1.Hash { return bytesDigest(i.manifest) }

// configBlob is the configuration as a thing to push.
func (i *image) configBlob() *blob {
	return &blob{Layer: bytesLayer{i.config, types.OCIConfigJSON}, title: "the configuration"}
}

// bytesLayer is a blob in memory that is not compressed.
type bytesLayer struct {
	data      []byte
	mediaType types.MediaType
}

// Digest and DiffID are those of the bytes.
func (l bytesLayer) Digest() (v1.Hash, error) {
	h, _, err := v1.SHA256(bytes.NewReader(l.data))
	return h, err
}
func (l bytesLayer) DiffID() (v1.Hash, error)            { return l.Digest() }
func (l bytesLayer) Size() (int64, error)                { return int64(len(l.data)), nil }
func (l bytesLayer) MediaType() (types.MediaType, error) { return l.mediaType, nil }
func (l bytesLayer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.data)), nil
}
func (l bytesLayer) Uncompressed() (io.ReadCloser, error) { return l.Compressed() }

// index makes an image index of the images for several platforms, in their
// order.
func index(images []*image, annotations map[string]string) (v1.ImageIndex, error) {
	if len(images) < 2 {
		return nil, errors.New("an index needs several images")
	}
	var adds []mutate.IndexAddendum
	for _, i := range images {
		adds = append(adds, mutate.IndexAddendum{Add: i, Descriptor: v1.Descriptor{
			MediaType: types.OCIManifestSchema1, Size: int64(len(i.manifest)), Digest: i.digest(), Platform: i.platform,
		}})
	}
	idx := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), adds...)
	if len(annotations) > 0 {
		annotated, ok := mutate.Annotations(idx, annotations).(v1.ImageIndex)
		if !ok {
			return nil, errors.New("annotate the index")
		}
		idx = annotated
	}
	return idx, nil
}

// parsePlatform reads "linux/arm64" or "linux/arm/v7".
func parsePlatform(s string) (v1.Platform, error) {
	p, err := v1.ParsePlatform(s)
	if err != nil || p.OS == "" || p.Architecture == "" || strings.ContainsAny(s, " \t:") {
		return v1.Platform{}, fmt.Errorf("platform %q is not of the form linux/amd64", s)
	}
	return *p, nil
}
