//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package blob

import (
	"errors"
	"fmt"
	"os"
)

// tryLock fails: without locks between processes uploads are not safe, and the
// store does not pretend otherwise.
func tryLock(f *os.File) error {
	return fmt.Errorf("lock %s: %w", f.Name(), errors.ErrUnsupported)
}

// tryShare fails as tryLock does.
func tryShare(f *os.File) error { return tryLock(f) }
