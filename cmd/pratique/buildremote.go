package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// remote has the server's build service build the image, shows its log, and prints the reference.
func (b *building) remote(ctx context.Context, o imagebuild.Options) error {
	in, files, err := b.remoteRequest(o)
	if err != nil {
		return err
	}
	image, ok := endpoint.ParseImage(*in.Image)
	if !ok {
		return fmt.Errorf("--remote: %s is not in a registry of a Pratique server, <account>.dkr.ecr.<region>.<domain>/<name>", *in.Image)
	}
	cfg, err := b.app.awsConfig(ctx, &b.aws, b.aws.profile, image.Registry)
	if err != nil {
		return err
	}
	cfg.Region = image.Region
	r := &remoteBuild{app: b.app, cfg: cfg, quiet: b.progress == "json" || *b.output == outputJSON}
	if err := r.start(ctx, in, files); err != nil {
		return err
	}
	if b.detach {
		return r.print(*b.output)
	}
	if err := r.follow(ctx); err != nil {
		return r.leave(ctx, err)
	}
	return r.print(*b.output)
}

// remoteRequest makes what is sent of the specification, and the list of its files.
func (b *building) remoteRequest(o imagebuild.Options) (*pratique.StartBuildInput, map[string]string, error) {
	switch {
	case !o.Push || o.Layout != "":
		return nil, nil, errors.New("--remote: the server's builders push images, and write them nowhere else")
	case o.CreateRepository != nil:
		return nil, nil, errors.New("--remote: a builder may use registries as you, and not their APIs: leave out --create-repository, and let a creation template make the repository")
	case b.way == imagebuild.WayBuildKit || b.way == imagebuild.WayBuildah:
		return nil, nil, fmt.Errorf("--remote: whether a builder uses %s is up to the server", b.way)
	case b.cacheDir != "" || b.uv != "":
		return nil, nil, errors.New("--remote: --cache-dir and --uv are for builds on this machine")
	}
	if err := b.spec.Validate(); err != nil {
		return nil, nil, err
	}
	image, err := o.Reference(b.spec)
	if err != nil {
		return nil, nil, err
	}
	files, err := contextFiles(b.spec)
	if err != nil {
		return nil, nil, fmt.Errorf("--remote: %w", err)
	}
	spec, err := b.spec.MarshalJSON()
	if err != nil {
		return nil, nil, err
	}
	options, err := json.Marshal(remoteOptions{
		Compat: b.compat, Platforms: b.platforms, Force: b.force, DefaultBase: b.defaultBase, Flytekit: b.flytekit, NoFlytekit: b.noFlytekit,
		Way: strings.TrimPrefix(b.way, imagebuild.WayAuto), Compression: b.compression, Layers: b.layers,
	})
	if err != nil {
		return nil, nil, err
	}
	return &pratique.StartBuildInput{Image: &image, Spec: new(string(spec)), Options: new(string(options))}, files, nil
}

// contextFiles are the files that a specification needs, by their paths below its directory, with slashes: where a builder
// looks for them.
func contextFiles(spec *imagespec.Spec) (map[string]string, error) {
	files := map[string]string{}
	for s := spec; s != nil; s = s.Base {
		if len(s.PipSecretMounts) > 0 {
			return nil, errors.New("ImageSpec field pip_secret_mounts: secrets of this machine are not sent to a builder")
		}
		add := func(field, name string) error {
			rel, err := filepath.Rel(filepath.Join(s.Dir, "."), name)
			if err != nil || !filepath.IsLocal(rel) {
				return fmt.Errorf("ImageSpec field %s: %s is not below the directory of the specification; --context names another one", field, name)
			}
			files[filepath.ToSlash(rel)] = name
			return nil
		}
		listed, err := s.Files()
		if err != nil {
			return nil, err
		}
		for _, f := range listed {
			if f.Source == "" {
				continue
			}
			if err := add(f.Field, f.Source); err != nil {
				return nil, err
			}
		}
		required, err := requirementFiles(s)
		if err != nil {
			return nil, err
		}
		for _, name := range required {
			if err := add("requirements", name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// requirementFiles are the requirements file of a specification, and what is read along with it.
func requirementFiles(s *imagespec.Spec) ([]string, error) {
	name, err := s.RequirementsFile()
	if err != nil || name == "" {
		return nil, err
	}
	names := []string{name}
	switch filepath.Base(name) {
	case "pyproject.toml", "uv.lock", "poetry.lock":
		for _, beside := range []string{"pyproject.toml", "uv.lock", "poetry.lock"} {
			beside = filepath.Join(filepath.Dir(name), beside)
			if _, err := os.Stat(beside); err == nil && beside != name {
				names = append(names, beside)
			}
		}
		return names, nil
	}
	if filepath.Ext(name) == ".toml" {
		return names, nil
	}
	for i := 0; i < len(names); i++ {
		if len(names) > maxRequirementFiles {
			return nil, fmt.Errorf("ImageSpec field requirements: it names more than %d files", maxRequirementFiles)
		}
		included, err := includedFiles(names[i])
		if err != nil {
			return nil, fmt.Errorf("ImageSpec field requirements: %w", err)
		}
		for _, n := range included {
			known := false
			for _, have := range names {
				known = known || have == n
			}
			if !known {
				names = append(names, n)
			}
		}
	}
	return names, nil
}

const maxRequirementFiles = 1000

// includedFiles are the local files that a file in pip's format names: other such files, and wheels.
func includedFiles(name string) ([]string, error) {
	if strings.HasSuffix(name, ".whl") {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var files []string
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '=' })
		if len(words) == 0 {
			continue
		}
		file := ""
		switch first := words[0]; {
		case len(words) > 1 && (first == "-r" || first == "-c" || first == "--requirement" || first == "--constraint"):
			file = words[1]
		case strings.HasPrefix(first, "-r") || strings.HasPrefix(first, "-c"):
			file = first[2:]
		case strings.HasSuffix(first, ".whl"):
			file = strings.TrimPrefix(first, "file:")
		}
		if file == "" || strings.Contains(file, "://") {
			continue
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(name), filepath.FromSlash(file))
		}
		files = append(files, file)
	}
	return files, nil
}

// remoteBuild is a build of the server's, seen from here.
type remoteBuild struct {
	app    *app
	cfg    aws.Config
	quiet  bool // its log is not shown
	joined bool
	build  *pratique.Build
	after  int64 // the last line of the log that is known
	waits  string
}

// start starts the build and brings its files.
func (r *remoteBuild) start(ctx context.Context, in *pratique.StartBuildInput, files map[string]string) error {
	var packed *os.File
	if len(files) > 0 {
		var err error
		if packed, err = os.CreateTemp("", "pratique-context-*.tar.gz"); err != nil {
			return fmt.Errorf("pack the files: %w", err)
		}
		defer os.Remove(packed.Name())
		defer packed.Close()
		sum := sha256.New()
		if err := build.PackContext(io.MultiWriter(packed, sum), files); err != nil {
			return err
		}
		size, err := packed.Seek(0, io.SeekEnd)
		if err != nil {
			return fmt.Errorf("pack the files: %w", err)
		}
		in.ContextSize, in.ContextDigest = &size, new("sha256:"+hex.EncodeToString(sum.Sum(nil)))
	}
	out, err := access.Call(ctx, r.cfg, pratique.StartBuild, in, r.app.now())
	if errors.Is(err, access.ErrNotPratique) {
		return fmt.Errorf("%w: --remote needs a server with a build service", err)
	}
	if err != nil {
		return err
	}
	r.build, r.joined = out.Build, aws.ToBool(out.Joined)
	r.note("build %s%s", *r.build.BuildId, map[bool]string{true: " runs already", false: " is queued"}[r.joined])
	if path := aws.ToString(out.UploadPath); path != "" && packed != nil {
		if err := r.upload(ctx, path, packed, *in.ContextSize); err != nil {
			return r.leave(ctx, err)
		}
	}
	return nil
}

// note says something on standard error.
func (r *remoteBuild) note(format string, args ...any) {
	if !r.quiet {
		fmt.Fprintf(r.app.stderr, format+"\n", args...)
	}
}

// upload brings the files of the build.
func (r *remoteBuild) upload(ctx context.Context, path string, packed *os.File, size int64) error {
	r.note("upload %s of files", bytesText(size))
	if _, err := packed.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("upload the files: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, strings.TrimSuffix(*r.cfg.BaseEndpoint, "/")+path, io.NopCloser(packed))
	if err != nil {
		return fmt.Errorf("upload the files: %w", withoutPath(err))
	}
	req.ContentLength = size
	resp, err := r.cfg.HTTPClient.Do(req)
	if err != nil {
		return fmt.Errorf("upload the files: %w", withoutPath(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	var answer struct{ Message string }
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if json.Unmarshal(text, &answer) != nil || answer.Message == "" {
		answer.Message = "the server answers " + resp.Status
	}
	return fmt.Errorf("upload the files: %s", answer.Message)
}

// followWait is how long, in seconds, the server lets a request wait for news of a build.
const followWait = 20

// patience is how long a server that does not answer is asked again.
const followPatience = time.Minute

// follow shows the log of the build until it has ended.
func (r *remoteBuild) follow(ctx context.Context) error {
	in := &pratique.GetBuildLogsInput{BuildId: r.build.BuildId, After: &r.after}
	heard := time.Now()
	for {
		out, err := access.Call(ctx, r.cfg, pratique.GetBuildLogs, in, r.app.now())
		var answer *access.APIError
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &answer) && answer.Status < http.StatusInternalServerError || time.Since(heard) > followPatience:
			return err
		default: // a server that is started anew goes on where it was
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			continue
		}
		heard = time.Now()
		in.WaitSeconds = new(int32(followWait))
		for _, e := range out.Events {
			r.note("%s", *e.Message)
		}
		r.build, r.after = out.Build, aws.ToInt64(out.After)
		if why := aws.ToString(r.build.StateReason); *r.build.State == string(build.Queued) && why != r.waits {
			r.note("%s", why)
			r.waits = why
		}
		if aws.ToBool(out.Complete) {
			return nil
		}
	}
}

// leave cancels the build because of an error here, unless it is another's as well.
func (r *remoteBuild) leave(ctx context.Context, cause error) error {
	interrupted := ctx.Err() != nil
	if r.joined {
		if interrupted {
			cause = fmt.Errorf("interrupted; build %s goes on, since it was not started here", *r.build.BuildId)
		}
		return cause
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	_, err := access.Call(last, r.cfg, pratique.CancelBuild, &pratique.CancelBuildInput{BuildId: r.build.BuildId}, r.app.now())
	switch {
	case err != nil:
		return errors.Join(cause, fmt.Errorf("build %s goes on: it cannot be canceled: %w", *r.build.BuildId, err))
	case interrupted:
		return fmt.Errorf("interrupted; build %s is canceled", *r.build.BuildId)
	}
	return cause
}

// print prints the outcome. A build that has failed is an error.
func (r *remoteBuild) print(out output) error {
	state := build.State(*r.build.State)
	if out == outputJSON {
		if err := r.app.printJSON(newBuildInfo(r.build)); err != nil {
			return err
		}
		if state.Ended() && state != build.Succeeded {
			return &exitError{1}
		}
		return nil
	}
	switch state {
	case build.Succeeded:
		name := *r.build.Image
		if image, ok := endpoint.ParseImage(name); ok {
			name = image.URI(image.Repository)
		}
		r.app.printf("%s@%s\n", name, aws.ToString(r.build.ImageDigest))
		return nil
	case build.Failed, build.Canceled:
		return fmt.Errorf("build %s %s: %s", *r.build.BuildId, strings.ToLower(string(state)), aws.ToString(r.build.StateReason))
	}
	r.app.printf("%s\n", *r.build.BuildId)
	return nil
}
