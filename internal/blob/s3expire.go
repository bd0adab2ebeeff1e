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

// ExpireUploads aborts the uploads that received nothing since the given time
// and returns how many. It passes over those in use, and deletes what
// interrupted calls left behind: the time is also the age from which on what
// the database does not know of is nobody's.
func (s *S3) ExpireUploads(ctx context.Context, before time.Time) (n int, err error) {
	const batch = 100
	var errs []error
	type key struct {
		used int64
		id   string
	}
	for after := (key{}); ; {
		var rows []s3Row
		var last key
		err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
			last = after
			rows, err = meta.All(tx, func(sc meta.Scanner) (r s3Row, err error) {
				err = sc.Scan(&r.id, &r.size, &r.sum, &r.multipart, &r.nextPart, &r.tail, &r.tailHolder, &r.digest, &r.ended, &r.holder, &r.heldUntil, &last.used)
				last.id = r.id
				return r, err
			}, `SELECT `+s3Columns+`, used_at FROM s3_upload WHERE store = $1 AND used_at < $2 AND (used_at, id) > ($3, $4) ORDER BY used_at, id LIMIT $5`,
				s.store, before.UnixMicro(), after.used, after.id, batch)
			return err
		})
		if err != nil {
			return n, fmt.Errorf("expire uploads: %w", err)
		}
		for _, row := range rows {
			if row.ended {
				err = s.clear(ctx, row)
			} else {
				err = s.abort(ctx, row.id)
			}
			switch {
			case err == nil && !row.ended:
				n++
			case err != nil && !errors.Is(err, ErrBusy) && !errors.Is(err, fs.ErrNotExist):
				errs = append(errs, fmt.Errorf("expire upload %s: %w", row.id, err))
			}
		}
		if len(rows) < batch {
			break
		}
		after = last
	}
	return n, errors.Join(append(errs, s.sweepTails(ctx, before), s.sweepMultiparts(ctx, before))...)
}

// sweepTails deletes the tails of uploads that have another now, or ended.
func (s *S3) sweepTails(ctx context.Context, before time.Time) error {
	pages := s3.NewListObjectsV2Paginator(s.api, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(tailsDir)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list ends of uploads: %w", err)
		}
		for _, o := range page.Contents {
			path := strings.TrimPrefix(aws.ToString(o.Key), s.prefix)
			id, _, _ := strings.Cut(strings.TrimPrefix(path, tailsDir), ".")
			if !aws.ToTime(o.LastModified).Before(before) || !uploadID.MatchString(id) {
				continue
			}
			row, err := s.find(ctx, id)
			if err == nil && (row == nil || row.tail == 0 || tailPath(id, row.tailHolder) != path) {
				err = s.deleteObject(ctx, path)
			}
			if err != nil {
				return fmt.Errorf("delete the end of upload %s: %w", id, err)
			}
		}
	}
	return nil
}

// sweepMultiparts aborts the multipart uploads that no upload has.
func (s *S3) sweepMultiparts(ctx context.Context, before time.Time) error {
	pages := s3.NewListMultipartUploadsPaginator(s.api, &s3.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: s.key(dataDir)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list multipart uploads: %w", err)
		}
		for _, u := range page.Uploads {
			id, ours := strings.CutPrefix(strings.TrimPrefix(aws.ToString(u.Key), s.prefix), dataDir)
			if !ours || !uploadID.MatchString(id) || !aws.ToTime(u.Initiated).Before(before) {
				continue
			}
			row, err := s.find(ctx, id)
			if err == nil && (row == nil || row.multipart != aws.ToString(u.UploadId)) {
				err = s.abortMultipart(ctx, id, aws.ToString(u.UploadId))
			}
			if err != nil {
				return fmt.Errorf("abort the multipart upload of %s: %w", id, err)
			}
		}
	}
	return nil
}

// find reads an upload, also one that has ended; nil is none.
func (s *S3) find(ctx context.Context, id string) (row *s3Row, err error) {
	err = s.db.Read(ctx, func(tx *meta.Tx) error {
		row, err = s.row(tx, id)
		return err
	})
	return row, err
}
