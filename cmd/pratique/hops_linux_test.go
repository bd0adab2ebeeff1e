package main

import (
	"net"
	"syscall"
	"testing"
)

// Connections that are accepted have the limit of the listener.
func TestLimitHops(t *testing.T) {
	l, err := (&net.ListenConfig{Control: limitHops(1)}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var hops int
	if cerr := raw.Control(func(fd uintptr) { hops, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TTL) }); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
	if hops != 1 {
		t.Errorf("%d hops", hops)
	}
}
