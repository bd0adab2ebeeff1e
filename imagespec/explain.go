package imagespec

import "errors"

// Preimage is what a tag is the hash of, and why.
type Preimage struct {
	Image string `json:"image"` // [registry/]name:tag
	Tag   string `json:"tag"`
	ID    string `json:"id"`   // see [Spec.ID]
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
	// A and B are the values, as in [Contribution]; empty for a field that one
	// of them does not have.
	A string `json:"a,omitempty"`
	B string `json:"b,omitempty"`
	// Files are the files that differ, for a field that stands for files.
	Files []FileChange `json:"files,omitempty"`
	// Base are the differences of the bases, for base_image.
	Base []Change `json:"base,omitempty"`
}

// FileChange is a file that differs: added, removed or changed.
type FileChange struct {
	Path   string `json:"path"`
	Change string `json:"change"`
}

// Explain says what the tag is the hash of. Errors are those of [Spec.Tag].
func (s *Spec) Explain(c Compat) (Preimage, error) {
	return Preimage{}, errors.New("not implemented")
}

// Diff lists why two tags differ, in the order of fields. It is empty if they
// do not.
func Diff(a, b Preimage) []Change { return nil }
