package server

import (
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A certificate that is renewed is served without a restart, and one of which
// only half is there does no harm.
func TestCertificateRenewed(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	issue := func() (certPEM, keyPEM []byte) {
		t.Helper()
		ca, err := openPrivateCA(t.TempDir(), []string{"localhost"}, clock)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(ca.key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	write := func(name string, content []byte) { // as a new file, as Kubernetes does
		t.Helper()
		if err := os.WriteFile(name+".new", content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			t.Fatal(err)
		}
	}
	firstCert, firstKey := issue()
	write(cert, firstCert)
	write(key, firstKey)
	files, err := openCertFiles(cert, key, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serves := func(when string, want []byte) {
		t.Helper()
		pair, err := files.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}); string(got) != string(want) {
			t.Errorf("%s another certificate is served", when)
		}
	}
	serves("at first", firstCert)

	secondCert, secondKey := issue()
	write(cert, secondCert)
	now = now.Add(certLookEvery)
	serves("with the new certificate and the old key", firstCert)
	write(key, secondKey)
	serves("before it looks again", firstCert)
	now = now.Add(certLookEvery)
	serves("with both", secondCert)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	now = now.Add(certLookEvery)
	serves("with one file gone", secondCert)

	if _, err := openCertFiles(cert, key, clock, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a server starts without its key")
	}
}
