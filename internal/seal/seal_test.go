package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/seal"
)

func open(t testing.TB) *seal.Box {
	t.Helper()
	b, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSeal(t *testing.T) {
	b := open(t)
	for _, plaintext := range []string{"", "x", strings.Repeat("secret", 1000)} {
		sealed := b.Seal("purpose", []byte(plaintext))
		if len(sealed) != len(plaintext)+seal.Overhead {
			t.Errorf("%d bytes seal to %d", len(plaintext), len(sealed))
		}
		if got, err := b.Open("purpose", sealed); err != nil || string(got) != plaintext {
			t.Errorf("opens as %q, error %v", got, err)
		}
		text := b.SealString("purpose", []byte(plaintext))
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("not base64url: %q", text)
		}
		if got, err := b.OpenString("purpose", text); err != nil || string(got) != plaintext {
			t.Errorf("opens as %q, error %v", got, err)
		}
	}
	if bytes.Equal(b.Seal("purpose", nil), b.Seal("purpose", nil)) {
		t.Error("two values sealed alike")
	}
}

func TestOpenInvalid(t *testing.T) {
	b := open(t)
	sealed := b.Seal("purpose", []byte("plaintext"))
	refused := func(name, purpose string, sealed []byte) {
		t.Helper()
		if got, err := b.Open(purpose, sealed); !errors.Is(err, seal.ErrInvalid) || got != nil {
			t.Errorf("%s: opens as %q, error %v", name, got, err)
		}
	}
	for i := range sealed {
		for bit := range 8 {
			tampered := bytes.Clone(sealed)
			tampered[i] ^= 1 << bit
			refused(fmt.Sprintf("bit %d of byte %d", bit, i), "purpose", tampered)
		}
		refused(fmt.Sprintf("first %d bytes", i), "purpose", sealed[:i])
	}
	refused("one byte more", "purpose", append(bytes.Clone(sealed), 0))
	refused("another purpose", "purposes", sealed)
	refused("no purpose", "", sealed)
	refused("another box", "purpose", open(t).Seal("purpose", []byte("plaintext")))

	text := b.SealString("purpose", []byte("plaintext"))
	for _, s := range []string{"", text + "=", text + "\n", " " + text, text[1:], strings.Replace(text, text[5:6], "+", 1)} {
		if _, err := b.OpenString("purpose", s); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("%q: error %v", s, err)
		}
	}
}

func TestBoxPrintsNoKey(t *testing.T) {
	b := open(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if s := fmt.Sprintf(verb, b); s != "seal.Box(redacted)" {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func TestSecret(t *testing.T) {
	type holder struct {
		Name   string
		Secret seal.Secret
	}
	h := holder{"name", "hunter2"}
	if h.Secret.Reveal() != "hunter2" {
		t.Errorf("reveals %q", h.Secret.Reveal())
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", h, &h, h.Secret)
	}
	out.WriteString(h.Secret.String())
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("message", "secret", h.Secret, "holder", h, "pointer", &h)
	}
	if err := json.NewEncoder(&out).Encode([]any{h, h.Secret, &h.Secret}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(&out, fmt.Errorf("wrapped: %v", h))
	if s := out.String(); strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) ||
		strings.Contains(s, fmt.Sprintf("%X", "hunter2")) || !strings.Contains(s, "REDACTED") {
		t.Errorf("printed:\n%s", s)
	}
}

func BenchmarkOpen(b *testing.B) {
	box := open(b)
	sealed := box.SealString("purpose", make([]byte, 500))
	for b.Loop() {
		if _, err := box.OpenString("purpose", sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzOpenString(f *testing.F) {
	box := open(f)
	f.Add("")
	f.Add(box.SealString("other purpose", []byte("plaintext")))
	f.Fuzz(func(t *testing.T, sealed string) {
		if got, err := box.OpenString("purpose", sealed); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("opens as %q, error %v", got, err)
		}
	})
}
