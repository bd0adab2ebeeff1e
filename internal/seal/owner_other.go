//go:build !unix

package seal

import (
	"io/fs"
	"os"
)

// othersAccess is what others than its owner may not do to a key file.
func othersAccess(fs.FileInfo) fs.FileMode { return 0o077 }

// keepOwner does nothing here.
func keepOwner(*os.File, fs.FileInfo) error { return nil }
