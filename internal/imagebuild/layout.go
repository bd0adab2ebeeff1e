package imagebuild

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
)

// refName is OCI's annotation of a layout's entry with its tag.
const refName = "org.opencontainers.image.ref.name"

// writeLayout writes the image to an OCI image layout, a new one or one that is
// there, where it replaces the image of the same name. The index of the layout
// is written last, so that an image that is not complete is not in it.
func (w *build) writeLayout(s *set, documents []documentSet) error {
	dir := w.options.Layout
	path, err := openLayout(dir)
	if err != nil {
		return fmt.Errorf("image layout %s: %w", dir, err)
	}
	annotate := layout.WithAnnotations(map[string]string{refName: w.result.Tag, "io.containerd.image.name": w.result.Image})
	if s.index != nil {
		err = path.ReplaceIndex(s.index, match.Name(w.result.Tag), annotate)
	} else {
		made := w.targets[0].made
		err = path.ReplaceImage(made, match.Name(w.result.Tag), annotate, layout.WithPlatform(*made.platform))
	}
	if err != nil {
		return fmt.Errorf("write image layout %s: %w", dir, err)
	}
	for _, d := range documents {
		for _, a := range d.all {
			art, err := a.artifact(d.subject)
			if err != nil {
				return fmt.Errorf("make %s: %w", a.Title, err)
			}
			if err := path.ReplaceImage(art, match.Digests(art.digest())); err != nil {
				return fmt.Errorf("write image layout %s: %s: %w", dir, a.Title, err)
			}
			w.result.Referrers = append(w.result.Referrers, Referrer{Type: string(a.Type), Subject: d.subject.Digest.String(), Digest: art.digest().String()})
		}
	}
	w.tell(Event{Step: StepPush, ID: s.digest.String(), Name: dir, Outcome: Written})
	return nil
}

// openLayout opens a layout, or makes one in a directory that is empty or new.
func openLayout(dir string) (layout.Path, error) {
	path, err := layout.FromPath(dir)
	if err == nil {
		return path, nil
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return "", errors.New("the directory holds something else")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(filepath.Clean(dir), 0o755); err != nil {
		return "", err
	}
	return layout.Write(dir, empty.Index)
}
