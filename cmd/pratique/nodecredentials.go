package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// nodeOptions are the flags of node-credentials.
type nodeOptions struct {
	aws           awsFlags
	listen        string
	addrFile      string
	role          string
	tokenFile     string // of the web identity
	session       string
	duration      time.Duration
	region        string
	authorization string // file with the token that the container endpoint asks for
	hopLimit      int
	v1            bool
}

func (a *app) nodeCredentials() *cobra.Command {
	var o nodeOptions
	cmd := &cobra.Command{
		Use:   "node-credentials",
		Short: "Serve a role's credentials to this machine as EC2 does",
		Long: `Node-credentials assumes a role and serves its credentials where AWS SDKs look
for them: at the paths of EC2's instance metadata service, version 2, and, given
--authorization-token-file, at /v1/credentials for containers. Everything on the
machine that uses an AWS SDK then has the role's credentials, which are renewed
when half of their time is over.

The role is assumed with the web identity token in a file, or else with the
credentials of the AWS configuration. Metadata is served on loopback and
link-local addresses only, to requests that name such an address as their host,
came through no proxy and from no web page.`,
		Example: `  pratique node-credentials --role-arn arn:aws:iam::111111111111:role/node --profile node
  pratique node-credentials --role-arn arn:aws:iam::111111111111:role/node --web-identity-token-file /var/run/token --endpoint-url https://registry.example.com
  AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338 aws sts get-caller-identity`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	o.aws.register(f, false)
	f.StringVar(&o.listen, "listen", "127.0.0.1:1338", "loopback or link-local address to listen on; port 0 picks a free one")
	f.StringVar(&o.addrFile, "addr-file", "", "write the address that is listened on to this file")
	f.StringVar(&o.role, "role-arn", "", "role to assume (default AWS_ROLE_ARN)")
	f.StringVar(&o.tokenFile, "web-identity-token-file", "", "file with the token to assume it with, read anew each time (default AWS_WEB_IDENTITY_TOKEN_FILE)")
	f.StringVar(&o.session, "session-name", "", "name of the session (default AWS_ROLE_SESSION_NAME or the name of this machine)")
	f.DurationVar(&o.duration, "duration", time.Hour, "how long credentials are to live")
	f.StringVar(&o.region, "region", "", "region that the machine is said to be in (default AWS_REGION, AWS_DEFAULT_REGION or us-east-1)")
	f.StringVar(&o.authorization, "authorization-token-file", "", "file with what clients of /v1/credentials must send as Authorization; it is made if there is none")
	f.IntVar(&o.hopLimit, "hop-limit", 1, "how many network hops answers may take, where the system can limit it; 1 keeps them from containers behind a bridge")
	f.BoolVar(&o.v1, "imds-v1", false, "answer requests without a session token as well, as version 1 did")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.complete(a.getenv); err != nil {
			return err
		}
		return a.serveNode(cmd.Context(), &o)
	}
	return cmd
}

func (o *nodeOptions) complete(getenv func(string) string) error {
	o.role = cmp.Or(o.role, getenv("AWS_ROLE_ARN"))
	if o.role == "" {
		return errors.New("which role? Give --role-arn or set AWS_ROLE_ARN")
	}
	if r, err := arn.Parse(o.role); err != nil || r.Service != "iam" || r.Type() != "role" {
		return fmt.Errorf("%q is not the ARN of a role", o.role)
	}
	if o.aws.profile == "" {
		o.tokenFile = cmp.Or(o.tokenFile, getenv("AWS_WEB_IDENTITY_TOKEN_FILE"))
	}
	o.region = cmp.Or(o.region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), "us-east-1")
	if o.session = cmp.Or(o.session, getenv("AWS_ROLE_SESSION_NAME")); o.session == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("name the session: %w", err)
		}
		o.session = host
	}
	return checkNodeAddress(o.listen)
}

// checkNodeAddress makes sure that nobody on the network can ask for the machine's credentials.
func checkNodeAddress(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if !nodeHost(host) {
		return fmt.Errorf("--listen %s: credentials are served on loopback and link-local addresses only", listen)
	}
	return nil
}

// metadataIPv6 is where EC2 has its metadata by IPv6, and EKS its pods' credentials.
var metadataIPv6 = netip.MustParsePrefix("fd00:ec2::/32")

// nodeHost reports whether a host name or address means the machine itself whatever DNS says.
func nodeHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || metadataIPv6.Contains(ip))
}

func (a *app) serveNode(ctx context.Context, o *nodeOptions) error {
	keeper := &sessionKeeper{now: a.now, log: slog.New(slog.NewTextHandler(a.stderr, nil))}
	var err error
	if keeper.provider, err = a.nodeProvider(ctx, o); err != nil {
		return err
	}
	if err := keeper.refresh(ctx); err != nil {
		return err
	}
	n := &nodeEndpoints{
		credentials: keeper.current, role: o.role, region: o.region, v1: o.v1, now: a.now,
		authorization: o.authorization, tokenKey: []byte(rand.Text()),
	}
	if o.authorization != "" {
		if err := makeAuthorization(o.authorization); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{Control: limitHops(o.hopLimit)}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{
		Handler: n.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	if o.addrFile != "" {
		if err := writeAddr(o.addrFile, listener.Addr().String()); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	a.printf("Credentials of %s are served to SDKs with\n\n", o.role)
	a.printf("export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://%s\n", listener.Addr())
	if o.authorization != "" {
		a.printf("\nor, in containers that reach this address, with\n\n")
		a.printf("export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://%s%s\n", listener.Addr(), containerPath)
		a.printf("export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%s\n", o.authorization)
	}

	working, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { keeper.run(working) })
	background.Go(func() {
		<-working.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			keeper.log.Warn("shut down", "error", err)
		}
	})
	err = server.Serve(listener)
	stop()
	background.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

// nodeProvider assumes the role anew each time it is asked.
func (a *app) nodeProvider(ctx context.Context, o *nodeOptions) (aws.CredentialsProvider, error) {
	// The host name of no registry: without an endpoint of its own, STS is that of AWS.
	cfg, err := a.awsConfig(ctx, &o.aws, o.aws.profile, endpoint.Registry{Region: o.region, Domain: "amazonaws.com"})
	if err != nil {
		return nil, err
	}
	if o.tokenFile != "" {
		cfg.Credentials = aws.AnonymousCredentials{}
		return stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(cfg), o.role, stscreds.IdentityTokenFile(o.tokenFile), func(w *stscreds.WebIdentityRoleOptions) {
			w.RoleSessionName, w.Duration = o.session, o.duration
		}), nil
	}
	return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.role, func(r *stscreds.AssumeRoleOptions) {
		r.RoleSessionName, r.Duration = o.session, o.duration
	}), nil
}

// makeAuthorization makes the file with the token of the container endpoint, unless there is one.
func makeAuthorization(name string) error {
	f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the authorization token: %w", err)
	}
	_, err = f.WriteString(rand.Text())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("make the authorization token: %w", err)
	}
	return nil
}

// sessionKeeper keeps credentials that are good for a while yet.
type sessionKeeper struct {
	provider aws.CredentialsProvider
	now      func() time.Time
	log      *slog.Logger

	mu      sync.Mutex
	session keptSession
}

// keptSession is a set of credentials and when they were made.
type keptSession struct {
	aws.Credentials
	made time.Time
}

// current returns the credentials, and false when they have expired.
func (k *sessionKeeper) current() (keptSession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session, k.now().Before(k.session.Expires)
}

// refresh replaces the credentials. Those there are stay when it fails.
func (k *sessionKeeper) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := k.provider.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("assume the role: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session = keptSession{c, k.now()}
	return nil
}

// run refreshes the credentials at half of their time until ctx is done. SDKs want some that are good for a quarter of an
// hour at least. After a failure it tries again in five seconds, and then ever later, up to a minute.
func (k *sessionKeeper) run(ctx context.Context) {
	const soon, late = 5 * time.Second, time.Minute
	retry := soon
	s, _ := k.current()
	wait := s.Expires.Sub(k.now()) / 2
	for {
		t := time.NewTimer(max(wait, time.Second))
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		if err := k.refresh(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			s, good := k.current()
			k.log.Error("credentials are not renewed", "error", err, "good", good, "until", s.Expires)
			wait, retry = retry, min(2*retry, late)
			continue
		}
		s, _ := k.current()
		wait, retry = s.Expires.Sub(k.now())/2, soon
	}
}
