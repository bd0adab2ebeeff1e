//go:build unix

package imagebuild

import "syscall"

func setUmask(mask int) int { return syscall.Umask(mask) }
