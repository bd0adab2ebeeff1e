package event

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// A guard decides which addresses events are sent to. Whoever may create a destination in some account chooses where the
// server connects to, so it connects to what is public, and otherwise only to what its operator allows.
type guard struct {
	allowed []netip.Prefix
}

// check returns an [addressError] for an address that is not to be connected to.
func (g guard) check(ip netip.Addr) error {
	ip = ip.Unmap()
	contains := func(p netip.Prefix) bool { return p.Contains(ip) }
	if slices.ContainsFunc(g.allowed, contains) {
		return nil
	}
	if translated.Contains(ip) {
		b := ip.As16()
		return g.check(netip.AddrFrom4([4]byte(b[12:])))
	}
	// An address with a zone is in no prefix, and none that is public has one.
	if ip.Is6() && !global.Contains(ip) || slices.ContainsFunc(special, contains) {
		return addressError{ip}
	}
	return nil
}

// control refuses connections for a [net.Dialer], looking at the address that a name has led to.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.check(a.Addr())
}

// PublicOnly returns what makes a [net.Dialer] connect to public addresses alone, and to those in some networks: for
// whatever connects to where others say.
func PublicOnly(besides []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	return guard{besides}.control
}

type addressError struct{ ip netip.Addr }

func (e addressError) Error() string {
	return fmt.Sprintf("%s is not a public address, and not in a network that the configuration allows", e.ip)
}

var (
	// translated is where IPv4 addresses are reached from networks that have IPv6 only (RFC 6052).
	translated = netip.MustParsePrefix("64:ff9b::/96")

	// global has the IPv6 addresses that are given out for the internet.
	global = netip.MustParsePrefix("2000::/3")

	// special has the addresses that do not belong to a host on the internet, and for IPv6 those of them in global.
	// https://www.iana.org/assignments/iana-ipv4-special-registry
	// https://www.iana.org/assignments/iana-ipv6-special-registry
	special = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),       // this network
		netip.MustParsePrefix("10.0.0.0/8"),      // private
		netip.MustParsePrefix("100.64.0.0/10"),   // shared by carriers
		netip.MustParsePrefix("127.0.0.0/8"),     // loopback
		netip.MustParsePrefix("169.254.0.0/16"),  // link-local: metadata services of clouds
		netip.MustParsePrefix("172.16.0.0/12"),   // private
		netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),    // documentation
		netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
		netip.MustParsePrefix("192.168.0.0/16"),  // private
		netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
		netip.MustParsePrefix("198.51.100.0/24"), // documentation
		netip.MustParsePrefix("203.0.113.0/24"),  // documentation
		netip.MustParsePrefix("224.0.0.0/3"),     // multicast, reserved, broadcast
		netip.MustParsePrefix("2001::/23"),       // protocol assignments, Teredo among them
		netip.MustParsePrefix("2001:db8::/32"),   // documentation
		netip.MustParsePrefix("2002::/16"),       // 6to4
		netip.MustParsePrefix("3fff::/20"),       // documentation
	}
)
