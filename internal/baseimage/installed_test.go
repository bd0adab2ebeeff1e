package baseimage

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/internal/wheel"
)

// library is an image like docker-library's, with site as its site-packages.
const site = "usr/local/lib/python3.11/site-packages"

func library() []item {
	return flat(debianSystem(), stdlib("usr/local/lib", "3.11", ""), reg("usr/local/bin/python3.11", pythonProgram("3.11.9")), link("usr/local/bin/python3", "python3.11"))
}

func readItems(t testing.TB, config v1.Config, layers ...[]item) *Base {
	t.Helper()
	var all []v1.Layer
	for _, items := range layers {
		all = append(all, layerOf(t, items...))
	}
	b, err := Read(t.Context(), imageOf(t, config, all...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInstalled(t *testing.T) {
	b := readItems(t, env(usualPath, "PYTHONPATH=/root:relative:/absent"),
		library(),
		flat(
			wheelDir(site, "numpy", "1.26.4", `"numpy/with, comma.py",,`, "numpy/core/a.py,sha256=x,1", "numpy/absent.py,,", "../../../bin/f2py,sha256=x,5", "numpy/core,,",
				"../../../../../etc/passwd,,", "/etc/group,,", "/usr/local/share/numpy.txt,,", "numpy/out/shadow,,"),
			reg(site+"/numpy/with, comma.py", ""), reg(site+"/numpy/core/a.py", ""), reg("usr/local/bin/f2py", ""), reg("usr/local/share/numpy.txt", ""),
			reg(site+"/numpy/__pycache__/__init__.cpython-311.pyc", ""), reg(site+"/numpy/__pycache__/__init__.cpython-311.opt-1.pyc", ""),
			reg(site+"/numpy/__pycache__/__init__.cpython-312.pyc", ""), reg(site+"/numpy/__pycache__/other.cpython-311.pyc", ""),
			reg(site+"/numpy-1.26.4.dist-info/licenses/LICENSE", ""), link(site+"/numpy/out", "/etc"), reg("etc/shadow", ""),
			wheelDir(site, "gone", "1.0"),
		),
		flat(
			reg(site+"/.wh.gone-1.0.dist-info", ""),
			// A package of distutils, one of setuptools with its list, one that only has a directory.
			reg(site+"/old-2.0-py3.11.egg-info", "Metadata-Version: 1.0\nName: Old.Package\nVersion: 2.0\n"),
			reg(site+"/Listed-3.egg-info/PKG-INFO", "Name: Listed\nVersion: 3\n"), reg(site+"/Listed-3.egg-info/installed-files.txt", "../listed.py\n../absent.py\nPKG-INFO\n"), reg(site+"/listed.py", ""),
			dir(site+"/bare-4.5.dist-info"),
			// In the directories before and after.
			wheelDir("root", "early", "1"),
			reg(site+"/more.pth", "# comment\nimport sys; sys.exit()\n/opt/added\nbelow\n/opt/absent\n"), reg(site+"/.hidden.pth", "/opt/hidden\n"), dir("opt/hidden"),
			wheelDir("opt/added", "late", "1"), dir(site+"/below"),
			wheelDir("root/.local/lib/python3.11/site-packages", "mine", "5"),
		))
	own := "/" + site
	want := []Installed{
		{Dir: "/root", Place: Shadowing, Name: "early", Version: "1"},
		{Dir: "/root/.local/lib/python3.11/site-packages", Place: Shadowing, Name: "mine", Version: "5"},
		{Dir: own, Place: Replaced, Name: "Listed", Version: "3"},
		{Dir: own, Place: Replaced, Name: "bare", Version: "4.5"},
		{Dir: own, Place: Replaced, Name: "numpy", Version: "1.26.4"},
		{Dir: own, Place: Replaced, Name: "Old.Package", Version: "2.0"},
		{Dir: "/opt/added", Place: Shadowed, Name: "late", Version: "1"},
	}
	if diff := cmp.Diff(want, b.Installed, cmpopts.IgnoreUnexported(Installed{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantReplaced := []wheel.Installed{
		{Name: "Listed", Version: "3", Files: in(own, "Listed-3.egg-info/PKG-INFO", "Listed-3.egg-info/installed-files.txt", "listed.py")},
		{Name: "bare", Version: "4.5", Files: in(own, "bare-4.5.dist-info")},
		{Name: "numpy", Version: "1.26.4", Files: slices.Concat([]string{"/usr/local/bin/f2py"}, in(own,
			"numpy-1.26.4.dist-info/METADATA", "numpy-1.26.4.dist-info/RECORD", "numpy-1.26.4.dist-info/licenses/LICENSE",
			"numpy/__init__.py", "numpy/__pycache__/__init__.cpython-311.opt-1.pyc", "numpy/__pycache__/__init__.cpython-311.pyc", "numpy/core/a.py", "numpy/with, comma.py"),
			[]string{"/usr/local/share/numpy.txt"})},
		{Name: "Old.Package", Version: "2.0", Files: in(own, "old-2.0-py3.11.egg-info")},
	}
	if diff := cmp.Diff(wantReplaced, b.Replaced("listed", "old-package", "bare", "numpy", "late", "mine", "absent")); diff != "" {
		t.Errorf("replaced (-want +got):\n%s", diff)
	}
	wantPath := []string{"/root", "/usr/local/lib/python3.11", "/usr/local/lib/python3.11/lib-dynload", "/root/.local/lib/python3.11/site-packages", "/" + site, "/opt/added", "/" + site + "/below"}
	if diff := cmp.Diff(wantPath, b.Python.SysPath); diff != "" {
		t.Errorf("sys.path (-want +got):\n%s", diff)
	}
}

// TestReplacedHeaders checks that headers, which are not below Debian's
// /usr/local, are replaced as well.
func TestReplacedHeaders(t *testing.T) {
	b := readItems(t, env(usualPath), minimal(), flat(
		wheelDir("usr/local/lib/python3.11/dist-packages", "demo", "1", "../../../../include/python3.11/demo/demo.h,,", "../../../../bin/ls,,"),
		reg("usr/include/python3.11/demo/demo.h", ""), reg("usr/bin/ls", "")))
	var got []string
	for _, d := range b.Replaced("demo") {
		got = d.Files
	}
	if !slices.Contains(got, "/usr/include/python3.11/demo/demo.h") || slices.Contains(got, "/usr/bin/ls") {
		t.Errorf("files %v", got)
	}
}

func in(dir string, names ...string) []string {
	for i, name := range names {
		names[i] = dir + "/" + name
	}
	return names
}

// TestInstalledDebian checks that what Debian installs is shadowed, not
// replaced: it stays where dpkg put it.
func TestInstalledDebian(t *testing.T) {
	b := readItems(t, env(usualPath), minimal(), flat(
		wheelDir("usr/lib/python3/dist-packages", "requests", "2.28.1"),
		wheelDir("usr/local/lib/python3.11/dist-packages", "requests", "2.31.0"),
		wheelDir("usr/lib/python3.11/dist-packages", "odd", "1"),
		reg("usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO", "Name: six\nVersion: 1.16.0\n"),
	))
	var got []string
	for _, d := range b.Installed {
		got = append(got, strings.Join([]string{d.Name, d.Version, d.Dir, []string{"replaced", "shadowed", "shadowing"}[d.Place]}, " "))
	}
	want := []string{
		"requests 2.31.0 /usr/local/lib/python3.11/dist-packages replaced",
		"requests 2.28.1 /usr/lib/python3/dist-packages shadowed",
		"six 1.16.0 /usr/lib/python3/dist-packages shadowed",
		"odd 1 /usr/lib/python3.11/dist-packages shadowed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNoUserSite(t *testing.T) {
	user := "home/ann/.local/lib/python3.11/site-packages"
	items := flat(library(), wheelDir(user, "mine", "1"), reg("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:7:7::/home/ann:/bin/sh\n"))
	for name, test := range map[string]struct {
		config v1.Config
		want   int
	}{
		"root":             {v1.Config{Env: []string{usualPath}}, 0},
		"ann":              {v1.Config{Env: []string{usualPath}, User: "ann"}, 1},
		"by HOME":          {v1.Config{Env: []string{usualPath, "HOME=/home/ann"}}, 1},
		"PYTHONNOUSERSITE": {v1.Config{Env: []string{usualPath, "PYTHONNOUSERSITE=1"}, User: "ann"}, 0},
	} {
		if got := len(readItems(t, test.config, items).Installed); got != test.want {
			t.Errorf("%s: %d distributions, want %d", name, got, test.want)
		}
	}
}

func TestLayoutDirs(t *testing.T) {
	b := readItems(t, env(usualPath), library(), flat(
		dir("usr/local/bin").perm(0o755), dir(site).owned(0, 50).perm(0o2775), dir(site+"/google").owned(3, 4), dir(site+"/google/cloud"),
		dir("usr/local/share").perm(0o775), dir("usr/local/lib/python3.11/json"), dir("usr/local/lib/python3.9/site-packages/x"), dir("opt/elsewhere"),
		link("usr/local/share/data", "/opt/elsewhere"), link("usr/local/share/file", "/etc/passwd"), dir("usr/local/include/python3.11"),
	))
	got := b.Python.Layout.Dirs
	for name, want := range map[string]wheel.Dir{
		"/usr":                                   {Mode: 0o755},
		"/usr/local":                             {Mode: 0o755},
		"/usr/local/lib":                         {Mode: fs.ModeSetgid | 0o775, GID: 50},
		"/usr/local/bin":                         {Mode: 0o755},
		"/usr/local/lib/python3.11":              {Mode: 0o755},
		"/" + site:                               {Mode: fs.ModeSetgid | 0o775, GID: 50},
		"/" + site + "/google":                   {Mode: 0o755, UID: 3, GID: 4},
		"/" + site + "/google/cloud":             {Mode: 0o755},
		"/usr/local/man":                         {Mode: 0o777, Link: "share/man"},
		"/usr/local/share/man":                   {Mode: 0o755},
		"/usr/local/share":                       {Mode: 0o775},
		"/usr/local/share/data":                  {Mode: 0o777, Link: "/opt/elsewhere"},
		"/usr/local/include":                     {Mode: 0o755},
		"/usr/local/include/python3.11":          {Mode: 0o755},
		"/usr/local/lib/python3.11/json":         {},
		"/usr/local/lib/python3.9":               {Mode: 0o755},
		"/usr/local/lib/python3.9/site-packages": {},
		"/usr/local/share/file":                  {},
		"/etc":                                   {},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if b.Python.Layout.GID != 50 {
		t.Errorf("group %d, want that of site-packages", b.Python.Layout.GID)
	}
}
