package wheel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/python"
)

// installer is what INSTALLER says: who to ask about the package.
const installer = "pratique"

// A placed file is one of a wheel in its place in the image.
type placed struct {
	name       string // where it is, without the leading slash
	seen       string // where Python sees it, which differs by symbolic links
	member     *member
	content    []byte // if not a member
	executable bool
	digest     digest
	size       int64
}

// placement lays out the files of one wheel.
type placement struct {
	wheel  *Wheel
	layout *Layout
	lib    string // what RECORD is relative to
	files  []placed
	at     map[string]int // by name, into files
	real   map[string]string
}

// place says where the files of the wheel go, generated ones included.
func (w *Wheel) place(in Install, layout *Layout) ([]placed, error) {
	p := &placement{wheel: w, layout: layout, lib: layout.Platlib, at: map[string]int{}, real: map[string]string{}}
	if w.Pure {
		p.lib = layout.Purelib
	}
	commands := map[string]bool{}
	for _, e := range w.scripts {
		commands[e.name] = true
		if err := p.generate(path.Join(layout.Scripts, e.name), e.wrapper(layout.Interpreter), true); err != nil {
			return nil, err
		}
	}
	for i := range w.members {
		m := &w.members[i]
		target, script, ok := p.target(m.name, commands)
		if !ok {
			continue
		}
		if content, ok := w.rewritten[m.name]; ok {
			if err := p.generate(target, rewrite(content, layout.Interpreter), true); err != nil {
				return nil, err
			}
			continue
		}
		f := placed{seen: target, member: m, executable: m.executable || script, digest: w.digests[m.name], size: m.size}
		if err := p.add(f); err != nil {
			return nil, err
		}
	}
	if err := p.describe(in); err != nil {
		return nil, err
	}
	return p.files, nil
}

// byInstaller are files of dist-info that an installer writes, whatever the
// wheel has. Signatures of the old RECORD would be wrong for the new.
var byInstaller = map[string]bool{"RECORD": true, "RECORD.jws": true, "RECORD.p7s": true, "INSTALLER": true, "REQUESTED": true, "direct_url.json": true}

// target says where a member goes, and whether as a script; some do not.
func (p *placement) target(name string, commands map[string]bool) (target string, script, ok bool) {
	top, rest, _ := strings.Cut(name, "/")
	if top == p.wheel.info {
		return path.Join(p.lib, name), false, !byInstaller[rest]
	}
	if rest == "" || !strings.HasSuffix(top, ".data") {
		return path.Join(p.lib, name), false, true
	}
	scheme, rest, _ := strings.Cut(rest, "/")
	switch scheme {
	case "purelib":
		return path.Join(p.layout.Purelib, rest), false, true
	case "platlib":
		return path.Join(p.layout.Platlib, rest), false, true
	case "headers":
		return path.Join(p.layout.Headers, p.wheel.Name, rest), false, true
	case "scripts":
		return path.Join(p.layout.Scripts, rest), true, !commands[command(rest)]
	default:
		return path.Join(p.layout.Data, rest), false, true
	}
}

// command is the command that a script may be a ready-made wrapper of. Old
// tools put those into wheels; ours replace them.
func command(script string) string {
	for _, suffix := range []string{".exe", "-script.py", "-script.pyw", ".pya"} {
		if name, ok := strings.CutSuffix(script, suffix); ok {
			return name
		}
	}
	return script
}

// generate adds a file with the content.
func (p *placement) generate(seen string, content []byte, executable bool) error {
	return p.add(placed{seen: seen, content: content, executable: executable, digest: sha256Digest(content), size: int64(len(content))})
}

// add gives the file its name in the image and adds it, unless it is there.
func (p *placement) add(f placed) error {
	entry := f.seen
	if f.member != nil {
		entry = f.member.name
	}
	dir, base := path.Split(f.seen)
	dir = path.Clean(dir)
	real, ok := p.real[dir]
	if !ok {
		var err error
		if real, err = p.layout.resolve(dir); err != nil {
			return err
		}
		p.real[dir] = real
	}
	full := path.Join(real, base)
	f.name = full[1:]
	_, isDir := p.layout.Dirs[full]
	switch {
	case isDir:
		return faultf(entry, "it would take the place of the directory %s of the base image", full)
	case f.seen == p.layout.Interpreter, dir == p.layout.Scripts && interpreters.MatchString(base):
		return &fault{entry, "it would take the place of the interpreter"}
	}
	if i, ok := p.at[f.name]; ok {
		if p.files[i].digest != f.digest {
			return faultf(entry, "another file of the wheel goes to %s, too", f.seen)
		}
		return nil
	}
	p.at[f.name] = len(p.files)
	p.files = append(p.files, f)
	return nil
}

// describe adds what an installer writes into the dist-info directory.
// Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/.
func (p *placement) describe(in Install) error {
	info := path.Join(p.lib, p.wheel.info)
	if err := p.generate(path.Join(info, "INSTALLER"), []byte(installer+"\n"), false); err != nil {
		return err
	}
	if in.Requested {
		if err := p.generate(path.Join(info, "REQUESTED"), nil, false); err != nil {
			return err
		}
	}
	if in.DirectURL != "" {
		content, err := directURL(in)
		if err != nil {
			return err
		}
		if err := p.generate(path.Join(info, "direct_url.json"), content, false); err != nil {
			return err
		}
	}
	record := path.Join(info, "RECORD")
	rows := []recordRow{{path: relative(p.lib, record)}}
	for _, f := range p.files {
		rows = append(rows, recordRow{relative(p.lib, f.seen), f.digest, f.size})
	}
	content, err := formatRecord(rows)
	if err != nil {
		return err
	}
	return p.generate(record, content, false)
}

// directURL is direct_url.json of a wheel that was wanted by its URL.
// Source: https://packaging.python.org/en/latest/specifications/direct-url-data-structure/.
func directURL(in Install) ([]byte, error) {
	u, err := url.Parse(in.DirectURL)
	if err != nil {
		// The error repeats the URL, which may have a password in it.
		return nil, errors.New("the URL that the wheel comes from is malformed")
	}
	u.User = nil
	u.Fragment = "" // says how to install it: hash, egg
	return json.Marshal(map[string]any{
		"url":          u.String(),
		"archive_info": map[string]any{"hashes": map[string]string{"sha256": in.SHA256}},
	})
}

// entry is the file as an entry of a layer; a is the wheel's.
func (f *placed) entry(w *Wheel, a *archive, layout *Layout) layer.Entry {
	e := layer.Entry{Name: f.name, Mode: fs.FileMode(0o644), UID: layout.UID, GID: layout.GID, Size: f.size}
	if f.executable {
		e.Mode = 0o755
	}
	if f.member == nil {
		e.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.content)), nil }
		return e
	}
	e.Open = func() (io.ReadCloser, error) { return w.content(a, f.member, nil), nil }
	if f.member.deflated {
		e.OpenDeflated = func(raw io.Writer) (io.ReadCloser, error) { return w.content(a, f.member, raw), nil }
	}
	return e
}

// label is how the wheel is named to people.
func (w *Wheel) label() string { return w.Name + " " + w.Version }

// normal is the distribution's name for comparing.
func (w *Wheel) normal() string { return python.NormalizeName(w.Name) }

// A ConflictError tells of two wheels that write one path. Installing one
// after the other, pip would keep what it wrote last.
type ConflictError struct {
	Path string
	A, B string // "name version"
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s and %s both install %s, with different content", e.A, e.B, e.Path)
}

// conflicts finds files of different wheels that cannot both be where they
// go. Equal files can.
func conflicts(wheels []*installed) error {
	type owner struct {
		wheel  int
		digest digest
	}
	owners := map[string]owner{}
	dirs := map[string]int{} // who has files in it
	for i := range wheels {
		for _, f := range wheels[i].files {
			if o, ok := owners[f.name]; ok && o.digest != f.digest {
				return &ConflictError{"/" + f.name, wheels[o.wheel].label(), wheels[i].label()}
			}
			owners[f.name] = owner{i, f.digest}
			for dir := path.Dir(f.name); dir != "."; dir = path.Dir(dir) {
				if _, ok := dirs[dir]; ok {
					break // and so its parents
				}
				dirs[dir] = i
			}
		}
	}
	for i := range wheels {
		for _, f := range wheels[i].files {
			if o, ok := dirs[f.name]; ok {
				return &ConflictError{"/" + f.name, wheels[i].label(), wheels[o].label()}
			}
		}
	}
	return nil
}
