package sigv4

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// maxChunk bounds the memory one chunk takes: nothing of it is released before its signature is checked.
	// Clients send 64 KiB to 1 MiB.
	maxChunk = 16 << 20

	chunkAlgorithm = algorithm + "-PAYLOAD"
	emptyHash      = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// VerifyStreaming verifies the headers of a request whose payload is StreamingPayload and returns its decoded
// body. The reader hands out a chunk only after its signature was verified, and returns io.EOF only after the
// last, empty chunk was, with as many bytes read as the signed x-amz-decoded-content-length says; anything else
// ends in an *Error. What is read before io.EOF is authentic but may be cut short.
//
// Specification: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func (q *Request) VerifyStreaming(r *http.Request, key SigningKey, now time.Time) (io.Reader, error) {
	if !q.Streaming() {
		return nil, incomplete("x-amz-content-sha256 must be " + StreamingPayload + " for a chunked payload.")
	}
	length, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || length < 0 {
		return nil, incomplete("x-amz-decoded-content-length must be the length of the payload in bytes.")
	}
	if err := q.verify(r, key, StreamingPayload, now); err != nil {
		return nil, err
	}
	return &chunkReader{q: q, key: key, body: bufio.NewReader(r.Body), previous: q.signature, left: length}, nil
}

// chunkReader decodes aws-chunked encoding and verifies the chain of chunk signatures.
type chunkReader struct {
	q        *Request
	key      SigningKey
	body     *bufio.Reader
	previous string // signature the next one is chained to
	left     int64  // decoded bytes still to come
	buf      bytes.Buffer
	chunk    []byte // rest of the verified chunk
	err      error
}

func (c *chunkReader) Read(p []byte) (int, error) {
	for len(c.chunk) == 0 && c.err == nil && len(p) > 0 {
		c.chunk, c.err = c.next()
	}
	if len(c.chunk) > 0 {
		n := copy(p, c.chunk)
		c.chunk = c.chunk[n:]
		return n, nil
	}
	return 0, c.err
}

// next reads and verifies one chunk: <hex size>;chunk-signature=<hex>\r\n<data>\r\n. It returns io.EOF for the
// last one.
func (c *chunkReader) next() ([]byte, error) {
	line, err := c.line()
	if err != nil {
		return nil, err
	}
	hexSize, signature, ok := strings.Cut(line, ";chunk-signature=")
	size, err := strconv.ParseInt(hexSize, 16, 64)
	if !ok || err != nil || size < 0 {
		return nil, incomplete("The chunked payload is malformed: each chunk must start with its size and its chunk-signature.")
	}
	if size > c.left {
		return nil, mismatch("The chunked payload is longer than its x-amz-decoded-content-length.")
	}
	if size > maxChunk {
		return nil, incomplete(fmt.Sprintf("A chunk of the payload is larger than %d bytes.", maxChunk))
	}
	c.buf.Reset()
	if _, err := io.CopyN(&c.buf, c.body, size); err != nil {
		return nil, truncated(err)
	}
	if end, err := c.line(); err != nil {
		return nil, err
	} else if end != "" {
		return nil, incomplete("The chunked payload is malformed: a chunk is longer than its size says.")
	}
	data := c.buf.Bytes()
	want := c.key.sign(c.q.stringToSign(chunkAlgorithm, c.previous, emptyHash, HashPayload(data)))
	if !hmac.Equal([]byte(hex.EncodeToString(want[:])), []byte(signature)) {
		return nil, mismatch(messageMismatch)
	}
	c.previous = signature
	c.left -= size
	if size > 0 {
		return data, nil
	}
	if c.left > 0 {
		return nil, mismatch("The chunked payload is shorter than its x-amz-decoded-content-length.")
	}
	if _, err := c.body.ReadByte(); err == nil {
		return nil, incomplete("The chunked payload is malformed: data follows its last chunk.")
	} else if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read chunked payload: %w", err)
	}
	return nil, io.EOF
}

// line reads up to CRLF. The longest valid line is a size and a signature.
func (c *chunkReader) line() (string, error) {
	const limit = 16 + len(";chunk-signature=") + 2*sha256.Size + len("\r\n")
	var line []byte
	for len(line) < limit {
		b, err := c.body.ReadByte()
		if err != nil {
			return "", truncated(err)
		}
		line = append(line, b)
		if text, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
			return string(text), nil
		}
	}
	return "", incomplete("The chunked payload is malformed: a chunk header is too long.")
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return incomplete("The chunked payload ends before its last chunk.")
	}
	return fmt.Errorf("read chunked payload: %w", err)
}
