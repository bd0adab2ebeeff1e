package blob_test

import (
	"os"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// startS3 starts a server whose credentials an S3 of this process finds.
func startS3(t *testing.T) *blackbox.S3 {
	t.Helper()
	server := blackbox.StartS3(t)
	for _, v := range append(server.Env(), "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true") {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	return server
}

func openS3(t testing.TB, server *blackbox.S3, db *meta.DB, folder string) *blob.S3 {
	t.Helper()
	s, err := blob.OpenS3(t.Context(), blob.S3Config{URL: server.URL(), Folder: folder, DB: db})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestS3(t *testing.T) {
	server := startS3(t)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		blobtest.Run(t, func(t *testing.T) (a, b blob.Store) {
			// Each test has a folder of its own in the bucket.
			folder := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
			return openS3(t, server, db, folder), openS3(t, server, db, folder)
		})
	})
}
