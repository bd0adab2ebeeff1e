package blob

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/opencontainers/go-digest"
)

// state is what an upload must remember between two requests: how many bytes
// of the data file count and the SHA-256 hash after them.
//
// The state file has two slots that are written in turn, so that a write cut
// short leaves the state before it. The valid slot with the larger size counts.
//
//	slot: sha256 of the rest (32) | size (8) | length of sum (2) | sum
type state struct {
	size int64
	sum  []byte // of hash.Hash, by encoding.BinaryMarshaler
	slot int64  // the slot it was read from or written to
}

const slotSize = 512

// readState reads the state of an upload; that of an empty one if no slot is valid.
func readState(f io.ReaderAt) (state, error) {
	st := state{slot: 1}
	for slot := range int64(2) {
		buf := make([]byte, slotSize)
		n, err := f.ReadAt(buf, slot*slotSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return state{}, fmt.Errorf("read upload state: %w", err)
		}
		if s, ok := decodeState(buf[:n]); ok && s.size >= st.size {
			s.slot = slot
			st = s
		}
	}
	return st, nil
}

func decodeState(b []byte) (state, bool) {
	const head = sha256.Size + 8 + 2
	if len(b) < head {
		return state{}, false
	}
	end := head + int(binary.BigEndian.Uint16(b[head-2:]))
	if end > len(b) || sha256.Sum256(b[sha256.Size:end]) != [sha256.Size]byte(b) {
		return state{}, false
	}
	size := int64(binary.BigEndian.Uint64(b[sha256.Size:]))
	return state{size: size, sum: b[head:end]}, size >= 0
}

// write writes the state that follows st and returns it.
func (st state) write(f io.WriterAt, size int64, sum hash.Hash) (state, error) {
	m, ok := sum.(encoding.BinaryAppender)
	if !ok {
		return st, fmt.Errorf("save upload state: %T cannot be saved", sum)
	}
	b := make([]byte, sha256.Size, slotSize)
	b = binary.BigEndian.AppendUint64(b, uint64(size))
	b = append(b, 0, 0)
	head := len(b)
	b, err := m.AppendBinary(b)
	if err != nil {
		return st, fmt.Errorf("save upload state: %w", err)
	}
	if len(b) > slotSize {
		return st, fmt.Errorf("save upload state: %d bytes are too many", len(b))
	}
	binary.BigEndian.PutUint16(b[head-2:], uint16(len(b)-head))
	check := sha256.Sum256(b[sha256.Size:])
	copy(b, check[:])
	next := state{size: size, sum: b[head:], slot: 1 - st.slot}
	if _, err := f.WriteAt(b, next.slot*slotSize); err != nil {
		return st, fmt.Errorf("save upload state: %w", err)
	}
	return next, nil
}

// hash returns the running SHA-256 of the bytes that count. It reads them only
// if the saved hash is of a form this program does not know.
func (st state) hash(ctx context.Context, data io.ReaderAt) (hash.Hash, error) {
	h := sha256.New()
	if st.size == 0 {
		return h, nil
	}
	if u, ok := h.(encoding.BinaryUnmarshaler); ok && u.UnmarshalBinary(st.sum) == nil {
		return h, nil
	}
	h.Reset()
	return h, hashFile(ctx, h, data, st.size)
}

// digest returns the digest of the bytes that count. For SHA-256 it needs no
// reading; for another algorithm it reads them once.
func (st state) digest(ctx context.Context, data io.ReaderAt, alg digest.Algorithm) (digest.Digest, error) {
	h := alg.Hash()
	var err error
	if alg == digest.SHA256 {
		h, err = st.hash(ctx, data)
	} else {
		err = hashFile(ctx, h, data, st.size)
	}
	if err != nil {
		return "", err
	}
	return digest.NewDigest(alg, h), nil
}

// hashFile adds the first size bytes of a file to h.
func hashFile(ctx context.Context, h hash.Hash, data io.ReaderAt, size int64) error {
	r := io.NewSectionReader(data, 0, size)
	buf := make([]byte, bufferSize)
	for {
		n, err := fill(ctx, r, buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("hash upload: %w", err)
		}
	}
}
