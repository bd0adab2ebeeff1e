// Package workload reads the files that describe workloads and lists the
// images that they name, each with its place in the file.
//
// Nothing is executed, rendered or resolved: what a file leaves to a template,
// a variable or a builder is reported as unclear, not guessed.
package workload

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// Format is a kind of workload file.
type Format string

// The formats.
const (
	// Kubernetes is what kubectl applies: manifests of any kind, custom
	// resources among them, one or many to a file, as YAML or JSON. It is also
	// what helm template, kustomize build and the like print.
	Kubernetes Format = "kubernetes"
	// Compose is a compose file, https://compose-spec.io.
	Compose Format = "compose"
	// Flyte is what pyflyte package writes: a gzipped tar of protobuf messages.
	Flyte Format = "flyte"
	// ImageSpec is an ImageSpec of Flyte and Union as YAML, JSON or Python
	// source.
	ImageSpec Format = "imagespec"
	// Anyscale is the configuration of an Anyscale job, service, workspace,
	// compute or image.
	Anyscale Format = "anyscale"
	// Release is an application template of Release.
	Release Format = "release"
	// Dockerfile is a Dockerfile or Containerfile.
	Dockerfile Format = "dockerfile"
)

// Formats are all formats.
func Formats() []Format {
	return []Format{Kubernetes, Compose, Flyte, ImageSpec, Anyscale, Release, Dockerfile}
}

// ParseFormat returns the format of that name.
func ParseFormat(s string) (Format, error) {
	if f := Format(s); slices.Contains(Formats(), f) {
		return f, nil
	}
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return "", fmt.Errorf("format %q is not one of %s", s, strings.Join(names, ", "))
}

// Use is what a workload needs an image for.
type Use string

// The uses.
const (
	Run   Use = "run"   // the nodes pull it
	Build Use = "build" // whoever builds an image pulls it, as the base of another
)

// File is what a workload file says.
type File struct {
	Name   string
	Format Format
	Images []Image
	// Notes are what the file leaves to other files or to later.
	Notes []string

	text []byte
}

// Image is one mention of an image.
type Image struct {
	// Ref is the reference as it is written. It may be of any registry, and
	// need not be valid.
	Ref string
	// File is the file; Member is the file in the archive that File is.
	File, Member string
	// Line and Column, from one, are where the reference begins; zero in
	// archives, which are binary.
	Line, Column int
	// Where names the workload and container: "Deployment web, container app".
	Where string
	// Use is what the image is for.
	Use Use
	// Platform is what the workload demands, as "linux/arm64"; empty if it
	// says nothing.
	Platform string
	// Unclear says why Ref is not the whole reference; empty if it is.
	Unclear string
	// NoTag says why the tag is not known of an image that is made of an
	// ImageSpec. Ref names its repository then.
	NoTag string
	// Built means that the image is made of an ImageSpec, whose tag flytekit
	// computes.
	Built bool
	// LoginSecret is the registry_login_secret of an Anyscale configuration.
	LoginSecret string
}

// Options adjust [Read].
type Options struct {
	// Format is the format, which the content tells if it is empty.
	Format Format
	// Open reads another file that this one names, by a path relative to the
	// file's directory. Nil reads none.
	Open func(name string) ([]byte, error)
	// Dir is the directory of the file, for the files that the tag of an
	// ImageSpec depends on; git is asked which of them it ignores. If it is
	// empty, none are read.
	Dir string
	// Flytekit is the version of flytekit whose tags ImageSpecs have.
	Flytekit imagespec.Compat
}

// Error says what is wrong with a file, and where.
type Error struct {
	File         string // or a member of it
	Line, Column int    // from one; zero if unknown
	Msg          string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// MaxSize is the size in bytes of the largest file that is read.
const MaxSize = 64 << 20

// maxText is the size in bytes of the largest file that is read as text.
const maxText = 16 << 20

// Read finds the images of a workload file. The name is for messages and is
// not opened. Errors are *[Error].
func Read(name string, data []byte, o Options) (*File, error) {
	f := &File{Name: name, Format: o.Format}
	if len(data) > MaxSize {
		return nil, f.fault("", 0, 0, "it has %d bytes; at most %d are read", len(data), MaxSize)
	}
	if f.Format == Flyte || f.Format == "" && isGzip(data) {
		f.Format = Flyte
		return f, f.readFlyte(data)
	}
	if len(data) > maxText {
		return nil, f.fault("", 0, 0, "it has %d bytes; at most %d are read of a text file", len(data), maxText)
	}
	if i := slices.Index(data, 0); i >= 0 {
		line, column := position(data, i)
		return nil, f.fault("", line, column, "it is neither text nor a gzipped archive")
	}
	if (f.Format == "" || f.Format == ImageSpec) && isPython(name, data) {
		f.Format = ImageSpec
		return f, f.readImageSpecs(imagespec.Python, data, o)
	}
	if f.Format == Dockerfile || f.Format == "" && isDockerfile(data) {
		f.Format = Dockerfile
		return f, f.readDockerfile(data, "", 1)
	}
	f.text = data
	docs, err := f.parseYAML(data)
	if err != nil {
		return nil, err
	}
	if f.Format == "" {
		if f.Format, err = f.detect(docs); err != nil {
			return nil, err
		}
	}
	if f.Format == ImageSpec {
		language := imagespec.YAML
		if strings.HasSuffix(strings.ToLower(name), ".json") {
			language = imagespec.JSON
		}
		return f, f.readImageSpecs(language, data, o)
	}
	read := map[Format]func(*node, Options) error{
		Kubernetes: f.readKubernetes, Compose: f.readCompose, Anyscale: f.readAnyscale, Release: f.readRelease,
	}[f.Format]
	if read == nil {
		return nil, f.fault("", 0, 0, "there is no format %q", f.Format)
	}
	for _, doc := range docs {
		if doc.kind == null {
			continue
		}
		if err := read(doc, o); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *File) fault(member string, line, column int, format string, args ...any) error {
	name := f.Name
	if member != "" {
		name += "!" + member
	}
	return &Error{File: name, Line: line, Column: column, Msg: fmt.Sprintf(format, args...)}
}

func (f *File) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(f.Notes, n) {
		f.Notes = append(f.Notes, n)
	}
}

// add adds an image. What a reference cannot contain makes it unclear.
func (f *File) add(img Image) {
	if img.File == "" {
		img.File = f.Name
	}
	if img.Use == "" {
		img.Use = Run
	}
	if img.Unclear == "" {
		img.Unclear = unclear(img.Ref)
	}
	f.Images = append(f.Images, img)
}

// addNode adds the image that a node of the tree names.
func (f *File) addNode(n *node, img Image) {
	img.Ref, img.Line, img.Column = strings.TrimSpace(n.text), n.line, n.column
	if n.kind != scalar {
		img.Ref, img.Unclear = "", "the image is not a text"
	}
	f.add(img)
}

// unclear says why a reference is not complete: no reference contains what
// templates and placeholders are written with.
func unclear(ref string) string {
	switch i := strings.IndexAny(ref, "${}<>"); {
	case ref == "":
		return "the image is empty"
	case i >= 0:
		return fmt.Sprintf("%q is filled in later", placeholder(ref[i:]))
	}
	return ""
}

// placeholder is the first template action, variable or placeholder of a text
// that begins with one.
func placeholder(s string) string {
	for open, shut := range map[string]string{"{{": "}}", "${": "}", "$(": ")", "<": ">"} {
		if strings.HasPrefix(s, open) {
			if i := strings.Index(s, shut); i >= 0 {
				return s[:i+len(shut)]
			}
		}
	}
	if rest := strings.TrimLeft(s[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"); s[0] == '$' {
		return s[:len(s)-len(rest)]
	}
	return s
}

// open reads another file that this one names.
func (o Options) open(name string) ([]byte, error) {
	if o.Open == nil {
		return nil, errors.New("other files are not read")
	}
	data, err := o.Open(name)
	if err == nil && len(data) > maxText {
		err = fmt.Errorf("it has %d bytes; at most %d are read of a text file", len(data), maxText)
	}
	return data, err
}

// position is the line and column of an offset.
func position(data []byte, offset int) (line, column int) {
	before := string(data[:offset])
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}
