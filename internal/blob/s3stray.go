package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pratique-dev/pratique/internal/meta"
)

// A Sweeper is a Store that may have bytes which List does not tell of: those
// of an upload whose end, or removal, was forgotten because the database is
// another, older one.
type Sweeper interface {
	// Strays looks at the bytes of uploads whose ids come after one, of at most
	// limit and 1000, and returns, in their order, those that are of no upload
	// and that known does not know. Some of them may be blobs all the same. next is
	// what to look after then, and "" when there is nothing more. known is asked
	// after the bytes were found, so that who makes an upload known
	// before it stores anything is safe.
	Strays(ctx context.Context, after string, limit int, known KnownUploads) (strays []Stray, next string, err error)

	// RemoveStray removes the bytes of an upload that is none. There may be no
	// blob of it that anybody needs. Of an upload that is one after all, or whose
	// bytes are not there or were set aside, the error satisfies errors.Is
	// with fs.ErrNotExist.
	RemoveStray(ctx context.Context, upload string) error
}

// KnownUploads returns those of uploads, which are in ascending order, that somebody knows.
type KnownUploads func(ctx context.Context, uploads []string) (map[string]bool, error)

// Stray is the bytes of an upload that is none.
type Stray struct {
	Upload  string
	Size    int64     // in bytes
	ModTime time.Time // when they were stored, by the store's clock
}

var (
	_ Sweeper = (*S3)(nil)
	_ Sweeper = (*Cache)(nil)
)

// Strays implements [Sweeper].
func (s *S3) Strays(ctx context.Context, after string, limit int, known KnownUploads) (strays []Stray, next string, err error) {
	if strays, next, err = s.strays(ctx, after, limit, known); err != nil {
		return nil, "", fmt.Errorf("look for bytes of no upload: %w", err)
	}
	return strays, next, nil
}

func (s *S3) strays(ctx context.Context, after string, limit int, known KnownUploads) ([]Stray, string, error) {
	var from *string
	if after != "" {
		from = s.key(dataPath(after))
	}
	page, err := s.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: s.key(dataDir), StartAfter: from, MaxKeys: aws.Int32(int32(min(limit, 1000))),
	})
	if err != nil {
		return nil, "", err
	}
	var found []Stray
	next := ""
	for _, o := range page.Contents {
		id := strings.TrimPrefix(aws.ToString(o.Key), *s.key(dataDir))
		if aws.ToBool(page.IsTruncated) {
			next = id
		}
		if uploadID.MatchString(id) { // else it is not ours
			found = append(found, Stray{Upload: id, Size: aws.ToInt64(o.Size), ModTime: aws.ToTime(o.LastModified)})
		}
	}
	for _, not := range []KnownUploads{known, s.uploads, s.aside} {
		if len(found) == 0 {
			break
		}
		ids := make([]string, len(found))
		for i, f := range found {
			ids[i] = f.Upload
		}
		others, err := not(ctx, ids)
		if err != nil {
			return nil, "", err
		}
		left := found[:0]
		for _, f := range found {
			if !others[f.Upload] {
				left = append(left, f)
			}
		}
		found = left
	}
	return found, next, nil
}

// uploads returns those of ids that are uploads, also ones that have ended.
func (s *S3) uploads(ctx context.Context, ids []string) (found map[string]bool, err error) {
	err = s.db.Read(ctx, func(tx *meta.Tx) error {
		found = map[string]bool{}
		for _, id := range ids {
			row, err := s.row(tx, id)
			if err != nil {
				return err
			}
			found[id] = row != nil
		}
		return nil
	})
	return found, err
}

// RemoveStray implements [Sweeper].
func (s *S3) RemoveStray(ctx context.Context, upload string) error {
	if err := s.removeStray(ctx, upload); err != nil {
		return fmt.Errorf("remove the bytes of %.40q, which is no upload: %w", upload, err)
	}
	return nil
}

func (s *S3) removeStray(ctx context.Context, id string) error {
	if err := checkUpload(ctx, id); err != nil {
		return err
	}
	aside, err := s.isAside(ctx, id)
	if err != nil {
		return err
	}
	if aside {
		return fs.ErrNotExist
	}
	if _, err := s.head(ctx, dataPath(id)); isNotFound(err) {
		return fs.ErrNotExist
	} else if err != nil {
		return err
	}
	// From here on ExpireUploads would complete it.
	if err := s.insert(ctx, id, true); errors.Is(err, fs.ErrExist) {
		return fs.ErrNotExist
	} else if err != nil {
		return err
	}
	return s.clear(ctx, s3Row{id: id})
}

// Strays implements [Sweeper]: those of the store, if it is one.
func (c *Cache) Strays(ctx context.Context, after string, limit int, known KnownUploads) ([]Stray, string, error) {
	if s, ok := c.Store.(Sweeper); ok {
		return s.Strays(ctx, after, limit, known)
	}
	return nil, "", nil
}

// RemoveStray implements [Sweeper].
func (c *Cache) RemoveStray(ctx context.Context, upload string) error {
	if s, ok := c.Store.(Sweeper); ok {
		return s.RemoveStray(ctx, upload)
	}
	return fmt.Errorf("remove the bytes of %.40q: %w", upload, fs.ErrNotExist)
}
