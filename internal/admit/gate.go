package admit

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A gate has the places of one class.
type gate struct {
	places int // that there are
	queue  int // most requests that may wait

	mu      sync.Mutex
	free    int
	waiting int
	refused int64
	clients map[string]*client
	turns   []*client // those who wait, the next first
}

// client is somebody of whom there are requests, or were lately.
type client struct {
	name    string
	held    int // places
	waiting int
	lines   []*line // of those who wait, the next first; few, or all of one account
}

// line is the requests of one member of a client that wait.
type line struct {
	member  string
	waiters []*waiter // in the order in which they came
}

// waiter is a request that waits.
type waiter struct {
	line  *line
	ready chan struct{} // closed once it has a place
	has   bool
}

// idleClients is how many clients without requests are remembered: that spares
// those who come again an allocation.
const idleClients = 1000

func (g *gate) init(places, queue int) {
	g.places, g.free, g.queue, g.clients = places, places, queue, map[string]*client{}
}

// enter takes a place for a client, or waits for one. The client it returns is
// for leave.
func (g *gate) enter(ctx context.Context, name, member string, patience time.Duration) (*client, error) {
	g.mu.Lock()
	c := g.clients[name]
	if c == nil {
		c = &client{name: name}
		g.clients[name] = c
	}
	if g.may(c) { // then nobody of the client's waits
		g.take(c)
		g.mu.Unlock()
		return c, nil
	}
	w := g.wait(c, member)
	g.mu.Unlock()
	if w == nil {
		return nil, refuse("%d wait", g.queue)
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-w.ready:
		return c, nil
	case <-timeout.C:
		if !g.withdraw(c, w, true) {
			return c, nil
		}
		return nil, refuse("no place within %v", patience)
	case <-ctx.Done():
		if !g.withdraw(c, w, false) {
			g.leave(c)
		}
		return nil, context.Cause(ctx)
	}
}

// may reports whether a client may have one more place now.
func (g *gate) may(c *client) bool { return g.free > c.held }

func (g *gate) take(c *client) {
	g.free--
	c.held++
}

// leave gives a place back.
func (g *gate) leave(c *client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free++
	c.held--
	g.dispatch()
	g.forget(c)
}

// dispatch gives places to those who wait, as long as one of them may have one.
// Those passed over have a place at least for each that is free, so there are not many.
func (g *gate) dispatch() {
	for g.free > 0 && len(g.turns) > 0 {
		i := slices.IndexFunc(g.turns, g.may)
		if i < 0 {
			return
		}
		c := g.turns[i]
		g.turns = slices.Delete(g.turns, i, i+1)
		l := c.lines[0]
		c.lines = slices.Delete(c.lines, 0, 1)
		w := l.waiters[0]
		if l.waiters = slices.Delete(l.waiters, 0, 1); len(l.waiters) > 0 {
			c.lines = append(c.lines, l)
		}
		if len(c.lines) > 0 {
			g.turns = append(g.turns, c)
		}
		g.waiting--
		c.waiting--
		g.take(c)
		w.has = true
		close(w.ready)
	}
}

// wait puts a request of a client's member into its line, or returns nil when
// too many wait: of the gate, of the client, or of the member, who may have half
// of what the client may.
func (g *gate) wait(c *client, member string) *waiter {
	room := g.queue - g.waiting
	i := slices.IndexFunc(c.lines, func(l *line) bool { return l.member == member })
	if room <= c.waiting || i >= 0 && room <= 2*len(c.lines[i].waiters) {
		g.refused++
		g.forget(c)
		return nil
	}
	if i < 0 {
		if len(c.lines) == 0 {
			g.turns = append(g.turns, c)
		}
		i = len(c.lines)
		c.lines = append(c.lines, &line{member: member})
	}
	w := &waiter{line: c.lines[i], ready: make(chan struct{})}
	w.line.waiters = append(w.line.waiters, w)
	g.waiting++
	c.waiting++
	return w
}

// withdraw takes a request out of its line. It reports false if it has got a
// place.
func (g *gate) withdraw(c *client, w *waiter, refused bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.has {
		return false
	}
	if refused {
		g.refused++
	}
	g.waiting--
	c.waiting--
	l := w.line
	if l.waiters = remove(l.waiters, w); len(l.waiters) > 0 {
		return true
	}
	if c.lines = remove(c.lines, l); len(c.lines) > 0 {
		return true
	}
	g.turns = remove(g.turns, c)
	g.forget(c)
	return true
}

func remove[T comparable](from []T, v T) []T {
	i := slices.Index(from, v)
	return slices.Delete(from, i, i+1)
}

// forget forgets a client that has no requests, when many are remembered.
func (g *gate) forget(c *client) {
	if c.held == 0 && c.waiting == 0 && len(g.clients) > idleClients {
		delete(g.clients, c.name)
	}
}

func (g *gate) stat(class Class, known bool) Stat {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stat{Class: class, Known: known, Places: g.places, Taken: g.places - g.free, Waiting: g.waiting, Refused: g.refused}
}
