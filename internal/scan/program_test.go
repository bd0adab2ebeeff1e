package scan

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// TestMain lets the test be its own scanner: the environment says which, and what it does. The names of the variables
// begin like those of the scanner's own, or else it would not see them.
func TestMain(m *testing.M) {
	for _, prefix := range []string{"TRIVY_", "GRYPE_", "OSV_SCANNER_"} {
		if mode := os.Getenv(prefix + "FAKE"); mode != "" {
			if err := fake(mode, os.Getenv(prefix+"NOTE")); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// seen is what a fake scanner writes down for the test.
type seen struct {
	Args, Env, Files []string
	Dir              string
	Config           string
	Layers           []string
}

func fake(mode, note string) error {
	switch name, rest, _ := strings.Cut(mode, ":"); name {
	case "report":
		s := seen{Args: os.Args[1:], Env: os.Environ()}
		var err error
		if s.Dir, err = os.Getwd(); err != nil {
			return err
		}
		if err := s.read(); err != nil {
			return err
		}
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if err := os.WriteFile(note, text, 0o600); err != nil {
			return err
		}
		report, err := os.ReadFile(rest)
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(report)
		return err
	case "exit":
		status, err := strconv.Atoi(rest)
		if err != nil {
			return err
		}
		fmt.Println(`{"results":[]}`)
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 1<<20)+"the database of the scanner is gone")
		os.Exit(status)
	case "garbage":
		fmt.Println("INFO  no report today")
	case "huge":
		block := bytes.Repeat([]byte(" "), 1<<20)
		for range 100 {
			if _, err := os.Stdout.Write(block); err != nil {
				return err
			}
		}
	case "hang": // with a child, which keeps the output open
		child := exec.Command("sleep", "600")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
		if err := os.WriteFile(note, fmt.Appendf(nil, "%d %d", os.Getpid(), child.Process.Pid), 0o600); err != nil {
			return err
		}
		return child.Wait()
	default:
		return fmt.Errorf("no fake scanner %q", mode)
	}
	return nil
}

// read reads the image that the command line names, as the scanner does.
func (s *seen) read() error {
	for _, arg := range s.Args {
		arg = strings.TrimPrefix(arg, "oci-dir:")
		info, err := os.Stat(arg)
		switch {
		case err != nil:
		case info.IsDir():
			return s.readLayout(arg)
		default:
			return s.readArchive(arg)
		}
	}
	return errors.New("no image on the command line")
}

func (s *seen) readLayout(dir string) error {
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(dir, path)
			s.Files = append(s.Files, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		return err
	}
	content := func(d digest.Digest) ([]byte, error) {
		b, err := os.ReadFile(filepath.Join(dir, "blobs", d.Algorithm().String(), d.Encoded()))
		if err == nil && d.Algorithm().FromBytes(b) != d {
			err = fmt.Errorf("%s has other content", d)
		}
		return b, err
	}
	var index v1.Index
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &index); err != nil {
		return err
	}
	if len(index.Manifests) != 1 {
		return fmt.Errorf("index %s", b)
	}
	var manifest v1.Manifest
	if b, err = content(index.Manifests[0].Digest); err != nil {
		return err
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		return err
	}
	if b, err = content(manifest.Config.Digest); err != nil {
		return err
	}
	s.Config = string(b)
	for _, l := range manifest.Layers {
		if b, err = content(l.Digest); err != nil {
			return err
		}
		s.Layers = append(s.Layers, string(b))
	}
	return nil
}

func (s *seen) readArchive(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	content := map[string]string{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		s.Files = append(s.Files, h.Name)
		content[h.Name] = string(b)
	}
	var manifest []struct {
		Config string
		Layers []string
	}
	if err := json.Unmarshal([]byte(content["manifest.json"]), &manifest); err != nil {
		return err
	}
	s.Config = content[manifest[0].Config]
	for _, l := range manifest[0].Layers {
		s.Layers = append(s.Layers, content[l])
	}
	return nil
}

const layerType = "application/vnd.oci.image.layer.v1.tar+gzip"

// testImage is an image of the layers given; change may spoil its manifest.
func testImage(t testing.TB, change func(*v1.Manifest), layers ...string) *Image {
	t.Helper()
	content := map[digest.Digest]string{}
	describe := func(mediaType, text string) v1.Descriptor {
		d := digest.FromString(text)
		content[d] = text
		return v1.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(text))}
	}
	m := v1.Manifest{MediaType: v1.MediaTypeImageManifest, Config: describe(v1.MediaTypeImageConfig, `{"os":"linux"}`)}
	m.SchemaVersion = 2
	for _, l := range layers {
		m.Layers = append(m.Layers, describe(layerType, l))
	}
	if change != nil {
		change(&m)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ocispec.ParseManifest(text, m.MediaType)
	if err != nil {
		t.Fatal(err)
	}
	return &Image{
		Digest: digest.FromBytes(text), MediaType: m.MediaType, Bytes: text, Manifest: parsed,
		Open: func(_ context.Context, d digest.Digest) (io.ReadCloser, error) {
			text, ok := content[d]
			if !ok {
				return nil, os.ErrNotExist
			}
			return io.NopCloser(strings.NewReader(text)), nil
		},
	}
}

func program(t testing.TB, c ProgramConfig, environ ...string) *Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if c.Path == "" {
		c.Path = self
	}
	if c.Dir == "" {
		c.Dir = filepath.Join(t.TempDir(), "scanner")
	}
	c.Environ = append(os.Environ(), environ...)
	p, err := NewProgram(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		left, err := os.ReadDir(filepath.Join(c.Dir, "scratch"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, error %v", left, err)
		}
	})
	return p
}

func TestPrograms(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		args         []string // with IMAGE for the image
	}{
		{Trivy, "TRIVY_", []string{"image", "--input", "IMAGE", "--format", "json", "--list-all-pkgs", "--scanners", "vuln",
			"--no-progress", "--quiet", "--timeout", "15m0s"}},
		{Grype, "GRYPE_", []string{"oci-dir:IMAGE", "-o", "json", "-q"}},
		{OSVScanner, "OSV_SCANNER_", []string{"scan", "image", "--archive", "IMAGE", "--format", "json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "scanner")
			note := filepath.Join(t.TempDir(), "note")
			report, err := filepath.Abs(filepath.Join("testdata", c.name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			p := program(t, ProgramConfig{Name: c.name, Dir: dir}, c.prefix+"FAKE=report:"+report, c.prefix+"NOTE="+note,
				"PRATIQUE_SECRET=1", "AWS_SECRET_ACCESS_KEY=2", "PGPASSWORD=3", "HTTPS_PROXY=http://proxy.example.com")
			img := testImage(t, nil, "layer one", "layer two", "layer one")
			got, err := p.Scan(t.Context(), img)
			if err != nil {
				t.Fatal(err)
			}
			want, err := Parse(c.name, sample(t, c.name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			var s seen
			text, err := os.ReadFile(note)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &s); err != nil {
				t.Fatal(err)
			}
			image := strings.TrimPrefix(s.Args[slices.Index(c.args, slices.MaxFunc(c.args, func(a, b string) int {
				return strings.Count(a, "IMAGE") - strings.Count(b, "IMAGE")
			}))], "oci-dir:")
			for i := range s.Args {
				s.Args[i] = strings.Replace(s.Args[i], image, "IMAGE", 1)
			}
			if diff := cmp.Diff(c.args, s.Args); diff != "" {
				t.Errorf("command line (-want +got):\n%s", diff)
			}
			if s.Config != `{"os":"linux"}` || !slices.Equal(s.Layers, []string{"layer one", "layer two", "layer one"}) {
				t.Errorf("config %s, layers %q", s.Config, s.Layers)
			}
			if !strings.HasPrefix(image, dir) || !strings.HasPrefix(s.Dir, dir) {
				t.Errorf("it read %s in %s, outside %s", image, s.Dir, dir)
			}
			var names []string
			for _, v := range s.Env {
				name, value, _ := strings.Cut(v, "=")
				names = append(names, name)
				if (name == "HOME" || name == "TMPDIR") && !strings.HasPrefix(value, dir) {
					t.Errorf("%s is outside %s", v, dir)
				}
			}
			for _, secret := range []string{"PRATIQUE_SECRET", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "PRATIQUE_TEST_POSTGRES"} {
				if slices.Contains(names, secret) {
					t.Errorf("the scanner is told %s", secret)
				}
			}
			if !slices.Contains(names, "HTTPS_PROXY") || !slices.Contains(names, "PATH") {
				t.Errorf("environment %v", names)
			}
		})
	}
}

func TestScannersThatFail(t *testing.T) {
	text := func(reason, operator string) func(*Error) bool {
		return func(e *Error) bool {
			return e.Reason == reason && e.Err != nil && strings.Contains(e.Err.Error(), operator)
		}
	}
	for _, c := range []struct {
		name, mode string
		program    string
		want       func(*Error) bool
	}{
		{"garbage", "garbage", Trivy, text("The scanner's report could not be read.", "invalid character")},
		{"100 MB", "huge", Trivy, text("The scanner's report is too large.", "larger than 67108864 bytes")},
		{"a failure", "exit:1", Trivy, text("The scanner failed.", "exit status 1: ")},
		{"what it complains of", "exit:3", Grype, text("The scanner failed.", "the database of the scanner is gone")},
		{"no packages", "exit:128", OSVScanner, func(e *Error) bool { return e.Unsupported }},
		{"a general error", "exit:127", OSVScanner, text("The scanner failed.", "exit status 127")},
	} {
		t.Run(c.name, func(t *testing.T) {
			prefix := map[string]string{Trivy: "TRIVY_", Grype: "GRYPE_", OSVScanner: "OSV_SCANNER_"}[c.program]
			p := program(t, ProgramConfig{Name: c.program}, prefix+"FAKE="+c.mode)
			report, err := p.Scan(t.Context(), testImage(t, nil, "layer"))
			var failed *Error
			if !errors.As(err, &failed) || !c.want(failed) || report != nil {
				t.Errorf("report %v, error %v", report, err)
			}
			if len(err.Error()) > 2*maxComplain {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
	t.Run("vulnerabilities found is no failure", func(t *testing.T) {
		p := program(t, ProgramConfig{Name: OSVScanner}, "OSV_SCANNER_FAKE=exit:1")
		if report, err := p.Scan(t.Context(), testImage(t, nil, "layer")); err != nil || len(report.Findings) != 0 {
			t.Errorf("report %v, error %v", report, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		if _, err := NewProgram(ProgramConfig{Name: Trivy, Path: filepath.Join(t.TempDir(), "trivy"), Dir: t.TempDir()}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
		if _, err := NewProgram(ProgramConfig{Name: "clair", Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "trivy, grype, osv-scanner") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("removed", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "trivy")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		p := program(t, ProgramConfig{Name: Trivy, Path: path})
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		_, err := p.Scan(t.Context(), testImage(t, nil, "layer"))
		var failed *Error
		if !errors.As(err, &failed) || failed.Reason != "The scanner could not be run." {
			t.Errorf("error %v", err)
		}
	})
	t.Run("nothing it knows", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "report")
		if err := os.WriteFile(path, []byte(`{"SchemaVersion":2,"ArtifactType":"container_image"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		p := program(t, ProgramConfig{Name: Trivy}, "TRIVY_FAKE=report:"+path, "TRIVY_NOTE="+filepath.Join(t.TempDir(), "note"))
		_, err := p.Scan(t.Context(), testImage(t, nil, "layer"))
		var failed *Error
		if !errors.As(err, &failed) || !failed.Unsupported {
			t.Errorf("error %v", err)
		}
	})
}

// TestScannerThatHangs is about a program that never ends, and neither does what it started.
func TestScannerThatHangs(t *testing.T) {
	need.Tools(t, "sleep")
	dead := func(t *testing.T, note string) {
		t.Helper()
		text, err := os.ReadFile(note)
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range strings.Fields(string(text)) {
			for range 100 {
				// A process that ended and that nobody waited for is still listed, without a command line.
				line, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
				if err != nil || len(line) == 0 {
					pid = ""
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if pid != "" {
				t.Errorf("process %s still runs", pid)
			}
		}
	}
	t.Run("too long", func(t *testing.T) {
		note := filepath.Join(t.TempDir(), "note")
		p := program(t, ProgramConfig{Name: Trivy, Timeout: time.Second}, "TRIVY_FAKE=hang", "TRIVY_NOTE="+note)
		started := time.Now()
		_, err := p.Scan(t.Context(), testImage(t, nil, "layer"))
		var failed *Error
		if !errors.As(err, &failed) || failed.Reason != "The scan took too long." {
			t.Errorf("error %v", err)
		}
		if took := time.Since(started); took > waitDelay {
			t.Errorf("it took %v to give up", took)
		}
		dead(t, note)
	})
	t.Run("cancelled", func(t *testing.T) {
		note := filepath.Join(t.TempDir(), "note")
		p := program(t, ProgramConfig{Name: Trivy}, "TRIVY_FAKE=hang", "TRIVY_NOTE="+note)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range 500 {
				if _, err := os.Stat(note); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
		}()
		if _, err := p.Scan(ctx, testImage(t, nil, "layer")); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		dead(t, note)
	})
}

func TestImagesThatCannotBeScanned(t *testing.T) {
	for name, img := range map[string]*Image{
		"too large": testImage(t, func(m *v1.Manifest) { m.Layers[0].Size = 1 << 40 }, "layer"),
		"foreign": testImage(t, func(m *v1.Manifest) {
			m.Layers[0].MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
		}, "layer"),
		"without files": testImage(t, func(m *v1.Manifest) { m.Layers[0].MediaType = "application/vnd.in-toto+json" }, "layer"),
		"empty":         testImage(t, nil),
		"larger than said": testImage(t, func(m *v1.Manifest) {
			m.Layers[0].Size--
		}, "layer"),
		"smaller than said": testImage(t, func(m *v1.Manifest) {
			m.Layers[0].Size++
		}, "layer"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, scanner := range []string{Trivy, OSVScanner} {
				p := program(t, ProgramConfig{Name: scanner}, "TRIVY_FAKE=garbage", "OSV_SCANNER_FAKE=garbage")
				_, err := p.Scan(t.Context(), img)
				var failed *Error
				if !errors.As(err, &failed) || !failed.Unsupported {
					t.Errorf("%s: error %v", scanner, err)
				}
			}
		})
	}
	t.Run("unreadable", func(t *testing.T) {
		img := testImage(t, nil, "layer")
		img.Open = func(context.Context, digest.Digest) (io.ReadCloser, error) { return nil, os.ErrPermission }
		_, err := program(t, ProgramConfig{Name: Trivy}, "TRIVY_FAKE=garbage").Scan(t.Context(), img)
		var failed *Error
		if !errors.As(err, &failed) || failed.Unsupported || !errors.Is(err, os.ErrPermission) {
			t.Errorf("error %v", err)
		}
	})
}

// TestSweep is about what a server that was killed leaves in its directory.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	p := program(t, ProgramConfig{Name: Trivy, Dir: dir, Timeout: time.Minute}, "TRIVY_FAKE=garbage")
	old, young := filepath.Join(dir, "scratch", "scan-old"), filepath.Join(dir, "scratch", "scan-young")
	for _, d := range []string{old, young} {
		if err := os.MkdirAll(filepath.Join(d, "image"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, _ = p.Scan(t.Context(), testImage(t, nil, "layer"))
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("an old copy is still there: %v", err)
	}
	if err := os.Remove(filepath.Join(young, "image")); err != nil {
		t.Errorf("a copy that may be in use is gone: %v", err)
	}
	if err := os.Remove(young); err != nil {
		t.Error(err)
	}
}
