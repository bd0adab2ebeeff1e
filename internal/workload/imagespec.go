package workload

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

func isImageSpec(d *node) bool {
	if !d.hasAny("registry", "base_image", "packages", "apt_packages", "conda_packages", "python_version", "requirements", "tag_format") {
		return false
	}
	for _, k := range d.keys {
		if !slices.Contains(imagespec.Fields(), k) {
			return false
		}
	}
	return true
}

// A module of Python that has an ImageSpec imports something and calls it.
var (
	pythonImport = regexp.MustCompile(`(?m)^(from[ \t]+[\w.]+[ \t]+import\b|import[ \t]+[A-Za-z_])`)
	pythonCall   = regexp.MustCompile(`(?m)\bImageSpec[ \t]*(\(|as\b|,|\)|$)`)
)

// isPython reports whether a file is Python source.
func isPython(name string, data []byte) bool {
	return strings.HasSuffix(strings.ToLower(name), ".py") || pythonImport.Match(data) && pythonCall.Match(data)
}

// readImageSpecs finds the images that specifications make, with the tags that
// flytekit gives them, and those that they begin from.
func (f *File) readImageSpecs(language imagespec.Format, data []byte, o Options) error {
	named, err := imagespec.Read(language, f.Name, data)
	if err != nil {
		return f.specFault(err)
	}
	for _, n := range named {
		if n.Err != nil {
			var e *imagespec.Error
			if !errors.As(n.Err, &e) {
				return f.fault("", 0, 0, "%v", n.Err)
			}
			f.add(Image{Line: e.Line, Column: e.Column, Where: "ImageSpec " + n.Name, Unclear: e.Reason(), Built: true})
			continue
		}
		at := ""
		if language == imagespec.Python {
			at = "ImageSpec " + n.Name
		}
		f.imageSpec(n.Spec.In(o.Dir), at, Run, o)
	}
	return nil
}

// specFault is an error of a specification as one of this package.
func (f *File) specFault(err error) error {
	var e *imagespec.Error
	if !errors.As(err, &e) {
		return f.fault("", 0, 0, "%v", err)
	}
	return f.fault("", e.Line, e.Column, "%s", e.Reason())
}

// imageSpec adds the image of a specification and what it begins from.
func (f *File) imageSpec(s *imagespec.Spec, at string, use Use, o Options) {
	name := s.Name
	if name == "" {
		name = "flytekit"
	}
	at = where(at, "image "+name)
	place := func(field string) Image {
		p, _ := s.Position(field)
		return Image{Line: p.Line, Column: p.Column, Where: at, Use: use, Platform: platformOf(s)}
	}
	switch {
	case s.Builder == "noop" && s.BaseImage != "": // flytekit runs it as it is
		img := place("base_image")
		img.Ref = s.BaseImage
		f.add(img)
		return
	case s.Registry == "":
		f.note("%s has no registry: it is not pushed, or to where its builder says", at)
	default:
		img := place("registry")
		img.Built = true
		img.Ref, img.NoTag, img.Unclear = builtImage(s, o)
		f.add(img)
	}
	if s.Base != nil {
		f.imageSpec(s.Base, "", Build, o)
		return
	}
	if s.BaseImage != "" {
		img := place("base_image")
		img.Ref, img.Where, img.Use = s.BaseImage, at+", base image", Build
		f.add(img)
	}
}

// builtImage is the reference of the image that a specification makes. Where
// the tag is not known it is the repository, and noTag says why; unclear says
// why not even that is known.
func builtImage(s *imagespec.Spec, o Options) (ref, noTag, unclearly string) {
	repository := s.Repository()
	if why := unclear(repository); why != "" {
		return repository, "", why
	}
	if o.Dir == "" && needsFiles(s) {
		return repository, "it depends on files, which are not read", ""
	}
	ref, err := s.ImageName(o.Flytekit)
	var e *imagespec.Error
	switch {
	case err == nil:
		return ref, "", ""
	case errors.As(err, &e) && e.Field == "registry":
		return repository, "", e.Msg
	case errors.As(err, &e):
		return repository, e.Reason(), ""
	}
	return repository, err.Error(), ""
}

// needsFiles reports whether the tag depends on files.
func needsFiles(s *imagespec.Spec) bool {
	for b := s; b != nil; b = b.Base {
		if b.Requirements != "" || len(b.Copy) > 0 || b.SourceRoot != "" {
			return true
		}
	}
	return false
}

// platformOf is the platform that the image has to be for, if it is said and
// one.
func platformOf(s *imagespec.Spec) string {
	if platforms := s.Platforms(); s.Platform != "" && len(platforms) == 1 {
		return platformText(platforms[0])
	}
	return ""
}
