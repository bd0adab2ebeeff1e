package imagebuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/buildplan"
)

// build is one image in the making.
type build struct {
	*Builder
	spec    *imagespec.Spec
	options Options
	ref     name.Reference // by tag; nil for an image without a registry
	result  *Result
	telling *sync.Mutex // of Progress and result.Warnings

	base    *origin
	targets []*target
	spool   *spool // of a base in another registry than the image
	plan    *buildplan.Plan
	// executor runs the plan's Dockerfile.
	executor buildexec.Executor
}

// Build makes the image of a specification, or finds that it exists. The tag is
// set last, when everything else is in place: a build that fails or is cancelled
// leaves no image behind that could be taken for a finished one.
//
// Errors are *[RegistryError] of registries, [imagespec.Error] of fields, and
// those of the steps, which name what they were about.
func (b *Builder) Build(ctx context.Context, spec *imagespec.Spec, o Options) (*Result, error) {
	w, err := b.begin(spec, o)
	if err != nil {
		return nil, err
	}
	return w.run(ctx)
}

// Plan says how the image would be built, and why. It reads the base image and
// resolves the packages, since both have a say; a base that is a specification
// itself and has not been built is left out of account.
func (b *Builder) Plan(ctx context.Context, spec *imagespec.Spec, o Options) (*buildplan.Plan, error) {
	w, err := b.begin(spec, o)
	if err != nil {
		return nil, err
	}
	if spec.Base != nil {
		w.base, err = w.nestedOrigin(ctx)
	} else {
		w.base, err = w.namedOrigin(ctx)
	}
	if err != nil {
		return nil, err
	}
	err = w.prepare(ctx)
	if err == nil && w.plan.Path == buildplan.Dockerfile && !w.base.unknown {
		recipe, err := w.recipe()
		if err != nil {
			return nil, err
		}
		w.plan.Dockerfile = recipe.Text
	}
	return w.plan, err
}

// begin checks what can be checked without a registry.
func (b *Builder) begin(spec *imagespec.Spec, o Options) (*build, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	image, err := o.Reference(spec)
	if err != nil {
		return nil, err
	}
	w := &build{Builder: b, spec: spec, options: o, telling: new(sync.Mutex), result: &Result{Image: image, Layout: o.Layout}}
	w.result.Tag = image[strings.LastIndexByte(image, ':')+1:]
	ref, err := parseReference(image)
	switch {
	case err == nil:
		w.ref = ref
	case o.Push && spec.Registry == "" && o.Image == "":
		return nil, errors.New("ImageSpec field registry: it is not set, so there is nowhere to push the image to")
	case o.Push:
		return nil, err
	}
	if len(o.Platforms) == 0 {
		w.options.Platforms = spec.Platforms()
	}
	for _, p := range w.options.Platforms {
		platform, err := parsePlatform(p)
		if err != nil {
			return nil, fmt.Errorf("ImageSpec field platform: %w", err)
		}
		if slices.ContainsFunc(w.targets, func(t *target) bool { return t.platform.String() == platform.String() }) {
			return nil, fmt.Errorf("ImageSpec field platform: %s is named twice", p)
		}
		w.targets = append(w.targets, &target{platform: platform})
	}
	return w, nil
}

// Reference is the reference by tag of the image of a specification.
func (o Options) Reference(spec *imagespec.Spec) (string, error) {
	if strings.Contains(o.Image[strings.LastIndexByte(o.Image, '/')+1:], ":") {
		return o.Image, nil
	}
	tag, err := spec.Tag(o.Compat)
	if err != nil {
		return "", err
	}
	return cmp.Or(o.Image, spec.Repository()) + ":" + tag, nil
}

func (w *build) run(ctx context.Context) (*Result, error) {
	if w.options.Push && !w.options.Force && w.options.Layout == "" {
		w.say(StepCheck, "", "look for "+w.result.Image)
		there, digest, err := w.Exists(ctx, w.result.Image)
		if err != nil {
			return nil, err
		}
		if there == Present {
			w.result.Existed = true
			w.refer(digest)
			w.tell(Event{Step: StepCheck, ID: digest.String(), Outcome: Exists, Message: "it exists"})
			return w.result, nil
		}
	}
	var err error
	if w.spec.Base != nil {
		err = w.buildBase(ctx)
	} else {
		w.base, err = w.namedOrigin(ctx)
	}
	if err != nil {
		return nil, err
	}
	if from := w.base.repo; from != nil && w.options.Push && from.RegistryStr() != w.ref.Context().RegistryStr() {
		if w.spool, err = w.newSpool(); err != nil {
			return nil, err
		}
		defer w.spool.remove()
	}
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	w.result.Path = string(w.plan.Path)
	if w.plan.Path == buildplan.Dockerfile {
		err = w.execute(ctx)
	} else {
		err = w.compose(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := w.layerCache().Prune(ctx, maxCache); err != nil && ctx.Err() == nil {
		w.warn(StepTag, "", fmt.Sprintf("make room in the cache: %v", err))
	}
	return w.result, nil
}

// maxCache is how many bytes of layers are kept for later builds.
const maxCache = 20 << 30

// refer sets the reference by digest.
func (w *build) refer(digest v1.Hash) {
	w.result.Digest = digest.String()
	if w.ref != nil {
		w.result.Reference = w.ref.Context().Name() + "@" + digest.String()
	}
}

// buildBase builds the specification that this one is based on.
func (w *build) buildBase(ctx context.Context) error {
	o := w.options
	o.Image, o.Layout, o.Force = "", "", false
	nested, err := w.Builder.begin(w.spec.Base, o)
	if err != nil {
		return fmt.Errorf("ImageSpec field base_image: %w", err)
	}
	nested.telling = w.telling
	result, err := nested.run(ctx)
	if err != nil {
		return fmt.Errorf("ImageSpec field base_image: build %s: %w", nested.result.Image, err)
	}
	w.result.Base = result
	w.result.Warnings = append(w.result.Warnings, result.Warnings...)
	if w.options.Push {
		w.base, err = w.registryOrigin(ctx, result.Image, result.Digest)
		return err
	}
	w.base = &origin{name: result.Image, images: map[string]v1.Image{}}
	for _, t := range nested.targets {
		w.base.images[t.platform.String()] = t.made
	}
	return nil
}

// prepare finds out how to build: it reads the base image for each platform,
// resolves the packages and makes the plan. What can be known without the base
// comes first, so that a build which cannot be done stops before it costs time.
func (w *build) prepare(ctx context.Context) error {
	facts := buildplan.Facts{Base: buildplan.Base{Image: w.base.pinned()}, Insist: w.insist()}
	if err := w.decide(ctx, &facts); err != nil {
		return err
	}
	if !w.base.unknown {
		for _, t := range w.targets {
			if err := w.readBase(ctx, t); err != nil {
				return err
			}
		}
		facts.Base = w.targets[0].facts(w.base)
		if err := w.decide(ctx, &facts); err != nil {
			return err
		}
		for _, t := range w.targets {
			missing, err := w.resolve(ctx, t)
			if err != nil {
				return err
			}
			facts.SourceOnly = append(facts.SourceOnly, missing...)
		}
		if len(facts.SourceOnly) > 0 {
			if err := w.decide(ctx, &facts); err != nil {
				return err
			}
		}
	}
	w.plan.Platforms = slices.Clone(w.options.Platforms)
	w.say(StepPlan, "", planMessage(w.plan))
	return nil
}

// decide makes the plan of what is known, and finds what runs a Dockerfile if
// that is the plan.
func (w *build) decide(ctx context.Context, facts *buildplan.Facts) error {
	plan, err := buildplan.New(w.spec, *facts)
	if err != nil && !errors.Is(err, buildplan.ErrNoExecutor) {
		return err
	}
	w.plan = plan
	if plan.Path != buildplan.Dockerfile || err == nil {
		return nil
	}
	if w.executor == nil {
		executors, err := w.findExecutors(ctx)
		if err != nil {
			return err
		}
		for _, e := range executors {
			facts.Executors = append(facts.Executors, e.Describe())
		}
		if len(executors) > 0 {
			w.executor = executors[0]
		}
	}
	w.plan, err = buildplan.New(w.spec, *facts)
	return err
}

// planMessage says in a line how it is built.
func planMessage(p *buildplan.Plan) string {
	if p.Path == buildplan.Layers {
		return "layers on top of " + p.Base + "; nothing has to run"
	}
	s := "a Dockerfile"
	if p.Executor != nil {
		s += " with " + p.Executor.String()
	}
	if len(p.Reasons) > 0 {
		s += ", because of " + p.Reasons[0].String()
	}
	if n := len(p.Reasons) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

// Ways to build, see [Options.Way].
const (
	WayAuto     = "auto"
	WayLayers   = "layers"
	WayBuildKit = "buildkit"
	WayBuildah  = "buildah"
)

func (w *build) insist() buildplan.Path {
	switch w.options.Way {
	case WayLayers:
		return buildplan.Layers
	case WayBuildKit, WayBuildah:
		return buildplan.Dockerfile
	}
	return ""
}

// findExecutors lists the programs that may run the Dockerfile.
func (w *build) findExecutors(ctx context.Context) ([]buildexec.Executor, error) {
	find := w.FindExecutors
	if find == nil {
		find = buildexec.Find
	}
	o := buildexec.Options{}
	if w.options.Way == WayBuildah {
		o.Name = "buildah"
	}
	found, err := find(ctx, o)
	if err != nil {
		return nil, err
	}
	if w.options.Way == WayBuildKit {
		found = slices.DeleteFunc(found, func(e buildexec.Executor) bool { return e.Describe().Name == "buildah" })
	}
	return found, nil
}

// compose makes the image of layers, and pushes or writes it.
func (w *build) compose(ctx context.Context) error {
	for _, t := range w.targets {
		if err := w.layers(ctx, t); err != nil {
			return err
		}
		if err := w.assemble(t); err != nil {
			return err
		}
		w.result.Platforms = append(w.result.Platforms, t.describe(w.base))
	}
	set, err := w.collect()
	if err != nil {
		return err
	}
	w.refer(set.digest)
	documents, err := w.documents(set)
	if err != nil {
		return err
	}
	if w.options.Layout != "" {
		if err := w.writeLayout(set, documents); err != nil {
			return err
		}
	}
	if w.options.Push {
		if err := w.push(ctx, set, documents); err != nil {
			return err
		}
	}
	w.account(set.blobs)
	return nil
}

// push uploads everything, and the tag last.
func (w *build) push(ctx context.Context, set *set, documents []documentSet) error {
	to := w.repository(w.ref.Context(), transport.PushScope)
	if err := w.pushBlobs(ctx, to, set.blobs); err != nil {
		return err
	}
	for _, m := range set.manifests {
		if err := w.putManifest(ctx, to, m.digest.String(), m); err != nil {
			return err
		}
	}
	for _, d := range documents {
		if err := w.attach(ctx, to, d.subject, d.all); err != nil {
			return err
		}
	}
	top := set.manifests[len(set.manifests)-1]
	err := w.putManifest(ctx, to, w.ref.Identifier(), top)
	if isReason(err, Refused) { // as a tag that cannot be moved is, to the image that it names too
		if there, ferr := to.find(ctx, w.ref.Identifier()); ferr == nil && there != nil && there.Digest == top.digest {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	w.tell(Event{Step: StepTag, ID: top.digest.String(), Name: w.ref.Identifier(), Outcome: Uploaded})
	return nil
}

func (w *build) putManifest(ctx context.Context, to *repository, ref string, m manifest) error {
	err := to.put(ctx, ref, m.mediaType, m.raw)
	return registryError(ctx, "push the manifest to", to.Name(), to.RegistryStr(), err)
}

// account sums up what became of the blobs.
func (w *build) account(blobs []*blob) {
	for _, l := range blobs {
		digest, _ := l.Digest() // known since it was assembled
		size, _ := l.Size()
		outcome := cmp.Or(l.outcome, Written)
		w.result.Layers = append(w.result.Layers, Layer{Digest: digest.String(), Size: size, Title: l.title, Outcome: outcome, Uploaded: l.uploaded})
		switch outcome {
		case Uploaded:
			w.result.Uploaded += l.uploaded
		case Mounted:
			w.result.Mounted += size
		case Exists:
			w.result.Skipped += size
		}
	}
}

// labels are those of an image for a platform.
func (w *build) labels(t *target) map[string]string {
	labels := map[string]string{labelTag: w.result.Tag, labelBase: t.digest.String()}
	if t.lockBytes != nil {
		labels[labelLock] = bytesDigest(t.lockBytes).String()
	}
	return labels
}

// annotations are those of an image for a platform.
func (w *build) annotations(t *target) map[string]string {
	return map[string]string{annotationBaseName: w.base.name, annotationBaseDigest: t.digest.String()}
}
