package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ErrLocked says that others have the lock of a directory.
var ErrLocked = errors.New("the directory is in use")

const lockFile = "lock"

// Lock takes the lock of the directory, alone or with others who share it, or
// returns ErrLocked at once. The lock lasts until unlock is called or the process
// ends, and means what those who take it agree upon: no other method heeds it.
//
// A directory that may not be written to can be shared, so that it can be read: if
// nobody has ever locked it, or its file system has no locks, nothing is locked.
func (s *Dir) Lock(alone bool) (unlock func() error, err error) {
	f, err := s.root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, fileMode)
	if !alone && (errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)) {
		f, err = s.root.Open(lockFile)
		if errors.Is(err, fs.ErrNotExist) {
			return func() error { return nil }, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock blob directory: %w", err)
	}
	if alone {
		err = tryLock(f)
	} else if err = tryShare(f); errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) {
		err = nil
	}
	if err != nil {
		f.Close()
		if errors.Is(err, ErrBusy) {
			err = ErrLocked
		}
		return nil, fmt.Errorf("lock blob directory: %w", err)
	}
	return f.Close, nil
}
