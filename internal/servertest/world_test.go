package servertest_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// The accounts of these tests: one owns images, the other runs them.
const (
	owner = "222222222222"
	user  = "111111111111"
)

// world is a server with the account owner, and what tests do to it.
type world struct {
	*servertest.Server
	t     *testing.T
	dir   string          // the server's data directory
	root  aws.Credentials // of owner
	clock *clock
}

func newWorld(t *testing.T, options ...func(*server.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: new(clock)}
	options = append([]func(*server.Config){func(c *server.Config) { c.Now = w.clock.now }}, options...)
	options = append(options, func(c *server.Config) { w.dir = c.DataDir })
	w.Server = servertest.Start(t, options...)
	w.root = w.Account(owner)
	return w
}

// onEachDatabase runs a test with servers on SQLite and on PostgreSQL.
func onEachDatabase(t *testing.T, test func(*testing.T, func(*server.Config))) {
	t.Run("sqlite", func(t *testing.T) { test(t, func(*server.Config) {}) })
	t.Run("postgres", func(t *testing.T) {
		url := metatest.Postgres(t)
		test(t, func(c *server.Config) { c.Database = url })
	})
}

// in returns the world as a subtest sees it.
func (w *world) in(t *testing.T) *world {
	sub := *w
	sub.t = t
	return &sub
}

// clock is the time of day, moved on by as much as a test wants.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time                    { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration)           { c.ahead.Add(int64(d)) }
func (w *world) ecr(c aws.Credentials) *ecr.Client { return ecr.NewFromConfig(w.AWS(c)) }
func (w *world) iam(c aws.Credentials) *iam.Client { return iam.NewFromConfig(w.AWS(c)) }

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

// repository creates a repository of owner.
func (w *world) repository(name string) {
	w.t.Helper()
	must(w.ecr(w.root).CreateRepository(w.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name}))(w.t)
}

// token returns the password that docker login would be given.
func (w *world) token(c aws.Credentials) string {
	w.t.Helper()
	out := must(w.ecr(c).GetAuthorizationToken(w.t.Context(), &ecr.GetAuthorizationTokenInput{}))(w.t)
	text := must(base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken))(w.t)
	password, ok := strings.CutPrefix(string(text), "AWS:")
	if !ok {
		w.t.Fatal("the authorization token is not for the user AWS")
	}
	return password
}

// image names something in a registry of the server, such as "app:latest".
func (w *world) image(account, repository string) name.Reference {
	w.t.Helper()
	return must(name.ParseReference(w.Registry(account).Host()+"/"+repository, name.Insecure))(w.t)
}

// remote makes go-containerregistry use the server with a registry token, and
// report every failure instead of trying again.
func (w *world) remote(token string) []remote.Option {
	return []remote.Option{
		remote.WithTransport(w.HTTP().Transport),
		remote.WithAuth(&authn.Basic{Username: "AWS", Password: token}),
		remote.WithContext(w.t.Context()),
		remote.WithRetryPredicate(func(error) bool { return false }),
		remote.WithRetryStatusCodes(),
	}
}

// push pushes a new image of some layers of a size to a repository of owner.
func (w *world) push(repository string, size, layers int64) v1.Image {
	w.t.Helper()
	img := must(random.Image(size, layers))(w.t)
	if err := remote.Write(w.image(owner, repository), img, w.remote(w.token(w.root))...); err != nil {
		w.t.Fatal(err)
	}
	return img
}

// pull reads an image of owner, all of it, and reports whether it is want.
func (w *world) pull(repository, token string, want v1.Image) error {
	got, err := remote.Image(w.image(owner, repository), w.remote(token)...)
	if err != nil {
		return err
	}
	wantDigest, err := want.Digest()
	if err != nil {
		return err
	}
	if d, err := got.Digest(); err != nil || d != wantDigest {
		return fmt.Errorf("pulled %s, %w; want %s", d, err, wantDigest)
	}
	layers, err := got.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		r, err := l.Compressed()
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r) // checks the digest
		if cerr := r.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// layerOf returns the digest and the bytes of an image's first layer.
func layerOf(t *testing.T, img v1.Image) (v1.Hash, []byte) {
	t.Helper()
	l := must(img.Layers())(t)[0]
	r := must(l.Compressed())(t)
	defer r.Close()
	return must(l.Digest())(t), must(io.ReadAll(r))(t)
}

// node makes the role of a cluster's nodes in the account user, which may
// pull from anywhere as far as its own account is concerned, and a session of it.
func (w *world) node() aws.Credentials {
	w.t.Helper()
	ctx := w.t.Context()
	root := w.Account(user)
	must(w.iam(root).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ec2")}))(w.t)
	must(w.iam(root).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{
		UserName: aws.String("ec2"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"),
	}))(w.t)
	key := must(w.iam(root).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ec2")}))(w.t).AccessKey
	must(w.iam(root).CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String(nodeRole),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
			"Principal":{"AWS":"arn:aws:iam::` + user + `:user/ec2"}}}`),
	}))(w.t)
	must(w.iam(root).AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: aws.String(readOnly)}))(w.t)
	return w.session(aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey})
}

const (
	nodeRole = "flyteworker-node-group"
	nodeARN  = "arn:aws:sts::" + user + ":assumed-role/" + nodeRole + "/i-0abc"
	readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
)

// session assumes the role of the nodes.
func (w *world) session(c aws.Credentials) aws.Credentials {
	w.t.Helper()
	s := must(sts.NewFromConfig(w.AWS(c)).AssumeRole(w.t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + user + ":role/" + nodeRole), RoleSessionName: aws.String("i-0abc"),
	}))(w.t).Credentials
	return aws.Credentials{AccessKeyID: *s.AccessKeyId, SecretAccessKey: *s.SecretAccessKey, SessionToken: *s.SessionToken}
}

// grant lets another account pull from a repository of owner.
func (w *world) grant(repository, account string) {
	w.t.Helper()
	must(w.ecr(w.root).SetRepositoryPolicy(w.t.Context(), &ecr.SetRepositoryPolicyInput{
		RepositoryName: &repository,
		PolicyText: aws.String(`{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account + `:root"},
			"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]}]}`),
	}))(w.t)
}

func (w *world) revoke(repository string) {
	w.t.Helper()
	must(w.ecr(w.root).DeleteRepositoryPolicy(w.t.Context(), &ecr.DeleteRepositoryPolicyInput{RepositoryName: &repository}))(w.t)
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func readAnswer(t *testing.T, r *http.Response) answer {
	t.Helper()
	defer r.Body.Close()
	return answer{r.StatusCode, r.Header, string(must(io.ReadAll(r.Body))(t))}
}

// request makes a request to a registry of the server.
func (w *world) request(method, account, path, body string) *http.Request {
	w.t.Helper()
	return must(http.NewRequestWithContext(w.t.Context(), method, "http://"+w.Registry(account).Host()+path, strings.NewReader(body)))(w.t)
}

// do sends a request and reads the answer. It does not follow redirects.
func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	c := w.HTTP()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return readAnswer(w.t, must(c.Do(r))(w.t))
}

// get asks for a path of owner's registry with a registry token.
func (w *world) get(path, token string) answer {
	w.t.Helper()
	r := w.request("GET", owner, path, "")
	r.SetBasicAuth("AWS", token)
	return w.do(r)
}

// raw sends a request as it is written, without a client that would tidy it
// up, and reads the answer. The request must end the connection.
func (w *world) raw(request string) answer {
	w.t.Helper()
	a, err := w.tryRaw(request)
	if err != nil {
		w.t.Fatalf("%.200q: %v", request, err)
	}
	return a
}

// tryRaw is raw for requests that are so bad that the server may hang up.
func (w *world) tryRaw(request string) (answer, error) {
	w.t.Helper()
	conn := must(net.Dial("tcp", w.Addr()))(w.t)
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		w.t.Fatal(err)
	}
	go io.WriteString(conn, request) // the server may answer, and close, before it has read all
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return answer{r.StatusCode, r.Header, string(body)}, err
}

// ociError reads the error of a registry's answer. The document has exactly
// the shape of the specification.
func ociError(t *testing.T, a answer) (code, message string) {
	t.Helper()
	var doc struct {
		Errors []struct {
			Code    string          `json:"code"`
			Message string          `json:"message"`
			Detail  json.RawMessage `json:"detail"`
		} `json:"errors"`
	}
	if ct := a.header.Get("Content-Type"); ct != "application/json; charset=utf-8" {
		t.Errorf("content type of an error: %q", ct)
	}
	strict := json.NewDecoder(strings.NewReader(a.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&doc); err != nil || len(doc.Errors) != 1 {
		t.Fatalf("not an error of a registry: %v: %.300s", err, a.body)
	}
	return doc.Errors[0].Code, doc.Errors[0].Message
}

// visible describes everything that clients can see of owner's registry, and
// every blob that has been committed.
func (w *world) visible() string {
	w.t.Helper()
	ctx := w.t.Context()
	var b bytes.Buffer
	list := func(v any, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		b.Write(must(json.Marshal(v))(w.t))
		b.WriteByte('\n')
	}
	repos := must(w.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}))(w.t).Repositories
	for _, r := range repos {
		list(r, nil)
		images := must(w.ecr(w.root).DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: r.RepositoryName}))(w.t).ImageDetails
		for i := range images {
			images[i].LastRecordedPullTime = nil // reading is allowed
		}
		list(images, nil)
	}
	err := filepath.WalkDir(filepath.Join(w.dir, "blobs", "blobs"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			fmt.Fprintln(&b, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// headerNames lists the names of an answer's headers.
func headerNames(h http.Header) []string {
	var names []string
	for k := range h {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}
