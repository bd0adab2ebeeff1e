package doctor

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// store is where a client keeps images.
type store struct{ client, dir string }

// stores lists where clients keep images on this machine, as far as the
// directories exist.
func (x *examination) stores() []store {
	candidates := []store{
		{"docker", x.dockerRoot()},
		{"containerd", "var/lib/containerd"},
		{"podman", "var/lib/containers/storage"},
		{"k3s", "var/lib/rancher/k3s/agent/containerd"},
	}
	if home := strings.TrimPrefix(path.Clean("/"+x.Machine.Getenv("HOME")), "/"); home != "" {
		candidates = append(candidates, store{"podman without root", home + "/.local/share/containers/storage"})
	}
	var found []store
	for _, s := range candidates {
		if info, err := fs.Stat(x.Machine.Files, s.dir); err == nil && info.IsDir() {
			found = append(found, s)
		}
	}
	return found
}

// dockerRoot is docker's data directory, relative to the root.
func (x *examination) dockerRoot() string {
	var daemon struct {
		DataRoot string `json:"data-root"`
	}
	if text, err := fs.ReadFile(x.Machine.Files, "etc/docker/daemon.json"); err == nil && json.Unmarshal(text, &daemon) == nil && daemon.DataRoot != "" {
		return strings.TrimPrefix(path.Clean("/"+daemon.DataRoot), "/")
	}
	return "var/lib/docker"
}

// unpacked is how much room an image may take for each byte that is sent: it
// is kept as it came and unpacked beside that, on average to thrice as much.
const unpacked = 4

// checkDisk compares the image's size with the space that is left for it.
func (x *examination) checkDisk() {
	size := x.pulled.size
	if x.pulled.image == nil {
		x.skip(Disk, "the image's size is not known")
		return
	}
	var full, tight, fine []string
	for _, s := range x.stores() {
		free, err := x.Machine.Space("/" + s.dir)
		if err != nil {
			continue
		}
		text := fmt.Sprintf("%s has %s left in /%s", s.client, bytesText(int64(min(free, 1<<62))), s.dir) //nolint:gosec // bounded
		switch {
		case free < uint64(size): //nolint:gosec // sizes are not negative
			full = append(full, text)
		case free < uint64(size)*unpacked: //nolint:gosec // as above
			tight = append(tight, text)
		default:
			fine = append(fine, text)
		}
	}
	need := fmt.Sprintf("the image has %s to download and takes about %s", bytesText(size), bytesText(size*unpacked))
	const do = "make room: docker system prune, crictl rmi --prune, podman image prune; or a larger disk"
	switch {
	case len(full) > 0 && len(tight)+len(fine) == 0:
		x.add(Check{ID: Disk, Status: Failed, Code: DiskFull, Found: need + "; " + strings.Join(full, ", "), Do: []string{do}})
	case len(full)+len(tight) > 0:
		x.add(Check{ID: Disk, Status: Warning, Code: DiskFull, Found: need + "; " + strings.Join(append(full, tight...), ", "), Details: fine, Do: []string{do}})
	case len(fine) > 0:
		x.add(Check{ID: Disk, Status: Passed, Found: need, Details: fine})
	default:
		x.skip(Disk, "no client keeps images here, as far as can be seen")
	}
}
