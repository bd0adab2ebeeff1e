package server

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certLookEvery is how soon certificate files that were replaced are noticed.
const certLookEvery = time.Second

// certFiles is a certificate and its key in two files, which are replaced
// while the server runs: certificates are renewed every few weeks.
type certFiles struct {
	cert, key string
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	files  [2]fs.FileInfo // that pair was read from
	looked time.Time
}

// openCertFiles reads the files.
func openCertFiles(cert, key string, now func() time.Time, log *slog.Logger) (*certFiles, error) {
	c := &certFiles{cert: cert, key: key, now: now, log: log, looked: now()}
	if err := c.read(); err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	return c, nil
}

// certificate implements tls.Config.GetCertificate.
func (c *certFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= certLookEvery {
		c.looked = now
		// Until both files are replaced, what was there before does.
		if err := c.read(); err != nil {
			c.log.Warn("the TLS certificate cannot be read again", "error", err)
		}
	}
	return c.pair, nil
}

// read reads the files unless they are those that were read before.
func (c *certFiles) read() error {
	var files [2]fs.FileInfo
	changed := false
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		old := c.files[i]
		changed = changed || old == nil || !os.SameFile(old, info) || !old.ModTime().Equal(info.ModTime()) || old.Size() != info.Size()
		files[i] = info
	}
	if !changed {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return err
	}
	c.pair, c.files = &pair, files
	return nil
}
