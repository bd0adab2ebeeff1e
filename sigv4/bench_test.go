package sigv4_test

import (
	"testing"

	"github.com/pratique-dev/pratique/sigv4"
)

func BenchmarkVerify(b *testing.B) {
	r, body := jsonRequest(b, session), sigv4.HashPayload([]byte("{}"))
	for b.Loop() {
		q, err := sigv4.Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if err := q.Verify(r, session.SecretAccessKey, body, signedAt); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyCachedKey(b *testing.B) {
	r, body, keys := jsonRequest(b, session), sigv4.HashPayload([]byte("{}")), sigv4.NewKeyCache(16)
	for b.Loop() {
		q, err := sigv4.Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if err := q.VerifyKey(r, keys.Key(q, session.SecretAccessKey), body, signedAt); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyPresigned(b *testing.B) {
	r, body, keys := presignedRequest(b, session, "60"), sigv4.HashPayload(nil), sigv4.NewKeyCache(16)
	for b.Loop() {
		q, err := sigv4.Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if err := q.VerifyKey(r, keys.Key(q, session.SecretAccessKey), body, signedAt); err != nil {
			b.Fatal(err)
		}
	}
}
