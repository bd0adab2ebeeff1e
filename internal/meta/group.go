package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A group lets those who write to SQLite, which has one writer at a time, share
// transactions: a commit costs a sync of the disk, and one is enough for all
// who came while the one before was under way.
//
// Each in turn runs its function in a savepoint of the open transaction, then
// hands the transaction on to who waits. Who finds nobody waiting commits it for
// all, and nobody's Write returns before that.
type group struct {
	db *sql.DB

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
	tx   *sql.Tx
	size int   // writes tried
	kept int   // writes that are in it
	lost error // why it is of no use any more

	done chan struct{} // closed when it has ended
	err  error         // how; to be read once done is closed
}

// errLost says that the write was undone because another one of its batch broke
// the transaction, by filling the disk for instance.
var errLost = errors.New("the transaction was lost to another write in it")

// write runs f in a batch and returns when that is committed.
func (g *group) write(ctx context.Context, f func(*Tx) error) error {
	b, err := g.enter(ctx)
	if err != nil {
		return err
	}
	err, returned := error(nil), false
	defer func() {
		if !returned { // f panicked, or ended its goroutine
			b.undo()
			g.leave(b)
		}
	}()
	err = b.run(ctx, f)
	returned = true
	g.leave(b)
	if err != nil {
		return err
	}
	<-b.done
	return b.err
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
	// The transaction belongs to all who write in it: it does not end with the
	// context of the first.
	tx, err := g.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		g.pass(nil)
		return nil, fmt.Errorf("begin write: %w", err)
	}
	return &batch{tx: tx, done: make(chan struct{})}, nil
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
	if b.lost == nil && b.size < batchSize && g.pass(b) {
		return
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

// run runs f in a savepoint. Statements do not end with ctx: SQLite gives up the
// whole transaction when it is interrupted. It ends between them.
func (b *batch) run(ctx context.Context, f func(*Tx) error) error {
	b.size++
	if err := b.exec(`SAVEPOINT write`); err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	if err := f(&Tx{ctx: ctx, tx: b.tx, whole: true}); err != nil {
		b.undo()
		return err
	}
	if err := ctx.Err(); err != nil {
		b.undo()
		return err
	}
	if err := b.exec(`RELEASE write`); err != nil {
		return fmt.Errorf("end write: %w", err)
	}
	b.kept++
	return nil
}

// undo drops what was written since the savepoint.
func (b *batch) undo() {
	if b.exec(`ROLLBACK TO write`) == nil {
		_ = b.exec(`RELEASE write`) // an error is kept in lost
	}
}

// exec runs a statement about the transaction itself. When it fails there is no
// such transaction any more.
func (b *batch) exec(statement string) error {
	_, err := b.tx.Exec(statement)
	if err != nil {
		b.lost = err
	}
	return err
}

// end commits the batch if there is anything in it.
func (b *batch) end() {
	defer close(b.done)
	switch {
	case b.lost != nil:
		b.err = fmt.Errorf("%w: %w", errLost, b.lost)
	case b.kept > 0:
		if err := b.tx.Commit(); err != nil {
			b.err = fmt.Errorf("commit: %w", err)
		}
	}
	_ = b.tx.Rollback() // of no effect after the commit
}
