package imagebuild

import (
	"context"
	"errors"
	"fmt"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/baseimage"
	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/buildplan"
)

// execute has the plan's Dockerfile run, which also pushes, and attaches the
// documents to what came out.
func (w *build) execute(ctx context.Context) error {
	if !w.options.Push || w.options.Layout != "" {
		return errors.New("an image that a Dockerfile builds is pushed by the program that builds it, and cannot be written to a layout: leave out --no-push and --output-layout")
	}
	recipe, err := w.recipe()
	if err != nil {
		return err
	}
	if err := w.ensureRepository(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pratique-build-")
	if err != nil {
		return fmt.Errorf("make the build context: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := recipe.Write(dir); err != nil {
		return fmt.Errorf("make the build context: %w", err)
	}
	labels := []buildplan.Arg{{Name: labelTag, Value: w.result.Tag}}
	if !w.base.unknown && w.base.digest != (v1.Hash{}) {
		labels = append(labels, buildplan.Arg{Name: labelBase, Value: w.base.digest.String()})
	}
	request := buildexec.Request{
		Context: dir, Tags: []string{w.result.Image}, Platforms: w.options.Platforms, Args: recipe.Args, Secrets: recipe.Secrets,
		Labels: labels, Keychain: w.Keychain, Images: recipe.Images, Network: w.options.Network,
	}
	w.say(StepExecute, "", "run the Dockerfile with "+w.executor.Describe().String())
	result, err := w.executor.Build(ctx, request, func(line string) { w.say(StepExecute, "", line) })
	if err != nil {
		return fmt.Errorf("build %s: %w", w.result.Image, err)
	}
	return w.adopt(ctx, result.Digest)
}

// recipe writes the Dockerfile.
func (w *build) recipe() (*buildplan.Recipe, error) {
	first := w.targets[0]
	known := first.base
	if w.otherPython() {
		known = nil
	}
	extra, err := flytekitRequirement(w.spec, w.options, known)
	if err != nil {
		return nil, err
	}
	o := buildplan.Options{Base: first.facts(w.base), Executor: w.executor.Describe(), UV: w.UV, CABundle: w.CABundle}
	if extra != "" {
		o.Extra = []string{extra}
	}
	for _, t := range w.targets {
		if t.lockBytes != nil {
			if o.Lock == nil {
				o.Lock = map[string][]byte{}
			}
			o.Lock[t.platform.String()] = t.lockBytes
		}
	}
	return buildplan.NewRecipe(w.spec, o)
}

// ensureRepository makes the repository if that is asked for and it is missing:
// the programs that push do not.
func (w *build) ensureRepository(ctx context.Context) error {
	if w.options.CreateRepository == nil {
		return nil
	}
	repo := w.repository(w.ref.Context(), transport.PushScope)
	missing, err := repo.missing(ctx, w.ref.Identifier())
	if err != nil {
		return registryError(ctx, "look for", repo.Name(), repo.RegistryStr(), err)
	}
	if !missing {
		return nil
	}
	w.say(StepPush, "", "create repository "+repo.Name())
	if err := w.options.CreateRepository(ctx, repo.Repository); err != nil {
		return fmt.Errorf("create repository %s: %w", repo.Name(), err)
	}
	return nil
}

// adopt reads what was pushed, and attaches the documents.
func (w *build) adopt(ctx context.Context, digest string) error {
	hash, err := v1.NewHash(digest)
	if err != nil {
		return fmt.Errorf("build %s: the program that built it names no digest", w.result.Image)
	}
	w.refer(hash)
	pushed, err := remote.Get(w.ref.Context().Digest(digest), w.remote(ctx)...)
	if err != nil {
		return registryError(ctx, "read", w.result.Reference, w.ref.Context().RegistryStr(), err)
	}
	s := &set{digest: hash}
	made := &origin{name: w.result.Image, digest: hash, get: pushed}
	for _, t := range w.targets {
		img, err := made.image(t.platform)
		if err != nil {
			return err
		}
		if err := w.adoptPlatform(ctx, t, img); err != nil {
			return err
		}
		w.result.Platforms = append(w.result.Platforms, t.describe(w.base))
	}
	s.top = pushed.Descriptor
	documents, err := w.documents(s)
	if err != nil {
		return err
	}
	to := w.repository(w.ref.Context(), transport.PushScope)
	for _, d := range documents {
		if err := w.attach(ctx, to, d.subject, d.all); err != nil {
			return err
		}
	}
	return nil
}

// adoptPlatform reads what the image for a platform holds, for the SBOM. That it
// cannot be read costs the SBOM alone.
func (w *build) adoptPlatform(ctx context.Context, t *target, img v1.Image) error {
	raw, err := img.RawManifest()
	if err != nil {
		return registryError(ctx, "read", w.result.Reference, w.ref.Context().RegistryStr(), err)
	}
	mediaType, err := img.MediaType()
	if err != nil {
		return err
	}
	t.result = v1.Descriptor{MediaType: mediaType, Digest: bytesDigest(raw), Size: int64(len(raw))}
	t.built, err = baseimage.Read(ctx, img, baseimage.Options{Cache: w.cacheDir("base"), PythonExec: w.spec.PythonExec})
	if err != nil && ctx.Err() == nil {
		w.warn(StepReferrers, t.platform.String(), fmt.Sprintf("the image has no SBOM, since it cannot be read: %v", err))
		return nil
	}
	return context.Cause(ctx)
}
