package builder

import (
	"syscall"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// runImage pulls an image and runs a command in it under podman, as the user
// that the image names, without a network. It returns the standard output.
func runImage(t testing.TB, d *desk, image string, command ...string) string {
	t.Helper()
	need.Tools(t, "podman", "runc")
	blackbox.NeedRoot(t)
	podman := []string{"podman", "--root", d.home("podman"), "--runroot", d.runroot, "--storage-driver", storageDriver(t, d.home()),
		"--cgroup-manager=cgroupfs", "--events-backend=file", "--runtime=runc"}
	d.run(t, append(podman, "pull", "-q", "--tls-verify=false", image)...)
	return d.run(t, append(append(podman, "run", "--rm", "--network=none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", image), command...)...)
}

// storageDriver is podman's and buildah's for images below a folder: vfs copies
// the whole image for each layer, but overlays cannot be stacked in an overlay.
func storageDriver(t testing.TB, dir string) string {
	t.Helper()
	const overlay = 0x794c7630
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	if s.Type == overlay {
		return "vfs"
	}
	return "overlay"
}
