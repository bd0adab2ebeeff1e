package imagespec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Known is what the process of flytekit that holds an ImageSpec knows of it,
// and nobody else can. It comes with the wire form.
type Known struct {
	// ID is the identifier, in place of the one that the fields have: flytekit
	// computes it before it changes some of them for the registration.
	ID string
	// Loaded are the files of SourceRoot that CopyLoadedModules copies, as
	// relative paths with slashes; one that flytekit lists twice is hashed
	// twice. It is nil where that is not known.
	Loaded []string
}

// The members of the wire form that have what is known.
const (
	knownID     = "$id"
	knownLoaded = "$loaded_modules"
)

// values are the members that have a value.
func (k Known) values() Dict {
	var d Dict
	if k.ID != "" {
		d = append(d, Item{knownID, k.ID})
	}
	if k.Loaded != nil {
		l := List{}
		for _, name := range k.Loaded {
			l = append(l, name)
		}
		d = append(d, Item{knownLoaded, l})
	}
	return d
}

// set reads a member, and reports whether it is one.
func (k *Known) set(name string, v Value) (bool, error) {
	switch name {
	case knownID:
		id, ok := v.(string)
		if !ok || id == "" {
			return true, fmt.Errorf("%s is not a text", name)
		}
		k.ID = id
		return true, nil
	case knownLoaded:
		list, ok := v.(List)
		if !ok {
			return true, fmt.Errorf("%s is not a list", name)
		}
		k.Loaded = []string{}
		for _, e := range list {
			file, ok := e.(string)
			if !ok || !filepath.IsLocal(filepath.FromSlash(file)) {
				return true, fmt.Errorf("%s has %s, which is not a path below the source root", name, repr(e))
			}
			k.Loaded = append(k.Loaded, file)
		}
		return true, nil
	}
	return false, nil
}

// loadedFiles are the files of the loaded modules, sorted as flytekit does.
func (s *Spec) loadedFiles() ([]sourceFile, error) {
	if s.Known.Loaded == nil {
		return nil, s.fault("source_copy_mode", ErrLoadedModules, "%v; use ALL, or NO_COPY with fast registration", ErrLoadedModules)
	}
	dir, err := s.resolve(s.SourceRoot)
	if err != nil {
		return nil, err
	}
	var files []sourceFile
	for _, rel := range s.Known.Loaded {
		name := filepath.Join(dir, filepath.FromSlash(rel))
		if info, err := os.Stat(name); err != nil {
			return nil, s.unread(rel, err)
		} else if !info.Mode().IsRegular() {
			return nil, s.unread(rel, &fs.PathError{Op: "read", Path: name, Err: errors.New("it is not a regular file")})
		}
		files = append(files, sourceFile{name, rel})
	}
	slices.SortStableFunc(files, func(a, b sourceFile) int { return strings.Compare(a.rel, b.rel) })
	return files, nil
}
