package imagespec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ignoring tells which files of a source root flytekit leaves out: those that
// git ignores, those that .dockerignore names, and compiled Python.
//
// flytekit compares the path from the source root only if the source root is
// absolute, and otherwise the path that begins with it, so that a relative
// source root makes most patterns of git and .dockerignore miss. The tag
// depends on that.
type ignoring struct {
	root     string // as it is written
	absolute bool
	git      map[string]bool
	docker   []dockerPattern
}

func (s *Spec) newIgnoring(dir string) (*ignoring, error) {
	g := &ignoring{root: filepath.ToSlash(s.SourceRoot), absolute: filepath.IsAbs(s.SourceRoot)}
	if !s.Confined {
		g.git = gitIgnored(dir)
	}
	file := filepath.Join(dir, ".dockerignore")
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return g, nil
	}
	if err := s.within(file, ".dockerignore"); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, s.unread(".dockerignore", err)
	}
	g.docker, err = parseDockerignore(string(data))
	return g, err
}

// ignores reports whether a file, by its path from the source root, is left out.
func (g *ignoring) ignores(rel string) bool {
	name := rel
	if !g.absolute {
		name = strings.TrimSuffix(g.root, "/") + "/" + rel
	}
	return g.git[path.Clean(name)] || dockerIgnores(g.docker, name) || compiledPython(name)
}

// compiledPython reports whether a path matches one of flytekit's fixed
// patterns: *.pyc, .cache, .cache/*, __pycache__/*, **/__pycache__/*. Its
// stars match slashes.
func compiledPython(name string) bool {
	return strings.HasSuffix(name, ".pyc") || name == ".cache" || strings.HasPrefix(name, ".cache/") ||
		strings.HasPrefix(name, "__pycache__/") || strings.Contains(name, "/__pycache__/")
}

// gitIgnored are the files of a directory that git ignores, none if it is not
// in a working tree or git is not installed. The listing quotes unusual names,
// and as flytekit does not undo that it does not find them.
func gitIgnored(dir string) map[string]bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	// A repository's own configuration could name a program to watch files.
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "ls-files", "-io", "--exclude-standard")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	files := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		files[strings.TrimSuffix(line, "\n")] = true
	}
	return files
}

// dockerPattern is a line of .dockerignore.
type dockerPattern struct {
	negative bool
	parts    int // between slashes
	re       *regexp.Regexp
}

// parseDockerignore reads .dockerignore as the library does that flytekit
// uses, Docker's for Python, and not as Docker does: case does not count, and a
// pattern excludes what is below a directory only if it has as many parts as
// the directory's path.
func parseDockerignore(text string) ([]dockerPattern, error) {
	var out []dockerPattern
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSpace(line)
		pattern, negative := strings.CutPrefix(line, "!")
		var parts []string
		for p := range strings.SplitSeq(strings.TrimSpace(pattern), "/") {
			switch {
			case p == "" || p == ".":
			case p != "..":
				parts = append(parts, p)
			case len(parts) > 0:
				parts = parts[:len(parts)-1]
			}
		}
		if len(parts) == 0 {
			continue
		}
		re, err := dockerRegexp(strings.Join(parts, "/"))
		if err != nil {
			return nil, fmt.Errorf("the pattern %q of .dockerignore is not valid", line)
		}
		out = append(out, dockerPattern{negative, len(parts), re})
	}
	re, err := dockerRegexp(".dockerignore")
	return append(out, dockerPattern{true, 1, re}), err
}

// dockerRegexp translates a pattern: ** is any number of directories, * and ?
// do not match slashes, [...] is a class of characters.
func dockerRegexp(pattern string) (*regexp.Regexp, error) {
	p := strings.ToLower(pattern)
	var b strings.Builder
	b.WriteString("^")
	for p != "" {
		switch class := classLength(p); {
		case strings.HasPrefix(p, "**"):
			if p = strings.TrimPrefix(p[2:], "/"); p == "" {
				b.WriteString(".*")
			} else {
				b.WriteString("(.*/)?")
			}
		case p[0] == '*':
			b.WriteString("[^/]*")
			p = p[1:]
		case p[0] == '?':
			b.WriteString("[^/]")
			p = p[1:]
		case class > 0:
			writeClass(&b, p[1:class-1])
			p = p[class:]
		default:
			n := max(strings.IndexAny(p[1:], "*?[")+1, 0)
			if n == 0 {
				n = len(p)
			}
			b.WriteString(regexp.QuoteMeta(p[:n]))
			p = p[n:]
		}
	}
	b.WriteString("$")
	return regexp.Compile(b.String())
}

// classLength is the length of the class of characters that a text begins
// with, zero if it does not.
func classLength(p string) int {
	if p[0] != '[' {
		return 0
	}
	i := 1
	if strings.HasPrefix(p[i:], "!") {
		i++
	}
	if strings.HasPrefix(p[i:], "]") {
		i++
	}
	end := strings.IndexByte(p[i:], ']')
	if end < 0 {
		return 0
	}
	return i + end + 1
}

func writeClass(b *strings.Builder, class string) {
	b.WriteByte('[')
	switch {
	case strings.HasPrefix(class, "!"):
		b.WriteByte('^')
		class = class[1:]
	case strings.HasPrefix(class, "^"):
		b.WriteString(`\`)
	}
	// Go wants what Python's classes may have as it is to be quoted.
	b.WriteString(strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(class))
	b.WriteByte(']')
}

// dockerIgnores applies the patterns; the last that matches counts.
func dockerIgnores(patterns []dockerPattern, name string) bool {
	lower := strings.ToLower(name)
	var above []string
	if i := strings.LastIndexByte(lower, '/'); i >= 0 {
		for p := range strings.SplitSeq(lower[:i], "/") {
			if p != "" && p != "." {
				above = append(above, p)
			}
		}
	}
	ignored := false
	for _, p := range patterns {
		if p.re.MatchString(lower) || p.parts <= len(above) && p.re.MatchString(strings.Join(above[:p.parts], "/")) {
			ignored = !p.negative
		}
	}
	return ignored
}

// sourceFile is a file of the source root.
type sourceFile struct {
	name string // path on this machine
	rel  string // path from the source root, with slashes
}

// sourceFiles are the files of the source root that are copied, sorted by path.
func (s *Spec) sourceFiles() ([]sourceFile, error) {
	if s.copyMode() == CopyLoadedModules {
		return s.loadedFiles()
	}
	dir, err := s.resolve(s.SourceRoot)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, s.unread(s.SourceRoot, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory", s.SourceRoot)
	}
	ignore, err := s.newIgnoring(dir)
	if err != nil {
		return nil, err
	}
	var files []sourceFile
	real, err := filepath.EvalSymlinks(dir) // WalkDir does not follow a link even to begin with
	if err != nil {
		return nil, s.unread(s.SourceRoot, err)
	}
	err = filepath.WalkDir(real, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" && name != real {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(real, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (info.IsDir() || info.Mode().Type() == fs.ModeSocket) || ignore.ignores(rel) {
			return nil // links that lead nowhere or to directories, sockets
		}
		files = append(files, sourceFile{name, rel})
		return err
	})
	if err != nil {
		return nil, s.unread(s.SourceRoot, err)
	}
	// WalkDir sorts by the parts of a path, flytekit by its text.
	slices.SortFunc(files, func(a, b sourceFile) int { return strings.Compare(a.rel, b.rel) })
	return files, nil
}
