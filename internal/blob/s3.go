package blob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

// S3 is a Store in a bucket of Amazon S3 or of a server that speaks its API.
//
//	data/<upload>                                             the bytes of a blob, by its upload
//	blobs/<algorithm>/<first two hex digits>/<hex>.<upload>.<size>   an empty object, which makes the blob visible
//	tails/<upload>.<n>                                        the end of an upload that is shorter than a part
//	quarantine/<upload>.<algorithm>-<hex>.<size>              an empty object: the bytes of the upload were set aside
//
// How far an upload has come is in the database, which all who share the bucket
// must share too. It needs no more of the server than objects that are read as
// they were last written, multipart uploads, CopyObject and lists in order.
type S3 struct {
	api       *s3.Client
	presign   *s3.PresignClient
	presigned presigned
	bucket    string
	prefix    string // of every key: "" or ends with a slash
	store     string // in the tables
	db        *meta.DB
	now       func() time.Time
	lease     time.Duration
	ways      ways

	sizes sizeCache
}

var (
	_ Store     = (*S3)(nil)
	_ Presigner = (*S3)(nil)
)

// Presigner is a Store of which clients can read by themselves.
type Presigner interface {
	// PresignGet returns a URL that anybody can read the blob at for a while, as
	// content of the media type, in ranges too. It does not ask whether there is such a blob.
	PresignGet(ctx context.Context, b Name, mediaType string, lifetime time.Duration) (string, error)
}

// S3Config is what an S3 needs.
type S3Config struct {
	// URL is "s3://<bucket>/<prefix>", and as its query, all optional:
	//
	//	region=<region>             default: as the AWS SDK finds it, or us-east-1
	//	endpoint=<URL>              of a server that is not Amazon's
	//	public-endpoint=<URL>       where clients reach it, if that is another
	//	path-style=true             the bucket in the path and not in the host name
	//
	// Credentials are found as the AWS SDK finds them; the URL has none.
	URL string
	// Folder is put after the prefix, so that several stores can share it; it
	// also tells their uploads apart in the database. It may be "".
	Folder string
	// DB knows the uploads.
	DB *meta.DB
	// Now is the clock; nil is time.Now. Those of all who share the bucket may
	// differ by a few seconds.
	Now func() time.Time
}

// s3Location is an S3Config.URL taken apart.
type s3Location struct {
	bucket, prefix, region   string
	endpoint, publicEndpoint string
	pathStyle                bool
}

// parseS3URL reads what S3Config.URL describes.
func parseS3URL(raw string) (l s3Location, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.Opaque != "" || u.Fragment != "" {
		return l, errors.New("it is not of the form s3://<bucket>/<prefix>")
	}
	if u.User != nil {
		return l, errors.New("it has credentials: those are found as the AWS SDK finds them")
	}
	l.bucket = u.Host
	if l.prefix = strings.Trim(u.Path, "/"); l.prefix != "" {
		l.prefix += "/"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return l, errors.New("its query cannot be read")
	}
	for key, values := range query {
		v := values[0]
		switch key {
		case "region":
			l.region = v
		case "endpoint":
			l.endpoint, err = checkEndpoint(v)
		case "public-endpoint":
			l.publicEndpoint, err = checkEndpoint(v)
		case "path-style":
			l.pathStyle, err = strconv.ParseBool(v)
		default:
			err = errors.New("there is no such setting")
		}
		if err != nil || len(values) > 1 {
			return l, fmt.Errorf("its %q is not valid", key)
		}
	}
	if l.publicEndpoint == "" {
		l.publicEndpoint = l.endpoint
	}
	return l, nil
}

func checkEndpoint(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("not an http or https URL")
	}
	return s, nil
}

const (
	// s3Attempts is how often a request is tried, within seconds: a client that
	// waits is better told soon. Of a server that says nothing see s3Patience.
	s3Attempts   = 4
	s3MaxBackoff = time.Second
)

// OpenS3 opens the store and asks the server for a list, to know that it may.
func OpenS3(ctx context.Context, c S3Config) (*S3, error) { return openS3(ctx, c, usualPatience) }

func openS3(ctx context.Context, c S3Config, patience s3Patience) (*S3, error) {
	l, err := parseS3URL(c.URL)
	if err != nil {
		return nil, fmt.Errorf("open S3 store: the URL: %w", err)
	}
	load := []func(*config.LoadOptions) error{config.WithHTTPClient(patience.httpClient())}
	if l.region != "" {
		load = append(load, config.WithRegion(l.region))
	}
	sdk, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("open S3 store: %w", err)
	}
	if sdk.Region == "" {
		sdk.Region = "us-east-1"
	}
	ways := patience.ways(sdk.HTTPClient)
	at := func(endpoint string) func(*s3.Options) {
		return func(o *s3.Options) {
			if endpoint != "" {
				o.BaseEndpoint = aws.String(endpoint)
			}
			o.UsePathStyle = l.pathStyle
			ways.usual(o)
			o.APIOptions = append(o.APIOptions, markUnavailable)
			// What is sent is signed, so that its digest is checked; checksums
			// besides that are unknown to some servers.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
			// The code is versitygw's for a put that meets the deletion of the last other
			// object in the same directory, which it then removes.
			o.Retryer = retry.AddWithErrorCodes(retry.NewStandard(func(r *retry.StandardOptions) {
				r.MaxAttempts, r.MaxBackoff = s3Attempts, s3MaxBackoff
			}), "ExistingObjectIsDirectory")
		}
	}
	s := &S3{
		api:     s3.NewFromConfig(sdk, at(l.endpoint)),
		presign: s3.NewPresignClient(s3.NewFromConfig(sdk, at(l.publicEndpoint))),
		bucket:  l.bucket, prefix: l.prefix, store: c.Folder, db: c.DB, now: c.Now, lease: s3Lease, ways: ways,
	}
	if c.Folder != "" {
		s.prefix += c.Folder + "/"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if _, err := s.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(markersDir), MaxKeys: aws.Int32(1)}); err != nil {
		return nil, fmt.Errorf("open S3 store: list bucket %s: %w", s.bucket, err)
	}
	return s, nil
}

// Close does nothing: there is nothing to let go.
func (s *S3) Close() error { return nil }

const (
	markersDir = "blobs/"
	dataDir    = "data/"
	tailsDir   = "tails/"
)

// key returns the key of an object by its path below the prefix.
func (s *S3) key(path string) *string { return aws.String(s.prefix + path) }

func dataPath(upload string) string { return dataDir + upload }

func tailPath(upload string, holder int64) string {
	return tailsDir + upload + "." + strconv.FormatInt(holder, 10)
}

// markerStem is the path of a blob's marker without the size.
func markerStem(b Name) string {
	return markersDir + b.Digest.Algorithm().String() + "/" + b.Digest.Encoded()[:2] + "/" + b.Digest.Encoded() + "." + b.Upload + "."
}

func markerPath(b Name, size int64) string { return markerStem(b) + strconv.FormatInt(size, 10) }

// parseMarker is the inverse of markerPath.
func parseMarker(path string) (b Name, size int64, ok bool) {
	rest, ok := strings.CutPrefix(path, markersDir)
	if !ok {
		return Name{}, 0, false
	}
	alg, rest, _ := strings.Cut(rest, "/")
	_, file, _ := strings.Cut(rest, "/")
	hex, rest, _ := strings.Cut(file, ".")
	upload, length, _ := strings.Cut(rest, ".")
	b = Name{digest.NewDigestFromEncoded(digest.Algorithm(alg), hex), upload}
	size, err := strconv.ParseInt(length, 10, 64)
	if err != nil || size < 0 || b.check() != nil || upload == "" || markerPath(b, size) != path {
		return Name{}, 0, false
	}
	return b, size, true
}

// Stat implements [Store].
func (s *S3) Stat(ctx context.Context, b Name) (int64, error) {
	size, err := s.stat(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("stat blob %s: %w", b, err)
	}
	return size, nil
}

func (s *S3) stat(ctx context.Context, b Name) (int64, error) {
	if err := errors.Join(b.check(), ctx.Err()); err != nil {
		return 0, err
	}
	if b.Upload == "" {
		return 0, fs.ErrNotExist // none is stored by digest alone
	}
	out, err := s.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(markerStem(b)), MaxKeys: aws.Int32(1)})
	if err != nil {
		return 0, err
	}
	for _, o := range out.Contents {
		if found, size, ok := parseMarker(strings.TrimPrefix(aws.ToString(o.Key), s.prefix)); ok && found == b {
			s.sizes.put(b, size)
			return size, nil
		}
	}
	s.sizes.drop(b)
	return 0, fs.ErrNotExist
}

// Remove implements [Store]. What it cannot do now ExpireUploads does later,
// once the marker is gone.
func (s *S3) Remove(ctx context.Context, b Name) error {
	if err := s.remove(ctx, b); err != nil {
		return fmt.Errorf("remove blob %s: %w", b, err)
	}
	return nil
}

func (s *S3) remove(ctx context.Context, b Name) error {
	size, err := s.stat(ctx, b)
	if err != nil {
		return err
	}
	s.sizes.drop(b)
	row := s3Row{id: b.Upload, digest: b.Digest, size: size}
	if err := s.end(ctx, row); err != nil {
		return err
	}
	return s.clear(ctx, row)
}

// List implements [Store]. It holds a thousand names at a time.
func (s *S3) List(ctx context.Context, after Name) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := s.list(ctx, after, func(i Info) bool { return yield(i, nil) }); err != nil {
			yield(Info{}, fmt.Errorf("list blobs: %w", err))
		}
	}
}

// list calls yield for each blob after the given one until it returns false.
func (s *S3) list(ctx context.Context, after Name, yield func(Info) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var from *string
	if after != (Name{}) {
		if err := after.check(); err != nil {
			return err
		}
		from = s.key(strings.TrimRight(markerStem(after), "."))
	}
	// Keys are in the order of names: a digest is of one length in each algorithm.
	pages := s3.NewListObjectsV2Paginator(s.api, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(markersDir), StartAfter: from})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			b, size, ok := parseMarker(strings.TrimPrefix(aws.ToString(o.Key), s.prefix))
			if !ok || b.Compare(after) <= 0 {
				continue
			}
			if !yield(Info{Name: b, Size: size, ModTime: aws.ToTime(o.LastModified)}) {
				return nil
			}
		}
	}
	return nil
}

// Open implements [Store].
func (s *S3) Open(ctx context.Context, b Name, off, n int64) (io.ReadCloser, error) {
	r, err := s.open(ctx, b, off, n)
	if err != nil {
		return nil, fmt.Errorf("open blob %s at offset %d: %w", b, off, err)
	}
	return r, nil
}

func (s *S3) open(ctx context.Context, b Name, off, n int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size, ok := s.sizes.get(b) // only of names that are good
	if !ok {
		var err error
		if size, err = s.stat(ctx, b); err != nil {
			return nil, err
		}
	}
	if off < 0 || off > size {
		return nil, ErrRange
	}
	if n < 0 || n > size-off {
		n = size - off
	}
	if n == 0 && size > 0 {
		return http.NoBody, nil
	}
	r := &s3Reader{ctx: ctx, s: s, path: dataPath(b.Upload), size: size, off: off, left: n}
	if err := r.open(); err != nil {
		if isNotFound(err) {
			s.sizes.drop(b)
			err = fs.ErrNotExist
		}
		return nil, err
	}
	return r, nil
}

// s3Reader reads a part of an object that does not change, and begins anew
// where the connection broke. If the object has another size than it should
// have the error is a *SizeError.
type s3Reader struct {
	ctx       context.Context // of the Open
	s         *S3
	path      string
	size      int64 // of the object
	off, left int64
	body      io.ReadCloser
	breaks    int // since something was read; silence counts as two
}

func (r *s3Reader) open() error {
	if r.size == 0 { // of which there is no range
		r.body = http.NoBody
		return r.checkSize()
	}
	out, err := r.s.api.GetObject(r.ctx, &s3.GetObjectInput{
		Bucket: &r.s.bucket, Key: r.s.key(r.path), Range: aws.String(fmt.Sprintf("bytes=%d-%d", r.off, r.off+r.left-1)),
	})
	if hasCode(err, "InvalidRange") {
		err = cmp.Or(r.checkSize(), err)
	}
	if err != nil {
		return err
	}
	if _, text, _ := strings.Cut(aws.ToString(out.ContentRange), "/"); text != "" && text != "*" && text != strconv.FormatInt(r.size, 10) {
		out.Body.Close()
		return cmp.Or(r.checkSize(), fmt.Errorf("the range of the answer is %q", *out.ContentRange))
	}
	r.body = out.Body
	return nil
}

// checkSize asks for the size of the object.
func (r *s3Reader) checkSize() error {
	have, err := r.s.head(r.ctx, r.path)
	if err == nil && have != r.size {
		err = &SizeError{Want: r.size, Have: have}
	}
	return err
}

// Read implements io.Reader.
func (r *s3Reader) Read(p []byte) (int, error) {
	for r.left > 0 {
		n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
		r.off, r.left = r.off+int64(n), r.left-int64(n)
		if n > 0 || len(p) == 0 {
			r.breaks = 0
			return n, nil
		}
		if err == nil {
			continue
		}
		if errors.Is(err, errSilent) {
			r.breaks++
		}
		if r.breaks++; r.breaks >= s3Attempts || r.ctx.Err() != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, fmt.Errorf("read object: %w", err)
		}
		r.body.Close()
		if err := r.open(); err != nil {
			r.body = http.NoBody
			return 0, fmt.Errorf("read object: %w", err)
		}
	}
	return 0, io.EOF
}

// Close implements io.Closer.
func (r *s3Reader) Close() error { return r.body.Close() }

// isNotFound reports whether the server answered that there is no such object
// or multipart upload.
func isNotFound(err error) bool { return hasCode(err, "NoSuchKey", "NotFound", "NoSuchUpload") }

// hasCode reports whether the server answered with an error of one of the codes.
func hasCode(err error, codes ...string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && slices.Contains(codes, e.ErrorCode())
}

// sizeCache remembers the sizes of blobs that were there a while ago.
type sizeCache struct {
	mu    sync.Mutex
	sizes map[Name]int64
}

const sizeCacheEntries = 10_000

func (c *sizeCache) get(b Name) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size, ok := c.sizes[b]
	return size, ok
}

func (c *sizeCache) put(b Name, size int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sizes == nil || len(c.sizes) >= sizeCacheEntries {
		c.sizes = map[Name]int64{}
	}
	c.sizes[b] = size
}

func (c *sizeCache) drop(b Name) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sizes, b)
}
