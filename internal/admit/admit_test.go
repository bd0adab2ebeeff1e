package admit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// newGate returns a gate that nobody has been at.
func newGate(places, queue int) *gate {
	g := new(gate)
	g.init(places, queue)
	return g
}

// crowd sends requests to a gate and lets each keep its place until it is told.
type crowd struct {
	t    *testing.T
	g    *gate
	in   []*guest // who have a place, in the order in which they got it
	errs map[string][]error
}

type guest struct {
	name string // "client" or "client/member"
	of   *client
}

const patience = 10 * time.Second

func newCrowd(t *testing.T, g *gate) *crowd { return &crowd{t: t, g: g, errs: map[string][]error{}} }

// come sends n requests of a client and waits until each has a place, waits or was
// refused. It must be called in a bubble.
func (c *crowd) come(ctx context.Context, name, member string, n int) {
	c.t.Helper()
	for range n {
		go func() {
			of, err := c.g.enter(ctx, name, member, patience)
			c.g.mu.Lock()
			defer c.g.mu.Unlock()
			if err != nil {
				c.errs[name] = append(c.errs[name], err)
				return
			}
			c.in = append(c.in, &guest{strings.TrimSuffix(name+"/"+member, "/"), of})
		}()
		synctest.Wait()
	}
}

// leave makes the first guest of that name leave, or the first of all.
func (c *crowd) leave(name string) {
	c.t.Helper()
	i := slices.IndexFunc(c.in, func(g *guest) bool { return name == "" || g.name == name })
	if i < 0 {
		c.t.Fatalf("%q has no place", name)
	}
	of := c.in[i].of
	c.in = slices.Delete(c.in, i, i+1)
	c.g.leave(of)
	synctest.Wait()
}

// refused returns the errors of a client's requests.
func (c *crowd) refused(name string) []error {
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	return slices.Clone(c.errs[name])
}

// have returns how many places each has.
func (c *crowd) have() map[string]int {
	n := map[string]int{}
	for _, g := range c.in {
		n[g.name]++
	}
	return n
}

// end makes all leave, and checks that the gate is as it was.
func (c *crowd) end() {
	c.t.Helper()
	for len(c.in) > 0 {
		c.leave("")
	}
	g := c.g
	if g.free != g.places || g.waiting != 0 || len(g.turns) != 0 {
		c.t.Errorf("in the end %d of %d places are free, %d wait, %d have turns", g.free, g.places, g.waiting, len(g.turns))
	}
	for _, of := range g.clients {
		if of.held != 0 || of.waiting != 0 || len(of.lines) != 0 {
			c.t.Errorf("in the end %s has %d places, %d wait in %d lines", of.name, of.held, of.waiting, len(of.lines))
		}
	}
}

// A herd takes half of the places, so that the next client gets one at once; and
// when all are taken, the next that becomes free goes to who has had none.
func TestHerdLeavesPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, newGate(16, 10_000))
		c.come(t.Context(), "herd", "", 500)
		if got := c.have()["herd"]; got != 8 || c.g.waiting != 492 {
			t.Fatalf("the herd has %d places, and %d wait", got, c.g.waiting)
		}
		c.come(t.Context(), "other", "", 1)
		if got := c.have()["other"]; got != 1 {
			t.Fatal("another client waits although there are places")
		}
		// Many more clients, until there is no place left.
		for i := range 7 {
			c.come(t.Context(), fmt.Sprint("c", i), "", 1)
		}
		if c.g.free != 0 {
			t.Fatalf("%d places are free", c.g.free)
		}
		c.come(t.Context(), "late", "", 3)
		if got := c.have()["late"]; got != 0 {
			t.Fatalf("there is no place, and the latecomer has %d", got)
		}
		c.leave("herd")
		if got := c.have(); got["late"] != 1 || got["herd"] != 7 {
			t.Errorf("the place that the herd gave back went to another than who had none: %v", got)
		}
		c.end()
		if len(c.errs) > 0 {
			t.Errorf("refused: %v", c.errs)
		}
	})
}

// Places that become free go round among the clients that wait, and among the
// members of each.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, newGate(2, 10_000))
		c.come(t.Context(), "x", "", 1)
		c.come(t.Context(), "y", "", 1)
		c.come(t.Context(), "a", "nodes", 50)
		c.come(t.Context(), "b", "", 20)
		c.come(t.Context(), "a", "ci", 2)
		var order []string
		for len(order) < 8 {
			n := len(c.in)
			c.leave("") // one goes out, one comes in
			if len(c.in) != n {
				t.Fatalf("after %v there are %d guests", order, len(c.in))
			}
			order = append(order, c.in[n-1].name)
		}
		if want := []string{"a/nodes", "b", "a/ci", "b", "a/nodes", "b", "a/ci", "b"}; !slices.Equal(order, want) {
			t.Errorf("in the order %v, want %v", order, want)
		}
		c.end()
	})
}

// Two herds come to the same, and who has more waits for who has less.
func TestShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, newGate(30, 10_000))
		c.come(t.Context(), "a", "", 100)
		c.come(t.Context(), "b", "", 100)
		for range 60 { // whoever is served is followed by another
			c.leave("")
		}
		if got := c.have(); got["a"] != got["b"] || got["a"] != 10 {
			t.Errorf("places are shared as %v, want a third each and a third free", got)
		}
		c.end()
	})
}

// Too many are not let wait: neither of a member, nor of a client, nor of all.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, newGate(2, 120))
		c.come(t.Context(), "a", "nodes", 500)
		if got := c.g.waiting; got != 40 {
			t.Errorf("%d of one role wait, want a third of 120", got)
		}
		c.come(t.Context(), "a", "ci", 500)
		if got := c.g.waiting; got <= 40 || got > 60 {
			t.Errorf("%d of one account wait, want up to half of 120", got)
		}
		for i := range 500 {
			c.come(t.Context(), fmt.Sprint(i), "", 1)
		}
		if got := c.g.waiting; got > 120 {
			t.Errorf("%d wait", got)
		}
		var refusal *Refusal
		for _, err := range c.errs["a"] {
			if !errors.As(err, &refusal) || refusal.RetryAfter < time.Second || refusal.RetryAfter > refusalSpread*time.Second {
				t.Fatalf("refused with %v", err)
			}
		}
		if got := int(c.g.refused); got == 0 || len(c.in)+c.g.waiting+got != 1500 {
			t.Errorf("%d have a place, %d wait, %d were refused, of 1500", len(c.in), c.g.waiting, got)
		}
		c.end()
	})
}

// Nobody waits for ever, nor after it has gone.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, newGate(2, 100))
		c.come(t.Context(), "a", "", 3)
		gone, cancel := context.WithCancel(t.Context())
		c.come(gone, "a", "", 1)
		c.come(gone, "b", "m", 1)
		c.come(gone, "b", "m", 1)
		cancel()
		synctest.Wait()
		if got := c.refused("a"); c.g.stat(Request, true).Waiting != 2 || len(got) != 1 || !errors.Is(got[0], context.Canceled) {
			t.Errorf("refused %v; %+v", got, c.g.stat(Request, true))
		}
		time.Sleep(patience + time.Second)
		synctest.Wait()
		var refusal *Refusal
		got, stat := c.refused("a"), c.g.stat(Request, true)
		if stat.Waiting != 0 || len(got) != 3 || !errors.As(got[2], &refusal) || stat.Refused != 2 {
			t.Errorf("after all patience: refused %v; %+v", got, stat)
		}
		c.end()
	})
}

// A place that was given in the moment in which its client went away is not lost.
func TestGoneWhileServed(t *testing.T) {
	for range 200 {
		g := newGate(2, 100)
		c, err := g.enter(t.Context(), "a", "", patience)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if c, err := g.enter(ctx, "a", "", patience); err == nil {
				g.leave(c)
			}
		}()
		go cancel()
		g.leave(c)
		<-done
		if s := g.stat(Request, true); s.Taken != 0 || s.Waiting != 0 {
			t.Fatalf("%+v", s)
		}
	}
}

func limits(places int) Limits {
	return Limits{Requests: places, Bodies: places, Uploads: places, Downloads: places, Connections: places, Waiting: 4, Patience: time.Millisecond}
}

// taken returns how many places are taken of a class, of addresses and of
// accounts.
func taken(l *Limiter, class Class) [2]int {
	var n [2]int
	for _, s := range l.Stats() {
		if s.Class == class && s.Known {
			n[1] = s.Taken
		} else if s.Class == class {
			n[0] = s.Taken
		}
	}
	return n
}

func TestPlace(t *testing.T) {
	l := New(limits(4))
	p := l.Place(t.Context(), "192.0.2.1")
	if FromContext(context.WithValue(p, struct{ x int }{}, 1)) != p {
		t.Error("the place is not found behind its context")
	}
	check := func(what string, class Class, unknown, known int) {
		t.Helper()
		if got := taken(l, class); got != [2]int{unknown, known} {
			t.Errorf("%s: %d places of addresses and %d of accounts are taken, want %d and %d", what, got[0], got[1], unknown, known)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(p.Enter(Request))
	do(p.Enter(Request))
	check("entered", Request, 1, 0)
	do(p.Identify("111111111111", "role"))
	check("identified", Request, 0, 1)
	do(p.Enter(Download))
	check("sending", Request, 0, 0)
	check("sending", Download, 0, 1)
	p.Leave()
	p.Leave()
	check("left", Download, 0, 0)

	p = l.Place(t.Context(), "192.0.2.1")
	do(p.Enter(Body))
	do(p.Identify("111111111111", ""))
	check("with a body", Body, 1, 0)
	p.Leave()
	check("with a body, left", Body, 0, 0)

	var none *Place
	do(none.Enter(Upload))
	do(none.Identify("a", "b"))
	none.Leave()
	if FromContext(t.Context()) != nil {
		t.Error("a place from nowhere")
	}
}

// Who is refused on the way has no place any more.
func TestRefusedOnTheWay(t *testing.T) {
	l := New(limits(2))
	first, second := l.Place(t.Context(), "192.0.2.1"), l.Place(t.Context(), "192.0.2.2")
	for _, p := range []*Place{first, second} {
		if err := p.Enter(Request); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Identify("111111111111", ""); err != nil {
		t.Fatal(err)
	}
	var refusal *Refusal
	if err := second.Identify("111111111111", ""); !errors.As(err, &refusal) {
		t.Fatalf("a second place of one account of two that there are: %v", err)
	}
	second.Leave()
	if got := taken(l, Request); got != [2]int{0, 1} {
		t.Errorf("taken: %v", got)
	}
}

// An address has no more than half of the connections, and nobody waits for one.
func TestConnect(t *testing.T) {
	l := New(limits(4))
	a, b := l.Connect("192.0.2.1"), l.Connect("192.0.2.1")
	if a == nil || b == nil || l.Connect("192.0.2.1") != nil {
		t.Error("an address has other than half of the connections")
	}
	other := l.Connect("192.0.2.2")
	if other == nil {
		t.Fatal("another address has none")
	}
	if s := l.Connections(); s.Taken != 3 || s.Refused != 1 {
		t.Errorf("%+v", s)
	}
	a()
	b()
	other()
	if s := l.Connections(); s.Taken != 0 {
		t.Errorf("%+v", s)
	}
}

// However many clients come and go, few are remembered.
func TestClientsAreForgotten(t *testing.T) {
	g := newGate(4, 100)
	for i := range 10 * idleClients {
		c, err := g.enter(t.Context(), fmt.Sprint(i), "", patience)
		if err != nil {
			t.Fatal(err)
		}
		g.leave(c)
	}
	if len(g.clients) > idleClients+1 {
		t.Errorf("%d clients are remembered", len(g.clients))
	}
}

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":              "192.0.2.7",
		"::ffff:192.0.2.7":       "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"2001:db8:1:2::9":        "2001:db8:1:2::/64",
		"fe80::1%eth0":           "fe80::/64",
		"@":                      "@",
		"not an address at all:": "not an address at all:",
	} {
		if got := Address(address); got != want {
			t.Errorf("%s counts as %s, want %s", address, got, want)
		}
	}
}

// BenchmarkPlace is what a request costs that need not wait: in by its address,
// on by its account, out.
func BenchmarkPlace(b *testing.B) {
	l := New(Limits{Requests: 256, Bodies: 16, Uploads: 128, Downloads: 4096, Waiting: 8192, Patience: time.Second})
	ctx := context.Background()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p := l.Place(ctx, "192.0.2.1")
			if p.Enter(Request) != nil || p.Identify("111111111111", "arn:aws:iam::111111111111:role/nodes") != nil {
				b.Error("refused")
			}
			p.Leave()
		}
	})
}

// BenchmarkWaiting is what a request costs that waits behind a thousand others of
// its account.
func BenchmarkWaiting(b *testing.B) {
	g := newGate(16, 8192)
	b.ReportAllocs()
	b.SetParallelism(500)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c, err := g.enter(context.Background(), "111111111111", "nodes", time.Minute)
			if err != nil {
				b.Error(err)
				continue
			}
			g.leave(c)
		}
	})
}
