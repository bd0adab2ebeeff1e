package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Request is a build that somebody asks for.
type Request struct {
	Account, Region string
	Principal       string // unique id of the user, role or root user, which limits count by
	Caller          string // its ARN

	// Same tells callers apart whose builds are not to be one: the principal, its session, and what that restricts.
	Same string

	// Delegation is what [Config.Token] makes a password of.
	Delegation []byte

	Image         string
	Spec          string
	Options       string // for the worker
	ContextDigest string // "sha256:…" of the files, a compressed tar archive; "" without
	ContextSize   int64  // of that archive in bytes
}

// sealedRequest is what the request column holds.
type sealedRequest struct {
	Spec       string `json:"spec"`
	Options    string `json:"options,omitempty"`
	Delegation []byte `json:"delegation"`
}

func purposeRequest(id string) string { return "build request " + id }

func (e *Engine) sealRequest(id string, r sealedRequest) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode build request: %w", err)
	}
	return e.box.Seal(purposeRequest(id), b), nil
}

func (e *Engine) openRequest(b *Build) (r sealedRequest, err error) {
	plain, err := e.box.Open(purposeRequest(b.ID), b.request)
	if err == nil {
		err = json.Unmarshal(plain, &r)
	}
	if err != nil {
		return r, fmt.Errorf("open request of build %s: %w", b.ID, err)
	}
	return r, nil
}

// same returns what equal builds of the same caller have in common.
func (r *Request) same() string {
	h := sha256.New()
	for _, s := range []string{r.Same, r.Image, r.Spec, r.Options, r.ContextDigest} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Start queues a build. joined reports that an equal one of the same caller has not ended yet: that is what comes back. A
// build with files is Uploading until [Engine.Upload] has brought them.
//
// Errors: ErrInvalid, ErrTooMany.
func (e *Engine) Start(ctx context.Context, r Request) (b *Build, joined bool, err error) {
	if (r.ContextDigest == "") != (r.ContextSize == 0) {
		return nil, false, &Error{Kind: ErrInvalid, Detail: "files have a digest and a size, or neither"}
	}
	if r.ContextSize > e.limits.Context {
		return nil, false, &Error{Kind: ErrInvalid, Detail: fmt.Sprintf("the files have %d bytes, and may have %d", r.ContextSize, e.limits.Context)}
	}
	now, id := e.timestamp(), uuid.NewString()
	sealed, err := e.sealRequest(id, sealedRequest{Spec: r.Spec, Options: r.Options, Delegation: r.Delegation})
	if err != nil {
		return nil, false, err
	}
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		b, joined = &Build{
			ID: id, Account: r.Account, Region: r.Region, Caller: r.Caller, Image: r.Image, State: Queued,
			ContextDigest: r.ContextDigest, ContextSize: r.ContextSize, CreatedAt: now, queuedAt: now, Deadline: now.Add(e.limits.QueueTimeout),
			principal: r.Principal, same: r.same(), request: sealed,
		}, false
		if r.ContextDigest != "" {
			b.State, b.Deadline = Uploading, now.Add(uploadTime)
		}
		equal, err := meta.All(tx, scanBuild, `SELECT `+columns+` FROM build WHERE account = $1 AND region = $2 AND same = $3 ORDER BY id`, r.Account, r.Region, b.same)
		if err != nil {
			return err
		}
		if len(equal) > 0 {
			b, joined = equal[0], true
			return nil
		}
		if err := e.room(tx, &r); err != nil {
			return err
		}
		// Of two at the same time the later one conflicts, and comes back to find the first.
		_, err = tx.Exec(`INSERT INTO build (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', FALSE, $11, '',
			'', $12, $12, 0, 0, $13, 0, 0, '', 0, '', 0, 0, 0)`,
			b.ID, b.Account, b.Region, b.principal, b.Caller, b.same, b.Image, b.request, b.ContextDigest, b.ContextSize, string(b.State),
			micros(now), micros(b.Deadline))
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("start build: %w", err)
	}
	return b, joined, nil
}

// room returns ErrTooMany when no more builds may wait.
func (e *Engine) room(tx *meta.Tx, r *Request) error {
	waiting, err := countBy(tx, r.Account, r.Region, Uploading, Queued)
	if err != nil {
		return err
	}
	if waiting[r.Principal] >= e.limits.QueuedPrincipal {
		return &Error{Kind: ErrTooMany, Detail: fmt.Sprintf("%d builds of the caller wait already", waiting[r.Principal])}
	}
	if n := total(waiting); n >= e.limits.Queued {
		return &Error{Kind: ErrTooMany, Detail: fmt.Sprintf("%d builds of the account wait already", n)}
	}
	return nil
}

// countBy counts the builds of an account in a region that are in one of two states, by principal.
func countBy(tx *meta.Tx, account, region string, a, b State) (map[string]int, error) {
	type count struct {
		principal string
		n         int
	}
	all, err := meta.All(tx, func(s meta.Scanner) (c count, err error) {
		return c, s.Scan(&c.principal, &c.n)
	}, `SELECT principal, count(*) FROM build WHERE account = $1 AND region = $2 AND state IN ($3, $4) GROUP BY principal ORDER BY principal`,
		account, region, string(a), string(b))
	by := map[string]int{}
	for _, c := range all {
		by[c.principal] = c.n
	}
	return by, err
}

func total(by map[string]int) (n int) {
	for _, m := range by {
		n += m
	}
	return n
}

// Upload brings the files of a build, and queues it. Files that are there already are not read again. A build whose files
// cannot be used has failed; of files that came incomplete or altered it waits still.
//
// Errors: ErrNotFound, also for a build that has ended; ErrContext.
func (e *Engine) Upload(ctx context.Context, id string, r io.Reader) error {
	b, err := e.waiting(ctx, id)
	if err != nil || b == nil {
		return err
	}
	name, err := e.store(ctx, b, r)
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if !keep { // a sweep does what this cannot
			_ = e.contexts.Remove(context.WithoutCancel(ctx), name)
		}
	}()
	content, err := e.contexts.Open(ctx, name, 0, -1)
	if err != nil {
		return fmt.Errorf("read files of build %s: %w", id, err)
	}
	bad := CheckContext(content, e.limits)
	_ = content.Close() // it was only read
	if bad != nil && !errors.Is(bad, ErrContext) {
		return fmt.Errorf("read files of build %s: %w", id, bad)
	}
	err = e.db.Write(ctx, func(tx *meta.Tx) error {
		keep = false
		b, err := get(tx, id)
		if err != nil || b.State != Uploading {
			return err
		}
		if bad != nil {
			return e.end(tx, b, Failed, bad.Error())
		}
		now := e.timestamp()
		b.State, b.upload, b.queuedAt, b.Deadline = Queued, name.Upload, now, e.until(b, now, e.limits.QueueTimeout)
		keep = true
		return put(tx, b)
	})
	if err != nil {
		keep = true // it may have been written nevertheless
		return fmt.Errorf("queue build %s: %w", id, err)
	}
	return bad
}

// until returns when a build is given up that may take d from now on.
func (e *Engine) until(b *Build, now time.Time, d time.Duration) time.Time {
	if last := b.CreatedAt.Add(lifetime); now.Add(d).After(last) {
		return last
	}
	return now.Add(d)
}

// waiting returns the build that waits for its files, nil if it has them.
func (e *Engine) waiting(ctx context.Context, id string) (b *Build, err error) {
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		b, err = get(tx, id)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case b.State.Ended() || b.ContextDigest == "":
		return nil, &Error{Kind: ErrNotFound, ID: id}
	case b.State != Uploading:
		return nil, nil
	}
	return b, nil
}

// store puts the files of a build into the store, if they are what was announced.
func (e *Engine) store(ctx context.Context, b *Build, r io.Reader) (name blob.Name, err error) {
	upload := blob.NewUploadID()
	if err := e.contexts.Create(ctx, upload); err != nil {
		return name, fmt.Errorf("store files of build %s: %w", b.ID, err)
	}
	defer func() {
		if err != nil {
			_ = e.contexts.Abort(context.WithoutCancel(ctx), upload)
		}
	}()
	n, err := e.contexts.Append(ctx, upload, 0, io.LimitReader(r, b.ContextSize+1))
	if err != nil {
		return name, fmt.Errorf("store files of build %s: %w", b.ID, err)
	}
	if n != b.ContextSize {
		return name, &Error{Kind: ErrContext, ID: b.ID, Detail: fmt.Sprintf("they have another size than the %d bytes announced", b.ContextSize)}
	}
	want := digest.Digest(b.ContextDigest)
	_, err = e.contexts.Commit(ctx, upload, want)
	if mismatch := (*blob.DigestError)(nil); errors.As(err, &mismatch) {
		return name, &Error{Kind: ErrContext, ID: b.ID, Detail: mismatch.Error()}
	}
	if err != nil {
		return name, fmt.Errorf("store files of build %s: %w", b.ID, err)
	}
	return blob.Name{Digest: want, Upload: upload}, nil
}

// Open returns the files of the build for the worker that has it in this attempt; the caller closes them. Errors:
// ErrNotFound.
func (e *Engine) Open(ctx context.Context, id string, attempt int64) (content io.ReadCloser, size int64, err error) {
	var b *Build
	err = e.db.Read(ctx, func(tx *meta.Tx) error {
		b, err = get(tx, id)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if b.upload == "" || !b.at(attempt) {
		return nil, 0, &Error{Kind: ErrNotFound, ID: id}
	}
	content, err = e.contexts.Open(ctx, blob.Name{Digest: digest.Digest(b.ContextDigest), Upload: b.upload}, 0, -1)
	if err != nil {
		return nil, 0, fmt.Errorf("read files of build %s: %w", id, err)
	}
	return content, b.ContextSize, nil
}

// at reports whether a worker has the build, in this attempt.
func (b *Build) at(attempt int64) bool {
	return b.Attempts == attempt && (b.State == Leased || b.State == Running)
}

// Active reports whether a worker has the build, in this attempt: as long as it may use what [Config.Token] made.
func (e *Engine) Active(ctx context.Context, id string, attempt int64) (bool, error) {
	var b *Build
	err := e.db.Read(ctx, func(tx *meta.Tx) (err error) {
		b, err = get(tx, id)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at build %s: %w", id, err)
	}
	return b.at(attempt), nil
}
