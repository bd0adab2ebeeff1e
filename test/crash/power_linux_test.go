package crash

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// cuts is how many times TestPowerCut cuts the power.
const cuts = 200

// disk is an ext4 file system in a file, which can lose its power.
type disk struct {
	t            *testing.T
	image, mount string
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	blackbox.NeedRoot(t)
	blackbox.Need(t, "mkfs.ext4", "mount", "umount")
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
		blackbox.Lack(t, "cannot mount a file: "+string(out))
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
// pushes, two hundred times. What the server acknowledged is there, whole; what
// it did not is there whole or not at all.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	d := newDisk(t)
	data := filepath.Join(d.mount, "data")
	admin := blackbox.CreateAccount(t, data, blackbox.Owner, "owner")
	d.cut() // an account that was said to be there
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	moments := rand.New(rand.NewPCG(seed, 0))

	var auth authn.Authenticator
	said := &promises{manifests: map[string]v1.Hash{}, blobs: map[v1.Hash]bool{}}
	interrupted := 0
	var longest time.Duration
	for round := range cuts {
		server := blackbox.Start(t, data)
		if auth == nil {
			auth = login(t, server, admin)
			begin := time.Now()
			if err := pushImage(reference(t, server, "r0-first"), said, remote.WithContext(t.Context()), remote.WithAuth(auth)); err != nil {
				t.Fatalf("push: %v", err)
			}
			longest = 2 * pushers * time.Since(begin)
		}
		verify(t, server, auth, said.since())
		if t.Failed() {
			t.Fatalf("after %d cuts", round)
		}
		if said.push(t, server, auth, round, time.Duration(moments.Int64N(int64(longest))), server.Kill) {
			interrupted++
		}
		d.cut()
	}
	server := blackbox.Start(t, data)
	verify(t, server, auth, said.all())
	if err := server.Stop(); err != nil { // before the disk goes
		t.Error(err)
	}
	t.Logf("%d of %d cuts came in the middle of a push; %d images and %d layers were acknowledged", interrupted, cuts, len(said.manifests), len(said.blobs))
	if interrupted < cuts/2 || len(said.manifests) == 0 {
		t.Errorf("the test did not test: %d pushes were interrupted, %d images acknowledged", interrupted, len(said.manifests))
	}
}
