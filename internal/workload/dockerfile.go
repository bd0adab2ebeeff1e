package workload

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// isDockerfile reports whether the first instruction is one that a Dockerfile
// begins with.
func isDockerfile(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		word = strings.ToUpper(word)
		return (word == "FROM" || word == "ARG") && strings.TrimSpace(rest) != "" && !strings.HasPrefix(rest, ":")
	}
	return false
}

var (
	heredoc = regexp.MustCompile(`<<-?\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z_][A-Za-z0-9_]*))`)
	escape  = regexp.MustCompile(`(?i)^#\s*escape\s*=\s*(\S)`)
)

// instruction is one of a Dockerfile, its lines joined.
type instruction struct {
	text string
	at   []int // offset in the file of each byte of text
}

// word is a word of an instruction.
type word struct {
	text   string
	offset int // in the file
}

func (in *instruction) words() []word {
	var out []word
	for i := 0; i < len(in.text); {
		if in.text[i] == ' ' || in.text[i] == '\t' || in.text[i] == '\r' {
			i++
			continue
		}
		from := i
		for i < len(in.text) && in.text[i] != ' ' && in.text[i] != '\t' && in.text[i] != '\r' {
			i++
		}
		out = append(out, word{in.text[from:i], in.at[from]})
	}
	return out
}

// instructions joins continued lines, and leaves out comments and the content
// of here-documents.
// https://docs.docker.com/reference/dockerfile/
func instructions(data []byte) []*instruction {
	continues := byte('\\')
	var out []*instruction
	var current *instruction
	var until []string // the here-documents that are open
	offset, directives := 0, true
	for line := range strings.Lines(string(data)) {
		start := offset
		offset += len(line)
		text := strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(text)
		switch {
		case len(until) > 0:
			if strings.TrimLeft(text, "\t") == until[0] {
				until = until[1:]
			}
			continue
		case strings.HasPrefix(trimmed, "#"):
			if m := escape.FindStringSubmatch(trimmed); directives && m != nil {
				continues = m[1][0]
			}
			continue
		case trimmed == "":
			continue // also amid continued lines
		}
		directives = false
		if current == nil {
			current = &instruction{}
		}
		text = strings.TrimRight(text, " \t")
		more := text[len(text)-1] == continues
		if more {
			text = text[:len(text)-1]
		}
		for i := range len(text) {
			current.text += text[i : i+1]
			current.at = append(current.at, start+i)
		}
		if more {
			continue
		}
		out = append(out, current)
		if w := current.words(); len(w) > 0 && strings.Contains("RUN COPY ADD", strings.ToUpper(w[0].text)) {
			for _, m := range heredoc.FindAllStringSubmatch(current.text, -1) {
				until = append(until, m[1]+m[2]+m[3])
			}
		}
		current = nil
	}
	if current != nil {
		out = append(out, current)
	}
	return out
}

// readDockerfile finds the images that stages begin from and that files are
// copied from. The first line is number line.
func (f *File) readDockerfile(data []byte, at string, line int) error {
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		data = data[len("\ufeff"):]
	}
	arguments := map[string]string{} // and what they are by default
	stages := map[string]bool{"scratch": true}
	from := 0
	for _, in := range instructions(data) {
		words := in.words()
		if len(words) == 0 { // nothing but a continuation
			continue
		}
		switch strings.ToUpper(words[0].text) {
		case "ARG":
			for _, w := range words[1:] {
				if name, value, _ := strings.Cut(w.text, "="); from == 0 {
					arguments[name] = strings.Trim(value, `"'`)
				}
			}
		case "FROM":
			from++
			platform := ""
			rest := words[1:]
			for len(rest) > 0 && strings.HasPrefix(rest[0].text, "--") {
				if v, ok := strings.CutPrefix(rest[0].text, "--platform="); ok {
					platform = platformText(v)
				}
				rest = rest[1:]
			}
			if len(rest) == 0 {
				l, c := position(data, words[0].offset)
				return f.fault("", l+line-1, c, "FROM names no image")
			}
			if !stages[strings.ToLower(rest[0].text)] {
				f.from(data, rest[0], rest[0].text, line, where(at, fmt.Sprintf("FROM of stage %d", from)), platform, arguments)
			}
			if len(rest) == 3 && strings.EqualFold(rest[1].text, "AS") {
				stages[strings.ToLower(rest[2].text)] = true
			}
		case "COPY":
			for _, w := range words[1:] {
				ref, ok := strings.CutPrefix(w.text, "--from=")
				if ok && !stages[strings.ToLower(ref)] && strings.Trim(ref, "0123456789") != "" {
					w.offset += len("--from=")
					f.from(data, w, ref, line, where(at, "COPY --from"), "", arguments)
				}
			}
		}
	}
	if from == 0 {
		return f.fault("", line, 1, "it has no FROM line")
	}
	return nil
}

func (f *File) from(data []byte, w word, ref string, first int, at, platform string, arguments map[string]string) {
	img := Image{Ref: strings.Trim(ref, `"'`), Where: at, Use: Build, Platform: platform}
	img.Line, img.Column = position(data, w.offset)
	img.Line += first - 1
	if i := strings.IndexByte(img.Ref, '$'); i >= 0 {
		p := placeholder(img.Ref[i:])
		img.Unclear = fmt.Sprintf("%q is given when the image is built", p)
		name, _, _ := strings.Cut(strings.Trim(p, "${}"), ":")
		if v := arguments[name]; v != "" {
			img.Unclear += fmt.Sprintf(", and is %q if it is not", v)
		}
	}
	f.add(img)
}
