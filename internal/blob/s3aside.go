package blob

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// asidePrefix begins the paths of the markers of what an upload had set aside.
func asidePrefix(upload string) string { return asideDir + "/" + upload + "." }

// s3AsidePath is where the marker of bytes is that were set aside. It is found by
// the upload, as the bytes are.
func s3AsidePath(b Name, size int64) string {
	return asidePrefix(b.Upload) + b.Digest.Algorithm().String() + "-" + b.Digest.Encoded() + "." + strconv.FormatInt(size, 10)
}

// SetAside makes the bytes of a blob, if there are any, ones that were set aside:
// the blob is then gone, and they stay where they are, as data/<upload>, with an
// empty object quarantine/<upload>.<algorithm>-<hex>.<size> that says so.
// Nothing is copied. Nothing reads them, and nothing removes them as long as
// that object is there.
func (s *S3) SetAside(ctx context.Context, b Name) error {
	if err := s.setAside(ctx, b); err != nil {
		return fmt.Errorf("set blob %s aside: %w", b, err)
	}
	return nil
}

func (s *S3) setAside(ctx context.Context, b Name) error {
	size, err := s.stat(ctx, b)
	if err != nil {
		return err
	}
	have, err := s.head(ctx, dataPath(b.Upload))
	if err == nil {
		err = s.put(ctx, s3AsidePath(b, have), nil)
	} else if isNotFound(err) {
		err = nil
	}
	if err != nil {
		return err
	}
	s.sizes.drop(b)
	return s.deleteObject(ctx, markerPath(b, size))
}

// SetAsideContent stores bytes that were kept elsewhere as SetAside leaves those of a
// blob. That they are there already is not an error.
func (s *S3) SetAsideContent(ctx context.Context, b Name, content []byte) error {
	err := b.check()
	if err == nil && b.Upload == "" {
		err = fs.ErrNotExist // it would have no place
	}
	if err == nil {
		err = s.put(ctx, s3AsidePath(b, int64(len(content))), nil)
	}
	if err == nil {
		err = s.put(ctx, dataPath(b.Upload), content)
	}
	if err != nil {
		return fmt.Errorf("set content of %s aside: %w", b, err)
	}
	return nil
}

// isAside reports whether what an upload stored was set aside.
func (s *S3) isAside(ctx context.Context, upload string) (bool, error) {
	out, err := s.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(asidePrefix(upload)), MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, fmt.Errorf("list what was set aside: %w", err)
	}
	return len(out.Contents) > 0, nil
}

// aside returns the uploads from the first to the last of ids whose bytes were
// set aside.
func (s *S3) aside(ctx context.Context, ids []string) (map[string]bool, error) {
	first, last, aside := ids[0], ids[len(ids)-1], map[string]bool{}
	pages := s3.NewListObjectsV2Paginator(s.api, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: s.key(asideDir + "/"), StartAfter: s.key(asideDir + "/" + first),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list what was set aside: %w", err)
		}
		for _, o := range page.Contents {
			upload, _, _ := strings.Cut(strings.TrimPrefix(aws.ToString(o.Key), *s.key(asideDir + "/")), ".")
			if upload > last {
				return aside, nil
			}
			aside[upload] = true
		}
	}
	return aside, nil
}
