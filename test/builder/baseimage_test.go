package builder

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/pratique-dev/pratique/internal/baseimage"
	"github.com/pratique-dev/pratique/internal/python"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestBaseLikePython compares what is read out of the layers of a real base
// with what Python says that runs in it: the system's, and those of virtual
// environments, with packages that pip installed.
func TestBaseLikePython(t *testing.T) {
	blackbox.NeedRoot(t) // chroot
	img := blackbox.Debian(t, basePackages...)
	root := t.TempDir()
	unpackImage(t, img, root)

	in := func(program string, args ...string) []byte {
		env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
		return blackbox.Run(t, env, "chroot", append([]string{root, program}, args...)...)
	}
	file, content := newWheel(t, "demo_pkg", "1.0", demoFiles...)
	blackbox.WriteFile(t, filepath.Join(root, "tmp", file), string(content))
	pip := func(interpreter string, args ...string) {
		in(interpreter, append([]string{"-m", "pip", "install", "-q", "--no-index", "--root-user-action", "ignore"}, append(args, "/tmp/"+file)...)...)
	}
	pip("/usr/bin/python3", "--break-system-packages")
	in("/usr/bin/python3", "-m", "venv", "--without-pip", "/opt/venv")
	in("/usr/bin/python3", "-m", "venv", "--without-pip", "--system-site-packages", "/opt/open")
	pip("/opt/open/bin/python", "--ignore-installed") // the system's pip
	changed := filepath.Join(t.TempDir(), "changed.tar")
	blackbox.Run(t, os.Environ(), "tar", "-C", root, "-cf", changed, "usr/local", "usr/include", "opt")
	layer, err := tarball.LayerFromFile(changed)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = mutate.AppendLayers(img, layer); err != nil {
		t.Fatal(err)
	}

	cache := t.TempDir()
	for name, exec := range map[string]string{
		"first found": "", "system": "/usr/bin/python3", "environment": "/opt/venv/bin/python", "environment that sees the system": "/opt/open/bin/python3",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := baseimage.Read(t.Context(), img, baseimage.Options{Cache: cache, PythonExec: exec})
			if err != nil {
				t.Fatal(err)
			}
			var want pythonSays
			if err := json.Unmarshal(in(cmp.Or(exec, "python3"), "-c", askPython), &want); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(want, sayLikePython(got)); diff != "" {
				t.Errorf("(-Python +read):\n%s", diff)
			}
		})
	}
}

// pythonSays is what there is to compare.
type pythonSays struct {
	Version, Prefix, BasePrefix              string
	Path                                     []string
	Purelib, Platlib, Scripts, Data, Headers string
	Installed                                []string // name, version and directory
	Demo                                     []string // the files of the demo package that is replaced
	Libc, LibcVersion, Machine               string
}

// askPython prints pythonSays. As for headers, pip has a rule of its own for
// virtual environments.
const askPython = `
import importlib.metadata as metadata, json, os, platform, sys, sysconfig
paths, venv = sysconfig.get_paths(), sys.prefix != sys.base_prefix
headers = paths["include"]
if venv:
    headers = os.path.join(sys.prefix, "include", "site", "python%d.%d" % sys.version_info[:2])
demo = []
for d in metadata.distributions():
    if d.name == "demo_pkg" and str(d.locate_file("")) in (paths["purelib"], paths["platlib"]):
        demo = sorted(os.path.normpath(d.locate_file(f)) for f in d.files if os.path.exists(d.locate_file(f)))
libc, libc_version = platform.libc_ver()
print(json.dumps({
    "Version": platform.python_version(), "Prefix": sys.prefix, "BasePrefix": sys.base_prefix,
    "Path": [p for p in sys.path if p and os.path.isdir(p)],
    "Purelib": paths["purelib"], "Platlib": paths["platlib"], "Scripts": paths["scripts"], "Data": paths["data"], "Headers": headers,
    "Installed": sorted(" ".join((d.name, d.version, str(d.locate_file("")))) for d in metadata.distributions()),
    "Demo": demo, "Libc": libc, "LibcVersion": libc_version, "Machine": platform.machine(),
}))
`

func sayLikePython(b *baseimage.Base) pythonSays {
	l := b.Python.Layout
	p := pythonSays{
		Version: b.Python.Version, Prefix: b.Python.Prefix, BasePrefix: b.Python.Base, Path: b.Python.SysPath,
		Purelib: l.Purelib, Platlib: l.Platlib, Scripts: l.Scripts, Data: l.Data, Headers: l.Headers,
		Installed: []string{}, Demo: []string{}, Libc: b.Target.Libc, LibcVersion: b.Target.LibcVersion, Machine: b.Target.Machine(),
	}
	for _, d := range b.Installed {
		p.Installed = append(p.Installed, d.Name+" "+d.Version+" "+d.Dir)
	}
	slices.Sort(p.Installed)
	for _, d := range b.Replaced(python.NormalizeName("demo_pkg")) {
		p.Demo = d.Files
	}
	return p
}

// unpackImage unpacks the image's layers, which take nothing away, into dir.
func unpackImage(t testing.TB, img v1.Image, dir string) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		content, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		tar := blackbox.Command(t, os.Environ(), "tar", "-C", dir, "-x", "--numeric-owner")
		tar.Stdin = content
		if out, err := tar.CombinedOutput(); err != nil {
			t.Fatalf("tar: %v\n%s", err, out)
		}
		if err := content.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
