package server

import (
	"crypto/x509"
	"fmt"
	"os"
)

// oidcCAs are the authorities that identity providers' certificates are checked with; nil means those of the system alone.
func (c *Config) oidcCAs() (*x509.CertPool, error) {
	return authorities("identity providers", c.OIDCCAFile)
}

// authorities are the system's and those in a PEM file; nil means the system's alone. whose certificates they are checked
// with is for the error.
func authorities(whose, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of %s: %w", whose, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // as on systems without one
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the authorities of %s: %s holds no certificate", whose, file)
	}
	return pool, nil
}
