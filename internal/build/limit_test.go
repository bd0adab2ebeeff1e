package build

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimitsSet(t *testing.T) {
	var l Limits
	for _, s := range []string{
		"queued=1", "queued-per-principal=2", "running=3", "running-per-principal=4", "context-bytes=5", "unpacked-bytes=6", "files=7", "log-bytes=8",
		"timeout=9m", "queue-timeout=10m", "keep=11h",
	} {
		if err := l.Set(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	want := Limits{1, 2, 3, 4, 5, 6, 7, 8, 9 * time.Minute, 10 * time.Minute, 11 * time.Hour}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	for s, part := range map[string]string{
		"queued": "not a number", "queued=0": "not a number", "queued=x": "not a number", "timeout=5": "not a duration", "timeout=-1h": "not a duration",
		"speed=1": "not one of context-bytes", "": "not one of",
	} {
		if err := l.Set(s); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if err := l.Validate(); err != nil {
		t.Error(err)
	}
	for _, bad := range []Limits{{Queued: -1}, {Keep: -1}, {Timeout: 12 * time.Hour}, {QueueTimeout: 11*time.Hour + time.Minute}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
}
