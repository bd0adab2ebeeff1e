package builder

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestReproducible builds one specification twice, with all different that must
// not matter: time, user, umask, locale, time zone, caches, the times, owners
// and permissions of the files, the folder.
func TestReproducible(t *testing.T) {
	blackbox.NeedRoot(t)
	need.Tools(t, "setpriv")
	w := newWorld(t)
	spec := fmt.Sprintf(`{"name": "same", "registry": %q, "base_image": %q, "packages": ["requests==2.32.3", "pyyaml==6.0.2"],
		"copy": ["data", "run.sh"], "env": {"B": "1", "A": "é"}, "entrypoint": ["/root/run.sh"]}`, w.host(), w.Base)
	desks := [2]*desk{w.newDesk(t), w.newDesk(t)}
	for i, d := range desks {
		d.write(t, "image.json", spec)
		d.write(t, "data/b.txt", "b\n")
		d.write(t, "data/a/a.txt", "a\n")
		d.write(t, "run.sh", "#!/bin/sh\n")
		if err := os.Chmod(filepath.Join(d.dir, "run.sh"), 0o755-os.FileMode(i)*0o55); err != nil {
			t.Fatal(err)
		}
	}
	first := desks[0].with("TZ=UTC", "LC_ALL=C.UTF-8").build(t, "image.json", "--no-flytekit")

	// Another user, who cannot read what is root's.
	const uid = 4321
	other := desks[1]
	program := other.home("pratique")
	if content, err := os.ReadFile(binary()); err != nil {
		t.Fatal(err)
	} else if err := os.WriteFile(program, content, 0o755); err != nil {
		t.Fatal(err)
	}
	long := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	err := filepath.WalkDir(other.home(), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := os.Lchown(path, uid, uid); err != nil {
			return err
		}
		return os.Chtimes(path, long, long)
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := filepath.Dir(other.home()); dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // testing's folders are private
			t.Fatal(err)
		}
	}
	time.Sleep(1100 * time.Millisecond) // the clock's resolution in archives
	second := decodeBuilt(t, other.with("TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8").run(t,
		"setpriv", "--reuid", strconv.Itoa(uid), "--regid", strconv.Itoa(uid), "--clear-groups",
		"sh", "-c", `umask 077; exec "$@"`, "sh", program, "build", "image.json", "--no-flytekit", "--force", "--output", "json"))
	if diff := cmp.Diff(first, second); first.Digest != second.Digest || first.Digest == "" {
		t.Errorf("digest differs (-first +second):\n%s", diff)
	}
	w.checkTimes(t, first.Reference)
	if second.Existed || second.UploadedBytes > 64<<10 {
		t.Errorf("the second build uploaded %d bytes, existed %v: want that it built all and uploaded no layer", second.UploadedBytes, second.Existed)
	}
}

// TestOnePackageChanged: what is sent after one version changed is that
// package's layer, and documents; by the count of a proxy before the server.
func TestOnePackageChanged(t *testing.T) {
	w := newWorld(t)
	proxy := w.countUploads(t)
	d := w.newDeskAt(t, proxy.host)
	x := imagebuildtest.NewPackageIndex(t)
	const size = 6 << 20 // of each package: enough for a layer of its own
	for _, p := range []struct{ name, version string }{{"alpha", "1.0"}, {"beta", "1.0"}, {"beta", "1.1"}, {"gamma", "1.0"}} {
		x.Add(newWheel(t, p.name, p.version, wheelFile{name: p.name + "/data.bin", content: noise(p.name+p.version, size)}))
	}
	spec := func(beta string) {
		d.write(t, "image.json", fmt.Sprintf(`{"name": "changing", "registry": %q, "base_image": %q, "pip_index": %q,
			"packages": ["alpha==1.0", "beta==%s", "gamma==1.0"]}`, proxy.host, w.Base, x.Simple(), beta))
	}
	spec("1.0")
	d.build(t, "image.json", "--no-flytekit")
	if sent := proxy.take(); sent < 3*size {
		t.Fatalf("the first build sent %d bytes: the proxy does not see them", sent)
	}
	spec("1.1")
	b := d.build(t, "image.json", "--no-flytekit")
	sent := proxy.take()
	if sent < size || sent > size+256<<10 {
		t.Errorf("with one package changed %d bytes were sent, want %d and a little", sent, size)
	}
	if len(b.uploaded()) == 0 || b.UploadedBytes > sent {
		t.Errorf("pratique says that it sent %d bytes: %q", b.UploadedBytes, b.uploaded())
	}
	before := sent
	b = d.build(t, "image.json", "--no-flytekit")
	if sent = proxy.take(); sent != 0 || !b.Existed {
		t.Errorf("with no change %d bytes were sent (%d before), existed: %v", sent, before, b.Existed)
	}
}

// checkTimes looks for times in what a build added to the base image: there is
// none but the one that all builds have.
func (w *world) checkTimes(t *testing.T, image string) {
	t.Helper()
	img := w.image(t, image)
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if got := config.Created.Unix(); got != 0 {
		t.Errorf("the image was created at %v", config.Created)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) < 2 {
		t.Fatalf("the image has %d layers, want more than its base", len(layers))
	}
	for i, l := range layers[1:] {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		for archive := tar.NewReader(r); ; {
			h, err := archive.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("layer %d: %v", i+1, err)
			}
			if h.ModTime.Unix() != 0 || h.Uname != "" || h.Gname != "" {
				t.Errorf("layer %d: %s of %q:%q, changed at %v", i+1, h.Name, h.Uname, h.Gname, h.ModTime)
			}
		}
		r.Close()
	}
}
