//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package blob

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// tryLock takes the exclusive lock of f, which lasts until f is closed or the
// process ends, or returns ErrBusy. Two opens of one file exclude each other
// also inside one process.
func tryLock(f *os.File) error { return flock(f, syscall.LOCK_EX) }

// tryShare is tryLock for a lock that others may share.
func tryShare(f *os.File) error { return flock(f, syscall.LOCK_SH) }

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrBusy
		default:
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}
