package buildplan

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/imagespec"
)

var update = flag.Bool("update", false, "rewrite testdata")

// debian is a base image with the Python of Debian.
func debian() Base {
	return Base{
		Image: "222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:" + strings.Repeat("ab", 32), Read: true,
		Python: "/usr/bin/python3.11", Version: "3.11.2", Scripts: "/usr/local/bin",
		Env:   []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"},
		Users: []string{"root", "daemon", "nobody"},
	}
}

// flytekitBase is flytekit's own image.
func flytekitBase() Base {
	b := debian()
	b.Image, b.Python, b.Version = "cr.flyte.org/flyteorg/flytekit:py3.11-latest", "/usr/local/bin/python3.11", "3.11.9"
	b.User, b.Users = "flytekit", append(b.Users, "flytekit")
	return b
}

// bare is a base image without Python.
func bare() Base {
	b := debian()
	b.Image, b.Python, b.Version, b.Scripts = "debian:bookworm-slim", "", "", ""
	return b
}

// files writes what the reference's test vectors copy and require.
func files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"image-requirements.txt": "pandas==2.2.2\nscikit-learn\n",
		"d/a.txt":                "hello\n",
		"d/sub/b.txt":            "world\n",
		"d/run me.sh":            "#!/bin/sh\n",
		"nested.txt":             "# nested\n-r image-requirements.txt # the rest\n--constraint=limits.txt\nsix \\\n  ==1.16.0 \\\n  --hash=sha256:" + strings.Repeat("0", 64) + "\nname@https://example.com/x.whl#sha256=aa\n",
		"limits.txt":             "numpy<2\n",
		"pyproject.toml":         "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"six\"]\n",
		"uv.lock":                "version = 1\n",
		"netrc":                  "machine index.example.com login u password hunter2\n",
		"uv-amd64":               program(elf.EM_X86_64),
		"uv-arm64":               program(elf.EM_AARCH64),
		"ca.pem":                 "certificate\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o600)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o700
		}
		if err := os.WriteFile(path, []byte(data), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// program is a static program without a single instruction.
func program(machine elf.Machine) string {
	var b bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64, Phentsize: 56, Shentsize: 64}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		panic(err)
	}
	return b.String()
}

type golden struct {
	name    string
	spec    imagespec.Spec
	options Options
	facts   Facts
}

func cached() Executor { return Executor{Name: "buildctl", CacheMounts: true} }

func goldens(dir string) []golden {
	uv := map[string]string{"linux/amd64": filepath.Join(dir, "uv-amd64"), "linux/arm64": filepath.Join(dir, "uv-arm64")}
	with := func(b Base) Options { return Options{Base: b, Executor: cached(), UV: uv} }
	registry := "123456789012.dkr.ecr.us-east-1.amazonaws.com"
	base := &imagespec.Spec{Name: "base", Registry: "ghcr.io/o", Packages: []string{"x"}}
	return []golden{
		// The vectors of flytekit's tags.
		{"a", imagespec.Spec{}, with(flytekitBase()), Facts{}},
		{"b", imagespec.Spec{Name: "simple-example-image", Registry: registry, Requirements: "image-requirements.txt", BaseImage: "ghcr.io/flyteorg/flytekit:py3.11-latest"}, with(flytekitBase()), Facts{}},
		{"c", imagespec.Spec{Name: "My-Img", Registry: "ghcr.io/Org", PythonVersion: "3.11", Packages: []string{"pandas", "numpy>=1.26"}, AptPackages: []string{"git"},
			Env: dict("A", "1", "B", "it's"), Commands: []string{`echo "hi"`}}, with(debian()), Facts{}},
		{"d", imagespec.Spec{Name: "child", Registry: "ghcr.io/o", Base: base}, with(debian()), Facts{}},
		{"e", imagespec.Spec{Name: "c", Copy: []string{"d", "image-requirements.txt"}}, with(debian()), Facts{}},
		{"f", imagespec.Spec{Name: "n", SourceCopyMode: imagespec.CopyNone}, with(debian()), Facts{}},
		{"g", imagespec.Spec{Name: "n", TagFormat: "{spec_hash}-dev"}, with(debian()), Facts{}},
		{"h", imagespec.Spec{PythonVersion: "3.11", Packages: []string{"sklearn"}, Env: dict("Debug", "True")}, with(debian()), Facts{}},
		{"i", imagespec.Spec{Commands: []string{"echo 'é' \"q\"\n\t\\"}}, with(debian()), Facts{}},
		{"j", imagespec.Spec{BuilderConfig: imagespec.Dict{{Key: "uv_image", Value: "x/uv:1"}, {Key: "n", Value: true}}, Packages: []string{"six"}}, with(debian()), Facts{}},
		{"k", imagespec.Spec{Registry: "ghcr.io/o", RegistryConfig: "/x/y.json"}, with(debian()), Facts{}},
		{"l", imagespec.Spec{Name: "all", PythonVersion: "3.12", Env: dict("Z", "1", "A", ""), Registry: "reg.example.com:5000/team", Packages: []string{"a==1"},
			Requirements: "image-requirements.txt", AptPackages: []string{"git", "vim"}, BaseImage: "debian:12", Platform: "linux/amd64,linux/arm64",
			PipIndex: "https://i/simple", PipExtraIndexURL: []string{"https://j/simple"}, PipExtraArgs: "--pre", Entrypoint: []string{}, Commands: []string{"ls"},
			TagFormat: "v1-{spec_hash}", Copy: []string{"d"}, PythonExec: "/usr/bin/python3"}, with(debian()), Facts{}},
		{"m", imagespec.Spec{Packages: []string{}, Env: imagespec.Dict{}}, with(debian()), Facts{}},
		{"n", imagespec.Spec{Commands: []string{`a'b"c`}}, with(debian()), Facts{}},
		{"o", imagespec.Spec{Commands: []string{"\x01\x7f\u00a0\u200b😀\ud7ff"}}, with(debian()), Facts{}},
		{"p", imagespec.Spec{Name: "leaf", Base: &imagespec.Spec{Name: "mid", Base: base}}, with(debian()), Facts{}},

		// What they do not have.
		{"conda", imagespec.Spec{CondaPackages: []string{"pytorch::faiss-gpu=1.8", `x"; touch /pwned`}, CondaChannels: []string{"pytorch"}, Packages: []string{"six"}, PythonVersion: "3.11"}, with(bare()), Facts{}},
		{"cuda", imagespec.Spec{CUDA: "12.1", CuDNN: "8"}, with(debian()), Facts{}},
		{"without-python", imagespec.Spec{PythonVersion: "3.12", Packages: []string{"six"}, BuilderConfig: imagespec.Dict{{Key: "micromamba_image", Value: "mirror.example.com/micromamba:2"}}}, with(bare()), Facts{}},
		{"pip", imagespec.Spec{Packages: []string{"six"}, PipExtraArgs: `--index-url 'https://index.example.com/a' --no-deps`}, Options{Base: debian()}, Facts{}},
		{"buildah", imagespec.Spec{Packages: []string{"six"}}, Options{Base: debian(), UV: uv, Executor: Executor{Name: "buildah", CacheMounts: true, LeavesMounts: true}}, Facts{}},
		{"nested", imagespec.Spec{Requirements: "nested.txt"}, with(debian()), Facts{}},
		{"pyproject", imagespec.Spec{Requirements: "pyproject.toml", Packages: []string{"x"}}, with(debian()), Facts{}},
		{"lock", imagespec.Spec{Requirements: "uv.lock", AptPackages: []string{"libgomp1"}}, Options{Base: debian(), UV: uv, Lock: map[string][]byte{"linux/amd64": []byte("lock\n")}}, Facts{}},
		{"lock-two-platforms", imagespec.Spec{Requirements: "uv.lock", Platform: "linux/amd64,linux/arm64"},
			Options{Base: debian(), UV: uv, Lock: map[string][]byte{"linux/amd64": []byte("lock a\n"), "linux/arm64": []byte("lock b\n")}}, Facts{}},
		{"secrets", imagespec.Spec{Packages: []string{"private @ git+https://user:hunter2@git.example.com/p.git@v1"}, PipIndex: "https://u:hunter2@index.example.com/simple",
			PipExtraArgs: "--extra-index-url=https://t0ken@more.example.com/simple --prerelease allow", PipSecretMounts: []imagespec.SecretMount{{Source: "netrc", Target: "/root/.netrc"}}}, with(debian()), Facts{}},
		{"secrets-lock", imagespec.Spec{Packages: []string{"private"}, AptPackages: []string{"git"}, PipIndex: "https://u:hunter2@index.example.com/simple", PipExtraArgs: "-f https://t0ken@more.example.com/links"},
			Options{Base: debian(), UV: uv, Lock: map[string][]byte{"linux/amd64": []byte("lock\n")}}, Facts{}},
		{"certificates", imagespec.Spec{Packages: []string{"six"}}, Options{Base: debian(), UV: uv, CABundle: filepath.Join(dir, "ca.pem"), Extra: []string{"flytekit==1.16.24"}}, Facts{}},
		{"source-only", imagespec.Spec{Packages: []string{"sgmllib3k"}}, with(debian()), Facts{SourceOnly: []SourceDistribution{{Name: "sgmllib3k", Version: "1.0.0", Platform: "linux/amd64"}}}},
		{"own-user", imagespec.Spec{AptPackages: []string{"git=1:2.39.5-0+deb12u2", "curl/bookworm-backports libc6:amd64"}}, with(func() Base { b := debian(); b.User = "ray:users"; return b }()), Facts{}},
		{"quotes", imagespec.Spec{
			Env: dict("SPACES", "a  b ", "DOLLAR", "pa$$w0rd ${HOME} $(touch /pwned)", "QUOTES", `"'`+"`touch /pwned`", "BACKSLASH", `\n\`, "LINES", "a\nRUN touch /pwned\n", "EMPTY", "",
				"HASH", "# x", "UNICODE", "é😀\u00a0", "PATH", "/opt/x/bin:$PATH:${PATHS}", "LD_LIBRARY_PATH", "/opt/x/lib:${LD_LIBRARY_PATH}", "SELF", "$SELFISH"),
			Packages:     []string{"six; touch /pwned", "`touch /pwned`", "$(touch /pwned)", `a"b' && touch /pwned`, `"`},
			PipExtraArgs: `--no-deps '; touch /pwned' "$(touch /pwned)" a\ b`,
			Entrypoint:   []string{"/bin/sh", "-c", "echo \"$HOME\" 'x'\nRUN touch /pwned", `\`, "<>&"},
			Commands:     []string{`["a"]`, "--mount=type=bind x", "cat <<EOF\nRUN touch /pwned\nEOF", `echo a\`},
		}, with(debian()), Facts{}},
	}
}

func dict(kv ...string) imagespec.Dict {
	var d imagespec.Dict
	for i := 0; i < len(kv); i += 2 {
		d = append(d, imagespec.Item{Key: kv[i], Value: kv[i+1]})
	}
	return d
}

// TestGolden compares plans, Dockerfiles and what is beside them.
func TestGolden(t *testing.T) {
	dir := files(t)
	for _, g := range goldens(dir) {
		t.Run(g.name, func(t *testing.T) {
			spec := g.spec.In(dir)
			g.facts.Base = g.options.Base
			g.facts.Executors = []Executor{{Name: "buildctl", Where: "tcp://buildkit.example.com:1234"}}
			plan, err := New(spec, g.facts)
			if err != nil {
				t.Fatal(err)
			}
			recipe, err := NewRecipe(spec, g.options)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, g.name+".dockerfile", []byte(recipe.Text))
			compare(t, g.name+".txt", describe(t, plan, recipe, dir))
			plan.Dockerfile = recipe.Text
			if got, want := plan.Text(), "\ndockerfile:\n  # Made by pratique"; !strings.Contains(got, want) {
				t.Errorf("the plan has no Dockerfile:\n%s", got)
			}
		})
	}
}

// describe is everything but the Dockerfile.
func describe(t *testing.T, p *Plan, r *Recipe, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(p.Text())
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%s\n", data)
	for _, f := range r.Context {
		source, _ := filepath.Rel(dir, f.Source)
		fmt.Fprintf(&b, "context %s %v %s%q\n", f.Name, f.Mode, filepath.ToSlash(source), f.Data)
	}
	for _, s := range r.Secrets {
		source, _ := filepath.Rel(dir, s.Source)
		fmt.Fprintf(&b, "secret %s %s%q\n", s.ID, filepath.ToSlash(source), s.Data)
	}
	for _, a := range r.Args {
		fmt.Fprintf(&b, "arg %s %q\n", a.Name, a.Value)
	}
	fmt.Fprintf(&b, "images %s\n", strings.Join(r.Images, " "))
	return b.Bytes()
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// TestGoldenFiles: there are no golden files without a test.
func TestGoldenFiles(t *testing.T) {
	all, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if !slices.ContainsFunc(goldens(""), func(g golden) bool { return g.name == name }) {
			t.Errorf("%s has no test", path)
		}
	}
}
