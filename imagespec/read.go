package imagespec

import "errors"

// Format is a language that specifications are written in.
type Format string

// The formats.
const (
	YAML   Format = "yaml"
	JSON   Format = "json"
	Python Format = "python"
)

// MaxSize is the size in bytes of the largest file that is read as a
// specification.
const MaxSize = 4 << 20

// Open reads one specification from a file: "image.yaml", "image.json" or
// "module.py". Where the file has several of them, ":name" after its path
// chooses one, by the variable or in YAML and JSON by the name of the image.
// Errors about the content are *[Error].
func Open(ref string) (*Spec, error) { return nil, errors.New("not implemented") }

// Read reads all specifications of a file. The name is for messages and is not
// opened; the specifications' Dir is empty. Errors are *[Error].
func Read(format Format, name string, src []byte) ([]Named, error) {
	return nil, errors.New("not implemented")
}
