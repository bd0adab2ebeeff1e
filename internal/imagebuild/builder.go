// Package imagebuild makes container images of ImageSpecs and pushes them. Where
// nothing has to be executed it makes the layers itself, out of wheels and files,
// on top of the base image; where something has, it has a Dockerfile run by
// BuildKit or buildah. It speaks to registries with the caller's own credentials
// and to nothing else but package indexes.
package imagebuild

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/pylock"
)

// DefaultBase is the base of specifications that name none: flytekit's image for
// the version of Python. {python_version} stands for that.
const DefaultBase = "cr.flyte.org/flyteorg/flytekit:py{python_version}-latest"

// DefaultPython is the version of Python of images whose specification names
// neither it nor a base. Flytekit takes that of the machine that it runs on.
const DefaultPython = "3.12"

// A Builder builds images. Its fields are not changed while it does; it may
// build several at a time.
type Builder struct {
	// Cache is the directory of what is kept between builds. Processes may
	// share it.
	Cache string
	// Keychain has the credentials for registries.
	Keychain authn.Keychain
	// Transport carries requests to registries; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Resolver finds and fetches wheels.
	Resolver *pylock.Resolver
	// FindExecutors finds programs that build Dockerfiles; nil is
	// [buildexec.Find].
	FindExecutors func(context.Context, buildexec.Options) ([]buildexec.Executor, error)
	// UV are uv programs for Linux on this machine, by platform, for
	// Dockerfiles to use.
	UV map[string]string
	// CABundle is a file of certificates that installers trust which a
	// Dockerfile runs; empty for what they trust anyway.
	CABundle string
	// Progress, if not nil, is told what happens, by one goroutine at a time.
	Progress func(Event)
	// Created is the time that images and their files carry; the zero value
	// is 1970, the start of Unix time.
	Created time.Time
	// Version is that of this program, for the provenance.
	Version string
	// Pause is the wait before a failed request is made again, which then
	// grows; 0 is half a second.
	Pause time.Duration
}

// created is the time that images carry.
func (b *Builder) created() time.Time {
	if b.Created.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return b.Created.UTC().Truncate(time.Second)
}

// Options say how to build one image.
type Options struct {
	// Compat is the flytekit whose tag the image gets.
	Compat imagespec.Compat
	// Image is the reference that the image gets in place of the
	// specification's own; without a tag, it has the specification's.
	Image string
	// Platforms are those to build for in place of the specification's.
	Platforms []string
	// Push pushes the image.
	Push bool
	// Layout is the directory of an OCI image layout to write the image to.
	Layout string
	// Force builds although the image exists.
	Force bool
	// DefaultBase is the base of a specification that names none; empty is
	// [DefaultBase].
	DefaultBase string
	// Flytekit is the requirement that is added to the packages of a
	// specification which does not name flytekit; empty adds none, unless
	// AddFlytekit asks for the version of the base image or else the newest.
	Flytekit    string
	AddFlytekit bool
	// Network is that of what a Dockerfile runs: "host", "none", or empty for
	// the program's own.
	Network string
	// Way is how to build: "auto", "layers", "buildkit" or "buildah".
	Way string
	// Compression is that of the layers that are made.
	Compression layer.Compression
	// Layers is the most layers that packages may take; 0 is a good default.
	Layers int
	// CreateRepository makes the repository where the registry says that there
	// is none; nil leaves that to the registry.
	CreateRepository func(context.Context, name.Repository) error
}

// Result is what a build came to.
type Result struct {
	// Image is the reference by tag, and Reference the one by digest.
	Image     string `json:"image"`
	Reference string `json:"reference,omitempty"`
	Digest    string `json:"digest,omitempty"`
	Tag       string `json:"tag"`
	// Existed tells that the image was there and nothing was built.
	Existed bool `json:"existed"`
	// Path is how it was built: "layers" or "dockerfile".
	Path      string     `json:"path,omitempty"`
	Platforms []Platform `json:"platforms,omitempty"`
	Layers    []Layer    `json:"layers,omitempty"`
	Referrers []Referrer `json:"referrers,omitempty"`
	// Bytes that were sent, and those that did not have to be.
	Uploaded int64 `json:"uploadedBytes"`
	Mounted  int64 `json:"mountedBytes"`
	Skipped  int64 `json:"skippedBytes"`
	// Base is the build of the specification that this one is based on.
	Base     *Result  `json:"base,omitempty"`
	Layout   string   `json:"layout,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Platform is an image for one platform.
type Platform struct {
	Platform   string `json:"platform"`
	Digest     string `json:"digest"`
	Base       string `json:"base"`       // reference
	BaseDigest string `json:"baseDigest"` // of the image for the platform
	Python     string `json:"python,omitempty"`
	Packages   int    `json:"packages"` // installed by this build
}

// Layer is a blob of the image and what became of it.
type Layer struct {
	Digest   string  `json:"digest"`
	Size     int64   `json:"size"`
	Title    string  `json:"title"`
	Outcome  Outcome `json:"outcome"`
	Uploaded int64   `json:"uploadedBytes"`
}

// Referrer is a document that was attached.
type Referrer struct {
	Type    string `json:"artifactType"`
	Subject string `json:"subject"`
	Digest  string `json:"digest"`
}

// Existence is the answer to whether an image exists. That it is not known is
// an error and never one of these.
type Existence string

// The answers.
const (
	Present Existence = "present"
	Absent  Existence = "absent"
)

// Exists asks the registry for an image. Errors are *[RegistryError], which says
// whether the question was refused or failed, and for a reference that is none.
func (b *Builder) Exists(ctx context.Context, ref string) (Existence, v1.Hash, error) {
	r, err := parseReference(ref)
	if err != nil {
		return "", v1.Hash{}, err
	}
	repo := b.repository(r.Context(), transport.PullScope)
	desc, err := repo.find(ctx, r.Identifier())
	if err != nil {
		return "", v1.Hash{}, registryError(ctx, "look for", ref, r.Context().RegistryStr(), err)
	}
	if desc == nil {
		return Absent, v1.Hash{}, nil
	}
	return Present, desc.Digest, nil
}

// parseReference reads an image reference, which must have a registry: that it
// otherwise is Docker Hub's is not what anybody means here.
func parseReference(ref string) (name.Reference, error) {
	host, _, ok := strings.Cut(ref, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		return nil, fmt.Errorf("image %q names no registry", ref)
	}
	r, err := name.ParseReference(ref)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", ref, err)
	}
	return r, nil
}
