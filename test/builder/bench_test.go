package builder

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// benchPackages are what the images of the benchmark have; flytekit is what its
// own builder adds to every image.
var benchPackages = []string{"flytekit==1.16.24", "numpy==2.3.5", "pandas==2.3.3", "pydantic==2.12.5"}

// The package that changes, and its versions.
const (
	benchBefore = "requests==2.32.4"
	benchAfter  = "requests==2.32.5"
)

// benchDockerfile does what the Dockerfile of flytekit's default builder does,
// but for its download of another Python: it installs for the base image's.
const benchDockerfile = `FROM %[1]s
WORKDIR /
USER root
RUN id -u flytekit || useradd --create-home --shell /bin/bash flytekit
RUN chown -R flytekit /root && chown -R flytekit /home
ENV UV_PYTHON=/usr/bin/python3 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=%[2]s PYTHONPATH=/root
COPY requirements_uv.txt /tmp/requirements_uv.txt
RUN --mount=type=bind,target=/usr/bin/uv,source=uv \
    UV_CACHE_DIR=/var/cache/uv UV_OFFLINE=1 uv pip install --break-system-packages --requirement /tmp/requirements_uv.txt
WORKDIR /root
USER flytekit
ENV _F_IMG_ID=benchmark
`

// cost is what a build took.
type cost struct {
	time time.Duration
	sent int64 // bytes uploaded
}

func (c cost) String() string {
	return fmt.Sprintf("%.2f s, %.1f MB", c.time.Seconds(), float64(c.sent)/1e6)
}

// contestant builds the image of a bench into a repository of its own.
type contestant struct {
	name  string
	build func(b *testing.B, changing string)
}

// BenchmarkBuilders compares pratique build with buildah, from the same base
// image in the same registry and with the same wheels at hand, none of which
// has to be downloaded: nothing built before, one package changed, and nothing
// changed. It prints a table of time and of bytes that went to the registry.
func BenchmarkBuilders(b *testing.B) {
	need.Tools(b, "buildah")
	blackbox.NeedRoot(b)
	w := newWorld(b)
	proxy := w.countUploads(b)
	d := w.newDeskAt(b, proxy.host)
	base := proxy.host + "/" + strings.TrimPrefix(w.Base, w.host()+"/")
	warm(b, d, base, proxy.host)

	contestants := []contestant{
		{"pratique build", func(b *testing.B, changing string) {
			d.writeJSON(b, "image.json", map[string]any{
				"name": "bench-pratique", "registry": proxy.host, "base_image": base, "packages": append(benchPackages[:len(benchPackages):len(benchPackages)], changing),
			})
			d.with("UV_OFFLINE=1", "UV_CACHE_DIR="+d.home("uv")).build(b, "image.json")
		}},
		{"buildah bud", buildahBuild(d, base, proxy.host, "1")},
		{"buildah bud, no bytecode", buildahBuild(d, base, proxy.host, "0")},
	}
	scenarios := []struct{ name, changing string }{{"cold", benchBefore}, {"one package changed", benchAfter}, {"no change", benchAfter}}
	costs := make([][]cost, len(contestants))
	for i, c := range contestants {
		for _, s := range scenarios {
			proxy.take()
			start := time.Now()
			c.build(b, s.changing) // once: what is built again is in a cache
			taken := cost{time.Since(start), proxy.take()}
			b.ReportMetric(taken.time.Seconds(), strings.ReplaceAll(c.name+"/"+s.name, " ", "-")+"-s")
			costs[i] = append(costs[i], taken)
		}
	}

	t := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprint(t, "\n")
	for _, s := range scenarios {
		fmt.Fprintf(t, "\t%s", s.name)
	}
	for i, c := range contestants {
		fmt.Fprintf(t, "\n%s", c.name)
		for j, taken := range costs[i] {
			fmt.Fprintf(t, "\t%v", taken)
			if ours := costs[0][j].time; i > 0 && ours > 0 {
				fmt.Fprintf(t, " (%.1f times)", taken.time.Seconds()/ours.Seconds())
			}
		}
	}
	fmt.Fprint(t, "\n\n")
	if err := t.Flush(); err != nil {
		b.Fatal(err)
	}
}

// warm has all wheels downloaded, for pratique and for uv, and leaves nothing
// else behind: neither layers nor what is known of the base.
func warm(b *testing.B, d *desk, base, host string) {
	b.Helper()
	for _, changing := range []string{benchBefore, benchAfter} {
		d.writeJSON(b, "image.json", map[string]any{
			"name": "bench-warm", "registry": host, "base_image": base, "packages": append(benchPackages[:len(benchPackages):len(benchPackages)], changing),
		})
		d.with("UV_CACHE_DIR="+d.home("uv")).build(b, "image.json", "--no-push", "--output-layout", d.home("layout"))
		// uv installs from its own cache, which has wheels unpacked.
		packages := append([]string{"uv", "pip", "install", "-q", "--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_36", "--only-binary", ":all:",
			"--target", d.home("installed")}, benchPackages...)
		d.with("UV_CACHE_DIR="+d.home("uv")).run(b, append(packages, changing)...)
	}
	for _, dir := range []string{d.home("layout"), d.home("installed")} {
		if err := os.RemoveAll(dir); err != nil {
			b.Fatal(err)
		}
	}
	cache := d.home(".cache", "pratique", "build")
	entries, err := os.ReadDir(cache)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "wheels" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(cache, e.Name())); err != nil {
			b.Fatal(err)
		}
	}
}

// buildahBuild builds with a cache of layers, and pushes.
func buildahBuild(d *desk, base, host, bytecode string) func(*testing.B, string) {
	return func(b *testing.B, changing string) {
		context := d.home("context-" + bytecode)
		blackbox.WriteFile(b, filepath.Join(context, "Dockerfile"), fmt.Sprintf(benchDockerfile, base, bytecode))
		blackbox.WriteFile(b, filepath.Join(context, "requirements_uv.txt"), strings.Join(append(benchPackages[:len(benchPackages):len(benchPackages)], changing), "\n"))
		uv := filepath.Join(context, "uv")
		if _, err := os.Stat(uv); err != nil {
			path, err := exec.LookPath("uv")
			if err == nil {
				var program []byte
				if program, err = os.ReadFile(path); err == nil {
					err = os.WriteFile(uv, program, 0o755)
				}
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		image := host + "/bench-buildah-" + bytecode + ":v1"
		buildah := []string{"buildah", "--root", d.home("buildah-" + bytecode), "--runroot", d.runroot, "--storage-driver", storageDriver(b, d.home())}
		d.run(b, append(buildah, "bud", "-q", "--layers", "--isolation", "chroot", "--tls-verify=false", "--format", "oci",
			"-v", d.home("uv")+":/var/cache/uv", "-t", image, context)...)
		d.run(b, append(buildah, "push", "-q", "--tls-verify=false", image)...)
	}
}
