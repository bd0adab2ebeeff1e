package builder

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestBase: the base image of these tests is what they take it for.
func TestBase(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t)
	got := w.image(t, w.Base)
	want, err := blackbox.Debian(t, basePackages...).Digest()
	if err != nil {
		t.Fatal(err)
	}
	if digest, err := got.Digest(); err != nil || digest != want {
		t.Errorf("pushed %s, the registry has %s, error %v", want, digest, err)
	}
	out := runImage(t, d, w.Base, "python3", "-c", "import sys, pip; print(sys.version_info[:2], sys.executable)")
	if diff := cmp.Diff("(3, 11) /usr/bin/python3", strings.TrimSpace(out)); diff != "" {
		t.Errorf("Python of the base (-want +got):\n%s", diff)
	}
}
