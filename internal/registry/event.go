package registry

import (
	"time"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/meta"
)

// event is what events say of an image.
func (i *Image) event(tag string) event.Image {
	return event.Image{
		Account: i.Repo.Account, Region: i.Repo.Region, Repository: i.Repo.Name, Digest: i.Digest.String(), Tag: tag,
		ManifestMediaType: i.MediaType, ArtifactMediaType: i.ArtifactType, Referrer: i.Subject != "",
	}
}

// emitAction tells of a push or a deletion as ECR does: one event for each tag, or one without a tag for an image that
// has none.
func emitAction(tx *meta.Tx, a event.Action, img *Image, tags []string, at time.Time) error {
	if len(tags) == 0 {
		tags = []string{""}
	}
	for _, t := range tags {
		if err := event.Emit(tx, event.ImageAction(a, img.event(t), at)); err != nil {
			return err
		}
	}
	return nil
}
