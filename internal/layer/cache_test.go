package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// files are the paths of all files of the cache.
func files(t *testing.T, c *Cache) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(c.Dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func empty(t *testing.T, c *Cache) {
	t.Helper()
	if left := files(t, c); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}

// counted gives entries and counts how often.
func counted(n *atomic.Int32, entries ...Entry) func(context.Context) ([]Entry, error) {
	return func(context.Context) ([]Entry, error) { n.Add(1); return entries, nil }
}

func TestCache(t *testing.T) {
	c := &Cache{Dir: filepath.Join(t.TempDir(), "new", "cache")}
	var calls atomic.Int32
	build := func(key string, opts Options) *Layer {
		t.Helper()
		l, err := c.Build(t.Context(), key, opts, counted(&calls, sample()...))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := build("a", Options{})
	if first.Cached() || calls.Load() != 1 {
		t.Errorf("first build: cached %t, %d calls", first.Cached(), calls.Load())
	}
	again := build("a", Options{})
	if !again.Cached() || calls.Load() != 1 {
		t.Errorf("second build: cached %t, %d calls", again.Cached(), calls.Load())
	}
	if again.cached = false; *again != *first {
		t.Errorf("second build: %+v, want %+v", again, first)
	}
	for key, opts := range map[string]Options{
		"b":  {},
		"a":  {Compression: Zstd},
		"a ": {Compression: Zstd, Time: time.Unix(1, 0)},
	} {
		if l := build(key, opts); l.Cached() {
			t.Errorf("key %q with %+v is not new", key, opts)
		}
	}
	if info, err := os.Stat(c.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the cache is open to others: %v, %v", info.Mode(), err)
	}
}

func TestDamage(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, c *Cache, blob, key string){
		"short":   func(t *testing.T, _ *Cache, blob, _ string) { truncate(t, blob, 10) },
		"empty":   func(t *testing.T, _ *Cache, blob, _ string) { truncate(t, blob, 0) },
		"gone":    func(t *testing.T, _ *Cache, blob, _ string) { os.Remove(blob) },
		"key":     func(t *testing.T, _ *Cache, _, key string) { truncate(t, key, 20) },
		"no key":  func(t *testing.T, _ *Cache, _, key string) { os.Remove(key) },
		"bad key": func(t *testing.T, _ *Cache, _, key string) { os.WriteFile(key, []byte(`{"size":0}`), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			c := &Cache{Dir: t.TempDir()}
			var calls atomic.Int32
			l, err := c.Build(t.Context(), "a", Options{}, counted(&calls, sample()...))
			if err != nil {
				t.Fatal(err)
			}
			damage(t, c, l.path, c.keyPath(identify("a", Options{})))
			l, err = c.Build(t.Context(), "a", Options{}, counted(&calls, sample()...))
			if err != nil || calls.Load() != 2 {
				t.Fatalf("%v, %d calls", err, calls.Load())
			}
			if got := list(t, l); len(got) != len(sample()) {
				t.Errorf("%d entries", len(got))
			}
		})
	}
}

func truncate(t *testing.T, name string, n int64) {
	t.Helper()
	if err := os.Truncate(name, n); err != nil {
		t.Fatal(err)
	}
}

// Damage that cannot be seen without reading is found when reading, and does
// not stay.
func TestDamagedContent(t *testing.T) {
	c := &Cache{Dir: t.TempDir()}
	l, err := c.Build(t.Context(), "a", Options{}, give(sample()...))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(l.path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err = c.Build(t.Context(), "a", Options{}, give())
	if err != nil || !l.Cached() {
		t.Fatalf("%v, cached %t", err, l.Cached())
	}
	r, err := l.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("reading a damaged layer: %v", err)
	}
	if l, err = c.Build(t.Context(), "a", Options{}, give(sample()...)); err != nil || l.Cached() {
		t.Errorf("after damage: %v, cached %t", err, l.Cached())
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
func (f failing) Close() error             { return nil }

func TestFailuresLeaveNothing(t *testing.T) {
	boom := errors.New("boom")
	broken := func(e Entry, open func() (io.ReadCloser, error)) Entry { e.Open = open; return e }
	long := file("b", 0, text(200_000))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, test := range map[string]struct {
		entries func(context.Context) ([]Entry, error)
		want    error
	}{
		"entries": {func(context.Context) ([]Entry, error) { return nil, boom }, boom},
		"open":    {give(broken(long, func() (io.ReadCloser, error) { return nil, boom })), boom},
		"read":    {give(long, broken(file("c", 0, text(9)), func() (io.ReadCloser, error) { return failing{boom}, nil })), boom},
		"short":   {give(broken(long, file("", 0, text(100)).Open)), nil},
		"long":    {give(broken(long, file("", 0, text(300_000)).Open)), nil},
		"packed": {give(func() Entry {
			e := long
			e.OpenDeflated = func(io.Writer) (io.ReadCloser, error) { return failing{boom}, nil }
			return e
		}()), boom},
		"canceled": {give(file("a", 0, nil), broken(long, func() (io.ReadCloser, error) { cancel(); return long.Open() })), context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := ctx
			if name != "canceled" {
				ctx = t.Context()
			}
			c := &Cache{Dir: t.TempDir()}
			_, err := c.Build(ctx, "key", Options{}, test.entries)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			empty(t, c)
			if _, err := c.Build(t.Context(), "key", Options{}, give()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Of many that ask for a layer at once in one process, one makes it; other
// processes may as well, to the same end.
func TestConcurrency(t *testing.T) {
	dir := t.TempDir()
	caches := []*Cache{{Dir: dir}, {Dir: dir}}
	var calls [2]atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			l, err := caches[i%2].Build(t.Context(), "a", Options{}, func(context.Context) ([]Entry, error) {
				calls[i%2].Add(1)
				time.Sleep(20 * time.Millisecond)
				return sample(), nil
			})
			if err != nil {
				t.Error(err)
			} else if got := list(t, l); len(got) != len(sample()) {
				t.Errorf("%d entries", len(got))
			}
		})
	}
	wg.Wait()
	if calls[0].Load() > 1 || calls[1].Load() > 1 || calls[0].Load()+calls[1].Load() == 0 {
		t.Errorf("made %d and %d times", calls[0].Load(), calls[1].Load())
	}
	if got := files(t, caches[0]); len(got) != 2 {
		t.Errorf("in the cache: %v", got)
	}
}

// One that waits makes the layer itself when the other fails, and stops
// waiting with its context.
func TestWaiting(t *testing.T) {
	c := &Cache{Dir: t.TempDir()}
	started, fail := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Build(t.Context(), "a", Options{}, func(context.Context) ([]Entry, error) {
			close(started)
			<-fail
			return nil, errors.New("boom")
		})
		if err == nil {
			t.Error("no error")
		}
	})
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Build(ctx, "a", Options{}, give()); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting in vain: %v", err)
	}
	wg.Go(func() {
		if l, err := c.Build(t.Context(), "a", Options{}, give(sample()...)); err != nil || l.Cached() {
			t.Errorf("after a failure: %v", err)
		}
	})
	close(fail)
	wg.Wait()
}

func TestPrune(t *testing.T) {
	now := time.Now()
	c := &Cache{Dir: t.TempDir(), Now: func() time.Time { return now }}
	build := func(i int) *Layer {
		t.Helper()
		l, err := c.Build(t.Context(), fmt.Sprint(i), Options{}, give(file(fmt.Sprint(i), 0, text(1000))))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for i := range 4 {
		build(i)
		now = now.Add(time.Hour)
	}
	build(0) // now the most recently used
	now = now.Add(30 * time.Minute)
	crashed := filepath.Join(c.Dir, "tmp", "layer-crashed")
	if err := os.WriteFile(crashed, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	size, _ := build(0).Size()
	if err := c.Prune(t.Context(), 2*size+size/2); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(crashed); err == nil {
		t.Error("what a crash left is still there")
	}
	for i, want := range []bool{true, false, false, true} {
		_, got := c.lookup(identify(fmt.Sprint(i), Options{}), Gzip)
		if got != want {
			t.Errorf("layer %d is there: %t", i, got)
		}
	}
	if got := files(t, c); len(got) != 4 {
		t.Errorf("in the cache: %v", got)
	}
	if err := c.Prune(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if got := files(t, c); len(got) != 4 {
		t.Errorf("what was used within the hour is gone: %v", got)
	}
	now = now.Add(2 * time.Hour)
	if err := c.Prune(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	empty(t, c)
	if err := (&Cache{Dir: filepath.Join(t.TempDir(), "none")}).Prune(t.Context(), 0); err != nil {
		t.Errorf("pruning no cache: %v", err)
	}
}
