package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/imagebuild"
	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/pylock"
)

// building is one run of build.
type building struct {
	app  *app
	aws  awsFlags
	spec *imagespec.Spec

	plan, explainTag, checkOnly bool
	noPush, push, force         bool
	compat, tag, contextDir     string
	flytekit                    string
	noFlytekit                  bool
	defaultBase                 string
	platforms                   []string
	layout, cacheDir, uv        string
	way, compression            string
	layers                      int
	createRepository            bool
	progress                    string
	docker                      dockerfileFlags
	onServer, detach            bool
	output                      *output
}

func (a *app) build() *cobra.Command {
	b := &building{app: a}
	cmd := &cobra.Command{
		Use:   "build <imagespec.yaml|module.py[:name]>",
		Short: "Build the image of an ImageSpec, push it, and print its digest",
		Long: `Build makes the image that an ImageSpec of Flyte or Union describes, under the tag
that flytekit gives it, and pushes it. The specification is YAML, JSON, or the
ImageSpec(...) call of a Python file, which is read and not run.

Base image, Python packages, files, environment and entrypoint become layers
without anything being executed: no Docker, no daemon, no root. Packages are
resolved by uv, or taken as they are where they are pinned or locked. What has to
run inside of the image, such as apt_packages, commands and conda_packages, is
built with BuildKit or buildah instead; --plan says which way and why.

Whether the image exists is asked first, and "no", "you may not" and "the registry
is broken" are three different answers. Only layers that the registry lacks are
uploaded, and the tag is set last. Lock file, provenance and SBOM are attached.

With --dockerfile it has that built by BuildKit or buildah instead, and pushes the
image that --tag names. Private images that it begins from are pulled with the same
credentials, which are not in the image, its history or the list of processes.

Credentials for registries are those of docker and podman, with their helpers, and
for Amazon ECR and Pratique also the AWS credentials at hand.

The exit status is 0 if the image is there, with --check-only 3 if it is not, and
1 for errors. docs/build.md has the rest.`,
		Example: `  pratique build imagespec.yaml
  pratique build workflow.py:image_spec --plan
  pratique build workflow.py --explain-tag
  pratique build imagespec.yaml --no-push --output-layout ./image
  pratique build --dockerfile Dockerfile . --tag 222222222222.dkr.ecr.us-east-1.amazonaws.com/app:v1
  IMAGE=$(pratique build imagespec.yaml)`,
		Args: cobra.MaximumNArgs(2),
	}
	f := cmd.Flags()
	b.aws.register(f, false)
	f.BoolVar(&b.plan, "plan", false, "say how the image would be built and why, and build nothing")
	f.BoolVar(&b.explainTag, "explain-tag", false, "show what the tag is the hash of; with a second specification, why their tags differ")
	f.BoolVar(&b.checkOnly, "check-only", false, "say whether the image exists: status 0 if it does, 3 if not, 1 if that is not known")
	f.BoolVar(&b.push, "push", true, "push the image")
	f.BoolVar(&b.noPush, "no-push", false, "do not push the image; it goes to --output-layout")
	f.StringVar(&b.layout, "output-layout", "", "directory of an OCI image layout to write the image to")
	f.BoolVar(&b.force, "force", false, "build although the image exists")
	f.StringVar(&b.tag, "tag", "", "tag in place of the specification's, or a whole reference HOST/NAME[:TAG]")
	f.StringVar(&b.compat, "flytekit-compat", "", "version of flytekit whose tag the image gets (default the newest)")
	f.StringVar(&b.flytekit, "flytekit-version", "", "version of flytekit to install (default the base image's, or else the newest)")
	f.BoolVar(&b.noFlytekit, "no-flytekit", false, "do not add flytekit to the packages")
	f.StringVar(&b.defaultBase, "default-base", "", "base image of specifications without one (default "+imagebuild.DefaultBase+")")
	f.StringSliceVar(&b.platforms, "platform", nil, "platforms to build for in place of the specification's; may be repeated")
	f.StringVar(&b.contextDir, "context", "", "directory that relative paths start from (default that of the file)")
	f.StringVar(&b.cacheDir, "cache-dir", "", "directory of what is kept between builds (default $XDG_CACHE_HOME/pratique/build)")
	f.StringVar(&b.uv, "uv", "", "uv program to resolve packages with (default the one in PATH)")
	f.StringVar(&b.way, "builder", imagebuild.WayAuto, "how to build: auto, layers, buildkit or buildah")
	f.StringVar(&b.compression, "compression", layer.Gzip.String(), "of new layers: gzip or zstd")
	f.IntVar(&b.layers, "layers", 0, "most layers that packages may take")
	f.BoolVar(&b.createRepository, "create-repository", false, "create the repository if pushing does not, with ecr:CreateRepository")
	f.StringVar(&b.progress, "progress", "auto", "auto, plain or json, on standard error")
	f.BoolVar(&b.onServer, "remote", false, "have the server's build service build it, with the rights in registries that the AWS credentials have")
	f.BoolVar(&b.detach, "detach", false, "with --remote, print the id of the build and do not wait for it")
	b.docker.register(f)
	b.output = outputFlag(cmd)
	cmd.MarkFlagsMutuallyExclusive("plan", "explain-tag", "check-only")
	cmd.MarkFlagsMutuallyExclusive("flytekit-version", "no-flytekit")
	cmd.MarkFlagsMutuallyExclusive("push", "no-push")
	for _, other := range []string{"plan", "explain-tag", "check-only", "dockerfile"} {
		cmd.MarkFlagsMutuallyExclusive("remote", other)
	}
	cmd.RunE = b.run
	return cmd
}

func (b *building) run(cmd *cobra.Command, args []string) error {
	a := b.app
	if err := b.docker.check(); err != nil {
		return err
	}
	switch {
	case b.docker.file != "":
		return b.buildDockerfile(cmd.Context(), args)
	case len(args) == 0:
		return errors.New("give the file of an ImageSpec, or --dockerfile")
	}
	compat, err := imagespec.ParseCompat(b.compat)
	if err != nil {
		return fmt.Errorf("--flytekit-compat: %w", err)
	}
	if b.spec, err = b.open(args[0]); err != nil {
		return err
	}
	if len(args) == 2 && !b.explainTag {
		return errors.New("a second specification is for --explain-tag alone")
	}
	if b.explainTag {
		return b.explain(args, compat)
	}
	o, err := b.options(compat)
	if err != nil {
		return err
	}
	if err := b.knownRegions(b.spec, o); err != nil {
		return err
	}
	switch {
	case b.onServer:
		return b.remote(cmd.Context(), o)
	case b.detach:
		return errors.New("--detach is for builds with --remote")
	}
	builder, err := b.builder(cmd.Context())
	if err != nil {
		return err
	}
	switch {
	case b.checkOnly:
		return b.check(cmd.Context(), builder, o)
	case b.plan:
		return b.showPlan(cmd.Context(), builder, o)
	}
	progress, err := a.buildProgress(b.progress, *b.output)
	if err != nil {
		return err
	}
	builder.Progress = progress.tell
	result, err := builder.Build(cmd.Context(), b.spec, o)
	progress.close()
	if err != nil {
		return b.help(cmd.Context(), err)
	}
	if *b.output == outputJSON {
		return a.printJSON(result)
	}
	fmt.Fprintln(a.stderr, resultText(result))
	a.printf("%s\n", cmp.Or(result.Reference, result.Digest))
	return nil
}

// open reads a specification.
func (b *building) open(ref string) (*imagespec.Spec, error) {
	spec, err := imagespec.Open(ref)
	if err != nil {
		return nil, err
	}
	if b.contextDir != "" {
		info, err := os.Stat(b.contextDir)
		if err != nil {
			return nil, fmt.Errorf("--context: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("--context %s is not a directory", b.contextDir)
		}
		spec.In(b.contextDir)
	}
	return spec, nil
}

// options are those of the flags.
func (b *building) options(compat imagespec.Compat) (imagebuild.Options, error) {
	o := imagebuild.Options{
		Compat: compat, Platforms: b.platforms, Push: b.push && !b.noPush, Layout: b.layout, Force: b.force,
		DefaultBase: b.defaultBase, AddFlytekit: !b.noFlytekit, Way: b.way, Layers: b.layers,
		Network: b.docker.network,
	}
	var err error
	if o.Compression, err = layer.ParseCompression(b.compression); err != nil {
		return o, fmt.Errorf("--compression: %w", err)
	}
	switch b.way {
	case imagebuild.WayAuto, imagebuild.WayLayers, imagebuild.WayBuildKit, imagebuild.WayBuildah:
	default:
		return o, fmt.Errorf("--builder %q is not auto, layers, buildkit or buildah", b.way)
	}
	switch {
	case b.layers < 0:
		return o, fmt.Errorf("--layers %d is less than one", b.layers)
	case !o.Push && o.Layout == "" && !b.plan && !b.checkOnly:
		return o, errors.New("with --no-push, say with --output-layout where the image goes")
	}
	if b.flytekit != "" {
		o.Flytekit = "flytekit==" + b.flytekit
	}
	switch {
	case strings.Contains(b.tag, "/"):
		o.Image = b.tag
	case b.tag != "":
		o.Image = b.spec.Repository() + ":" + b.tag
	}
	if b.createRepository {
		o.CreateRepository = func(ctx context.Context, repo name.Repository) error {
			return b.app.createRepositoryFor(ctx, &b.aws, repo)
		}
	}
	return o, nil
}

// knownRegions refuses hosts in regions that AWS does not have, before anything
// is asked of them.
func (b *building) knownRegions(spec *imagespec.Spec, o imagebuild.Options) error {
	check := func(field, ref string) error {
		host, _, _ := strings.Cut(ref, "/")
		reg, ok := endpoint.ParseRegistry(host)
		if !ok {
			return nil
		}
		if err := knownRegion(reg, host); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		return nil
	}
	if o.Image != "" {
		if err := check("--tag", o.Image); err != nil {
			return err
		}
	}
	for s := spec; s != nil; s = s.Base {
		if err := errors.Join(check("ImageSpec field registry", s.Registry), check("ImageSpec field base_image", s.BaseImage)); err != nil {
			return err
		}
	}
	return nil
}

// builder is the builder with what this machine has.
func (b *building) builder(ctx context.Context) (*imagebuild.Builder, error) {
	a := b.app
	cache := b.cacheDir
	if cache == "" {
		dir := a.getenv("XDG_CACHE_HOME")
		if dir == "" {
			var err error
			if dir, err = os.UserCacheDir(); err != nil {
				return nil, fmt.Errorf("find a directory for the cache: %w; give one with --cache-dir", err)
			}
		}
		cache = filepath.Join(dir, "pratique", "build")
	}
	created, err := sourceDate(a.getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext: dialLocalhost(nil), Proxy: proxy, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 15 * time.Second,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
	}
	uv := map[string]string{}
	if path, err := exec.LookPath(cmp.Or(b.uv, a.getenv("PRATIQUE_UV"), "uv")); err == nil && runtime.GOOS == "linux" {
		uv["linux/"+runtime.GOARCH] = path
	}
	return &imagebuild.Builder{
		Cache:     cache,
		Keychain:  a.newKeychain(&b.aws, transport),
		Transport: transport,
		Resolver:  &pylock.Resolver{UV: b.uv, Cache: filepath.Join(cache, "wheels"), HTTP: &http.Client{Transport: transport}},
		UV:        uv,
		CABundle:  a.getenv("SSL_CERT_FILE"),
		Created:   created,
		Version:   readVersion().Version,
	}, nil
}

// sourceDate reads SOURCE_DATE_EPOCH:
// https://reproducible-builds.org/specs/source-date-epoch/.
func sourceDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q is not a number of seconds", s)
	}
	return time.Unix(n, 0).UTC(), nil
}

// check says whether the image exists.
func (b *building) check(ctx context.Context, builder *imagebuild.Builder, o imagebuild.Options) error {
	a := b.app
	image, err := o.Reference(b.spec)
	if err != nil {
		return err
	}
	there, digest, err := builder.Exists(ctx, image)
	if err != nil {
		return err
	}
	if *b.output == outputJSON {
		v := struct {
			Image  string               `json:"image"`
			Exists imagebuild.Existence `json:"existence"`
			Digest string               `json:"digest,omitempty"`
		}{image, there, ""}
		if there == imagebuild.Present {
			v.Digest = digest.String()
		}
		if err := a.printJSON(v); err != nil {
			return err
		}
	} else {
		a.printf("%s is %s\n", image, there)
	}
	if there == imagebuild.Absent {
		return &exitError{notAllowed}
	}
	return nil
}

// showPlan says how the image would be built.
func (b *building) showPlan(ctx context.Context, builder *imagebuild.Builder, o imagebuild.Options) error {
	a := b.app
	image, err := o.Reference(b.spec)
	if err != nil {
		return err
	}
	plan, planErr := builder.Plan(ctx, b.spec, o)
	if plan == nil {
		return b.help(ctx, planErr)
	}
	if *b.output == outputJSON {
		return errors.Join(a.printJSON(plan), planErr)
	}
	a.printf("%s\n", a.paint.bold(image))
	a.printf("%s", plan.Text())
	return planErr
}

// help says what to do about an error where that depends on this command.
func (b *building) help(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return errors.New("interrupted; nothing was tagged")
	}
	var refused *imagebuild.RegistryError
	if errors.As(err, &refused) && refused.Reason == imagebuild.NoRepository {
		return fmt.Errorf(`%w
Pushing to it creates it where the registry has a creation template for its name ("aws ecr create-repository-creation-template --applied-for CREATE_ON_PUSH --prefix ROOT"); or run again with --create-repository`, err)
	}
	return err
}

// resultText says in a line what was done.
func resultText(r *imagebuild.Result) string {
	if r.Existed {
		return r.Image + " exists"
	}
	var count [4]int
	for _, l := range r.Layers {
		switch l.Outcome {
		case imagebuild.Uploaded:
			count[0]++
		case imagebuild.Mounted:
			count[1]++
		case imagebuild.Exists:
			count[2]++
		default:
			count[3]++
		}
	}
	var parts []string
	for i, text := range []string{"uploaded (" + bytesText(r.Uploaded) + ")", "mounted (" + bytesText(r.Mounted) + ")", "there already", "written"} {
		if count[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[i], text))
		}
	}
	text := "built " + r.Image
	if len(parts) > 0 {
		text += ": blobs " + strings.Join(parts, ", ")
	}
	return text
}
