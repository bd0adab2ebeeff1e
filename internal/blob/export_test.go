package blob

import "time"

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
