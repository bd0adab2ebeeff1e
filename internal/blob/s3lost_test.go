package blob_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// TestS3LostPart refuses to begin a multipart upload, or a part of it, and takes
// what is stored after that. What counts of the upload is what is there, and it
// can be gone on with.
func TestS3LostPart(t *testing.T) {
	server := startS3(t)
	db := metatest.Open(t, metatest.SQLite(t))
	isNth := func(n string) func(*http.Request) bool {
		return func(r *http.Request) bool { return isPart(r) && r.URL.Query().Get("partNumber") == n }
	}
	for name, lost := range map[string]func(*http.Request) bool{"begin": isBegin, "first part": isNth("1"), "second part": isNth("2")} {
		for _, size := range []int{9 << 20, 16 << 20, 20 << 20} {
			for _, appended := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " of ", size, " appended=", appended), func(t *testing.T) {
					ctx, content := t.Context(), blobtest.Content(uint64(size), size)
					way := newFaults(t, server.Endpoint)
					s := openS3(t, way.url(server), db, "")
					id, want := create(t, s, ""), digest.FromBytes(content)
					refused := false
					way.refuse = func(_ int, r *http.Request) (before, after bool) {
						before = lost(r)
						if before {
							refused = true
							_, _ = io.Copy(io.Discard, r.Body) // else the connection may break first
						}
						return before, false
					}
					var err error
					if appended {
						_, err = s.Append(ctx, id, 0, bytes.NewReader(content))
					} else {
						_, err = s.Finish(ctx, id, 0, bytes.NewReader(content), want)
					}
					if (err == nil) == refused {
						t.Fatalf("something was refused: %t; error %v", refused, err)
					}
					if err == nil && !appended {
						return // it has no such part
					}
					way.refuse = nil
					size, err := s.Size(ctx, id)
					if err != nil || size > int64(len(content)) {
						t.Fatalf("%d bytes remain, %v", size, err)
					}
					if _, err := s.Finish(ctx, id, size, bytes.NewReader(content[size:]), want); err != nil {
						t.Fatalf("going on after %d bytes: %v", size, err)
					}
					r, err := s.Open(ctx, blob.Name{Digest: want, Upload: id}, 0, -1)
					if err != nil {
						t.Fatal(err)
					}
					defer r.Close()
					if got, err := digest.FromReader(r); err != nil || got != want {
						t.Errorf("read %s, %v", got, err)
					}
				})
			}
		}
	}
}
