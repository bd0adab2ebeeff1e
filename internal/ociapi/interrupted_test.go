package ociapi

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestInterruptedByClient: a client that goes away is no trouble of the
// server's, and a store that does is.
func TestInterruptedByClient(t *testing.T) {
	reset := &os.SyscallError{Syscall: "sendfile", Err: syscall.ECONNRESET}
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a file sent by the kernel":   {&net.OpError{Op: "readfrom", Net: "tcp", Err: reset}, true},
		"bytes written":               {fmt.Errorf("copy: %w", &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}), true},
		"a store that closed":         {&net.OpError{Op: "read", Net: "tcp", Err: reset}, false},
		"a disk that fails":           {&net.OpError{Op: "readfrom", Net: "tcp", Err: syscall.EIO}, false},
		"a blob that is too short":    {io.ErrUnexpectedEOF, false},
		"a reset that nobody wrapped": {syscall.ECONNRESET, false},
	} {
		if got := (&interruptedError{test.err}).byClient(); got != test.want {
			t.Errorf("%s: by the client: %v, want %v", name, got, test.want)
		}
	}
}
