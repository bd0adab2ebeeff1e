package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/internal/buildexec"
	"github.com/pratique-dev/pratique/internal/buildplan"
	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// dockerfileFlags are those of build that are for a Dockerfile.
type dockerfileFlags struct {
	file, target, network string
	args, secrets         []string
	noCache               bool
}

func (d *dockerfileFlags) register(f *pflag.FlagSet) {
	f.StringVar(&d.file, "dockerfile", "", "Dockerfile to build in place of an ImageSpec")
	f.StringArrayVar(&d.args, "build-arg", nil, "with --dockerfile: argument NAME=VALUE, or NAME for that of the environment; no secrets; may be repeated")
	f.StringArrayVar(&d.secrets, "secret", nil, "with --dockerfile: id=ID,src=FILE or id=ID,env=NAME, for RUN --mount=type=secret; may be repeated")
	f.StringVar(&d.target, "target", "", "with --dockerfile: stage to build")
	f.StringVar(&d.network, "network", "", "network of what a Dockerfile runs, host or none (default the builder's own)")
	f.BoolVar(&d.noCache, "no-cache", false, "with --dockerfile: do every step again")
}

// check refuses values that no builder knows.
func (d *dockerfileFlags) check() error {
	switch d.network {
	case "", "host", "none":
		return nil
	}
	return fmt.Errorf("--network %q is not host or none", d.network)
}

// dockerfileBuilt is what is said about an image that a Dockerfile built.
type dockerfileBuilt struct {
	Image     string   `json:"image"`
	Reference string   `json:"reference"`
	Digest    string   `json:"digest"`
	Platforms []string `json:"platforms,omitempty"`
	Executor  string   `json:"executor"`
}

// buildDockerfile has a Dockerfile built and pushed with the user's rights, also
// to the images that it begins from.
func (b *building) buildDockerfile(ctx context.Context, args []string) error {
	a := b.app
	r, err := b.dockerfileRequest(args)
	if err != nil {
		return err
	}
	if err := b.knownRegions(nil, imagebuild.Options{Image: b.tag}); err != nil {
		return err
	}
	found, err := buildexec.Find(ctx, buildexec.Options{Name: executorName(b.way), Getenv: a.getenv})
	if err != nil {
		return err
	}
	if b.way == imagebuild.WayBuildKit {
		found = withoutBuildah(found)
	}
	if len(found) == 0 {
		return errors.New("nothing here builds Dockerfiles: install buildah, or docker with buildx, or set BUILDKIT_HOST for buildctl")
	}
	builder, err := b.builder(ctx)
	if err != nil {
		return err
	}
	r.Keychain = builder.Keychain
	if b.createRepository {
		if err := b.ensureRepository(ctx, b.tag); err != nil {
			return err
		}
	}
	progress, err := a.buildProgress(b.progress, *b.output)
	if err != nil {
		return err
	}
	tell := func(line string) {
		progress.tell(imagebuild.Event{Step: imagebuild.StepExecute, Image: b.tag, Message: line})
	}
	tell("run the Dockerfile with " + found[0].Describe().String())
	result, err := found[0].Build(ctx, r, tell)
	progress.close()
	if err != nil {
		return b.help(ctx, fmt.Errorf("build %s: %w", b.tag, err))
	}
	ref, err := name.ParseReference(b.tag)
	if err != nil {
		return err
	}
	out := dockerfileBuilt{
		Image: b.tag, Reference: ref.Context().Digest(result.Digest).Name(), Digest: result.Digest, Platforms: b.platforms, Executor: found[0].Describe().Name,
	}
	if *b.output == outputJSON {
		return a.printJSON(out)
	}
	fmt.Fprintln(a.stderr, "built "+out.Image)
	a.printf("%s\n", out.Reference)
	return nil
}

// dockerfileRequest is what the flags ask for.
func (b *building) dockerfileRequest(args []string) (buildexec.Request, error) {
	d := &b.docker
	r := buildexec.Request{
		Dockerfile: d.file, Target: d.target, Platforms: b.platforms, Tags: []string{b.tag}, Network: d.network, NoCache: d.noCache,
		Context: b.contextDir,
	}
	switch {
	case len(args) > 1 || len(args) == 1 && b.contextDir != "":
		return r, errors.New("a Dockerfile has one directory of files, the argument or --context")
	case len(args) == 1:
		r.Context = args[0]
	case r.Context == "":
		r.Context = filepath.Dir(d.file)
	}
	if b.plan || b.explainTag || b.checkOnly || b.noPush || !b.push || b.layout != "" || b.way == imagebuild.WayLayers {
		return r, errors.New("a Dockerfile is run and its image pushed: --plan, --explain-tag, --check-only, --no-push, --output-layout and --builder layers are for an ImageSpec")
	}
	if info, err := os.Stat(r.Context); err != nil || !info.IsDir() {
		return r, errors.Join(fmt.Errorf("--context %s is not a directory", r.Context), err)
	}
	if !strings.Contains(b.tag, "/") {
		return r, errors.New("give the image's reference, HOST/NAME:TAG, with --tag")
	}
	for _, arg := range d.args {
		k, v, has := strings.Cut(arg, "=")
		if !has {
			v = b.app.getenv(k)
		}
		if k == "" {
			return r, fmt.Errorf("--build-arg %q names no argument", arg)
		}
		r.Args = append(r.Args, buildplan.Arg{Name: k, Value: v})
	}
	for _, text := range d.secrets {
		s, err := b.app.dockerfileSecret(text)
		if err != nil {
			return r, fmt.Errorf("--secret %w", err)
		}
		r.Secrets = append(r.Secrets, s)
	}
	text, err := os.ReadFile(d.file)
	if err != nil {
		return r, fmt.Errorf("read the Dockerfile: %w", err)
	}
	r.Images = buildexec.Images(text, r.Args)
	return r, nil
}

// dockerfileSecret reads id=ID,src=FILE or id=ID,env=NAME. The text is a path
// or a name, never the secret.
func (a *app) dockerfileSecret(text string) (buildplan.Secret, error) {
	var s buildplan.Secret
	for part := range strings.SplitSeq(text, ",") {
		k, v, ok := strings.Cut(part, "=")
		switch {
		case ok && k == "id":
			s.ID = v
		case ok && (k == "src" || k == "source"):
			s.Source = v
		case ok && k == "env":
			if s.Data = []byte(a.getenv(v)); len(s.Data) == 0 {
				return s, fmt.Errorf("%q: the environment has no %s", text, v)
			}
		case ok && k == "type" && (v == "file" || v == "env"):
		default:
			return s, fmt.Errorf("%q: %q is not id, src or env", text, part)
		}
	}
	if s.ID == "" || (s.Source == "") == (s.Data == nil) {
		return s, fmt.Errorf("%q is not id=ID with src=FILE or env=NAME", text)
	}
	return s, nil
}

// executorName is the executor that --builder asks for by name.
func executorName(way string) string {
	if way == imagebuild.WayBuildah {
		return buildexec.Buildah
	}
	return ""
}

func withoutBuildah(found []buildexec.Executor) []buildexec.Executor {
	var rest []buildexec.Executor
	for _, e := range found {
		if e.Describe().Name != buildexec.Buildah {
			rest = append(rest, e)
		}
	}
	return rest
}

// ensureRepository creates the repository of an image, which may exist.
func (b *building) ensureRepository(ctx context.Context, image string) error {
	ref, err := name.ParseReference(image)
	if err != nil {
		return err
	}
	err = b.app.createRepositoryFor(ctx, &b.aws, ref.Context())
	var exists *types.RepositoryAlreadyExistsException
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create repository %s: %w", ref.Context().Name(), err)
	}
	return nil
}
