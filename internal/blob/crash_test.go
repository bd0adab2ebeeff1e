package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/blob/blobtest"
)

// crashDir is set for the child process of TestCrash: the directory it writes to.
const crashDir = "PRATIQUE_TEST_BLOB_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashSize is the size of the n-th upload of a child.
func crashSize(n uint64) int { return int(n * 7919 % 200_000) }

// writeForever makes upload after upload, each in a few parts, and tells on
// the standard output what was acknowledged. It does not return of itself.
func writeForever(dir string) error {
	s, err := blob.OpenDir(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for n := rand.Uint64N(1 << 40); ; n++ {
		content := blobtest.Content(n, crashSize(n))
		id := blob.NewUploadID()
		if err := s.Create(ctx, id); err != nil {
			return err
		}
		fmt.Printf("created %s %d\n", id, n)
		off := 0
		for off < len(content) {
			part := content[off:min(len(content), off+60_000)]
			if n%2 == 0 && off+len(part) == len(content) {
				break // they come with the end
			}
			if _, err := s.Append(ctx, id, int64(off), bytes.NewReader(part)); err != nil {
				return err
			}
			off += len(part)
			fmt.Printf("appended %s %d\n", id, off)
		}
		alg := digest.SHA256
		if n%4 == 0 {
			alg = digest.SHA512
		}
		if n%2 == 0 {
			_, err = s.Finish(ctx, id, int64(off), bytes.NewReader(content[off:]), alg.FromBytes(content))
		} else {
			_, err = s.Commit(ctx, id, alg.FromBytes(content))
		}
		if err != nil {
			return err
		}
		fmt.Printf("committed %s\n", id)
	}
}

// crashUpload is what a child said about an upload.
type crashUpload struct {
	seed      uint64
	appended  int64
	committed bool
}

// TestCrash kills a writing process again and again and checks each time that
// what it had acknowledged is there, that no blob is half, and that every open
// upload can be continued and committed.
func TestCrash(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	committed, resumed := 0, 0
	for range rounds {
		uploads := runAndKill(t, self, dir, time.Duration(1+rand.IntN(60))*time.Millisecond)
		s := openDir(t, dir)
		for id, u := range uploads {
			content := blobtest.Content(u.seed, crashSize(u.seed))
			alg := digest.SHA256
			if u.seed%4 == 0 {
				alg = digest.SHA512
			}
			if u.committed {
				committed++
			} else {
				resume(t, s, id, u, content, alg.FromBytes(content))
				resumed++
			}
			checkBlob(t, s, blob.Name{Digest: alg.FromBytes(content), Upload: id})
		}
		for i, err := range s.List(t.Context(), blob.Name{}) {
			if err != nil {
				t.Fatal(err)
			}
			checkBlob(t, s, i.Name)
			if err := s.Remove(t.Context(), i.Name); err != nil {
				t.Fatal(err)
			}
		}
		// Only the upload the child may have made but not told of can be left.
		n, err := s.ExpireUploads(t.Context(), time.Now().Add(time.Hour))
		if err != nil || n > 1 {
			t.Errorf("%d uploads were left, %v", n, err)
		}
		if left := files(t, dir); len(left) != 0 {
			t.Errorf("files left: %v", left)
		}
	}
	t.Logf("%d commits acknowledged, %d uploads resumed", committed, resumed)
	if committed == 0 || resumed == 0 {
		t.Error("the children were killed too early or too late for the test to mean anything")
	}
}

// runAndKill lets a child write until it has said something and the given time
// has passed, kills it, and returns what it said.
func runAndKill(t *testing.T, self, dir string, after time.Duration) map[string]*crashUpload {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	uploads := map[string]*crashUpload{}
	var timer *time.Timer
	in := bufio.NewReader(out)
	for {
		line, err := in.ReadString('\n') // a line cut by the kill was not said
		if err != nil {
			break
		}
		if timer == nil {
			timer = time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		f := strings.Fields(line)
		switch f[0] {
		case "created":
			u := &crashUpload{}
			fmt.Sscan(f[2], &u.seed)
			uploads[f[1]] = u
		case "appended":
			fmt.Sscan(f[2], &uploads[f[1]].appended)
		case "committed":
			uploads[f[1]].committed = true
		}
	}
	cmd.Wait() // always an error: the child was killed
	if timer == nil {
		t.Fatal("the child said nothing")
	}
	return uploads
}

// resume continues an upload where the killed process left it.
func resume(t *testing.T, s blob.Store, id string, u *crashUpload, content []byte, d digest.Digest) {
	t.Helper()
	size, err := s.Size(t.Context(), id)
	if errors.Is(err, fs.ErrNotExist) { // committed, but not yet said
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if size < u.appended {
		t.Errorf("upload holds %d bytes, %d were acknowledged", size, u.appended)
	}
	if u.seed%2 == 0 { // perhaps the data were moved already
		if _, err := s.Finish(t.Context(), id, size, bytes.NewReader(content[size:]), d); err != nil {
			t.Fatal(err)
		}
		return
	}
	if size < int64(len(content)) {
		if _, err := s.Append(t.Context(), id, size, bytes.NewReader(content[size:])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Commit(t.Context(), id, d); err != nil {
		t.Fatal(err)
	}
}

// checkBlob checks that the blob is there and has the digest it goes by.
func checkBlob(t *testing.T, s blob.Store, b blob.Name) {
	t.Helper()
	r, err := s.Open(t.Context(), b, 0, -1)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	v := b.Digest.Verifier()
	if _, err := io.Copy(v, r); err != nil || !v.Verified() {
		t.Errorf("blob %s is damaged (%v)", b, err)
	}
}
