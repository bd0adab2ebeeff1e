package pylock

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/python"
)

// sampleIndex has a few packages that depend on each other.
func sampleIndex(t *testing.T) *testIndex {
	x := newIndex(t)
	x.add(t, "app-1.0-py3-none-any.whl", "lib>=2,<3", "only-windows; sys_platform == 'win32'", "old-python; python_version < '3.8'", "fast[speed]; extra == 'fast'")
	x.add(t, "lib-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
	x.add(t, "lib-2.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl")
	x.add(t, "lib-2.0-py3-none-any.whl", "never-reached")
	x.add(t, "lib-2.0-cp311-cp311-manylinux_2_39_x86_64.whl", "never-reached")
	x.add(t, "lib-2.1-cp312-cp312-manylinux_2_17_x86_64.whl")
	x.add(t, "lib-3.0-py3-none-any.whl")
	x.add(t, "fast-1.0-py3-none-any.whl", "speedups==1.0; extra == 'speed'")
	x.add(t, "speedups-1.0-1-py3-none-any.whl")
	x.add(t, "speedups-1.0-2-py3-none-any.whl")
	x.files["source-1.0.tar.gz"] = testFile{data: []byte("source")}
	x.files["lib-2.0.tar.gz"] = testFile{data: []byte("source")}
	return x
}

func TestPinned(t *testing.T) {
	for name, change := range map[string]func(*testIndex){
		"JSON":            func(*testIndex) {},
		"HTML":            func(x *testIndex) { x.html = true },
		"metadata apart":  func(x *testIndex) { x.apart = true },
		"HTML and apart":  func(x *testIndex) { x.html, x.apart = true, true },
		"no hashes":       func(x *testIndex) { x.bare = true },
		"HTML, no hashes": func(x *testIndex) { x.html, x.bare = true, true },
		"login":           func(x *testIndex) { x.login = "user:secret" },
		"yanked": func(x *testIndex) {
			f := x.files["app-1.0-py3-none-any.whl"]
			f.yanked = true
			x.files["app-1.0-py3-none-any.whl"] = f
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := sampleIndex(t)
			change(x)
			r := newResolver(t)
			l, err := r.Resolve(t.Context(), Input{
				Packages: []string{"App[fast]==1.0", "lib==2.0", "-c constraints.txt", "skipped==9; os_name == 'nt'"},
				Dir:      write(t, "constraints.txt", "fast==1.0\nspeedups==1.0\nunused==1.0\n"),
				IndexURL: x.simple(),
			}, bookworm)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"app 1.0*", "fast 1.0", "lib 2.0*", "speedups 1.0"}, chosen(t, l, bookworm)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			ds, err := l.Select(bookworm)
			if err != nil {
				t.Fatal(err)
			}
			if ds[2].Filename != "lib-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl" || ds[3].Filename != "speedups-1.0-2-py3-none-any.whl" {
				t.Errorf("chosen: %s, %s", ds[2].Filename, ds[3].Filename)
			}
			paths, err := r.FetchAll(t.Context(), ds)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range paths {
				data, err := os.ReadFile(p)
				if err != nil || sumOf(data) != ds[i].SHA256 || filepath.Base(p) != ds[i].Filename {
					t.Errorf("%s: %v", p, err)
				}
			}
			text, err := l.Bytes()
			if err != nil || strings.Contains(string(text), "secret") {
				t.Errorf("the lock: %v\n%s", err, text)
			}
			if n := x.asked("unused") + x.asked("only-windows") + x.asked("skipped"); n > 0 {
				t.Errorf("packages that nothing needs are asked for:\n%s", strings.Join(x.seen, "\n"))
			}
			if x.apart && len(leftovers(t, r)) != 4 {
				t.Errorf("wheels were fetched for their metadata: %s", leftovers(t, r))
			}
		})
	}
}

func TestPinnedErrors(t *testing.T) {
	x := sampleIndex(t)
	x.add(t, "future-1.0-py3-none-any.whl", "Requires-Python: >=3.12")
	x.add(t, "named-1.0-py3-none-any.whl")
	x.files["wrong-1.0-py3-none-any.whl"] = testFile{data: testWheel(t, "other-1.0-py3-none-any.whl")}
	x.files["broken-1.0-py3-none-any.whl"] = testFile{data: []byte("no archive")}
	x.add(t, "local-1.0+cpu-py3-none-any.whl")
	for name, c := range map[string]struct {
		packages []string
		want     string
	}{
		"not pinned":            {[]string{"app"}, "app, which packages[0] needs, is not pinned"},
		"a range":               {[]string{"lib==2.*"}, "lib, which packages[0] needs, is not pinned"},
		"dependency not pinned": {[]string{"app==1.0"}, "lib, which app 1.0 needs, is not pinned"},
		"dependency of extra":   {[]string{"app[fast]==1.0", "lib==2.0", "fast==1.0"}, "speedups, which fast 1.0 needs, is not pinned"},
		"dependency too new":    {[]string{"app==1.0", "lib==3.0"}, "app 1.0 requires lib>=2,<3, and packages[1] pins lib 3.0"},
		"two versions":          {[]string{"lib==2.0", "lib==3.0"}, "there is no lib ==2.0,==3.0"},
		"against a constraint":  {[]string{"lib==3.0", "-c c.txt"}, "there is no lib ==3.0,<3"},
		"no such version":       {[]string{"lib==4.0"}, "there is no lib ==4.0"},
		"no such package":       {[]string{"nothing==1.0"}, "nothing was not found in " + x.URL},
		"source only":           {[]string{"source==1.0"}, "source 1.0 has to be built from source: there is source-1.0.tar.gz"},
		"no wheel":              {[]string{"lib==2.1"}, "lib 2.1 has no wheel for Python 3.11.2"},
		"wheel's Python":        {[]string{"future==1.0"}, "requires Python >=3.12, and this is 3.11.2"},
		"metadata of another":   {[]string{"wrong==1.0"}, "is that of other 1.0"},
		"no archive":            {[]string{"broken==1.0"}, "broken-1.0-py3-none-any.whl: zip"},
		"wrong hash":            {[]string{"named==1.0 --hash=sha256:" + sumA}, "no file of named ==1.0 has the hash"},
		"hash missing":          {[]string{"named==1.0 --hash=sha256:" + sumOf(x.files["named-1.0-py3-none-any.whl"].data), "lib==2.0"}, "lib has no --hash"},
		"hashes required":       {[]string{"--require-hashes", "named==1.0"}, "named has no --hash"},
		"wheel for others":      {[]string{"lib @ " + x.URL + "/files/lib-2.1-cp312-cp312-manylinux_2_17_x86_64.whl"}, "lib 2.1 has no wheel for"},
		"URL and version":       {[]string{"lib @ " + x.URL + "/files/lib-3.0-py3-none-any.whl", "lib==2.0"}, "is not ==2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newResolver(t)
			l, err := r.Resolve(t.Context(), Input{Packages: c.packages, IndexURL: x.simple(), Dir: write(t, "c.txt", "lib<3\n")}, bookworm)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %v", l, err)
			}
			var unpinned *UnpinnedError
			if errors.As(err, &unpinned) != errors.Is(err, ErrNoUV) {
				t.Errorf("it does not go together: %v", err)
			}
		})
	}

	l, err := newResolver(t).Resolve(t.Context(), Input{Packages: []string{"local==1.0", "app==1.0"}, ExtraArgs: "--no-deps", IndexURL: x.simple()}, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"app 1.0*", "local 1.0+cpu*"}, chosen(t, l, bookworm)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPinnedHashes(t *testing.T) {
	for name, bare := range map[string]bool{"published": false, "not published": true} {
		t.Run(name, func(t *testing.T) {
			x := newIndex(t)
			x.bare = bare
			sum := x.add(t, "a-1.0-py3-none-any.whl")
			x.add(t, "a-1.0-1-py3-none-any.whl", "other; os_name == 'nt'") // better, and not what was hashed
			r := newResolver(t)
			in := Input{Packages: []string{"a==1.0 --hash=sha256:" + sumA + " --hash=sha256:" + sum}, IndexURL: x.simple()}
			l, err := r.Resolve(t.Context(), in, bookworm)
			if bare {
				if err == nil || !strings.Contains(err.Error(), "none of the hashes") {
					t.Errorf("%v, %v", l, err)
				}
				return
			}
			if err != nil || l.Packages[0].Wheels[0].Hashes["sha256"] != sum {
				t.Errorf("%v, %v", l, err)
			}
		})
	}
}

// The first index that knows a package is the one it comes from, so that
// nobody can put a higher version of a private package into a public index.
func TestPinnedFirstIndex(t *testing.T) {
	public, private := newIndex(t), newIndex(t)
	public.add(t, "mine-1.0-1-py3-none-any.whl")
	want := private.add(t, "mine-1.0-py3-none-any.whl")
	public.add(t, "theirs-1.0-py3-none-any.whl")
	l, err := newResolver(t).Resolve(t.Context(), Input{
		Packages: []string{"mine==1.0", "theirs==1.0"}, IndexURL: public.simple(), ExtraIndexURLs: []string{private.simple()},
	}, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Packages[0]; got.Index != private.simple() || got.Wheels[0].Hashes["sha256"] != want {
		t.Errorf("mine is from %s", got.Index)
	}
	if got := l.Packages[1]; got.Index != public.simple() {
		t.Errorf("theirs is from %s", got.Index)
	}
	if public.asked("mine") > 0 {
		t.Error("the public index hears of a private package")
	}
}

func TestPinnedLinks(t *testing.T) {
	dir := write(t, "a-1.0-py3-none-any.whl", string(testWheel(t, "a-1.0-py3-none-any.whl", "b")), "notes.txt", "")
	x := newIndex(t)
	x.add(t, "b-2.0-py3-none-any.whl")
	page := newIndex(t)
	page.html = true
	page.add(t, "c-3.0-py3-none-any.whl")
	r := newResolver(t)
	l, err := r.Resolve(t.Context(), Input{
		Packages: []string{"a==1.0", "b==2.0", "c==3.0"}, IndexURL: x.simple(),
		ExtraArgs: "--find-links '" + dir + "' -f " + page.URL + "/simple/c/ --find-links /nonexistent",
	}, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := l.Select(bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if ds[0].Path != filepath.Join(dir, "a-1.0-py3-none-any.whl") || !strings.HasPrefix(ds[2].URL, page.URL) {
		t.Errorf("%+v", ds)
	}
	if _, err := r.FetchAll(t.Context(), ds); err != nil {
		t.Error(err)
	}

	l, err = newResolver(t).Resolve(t.Context(), Input{Packages: []string{"./a-1.0-py3-none-any.whl", "b @ " + x.URL + "/files/b-2.0-py3-none-any.whl"}, ExtraArgs: "--no-index", Dir: dir}, bookworm)
	if err != nil {
		t.Fatal(err)
	}
	if ds, err = l.Select(bookworm); err != nil || ds[0].Path == "" || ds[0].DirectURL != "" || ds[1].DirectURL != x.URL+"/files/b-2.0-py3-none-any.whl" || ds[1].SHA256 == "" {
		t.Errorf("%+v, %v", ds, err)
	}
}

// Without an index, pinned packages need uv, which has a default one.
func TestPinnedNoIndex(t *testing.T) {
	_, err := newResolver(t).Resolve(t.Context(), Input{Packages: []string{"a==1.0"}}, bookworm)
	if !errors.Is(err, ErrNoUV) || !strings.Contains(err.Error(), "no index is configured") {
		t.Error(err)
	}
	l, err := newResolver(t).Resolve(t.Context(), Input{Packages: []string{"# nothing", "a; os_name == 'nt'"}}, bookworm)
	if err != nil || len(l.Packages) != 0 {
		t.Errorf("nothing to resolve: %v, %v", l, err)
	}
	if _, err := newResolver(t).Resolve(t.Context(), Input{Packages: []string{"a==1"}, IndexURL: "ftp://user:secret@h/"}, bookworm); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("an index that is none: %v", err)
	}
	if _, err := newResolver(t).Resolve(t.Context(), Input{}, python.Target{}); err == nil {
		t.Error("there is no target")
	}
}

func TestIndexErrors(t *testing.T) {
	x := sampleIndex(t)
	x.login = "user:secret"
	resolve := func(r *Resolver, index string) error {
		_, err := r.Resolve(t.Context(), Input{Packages: []string{"lib==3.0"}, IndexURL: index}, bookworm)
		return err
	}
	for name, c := range map[string]struct{ index, want string }{
		"no login":     {x.URL + "/simple", "401 Unauthorized without credentials"},
		"wrong login":  {strings.Replace(x.URL, "://", "://token:hunter2@", 1) + "/simple", "401 Unauthorized with the credentials that are configured"},
		"no such host": {"https://token:hunter2@127.0.0.1:1/simple", "https://127.0.0.1:1/simple/lib/"},
	} {
		err := resolve(newResolver(t), c.index)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "token") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := resolve(newResolver(t), x.simple()); err != nil {
		t.Error(err)
	}

	netrc := write(t, "netrc", "machine other login a password b\nmacdef x\nmachine 127.0.0.1\n\nmachine 127.0.0.1\n  login user\n  password secret\ndefault login c password d\n")
	if err := resolve(newResolver(t, "NETRC="+filepath.Join(netrc, "netrc")), x.URL+"/simple"); err != nil {
		t.Error(err)
	}

	for name, c := range map[string]struct{ media, body, want string }{
		"no page":     {"text/plain", "hello", `answered "text/plain"`},
		"no JSON":     {"application/vnd.pypi.simple.v1+json", "{", "unexpected end"},
		"new version": {"application/vnd.pypi.simple.v1+json", `{"meta":{"api-version":"2.0"}}`, "only 1 is known"},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.media)
			fmt.Fprint(w, c.body)
		})
		s := newIndex(t)
		s.Config.Handler = mux
		if err := resolve(newResolver(t), s.URL+"/simple"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	off := newResolver(t)
	off.Offline = true
	if err := resolve(off, x.simple()); !errors.Is(err, errOffline) {
		t.Errorf("offline: %v", err)
	}
}
