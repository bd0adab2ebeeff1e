package iam

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
)

// Prefixes of unique ids and access key ids, as the IAM user guide lists them.
const (
	prefixUser            = "AIDA"
	prefixRole            = "AROA"
	prefixGroup           = "AGPA"
	prefixPolicy          = "ANPA"
	prefixInstanceProfile = "AIPA"
	prefixAccessKey       = "AKIA"
	prefixTemporaryKey    = "ASIA"
)

// base32Alphabet is the alphabet of unique ids: RFC 4648's.
const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// newID returns a new unique id of 21 characters.
func newID(prefix string) string { return prefix + randomBase32(17) }

func randomBase32(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	for i, c := range b {
		b[i] = base32Alphabet[c&31]
	}
	return string(b)
}

// newAccessKeyID returns a new access key id of 20 characters that carries the account in the way of AWS's: half the
// account's number in the eight characters after the prefix, and its lowest bit in the range of the ninth.
func newAccessKeyID(prefix, account string) string {
	n, err := strconv.ParseUint(account, 10, 64)
	if err != nil {
		panic("iam: account id " + strconv.Quote(account) + " is not a number")
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n/2+1<<39)
	rest := []byte(randomBase32(8))
	ninth := strings.IndexByte(base32Alphabet, rest[0]) & 15 // A to P
	if n%2 == 1 {
		ninth += 16 // Q to 7
	}
	rest[0] = base32Alphabet[ninth]
	return prefix + base32.StdEncoding.EncodeToString(b[3:]) + string(rest)
}

// AccessKeyAccount returns the account that an access key id carries; it does not look whether there is such a key.
// It reports false for ids that carry none.
func AccessKeyAccount(id string) (account string, ok bool) {
	if len(id) < 14 {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(id[4:12])
	if err != nil {
		return "", false
	}
	low := strings.IndexByte(base32Alphabet, id[12])
	if low < 0 {
		return "", false
	}
	n := uint64(b[0])<<32 | uint64(binary.BigEndian.Uint32(b[1:]))
	if n < 1<<39 {
		return "", false // a key of the time before accounts were part of the id
	}
	n = (n-1<<39)*2 + uint64(low>>4)
	account = strconv.FormatUint(n, 10)
	if len(account) < 12 {
		account = strings.Repeat("0", 12-len(account)) + account
	}
	return account, arn.IsAccountID(account)
}

// newSecret returns a new secret access key: 40 characters of base64.
func newSecret() string {
	var b [30]byte
	_, _ = rand.Read(b[:]) // never fails: see crypto/rand
	return base64.StdEncoding.EncodeToString(b[:])
}
