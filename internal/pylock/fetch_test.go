package pylock

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const wheelA = "a-1.0-py3-none-any.whl"

func TestFetch(t *testing.T) {
	x := newIndex(t)
	sum := x.add(t, wheelA)
	x.login = "user:secret"
	x.broken[wheelA] = 1 // once, then it works
	r := newResolver(t)
	d := Distribution{Filename: wheelA, URL: x.URL + "/files/" + wheelA, Login: url.UserPassword("user", "secret"), SHA256: sum, Size: int64(len(x.files[wheelA].data))}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			p, err := r.Fetch(t.Context(), d)
			if err != nil || filepath.Base(p) != wheelA || !strings.HasPrefix(p, r.Cache) {
				t.Errorf("%s, %v", p, err)
			}
		})
	}
	wg.Wait()
	asked := x.asked(wheelA)
	r.Offline = true
	if _, err := r.Fetch(t.Context(), d); err != nil || x.asked(wheelA) != asked {
		t.Errorf("what is in the cache is fetched again: %v", err)
	}
	if left := leftovers(t, r); len(left) != 1 {
		t.Errorf("in the cache: %s", left)
	}
	info, err := os.Stat(leftovers(t, r)[0])
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFetchErrors(t *testing.T) {
	x := newIndex(t)
	sum := x.add(t, wheelA)
	size := int64(len(x.files[wheelA].data))
	x.broken["b-1.0-py3-none-any.whl"] = 100
	good := Distribution{Filename: wheelA, URL: x.URL + "/files/" + wheelA, SHA256: sum, Size: size}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		change func(*Distribution, *Resolver)
		want   string
	}{
		"wrong hash": {func(d *Distribution, _ *Resolver) { d.SHA256 = sumA }, "it is not the file that was locked"},
		"no hash":    {func(d *Distribution, _ *Resolver) { d.SHA256 = "" }, "has no sha256"},
		"odd hash":   {func(d *Distribution, _ *Resolver) { d.SHA256 = "../../../../x" }, "has no sha256"},
		"too short":  {func(d *Distribution, _ *Resolver) { d.Size++ }, "does not have the"},
		"too long":   {func(d *Distribution, _ *Resolver) { d.Size-- }, "does not have the"},
		"bomb":       {func(d *Distribution, _ *Resolver) { d.Size = maxWheel + 1 }, "are more than"},
		"not there":  {func(d *Distribution, _ *Resolver) { d.URL += ".gone" }, "404 Not Found"},
		"server is ill": {func(d *Distribution, _ *Resolver) {
			d.Filename = "b-1.0-py3-none-any.whl"
			d.URL = x.URL + "/files/" + d.Filename
		}, "503 Service Unavailable"},
		"name upwards":  {func(d *Distribution, _ *Resolver) { d.Filename = "../" + wheelA }, "not the name of a file"},
		"name is dots":  {func(d *Distribution, _ *Resolver) { d.Filename = ".." }, "not the name of a file"},
		"other scheme":  {func(d *Distribution, _ *Resolver) { d.URL = "gopher://u:secret@h/" }, "neither"},
		"folder":        {func(d *Distribution, _ *Resolver) { d.URL, d.Path = "", t.TempDir() }, "is not a file"},
		"no local file": {func(d *Distribution, _ *Resolver) { d.URL, d.Path = "", "/nonexistent" }, "no such file"},
		"no cache":      {func(_ *Distribution, r *Resolver) { r.Cache = "" }, "no cache directory"},
		"offline":       {func(_ *Distribution, r *Resolver) { r.Offline = true }, "offline"},
		"broken netrc": {func(_ *Distribution, r *Resolver) {
			d := t.TempDir()
			r.Getenv = func(string) (string, bool) { return d, true }
		}, "netrc"},
		"password shown": {func(d *Distribution, _ *Resolver) { d.URL = "http://u:secret@127.0.0.1:1/x" }, "http://127.0.0.1:1/x"},
	} {
		r, d := newResolver(t), good
		cache := r.Cache
		c.change(&d, r)
		p, err := r.Fetch(t.Context(), d)
		if name == "other scheme" {
			c.want = "not an https or http URL"
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %s, %v", name, p, err)
		}
		if left := leftovers(t, &Resolver{Cache: cache}); len(left) > 0 {
			t.Errorf("%s: it leaves %s", name, left)
		}
	}
	if _, err := newResolver(t).Fetch(cancelled, good); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var wrong *HashError
	bad := good
	bad.SHA256 = sumA
	r := newResolver(t)
	if _, err := r.FetchAll(t.Context(), []Distribution{bad, bad, bad}); !errors.As(err, &wrong) || wrong.Got != sum || wrong.Want != sumA {
		t.Errorf("all: %v", err)
	}
	if left := leftovers(t, r); len(left) > 0 {
		t.Errorf("all: it leaves %s", left)
	}
}

// A login goes to the host it is for, not to where that redirects.
func TestFetchRedirect(t *testing.T) {
	store := newIndex(t)
	sum := store.add(t, wheelA)
	leaked := ""
	elsewhere := newIndex(t)
	elsewhere.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		leaked += req.Header.Get("Authorization")
		store.ServeHTTP(w, req)
	})
	x := newIndex(t)
	x.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, _, ok := req.BasicAuth(); !ok {
			t.Error("the host itself gets no login")
		}
		http.Redirect(w, req, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)+req.URL.Path, http.StatusFound)
	})
	d := Distribution{Filename: wheelA, URL: x.URL + "/files/" + wheelA, Login: url.UserPassword("user", "secret"), SHA256: sum}
	if _, err := newResolver(t).Fetch(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if leaked != "" {
		t.Errorf("the login went to another host: %q", leaked)
	}
}

func TestLockedHashes(t *testing.T) {
	x := newIndex(t)
	x.add(t, wheelA)
	lock := func(hashes string) string {
		return write(t, "pylock.toml", "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nversion = '1.0'\nwheels = [{url = '"+x.URL+"/files/"+wheelA+"', hashes = {"+hashes+"}}]\n")
	}
	sum512 := sum512Of(x.files[wheelA].data)
	for hashes, want := range map[string]string{
		"sha512 = '" + sum512 + "'":                "",
		"sha512 = '" + sumA + sumA + "'":           "not the file that was locked",
		"md5 = '0123456789abcdef0123456789abcdef'": "none of the hashes that can be trusted",
		"": "none of the hashes that can be trusted",
		"sha256 = '" + sumOf(x.files[wheelA].data) + "'":      "",
		"sha512 = '" + sum512 + "', blake2b = '" + sumA + "'": "",
	} {
		r := newResolver(t)
		l, err := r.Resolve(t.Context(), Input{Requirements: "pylock.toml", Dir: lock(hashes)}, bookworm)
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", hashes, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", hashes, err)
			continue
		}
		if got := l.Packages[0].Wheels[0].Hashes["sha256"]; got != sumOf(x.files[wheelA].data) {
			t.Errorf("%s: sha256 is %q", hashes, got)
		}
	}
	dir := lock("sha256 = '" + sumA + "'")
	if _, err := newResolver(t).Resolve(t.Context(), Input{Requirements: "pylock.toml", Packages: []string{"b"}, Dir: dir}, bookworm); err == nil || !strings.Contains(err.Error(), "packages cannot be added") {
		t.Errorf("packages beside a lock: %v", err)
	}
}
