package pylock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/internal/python"
)

// candidate is a file that an index has of a package.
type candidate struct {
	File
	requiresPython string
	yanked         bool
	metadata       bool   // its METADATA can be had on its own, at URL + ".metadata"
	metadataHash   string // sha256 of that, or ""
}

// client asks indexes for packages. It is made for one resolution.
type client struct {
	r       *Resolver
	indexes indexes
	logins  logins

	mu    sync.Mutex
	links []candidate // of all find-links, read once
	read  bool
}

func (r *Resolver) newClient(x indexes) *client {
	return &client{r: r, indexes: x, logins: x.logins()}
}

// candidates returns the files of a package, by the first index that knows it,
// as uv does: where a private index and a public one are configured, nobody
// can put a package of the private one's name before it. index is "" for files
// of find-links only. A package that is bound to one index comes from there.
func (c *client) candidates(ctx context.Context, name, bound string) (files []candidate, index string, err error) {
	if bound != "" {
		files, err = c.project(ctx, bound, name)
		return files, withoutLogin(bound), err
	}
	linked, err := c.linked(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, l := range linked {
		if fileOf(l.Filename()) == name {
			files = append(files, l)
		}
	}
	if c.indexes.none {
		return files, "", nil
	}
	for _, index := range append(slices.Clone(c.indexes.extra), c.indexes.primary) {
		if index == "" {
			continue
		}
		found, err := c.project(ctx, index, name)
		if errors.Is(err, errNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		return append(files, found...), withoutLogin(index), nil
	}
	return files, "", nil
}

// fileOf is the name of the package that a file belongs to, "" where its name
// does not say.
func fileOf(file string) string {
	if w, err := python.ParseWheelName(file); err == nil {
		return w.Name
	}
	for _, suffix := range archiveSuffixes {
		if stem, ok := strings.CutSuffix(file, suffix); ok && suffix != ".whl" {
			if i := strings.LastIndexByte(stem, '-'); i > 0 {
				return python.NormalizeName(stem[:i])
			}
		}
	}
	return ""
}

// maxPage is the size of an index's answer about one package that is still
// read; the largest known ones have some ten megabytes.
const maxPage = 256 << 20

var acceptPage = http.Header{"Accept": {"application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"}}

// project asks one index, in the simple API's JSON or HTML form. Source:
// https://packaging.python.org/en/latest/specifications/simple-repository-api/.
func (c *client) project(ctx context.Context, index, name string) ([]candidate, error) {
	u, err := url.Parse(index)
	if err != nil {
		return nil, fmt.Errorf("index URL %q cannot be parsed", Redact(index))
	}
	return c.page(ctx, u.JoinPath(name, "/").String())
}

// page reads one page of files.
func (c *client) page(ctx context.Context, page string) ([]candidate, error) {
	doc, err := c.r.getAll(ctx, page, c.logins.of(page), acceptPage, maxPage)
	if err != nil {
		return nil, err
	}
	media, _, _ := mime.ParseMediaType(doc.media)
	var files []candidate
	switch {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		files, err = parsePage(doc.data, doc.at)
	case media == "text/html" || strings.HasSuffix(media, "+html"):
		files = parseHTML(string(doc.data), doc.at)
	default:
		err = fmt.Errorf("it answered %q, which is no index page", media)
	}
	if err != nil {
		return nil, fmt.Errorf("read index page %s: %w", withoutLogin(page), err)
	}
	return files, nil
}

// jsonPage is what PEP 691 and its successors say about a package.
type jsonPage struct {
	Meta struct {
		Version string `json:"api-version"`
	} `json:"meta"`
	Files []struct {
		Filename       string            `json:"filename"`
		URL            string            `json:"url"`
		Hashes         map[string]string `json:"hashes"`
		RequiresPython string            `json:"requires-python"`
		CoreMetadata   flag              `json:"core-metadata"`
		DistInfo       flag              `json:"dist-info-metadata"`
		Yanked         flag              `json:"yanked"`
		Size           int64             `json:"size"`
	} `json:"files"`
}

// flag is true, false, or something that says more and means true.
type flag struct {
	set    bool
	hashes map[string]string
}

func (f *flag) UnmarshalJSON(data []byte) error {
	switch text := string(data); {
	case text == "false" || text == "null":
	case strings.HasPrefix(text, "{"):
		f.set = true
		return json.Unmarshal(data, &f.hashes)
	default: // true, or the reason
		f.set = true
	}
	return nil
}

func parsePage(data []byte, base *url.URL) ([]candidate, error) {
	var page jsonPage
	if err := json.Unmarshal(data, &page); err != nil {
		return nil, err
	}
	if major, _, _ := strings.Cut(page.Meta.Version, "."); major != "1" {
		return nil, fmt.Errorf("api-version is %q: only 1 is known", page.Meta.Version)
	}
	var files []candidate
	for _, f := range page.Files {
		metadata := f.CoreMetadata
		if !metadata.set {
			metadata = f.DistInfo
		}
		c := candidate{
			File:           File{Name: f.Filename, Size: f.Size, Hashes: f.Hashes},
			requiresPython: f.RequiresPython,
			yanked:         f.Yanked.set,
			metadata:       metadata.set,
			metadataHash:   metadata.hashes["sha256"],
		}
		if c.place(f.URL, base) {
			files = append(files, c)
		}
	}
	return files, nil
}

// place sets where the file is, and reports whether that can be used.
func (c *candidate) place(ref string, base *url.URL) bool {
	u, err := base.Parse(ref)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return false
	}
	if algorithm, hash, ok := strings.Cut(u.Fragment, "="); ok && len(c.Hashes) == 0 {
		c.Hashes = map[string]string{algorithm: hash}
	}
	u.Fragment, u.User = "", nil
	c.URL = u.String()
	if c.Name == "" {
		c.Name = path.Base(u.Path)
	}
	return c.check() == nil
}

// linked reads the folders and pages of find-links. A folder that is not
// there has nothing, as for pip and uv.
func (c *client) linked(ctx context.Context) ([]candidate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read {
		return c.links, nil
	}
	for _, link := range c.indexes.links {
		files, err := c.link(ctx, link)
		if err != nil {
			return nil, fmt.Errorf("find-links: %w", err)
		}
		c.links = append(c.links, files...)
	}
	c.read = true
	return c.links, nil
}

func (c *client) link(ctx context.Context, link string) ([]candidate, error) {
	if strings.Contains(link, "://") {
		return c.page(ctx, link)
	}
	entries, err := os.ReadDir(link)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []candidate
	for _, e := range entries {
		if e.Type().IsRegular() && fileOf(e.Name()) != "" {
			files = append(files, candidate{File: File{Name: e.Name(), Path: filepath.Join(link, e.Name())}})
		}
	}
	return files, nil
}
