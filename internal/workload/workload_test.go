package workload

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// describe is a file as text, one line to an image.
func describe(f *File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "format %s\n", f.Format)
	for _, i := range f.Images {
		at := fmt.Sprintf("%s:%d:%d", i.File, i.Line, i.Column)
		if i.Member != "" {
			at = i.File + "!" + i.Member
		}
		fmt.Fprintf(&b, "%s\n    %s, %s", at, i.Ref, i.Use)
		for name, v := range map[string]string{"where": i.Where} {
			fmt.Fprintf(&b, "\n    %s: %s", name, v)
		}
		if i.Platform != "" {
			fmt.Fprintf(&b, "\n    platform: %s", i.Platform)
		}
		if i.Unclear != "" {
			fmt.Fprintf(&b, "\n    unclear: %s", i.Unclear)
		}
		if i.NoTag != "" {
			fmt.Fprintf(&b, "\n    no tag: %s", i.NoTag)
		}
		if i.LoginSecret != "" {
			fmt.Fprintf(&b, "\n    login secret: %s", i.LoginSecret)
		}
		b.WriteByte('\n')
	}
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// TestRead compares what is read of testdata/files/* with the .golden file of
// that name; -update writes those.
func TestRead(t *testing.T) {
	files, err := filepath.Glob("testdata/files/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	files = append(files, "testdata/flyte-package.tgz")
	formats := map[Format]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(filepath.Base(file), data, Options{Open: open("testdata/files"), Dir: "testdata/specs"})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		formats[f.Format] = true
		got := describe(f)
		if *update {
			if err := os.WriteFile(file+".golden", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", file, d)
		}
		// The place is where the reference is.
		lines := strings.Split(string(data), "\n")
		for _, i := range f.Images {
			if i.File != f.Name || i.Member != "" || f.Format == ImageSpec {
				continue
			}
			rest := strings.TrimLeft(lines[i.Line-1][i.Column-1:], `"'`)
			if !strings.HasPrefix(rest, i.Ref) {
				t.Errorf("%s:%d:%d is %q; want %q", file, i.Line, i.Column, rest, i.Ref)
			}
		}
	}
	for _, f := range Formats() {
		if !formats[f] {
			t.Errorf("no file of format %s", f)
		}
	}
}

func open(dir string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
}

func TestReadErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		data   string
		format Format
		want   string
	}{
		"empty":             {"", "", "x: it is empty"},
		"comment":           {"# nothing\n", "", "x: it is empty"},
		"unknown":           {"\na: 1\n", "", "x:2:2: it is not recognized as kubernetes, compose, flyte, imagespec, anyscale, release or dockerfile"},
		"scalar":            {"hello", "", "x:1:1: it is not recognized"},
		"broken":            {"services:\n  a: b: c\n", "", "x:2:6: mapping value is not allowed"},
		"chart":             {"kind: Pod\nimage: {{ .Values.image }}\n", "", "x:2:8: it is a template that has not been rendered"},
		"binary":            {"ab\ncd\x00", "", "x:2:3: it is neither text nor a gzipped archive"},
		"anchor":            {"services: *nowhere\n", "", `there is no anchor "nowhere" before this`},
		"not compose":       {"services: 3\n", Compose, "x:1:9: it is not a compose file"},
		"not kubernetes":    {"a: 3\n", Kubernetes, "there is no kind"},
		"not anyscale":      {"- 3\n", Anyscale, "not an Anyscale configuration"},
		"not release":       {"- 3\n", Release, "not an application template"},
		"not imagespec":     {"3\n", ImageSpec, "x:1:1: an ImageSpec is a mapping, not the number 3"},
		"no field":          {"- name: a\n  tag: v1\n", ImageSpec, `x:2:8: an ImageSpec has no field "tag"`},
		"not a list":        {"registry: ghcr.io/x\npackages: numpy\n", "", "x:2:11: ImageSpec field packages: it must be a list of texts, not a text"},
		"broken python":     {"from flytekit import ImageSpec\nx = ImageSpec(", "", `x:2:14: "(" is never closed`},
		"not a dockerfile":  {"RUN true\n", Dockerfile, "x:1:1: it has no FROM line"},
		"only a backslash":  {"\\", Dockerfile, "x:1:1: it has no FROM line"},
		"no base":           {"ARG x\nFROM --platform=linux/arm64\n", "", "x:2:1: FROM names no image"},
		"no format":         {"a: 3\n", "toml", `there is no format "toml"`},
		"gzip":              {"\x1f\x8b\x08", "", "x: unpack it"},
		"not flyte":         {"\x0a\xff", Flyte, "not a protobuf message"},
		"no identifier":     {"\x0a\x00", Flyte, "it has no identifier of one"},
		"nested":            {"a: " + strings.Repeat("[", 5000), "", "x:1:1: it is nested too deep"},
		"nested less":       {"a: " + strings.Repeat("[", 500) + strings.Repeat("]", 500), "", "nested too deep"},
		"billion laughs":    {laughs(), "", "too many values"},
		"defined twice":     {"services: {}\nservices: {}\n", "", `x:2:1: mapping key "services" already defined`},
		"nested sequences":  {strings.Repeat("- ", 5000) + "a", "", "nested too deep"},
		"too large":         {strings.Repeat("#", maxText+1), "", "at most"},
		"nothing but space": {" \n\t\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("x", []byte(tt.data), Options{Format: tt.format})
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v; want %q", err, tt.want)
			}
		})
	}
}

func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return b.String()
}

func TestUnclear(t *testing.T) {
	for ref, want := range map[string]string{
		"a/b:v1":                   "",
		"a:${TAG:-x}":              `"${TAG:-x}"`,
		"a:$TAG.1":                 `"$TAG"`,
		"a:{{ .Values.tag }}-x":    `"{{ .Values.tag }}"`,
		"<account>.dkr.ecr.x/y":    `"<account>"`,
		"$(REGISTRY)/a":            `"$(REGISTRY)"`,
		"a:$":                      `"$"`,
		"":                         "empty",
		"{{.image.default.fqn}}:v": `"{{.image.default.fqn}}"`,
	} {
		if got := unclear(ref); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("unclear(%q) = %q; want %q", ref, got, want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(string(f)); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v", f, got, err)
		}
	}
	if _, err := ParseFormat("yaml"); err == nil || !strings.Contains(err.Error(), "kubernetes") {
		t.Errorf("error %v", err)
	}
}

// FuzzRead looks for files that make reading fail in another way than with an
// Error, or that yield an image at a place that does not exist.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/files/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "testdata/flyte-package.tgz") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, uint8(0))
	}
	for i := range Formats() {
		f.Add([]byte("services: {a: {image: b}}"), uint8(i+1))
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		formats := append([]Format{""}, Formats()...)
		got, err := Read("x", data, Options{Format: formats[int(which)%len(formats)]})
		var e *Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, i := range got.Images {
			if i.Line < 0 || i.Column < 0 || i.Line > lines+1 || (i.Ref == "" && i.Unclear == "") || !slices.Contains([]Use{Run, Build}, i.Use) {
				t.Errorf("%+v", i)
			}
		}
	})
}

// FuzzFlyte does the same to the messages of a package, which compression
// hides from FuzzRead.
func FuzzFlyte(f *testing.F) {
	f.Add(task("sidecar", sidecar))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := &File{Name: "x"}
		err := file.flyteMessage("m_1.pb", data)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}
