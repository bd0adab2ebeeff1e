package wheel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An entryPoint is a command that is a function of a module.
// Source: https://packaging.python.org/en/latest/specifications/entry-points/.
type entryPoint struct {
	name   string
	module string
	object string // "main", or "App.run"
}

// readEntryPoints reads the commands of entry_points.txt. One that is in both
// sections is once in the result, as is one that is in a section twice: the
// later counts.
func (w *Wheel) readEntryPoints(a *archive) error {
	m := w.member(w.info + "/entry_points.txt")
	if m == nil {
		return nil
	}
	// Read like any other file before it is believed.
	if m.size > maxEntryPoints {
		return faultf(m.name, "it has more than %d bytes", maxEntryPoints)
	}
	content, err := w.readChecked(a, m)
	if err != nil {
		return err
	}
	console, gui, err := parseEntryPoints(string(content))
	if err != nil {
		return faultf(m.name, "%v", err)
	}
	at := map[string]int{}
	for _, e := range append(console, gui...) {
		if i, ok := at[e.name]; ok {
			w.scripts[i] = e
			continue
		}
		at[e.name] = len(w.scripts)
		w.scripts = append(w.scripts, e)
	}
	return nil
}

// readChecked reads a member and checks it against RECORD.
func (w *Wheel) readChecked(a *archive, m *member) ([]byte, error) {
	c := w.content(a, m, nil)
	defer c.Close()
	return io.ReadAll(c)
}

// parseEntryPoints reads the file as configparser does, with "=" as the only
// delimiter and names that keep their case.
func parseEntryPoints(content string) (console, gui []entryPoint, err error) {
	if !utf8.ValidString(content) {
		return nil, nil, fmt.Errorf("it is not UTF-8")
	}
	section := ""
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' && line[len(line)-1] == ']' {
			section = line[1 : len(line)-1]
			continue
		}
		if section != "console_scripts" && section != "gui_scripts" {
			continue
		}
		e, err := parseEntryPoint(line)
		if err != nil {
			return nil, nil, err
		}
		if section == "gui_scripts" {
			gui = append(gui, e)
		} else {
			console = append(console, e)
		}
	}
	return console, gui, nil
}

// parseEntryPoint reads "name = module:object [extras]".
func parseEntryPoint(line string) (entryPoint, error) {
	name, reference, ok := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return entryPoint{}, fmt.Errorf("%.100q is no entry point", line)
	}
	if reason := commandFault(name); reason != "" {
		return entryPoint{}, fmt.Errorf("a command named %.100q: %s", name, reason)
	}
	reference, _, _ = strings.Cut(reference, "[") // extras tell installers nothing
	module, object, _ := strings.Cut(strings.TrimSpace(reference), ":")
	module, object = strings.TrimSpace(module), strings.TrimSpace(object)
	if !dotted(module) || !dotted(object) {
		return entryPoint{}, fmt.Errorf("command %q: %.100q is not a function of a module", name, strings.TrimSpace(reference))
	}
	return entryPoint{name, module, object}, nil
}

// interpreters are names that a wheel may not give to what it puts beside
// the interpreter: it would take its place.
var interpreters = regexp.MustCompile(`(?i)^(python|pypy|graalpy)[0-9.]*[tdw]?(\.exe)?$`)

// commandFault says why a command cannot have the name, or "".
func commandFault(name string) string {
	switch {
	case strings.ContainsAny(name, `/\`):
		return "it has a path separator in it"
	case nameFault(name) != "":
		return nameFault(name)
	case interpreters.MatchString(name):
		return "it would take the place of the interpreter"
	}
	return ""
}

// dotted tells whether s is Python identifiers joined by dots.
func dotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		for i, r := range part {
			if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !unicode.IsMark(r)) {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}

// wrapper is the script for a command: what calling its function and exiting
// with its result takes. Processes that multiprocessing spawns import it, and
// must not run it.
func (e entryPoint) wrapper(interpreter string) []byte {
	first, _, _ := strings.Cut(e.object, ".")
	return fmt.Appendf(shebang(interpreter, ""), "import sys\n\nfrom %s import %s\n\nif __name__ == \"__main__\":\n    sys.exit(%s())\n",
		e.module, first, e.object)
}

// maxShebang is the longest first line that all kernels read whole, with "#!"
// and the line's end.
const maxShebang = 127

// shebang is the line, or the lines, that have the kernel run a script with
// the interpreter and with arguments, which may be "". Where the path cannot
// be in a first line, /bin/sh runs the script, and its second line replaces
// the shell by Python, for which the same line is a string.
func shebang(interpreter, arguments string) []byte {
	line := interpreter
	if arguments != "" {
		line += " " + arguments
	}
	if !strings.Contains(interpreter, " ") && len("#!")+len(line)+len("\n") <= maxShebang {
		return []byte("#!" + line + "\n")
	}
	quoted := `"` + interpreter + `"`
	if arguments != "" {
		quoted += " " + arguments
	}
	return []byte("#!/bin/sh\n'''exec' " + quoted + ` "$0" "$@"` + "\n' '''\n")
}

// readScripts reads those scripts of the wheel whose first line says that an
// installer is to name the interpreter.
func (w *Wheel) readScripts(a *archive) error {
	dir := strings.TrimSuffix(w.info, ".dist-info") + ".data/scripts/"
	for i := range w.members {
		m := &w.members[i]
		if !strings.HasPrefix(m.name, dir) {
			continue
		}
		start := make([]byte, len(placeholder))
		c := a.open(m, nil)
		n, err := io.ReadFull(c, start)
		c.Close()
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if string(start[:n]) != placeholder {
			continue
		}
		if m.size > maxScript {
			return faultf(m.name, "a script has more than %d bytes", maxScript)
		}
		content, err := w.readChecked(a, m)
		if err != nil {
			return err
		}
		if w.rewritten == nil {
			w.rewritten = map[string][]byte{}
		}
		w.rewritten[m.name] = content
	}
	return nil
}

// placeholder begins a script whose interpreter is for the installer to say;
// "#!pythonw" and "#!python3" begin like it.
// Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#recommended-installer-features.
const placeholder = "#!python"

// rewrite gives the script its interpreter, and leaves it its arguments.
func rewrite(script []byte, interpreter string) []byte {
	line, rest, _ := bytes.Cut(script, []byte("\n"))
	_, arguments, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	return append(shebang(interpreter, strings.TrimSpace(arguments)), rest...)
}
