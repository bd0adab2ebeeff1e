package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The kinds of targets.
const (
	pratique = "pratique"
	peer     = "peer"  // another registry
	files    = "files" // http.ServeFile: it can only be read
)

// A target is a server to measure.
type target struct {
	name, kind    string
	addr          string // host:port
	authorization string // header of a principal of another account
	admin         string // header of one of the owner's, for what only the owner sees
	process       process
	earlier       int64 // the most memory that processes had which are no more, in bytes
	stop          func()

	// makeRepository makes what a push goes to, where that must be there first.
	makeRepository func(ctx context.Context, name string) error

	redirects bool // large layers are answered by a redirect

	restart func(ctx context.Context) (time.Duration, error) // until it is ready; Pratique only
	dir     string                                           // what files serves
	tagged  string                                           // a repository with 10,000 tags, once there is one
}

// The accounts of the measured Pratique: the images belong to the first.
const (
	owner  = "100000000001"
	plane  = "200000000002"
	region = "us-east-1"
)

// startAll returns all targets, also those started before an error.
func startAll(ctx context.Context, dir string, o options) (ts []*target, err error) {
	t, err := startPratique(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	ts = append(ts, t)
	for part := range strings.SplitSeq(o.peers, ",") {
		if part == "" {
			continue
		}
		name, at, ok := strings.Cut(part, "=")
		u, err := url.Parse(at)
		if !ok || err != nil || u.Scheme != "http" || u.Port() == "" {
			return ts, fmt.Errorf("-peers: %q is not name=http://host:port", part)
		}
		p, err := listener(u.Host)
		if err != nil {
			return ts, fmt.Errorf("peer %s: %w", name, err)
		}
		ts = append(ts, &target{
			name: name, kind: peer, addr: u.Host, process: p, stop: func() {},
			makeRepository: func(context.Context, string) error { return nil },
		})
	}
	t, err = startFiles(ctx, dir)
	if err != nil {
		return ts, err
	}
	return append(ts, t), nil
}

// startPratique builds and starts a server with two accounts.
func startPratique(ctx context.Context, dir string, o options) (*target, error) {
	binary := o.binary
	if binary == "" {
		binary = filepath.Join(dir, "pratique")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/pratique")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	t := &target{name: pratique, kind: pratique}
	store := []string{"--data", filepath.Join(dir, "data")}
	if o.database != "" {
		store = append(store, "--db", o.database)
	}
	var serve []string
	if o.blobs != "" {
		serve = []string{"--blobs", o.blobs}
		t.redirects = true
	}
	keys := map[string]aws.CredentialsProvider{}
	for _, id := range []string{owner, plane} {
		out, err := exec.CommandContext(ctx, binary, append([]string{"account", "create", id, "--name", "a" + id, "--output", "json"}, store...)...).Output()
		if err != nil {
			return nil, fmt.Errorf("pratique account create: %w", err)
		}
		var made struct {
			AccessKey struct{ AccessKeyID, SecretAccessKey string }
		}
		if err := json.Unmarshal(out, &made); err != nil {
			return nil, fmt.Errorf("pratique account create: %w", err)
		}
		keys[id] = credentials.NewStaticCredentialsProvider(made.AccessKey.AccessKeyID, made.AccessKey.SecretAccessKey, "")
	}
	log, err := os.Create(filepath.Join(dir, "pratique.log"))
	if err != nil {
		return nil, err
	}
	start := func(ctx context.Context, listen string) (time.Duration, error) {
		addrFile := filepath.Join(dir, "addr")
		_ = os.Remove(addrFile) // of the start before
		cmd := exec.CommandContext(context.WithoutCancel(ctx), binary, append([]string{"serve", "--listen", listen, "--addr-file", addrFile,
			"--quota", "tags-per-image=1000000"}, slices.Concat(store, serve)...)...)
		cmd.Stderr = log
		begin := time.Now()
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		t.stop = func() {
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			ended <- <-ended
		}
		t.process = process(cmd.Process.Pid)
		for time.Since(begin) < time.Minute && ctx.Err() == nil {
			if b, err := os.ReadFile(addrFile); err == nil {
				t.addr = strings.TrimSpace(string(b))
				if t.ready() {
					return time.Since(begin), nil
				}
			}
			select {
			case err := <-ended:
				ended <- err
				said, _ := os.ReadFile(log.Name())
				return 0, fmt.Errorf("pratique serve: %w\n%s", err, said)
			case <-time.After(time.Millisecond):
			}
		}
		t.stop()
		return 0, errors.New("pratique does not get ready")
	}
	if _, err := start(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	t.restart = func(ctx context.Context) (time.Duration, error) {
		peak, err := t.peak()
		if err != nil {
			return 0, err
		}
		t.earlier = peak
		t.stop()
		return start(ctx, t.addr)
	}
	if err := t.principals(ctx, keys); err != nil {
		t.stop()
		return nil, err
	}
	return t, nil
}

// peak returns the most memory the server has had at a time, in bytes, whenever it
// was started.
func (t *target) peak() (int64, error) {
	now, err := t.process.peak()
	return max(now, t.earlier), err
}

// ready reports whether the server says that it is.
func (t *target) ready() bool {
	c := newClient(t)
	defer c.close()
	a, err := c.do(http.MethodGet, "/readyz", "", nil, false)
	return err == nil && a.status == http.StatusOK
}

// principals makes a role in one account that may use repositories of the
// other, by policies on both sides, and logs in.
func (t *target) principals(ctx context.Context, keys map[string]aws.CredentialsProvider) error {
	endpoint := aws.String("http://" + t.addr)
	id := iam.New(iam.Options{Region: region, BaseEndpoint: endpoint, Credentials: keys[plane]})
	_, err := id.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 aws.String("node"),
		AssumeRolePolicyDocument: aws.String(fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}}`, plane)),
	})
	if err != nil {
		return err
	}
	for i, document := range []string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ecr:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8","10.0.0.0/8"]}}}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ecr:DeleteRepository","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}}`,
	} {
		_, err := id.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("node"), PolicyName: aws.String(fmt.Sprint("p", i)), PolicyDocument: &document})
		if err != nil {
			return err
		}
	}
	session, err := sts.New(sts.Options{Region: region, BaseEndpoint: endpoint, Credentials: keys[plane]}).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + plane + ":role/node"), RoleSessionName: aws.String("i-0123456789abcdef0"),
	})
	if err != nil {
		return err
	}
	c := session.Credentials
	node := credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	for header, key := range map[*string]aws.CredentialsProvider{&t.authorization: node, &t.admin: keys[owner]} {
		out, err := ecr.New(ecr.Options{Region: region, BaseEndpoint: endpoint, Credentials: key}).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
		if err != nil {
			return err
		}
		*header = "Basic " + *out.AuthorizationData[0].AuthorizationToken
	}
	images := ecr.New(ecr.Options{Region: region, BaseEndpoint: endpoint, Credentials: keys[owner]})
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Others","Effect":"Allow","Principal":{"AWS":%q},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{"StringEquals":{"aws:PrincipalTag/team":"other"}}},
		{"Sid":"Nodes","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:role/node"},"Action":"ecr:*"}]}`, owner, plane)
	t.makeRepository = func(ctx context.Context, name string) error {
		if _, err := images.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
			return err
		}
		_, err := images.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: &name, PolicyText: &policy})
		return err
	}
	return nil
}

// serveFileCommand is the first argument with which the program is the server
// that startFiles starts.
const serveFileCommand = "serve-file"

// startFiles starts http.ServeFile on a directory, in a process of its own.
func startFiles(ctx context.Context, dir string) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "files")
	if err := os.Mkdir(root, 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, serveFileCommand, root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		return nil, fmt.Errorf("serve files: %w", err)
	}
	return &target{
		name: "ServeFile", kind: files, addr: string(bytes.TrimSpace(line[:n])), process: process(cmd.Process.Pid), dir: root,
		makeRepository: func(context.Context, string) error { return nil },
		stop: func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		},
	}, nil
}

// serveFile serves the files of a directory under the paths of registries,
// until it is killed.
func serveFile(root string) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeFile(w, r, filepath.Join(root, filepath.Base(r.URL.Path)))
	}))
}
