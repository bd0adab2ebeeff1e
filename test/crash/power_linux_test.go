package crash

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// disk is an ext4 file system in a file, which can lose its power.
type disk struct {
	t            *testing.T
	image, mount string
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	blackbox.NeedRoot(t)
	need.Tools(t, "mkfs.ext4", "mount", "umount")
	d := &disk{t, filepath.Join(t.TempDir(), "disk.img"), t.TempDir()}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.image, 4<<30); err != nil { // most of it a hole
		t.Fatal(err)
	}
	d.run("mkfs.ext4", "-q", d.image)
	// The file system's own clock must not save what nobody has asked it to.
	if out, err := exec.Command("mount", "-o", "loop,commit=3600", d.image, d.mount).CombinedOutput(); err != nil {
		need.Missing(t, "cannot mount a file: "+string(out))
	}
	t.Cleanup(func() { d.run("umount", d.mount) })
	return d
}

func (d *disk) run(command string, args ...string) {
	d.t.Helper()
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		d.t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// cut takes the power from the disk and gives it back: what the kernel had not
// written to it is lost, the journal of the file system included.
func (d *disk) cut() {
	d.t.Helper()
	witness := filepath.Join(d.mount, "witness")
	if err := os.WriteFile(witness, []byte("not synced"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	f, err := os.Open(d.mount)
	if err != nil {
		d.t.Fatal(err)
	}
	const (
		shutdown   = 0x8004587d // EXT4_IOC_SHUTDOWN
		noLogFlush = 2          // EXT4_GOING_FLAGS_NOLOGFLUSH
	)
	how := uint32(noLogFlush)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&how)))
	f.Close()
	if errno != 0 {
		d.t.Fatalf("shut the file system down: %v", errno)
	}
	d.run("umount", d.mount)
	d.run("mount", "-o", "loop,commit=3600", d.image, d.mount)
	if _, err := os.Stat(witness); err == nil {
		d.t.Fatal("a file that nobody synced is still there: the test does not test")
	}
}

// TestPowerCut takes the power from server and disk at random moments of
// pushes, two hundred times.
func TestPowerCut(t *testing.T) {
	d := newDisk(t)
	data := filepath.Join(d.mount, "data")
	admin := blackbox.CreateAccount(t, data, blackbox.Owner, "owner")
	d.cut() // an account that was said to be there
	endure(t, data, admin, 200, d.cut)
}
