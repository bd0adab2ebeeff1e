package buildexec

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// buildah builds with nothing but itself, in the user's own storage.
type buildah struct {
	about  buildplan.Executor
	getenv func(string) string
}

// Describe says which version it is.
func (b *buildah) Describe() buildplan.Executor { return b.about }

// Build builds an image, pushes it, and removes it from the storage.
func (b *buildah) Build(ctx context.Context, r Request, progress func(string)) (Result, error) {
	j, err := begin(ctx, r, progress)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	auth, err := j.authFile(ctx)
	if err != nil {
		return Result{}, err
	}
	j.env = []string{"REGISTRY_AUTH_FILE=" + auth}
	conf, err := b.registriesConf(j)
	if err != nil {
		return Result{}, err
	}
	if conf != "" {
		j.env = append(j.env, "CONTAINERS_REGISTRIES_CONF="+conf)
	}
	args := append([]string{"buildah", "build", "--file", j.Dockerfile}, j.commonFlags()...)
	if len(j.Platforms) > 0 {
		args = append(args, "--platform", strings.Join(j.Platforms, ","))
	}
	if len(j.Platforms) > 1 {
		return b.list(ctx, j, args)
	}
	idFile := filepath.Join(j.dir, "image")
	if err := j.run(ctx, "buildah build", append(args, "--iidfile", idFile, j.Context)...); err != nil {
		return Result{}, err
	}
	id, err := os.ReadFile(idFile)
	if err != nil {
		return Result{}, fmt.Errorf("buildah: read the id of the image: %w", err)
	}
	image := strings.TrimPrefix(strings.TrimSpace(string(id)), "sha256:")
	defer b.remove(ctx, j, "rmi", image)
	return b.push(ctx, j, []string{"buildah", "push"}, image)
}

// list builds an image for each platform, and pushes an index of them.
func (b *buildah) list(ctx context.Context, j *job, args []string) (Result, error) {
	list := "localhost/pratique-build-" + strings.ToLower(rand.Text())
	defer b.remove(ctx, j, "manifest", "rm", list)
	if err := j.run(ctx, "buildah build", append(args, "--manifest", list, j.Context)...); err != nil {
		return Result{}, err
	}
	command := []string{"buildah", "manifest", "push", "--all"}
	if plainHTTP(j.Tags[0]) {
		command = append(command, "--tls-verify=false") // which the other commands take from their configuration
	}
	result, err := b.push(ctx, j, command, list)
	if err != nil {
		return Result{}, err
	}
	// Old versions say that they pushed an index when they failed to.
	failure := &Error{Program: "buildah manifest push", Tail: j.tail, Err: errors.New("the registry does not have the image")}
	for _, t := range j.Tags {
		tag, err := name.NewTag(t)
		if err != nil {
			return Result{}, err
		}
		found, err := j.head(ctx, tag)
		if err != nil {
			return Result{}, fmt.Errorf("ask for the image that was pushed: %w", err)
		}
		if found != result.Digest {
			return Result{}, failure
		}
	}
	return result, nil
}

func (b *buildah) push(ctx context.Context, j *job, command []string, image string) (Result, error) {
	digestFile := filepath.Join(j.dir, "digest")
	for _, tag := range j.Tags {
		args := append(command[:len(command):len(command)], "--digestfile", digestFile, image, "docker://"+tag)
		if err := j.run(ctx, "buildah push", args...); err != nil {
			return Result{}, err
		}
	}
	digest, err := os.ReadFile(digestFile)
	if err != nil {
		return Result{}, fmt.Errorf("buildah: read the digest of the image: %w", err)
	}
	return Result{Digest: strings.TrimSpace(string(digest))}, nil
}

// remove takes what was pushed out of the storage, unless buildah was told to
// keep layers for the next build, which go with the image.
func (b *buildah) remove(ctx context.Context, j *job, args ...string) {
	if b.getenv("BUILDAH_LAYERS") == "true" {
		return
	}
	quiet := *j
	quiet.out = func(string) {}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	_ = quiet.run(ctx, "buildah "+args[0], append([]string{"buildah"}, args...)...) // it only takes up room
}

// registriesConf is a file that adds registries on this machine that speak plain
// HTTP to what buildah knows; empty if there are none.
func (b *buildah) registriesConf(j *job) (string, error) {
	registries, err := j.registries()
	if err != nil {
		return "", err
	}
	var added bytes.Buffer
	for _, r := range registries {
		if r.Scheme() == "http" {
			fmt.Fprintf(&added, "\n[[registry]]\nlocation = %q\ninsecure = true\n", r.RegistryStr())
		}
	}
	if added.Len() == 0 {
		return "", nil
	}
	paths := []string{"/etc/containers/registries.conf"}
	if home := b.getenv("HOME"); home != "" {
		paths = append([]string{filepath.Join(home, ".config", "containers", "registries.conf")}, paths...)
	}
	if p := b.getenv("CONTAINERS_REGISTRIES_CONF"); p != "" {
		paths = []string{p}
	}
	var own []byte
	for _, p := range paths {
		if own, err = os.ReadFile(p); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read buildah's registries: %w", err)
	}
	path := filepath.Join(j.dir, "registries.conf")
	if err := os.WriteFile(path, append(own, added.Bytes()...), 0o600); err != nil {
		return "", fmt.Errorf("write buildah's registries: %w", err)
	}
	return path, nil
}
