package sigv4_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/pratique-dev/pratique/sigv4"
)

// TestStreamingPublished verifies the example of the S3 documentation:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func TestStreamingPublished(t *testing.T) {
	const head = "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nX-Amz-Date: 20130524T000000Z\n" +
		"X-Amz-Storage-Class: REDUCED_REDUNDANCY\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
		"SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class," +
		"Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\n" +
		"X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nContent-Encoding: aws-chunked\nX-Amz-Decoded-Content-Length: 66560\n" +
		"Content-Length: 66824\n\n"
	body := "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + strings.Repeat("a", 65536) + "\r\n" +
		"400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + strings.Repeat("a", 1024) + "\r\n" +
		"0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
	r := receive(t, head+body)
	q, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	// The published secret differs from that of the other examples in one character.
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	key := sigv4.DeriveKey(secret, q.Date, q.Region, q.Service)
	payload, err := q.VerifyStreaming(r, key, q.Time)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(iotest.HalfReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != strings.Repeat("a", 66560) {
		t.Errorf("payload of %d bytes", len(got))
	}
}

// stream is a request with signed chunks, which can be altered before it is put together.
type stream struct {
	length int      // declared and signed
	chunks []string // encoded
}

func newStream(chunks ...string) *stream { return withLength(len(strings.Join(chunks, "")), chunks...) }

func withLength(length int, chunks ...string) *stream {
	s := &stream{length: length}
	previous := s.seed()
	for _, c := range append(chunks, "") {
		previous = handSign("secret", "20260301", "eu-west-1", "ecr", "AWS4-HMAC-SHA256-PAYLOAD\n20260301T235958Z\n20260301/eu-west-1/ecr/aws4_request\n"+
			previous+"\n"+sigv4.HashPayload(nil)+"\n"+sigv4.HashPayload([]byte(c)))
		s.chunks = append(s.chunks, fmt.Sprintf("%x;chunk-signature=%s\r\n%s\r\n", len(c), previous, c))
	}
	return s
}

func (s *stream) seed() string {
	canonical := "POST\n/\n\nhost:h\nx-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nx-amz-date:20260301T235958Z\nx-amz-decoded-content-length:" +
		fmt.Sprint(s.length) + "\n\nhost;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	return handSign("secret", "20260301", "eu-west-1", "ecr",
		"AWS4-HMAC-SHA256\n20260301T235958Z\n20260301/eu-west-1/ecr/aws4_request\n"+sigv4.HashPayload([]byte(canonical)))
}

func (s *stream) request(t *testing.T) *http.Request {
	body := strings.Join(s.chunks, "")
	return receive(t, fmt.Sprintf("POST / HTTP/1.1\nHost: h\nX-Amz-Date: 20260301T235958Z\nX-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n"+
		"X-Amz-Decoded-Content-Length: %d\nContent-Length: %d\nAuthorization: AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-west-1/ecr/aws4_request, "+
		"SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length, Signature=%s\n\n%s", s.length, len(body), s.seed(), body))
}

func readStream(r *http.Request, secret string, now time.Time) (string, error) {
	q, err := sigv4.Parse(r)
	if err != nil {
		return "", err
	}
	payload, err := q.VerifyStreaming(r, sigv4.DeriveKey(secret, q.Date, q.Region, q.Service), now)
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(payload)
	return string(got), err
}

func TestStreaming(t *testing.T) {
	for _, chunks := range [][]string{nil, {"one"}, {"one", "two", "three"}, {strings.Repeat("x", 1<<20), "y"}} {
		got, err := readStream(newStream(chunks...).request(t), "secret", signedAt)
		if want := strings.Join(chunks, ""); err != nil || got != want {
			t.Errorf("%d chunks: %d bytes, error %v", len(chunks), len(got), err)
		}
	}
}

func TestStreamingTampered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		tamper func(*stream)
		read   string // what may be handed out before the error
		want   string
	}{
		{"data", func(s *stream) { s.chunks[1] = strings.Replace(s.chunks[1], "two", "TWO", 1) }, "one", mismatch},
		{"order", func(s *stream) { s.chunks[0], s.chunks[1] = s.chunks[1], s.chunks[0] }, "", mismatch},
		{"chunk left out", func(s *stream) { s.chunks = append(s.chunks[:1], s.chunks[2:]...) }, "one", mismatch},
		{"chunk twice", func(s *stream) { s.chunks[1] = s.chunks[0] }, "one", mismatch},
		{"end left out", func(s *stream) { s.chunks = s.chunks[:2] }, "onetwo", "IncompleteSignature: The chunked payload ends before its last chunk."},
		{"cut within a chunk", func(s *stream) { s.chunks = []string{s.chunks[0], s.chunks[1][:len(s.chunks[1])-3]} }, "one", "IncompleteSignature: The chunked payload ends before its last chunk."},
		{"data after the end", func(s *stream) { s.chunks = append(s.chunks, "x") }, "onetwo", "IncompleteSignature: The chunked payload is malformed: data follows its last chunk."},
		{"size too small", func(s *stream) { s.chunks[0] = "2" + s.chunks[0][1:] }, "", "IncompleteSignature: The chunked payload is malformed: a chunk is longer than its size says."},
		{"no size", func(s *stream) { s.chunks[0] = s.chunks[0][1:] }, "", "IncompleteSignature: The chunked payload is malformed: each chunk must start"},
		{"negative size", func(s *stream) { s.chunks[0] = "-" + s.chunks[0] }, "", "IncompleteSignature: The chunked payload is malformed: each chunk must start"},
		{"unsigned chunk", func(s *stream) { s.chunks[0] = "3\r\none\r\n" }, "", "IncompleteSignature: The chunked payload is malformed: each chunk must start"},
		{"endless header", func(s *stream) { s.chunks[0] = strings.Repeat("0", 1000) + s.chunks[0] }, "", "IncompleteSignature: The chunked payload is malformed: a chunk header is too long."},
		{"declared longer", func(s *stream) { *s = *withLength(7, "one", "two") }, "onetwo", "SignatureDoesNotMatch: The chunked payload is shorter than its x-amz-decoded-content-length."},
		{"declared shorter", func(s *stream) { *s = *withLength(5, "one", "two") }, "one", "SignatureDoesNotMatch: The chunked payload is longer than its x-amz-decoded-content-length."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStream("one", "two")
			tt.tamper(s)
			got, err := readStream(s.request(t), "secret", signedAt)
			compare(t, err, tt.want)
			if got != tt.read {
				t.Errorf("read %q, want %q", got, tt.read)
			}
		})
	}
}

func TestStreamingRefused(t *testing.T) {
	_, err := readStream(newStream("one").request(t), "other secret", signedAt)
	compare(t, err, mismatch)
	_, err = readStream(newStream("one").request(t), "secret", signedAt.Add(time.Hour))
	compare(t, err, "Expired: ")
	_, err = readStream(jsonRequest(t, credentials), credentials.SecretAccessKey, signedAt)
	compare(t, err, "IncompleteSignature: x-amz-content-sha256 must be STREAMING-AWS4-HMAC-SHA256-PAYLOAD for a chunked payload.")

	r := newStream("one").request(t)
	r.Header.Del("X-Amz-Decoded-Content-Length")
	_, err = readStream(r, "secret", signedAt)
	compare(t, err, "IncompleteSignature: x-amz-decoded-content-length must be")

	// Verify does not see the chunks, so it must not vouch for them.
	compare(t, check(newStream("one").request(t), "secret", "", "ecr", signedAt),
		"IncompleteSignature: x-amz-content-sha256 STREAMING-AWS4-HMAC-SHA256-PAYLOAD is not supported by this operation.")

	// An error of the connection is passed on as what it is.
	r = newStream("one").request(t)
	broken := errors.New("connection reset")
	r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 50), iotest.ErrReader(broken)))
	if _, err = readStream(r, "secret", signedAt); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
