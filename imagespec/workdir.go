package imagespec

import (
	"path"
	"regexp"
)

// workDir is the key of BuilderOptions for another directory to work in. It is
// Pratique's own: flytekit has no such field.
const workDir = "workdir"

// directory is a path that Dockerfiles can have as it is.
var directory = regexp.MustCompile(`^/[A-Za-z0-9._/-]*$`)

// WorkDir is the directory that the image works in, imports from and has the
// copied files in: /root, as with flytekit's builder, or the one that the key
// "workdir" of BuilderOptions names, an absolute path. It is empty where that
// key is the empty text, which leaves the base image's own.
func (s *Spec) WorkDir() string {
	v, ok := s.BuilderOptions.Get(workDir)
	if !ok {
		return home
	}
	dir, _ := v.(string) // Validate refuses what is none
	return dir
}

// workDir checks the option.
func (v *validation) workDir() {
	option, ok := v.spec.BuilderOptions.Get(workDir)
	if !ok {
		return
	}
	dir, isText := option.(string)
	switch {
	case !isText:
		v.fail("builder_options", "workdir is %s, not a text", kindOf(option))
	case dir != "" && (!directory.MatchString(dir) || path.Clean(dir) != dir):
		v.fail("builder_options", "workdir %q is not an absolute path of letters, digits and ._-", dir)
	}
}
