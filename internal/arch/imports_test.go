package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/pratique-dev/pratique"

// pkg is what these tests read of go list's answer.
type pkg struct {
	ImportPath   string
	Name         string
	Dir          string
	Doc          string
	Standard     bool
	Imports      []string
	Deps         []string
	TestImports  []string
	XTestImports []string
}

// path is the package's place in the module: "internal/arn".
func (p pkg) path() string { return inModule(p.ImportPath) }

// inModule is an import path relative to the module, or "" for others'.
func inModule(importPath string) string {
	if importPath == module {
		return "."
	}
	rest, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return ""
	}
	return rest
}

// list returns the packages of this module and, by import path, those and
// everything they depend on.
func list(t *testing.T) (own []pkg, all map[string]pkg) {
	t.Helper()
	// -e: an import that does not resolve is for the compiler to report.
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Name,Dir,Doc,Standard,Imports,Deps,TestImports,XTestImports", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	all = map[string]pkg{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all[p.ImportPath] = p
		if p.path() != "" {
			own = append(own, p)
		}
	}
	if len(own) < 2 {
		t.Fatalf("go list found %d packages of the module", len(own))
	}
	return own, all
}

func TestImportsGoDown(t *testing.T) {
	own, _ := list(t)
	for _, p := range own {
		from, ok := places[p.path()]
		if !ok {
			t.Errorf("%s is not in the picture: give it a place in picture_test.go and ARCHITECTURE.md", p.path())
			continue
		}
		for _, i := range p.Imports {
			to := inModule(i)
			if to == "" || slices.Contains(sameLevel[p.path()], to) {
				continue
			}
			at, ok := places[to]
			if !ok {
				continue // reported on its own
			}
			switch {
			case at.level == 0 && at.column == words:
				// Everyone may use the words; level 0 also itself.
			case at.column == from.column && at.level < from.level:
			case from.column == binary && at.column != tool && at.level < from.level:
			default:
				t.Errorf("%s (level %d) imports %s (level %d): imports go strictly down their own column", p.path(), from.level, to, at.level)
			}
		}
	}
}

func TestWordsAreLight(t *testing.T) {
	own, all := list(t)
	for _, p := range own {
		if places[p.path()].column != words {
			continue
		}
		for _, i := range p.Imports {
			if all[i].Standard || inModule(i) != "" ||
				slices.ContainsFunc(foreign[p.path()], func(f string) bool { return i == f || strings.HasPrefix(i, f+"/") }) {
				continue
			}
			t.Errorf("%s imports %s: level 0 uses the standard library and level 0 only", p.path(), i)
		}
	}
}

func TestTestSupportDoesNotShip(t *testing.T) {
	own, _ := list(t)
	for _, p := range own {
		if slices.Contains(testSupport, p.path()) {
			continue
		}
		for _, i := range p.Imports {
			if i == "testing" || slices.Contains(testSupport, inModule(i)) {
				t.Errorf("%s imports %s outside its tests", p.path(), i)
			}
		}
	}
}

func TestStandardLibraryOnly(t *testing.T) {
	_, all := list(t)
	for _, name := range standardOnly {
		p, ok := all[module+"/"+name]
		if !ok {
			t.Errorf("%s does not exist", name)
			continue
		}
		for _, d := range p.Deps {
			if !all[d].Standard && !slices.Contains(standardOnly, inModule(d)) {
				t.Errorf("%s depends on %s: it may use the standard library only", name, d)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	own, _ := list(t)
	for _, p := range own {
		for _, l := range limits {
			if l.allows(p.path()) {
				continue
			}
			imports := p.Imports
			if l.tests {
				imports = slices.Concat(imports, p.TestImports, p.XTestImports)
			}
			for _, i := range imports {
				if l.covers(i) {
					t.Errorf("%s imports %s: %s", p.path(), i, l.why)
				}
			}
		}
	}
}

// covers reports whether the limit is about this import. One element of the
// standard library stands for itself alone, a module for its whole tree.
func (l limit) covers(importPath string) bool {
	if importPath == l.imports {
		return true
	}
	return strings.Contains(l.imports, ".") && strings.HasPrefix(importPath, l.imports+"/")
}

func (l limit) allows(path string) bool {
	return slices.ContainsFunc(l.only, func(o string) bool {
		return path == strings.TrimSuffix(o, "/") || strings.HasSuffix(o, "/") && strings.HasPrefix(path, o)
	})
}

// TestSmallBinaries holds the budgets of the two binaries that are installed
// on every node: of ours the words and the credential plumbing, and of others
// no more than the AWS SDK.
func TestSmallBinaries(t *testing.T) {
	_, all := list(t)
	for _, name := range []string{"cmd/docker-credential-pratique", "cmd/pratique-credential-provider"} {
		p, ok := all[module+"/"+name]
		if !ok {
			continue // not written yet
		}
		for _, d := range p.Deps {
			in := inModule(d)
			switch {
			case all[d].Standard, in == "internal/dockercfg", in != "" && places[in].column == words:
			case strings.HasPrefix(d, "github.com/aws/"):
			default:
				t.Errorf("%s depends on %s, which is over its budget", name, d)
			}
		}
	}
}
