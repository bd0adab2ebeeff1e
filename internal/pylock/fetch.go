package pylock

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// maxWheel is the size of a wheel that is still fetched; the largest known
// ones have about one gigabyte.
const maxWheel = 8 << 30

// parallel is how many things are fetched at once.
const parallel = 8

var sha256Text = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Fetch returns the path of a wheel in the cache, which it gets and verifies
// before where it is not there yet. The file keeps its name and must not be
// changed. After an error there is nothing of it in the cache.
func (r *Resolver) Fetch(ctx context.Context, d Distribution) (string, error) {
	if !sha256Text.MatchString(d.SHA256) {
		return "", fmt.Errorf("fetch %s: its lock has no sha256", d.Filename)
	}
	f := download{
		name: d.Filename, url: d.URL, login: d.Login, path: d.Path, size: d.Size,
		hashes: map[string]string{"sha256": d.SHA256},
	}
	name, _, err := r.fetch(ctx, f)
	return name, err
}

// Discard takes a wheel out of the cache: one that is what its lock says, and
// that turned out to be no good.
func (r *Resolver) Discard(d Distribution) error {
	if !sha256Text.MatchString(d.SHA256) || filepath.Base(d.Filename) != d.Filename {
		return nil // Fetch does not keep it
	}
	return discard(r.place(d.SHA256, d.Filename))
}

// discard removes a file of the cache, and the directory that is its own.
func discard(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	os.Remove(filepath.Dir(name)) // stays if the hash is known under another name
	return nil
}

// FetchAll fetches several wheels at once, and returns their paths in order.
func (r *Resolver) FetchAll(ctx context.Context, ds []Distribution) ([]string, error) {
	paths := make([]string, len(ds))
	err := each(ctx, len(ds), func(ctx context.Context, i int) (err error) {
		paths[i], err = r.Fetch(ctx, ds[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return paths, nil
}

// each calls do for 0 to n-1, some at once, and returns the first error, which
// cancels the others.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i := range n {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// download is a file to get, with what is known of it before.
type download struct {
	name   string
	url    string
	login  *url.Userinfo
	path   string            // a local file, instead of url
	size   int64             // 0: not known
	hashes map[string]string // those that are known; at least one is compared
}

// digests are the algorithms that say for sure whether a file is the one.
var digests = map[string]func() hash.Hash{"sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

// fetch gets a file into the cache and returns its path and sha256.
func (r *Resolver) fetch(ctx context.Context, d download) (name, sum string, err error) {
	if r.Cache == "" {
		return "", "", errors.New("fetch wheel: no cache directory is set")
	}
	if filepath.Base(d.name) != d.name || d.name == "." || d.name == ".." {
		return "", "", fmt.Errorf("fetch %q: it is not the name of a file", d.name)
	}
	if sum = d.hashes["sha256"]; sum != "" {
		if name := r.cached(sum, d.name); name != "" {
			return name, sum, nil
		}
	}
	if d.size > maxWheel {
		return "", "", fmt.Errorf("fetch %s: its %d bytes are more than %d", d.name, d.size, int64(maxWheel))
	}
	body, err := r.open(ctx, d)
	if err != nil {
		return "", "", fmt.Errorf("fetch %s: %w", d.name, err)
	}
	defer body.Close()
	if name, sum, err = r.store(body, d); err != nil {
		return "", "", fmt.Errorf("fetch %s: %w", d.name, err)
	}
	return name, sum, nil
}

// place is where a wheel of this hash is kept. Its name is part of it because
// installers read it.
func (r *Resolver) place(sum, name string) string {
	return filepath.Join(r.Cache, "wheels", sum[:2], sum, name)
}

// cached is the path of a wheel that is there, else "". It was verified when
// it was put there.
func (r *Resolver) cached(sum, name string) string {
	at := r.place(sum, name)
	if info, err := os.Lstat(at); err == nil && info.Mode().IsRegular() {
		return at
	}
	return ""
}

func (r *Resolver) open(ctx context.Context, d download) (io.ReadCloser, error) {
	if d.path != "" {
		if err := confine(r.Root, d.path); err != nil {
			return nil, err
		}
		info, err := os.Stat(d.path)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is not a file", d.path)
		}
		return os.Open(d.path)
	}
	resp, err := r.get(ctx, d.url, d.login, http.Header{"Accept-Encoding": {"identity"}})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// store writes what it reads to the cache, if it is what is expected.
func (r *Resolver) store(body io.Reader, d download) (name, sum string, err error) {
	partial := filepath.Join(r.Cache, "wheels", "partial")
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return "", "", err
	}
	f, err := os.CreateTemp(partial, "*")
	if err != nil {
		return "", "", err
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(f.Name())
		}
	}()

	sums := map[string]hash.Hash{"sha256": sha256.New()}
	writers := []io.Writer{f, sums["sha256"]}
	for algorithm := range d.hashes {
		if digest := digests[algorithm]; digest != nil && sums[algorithm] == nil {
			sums[algorithm] = digest()
			writers = append(writers, sums[algorithm])
		}
	}
	limit := int64(maxWheel)
	if d.size > 0 {
		limit = d.size
	}
	n, err := io.Copy(io.MultiWriter(writers...), io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return "", "", redacted{err}
	case n > limit && d.size > 0, n < d.size:
		return "", "", fmt.Errorf("it does not have the %d bytes that its lock or index says", d.size)
	case n > limit:
		return "", "", fmt.Errorf("it has more than %d bytes", limit)
	}
	for algorithm, want := range d.hashes {
		if s := sums[algorithm]; s != nil {
			if got := hex.EncodeToString(s.Sum(nil)); got != want {
				return "", "", &HashError{Filename: d.name, Algorithm: algorithm, Want: want, Got: got}
			}
		}
	}
	sum = hex.EncodeToString(sums["sha256"].Sum(nil))
	name = r.place(sum, d.name)
	if err := f.Chmod(0o644); err != nil {
		return "", "", err
	}
	if err := f.Sync(); err != nil { // a crash must not leave an empty file under a hash
		return "", "", err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", "", err
	}
	return name, sum, os.Rename(f.Name(), name)
}

// HashError reports a file that is not the one that was locked: the index was
// changed, or somebody is between.
type HashError struct {
	Filename  string
	Algorithm string // "sha256"
	Want, Got string // hexadecimal
}

func (e *HashError) Error() string {
	return fmt.Sprintf("%s of %s is %s, not the locked %s: it is not the file that was locked", e.Algorithm, e.Filename, e.Got, e.Want)
}

// complete adds the sha256 of the files that the target needs where the lock
// has none, as of indexes that publish no hashes or others. With known set, a
// file must have some hash to be compared with.
func (r *Resolver) complete(ctx context.Context, l *Lock, chosen []choice, known bool) error {
	var open []choice
	for _, c := range chosen {
		if c.file.Hashes["sha256"] != "" {
			continue
		}
		comparable := false
		for algorithm := range c.file.Hashes {
			comparable = comparable || digests[algorithm] != nil
		}
		if known && !comparable {
			return fmt.Errorf("%s: the lock has none of the hashes that can be trusted, sha256 or sha512", c.file.Filename())
		}
		open = append(open, c)
	}
	return each(ctx, len(open), func(ctx context.Context, i int) error {
		file := open[i].file
		dist := l.distribution(open[i])
		_, sum, err := r.fetch(ctx, download{name: dist.Filename, url: dist.URL, login: dist.Login, path: dist.Path, size: dist.Size, hashes: file.Hashes})
		if err != nil {
			return err
		}
		if file.Hashes == nil {
			file.Hashes = map[string]string{}
		}
		file.Hashes["sha256"] = sum
		return nil
	})
}
