package iam

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

// Session is what temporary credentials stand for. It is carried whole in their sealed session token: nothing is stored,
// any server with the key can open it, and it ends with its principal, which Subject looks up by unique id each time.
//
// Its JSON form leaves out the secret and may be carried in tokens derived from it.
type Session struct {
	Ref            Ref         `json:"ref"`            // of a role, or of the user or root user behind the session
	Name           string      `json:"name,omitempty"` // of the role session or the federated user
	AccessKeyID    string      `json:"key"`            // ASIA...
	Secret         seal.Secret `json:"-"`
	Issued         time.Time   `json:"iat"`
	Expires        time.Time   `json:"exp"`
	Policy         string      `json:"policy,omitempty"`     // inline session policy
	PolicyARNs     []string    `json:"policyArns,omitempty"` // managed session policies
	Tags           []Tag       `json:"tags,omitempty"`       // those passed and those inherited, sorted by key
	TransitiveKeys []string    `json:"transitive,omitempty"` // keys of Tags that sessions made from this one inherit
	SourceIdentity string      `json:"sourceIdentity,omitempty"`

	// Provider is the ARN of the identity provider that vouched for whom the session is for, and Claims the condition keys
	// that its token filled; none for sessions made otherwise.
	Provider string         `json:"provider,omitempty"`
	Claims   policy.Context `json:"claims,omitempty"`
}

// Credentials are temporary credentials to hand out.
type Credentials struct {
	AccessKeyID string // ASIA...
	Secret      seal.Secret
	Token       seal.Secret
	Expiration  time.Time
	// PackedPolicySize is how much of the space for session policies and tags is used, in percent; 0 without any.
	PackedPolicySize int
	Session          *Session
}

// SessionInput describes a role session to make.
type SessionInput struct {
	Name              string
	Duration          time.Duration // zero is one hour
	Policy            string        // inline session policy, or empty
	PolicyARNs        []string      // managed session policies, of the role's account or of AWS
	Tags              []Tag
	TransitiveTagKeys []string
	SourceIdentity    string
	// From is the caller's own session when it is one of a role (role chaining), or nil.
	From   *Session
	Region string // where the request was made, for the role's LastUsed
	// Provider and Claims are those of the Session.
	Provider string
	Claims   policy.Context
}

// Limits of a session's policies. What AWS calls packed is compressed; how, and how much space there is, it does not say.
const (
	packedSpace       = 4096 // bytes
	maxSessionPolicy  = 2048 // characters
	maxSessionARNs    = 10
	maxChainedSession = time.Hour
)

const purposeSession = "sts session"

// NewSession makes credentials for a session of a role. Whether the caller may is not asked here. Errors: ErrDurationRole,
// ErrDurationChained, ErrMalformedPolicy, ErrNotAttachable and ErrInvalidARN for session policies, ErrDuplicateTag,
// ErrTransitiveMissing, ErrTransitiveConflict, ErrSourceIdentityChanged, ErrPackedPolicySize, ErrInvalidValue.
func (m *IAM) NewSession(ctx context.Context, role *Role, in SessionInput) (*Credentials, error) {
	duration, err := sessionDuration(role, in)
	if err != nil {
		return nil, err
	}
	if err := m.checkSessionPolicies(ctx, role.Account, in); err != nil {
		return nil, err
	}
	s := &Session{
		Ref: Ref{policy.AssumedRole, role.Account, role.ID}, Name: in.Name, Policy: in.Policy, PolicyARNs: in.PolicyARNs,
		SourceIdentity: in.SourceIdentity, Provider: in.Provider, Claims: in.Claims,
	}
	if err := s.inherit(in); err != nil {
		return nil, err
	}
	if err := m.noteRoleUsed(ctx, role, in.Region); err != nil {
		return nil, err
	}
	return m.issue(s, role.Account, duration)
}

// checkSessionPolicies checks the session policies of a session in an account.
func (m *IAM) checkSessionPolicies(ctx context.Context, account string, in SessionInput) error {
	if in.Policy != "" {
		if n := len([]rune(in.Policy)); n > maxSessionPolicy {
			return &Error{Kind: ErrInvalidValue, Entity: "policy", Name: in.Policy,
				Detail: "Member must have length less than or equal to " + strconv.Itoa(maxSessionPolicy)}
		}
		if err := checkDocument(in.Policy, policy.Session); err != nil {
			return err
		}
	}
	if len(in.PolicyARNs) > maxSessionARNs {
		return &Error{Kind: ErrInvalidValue, Entity: "policyArns", Name: strings.Join(in.PolicyARNs, ", "),
			Detail: "Member must have length less than or equal to " + strconv.Itoa(maxSessionARNs)}
	}
	if len(in.PolicyARNs) == 0 {
		return nil
	}
	return m.db.Read(ctx, func(tx *meta.Tx) error {
		for _, a := range in.PolicyARNs {
			if err := attachable(tx, account, a); err != nil {
				return err
			}
		}
		return nil
	})
}

func sessionDuration(role *Role, in SessionInput) (time.Duration, error) {
	d := in.Duration
	switch {
	case d == 0:
		d = defaultSessionSeconds * time.Second
	case d < minSessionSeconds*time.Second:
		return 0, &Error{Kind: ErrInvalidValue, Entity: "durationSeconds", Name: strconv.Itoa(int(d / time.Second)),
			Detail: "Member must have value greater than or equal to " + strconv.Itoa(minSessionSeconds)}
	case d > role.MaxSession:
		return 0, &Error{Kind: ErrDurationRole, Entity: EntityRole, Name: role.Name, Limit: int(role.MaxSession / time.Second)}
	case in.From != nil && d > maxChainedSession:
		return 0, &Error{Kind: ErrDurationChained, Entity: EntityRole, Name: role.Name, Limit: int(maxChainedSession / time.Second)}
	}
	return d, nil
}

// inherit fills in the tags and the source identity: what the caller passes, and what its own session hands down.
func (s *Session) inherit(in SessionInput) error {
	passed, err := checkTags(in.Tags)
	if err != nil {
		return err
	}
	hasKey := func(k string) func(string) bool {
		return func(other string) bool { return strings.EqualFold(k, other) }
	}
	for _, k := range in.TransitiveTagKeys {
		if in.From != nil && slices.ContainsFunc(in.From.TransitiveKeys, hasKey(k)) {
			return &Error{Kind: ErrTransitiveConflict, Entity: "tag", Name: k}
		}
		if !slices.ContainsFunc(keys(passed), hasKey(k)) {
			return &Error{Kind: ErrTransitiveMissing, Entity: "tag", Name: k}
		}
	}
	s.TransitiveKeys = slices.Clone(in.TransitiveTagKeys)
	if from := in.From; from != nil {
		inherited := slices.DeleteFunc(slices.Clone(from.Tags), func(t Tag) bool {
			return !slices.ContainsFunc(from.TransitiveKeys, hasKey(t.Key))
		})
		if passed, err = passed.merge(inherited); err != nil {
			return err
		}
		s.TransitiveKeys = append(s.TransitiveKeys, from.TransitiveKeys...)
		switch {
		case from.SourceIdentity == "":
		case in.SourceIdentity == "" || in.SourceIdentity == from.SourceIdentity:
			s.SourceIdentity = from.SourceIdentity
		default:
			return &Error{Kind: ErrSourceIdentityChanged, Entity: "source identity", Name: in.SourceIdentity}
		}
	}
	s.Tags = passed
	return nil
}

// MaxSession is how long the longest session of any kind lives.
const MaxSession = 36 * time.Hour

// Limits of sessions of users.
const (
	defaultUserSession = 12 * time.Hour
	maxRootSession     = time.Hour
)

// NewUserSession makes temporary credentials of a user or root user that may do what it may. A zero duration is twelve
// hours; longer than the kind of principal may have is shortened for root users, as AWS does. Errors: ErrInvalidValue.
func (m *IAM) NewUserSession(ref Ref, duration time.Duration) (*Credentials, error) {
	duration, err := userSessionDuration(ref, duration)
	if err != nil {
		return nil, err
	}
	return m.issue(&Session{Ref: ref}, ref.Account, duration)
}

// sealedSession is the content of a session token.
type sealedSession struct {
	*Session
	Secret string `json:"secret"`
}

// issue completes a session and seals its token.
func (m *IAM) issue(s *Session, account string, duration time.Duration) (*Credentials, error) {
	packed, err := s.packedPercent()
	if err != nil {
		return nil, err
	}
	if packed > 100 {
		return nil, &Error{Kind: ErrPackedPolicySize, Entity: "session", Name: s.Name, Limit: packed}
	}
	s.AccessKeyID = newAccessKeyID(prefixTemporaryKey, account)
	s.Secret = seal.Secret(newSecret())
	s.Issued = m.timestamp().Truncate(time.Second)
	s.Expires = s.Issued.Add(duration)
	token, err := deflate(sealedSession{s, s.Secret.Reveal()})
	if err != nil {
		return nil, err
	}
	return &Credentials{
		AccessKeyID: s.AccessKeyID, Secret: s.Secret, Token: seal.Secret(m.box.SealString(purposeSession, token)),
		Expiration: s.Expires, PackedPolicySize: packed, Session: s,
	}, nil
}

func (s *Session) packedPercent() (int, error) {
	if s.Policy == "" && len(s.PolicyARNs) == 0 && len(s.Tags) == 0 {
		return 0, nil
	}
	b, err := deflate(Session{Policy: s.Policy, PolicyARNs: s.PolicyARNs, Tags: s.Tags, TransitiveKeys: s.TransitiveKeys})
	return (100*len(b) + packedSpace - 1) / packedSpace, err
}

// OpenSession opens a session token. That its access key id is the one a request is signed with is for the caller to
// check, and that its principal still exists for Subject. Errors: ErrInvalidToken, ErrExpiredToken.
func (m *IAM) OpenSession(token string) (*Session, error) {
	raw, err := m.box.OpenString(purposeSession, token)
	if errors.Is(err, seal.ErrInvalid) {
		return nil, &Error{Kind: ErrInvalidToken}
	}
	if err != nil {
		return nil, fmt.Errorf("open session token: %w", err)
	}
	in := sealedSession{Session: new(Session)}
	if err := inflate(raw, &in); err != nil {
		return nil, &Error{Kind: ErrInvalidToken, Detail: err.Error()}
	}
	s := in.Session
	s.Secret = seal.Secret(in.Secret)
	if !m.now().Before(s.Expires) {
		return nil, &Error{Kind: ErrExpiredToken, Entity: "session", Name: s.Name}
	}
	return s, nil
}

// SessionPolicies returns the session policies of a session as they are now; nothing when it has none. A managed policy
// that was deleted since is there without a document, so that it allows nothing.
func (m *IAM) SessionPolicies(ctx context.Context, s *Session) ([]policy.Source, error) {
	if s.Policy == "" && len(s.PolicyARNs) == 0 {
		return nil, nil
	}
	var out []policy.Source
	if s.Policy != "" {
		p, err := m.cache.Parse(s.Policy, nil)
		if err != nil {
			return nil, fmt.Errorf("session policy of %s: %w", s.Name, err)
		}
		out = append(out, policy.Source{Type: "session policy", Name: "session-policy", Policy: p})
	}
	if len(s.PolicyARNs) == 0 {
		return out, nil
	}
	inline := len(out)
	err := m.db.Read(ctx, func(tx *meta.Tx) error {
		out = out[:inline]
		for _, a := range s.PolicyARNs {
			src, err := m.managedSource(tx, a)
			if errors.Is(err, ErrNoSuchEntity) && s.Ref.Kind != policy.Root { // a root user needs no policy that allows
				src, err = policy.Source{Name: a, ARN: a}, nil
			}
			if err != nil {
				return err
			}
			src.Type = "session policy"
			out = append(out, src)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("session policies of %s: %w", s.Name, err)
	}
	return out, nil
}

func (m *IAM) noteRoleUsed(ctx context.Context, role *Role, region string) error {
	now := m.timestamp()
	if now.Sub(role.LastUsed) < usedEvery && role.LastUsedRegion == region {
		return nil
	}
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE iam_role SET last_used_at = $1, last_used_region = $2 WHERE id = $3`, now.UnixMicro(), region, role.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("note use of role %s: %w", role.Name, err)
	}
	return nil
}

func deflate(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress session: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("compress session: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress session: %w", err)
	}
	return out.Bytes(), nil
}

func inflate(raw []byte, v any) error {
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return fmt.Errorf("decompress session: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode session: %w", err)
	}
	return nil
}
