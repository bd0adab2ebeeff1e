package buildexec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

var (
	// mountFrom is the image that a mount of RUN shows.
	mountFrom = regexp.MustCompile(`(?:^|,)from=("?)([^",]+)`)
	// reference is a variable as Dockerfiles write it, with a default if it has
	// one.
	reference = regexp.MustCompile(`\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\})`)
	// syntax is the image that reads the Dockerfile in place of BuildKit.
	syntax = regexp.MustCompile(`(?i)^#\s*syntax\s*=\s*(\S+)`)
)

// Images are the references of the images that a Dockerfile names, for
// [Request.Images]: those that stages begin from, that files are copied from and
// that RUN mounts. Variables have the values of the arguments, or else their
// defaults. What still is no reference, and names of stages, are left out.
func Images(dockerfile []byte, args []buildplan.Arg) []string {
	variables := map[string]string{}
	given := map[string]bool{}
	for _, a := range args {
		variables[a.Name], given[a.Name] = a.Value, true
	}
	s := imageScan{variables: variables, stages: map[string]bool{"scratch": true}}
	for _, line := range logicalLines(string(dockerfile)) {
		if m := syntax.FindStringSubmatch(line); m != nil {
			s.add(m[1])
		}
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		flags, rest := splitFlags(words[1:])
		switch strings.ToUpper(words[0]) {
		case "ARG":
			for _, w := range rest {
				if k, v, ok := strings.Cut(w, "="); ok && !given[k] && !s.begun {
					variables[k] = s.expand(strings.Trim(v, `"'`))
				}
			}
		case "FROM":
			s.begun = true
			if len(rest) == 0 {
				continue
			}
			s.add(rest[0])
			if len(rest) > 2 && strings.EqualFold(rest[1], "AS") {
				s.stages[strings.ToLower(rest[2])] = true
			}
		case "COPY", "RUN", "ADD":
			for _, f := range flags {
				if image, ok := strings.CutPrefix(f, "--from="); ok {
					s.add(image)
				}
				if mount, ok := strings.CutPrefix(f, "--mount="); ok {
					if m := mountFrom.FindStringSubmatch(mount); m != nil {
						s.add(m[2])
					}
				}
			}
		}
	}
	return s.found
}

// imageScan collects references.
type imageScan struct {
	variables map[string]string
	stages    map[string]bool
	begun     bool // a stage: what is an argument now has no part in FROM
	found     []string
}

func (s *imageScan) add(word string) {
	ref := s.expand(strings.Trim(word, `"'`))
	if s.stages[strings.ToLower(ref)] || strings.Trim(ref, "0123456789") == "" || slices.Contains(s.found, ref) {
		return
	}
	if _, err := name.ParseReference(ref); err == nil {
		s.found = append(s.found, ref)
	}
}

func (s *imageScan) expand(text string) string {
	return reference.ReplaceAllStringFunc(text, func(v string) string {
		m := reference.FindStringSubmatch(v)
		if value := s.variables[m[1]+m[2]]; value != "" {
			return value
		}
		return m[3]
	})
}

// splitFlags parts the flags that an instruction begins with.
func splitFlags(words []string) (flags, rest []string) {
	for i, w := range words {
		if !strings.HasPrefix(w, "--") {
			return words[:i], words[i:]
		}
	}
	return words, nil
}

// logicalLines are the lines of a Dockerfile, with those joined that end with a
// backslash, and comments between them left out.
func logicalLines(text string) []string {
	var all []string
	joined := ""
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		if joined != "" && (line == "" || strings.HasPrefix(line, "#")) {
			continue
		}
		if rest, more := strings.CutSuffix(line, `\`); more && !strings.HasPrefix(line, "#") {
			joined += rest + " "
			continue
		}
		all = append(all, joined+line)
		joined = ""
	}
	if joined != "" {
		all = append(all, joined)
	}
	return all
}
