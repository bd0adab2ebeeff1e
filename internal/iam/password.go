package iam

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// PasswordPolicy is what an account asks of its users' passwords. The zero values of counts and days are "none".
type PasswordPolicy struct {
	MinLength       int  `json:"minLength"`
	Symbols         bool `json:"symbols,omitempty"` // at least one
	Numbers         bool `json:"numbers,omitempty"`
	Uppercase       bool `json:"uppercase,omitempty"`
	Lowercase       bool `json:"lowercase,omitempty"`
	UsersMayChange  bool `json:"usersMayChange,omitempty"`  // users may change their own password without a policy that says so
	MaxAge          int  `json:"maxAge,omitempty"`          // days until a password has to be changed
	ReusePrevention int  `json:"reusePrevention,omitempty"` // how many of the latest passwords are refused
	HardExpiry      bool `json:"hardExpiry,omitempty"`      // users cannot change a password that is too old
}

// Limits of passwords.
const (
	defaultMinPassword = 8
	maxPassword        = 128 // characters
	maxRemembered      = 24  // passwords
)

// symbols are the characters that count as symbols; see "Setting an account password policy" in the IAM user guide.
const symbols = "!@#$%^&*()_+-=[]{}|'"

// check returns what is wrong with a password, which nobody may see.
func (p *PasswordPolicy) check(password seal.Secret, account, user string) error {
	text := password.Reveal()
	has := func(ok func(rune) bool) bool { return strings.ContainsFunc(text, ok) }
	upper := has(func(r rune) bool { return 'A' <= r && r <= 'Z' })
	lower := has(func(r rune) bool { return 'a' <= r && r <= 'z' })
	number := has(func(r rune) bool { return '0' <= r && r <= '9' })
	symbol := strings.ContainsAny(text, symbols)

	var faults []string
	fault := func(bad bool, what string) {
		if bad {
			faults = append(faults, what)
		}
	}
	minLength := defaultMinPassword
	if p != nil {
		minLength = p.MinLength
		fault(p.Uppercase && !upper, "should have at least one uppercase letter")
		fault(p.Lowercase && !lower, "should have at least one lowercase letter")
		fault(p.Numbers && !number, "should have at least one number")
		fault(p.Symbols && !symbol, "should have at least one symbol")
	} else {
		kinds := 0
		for _, k := range []bool{upper, lower, number, symbol} {
			if k {
				kinds++
			}
		}
		fault(kinds < 3, "should have at least three of uppercase letters, lowercase letters, numbers and symbols")
		fault(text == account || strings.EqualFold(text, user), "should not be the name of the account or of the user")
	}
	n := utf8.RuneCountInString(text)
	fault(n < minLength, fmt.Sprintf("should have a minimum length of %d", minLength))
	fault(n > maxPassword, fmt.Sprintf("should have a maximum length of %d", maxPassword))
	if len(faults) > 0 {
		return passwordFault("Password " + strings.Join(faults, " and "))
	}
	return nil
}

func passwordFault(why string) error {
	return &Error{Kind: ErrPasswordPolicy, Entity: EntityLoginProfile, Detail: why}
}

// Parameters of Argon2id: the second choice of RFC 9106 with the memory that OWASP's password storage cheat sheet has for
// servers. They are part of each hash, so that others may follow.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonKey     = 32
)

// hashPassword returns the hash of a password in the form $argon2id$v=19$m=…,t=…,p=…$salt$key.
func hashPassword(password seal.Secret) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: see crypto/rand
	key := argon2.IDKey([]byte(password.Reveal()), salt, argonTime, argonMemory, argonThreads, argonKey)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(key))
}

// samePassword reports whether hash is that of the password.
func samePassword(hash string, password seal.Secret) (bool, error) {
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("stored password: not an Argon2id hash")
	}
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads)
	if err != nil || version != argon2.Version || passes < 1 || threads < 1 {
		return false, errors.New("stored password: unknown parameters of Argon2id")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("stored password: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("stored password: %w", err)
	}
	got := argon2.IDKey([]byte(password.Reveal()), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// SetPasswordPolicy sets what the account asks of passwords; those that exist stay. Errors: ErrNoSuchEntity for the account.
func (m *IAM) SetPasswordPolicy(ctx context.Context, account string, p PasswordPolicy) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("set password policy: %w", err)
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		if err := accountExists(tx, account); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO iam_password_policy (account, document) VALUES ($1, $2)
			ON CONFLICT (account) DO UPDATE SET document = excluded.document`, account, string(text))
		return err
	})
}

// PasswordPolicy returns what the account asks of passwords. Errors: ErrNoSuchEntity when it asks what AWS asks of all.
func (m *IAM) PasswordPolicy(ctx context.Context, account string) (p *PasswordPolicy, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = passwordPolicy(tx, account)
		if err == nil && p == nil {
			err = noSuch(EntityPasswordPolicy, account)
		}
		return err
	})
	return p, err
}

// passwordPolicy returns the account's password policy, nil when it has none.
func passwordPolicy(tx *meta.Tx, account string) (*PasswordPolicy, error) {
	var text string
	err := tx.QueryRow(`SELECT document FROM iam_password_policy WHERE account = $1`, account).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read password policy: %w", err)
	}
	var p PasswordPolicy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, fmt.Errorf("stored password policy: %w", err)
	}
	return &p, nil
}

// DeletePasswordPolicy makes AWS's default the policy again. Errors: ErrNoSuchEntity.
func (m *IAM) DeletePasswordPolicy(ctx context.Context, account string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`DELETE FROM iam_password_policy WHERE account = $1`, account)
		if err == nil && n == 0 {
			err = noSuch(EntityPasswordPolicy, account)
		}
		return err
	})
}

// LoginProfile is a user's password, but for the password.
type LoginProfile struct {
	UserName      string
	ResetRequired bool // the user has to change it with the next sign-in
	Created       time.Time
	Changed       time.Time

	userID   string
	hash     string
	previous []string // hashes, newest first
}

func scanLoginProfile(s meta.Scanner) (*LoginProfile, error) {
	var p LoginProfile
	var previous string
	var created, changed int64
	if err := s.Scan(&p.userID, &p.hash, &previous, &p.ResetRequired, &created, &changed); err != nil {
		return nil, err
	}
	p.Created, p.Changed = fromMicros(created), fromMicros(changed)
	if err := json.Unmarshal([]byte(previous), &p.previous); err != nil {
		return nil, fmt.Errorf("stored passwords: %w", err)
	}
	return &p, nil
}

func loginProfile(tx *meta.Tx, account, user string) (*LoginProfile, error) {
	u, err := userByName(tx, account, user)
	if err != nil {
		return nil, err
	}
	p, err := one(EntityLoginProfile, u.Name, scanLoginProfile, tx.QueryRow(
		`SELECT user_id, hash, previous, reset_required, created_at, changed_at FROM iam_login_profile WHERE user_id = $1`, u.ID))
	if err != nil {
		return nil, err
	}
	p.UserName = u.Name
	return p, nil
}

// LoginProfile returns a user's login profile. Errors: ErrNoSuchEntity.
func (m *IAM) LoginProfile(ctx context.Context, account, user string) (p *LoginProfile, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		p, err = loginProfile(tx, account, user)
		return err
	})
	return p, err
}

// CreateLoginProfile gives a user a password. Errors: ErrNoSuchEntity, ErrAlreadyExists, ErrPasswordPolicy.
func (m *IAM) CreateLoginProfile(ctx context.Context, account, user string, password seal.Secret, resetRequired bool) (*LoginProfile, error) {
	hash := hashPassword(password)
	now := m.timestamp()
	p := &LoginProfile{ResetRequired: resetRequired, Created: now, Changed: now}
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		u, err := userByName(tx, account, user)
		if err != nil {
			return err
		}
		p.UserName = u.Name
		rules, err := passwordPolicy(tx, account)
		if err != nil {
			return err
		}
		if err := rules.check(password, account, u.Name); err != nil {
			return err
		}
		n, err := tx.Exec(`
			INSERT INTO iam_login_profile (user_id, hash, reset_required, created_at, changed_at) VALUES ($1, $2, $3, $4, $4)
			ON CONFLICT (user_id) DO NOTHING`, u.ID, hash, resetRequired, now.UnixMicro())
		if err == nil && n == 0 {
			err = &Error{Kind: ErrAlreadyExists, Entity: EntityLoginProfile, Name: u.Name}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create login profile: %w", err)
	}
	return p, nil
}

// PasswordChange says what UpdateLoginProfile changes; nil leaves things as they are.
type PasswordChange struct {
	Password      *seal.Secret
	ResetRequired *bool
}

// UpdateLoginProfile changes a user's password, or whether the user has to. Errors: ErrNoSuchEntity, ErrPasswordPolicy,
// ErrConcurrentChange.
func (m *IAM) UpdateLoginProfile(ctx context.Context, account, user string, c PasswordChange) error {
	return m.changePassword(ctx, account, user, nil, c)
}

// ChangePassword replaces a user's old password by another, as users do for themselves. Errors: ErrNoSuchEntity,
// ErrWrongPassword, ErrPasswordExpired when the account forbids to change it by now, ErrPasswordPolicy, ErrConcurrentChange.
func (m *IAM) ChangePassword(ctx context.Context, account, user string, old, password seal.Secret) error {
	return m.changePassword(ctx, account, user, &old, PasswordChange{Password: &password, ResetRequired: new(false)})
}

// changePassword changes a login profile after it has checked the old password, if there is one to check. Hashing takes long
// on purpose, so it is done outside of the transaction that writes.
func (m *IAM) changePassword(ctx context.Context, account, user string, old *seal.Secret, c PasswordChange) error {
	var p *LoginProfile
	var rules *PasswordPolicy
	err := m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if p, err = loginProfile(tx, account, user); err != nil {
			return err
		}
		rules, err = passwordPolicy(tx, account)
		return err
	})
	if err != nil {
		return err
	}
	if old != nil {
		if err := p.verify(*old); err != nil {
			return err
		}
		if rules != nil && rules.HardExpiry && rules.expired(p, m.now()) {
			return &Error{Kind: ErrPasswordExpired, Entity: EntityLoginProfile, Name: p.UserName}
		}
	}
	next := *p
	if c.ResetRequired != nil {
		next.ResetRequired = *c.ResetRequired
	}
	if c.Password != nil {
		if err := rules.check(*c.Password, account, p.UserName); err != nil {
			return err
		}
		if err := p.checkReuse(rules, *c.Password); err != nil {
			return err
		}
		next.hash = hashPassword(*c.Password)
		next.previous = append([]string{p.hash}, p.previous...)
		next.previous = next.previous[:min(len(next.previous), maxRemembered)]
		next.Changed = m.timestamp()
	}
	previous, err := json.Marshal(next.previous)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`
			UPDATE iam_login_profile SET hash = $1, previous = $2, reset_required = $3, changed_at = $4 WHERE user_id = $5 AND hash = $6`,
			next.hash, string(previous), next.ResetRequired, next.Changed.UnixMicro(), p.userID, p.hash)
		if err == nil && n == 0 {
			err = &Error{Kind: ErrConcurrentChange, Entity: EntityLoginProfile, Name: p.UserName}
		}
		return err
	})
}

// verify answers ErrWrongPassword for a password that is not the user's.
func (p *LoginProfile) verify(password seal.Secret) error {
	same, err := samePassword(p.hash, password)
	if err == nil && !same {
		err = &Error{Kind: ErrWrongPassword, Entity: EntityLoginProfile, Name: p.UserName}
	}
	return err
}

// checkReuse answers ErrPasswordPolicy for one of the latest passwords.
func (p *LoginProfile) checkReuse(rules *PasswordPolicy, password seal.Secret) error {
	if rules == nil || rules.ReusePrevention == 0 {
		return nil
	}
	latest := append([]string{p.hash}, p.previous...)
	for _, hash := range latest[:min(len(latest), rules.ReusePrevention)] {
		same, err := samePassword(hash, password)
		if err != nil {
			return err
		}
		if same {
			return passwordFault(fmt.Sprintf("Password should not be one of the last %d", rules.ReusePrevention))
		}
	}
	return nil
}

// expired reports whether a password is older than the policy allows.
func (p *PasswordPolicy) expired(l *LoginProfile, now time.Time) bool {
	return p != nil && p.MaxAge > 0 && !now.Before(p.expiry(l))
}

// expiry is when a password has to be changed, under a policy that says so.
func (p *PasswordPolicy) expiry(l *LoginProfile) time.Time { return l.Changed.AddDate(0, 0, p.MaxAge) }

// DeleteLoginProfile takes a user's password away. Errors: ErrNoSuchEntity.
func (m *IAM) DeleteLoginProfile(ctx context.Context, account, user string) error {
	return m.db.Write(ctx, func(tx *meta.Tx) error {
		p, err := loginProfile(tx, account, user)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM iam_login_profile WHERE user_id = $1`, p.userID)
		return err
	})
}

// SignIn checks a user's password and remembers that it was used. A user who is not there takes as long to refuse as a
// wrong password. mustChange tells that the password has to be changed first. Errors: ErrWrongPassword, also for users who
// have none; ErrPasswordExpired when only an administrator can help.
func (m *IAM) SignIn(ctx context.Context, account, user string, password seal.Secret) (ref Ref, mustChange bool, err error) {
	var p *LoginProfile
	var rules *PasswordPolicy
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if p, err = loginProfile(tx, account, user); err != nil {
			return err
		}
		rules, err = passwordPolicy(tx, account)
		return err
	})
	if errors.Is(err, ErrNoSuchEntity) {
		hashPassword(password)
		return Ref{}, false, &Error{Kind: ErrWrongPassword, Entity: EntityLoginProfile, Name: user}
	}
	if err != nil {
		return Ref{}, false, fmt.Errorf("sign in: %w", err)
	}
	if err := p.verify(password); err != nil {
		return Ref{}, false, err
	}
	late := rules.expired(p, m.now())
	if late && rules.HardExpiry {
		return Ref{}, false, &Error{Kind: ErrPasswordExpired, Entity: EntityLoginProfile, Name: p.UserName}
	}
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE iam_user SET password_used_at = $1 WHERE id = $2`, m.timestamp().UnixMicro(), p.userID)
		return err
	})
	if err != nil {
		return Ref{}, false, fmt.Errorf("sign in: %w", err)
	}
	return Ref{policy.User, account, p.userID}, late || p.ResetRequired, nil
}
