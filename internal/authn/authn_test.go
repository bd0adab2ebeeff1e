package authn_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/sigv4"
)

const account = "111111111111"

// world is an IAM with a clock that the test moves.
type world struct {
	*iam.IAM
	who *authn.Authenticator
	now time.Time
}

func newWorld(t *testing.T, db *meta.DB) *world {
	t.Helper()
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.IAM = iam.New(iam.Config{DB: db, Box: box, Now: clock})
	w.who = authn.New(authn.Config{IAM: w.IAM, Box: box, Now: clock})
	if _, err := w.CreateAccount(t.Context(), account, "test"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) user(t *testing.T, name string) aws.Credentials {
	t.Helper()
	if _, err := w.CreateUser(t.Context(), account, iam.NewUser{Name: name, Tags: []iam.Tag{{Key: "Team", Value: "a"}}}); err != nil {
		t.Fatal(err)
	}
	k, err := w.CreateAccessKey(t.Context(), account, name)
	if err != nil {
		t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret.Reveal()}
}

const trustAccount = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`

func (w *world) role(t *testing.T, name string) *iam.Role {
	t.Helper()
	r, err := w.CreateRole(t.Context(), account, iam.NewRole{Name: name, Path: "/svc/", Trust: trustAccount, Tags: []iam.Tag{{Key: "Team", Value: "role"}, {Key: "Env", Value: "dev"}}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) session(t *testing.T, r *iam.Role, in iam.SessionInput) aws.Credentials {
	t.Helper()
	c, err := w.NewSession(t.Context(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.Secret.Reveal(), SessionToken: c.Token.Reveal()}
}

// signed returns a request that the AWS SDK's signer signed at the world's
// time.
func (w *world) signed(t *testing.T, c aws.Credentials, service, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:5000/", strings.NewReader(body))
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hex.EncodeToString(sum[:]), service, "us-east-1", w.now); err != nil {
		t.Fatal(err)
	}
	return r
}

func anyRegion(string) bool { return true }

func (w *world) sigv4(t *testing.T, c aws.Credentials) (*authn.Identity, error) {
	t.Helper()
	id, region, err := w.who.SigV4(w.signed(t, c, "ecr", "{}"), []byte("{}"), "ecr", anyRegion)
	if err == nil && region != "us-east-1" {
		t.Errorf("region %q", region)
	}
	return id, err
}

func basic(user, password string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:5000/v2/", nil)
	r.SetBasicAuth(user, password)
	return r
}

func TestSigV4(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w := newWorld(t, db)
		alice := w.user(t, "alice")
		role := w.role(t, "builder")
		session := w.session(t, role, iam.SessionInput{Name: "i-0abc", Tags: []iam.Tag{{Key: "team", Value: "session"}}, SourceIdentity: "bob"})

		id, err := w.sigv4(t, alice)
		if err != nil {
			t.Fatal(err)
		}
		if id.ARN() != "arn:aws:iam::111111111111:user/alice" || id.Account() != account || id.Credential != authn.AccessKey || id.AccessKeyID != alice.AccessKeyID {
			t.Errorf("alice is %+v", id)
		}
		want := policy.Context{
			"aws:principalaccount": {account}, "aws:principaltype": {"User"}, "aws:principalarn": {id.ARN()}, "aws:userid": {id.Subject.Principal.ID},
			"aws:username": {"alice"}, "aws:principalisawsservice": {"false"}, "aws:principaltag/team": {"a"},
		}
		if diff := cmp.Diff(want, id.Context); diff != "" {
			t.Errorf("alice's condition keys (-want +got):\n%s", diff)
		}
		if k, err := w.AccessKey(t.Context(), alice.AccessKeyID); err != nil || !k.LastUsed.Equal(w.now) || k.LastUsedService != "ecr" || k.LastUsedRegion != "us-east-1" {
			t.Errorf("last use of alice's key: %+v, %v", k, err)
		}

		id, err = w.sigv4(t, session)
		if err != nil {
			t.Fatal(err)
		}
		if id.ARN() != "arn:aws:sts::111111111111:assumed-role/builder/i-0abc" || id.Credential != authn.Session {
			t.Errorf("session is %+v", id)
		}
		want = policy.Context{
			"aws:principalaccount": {account}, "aws:principaltype": {"AssumedRole"}, "aws:principalarn": {"arn:aws:iam::111111111111:role/svc/builder"},
			"aws:userid": {role.ID + ":i-0abc"}, "aws:principalisawsservice": {"false"}, "aws:principaltag/team": {"session"}, "aws:principaltag/env": {"dev"},
			"aws:tokenissuetime": {"2026-11-01T12:00:00Z"}, "aws:multifactorauthpresent": {"false"}, "aws:sourceidentity": {"bob"},
		}
		if diff := cmp.Diff(want, id.Context); diff != "" {
			t.Errorf("session's condition keys (-want +got):\n%s", diff)
		}
	})
}

func TestSigV4Refuses(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	alice := w.user(t, "alice")
	bob := w.user(t, "bob")
	role := w.role(t, "builder")
	session := w.session(t, role, iam.SessionInput{Name: "s", Duration: time.Hour})
	other := w.session(t, role, iam.SessionInput{Name: "other"})
	with := func(c aws.Credentials, change func(*aws.Credentials)) aws.Credentials {
		change(&c)
		return c
	}
	tests := []struct {
		name string
		c    aws.Credentials
		want error
	}{
		{"unknown key", with(alice, func(c *aws.Credentials) { c.AccessKeyID = "AKIAIOSFODNN7EXAMPLE" }), authn.ErrInvalidCredentials},
		{"wrong secret", with(alice, func(c *aws.Credentials) { c.SecretAccessKey = bob.SecretAccessKey }), &sigv4.Error{Code: sigv4.CodeSignatureDoesNotMatch}},
		{"temporary key without its token", with(session, func(c *aws.Credentials) { c.SessionToken = "" }), authn.ErrInvalidCredentials},
		{"token of another session", with(session, func(c *aws.Credentials) { c.SessionToken = other.SessionToken }), authn.ErrInvalidCredentials},
		{"long-term key with a token", with(alice, func(c *aws.Credentials) { c.SessionToken = session.SessionToken }), authn.ErrInvalidCredentials},
		{"tampered token", with(session, func(c *aws.Credentials) { c.SessionToken = "A" + c.SessionToken[1:] + "A" }), authn.ErrInvalidCredentials},
		{"no token at all", with(session, func(c *aws.Credentials) { c.SessionToken = "x" }), authn.ErrInvalidCredentials},
	}
	for _, tt := range tests {
		if id, err := w.sigv4(t, tt.c); !errors.Is(err, tt.want) {
			t.Errorf("%s: %+v, %v; want %v", tt.name, id, err, tt.want)
		}
	}
	r := w.signed(t, alice, "ecr", "{}")
	if _, _, err := w.who.SigV4(r, []byte("{ }"), "ecr", anyRegion); !errors.Is(err, &sigv4.Error{Code: sigv4.CodeSignatureDoesNotMatch}) {
		t.Errorf("changed body: %v", err)
	}
	if _, _, err := w.who.SigV4(r, []byte("{}"), "iam", anyRegion); !errors.Is(err, &sigv4.Error{Code: sigv4.CodeInvalidScope}) {
		t.Errorf("other service: %v", err)
	}
	r = w.signed(t, session, "ecr", "{}")
	w.now = w.now.Add(10 * time.Minute)
	if _, _, err := w.who.SigV4(r, []byte("{}"), "ecr", anyRegion); err != nil {
		t.Errorf("ten minutes old: %v", err)
	}
	w.now = w.now.Add(10 * time.Minute)
	if _, _, err := w.who.SigV4(r, []byte("{}"), "ecr", anyRegion); !errors.Is(err, &sigv4.Error{Code: sigv4.CodeExpired}) {
		t.Errorf("twenty minutes old: %v", err)
	}
	w.now = w.now.Add(time.Hour)
	if _, err := w.sigv4(t, session); !errors.Is(err, authn.ErrExpired) {
		t.Errorf("session that is over: %v", err)
	}
}

// What is deleted or switched off is out with the next request, whatever
// credential it comes with.
func TestRevocation(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		w := newWorld(t, db)
		alice := w.user(t, "alice")
		role := w.role(t, "builder")
		session := w.session(t, role, iam.SessionInput{Name: "s"})
		token := func(c aws.Credentials) string {
			t.Helper()
			id, err := w.sigv4(t, c)
			if err != nil {
				t.Fatal(err)
			}
			tok, _, err := w.who.RegistryToken(id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.who.Basic(basic("AWS", tok)); err != nil {
				t.Fatalf("fresh token: %v", err)
			}
			return tok
		}
		aliceToken, sessionToken := token(alice), token(session)

		if err := w.SetAccessKeyActive(ctx, account, "alice", alice.AccessKeyID, false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.sigv4(t, alice); !errors.Is(err, authn.ErrInvalidCredentials) {
			t.Errorf("inactive key: %v", err)
		}
		if _, err := w.who.Basic(basic("AWS", aliceToken)); !errors.Is(err, authn.ErrInvalidCredentials) {
			t.Errorf("token of an inactive key: %v", err)
		}
		if err := w.SetAccessKeyActive(ctx, account, "alice", alice.AccessKeyID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.who.Basic(basic("AWS", aliceToken)); err != nil {
			t.Errorf("token of a key that is active again: %v", err)
		}
		if err := w.DeleteAccessKey(ctx, account, "alice", alice.AccessKeyID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.who.Basic(basic("AWS", aliceToken)); !errors.Is(err, authn.ErrInvalidCredentials) {
			t.Errorf("token of a deleted key: %v", err)
		}

		if err := w.DeleteRole(ctx, account, "builder"); err != nil {
			t.Fatal(err)
		}
		w.role(t, "builder") // a namesake is somebody else
		if _, err := w.sigv4(t, session); !errors.Is(err, authn.ErrInvalidCredentials) {
			t.Errorf("session of a deleted role: %v", err)
		}
		if _, err := w.who.Basic(basic("AWS", sessionToken)); !errors.Is(err, authn.ErrInvalidCredentials) {
			t.Errorf("token of a deleted role's session: %v", err)
		}
	})
}

func TestBasic(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	alice := w.user(t, "alice")
	role := w.role(t, "builder")
	restricted := w.session(t, role, iam.SessionInput{Name: "s", Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`})

	id, err := w.who.Basic(basic(alice.AccessKeyID, alice.SecretAccessKey))
	if err != nil || id.ARN() != "arn:aws:iam::111111111111:user/alice" || id.Credential != authn.AccessKey {
		t.Errorf("access key as Basic credentials: %+v, %v", id, err)
	}

	id, err = w.sigv4(t, restricted)
	if err != nil {
		t.Fatal(err)
	}
	token, expires, err := w.who.RegistryToken(id)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.now.Add(12 * time.Hour); !expires.Equal(want) {
		t.Errorf("expires %v, want %v", expires, want)
	}
	if strings.ContainsAny(token, ": \n") || len(token) > 2500 {
		t.Errorf("token is not fit for a password: %d characters", len(token))
	}
	for _, secret := range []string{restricted.SecretAccessKey, restricted.SessionToken} {
		if bytes.Contains([]byte(token), []byte(secret)) {
			t.Error("the token shows a secret")
		}
	}
	w.now = w.now.Add(12*time.Hour - time.Second) // the session itself is over by now
	got, err := w.who.Basic(basic("AWS", token))
	if err != nil {
		t.Fatal(err)
	}
	if got.Credential != authn.RegistryToken || got.ARN() != id.ARN() || len(got.Session) != 1 || got.AccessKeyID != restricted.AccessKeyID {
		t.Errorf("token identifies %+v", got)
	}
	w.now = w.now.Add(time.Second)
	if _, err := w.who.Basic(basic("AWS", token)); !errors.Is(err, authn.ErrExpired) {
		t.Errorf("after twelve hours: %v", err)
	}

	none := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/v2/", nil)
	bearer := none.Clone(t.Context())
	bearer.Header.Set("Authorization", "Bearer "+token)
	for name, tt := range map[string]struct {
		r    *http.Request
		want error
	}{
		"none":         {none, authn.ErrNoCredentials},
		"bearer":       {bearer, authn.ErrNoCredentials},
		"garbage":      {basic("AWS", "garbage"), authn.ErrInvalidCredentials},
		"empty":        {basic("AWS", ""), authn.ErrInvalidCredentials},
		"STS token":    {basic("AWS", restricted.SessionToken), authn.ErrInvalidCredentials},
		"wrong secret": {basic(alice.AccessKeyID, "x"), authn.ErrInvalidCredentials},
		"unknown key":  {basic("AKIAIOSFODNN7EXAMPLE", "x"), authn.ErrInvalidCredentials},
		"other user":   {basic("alice", alice.SecretAccessKey), authn.ErrInvalidCredentials},
	} {
		if id, err := w.who.Basic(tt.r); !errors.Is(err, tt.want) {
			t.Errorf("%s: %+v, %v; want %v", name, id, err, tt.want)
		}
	}
}

func TestBearer(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	role := w.role(t, "builder")
	restricted := w.session(t, role, iam.SessionInput{Name: "s", Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`})
	signer, err := w.sigv4(t, restricted)
	if err != nil {
		t.Fatal(err)
	}
	password, expires, err := w.who.PublicToken(signer)
	if want := w.now.Add(12 * time.Hour); err != nil || !expires.Equal(want) {
		t.Errorf("password until %v, want %v; error %v", expires, want, err)
	}
	private, _, err := w.who.RegistryToken(signer)
	if err != nil {
		t.Fatal(err)
	}
	bearer := func(scheme, token string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:5000/v2/", nil)
		r.Header.Set("Authorization", scheme+" "+token)
		return r
	}

	id, err := w.who.PublicBasic(basic("AWS", password))
	if err != nil {
		t.Fatal(err)
	}
	token, expires, err := w.who.BearerToken(id)
	if want := w.now.Add(time.Hour); err != nil || !expires.Equal(want) {
		t.Errorf("token until %v, want %v; error %v", expires, want, err)
	}
	for _, scheme := range []string{"Bearer", "bearer"} {
		got, err := w.who.Bearer(bearer(scheme, token))
		if err != nil || got.ARN() != signer.ARN() || len(got.Session) != 1 || got.AccessKeyID != restricted.AccessKeyID {
			t.Errorf("%s token identifies %+v, error %v", scheme, got, err)
		}
	}
	nobody, _, err := w.who.BearerToken(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.who.Bearer(bearer("Bearer", nobody)); got != nil || err != nil {
		t.Errorf("the token of nobody identifies %+v, error %v", got, err)
	}

	// Each is good for one thing.
	for name, c := range map[string]struct {
		proof func() (*authn.Identity, error)
		want  error
	}{
		"nothing":              {func() (*authn.Identity, error) { return w.who.Bearer(httptest.NewRequest("GET", "/v2/", nil)) }, authn.ErrNoCredentials},
		"basic as bearer":      {func() (*authn.Identity, error) { return w.who.Bearer(basic("AWS", password)) }, authn.ErrNoCredentials},
		"no token":             {func() (*authn.Identity, error) { return w.who.Bearer(bearer("Bearer", "")) }, authn.ErrNoCredentials},
		"password as bearer":   {func() (*authn.Identity, error) { return w.who.Bearer(bearer("Bearer", password)) }, authn.ErrInvalidCredentials},
		"private as bearer":    {func() (*authn.Identity, error) { return w.who.Bearer(bearer("Bearer", private)) }, authn.ErrInvalidCredentials},
		"bearer as password":   {func() (*authn.Identity, error) { return w.who.PublicBasic(basic("AWS", token)) }, authn.ErrInvalidCredentials},
		"nobody as password":   {func() (*authn.Identity, error) { return w.who.PublicBasic(basic("AWS", nobody)) }, authn.ErrInvalidCredentials},
		"private as public":    {func() (*authn.Identity, error) { return w.who.PublicBasic(basic("AWS", private)) }, authn.ErrInvalidCredentials},
		"public as private":    {func() (*authn.Identity, error) { return w.who.Basic(basic("AWS", password)) }, authn.ErrInvalidCredentials},
		"bearer as private":    {func() (*authn.Identity, error) { return w.who.Basic(basic("AWS", token)) }, authn.ErrInvalidCredentials},
		"nobody as private":    {func() (*authn.Identity, error) { return w.who.Basic(basic("AWS", nobody)) }, authn.ErrInvalidCredentials},
		"no password":          {func() (*authn.Identity, error) { return w.who.PublicBasic(basic("AWS", "")) }, authn.ErrInvalidCredentials},
		"bearer with a suffix": {func() (*authn.Identity, error) { return w.who.Bearer(bearer("Bearer", token+" x")) }, authn.ErrInvalidCredentials},
	} {
		if got, err := c.proof(); got != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, c.want)
		}
	}

	w.now = w.now.Add(time.Hour)
	if got, err := w.who.Bearer(bearer("Bearer", token)); got != nil || !errors.Is(err, authn.ErrExpired) {
		t.Errorf("after an hour: %+v, %v", got, err)
	}
	w.now = w.now.Add(10*time.Hour + 30*time.Minute)
	if id, err = w.who.PublicBasic(basic("AWS", password)); err != nil {
		t.Fatal(err)
	}
	if _, expires, err = w.who.BearerToken(id); err != nil || expires.Sub(w.now) != 30*time.Minute {
		t.Errorf("a token for %v from a password for half an hour, error %v", expires.Sub(w.now), err)
	}
}

func TestEnvironment(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "https://x/", nil)
	r.RemoteAddr = "[2001:db8::1]:4711"
	r.Header.Set("User-Agent", "docker/28")
	got := authn.Environment(r, time.Date(2026, 11, 1, 12, 0, 0, 5, time.FixedZone("", 3600)))
	want := policy.Context{
		"aws:sourceip": {"2001:db8::1"}, "aws:securetransport": {"true"}, "aws:viaawsservice": {"false"}, "aws:useragent": {"docker/28"},
		"aws:currenttime": {"2026-11-01T11:00:00Z"}, "aws:epochtime": {"1793530800"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
