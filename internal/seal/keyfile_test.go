package seal_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pratique-dev/pratique/internal/seal"
)

const (
	keyOne = "key 00000001 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
	keyTwo = "key 00000002 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
)

func TestKeyFileCreated(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	first, err := seal.OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, error %v", entries, err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := seal.OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.Open("p", first.Seal("p", []byte("x"))); err != nil || string(got) != "x" {
		t.Errorf("opened again: %q, error %v", got, err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("opening changed the file, error %v", err)
	}
}

func TestKeyFileCreatedAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	boxes := make([]*seal.Box, 32)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() {
			<-start
			var err error
			if boxes[i], err = seal.OpenKeyFile(path); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed := boxes[0].Seal("p", nil)
	for i, b := range boxes {
		if _, err := b.Open("p", sealed); err != nil {
			t.Errorf("box %d has another key", i)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, error %v", entries, err)
	}
}

// TestKeyFileRotated: a new key is put first; it seals, and both open.
func TestKeyFileRotated(t *testing.T) {
	old, both, fresh := write(t, keyOne), write(t, "# comment\n\n"+keyTwo+keyOne), write(t, keyTwo)
	sealed := openFile(t, old).Seal("p", []byte("x"))
	rotated := openFile(t, both)
	if got, err := rotated.Open("p", sealed); err != nil || string(got) != "x" {
		t.Errorf("sealed before: %q, error %v", got, err)
	}
	sealed = rotated.Seal("p", []byte("y"))
	if got, err := openFile(t, fresh).Open("p", sealed); err != nil || string(got) != "y" {
		t.Errorf("sealed after: %q, error %v", got, err)
	}
	if _, err := openFile(t, old).Open("p", sealed); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("sealed after, key gone: error %v", err)
	}
}

// TestSealedFormat opens a value sealed by the first version, so that no later one loses stored secrets.
func TestSealedFormat(t *testing.T) {
	const sealed = "AQAAAAEnl9r17TBVBk_EZTtaRKQulEyRHLWcwuxd8oaeXCciLqiD3BJJ3YoHuYk"
	if got, err := openFile(t, write(t, keyOne)).OpenString("format", sealed); err != nil || string(got) != "from version 1" {
		t.Errorf("opens as %q, error %v", got, err)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openFile(t *testing.T, path string) *seal.Box {
	t.Helper()
	b, err := seal.OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestKeyFileRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "it holds no key"},
		{"comment only", "# key\n", "it holds no key"},
		{"other text", "hunter2\n", "line 1: it is not of the form: key <id> <base64> <time>"},
		{"short key", keyOne + "key 00000002 aHVudGVyMg==\n", "line 2: the key is not 32 bytes in base64"},
		{"no base64", "key 00000002 hunter2\n", "line 1: the key is not 32 bytes in base64"},
		{"long id", "key 0000000002 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n", "line 1: the key id is not 8 hex digits"},
		{"no time", "key 00000002 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI= yesterday\n", "line 1: the time is not of the form 2006-01-02T15:04:05Z"},
		{"id twice", keyOne + "\n" + keyOne, "line 3: the key id 00000001 is taken by a line above"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.text)
			_, err := seal.OpenKeyFile(path)
			if want := "open key file " + path + ": " + tt.want; err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != tt.text {
				t.Errorf("the file was changed to %q, error %v", after, err)
			}
		})
	}
}

func TestKeyFileAccess(t *testing.T) {
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o660, 0o644, 0o601} {
		path := write(t, keyOne)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.OpenKeyFile(path); err == nil || !strings.Contains(err.Error(), "others than its owner have access") {
			t.Errorf("mode %v: error %v", mode, err)
		}
	}
	path := write(t, keyOne)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.OpenKeyFile(link); err != nil {
		t.Errorf("read-only file behind a link: %v", err)
	}

	if _, err := seal.OpenKeyFile(t.TempDir()); err == nil {
		t.Error("a directory was taken for a key file")
	}
	missing := filepath.Join(t.TempDir(), "missing", "key")
	if _, err := seal.OpenKeyFile(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: error %v", err)
	}
}
