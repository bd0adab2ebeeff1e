package baseimage

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// FuzzLayer reads a tar file that may be hostile as a base's only layer and
// as one on top of another.
func FuzzLayer(f *testing.F) {
	for _, w := range worlds() {
		f.Add(packed(f, w.items...))
	}
	f.Add(packed(f, wheelDir("usr/lib/python3/dist-packages", "numpy", "1.26.4", "../../../bin/f2py,,")...))
	f.Add(packed(f, reg("a/.wh.b", ""), reg("a/.wh..wh..opq", ""), link("lib", "usr/lib"), reg("lib/x", ""), hard("y", "lib/x"), pipe("p")))
	f.Add(packed(f, link("a", "b"), link("b", "a")))
	limits := Limits{Entries: 1000, Path: 200, Text: 1 << 20, Bytes: 1 << 30}
	below, err := scanTar(bytes.NewReader(packed(f, minimal()...)), DefaultLimits)
	if err != nil {
		f.Fatal(err)
	}
	config := &v1.ConfigFile{Architecture: "amd64", Config: env(usualPath)}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := scanTar(bytes.NewReader(data), limits)
		if err != nil {
			return
		}
		if len(x.nodes) > limits.Entries {
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
		if diff := cmp.Diff(x, read, cmp.AllowUnexported(index{}, node{})); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
		for _, layers := range [][]*index{{read}, {below, read}, {read, below}} {
			tree := newTree(layers)
			show(tree)
			s, err := newSurvey(tree, config)
			if err != nil {
				t.Fatal(err)
			}
			if c, err := s.choose(Options{}); err == nil {
				s.installed(s.interpreter(c))
				_, _ = s.target(c) // either is fine
			}
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
