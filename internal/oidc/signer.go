package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Algorithms that tokens are signed with here.
const (
	RS256 = string(jose.RS256) // RSA, with keys of 2048 bits
	ES384 = string(jose.ES384) // ECDSA on the curve P-384
)

// SigningKey signs tokens. Its id is random, so that no two keys share one.
type SigningKey struct {
	ID        string
	Algorithm string // RS256 or ES384

	private crypto.Signer
}

// GenerateKey makes a key for an algorithm, RS256 or ES384.
func GenerateKey(algorithm string) (*SigningKey, error) {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails: see crypto/rand
	k := &SigningKey{ID: algorithm + "_" + hex.EncodeToString(id), Algorithm: algorithm}
	var err error
	switch algorithm {
	case RS256:
		k.private, err = rsa.GenerateKey(rand.Reader, minRSA)
	case ES384:
		k.private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		err = fmt.Errorf("tokens are not signed with %q", algorithm)
	}
	if err != nil {
		return nil, fmt.Errorf("generate signing key: %w", err)
	}
	return k, nil
}

// ParseKey restores a key from its id, its algorithm and what Private returned.
func ParseKey(id, algorithm string, private []byte) (*SigningKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("read signing key %s: %w", id, err)
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read signing key %s: a %T does not sign", id, parsed)
	}
	return &SigningKey{ID: id, Algorithm: algorithm, private: signer}, nil
}

// Private returns the private key as PKCS #8. It is a secret.
func (k *SigningKey) Private() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.private) }

// Public returns the public key as a JSON Web Key, as a key set publishes it.
func (k *SigningKey) Public() ([]byte, error) {
	return json.Marshal(jose.JSONWebKey{Key: k.private.Public(), KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"})
}

// Sign returns a token in compact form with the claims, JSON of an object.
func (k *SigningKey) Sign(claims []byte) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.Algorithm), Key: jose.JSONWebKey{Key: k.private, KeyID: k.ID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", k.ID, err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", k.ID, err)
	}
	return signed.CompactSerialize()
}
