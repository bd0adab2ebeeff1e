package blackbox

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/need"
)

// S3 is an S3-compatible server, versitygw, with one empty bucket.
type S3 struct {
	Endpoint string // "http://127.0.0.1:port"
	Dir      string // what is below is the bucket's objects

	root string
	cmd  *exec.Cmd
	log  bytes.Buffer // to be read after Stop
}

// The key of the server's only user.
const (
	S3AccessKeyID     = "AKIAIOSFODNN7EXAMPLE"
	S3SecretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

const s3Bucket = "layers"

// StartS3 starts the server for as long as the test runs.
func StartS3(t testing.TB) *S3 {
	t.Helper()
	need.Tools(t, "versitygw")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &S3{Endpoint: "http://" + l.Addr().String(), root: t.TempDir()}
	l.Close()
	s.Dir = filepath.Join(s.root, s3Bucket)
	if err := os.Mkdir(s.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

// Start starts the server again after Stop, with the same objects.
func (s *S3) Start(t testing.TB) {
	t.Helper()
	addr := s.Endpoint[len("http://"):]
	s.cmd = exec.Command("versitygw", "--port", addr, "--quiet", "--keep-alive", "posix", s.root)
	s.cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+S3AccessKeyID, "ROOT_SECRET_KEY="+S3SecretAccessKey)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			s.Stop()
			t.Fatalf("versitygw does not listen after %v: %v\n%s", startTimeout, err, s.log.Bytes())
		}
	}
}

// Stop ends the server at once.
func (s *S3) Stop() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed
	s.cmd = nil
}

// Hang makes the server say nothing any more, while its connections stay and
// others are still taken.
func (s *S3) Hang(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Resume lets the server go on after Hang.
func (s *S3) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *S3) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// URL is the bucket as pratique serve takes it.
func (s *S3) URL() string {
	return "s3://" + s3Bucket + "?path-style=true&region=" + Region + "&endpoint=" + url.QueryEscape(s.Endpoint) +
		"&public-endpoint=" + url.QueryEscape("http://localhost:"+s.Endpoint[strings.LastIndexByte(s.Endpoint, ':')+1:])
}

// Env is what an AWS SDK finds the server's credentials in, and none of this
// machine's.
func (s *S3) Env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + S3AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + S3SecretAccessKey,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
	}
}

// Setenv adds Env to the environment of this process until the test ends.
func (s *S3) Setenv(t testing.TB) {
	t.Helper()
	for _, v := range s.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}
