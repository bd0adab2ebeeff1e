package server

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// handshake connects to a server with the CA's certificates under a name and
// verifies what it shows against roots.
func handshake(t *testing.T, ca *privateCA, roots *x509.CertPool, name string, now time.Time) error {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: ca.certificate, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.(*tls.Conn).Handshake()
		_ = c.Close()
	}()
	if name == "" {
		name = "127.0.0.1"
	}
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	return tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: name, Time: func() time.Time { return now }}).Handshake()
}

func TestPrivateCA(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	ca, err := openPrivateCA(dir, []string{"localhost", "amazonaws.com"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(dir, CAFile))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in the CA file")
	}
	for _, name := range []string{"", "localhost", "111111111111.dkr.ecr.us-east-1.localhost", "222222222222.dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.us-east-1.amazonaws.com", "public.localhost", "public.ecr.aws"} {
		if err := handshake(t, ca, roots, name, now); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"example.com", "evilamazonaws.com", "public.example.com", "x.public.ecr.aws"} {
		if err := handshake(t, ca, roots, name, now); err == nil {
			t.Errorf("a certificate was issued for %q", name)
		}
	}

	// Certificates are renewed before they end, without a restart.
	now = now.Add(leafLifetime - time.Hour)
	if err := handshake(t, ca, roots, "localhost", now); err != nil {
		t.Errorf("near the end of the first certificate: %v", err)
	}
	if left := ca.leaves["localhost"].Leaf.NotAfter.Sub(now); left < leafLifetime/3 {
		t.Errorf("certificate ends in %v", left)
	}

	// A restart keeps the CA that clients trust.
	again, err := openPrivateCA(dir, []string{"localhost"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := handshake(t, again, roots, "localhost", now); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "tls", "ca-key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
}

func TestPrivateCABroken(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "tls"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"ca.pem", "ca-key.pem"} {
		if err := os.WriteFile(filepath.Join(dir, "tls", f), []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openPrivateCA(dir, nil, time.Now); err == nil || !strings.Contains(err.Error(), "load private CA") {
		t.Errorf("broken files: %v", err)
	}
}
