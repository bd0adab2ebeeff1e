package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
)

// PublicRegistry is an account's public registry. Every account has one.
type PublicRegistry struct {
	Account     string
	Alias       string // what the names of its images begin with; never changes
	DisplayName string // what it is called in a catalog, or ""
}

// PublicRegistry returns an account's public registry. The first call for an
// account gives it its alias. Whether there is such an account is up to the
// caller.
func (r *Registry) PublicRegistry(ctx context.Context, account string) (p *PublicRegistry, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		p, err = publicRegistry(tx, account)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = r.db.Write(ctx, func(tx *meta.Tx) error {
			p, err = makePublicRegistry(tx, account)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("get public registry: %w", err)
	}
	return p, nil
}

// publicRegistry reads a public registry; sql.ErrNoRows if it has no alias yet.
func publicRegistry(tx *meta.Tx, account string) (*PublicRegistry, error) {
	p := PublicRegistry{Account: account}
	err := tx.QueryRow(`SELECT alias, display_name FROM public_registry WHERE account = $1`, account).Scan(&p.Alias, &p.DisplayName)
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// makePublicRegistry reads a public registry, which it gives an alias that no
// other has if it has none.
func makePublicRegistry(tx *meta.Tx, account string) (*PublicRegistry, error) {
	for {
		// Nothing is inserted if the account has an alias, or another the same.
		_, err := tx.Exec(`INSERT INTO public_registry (account, alias, display_name) VALUES ($1, $2, '') ON CONFLICT DO NOTHING`, account, newAlias())
		if err != nil {
			return nil, err
		}
		if p, err := publicRegistry(tx, account); !errors.Is(err, sql.ErrNoRows) {
			return p, err
		}
	}
}

// newAlias returns a random alias of the form that AWS gives out: four times a
// letter and a digit. There are 4.5 billion of them, and they are no secret.
func newAlias() string {
	const letters, figures = "abcdefghijklmnopqrstuvwxyz", "0123456789"
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	for i, n := range b {
		alphabet := letters
		if i%2 == 1 {
			alphabet = figures
		}
		b[i] = alphabet[int(n)%len(alphabet)]
	}
	return string(b[:])
}

// PublicAccount returns the account whose public registry has an alias, or ""
// when none has it.
func (r *Registry) PublicAccount(ctx context.Context, alias string) (account string, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT account FROM public_registry WHERE alias = $1`, alias).Scan(&account)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find public registry: %w", err)
	}
	return account, nil
}

// SetDisplayName says what an account's public registry is to be called in a
// catalog.
func (r *Registry) SetDisplayName(ctx context.Context, account, name string) error {
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if _, err := makePublicRegistry(tx, account); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE public_registry SET display_name = $1 WHERE account = $2`, name, account)
		return err
	})
	if err != nil {
		return fmt.Errorf("set display name: %w", err)
	}
	return nil
}

// CatalogData is what the owner of a repository says about it to the public.
type CatalogData struct {
	Description      string   `json:"description,omitzero"`
	Architectures    []string `json:"architectures,omitzero"`
	OperatingSystems []string `json:"operatingSystems,omitzero"`
	AboutText        string   `json:"aboutText,omitzero"` // Markdown
	UsageText        string   `json:"usageText,omitzero"` // Markdown

	// Logo is a PNG or JPEG image, or empty. Of data that were read it is
	// empty, and LogoType says whether there is one; see Logo.
	Logo     []byte `json:"-"`
	LogoType string `json:"-"` // its media type, which follows from Logo
}

// Limits of logos, in bytes and in pixels of each side.
const (
	MaxLogo     = 512_000
	maxLogoSide = 4096
)

// validate reports what is wrong with catalog data, and finds the logo's type.
func (c *CatalogData) validate() error {
	c.LogoType = ""
	switch {
	case len(c.Logo) == 0:
		return nil
	case len(c.Logo) > MaxLogo:
		return fmt.Errorf("the logo has more than %d bytes", MaxLogo)
	}
	for _, format := range []struct {
		mediaType string
		decode    func(*bytes.Reader) (image.Config, error)
	}{
		{"image/png", func(b *bytes.Reader) (image.Config, error) { return png.DecodeConfig(b) }},
		{"image/jpeg", func(b *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(b) }},
	} {
		size, err := format.decode(bytes.NewReader(c.Logo))
		if err != nil {
			continue
		}
		if max(size.Width, size.Height) > maxLogoSide {
			return fmt.Errorf("the logo has more than %d pixels in a row", maxLogoSide)
		}
		c.LogoType = format.mediaType
		return nil
	}
	return errors.New("the logo is neither a PNG nor a JPEG image")
}

// putCatalogData replaces the catalog data of a repository.
func putCatalogData(tx *meta.Tx, repo Repo, c *CatalogData) error {
	document, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO repository_catalog (account, region, repository, document, logo_type, logo) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, region, repository) DO UPDATE SET document = excluded.document, logo_type = excluded.logo_type, logo = excluded.logo`,
		repo.Account, repo.Region, repo.Name, string(document), c.LogoType, c.Logo)
	return err
}

// CreatePublicRepository creates a repository, whose Region is Public, with
// resource tags and, unless it is nil, catalog data.
// Errors: those of CreateRepository, ErrInvalidCatalogData.
func (r *Registry) CreatePublicRepository(ctx context.Context, repo Repo, tags map[string]string, c *CatalogData) (*Repository, error) {
	s := Settings{Tags: tags}
	if err := s.complete(repo); err != nil {
		return nil, err
	}
	if c != nil {
		if err := c.validate(); err != nil {
			return nil, &Error{Kind: ErrInvalidCatalogData, Repo: repo, Err: err}
		}
	}
	created := fromMicros(micros(r.now()))
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := insertRepository(tx, repo, s, micros(created)); err != nil {
			return err
		}
		if c != nil {
			if err := putCatalogData(tx, repo, c); err != nil {
				return err
			}
		}
		return r.checkRepositories(tx, repo)
	})
	if err != nil {
		return nil, fmt.Errorf("create public repository: %w", err)
	}
	return &Repository{Repo: repo, CreatedAt: created, TagMutability: s.TagMutability, Encryption: s.Encryption}, nil
}

// SetCatalogData replaces the catalog data of a repository, its logo included.
// Errors: ErrRepositoryNotFound, ErrInvalidCatalogData.
func (r *Registry) SetCatalogData(ctx context.Context, repo Repo, c CatalogData) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("set catalog data: %w", &Error{Kind: ErrInvalidCatalogData, Repo: repo, Err: err})
	}
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		return putCatalogData(tx, repo, &c)
	})
	if err != nil {
		return fmt.Errorf("set catalog data: %w", err)
	}
	return nil
}

// CatalogData returns the catalog data of a repository without the logo, and
// empty data when none were set. Errors: ErrRepositoryNotFound.
func (r *Registry) CatalogData(ctx context.Context, repo Repo) (*CatalogData, error) {
	var c CatalogData
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		var document string
		err := tx.QueryRow(`SELECT document, logo_type FROM repository_catalog WHERE account = $1 AND region = $2 AND repository = $3`,
			repo.Account, repo.Region, repo.Name).Scan(&document, &c.LogoType)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return requireRepository(tx, repo)
		case err != nil:
			return err
		}
		return json.Unmarshal([]byte(document), &c)
	})
	if err != nil {
		return nil, fmt.Errorf("get catalog data: %w", err)
	}
	return &c, nil
}

// Logo returns the logo of a repository and its media type; both are empty
// when it has none. Errors: ErrRepositoryNotFound.
func (r *Registry) Logo(ctx context.Context, repo Repo) (logo []byte, mediaType string, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		err := tx.QueryRow(`SELECT logo, logo_type FROM repository_catalog WHERE account = $1 AND region = $2 AND repository = $3`,
			repo.Account, repo.Region, repo.Name).Scan(&logo, &mediaType)
		if errors.Is(err, sql.ErrNoRows) {
			return requireRepository(tx, repo)
		}
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("get logo: %w", err)
	}
	return logo, mediaType, nil
}

// TaggedImage is a tag and the image that it points at.
type TaggedImage struct {
	Tag      string
	TaggedAt time.Time // when the tag came to point at it
	Image    *Image    // without its manifest and its tags
}

// TaggedImages lists the tags of a repository with their images, in the byte
// order of the tags, and the token of the next page.
// Errors: ErrRepositoryNotFound, ErrInvalidToken.
func (r *Registry) TaggedImages(ctx context.Context, repo Repo, p Page) (tagged []TaggedImage, next string, err error) {
	const kind = "tagged"
	after, err := p.key(kind, 1)
	if err != nil {
		return nil, "", err
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		if err := requireRepository(tx, repo); err != nil {
			return err
		}
		tagged, err = meta.All(tx, func(s meta.Scanner) (t TaggedImage, err error) {
			var at int64
			t.Image, err = scanImage(repo, &t.Tag, &at)(s)
			t.TaggedAt = fromMicros(at)
			return t, err
		}, `SELECT `+imageColumns+`, t.tag, t.tagged_at FROM image_tag t, `+imageTables+`
			WHERE i.account = t.account AND i.region = t.region AND i.repository = t.repository AND i.digest = t.digest
				AND t.account = $1 AND t.region = $2 AND t.repository = $3 AND t.tag > $4 ORDER BY t.tag LIMIT $5`,
			repo.Account, repo.Region, repo.Name, after[0], p.limit())
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list tagged images: %w", err)
	}
	tagged, more := cut(p, tagged)
	if more {
		next = token(kind, tagged[len(tagged)-1].Tag)
	}
	return tagged, next, nil
}
