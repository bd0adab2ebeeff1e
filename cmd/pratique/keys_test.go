package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// keysAt runs a keys command at some time and returns the keys it prints.
func keysAt(t *testing.T, now time.Time, args ...string) ([]keyInfo, result) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: func() time.Time { return now }, getenv: func(string) string { return "" }}
	code := a.run(t.Context(), append(append([]string{"keys"}, args...), "--output", "json"))
	var infos []keyInfo
	if stdout.Len() > 0 {
		decode(t, stdout.String(), &infos)
	}
	return infos, result{code, stdout.String(), stderr.String()}
}

// Keys are rotated while a server runs, which neither restarts nor refuses anybody.
func TestKeys(t *testing.T) {
	var data string
	s := servertest.Start(t, func(c *server.Config) { data = c.DataDir })
	root := s.Account("111111111111")
	who := func(c aws.Credentials) error {
		_, err := sts.NewFromConfig(s.AWS(c)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		return err
	}
	out, err := sts.NewFromConfig(s.AWS(root)).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := iam.NewFromConfig(s.AWS(root)).EnableOutboundWebIdentityFederation(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	signs := func(when string) {
		t.Helper()
		_, err := sts.NewFromConfig(s.AWS(root)).GetWebIdentityToken(t.Context(), &sts.GetWebIdentityTokenInput{Audience: []string{"x"}, SigningAlgorithm: aws.String("ES384")})
		if err != nil {
			t.Errorf("identity token %s: %v", when, err)
		}
	}
	const stored = 3 // the secret of the access key, and two keys of the issuer
	session := aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
	now := time.Now()

	before, _ := keysAt(t, now, "list", "--data", data)
	if len(before) != 1 || before[0].State != keySeals || before[0].Secrets != stored {
		t.Fatalf("keys %+v", before)
	}
	first := before[0].ID
	staged, r := keysAt(t, now.Add(time.Second), "stage", "--data", data)
	if r.code != 0 || len(staged) != 2 || staged[1].State != keyStaged || staged[0].ID != first {
		t.Fatalf("keys %+v, %s", staged, r.stderr)
	}
	now = now.Add(time.Minute)
	rotated, r := keysAt(t, now, "rotate", "--data", data)
	if r.code != 0 || len(rotated) != 2 || rotated[0].ID != staged[1].ID || rotated[0].Secrets != stored || rotated[1].State != keyOpens || rotated[1].Secrets != 0 ||
		!rotated[1].TokensUntil.Equal(rotated[0].Since.Add(36*time.Hour)) {
		t.Fatalf("keys %+v, %s", rotated, r.stderr)
	}
	for name, c := range map[string]aws.Credentials{"key": root, "session": session} {
		if err := who(c); err != nil {
			t.Errorf("%s after the rotation: %v", name, err)
		}
	}
	signs("after the rotation")
	if after, r := keysAt(t, now, "rewrap", "--data", data); r.code != 0 || len(after) != 2 {
		t.Errorf("keys %+v, %s", after, r.stderr)
	}

	// The old key goes once its tokens have expired, and not before.
	if kept, r := keysAt(t, now.Add(35*time.Hour), "prune", "--data", data); r.code != 0 || len(kept) != 2 {
		t.Errorf("keys %+v, %s", kept, r.stderr)
	}
	if left, r := keysAt(t, now.Add(37*time.Hour), "prune", "--data", data); r.code != 0 || len(left) != 1 || left[0].ID != rotated[0].ID {
		t.Errorf("keys %+v, %s", left, r.stderr)
	}
	if err := who(root); err != nil {
		t.Errorf("key after the old one is gone: %v", err)
	}
	signs("after the old key is gone")
	if text := (runner{t: t}).ok("keys", "list", "--data", data); !strings.Contains(text, rotated[0].ID+"  seals   3 stored secrets, since ") {
		t.Errorf("list:\n%s", text)
	}
}

// A rotation that breaks off after any of its steps can be finished.
func TestKeysBrokenOff(t *testing.T) {
	data := t.TempDir()
	r := runner{t: t}
	r.ok("account", "create", "111111111111", "--data", data)
	file := filepath.Join(data, server.KeyFile)
	old := read(t, file)
	now := time.Now()

	// Between the file and the secrets: the new key seals, nothing is sealed with it.
	rotated, _ := keysAt(t, now, "rotate", "--data", data)
	if len(rotated) != 2 {
		t.Fatalf("keys %+v", rotated)
	}
	lines := strings.Split(strings.TrimSpace(read(t, file)), "\n")
	again := "key 0badcafe AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	write(t, file, again+"\n"+strings.Join(lines, "\n")+"\n") // as if somebody had put it there by hand
	half, _ := keysAt(t, now, "list", "--data", data)
	if half[0].ID != "0badcafe" || half[0].Secrets != 0 || half[1].Secrets != 1 {
		t.Fatalf("keys %+v", half)
	}
	if _, got := keysAt(t, now.Add(100*time.Hour), "prune", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "keys rewrap") {
		t.Errorf("prune: %d %s", got.code, got.stderr)
	}
	done, got := keysAt(t, now, "rewrap", "--data", data)
	if got.code != 0 || done[0].Secrets != 1 || done[1].Secrets != 0 {
		t.Errorf("keys %+v, %s", done, got.stderr)
	}

	// A key file of another server.
	write(t, file, old)
	if _, got := keysAt(t, now, "rewrap", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "sealed with key 0badcafe") {
		t.Errorf("rewrap: %d %s", got.code, got.stderr)
	}
	if _, got := keysAt(t, now, "rotate", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "keys rewrap") {
		t.Errorf("rotate: %d %s", got.code, got.stderr)
	}

	// Nothing is made where there is no server.
	none := filepath.Join(t.TempDir(), "none")
	if got := r.run("keys", "rotate", "--data", none); got.code != 1 || !strings.Contains(got.stderr, "no key file") {
		t.Errorf("%d %s", got.code, got.stderr)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a data directory was made")
	}
}
