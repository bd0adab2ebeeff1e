package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
)

// The lists of a generation name the layers that it needs of blobs/, so that
// nobody has to read its database to know. Each line is a digest, in ascending
// order and no two the same.
const (
	layersList  = "layers"  // those that the database names
	garbageList = "garbage" // those that a dump may name, because the database did when it was dumped
)

// listInfo is a list of a generation, as kept in backup.json.
type listInfo struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Blobs  int64  `json:"blobs"` // how many it names
}

// listWriter writes the lists of a generation, that of garbage only if there is
// some.
type listWriter struct {
	dir             string
	layers, garbage *listFile
}

// add is the function of registry.CopyOptions.Named.
func (w *listWriter) add(d digest.Digest, garbage bool) (err error) {
	l, name := &w.layers, layersList
	if garbage {
		l, name = &w.garbage, garbageList
	}
	if *l == nil {
		if *l, err = createList(filepath.Join(w.dir, name)); err != nil {
			return err
		}
	}
	return (*l).add(d)
}

// finish makes the lists durable and describes them.
func (w *listWriter) finish() (infos []listInfo, err error) {
	if w.layers == nil { // no layer is a list too
		if w.layers, err = createList(filepath.Join(w.dir, layersList)); err != nil {
			return nil, errors.Join(err, w.abort())
		}
	}
	for _, l := range []*listFile{w.layers, w.garbage} {
		if l == nil {
			continue
		}
		err = errors.Join(err, l.finish())
		infos = append(infos, listInfo{filepath.Base(l.file.Name()), hex.EncodeToString(l.sum.Sum(nil)), l.count})
	}
	return infos, err
}

// abort closes the lists as they are.
func (w *listWriter) abort() (err error) {
	for _, l := range []*listFile{w.layers, w.garbage} {
		if l != nil {
			err = errors.Join(err, l.file.Close())
		}
	}
	return err
}

// listFile is a list that is written.
type listFile struct {
	file  *os.File
	buf   *bufio.Writer // to the file and the sum
	sum   hash.Hash
	last  digest.Digest
	count int64
}

// createList makes a list that is not there.
func createList(name string) (*listFile, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &listFile{file: f, buf: bufio.NewWriterSize(io.MultiWriter(f, sum), 64<<10), sum: sum}, nil
}

// add writes a digest, which is not less than the last. Bytes of garbage may come
// several times, by different uploads.
func (l *listFile) add(d digest.Digest) error {
	if d == l.last {
		return nil
	}
	if d < l.last {
		return fmt.Errorf("list layers: %s comes after %s", d, l.last)
	}
	l.last = d
	l.count++
	_, err := l.buf.WriteString(d.String() + "\n")
	return err
}

// finish writes the rest, durably, and closes the file.
func (l *listFile) finish() error {
	err := l.buf.Flush()
	if err == nil {
		err = l.file.Sync()
	}
	return errors.Join(err, l.file.Close())
}

// listReader reads a list, and in the end compares it with its description.
type listReader struct {
	file  *os.File
	lines *bufio.Reader // of what also goes into the sum
	sum   hash.Hash
	want  listInfo
	count int64
	at    digest.Digest // the digest that was read last; "" before the first and after the last
	ended bool
}

// openList opens a list of the directory of a generation.
func openList(dir string, want listInfo) (*listReader, error) {
	if !filepath.IsLocal(want.File) {
		return nil, fmt.Errorf("%q is not the name of a list", want.File)
	}
	f, err := os.Open(filepath.Join(dir, want.File))
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &listReader{file: f, lines: bufio.NewReaderSize(io.TeeReader(f, sum), 64<<10), sum: sum, want: want}, nil
}

// next reads the next digest into l.at, or sets l.ended. It returns an error
// unless the list is what was written.
func (l *listReader) next() error {
	line, err := l.lines.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		if got := hex.EncodeToString(l.sum.Sum(nil)); got != l.want.SHA256 || l.count != l.want.Blobs {
			return fmt.Errorf("%s is damaged: its SHA-256 is %s and not %s", l.file.Name(), got, l.want.SHA256)
		}
		l.at, l.ended = "", true
		return nil
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull):
		return err
	}
	text, whole := strings.CutSuffix(string(line), "\n")
	d, err := digest.Parse(text)
	if err != nil || !whole || d <= l.at {
		return fmt.Errorf("%s is damaged: line %d", l.file.Name(), l.count+1)
	}
	l.at = d
	l.count++
	return nil
}

// has reports whether the list names a digest, which must not be less than that
// it was asked about before.
func (l *listReader) has(d digest.Digest) (bool, error) {
	for !l.ended && l.at < d {
		if err := l.next(); err != nil {
			return false, err
		}
	}
	return !l.ended && l.at == d, nil
}

// verifyList reads a whole list.
func verifyList(dir string, want listInfo) (err error) {
	l, err := openList(dir, want)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.file.Close()) }()
	for !l.ended {
		if err := l.next(); err != nil {
			return err
		}
	}
	return nil
}
