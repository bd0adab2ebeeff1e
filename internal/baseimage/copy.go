package baseimage

import (
	"errors"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/layer"
)

// Copies returns the entries of a layer that puts the files of a spec into the
// image, with the directories that lead there: those of the base keep their
// owner and mode, and all that is new belongs to the user that tasks run as,
// see [Base.TaskUser].
func (b *Base) Copies(files []imagespec.File) ([]layer.Entry, error) {
	return nil, errors.New("not yet")
}

// TaskUser is whom the files under /root belong to: the user flytekit, or
// flyte, where the image has it, and root otherwise. The Dockerfile that
// flytekit writes does the same with "COPY --chown=flytekit".
func (b *Base) TaskUser() User { return User{Name: "root", Home: "/root"} }
