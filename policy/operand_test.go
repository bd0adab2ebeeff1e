package policy

import (
	"math/big"
	"net/netip"
	"testing"
	"time"
)

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0.0", "+1", "1.50", "1e3", "-1E-3", ".5", "5.", "1e", "0x1", "00.0100", "9007199254740993", "-", ""} {
		f.Add(s, "1.5")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 30 || len(b) > 30 {
			return // not what is compared
		}
		x, ok := parseDecimal(a)
		y, okay := parseDecimal(b)
		if !ok || !okay || max(x.exponent, y.exponent) > 1000 || min(x.exponent, y.exponent) < -1000 {
			return
		}
		p, ok := new(big.Rat).SetString(a)
		q, okay := new(big.Rat).SetString(b)
		if !ok || !okay {
			if a != "" && a[len(a)-1] == '.' || b != "" && b[len(b)-1] == '.' {
				return
			}
			t.Fatalf("parseDecimal accepts %q and %q", a, b)
		}
		if x.compare(y) != p.Cmp(q) {
			t.Errorf("compare(%q, %q) = %d, want %d", a, b, x.compare(y), p.Cmp(q))
		}
		if x.compare(y) != -y.compare(x) {
			t.Errorf("compare(%q, %q) is not antisymmetric", a, b)
		}
	})
}

func TestParseDecimal(t *testing.T) {
	for _, s := range []string{"", "-", "+", ".", "e5", "1e", "1e+", "1e1.5", "0x10", "1_000", "1,000", " 1", "--1", "1e9999999", "Inf", "NaN", "1.2.3"} {
		if d, ok := parseDecimal(s); ok {
			t.Errorf("parseDecimal(%q) = %+v, want a failure", s, d)
		}
	}
}

func TestParseInstant(t *testing.T) {
	for _, tt := range []struct{ s, want string }{
		{"2026-03-01", "2026-03-01T00:00:00Z"},
		{"2026-03", "2026-03-01T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"1900-03-01", "1900-03-01T00:00:00Z"},
		{"0001-01-01", "0001-01-01T00:00:00Z"},
		{"0000-12-31", "0000-12-31T00:00:00Z"},
		{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
		{"2026-03-01T10:20Z", "2026-03-01T10:20:00Z"},
		{"2026-03-01T10:20", "2026-03-01T10:20:00Z"},
		{"2026-03-01T10:20:30.5", "2026-03-01T10:20:30.5Z"},
		{"2026-03-01T10:20:30-07:30", "2026-03-01T17:50:30Z"},
		{"2026-03-01T10:20+01", "2026-03-01T09:20:00Z"},
		{"1700000000", "2023-11-14T22:13:20Z"},
		{"0", "1970-01-01T00:00:00Z"},
	} {
		got, ok := parseInstant(tt.s)
		want, err := time.Parse(time.RFC3339Nano, tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || got.seconds != want.Unix() || got.nanos != want.Nanosecond() {
			t.Errorf("parseInstant(%q) = %v %v, want %v", tt.s, got, ok, want.Unix())
		}
	}
	for _, s := range []string{
		"", "x", "26-03-01", "2026-", "2026-3-1", "2026-00-01", "2026-03-32", "2026-03-00", "-1", "1.5", "9223372036854775808",
		"2026-03-01T", "2026-03-01T10", "2026-03-01T10:", "2026-03-01T10:60Z", "2026-03-01T25:00Z", "2026-03-01T10:20:60Z", "2026-03-01T10:20:5Z",
		"2026-03-01T10:20:30.", "2026-03-01T10:20:30.1234567890Z", "2026-03-01T10:20:30.xZ", "2026-03-01T10:20Z05", "2026-03-01T10:20+1", "2026-03-01T10:20+24",
		"2026-03-01T10:20+01:60", "2026-03-01 10:20Z", "2026-03T10:20Z", "2026-03T10:20+01", "292278994-01-01", "-292275055-01-01", "2026-03-01t10:20Z",
	} {
		if got, ok := parseInstant(s); ok {
			t.Errorf("parseInstant(%q) = %v, want a failure", s, got)
		}
	}
	if first, ok := parseInstant("-292275054-01-01"); !ok || first.compare(instant{}) != -1 {
		t.Errorf("the first year: %v %v", first, ok)
	}
}

func TestDaysSince1970(t *testing.T) {
	for d := time.Date(-800, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2500; d = d.AddDate(0, 0, 17) {
		if got, want := daysSince1970(d.Year(), int(d.Month()), d.Day()), d.Unix()/86400; got != want {
			t.Fatalf("%v: %d, want %d", d, got, want)
		}
	}
}

func TestParseNetwork(t *testing.T) {
	for _, tt := range []struct {
		network, address string
		want             bool
	}{
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.1.2.3/8", "10.9.9.9", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "10.0.0.1", false},
		{"10.0.0.1", "10.0.0.1", true},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
	} {
		network, ok := parseNetwork(tt.network)
		if got := ok && network.Contains(netip.MustParseAddr(tt.address)); got != tt.want {
			t.Errorf("%s contains %s: %v", tt.network, tt.address, got)
		}
	}
	for _, s := range []string{"", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "x/8"} {
		if network, ok := parseNetwork(s); ok {
			t.Errorf("parseNetwork(%q) = %v, want a failure", s, network)
		}
	}
}

// FuzzAddress compares addresses and networks with package netip.
func FuzzAddress(f *testing.F) {
	for _, address := range []string{"192.0.2.1", "0.0.0.0", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1..2.3", "1.2.3.", ".1.2.3",
		"", "1.2.3.4 ", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "::"} {
		for _, block := range []string{"192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "0.0.0.0/1", "2001:db8::/32", "::/0", "::1/127", "2001:db8::/64", "2001:db8::/65", "x"} {
			f.Add(address, block)
		}
	}
	f.Fuzz(func(t *testing.T, address, block string) {
		got, ok := parseAddress(address)
		addr, err := netip.ParseAddr(address)
		if ok != (err == nil) {
			t.Fatalf("%q is an address: %v", address, ok)
		}
		addr = addr.Unmap().WithZone("")
		prefix, valid := parseNetwork(block)
		if !ok || !valid {
			return
		}
		if n := compileNetwork(prefix); n.contains(got) != prefix.Contains(addr) {
			t.Errorf("%s contains %s: %v", block, address, !prefix.Contains(addr))
		}
	})
}
