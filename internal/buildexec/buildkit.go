package buildexec

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// buildctl asks a BuildKit daemon, whose client reads credentials from docker's
// configuration and hands them to the daemon for each registry.
type buildctl struct {
	program string // "buildctl", or "buildctl-daemonless.sh"
	about   buildplan.Executor
}

// Describe says which daemon works.
func (b *buildctl) Describe() buildplan.Executor { return b.about }

// Build has the daemon build and push.
func (b *buildctl) Build(ctx context.Context, r Request, progress func(string)) (Result, error) {
	j, err := begin(ctx, r, progress)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	config, err := j.dockerConfig(ctx, os.Getenv)
	if err != nil {
		return Result{}, err
	}
	j.env = []string{"DOCKER_CONFIG=" + config}
	if b.about.Where != "" {
		j.env = append(j.env, "BUILDKIT_HOST="+b.about.Where)
	}
	output := []string{"type=image", "push=true", "name=" + strings.Join(j.Tags, ",")}
	if plainHTTP(j.Tags[0]) {
		output = append(output, "registry.insecure=true")
	}
	metadata := filepath.Join(j.dir, "metadata.json")
	args := []string{
		b.program, "build", "--progress", "plain", "--frontend", "dockerfile.v0",
		"--local", "context=" + j.Context, "--local", "dockerfile=" + filepath.Dir(j.Dockerfile), "--opt", "filename=" + filepath.Base(j.Dockerfile),
		"--opt", "image-resolve-mode=pull", // what a tag points to now, not when it was last seen
		"--metadata-file", metadata, "--output", csv(output...),
	}
	if len(j.Platforms) > 0 {
		args = append(args, "--opt", "platform="+strings.Join(j.Platforms, ","))
	}
	if j.Target != "" {
		args = append(args, "--opt", "target="+j.Target)
	}
	for _, a := range j.Args {
		args = append(args, "--opt", "build-arg:"+a.Name+"="+a.Value)
	}
	for _, l := range j.Labels {
		args = append(args, "--opt", "label:"+l.Name+"="+l.Value)
	}
	if j.Network != "" {
		args = append(args, "--opt", "force-network-mode="+j.Network)
		if j.Network == "host" {
			args = append(args, "--allow", "network.host")
		}
	}
	if j.NoCache {
		args = append(args, "--no-cache")
	}
	args = append(args, j.secretFlags()...)
	if err := j.run(ctx, b.program+" build", args...); err != nil {
		return Result{}, err
	}
	digest, err := metadataDigest(metadata)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", b.program, err)
	}
	return Result{Digest: digest}, nil
}

// docker is docker's buildx plugin with whatever builder the user has.
type docker struct {
	about  buildplan.Executor
	getenv func(string) string
}

// Describe says which daemon or builder works.
func (d *docker) Describe() buildplan.Executor { return d.about }

// Build has the builder build and push.
func (d *docker) Build(ctx context.Context, r Request, progress func(string)) (Result, error) {
	j, err := begin(ctx, r, progress)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	config, err := j.dockerConfig(ctx, d.getenv)
	if err != nil {
		return Result{}, err
	}
	// An attestation would make an index of an image for one platform.
	j.env = []string{"DOCKER_CONFIG=" + config, "BUILDX_NO_DEFAULT_ATTESTATIONS=1"}
	metadata := filepath.Join(j.dir, "metadata.json")
	args := []string{"docker", "buildx", "build", "--progress", "plain", "--push", "--pull", "--file", j.Dockerfile, "--metadata-file", metadata}
	for _, tag := range j.Tags {
		args = append(args, "--tag", tag)
	}
	if len(j.Platforms) > 0 {
		args = append(args, "--platform", strings.Join(j.Platforms, ","))
	}
	args = append(args, j.commonFlags()...)
	if err := j.run(ctx, "docker buildx build", append(args, j.Context)...); err != nil {
		return Result{}, err
	}
	digest, err := metadataDigest(metadata)
	if err != nil {
		return Result{}, fmt.Errorf("docker buildx: %w", err)
	}
	if digest, err = j.pushedDigest(ctx, digest); err != nil {
		return Result{}, err
	}
	return Result{Digest: digest}, nil
}

// commonFlags are those that docker and buildah spell the same.
func (j *job) commonFlags() []string {
	args := append(flags("--build-arg", j.Args), flags("--label", j.Labels)...)
	if j.Target != "" {
		args = append(args, "--target", j.Target)
	}
	if j.Network != "" {
		args = append(args, "--network", j.Network)
	}
	if j.NoCache {
		args = append(args, "--no-cache")
	}
	return append(args, j.secretFlags()...)
}

func (j *job) secretFlags() []string {
	var args []string
	for _, s := range j.Secrets {
		args = append(args, "--secret", "id="+s.ID+",src="+j.secretFile(s.ID))
	}
	return args
}

// metadataDigest is the digest of the image in the file that BuildKit's clients
// write.
func metadataDigest(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the digest of the image: %w", err)
	}
	var m struct {
		Digest string `json:"containerimage.digest"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return "", fmt.Errorf("read the digest of the image: %w", err)
	}
	if m.Digest == "" {
		return "", errors.New("did not say the digest of the image")
	}
	return m.Digest, nil
}

// pushedDigest asks the registry what the first tag points to, if it does not
// have what the program says: docker's own image store tells the digest of the
// configuration.
func (j *job) pushedDigest(ctx context.Context, said string) (string, error) {
	tag, err := name.NewTag(j.Tags[0])
	if err != nil {
		return "", err
	}
	found, err := j.head(ctx, tag.Digest(said))
	if err == nil && found == "" {
		found, err = j.head(ctx, tag)
	}
	if err == nil && found == "" {
		err = errors.New("the registry does not have it")
	}
	if err != nil {
		return "", fmt.Errorf("ask for the digest of the image that was pushed: %w", err)
	}
	return found, nil
}

// head asks the registry for the digest of an image; empty if it has none.
func (j *job) head(ctx context.Context, ref name.Reference) (string, error) {
	auth := remote.WithAuth(authn.Anonymous)
	if j.Keychain != nil {
		auth = remote.WithAuthFromKeychain(j.Keychain)
	}
	desc, err := remote.Head(ref, remote.WithContext(ctx), auth)
	var refused *transport.Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound:
		return "", nil
	case err != nil:
		return "", err
	}
	return desc.Digest.String(), nil
}

// csv writes fields as BuildKit's clients read them.
func csv(fields ...string) string {
	var all []string
	for _, f := range fields {
		if strings.ContainsAny(f, `,"`) {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		all = append(all, f)
	}
	return strings.Join(all, ",")
}

// plainHTTP tells whether a reference's registry is on this machine by name,
// where go-containerregistry speaks plain HTTP as well.
func plainHTTP(ref string) bool {
	r, err := name.ParseReference(ref)
	return err == nil && cmp.Or(r.Context().Scheme(), "https") == "http"
}
