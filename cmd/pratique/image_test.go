package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestImageRoundTrip(t *testing.T) {
	files := []imageFile{{"usr/bin/tool", 0o755, []byte("#!/bin/sh\n")}, {"usr/share/doc/tool", 0o644, bytes.Repeat([]byte("x"), 1<<16)}}
	one, err := newLayer(files...)
	if err != nil {
		t.Fatal(err)
	}
	two, err := newLayer(files...)
	if err != nil {
		t.Fatal(err)
	}
	if one.digest != two.digest {
		t.Error("the same files made different layers")
	}
	img, err := newImage(v1.Config{Entrypoint: []string{"/usr/bin/tool"}}, one)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(img); err != nil {
		t.Error(err)
	}
	dir := t.TempDir()
	if n, err := unpack(one, dir); err != nil || n != 2 {
		t.Fatalf("unpacked %d files: %v", n, err)
	}
	for _, f := range files {
		name := filepath.Join(dir, f.name)
		if got := read(t, name); got != string(f.data) {
			t.Errorf("%s has %d bytes; want %d", f.name, len(got), len(f.data))
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != f.mode {
			t.Errorf("%s: mode %v, %v; want %v", f.name, info.Mode(), err, f.mode)
		}
	}
}

// A layer from elsewhere must not write outside of the directory.
func TestUnpackRefuses(t *testing.T) {
	for name, h := range map[string]tar.Header{
		"parent":   {Typeflag: tar.TypeReg, Name: "../evil"},
		"absolute": {Typeflag: tar.TypeReg, Name: "/evil"},
		"hidden":   {Typeflag: tar.TypeReg, Name: "a/../../evil"},
		"symlink":  {Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc"},
		"hardlink": {Typeflag: tar.TypeLink, Name: "link", Linkname: "../x"},
		"device":   {Typeflag: tar.TypeChar, Name: "dev"},
		"parents":  {Typeflag: tar.TypeDir, Name: "../evil/"},
	} {
		var out bytes.Buffer
		zip := gzip.NewWriter(&out)
		w := tar.NewWriter(zip)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		base := t.TempDir()
		dir := filepath.Join(base, "root")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := unpack(&fileLayer{compressed: out.Bytes()}, dir)
		if err == nil || !strings.Contains(err.Error(), "unpack a layer") {
			t.Errorf("%s: error %v; want a refusal", name, err)
		}
		for _, evil := range []string{filepath.Join(base, "evil"), "/evil"} {
			if _, err := os.Lstat(evil); err == nil {
				t.Errorf("%s: wrote %s", name, evil)
			}
		}
	}
}
