package server

import (
	"crypto/x509"
	"fmt"
	"os"
)

// oidcCAs are the authorities that identity providers' certificates are checked with; nil means those of the system alone.
func (c *Config) oidcCAs() (*x509.CertPool, error) {
	if c.OIDCCAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.OIDCCAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of identity providers: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // as on systems without one
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the authorities of identity providers: %s holds no certificate", c.OIDCCAFile)
	}
	return pool, nil
}
