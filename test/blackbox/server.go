package blackbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The two accounts of every story and where it plays.
const (
	Plane     = "111111111111" // a data plane, whose nodes pull
	Owner     = "222222222222" // owns the images
	Region    = "us-east-1"
	Elsewhere = "eu-west-2"
	Admin     = "admin" // the first user of every account
)

// startTimeout is how long a server may take to answer, on a busy machine and
// under the race detector.
const startTimeout = 60 * time.Second

// Credentials are what a principal signs with.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// CreateAccount adds an account to the data directory, or where more flags say
// that the state is, and returns the credentials of its administrator, the user
// Admin.
func CreateAccount(t testing.TB, data, id, name string, args ...string) Credentials {
	t.Helper()
	out := Run(t, nil, os.Getenv(envBinary), append([]string{"account", "create", id, "--name", name, "--data", data, "--output", "json"}, args...)...)
	var answer struct {
		ID        string
		AccessKey struct{ User, AccessKeyID, SecretAccessKey string }
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("pratique account create: %v\n%s", err, out)
	}
	key := answer.AccessKey
	if answer.ID != id || key.User != Admin || key.AccessKeyID == "" || key.SecretAccessKey == "" {
		t.Fatalf("pratique account create answered %s", out)
	}
	return Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
}

// Server is one process of pratique serve.
type Server struct {
	Addr string // "127.0.0.1:port"
	URL  string // "http://127.0.0.1:port", or https when started with --tls

	cmd  *exec.Cmd
	log  *bytes.Buffer // to be read after done
	done chan error

	killed, trouble atomic.Bool
}

// ExpectErrors says that the test makes the server log errors.
func (s *Server) ExpectErrors() { s.trouble.Store(true) }

// NodeCredentials runs pratique node-credentials until the test ends, and
// returns the URL that it serves a role's credentials at.
func (s *Server) NodeCredentials(t testing.TB, env []string, args ...string) (url string) {
	t.Helper()
	addrFile := filepath.Join(t.TempDir(), "addr")
	cmd := Command(t, env, os.Getenv(envBinary), append([]string{"node-credentials", "--listen", "127.0.0.1:0", "--addr-file", addrFile,
		"--endpoint-url", s.URL, "--region", Region}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = startTimeout
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { // after the test's context, which ended the program
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("node-credentials: %v\n%s", err, said.String())
		}
	})
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		if addr, err := os.ReadFile(addrFile); err == nil {
			return "http://" + strings.TrimSpace(string(addr))
		}
		select {
		case err := <-ended:
			ended <- nil
			t.Fatalf("node-credentials ended at once: %v\n%s", err, said.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("node-credentials does not listen after %v", startTimeout)
		}
	}
}

// Start runs pratique serve on the data directory and waits until it is ready.
// The test ends it, and fails on a data race that it reported.
func Start(t testing.TB, data string, args ...string) *Server {
	t.Helper()
	return StartCommand(t, exec.Command(Binary(), append([]string{"serve", "--data", data}, args...)...), t.TempDir())
}

// Binary is the path of the binary under test.
func Binary() string { return os.Getenv(envBinary) }

// StartCommand is Start for a command that is pratique serve with its flags, as
// whoever it is to run, who can write to the folder. The flags of the address are
// added.
func StartCommand(t testing.TB, cmd *exec.Cmd, dir string) *Server {
	t.Helper()
	addrFile := filepath.Join(dir, "addr")
	s := &Server{log: new(bytes.Buffer), done: make(chan error, 1), cmd: cmd}
	args := cmd.Args
	cmd.Args = append(args[:len(args):len(args)], "--listen", "127.0.0.1:0", "--addr-file", addrFile)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("pratique serve: %v", err)
		}
		if strings.Contains(s.log.String(), "DATA RACE") {
			t.Errorf("the server has a data race")
		}
		for line := range strings.Lines(s.log.String()) {
			if (strings.Contains(line, "level=ERROR") || strings.Contains(line, `"level":"ERROR"`)) && !s.trouble.Load() {
				t.Errorf("the server had trouble: %s", line)
			}
		}
		if t.Failed() && !s.killed.Load() {
			t.Logf("log of the server:\n%s", tail(s.log.Bytes(), 4<<10))
		}
	})

	for deadline := time.Now().Add(startTimeout); ; {
		if addr, err := os.ReadFile(addrFile); err == nil && len(bytes.TrimSpace(addr)) > 0 {
			s.Addr = string(bytes.TrimSpace(addr))
			s.URL = "http://" + s.Addr
			if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--tls") }) {
				s.URL = "https://" + s.Addr
			}
			if ready(s.URL) {
				return s
			}
		}
		select {
		case err := <-s.done:
			s.done <- err
			t.Fatalf("pratique serve ended at once: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("pratique serve is not ready after %v", startTimeout)
		}
	}
}

func ready(url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	// Whether its certificate is any good is for the tests to see.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Kill ends the server as a power cut would and waits for it. It may be called
// from another goroutine than the one that started the server.
func (s *Server) Kill() {
	s.killed.Store(true)
	s.cmd.Process.Kill()
	s.done <- <-s.done
}

// Stop asks the server to end and waits for it. Its error tells of an end that
// was not clean, unless Kill made it so.
func (s *Server) Stop() error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.done:
		s.done <- err
		if s.killed.Load() {
			return nil
		}
		return err
	case <-time.After(startTimeout):
		s.cmd.Process.Kill()
		<-s.done
		s.done <- nil
		return errors.New("did not end when asked to")
	}
}

// Port is the port of the server's address.
func (s *Server) Port() string { return s.Addr[strings.LastIndexByte(s.Addr, ':')+1:] }

// Registry is the host of an account's registry: a name that resolves where
// NeedNames holds.
func (s *Server) Registry(account string) string { return s.RegistryIn(account, Region) }

// RegistryIn is Registry for Region or Elsewhere.
func (s *Server) RegistryIn(account, region string) string {
	return account + ".dkr.ecr." + region + ".localhost:" + s.Port()
}

// PublicRegistry is the host of the public registries, which resolves as that
// of Registry does.
func (s *Server) PublicRegistry() string { return publicHost + ":" + s.Port() }

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }
