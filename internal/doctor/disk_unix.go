//go:build linux || darwin || freebsd

package doctor

import (
	"fmt"
	"syscall"
)

// space returns how many bytes users may still write to the file system of a
// directory.
func space(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("look for space in %s: %w", dir, err)
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil //nolint:gosec,unconvert // neither is negative; their types differ between systems
}
