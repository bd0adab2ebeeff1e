package pylock

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// indexes say where packages come from.
type indexes struct {
	primary string   // asked last; "" where nothing is configured
	extra   []string // asked before, in order
	links   []string // folders (absolute) and pages with files, in addition
	none    bool     // links only
}

func (x indexes) empty() bool {
	return x.primary == "" && len(x.extra) == 0 && len(x.links) == 0 && !x.none
}

// over adds what the other names where x leaves it open.
func (x indexes) over(y indexes) indexes {
	if x.primary == "" {
		x.primary = y.primary
	}
	x.extra = slices.Concat(x.extra, y.extra)
	x.links = slices.Concat(x.links, y.links)
	x.none = x.none || y.none
	return x
}

// logins are the credentials that the URLs of the indexes carry.
func (x indexes) logins() logins {
	l := logins{}
	for _, u := range slices.Concat([]string{x.primary}, x.extra, x.links) {
		l.add(u)
	}
	return l
}

// check refuses what is no index, and one on disk that root does not contain.
func (x indexes) check(root string) error {
	for _, raw := range slices.Concat([]string{x.primary}, x.extra) {
		if raw == "" {
			continue
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" && u.Scheme != "file" {
			return fmt.Errorf("index URL %q cannot be parsed", Redact(raw))
		}
		if u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "file" {
			return fmt.Errorf("index URL %q is neither https nor http", Redact(raw))
		}
		if u.Scheme == "file" {
			if err := confine(root, u.Path); err != nil {
				return fmt.Errorf("index URL: %w", err)
			}
		}
	}
	return nil
}

// addLinks adds a folder or page of files.
func (c *collector) addLinks(value, dir string) error {
	if strings.ContainsAny(value, "\r\n") { // uv gets it as a line of a file
		return fmt.Errorf("find-links %q has more than one line", Redact(value))
	}
	if u, err := url.Parse(value); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		c.indexes.links = append(c.indexes.links, value)
		return nil
	}
	value = strings.TrimPrefix(value, "file://")
	if !filepath.IsAbs(value) {
		value = filepath.Join(dir, value)
	}
	if err := confine(c.root, value); err != nil {
		return err
	}
	c.indexes.links = append(c.indexes.links, filepath.Clean(value))
	return nil
}

// ambient are the indexes that the machine is configured for: those that uv
// finds itself, and those of pip, which uv does not look at.
type ambient struct {
	uv, pip indexes
	// strategy is uv's way with several indexes, "" being its default.
	strategy string
}

// configured reads the environment and the configuration files that apply in
// dir. A file that cannot be read or parsed is an error: the index it names
// may be the private one.
func (r *Resolver) configured(dir string) (ambient, error) {
	var a ambient
	env := func(name string) string { v, _ := r.lookup(name); return v }
	a.uv.primary = cmp.Or(env("UV_DEFAULT_INDEX"), env("UV_INDEX_URL"))
	for _, named := range append(strings.Fields(env("UV_INDEX")), strings.Fields(env("UV_EXTRA_INDEX_URL"))...) {
		a.uv.extra = append(a.uv.extra, r.withIndexLogin(named))
	}
	a.uv.primary = r.withIndexLogin(a.uv.primary)
	for link := range strings.SplitSeq(env("UV_FIND_LINKS"), ",") {
		if link != "" {
			a.uv.links = append(a.uv.links, absolute(link, dir))
		}
	}
	a.uv.none = truth(env("UV_NO_INDEX"))
	a.strategy = env("UV_INDEX_STRATEGY")
	if !truth(env("UV_NO_CONFIG")) && r.Root == "" {
		for _, name := range r.uvFiles(dir) {
			x, err := r.readUV(name)
			if err != nil {
				return a, err
			}
			a.uv = a.uv.over(x)
		}
	}

	a.pip.primary = env("PIP_INDEX_URL")
	a.pip.extra = strings.Fields(env("PIP_EXTRA_INDEX_URL"))
	for _, link := range strings.Fields(env("PIP_FIND_LINKS")) {
		a.pip.links = append(a.pip.links, absolute(link, dir))
	}
	a.pip.none = truth(env("PIP_NO_INDEX"))
	for _, name := range r.pipFiles() {
		x, err := readPip(name)
		if err != nil {
			return a, err
		}
		if len(a.pip.extra) > 0 { // pip replaces lists where uv appends to them
			x.extra = nil
		}
		if len(a.pip.links) > 0 {
			x.links = nil
		}
		a.pip = a.pip.over(x)
	}
	return a, nil
}

func truth(s string) bool {
	return slices.Contains([]string{"1", "true", "yes", "on", "t", "y"}, strings.ToLower(s))
}

// absolute makes a folder absolute; URLs stay.
func absolute(link, dir string) string {
	link = strings.TrimPrefix(link, "file://")
	if strings.Contains(link, "://") || filepath.IsAbs(link) {
		return link
	}
	return filepath.Join(dir, link)
}

// withIndexLogin reads an index of uv's, "name=URL" or a URL, and adds the
// credentials that UV_INDEX_NAME_USERNAME and _PASSWORD have for its name.
func (r *Resolver) withIndexLogin(index string) string {
	name, raw, named := strings.Cut(index, "=")
	if !named || strings.Contains(name, "/") {
		return index
	}
	key := "UV_INDEX_" + strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c - 'a' + 'A'
		}
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, name)
	user, hasUser := r.lookup(key + "_USERNAME")
	password, hasPassword := r.lookup(key + "_PASSWORD")
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || !hasUser && !hasPassword {
		return raw
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

// uvFiles are the configuration files that uv reads in dir, nearest first.
func (r *Resolver) uvFiles(dir string) []string {
	if name, ok := r.lookup("UV_CONFIG_FILE"); ok && name != "" {
		return []string{name}
	}
	var names []string
	if abs, err := filepath.Abs(dir); err == nil {
		for d := abs; ; d = filepath.Dir(d) {
			names = append(names, filepath.Join(d, "uv.toml"), filepath.Join(d, "pyproject.toml"))
			if d == filepath.Dir(d) {
				break
			}
		}
	}
	if config := r.configDir(); config != "" {
		names = append(names, filepath.Join(config, "uv", "uv.toml"))
	}
	return append(names, "/etc/uv/uv.toml")
}

// configDir is where a user's configuration is, "" for nobody's.
func (r *Resolver) configDir() string {
	if dir, ok := r.lookup("XDG_CONFIG_HOME"); ok && dir != "" {
		return dir
	}
	if home, ok := r.lookup("HOME"); ok && home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}

// uvIndexes is what uv's configuration says about indexes.
type uvIndexes struct {
	IndexURL      string   `toml:"index-url"`
	ExtraIndexURL []string `toml:"extra-index-url"`
	FindLinks     []string `toml:"find-links"`
	NoIndex       bool     `toml:"no-index"`
	Index         []struct {
		Name     string `toml:"name"`
		URL      string `toml:"url"`
		Default  bool   `toml:"default"`
		Explicit bool   `toml:"explicit"` // for packages that name it only
	} `toml:"index"`
}

// readUV reads a uv.toml, or the part of a pyproject.toml that is uv's.
func (r *Resolver) readUV(name string) (indexes, error) {
	data, err := readFile(name, maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return indexes{}, nil
	}
	if err != nil {
		return indexes{}, fmt.Errorf("read configuration of uv: %w", err)
	}
	var file struct {
		uvIndexes
		Pip  uvIndexes `toml:"pip"`
		Tool struct {
			UV struct {
				uvIndexes
				Pip uvIndexes `toml:"pip"`
			} `toml:"uv"`
		} `toml:"tool"`
	}
	if err := toml.Unmarshal(data, &file); err != nil {
		return indexes{}, fmt.Errorf("read configuration of uv: %s: %w", name, tomlError(err))
	}
	all := []uvIndexes{file.Pip, file.uvIndexes}
	if filepath.Base(name) == "pyproject.toml" {
		all = []uvIndexes{file.Tool.UV.Pip, file.Tool.UV.uvIndexes}
	}
	var x indexes
	for _, u := range all {
		y := indexes{primary: u.IndexURL, extra: u.ExtraIndexURL, none: u.NoIndex}
		for _, i := range u.Index {
			switch u := r.withIndexLogin(i.Name + "=" + i.URL); {
			case i.Explicit:
			case i.Default:
				y.primary = u
			default:
				y.extra = append(y.extra, u)
			}
		}
		for _, link := range u.FindLinks {
			y.links = append(y.links, absolute(link, filepath.Dir(name)))
		}
		x = x.over(y)
	}
	return x, nil
}

// pipFiles are the configuration files that pip reads, the strongest first.
func (r *Resolver) pipFiles() []string {
	var names []string
	if name, ok := r.lookup("PIP_CONFIG_FILE"); ok && name != "" {
		if name == "/dev/null" {
			return nil
		}
		names = append(names, name)
	}
	if config := r.configDir(); config != "" {
		names = append(names, filepath.Join(config, "pip", "pip.conf"))
	}
	if home, ok := r.lookup("HOME"); ok && home != "" {
		names = append(names, filepath.Join(home, ".pip", "pip.conf"))
	}
	return append(names, "/etc/xdg/pip/pip.conf", "/etc/pip.conf")
}

// readPip reads the indexes of a pip.conf: its sections global, install and
// download, values going on in indented lines.
func readPip(name string) (indexes, error) {
	data, err := readFile(name, maxRequirements)
	if errors.Is(err, fs.ErrNotExist) {
		return indexes{}, nil
	}
	if err != nil {
		return indexes{}, fmt.Errorf("read configuration of pip: %w", err)
	}
	values := map[string]string{}
	section, key := "", ""
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		text := s.Text()
		trimmed := strings.TrimSpace(text)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, ";"):
		case strings.HasPrefix(trimmed, "[") && strings.HasSuffix(trimmed, "]"):
			section, key = trimmed[1:len(trimmed)-1], ""
		case section != "global" && section != "install" && section != "download":
		case key != "" && (text[0] == ' ' || text[0] == '\t'):
			values[key] += "\n" + trimmed
		default:
			i := strings.IndexAny(trimmed, "=:")
			if i < 0 {
				return indexes{}, fmt.Errorf("read configuration of pip: %s: a line has no =", name)
			}
			key = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(trimmed[:i])), "_", "-")
			values[key] = strings.TrimSpace(trimmed[i+1:])
		}
	}
	x := indexes{primary: values["index-url"], extra: strings.Fields(values["extra-index-url"]), none: truth(values["no-index"])}
	for _, link := range strings.Fields(values["find-links"]) {
		x.links = append(x.links, absolute(link, filepath.Dir(name)))
	}
	return x, nil
}
