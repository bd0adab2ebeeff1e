package wheel

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/internal/layer"
)

// An Install is a wheel and how it came to be wanted.
type Install struct {
	// Path is the wheel's file. Its base name must be the wheel's own, as
	// name, version and tags are part of it.
	Path string
	// SHA256 is the file's digest in hex, if the caller has just checked
	// it; "" has it computed.
	SHA256 string
	// Requested tells that the wheel was asked for and is not merely a
	// dependency (REQUESTED of PEP 376).
	Requested bool
	// DirectURL is where the wheel came from if its requirement was a URL,
	// and "" if it came from an index (PEP 610). User and password are
	// left out of the image.
	DirectURL string
}

// Installed is a distribution of the base image that goes.
type Installed struct {
	Name, Version string
	// Files are the absolute paths of everything that belongs to it: what
	// RECORD lists, the files of dist-info or egg-info, and byte code.
	Files []string
}

// Options are the parts of [Layers] that have good defaults.
type Options struct {
	Layer  layer.Options
	Budget Budget
	// Replaced are taken away, in a layer of their own below the others, so
	// that a wheel's layer is the same on every base.
	Replaced []Installed
	// Done, if not nil, is told of each finished layer, in no particular
	// order and from several goroutines.
	Done func(Layer)
}

// A Layer is a layer and what is in it.
type Layer struct {
	*layer.Layer
	// Content says what the layer is about, for histories and progress:
	// "numpy 2.4.6", or "without numpy 1.26.4".
	Content []string
}

// job is a layer to be made.
type job struct {
	content []string
	size    int64
	key     string
	entries func(context.Context) ([]layer.Entry, error)
	close   func()
}

// Layers makes the layers that install the wheels on a base image with the
// layout, in the order in which they go on top of it. The same input gives
// the same layers; a wheel of pure Python gives the same layer for every
// platform with the same layout, whatever else is installed, as long as the
// budget gives it one of its own.
//
// A [*ConflictError] tells of two wheels that want one path for different
// things, an [*InvalidError] of a wheel that is broken or malicious. Nothing
// of such a wheel stays in the cache.
func Layers(ctx context.Context, cache *layer.Cache, installs []Install, layout Layout, opts Options) ([]Layer, error) {
	if err := layout.validate(); err != nil {
		return nil, err
	}
	budget := Budget{cmp.Or(opts.Budget.Layers, DefaultLayers), cmp.Or(opts.Budget.Own, DefaultOwn)}
	var jobs []*job
	if len(opts.Replaced) > 0 {
		j, err := removal(opts.Replaced, &layout)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
		budget.Layers--
	}
	if budget.Layers < 1 && len(installs) > 0 {
		return nil, errors.New("the base image has so many layers that there is no room for packages")
	}
	wheels, err := openAll(ctx, installs, &layout)
	if err != nil {
		return nil, err
	}
	items := make([]item, len(wheels))
	for i, w := range wheels {
		items[i] = item{w.normal(), w.Size}
	}
	for _, g := range group(items, budget) {
		members := make([]*installed, len(g))
		for n, i := range g {
			members[n] = wheels[i]
		}
		jobs = append(jobs, installation(members, &layout))
	}
	layers := make([]Layer, len(jobs))
	// The largest first, lest it be the last one to be waited for.
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(jobs[b].size, jobs[a].size) })
	err = parallel(ctx, len(jobs), func(ctx context.Context, n int) error {
		i := order[n]
		j := jobs[i]
		defer j.close()
		l, err := cache.Build(ctx, j.key, opts.Layer, j.entries)
		if err != nil {
			return fmt.Errorf("make layer of %s: %w", strings.Join(j.content, ", "), err)
		}
		layers[i] = Layer{l, j.content}
		if opts.Done != nil {
			opts.Done(layers[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return layers, nil
}

// installed is a wheel whose files have their places.
type installed struct {
	*Wheel
	sha256 string
	files  []placed
}

// openAll opens the wheels, in the order of their names.
func openAll(ctx context.Context, installs []Install, layout *Layout) ([]*installed, error) {
	all := make([]*installed, len(installs))
	err := parallel(ctx, len(installs), func(_ context.Context, i int) error {
		in := installs[i]
		w, err := Open(in.Path)
		if err != nil {
			return err
		}
		if in.SHA256 == "" {
			if in.SHA256, err = fileSHA256(in.Path); err != nil {
				return err
			}
		}
		files, err := w.place(in, layout)
		if err != nil {
			return w.invalid(err)
		}
		all[i] = &installed{w, strings.ToLower(in.SHA256), files}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *installed) int {
		return cmp.Or(cmp.Compare(a.normal(), b.normal()), cmp.Compare(a.Version, b.Version), cmp.Compare(a.sha256, b.sha256))
	})
	for i := 1; i < len(all); i++ {
		if all[i].normal() == all[i-1].normal() {
			return nil, fmt.Errorf("two wheels of one distribution: %s and %s", all[i-1].label(), all[i].label())
		}
	}
	return all, conflicts(all)
}

func fileSHA256(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("open wheel: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read wheel: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// installation is the layer of one wheel or of several, ordered by name.
func installation(wheels []*installed, layout *Layout) *job {
	j := &job{}
	var open []io.Closer
	j.close = func() {
		for _, f := range open {
			f.Close()
		}
	}
	sum := sha256.New()
	fmt.Fprintln(sum, "wheels")
	var listing []layer.Entry
	for _, w := range wheels {
		j.content = append(j.content, w.label())
		j.size += w.Size
		// The wheel's digest stands for what is taken over from it as it is
		// compressed; places and content for everything else.
		fmt.Fprintln(sum, w.sha256)
		for i := range w.files {
			f := &w.files[i]
			listing = append(listing, f.entry(w.Wheel, nil, layout))
			fmt.Fprintf(sum, "%q %t %d %s\n", f.name, f.executable, f.size, f.digest)
		}
	}
	fmt.Fprintln(sum, layout.UID, layout.GID)
	for _, e := range layout.parents(listing)[len(listing):] {
		fmt.Fprintf(sum, "%q %o %d %d\n", e.Name, e.Mode, e.UID, e.GID)
	}
	j.key = "wheels " + hex.EncodeToString(sum.Sum(nil))
	j.entries = func(context.Context) ([]layer.Entry, error) {
		var entries []layer.Entry
		seen := map[string]bool{}
		for _, w := range wheels {
			f, err := os.Open(w.path)
			if err != nil {
				return nil, fmt.Errorf("open wheel: %w", err)
			}
			open = append(open, f)
			a := &archive{ReaderAt: f}
			for i := range w.files {
				if p := &w.files[i]; !seen[p.name] { // equal files of two wheels
					seen[p.name] = true
					entries = append(entries, p.entry(w.Wheel, a, layout))
				}
			}
		}
		return layout.parents(entries), nil
	}
	return j
}

// removal is the layer that takes the files of distributions away. Only
// files, since directories may have others' files in them: but for those of
// metadata, which would be found, empty, as distributions without a name.
func removal(replaced []Installed, layout *Layout) (*job, error) {
	j := &job{close: func() {}}
	gone := map[string]bool{}
	for _, d := range replaced {
		j.content = append(j.content, "without "+d.Name+" "+d.Version)
		for _, file := range d.Files {
			if !path.IsAbs(file) || path.Clean(file) != file || file == "/" {
				return nil, fmt.Errorf("remove %s %s: path %q is not absolute and clean", d.Name, d.Version, file)
			}
			dir, err := layout.resolve(path.Dir(metadataDir(file)))
			if err != nil {
				return nil, fmt.Errorf("remove %s %s: %w", d.Name, d.Version, err)
			}
			gone[strings.TrimPrefix(path.Join(dir, path.Base(metadataDir(file))), "/")] = true
		}
	}
	var entries []layer.Entry
	for name := range gone {
		within := false
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			within = within || gone[dir]
		}
		if !within {
			entries = append(entries, layer.Whiteout(name))
		}
	}
	slices.SortFunc(entries, func(a, b layer.Entry) int { return cmp.Compare(a.Name, b.Name) })
	entries = layout.parents(entries)
	sum := sha256.New()
	for _, e := range entries {
		fmt.Fprintf(sum, "%q %d %o %d %d\n", e.Name, e.Type, e.Mode, e.UID, e.GID)
	}
	slices.Sort(j.content)
	j.key = "removal " + hex.EncodeToString(sum.Sum(nil))
	j.entries = func(context.Context) ([]layer.Entry, error) { return entries, nil }
	return j, nil
}

// metadataDir is the dist-info or egg-info directory that the file is in, or
// else the file.
func metadataDir(file string) string {
	for _, suffix := range []string{".dist-info/", ".egg-info/"} {
		if i := strings.Index(file, suffix); i >= 0 {
			return file[:i+len(suffix)-1]
		}
	}
	return file
}

// parallel calls f for 0 to n-1, in this order, as many at a time as there
// are processors. The first error ends it and the context of those running.
func parallel(ctx context.Context, n int, f func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		next int
		mu   sync.Mutex
		wg   sync.WaitGroup
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n || ctx.Err() != nil {
					return
				}
				if err := f(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
