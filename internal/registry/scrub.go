package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// Fault says what is wrong with the stored bytes of a blob.
type Fault string

// The faults.
const (
	FaultMissing Fault = "missing" // there are none
	FaultSize    Fault = "size"    // there are fewer or more than there were
	FaultContent Fault = "content" // they have another digest
	FaultRead    Fault = "read"    // the store, which answers, cannot read them: nobody knows what they are
)

// Damage is a blob whose stored bytes are not its content.
type Damage struct {
	Digest   digest.Digest
	Fault    Fault
	Size     int64         // bytes it should have
	Have     int64         // bytes that were read
	Got      digest.Digest // of what was read, with FaultContent
	Err      error         // with FaultRead
	Database bool          // the bytes are in the database and not in the blob store
	SetAside bool          // it was set aside, now or by an earlier scrub
	Needs    []DamageNeed  // in the order of their repositories
}

// DamageNeed is a repository that has a damaged blob as a layer.
type DamageNeed struct {
	Repo   Repo
	Images []digest.Digest // that name it, in ascending order; at most MaxDamageImages
}

// MaxDamageImages is how many images of a repository a DamageNeed names.
const MaxDamageImages = 100

// ScrubOptions say how Scrub goes about it.
type ScrubOptions struct {
	// Rate is how many bytes a second are read at most; 0 is no limit.
	Rate int64

	// Restart begins with the first blob, even if the last scrub did not come
	// to its end.
	Restart bool

	// SetAside moves corrupt bytes aside, in the blob store, and makes the
	// blobs of all damaged bytes ones that no repository has until the same
	// content is pushed again, or a scrub finds that the bytes were put back.
	// Nothing is deleted. Bytes that cannot be read stay as they are, unless it
	// is a disk that cannot. The blob store must be a *blob.Dir or *blob.S3, or
	// something else with their methods to set bytes aside.
	SetAside bool

	// AllMissing says that it may be that the blob store has none of the blobs any
	// more. Otherwise SetAside sets nothing aside before a blob was found there,
	// and a *PlaceError is returned when none is.
	AllMissing bool

	// Found is called with each damaged blob.
	Found func(Damage)

	// Progress, if set, is called now and then.
	Progress func(ScrubStatus)
}

// ScrubStatus is how far the check of all stored bytes has come. It counts from
// the start, also when it was interrupted since.
type ScrubStatus struct {
	Started time.Time
	Blobs   int64 // checked
	Bytes   int64 // read
	Damaged int64 // of the blobs
}

// asider is a blob store that can set bytes aside; see blob.Dir and blob.S3.
type asider interface {
	SetAside(ctx context.Context, b blob.Name) error
	SetAsideContent(ctx context.Context, b blob.Name, content []byte) error
}

const (
	scrubBatch    = 100             // rows per look
	scrubInterval = 5 * time.Second // between notes of how far it has come
	scrubBuffer   = 256 << 10
	scrubPause    = time.Second // before bytes are read again that could not be
)

// Scrub reads the stored bytes of every blob and compares them with its size and
// digest, in the order of the digests. It goes on where the last one was
// interrupted. It disturbs nobody: pushes, pulls and collections go on
// meanwhile, and what they change is not taken for damage. Two at a time do
// the work twice. It ends with an error when the blob store is away, of which
// nothing follows about the blobs.
func (r *Registry) Scrub(ctx context.Context, o ScrubOptions) (ScrubStatus, error) {
	s := &scrubber{Registry: r, o: o, buf: make([]byte, scrubBuffer)}
	if o.SetAside {
		var ok bool
		if s.aside, ok = r.blobs.(asider); !ok {
			return s.done, errors.New("scrub: this blob store cannot set bytes aside")
		}
	}
	if err := s.run(ctx); err != nil {
		return s.done, fmt.Errorf("scrub: %w", err)
	}
	return s.done, nil
}

// scrubber is one call of Scrub.
type scrubber struct {
	*Registry
	o      ScrubOptions
	aside  asider
	buf    []byte
	cursor string // the last digest that was checked
	done   ScrubStatus
	placed bool // the blob store has blobs of the database
	noted  time.Time
	spoke  time.Time // last to Progress
	read   pace
}

// stored is a row of a blob.
type stored struct {
	name     blob.Name
	size     int64
	small    bool
	setAside bool
}

const storedColumns = `digest, upload, size, content IS NOT NULL, set_aside IS NOT NULL AND set_aside = upload`

func scanStored(s meta.Scanner) (b stored, err error) {
	err = s.Scan(&b.name.Digest, &b.name.Upload, &b.size, &b.small, &b.setAside)
	return b, err
}

func (s *scrubber) run(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	s.noted = time.Now()
	s.spoke = s.noted
	s.read = pace{rate: s.o.Rate, since: s.noted}
	for {
		page, err := s.storedAfter(ctx, s.cursor, scrubBatch)
		if err != nil {
			return err
		}
		for _, b := range page {
			if err := s.check(ctx, b); err != nil {
				return errors.Join(err, s.note(context.WithoutCancel(ctx)))
			}
			s.cursor = b.name.Digest.String()
			s.done.Blobs++
			if time.Since(s.noted) >= scrubInterval {
				if err := s.note(ctx); err != nil {
					return err
				}
			}
		}
		if len(page) < scrubBatch {
			s.cursor = ""
			return s.note(ctx)
		}
	}
}

// storedAfter reads blobs whose digest comes after one, in their order.
func (r *Registry) storedAfter(ctx context.Context, after string, limit int) (page []stored, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		page, err = meta.All(tx, scanStored, `SELECT `+storedColumns+` FROM blob WHERE digest > $1 ORDER BY digest LIMIT $2`, after, limit)
		return err
	})
	return page, err
}

// begin reads how far the last scrub came, or starts anew.
func (s *scrubber) begin(ctx context.Context) error {
	var started int64
	err := s.db.Read(ctx, func(tx *meta.Tx) error {
		return tx.QueryRow(`SELECT cursor, started_at, blobs, bytes, damaged FROM scrub WHERE id = 1`).
			Scan(&s.cursor, &started, &s.done.Blobs, &s.done.Bytes, &s.done.Damaged)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	s.done.Started = fromMicros(started)
	if s.cursor == "" || s.o.Restart {
		s.cursor, s.done = "", ScrubStatus{Started: s.now()}
	}
	return nil
}

// note writes down how far it has come.
func (s *scrubber) note(ctx context.Context) error {
	s.noted = time.Now()
	if s.o.Progress != nil {
		s.spoke = s.noted
		s.o.Progress(s.done)
	}
	err := s.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO scrub (id, cursor, started_at, checked_at, blobs, bytes, damaged) VALUES (1, $1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET cursor = excluded.cursor, started_at = excluded.started_at, checked_at = excluded.checked_at,
				blobs = excluded.blobs, bytes = excluded.bytes, damaged = excluded.damaged`,
			s.cursor, micros(s.done.Started), micros(s.now()), s.done.Blobs, s.done.Bytes, s.done.Damaged)
		return err
	})
	if err != nil {
		return fmt.Errorf("note how far it has come: %w", err)
	}
	return nil
}

// check checks one blob, and reports what is wrong with it.
func (s *scrubber) check(ctx context.Context, b stored) error {
	d, content, err := s.examine(ctx, b)
	if err != nil {
		return err
	}
	for d != nil {
		// Perhaps the bytes were moved or collected since the row was read.
		now, err := s.again(ctx, b)
		if err != nil || now == nil {
			return err
		}
		if *now == b {
			break
		}
		b = *now
		if d, content, err = s.examine(ctx, b); err != nil {
			return err
		}
	}
	if !b.small && (d == nil || d.Fault == FaultContent || d.Fault == FaultSize) {
		s.placed = true
	}
	if d == nil {
		if b.setAside { // somebody has put the bytes back
			return s.restore(ctx, b)
		}
		return nil
	}
	if d.Needs, err = s.needs(ctx, b.name.Digest); err != nil {
		return err
	}
	// Bytes that could not be read may be sound, unless their disk says otherwise.
	if s.aside != nil && (d.Fault != FaultRead || errors.Is(d.Err, syscall.EIO)) {
		if err := s.checkPlace(ctx, b); err != nil {
			return err
		}
		if d.SetAside, err = s.setAside(ctx, b, content); err != nil {
			return err
		}
	}
	s.done.Damaged++
	s.o.Found(*d)
	return nil
}

// again reads a row again; nil says that it is gone.
func (r *Registry) again(ctx context.Context, b stored) (*stored, error) {
	var now stored
	err := r.db.Read(ctx, func(tx *meta.Tx) (err error) {
		now, err = scanStored(tx.QueryRow(`SELECT `+storedColumns+` FROM blob WHERE digest = $1`, b.name.Digest.String()))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &now, nil
}

// examine reads the bytes of a blob and says what is wrong with them; nil is
// nothing. content is those that are in the database.
func (s *scrubber) examine(ctx context.Context, b stored) (d *Damage, content []byte, err error) {
	d = &Damage{Digest: b.name.Digest, Size: b.size, Database: b.small, SetAside: b.setAside}
	sum := b.name.Digest.Algorithm().Hash()
	if b.small {
		err := s.db.Read(ctx, func(tx *meta.Tx) error {
			return tx.QueryRow(`SELECT content FROM blob WHERE digest = $1 AND upload = $2`, b.name.Digest.String(), b.name.Upload).Scan(&content)
		})
		if errors.Is(err, sql.ErrNoRows) || err == nil && content == nil { // since the row was read
			d.Fault = FaultMissing
			return d, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		sum.Write(content)
		d.Have = int64(len(content))
		s.done.Bytes += d.Have
		err = s.read.wait(ctx, d.Have)
		if err != nil {
			return nil, nil, err
		}
	} else {
		err := twice(ctx, func() (err error) {
			sum.Reset()
			d.Fault, d.Err = "", nil
			if d.Have, err = s.hash(ctx, b.name, sum); err != nil {
				err = d.blame(ctx, s.blobs, b.name, err)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if d.Fault != "" {
			return d, nil, nil
		}
	}
	d.Got = digest.NewDigest(b.name.Digest.Algorithm(), sum)
	switch {
	case d.Have != b.size:
		d.Fault = FaultSize
	case d.Got != d.Digest:
		d.Fault = FaultContent
	default:
		return nil, nil, nil
	}
	return d, content, nil
}

// blame notes the fault of stored bytes whose reading failed, or returns an error
// when that says nothing about them. Those of FaultRead are worth another look.
func (d *Damage) blame(ctx context.Context, blobs blob.Store, b blob.Name, err error) error {
	size := (*blob.SizeError)(nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		d.Fault, d.Have = FaultMissing, 0
	case errors.As(err, &size):
		d.Fault, d.Have = FaultSize, size.Have
	default:
		_, serr := blobs.Stat(ctx, b)
		if serr != nil && !errors.Is(serr, fs.ErrNotExist) && !errors.Is(serr, syscall.EIO) { // the store is away
			return fmt.Errorf("read blob %s: %w", b, err)
		}
		d.Fault, d.Err = FaultRead, err
		return errAgain
	}
	return nil
}

// errAgain says that stored bytes should be read again before they are given up.
var errAgain = errors.New("read it again")

// twice calls read, and once more after a while if the error is errAgain, which
// it never returns.
func twice(ctx context.Context, read func() error) error {
	err := read()
	if errors.Is(err, errAgain) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(scrubPause):
		}
		if err = read(); errors.Is(err, errAgain) {
			err = nil
		}
	}
	return err
}

// hash reads the bytes of a blob into a hash, and returns how many there are.
func (s *scrubber) hash(ctx context.Context, b blob.Name, sum io.Writer) (n int64, err error) {
	r, err := s.blobs.Open(ctx, b, 0, -1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }() // it was only read
	for {
		k, err := r.Read(s.buf)
		_, _ = sum.Write(s.buf[:k]) // never fails
		n += int64(k)
		s.done.Bytes += int64(k)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := s.read.wait(ctx, int64(k)); err != nil {
			return n, err
		}
		if s.o.Progress != nil && time.Since(s.spoke) >= scrubInterval {
			s.spoke = time.Now()
			s.o.Progress(s.done)
		}
	}
}

// needs reads who needs a blob.
func (s *scrubber) needs(ctx context.Context, d digest.Digest) (needs []DamageNeed, err error) {
	err = s.db.Read(ctx, func(tx *meta.Tx) error {
		needs, err = meta.All(tx, func(s meta.Scanner) (n DamageNeed, err error) {
			err = s.Scan(&n.Repo.Account, &n.Repo.Region, &n.Repo.Name)
			return n, err
		}, `SELECT account, region, repository FROM layer WHERE digest = $1 ORDER BY account, region, repository`, d.String())
		for i := range needs {
			if err != nil {
				break
			}
			n := &needs[i]
			n.Images, err = meta.All(tx, func(s meta.Scanner) (d digest.Digest, err error) { err = s.Scan(&d); return d, err },
				`SELECT digest FROM image_reference WHERE account = $1 AND region = $2 AND repository = $3 AND kind = 'layer' AND target = $4
				ORDER BY digest LIMIT $5`, n.Repo.Account, n.Repo.Region, n.Repo.Name, d.String(), MaxDamageImages)
		}
		return err
	})
	return needs, err
}

// setAside sets the bytes of a damaged blob aside and marks its row, unless that
// has changed meanwhile.
//
// The row comes first: bytes that are gone from their place with a row that
// promises them would be a failed pull for as long as this is interrupted.
func (s *scrubber) setAside(ctx context.Context, b stored, content []byte) (done bool, err error) {
	if b.small && content != nil {
		if err := s.aside.SetAsideContent(ctx, b.name, content); err != nil {
			return false, err
		}
	}
	err = s.db.Write(ctx, func(tx *meta.Tx) error {
		n, err := tx.Exec(`UPDATE blob SET set_aside = upload, content = NULL WHERE digest = $1 AND upload = $2 AND (content IS NOT NULL) = $3`,
			b.name.Digest.String(), b.name.Upload, b.small)
		done = n > 0
		return err
	})
	if err != nil || !done || b.small {
		return done, err
	}
	err = s.aside.SetAside(ctx, b.name)
	if errors.Is(err, fs.ErrNotExist) { // they were missing, or collected since
		err = nil
	}
	return done, err
}

// restore makes a blob one that repositories have again.
func (s *scrubber) restore(ctx context.Context, b stored) error {
	return s.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`UPDATE blob SET set_aside = NULL WHERE digest = $1 AND upload = $2`, b.name.Digest.String(), b.name.Upload)
		return err
	})
}

// pace keeps a rate of bytes a second.
type pace struct {
	rate  int64
	since time.Time
	bytes int64
}

// wait returns when so many bytes more may have been read.
func (p *pace) wait(ctx context.Context, n int64) error {
	if p.rate <= 0 {
		return ctx.Err()
	}
	p.bytes += n
	ahead := time.Duration(float64(p.bytes)/float64(p.rate)*float64(time.Second)) - time.Since(p.since)
	if ahead < 10*time.Millisecond {
		if ahead < -time.Second { // what was not used is not made up for
			p.since, p.bytes = time.Now(), 0
		}
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(ahead):
		return nil
	}
}
