package policy

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
)

// decimal is a parsed number: ±0.ddd × 10^exponent, with the digits in text, which may hold a point.
// It compares exactly, without converting to binary and without allocating.
type decimal struct {
	negative bool
	text     string // from the first to the last digit that is not 0; empty for zero
	exponent int
}

// maxExponent bounds the exponents of numbers; what lies beyond is not a number anyone meant.
const maxExponent = 1 << 20

func parseDecimal(s string) (d decimal, ok bool) {
	switch {
	case strings.HasPrefix(s, "-"):
		d.negative, s = true, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	mantissa := s
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		exp := s[i+1:]
		negative := strings.HasPrefix(exp, "-")
		if negative || strings.HasPrefix(exp, "+") {
			exp = exp[1:]
		}
		if exponent, ok = atoi(exp, maxExponent); !ok {
			return decimal{}, false
		}
		if negative {
			exponent = -exponent
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if !allDigits(whole) || !allDigits(fraction) || whole == "" && fraction == "" {
		return decimal{}, false
	}
	d.text = strings.Trim(mantissa, "0.")
	if d.text == "" {
		return decimal{}, true // zero has no sign
	}
	if lead := strings.TrimLeft(whole, "0"); lead != "" {
		d.exponent = exponent + len(lead)
	} else {
		d.exponent = exponent - (len(fraction) - len(strings.TrimLeft(fraction, "0")))
	}
	return d, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// atoi parses a non-empty run of digits of at most limit.
func atoi(s string, limit int) (n int, ok bool) {
	if s == "" || !allDigits(s) {
		return 0, false
	}
	for i := range len(s) {
		if n = n*10 + int(s[i]-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}

func (d decimal) sign() int {
	switch {
	case d.text == "":
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

// compare returns -1, 0 or 1.
func (d decimal) compare(o decimal) int {
	if c := cmp.Compare(d.sign(), o.sign()); c != 0 || d.text == "" {
		return c
	}
	c := cmp.Compare(d.exponent, o.exponent)
	if c == 0 {
		c = compareDigits(d.text, o.text)
	}
	if d.negative {
		return -c
	}
	return c
}

// compareDigits compares two runs of digits as fractions, skipping decimal points.
func compareDigits(a, b string) int {
	for {
		a, b = strings.TrimPrefix(a, "."), strings.TrimPrefix(b, ".")
		if a == "" || b == "" {
			return cmp.Compare(len(a), len(b)) // no trailing zeros: what has digits left is greater
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
}

// instant is a point in time: seconds since 1970 and nanoseconds. It covers more years than time.Time
// because AWS does.
type instant struct {
	seconds int64
	nanos   int
}

func (t instant) compare(o instant) int {
	if c := cmp.Compare(t.seconds, o.seconds); c != 0 {
		return c
	}
	return cmp.Compare(t.nanos, o.nanos)
}

const (
	minYear = -292275054
	maxYear = 292278993
)

// parseInstant reads an ISO 8601 date (YYYY-MM or YYYY-MM-DD), optionally with a time to minutes,
// seconds or up to nine digits of a fraction and an offset (Z, +hh, +hh:mm; UTC when absent), or
// seconds since 1970.
func parseInstant(s string) (t instant, ok bool) {
	if s != "" && allDigits(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return instant{seconds: n}, err == nil
	}
	date, clock, timed := strings.Cut(s, "T")
	negative := strings.HasPrefix(date, "-")
	yearText, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(date, "-"), "+"), "-")
	if !ok || len(yearText) < 4 {
		return t, false
	}
	year, ok := atoi(yearText, maxYear)
	if negative {
		year = -year
	}
	if !ok || year < minYear {
		return t, false
	}
	monthText, dayText, hasDay := strings.Cut(rest, "-")
	month, day := 0, 1
	if month, ok = twoDigits(monthText, 1, 12); !ok {
		return t, false
	}
	if hasDay {
		if day, ok = twoDigits(dayText, 1, 31); !ok {
			return t, false
		}
	}
	t.seconds = daysSince1970(year, month, day) * 86400
	if !timed {
		return t, true
	}
	offset, ok := 0, hasDay
	if i := strings.IndexAny(clock, "Z+-"); i >= 0 {
		if clock[i] == 'Z' {
			ok = ok && i == len(clock)-1
		} else {
			hours, minutes, hasMinutes := strings.Cut(clock[i+1:], ":")
			var h, m int
			if h, ok = twoDigits(hours, 0, 23); ok && hasMinutes {
				m, ok = twoDigits(minutes, 0, 59)
			}
			ok = ok && hasDay
			if offset = h*3600 + m*60; clock[i] == '-' {
				offset = -offset
			}
		}
		clock = clock[:i]
	}
	hours, clock, hasMinutes := strings.Cut(clock, ":")
	minutes, seconds, hasSeconds := strings.Cut(clock, ":")
	h, okHour := twoDigits(hours, 0, 23)
	m, okMinute := twoDigits(minutes, 0, 59)
	if !ok || !okHour || !hasMinutes || !okMinute {
		return t, false
	}
	second := 0
	if hasSeconds {
		whole, fraction, hasFraction := strings.Cut(seconds, ".")
		if second, ok = twoDigits(whole, 0, 59); !ok {
			return t, false
		}
		if hasFraction {
			if t.nanos, ok = atoi(fraction, 999_999_999); !ok || len(fraction) > 9 {
				return t, false
			}
			for range 9 - len(fraction) {
				t.nanos *= 10
			}
		}
	}
	t.seconds += int64(h*3600 + m*60 + second - offset)
	return t, true
}

// twoDigits parses exactly two digits between low and high.
func twoDigits(s string, low, high int) (int, bool) {
	n, ok := atoi(s, high)
	return n, ok && len(s) == 2 && n >= low
}

// daysSince1970 counts days in the proleptic Gregorian calendar. Days past the end of a month run on
// into the next.
func daysSince1970(year, month, day int) int64 {
	// Years start in March here, which puts the leap day last.
	y, m := int64(year), int64(month)
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	ofEra := y - era*400
	ofYear := (153*(m-3)+2)/5 + int64(day) - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// parseBool reads true or false in any case.
func parseBool(s string) (value, ok bool) {
	switch {
	case s == "true", s == "false":
		return s == "true", true
	case strings.EqualFold(s, "true"):
		return true, true
	default:
		return false, strings.EqualFold(s, "false")
	}
}

// parseNetwork reads a CIDR block or a bare address, which is a block of its own.
func parseNetwork(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		addr, ok := parseAddr(s)
		return netip.PrefixFrom(addr, addr.BitLen()), ok
	}
	prefix, err := netip.ParsePrefix(s)
	return prefix, err == nil
}

// parseAddr reads an IP address. IPv4 addresses in IPv6 clothing are IPv4, and zones do not count.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr.Unmap().WithZone(""), err == nil
}

// parseIPv4 reads an IPv4 address, which is what nearly all requests have, in half the time of
// [netip.ParseAddr].
func parseIPv4(s string) (addr uint32, ok bool) {
	dots, value, digits := 0, uint32(0), 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			value = value*10 + uint32(c-'0')
			if digits++; digits > 1 && value < 10 || value > 255 {
				return 0, false // a leading zero, or too much
			}
		case c == '.' && digits > 0 && dots < 3:
			addr = addr<<8 | value
			dots, value, digits = dots+1, 0, 0
		default:
			return 0, false
		}
	}
	return addr<<8 | value, dots == 3 && digits > 0
}
