package servertest_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/server"
)

// lines is a log that a test reads while it is written.
type lines struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.String()
}

// A small layer that is damaged in the database is an error of the server, whose
// log names it, and not content with another digest.
func TestDamagedSmallLayer(t *testing.T) {
	var log lines
	w := newWorld(t, func(c *server.Config) { c.Log = slog.New(slog.NewTextHandler(io.MultiWriter(&log, t.Output()), nil)) })
	w.repository("team/app")
	layer, content := layerOf(t, w.push("team/app:v1", 10_000, 1))
	url := w.layerURL("team/app", layer)
	db := metatest.Open(t, server.DefaultDatabase(w.dir))
	damage := func(content []byte) {
		t.Helper()
		err := db.Write(t.Context(), func(tx *meta.Tx) error {
			_, err := tx.Exec(`UPDATE blob SET content = $1 WHERE digest = $2`, content, layer.String())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	damage(bytes.ToUpper(content))
	for range 2 {
		a := w.download("GET", url)
		if a.status != 500 || len(a.body) > 1000 {
			t.Errorf("GET of a damaged layer: %d, %d bytes", a.status, len(a.body))
		}
	}
	if !strings.Contains(log.String(), "not "+layer.String()) {
		t.Errorf("the log does not name %s: %s", layer, log.String())
	}
	damage(content)
	if a := w.download("GET", url); a.status != 200 || a.body != string(content) {
		t.Errorf("GET of the layer when it is put back: %d, %d bytes", a.status, len(a.body))
	}
}
