package meta

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// A group lets those who write to SQLite, which has one writer at a time, share
// transactions: a commit costs a sync of the disk, and one is enough for all
// who came while the one before was under way.
//
// Each in turn runs its function in the open transaction, then hands the
// transaction on to who waits. Who finds nobody waiting commits it for all, and
// nobody's Write returns before that.
//
// There is no savepoint for each, since SQLite would copy every page before it is
// changed. Functions that fail have seldom written anything by then. One that
// has takes the others' writes with it; then all of them are tried again, with
// savepoints.
type group struct {
	on *session // of who has the turn

	mu    sync.Mutex
	taken bool          // somebody has the turn
	queue []chan *batch // those who wait for it; each is given the open batch, or nil
}

// batchSize is how many writes share a transaction at most, since the first
// waits for the last.
const batchSize = 64

// A batch is a transaction with all that was written in it. Who has the turn
// may use it.
type batch struct {
	on      *session
	size    int   // writes tried
	kept    int   // writes that are in it
	careful bool  // each write from now on has a savepoint
	lost    error // why it is of no use any more

	done chan struct{} // closed when it has ended
	err  error         // how; to be read once done is closed
}

// errUndone says that a write of the batch failed when it had no savepoint to
// go back to.
var errUndone = errors.New("a write had to be undone with the others in its transaction")

// errLost says that the write was undone because another one of its batch broke
// the transaction, by filling the disk for instance.
var errLost = errors.New("the transaction was lost to another write in it")

// write runs f in a batch and returns when that is committed, also with an error
// of f: that may tell of what others wrote in the batch, as that a row exists,
// which nobody else sees before, and which is not so if the batch is lost.
func (g *group) write(ctx context.Context, f func(*Tx) error) error {
	err := g.try(ctx, f, false)
	if errors.Is(err, errUndone) {
		err = g.try(ctx, f, true)
	}
	return err
}

// try is write. If it is not careful it can fail with errUndone.
func (g *group) try(ctx context.Context, f func(*Tx) error, careful bool) error {
	b, err := g.enter(ctx)
	if err != nil {
		return err
	}
	b.careful = b.careful || careful
	tx := &Tx{ctx: ctx, on: whole{b.on}}
	err, returned := error(nil), false
	defer func() {
		if !returned { // f panicked, or ended its goroutine
			b.undo(tx)
			g.leave(b)
		}
	}()
	err = b.run(tx, f)
	returned = true
	alone := b.careful || b.kept == 0              // what it met was not written by others, or stays
	broken := err != nil && b.lost != nil && alone // by f itself
	g.leave(b)
	<-b.done
	if b.err != nil && !broken {
		return b.err
	}
	return err
}

// enter waits for the caller's turn and returns the open batch.
func (g *group) enter(ctx context.Context) (*batch, error) {
	var b *batch
	g.mu.Lock()
	if !g.taken {
		g.taken = true
		g.mu.Unlock()
	} else {
		turn := make(chan *batch, 1)
		g.queue = append(g.queue, turn)
		g.mu.Unlock()
		select {
		case b = <-turn:
		case <-ctx.Done():
			if g.giveUp(turn) {
				return nil, ctx.Err()
			}
			b = <-turn
		}
	}
	if b != nil {
		return b, nil
	}
	b = &batch{on: g.on, done: make(chan struct{})}
	// Deferred transactions that turn into writers fail at once and ignore
	// busy_timeout.
	b.on.rolledBack = false
	if err := b.exec(`BEGIN IMMEDIATE`); err != nil {
		g.pass(nil)
		return nil, fmt.Errorf("begin write: %w", err)
	}
	return b, nil
}

// close waits for the caller's turn and closes the session. Who comes after
// that finds it closed.
func (g *group) close() error {
	if g.on == nil {
		return nil
	}
	b, err := g.enter(context.Background())
	if err != nil {
		return err
	}
	b.end()
	err = g.on.close()
	g.pass(nil)
	return err
}

// giveUp takes a waiter out of the queue. It reports false if the waiter has
// been given its turn.
func (g *group) giveUp(turn chan *batch) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.queue, turn)
	if i < 0 {
		return false
	}
	g.queue = slices.Delete(g.queue, i, i+1)
	return true
}

// leave ends the caller's turn: it hands the batch on, or ends it.
func (g *group) leave(b *batch) {
	if b.lost == nil && b.size < batchSize {
		if g.pass(b) {
			return
		}
		// Those who are about to write, whom the commit before let go on, may as
		// well come along.
		runtime.Gosched()
		if g.pass(b) {
			return
		}
	}
	b.end()
	g.pass(nil)
}

// pass gives the turn to the next who waits, with the open batch if there is
// one. Without anybody waiting it reports false and, if there is no batch that
// still needs its turn, frees it.
func (g *group) pass(b *batch) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queue) == 0 {
		g.taken = b != nil
		return false
	}
	g.queue[0] <- b
	g.queue = slices.Delete(g.queue, 0, 1)
	return true
}

// run runs f. Statements do not end with its context: SQLite gives up the whole
// transaction when it is interrupted. It ends between them.
func (b *batch) run(tx *Tx, f func(*Tx) error) error {
	b.size++
	if b.careful {
		if err := b.exec(`SAVEPOINT write`); err != nil {
			return fmt.Errorf("begin write: %w", err)
		}
	}
	err := f(tx)
	if err == nil {
		err = tx.noteAccess()
	}
	if err == nil {
		err = tx.ctx.Err()
	}
	if err == nil && b.on.rolledBack {
		err = errRolledBack
	}
	if err != nil {
		b.undo(tx)
		return err
	}
	if b.careful {
		if err := b.exec(`RELEASE write`); err != nil {
			return fmt.Errorf("end write: %w", err)
		}
	}
	b.kept++
	return nil
}

// errRolledBack says that SQLite gave up the transaction, as when the disk is full.
var errRolledBack = errors.New("the transaction was rolled back")

// undo drops what the write has written, or the batch if there is no other way.
func (b *batch) undo(tx *Tx) {
	switch {
	case b.on.rolledBack:
		b.lost = errRolledBack
	case b.careful:
		if b.exec(`ROLLBACK TO write`) == nil {
			_ = b.exec(`RELEASE write`) // an error is kept in lost
		}
	case tx.wrote:
		b.lost = errUndone
	}
}

// exec runs a statement about the transaction itself, which belongs to all who
// write in it and ends with nobody's context. When it fails there is no such
// transaction any more.
func (b *batch) exec(statement string) error {
	_, err := b.on.exec(context.Background(), statement, nil)
	if err != nil {
		b.lost = err
	}
	return err
}

// end commits the batch if there is anything in it.
func (b *batch) end() {
	defer close(b.done)
	if b.lost == nil && b.kept > 0 {
		err := b.exec(`COMMIT`)
		if err == nil {
			return
		}
		b.err = fmt.Errorf("commit: %w", err)
	} else if b.lost != nil {
		b.err = fmt.Errorf("%w: %w", errLost, b.lost)
	}
	_ = b.exec(`ROLLBACK`) // it may have ended already
}
