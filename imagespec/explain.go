package imagespec

import (
	"errors"
	"slices"
	"strings"
)

// Preimage is what a tag is the hash of, and why.
type Preimage struct {
	Image string `json:"image"` // [registry/]name:tag
	Tag   string `json:"tag"`
	ID    string `json:"id"`   // as [Spec.ID] in the version of flytekit
	Text  string `json:"text"` // the MD5 of this is the tag
	// Fields are what Text is made of, in its order.
	Fields []Contribution `json:"fields"`
	// Omitted are fields that have a value and are not hashed.
	Omitted []Omission `json:"omitted,omitempty"`
	// Base is the preimage of the specification that this one is based on.
	Base *Preimage `json:"base,omitempty"`
}

// Contribution is a field's part of a preimage.
type Contribution struct {
	Field string `json:"field"`
	Value string `json:"value"` // as Python's repr prints it, which is hashed
	// Written is the value in the specification if another is hashed in its
	// place, and Of says what that is: "SHA-1 of image-requirements.txt".
	Written string `json:"written,omitempty"`
	Of      string `json:"of,omitempty"`
	// Files are the files whose content the value is a hash of, in the order
	// in which they are hashed.
	Files []FileDigest `json:"files,omitempty"`
	// Unordered names a directory whose directories are hashed in the order in
	// which the file system lists them, so that the same files elsewhere may
	// give another tag.
	Unordered string `json:"unordered,omitempty"`
}

// Omission is a field that is not hashed.
type Omission struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// FileDigest is a file that counts for a tag.
type FileDigest struct {
	Path   string `json:"path"` // as the specification sees it, with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // of its content, in hex
}

// Change is a difference of two preimages.
type Change struct {
	Field string `json:"field"`
	// A and B are the values, as in [Contribution]: those that are written
	// where they differ, else those that are hashed in their place. One is
	// empty if that preimage does not have the field.
	A string `json:"a,omitempty"`
	B string `json:"b,omitempty"`
	// Files are the files that differ, for a field that stands for files.
	Files []FileChange `json:"files,omitempty"`
	// Base are the differences of the bases, for base_image.
	Base []Change `json:"base,omitempty"`
}

// FileChange is a file that differs.
type FileChange struct {
	Path   string `json:"path"`
	Change string `json:"change"` // "added", "removed", "changed" or "moved", which is to another place in the order
}

// Explain says what the tag is the hash of. Errors are those of [Spec.Tag].
func (s *Spec) Explain(c Compat) (Preimage, error) { return s.explain(c, 0) }

func (s *Spec) explain(c Compat, depth int) (Preimage, error) {
	if depth == maxBases {
		return Preimage{}, s.fault("base_image", nil, "more than %d specifications are based on one another", maxBases)
	}
	if err := s.constructible(); err != nil {
		return Preimage{}, err
	}
	if s.copiesSource() && s.SourceRoot == "" {
		return Preimage{}, s.fault("source_root", nil, "it must be set when source_copy_mode is %s", s.copyMode())
	}
	p := Preimage{}
	d := Dict{}
	for _, f := range fields {
		written := s.completed(f, c)
		if written == nil {
			continue
		}
		if c.lacks(f) {
			return Preimage{}, s.fault(f.name, nil, "flytekit %s has no such field; it came with %s", c, f.since)
		}
		if f.name == "registry_config" || !c.hashes(f) {
			if f.value(s) != nil {
				p.Omitted = append(p.Omitted, Omission{f.name, omission(f.name)})
			}
			continue
		}
		part, value, err := s.contribution(f, written, c, depth, &p)
		if err != nil {
			return Preimage{}, err
		}
		p.Fields = append(p.Fields, part)
		d = append(d, Item{f.name, value})
	}
	p.ID, p.Text = s.id(c), repr(d)
	p.Tag = strings.ReplaceAll(hashText(p.Text), "-", "_")
	if s.TagFormat != "" {
		var err error
		if p.Tag, err = formatTag(s.TagFormat, p.Tag); err != nil {
			return Preimage{}, s.fault("tag_format", err, "%v", err)
		}
	}
	p.Image = s.Repository() + ":" + p.Tag
	return p, nil
}

func omission(name string) string {
	if name == "registry_config" {
		return "flytekit leaves it out of the tag, but not of the id"
	}
	return "flytekit does not hash it"
}

// contribution is what a field adds to the preimage: its value, or what
// flytekit hashes in its place.
func (s *Spec) contribution(f field, written Value, c Compat, depth int, p *Preimage) (Contribution, Value, error) {
	part := Contribution{Field: f.name}
	value := written
	var err error
	switch {
	case f.name == "base_image" && s.Base != nil:
		base, err := s.Base.explain(c, depth+1)
		if err != nil {
			return part, nil, err
		}
		p.Base, value = &base, base.Image
		part.Of, part.Written = "name of the base's image", "ImageSpec "+s.Base.repositoryName()
		part.Value = repr(value)
		return part, value, nil
	case f.name == "source_root" && s.copiesSource():
		part.Of = "MD5 of the files of " + s.SourceRoot
		value, part.Files, err = s.sourceDigest()
	case f.name == "copy" && len(s.Copy) > 0:
		part.Of = "MD5 of the files of " + strings.Join(s.Copy, ", ")
		value, part.Files, part.Unordered, err = s.copyDigest()
	case f.name == "requirements" && s.Requirements != "":
		part.Of = "SHA-1 of " + s.Requirements
		value, part.Files, err = s.requirementsDigest()
	}
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return part, nil, err
		}
		return part, nil, s.fault(f.name, err, "%v", err)
	}
	part.Value = repr(value)
	if part.Of != "" {
		part.Written = repr(written)
	}
	return part, value, nil
}

// copiesSource reports whether files of the source root are in the image.
func (s *Spec) copiesSource() bool {
	mode := s.copyMode()
	return mode != CopyUnset && mode != CopyNone
}

// Diff lists why two tags differ, in the order of fields. It is empty if they
// do not.
func Diff(a, b Preimage) []Change {
	var out []Change
	for _, f := range fields {
		x, inA := a.field(f.name)
		y, inB := b.field(f.name)
		if x.Value == y.Value {
			continue
		}
		c := Change{Field: f.name, A: x.Value, B: y.Value}
		if x.written() != y.written() {
			c.A, c.B = x.written(), y.written()
		}
		c.Files = diffFiles(x.Files, y.Files)
		if f.name == "base_image" && inA && inB && a.Base != nil && b.Base != nil {
			c.Base = Diff(*a.Base, *b.Base)
		}
		out = append(out, c)
	}
	return out
}

// field is the part of a field, by flytekit's name.
func (p Preimage) field(name string) (Contribution, bool) {
	i := slices.IndexFunc(p.Fields, func(c Contribution) bool { return c.Field == name })
	if i < 0 {
		return Contribution{}, false
	}
	return p.Fields[i], true
}

func (c Contribution) written() string {
	if c.Of != "" {
		return c.Written
	}
	return c.Value
}

func diffFiles(a, b []FileDigest) []FileChange {
	var out []FileChange
	at := map[string]FileDigest{}
	for _, f := range a {
		at[f.Path] = f
	}
	changed := map[string]string{}
	for _, f := range b {
		old, ok := at[f.Path]
		switch {
		case !ok:
			changed[f.Path] = "added"
		case old.SHA256 != f.SHA256:
			changed[f.Path] = "changed"
		}
		delete(at, f.Path)
	}
	for path := range at {
		changed[path] = "removed"
	}
	if len(changed) == 0 {
		for i, f := range b {
			if i < len(a) && a[i].Path != f.Path {
				changed[f.Path] = "moved"
			}
		}
	}
	for path, change := range changed {
		out = append(out, FileChange{path, change})
	}
	slices.SortFunc(out, func(x, y FileChange) int { return strings.Compare(x.Path, y.Path) })
	return out
}
