package event

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Destination is a webhook that is sent events of a registry.
type Destination struct {
	Account, Region  string
	Name             string
	URL              string
	DetailTypes      []string // those it is sent; none: all
	RepositoryPrefix string   // of the repositories whose events it is sent; "": all
	CreatedAt        time.Time
	UpdatedAt        time.Time

	sealed []byte // the secret
}

const destinationColumns = `name, url, detail_types, repository_prefix, secret, created_at, updated_at`

func scanDestination(account, region string) func(meta.Scanner) (*Destination, error) {
	return func(s meta.Scanner) (*Destination, error) {
		d := Destination{Account: account, Region: region}
		var types string
		var created, updated int64
		if err := s.Scan(&d.Name, &d.URL, &types, &d.RepositoryPrefix, &d.sealed, &created, &updated); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(types), &d.DetailTypes); err != nil {
			return nil, fmt.Errorf("detail types of event destination %s: %w", d.Name, err)
		}
		d.CreatedAt, d.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
		return &d, nil
	}
}
