package pylock

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pratique-dev/pratique/internal/python"
)

var bookworm = python.Target{Version: "3.11.2", Implementation: "cpython", Arch: "amd64", Libc: "glibc", LibcVersion: "2.36"}

// testIndex is a package index on the loopback interface.
type testIndex struct {
	*httptest.Server
	files  map[string]testFile // by file name
	html   bool                // no JSON
	bare   bool                // no hashes
	apart  bool                // metadata on its own
	login  string              // "user:password" that is asked for
	broken map[string]int      // answers with 503 before a file is served, by file name

	mu   sync.Mutex
	seen []string // paths that were asked for
}

type testFile struct {
	data           []byte
	requiresPython string
	yanked         bool
}

func newIndex(t *testing.T) *testIndex {
	x := &testIndex{files: map[string]testFile{}, broken: map[string]int{}}
	x.Server = httptest.NewServer(x)
	t.Cleanup(x.Close)
	return x
}

// simple is the URL of the index, with its login where it asks for one.
func (x *testIndex) simple() string {
	if x.login != "" {
		return strings.Replace(x.URL, "://", "://"+x.login+"@", 1) + "/simple"
	}
	return x.URL + "/simple"
}

// add makes a wheel and returns its hash.
func (x *testIndex) add(t *testing.T, file string, requires ...string) string {
	t.Helper()
	data := testWheel(t, file, requires...)
	x.files[file] = testFile{data: data}
	return sumOf(data)
}

// asked counts the requests for paths that contain part.
func (x *testIndex) asked(part string) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, s := range x.seen {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

func (x *testIndex) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen = append(x.seen, req.URL.Path)
	user, password, _ := req.BasicAuth()
	if x.login != "" && user+":"+password != x.login {
		w.Header().Set("WWW-Authenticate", `Basic realm="index"`)
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	parts := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	switch name := parts[len(parts)-1]; parts[0] {
	case "simple":
		x.page(w, req, name)
	case "files":
		if x.broken[name] > 0 {
			x.broken[name]--
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		if wheel, ok := strings.CutSuffix(name, ".metadata"); ok && x.apart {
			if f, ok := x.files[wheel]; ok {
				_, _ = w.Write([]byte(metadataOf(f.data)))
				return
			}
		}
		if f, ok := x.files[name]; ok {
			_, _ = w.Write(f.data)
			return
		}
		http.NotFound(w, req)
	default:
		http.NotFound(w, req)
	}
}

// page answers for one package, with URLs that are relative.
func (x *testIndex) page(w http.ResponseWriter, req *http.Request, name string) {
	type file struct {
		Filename string            `json:"filename"`
		URL      string            `json:"url"`
		Hashes   map[string]string `json:"hashes"`
		Requires string            `json:"requires-python,omitempty"`
		Metadata any               `json:"core-metadata,omitempty"`
		Yanked   any               `json:"yanked,omitempty"`
		Size     int               `json:"size,omitempty"`
	}
	var files []file
	var links strings.Builder
	for n, f := range x.files {
		if fileOf(n) != name {
			continue
		}
		e := file{Filename: n, URL: "../../files/" + n, Hashes: map[string]string{}, Requires: f.requiresPython, Size: len(f.data)}
		attributes, fragment := "", ""
		if !x.bare {
			e.Hashes["sha256"] = sumOf(f.data)
			fragment = "#sha256=" + sumOf(f.data)
		}
		if f.yanked {
			e.Yanked = "broken"
			attributes += ` data-yanked="broken"`
		}
		if f.requiresPython != "" {
			attributes += ` data-requires-python="` + html.EscapeString(f.requiresPython) + `"`
		}
		if x.apart && strings.HasSuffix(n, ".whl") {
			sum := sumOf([]byte(metadataOf(f.data)))
			e.Metadata = map[string]string{"sha256": sum}
			attributes += ` data-dist-info-metadata="sha256=` + sum + `"`
		}
		files = append(files, e)
		fmt.Fprintf(&links, "<a href=\"../../files/%s%s\"%s>%s</a><br/>\n", n, fragment, attributes, n)
	}
	if len(files) == 0 {
		http.NotFound(w, req)
		return
	}
	if x.html {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!DOCTYPE html><html><!-- <a href=\"x-1-py3-none-any.whl\">no</a> --><body>%s</body></html>", links.String())
		return
	}
	w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
	_ = json.NewEncoder(w).Encode(map[string]any{"meta": map[string]string{"api-version": "1.1"}, "name": name, "files": files})
}

func sum512Of(data []byte) string {
	sum := sha512.Sum512(data)
	return hex.EncodeToString(sum[:])
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// testWheel makes a wheel that requires others. A requirement that begins with
// "Requires-Python:" is that field.
func testWheel(t *testing.T, file string, requires ...string) []byte {
	t.Helper()
	name, err := python.ParseWheelName(file)
	if err != nil {
		t.Fatal(err)
	}
	module := strings.ReplaceAll(name.Name, "-", "_")
	info := module + "-" + name.Version.String() + ".dist-info/"
	meta := "Metadata-Version: 2.1\nName: " + name.Name + "\nVersion: " + name.Version.String() + "\n"
	for _, r := range requires {
		if !strings.HasPrefix(r, "Requires-Python:") {
			r = "Requires-Dist: " + r
		}
		meta += r + "\n"
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{module + ".py", "version = '" + name.Version.String() + "'\n"},
		{info + "METADATA", meta + "\nName: not a field any more\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: " + strings.Join(name.Tags(), "\nTag: ") + "\n"},
		{info + "RECORD", ""},
	} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// metadataOf is the METADATA of a wheel that testWheel made.
func metadataOf(wheel []byte) string {
	z, err := zip.NewReader(bytes.NewReader(wheel), int64(len(wheel)))
	if err != nil {
		return ""
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "METADATA") {
			r, err := f.Open()
			if err != nil {
				return ""
			}
			var b bytes.Buffer
			_, _ = b.ReadFrom(r)
			r.Close()
			return b.String()
		}
	}
	return ""
}

// newResolver is one that has no uv, no configuration and an empty cache.
func newResolver(t *testing.T, env ...string) *Resolver {
	vars := map[string]string{"HOME": t.TempDir(), "PRATIQUE_UV": "/nonexistent/uv", "PIP_CONFIG_FILE": "/dev/null"}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		vars[name] = value
	}
	return &Resolver{Cache: t.TempDir(), Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

// write makes files in a new folder: "name", "content", …
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// chosen is what a lock has for a target: "name version", a star where it was
// asked for.
func chosen(t *testing.T, l *Lock, target python.Target) []string {
	t.Helper()
	ds, err := l.Select(target)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, d := range ds {
		s := d.Name + " " + d.Version
		if d.Requested {
			s += "*"
		}
		names = append(names, s)
	}
	return names
}

// leftovers are the files of a cache that are no complete wheels.
func leftovers(t *testing.T, r *Resolver) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(r.Cache, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
