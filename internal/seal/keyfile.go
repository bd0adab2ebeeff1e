package seal

import (
	"bufio"
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
	"time"
)

const keyFileComment = `# Pratique key file. Whoever has it can read the secrets Pratique stores and make tokens it accepts;
# without it they are lost. Keep it private and backed up, apart from the database.
# The first key seals, all of them open. "pratique keys" lists, adds and removes them.
# key <8 hex digits, unique> <32 random bytes in base64> <since when, which may be missing>
`

// OpenKeyFile reads the master keys from the file at path. When there is none it creates one with a random
// key, readable by its owner only; of several processes that do so at once, all end up with the same key. The
// key is on disk before OpenKeyFile returns. The directory must exist.
//
// A key file that others than its owner may read or write is refused, but for one of root's that the process, as
// somebody else, reads by its group: so Kubernetes mounts Secrets.
func OpenKeyFile(path string) (*Box, error) {
	r, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeyFile(path); err != nil {
			return nil, fmt.Errorf("create key file %s: %w", path, err)
		}
		r, err = readKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	b := &Box{path: path}
	b.ring.Store(r)
	return b, nil
}

func readKeyFile(path string) (*ring, error) {
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
	if mode := info.Mode().Perm(); mode&othersAccess(info) != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others than its owner have access (mode %04o): run chmod 600", mode)
	}
	keys, err := parseKeys(f)
	if err != nil {
		return nil, err
	}
	return &ring{keys, info}, nil
}

// parseKeys reads a key file's text. Errors name the line and never repeat it.
func parseKeys(r io.Reader) ([]key, error) {
	var keys []key
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		k, ok, err := parseLine(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if !ok {
			continue
		}
		for _, other := range keys {
			if k.id == other.id {
				return nil, fmt.Errorf("line %d: the key id %x is taken by a line above", n, k.id)
			}
		}
		keys = append(keys, k)
	}
	if err := lines.Err(); err != nil {
		return nil, withoutPath(err)
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no key")
	}
	return keys, nil
}

// parseLine reads a line of a key file, and reports whether it holds a key.
func parseLine(text string) (k key, ok bool, err error) {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasPrefix(text, "#") {
		return key{}, false, nil
	}
	fields := strings.Fields(text)
	if len(fields) < 3 || len(fields) > 4 || fields[0] != "key" {
		return key{}, false, errors.New("it is not of the form: key <id> <base64> <time>")
	}
	id, err := hex.DecodeString(fields[1])
	if err != nil || len(id) != len(keyID{}) {
		return key{}, false, errors.New("the key id is not 8 hex digits")
	}
	master, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || len(master) != keySize {
		return key{}, false, fmt.Errorf("the key is not %d bytes in base64", keySize)
	}
	var since time.Time
	if len(fields) == 4 {
		if since, err = time.Parse(time.RFC3339, fields[3]); err != nil {
			return key{}, false, errors.New("the time is not of the form 2006-01-02T15:04:05Z")
		}
	}
	k, err = newKey(keyID(id), master, since)
	return k, err == nil, err
}

// createKeyFile writes a new key file unless there is one. The file appears at path complete or not at all: it
// is written under another name and linked, which, unlike a rename, never replaces what is there.
func createKeyFile(path string) (err error) {
	text := keyFileComment + newLine(time.Now()) + "\n" // when, for people: nothing is computed from a first key's time

	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(text)
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

// timeForm is how key files have times: exact enough to tell keys apart that are made one after the other.
const timeForm = "2006-01-02T15:04:05.000000Z07:00"

// newLine is the line of a new key.
func newLine(since time.Time) string {
	id, master := make([]byte, len(keyID{})), make([]byte, keySize)
	_, _ = rand.Read(id) // never fails: it ends the program instead
	_, _ = rand.Read(master)
	return fmt.Sprintf("key %x %s %s", id, base64.StdEncoding.EncodeToString(master), since.UTC().Format(timeForm))
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
