package seal

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const keyFileComment = `# Pratique key file. Whoever has it can read the secrets Pratique stores and make tokens it accepts;
# without it they are lost. Keep it private and backed up, apart from the database.
# To rotate, put a new line above the first key: the first one seals, all of them open.
# key <8 hex digits, unique> <32 random bytes in base64>
`

// OpenKeyFile reads the master keys from the file at path. When there is none it creates one with a random
// key, readable by its owner only; of several processes that do so at once, all end up with the same key. The
// key is on disk before OpenKeyFile returns. The directory must exist.
//
// A key file that others than its owner may read or write is refused.
func OpenKeyFile(path string) (*Box, error) {
	b, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeyFile(path); err != nil {
			return nil, fmt.Errorf("create key file %s: %w", path, err)
		}
		b, err = readKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	return b, nil
}

func readKeyFile(path string) (*Box, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others than its owner have access (mode %04o): run chmod 600", mode)
	}
	return parseKeys(f)
}

// parseKeys reads a key file's text. Errors name the line and never repeat it.
func parseKeys(r io.Reader) (*Box, error) {
	b := &Box{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		fields := strings.Fields(text)
		if len(fields) != 3 || fields[0] != "key" {
			return nil, fmt.Errorf("line %d is not of the form: key <id> <base64>", n)
		}
		id, err := hex.DecodeString(fields[1])
		if err != nil || len(id) != len(keyID{}) {
			return nil, fmt.Errorf("line %d: the key id is not 8 hex digits", n)
		}
		master, err := base64.StdEncoding.DecodeString(fields[2])
		if err != nil || len(master) != keySize {
			return nil, fmt.Errorf("line %d: the key is not %d bytes in base64", n, keySize)
		}
		for _, k := range b.keys {
			if k.id == keyID(id) {
				return nil, fmt.Errorf("line %d: the key id %x is taken by a line above", n, id)
			}
		}
		k, err := newKey(keyID(id), master)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		b.keys = append(b.keys, k)
	}
	if err := lines.Err(); err != nil {
		return nil, withoutPath(err)
	}
	if len(b.keys) == 0 {
		return nil, errors.New("it holds no key")
	}
	return b, nil
}

// createKeyFile writes a new key file unless there is one. The file appears at path complete or not at all: it
// is written under another name and linked, which, unlike a rename, never replaces what is there.
func createKeyFile(path string) (err error) {
	id, master := make([]byte, len(keyID{})), make([]byte, keySize)
	_, _ = rand.Read(id) // never fails: it ends the program instead
	_, _ = rand.Read(master)
	var text bytes.Buffer
	text.WriteString(keyFileComment)
	fmt.Fprintf(&text, "key %x %s\n", id, base64.StdEncoding.EncodeToString(master))

	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(text.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// withoutPath drops the path from an error of package os whose caller names it.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
