package baseimage

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/wheel"
)

// treeOf is the tree of layers with the items. It reads each index from its
// file, so that everything here tests the file as well.
func treeOf(t testing.TB, layers ...[]item) *tree {
	t.Helper()
	var all []*index
	for _, items := range layers {
		x, err := scanTar(bytes.NewReader(packed(t, items...)), DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		data, err := x.encode()
		if err != nil {
			t.Fatal(err)
		}
		if x, err = decodeIndex(data); err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return newTree(all)
}

// show lists everything in the tree, a line each: kind, path, owner, text.
func show(t *tree) []string {
	var lines []string
	var walk func(*file)
	walk = func(d *file) {
		for _, name := range t.names(d) {
			f := t.child(d, name)
			line := fmt.Sprintf("%c %s %d", "d-lhpw"[f.node.kind], f.path, f.node.uid)
			if f.node.kind == symlink {
				line += " -> " + f.node.text
			}
			lines = append(lines, line)
			if f.isDir() {
				walk(f)
			}
		}
	}
	walk(t.root())
	slices.Sort(lines)
	return lines
}

func TestTree(t *testing.T) {
	for name, test := range map[string]struct {
		layers [][]item
		want   []string
	}{
		"whiteout of a file": {
			[][]item{{dir("a"), reg("a/x", ""), reg("a/y", "")}, {reg("a/.wh.x", "")}},
			[]string{"- /a/y 0", "d /a 0"},
		},
		"whiteout of a directory": {
			[][]item{{dir("a"), dir("a/b"), reg("a/b/x", "")}, {reg("a/.wh.b", "")}},
			[]string{"d /a 0"},
		},
		"removed and made anew in a later layer": {
			[][]item{{reg("a/b/x", "")}, {reg("a/.wh.b", "")}, {reg("a/b/y", "")}},
			[]string{"- /a/b/y 0", "d /a 0", "d /a/b 0"},
		},
		"a whiteout hides only what is below": {
			[][]item{{reg("a/b/x", "")}, {reg("a/b/y", ""), reg("a/.wh.b", "")}},
			[]string{"- /a/b/y 0", "d /a 0", "d /a/b 0"},
		},
		"a whiteout before what it hides not": {
			[][]item{{reg("a/b/x", "")}, {reg("a/.wh.b", ""), reg("a/b/y", "")}},
			[]string{"- /a/b/y 0", "d /a 0", "d /a/b 0"},
		},
		"opaque": {
			[][]item{{reg("a/b/x", ""), reg("c", "")}, {dir("a").owned(7, 7), reg("a/.wh..wh..opq", ""), reg("a/z", "")}},
			[]string{"- /a/z 0", "- /c 0", "d /a 7"},
		},
		"opaque root": {
			[][]item{{reg("a", "")}, {reg(".wh..wh..opq", ""), reg("b", "")}},
			[]string{"- /b 0"},
		},
		"aufs's own": {
			[][]item{{reg(".wh..wh.plnk", ""), dir(".wh..wh.orph"), reg("a", "")}},
			[]string{"- /a 0"},
		},
		"a file in the place of a directory": {
			[][]item{{reg("a/b/x", "")}, {reg("a/b", "")}, {reg("c", "")}},
			[]string{"- /a/b 0", "- /c 0", "d /a 0"},
		},
		"a directory in the place of a file": {
			[][]item{{reg("a/b/x", "")}, {reg("a/b", "")}, {reg("a/b/y", "")}},
			[]string{"- /a/b/y 0", "d /a 0", "d /a/b 0"},
		},
		"the last of two in one layer": {
			[][]item{{reg("a/b/x", "").owned(1, 1)}, {dir("a/b").owned(2, 2), reg("a/b/y", ""), reg("a/b", "").owned(3, 3), dir("a/b").owned(4, 4), reg("./a/b/z", "")}},
			[]string{"- /a/b/z 0", "d /a 0", "d /a/b 4"},
		},
		"owners of implied directories": {
			[][]item{{dir("a").owned(5, 5), dir("a/b").owned(6, 6)}, {reg("/a/b/x", "")}},
			[]string{"- /a/b/x 0", "d /a 5", "d /a/b 6"},
		},
		"entries below a symbolic link of the layer": {
			[][]item{{link("lib", "usr/lib"), reg("lib/x", ""), dir("lib/d"), link("lib/d/up", "../../.."), reg("lib/d/up/top", "")}},
			[]string{"- /top 0", "- /usr/lib/x 0", "d /usr 0", "d /usr/lib 0", "d /usr/lib/d 0", "l /lib 0 -> usr/lib", "l /usr/lib/d/up 0 -> ../../.."},
		},
		"entries below a symbolic link of a lower layer": {
			[][]item{{dir("usr/lib").owned(1, 1), reg("usr/lib/x", ""), link("lib", "usr/lib")}, {reg("lib/y", ""), reg("lib/deep/z", ""), reg("lib/.wh.x", "")}},
			[]string{"- /usr/lib/deep/z 0", "- /usr/lib/y 0", "d /usr 0", "d /usr/lib 1", "d /usr/lib/deep 0", "l /lib 0 -> usr/lib"},
		},
		"the same once more": {
			[][]item{{dir("usr/lib"), link("lib", "usr/lib")}, {reg("lib/y", "")}, {reg("lib/.wh.y", ""), reg("lib/z", "")}, {reg("usr/lib/a", "")}},
			[]string{"- /usr/lib/a 0", "- /usr/lib/z 0", "d /usr 0", "d /usr/lib 0", "l /lib 0 -> usr/lib"},
		},
		"a directory in the place of a symbolic link": {
			[][]item{{reg("usr/lib/x", ""), link("lib", "usr/lib")}, {dir("lib"), reg("lib/y", "")}},
			[]string{"- /lib/y 0", "- /usr/lib/x 0", "d /lib 0", "d /usr 0", "d /usr/lib 0"},
		},
		"hard links": {
			[][]item{{reg("a", "").owned(1, 1), hard("b", "a"), hard("c", "./b")}, {hard("d", "/a"), reg(".wh.a", ""), hard("e", "nowhere")}},
			[]string{"- /b 1", "- /c 1", "- /d 1"},
		},
		"nothing leaves the image": {
			[][]item{{link("a", "../../../etc"), reg("a/x", ""), link("b", "/a")}},
			[]string{"- /etc/x 0", "d /etc 0", "l /a 0 -> ../../../etc", "l /b 0 -> /a"},
		},
		"devices": {
			[][]item{{pipe("p")}, {}},
			[]string{"p /p 0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, show(treeOf(t, test.layers...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	tree := treeOf(t, []item{
		dir("usr/lib"), reg("usr/lib/os-release", "ID=x"), link("lib", "usr/lib"), link("etc/os-release", "../usr/lib/os-release"),
		link("up", "../../../../usr"), link("loop", "loop"), link("a", "b"), link("b", "a"), link("dangling", "/no/where"),
	})
	for name, want := range map[string]string{
		"/lib/os-release":               "/usr/lib/os-release",
		"/etc/os-release":               "/usr/lib/os-release",
		"/up/lib/../lib/./os-release":   "/usr/lib/os-release",
		"/up":                           "/usr",
		"/../..":                        "/",
		"/":                             "/",
		"/loop":                         "too many symbolic links",
		"/a/x":                          "too many symbolic links",
		"/dangling":                     fs.ErrNotExist.Error(),
		"/usr/lib/os-release/x":         fs.ErrNotExist.Error(),
		"/etc/os-release/../os-release": fs.ErrNotExist.Error(),
	} {
		f, err := tree.stat(name)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = f.path
		}
		if got != want {
			t.Errorf("stat %s: %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"/lib/new/file": "/usr/lib/new/file", "/usr/lib": "/usr/lib", "/x/y": "/x/y", "/loop/x": "/loop/x", "/dangling/x": "/dangling/x", "/": "",
	} {
		if got := tree.resolve(name); got != want && got+"/" != want {
			t.Errorf("resolve %s: %s, want %s", name, got, want)
		}
	}
	if got := tree.fact("/up/lib/os-release"); got != "ID=x" {
		t.Errorf("fact %q", got)
	}
}

func TestDirs(t *testing.T) {
	tree := treeOf(t,
		[]item{dir("usr/local").owned(0, 50).perm(0o2775), link("usr/local/lib", "/opt/lib"), dir("opt/lib").perm(0o1777), dir("root").perm(0o700)},
		[]item{reg("usr/local/x", "")})
	found := map[string]wheel.Dir{}
	tree.dirs("/usr/local/lib/python3.11/site-packages", found)
	tree.dirs("/root", found)
	want := map[string]wheel.Dir{
		"/usr":           {Mode: 0o755},
		"/usr/local":     {Mode: fs.ModeSetgid | 0o775, GID: 50},
		"/usr/local/lib": {Mode: 0o777, Link: "/opt/lib"},
		"/opt":           {Mode: 0o755},
		"/opt/lib":       {Mode: fs.ModeSticky | 0o777},
		"/root":          {Mode: 0o700},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// unpacked is a directory tree as somebody makes it who unpacks layers one
// after the other: what tree has to look like without unpacking.
type unpacked map[string]item

func (u unpacked) remove(name string) {
	maps.DeleteFunc(u, func(have string, _ item) bool { return have == name || strings.HasPrefix(have, name+"/") })
}

// parent follows the symbolic links of name's directory and makes what is
// missing of it.
//
// It gives up where it matters when the target of a lower layer's link is made
// or the link is replaced.
func (u unpacked) parent(name string, lower *tree, own map[string]bool, followed *[]string) (string, bool) {
	at := ""
	todo := strings.Split(strings.Trim(path.Dir(name), "/"), "/")
	for links := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			at = strings.TrimSuffix(path.Dir("/"+strings.TrimPrefix(at, "/")), "/")
			continue
		}
		next := at + "/" + part
		have, ok := u[next]
		switch {
		case !ok:
			u[next] = dir(next)
		case have.kind == 'l':
			if links++; links > maxLinks {
				return "", false
			}
			if _, made := own[next]; !made {
				f, err := lower.stat(next)
				if err != nil || !f.isDir() {
					return "", false
				}
				*followed = append(*followed, next, f.path)
			}
			todo = append(strings.Split(have.text, "/"), todo...)
			if strings.HasPrefix(have.text, "/") {
				at = ""
			}
			continue
		case have.kind != 'd':
			return "", false
		}
		at = next
	}
	return at, true
}

func (u unpacked) apply(layer []item, lower *tree) bool {
	own := map[string]bool{} // what this layer has made, true for what it says the owner of
	// hide takes away what layers below have under top.
	hide := func(top string) {
		maps.DeleteFunc(u, func(have string, _ item) bool {
			_, spared := own[have]
			return strings.HasPrefix(have, top+"/") && !spared
		})
		for have, explicit := range own {
			// Whose a directory is that a layer hides and then only implies is
			// nobody's rule; we say root's.
			if i, ok := u[have]; ok && !explicit && strings.HasPrefix(have+"/", top+"/") {
				i.uid = 0
				u[have] = i
			}
		}
	}
	var followed, direct []string
	for _, i := range layer {
		at, ok := u.parent("/"+i.name, lower, own, &followed)
		if !ok {
			return false
		}
		for d := at; d != "" && d != "/"; d = path.Dir(d) {
			if _, known := own[d]; !known {
				own[d] = false
			}
		}
		base := path.Base(i.name)
		gone, whiteout := strings.CutPrefix(base, whiteoutPrefix)
		name := at + "/" + gone
		_, made := own[name]
		if at+"/"+base == path.Clean("/"+i.name) {
			direct = append(direct, name)
		} else if base == opaqueName {
			return false // through a link, which no tool does
		}
		if slices.ContainsFunc(followed, func(link string) bool {
			return link == name || strings.HasPrefix(link, name+"/") || base == opaqueName && strings.HasPrefix(link, at+"/")
		}) {
			return false
		}
		switch {
		case base == opaqueName:
			hide(at)
		case whiteout && made:
			hide(name)
		case whiteout:
			u.remove(name)
		default:
			if have, ok := u[name]; !ok || have.kind != 'd' || i.kind != 'd' {
				u.remove(name)
			}
			i.name = name
			u[name] = i
			own[name] = true
		}
	}
	// What has two names in one layer depends on the order.
	return !slices.ContainsFunc(followed, func(target string) bool {
		return slices.ContainsFunc(direct, func(name string) bool { return strings.HasPrefix(name+"/", strings.TrimSuffix(target, "/")+"/") })
	})
}

func (u unpacked) show() []string {
	var lines []string
	for name, i := range u {
		line := fmt.Sprintf("%c %s %d", i.kind, name, i.uid)
		if i.kind == 'l' {
			line += " -> " + i.text
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// TestTreeLikeUnpacking compares with unpacking, over random layers of few
// names, so that everything meets everything.
func TestTreeLikeUnpacking(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	compared := 0
	for round := range 8000 {
		var layers [][]item
		for range 1 + r.IntN(4) {
			var items []item
			for range 1 + r.IntN(5) {
				name := pick("a", "b", "c")
				for range r.IntN(3) {
					name += "/" + pick("a", "b", "c")
				}
				uid := r.IntN(1000) + 1
				switch r.IntN(10) {
				case 0, 1, 2:
					items = append(items, dir(name).owned(uid, 0))
				case 3, 4, 5:
					items = append(items, reg(name, "").owned(uid, 0))
				case 6, 7:
					items = append(items, reg(path.Join(path.Dir(name), whiteoutPrefix+path.Base(name)), ""))
				case 8:
					items = append(items, reg(path.Join(path.Dir(name), opaqueName), ""))
				case 9:
					items = append(items, link(name, pick("a", "/b", "../c", "a/b", "..")).owned(uid, 0))
				}
			}
			layers = append(layers, items)
		}
		want := unpacked{}
		ok := true
		for i, items := range layers {
			ok = ok && want.apply(items, treeOf(t, layers[:i]...))
		}
		if !ok {
			continue
		}
		compared++
		if diff := cmp.Diff(want.show(), show(treeOf(t, layers...))); diff != "" {
			for _, items := range layers {
				for _, i := range items {
					t.Logf("%c %s %s %d", i.kind, i.name, i.text, i.uid)
				}
				t.Log("--")
			}
			t.Fatalf("round %d (-unpacked +tree):\n%s", round, diff)
		}
	}
	if compared < 2000 {
		t.Errorf("only %d rounds could be compared", compared)
	}
}
