package shape

import (
	"encoding/json"
	"testing"
	"time"
)

func TestTimeJSON(t *testing.T) {
	for _, c := range []struct {
		ms   int64
		want string
	}{
		{0, "0.0"},
		{1563223656000, "1563223656.0"},
		{1788307200123, "1788307200.123"},
		{1788307200120, "1788307200.12"},
		{-1500, "-1.5"},
		{-500, "-0.5"},
	} {
		b, err := json.Marshal(At(time.UnixMilli(c.ms)))
		if err != nil || string(b) != c.want {
			t.Errorf("%d ms: wrote %s, %v; want %s", c.ms, b, err, c.want)
		}
		var back Time
		if err := json.Unmarshal(b, &back); err != nil || back.UnixMilli() != c.ms {
			t.Errorf("%s: read %d ms, %v; want %d", b, back.UnixMilli(), err, c.ms)
		}
	}
}

func TestTimeUnmarshalJSON(t *testing.T) {
	for in, want := range map[string]int64{"1.788307200123E9": 1788307200123, "5": 5000, "1e0": 1000} {
		var got Time
		if err := json.Unmarshal([]byte(in), &got); err != nil || got.UnixMilli() != want {
			t.Errorf("%s: %d ms, %v; want %d", in, got.UnixMilli(), err, want)
		}
	}
	for _, in := range []string{`"2026-01-02T03:04:05Z"`, "1e300", "true", "{}"} {
		if err := json.Unmarshal([]byte(in), new(Time)); err == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

func TestTimeText(t *testing.T) {
	b, err := At(time.Date(2026, 1, 2, 4, 4, 5, 999e6, time.FixedZone("", 3600))).MarshalText()
	if err != nil || string(b) != "2026-01-02T03:04:05Z" {
		t.Errorf("wrote %s, %v", b, err)
	}
	var got Time
	if err := got.UnmarshalText([]byte("2026-01-02T03:04:05.5+01:00")); err != nil || !got.Equal(time.Date(2026, 1, 2, 2, 4, 5, 5e8, time.UTC)) {
		t.Errorf("read %v, %v", got, err)
	}
	if err := got.UnmarshalText([]byte("yesterday")); err == nil {
		t.Error("yesterday: no error")
	}
}
