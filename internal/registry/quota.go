package registry

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Quotas are how much there may be of what grows. Zero is the default, which
// is that of Amazon ECR.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
type Quotas struct {
	RepositoriesPerRegistry int // default 100,000
	ImagesPerRepository     int // images, indexes and artifacts, those in the archive too; default 100,000
	TagsPerImage            int // default 1,000
	PartsPerLayer           int // of uploads by UploadLayerPart; default 4,200
	PullTimeExclusions      int // of one registry; default 100

	// Those of public registries that are others.
	// https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
	PublicRepositoriesPerRegistry int // default 10,000
	PublicPartsPerLayer           int // default 1,000
}

// quota is one of Quotas.
type quota struct {
	name      string
	value     *int
	otherwise int
}

// all lists the quotas in the order of their names.
func (q *Quotas) all() []quota {
	return []quota{
		{"images-per-repository", &q.ImagesPerRepository, 100_000},
		{"parts-per-layer", &q.PartsPerLayer, 4200},
		{"public-parts-per-layer", &q.PublicPartsPerLayer, 1000},
		{"public-repositories-per-registry", &q.PublicRepositoriesPerRegistry, 10_000},
		{"pull-time-exclusions", &q.PullTimeExclusions, 100},
		{"repositories-per-registry", &q.RepositoriesPerRegistry, 100_000},
		{"tags-per-image", &q.TagsPerImage, 1000},
	}
}

// withDefaults fills in the defaults.
func (q Quotas) withDefaults() Quotas {
	for _, one := range q.all() {
		if *one.value <= 0 {
			*one.value = one.otherwise
		}
	}
	return q
}

// Set sets the quota that an operator wrote as name=number, such as
// images-per-repository=20000.
func (q *Quotas) Set(text string) error {
	name, number, _ := strings.Cut(text, "=")
	var names []string
	for _, one := range q.all() {
		if one.name == name {
			n, err := strconv.Atoi(number)
			if err != nil || n < 1 {
				return fmt.Errorf("quota %s: %q is not a positive number", name, number)
			}
			*one.value = n
			return nil
		}
		names = append(names, one.name)
	}
	return fmt.Errorf("there is no quota %q; there are %s", name, strings.Join(names, ", "))
}

// rooms remembers that a quota leaves room, so that what is counted by quotas
// of a hundred thousand is not counted for each push. It lends a part of the
// room that a count found, and counts again when that is used up or old. One
// node never exceeds a quota; what others add meanwhile it sees a minute later
// at most.
type rooms struct {
	now func() time.Time

	mu   sync.Mutex
	left map[roomKey]room
}

// roomKey says what there may be so many of: the tags of an image, without a
// digest the images of a repository, and without its name the repositories of
// a registry.
type roomKey struct {
	repo  Repo
	image digest.Digest
}

type room struct {
	n     int       // how many more may come uncounted
	until time.Time // when that is no longer sure
}

// checkRepositories fails when the registry has more repositories than it may,
// one that this transaction made included.
func (r *Registry) checkRepositories(tx *meta.Tx, repo Repo) error {
	quota := r.quotas.RepositoriesPerRegistry
	if repo.Region == Public {
		quota = r.quotas.PublicRepositoriesPerRegistry
	}
	free, err := r.rooms.take(tx, roomKey{repo: Repo{Account: repo.Account, Region: repo.Region}}, 1, quota+1,
		`SELECT count(*) FROM repository WHERE account = $1 AND region = $2`, repo.Account, repo.Region)
	if err == nil && free < 1 {
		err = &Error{Kind: ErrTooManyRepositories, Repo: repo, Limit: int64(quota)}
	}
	return err
}

const (
	roomLifetime = time.Minute
	roomShare    = 10 // of the room that is left, a tenth is lent at once
	maxRooms     = 10_000
)

// take asks for want more of what the query counts, and returns how many there
// may be, which is want or more if they may. A transaction that is tried again
// takes again, which does no harm.
func (r *rooms) take(tx *meta.Tx, key roomKey, want, quota int, query string, args ...any) (free int, err error) {
	r.mu.Lock()
	have := r.left[key]
	if ok := have.n >= want && r.now().Before(have.until); ok {
		r.left[key] = room{have.n - want, have.until}
		r.mu.Unlock()
		return want, nil
	}
	r.mu.Unlock()
	var n int
	if err := tx.QueryRow(query, args...).Scan(&n); err != nil {
		return 0, err
	}
	if free = quota - n; free < want {
		return free, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.left) >= maxRooms {
		clear(r.left)
	}
	r.left[key] = room{n: (free - want) / roomShare, until: r.now().Add(roomLifetime)}
	return free, nil
}
