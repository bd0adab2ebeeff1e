package imagebuild

import (
	"context"
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Media types of what is attached to an image.
const (
	LockType       = "application/vnd.pratique.pylock+toml" // the standard has no media type for pylock.toml
	ProvenanceType = "application/vnd.in-toto+json"
	SPDXType       = "application/spdx+json"
)

// emptyType is OCI's media type of "{}".
const emptyType types.MediaType = "application/vnd.oci.empty.v1+json"

// attachment is a document about an image.
type attachment struct {
	Type        types.MediaType
	Title       string // a file name
	Data        []byte
	Annotations map[string]string
}

// artifact makes the manifest of an attachment to a subject, as section
// "Guidelines for Artifact Usage" of the OCI image specification says.
func (a attachment) artifact(subject v1.Descriptor) (*image, error) {
	none := bytesLayer{[]byte("{}"), emptyType}
	data := bytesLayer{a.Data, a.Type}
	config, err := partial.Descriptor(none)
	if err != nil {
		return nil, err
	}
	layer, err := partial.Descriptor(data)
	if err != nil {
		return nil, err
	}
	layer.Annotations = map[string]string{"org.opencontainers.image.title": a.Title}
	for k, v := range a.Annotations {
		layer.Annotations[k] = v
	}
	annotations := map[string]string{}
	for k, v := range a.Annotations {
		annotations[k] = v
	}
	raw, err := json.Marshal(struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     types.MediaType   `json:"mediaType"`
		ArtifactType  types.MediaType   `json:"artifactType"`
		Config        v1.Descriptor     `json:"config"`
		Layers        []v1.Descriptor   `json:"layers"`
		Subject       v1.Descriptor     `json:"subject"`
		Annotations   map[string]string `json:"annotations,omitempty"`
	}{2, types.OCIManifestSchema1, a.Type, *config, []v1.Descriptor{*layer}, subject, annotations})
	if err != nil {
		return nil, err
	}
	return newImage(raw, none.data, []*blob{{Layer: data, title: a.Title}}, nil)
}

// attach pushes attachments of an image that is in the repository already.
// Registries without the referrers API get the tag that stands in for it. One
// that refuses artifacts altogether costs the attachments and not the image.
func (b *build) attach(ctx context.Context, to *repository, subject v1.Descriptor, all []attachment) error {
	for _, a := range all {
		art, err := a.artifact(subject)
		if err != nil {
			return fmt.Errorf("make %s: %w", a.Title, err)
		}
		digest := art.digest()
		err = b.attachOne(ctx, to, art, digest)
		if isReason(err, Refused) {
			b.warn(StepReferrers, "", fmt.Sprintf("%s is not attached: %v", a.Title, err))
			continue
		}
		if err != nil {
			return err
		}
		b.tell(Event{Step: StepReferrers, ID: digest.String(), Name: a.Title, Current: int64(len(a.Data)), Total: int64(len(a.Data)), Outcome: Uploaded})
		b.result.Referrers = append(b.result.Referrers, Referrer{Type: string(a.Type), Subject: subject.Digest.String(), Digest: digest.String()})
	}
	return nil
}

func (b *build) attachOne(ctx context.Context, to *repository, art *image, digest v1.Hash) error {
	for _, l := range append([]*blob{{Layer: bytesLayer{art.config, emptyType}, title: "an empty configuration"}}, art.layers...) {
		l.quiet = true
		if err := b.pushBlob(ctx, to, l); err != nil {
			return err
		}
	}
	ref := to.Digest(digest.String())
	err := remote.Put(ref, art, b.Builder.remote(ctx)...)
	return registryError(ctx, "attach "+art.layers[0].title+" in", to.Name(), to.RegistryStr(), err)
}

// remote are the options of go-containerregistry's own requests.
func (b *Builder) remote(ctx context.Context, platform ...v1.Platform) []remote.Option {
	opts := []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(b.Keychain), remote.WithTransport(b.Transport), remote.WithJobs(jobs),
	}
	if b.Pause > 0 {
		opts = append(opts, remote.WithRetryBackoff(remote.Backoff{Duration: b.Pause, Factor: 2, Steps: attempts}))
	}
	for _, p := range platform {
		opts = append(opts, remote.WithPlatform(p))
	}
	return opts
}
