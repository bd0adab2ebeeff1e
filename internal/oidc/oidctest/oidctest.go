// Package oidctest runs an OpenID Connect issuer in a test.
package oidctest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Host is the host name of every issuer. Nobody knows it: see Resolve.
const Host = "example.com"

// Issuer is a running issuer with a private CA. Its URL may have a path, as that of a Kubernetes cluster may.
type Issuer struct {
	URL string

	tb     testing.TB
	server *httptest.Server
	path   string

	mu   sync.Mutex
	keys map[string]key
	// Answer, when set, answers instead of the issuer. Set it with SetAnswer.
	answer http.HandlerFunc

	fetches atomic.Int64
}

type key struct {
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

// New starts an issuer at https://example.com and the path, with one key called "first". It stops with the test.
func New(tb testing.TB, path string) *Issuer {
	tb.Helper()
	i := &Issuer{URL: "https://" + Host + path, tb: tb, path: path, keys: map[string]key{}}
	i.AddKey("first", jose.ES256, nil)
	i.server = httptest.NewTLSServer(http.HandlerFunc(i.serve))
	tb.Cleanup(i.server.Close)
	return i
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.fetches.Add(1)
	i.mu.Lock()
	answer := i.answer
	i.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	i.Serve(w, r)
}

// Serve answers as a good issuer does.
func (i *Issuer) Serve(w http.ResponseWriter, r *http.Request) {
	switch strings.TrimPrefix(r.URL.Path, i.path) {
	case "/.well-known/openid-configuration":
		i.json(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"}})
	case "/keys":
		i.json(w, jose.JSONWebKeySet{Keys: i.public()})
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		i.tb.Error(err)
	}
}

func (i *Issuer) public() (keys []jose.JSONWebKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for id, k := range i.keys {
		keys = append(keys, jose.JSONWebKey{KeyID: id, Key: k.private.Public(), Use: "sig"})
	}
	return keys
}

// SetAnswer makes something else answer from now on; nil is the issuer itself again.
func (i *Issuer) SetAnswer(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = h
}

// AddKey publishes another key; a nil private key is made, for ES256.
func (i *Issuer) AddKey(id string, a jose.SignatureAlgorithm, private crypto.Signer) {
	i.tb.Helper()
	if private == nil {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			i.tb.Fatal(err)
		}
		private = k
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys[id] = key{a, private}
}

// Public is the public key called id.
func (i *Issuer) Public(id string) crypto.PublicKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[id].private.Public()
}

// RemoveKey publishes a key no longer.
func (i *Issuer) RemoveKey(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.keys, id)
}

// Fetches is how many requests the issuer has had.
func (i *Issuer) Fetches() int { return int(i.fetches.Load()) }

// Resolve says where the issuer is.
func (i *Issuer) Resolve() map[string]string {
	return map[string]string{Host: i.server.Listener.Addr().String()}
}

// CA is the authority of the issuer's certificate in PEM.
func (i *Issuer) CA() []byte {
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: i.server.Certificate().Raw}); err != nil {
		i.tb.Fatal(err)
	}
	return b.Bytes()
}

// CAFile is a file with CA.
func (i *Issuer) CAFile() string {
	i.tb.Helper()
	name := filepath.Join(i.tb.TempDir(), "ca.pem")
	if err := os.WriteFile(name, i.CA(), 0o600); err != nil {
		i.tb.Fatal(err)
	}
	return name
}

// Claims are those of a good token made now, for the audience, with changes; nil takes a claim away.
func (i *Issuer) Claims(now time.Time, audience string, changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": i.URL, "sub": "system:serviceaccount:build:runner", "aud": []string{audience},
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": rand.Text(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Sign makes a token of claims with the key called id.
func (i *Issuer) Sign(id string, claims map[string]any) string {
	i.tb.Helper()
	i.mu.Lock()
	k := i.keys[id]
	i.mu.Unlock()
	return SignWith(i.tb, k.algorithm, k.private, id, claims)
}

// SignWith makes a token of claims with any key. An empty id leaves it out.
func SignWith(tb testing.TB, a jose.SignatureAlgorithm, private any, id string, claims map[string]any) string {
	tb.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		tb.Fatal(err)
	}
	if id != "" {
		private = jose.JSONWebKey{Key: private, KeyID: id}
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: a, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		tb.Fatal(err)
	}
	jws, err := s.Sign(payload)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
