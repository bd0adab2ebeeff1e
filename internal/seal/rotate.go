package seal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Key describes a master key, without the key.
type Key struct {
	ID string // 8 hex digits
	// Since is when the key began to seal, or was staged; zero if the key file does not say.
	Since time.Time
}

// Keys returns the keys of a box's file as it is now. The first one seals; one that has been there for less time than the
// first is staged to seal next; the others open what was sealed before.
func (b *Box) Keys() []Key {
	var all []Key
	for _, k := range b.current().keys {
		all = append(all, Key{hex.EncodeToString(k.id[:]), k.since})
	}
	return all
}

// Stage adds a key to the file at path that opens and does not seal yet, so that it can be brought to every node first. It
// returns the key's id.
func Stage(path string, now time.Time) (id string, err error) {
	err = editKeyFile(path, func(keys []string) ([]string, error) {
		line := newLine(now)
		id = idOf(line)
		return append(keys, line), nil
	})
	return id, err
}

// Rotate makes another key of the file at path the one that seals, from now on: the one staged last, or a new one. It
// returns the key's id. Values that are sealed already can still be opened.
func Rotate(path string, now time.Time) (id string, err error) {
	err = editKeyFile(path, func(keys []string) ([]string, error) {
		next, at := newLine(now), -1
		latest := sinceOf(keys[0])
		for i, line := range keys[1:] {
			if since := sinceOf(line); since.After(latest) {
				latest, at = since, i+1
			}
		}
		if at >= 0 {
			next = strings.Join(append(strings.Fields(keys[at])[:3], now.UTC().Format(timeForm)), " ")
			keys = slices.Delete(keys, at, at+1)
		}
		id = idOf(next)
		return append([]string{next}, keys...), nil
	})
	return id, err
}

// Remove removes keys from the file at path, by id. What they sealed cannot be opened any more. The key that seals cannot be
// removed.
func Remove(path string, ids ...string) error {
	return editKeyFile(path, func(keys []string) ([]string, error) {
		if slices.Contains(ids, idOf(keys[0])) {
			return nil, fmt.Errorf("key %s seals and cannot be removed", idOf(keys[0]))
		}
		return slices.DeleteFunc(keys, func(line string) bool { return slices.Contains(ids, idOf(line)) }), nil
	})
}

func idOf(line string) string { return strings.Fields(line)[1] }

func sinceOf(line string) time.Time {
	k, _, err := parseLine(line)
	if err != nil {
		return time.Time{} // it was read before
	}
	return k.since
}

// editKeyFile changes the lines of the keys in a key file, at once or not at all. Comments stay, above the keys. The file
// that takes its place is made under a name that only one process can make, which keeps two from changing it at once.
func editKeyFile(path string, change func(keys []string) ([]string, error)) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("change key file %s: %w", path, err)
		}
	}()
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return withoutPath(err)
	}
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("somebody else is changing it, or broke off: if nobody is, remove %s", temp)
	}
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		err = errors.Join(err, f.Close())
		if !renamed {
			err = errors.Join(err, os.Remove(temp))
		}
	}()
	info, err := os.Stat(path)
	if err != nil {
		return withoutPath(err)
	}
	if _, err := readKeyFile(path); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return withoutPath(err)
	}
	var comments, keys []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if _, ok, _ := parseLine(line); ok {
			keys = append(keys, line)
		} else {
			comments = append(comments, line)
		}
	}
	if keys, err = change(keys); err != nil {
		return err
	}
	if _, err := f.WriteString(strings.Join(append(comments, keys...), "\n") + "\n"); err != nil {
		return err
	}
	// The server may run as another user than who changes its keys.
	if err := keepOwner(f, info); err != nil {
		return fmt.Errorf("keep its owner: %w", err)
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	renamed = true
	return syncDir(filepath.Dir(path))
}
