package pylock

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// line is a requirement with where it was written.
type line struct {
	python.Requirement
	hashes []string // "sha256:…": the file must have one of them
	index  string   // the only index to ask, "" for all
	from   string   // "requirements.txt:3", "packages[0]"
}

// request is an input that has been read: what has to be resolved, and how.
type request struct {
	lines       []line
	constraints []line
	indexes     indexes  // those the input names
	uv          []string // options for uv
	project     []byte   // a pyproject.toml whose sources uv must see, or nil
	noDeps      bool
	hashes      bool // every package must have hashes
	strategy    string
	trusted     []string
	source      []sourceCode // what the input asks to build
	requested   []string     // names the user asked for, where lines has more; nil: those of lines
}

// sourceCode is something to build, where its marker applies.
type sourceCode struct {
	err    *SourceOnlyError
	marker python.Marker
}

// collector reads an input into a request.
type collector struct {
	request
	getenv func(string) (string, bool) // for ${VAR}; nil: there are none
	root   string                      // see Resolver.Root
	depth  int                         // of files including files
}

// Limits of requirements files, far above what people write.
const (
	maxRequirements = 4 << 20
	maxIncludes     = 20
)

// include reads a file that an option names.
func (c *collector) include(name, dir string, constraints bool) error {
	if strings.Contains(name, "://") {
		return fmt.Errorf("%s is not a local file, and what it says can change: download it", Redact(name))
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	return c.file(name, constraints)
}

// file reads a requirements file in pip's format.
func (c *collector) file(name string, constraints bool) error {
	if c.depth == maxIncludes {
		return fmt.Errorf("%s: files include each other more than %d deep", name, maxIncludes)
	}
	c.depth++
	defer func() { c.depth-- }()
	if err := confine(c.root, name); err != nil {
		return err
	}
	data, err := readFile(name, maxRequirements)
	if err != nil {
		return err
	}
	base := filepath.Base(name)
	for _, l := range joinLines(string(data)) {
		from := fmt.Sprintf("%s:%d", base, l.number)
		if err := c.line(l.text, filepath.Dir(name), from, constraints); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	}
	return nil
}

// logical is a line after continuations are joined, with its first number.
type logical struct {
	text   string
	number int
}

var comment = regexp.MustCompile(`(^|\s+)#.*$`)

// joinLines joins lines that end in a backslash, removes comments and leaves
// empty lines out. A line that is a comment ends a continuation, as in pip.
func joinLines(text string) []logical {
	text = strings.TrimPrefix(text, "\ufeff")
	var lines []logical
	var joined strings.Builder
	start, number := 0, 0
	flush := func() {
		if t := strings.TrimSpace(comment.ReplaceAllString(joined.String(), "")); t != "" {
			lines = append(lines, logical{t, start})
		}
		joined.Reset()
		start = 0
	}
	for l := range strings.Lines(text) {
		number++
		l = strings.TrimRight(l, "\r\n")
		if start == 0 {
			start = number
		}
		if isComment := strings.HasPrefix(strings.TrimSpace(l), "#"); isComment {
			flush()
			continue
		}
		if rest, ok := strings.CutSuffix(l, `\`); ok {
			joined.WriteString(rest)
			continue
		}
		joined.WriteString(l)
		flush()
	}
	flush()
	return lines
}

var environment = regexp.MustCompile(`\$\{([A-Z0-9_]+)\}`)

// expand replaces ${VAR}. One that is not set is an error: it would end up in
// a URL that nobody understands.
func (c *collector) expand(text string) (string, error) {
	var missing error
	text = environment.ReplaceAllStringFunc(text, func(ref string) string {
		name := ref[2 : len(ref)-1]
		if c.getenv != nil {
			if v, ok := c.getenv(name); ok && v != "" {
				return v
			}
		}
		missing = fmt.Errorf("environment variable %s is not set", name)
		return ref
	})
	return text, missing
}

// line takes one requirement or one line of options.
func (c *collector) line(text, dir, from string, constraint bool) error {
	text, err := c.expand(text)
	if err != nil {
		return err
	}
	if strings.HasPrefix(text, "-") {
		words, err := splitWords(text)
		if err != nil {
			return err
		}
		return c.applyOptions(words, dir, from)
	}
	requirement, opts := cutOptions(text)
	l := line{from: from}
	if l.hashes, err = lineHashes(opts); err != nil {
		return err
	}
	if l.Requirement, err = c.requirement(requirement, dir); err != nil {
		var source *SourceOnlyError
		if errors.As(err, &source) && !constraint {
			c.source = append(c.source, sourceCode{source, l.Marker})
			return nil
		}
		return redacted{err}
	}
	if constraint {
		if len(l.Extras) > 0 {
			return fmt.Errorf("constraint on %s has extras, which only a requirement can ask for", l.Name)
		}
		c.constraints = append(c.constraints, l)
		return nil
	}
	c.lines = append(c.lines, l)
	return nil
}

// cutOptions splits a line where its first option begins.
func cutOptions(text string) (requirement, opts string) {
	if i := strings.Index(text, " -"); i >= 0 {
		return strings.TrimSpace(text[:i]), text[i:]
	}
	return text, ""
}

var lineHash = regexp.MustCompile(`(?i)^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$`)

// lineHashes reads the options that may follow a requirement.
func lineHashes(opts string) ([]string, error) {
	words, err := splitWords(opts)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for len(words) > 0 {
		name, value, inline := strings.Cut(words[0], "=")
		words = words[1:]
		if name != "--hash" {
			return nil, fmt.Errorf("option %s may not follow a requirement that is not built", name)
		}
		if !inline && len(words) > 0 {
			value, words = words[0], words[1:]
		}
		if !lineHash.MatchString(value) {
			return nil, fmt.Errorf("%q is not a hash: sha256:… is", value)
		}
		hashes = append(hashes, strings.ToLower(value))
	}
	return hashes, nil
}

var archiveSuffixes = []string{".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"}

// requirement reads a requirement in the standard form or in one of those that
// only requirements files have: a path or a URL without a name.
func (c *collector) requirement(text, dir string) (python.Requirement, error) {
	head, marker, _ := strings.Cut(text, " ;")
	head = strings.TrimSpace(head)
	bare := strings.HasPrefix(head, ".") || strings.HasPrefix(head, "/") || strings.HasPrefix(head, "~") || isURL(head)
	if !bare && !strings.ContainsAny(head, "@<>=! ") {
		for _, s := range archiveSuffixes {
			bare = bare || strings.HasSuffix(head, s)
		}
	}
	if !bare {
		r, err := python.ParseRequirement(text)
		if err != nil || r.URL == "" {
			return r, err
		}
		return c.direct(r, dir)
	}
	r := python.Requirement{URL: head}
	var err error
	if r.Marker, err = parseMarker(strings.TrimSpace(marker)); err != nil {
		return r, err
	}
	return c.direct(r, dir)
}

// isURL reports whether a text begins with a scheme, also one like git+https.
func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	return ok && schemeName.MatchString(scheme) && strings.Contains(s, "/")
}

var (
	schemeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+$`)
	eggName    = regexp.MustCompile(`(?:^|&)egg=([A-Za-z0-9._-]+)`)
)

// direct completes a requirement on one file. One on source code is a
// *SourceOnlyError; a local wheel becomes a file URL.
func (c *collector) direct(r python.Requirement, dir string) (python.Requirement, error) {
	if strings.Contains(r.URL, "${") { // uv would expand it
		return r, errors.New("its URL has a variable in it")
	}
	raw, fragment, _ := strings.Cut(r.URL, "#")
	u, err := url.Parse(raw)
	if err != nil {
		return r, errors.New("its URL cannot be parsed")
	}
	if u.Scheme == "" || u.Scheme == "file" {
		file := raw
		if u.Scheme == "file" {
			file = u.Path
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		if err := confine(c.root, file); err != nil {
			return r, err
		}
		raw = (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Clean(file))}).String()
	}
	f := File{URL: raw}
	w, err := f.wheel()
	if (u.Scheme == "" || u.Scheme == "file" || u.Scheme == "https" || u.Scheme == "http") && strings.HasSuffix(f.Filename(), ".whl") {
		switch {
		case err != nil:
			return r, err
		case r.Name != "" && r.Name != w.Name:
			return r, fmt.Errorf("%s is not a wheel of %s", f.Filename(), r.Name)
		}
		r.Name, r.URL = w.Name, raw
		if fragment != "" {
			r.URL += "#" + fragment
		}
		return r, nil
	}
	name := r.Name
	if egg := eggName.FindStringSubmatch(fragment); name == "" && egg != nil {
		name = python.NormalizeName(egg[1])
	}
	return r, &SourceOnlyError{Name: name, Found: []string{Redact(raw)}}
}
