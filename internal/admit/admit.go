// Package admit decides whose requests a node works on and whose wait, so that
// many requests of one client neither take the others' turn nor more memory
// than there is.
//
// A request has a place while it is worked on. Places are of several classes,
// since a layer that is being sent to a slow client is cheap and takes minutes
// while a look at the database is neither; and those whose clients are known,
// by the account that they proved to be of, are apart from those of addresses
// that may be anybody. A request begins among the latter, and moves once it is
// authenticated; moving, it gives its place back before it takes or waits for
// another, so nobody holds a place to wait for one.
//
// A client that has h places gets another only while more than h are free: alone
// it comes to half of them, two come to a third each. So whoever comes next finds
// one, however long the others keep theirs. Who gets none waits, for a while and
// not with too many, and places that become free go round among the clients, and
// among the users and roles of each. See docs/design/0010-limits.md.
package admit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"
)

// Class is what a place is good for.
type Class int

// The classes of places.
const (
	Request  Class = iota // little comes and little goes: a manifest, an API call
	Body                  // a large body that is read into memory before it is known who sent it
	Upload                // content that is stored as it comes
	Download              // content that is sent as it is read
	Poll                  // waits for something to happen
	classes
)

// String returns the name of the class, in lower case.
func (c Class) String() string {
	return [...]string{"request", "body", "upload", "download", "poll"}[c]
}

// Limits are how many places there are of each class: for clients that are
// known, and as many again for addresses. All must be positive. There are as many
// to poll as to download.
type Limits struct {
	Requests, Bodies, Uploads, Downloads int

	// Connections is how many there may be, of clients by their address.
	Connections int

	// Waiting is how many requests may wait for a place of a class at most. A
	// client that has w of them waiting may have another only while there is
	// room for more than w: alone it comes to half.
	Waiting int
	// Patience is how long a request waits at most.
	Patience time.Duration
}

// Limiter gives out places. It is safe for concurrent use.
type Limiter struct {
	patience       time.Duration
	unknown, known group
	connections    gate
}

// group is a gate for each class.
type group [classes]gate

// New returns a Limiter.
func New(l Limits) *Limiter {
	limiter := &Limiter{patience: l.Patience}
	limiter.connections.init(l.Connections, 0)
	for c, places := range [classes]int{Request: l.Requests, Body: l.Bodies, Upload: l.Uploads, Download: l.Downloads, Poll: l.Downloads} {
		limiter.unknown[c].init(places, l.Waiting)
		limiter.known[c].init(places, l.Waiting)
	}
	return limiter
}

// Connect takes a place for a connection from an address, for which nobody waits.
// If there is none left is nil; otherwise it must be called once, to give it back.
func (l *Limiter) Connect(address string) (left func()) {
	c, err := l.connections.enter(context.Background(), Address(address), "", 0)
	if err != nil {
		return nil
	}
	return func() { l.connections.leave(c) }
}

// Connections returns how it stands with connections; the class says nothing.
func (l *Limiter) Connections() Stat { return l.connections.stat(Request, false) }

// Refusal is the error of a request that got no place.
type Refusal struct {
	// RetryAfter is when to try again. It differs between clients, lest they all
	// come back at once.
	RetryAfter time.Duration
	reason     string
}

func (r *Refusal) Error() string { return "too many requests: " + r.reason }

// refusalSpread is how far apart those who were refused at once are told to try
// again.
const refusalSpread = 5

func refuse(format string, args ...any) *Refusal {
	return &Refusal{RetryAfter: time.Duration(1+rand.IntN(refusalSpread)) * time.Second, reason: fmt.Sprintf(format, args...)}
}

// Place is the place of one request, or none. It is the context of the request
// too, from which FromContext gets it. It must not be used by two goroutines at
// once, but as a context. All methods do nothing on a nil Place.
type Place struct {
	context.Context
	limiter *Limiter
	known   bool
	name    string // the client's
	member  string // who of the client's
	class   Class

	gate *gate // of the place that it has; nil when it has none
	of   *client
}

// Place returns a Place without a place yet, for a request from the address and
// with the context ctx.
func (l *Limiter) Place(ctx context.Context, address string) *Place {
	return &Place{Context: ctx, limiter: l, name: Address(address)}
}

type placeKey struct{}

// Value implements context.Context.
func (p *Place) Value(key any) any {
	if key == (placeKey{}) {
		return p
	}
	return p.Context.Value(key)
}

// FromContext returns the Place that is or is behind a context, or nil.
func FromContext(ctx context.Context) *Place {
	p, _ := ctx.Value(placeKey{}).(*Place)
	return p
}

// Enter takes a place of the class, and gives back the one that it had, if that
// was of another class. The error is a *Refusal, or that of the context when it
// ended meanwhile; there is no place then.
func (p *Place) Enter(class Class) error {
	if p == nil || p.gate != nil && p.class == class {
		return nil
	}
	p.Leave()
	p.class = class
	return p.take()
}

// Identify says for whom the request is: an account, and a user or role of it. It
// exchanges the place for one of theirs, unless that is of the class Body: then
// the body is in memory already, and who has it should not wait. The error is as
// Enter's.
func (p *Place) Identify(account, member string) error {
	if p == nil || p.gate != nil && p.class == Body {
		return nil
	}
	had := p.gate != nil
	p.Leave()
	p.known, p.name, p.member = true, account, member
	if !had {
		return nil
	}
	return p.take()
}

func (p *Place) take() error {
	gates := &p.limiter.unknown
	if p.known {
		gates = &p.limiter.known
	}
	g := &gates[p.class]
	c, err := g.enter(p.Context, p.name, p.member, p.limiter.patience)
	if err != nil {
		return err
	}
	p.gate, p.of = g, c
	return nil
}

// Leave gives the place back, if it has one.
func (p *Place) Leave() {
	if p == nil || p.gate == nil {
		return
	}
	p.gate.leave(p.of)
	p.gate, p.of = nil, nil
}

// Class returns the class of the place that was taken last.
func (p *Place) Class() Class {
	if p == nil {
		return Request
	}
	return p.class
}

// Address is the client that an address counts as: of IPv6, where one client has
// as many as it likes, the network of 64 bits.
func Address(address string) string {
	if !strings.Contains(address, ":") {
		return address
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}

// Stat is how it stands with the places of a class.
type Stat struct {
	Class   Class
	Known   bool // of clients that are known
	Places  int  // that there are
	Taken   int
	Waiting int   // requests
	Refused int64 // requests, since the start
}

// Stats returns how it stands with all places.
func (l *Limiter) Stats() []Stat {
	var all []Stat
	for c := range classes {
		all = append(all, l.unknown[c].stat(c, false))
		if c != Body {
			all = append(all, l.known[c].stat(c, true))
		}
	}
	return all
}
