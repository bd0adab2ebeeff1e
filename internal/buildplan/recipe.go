package buildplan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// Options are what a Dockerfile is written for.
type Options struct {
	// Base is the image to begin from, which has to be read. For several
	// platforms it is that of the first, with a reference that stands for all.
	Base Base
	// Executor is what will run it; its abilities decide what is used.
	Executor Executor
	// Extra are requirements besides those of the specification, such as
	// flytekit.
	Extra []string
	// Lock is what the packages, Extra among them, were resolved to, as
	// pylock.toml by platform. If all platforms have one it is installed, and
	// nothing is resolved again. It needs uv 0.6.15 or later. A specification
	// whose requirements are a lock file of another kind has to have it.
	Lock map[string][]byte
	// UV are uv programs for Linux on this machine, by platform. They are used
	// if all platforms have one that the base image can run, unless the
	// specification's builder_config names a uv_image. Without either, the
	// image's pip installs the packages.
	UV map[string]string
	// CABundle is a file of certificates that the installation of packages
	// trusts instead of its own; empty for none. It does not stay in the image.
	CABundle string
}

// Recipe is a Dockerfile with everything that it needs.
type Recipe struct {
	Text    string        // of the Dockerfile
	Context []ContextFile // sorted by name; the Dockerfile itself is not among them
	Secrets []Secret
	// Args are build arguments: values that a Dockerfile has no words for. They
	// are not secret.
	Args []Arg
	// Images are the references of all images that it begins from or takes
	// files from.
	Images []string
}

// ContextFile is a file or directory of a build context.
type ContextFile struct {
	Name   string // in the context, with slashes
	Source string // path on this machine; empty: Data
	Data   []byte
	Mode   fs.FileMode // permissions, and fs.ModeDir
}

// Secret is a file that a build sees and an image does not contain.
type Secret struct {
	ID     string
	Source string // path on this machine; empty: Data
	Data   []byte
}

// Arg is a build argument.
type Arg struct{ Name, Value string }

// Names in a build context.
const (
	contextFiles = "files" // what is copied to the working directory
	contextUV    = "uv"    // one program per architecture
)

// addFiles puts what the specification copies into the context.
func (r *Recipe) addFiles(spec *imagespec.Spec) error {
	files, err := spec.Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		rel := f.Target
		if dir := spec.WorkDir(); dir != "" {
			rel = strings.TrimPrefix(rel, strings.TrimSuffix(dir, "/")+"/")
		}
		if !filepath.IsLocal(filepath.FromSlash(rel)) {
			return fmt.Errorf("%s: %s is not below the working directory", f.Field, f.Target)
		}
		// The image does not depend on the umask of whoever made the files.
		mode := fs.FileMode(0o644)
		switch {
		case f.Mode.IsDir():
			mode = fs.ModeDir | 0o755
		case f.Mode.Perm()&0o111 != 0:
			mode = 0o755
		}
		r.Context = append(r.Context, ContextFile{Name: path.Join(contextFiles, rel), Source: f.Source, Mode: mode})
	}
	return nil
}

// addData puts a file into the context, in a directory that is named after the
// content, so that a step which uses it is not taken from a cache when it
// changed: caches compare instructions, and not all look at mounted files.
func (r *Recipe) addData(name string, data []byte) string {
	name = digest(data) + "/" + name
	if !slices.ContainsFunc(r.Context, func(f ContextFile) bool { return f.Name == name }) {
		r.Context = append(r.Context, ContextFile{Name: name, Data: data, Mode: 0o644})
	}
	return name
}

func digest(data ...[]byte) string {
	sum := sha256.New()
	for _, d := range data {
		sum.Write(d)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// Write writes the Dockerfile, named "Dockerfile", and its context to a
// directory, which has to exist and be empty.
func (r *Recipe) Write(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(r.Text), 0o644); err != nil { //nolint:gosec // no secret, and another user may run it
		return fmt.Errorf("write the Dockerfile: %w", err)
	}
	for _, f := range r.Context {
		if err := f.write(dir); err != nil {
			return fmt.Errorf("write the build context: %w", err)
		}
	}
	return nil
}

func (f ContextFile) write(dir string) error {
	name := filepath.FromSlash(f.Name)
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%q leaves the directory", f.Name)
	}
	name = filepath.Join(dir, name)
	if f.Mode.IsDir() {
		return os.MkdirAll(name, 0o755) //nolint:gosec // part of an image
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // part of an image
		return err
	}
	var in io.Reader = strings.NewReader(string(f.Data))
	if f.Source != "" {
		file, err := os.Open(f.Source)
		if err != nil {
			return err
		}
		defer file.Close()
		if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
			return errors.Join(fmt.Errorf("%s is not a regular file", f.Source), err)
		}
		in = file
	}
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(f.Mode.Perm()), out.Close())
}
