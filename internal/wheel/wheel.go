// Package wheel installs Python wheels without Python: it checks them, says
// where each of their files goes, and makes image layers of them that
// importlib.metadata and pip take for installed by an ordinary installer.
package wheel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// A Wheel is a wheel whose structure and metadata are in order. Its file is
// open only while it is read. The content of what it installs is checked
// against RECORD when it is read.
type Wheel struct {
	Name    string // as METADATA spells it
	Version string // as METADATA spells it
	Size    int64  // bytes of all files, unpacked
	Pure    bool   // Root-Is-Purelib

	path    string
	info    string // "numpy-2.4.6.dist-info"
	members []member
	digests map[string]digest
	scripts []entryPoint
	// rewritten are those of the wheel's scripts which begin with
	// "#!python", whole, by name of the member.
	rewritten map[string][]byte
}

// An InvalidError refuses a wheel that is broken or malicious.
type InvalidError struct {
	File   string // base name
	Entry  string // name of a file in it, or "" when it is about the whole
	Reason string
}

func (e *InvalidError) Error() string {
	if e.Entry == "" {
		return "wheel " + e.File + ": " + e.Reason
	}
	// The name may be meant for the terminal that it is shown on.
	return fmt.Sprintf("wheel %s: %.200q: %s", e.File, e.Entry, e.Reason)
}

// invalid makes an *InvalidError of a *fault that is in err.
func (w *Wheel) invalid(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return &InvalidError{File: filepath.Base(w.path), Entry: f.entry, Reason: f.reason}
	}
	return err
}

// Limits of the files that are read into memory.
const (
	maxWheelFile   = 1 << 16
	maxMetadata    = 16 << 20 // the longest descriptions have some 2 MB
	maxEntryPoints = 1 << 20
	maxRecord      = 64 << 20 // some 300 bytes for each of maxFiles
	maxScript      = 16 << 20 // that begins with "#!python"
)

// Open checks the wheel at path: the archive's structure and size, that name
// and version agree everywhere, that this is a version of the format which
// we know, and that RECORD lists each file with a hash. Errors about the
// wheel are [*InvalidError].
func Open(path string) (*Wheel, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open wheel: %w", err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open wheel: %w", err)
	}
	return open(f, stat.Size(), path)
}

func open(r io.ReaderAt, size int64, path string) (*Wheel, error) {
	w := &Wheel{path: path}
	if err := w.read(&archive{ReaderAt: r}, size); err != nil {
		return nil, w.invalid(err)
	}
	return w, nil
}

func (w *Wheel) read(a *archive, size int64) error {
	name, err := python.ParseWheelName(filepath.Base(w.path))
	if err != nil {
		return &fault{"", err.Error()}
	}
	w.members, err = readArchive(a, size)
	if err != nil {
		return err
	}
	for i := range w.members {
		w.Size += w.members[i].size
	}
	if err := w.findInfo(name); err != nil {
		return err
	}
	if err := w.readMetadata(a, name); err != nil {
		return err
	}
	if err := w.readWheelFile(a); err != nil {
		return err
	}
	record, err := w.readInfo(a, "RECORD", maxRecord)
	if err != nil {
		return err
	}
	if w.digests, err = readRecord(record, w.info+"/RECORD", w.members); err != nil {
		return err
	}
	if err := w.checkEmpty(a); err != nil {
		return err
	}
	if err := w.readEntryPoints(a); err != nil {
		return err
	}
	return w.readScripts(a)
}

// checkEmpty checks empty files, which nobody opens to install them.
func (w *Wheel) checkEmpty(a *archive) error {
	for i := range w.members {
		m := &w.members[i]
		if _, listed := w.digests[m.name]; m.size > 0 || !listed {
			continue
		}
		if _, err := w.readChecked(a, m); err != nil {
			return err
		}
	}
	return nil
}

// findInfo sets the name of the dist-info directory, and refuses a wheel with
// several, or with data directories that are not its own: installers differ
// in what they do with them.
func (w *Wheel) findInfo(name python.WheelName) error {
	for i := range w.members {
		top, _, isDir := strings.Cut(w.members[i].name, "/")
		if !isDir || !strings.HasSuffix(top, ".dist-info") || top == w.info {
			continue
		}
		if w.info != "" {
			return faultf("", "it has two dist-info directories, %q and %q", w.info, top)
		}
		w.info = top
	}
	if w.info == "" {
		return &fault{"", "it has no dist-info directory"}
	}
	stem := strings.TrimSuffix(w.info, ".dist-info")
	if err := agree(name, stem, w.info); err != nil {
		return err
	}
	for i := range w.members {
		top, rest, isDir := strings.Cut(w.members[i].name, "/")
		if !isDir || !strings.HasSuffix(top, ".data") {
			continue
		}
		if top != stem+".data" {
			return faultf(w.members[i].name, "it is in a data directory that is not named like %s", w.info)
		}
		scheme, rest, _ := strings.Cut(rest, "/")
		if !slices.Contains(schemes, scheme) || rest == "" {
			return faultf(w.members[i].name, "a data directory has %s in it and nothing else", strings.Join(schemes, ", "))
		}
		if strings.Contains(rest, ".dist-info/") {
			return &fault{w.members[i].name, "it would pass for another distribution"}
		}
	}
	return nil
}

// agree tells whether "name-version" is the name and version of the file.
func agree(name python.WheelName, stem, entry string) error {
	dash := strings.LastIndexByte(stem, '-')
	if dash < 0 {
		return &fault{entry, "it is not named after name and version"}
	}
	version, err := python.ParseVersion(strings.ReplaceAll(stem[dash+1:], "_", "-"))
	if err != nil || version.Compare(name.Version) != 0 || python.NormalizeName(stem[:dash]) != name.Name {
		return faultf(entry, "the wheel is named after %s %s", name.Name, name.Version)
	}
	return nil
}

func (w *Wheel) readMetadata(a *archive, name python.WheelName) error {
	entry := w.info + "/METADATA"
	content, err := w.readInfo(a, "METADATA", maxMetadata)
	if err != nil {
		return err
	}
	fields, err := headers(content, entry, "Metadata-Version", "Name", "Version")
	if err != nil {
		return err
	}
	if major, _, _ := strings.Cut(fields["Metadata-Version"], "."); major != "1" && major != "2" {
		return faultf(entry, "version %.20q of the format is not known", fields["Metadata-Version"])
	}
	w.Name, w.Version = fields["Name"], fields["Version"]
	version, err := python.ParseVersion(w.Version)
	if err != nil {
		return &fault{entry, err.Error()}
	}
	if !python.ValidName(w.Name) || python.NormalizeName(w.Name) != name.Name || version.Compare(name.Version) != 0 {
		return faultf(entry, "it is about %.100q %s, and the wheel is named after %s %s", w.Name, version, name.Name, name.Version)
	}
	return nil
}

// readWheelFile reads WHEEL.
// Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-contents.
func (w *Wheel) readWheelFile(a *archive) error {
	entry := w.info + "/WHEEL"
	content, err := w.readInfo(a, "WHEEL", maxWheelFile)
	if err != nil {
		return err
	}
	fields, err := headers(content, entry, "Wheel-Version", "Root-Is-Purelib")
	if err != nil {
		return err
	}
	major, minor, _ := strings.Cut(fields["Wheel-Version"], ".")
	if _, err := strconv.ParseUint(minor, 10, 16); err != nil || major != "1" {
		return faultf(entry, "version %.20q of the format is not known", fields["Wheel-Version"])
	}
	switch pure := strings.ToLower(fields["Root-Is-Purelib"]); pure {
	case "true", "false":
		w.Pure = pure == "true"
	default:
		return &fault{entry, "Root-Is-Purelib is neither true nor false"}
	}
	return nil
}

// readInfo reads a file of the dist-info directory that must be there.
func (w *Wheel) readInfo(a *archive, name string, limit int64) ([]byte, error) {
	m := w.member(w.info + "/" + name)
	if m == nil {
		return nil, faultf(w.info, "it has no %s", name)
	}
	return a.readAll(m, limit)
}

func (w *Wheel) member(name string) *member {
	i := slices.IndexFunc(w.members, func(m member) bool { return m.name == name })
	if i < 0 {
		return nil
	}
	return &w.members[i]
}

// headers reads some fields of the header of an e-mail message, which is what
// METADATA and WHEEL are. Each must be there, once.
func headers(content []byte, entry string, names ...string) (map[string]string, error) {
	fields := map[string]string{}
	for line := range bytes.Lines(content) {
		line := strings.TrimRight(string(line), "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue // goes on with a field of several lines; ours have one
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			break
		}
		i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, key) })
		if i < 0 {
			continue
		}
		if _, twice := fields[names[i]]; twice {
			return nil, faultf(entry, "it has two fields %s", names[i])
		}
		fields[names[i]] = strings.TrimSpace(value)
	}
	for _, n := range names {
		if fields[n] == "" {
			return nil, faultf(entry, "it has no field %s", n)
		}
	}
	return fields, nil
}
