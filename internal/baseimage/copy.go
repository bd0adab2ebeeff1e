package baseimage

import (
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/layer"
	"github.com/pratique-dev/pratique/internal/wheel"
)

// taskUser is the user that flytekit's images run as.
const taskUser = "flytekit"

// TaskUser is whom the files under /root belong to: the user flytekit where
// the image has it, and root otherwise. The Dockerfile that flytekit writes
// does the same with "COPY --chown=flytekit", having made the user.
func (b *Base) TaskUser() User {
	if user, ok := b.Users.ByName(taskUser); ok {
		return user
	}
	return User{Name: "root", Home: "/root"}
}

// Copies returns the entries of a layer that puts the files of a specification
// into the image, with the directories that lead there: those of the base keep
// owner and mode, and all that is new belongs to the [Base.TaskUser]. Symbolic
// links of the base are followed, as "COPY" does, but for those in the place
// of a file, which it takes.
func (b *Base) Copies(files []imagespec.File) []layer.Entry {
	user := b.TaskUser()
	entries := map[string]layer.Entry{}
	for _, f := range files {
		target := path.Clean(f.Target)
		if f.Mode.IsDir() {
			b.addDirs(b.Resolve(target), user, entries)
			continue
		}
		dir := b.Resolve(path.Dir(target))
		b.addDirs(dir, user, entries)
		name := strings.TrimPrefix(path.Join(dir, path.Base(target)), "/")
		entries[name] = layer.Entry{
			Name: name, Type: layer.File, Mode: f.Mode.Perm(), UID: user.UID, GID: user.GID, Size: f.Size,
			Open: func() (io.ReadCloser, error) { return os.Open(f.Source) },
		}
	}
	names := slices.Sorted(maps.Keys(entries))
	sorted := make([]layer.Entry, len(names))
	for i, name := range names {
		sorted[i] = entries[name]
	}
	return sorted
}

// addDirs adds dir and the directories that lead to it.
func (b *Base) addDirs(dir string, user User, entries map[string]layer.Entry) {
	known := b.Dirs(dir)
	for ; dir != "/"; dir = path.Dir(dir) {
		name := strings.TrimPrefix(dir, "/")
		if _, done := entries[name]; done {
			return
		}
		d, ok := known[dir]
		if !ok {
			d = wheel.Dir{Mode: 0o755, UID: user.UID, GID: user.GID}
		}
		entries[name] = layer.Entry{Name: name, Type: layer.Dir, Mode: d.Mode, UID: d.UID, GID: d.GID}
	}
}
