package blob

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
)

// TestForeignHash checks that a saved hash in a form this program does not
// know is replaced by reading the bytes that count.
func TestForeignHash(t *testing.T) {
	data := []byte("hello, and what a crash left behind")
	st := state{size: 5, sum: []byte("from the future")}
	got, err := st.digest(t.Context(), bytes.NewReader(data), digest.SHA256)
	if err != nil || got != digest.FromString("hello") {
		t.Errorf("digest %s, %v; want that of hello", got, err)
	}
}

// TestStateSlots checks that states are written in turn and the last counts.
func TestStateSlots(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	st, err := readState(f)
	if err != nil || st.size != 0 {
		t.Fatalf("empty file: %d, %v", st.size, err)
	}
	for size := int64(1); size <= 5; size++ {
		h.Write([]byte{'x'})
		before := st.slot
		if st, err = st.write(f, size, h); err != nil {
			t.Fatal(err)
		}
		if st.slot == before {
			t.Errorf("size %d went over the state before it", size)
		}
		got, err := readState(f)
		if err != nil || got.size != size || got.slot != st.slot || !bytes.Equal(got.sum, st.sum) {
			t.Errorf("read %d in slot %d, %v; want %d in slot %d", got.size, got.slot, err, size, st.slot)
		}
	}
}
