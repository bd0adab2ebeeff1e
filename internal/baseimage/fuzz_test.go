package baseimage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// fuzzLimits keep what a fuzzer finds quick.
var fuzzLimits = Limits{Entries: 1000, Path: 200, Text: 1 << 20, Bytes: 1 << 30}

// FuzzTar reads a file that may be no tar file.
func FuzzTar(f *testing.F) {
	f.Add(packed(f, reg("a/.wh.b", ""), link("lib", "usr/lib"), hard("y", "lib/x"), pipe("p")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := scanTar(bytes.NewReader(data), fuzzLimits); err == nil {
			show(newTree([]*index{x}))
		}
	})
}

// FuzzLayer reads a layer that may be hostile, alone and with another below or
// above it. Each line of the script is a file: kind, name and, after a tab, its
// text.
func FuzzLayer(f *testing.F) {
	for _, w := range worlds() {
		script := ""
		for _, i := range w.items {
			script += fmt.Sprintf("%c%s\t%s\n", i.kind, i.name, strings.ReplaceAll(i.text, "\n", "\r"))
		}
		f.Add(script)
	}
	f.Add("-a/.wh.b\n-a/.wh..wh..opq\nllib\tusr/lib\n-lib/x\nhy\tlib/x\npp\nla\tb\nlb\ta\n")
	f.Add("-usr/lib/python3/dist-packages/a-1.dist-info/RECORD\t../../../bin/f2py,,\r/etc/passwd,,\n")
	below, err := scanTar(bytes.NewReader(packed(f, minimal()...)), DefaultLimits)
	if err != nil {
		f.Fatal(err)
	}
	config := &v1.ConfigFile{Architecture: "amd64", Config: env(usualPath)}
	f.Fuzz(func(t *testing.T, script string) {
		var items []item
		for line := range strings.Lines(script) {
			name, text, _ := strings.Cut(strings.TrimSuffix(line[1:], "\n"), "\t")
			i := item{kind: line[0], name: name, text: strings.ReplaceAll(text, "\r", "\n"), mode: 0o755}
			if name == "" || strings.HasSuffix(name, "/") || strings.IndexByte("-dlhp", i.kind) < 0 || strings.Contains(name, "\x00") || i.kind != '-' && strings.Contains(text, "\x00") {
				continue // what archive/tar does not write
			}
			items = append(items, i)
		}
		x, err := scanTar(bytes.NewReader(packed(t, items...)), fuzzLimits)
		if err != nil {
			return
		}
		if len(x.nodes) > fuzzLimits.Entries {
			t.Fatalf("%d nodes", len(x.nodes))
		}
		file, err := x.encode()
		if err != nil {
			t.Fatal(err)
		}
		read, err := decodeIndex(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.nodes, read.nodes) || x.implied != read.implied {
			t.Fatalf("written %+v, read %+v", x, read)
		}
		for _, layers := range [][]*index{{read}, {below, read}, {read, below}} {
			tree := newTree(layers)
			show(tree)
			s, err := newSurvey(tree, config)
			if err != nil {
				t.Fatal(err)
			}
			c, err := s.choose(Options{})
			if err != nil {
				continue
			}
			python := s.interpreter(c)
			for _, d := range s.installed(python) {
				for _, file := range filesOf(tree, d, python) {
					if !strings.HasPrefix(file, "/usr/") && d.Place == Replaced && python.Prefix == "/usr" {
						t.Errorf("%s has %s", d.Name, file)
					}
				}
			}
			_, _ = s.target(c) // either is fine
		}
	})
}

// FuzzIndex reads an index that is not what was written.
func FuzzIndex(f *testing.F) {
	x, err := scanTar(bytes.NewReader(packed(f, minimal()...)), DefaultLimits)
	if err != nil {
		f.Fatal(err)
	}
	data, err := x.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:len(data)-4])
	f.Add([]byte(indexMagic + "\x01\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := decodeIndex(binary.LittleEndian.AppendUint32(bytes.Clone(data), crc32.Checksum(data, castagnoli)))
		if err == nil {
			show(newTree([]*index{x, x}))
		}
	})
}

// FuzzProgram reads what may be a program.
func FuzzProgram(f *testing.F) {
	f.Add([]byte(pythonProgram("3.11.2")))
	f.Add([]byte("#!/bin/sh\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fact, err := program(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		exe, ok := parseExecutable(fact)
		if !ok {
			t.Fatalf("fact %q", fact)
		}
		if exe.String() != fact {
			t.Errorf("%q read and written is %q", fact, exe.String())
		}
	})
}
