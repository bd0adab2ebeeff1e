package ociapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// The server's own trouble has a status that says whether to come again, and says
// nothing of what the server is made of.
func TestTroubleError(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
		after  string // when to come again
	}{
		{fmt.Errorf("get: %w: dial tcp secret", meta.ErrUnavailable), http.StatusServiceUnavailable, "UNAVAILABLE", "5"},
		{fmt.Errorf("open: %w: bucket secret", blob.ErrUnavailable), http.StatusServiceUnavailable, "UNAVAILABLE", "5"},
		{fmt.Errorf("write secret: %w", syscall.ENOSPC), http.StatusInsufficientStorage, "UNKNOWN", ""},
		{errors.New("secret"), http.StatusInternalServerError, "UNKNOWN", ""},
	} {
		if wireError(tt.err, "") != nil {
			t.Errorf("%v is not logged", tt.err)
		}
		e := troubleError(tt.err, "; the request's id is 1")
		if e.Status != tt.status || e.Code != tt.code || e.Header.Get("Retry-After") != tt.after || strings.Contains(e.Message, "secret") || !strings.Contains(e.Message, "id is 1") {
			t.Errorf("%v: %d %q %v", tt.err, e.Status, e, e.Header)
		}
	}
	e := wireError(fmt.Errorf("wait: %w", &admit.Refusal{RetryAfter: 1200 * time.Millisecond}), "")
	if e == nil || e.Status != http.StatusTooManyRequests || e.Code != "TOOMANYREQUESTS" || e.Header.Get("Retry-After") != "2" {
		t.Errorf("a refusal: %v", e)
	}
}
