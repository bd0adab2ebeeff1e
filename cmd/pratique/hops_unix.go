//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// limitHops makes every answer on a listener's connections die after n network hops; 0 leaves the system's limit.
func limitHops(n int) func(network, address string, c syscall.RawConn) error {
	if n == 0 {
		return nil
	}
	return func(network, _ string, c syscall.RawConn) error {
		level, option := syscall.IPPROTO_IP, syscall.IP_TTL
		if strings.HasSuffix(network, "6") {
			level, option = syscall.IPPROTO_IPV6, syscall.IPV6_UNICAST_HOPS
		}
		var failed error
		err := c.Control(func(fd uintptr) { failed = syscall.SetsockoptInt(int(fd), level, option, n) }) //nolint:gosec // a file descriptor
		if err = errors.Join(err, failed); err != nil {
			return fmt.Errorf("limit hops: %w", err)
		}
		return nil
	}
}
