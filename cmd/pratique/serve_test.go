package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	dir := t.TempDir()
	data, addrFile := filepath.Join(dir, "data"), filepath.Join(dir, "addr")
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "pratique", "serve", "--data", data, "--listen", "127.0.0.1:0", "--addr-file", addrFile)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addr := ""
	for deadline := time.Now().Add(30 * time.Second); addr == ""; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(addrFile)
		if err == nil {
			addr = strings.TrimSpace(string(text))
		} else if time.Now().After(deadline) {
			t.Fatalf("no address after 30 s: %v\n%s", err, stderr.Bytes())
		}
	}
	resp, err := http.Get("http://" + addr + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("/readyz: %d, %v", resp.StatusCode, err)
	}

	// Accounts can be made while the server runs, and work at once.
	r := runner{t: t, env: map[string]string{"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials")}}
	r.ok("init", "--data", data, "--account", ownerAccount, "--profile", "new", "--url", "http://"+addr)
	r.files = awsFiles{filepath.Join(dir, "config"), filepath.Join(dir, "credentials")}
	host := ownerAccount + ".dkr.ecr.us-east-1.localhost:" + addr[strings.LastIndexByte(addr, ':')+1:]
	contains(t, r.ok("login", host, "--profile", "new", "--config", filepath.Join(dir, "docker.json")), "Logged in")

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, stderr.Bytes())
	}
	contains(t, stdout.String(), "listens on http://"+addr, "no account yet")
	contains(t, stderr.String(), "operation=GetAuthorizationToken")
	if bytes.Contains(stderr.Bytes(), []byte("Authorization=")) {
		t.Error("the log has an Authorization header")
	}
}
