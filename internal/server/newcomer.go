package server

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// newcomerGrace is how long a connection may take to its first request once
// the server drains.
const newcomerGrace = 500 * time.Millisecond

// newcomers are the connections that no request has come in on yet. Clients
// dial some ahead and never use them; [http.Server.Shutdown] would wait five
// seconds for each.
type newcomers struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// watch makes a server close its newcomers soon after it began to shut down.
func (n *newcomers) watch(s *http.Server) {
	next := s.ConnState
	s.ConnState = func(c net.Conn, state http.ConnState) {
		n.note(c, state)
		if next != nil {
			next(c, state)
		}
	}
	s.RegisterOnShutdown(func() {
		time.Sleep(newcomerGrace)
		n.close()
	})
}

func (n *newcomers) note(c net.Conn, state http.ConnState) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if state != http.StateNew {
		delete(n.conns, c)
		return
	}
	if n.conns == nil {
		n.conns = map[net.Conn]struct{}{}
	}
	n.conns[c] = struct{}{}
}

func (n *newcomers) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		_ = c.Close() // nobody said anything on it
	}
}
