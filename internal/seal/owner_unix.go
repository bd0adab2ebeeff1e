//go:build unix

package seal

import (
	"io/fs"
	"os"
	"syscall"
)

// othersAccess is what others than its owner may not do to a key file. The group may read one of root's, which its
// owner must have meant: this process is not root and could not read it otherwise.
func othersAccess(of fs.FileInfo) fs.FileMode {
	if s, ok := of.Sys().(*syscall.Stat_t); ok && s.Uid == 0 && os.Geteuid() != 0 {
		return 0o037
	}
	return 0o077
}

// keepOwner gives a file the owner and group of another.
func keepOwner(f *os.File, of fs.FileInfo) error {
	s, ok := of.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(s.Uid), int(s.Gid))
}
