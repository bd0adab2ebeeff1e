package audit_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/audit"
)

// FuzzEventText: whatever a client sends, its event is one line of JSON that says the same.
func FuzzEventText(f *testing.F) {
	for _, s := range []string{"", "containerd/2", `a"b\c`, "<&>", "\n\u2028\x00\x7f", "é", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := json.Marshal(audit.Event{Host: s})
		if err != nil {
			t.Fatal(err)
		}
		var e audit.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if utf8.ValidString(s) && e.Host != s {
			t.Errorf("%q was read as %q", s, e.Host)
		}
	})
}
