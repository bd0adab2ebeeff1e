package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
)

const audience = "sts.amazonaws.com"

// world is an issuer and a verifier that knows where it is, at a time that can be set.
type world struct {
	*oidctest.Issuer
	t        *testing.T
	verifier *oidc.Verifier
	mu       sync.Mutex
	time     time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{Issuer: oidctest.New(t, "/cluster/1"), t: t, time: time.Unix(1800000000, 0)}
	w.verifier = oidc.New(w.config())
	return w
}

func (w *world) config() oidc.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.CA())
	return oidc.Config{CAs: pool, Resolve: w.Resolve(), Now: w.now}
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// claims are good ones with changes.
func (w *world) claims(changes map[string]any) map[string]any {
	return w.Claims(w.now(), audience, changes)
}

func (w *world) token(changes map[string]any) string { return w.Sign("first", w.claims(changes)) }

func (w *world) verify(raw string) (*oidc.Claims, error) {
	w.t.Helper()
	token, err := oidc.Parse(raw)
	if err != nil {
		return nil, err
	}
	return w.verifier.Verify(w.t.Context(), token, []string{"other", audience})
}

func (w *world) want(what, raw string, kind error) {
	w.t.Helper()
	c, err := w.verify(raw)
	if kind == nil && err != nil || kind != nil && !errors.Is(err, kind) {
		w.t.Errorf("%s: %v, %v; want %v", what, c, err, kind)
	}
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	c, err := w.verify(w.token(map[string]any{"amr": []string{"authenticated", "x"}, "ref": "main"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Issuer != "https://example.com/cluster/1" || c.Subject != "system:serviceaccount:build:runner" || len(c.Audience) != 1 || c.Audience[0] != audience ||
		len(c.Methods) != 2 || string(c.All["ref"]) != `"main"` {
		t.Errorf("claims %+v", c)
	}
	w.want("one audience as text", w.token(map[string]any{"aud": audience}), nil)
	w.want("the authorized party counts", w.token(map[string]any{"azp": audience, "aud": "account"}), nil)
	w.want("the authorized party counts", w.token(map[string]any{"azp": "stranger"}), oidc.ErrAudience)
	c, err = w.verify(w.token(map[string]any{"aud": []string{"x", audience, "y", "other"}}))
	if err != nil || strings.Join(c.Audience, " ") != audience+" other" {
		t.Errorf("audience %v, %v", c, err)
	}
	if n := w.Fetches(); n != 2 {
		t.Errorf("%d requests for the keys", n)
	}
}

func TestClaims(t *testing.T) {
	w := newWorld(t)
	at := func(d time.Duration) int64 { return w.now().Add(d).Unix() }
	for what, tt := range map[string]struct {
		changes map[string]any
		want    error
	}{
		"another audience":        {map[string]any{"aud": "elsewhere"}, oidc.ErrAudience},
		"no audience":             {map[string]any{"aud": nil}, oidc.ErrAudience},
		"an empty audience":       {map[string]any{"aud": []string{}}, oidc.ErrAudience},
		"audience of a kind":      {map[string]any{"aud": 7}, oidc.ErrMalformed},
		"expired long ago":        {map[string]any{"exp": at(-time.Hour)}, oidc.ErrExpired},
		"expired":                 {map[string]any{"exp": at(-6 * time.Minute)}, oidc.ErrExpired},
		"expired by their clock":  {map[string]any{"exp": at(-4 * time.Minute)}, nil},
		"no expiry":               {map[string]any{"exp": nil}, oidc.ErrMalformed},
		"expiry as text":          {map[string]any{"exp": "tomorrow"}, oidc.ErrMalformed},
		"expiry of another age":   {map[string]any{"exp": 1e300}, oidc.ErrMalformed},
		"expiry with a fraction":  {map[string]any{"exp": float64(at(time.Hour)) + 0.5}, nil},
		"tomorrow":                {map[string]any{"nbf": at(24 * time.Hour)}, oidc.ErrNotYet},
		"soon":                    {map[string]any{"nbf": at(4 * time.Minute), "iat": at(4 * time.Minute)}, nil},
		"made in the future":      {map[string]any{"iat": at(6 * time.Minute)}, oidc.ErrNotYet},
		"neither nbf nor iat":     {map[string]any{"nbf": nil, "iat": nil}, nil},
		"no subject":              {map[string]any{"sub": nil}, oidc.ErrMalformed},
		"an empty subject":        {map[string]any{"sub": ""}, oidc.ErrMalformed},
		"no issuer":               {map[string]any{"iss": nil}, oidc.ErrMalformed},
		"issuer in another case":  {map[string]any{"iss": nil, "ISS": w.URL}, oidc.ErrMalformed},
		"an issuer that is not":   {map[string]any{"iss": "https://example.com/cluster/2"}, oidc.ErrNoKey},
		"an issuer without https": {map[string]any{"iss": "http://example.com/cluster/1"}, oidc.ErrNoKey},
		"an issuer nowhere":       {map[string]any{"iss": "https://issuer.invalid"}, oidc.ErrUnreachable},
	} {
		w.want(what, w.token(tt.changes), tt.want)
	}
}

// segment is one of the three parts of a token.
func segment(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// The attacks on tokens that everybody knows.
func TestForged(t *testing.T) {
	w := newWorld(t)
	good := w.token(nil)
	parts := strings.Split(good, ".")
	claims := w.claims(nil)

	public, err := x509.MarshalPKIXPublicKey(w.Public("first"))
	if err != nil {
		t.Fatal(err)
	}
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := jose.JSONWebKey{Key: stranger.Public(), KeyID: "first"}

	w.want("unsigned", segment(map[string]any{"alg": "none", "typ": "JWT"})+"."+parts[1]+".", oidc.ErrMalformed)
	w.want("unsigned, in capitals", segment(map[string]any{"alg": "None", "typ": "JWT", "kid": "first"})+"."+parts[1]+"."+parts[2], oidc.ErrMalformed)
	w.want("HS256 with the public key", oidctest.SignWith(t, jose.HS256, public, "first", claims), oidc.ErrMalformed)
	w.want("HS256 with the public key in PEM", oidctest.SignWith(t, jose.HS256, inPEM, "first", claims), oidc.ErrMalformed)
	w.want("another key under the same id", oidctest.SignWith(t, jose.ES256, stranger, "first", claims), oidc.ErrSignature)
	w.want("another key under no id", oidctest.SignWith(t, jose.ES256, stranger, "", claims), oidc.ErrSignature)
	w.want("another key that it brings along", forged(t, stranger, map[jose.HeaderKey]any{"jwk": own, "kid": "first"}, claims), oidc.ErrSignature)
	w.want("a URL of other keys", forged(t, stranger, map[jose.HeaderKey]any{"jku": "https://example.com/evil", "kid": "first"}, claims), oidc.ErrSignature)
	w.want("an extension that nobody knows", forged(t, stranger, map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}, claims), oidc.ErrSignature)
	w.want("other claims", parts[0]+"."+segment(w.claims(map[string]any{"sub": "admin"}))+"."+parts[2], oidc.ErrSignature)
	w.want("another signature", parts[0]+"."+parts[1]+"."+strings.Split(w.token(nil), ".")[2], oidc.ErrSignature)
	w.want("no signature", parts[0]+"."+parts[1]+".", oidc.ErrSignature)
	w.want("two parts", parts[0]+"."+parts[1], oidc.ErrMalformed)
	w.want("an access token", "ya29.a0AfH6SMBx", oidc.ErrMalformed)
	w.want("nothing", "", oidc.ErrMalformed)
	w.want("in JSON", fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2]), oidc.ErrMalformed)
	w.want("a good one", good, nil)
}

func forged(t *testing.T, key any, header map[jose.HeaderKey]any, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAlgorithms(t *testing.T) {
	w := newWorld(t)
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.AddKey("rsa", jose.RS256, r)
	w.AddKey("p384", jose.ES384, p384)
	w.AddKey("p521", jose.ES512, p521)
	w.want("ES384", w.Sign("p384", w.claims(nil)), nil)
	w.want("ES512", w.Sign("p521", w.claims(nil)), nil)
	for _, a := range []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512} {
		w.want(string(a), oidctest.SignWith(t, a, r, "rsa", w.claims(nil)), nil)
		w.want(string(a)+" without an id", oidctest.SignWith(t, a, r, "", w.claims(nil)), nil)
	}
	w.want("PS256", oidctest.SignWith(t, jose.PS256, r, "rsa", w.claims(nil)), oidc.ErrMalformed)
	w.want("a key of another kind", oidctest.SignWith(t, jose.RS256, r, "first", w.claims(nil)), oidc.ErrNoKey)
}

func TestKeyRotation(t *testing.T) {
	w := newWorld(t)
	w.want("the first key", w.token(nil), nil)
	w.AddKey("second", jose.ES256, nil)
	w.want("a new key, at once", w.Sign("second", w.claims(nil)), oidc.ErrNoKey)
	w.advance(31 * time.Second)
	w.want("a new key", w.Sign("second", w.claims(nil)), nil)

	// Keys that are not there do not make the server ask all the time.
	before := w.Fetches()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		w.want("a stranger", oidctest.SignWith(t, jose.ES256, stranger, fmt.Sprint("k", n), w.claims(nil)), oidc.ErrNoKey)
	}
	if n := w.Fetches() - before; n != 0 {
		t.Errorf("%d requests", n)
	}
	w.advance(31 * time.Second)
	for n := range 20 {
		w.want("a stranger", oidctest.SignWith(t, jose.ES256, stranger, fmt.Sprint("k", n), w.claims(nil)), oidc.ErrNoKey)
	}
	if n := w.Fetches() - before; n != 2 {
		t.Errorf("%d requests, want one for the configuration and one for the keys", n)
	}

	// A key that is published no longer is good for an hour at most.
	old := w.Sign("first", w.claims(nil))
	w.RemoveKey("first")
	w.want("a removed key", old, nil)
	w.advance(59 * time.Minute)
	w.want("a removed key", w.Sign("second", w.claims(nil)), nil)
	w.advance(2 * time.Minute)
	w.want("a removed key", old, oidc.ErrNoKey)
}

func TestIssuerFails(t *testing.T) {
	w := newWorld(t)
	configuration := func(keys string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				fmt.Fprintf(rw, `{"issuer":%q,"jwks_uri":%q}`, w.URL, keys)
				return
			}
			w.Serve(rw, r)
		}
	}
	answer := func(text string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/keys") {
				fmt.Fprint(rw, text)
				return
			}
			w.Serve(rw, r)
		}
	}
	redirect := func(to string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) }
	}
	internal := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server asked its own machine") }))
	defer internal.Close()
	symmetric := `{"keys":[{"kty":"oct","kid":"first","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U"}]}`
	private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t), KeyID: "first"}}})
	if err != nil {
		t.Fatal(err)
	}
	weak := must(rsa.GenerateKey(rand.Reader, 1024))(t)
	small, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: weak.Public(), KeyID: "first"}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"down":             {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) }, oidc.ErrUnreachable},
		"not found":        {http.NotFound, oidc.ErrNoKey},
		"forbidden":        {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(403) }, oidc.ErrNoKey},
		"gone in between":  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, oidc.ErrUnreachable},
		"not JSON":         {answer("<html>"), oidc.ErrNoKey},
		"no keys":          {answer(`{"keys":[]}`), oidc.ErrNoKey},
		"shared keys":      {answer(symmetric), oidc.ErrNoKey},
		"private keys":     {answer(string(private)), oidc.ErrNoKey},
		"a short RSA key":  {answer(string(small)), oidc.ErrNoKey},
		"huge keys":        {answer(`{"keys":[` + strings.Repeat(" ", 300<<10) + `]}`), oidc.ErrNoKey},
		"keys over http":   {configuration("http://example.com/keys"), oidc.ErrNoKey},
		"keys in a file":   {configuration("file:///etc/passwd"), oidc.ErrNoKey},
		"keys at home":     {configuration(internal.URL), oidc.ErrUnreachable},
		"keys by name":     {configuration("https://localhost:1/keys"), oidc.ErrUnreachable},
		"metadata service": {configuration("https://169.254.169.254/latest/meta-data"), oidc.ErrUnreachable},
		"redirected away":  {redirect(internal.URL), oidc.ErrUnreachable},
		"redirected down":  {redirect("http://example.com/cluster/1/x"), oidc.ErrUnreachable},
		"redirected round": {redirect("https://example.com/cluster/1/x"), oidc.ErrUnreachable},
		"another issuer": {func(rw http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(rw, `{"issuer":"https://example.com","jwks_uri":%q}`, w.URL+"/keys")
		}, oidc.ErrNoKey},
	} {
		w.verifier = oidc.New(w.config())
		w.SetAnswer(tt.answer)
		w.want(what, w.token(nil), tt.want)
		before := w.Fetches()
		w.want(what+", again", w.token(nil), tt.want)
		if n := w.Fetches() - before; n != 0 {
			t.Errorf("%s: asked again at once", what)
		}
		w.SetAnswer(nil)
		w.advance(6 * time.Second)
		w.want(what+", better now", w.token(nil), nil)
	}

	// What is known is used while the issuer is away, and no longer than otherwise.
	w.want("known", w.token(nil), nil)
	w.SetAnswer(http.NotFound)
	w.advance(40 * time.Minute)
	w.want("known", w.token(nil), nil)
	w.want("unknown", w.Sign("first", w.claims(nil)), nil)
	w.advance(21 * time.Minute)
	w.want("forgotten", w.token(nil), oidc.ErrNoKey)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A certificate of an authority that nobody trusts is no issuer's.
func TestCertificate(t *testing.T) {
	w := newWorld(t)
	c := w.config()
	c.CAs = x509.NewCertPool()
	w.verifier = oidc.New(c)
	w.want("unknown authority", w.token(nil), oidc.ErrUnreachable)
}

// Many who ask at once ask the issuer once.
func TestConcurrent(t *testing.T) {
	w := newWorld(t)
	token := w.token(nil)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() { w.want("a good one", token, nil) })
	}
	wg.Wait()
	if n := w.Fetches(); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestKinds(t *testing.T) {
	for _, k := range oidc.Kinds() {
		if k.Error() == "" || strings.Contains(k.Error(), "kind") {
			t.Errorf("kind %d has no text", int(k))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYiIsImV4cCI6MX0.AAAA")
	f.Add(segment(map[string]any{"alg": "RS256", "kid": "x"}) + "." + segment(map[string]any{"iss": "a", "sub": "b", "exp": 1, "aud": []string{"c"}, "azp": "d"}) + ".AAAA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, raw string) {
		token, err := oidc.Parse(raw)
		if (err == nil) == errors.Is(err, oidc.ErrMalformed) {
			t.Errorf("error %v", err)
		}
		if err == nil && token.Issuer == "" {
			t.Error("a token of nobody")
		}
	})
}
