package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

const (
	caLifetime   = 10 * 365 * 24 * time.Hour
	leafLifetime = 90 * 24 * time.Hour
	maxLeaves    = 1024 // certificates kept in memory
)

// privateCA issues certificates for the server's own names as clients ask for
// them: no wildcard covers <account>.dkr.ecr.<region>.<domain>.
type privateCA struct {
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
	domains []string
	now     func() time.Time

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// CAFile is where a self-signed server keeps the certificate that clients
// must trust, below the data directory.
const CAFile = "tls/ca.pem"

// openPrivateCA loads the CA of dataDir, or makes one.
func openPrivateCA(dataDir string, domains []string, now func() time.Time) (*privateCA, error) {
	certPath := filepath.Join(dataDir, CAFile)
	keyPath := filepath.Join(filepath.Dir(certPath), "ca-key.pem")
	pair, err := tls.LoadX509KeyPair(certPath, keyPath)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeCA(certPath, keyPath, now()); err != nil {
			return nil, fmt.Errorf("make private CA: %w", err)
		}
		pair, err = tls.LoadX509KeyPair(certPath, keyPath)
	}
	if err != nil {
		return nil, fmt.Errorf("load private CA: %w", err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("load private CA: %s holds no ECDSA key", keyPath)
	}
	return &privateCA{cert: pair.Leaf, key: key, domains: domains, now: now, leaves: map[string]*tls.Certificate{}}, nil
}

func makeCA(certPath, keyPath string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: "Pratique private CA"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(caLifetime),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(certPath), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certPath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644) //nolint:gosec // a certificate is public
}

// certificate implements tls.Config.GetCertificate.
func (c *privateCA) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(hello.ServerName)
	var ips []net.IP
	if name == "" { // the client dialled an address
		host, _, err := net.SplitHostPort(hello.Conn.LocalAddr().String())
		if err != nil {
			return nil, fmt.Errorf("local address: %w", err)
		}
		name, ips = host, []net.IP{net.ParseIP(host)}
	} else if p, ok := endpoint.ParsePublic(name); !(ok && p.OfAWS()) &&
		!slices.ContainsFunc(c.domains, func(d string) bool { return name == d || strings.HasSuffix(name, "."+d) }) {
		return nil, fmt.Errorf("no certificate for %q: not below a configured domain", name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if leaf := c.leaves[name]; leaf != nil && c.now().Before(leaf.Leaf.NotAfter.Add(-leafLifetime/3)) {
		return leaf, nil
	}
	leaf, err := c.issue(name, ips)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %q: %w", name, err)
	}
	if len(c.leaves) >= maxLeaves {
		clear(c.leaves)
	}
	c.leaves[name] = leaf
	return leaf, nil
}

func (c *privateCA) issue(name string, ips []net.IP) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: "Pratique"},
		NotBefore:    c.now().Add(-time.Hour),
		NotAfter:     c.now().Add(leafLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  ips,
	}
	if ips == nil {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.cert, key.Public(), c.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, c.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// serial returns a random 127-bit serial number.
func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}
