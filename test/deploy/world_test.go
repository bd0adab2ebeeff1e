package deploy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

func TestMain(m *testing.M) { blackbox.Main(m) }

// nobody is the id of the user and the group that the server's image, its chart and the
// compose file run it as.
const nobody = 65532

const repository = "team/app"

// deployDir is the folder that is tested.
func deployDir(t *testing.T) string { return filepath.Join(blackbox.Top(t), "deploy") }

// folder is a new one that other users can come to, as they cannot to those of
// t.TempDir.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pratique-deploy-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shared is a folder that the server, as the user it runs as, may write to.
func shared(t *testing.T) string {
	t.Helper()
	dir := folder(t)
	own(t, dir, nobody, 0o775)
	return dir
}

// own gives a file of root's to a group, and a mode.
func own(t *testing.T, path string, group int, mode os.FileMode) {
	t.Helper()
	if err := os.Chown(path, 0, group); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// database is a PostgreSQL server with the database and the user pratique, who
// needs a password. It listens on a socket alone.
func database(t *testing.T, password string) (socketDir string) {
	t.Helper()
	need.Tools(t, "psql")
	u, err := url.Parse(blackbox.StartPostgres(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	socketDir = u.Query().Get("host")
	psql := func(sql string) {
		t.Helper()
		blackbox.Run(t, nil, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socketDir, "-U", "postgres", "-c", sql)
	}
	psql(`CREATE ROLE pratique LOGIN PASSWORD '` + password + `'`)
	psql(`CREATE DATABASE pratique OWNER pratique`)
	hba := filepath.Join(socketDir, "data", "pg_hba.conf")
	rules, err := os.ReadFile(hba)
	if err == nil {
		err = os.WriteFile(hba, append([]byte("local all pratique scram-sha-256\n"), rules...), 0o600)
	}
	if err == nil {
		err = os.Chmod(socketDir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	psql(`SELECT pg_reload_conf()`)
	return socketDir
}

// onSocket is a database's URL with the socket in the place of the host, for
// which there is no TLS.
func onSocket(t *testing.T, raw, socketDir string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = "", "host="+socketDir
	return u.String()
}

// installed is the binary under test where everybody can run it.
func installed(t *testing.T, dir string) string {
	t.Helper()
	binary := filepath.Join(dir, "pratique")
	content, err := os.ReadFile(blackbox.Binary())
	if err == nil {
		err = os.WriteFile(binary, content, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// asNobody prepares a program that runs as the image does, with nothing of the
// tester's environment. It needs root.
func asNobody(t *testing.T, env []string, program string, args ...string) *exec.Cmd {
	t.Helper()
	blackbox.NeedRoot(t)
	cmd := exec.Command(program, args...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=" + filepath.Dir(program)}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody}}}
	return cmd
}

// createAccount runs a command that is pratique account create, and returns the
// credentials of the account's administrator.
func createAccount(t *testing.T, cmd *exec.Cmd) blackbox.Credentials {
	t.Helper()
	cmd.Args = append(cmd.Args, "--output=json")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, said.String())
	}
	var answer struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}
	if err := json.Unmarshal(out, &answer); err != nil || answer.AccessKey.SecretAccessKey == "" {
		t.Fatalf("account create: %v\n%s", err, out)
	}
	return blackbox.Credentials{AccessKeyID: answer.AccessKey.AccessKeyID, SecretAccessKey: answer.AccessKey.SecretAccessKey}
}

// site is a registry as its clients see it.
type site struct {
	url       string // of the API
	host      string // of the account's registry
	addrs     *turns
	transport *http.Transport
	auth      authn.Authenticator
}

// newSite is a registry below the domain, whose names DNS leads to the addresses
// in turn.
func newSite(scheme, domain string, addrs ...string) *site {
	s := &site{
		addrs: &turns{addrs: addrs},
		url:   scheme + "://" + domain, host: blackbox.Owner + ".dkr.ecr." + blackbox.Region + "." + domain,
		transport: &http.Transport{DisableKeepAlives: true}, // so that every request is balanced
	}
	bare, _, _ := strings.Cut(domain, ":")
	s.transport.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(to); err == nil && (host == bare || strings.HasSuffix(host, "."+bare)) {
			to = s.addrs.next()
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}
	return s
}

// trust makes a site's clients trust a certificate, and nothing else.
func (s *site) trust(t *testing.T, certPEM []byte) {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certPEM) {
		t.Fatal("no certificate")
	}
	s.transport = s.transport.Clone()
	s.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
}

// turns are addresses that take turns.
type turns struct {
	mu    sync.Mutex
	addrs []string
	n     int
}

func (l *turns) next() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	return l.addrs[l.n%len(l.addrs)]
}

// set replaces them.
func (l *turns) set(addrs ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addrs = addrs
}

// login creates the repository, whose name in answers must be the site's, and
// logs in.
func (s *site) login(t *testing.T, admin blackbox.Credentials) {
	t.Helper()
	api := ecr.New(ecr.Options{
		Region: blackbox.Region, BaseEndpoint: &s.url, HTTPClient: &http.Client{Transport: s.transport},
		Credentials: credentials.NewStaticCredentialsProvider(admin.AccessKeyID, admin.SecretAccessKey, ""),
	})
	created, err := api.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String(repository)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *created.Repository.RepositoryUri, s.host+"/"+repository; got != want {
		t.Errorf("the repository's URI is %s, want %s", got, want)
	}
	token, err := api.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	data := token.AuthorizationData[0]
	if scheme, _, _ := strings.Cut(s.url, "/"); *data.ProxyEndpoint != scheme+"//"+s.host {
		t.Errorf("the registry's URL is %s", *data.ProxyEndpoint)
	}
	s.auth = authn.FromConfig(authn.AuthConfig{Auth: *data.AuthorizationToken})
}

func (s *site) options(t *testing.T) []remote.Option {
	return []remote.Option{
		remote.WithContext(t.Context()), remote.WithAuth(s.auth), remote.WithTransport(s.transport),
		remote.WithRetryStatusCodes(), remote.WithRetryPredicate(func(error) bool { return false }),
	}
}

func (s *site) tag(t *testing.T, tag string) name.Tag {
	t.Helper()
	options := []name.Option{}
	if strings.HasPrefix(s.url, "http:") {
		options = append(options, name.Insecure)
	}
	ref, err := name.NewTag(s.host+"/"+repository+":"+tag, options...)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// push pushes a new image.
func (s *site) push(t *testing.T, tag string) v1.Image {
	t.Helper()
	img := blackbox.NewImage(t)
	if err := remote.Write(s.tag(t, tag), img, s.options(t)...); err != nil {
		t.Fatal(err)
	}
	return img
}

// pull pulls an image, which must be the one given, layers and all.
func (s *site) pull(t *testing.T, tag string, want v1.Image) {
	t.Helper()
	if err := s.tryPull(t, tag, want); err != nil {
		t.Error(err)
	}
}

func (s *site) tryPull(t *testing.T, tag string, want v1.Image) error {
	t.Helper()
	got, err := remote.Image(s.tag(t, tag), s.options(t)...)
	if err != nil {
		return err
	}
	layers, err := got.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		r, err := l.Compressed() // which compares the digest
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		r.Close()
	}
	wanted, err := want.Digest()
	if err != nil {
		return err
	}
	if d, err := got.Digest(); err != nil || d != wanted {
		return fmt.Errorf("pulled %v, %w; want %v", d, err, wanted)
	}
	return nil
}

// status is what a URL of the site is answered with, and the text.
func (s *site) get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// freeAddr is an address of the loopback that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certificate makes one for the names.
func certificate(t *testing.T, names ...string) (certPEM, keyPEM []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}
