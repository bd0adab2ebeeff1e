// Package seal encrypts what Pratique stores or hands out and must be able to read again: stored secrets and
// stateless tokens.
//
// A sealed value is AES-256-GCM ciphertext under a key that HKDF-SHA256 derives from a master key for one
// purpose, so a value sealed for one purpose does not open for another. It names its master key, so several
// can be in use while keys are rotated.
//
//	1 byte   format version, 1
//	4 bytes  id of the master key
//	12 bytes nonce, random
//	n bytes  ciphertext, and the 16-byte tag over it, the version, the key id and the purpose
//
// Nonces are random: rotate the master key before 2^32 values were sealed for one purpose.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Overhead is how many bytes longer a sealed value is than its plaintext.
const Overhead = headerSize + 12 + 16

const (
	version    = 1
	headerSize = 1 + len(keyID{})
	keySize    = 32
)

// ErrInvalid is returned for a sealed value that does not open: altered, cut short, made for another purpose,
// or sealed with a key that is not in the key file.
var ErrInvalid = errors.New("sealed value is not valid")

// Box seals and opens values with the keys of a key file, as it is now: a change of the file counts from the next value that
// is sealed, or that names a key unknown so far. A file that cannot be read any more leaves the keys as they were. A Box is
// safe for concurrent use.
type Box struct {
	path string
	ring atomic.Pointer[ring]
}

// ring is the content of a key file at some time.
type ring struct {
	keys []key // the first one seals, all of them open
	info fs.FileInfo
}

// find returns the key with an id.
func (r *ring) find(id keyID) (key, bool) {
	for _, k := range r.keys {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

// current returns the keys of the file as it is now.
func (b *Box) current() *ring {
	r := b.ring.Load()
	info, err := os.Stat(b.path)
	if err != nil || os.SameFile(info, r.info) && info.ModTime().Equal(r.info.ModTime()) && info.Size() == r.info.Size() {
		return r
	}
	now, err := readKeyFile(b.path)
	if err != nil {
		return r
	}
	b.ring.CompareAndSwap(r, now)
	return b.ring.Load()
}

type keyID [4]byte

// key is a master key after HKDF's extract step.
type key struct {
	id    keyID
	prk   []byte
	since time.Time // zero if the file does not say

	aeads *aeads
}

// aeads are the ciphers of a key that were used, by purpose: to derive one takes
// longer than to use it.
type aeads struct {
	mu sync.RWMutex
	m  map[string]cipher.AEAD
}

// aeadsMost is how many are kept. Tokens have few purposes; what is stored has
// one for each owner.
const aeadsMost = 64

func newKey(id keyID, master []byte, since time.Time) (key, error) {
	prk, err := hkdf.Extract(sha256.New, master, []byte("pratique seal v1"))
	if err != nil {
		return key{}, fmt.Errorf("derive key: %w", err)
	}
	return key{id, prk, since, &aeads{m: map[string]cipher.AEAD{}}}, nil
}

// Format keeps the keys out of anything printed with package fmt.
func (b *Box) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "seal.Box(redacted)") }

// LogValue keeps the keys out of logs.
func (b *Box) LogValue() slog.Value { return slog.StringValue("seal.Box(redacted)") }

// Seal encrypts plaintext for purpose. The purpose is any text that says what the value is and, where swapping
// two values would matter, whose it is; Open needs the same one.
func (b *Box) Seal(purpose string, plaintext []byte) []byte {
	k := b.current().keys[0]
	out := make([]byte, headerSize, headerSize+len(plaintext)+Overhead)
	out[0] = version
	copy(out[1:], k.id[:])
	return k.aead(purpose).Seal(out, nil, plaintext, additional(out[:headerSize], purpose))
}

// Open decrypts a value that Seal returned for the same purpose. Its only error is ErrInvalid.
func (b *Box) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != version {
		return nil, ErrInvalid
	}
	header := sealed[:headerSize]
	k, ok := b.ring.Load().find(keyID(header[1:]))
	if !ok {
		if k, ok = b.current().find(keyID(header[1:])); !ok {
			return nil, ErrInvalid
		}
	}
	plaintext, err := k.aead(purpose).Open(nil, nil, sealed[headerSize:], additional(header, purpose))
	if err != nil {
		return nil, ErrInvalid
	}
	return plaintext, nil
}

// KeyOf returns the id of the key that a value says it is sealed with, empty for what is no sealed value.
func KeyOf(sealed []byte) string {
	if len(sealed) < Overhead || sealed[0] != version {
		return ""
	}
	return hex.EncodeToString(sealed[1:headerSize])
}

// SealString is Seal with the result in base64url without padding: it holds no character that a token in a
// header, a URL or a user:password pair must not hold.
func (b *Box) SealString(purpose string, plaintext []byte) string {
	return base64.RawURLEncoding.EncodeToString(b.Seal(purpose, plaintext))
}

// OpenString opens what SealString returned. Its only error is ErrInvalid.
func (b *Box) OpenString(purpose, sealed string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || strings.ContainsAny(sealed, "\r\n") { // which the decoder passes over
		return nil, ErrInvalid
	}
	return b.Open(purpose, raw)
}

// aead returns the cipher for a purpose.
func (k key) aead(purpose string) cipher.AEAD {
	k.aeads.mu.RLock()
	a := k.aeads.m[purpose]
	k.aeads.mu.RUnlock()
	if a != nil {
		return a
	}
	a = k.derive(purpose)
	k.aeads.mu.Lock()
	defer k.aeads.mu.Unlock()
	if len(k.aeads.m) < aeadsMost {
		k.aeads.m[purpose] = a
	}
	return a
}

// derive makes the cipher for a purpose. It panics where only a wrong key size would make it fail.
func (k key) derive(purpose string) cipher.AEAD {
	derived, err := hkdf.Expand(sha256.New, k.prk, purpose, keySize)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func additional(header []byte, purpose string) []byte {
	return append(header[:len(header):len(header)], purpose...)
}
