package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestDiskFull fills the disk of a running server, database, layers, audit log
// and all. Pushes fail in the registry's words and leave nothing that is half
// there, pulls go on, and when there is space again so do pushes.
func TestDiskFull(t *testing.T) {
	blackbox.NeedRoot(t)
	data := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "pratique", data).CombinedOutput(); err != nil {
		need.Missing(t, "cannot mount a tmpfs: "+string(out))
	}
	t.Cleanup(func() {
		// Lazily: the process keeps the index of the database's log open.
		if out, err := exec.Command("umount", "-l", data).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	s := servertest.Start(t, func(c *server.Config) { c.DataDir = data })
	root := s.Account(blackbox.Owner)
	on := &blackbox.Server{Addr: s.Addr(), URL: "http://" + s.Addr()}
	auth := login(t, on, blackbox.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey})
	opts := []remote.Option{remote.WithContext(t.Context()), remote.WithAuth(auth)}
	said := &promises{manifests: map[string]v1.Hash{}, blobs: map[v1.Hash]bool{}}
	push := func(tag string) error { return pushImage(reference(t, on, tag), said, opts...) }

	if err := push("r0-before"); err != nil {
		t.Fatal(err)
	}
	api := ecr.NewFromConfig(s.AWS(root))
	upload, err := api.InitiateLayerUpload(t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: aws.String(repository)})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		filler := filepath.Join(data, "filler")
		// What is left first is little or nothing, then so much that something
		// of a push has room: a layer, or its row.
		fill(t, filler, int64(round)*300<<10)
		failed := 0
		for n := range 4 {
			err := push(fmt.Sprintf("r%d-full-%d", round, n))
			if err == nil {
				continue
			}
			failed++
			var answer *transport.Error
			if !errors.As(err, &answer) || answer.StatusCode != http.StatusInsufficientStorage || len(answer.Errors) == 0 {
				t.Errorf("push on a full disk: %v, want an error of the registry", err)
			} else if n == 0 {
				t.Logf("answered %d %s %s", answer.StatusCode, answer.Errors[0].Code, answer.Errors[0].Message)
			}
			if _, err := remote.Head(reference(t, on, fmt.Sprintf("r%d-full-%d", round, n)), opts...); err == nil {
				t.Errorf("an image whose push failed is there")
			}
		}
		part := make([]byte, 6<<20)
		_, err := api.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
			RepositoryName: aws.String(repository), UploadId: upload.UploadId, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(part)) - 1), LayerPartBlob: part,
		})
		full := (*types.ServerException)(nil)
		if !errors.As(err, &full) || !strings.Contains(full.ErrorMessage(), "no space left") || retry.NewStandard().IsErrorRetryable(err) {
			t.Errorf("a part of a layer on a full disk: %v, want a ServerException that says so and is not tried again", err)
		}
		if failed == 0 {
			t.Error("the test did not test: no push failed")
		}
		verify(t, on, auth, said.all()) // the disk is still full
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err := push(fmt.Sprintf("r%d-after", round)); err != nil {
			t.Errorf("push when there is space again: %v", err)
		}
		verify(t, on, auth, said.all())
	}
	log, err := os.ReadFile(filepath.Join(data, server.AuditFile))
	if err != nil {
		t.Fatal(err)
	}
	// Events of requests that there was no space for are lost. What comes later is whole.
	last := log[bytes.LastIndexByte(bytes.TrimSpace(log), '\n')+1:]
	var event audit.Event
	if err := json.Unmarshal(last, &event); err != nil {
		t.Errorf("last line of the audit log: %v: %.200q", err, last)
	}
}

// fill fills a disk with a file until so many bytes are left.
func fill(t *testing.T, name string, left int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := io.Copy(f, zeros{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filled %d bytes: %v", n, err)
	}
	fi, err := f.Stat()
	if err == nil {
		err = f.Truncate(max(0, fi.Size()-left))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// zeros is an endless reader of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
