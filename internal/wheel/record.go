package wheel

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// digest is a hash as RECORD writes it: "sha256=" and base64 for URLs,
// without padding.
type digest struct {
	algorithm string
	sum       string // the bytes
}

func (d digest) String() string {
	return d.algorithm + "=" + base64.RawURLEncoding.EncodeToString([]byte(d.sum))
}

func sha256Digest(content []byte) digest {
	sum := sha256.Sum256(content)
	return digest{"sha256", string(sum[:])}
}

// hashes are the algorithms that RECORD may use.
// Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file.
var hashes = map[string]func() hash.Hash{
	"sha256": sha256.New,
	"sha384": sha512.New384,
	"sha512": sha512.New,
}

func parseDigest(s string) (digest, error) {
	algorithm, encoded, _ := strings.Cut(s, "=")
	algorithm = strings.ToLower(algorithm)
	h, ok := hashes[algorithm]
	if !ok {
		return digest{}, fmt.Errorf("its hash %.40q is not sha256, sha384 or sha512", s)
	}
	sum, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || len(sum) != h().Size() {
		return digest{}, fmt.Errorf("its hash %.100q is malformed", s)
	}
	return digest{algorithm, string(sum)}, nil
}

// readRecord reads RECORD and returns the hash of each member of the archive
// but for RECORD itself and what is signed after it is written.
func readRecord(content []byte, record string, members []member) (map[string]digest, error) {
	sizes := make(map[string]int64, len(members))
	for i := range members {
		sizes[members[i].name] = members[i].size
	}
	digests := make(map[string]digest, len(members))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = 3
	r.ReuseRecord = true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var e *csv.ParseError
			if errors.As(err, &e) {
				return nil, faultf(record, "line %d: %v", e.Line, e.Err)
			}
			return nil, err
		}
		name := strings.Clone(row[0])
		size, ok := sizes[name]
		switch {
		case strings.HasSuffix(name, "/"):
			continue // some tools list directories
		case !ok:
			return nil, faultf(record, "it lists %q, which is not in the wheel", name)
		case unlisted(name, record):
			continue
		}
		if _, twice := digests[name]; twice {
			return nil, faultf(record, "it lists %q twice", name)
		}
		if row[1] == "" {
			return nil, &fault{name, "RECORD has no hash for it"}
		}
		d, err := parseDigest(row[1])
		if err != nil {
			return nil, faultf(name, "%v", err)
		}
		if row[2] != "" && row[2] != strconv.FormatInt(size, 10) {
			return nil, faultf(name, "it has %d bytes, and %.20q according to RECORD", size, row[2])
		}
		digests[name] = d
	}
	for i := range members {
		if name := members[i].name; !unlisted(name, record) {
			if _, ok := digests[name]; !ok {
				return nil, &fault{name, "RECORD does not list it"}
			}
		}
	}
	return digests, nil
}

// unlisted tells whether the name is that of RECORD or a signature of it,
// which RECORD cannot have hashes of.
func unlisted(name, record string) bool {
	return name == record || name == record+".jws" || name == record+".p7s"
}

// recordRow is a line of an installed RECORD.
type recordRow struct {
	path   string
	digest digest // zero for RECORD itself
	size   int64
}

// formatRecord writes RECORD, sorted by path.
func formatRecord(rows []recordRow) ([]byte, error) {
	slices.SortFunc(rows, func(a, b recordRow) int { return strings.Compare(a.path, b.path) })
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, r := range rows {
		line := []string{r.path, "", ""}
		if r.digest != (digest{}) {
			line[1], line[2] = r.digest.String(), strconv.FormatInt(r.size, 10)
		}
		if err := w.Write(line); err != nil {
			return nil, fmt.Errorf("write RECORD: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// checked checks a member's content against RECORD while it is read.
type checked struct {
	io.ReadCloser
	wheel *Wheel
	name  string
	sum   hash.Hash
	want  digest
}

// content opens a member that RECORD lists. Wrong content is an
// *InvalidError. For raw see archive.open.
func (w *Wheel) content(a *archive, m *member, raw io.Writer) io.ReadCloser {
	want := w.digests[m.name]
	return &checked{a.open(m, raw), w, m.name, hashes[want.algorithm](), want}
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && string(c.sum.Sum(nil)) != c.want.sum {
		err = &fault{c.name, "its content does not have the hash that RECORD says"}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.wheel.invalid(err)
	}
	return n, err
}
