package pylock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// Input is what a user wrote about packages.
type Input struct {
	// Packages are requirement lines.
	Packages []string
	// Requirements is the path of a file, or "": pylock.toml, uv.lock,
	// poetry.lock or pyproject.toml by its name, else requirements in pip's
	// format.
	Requirements string
	// Dir is where relative paths start; "" is the working directory.
	Dir string
	// IndexURL is the index to use instead of the one that the environment and
	// configuration files of uv and pip name.
	IndexURL string
	// ExtraIndexURLs are asked before that.
	ExtraIndexURLs []string
	// ExtraArgs are options of pip or uv as one command line. Quotes work as in
	// a shell, and nothing is expanded.
	ExtraArgs string
}

// Resolver makes locks and fetches wheels. Its methods may be called
// concurrently.
type Resolver struct {
	UV     string                      // the program; "": $PRATIQUE_UV, else uv in PATH
	Cache  string                      // directory for wheels, made as needed
	HTTP   *http.Client                // for all but uv; nil: http.DefaultClient
	Getenv func(string) (string, bool) // nil: os.LookupEnv
	// Root, if set, is for inputs of others: local files are read below it
	// only, ${VAR} is not expanded, and configuration files beside the input do
	// not count.
	Root    string
	Offline bool // what is not here already is an error
}

// Resolve makes the lock of an input for a target: exactly the files that the
// target needs, each with its sha256. Its error is or joins *SourceOnlyError
// and *NoWheelError where wheels are missing, and wraps ErrNoUV where uv is
// needed and cannot be used.
func (r *Resolver) Resolve(ctx context.Context, in Input, t python.Target) (*Lock, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	q, l, err := r.read(in, t)
	if err != nil {
		return nil, err
	}
	var source []error
	for _, s := range q.source {
		if s.marker.Evaluate(t.Environment()) {
			source = append(source, s.err)
		}
	}
	if len(source) > 0 {
		return nil, join(source)
	}
	a, err := r.configured(r.base(in))
	if err != nil {
		return nil, err
	}
	locked := l != nil
	if !locked {
		if l, err = r.resolve(ctx, in, q, a, t); err != nil {
			return nil, err
		}
	}
	if l.logins == nil {
		l.logins = logins{}
	}
	maps.Copy(l.logins, q.indexes.over(a.uv).over(a.pip).logins())
	chosen, err := l.choose(t)
	if err != nil {
		return nil, err
	}
	if err := r.complete(ctx, l, chosen, locked); err != nil {
		return nil, err
	}
	if err := q.verify(chosen, t); err != nil {
		return nil, err
	}
	if q.requested != nil {
		l.Tool.Pratique.Requested = q.requested
	}
	return l.narrow(chosen), nil
}

var pylockName = regexp.MustCompile(`^pylock(\.[^.]+)?\.toml$`)

// read reads an input: locks are final, the rest is a request.
func (r *Resolver) read(in Input, t python.Target) (*request, *Lock, error) {
	c := &collector{root: r.Root}
	if r.Root == "" {
		c.getenv = r.lookup
	}
	name := in.path(in.Requirements)
	kind := filepath.Base(name)
	isLock := name != "" && (pylockName.MatchString(kind) || kind == "uv.lock" || kind == "poetry.lock")
	if isLock && len(in.Packages) > 0 {
		return nil, nil, fmt.Errorf("%s is a lock, to which packages cannot be added: %s", kind, strings.Join(in.Packages, ", "))
	}
	if name != "" {
		if err := confine(r.Root, name); err != nil {
			return nil, nil, err
		}
	}
	var l *Lock
	var err error
	switch {
	case name == "":
	case pylockName.MatchString(kind):
		l, err = ReadFile(name)
	case kind == "uv.lock":
		l, err = readUVLock(r.Root, name, t)
	case kind == "poetry.lock":
		err = c.poetry(name, t)
	case filepath.Ext(kind) == ".toml":
		err = c.pyproject(name, t)
	default:
		err = c.file(name, false)
	}
	if err != nil {
		return nil, nil, redacted{err}
	}
	for i, p := range in.Packages {
		from := fmt.Sprintf("packages[%d]", i)
		for _, l := range joinLines(p) {
			if err := c.line(l.text, in.Dir, from, false); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", from, redacted{err})
			}
		}
	}
	words, err := splitWords(in.ExtraArgs)
	if err == nil {
		err = c.applyOptions(words, in.Dir, "the extra arguments")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("extra arguments: %w", redacted{err})
	}
	c.indexes = indexes{primary: in.IndexURL, extra: slices.Clone(in.ExtraIndexURLs)}.over(c.indexes)
	return &c.request, l, c.indexes.check(r.Root)
}

// path is a path of the input.
func (in Input) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(in.Dir, name)
}

// base is the folder whose configuration applies: that of the file.
func (r *Resolver) base(in Input) string {
	if name := in.path(in.Requirements); name != "" {
		return filepath.Dir(name)
	}
	return filepath.Clean(in.Dir)
}

// resolve makes the lock of a request, without uv where that is possible.
func (r *Resolver) resolve(ctx context.Context, in Input, q *request, a ambient, t python.Target) (*Lock, error) {
	if q.project == nil && !slices.ContainsFunc(q.lines, func(l line) bool { return l.Marker.Evaluate(t.Environment()) }) {
		return &Lock{LockVersion: "1.0"}, nil
	}
	// pip's configuration counts where uv has none, which does not read it.
	x := q.indexes.over(a.uv)
	if a.uv.empty() {
		x = q.indexes.over(a.pip)
	}
	var unpinned error
	if r.alone(q, a, x) {
		l, err := r.resolvePinned(ctx, q, r.newClient(x), t)
		var u *UnpinnedError
		if !errors.As(err, &u) {
			return l, err
		}
		unpinned = err
	} else if _, _, err := q.pins(t.Environment()); err != nil {
		unpinned = err
	}
	u, err := r.findUV(ctx)
	if err != nil {
		if unpinned != nil {
			return nil, fmt.Errorf("%w; pin it, or let uv resolve: %w", unpinned, err)
		}
		return nil, fmt.Errorf("no index is configured for the pinned packages: set one (pip_index of the spec, UV_DEFAULT_INDEX, PIP_INDEX_URL, uv.toml or pip.conf), or let uv resolve, which has one: %w", err)
	}
	if a.uv.empty() {
		q.indexes = x
	}
	return u.resolve(ctx, r.base(in), q, a, t)
}

// alone reports whether pinned packages of the request can be looked up
// without uv: all of its index configuration must be understood here.
func (r *Resolver) alone(q *request, a ambient, x indexes) bool {
	strategy := q.strategy
	if strategy == "" {
		strategy = a.strategy
	}
	return q.project == nil && (x.primary != "" || x.none) && (strategy == "" || strategy == "first-index") && len(q.trusted) == 0 &&
		!slices.ContainsFunc(q.uv, func(o string) bool { return strings.HasPrefix(o, "--torch-backend") })
}

// verify compares what was chosen with the hashes that the requirements name.
func (q *request) verify(chosen []choice, t python.Target) error {
	env := t.Environment()
	want := map[string][]string{}
	required := q.hashes
	for _, l := range slices.Concat(q.lines, q.constraints) {
		if l.Marker.Evaluate(env) {
			want[l.Name] = append(want[l.Name], l.hashes...)
			required = required || len(l.hashes) > 0
		}
	}
	for _, c := range chosen {
		hashes := want[c.pkg.Name]
		switch {
		case len(hashes) > 0 && !c.file.matches(hashes):
			return fmt.Errorf("%s has none of the hashes that are written for %s", c.file.Filename(), c.pkg.Name)
		case len(hashes) == 0 && required:
			return fmt.Errorf("%s has no --hash, and others have: all must, also those that are only depended on", c.pkg.Name)
		}
	}
	return nil
}

// narrow is the lock with the chosen files only.
func (l *Lock) narrow(chosen []choice) *Lock {
	out := &Lock{
		LockVersion: "1.0", RequiresPython: l.RequiresPython, CreatedBy: l.CreatedBy,
		Tool: l.Tool, Dir: l.Dir, logins: l.logins,
	}
	for _, c := range chosen {
		p := Package{Name: c.pkg.Name, Version: c.pkg.Version, RequiresPython: c.pkg.RequiresPython, Index: c.pkg.Index}
		if p.Version == "" {
			p.Version = c.version
		}
		if c.file == c.pkg.Archive {
			p.Archive = c.file
		} else {
			p.Wheels = []File{*c.file}
		}
		out.Packages = append(out.Packages, p)
	}
	return out
}
