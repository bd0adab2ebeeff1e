package blob

import (
	"context"
	"time"
)

// OpenImpatientS3 is OpenS3 of a store that waits so long for a server to answer,
// to take content, to complete an upload, and before it tries one that was silent again.
func OpenImpatientS3(ctx context.Context, c S3Config, answer, content, completion, pause time.Duration) (*S3, error) {
	return openS3(ctx, c, s3Patience{dial: answer, answer: answer, content: content, completion: completion, pause: pause})
}

// SetLease makes uploads of a handle be left to it for less time than usual.
func (s *S3) SetLease(d time.Duration) { s.lease = d }

// ParseS3URL reads the URL of a store.
func ParseS3URL(raw string) (bucket, prefix string, err error) {
	l, err := parseS3URL(raw)
	return l.bucket, l.prefix, err
}

// ParseMarker and MarkerPath translate between blobs and the keys of their markers.
var (
	ParseMarker = parseMarker
	MarkerPath  = markerPath
)
