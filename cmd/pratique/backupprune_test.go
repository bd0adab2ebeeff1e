package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// forget removes layers from the database as a collection does.
func (w *world) forget(t *testing.T, layers ...int) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *meta.Tx) error {
		for _, n := range layers {
			for _, sql := range []string{`DELETE FROM layer WHERE digest = $1`, `DELETE FROM blob WHERE digest = $1`} {
				if _, err := tx.Exec(sql, digest.FromString(layerOf(n)).String()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// backedUpLayers are the layers of the generations that generations makes.
var backedUpLayers = [][]int{{1, 2, 3}, {2, 3, 4, 5}, {2, 6, 4, 7}}

// generations backs a server up three times, each with other layers, and returns
// the backup and the names of its generations.
func generations(t *testing.T) (dir string, names []string) {
	t.Helper()
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	w := openWorld(t, data, "")
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "backup")
	for i, layers := range backedUpLayers {
		if i > 0 {
			w.forget(t, backedUpLayers[i-1]...)
		}
		for _, n := range layers {
			w.push(t, n)
		}
		r := storage(t, "backup", dir, "--data", data, "--output", "json")
		var info backupInfo
		decode(t, r.stdout, &info)
		large := slices.DeleteFunc(slices.Clone(layers), func(n int) bool { return n%3 == 0 })
		if r.code != 0 || len(info.Lists) != 1 || info.Lists[0].Blobs != int64(len(large)) {
			t.Fatalf("backup: %+v", r)
		}
		names = append(names, info.Generation)
	}
	return dir, names
}

// blobsIn returns how many blobs a backup has.
func blobsIn(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "*", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// wantGeneration restores a generation, all layers of which there are.
func wantGeneration(t *testing.T, dir, name string, layers []int) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "restored")
	if r := storage(t, "restore", dir, "--data", to, "--generation", name); r.code != 0 {
		t.Errorf("restore %s: %+v", name, r)
		return
	}
	w := openWorld(t, to, "")
	for _, n := range layers {
		w.wantLayer(t, n)
	}
}

// tree returns what a directory has: the digest of each file by its path.
func tree(t *testing.T, dir string) map[string]digest.Digest {
	t.Helper()
	files := map[string]digest.Digest{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = digest.FromBytes(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestPrune removes old generations and what only they needed, and restores
// those that remain.
func TestPrune(t *testing.T) {
	dir, names := generations(t)
	if got := blobsIn(t, dir); got != 5 { // 1, 2, 4, 5, 7
		t.Fatalf("the backup has %d blobs", got)
	}
	left := filepath.Join(dir, generationsDir, "20260101T000000.000Z"+partialSuffix)
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	size := func(layers ...int) (n int64) {
		for _, l := range layers {
			n += int64(len(layerOf(l)))
		}
		return n
	}
	want := pruneInfo{
		DryRun: true, Kept: names[1:], KeptBlobs: 4, KeptBytes: size(2, 4, 5, 7), Removed: names[:1], Partial: []string{filepath.Base(left)}, Blobs: 1, Bytes: size(1),
	}
	prune := func(want pruneInfo, args ...string) {
		t.Helper()
		r := storage(t, append([]string{"backup", "prune", dir, "--output", "json"}, args...)...)
		var got pruneInfo
		decode(t, r.stdout, &got)
		if diff := cmp.Diff(want, got); r.code != 0 || diff != "" {
			t.Errorf("prune %v: %d %s\n%s", args, r.code, r.stderr, diff)
		}
	}
	prune(want, "--keep", "2", "--dry-run")
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("a dry run changed something:\n%s", diff)
	}
	want.DryRun = false
	prune(want, "--keep", "2")
	want.Removed, want.Partial, want.Blobs, want.Bytes = []string{}, []string{}, 0, 0
	prune(want, "--keep", "2")
	for i, name := range names[1:] {
		wantGeneration(t, dir, name, backedUpLayers[i+1])
	}
	if r := storage(t, "restore", dir, "--data", t.TempDir(), "--generation", names[0]); r.code != 1 {
		t.Errorf("restore of what was removed: %+v", r)
	}

	r := storage(t, "backup", "prune", dir, "--keep", "1")
	text := "Removed generation " + names[1] + ".\nRemoved 1 blobs with " + bytesText(size(5)) + " that only they needed.\n" +
		"1 generations with 3 blobs and " + bytesText(size(2, 4, 7)) + " remain.\n"
	if r.code != 0 || r.stdout != text {
		t.Errorf("prune: %+v, want %s", r, text)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, generationsDir)); err != nil || len(entries) != 1 || blobsIn(t, dir) != 3 {
		t.Errorf("there are %d blobs, and %v, %v", blobsIn(t, dir), entries, err)
	}
	wantGeneration(t, dir, names[2], backedUpLayers[2])

	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, c := range []struct{ dir, keep, want string }{{dir, "0", "at least 1"}, {nowhere, "1", "there is no backup in"}} {
		if r := storage(t, "backup", "prune", c.dir, "--keep", c.keep); r.code != 1 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("prune %s --keep %s: %+v", c.dir, c.keep, r)
		}
	}
	if _, err := os.Stat(nowhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory was made: %v", err)
	}
}

// TestPruneRefuses has backups pruned of which it is not known what remaining
// generations need, or that are in use: nothing is removed.
func TestPruneRefuses(t *testing.T) {
	whole, names := generations(t)
	edit := func(change func(*backupInfo)) func(t *testing.T, generation string) {
		return func(t *testing.T, generation string) {
			file := filepath.Join(generation, backupFile)
			info, err := readGeneration(generation)
			if err != nil {
				t.Fatal(err)
			}
			change(&info)
			text, err := json.Marshal(info)
			if err == nil {
				err = os.WriteFile(file, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	older := edit(func(i *backupInfo) { i.Lists = nil })
	write := func(name, text string) func(t *testing.T, generation string) {
		return func(t *testing.T, generation string) {
			if err := os.WriteFile(filepath.Join(generation, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, err := os.ReadFile(filepath.Join(whole, generationsDir, names[1], layersList))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(list), "\n")
	for name, c := range map[string]struct {
		change func(t *testing.T, generation string)
		want   string
	}{
		"a dump without a list":   {edit(func(i *backupInfo) { i.Lists, i.Database = nil, backupDump }), "it has no list"},
		"no database and no list": {edit(func(i *backupInfo) { i.Lists, i.Database, i.SHA256 = nil, "", "" }), "it has no list"},
		"a list that is gone":     {func(t *testing.T, g string) { os.Remove(filepath.Join(g, layersList)) }, "no such file"},
		"a list cut at a line":    {write(layersList, lines[0]), "is damaged"},
		"a list cut in a line":    {write(layersList, string(list[:len(list)-3])), "is damaged"},
		"a list without line end": {write(layersList, strings.TrimSuffix(string(list), "\n")), "is damaged"},
		"another list":            {write(layersList, strings.Replace(string(list), lines[0], "sha256:"+strings.Repeat("0", 64)+"\n", 1)), "is damaged"},
		"a list in disorder":      {write(layersList, lines[1]+lines[0]+strings.Join(lines[2:], "")), "is damaged"},
		"a list elsewhere":        {edit(func(i *backupInfo) { i.Lists[0].File = "../list" }), "is not the name of a list"},
		"damaged database":        {func(t *testing.T, g string) { older(t, g); write(backupDatabase, "x")(t, g) }, "is damaged"},
		"damaged description":     {write(backupFile, "{"), "is not a generation"},
		"a later version":         {edit(func(i *backupInfo) { i.Version = 2 }), "has version 2"},
		"another name":            {edit(func(i *backupInfo) { i.Generation = names[0] }), "it says that it is generation"},
		"something else":          {func(t *testing.T, g string) { write(filepath.Join("..", "notes"), "x")(t, g) }, "notes is not a generation"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			c.change(t, filepath.Join(dir, generationsDir, names[1]))
			before := tree(t, dir)
			r := storage(t, "backup", "prune", dir, "--keep", "2")
			if r.code != 1 || !strings.Contains(r.stderr, c.want) || !strings.Contains(r.stderr, "nothing is removed") || r.stdout != "" {
				t.Errorf("prune: %+v", r)
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("prune changed something:\n%s", diff)
			}
		})
	}

	// What an older program wrote goes by its database, which remains as it is.
	older(t, filepath.Join(whole, generationsDir, names[1]))
	before := tree(t, filepath.Join(whole, generationsDir, names[1]))
	if err := os.MkdirAll(filepath.Join(whole, generationsDir, "prune"+partialSuffix, names[1], layersList), 0o700); err != nil { // of one that was killed
		t.Fatal(err)
	}
	if r := storage(t, "backup", "prune", whole, "--keep", "2"); r.code != 0 || !strings.Contains(r.stdout, "Removed 1 blobs") {
		t.Errorf("prune of an older backup: %+v", r)
	}
	if diff := cmp.Diff(before, tree(t, filepath.Join(whole, generationsDir, names[1]))); diff != "" {
		t.Errorf("prune changed the older generation:\n%s", diff)
	}
	for i, name := range names[1:] {
		wantGeneration(t, whole, name, backedUpLayers[i+1])
	}
}

// countdown is a context that ends when it was asked so many times whether it has.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestPruneInterrupted interrupts a pruning at every step: all generations that
// there are can be restored, and the next one finishes the work.
func TestPruneInterrupted(t *testing.T) {
	whole, names := generations(t)
	prune := func(ctx context.Context, dir string) int {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now, getenv: func(string) string { return "" }}
		return a.run(ctx, []string{"backup", "prune", dir, "--keep", "1"})
	}
	copied := func() string {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir := copied()
	if code := prune(t.Context(), dir); code != 0 {
		t.Fatal(code)
	}
	want := tree(t, dir)
	states := map[string]bool{}
	for steps := 0; ; steps++ {
		dir := copied()
		code := prune(&countdown{t.Context(), steps}, dir)
		state := strings.Join(slices.Sorted(maps.Keys(tree(t, dir))), " ")
		if !states[state] {
			states[state] = true
			entries, err := os.ReadDir(filepath.Join(dir, generationsDir))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if i := slices.Index(names, e.Name()); i >= 0 {
					wantGeneration(t, dir, e.Name(), backedUpLayers[i])
				} else if !strings.HasSuffix(e.Name(), partialSuffix) {
					t.Errorf("after %d steps there is %s", steps, e.Name())
				}
			}
		}
		if code == 0 {
			break
		}
		if code := prune(t.Context(), dir); code != 0 {
			t.Fatal(code)
		}
		if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
			t.Fatalf("after %d steps and another run:\n%s", steps, diff)
		}
	}
	t.Logf("interrupted in %d states", len(states))
	if len(states) < 7 { // none, 2 renamed, 2 removed, 2 blobs removed
		t.Errorf("it was interrupted in %d states", len(states))
	}
}

// TestPruneLocked prunes a backup that is in use, and has others wait for a pruning.
func TestPruneLocked(t *testing.T) {
	dir, names := generations(t)
	blobs, err := blob.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	unlock, err := blobs.Lock(false)
	if err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, args := range [][]string{{"--keep", "1"}, {"--keep", "1", "--dry-run"}} {
		if r := storage(t, append([]string{"backup", "prune", dir}, args...)...); r.code != 1 || !strings.Contains(r.stderr, "in use") {
			t.Errorf("prune %v of what is in use: %+v", args, r)
		}
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("prune changed something:\n%s", diff)
	}
	wantGeneration(t, dir, names[0], backedUpLayers[0]) // others may share it
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if unlock, err = blobs.Lock(true); err != nil {
		t.Fatal(err)
	}
	to, done := filepath.Join(t.TempDir(), "restored"), make(chan result)
	go func() { done <- storage(t, "restore", dir, "--data", to) }()
	select {
	case r := <-done:
		t.Errorf("restore did not wait: %+v", r)
	case <-time.After(300 * time.Millisecond):
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if r := <-done; r.code != 0 || !strings.Contains(r.stderr, "waiting until") {
		t.Errorf("restore: %+v", r)
	}
}

// TestPruneMeanwhile prunes a backup over and over while backups are made in it,
// of layers that come and go and come again.
func TestPruneMeanwhile(t *testing.T) {
	var data string
	servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	w := openWorld(t, data, "")
	if _, err := w.CreateRepository(t.Context(), backedUp, registry.Settings{}); err != nil {
		t.Fatal(err)
	}
	dir, stop := filepath.Join(t.TempDir(), "backup"), make(chan struct{})
	var wg sync.WaitGroup
	var pruned, busy int
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			switch r := storage(t, "backup", "prune", dir, "--keep", "2"); {
			case r.code == 0:
				pruned++
			case strings.Contains(r.stderr, "in use"):
				busy++
			case !strings.Contains(r.stderr, "there is no"): // not yet
				t.Errorf("prune: %+v", r)
			}
		}
	})
	layers := map[string][]int{}
	for i := range 12 {
		these := []int{1 + i%3, 4 + i%2, 7, 100 + i}
		for _, n := range these {
			w.push(t, n)
		}
		r := storage(t, "backup", dir, "--data", data, "--output", "json")
		var info backupInfo
		decode(t, r.stdout, &info)
		if r.code != 0 {
			t.Errorf("backup: %+v", r)
		}
		layers[info.Generation] = these
		w.forget(t, these...)
	}
	close(stop)
	wg.Wait()
	if r := storage(t, "backup", "prune", dir, "--keep", "2"); r.code != 0 {
		t.Errorf("prune: %+v", r)
	}
	t.Logf("pruned %d times, and found it in use %d times", pruned, busy)
	if pruned == 0 {
		t.Error("nothing was pruned during the backups")
	}
	entries, err := os.ReadDir(filepath.Join(dir, generationsDir))
	if err != nil || len(entries) != 2 {
		t.Errorf("generations: %v, %v", entries, err)
	}
	for _, e := range entries {
		wantGeneration(t, dir, e.Name(), layers[e.Name()])
	}
}
