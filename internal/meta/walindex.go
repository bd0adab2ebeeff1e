package meta

import (
	"bytes"
	"encoding/binary"
)

// walIndex is the beginning of the index of SQLite's write-ahead log, shared memory in which each commit, of any process, leaves
// two copies of a new header before it returns. SQLite itself takes the database for unchanged when it finds the header that it
// knows: PRAGMA data_version is that comparison, behind a read transaction and its locks. It is nil where it cannot be read.
//
// https://www.sqlite.org/walformat.html#the_wal_index_header
type walIndex []byte

// walHeader is both copies.
type walHeader [2 * 48]byte

// walIndexVersion is the only version of the index there is.
const walIndexVersion = 3007000

// is reports whether the header is still h, so that whatever was committed when h was read is all that is committed now. It need
// not be read at once, nor in any order: a commit that has returned has left no byte of the old copies that differs.
func (w walIndex) is(h *walHeader) bool { return w != nil && bytes.Equal(w, h[:]) }

// read returns the header, or false where it is none to rely on: it is being written, or SQLite has yet to make it.
func (w walIndex) read() (h walHeader, ok bool) {
	copy(h[:], w)
	const initialized = 12 // where the byte is
	return h, bytes.Equal(h[:48], h[48:]) && h[initialized] == 1 && binary.NativeEndian.Uint32(h[:]) == walIndexVersion
}
