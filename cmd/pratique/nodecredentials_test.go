package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	testNodeARN  = "arn:aws:iam::111111111111:role/eks/node"
	testProvider = "arn:aws:iam::111111111111:oidc-provider/example.com"
)

// nodeServer is a server with a role that a user and a web identity may assume, and the user's key in a profile.
func nodeServer(t *testing.T) (*servertest.Server, runner, *oidctest.Issuer) {
	t.Helper()
	issuer := oidctest.New(t, "")
	s := servertest.Start(t, func(c *server.Config) { c.OIDCCAFile, c.OIDCResolve = issuer.CAFile(), issuer.Resolve() })
	s.Account("111111111111")
	ctx := t.Context()
	if _, err := s.IAM().CreateUser(ctx, "111111111111", iam.NewUser{Name: "starter"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.IAM().CreateOIDCProvider(ctx, "111111111111", issuer.URL, []string{"sts.amazonaws.com"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	trust := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/starter"},"Action":"sts:AssumeRole"},
		{"Effect":"Allow","Principal":{"Federated":"` + testProvider + `"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`
	if _, err := s.IAM().CreateRole(ctx, "111111111111", iam.NewRole{Name: "node", Path: "/eks/", Trust: trust}); err != nil {
		t.Fatal(err)
	}
	key, err := s.IAM().CreateAccessKey(ctx, "111111111111", "starter")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := awsFiles{filepath.Join(dir, "config"), filepath.Join(dir, "credentials")}
	write(t, files.config, "[profile starter]\nregion = us-east-1\n")
	write(t, files.credentials, fmt.Sprintf("[starter]\naws_access_key_id = %s\naws_secret_access_key = %s\n", key.ID, key.Secret.Reveal()))
	return s, runner{t: t, files: files, env: map[string]string{}}, issuer
}

// startNode runs node-credentials until the test ends and returns where it listens, and what it printed when it has ended.
func (r runner) startNode(args ...string) (url string, stop func() result) {
	r.t.Helper()
	var stdout, stderr lockedBuffer
	addrFile := filepath.Join(r.t.TempDir(), "addr")
	a := &app{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now,
		getenv: func(k string) string { return r.env[k] }, awsFiles: r.files,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		done <- a.run(ctx, append([]string{"node-credentials", "--listen", "127.0.0.1:0", "--addr-file", addrFile}, args...))
	}()
	stop = sync.OnceValue(func() result {
		cancel()
		return result{<-done, stdout.String(), stderr.String()}
	})
	r.t.Cleanup(func() { stop() })
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(addrFile)
		if err == nil {
			return "http://" + strings.TrimSpace(string(text)), stop
		}
		if len(done) > 0 || time.Now().After(deadline) {
			r.t.Fatalf("no address: %+v", stop())
		}
	}
}

// lockedBuffer is a buffer that one goroutine writes while another reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// whoami is who the credentials of a provider are, by the server they are for.
func whoami(t *testing.T, s *servertest.Server, p aws.CredentialsProvider) (string, aws.Credentials) {
	t.Helper()
	c, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := sts.NewFromConfig(s.AWS(c)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Arn, c
}

func TestNodeCredentials(t *testing.T) {
	s, r, issuer := nodeServer(t)
	authorization := filepath.Join(t.TempDir(), "authorization")
	token := filepath.Join(t.TempDir(), "token")
	write(t, token, issuer.Sign("first", issuer.Claims(time.Now(), "sts.amazonaws.com", nil)))
	for name, args := range map[string][]string{
		"key":          {"--profile", "starter"},
		"web identity": {"--web-identity-token-file", token},
	} {
		t.Run(name, func(t *testing.T) {
			url, stop := r.startNode(append(args, "--role-arn", testNodeARN, "--session-name", "machine-1", "--endpoint-url", s.URL(),
				"--region", "eu-west-1", "--authorization-token-file", authorization)...)
			const want = "arn:aws:sts::111111111111:assumed-role/node/machine-1"
			client := imds.New(imds.Options{Endpoint: url})
			got, c := whoami(t, s, ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = client }))
			if got != want || !c.CanExpire || time.Until(c.Expires) < 59*time.Minute {
				t.Errorf("on EC2 it is %s until %v", got, c.Expires)
			}
			region, err := client.GetRegion(t.Context(), nil)
			if err != nil || region.Region != "eu-west-1" {
				t.Errorf("region %v, %v", region, err)
			}
			identity, err := client.GetInstanceIdentityDocument(t.Context(), nil)
			if err != nil || identity.AccountID != "111111111111" || !strings.HasPrefix(identity.InstanceID, "i-") {
				t.Errorf("identity %+v, %v", identity, err)
			}
			got, c = whoami(t, s, endpointcreds.New(url+"/v1/credentials", func(o *endpointcreds.Options) {
				o.AuthorizationToken = strings.TrimSpace(read(t, authorization))
			}))
			if got != want || time.Until(c.Expires) < 59*time.Minute {
				t.Errorf("in a container it is %s until %v", got, c.Expires)
			}
			ended := stop()
			if ended.code != 0 {
				t.Errorf("status %d: %s", ended.code, ended.stderr)
			}
			contains(t, ended.stdout, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+url, "AWS_CONTAINER_CREDENTIALS_FULL_URI="+url+"/v1/credentials")
			for _, secret := range []string{c.SecretAccessKey, c.SessionToken, read(t, token), read(t, authorization)} {
				if strings.Contains(ended.stdout+ended.stderr, secret) {
					t.Errorf("a secret was printed: %s", ended.stdout+ended.stderr)
				}
			}
		})
	}
	if info, err := os.Stat(authorization); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the authorization token: %v, %v", info.Mode(), err)
	}
}

func TestNodeCredentialsRefuses(t *testing.T) {
	s, r, _ := nodeServer(t)
	for want, args := range map[string]string{
		"which role":                            "",
		"not the ARN of a role":                 "--role-arn arn:aws:iam::111111111111:user/starter",
		"loopback and link-local addresses":     "--role-arn " + testNodeARN + " --listen 0.0.0.0:80",
		"on loopback and link-local":            "--role-arn " + testNodeARN + " --listen :80",
		"served on loopback":                    "--role-arn " + testNodeARN + " --listen 10.0.0.1:80",
		"addresses only":                        "--role-arn " + testNodeARN + " --listen metadata.example.com:80",
		"not authorized to perform: sts:Assume": "--role-arn arn:aws:iam::111111111111:role/none --profile starter --endpoint-url " + s.URL(),
	} {
		got := r.run(append([]string{"node-credentials"}, strings.Fields(args)...)...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %s", args, got.code, got.stderr)
		}
	}
}

// newEndpoints are endpoints with fixed credentials, and the token file of the container endpoint.
func newEndpoints(t *testing.T, change func(*nodeEndpoints)) *httptest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, "let-me-in\n")
	n := &nodeEndpoints{
		credentials: func() (keptSession, bool) {
			return keptSession{aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "secret", SessionToken: "token", Expires: time.Unix(1800003600, 0)}, time.Unix(1800000000, 0)}, true
		},
		role: testNodeARN, region: "us-east-1", now: func() time.Time { return time.Unix(1800000000, 0) }, tokenKey: []byte("k"), authorization: file,
	}
	if change != nil {
		change(n)
	}
	s := httptest.NewServer(n.handler())
	t.Cleanup(s.Close)
	return s
}

// ask sends a request with headers, given as "name: value", and returns status and body.
func ask(t *testing.T, s *httptest.Server, method, path string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

const (
	rolePath = "/latest/meta-data/iam/security-credentials/"
	ttl      = "X-aws-ec2-metadata-token-ttl-seconds: "
	session  = "X-aws-ec2-metadata-token: "
)

func TestNodeMetadata(t *testing.T) {
	var now time.Time = time.Unix(1800000000, 0)
	s := newEndpoints(t, func(n *nodeEndpoints) { n.now = func() time.Time { return now } })
	status, token := ask(t, s, "PUT", "/latest/api/token", ttl+"60")
	if status != 200 || len(token) < 40 {
		t.Fatalf("token: %d %s", status, token)
	}
	_, body := ask(t, s, "GET", rolePath+"node", session+token)
	want := `{"Code":"Success","LastUpdated":"2027-01-15T08:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIA","SecretAccessKey":"secret","Token":"token","Expiration":"2027-01-15T09:00:00Z"}` + "\n"
	if body != want {
		t.Errorf("credentials %s", body)
	}
	altered := strings.Replace(token, token[20:21], string(token[20]^1), 1)
	for _, tt := range []struct {
		method, path string
		headers      []string
		status       int
		body         string
	}{
		{"GET", rolePath, []string{session + token}, 200, "node"},
		{"GET", strings.TrimSuffix(rolePath, "/"), []string{session + token}, 200, "node"},
		{"GET", rolePath + "other", []string{session + token}, 404, ""},
		{"GET", "/latest/meta-data/placement/region", []string{session + token}, 200, "us-east-1"},
		{"GET", "/latest/meta-data/placement/availability-zone/", []string{session + token}, 200, "us-east-1a"},
		{"GET", "/latest/user-data", []string{session + token}, 404, ""},
		// Version 1 is off, and tokens are good only as they were made, while they last.
		{"GET", rolePath + "node", nil, 401, ""},
		{"GET", rolePath + "node", []string{session}, 401, ""},
		{"GET", rolePath + "node", []string{session + "AAAA"}, 401, ""},
		{"GET", rolePath + "node", []string{session + altered}, 401, ""},
		{"PUT", "/latest/api/token", nil, 400, ""},
		{"PUT", "/latest/api/token", []string{ttl + "0"}, 400, ""},
		{"PUT", "/latest/api/token", []string{ttl + "21601"}, 400, ""},
		{"GET", "/latest/api/token", []string{ttl + "60"}, 405, ""},
		{"POST", "/latest/api/token", []string{ttl + "60"}, 405, ""},
		{"OPTIONS", "/latest/api/token", []string{ttl + "60"}, 405, ""},
		// Requests that come from elsewhere.
		{"PUT", "/latest/api/token", []string{ttl + "60", "X-Forwarded-For: 192.0.2.1"}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "X-Forwarded-For: "}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "Forwarded: for=192.0.2.1"}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "Origin: http://evil.example"}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "Host: evil.example"}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "Host: 127.0.0.1.evil.example:80"}, 403, ""},
		{"PUT", "/latest/api/token", []string{ttl + "60", "Host: 192.0.2.7"}, 403, ""},
		{"GET", rolePath + "node", []string{session + token, "Host: evil.example"}, 403, ""},
		{"GET", "/v1/credentials", []string{"Authorization: let-me-in", "Host: evil.example"}, 403, ""},
		{"GET", rolePath, []string{session + token, "Host: 169.254.169.254"}, 200, "node"},
		{"GET", rolePath, []string{session + token, "Host: LocalHost:80"}, 200, "node"},
		{"GET", rolePath, []string{session + token, "Host: [fd00:ec2::254]"}, 200, "node"},
		{"GET", rolePath, []string{session + token, "Host: [::1]:80"}, 200, "node"},
	} {
		status, body := ask(t, s, tt.method, tt.path, tt.headers...)
		if status != tt.status || status == 200 && body != tt.body || status != 200 && strings.Contains(body, "secret") {
			t.Errorf("%s %s %v: %d %s", tt.method, tt.path, tt.headers, status, body)
		}
	}
	now = now.Add(61 * time.Second)
	if status, _ := ask(t, s, "GET", rolePath, session+token); status != 401 {
		t.Errorf("an old token: %d", status)
	}
	other := newEndpoints(t, func(n *nodeEndpoints) { n.tokenKey = []byte("other") })
	if status, _ := ask(t, other, "GET", rolePath, session+token); status != 401 {
		t.Errorf("a token of another process: %d", status)
	}
}

func TestNodeMetadataVersion1(t *testing.T) {
	s := newEndpoints(t, func(n *nodeEndpoints) { n.v1 = true })
	if status, body := ask(t, s, "GET", rolePath); status != 200 || body != "node" {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := ask(t, s, "GET", rolePath, session+"AAAA"); status != 401 {
		t.Errorf("a wrong token: %d", status)
	}
}

func TestContainerCredentials(t *testing.T) {
	s := newEndpoints(t, nil)
	status, body := ask(t, s, "GET", "/v1/credentials", "Authorization: let-me-in")
	want := `{"RoleArn":"` + testNodeARN + `","AccessKeyId":"ASIA","SecretAccessKey":"secret","Token":"token","Expiration":"2027-01-15T09:00:00Z","AccountId":"111111111111"}` + "\n"
	if status != 200 || body != want {
		t.Errorf("%d %s", status, body)
	}
	for _, header := range [][]string{nil, {"Authorization: "}, {"Authorization: let-me-in-too"}, {"Authorization: let-me-i"}} {
		status, body := ask(t, s, "GET", "/v1/credentials", header...)
		var e struct{ Code, Message string }
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != 401 || e.Code == "" || e.Message == "" {
			t.Errorf("%v: %d %s", header, status, body)
		}
	}
	none := newEndpoints(t, func(n *nodeEndpoints) { n.authorization = "" })
	if status, _ := ask(t, none, "GET", "/v1/credentials", "Authorization: "); status != 404 {
		t.Errorf("without a token file: %d", status)
	}
	empty := newEndpoints(t, func(n *nodeEndpoints) { write(t, n.authorization, "\n") })
	if status, _ := ask(t, empty, "GET", "/v1/credentials", "Authorization: "); status != 500 {
		t.Errorf("with an empty token file: %d", status)
	}
	expired := newEndpoints(t, func(n *nodeEndpoints) { n.credentials = func() (keptSession, bool) { return keptSession{}, false } })
	if status, _ := ask(t, expired, "GET", "/v1/credentials", "Authorization: let-me-in"); status != 503 {
		t.Errorf("with old credentials: %d", status)
	}
	_, token := ask(t, expired, "PUT", "/latest/api/token", ttl+"60")
	if status, _ := ask(t, expired, "GET", rolePath+"node", session+token); status != 503 {
		t.Errorf("with old credentials: %d", status)
	}
}

// failingProvider makes credentials for an hour unless it is down.
type failingProvider struct {
	made int
	down atomic.Bool
}

func (p *failingProvider) Retrieve(context.Context) (aws.Credentials, error) {
	if p.down.Load() {
		return aws.Credentials{}, errors.New("down")
	}
	p.made++
	return aws.Credentials{AccessKeyID: fmt.Sprint("ASIA", p.made), CanExpire: true, Expires: time.Now().Add(time.Hour)}, nil
}

func TestNodeCredentialsAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &failingProvider{}
		k := &sessionKeeper{provider: p, now: time.Now, log: slog.New(slog.DiscardHandler)}
		if err := k.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go k.run(ctx)
		want := func(id string, good bool) {
			t.Helper()
			synctest.Wait()
			if c, ok := k.current(); c.AccessKeyID != id || ok != good {
				t.Errorf("after %v: %s until %v, %v", time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), c.AccessKeyID, c.Expires, ok)
			}
		}
		time.Sleep(29 * time.Minute)
		want("ASIA1", true)
		time.Sleep(2 * time.Minute)
		want("ASIA2", true)
		p.down.Store(true) // while those there are still good
		time.Sleep(45 * time.Minute)
		want("ASIA2", true)
		p.down.Store(false)
		time.Sleep(time.Minute)
		want("ASIA3", true)
		p.down.Store(true) // for longer
		time.Sleep(2 * time.Hour)
		want("ASIA3", false)
		p.down.Store(false)
		time.Sleep(time.Minute)
		want("ASIA4", true)
	})
}
