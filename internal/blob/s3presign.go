package blob

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// presigned remembers the URLs that were signed within a minute. A URL is
// nobody's own, and nodes that start one image together ask for the same.
type presigned struct {
	mu    sync.Mutex
	until time.Time // they are given away until then
	urls  map[presignKey]string
}

type presignKey struct {
	name      Name
	mediaType string
	lifetime  time.Duration
}

const (
	presignedFor  = time.Minute
	mostPresigned = 10_000 // some ten megabytes
)

// PresignGet implements [Presigner].
func (s *S3) PresignGet(ctx context.Context, b Name, mediaType string, lifetime time.Duration) (string, error) {
	if err := b.check(); err != nil {
		return "", fmt.Errorf("presign blob %s: %w", b, err)
	}
	now, key := s.now(), presignKey{b, mediaType, lifetime}
	if url, ok := s.presigned.find(key, now); ok {
		return url, nil
	}
	// One that is given away a minute later is still good for its lifetime.
	req, err := s.presign.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: s.key(dataPath(b.Upload)), ResponseContentType: aws.String(mediaType),
	}, s3.WithPresignExpires(lifetime+presignedFor))
	if err != nil {
		return "", fmt.Errorf("presign blob %s: %w", b, err)
	}
	s.presigned.keep(key, req.URL, now)
	return req.URL, nil
}

func (p *presigned) find(key presignKey, now time.Time) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	url, ok := p.urls[key]
	return url, ok && now.Before(p.until)
}

// keep remembers a URL. All are forgotten together, so that none is given away
// for longer than a minute.
func (p *presigned) keep(key presignKey, url string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !now.Before(p.until) || len(p.urls) >= mostPresigned {
		p.until, p.urls = now.Add(presignedFor), map[presignKey]string{}
	}
	p.urls[key] = url
}
