package blob

import (
	"bytes"
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// get returns the n bytes of an object.
func (s *S3) get(ctx context.Context, path string, n int64) ([]byte, error) {
	out, err := s.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(path)})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	b := make([]byte, n)
	_, err = io.ReadFull(out.Body, b)
	return b, err
}

// head returns the size of an object.
func (s *S3) head(ctx context.Context, path string) (int64, error) {
	out, err := s.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: s.key(path)})
	if err != nil {
		return 0, err
	}
	return aws.ToInt64(out.ContentLength), nil
}

// put writes an object.
func (s *S3) put(ctx context.Context, path string, content []byte) error {
	way := s.ways.content
	if len(content) == 0 {
		way = s.ways.usual
	}
	_, err := s.api.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(path), Body: bytes.NewReader(content), ContentLength: aws.Int64(int64(len(content)))}, way)
	return err
}

// deleteObject deletes an object, if there is one.
func (s *S3) deleteObject(ctx context.Context, path string) error {
	_, err := s.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: s.key(path)})
	if isNotFound(err) {
		return nil
	}
	return err
}

// abortMultipart ends a multipart upload and drops its parts, if there is one.
func (s *S3) abortMultipart(ctx context.Context, id, multipart string) error {
	_, err := s.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: s.key(dataPath(id)), UploadId: &multipart})
	if isNotFound(err) {
		return nil
	}
	return err
}
