package event

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// MaxDestinations is how many destinations a registry can have: each of its events is sent to all that want it.
const MaxDestinations = 20

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

// Kind says what is wrong with a call. Kinds are errors for errors.Is.
type Kind string

func (k Kind) Error() string { return string(k) }

// The kinds of errors.
const (
	ErrNotFound Kind = "there is no such event destination"
	ErrInvalid  Kind = "the event destination is not valid"
	ErrTooMany  Kind = "the registry has as many event destinations as it can have"
)

// Error is what is wrong with a call.
type Error struct {
	Kind Kind
	Name string // of the destination
	Err  error  // why it is not valid
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Name, e.Kind, e.Err)
	}
	return e.Name + ": " + e.Kind.Error()
}

// Unwrap returns the kind and the reason.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Config is what Webhooks need.
type Config struct {
	DB  *meta.DB
	Box *seal.Box // seals secrets at rest

	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// Log receives what goes wrong in a test; nil is slog.Default().
	Log *slog.Logger

	// Networks have the addresses that are not public and that events may be sent to nevertheless.
	Networks []netip.Prefix

	// AllowHTTP lets destinations be http URLs.
	AllowHTTP bool

	// CAs are the authorities that destinations' certificates may be from; nil means the system's.
	CAs *x509.CertPool
}

// Webhooks are the destinations of all registries. It is safe for concurrent use.
type Webhooks struct {
	db        *meta.DB
	box       *seal.Box
	now       func() time.Time
	log       *slog.Logger
	guard     guard
	allowHTTP bool
	client    *http.Client

	mu      sync.Mutex
	failing map[destinationKey]outage
}

type destinationKey struct{ account, region, name string }

// New returns the destinations in a database.
func New(c Config) *Webhooks {
	w := &Webhooks{
		db: c.DB, box: c.Box, now: c.Now, log: c.Log, guard: guard{c.Networks}, allowHTTP: c.AllowHTTP, failing: map[destinationKey]outage{},
	}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.Default()
	}
	w.client = newClient(w.guard, c.CAs)
	return w
}

// Settings are what a destination is set to. A destination that exists keeps its secret, unless there is one in Secret
// or NewSecret is set.
type Settings struct {
	Name             string
	URL              string
	DetailTypes      []string
	RepositoryPrefix string
	Secret           seal.Secret // "whsec_…"
	NewSecret        bool        // make one
}

// Put creates a destination, or replaces the settings of the one with the name. made is the secret if it was made here:
// it is not told again.
//
// Errors: ErrInvalid, ErrTooMany.
func (w *Webhooks) Put(ctx context.Context, account, region string, s Settings) (d *Destination, made seal.Secret, err error) {
	secret, err := w.validate(s)
	if err != nil {
		return nil, "", fmt.Errorf("put event destination: %w", &Error{Kind: ErrInvalid, Name: s.Name, Err: err})
	}
	if types := slices.Sorted(slices.Values(s.DetailTypes)); len(types) > 0 {
		s.DetailTypes = slices.Compact(types)
	}
	now := time.UnixMicro(w.now().UnixMicro()).UTC()
	err = w.db.Write(ctx, func(tx *meta.Tx) error {
		d, made = &Destination{
			Account: account, Region: region, Name: s.Name, URL: s.URL, DetailTypes: s.DetailTypes, RepositoryPrefix: s.RepositoryPrefix,
			CreatedAt: now, UpdatedAt: now,
		}, ""
		old, err := destination(tx, account, region, s.Name)
		switch {
		case err == nil:
			d.CreatedAt, d.sealed = old.CreatedAt, old.sealed
		case !errors.Is(err, ErrNotFound):
			return err
		default:
			if err := w.room(tx, account, region, s.Name); err != nil {
				return err
			}
		}
		switch {
		case secret != nil:
			d.sealed = w.box.Seal(d.purpose(), secret)
		case d.sealed == nil || s.NewSecret:
			fresh := newSecret()
			d.sealed, made = w.box.Seal(d.purpose(), fresh), encodeSecret(fresh)
		}
		return d.store(tx)
	})
	if err != nil {
		return nil, "", fmt.Errorf("put event destination: %w", err)
	}
	w.recovered(destinationKey{account, region, s.Name})
	return d, made, nil
}

// validate checks settings and returns the bytes of the secret, if there is one among them.
func (w *Webhooks) validate(s Settings) ([]byte, error) {
	if err := w.checkURL(s.URL); err != nil {
		return nil, err
	}
	for _, t := range s.DetailTypes {
		if !slices.Contains(DetailTypes(), t) {
			return nil, fmt.Errorf("there are no events of type %q; the types are %q", t, DetailTypes())
		}
	}
	if s.Secret == "" {
		return nil, nil
	}
	if s.NewSecret {
		return nil, errors.New("a secret cannot be given and made at the same time")
	}
	return decodeSecret(s.Secret)
}

// checkURL says what is wrong with the URL of a destination. Where a host name leads is seen when it is connected to.
func (w *Webhooks) checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return errors.New("the URL is not the absolute URL of a host")
	case u.Scheme == "http" && !w.allowHTTP:
		return errors.New("the URL is not an https URL, and this server sends events over https only")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the URL is not an https URL")
	case u.User != nil:
		return errors.New("the URL has a user or a password, which everybody would see who may list destinations")
	case u.Fragment != "":
		return errors.New("the URL has a fragment, which is not sent")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		return w.guard.check(ip)
	}
	return nil
}

// room fails with ErrTooMany when a registry has no room for another destination.
func (w *Webhooks) room(tx *meta.Tx, account, region, name string) error {
	var n int
	err := tx.QueryRow(`SELECT count(*) FROM event_destination WHERE account = $1 AND region = $2`, account, region).Scan(&n)
	if err == nil && n >= MaxDestinations {
		err = &Error{Kind: ErrTooMany, Name: name}
	}
	return err
}

// List returns the destinations of a registry in the order of their names: all, or those named.
// Errors: ErrNotFound for the first name that there is not.
func (w *Webhooks) List(ctx context.Context, account, region string, names ...string) (all []*Destination, err error) {
	err = w.db.Read(ctx, func(tx *meta.Tx) error {
		all, err = destinations(tx, account, region)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list event destinations: %w", err)
	}
	if len(names) == 0 {
		return all, nil
	}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(d *Destination) bool { return d.Name == n }) {
			return nil, fmt.Errorf("list event destinations: %w", &Error{Kind: ErrNotFound, Name: n})
		}
	}
	return slices.DeleteFunc(all, func(d *Destination) bool { return !slices.Contains(names, d.Name) }), nil
}

// Delete removes a destination, and with it the events that are not delivered yet.
// Errors: ErrNotFound.
func (w *Webhooks) Delete(ctx context.Context, account, region, name string) (d *Destination, err error) {
	err = w.db.Write(ctx, func(tx *meta.Tx) error {
		if d, err = destination(tx, account, region, name); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM event_destination WHERE account = $1 AND region = $2 AND name = $3`, account, region, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete event destination: %w", err)
	}
	w.recovered(destinationKey{account, region, name})
	return d, nil
}

const destinationColumns = `account, region, name, url, detail_types, repository_prefix, secret, created_at, updated_at`

func scanDestination(s meta.Scanner) (*Destination, error) {
	var d Destination
	var types string
	var created, updated int64
	if err := s.Scan(&d.Account, &d.Region, &d.Name, &d.URL, &types, &d.RepositoryPrefix, &d.sealed, &created, &updated); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(types), &d.DetailTypes); err != nil {
		return nil, fmt.Errorf("detail types of event destination %s: %w", d.Name, err)
	}
	d.CreatedAt, d.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return &d, nil
}

func destinations(tx *meta.Tx, account, region string) ([]*Destination, error) {
	return meta.All(tx, scanDestination, `SELECT `+destinationColumns+` FROM event_destination WHERE account = $1 AND region = $2 ORDER BY name`, account, region)
}

// destination reads a destination. Errors: ErrNotFound.
func destination(tx *meta.Tx, account, region, name string) (*Destination, error) {
	d, err := scanDestination(tx.QueryRow(`SELECT `+destinationColumns+` FROM event_destination
		WHERE account = $1 AND region = $2 AND name = $3`, account, region, name))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &Error{Kind: ErrNotFound, Name: name}
	}
	return d, err
}

func (d *Destination) store(tx *meta.Tx) error {
	types := d.DetailTypes
	if types == nil {
		types = []string{}
	}
	list, err := json.Marshal(types)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO event_destination (`+destinationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, region, name) DO UPDATE SET url = excluded.url, detail_types = excluded.detail_types,
			repository_prefix = excluded.repository_prefix, secret = excluded.secret, updated_at = excluded.updated_at`,
		d.Account, d.Region, d.Name, d.URL, string(list), d.RepositoryPrefix, d.sealed, d.CreatedAt.UnixMicro(), d.UpdatedAt.UnixMicro())
	return err
}

// purpose is what the secret is sealed for: another destination's does not open for this one.
func (d *Destination) purpose() string {
	return "event-destination/" + d.Account + "/" + d.Region + "/" + d.Name
}

// everyDestination reads the destinations of all registries. There are few.
func everyDestination(tx *meta.Tx) ([]*Destination, error) {
	return meta.All(tx, scanDestination, `SELECT `+destinationColumns+` FROM event_destination ORDER BY account, region, name`)
}

// SealedWith counts the secrets by the key they are sealed with.
func (w *Webhooks) SealedWith(ctx context.Context) (map[string]int, error) {
	var count map[string]int
	err := w.db.Read(ctx, func(tx *meta.Tx) error {
		all, err := everyDestination(tx)
		count = map[string]int{}
		for _, d := range all {
			count[seal.KeyOf(d.sealed)]++
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the secrets of event destinations: %w", err)
	}
	return count, nil
}

// Rewrap seals the secrets with the key that seals now and returns how many it has changed. A secret that cannot be
// opened stays as it is and is part of the error.
func (w *Webhooks) Rewrap(ctx context.Context) (changed int, err error) {
	var failed []error
	err = w.db.Write(ctx, func(tx *meta.Tx) error {
		changed, failed = 0, nil
		all, err := everyDestination(tx)
		if err != nil {
			return err
		}
		now := w.box.Keys()[0].ID
		for _, d := range all {
			if seal.KeyOf(d.sealed) == now {
				continue
			}
			plain, err := w.box.Open(d.purpose(), d.sealed)
			if err != nil {
				failed = append(failed, fmt.Errorf("open the secret of event destination %s of account %s in %s: %w", d.Name, d.Account, d.Region, err))
				continue
			}
			d.sealed = w.box.Seal(d.purpose(), plain)
			if err := d.store(tx); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("seal the secrets of event destinations anew: %w", err)
	}
	return changed, errors.Join(failed...)
}
