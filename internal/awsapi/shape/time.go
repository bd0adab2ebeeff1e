package shape

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Time is a timestamp of the wire: epoch seconds with millisecond fraction in JSON, RFC 3339 in whole seconds in XML.
type Time struct{ time.Time }

// At returns t as a timestamp of the wire.
func At(t time.Time) *Time { return &Time{t} }

// MarshalJSON writes epoch seconds as a JSON number.
func (t Time) MarshalJSON() ([]byte, error) {
	ms := t.UnixMilli()
	b := strconv.AppendInt(nil, ms/1000, 10)
	if ms < 0 && ms/1000 == 0 {
		b = []byte("-0")
	}
	frac := ms % 1000
	if frac < 0 {
		frac = -frac
	}
	if frac == 0 {
		return append(b, ".0"...), nil
	}
	return append(b, bytes.TrimRight(fmt.Appendf(nil, ".%03d", frac), "0")...), nil
}

// maxSeconds keeps every accepted time within years 1 to 9999, which RFC 3339 can express.
const maxSeconds = 253402300799

// UnmarshalJSON reads epoch seconds from a JSON number; null leaves t as it is.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.Abs(s) > maxSeconds {
		return fmt.Errorf("%s is not a number of epoch seconds", b)
	}
	t.Time = time.UnixMilli(int64(math.Round(s * 1000))).UTC()
	return nil
}

// MarshalText writes RFC 3339 in whole seconds, UTC.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format("2006-01-02T15:04:05Z")), nil
}

// UnmarshalText reads RFC 3339.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return fmt.Errorf("%q is not an RFC 3339 time", b)
	}
	t.Time = v.UTC()
	return nil
}
