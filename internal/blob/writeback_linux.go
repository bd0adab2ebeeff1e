package blob

import (
	"os"
	"syscall"
)

// writeback has the kernel begin to write n bytes of a file from off to disk,
// and does not wait, so that less is left to do when they are synced. It is a
// hint: whether it could is of no consequence.
func writeback(f *os.File, off, n int64) {
	const begin = 2                                       // SYNC_FILE_RANGE_WRITE
	_ = syscall.SyncFileRange(int(f.Fd()), off, n, begin) // see above
}
