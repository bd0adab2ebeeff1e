package meta

import (
	"path/filepath"
	"syscall"
)

// openWALIndex maps the index of the database at path, which must be open.
//
// The descriptor stays open until the process ends. To close it would drop the locks that SQLite holds on the file, for all that
// this process has open of the database: POSIX knows locks by process and file.
func openWALIndex(path string) walIndex {
	path, err := filepath.EvalSymlinks(path) // as SQLite does
	if err != nil {
		return nil
	}
	fd, err := syscall.Open(path+"-shm", syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	mapped, err := syscall.Mmap(fd, 0, len(walHeader{}), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return mapped
}

// close unmaps the index.
func (w walIndex) close() error {
	if w == nil {
		return nil
	}
	return syscall.Munmap(w)
}
