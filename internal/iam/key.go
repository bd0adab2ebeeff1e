package iam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// Key is a long-term access key.
type Key struct {
	ID        string // AKIA...
	Account   string
	Principal Ref
	Secret    seal.Secret // only from AccessKey and CreateAccessKey
	Active    bool
	Created   time.Time

	LastUsed        time.Time // zero when never
	LastUsedService string    // "ecr"
	LastUsedRegion  string
}

// purposeKey is the seal's purpose for the secret of a key: a secret does not open under another key's id.
func purposeKey(id string) string { return "iam access key " + id }

const keyColumns = `id, account, owner_id, active, created_at, last_used_at, last_used_service, last_used_region`

func scanKey(s meta.Scanner) (*Key, error) {
	var k Key
	var created, used int64
	err := s.Scan(&k.ID, &k.Account, &k.Principal.ID, &k.Active, &created, &used, &k.LastUsedService, &k.LastUsedRegion)
	if err != nil {
		return nil, err
	}
	k.Principal.Account = k.Account
	k.Principal.Kind = policy.User
	if k.Principal.ID == k.Account {
		k.Principal.Kind = policy.Root
	}
	k.Created = fromMicros(created)
	if used != 0 {
		k.LastUsed = fromMicros(used)
	}
	return &k, nil
}

// CreateAccessKey makes an access key for a user, or for the root user when userName is empty. This is the only call that
// returns the secret to be handed out. Errors: ErrNoSuchEntity, ErrQuota.
func (m *IAM) CreateAccessKey(ctx context.Context, account, userName string) (*Key, error) {
	k := &Key{
		ID: newAccessKeyID(prefixAccessKey, account), Account: account, Secret: seal.Secret(newSecret()), Active: true,
		Created: m.timestamp(),
	}
	sealed := m.box.Seal(purposeKey(k.ID), []byte(k.Secret.Reveal()))
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		owner, err := keyOwner(tx, account, userName)
		if err != nil {
			return err
		}
		k.Principal = owner
		var count int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM iam_access_key WHERE owner_id = $1`, owner.ID).Scan(&count); err != nil {
			return err
		}
		if count >= maxKeysPerUser {
			return &Error{Kind: ErrQuota, Name: "AccessKeysPerUser", Limit: maxKeysPerUser}
		}
		_, err = tx.Exec(`INSERT INTO iam_access_key (id, account, owner_id, secret, active, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			k.ID, k.Account, owner.ID, sealed, k.Active, k.Created.UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create access key: %w", err)
	}
	return k, nil
}

// keyOwner returns the user, or the root user for no name.
func keyOwner(tx *meta.Tx, account, userName string) (Ref, error) {
	if userName == "" {
		return Ref{policy.Root, account, account}, accountExists(tx, account)
	}
	u, err := userByName(tx, account, userName)
	if err != nil {
		return Ref{}, err
	}
	return Ref{policy.User, account, u.ID}, nil
}

// AccessKey returns a long-term key with its secret. An inactive key is returned too: see Active. Errors: ErrNoSuchEntity.
func (m *IAM) AccessKey(ctx context.Context, id string) (*Key, error) {
	var k *Key
	var sealed []byte
	err := m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		k, err = keyByID(tx, id)
		if err != nil {
			return err
		}
		return tx.QueryRow(`SELECT secret FROM iam_access_key WHERE id = $1`, id).Scan(&sealed)
	})
	if err != nil {
		return nil, err
	}
	secret, err := m.box.Open(purposeKey(id), sealed)
	if err != nil {
		return nil, fmt.Errorf("open secret of access key %s: %w", id, err)
	}
	k.Secret = seal.Secret(secret)
	return k, nil
}

func keyByID(tx *meta.Tx, id string) (*Key, error) {
	if strings.ContainsFunc(id, notInKeyID) { // whoever asks has proven nothing yet: it may be any bytes
		return nil, noSuch(EntityAccessKey, id)
	}
	return one(EntityAccessKey, id, scanKey, tx.QueryRow(`SELECT `+keyColumns+` FROM iam_access_key WHERE id = $1`, id))
}

// notInKeyID reports whether c is in no access key's id.
func notInKeyID(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }

// AccessKeyInfo returns a long-term key of the account without its secret, and the name of the user it belongs to, empty
// for the root user. Errors: ErrNoSuchEntity.
func (m *IAM) AccessKeyInfo(ctx context.Context, account, id string) (k *Key, userName string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		k, err = keyByID(tx, id)
		if err == nil && k.Account != account {
			err = noSuch(EntityAccessKey, id)
		}
		if err != nil || k.Principal.Kind == policy.Root {
			return err
		}
		u, err := userByID(tx, account, k.Principal.ID)
		if err != nil {
			return err
		}
		userName = u.Name
		return nil
	})
	return k, userName, err
}

// AccessKeys returns the keys of a user, or of the root user for no name, without secrets, by id. Errors: ErrNoSuchEntity.
func (m *IAM) AccessKeys(ctx context.Context, account, userName string) (ks []*Key, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) error {
		owner, err := keyOwner(tx, account, userName)
		if err != nil {
			return err
		}
		ks, err = meta.All(tx, scanKey, `SELECT `+keyColumns+` FROM iam_access_key WHERE owner_id = $1 ORDER BY id`, owner.ID)
		return err
	})
	return ks, err
}

// SetAccessKeyActive makes a key of the user, or of the root user for no name, work or stop working. Errors:
// ErrNoSuchEntity.
func (m *IAM) SetAccessKeyActive(ctx context.Context, account, userName, id string, active bool) error {
	return m.withKey(ctx, account, userName, id, func(tx *meta.Tx) (int64, error) {
		return tx.Exec(`UPDATE iam_access_key SET active = $1 WHERE id = $2`, active, id)
	})
}

// DeleteAccessKey deletes a key of the user, or of the root user for no name. Errors: ErrNoSuchEntity.
func (m *IAM) DeleteAccessKey(ctx context.Context, account, userName, id string) error {
	return m.withKey(ctx, account, userName, id, func(tx *meta.Tx) (int64, error) {
		return tx.Exec(`DELETE FROM iam_access_key WHERE id = $1`, id)
	})
}

func (m *IAM) withKey(ctx context.Context, account, userName, id string, do func(*meta.Tx) (int64, error)) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		owner, err := keyOwner(tx, account, userName)
		if err != nil {
			return err
		}
		k, err := keyByID(tx, id)
		if err != nil {
			return err
		}
		if k.Principal.ID != owner.ID {
			return noSuch(EntityAccessKey, id)
		}
		_, err = do(tx)
		return err
	})
}

// usedEvery is how exact LastUsed of keys and roles is: a busy key is not written at each request.
const usedEvery = 5 * time.Minute

// NoteKeyUsed remembers that a key was used for a service in a region, if the last time that was remembered is more than a
// few minutes ago.
func (m *IAM) NoteKeyUsed(ctx context.Context, k *Key, service, region string) error {
	now := m.timestamp()
	if now.Sub(k.LastUsed) < usedEvery {
		return nil
	}
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE iam_access_key SET last_used_at = $1, last_used_service = $2, last_used_region = $3 WHERE id = $4`,
			now.UnixMicro(), service, region, k.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("note use of access key %s: %w", k.ID, err)
	}
	return nil
}
