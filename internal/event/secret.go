package event

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/seal"
)

// Signatures are those of Standard Webhooks.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
const (
	secretPrefix = "whsec_"
	secretSize   = 32 // bytes of the secrets that are made here
	minSecret    = 24 // bytes of those that are given
	maxSecret    = 64

	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

func newSecret() []byte {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	return secret
}

func encodeSecret(secret []byte) seal.Secret {
	return seal.Secret(secretPrefix + base64.StdEncoding.EncodeToString(secret))
}

// decodeSecret reads a secret as Standard Webhooks writes it. Its errors do not quote it.
func decodeSecret(s seal.Secret) ([]byte, error) {
	text, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(secret) < minSecret || len(secret) > maxSecret {
		return nil, errors.New(`a secret is "whsec_" and the base64 encoding of 24 to 64 random bytes`)
	}
	return secret, nil
}

// sign returns the signature of a message: of its id, the time of the attempt to deliver it, and its body.
func sign(secret []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
