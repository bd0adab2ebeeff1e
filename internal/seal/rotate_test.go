package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/seal"
)

func ids(b *seal.Box) (all []string) {
	for _, k := range b.Keys() {
		all = append(all, k.ID)
	}
	return all
}

// must returns what has to go well.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestRotate(t *testing.T) {
	path := write(t, "# mine\n"+keyOne)
	running := openFile(t, path) // a server that goes on
	old := running.Seal("p", []byte("old"))
	now := time.Unix(1800000000, 0)
	id := must(seal.Rotate(path, now))(t)
	if diff := cmp.Diff([]string{id, "00000001"}, ids(running)); diff != "" {
		t.Error(diff)
	}
	if k := running.Keys(); !k[0].Since.Equal(now) || !k[1].Since.IsZero() {
		t.Errorf("keys %v", k)
	}
	sealed := running.Seal("p", []byte("new"))
	if seal.KeyOf(sealed) != id || seal.KeyOf(old) != "00000001" || seal.KeyOf([]byte("short")) != "" {
		t.Errorf("sealed with %s, before with %s", seal.KeyOf(sealed), seal.KeyOf(old))
	}
	for _, b := range []*seal.Box{running, openFile(t, path)} {
		for want, value := range map[string][]byte{"old": old, "new": sealed} {
			if got, err := b.Open("p", value); err != nil || string(got) != want {
				t.Errorf("%s opens as %q, %v", want, got, err)
			}
		}
	}
	text := string(must(os.ReadFile(path))(t))
	if !strings.HasPrefix(text, "# mine\nkey "+id) || !strings.HasSuffix(text, keyOne) {
		t.Errorf("key file:\n%s", text)
	}
	if info := must(os.Stat(path))(t); info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if entries := must(os.ReadDir(filepath.Dir(path)))(t); len(entries) != 1 {
		t.Errorf("directory holds %v", entries)
	}
}

// A server that met no unknown key yet opens values of a node that did.
func TestOpenRereads(t *testing.T) {
	path := write(t, keyOne)
	running := openFile(t, path)
	must(seal.Rotate(path, time.Now()))(t)
	sealed := openFile(t, path).Seal("p", []byte("x"))
	if got, err := running.Open("p", sealed); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	// Keys that nobody has are looked for, and not found.
	forged := append([]byte{}, sealed...)
	forged[3] ^= 1
	if _, err := running.Open("p", forged); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("error %v", err)
	}
	// A file that is broken, or gone, leaves the keys as they were.
	if err := os.WriteFile(path, []byte("oops"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := running.Open("p", running.Seal("p", nil)); err != nil {
			t.Error(err)
		}
		if _, err := running.Open("p", forged); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("error %v", err)
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func TestStage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	b := openFile(t, path)
	first := b.Keys()[0].ID
	staged := must(seal.Stage(path, time.Now()))(t)
	if diff := cmp.Diff([]string{first, staged}, ids(b)); diff != "" {
		t.Error(diff)
	}
	if got := seal.KeyOf(b.Seal("p", nil)); got != first {
		t.Errorf("sealed with %s", got)
	}
	if k := b.Keys(); !k[1].Since.After(k[0].Since) {
		t.Errorf("keys %v", k)
	}
	if got := must(seal.Rotate(path, time.Now()))(t); got != staged {
		t.Errorf("%s seals now, not the staged %s", got, staged)
	}
	second := must(seal.Rotate(path, time.Now()))(t)
	if diff := cmp.Diff([]string{second, staged, first}, ids(b)); diff != "" {
		t.Error(diff)
	}
}

func TestRemove(t *testing.T) {
	path := write(t, keyTwo+keyOne)
	b := openFile(t, path)
	if err := seal.Remove(path, "00000002"); err == nil || !strings.Contains(err.Error(), "key 00000002 seals and cannot be removed") {
		t.Errorf("error %v", err)
	}
	old := openFile(t, write(t, keyOne)).Seal("p", nil)
	if err := seal.Remove(path, "00000001"); err != nil {
		t.Fatal(err)
	}
	b.Seal("p", nil) // which reads the file
	if _, err := b.Open("p", old); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"00000002"}, ids(openFile(t, path))); diff != "" {
		t.Error(diff)
	}
}

// Of several that change the file at once, each does all or nothing, and no key is lost.
func TestChangesAtOnce(t *testing.T) {
	path := write(t, keyOne)
	var mu sync.Mutex
	made := map[string]bool{"00000001": true}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			id, err := seal.Rotate(path, time.Now())
			if err != nil {
				if !strings.Contains(err.Error(), "somebody else is changing it") {
					t.Error(err)
				}
				return
			}
			mu.Lock()
			defer mu.Unlock()
			made[id] = true
		})
	}
	wg.Wait()
	got := ids(openFile(t, path))
	if len(got) != len(made) {
		t.Errorf("%d keys of %d", len(got), len(made))
	}
	for _, id := range got {
		if !made[id] {
			t.Errorf("key %s is nobody's", id)
		}
	}
}

// A change that broke off leaves the file as it was, and says what to do.
func TestChangeBrokenOff(t *testing.T) {
	path := write(t, keyOne)
	if err := os.WriteFile(path+".new", []byte("key 0000"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openFile(t, path).Open("p", openFile(t, path).Seal("p", nil)); err != nil {
		t.Error(err)
	}
	_, err := seal.Rotate(path, time.Now())
	if err == nil || !strings.Contains(err.Error(), "remove "+path+".new") {
		t.Errorf("error %v", err)
	}
	if text := string(must(os.ReadFile(path))(t)); text != keyOne {
		t.Errorf("key file:\n%s", text)
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	must(seal.Rotate(path, time.Now()))(t)
	if _, err := seal.Rotate(filepath.Join(t.TempDir(), "none"), time.Now()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// A key file that is linked to stays linked to.
func TestRotateLink(t *testing.T) {
	path := write(t, keyOne)
	link := filepath.Join(t.TempDir(), "key")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	id := must(seal.Rotate(link, time.Now()))(t)
	if got := ids(openFile(t, path)); got[0] != id {
		t.Errorf("keys %v", got)
	}
}

func TestMemo(t *testing.T) {
	path := write(t, keyOne)
	b := openFile(t, path)
	sealed := b.SealString("p", []byte("text"))
	m := seal.NewMemo[string](b, 2)
	opened := 0
	get := func(sealed string) (string, error) {
		return m.Get([]byte(sealed), func() (string, error) {
			opened++
			plain, err := b.OpenString("p", sealed)
			return string(plain), err
		})
	}
	want := func(sealed, text string, err error, times int) {
		t.Helper()
		if got, gotErr := get(sealed); got != text || !errors.Is(gotErr, err) || opened != times {
			t.Errorf("got %q, %v after opening %d times; want %q, %v after %d", got, gotErr, opened, text, err, times)
		}
	}
	want(sealed, "text", nil, 1)
	want(sealed, "text", nil, 1)
	want(sealed+"A", "", seal.ErrInvalid, 2)
	want(sealed+"A", "", seal.ErrInvalid, 3)

	other := b.SealString("p", []byte("other"))
	want(other, "other", nil, 4)
	want(b.SealString("p", []byte("too many")), "too many", nil, 5)
	want(sealed, "text", nil, 6)

	if err := os.WriteFile(path, []byte(keyTwo), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Seal("p", nil) // which reads the file
	want(sealed, "", seal.ErrInvalid, 7)
}
