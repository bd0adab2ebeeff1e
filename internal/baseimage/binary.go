package baseimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// executable is the fact of a program that may be Python.
type executable struct {
	arch     string   // in Go's words, "" for what is not an ELF program
	loader   string   // the dynamic linker it asks for, "" when linked statically
	versions []string // that may be Python's, see versionStrings
}

func (e executable) String() string {
	return e.arch + "\n" + e.loader + "\n" + strings.Join(e.versions, " ")
}

// parseExecutable reads what String wrote. There is no executable in an empty
// fact, which files have that were not looked at.
func parseExecutable(fact string) (executable, bool) {
	lines := strings.Split(fact, "\n")
	if len(lines) != 3 {
		return executable{}, false
	}
	return executable{arch: lines[0], loader: lines[1], versions: strings.Fields(lines[2])}, true
}

// program reads a program as far as executable needs it.
func program(r io.Reader) (string, error) {
	head := make([]byte, 64*kib)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	head = head[:n]
	e := readELF(head)
	if e.arch != "" {
		if e.versions, err = scanVersions(io.MultiReader(bytes.NewReader(head), r), "\x003."); err != nil {
			return "", err
		}
	}
	return e.String(), nil
}

var machines = map[elf.Machine]string{
	elf.EM_386: "386", elf.EM_X86_64: "amd64", elf.EM_ARM: "arm", elf.EM_AARCH64: "arm64",
	elf.EM_PPC64: "ppc64le", elf.EM_RISCV: "riscv64", elf.EM_S390: "s390x", elf.EM_LOONGARCH: "loong64",
}

// readELF reads architecture and loader from the beginning of a program.
// [elf.NewFile] wants all of it.
func readELF(head []byte) executable {
	if len(head) < 64 || string(head[:4]) != elf.ELFMAG {
		return executable{}
	}
	var order binary.ByteOrder = binary.LittleEndian
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	if t := elf.Type(order.Uint16(head[16:])); t != elf.ET_EXEC && t != elf.ET_DYN {
		return executable{}
	}
	machine := elf.Machine(order.Uint16(head[18:]))
	e := executable{arch: machines[machine]}
	if e.arch == "" {
		e.arch = strings.ToLower(strings.TrimPrefix(machine.String(), "EM_"))
	}
	wide, least := elf.Class(head[elf.EI_CLASS]) == elf.ELFCLASS64, 32
	var at, size, count uint64
	if wide {
		least = 56
		at, size, count = order.Uint64(head[32:]), uint64(order.Uint16(head[54:])), uint64(order.Uint16(head[56:]))
	} else {
		at, size, count = uint64(order.Uint32(head[28:])), uint64(order.Uint16(head[42:])), uint64(order.Uint16(head[44:]))
	}
	for ; count > 0 && at < uint64(len(head)); at, count = at+size, count-1 {
		h := head[at:]
		if len(h) < least || size < uint64(least) {
			break
		}
		if elf.ProgType(order.Uint32(h)) != elf.PT_INTERP {
			continue
		}
		var from, length uint64
		if wide {
			from, length = order.Uint64(h[8:]), order.Uint64(h[32:])
		} else {
			from, length = uint64(order.Uint32(h[4:])), uint64(order.Uint32(h[16:]))
		}
		if end := from + length; length < 4*kib && from < end && end <= uint64(len(head)) {
			loader, _, _ := strings.Cut(string(head[from:end]), "\x00")
			if !strings.ContainsAny(loader, "\n") {
				e.loader = loader
			}
		}
	}
	return e
}

// versionStrings keeps the strings of a binary that begin with what is given,
// a zero byte and some of a version, and are a version of three numbers.
func versionStrings(begin string) func(io.Reader) (string, error) {
	return func(r io.Reader) (string, error) {
		versions, err := scanVersions(r, begin)
		return strings.Join(versions, " "), err
	}
}

var versionString = regexp.MustCompile(`^\x00([0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?)\+?\x00`)

// scanVersions finds at most 16 different versions, in their order.
func scanVersions(r io.Reader, begin string) ([]string, error) {
	var found []string
	err := scanBinary(r, 32, func(window []byte) {
		for {
			i := bytes.Index(window, []byte(begin))
			if i < 0 {
				return
			}
			window = window[i:]
			if m := versionString.FindSubmatch(window[:min(32, len(window))]); m != nil && len(found) < 16 && !slices.Contains(found, string(m[1])) {
				found = append(found, string(m[1]))
			}
			window = window[1:]
		}
	})
	return found, err
}

var glibcLine = regexp.MustCompile(`GNU C Library [ -~]{0,200}release version (2\.[0-9]+)`)

// glibcVersion keeps the version that the library prints when it is run.
func glibcVersion(r io.Reader) (string, error) {
	version := ""
	err := scanBinary(r, 512, func(window []byte) {
		if i := bytes.Index(window, []byte("GNU C Library ")); i >= 0 && version == "" {
			if m := glibcLine.FindSubmatch(window[i:min(i+512, len(window))]); m != nil {
				version = string(m[1])
			}
		}
	})
	return version, err
}

// maxBinary is how far a binary is searched.
const maxBinary = 512 * mib

// scanBinary calls look with windows that together are the file, each
// beginning with the last overlap bytes of the one before, so that nothing
// that is shorter is cut. What look finds twice is the same thing.
func scanBinary(r io.Reader, overlap int, look func(window []byte)) error {
	b := io.LimitReader(r, maxBinary)
	buffer := make([]byte, 256*kib)
	kept := 0
	for {
		n, err := io.ReadAtLeast(b, buffer[kept:], 1)
		if n > 0 {
			window := buffer[:kept+n]
			look(window)
			kept = copy(buffer, window[max(0, len(window)-overlap):])
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for a version: %w", err)
		}
	}
}
