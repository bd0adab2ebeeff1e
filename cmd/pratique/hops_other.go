//go:build !unix

package main

import "syscall"

// limitHops does nothing here.
func limitHops(int) func(network, address string, c syscall.RawConn) error { return nil }
