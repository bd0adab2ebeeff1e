package doctor_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/doctor"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	owner    = "222222222222"
	user     = "111111111111"
	host     = owner + ".dkr.ecr.us-east-1.amazonaws.com"
	image    = host + "/team/app:v1"
	nodeRole = "flyteworker-node-group"
	nodeARN  = "arn:aws:sts::" + user + ":assumed-role/" + nodeRole + "/i-0abc"
	proxyKey = "hunter2-of-the-proxy"
)

// ward is a machine from which a pull works, until a test breaks something: a
// role of one account pulls from a repository of another, over TLS, with the
// names of Amazon.
type ward struct {
	t *testing.T
	*servertest.Server
	ahead  atomic.Int64 // of the server's clock
	owner  aws.Credentials
	user   aws.Credentials
	node   aws.Credentials
	config doctor.Config
	env    map[string]string
	files  fstest.MapFS
	// resolve and dial lead every name to the front, unless they are replaced.
	resolve func(host string) ([]string, error)
	dial    func(ctx context.Context, address string) (net.Conn, error)
	// intercept answers a request instead of the server, if it returns true.
	intercept func(http.ResponseWriter, *http.Request) bool
	ca        *authority
	front     net.Listener
	secrets   []string // must not be printed
}

// must fails the test on an error of what it wraps.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{t: t, env: map[string]string{}, ca: newAuthority(t)}
	w.Server = servertest.Start(t, func(c *server.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
	})
	w.owner, w.user = w.Account(owner), w.Account(user)
	w.makeNode()
	w.createRepository(w.owner, servertest.Region)
	w.push(w.owner, host, "v1", imageFor(t, "linux", "amd64"))
	w.setPolicy(grantTo(nodeRole, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"))
	w.serve(w.ca.issueNames(host))
	w.files = fstest.MapFS{"var/lib/docker/x": {}, "var/lib/containerd/x": {}}
	w.resolve = func(string) ([]string, error) { return []string{"192.0.2.10"}, nil }
	w.dial = func(ctx context.Context, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", w.front.Addr().String())
	}
	w.config = doctor.Config{
		Image: image, Puller: w.as(&w.node), CheckTimeout: 3 * time.Second,
		Machine: doctor.Machine{
			Architecture: "amd64",
			Getenv:       func(k string) string { return w.env[k] },
			Now:          time.Now,
			Resolve:      func(_ context.Context, host string) ([]string, error) { return w.resolve(host) },
			Dial:         func(ctx context.Context, _, address string) (net.Conn, error) { return w.dial(ctx, address) },
			Roots:        w.ca.pool(),
			Files:        w.files,
			DockerConfig: filepath.Join(t.TempDir(), "config.json"),
			Space:        func(string) (uint64, error) { return 100 << 30, nil },
		},
	}
	return w
}

// as gives credentials to the doctor.
func (w *ward) as(c *aws.Credentials) doctor.AWS {
	return func(_ context.Context, r endpoint.Registry) (aws.Config, error) {
		cfg := w.AWS(*c)
		if r.Region != "" {
			cfg.Region = r.Region
		}
		return cfg, nil
	}
}

func (w *ward) iam() *iam.Client { return iam.NewFromConfig(w.AWS(w.user)) }

// makeNode makes the role of the nodes, which may pull from anywhere as far as
// its own account is concerned, and a session of it.
func (w *ward) makeNode() {
	w.t.Helper()
	ctx, t := w.t.Context(), w.t
	must(w.iam().CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ec2")}))(t)
	must(w.iam().AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("ec2"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}))(t)
	w.makeRole()
	w.allow("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
	w.assume()
}

func (w *ward) makeRole() {
	w.t.Helper()
	must(w.iam().CreateRole(w.t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String(nodeRole),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
			"Principal":{"AWS":"arn:aws:iam::` + user + `:user/ec2"}}}`),
	}))(w.t)
}

// assume makes a new session of the role.
func (w *ward) assume() {
	w.t.Helper()
	ctx, t := w.t.Context(), w.t
	key := must(w.iam().CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ec2")}))(t).AccessKey
	s := must(sts.NewFromConfig(w.AWS(aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey})).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + user + ":role/" + nodeRole), RoleSessionName: aws.String("i-0abc"),
	}))(t).Credentials
	w.node = aws.Credentials{AccessKeyID: *s.AccessKeyId, SecretAccessKey: *s.SecretAccessKey, SessionToken: *s.SessionToken, Source: "EC2RoleProvider"}
	w.secrets = append(w.secrets, *s.SecretAccessKey, *s.SessionToken)
}

// putRolePolicy gives the role an inline policy of one statement.
func (w *ward) putRolePolicy(name, effect string, actions ...string) {
	w.t.Helper()
	must(w.iam().PutRolePolicy(w.t.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String(nodeRole), PolicyName: &name,
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}}`),
	}))(w.t)
}

// allow makes these actions all that the role may do.
func (w *ward) allow(actions ...string) { w.t.Helper(); w.putRolePolicy("pull", "Allow", actions...) }

// grantTo is a policy that allows actions to a role of the account user.
func grantTo(role string, actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + user + `:role/` + role + `"},"Action":["` +
		strings.Join(actions, `","`) + `"]}]}`
}

func (w *ward) setPolicy(text string) {
	w.t.Helper()
	must(ecr.NewFromConfig(w.AWS(w.owner)).SetRepositoryPolicy(w.t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("team/app"), PolicyText: &text}))(w.t)
}

// createRepository creates team/app with the credentials of its owner.
func (w *ward) createRepository(c aws.Credentials, region string) {
	w.t.Helper()
	cfg := w.AWS(c)
	cfg.Region = region
	must(ecr.NewFromConfig(cfg).CreateRepository(w.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("team/app")}))(w.t)
}

// imageFor is an image of one layer for a platform.
func imageFor(t *testing.T, os, arch string) v1.Image {
	t.Helper()
	layer := must(random.Layer(64<<10, "application/vnd.oci.image.layer.v1.tar+gzip"))(t)
	base := mutate.MediaType(mutate.ConfigMediaType(empty.Image, "application/vnd.oci.image.config.v1+json"), "application/vnd.oci.image.manifest.v1+json")
	img := must(mutate.ConfigFile(base, &v1.ConfigFile{OS: os, Architecture: arch, RootFS: v1.RootFS{Type: "layers"}}))(t)
	return must(mutate.AppendLayers(img, layer))(t)
}

// push pushes something to team/app at a registry's host.
func (w *ward) push(c aws.Credentials, host, tag string, what remote.Taggable) {
	w.t.Helper()
	ref := must(name.ParseReference(host+"/team/app:"+tag, name.Insecure))(w.t)
	auth := remote.WithAuth(&authn.Basic{Username: "AWS", Password: w.token(c)})
	plain := remote.WithTransport(plainly{w.HTTP().Transport})
	var err error
	switch what := what.(type) {
	case v1.ImageIndex:
		err = remote.WriteIndex(ref, what, auth, plain)
	case v1.Image:
		err = remote.Write(ref, what, auth, plain)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// plainly has a client that was told a name of Amazon speak plain HTTP.
type plainly struct{ http.RoundTripper }

func (p plainly) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return p.RoundTripper.RoundTrip(r)
}

// token returns the password that docker login would be given.
func (w *ward) token(c aws.Credentials) string {
	w.t.Helper()
	cfg := w.AWS(c)
	if ahead := time.Duration(w.ahead.Load()); ahead != 0 {
		cfg.HTTPClient = &http.Client{Transport: resigner{w.HTTP().Transport, c, ahead}}
	}
	out := must(ecr.NewFromConfig(cfg).GetAuthorizationToken(w.t.Context(), &ecr.GetAuthorizationTokenInput{}))(w.t)
	text := must(base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken))(w.t)
	_, password, _ := strings.Cut(string(text), ":")
	w.secrets = append(w.secrets, password)
	return password
}

// resigner signs requests at another time than it is.
type resigner struct {
	http.RoundTripper
	c     aws.Credentials
	ahead time.Duration
}

func (s resigner) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(r.Context(), s.c, r, hex.EncodeToString(sum[:]), "ecr", servertest.Region, time.Now().Add(s.ahead)); err != nil {
		return nil, err
	}
	return s.RoundTripper.RoundTrip(r)
}

// dockerConfig writes docker's configuration.
func (w *ward) dockerConfig(config map[string]any) {
	w.t.Helper()
	if err := os.WriteFile(w.config.Machine.DockerConfig, must(json.Marshal(config))(w.t), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// dockerLogin logs docker in to a host.
func (w *ward) dockerLogin(host, password string) {
	w.t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte("AWS:" + password))
	w.secrets = append(w.secrets, auth, password)
	w.dockerConfig(map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth}}})
}

// helper installs a credential helper, a shell script.
func (w *ward) helper(name, script string) {
	w.t.Helper()
	dir := w.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-"+name), []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // a program
		w.t.Fatal(err)
	}
	w.env["PATH"] = dir
}

// serve has a front with a certificate before the server.
func (w *ward) serve(certificate tls.Certificate) {
	w.t.Helper()
	target := must(url.Parse(w.URL()))(w.t)
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		Transport: w.HTTP().Transport,
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, 0),
	}
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.intercept == nil || !w.intercept(rw, r) {
			proxy.ServeHTTP(rw, r)
		}
	}))
	front.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	front.StartTLS()
	w.t.Cleanup(front.Close)
	w.front = front.Listener
}

// authority is a certificate authority.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ward CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().AddDate(-3, 0, 0), NotAfter: time.Now().AddDate(3, 0, 0),
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key))(t)
	a.cert = must(x509.ParseCertificate(der))(t)
	return a
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// issueNames makes a certificate for names that is good now.
func (a *authority) issueNames(names ...string) tls.Certificate {
	return a.issueFor(names, time.Now().Add(-time.Hour), time.Now().AddDate(0, 1, 0))
}

func (a *authority) issueFor(names []string, from, to time.Time) tls.Certificate {
	a.t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(a.t)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: names, NotBefore: from, NotAfter: to, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))(a.t)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
