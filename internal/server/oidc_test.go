package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOIDCAuthorities(t *testing.T) {
	if pool, err := (&Config{}).oidcCAs(); pool != nil || err != nil {
		t.Errorf("none: %v, %v", pool, err)
	}
	name := filepath.Join(t.TempDir(), "ca.pem")
	if _, err := (&Config{OIDCCAFile: name}).oidcCAs(); err == nil {
		t.Error("a file that is not there was read")
	}
	if err := os.WriteFile(name, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Config{OIDCCAFile: name}).oidcCAs(); err == nil || !strings.Contains(err.Error(), "holds no certificate") {
		t.Errorf("error %v", err)
	}
}
