package wheel

import (
	"archive/tar"
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/layer"
)

func usrLocal() Layout {
	return Layout{
		Interpreter: "/usr/local/bin/python3.11",
		Purelib:     "/usr/local/lib/python3.11/site-packages",
		Platlib:     "/usr/local/lib/python3.11/site-packages",
		Scripts:     "/usr/local/bin",
		Headers:     "/usr/local/include/python3.11",
		Data:        "/usr/local",
	}
}

func drain(r io.ReadCloser) (int64, error) {
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// installed is a file of a layer.
type tarFile struct {
	header  *tar.Header
	content string
}

func read(t testing.TB, l Layer) map[string]tarFile {
	t.Helper()
	r, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	files := map[string]tarFile{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		files["/"+h.Name] = tarFile{h, string(b)}
	}
}

func newCache(t testing.TB) *layer.Cache { return &layer.Cache{Dir: t.TempDir()} }

func installs(t testing.TB, sources ...source) []Install {
	t.Helper()
	var all []Install
	for _, s := range sources {
		all = append(all, Install{Path: s.write(t)})
	}
	return all
}

func layers(t testing.TB, c *layer.Cache, in []Install, layout Layout, opts Options) []Layer {
	t.Helper()
	made, err := Layers(t.Context(), c, in, layout, opts)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func digests(layers []Layer) []string {
	var all []string
	for _, l := range layers {
		d, _ := l.Digest()
		all = append(all, d.String())
	}
	return all
}

func everything() source {
	return demo(
		sourceFile{name: "demo/", mode: fs.ModeDir | 0o755},
		sourceFile{name: "demo/__init__.py", content: "x = 1\n"},
		sourceFile{name: "demo/tool", content: "ELF", mode: 0o711},
		sourceFile{name: "demo/a,b \"c\".txt", content: "odd\n"},
		sourceFile{name: "demo/größe.txt", content: "ü\n"},
		sourceFile{name: "demo-1.0.data/purelib/extra.py", content: "y = 1\n"},
		sourceFile{name: "demo-1.0.data/platlib/native.so", content: "ELF"},
		sourceFile{name: "demo-1.0.data/headers/demo.h", content: "int x;\n"},
		sourceFile{name: "demo-1.0.data/scripts/run", content: "#!python -E\nprint(1)\n"},
		sourceFile{name: "demo-1.0.data/scripts/runw", content: "#!pythonw\r\nprint(1)\n"},
		sourceFile{name: "demo-1.0.data/scripts/shell", content: "#!/bin/sh\n"},
		sourceFile{name: "demo-1.0.data/scripts/demo-cli.exe", content: "MZ"},
		sourceFile{name: "demo-1.0.data/data/etc/demo.conf", content: "a=1\n"},
		sourceFile{name: "demo-1.0.dist-info/INSTALLER", content: "other\n"},
		sourceFile{name: "demo-1.0.dist-info/RECORD.jws", content: "{}"},
		sourceFile{name: "demo-1.0.dist-info/entry_points.txt", content: "[console_scripts]\ndemo-cli = demo.cli:App.run [extra]\n\n; no\n[other]\npython = 1\n[gui_scripts]\ndemo-gui=demo:gui\n"},
	)
}

func TestInstall(t *testing.T) {
	in := installs(t, everything())
	in[0].Requested = true
	in[0].SHA256 = "ab12"
	in[0].DirectURL = "https://user:secret@example.com/demo-1.0-py3-none-any.whl#sha256=ab12"
	layout := usrLocal()
	layout.UID, layout.GID = 7, 8
	layout.Dirs = map[string]Dir{"/usr": {Mode: 0o755}, "/usr/local": {Mode: 0o775 | fs.ModeSetgid, GID: 50}}
	made := layers(t, newCache(t), in, layout, Options{})
	if len(made) != 1 || !slices.Equal(made[0].Content, []string{"demo 1.0"}) {
		t.Fatalf("%d layers", len(made))
	}
	files := read(t, made[0])
	var got []string
	for name, f := range files {
		got = append(got, fmt.Sprintf("%s %o %d:%d", name, f.header.Mode, f.header.Uid, f.header.Gid))
	}
	slices.Sort(got)
	want := []string{
		"/usr/ 755 0:0",
		"/usr/local/ 2775 0:50",
		"/usr/local/bin/ 755 7:8",
		"/usr/local/bin/demo-cli 755 7:8",
		"/usr/local/bin/demo-gui 755 7:8",
		"/usr/local/bin/run 755 7:8",
		"/usr/local/bin/runw 755 7:8",
		"/usr/local/bin/shell 755 7:8",
		"/usr/local/etc/ 755 7:8",
		"/usr/local/etc/demo.conf 644 7:8",
		"/usr/local/include/ 755 7:8",
		"/usr/local/include/python3.11/ 755 7:8",
		"/usr/local/include/python3.11/demo/ 755 7:8",
		"/usr/local/include/python3.11/demo/demo.h 644 7:8",
		"/usr/local/lib/ 755 7:8",
		"/usr/local/lib/python3.11/ 755 7:8",
		"/usr/local/lib/python3.11/site-packages/ 755 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/ 755 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/INSTALLER 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/METADATA 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/RECORD 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/REQUESTED 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/WHEEL 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/direct_url.json 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/entry_points.txt 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo/ 755 7:8",
		"/usr/local/lib/python3.11/site-packages/demo/__init__.py 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo/a,b \"c\".txt 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo/größe.txt 644 7:8",
		"/usr/local/lib/python3.11/site-packages/demo/tool 755 7:8",
		"/usr/local/lib/python3.11/site-packages/extra.py 644 7:8",
		"/usr/local/lib/python3.11/site-packages/native.so 644 7:8",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	const info = "/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info/"
	for name, want := range map[string]string{
		info + "INSTALLER":        "pratique\n",
		info + "REQUESTED":        "",
		info + "direct_url.json":  `{"archive_info":{"hashes":{"sha256":"ab12"}},"url":"https://example.com/demo-1.0-py3-none-any.whl"}`,
		"/usr/local/bin/run":      "#!/usr/local/bin/python3.11 -E\nprint(1)\n",
		"/usr/local/bin/runw":     "#!/usr/local/bin/python3.11\nprint(1)\n",
		"/usr/local/bin/shell":    "#!/bin/sh\n",
		"/usr/local/bin/demo-cli": "#!/usr/local/bin/python3.11\nimport sys\n\nfrom demo.cli import App\n\nif __name__ == \"__main__\":\n    sys.exit(App.run())\n",
		"/usr/local/bin/demo-gui": "#!/usr/local/bin/python3.11\nimport sys\n\nfrom demo import gui\n\nif __name__ == \"__main__\":\n    sys.exit(gui())\n",
	} {
		if got := files[name].content; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	checkRecord(t, files, info+"RECORD")
}

// checkRecord checks that RECORD lists each file of the layer, right.
func checkRecord(t *testing.T, files map[string]tarFile, record string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(files[record].content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lib := path.Dir(path.Dir(record))
	listed := map[string]bool{}
	for _, row := range rows {
		name := path.Join(lib, row[0])
		f, ok := files[name]
		listed[name] = true
		switch {
		case !ok:
			t.Errorf("RECORD lists %s", row[0])
		case name == record && (row[1] != "" || row[2] != ""):
			t.Errorf("RECORD says of itself: %v", row)
		case name != record && (row[1] != hashOf(f.content) || row[2] != strconv.Itoa(len(f.content))):
			t.Errorf("RECORD says %v", row)
		}
	}
	for name := range files {
		if !strings.HasSuffix(name, "/") && !listed[name] {
			t.Errorf("RECORD does not list %s", name)
		}
	}
}

func TestPlatlib(t *testing.T) {
	s := everything().with("demo-1.0.dist-info/WHEEL", strings.Replace(wheelFile, "true", "false", 1))
	layout := usrLocal()
	layout.Platlib = "/usr/local/lib64/python3.11/site-packages"
	files := read(t, layers(t, newCache(t), installs(t, s), layout, Options{})[0])
	for _, name := range []string{
		"/usr/local/lib64/python3.11/site-packages/demo/__init__.py",
		"/usr/local/lib64/python3.11/site-packages/native.so",
		"/usr/local/lib/python3.11/site-packages/extra.py",
	} {
		if _, ok := files[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
	checkRecord(t, files, "/usr/local/lib64/python3.11/site-packages/demo-1.0.dist-info/RECORD")
}

// What the base image has as a link to a directory stays one.
func TestLinksOfTheBase(t *testing.T) {
	layout := usrLocal()
	layout.Dirs = map[string]Dir{
		"/usr/local/man":       {Link: "share/man"},
		"/usr/local/lib":       {Link: "/opt/lib"},
		"/usr/local/share":     {Mode: 0o755},
		"/usr/local/share/man": {Mode: 0o755},
	}
	s := demo(sourceFile{name: "demo-1.0.data/data/man/man1/demo.1", content: "."}, sourceFile{name: "demo.py", content: "x"})
	files := read(t, layers(t, newCache(t), installs(t, s), layout, Options{})[0])
	for _, name := range []string{"/usr/local/share/man/man1/demo.1", "/opt/lib/python3.11/site-packages/demo.py"} {
		if _, ok := files[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
	for name := range files {
		if strings.HasPrefix(name, "/usr/local/lib/") || strings.HasPrefix(name, "/usr/local/man/") {
			t.Errorf("%s replaces a link", name)
		}
	}
	record := files["/opt/lib/python3.11/site-packages/demo-1.0.dist-info/RECORD"].content
	if !strings.Contains(record, "../../../man/man1/demo.1,") {
		t.Errorf("RECORD names files where Python does not see them:\n%s", record)
	}
	layout.Dirs["/usr/local/lib"] = Dir{Link: "lib"}
	if _, err := Layers(t.Context(), newCache(t), installs(t, s), layout, Options{}); err == nil {
		t.Error("a link to itself is no error")
	}
}

// Broken content is found when it is read, in files that are copied and in
// those that are taken over, and leaves nothing behind.
func TestWrongContent(t *testing.T) {
	large := text(200_000)
	for name, s := range map[string]source{
		"hash":       demo(sourceFile{name: "a", content: "x"}).recorded(func(r string) string { return strings.Replace(r, hashOf("x"), hashOf("y"), 1) }),
		"large hash": demo(sourceFile{name: "a", content: large}).recorded(func(r string) string { return strings.Replace(r, hashOf(large), hashOf("y"), 1) }),
		"crc":        demo(sourceFile{name: "a", content: large}).edited(patched(0, 16, 1, 2, 3, 4)),
		"size":       demo(sourceFile{name: "a", content: large}).recordedSize(199_999).edited(patched(0, 24, 0x3f, 0x0d)),
		"stream":     demo(sourceFile{name: "a", content: large}).edited(local(1000, 1, 2, 3, 4)),
		"metadata":   demo().recorded(func(r string) string { return strings.Replace(r, hashOf(metadata), hashOf("y"), 1) }),
	} {
		t.Run(name, func(t *testing.T) {
			c := newCache(t)
			_, err := Layers(t.Context(), c, installs(t, s), usrLocal(), Options{})
			var e *InvalidError
			if !errors.As(err, &e) || e.File != "demo-1.0-py3-none-any.whl" {
				t.Errorf("%v", err)
			}
			filepath.WalkDir(c.Dir, func(name string, d fs.DirEntry, err error) error {
				if !d.IsDir() {
					t.Errorf("left: %s", name)
				}
				return err
			})
		})
	}
}

func (s source) recordedSize(n int) source {
	return s.recorded(func(r string) string { return strings.Replace(r, ",200000\n", fmt.Sprintf(",%d\n", n), 1) })
}

// text is n bytes that compress somewhat.
func text(n int) string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%x = %d\n", r.Uint64(), r.IntN(100))
	}
	return b.String()[:n]
}

// What a wheel may not replace, wherever in it the file is.
func TestPlaces(t *testing.T) {
	layout := usrLocal()
	layout.Dirs = map[string]Dir{"/usr/local/etc": {Mode: 0o755}, "/usr/local/man": {Link: "share/man"}}
	for name, want := range map[string]string{
		"demo-1.0.data/scripts/python3.11":                    "interpreter",
		"demo-1.0.data/data/bin/python":                       "interpreter",
		"demo-1.0.data/data/etc":                              "directory",
		"demo-1.0.data/data/man":                              "directory",
		"demo-1.0.data/purelib/demo/a.py":                     "another file",
		"demo-1.0.data/data/lib/python3.11/site-packages/x.y": "",
		"demo-1.0.data/scripts/pythonista":                    "",
		"demo-1.0.data/data/share/python3":                    "",
	} {
		s := demo(sourceFile{name: "demo/a.py", content: "a"}, sourceFile{name: name, content: "b"})
		_, err := Layers(t.Context(), newCache(t), installs(t, s), layout, Options{})
		var e *InvalidError
		if (want == "") != (err == nil) || err != nil && (!errors.As(err, &e) || !strings.Contains(e.Reason, want)) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestConflicts(t *testing.T) {
	for name, test := range map[string]struct {
		a, b sourceFile
		path string
	}{
		"none":      {sourceFile{name: "ns/a.py", content: "a"}, sourceFile{name: "ns/b.py", content: "b"}, ""},
		"same":      {sourceFile{name: "ns/__init__.py"}, sourceFile{name: "ns/__init__.py"}, ""},
		"different": {sourceFile{name: "ns/__init__.py"}, sourceFile{name: "ns/__init__.py", content: "b"}, "ns/__init__.py"},
		"data":      {sourceFile{name: "x.py", content: "a"}, sourceFile{name: "beta-1.0.data/data/lib/python3.11/site-packages/x.py", content: "b"}, "x.py"},
		"file":      {sourceFile{name: "x", content: "a"}, sourceFile{name: "x/y/z", content: "b"}, "x"},
		"directory": {sourceFile{name: "x/y/z", content: "a"}, sourceFile{name: "x/y", content: "b"}, "x/y"},
	} {
		for _, budget := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s/%d", name, budget), func(t *testing.T) {
				in := installs(t, distribution("beta", "1.0", test.b), distribution("alpha", "1.0", test.a))
				_, err := Layers(t.Context(), newCache(t), in, usrLocal(), Options{Budget: Budget{Layers: budget}})
				var e *ConflictError
				if test.path == "" {
					if err != nil {
						t.Error(err)
					}
				} else if !errors.As(err, &e) || e.Path != "/usr/local/lib/python3.11/site-packages/"+test.path ||
					!strings.Contains(err.Error(), "alpha 1.0") || !strings.Contains(err.Error(), "beta 1.0") {
					t.Errorf("%v", err)
				}
			})
		}
	}
	twice := installs(t, distribution("alpha", "1.0"), distribution("alpha", "2.0"))
	if _, err := Layers(t.Context(), newCache(t), twice, usrLocal(), Options{}); err == nil || !strings.Contains(err.Error(), "alpha 1.0 and alpha 2.0") {
		t.Errorf("one distribution twice: %v", err)
	}
}

// A wheel has one layer, whatever else there is; order, time and what was
// cached do not show.
func TestSameLayers(t *testing.T) {
	var sources []source
	for i := range 9 {
		sources = append(sources, distribution(fmt.Sprintf("pkg%d", i), "1.0", sourceFile{name: fmt.Sprintf("pkg%d.py", i), content: text(1 << (i + 9))}))
	}
	in := installs(t, sources...)
	first := layers(t, newCache(t), in, usrLocal(), Options{})
	if len(first) != 9 || first[0].Content[0] != "pkg8 1.0" || first[8].Content[0] != "pkg0 1.0" {
		t.Errorf("%d layers, first %v", len(first), first[0].Content)
	}
	c := newCache(t)
	layers(t, c, in[3:5], usrLocal(), Options{})
	slices.Reverse(in)
	if diff := cmp.Diff(digests(first), digests(layers(t, c, in, usrLocal(), Options{}))); diff != "" {
		t.Errorf("another order, another cache:\n%s", diff)
	}
	sources[4] = distribution("pkg4", "1.1", sourceFile{name: "pkg4.py", content: text(1 << 13)})
	var done []Layer
	changed := layers(t, c, installs(t, sources...), usrLocal(), Options{Done: func(l Layer) {
		if !l.Cached() {
			done = append(done, l) // one, so from one goroutine
		}
	}})
	if len(done) != 1 || done[0].Content[0] != "pkg4 1.1" {
		t.Errorf("made anew: %d layers", len(done))
	}
	a, b := digests(first), digests(changed)
	for i := range a {
		if (a[i] != b[i]) != (first[i].Content[0] == "pkg4 1.0") {
			t.Errorf("layer %d, %v: %s, then %s", i, first[i].Content, a[i], b[i])
		}
	}
}

func TestLayoutDecides(t *testing.T) {
	c, in := newCache(t), installs(t, everything())
	seen := map[string]string{}
	for name, change := range map[string]func(*Layout){
		"none":        func(*Layout) {},
		"interpreter": func(l *Layout) { l.Interpreter = "/usr/local/bin/python3.12" },
		"owner":       func(l *Layout) { l.UID = 1 },
		"group":       func(l *Layout) { l.GID = 1 },
		"lib":         func(l *Layout) { l.Purelib = "/usr/local/lib/python3.12/site-packages" },
		"directory":   func(l *Layout) { l.Dirs = map[string]Dir{"/usr": {Mode: 0o700}} },
	} {
		layout := usrLocal()
		change(&layout)
		d := digests(layers(t, c, in, layout, Options{}))[0]
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one layer", name, other)
		}
		seen[d] = name
	}
	layout := usrLocal()
	layout.Dirs = map[string]Dir{"/somewhere/else": {Mode: 0o700}}
	if d := digests(layers(t, c, in, layout, Options{}))[0]; seen[d] != "none" {
		t.Error("a directory that is not passed changes the layer")
	}
	for name, change := range map[string]func(*Layout){
		"relative":    func(l *Layout) { l.Purelib = "lib" },
		"unclean":     func(l *Layout) { l.Data = "/usr/../etc" },
		"none":        func(l *Layout) { l.Headers = "" },
		"quote":       func(l *Layout) { l.Interpreter = `/usr/"bin"/python` },
		"dollar":      func(l *Layout) { l.Interpreter = "/usr/$(id)/python" },
		"second line": func(l *Layout) { l.Interpreter = "/usr/bin/python\nid" },
	} {
		layout := usrLocal()
		change(&layout)
		if _, err := Layers(t.Context(), c, in, layout, Options{}); err == nil {
			t.Errorf("layout with %s is no error", name)
		}
	}
}

func TestReplaced(t *testing.T) {
	const lib = "/usr/local/lib/python3.11/site-packages"
	layout := usrLocal()
	layout.Dirs = map[string]Dir{"/usr/local/lib/python3.11/site-packages/google": {Mode: fs.ModeSetgid | 0o755, GID: 9}, "/usr/lib64": {Link: "local/lib"}}
	opts := Options{Replaced: []Installed{
		{Name: "demo", Version: "0.9", Files: []string{
			lib + "/demo/__init__.py", lib + "/demo/old.py", lib + "/demo/__pycache__/old.cpython-311.pyc", lib + "/google/demo.py",
			lib + "/demo-0.9.dist-info/METADATA", lib + "/demo-0.9.dist-info/RECORD", lib + "/demo-0.9.dist-info",
			"/usr/local/bin/demo", "/usr/lib64/python3.11/x.py",
		}},
		{Name: "egg", Version: "1", Files: []string{lib + "/egg.egg-info/PKG-INFO", lib + "/flat.egg-info"}},
	}}
	made := layers(t, newCache(t), installs(t, everything()), layout, opts)
	if len(made) != 2 {
		t.Fatalf("%d layers", len(made))
	}
	if diff := cmp.Diff([]string{"without demo 0.9", "without egg 1"}, made[0].Content); diff != "" {
		t.Error(diff)
	}
	var gone []string
	files := read(t, made[0])
	for name, f := range files {
		if f.header.Typeflag != tar.TypeDir {
			gone = append(gone, name)
		}
		if strings.Contains(name, ".wh..wh.") {
			t.Errorf("%s hides what others have", name)
		}
	}
	slices.Sort(gone)
	want := []string{
		"/usr/local/bin/.wh.demo",
		lib[:len("/usr/local/lib/python3.11")] + "/.wh.x.py",
		lib + "/.wh.demo-0.9.dist-info",
		lib + "/.wh.egg.egg-info",
		lib + "/.wh.flat.egg-info",
		lib + "/demo/.wh.__init__.py",
		lib + "/demo/.wh.old.py",
		lib + "/demo/__pycache__/.wh.old.cpython-311.pyc",
		lib + "/google/.wh.demo.py",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("whiteouts (-want +got):\n%s", diff)
	}
	if h := files[lib+"/google/"].header; h == nil || h.Mode != 0o2755 || h.Gid != 9 {
		t.Errorf("the directory of the base is changed: %+v", h)
	}
	// The wheel's own layer does not know.
	if alone := layers(t, newCache(t), installs(t, everything()), layout, Options{}); digests(alone)[0] != digests(made)[1] {
		t.Error("the layer of the wheel depends on what it replaces")
	}
	opts.Replaced[0].Files = append(opts.Replaced[0].Files, "../etc/passwd")
	if _, err := Layers(t.Context(), newCache(t), nil, layout, opts); err == nil {
		t.Error("a relative path is no error")
	}
}

func TestBudget(t *testing.T) {
	if _, err := Layers(t.Context(), newCache(t), installs(t, demo()), usrLocal(),
		Options{Budget: Budget{Layers: 1}, Replaced: []Installed{{Name: "x"}}}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
	if made, err := Layers(t.Context(), newCache(t), nil, usrLocal(), Options{Budget: Budget{Layers: -1}}); err != nil || len(made) != 0 {
		t.Errorf("nothing to do: %v", err)
	}
	shared := sourceFile{name: "ns/__init__.py", content: "same"}
	in := installs(t, distribution("alpha", "1.0", shared), distribution("beta", "1.0", shared))
	made := layers(t, newCache(t), in, usrLocal(), Options{Budget: Budget{Layers: 1}})
	if len(made) != 1 || !slices.Equal(made[0].Content, []string{"alpha 1.0", "beta 1.0"}) {
		t.Errorf("%d layers", len(made))
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Layers(ctx, newCache(t), installs(t, demo()), usrLocal(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A path that no first line takes is found by the shell.
func TestShebang(t *testing.T) {
	if got := string(shebang("/"+strings.Repeat("p", 123), "")); !strings.HasPrefix(got, "#!/p") || len(got) != maxShebang {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	long := shebang("/"+strings.Repeat("p", 124), "")
	if !strings.HasPrefix(string(long), "#!/bin/sh\n") {
		t.Errorf("%s", long)
	}
	dir := filepath.Join(t.TempDir(), "with space", strings.Repeat("d", 100))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	interpreter, script := filepath.Join(dir, "python"), filepath.Join(dir, "demo cli")
	if err := os.WriteFile(interpreter, []byte("#!/bin/sh\nfor a; do echo \"<$a>\"; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, rewrite([]byte("#!python -E -s\nprint(1)\n"), interpreter), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), script, "a b", "c").CombinedOutput()
	if want := "<-E>\n<-s>\n<" + script + ">\n<a b>\n<c>\n"; err != nil || string(out) != want {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
}

// BenchmarkConvert makes layers of a wheel with 20 MB, most of it in a few
// libraries, as wheels are.
func BenchmarkConvert(b *testing.B) {
	var files []sourceFile
	for i := range 4 {
		files = append(files, sourceFile{name: fmt.Sprintf("demo/lib%d.so", i), content: text(4 << 20)})
	}
	for i := range 400 {
		files = append(files, sourceFile{name: fmt.Sprintf("demo/m%d.py", i), content: text(10_000 + i)})
	}
	for name, method := range map[string]uint16{"deflated": zip.Deflate, "stored": zip.Store} {
		for i := range files {
			files[i].header = func(h *zip.FileHeader) { h.Method = method }
		}
		in := installs(b, demo(files...))
		in[0].SHA256 = name // as after a download
		for _, compression := range []layer.Compression{layer.Gzip, layer.Zstd} {
			b.Run(name+"/"+compression.String(), func(b *testing.B) {
				b.SetBytes(20 << 20)
				b.ReportAllocs()
				for b.Loop() {
					c := newCache(b)
					layers(b, c, in, usrLocal(), Options{Layer: layer.Options{Compression: compression}})
				}
			})
		}
	}
}
