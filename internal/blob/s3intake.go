package blob

import (
	"bytes"
	"context"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

const (
	// s3Settle is how long what came is still stored after the client has gone.
	s3Settle = 30 * time.Second

	maxParts = 10_000 // of a multipart upload
)

// partSize is the size of the part with the number n. All are of one size up
// to 20 GB, and no upload of less than 200 GB runs out of numbers.
func partSize(n int64) int { return 8 << 20 * int(1+n/2500) }

// An intake is what comes into an upload by one call: it is hashed as it comes,
// and sent on in parts while more comes. It takes the memory of two parts.
type intake struct {
	h      *hold
	record bool // what came counts at once, not only when it is whole

	size  int64     // of the upload with all that came
	sum   hash.Hash // SHA-256 of it
	other hash.Hash // of another algorithm, or nil
	data  []byte    // what is in no part, if loaded
	// loaded says that data has the bytes of the tail, too.
	loaded bool

	sent    s3Row    // the upload with the parts that were sent
	parts   []s3Part // of those, the ones that are not recorded
	sending *sending // the part that is on its way, or nil
	lost    bool     // a part could not be sent: what came after it does not count
}

// sending is a part on its way to the server.
type sending struct {
	buf  []byte
	part s3Part
	next s3Row // the upload with it
	done chan struct{}
	err  error // once done is closed
}

func newIntake(h *hold) (*intake, error) {
	sum, err := h.sum()
	return &intake{h: h, size: h.row.size, sum: sum, loaded: h.row.tail == 0, sent: h.row}, err
}

// partBuffers hold parts of the usual size.
var partBuffers = sync.Pool{New: func() any { b := make([]byte, 0, partSize(1)); return &b }}

var copyBuffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// receive takes what r has. What does not fill a part stays in memory.
func (in *intake) receive(ctx context.Context, r io.Reader) error {
	buf := copyBuffers.Get().(*[bufferSize]byte)
	defer copyBuffers.Put(buf)
	for {
		if err := errors.Join(ctx.Err(), context.Cause(in.h.ctx)); err != nil {
			return err
		}
		room := min(len(buf), partSize(in.number())-len(in.data))
		if !in.loaded {
			room = min(room, partSize(in.number())-int(in.h.row.tail))
		}
		if room == 0 { // the tail is a part that could not be sent
			if err := in.load(); err != nil {
				return err
			}
			if err := in.send(); err != nil {
				return err
			}
			continue
		}
		n, rerr := r.Read(buf[:room])
		if n > 0 {
			if err := in.add(buf[:n]); err != nil {
				return err
			}
		}
		if rerr == io.EOF {
			return nil
		}
		if rerr != nil {
			return rerr
		}
	}
}

// number is that of the part which data becomes.
func (in *intake) number() int64 {
	if in.sending != nil {
		return in.sending.next.nextPart
	}
	return in.sent.nextPart
}

// add takes some bytes, no more than fit in the part.
func (in *intake) add(p []byte) error {
	if err := in.load(); err != nil {
		return err
	}
	in.sum.Write(p)
	if in.other != nil {
		in.other.Write(p)
	}
	in.size += int64(len(p))
	in.data = append(in.data, p...)
	if len(in.data) < partSize(in.number()) {
		return nil
	}
	return in.send()
}

// load brings the tail into memory: nobody asks for it before more bytes come.
func (in *intake) load() (err error) {
	if !in.loaded {
		in.data, err = in.h.tail()
		in.loaded = err == nil
	}
	return err
}

// send sends data on as a part, once the part before is there.
func (in *intake) send() error {
	if err := in.wait(); err != nil {
		return err
	}
	next := in.sent
	if next.nextPart > maxParts {
		return errors.New("the upload is too long for the object store")
	}
	if next.multipart == "" {
		out, err := in.h.s.api.CreateMultipartUpload(in.h.ctx, &s3.CreateMultipartUploadInput{Bucket: &in.h.s.bucket, Key: in.h.s.key(dataPath(in.h.id))})
		if err != nil {
			return fmt.Errorf("begin a multipart upload: %w", in.h.cause(err))
		}
		next.multipart = aws.ToString(out.UploadId)
	}
	var err error
	if next.sum, err = in.state(); err != nil {
		return err
	}
	number := next.nextPart
	next.nextPart++
	next.size, next.tail, next.tailHolder = in.size, 0, 0
	in.sending = &sending{buf: in.data, next: next, done: make(chan struct{})}
	in.data = (*partBuffers.Get().(*[]byte))[:0]
	go func(s *sending) {
		defer close(s.done)
		s.part, s.err = in.h.uploadPart(next.multipart, number, s.buf)
	}(in.sending)
	return nil
}

// state is the running SHA-256 as the database has it.
func (in *intake) state() ([]byte, error) {
	m, ok := in.sum.(encoding.BinaryMarshaler)
	if !ok {
		return nil, fmt.Errorf("save the hash: %T cannot be saved", in.sum)
	}
	return m.MarshalBinary()
}

// wait returns when no part is on its way.
func (in *intake) wait() error {
	s := in.sending
	if s == nil {
		return nil
	}
	<-s.done
	in.sending = nil
	if cap(s.buf) == partSize(1) {
		partBuffers.Put(&s.buf)
	}
	if s.err != nil {
		in.lost = true
		return s.err
	}
	in.sent = s.next
	in.parts = append(in.parts, s.part)
	if !in.record {
		used := in.h.row // so that nobody uses the number again
		used.nextPart = s.next.nextPart
		return in.h.save(used, nil, false)
	}
	return in.save(in.sent, false)
}

// save records the state of the upload with all parts that were sent.
func (in *intake) save(next s3Row, last bool) error {
	was := in.h.row
	if err := in.h.save(next, in.parts, last); err != nil {
		return err
	}
	in.parts = nil
	if was.tail > 0 && next.tailHolder != was.tailHolder {
		in.h.dropTail(was)
	}
	return nil
}

func (h *hold) uploadPart(multipart string, number int64, content []byte) (s3Part, error) {
	out, err := h.s.api.UploadPart(h.ctx, &s3.UploadPartInput{
		Bucket: &h.s.bucket, Key: h.s.key(dataPath(h.id)), UploadId: &multipart, PartNumber: aws.Int32(int32(number)),
		Body: bytes.NewReader(content), ContentLength: aws.Int64(int64(len(content))),
	}, h.s.ways.content)
	if isNotFound(err) {
		return s3Part{}, fmt.Errorf("send a part: the store has dropped the upload: %w", fs.ErrNotExist)
	}
	if err != nil {
		return s3Part{}, fmt.Errorf("send a part: %w", h.cause(err))
	}
	return s3Part{number: number, etag: aws.ToString(out.ETag), size: int64(len(content))}, nil
}

// keep makes what came count, as far as the server takes it, and gives the
// upload back.
func (in *intake) keep() error {
	err := in.wait()
	ctx, cancel := context.WithTimeout(in.h.ctx, s3Settle)
	defer cancel()
	next := in.sent
	if err == nil && !in.lost && in.size > next.size {
		next.size, next.tail, next.tailHolder = in.size, int64(len(in.data)), in.h.holder
		if next.sum, err = in.state(); err == nil {
			if err = in.h.s.put(ctx, tailPath(in.h.id, in.h.holder), in.data); err != nil {
				err = fmt.Errorf("store the end of the upload: %w", in.h.cause(err))
			}
		}
		if err != nil {
			next = in.sent
		}
	}
	return errors.Join(err, in.save(next, true))
}

// check compares the digest of all bytes with want, unless it is one that only
// verify can tell.
func (in *intake) check(want digest.Digest) error {
	sum := in.sum
	switch {
	case want.Algorithm() == digest.SHA256:
	case in.other != nil:
		sum = in.other
	case in.unknown(want):
		return nil
	default:
		if err := in.load(); err != nil {
			return err
		}
		sum = want.Algorithm().Hash()
		sum.Write(in.data)
	}
	if got := digest.NewDigest(want.Algorithm(), sum); got != want {
		return &DigestError{Want: want, Got: got}
	}
	return nil
}

// unknown reports whether the digest of that algorithm takes reading back parts.
func (in *intake) unknown(want digest.Digest) bool {
	return want.Algorithm() != digest.SHA256 && in.other == nil && in.sent.multipart != ""
}

// store makes the upload the blob want, whose digest was checked. No part may be
// on its way.
func (in *intake) store(want digest.Digest) error {
	h := in.h
	var err error
	switch {
	case in.sent.multipart != "":
		err = in.complete()
	case in.loaded:
		err = h.s.put(h.ctx, dataPath(h.id), in.data)
	default:
		_, err = h.s.api.CopyObject(h.ctx, &s3.CopyObjectInput{
			Bucket: &h.s.bucket, Key: h.s.key(dataPath(h.id)),
			CopySource: aws.String(url.PathEscape(h.s.bucket) + "/" + (&url.URL{Path: *h.s.key(tailPath(h.id, h.row.tailHolder))}).EscapedPath()),
		})
	}
	if isNotFound(err) {
		return fmt.Errorf("store the blob: the store does not have the upload: %w", fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("store the blob: %w", h.cause(err))
	}
	if in.unknown(want) {
		if err := h.verify(want, in.size); err != nil {
			return err
		}
	}
	return h.show(want, in.size)
}

// complete makes one object of the parts and what is left.
func (in *intake) complete() error {
	h := in.h
	if err := in.load(); err != nil {
		return err
	}
	var parts []s3Part
	if err := h.s.db.Read(h.ctx, func(tx *meta.Tx) (err error) { parts, err = h.s.parts(tx, h.id); return err }); err != nil {
		return err
	}
	parts = append(parts, in.parts...)
	if len(in.data) > 0 {
		last, err := h.uploadPart(in.sent.multipart, in.sent.nextPart, in.data)
		if err != nil {
			return err
		}
		parts = append(parts, last)
	}
	all := make([]types.CompletedPart, len(parts))
	size := int64(0)
	for i, p := range parts {
		all[i] = types.CompletedPart{ETag: aws.String(p.etag), PartNumber: aws.Int32(int32(p.number))}
		size += p.size
	}
	if size != in.size {
		return fmt.Errorf("the parts have %d bytes where %d were stored", size, in.size)
	}
	for try := 1; ; try++ {
		_, err := h.s.api.CompleteMultipartUpload(h.ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &h.s.bucket, Key: h.s.key(dataPath(h.id)), UploadId: &in.sent.multipart,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: all},
		}, h.s.ways.completion)
		silent := errors.Is(err, errSilent)
		if !silent && !isNotFound(err) {
			return err
		}
		// An attempt whose answer was lost may have done it.
		have, herr := h.s.head(h.ctx, dataPath(h.id))
		if herr == nil && have == size {
			return nil
		}
		// A server that answers this is yet at it, or never was.
		if !silent || !isNotFound(herr) || try == s3Attempts {
			return err
		}
	}
}
