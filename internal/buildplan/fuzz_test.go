package buildplan

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/imagespec"
)

// free are the fields that are free text, each with a text in it.
var free = map[string]func(s string) imagespec.Spec{
	"env":            func(s string) imagespec.Spec { return imagespec.Spec{Env: dict("A", s)} },
	"entrypoint":     func(s string) imagespec.Spec { return imagespec.Spec{Entrypoint: []string{s}} },
	"commands":       func(s string) imagespec.Spec { return imagespec.Spec{Commands: []string{"true", s}} },
	"packages":       func(s string) imagespec.Spec { return imagespec.Spec{Packages: []string{"six", s}} },
	"conda_packages": func(s string) imagespec.Spec { return imagespec.Spec{CondaPackages: []string{s}} },
	"apt_packages":   func(s string) imagespec.Spec { return imagespec.Spec{AptPackages: []string{"x", s}} },
	"pip_extra_args": func(s string) imagespec.Spec { return imagespec.Spec{Packages: []string{"six"}, PipExtraArgs: s} },
	"pip_index": func(s string) imagespec.Spec {
		return imagespec.Spec{Packages: []string{"six"}, PipIndex: "https://example.com/" + s}
	},
	"python_exec": func(s string) imagespec.Spec { return imagespec.Spec{PythonExec: "/usr/bin/x" + s} },
	"cuda":        func(s string) imagespec.Spec { return imagespec.Spec{CUDA: "1" + s} },
	"builder_config": func(s string) imagespec.Spec {
		return imagespec.Spec{BuilderConfig: imagespec.Dict{{Key: "uv_image", Value: "x" + s}}}
	},
	"pip_secret_mounts": func(s string) imagespec.Spec {
		return imagespec.Spec{Packages: []string{"six"}, PipSecretMounts: []imagespec.SecretMount{{Source: "x", Target: "/x" + s}}}
	},
}

// FuzzRecipe puts a text into each field that is free text. Whatever it is, it is
// refused by the name of a field, or the Dockerfile has the instructions that it
// has for a harmless text.
func FuzzRecipe(f *testing.F) {
	for _, s := range []string{
		"x", "a b", "$(touch /pwned)", "`id`", `\`, `"`, "'", "\n", "\r", "a\nRUN touch /pwned", "x\\\nRUN y", "<<EOF", "--mount=type=bind", "# x", `["a"]`, "${PATH}", "é😀\u2028\u0085\u00a0",
		"\x00", "\xff", "x; y && z", "--index-url https://example.com", "-r /etc/passwd", "@ git+https://u:p@example.com/x", "AS x", "\t", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, spec := range free {
			got, err := shape(t, spec(s))
			var field *imagespec.Error
			if errors.As(err, &field) {
				continue
			}
			if err != nil {
				t.Fatalf("%s %q: error without a field: %v", name, s, err)
			}
			harmless, err := shape(t, spec("1"))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, harmless) {
				t.Errorf("%s %q: instructions %q; want %q", name, s, got, harmless)
			}
		}
	})
}

// shape are the instructions of a specification's Dockerfile, by name, without
// those that values with line breaks add.
func shape(t *testing.T, spec imagespec.Spec) ([]string, error) {
	base := debian()
	if spec.PythonExec != "" {
		base.Python = ""
	}
	r, err := NewRecipe(&spec, Options{Base: base})
	if err != nil {
		return nil, err
	}
	var all []string
	for _, line := range instructions(r.Text) {
		name, rest, _ := strings.Cut(line, " ")
		if name == "ARG" {
			continue
		}
		all = append(all, name)
		for strings.HasPrefix(rest, "--mount=") {
			_, rest, _ = strings.Cut(rest, " ")
			rest = strings.TrimLeft(rest, " ")
		}
		var args []string
		if strings.HasPrefix(rest, "[") {
			if err := json.Unmarshal([]byte(rest), &args); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	return all, nil
}

// instructions are the lines of a Dockerfile, with those joined that end with a
// backslash.
func instructions(text string) []string {
	var all []string
	joined := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, more := strings.CutSuffix(line, `\`); more {
			joined += rest
			continue
		}
		if line = joined + line; !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
		joined = ""
	}
	return all
}

func FuzzSplitWords(f *testing.F) {
	f.Add(`a 'b c' "d\"e" f\ g`)
	f.Fuzz(func(t *testing.T, s string) {
		words, err := splitWords(s)
		if err != nil {
			return
		}
		// Words in single quotes are what they are.
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, err := splitWords(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(words, again) {
			t.Errorf("%q: %q, then %q, %v", s, words, again, err)
		}
	})
}
