package scale

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// command runs a command on what the nodes share, decodes what it prints, and
// returns its exit status.
func (c *cluster) command(t *testing.T, out any, args ...string) int {
	t.Helper()
	args = append(args, "--output", "json", "--data", filepath.Join(c.dir, "admin"))
	text, err := blackbox.Try(t, c.s3.Env(), "", blackbox.Binary(), args...)
	exit := (*exec.ExitError)(nil)
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err != nil {
		t.Logf("%v", err)
	}
	if len(text) > 0 && out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	if exit != nil {
		return exit.ExitCode()
	}
	return 0
}

// age lets pass the grace of what has been garbage for some seconds.
func age(t *testing.T, db *meta.DB) {
	before := time.Now().Add(-3 * time.Second).UnixMicro()
	err := db.Write(t.Context(), func(tx *meta.Tx) error {
		for _, update := range []string{
			`UPDATE layer SET unused_since = 1 WHERE unused_since < $1`,
			`UPDATE blob SET condemned_at = 1 WHERE condemned_at < $1`,
			`UPDATE garbage SET since = 1 WHERE since < $1`,
		} {
			if _, err := tx.Exec(update, before); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBackupUnderLoad backs two nodes up while images are pushed and deleted, and
// what they leave is collected without a grace, scrubs them meanwhile, and
// restores the first backup and the last to a database and a bucket of their own:
// they serve what was acknowledged before, and nothing of what they have is broken.
func TestBackupUnderLoad(t *testing.T) {
	need.Tools(t, "pg_dump")
	c := newCluster(t)
	a, b, user := c.pair(t)
	nodes := []*blackbox.Server{a, b}
	db, err := meta.Open(t.Context(), c.postgres.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	var mu sync.Mutex
	kept := map[string]v1.Hash{} // what was acknowledged and stays
	acknowledged := func() map[string]v1.Hash {
		mu.Lock()
		defer mu.Unlock()
		now := make(map[string]v1.Hash, len(kept))
		for name, d := range kept {
			now[name] = d
		}
		return now
	}
	push := func(node *blackbox.Server, name string) (v1.Hash, error) {
		img, err := random.Image(100<<10, 2)
		if err != nil {
			return v1.Hash{}, err
		}
		if err := remote.Write(tag(t, node.Addr, name), img, user.options(t)...); err != nil {
			return v1.Hash{}, err
		}
		return img.Digest()
	}
	var stop atomic.Bool
	var pushed, deleted, collected atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			name := fmt.Sprint("kept-", i)
			d, err := push(nodes[i%2], name)
			if err != nil {
				t.Errorf("push: %v", err)
				return
			}
			mu.Lock()
			kept[name] = d
			mu.Unlock()
			pushed.Add(1)
		}
	})
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			name := fmt.Sprint("deleted-", i)
			d, err := push(nodes[i%2], name)
			if err == nil {
				err = remote.Delete(tag(t, nodes[(i+1)%2].Addr, name).Digest(d.String()), user.options(t)...)
			}
			if err != nil {
				t.Errorf("push and delete: %v", err)
				return
			}
			deleted.Add(1)
		}
	})
	wg.Go(func() {
		for !stop.Load() {
			age(t, db)
			var status struct{ TotalFiles int64 }
			if code := c.command(t, &status, "gc", "run", "--db", c.postgres.URL); code != 0 {
				t.Errorf("gc run: exit status %d", code)
				return
			}
			collected.Store(status.TotalFiles)
		}
	})
	for begun := time.Now(); collected.Load() == 0 || pushed.Load() < 5; time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > time.Minute || t.Failed() {
			stop.Store(true)
			wg.Wait()
			t.Fatalf("%d images pushed, %d deleted, %d blobs collected", pushed.Load(), deleted.Load(), collected.Load())
		}
	}

	type generation struct {
		Generation, Database   string
		Blobs, Copied, Damaged any
		before                 map[string]v1.Hash
	}
	dir := filepath.Join(c.dir, "backup")
	var generations [3]generation
	collectedBefore := collected.Load()
	for i := range generations {
		g := &generations[i]
		g.before = acknowledged()
		if code := c.command(t, g, "backup", dir, "--db", c.postgres.URL, "--blobs", c.s3.URL(), "--pg-dump"); code != 0 {
			t.Errorf("backup: exit status %d, %+v", code, g)
		}
		if code := c.command(t, nil, "scrub", "--db", c.postgres.URL, "--blobs", c.s3.URL(), "--quarantine", "--restart"); code != 0 {
			t.Errorf("scrub: exit status %d", code)
		}
	}
	stop.Store(true)
	wg.Wait()
	t.Logf("%d images pushed, %d more deleted, %d blobs collected, %d of them since the first backup began",
		pushed.Load(), deleted.Load(), collected.Load(), collected.Load()-collectedBefore)

	for i, g := range []generation{generations[0], generations[2]} {
		if i > 0 { // the last is whole without the others
			var pruned struct {
				Removed []string
				Blobs   int
			}
			text, err := blackbox.Try(t, nil, "", blackbox.Binary(), "backup", "prune", dir, "--keep", "1", "--output", "json")
			if err == nil {
				err = json.Unmarshal(text, &pruned)
			}
			if err != nil || len(pruned.Removed) != 2 || pruned.Blobs == 0 {
				t.Errorf("prune: %v, %+v", err, pruned)
			}
			t.Logf("%d blobs pruned", pruned.Blobs)
		}
		url := c.postgres.Restore(t, fmt.Sprint("restored", i), filepath.Join(dir, "generations", g.Generation, g.Database))
		blobs := strings.Replace(c.s3.URL(), "?", fmt.Sprintf("/restored%d?", i), 1)
		data := filepath.Join(c.dir, fmt.Sprint("restored", i))
		text, err := blackbox.Try(t, c.s3.Env(), "", blackbox.Binary(), "restore", dir, "--generation", g.Generation, "--db", url, "--blobs", blobs, "--data", data)
		if err != nil {
			t.Fatalf("restore: %v\n%s", err, text)
		}
		state := []string{"--db", url, "--key-file", filepath.Join(c.dir, "key"), "--blobs", blobs}
		node := blackbox.Start(t, data, state...)
		reader := login(t, node.URL, c.admin)
		for name, want := range g.before {
			if got, err := reader.pull(t, tag(t, node.Addr, name)); err != nil || got != want {
				t.Errorf("generation %d: %s: %v, %v", i, name, got, err)
			}
		}
		_, list := reader.do(t, http.MethodGet, node.URL+"/v2/"+repository+"/tags/list?n=1000", nil)
		var tags struct{ Tags []string }
		if err := json.Unmarshal([]byte(list), &tags); err != nil || len(tags.Tags) < len(g.before) {
			t.Errorf("generation %d: tags %s, %v", i, list, err)
		}
		for _, name := range tags.Tags {
			if _, err := reader.pull(t, tag(t, node.Addr, name)); err != nil {
				t.Errorf("generation %d: %s is broken: %v", i, name, err)
			}
		}
		if code := c.command(t, nil, "scrub", "--db", url, "--blobs", blobs); code != 0 {
			t.Errorf("generation %d: scrub: exit status %d", i, code)
		}
		if _, err := push(node, "pushed-after"); err != nil {
			t.Errorf("generation %d: push: %v", i, err)
		}
		t.Logf("generation %d: %d images that were acknowledged, %d in all", i, len(g.before), len(tags.Tags))
	}
}

// TestUpkeep scrubs, collects and backs up while the object store or the database is
// away, and when it is back; and lets a client mend what was damaged.
func TestUpkeep(t *testing.T) {
	need.Tools(t, "pg_dump")
	c := newCluster(t)
	a, b, user := c.pair(t)
	a.ExpectErrors()
	b.ExpectErrors()
	img, want := newImage(t)
	for name, node := range map[string]*blackbox.Server{"v1": a, "v2": b} {
		if err := remote.Write(tag(t, node.Addr, name), img, user.options(t)...); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(c.dir, "backup")
	state := []string{"--db", c.postgres.URL}
	layers := append(state[:len(state):len(state)], "--blobs", c.s3.URL())
	commands := map[string][]string{
		"scrub":  append([]string{"scrub", "--quarantine"}, layers...),
		"backup": append([]string{"backup", dir, "--pg-dump"}, layers...),
		"gc":     append([]string{"gc", "run", "--wait", "20s"}, state...),
	}
	all := func(when string, want int) {
		t.Helper()
		for name, args := range commands {
			if code := c.command(t, nil, args...); code != want {
				t.Errorf("%s: %s: exit status %d, want %d", when, name, code, want)
			}
		}
	}
	all("at first", 0)
	c.s3.Stop()
	all("without the object store", 1)
	c.s3.Start(t)
	all("with the object store", 0)
	c.postgres.Stop(t)
	all("without the database", 1)
	c.postgres.Start(t)
	all("with the database", 0)
	if left, err := filepath.Glob(filepath.Join(dir, "generations", "*")); err != nil || len(left) != 3 {
		t.Errorf("generations: %v, %v", left, err)
	}

	// One object is flipped, one is cut and one goes.
	objects, err := filepath.Glob(filepath.Join(c.s3.Dir, "data", "*"))
	if err != nil || len(objects) != 3 {
		t.Fatalf("objects: %v, %v", objects, err)
	}
	content, err := os.ReadFile(objects[0])
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	for _, err := range []error{os.WriteFile(objects[0], content, 0o600), os.Truncate(objects[1], 1000), os.Remove(objects[2])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := user.pull(t, tag(t, a.Addr, "v1")); err == nil {
		t.Error("what is damaged was pulled")
	}
	var found struct {
		Complete bool
		Damage   []struct {
			Fault       string
			Quarantined bool
			Needs       []struct{ Images []string }
		}
	}
	if code := c.command(t, &found, commands["scrub"]...); code != 4 || !found.Complete || len(found.Damage) != 3 {
		t.Errorf("scrub: exit status %d, %+v", code, found)
	}
	faults := map[string]bool{}
	for _, d := range found.Damage {
		faults[d.Fault] = true
		if !d.Quarantined || len(d.Needs) != 1 || len(d.Needs[0].Images) != 1 || d.Needs[0].Images[0] != want.String() {
			t.Errorf("damage %+v", d)
		}
	}
	if !faults["content"] || !faults["size"] || !faults["missing"] {
		t.Errorf("faults %v", faults)
	}
	var backup struct{ Copied int }
	if code := c.command(t, &backup, commands["backup"]...); code != 0 || backup.Copied != 0 { // which has them since before
		t.Errorf("backup: exit status %d, %+v", code, backup)
	}
	if err := remote.Write(tag(t, b.Addr, "again"), img, user.options(t)...); err != nil {
		t.Errorf("push: %v", err)
	}
	for _, name := range []string{"v1", "v2", "again"} {
		for _, node := range []*blackbox.Server{a, b} {
			if got, err := user.pull(t, tag(t, node.Addr, name)); err != nil || got != want {
				t.Errorf("pull of %s after the push: %v, %v", name, got, err)
			}
		}
	}
	all("mended", 0)
}
