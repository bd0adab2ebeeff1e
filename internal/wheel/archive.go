package wheel

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
)

// This file reads zip archives, and only those that every reader of zip files
// reads alike: installers that trust the central directory and those that go
// through the file from its start must find the same files in it. For that
// it has to see more than archive/zip shows.
// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.

// Limits of what is read. The largest wheels there are have some ten thousand
// files and some gigabytes.
const (
	maxFiles      = 200_000
	maxDirectory  = 64 << 20 // bytes of the central directory
	maxPath       = 1024     // bytes of a name
	maxComponent  = 255
	freeExpansion = 64 << 20 // unpacked bytes that any wheel may have
	maxExpansion  = 100      // and times its own size on top of them
)

// A member is a file of an archive.
type member struct {
	name       string
	executable bool
	deflated   bool
	crc        uint32
	packed     int64 // bytes in the archive
	size       int64
	offset     int64 // of the first of those bytes
}

// fault is what is wrong with an archive, and where.
type fault struct{ entry, reason string }

func (f *fault) Error() string { return f.entry + ": " + f.reason }

func faultf(entry, format string, args ...any) error {
	return &fault{entry, fmt.Sprintf(format, args...)}
}

const (
	endSignature       = 0x06054b50
	end64Signature     = 0x06064b50
	locatorSignature   = 0x07064b50
	directorySignature = 0x02014b50
	localSignature     = 0x04034b50

	endLength       = 22
	end64Length     = 56
	locatorLength   = 20
	directoryLength = 46
	localLength     = 30

	max16 = 1<<16 - 1
	max32 = 1<<32 - 1
)

var le = binary.LittleEndian

// readArchive returns the files of the zip archive in r, without directories,
// in the order of its central directory. Errors are *fault or of reading.
func readArchive(r io.ReaderAt, size int64) ([]member, error) {
	start, length, count, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	directory := make([]byte, length)
	if err := readAt(r, directory, start); err != nil {
		return nil, err
	}
	var (
		members []member
		headers []span
		total   int64
		seen    = map[string]bool{}
	)
	for range count {
		m, header, rest, err := readHeader(directory)
		if err != nil {
			return nil, err
		}
		directory = rest
		isDir := strings.HasSuffix(m.name, "/")
		if reason := nameFault(strings.TrimSuffix(m.name, "/")); reason != "" {
			return nil, &fault{m.name, reason}
		}
		if err := readLocal(r, &m, header, start); err != nil {
			return nil, err
		}
		headers = append(headers, span{header.offset, m.offset + m.packed, m.name})
		if seen[m.name] {
			return nil, &fault{m.name, "it is in the archive twice"}
		}
		seen[m.name] = true
		if isDir {
			if m.size != 0 {
				return nil, &fault{m.name, "a directory has content"}
			}
			continue
		}
		// Sizes are below 2^63 each, so check before adding.
		if limit := freeExpansion + maxExpansion*size; m.size > limit-total {
			return nil, faultf("", "it unpacks to more than %d bytes, too much for its %d", limit, size)
		}
		total += m.size
		members = append(members, m)
	}
	if len(directory) != 0 {
		return nil, &fault{"", "the archive's directory has more in it than it says"}
	}
	return members, errors.Join(overlap(headers), filesAsDirectories(members))
}

// findDirectory returns where the central directory is, and how many files it
// has. It must end where the record begins that tells of it, and that at the
// end of the file.
func findDirectory(r io.ReaderAt, size int64) (start, length int64, count int, err error) {
	tail := make([]byte, min(size, endLength+max16))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return 0, 0, 0, err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < endLength || len(tail)-i-endLength != int(le.Uint16(tail[i+20:])) {
		return 0, 0, 0, &fault{"", "it is not a zip archive, or is cut off"}
	}
	end := tail[i : i+endLength]
	at := size - int64(len(tail)-i) // of the record
	total, length64, start64 := uint64(le.Uint16(end[10:])), uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	split := le.Uint16(end[4:]) != 0 || le.Uint16(end[6:]) != 0 || le.Uint16(end[8:]) != le.Uint16(end[10:])
	if total == max16 || length64 == max32 || start64 == max32 {
		locator, record := make([]byte, locatorLength), make([]byte, end64Length)
		if at < locatorLength+end64Length {
			return 0, 0, 0, &fault{"", "its zip64 record is missing"}
		}
		if err := readAt(r, locator, at-locatorLength); err != nil {
			return 0, 0, 0, err
		}
		// Only a record without extensions is read, right before its locator.
		at -= locatorLength + end64Length
		if err := readAt(r, record, at); err != nil {
			return 0, 0, 0, err
		}
		if le.Uint32(locator) != locatorSignature || le.Uint64(locator[8:]) != uint64(at) ||
			le.Uint32(record) != end64Signature || le.Uint64(record[4:]) != end64Length-12 {
			return 0, 0, 0, &fault{"", "its zip64 record is missing"}
		}
		split = le.Uint32(record[16:]) != 0 || le.Uint32(record[20:]) != 0 || le.Uint64(record[24:]) != le.Uint64(record[32:])
		total, length64, start64 = le.Uint64(record[32:]), le.Uint64(record[40:]), le.Uint64(record[48:])
	}
	switch {
	case split:
		return 0, 0, 0, &fault{"", "it is one part of several of an archive"}
	case total > maxFiles:
		return 0, 0, 0, faultf("", "it has more than %d files", maxFiles)
	case length64 > maxDirectory:
		return 0, 0, 0, faultf("", "the archive's directory has more than %d bytes", maxDirectory)
	case start64 > uint64(at) || start64+length64 != uint64(at):
		return 0, 0, 0, &fault{"", "the archive's directory is not where it should be"}
	}
	return int64(start64), int64(length64), int(total), nil
}

// header is what the central directory and a file's local header must agree on.
type header struct {
	offset int64
	flags  uint16
	method uint16
}

// readHeader reads one file of the central directory.
func readHeader(b []byte) (m member, h header, rest []byte, err error) {
	if len(b) < directoryLength || le.Uint32(b) != directorySignature {
		return m, h, nil, &fault{"", "the archive's directory is damaged"}
	}
	var (
		creator = b[5]
		names   = int(le.Uint16(b[28:]))
		extras  = int(le.Uint16(b[30:]))
		end     = directoryLength + names + extras + int(le.Uint16(b[32:]))
		mode    = le.Uint32(b[38:]) >> 16
	)
	if len(b) < end {
		return m, h, nil, &fault{"", "the archive's directory is damaged"}
	}
	m.name = string(b[directoryLength : directoryLength+names])
	h.flags, h.method, m.crc = le.Uint16(b[8:]), le.Uint16(b[10:]), le.Uint32(b[16:])
	packed, size, offset := uint64(le.Uint32(b[20:])), uint64(le.Uint32(b[24:])), uint64(le.Uint32(b[42:]))
	if err := zip64(b[directoryLength+names:][:extras], &size, &packed, &offset); err != nil {
		return m, h, nil, faultf(m.name, "%v", err)
	}
	if packed > 1<<62 || size > 1<<62 || offset > 1<<62 {
		return m, h, nil, &fault{m.name, "its size is absurd"}
	}
	m.packed, m.size, h.offset = int64(packed), int64(size), int64(offset)

	const encrypted, patched, strong, masked, utf8Names = 1 << 0, 1 << 5, 1 << 6, 1 << 13, 1 << 11
	const stored, deflated = 0, 8
	switch {
	case h.flags&(encrypted|strong|masked) != 0:
		return m, h, nil, &fault{m.name, "it is encrypted"}
	case h.flags&patched != 0 || h.method != stored && h.method != deflated:
		return m, h, nil, faultf(m.name, "its compression (method %d) is not one that installers know", h.method)
	case h.method == stored && m.packed != m.size:
		return m, h, nil, &fault{m.name, "its two sizes disagree"}
	case h.flags&utf8Names == 0 && strings.ContainsFunc(m.name, func(r rune) bool { return r >= utf8.RuneSelf }):
		return m, h, nil, &fault{m.name, "the encoding of its name is not known"}
	}
	m.deflated = h.method == deflated

	const unix, darwin = 3, 19
	if creator == unix || creator == darwin {
		const typeMask, regular, directory = 0o170000, 0o100000, 0o040000
		switch t := mode & typeMask; {
		case t == 0, t == regular, t == directory && strings.HasSuffix(m.name, "/"):
		default:
			return m, h, nil, &fault{m.name, "it is neither a file nor a directory (links and devices have no place in a wheel)"}
		}
		m.executable = mode&0o111 != 0
	}
	return m, h, b[end:], nil
}

// zip64 reads from a header's extra fields those values that are too large
// for the header itself, in the order of the arguments.
func zip64(extra []byte, values ...*uint64) error {
	var field []byte
	for found := false; len(extra) >= 4; {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if len(extra)-4 < n {
			return errors.New("its extra fields are damaged")
		}
		if id == 1 {
			if found {
				return errors.New("it has two zip64 fields")
			}
			found, field = true, extra[4:4+n]
		}
		extra = extra[4+n:]
	}
	for _, v := range values {
		if *v != max32 {
			continue
		}
		if len(field) < 8 {
			return errors.New("its zip64 field is missing")
		}
		*v, field = le.Uint64(field), field[8:]
	}
	return nil
}

// readLocal checks the header in front of the file's bytes and sets where
// those begin. They must end before the central directory.
func readLocal(r io.ReaderAt, m *member, h header, directory int64) error {
	disagree := &fault{m.name, "the archive's directory and the file's own header disagree"}
	if h.offset > directory-localLength-int64(len(m.name)) {
		return disagree
	}
	b := make([]byte, localLength+len(m.name))
	if err := readAt(r, b, h.offset); err != nil {
		return err
	}
	const later = 1 << 3 // sizes follow the content
	extras := int(le.Uint16(b[28:]))
	if le.Uint32(b) != localSignature || le.Uint16(b[6:]) != h.flags || le.Uint16(b[8:]) != h.method ||
		int(le.Uint16(b[26:])) != len(m.name) || string(b[localLength:]) != m.name {
		return disagree
	}
	m.offset = h.offset + int64(len(b)+extras)
	if m.offset > directory || m.packed > directory-m.offset {
		return disagree
	}
	if h.flags&later != 0 {
		return nil
	}
	packed, size := uint64(le.Uint32(b[18:])), uint64(le.Uint32(b[22:]))
	if packed == max32 || size == max32 {
		extra := make([]byte, extras)
		if err := readAt(r, extra, h.offset+int64(len(b))); err != nil {
			return err
		}
		if zip64(extra, &size, &packed) != nil {
			return disagree
		}
	}
	if le.Uint32(b[14:]) != m.crc || packed != uint64(m.packed) || size != uint64(m.size) {
		return disagree
	}
	return nil
}

// span is the part of the archive that a file takes, from its header on.
type span struct {
	start, end int64
	name       string
}

func overlap(spans []span) error {
	slices.SortFunc(spans, func(a, b span) int { return int(min(max(a.start-b.start, -1), 1)) })
	for i := 1; i < len(spans); i++ {
		if spans[i].start < spans[i-1].end {
			return faultf(spans[i].name, "it overlaps with %q", spans[i-1].name)
		}
	}
	return nil
}

// filesAsDirectories finds names below the name of a file.
func filesAsDirectories(members []member) error {
	files := make(map[string]bool, len(members))
	for i := range members {
		files[members[i].name] = true
	}
	for i := range members {
		for dir := path.Dir(members[i].name); dir != "."; dir = path.Dir(dir) {
			if files[dir] {
				return faultf(members[i].name, "%q is a file and not a directory", dir)
			}
		}
	}
	return nil
}

// nameFault says why a wheel may not have a file of the name, or "".
func nameFault(name string) string {
	switch {
	case name == "":
		return "it has no name"
	case name[0] == '/':
		return "its name is absolute"
	case len(name) > maxPath:
		return "its name is too long"
	case !utf8.ValidString(name):
		return "its name is not UTF-8"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "its name has control characters"
	case strings.Contains(name, `\`):
		return "its name has a backslash in it"
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return "its name leads out of the wheel"
		case part == "" || part == ".":
			return "its name is not clean"
		case len(part) > maxComponent:
			return "its name is too long"
		case strings.HasPrefix(part, ".wh."):
			return "its name would remove a file of the image"
		}
	}
	return ""
}

// An archive is an open zip archive, for one goroutine.
type archive struct {
	io.ReaderAt
	idle *inflater // left by the last member, for the next
}

// inflater is a decompressor and the buffer that it reads from.
type inflater struct {
	in  *bufio.Reader
	out io.ReadCloser
}

func (z *inflater) reset(from io.Reader) bool {
	z.in.Reset(from)
	r, ok := z.out.(flate.Resetter)
	return ok && r.Reset(z.in, nil) == nil
}

// open reads the member. If raw is not nil and the member is deflated, what
// is read of the archive is written to it. Content that is not what the
// archive's directory says is a *fault.
func (a *archive) open(m *member, raw io.Writer) io.ReadCloser {
	packed := io.NewSectionReader(a, m.offset, m.packed)
	if !m.deflated {
		return &content{m: m, r: packed, left: m.size, done: func() bool { return true }, close: func() {}}
	}
	from := io.Reader(packed)
	if raw != nil {
		from = io.TeeReader(packed, raw)
	}
	z := a.idle
	if a.idle = nil; z == nil || !z.reset(from) {
		z = &inflater{in: bufio.NewReaderSize(from, 1<<15)}
		z.out = flate.NewReader(z.in)
	}
	return &content{m: m, r: z.out, left: m.size, close: func() { a.idle = z }, done: func() bool {
		// The stream must be all that the archive has of this file: what
		// comes after its end would be lost on some readers only.
		_, err := z.in.ReadByte()
		return err == io.EOF
	}}
}

// content reads a member's content and checks size and CRC at its end.
type content struct {
	m     *member
	r     io.Reader
	left  int64
	crc   uint32
	done  func() bool
	close func()
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	var (
		corrupt  flate.CorruptInputError
		internal flate.InternalError // which some corrupt input makes, too
	)
	switch {
	case c.left < 0:
		return 0, &fault{c.m.name, "it is larger than the archive says"}
	case errors.As(err, &corrupt), errors.As(err, &internal), errors.Is(err, io.ErrUnexpectedEOF):
		return n, &fault{c.m.name, "its compressed data are damaged"}
	case err == io.EOF && (c.left != 0 || c.crc != c.m.crc || !c.done()):
		return n, &fault{c.m.name, "its content is not what the archive says"}
	}
	return n, err
}

func (c *content) Close() error { c.close(); return nil }

// readAll reads a small member, at most limit bytes.
func (a *archive) readAll(m *member, limit int64) ([]byte, error) {
	if m.size > limit {
		return nil, faultf(m.name, "it has more than %d bytes", limit)
	}
	c := a.open(m, nil)
	defer c.Close()
	b := make([]byte, 0, m.size+1) // one more, for the end to be seen at once
	for {
		n, err := c.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func readAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		return &fault{"", "it is cut off"}
	}
	return err
}
