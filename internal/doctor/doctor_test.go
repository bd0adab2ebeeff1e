package doctor_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/pratique-dev/pratique/internal/doctor"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/servertest"
)

const (
	token  = "ecr:GetAuthorizationToken"
	pull   = "ecr:BatchGetImage"
	layers = "ecr:GetDownloadUrlForLayer"
	exists = "ecr:BatchCheckLayerAvailability"
	bucket = "prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com"
)

// A fault is something that breaks a pull, and what the doctor must say of it.
type fault struct {
	name    string
	inflict func(*ward)

	check   doctor.ID // of the cause; empty if the pull works all the same
	code    doctor.Code
	subject string
	says    []string // each somewhere in the cause, or in the report if there is none
}

// noHost answers as name servers do that know no such name.
func noHost(host string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// closedPort returns an address that nothing listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	l := must(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// proxy is a proxy that answers CONNECT with a status, and connects if that is
// 200.
func (w *ward) proxy(status int) {
	w.t.Helper()
	l := must(new(net.ListenConfig).Listen(w.t.Context(), "tcp", "127.0.0.1:0"))(w.t)
	w.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				r, err := http.ReadRequest(in)
				if err != nil || r.Method != http.MethodConnect {
					return
				}
				if status == http.StatusOK && r.Header.Get("Proxy-Authorization") == "" {
					status = http.StatusProxyAuthRequired
				}
				fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n\r\n", status, http.StatusText(status))
				if status != http.StatusOK {
					return
				}
				to, err := net.Dial("tcp", w.front.Addr().String())
				if err != nil {
					return
				}
				defer to.Close()
				go in.WriteTo(to)
				bufio.NewReader(to).WriteTo(conn)
			}()
		}
	}()
	w.env["HTTPS_PROXY"] = "http://jim:" + proxyKey + "@proxy.example.com:3128"
	w.secrets = append(w.secrets, proxyKey)
	direct := w.dial
	w.dial = func(ctx context.Context, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":3128") {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		}
		return direct(ctx, address)
	}
}

// remotely is a connection that seems to lead to another machine.
type remotely struct{ net.Conn }

func (remotely) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 443} }

// layersAt has the registry send clients elsewhere for layers.
func (w *ward) layersAt(answer func(http.ResponseWriter, *http.Request)) {
	w.intercept = func(rw http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Host == bucket:
			if r.Header.Get("Authorization") != "" {
				w.t.Error("the registry's credentials were sent elsewhere")
			}
			answer(rw, r)
			return true
		case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/"):
			http.Redirect(rw, r, "https://"+bucket+"/layer?X-Amz-Signature=signature-of-the-layer", http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	w.secrets = append(w.secrets, "signature-of-the-layer")
}

// organization puts the account user under a service control policy.
func (w *ward) organization(content string) {
	w.t.Helper()
	t, ctx := w.t, w.t.Context()
	o := organizations.NewFromConfig(w.AWS(w.Account("333333333333")))
	must(o.CreateOrganization(ctx, nil))(t)
	root := must(o.ListRoots(ctx, nil))(t).Roots[0].Id
	must(o.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: root, PolicyType: orgtypes.PolicyTypeServiceControlPolicy}))(t)
	h := must(o.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &orgtypes.HandshakeParty{Id: aws.String(user), Type: orgtypes.HandshakePartyTypeAccount},
	}))(t).Handshake
	must(organizations.NewFromConfig(w.AWS(w.user)).AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(t)
	p := must(o.CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: aws.String("freeze"), Description: aws.String(""), Content: &content, Type: orgtypes.PolicyTypeServiceControlPolicy,
	}))(t).Policy.PolicySummary.Id
	must(o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: p, TargetId: aws.String(user)}))(t)
}

// without are the actions of a pull without some.
func without(actions ...string) []string {
	var rest []string
	for _, a := range []string{token, pull, layers, exists} {
		if !strings.Contains(strings.Join(actions, " "), a) {
			rest = append(rest, a)
		}
	}
	return rest
}

func repositoryPolicyWithout(actions ...string) string {
	return grantTo(nodeRole, without(append(actions, token)...)...)
}

var faults = []fault{
	{name: "nothing", inflict: func(*ward) {}},

	// The reference.
	{"malformed", func(w *ward) { w.config.Image = host + "/Team/App:v1" }, doctor.Reference, doctor.BadReference, "", []string{`did you mean "team/app"?`}},
	{"no repository", func(w *ward) { w.config.Image = host }, doctor.Reference, doctor.BadReference, "", []string{"names no repository"}},
	{"region with a slip", func(w *ward) { w.config.Image = strings.Replace(image, "us-east-1", "us-eas-1", 1) }, doctor.Reference, doctor.BadRegion, "", []string{"did you mean us-east-1?"}},
	{"account of eleven digits", func(w *ward) { w.config.Image = image[1:] }, doctor.Reference, doctor.BadAccount, "", []string{"11 digits"}},
	{"no registry", func(w *ward) { w.config.Image = "team/app:v1" }, doctor.Reference, doctor.ForeignRegistry, "", []string{"Docker Hub"}},

	// The network.
	{"proxy refuses", func(w *ward) { w.proxy(http.StatusForbidden) }, doctor.TCP, doctor.ProxyRefused, "", []string{"http://jim:xxxxx@proxy.example.com:3128", "403 Forbidden", "NO_PROXY"}},
	{"proxy wants a password", func(w *ward) { w.proxy(http.StatusProxyAuthRequired) }, doctor.TCP, doctor.ProxyRefused, "", []string{"407"}},
	{"proxy without a name", func(w *ward) {
		w.proxy(http.StatusOK)
		w.resolve = noHost
	}, doctor.DNS, doctor.ProxyUnreachable, "", []string{"the proxy proxy.example.com cannot be resolved"}},
	{name: "proxy works", inflict: func(w *ward) { w.proxy(http.StatusOK) }},
	{name: "proxy is passed by", inflict: func(w *ward) {
		w.proxy(http.StatusForbidden)
		w.env["NO_PROXY"] = "localhost,.amazonaws.com"
	}},
	{"no such name", func(w *ward) { w.resolve = noHost }, doctor.DNS, doctor.NameUnknown, "", []string{host + " cannot be resolved: no such host", "ecr.dkr"}},
	{"name servers are silent", func(w *ward) {
		w.resolve = func(host string) ([]string, error) {
			return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
		}
	}, doctor.DNS, doctor.NameUnknown, "", []string{"the name servers do not answer"}},
	{"port is closed", func(w *ward) {
		closed := closedPort(w.t)
		w.dial = func(ctx context.Context, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", closed)
		}
	}, doctor.TCP, doctor.PortClosed, "", []string{"192.0.2.10:443", "connection refused"}},
	{"packets vanish", func(w *ward) {
		w.config.CheckTimeout = 200 * time.Millisecond
		w.dial = func(ctx context.Context, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	}, doctor.TCP, doctor.Unreachable, "", []string{"no answer in 200ms", "HTTPS_PROXY"}},
	{"authority is unknown", func(w *ward) { w.config.Machine.Roots = newAuthority(w.t).pool() }, doctor.TLS, doctor.UnknownCA, "", []string{
		`"Ward CA"`, "/etc/docker/certs.d/" + host + "/ca.crt", "/etc/containerd/certs.d/" + host + "/hosts.toml", "/etc/containers/certs.d/" + host + "/ca.crt",
	}},
	{name: "authority is known to docker", inflict: func(w *ward) {
		w.config.Machine.Roots = newAuthority(w.t).pool()
		w.files["etc/docker/certs.d/"+host+"/ca.crt"] = &fstest.MapFile{Data: w.ca.pem()}
	}, says: []string{"docker trusts it by /etc/docker/certs.d/", "podman trusts it by /etc/docker/certs.d/", "nor containerd"}},
	{name: "authority is known to all", inflict: func(w *ward) {
		w.config.Machine.Roots = newAuthority(w.t).pool()
		w.files["etc/docker/certs.d/"+host+"/ca.crt"] = &fstest.MapFile{Data: w.ca.pem()}
		w.files["etc/containerd/certs.d/"+host+"/hosts.toml"] = &fstest.MapFile{Data: []byte("[host.\"https://" + host + "\"]\n  ca = [\"/etc/ward.pem\"]\n")}
		w.files["etc/ward.pem"] = &fstest.MapFile{Data: w.ca.pem()}
	}, says: []string{"which docker, containerd and podman trust for this host"}},
	{"certificate of another name", func(w *ward) { w.serve(w.ca.issueNames("registry.example.com")) }, doctor.TLS, doctor.WrongCertName, "", []string{"is for registry.example.com, not for " + host}},
	{"certificate has expired", func(w *ward) {
		w.serve(w.ca.issueFor([]string{host}, time.Now().AddDate(-1, 0, 0), time.Now().AddDate(0, 0, -1)))
	}, doctor.TLS, doctor.CertificateTime, "", []string{"out of its time"}},
	{"plain HTTP", func(w *ward) {
		w.dial = func(ctx context.Context, _ string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.Addr())
			return remotely{conn}, err
		}
	}, doctor.TLS, doctor.PlainHTTP, "", nil},
	{name: "plain HTTP on this machine", inflict: func(w *ward) {
		w.dial = func(ctx context.Context, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", w.Addr())
		}
	}, says: []string{"hosts.toml or --plain-http"}},
	{"captive portal", func(w *ward) {
		w.intercept = func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "text/html")
			fmt.Fprint(rw, "<html>Accept our terms</html>")
			return true
		}
	}, doctor.Endpoint, doctor.NotRegistry, "", []string{"a web page", "captive portal"}},
	{"another registry", func(w *ward) {
		w.intercept = func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Www-Authenticate", `Bearer realm="https://auth.example.com/token"`)
			rw.WriteHeader(http.StatusUnauthorized)
			return true
		}
	}, doctor.Endpoint, doctor.NotRegistry, "", []string{"another registry"}},
	{"server in trouble", func(w *ward) {
		w.intercept = func(rw http.ResponseWriter, _ *http.Request) bool { rw.WriteHeader(http.StatusBadGateway); return true }
	}, doctor.Endpoint, doctor.ServerTrouble, "", []string{"502"}},
	{"clock", func(w *ward) {
		w.config.Machine.Now = func() time.Time { return time.Now().Add(20 * time.Minute) }
	}, doctor.Clock, doctor.ClockSkew, "", []string{"this machine's clock is 20m", "ahead of"}},
	{"clock makes a certificate seem expired", func(w *ward) {
		w.config.Machine.Now = func() time.Time { return time.Now().AddDate(1, 0, 0) }
	}, doctor.Clock, doctor.ClockSkew, "", []string{"ahead of the registry's"}},

	// Credentials.
	{"helper is not on PATH", func(w *ward) {
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{host: "ecr-login"}})
		w.env["PATH"] = w.t.TempDir()
	}, doctor.DockerCredentials, doctor.HelperNotFound, "", []string{"docker-credential-ecr-login is not in PATH"}},
	{"store is not on PATH", func(w *ward) { w.dockerConfig(map[string]any{"credsStore": "desktop"}) }, doctor.DockerCredentials, doctor.HelperNotFound, "", []string{"docker-credential-desktop"}},
	{"helper for another host", func(w *ward) {
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{strings.Replace(host, owner, user, 1): "ecr-login"}})
	}, doctor.DockerCredentials, doctor.HelperWrongHost, "", []string{"names a helper for " + user, "none for " + host}},
	{"helper does not know the host", func(w *ward) {
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{host: "ward"}})
		w.helper("ward", "echo credentials not found in native keychain; exit 1\n")
	}, doctor.DockerCredentials, doctor.HelperWrongHost, "", []string{"has no credentials for " + host}},
	{"helper fails", func(w *ward) {
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{host: "ward"}})
		w.helper("ward", "echo no EC2 IMDS role found >&2; exit 1\n")
	}, doctor.DockerCredentials, doctor.HelperFailed, "", []string{"no EC2 IMDS role found"}},
	{"helper hangs", func(w *ward) {
		w.config.CheckTimeout = 2 * time.Second
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{host: "ward"}})
		w.helper("ward", "exec sleep 60\n")
		w.env["PATH"] += ":/usr/bin:/bin"
	}, doctor.DockerCredentials, doctor.HelperFailed, "", []string{"deadline"}},
	{name: "helper works", inflict: func(w *ward) {
		password := w.token(w.node)
		w.dockerConfig(map[string]any{"credHelpers": map[string]string{host: "ward"}})
		w.helper("ward", `echo '{"ServerURL":"`+host+`","Username":"AWS","Secret":"`+password+`"}'`+"\n")
	}, says: []string{"the registry accepts the credentials from docker-credential-ward"}},
	{"docker's configuration is broken", func(w *ward) { w.dockerConfig(map[string]any{"auths": "none"}) }, doctor.DockerCredentials, doctor.BadDockerConfig, "", nil},
	{"logged in to another region", func(w *ward) {
		w.dockerLogin(strings.Replace(host, "us-east-1", "eu-west-1", 1), "another-region's-password")
	}, doctor.DockerCredentials, doctor.LoginOtherRegion, "", []string{"eu-west-1", "pratique login " + host}},
	{"logged in to another registry", func(w *ward) {
		w.dockerLogin(strings.Replace(host, owner, user, 1), "another-registry's-password")
	}, doctor.DockerCredentials, doctor.NotLoggedIn, "", []string{"not to " + host}},
	{name: "logged in to Docker Hub", inflict: func(w *ward) { w.dockerLogin("https://index.docker.io/v1/", "the-hub's-password") }, says: []string{"docker would ask without credentials"}},
	{name: "logged in", inflict: func(w *ward) { w.dockerLogin(host, w.token(w.node)) }, says: []string{"config.json holds a login of the user AWS"}},
	{"token has expired", func(w *ward) {
		w.ahead.Store(int64(-13 * time.Hour))
		password := w.token(w.user)
		w.ahead.Store(0)
		w.dockerLogin(host, password)
	}, doctor.Login, doctor.TokenExpired, "", []string{"has expired", "pratique login " + host}},
	{"token is nonsense", func(w *ward) { w.dockerLogin(host, "a-password-of-somewhere-else") }, doctor.Login, doctor.TokenRejected, "", []string{"401"}},
	{"token of Amazon has expired", func(w *ward) {
		w.dockerLogin(host, base64.StdEncoding.EncodeToString([]byte(`{"payload":"x","type":"DATA_KEY","expiration":1700000000}`)))
	}, doctor.Login, doctor.TokenRejected, "", []string{"pratique login " + host}},
	{"docker's login is somebody else's", func(w *ward) {
		w.readable()
		key := must(w.iam().CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("ec2")}))(w.t).AccessKey
		w.dockerLogin(host, w.token(aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}))
	}, doctor.Policy, "resource-missing", pull, []string{"User: arn:aws:iam::" + user + ":user/ec2", "are of somebody else than the AWS credentials, " + nodeARN}},
	{name: "STS is out of reach", inflict: func(w *ward) {
		w.config.Puller = func(_ context.Context, r endpoint.Registry) (aws.Config, error) {
			cfg := w.AWS(w.node)
			cfg.HTTPClient = &http.Client{Transport: withoutSTS{w.HTTP().Transport}}
			return cfg, nil
		}
	}, says: []string{"STS cannot be asked whose they are: no route to host", "the registry accepts the credentials from GetAuthorizationToken"}},
	{"no credentials", func(w *ward) {
		w.config.Puller = func(context.Context, endpoint.Registry) (aws.Config, error) {
			return aws.Config{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{}, errors.New("no EC2 IMDS role found")
			})}, nil
		}
	}, doctor.AWSCredentials, doctor.NoCredentials, "", nil},
	{"credentials fail", func(w *ward) {
		w.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/var/run/token"
		w.config.Puller = func(context.Context, endpoint.Registry) (aws.Config, error) {
			return aws.Config{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{}, errors.New("open /var/run/token: no such file")
			})}, nil
		}
	}, doctor.AWSCredentials, doctor.CredentialsFailed, "", []string{"open /var/run/token"}},
	{"secret key is wrong", func(w *ward) { w.node.SecretAccessKey += "x" }, doctor.Identity, doctor.CredentialsBad, "", []string{"SignatureDoesNotMatch"}},
	{"role was deleted", func(w *ward) {
		must(w.iam().DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String(nodeRole), PolicyName: aws.String("pull")}))(w.t)
		must(w.iam().DeleteRole(w.t.Context(), &iam.DeleteRoleInput{RoleName: aws.String(nodeRole)}))(w.t)
	}, doctor.Identity, doctor.CredentialsBad, "", []string{"InvalidClientTokenId"}},

	// Policies, without anybody's leave to read them: what the registry answers must do.
	{"no GetAuthorizationToken", func(w *ward) { w.allow(without(token)...) }, doctor.Policy, "identity-missing", token, []string{
		"is not authorized to perform: ecr:GetAuthorizationToken on resource: *", "AmazonEC2ContainerRegistryReadOnly",
	}},
	{name: "no GetAuthorizationToken, but a login", inflict: func(w *ward) {
		w.dockerLogin(host, w.token(w.node))
		w.allow(without(token)...)
	}, says: []string{"GetAuthorizationToken is not allowed"}},
	{"no BatchGetImage on the puller's side", func(w *ward) { w.allow(without(pull)...) }, doctor.Policy, "identity-missing", pull, []string{"because no identity-based policy allows"}},
	{"no GetDownloadUrlForLayer on the puller's side", func(w *ward) { w.allow(without(layers)...) }, doctor.Policy, "identity-missing", layers, []string{"because no identity-based policy allows"}},
	{name: "no BatchCheckLayerAvailability on the puller's side", inflict: func(w *ward) { w.allow(without(exists)...) }, says: []string{"identity-missing", exists}},
	{"no BatchGetImage on the owner's side", func(w *ward) { w.setPolicy(repositoryPolicyWithout(pull)) }, doctor.Policy, "resource-missing", pull, []string{"because no resource-based policy allows", "account " + owner}},
	{"no GetDownloadUrlForLayer on the owner's side", func(w *ward) { w.setPolicy(repositoryPolicyWithout(layers)) }, doctor.Policy, "resource-missing", layers, nil},
	{name: "no BatchCheckLayerAvailability on the owner's side", inflict: func(w *ward) { w.setPolicy(repositoryPolicyWithout(exists)) }, says: []string{`"code":"resource-missing"`, exists}},
	{"explicit deny on the puller's side", func(w *ward) { w.putRolePolicy("stop", "Deny", pull) }, doctor.Policy, "identity-deny", pull, []string{"with an explicit deny in an identity-based policy"}},
	{"explicit deny on the owner's side", func(w *ward) {
		w.setPolicy(strings.Replace(repositoryPolicyWithout(), `"Statement":[`, `"Statement":[{"Sid":"Stop","Effect":"Deny","Principal":"*","Action":"ecr:BatchGetImage"},`, 1))
	}, doctor.Policy, "resource-deny", pull, []string{"with an explicit deny in a resource-based policy"}},
	{"service control policy", func(w *ward) {
		w.organization(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*"}]}`)
	}, doctor.Policy, "scp-deny", pull, []string{"service control policy", "administers the organization"}},
	{"permissions boundary", func(w *ward) {
		arn := must(w.iam().CreatePolicy(w.t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("limit"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","sts:*","iam:*"],"Resource":"*"}}`)}))(w.t).Policy.Arn
		must(w.iam().PutRolePermissionsBoundary(w.t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String(nodeRole), PermissionsBoundary: arn}))(w.t)
	}, doctor.Policy, "boundary-missing", pull, nil},

	// The same with both sides readable.
	{"no grant, both sides readable", func(w *ward) {
		w.readable()
		w.setPolicy(repositoryPolicyWithout(pull, layers))
	}, doctor.Policy, "resource-missing", pull, []string{"add this statement to the policy of repository team/app", `"AllowPull"`}},
	{"explicit deny, both sides readable", func(w *ward) {
		w.readable()
		w.putRolePolicy("stop", "Deny", pull)
	}, doctor.Policy, "identity-deny", pull, []string{"statement 1 at stop:1:"}},
	{"role was made anew", func(w *ward) {
		w.config.Owner = w.as(&w.owner)
		must(w.iam().DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String(nodeRole), PolicyName: aws.String("pull")}))(w.t)
		must(w.iam().DeleteRole(w.t.Context(), &iam.DeleteRoleInput{RoleName: aws.String(nodeRole)}))(w.t)
		w.makeRole()
		w.allow(without()...)
		w.assume()
	}, doctor.StalePrincipal, doctor.DeletedPrincipal, "", []string{"AROA", "a principal that was deleted", "arn:aws:iam::" + user + ":role/" + nodeRole}},

	// The image.
	{"no such repository", func(w *ward) {
		w.config.Puller = w.as(&w.owner)
		w.config.Image = host + "/team/other:v1"
	}, doctor.RepositoryExists, doctor.NoRepository, "", []string{"account " + owner + " has no repository team/other"}},
	{"wrong region", func(w *ward) {
		w.config.Puller = w.as(&w.owner)
		w.env["AWS_REGION"] = servertest.Region
		w.config.Image = strings.Replace(image, "us-east-1", "eu-west-1", 1)
		w.serve(w.ca.issueNames(strings.Replace(host, "us-east-1", "eu-west-1", 1)))
	}, doctor.RepositoryExists, doctor.WrongRegion, "", []string{"it has the image in us-east-1", "pull " + image}},
	{"wrong account", func(w *ward) {
		own := strings.Replace(host, owner, user, 1)
		w.createRepository(w.user, servertest.Region)
		w.push(w.user, own, "v1", imageFor(w.t, "linux", "amd64"))
		w.allow("ecr:*")
		must(ecr.NewFromConfig(w.AWS(w.owner)).DeleteRepository(w.t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("team/app"), Force: true}))(w.t)
	}, doctor.RepositoryExists, doctor.WrongAccount, "", []string{"account " + user + ", which asks, has", "pull " + strings.Replace(image, owner, user, 1)}},
	{"no such tag", func(w *ward) {
		w.config.Image = host + "/team/app:v2"
		w.allow("ecr:*")
		w.setPolicy(grantTo(nodeRole, "ecr:*"))
	}, doctor.Manifest, doctor.NoImage, "", []string{"has no tag v2"}},
	{"no such digest", func(w *ward) { w.config.Image = host + "/team/app@sha256:" + strings.Repeat("a", 64) }, doctor.Manifest, doctor.NoImage, "", []string{"sha256:aaaa"}},
	{"wrong architecture", func(w *ward) {
		w.push(w.owner, host, "arm", imageFor(w.t, "linux", "arm64"))
		w.config.Image = host + "/team/app:arm"
	}, doctor.Platform, doctor.WrongPlatform, "", []string{"for linux/arm64, not for linux/amd64", "exec format error"}},
	{"index without the architecture", func(w *ward) {
		w.push(w.owner, host, "many", indexFor(w.t, "arm64", "s390x"))
		w.config.Image = host + "/team/app:many"
	}, doctor.Platform, doctor.WrongPlatform, "", []string{"for linux/arm64, linux/s390x, not for linux/amd64"}},
	{name: "index with the architecture", inflict: func(w *ward) {
		w.push(w.owner, host, "many", indexFor(w.t, "arm64", "amd64"))
		w.config.Image = host + "/team/app:many"
	}, says: []string{"the image is for linux/amd64"}},
	{"host of the layers has no name", func(w *ward) {
		w.layersAt(func(http.ResponseWriter, *http.Request) {})
		w.resolve = func(host string) ([]string, error) {
			if host == bucket {
				return noHost(host)
			}
			return []string{"192.0.2.10"}, nil
		}
	}, doctor.Layer, doctor.LayerBlocked, "", []string{"its name cannot be resolved", "https://" + bucket, "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"}},
	{"host of the layers refuses", func(w *ward) {
		w.serve(w.ca.issueNames(host, bucket))
		w.layersAt(func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusForbidden)
			fmt.Fprint(rw, "<Error><Code>AccessDenied</Code></Error>")
		})
	}, doctor.Layer, doctor.LayerBlocked, "", []string{"403", "gateway endpoint"}},
	{name: "layers are elsewhere", inflict: func(w *ward) {
		w.serve(w.ca.issueNames(host, bucket))
		w.layersAt(func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, `{"os":"linux","architecture":"amd64"}`) })
	}, says: []string{"from " + bucket}},
	{"disk is full", func(w *ward) { w.config.Machine.Space = func(string) (uint64, error) { return 4096, nil } }, doctor.Disk, doctor.DiskFull, "", []string{"4.0 KiB left in /var/lib/docker"}},
	{name: "one disk is full", inflict: func(w *ward) {
		w.config.Machine.Space = func(dir string) (uint64, error) {
			if dir == "/var/lib/docker" {
				return 4096, nil
			}
			return 1 << 40, nil
		}
	}, says: []string{`"code":"disk-full"`, "containerd has 1.0 TiB left"}},
}

// withoutSTS is a network that STS is not reached from.
type withoutSTS struct{ http.RoundTripper }

func (n withoutSTS) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Amz-Target") == "" {
		return nil, errors.New("no route to host")
	}
	return n.RoundTripper.RoundTrip(r)
}

// readable lets the doctor read both sides.
func (w *ward) readable() {
	w.putRolePolicy("read", "Allow", "iam:Get*", "iam:List*")
	w.config.Owner = w.as(&w.owner)
}

// indexFor is an index of images for Linux.
func indexFor(t *testing.T, architectures ...string) v1.ImageIndex {
	t.Helper()
	index := mutate.IndexMediaType(empty.Index, "application/vnd.oci.image.index.v1+json")
	for _, arch := range architectures {
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: imageFor(t, "linux", arch), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	return index
}

// Each fault is called by its name, and no secret is.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t)
			f.inflict(w)
			begun := time.Now()
			report, err := doctor.Run(t.Context(), w.config)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took > doctor.DefaultTimeout {
				t.Errorf("it took %v", took)
			}
			text := string(must(json.Marshal(report))(t))
			for _, s := range w.secrets {
				if strings.Contains(text, s) {
					t.Errorf("the report has the secret %.12s… in it", s)
				}
			}
			if f.check == "" {
				if report.Verdict != doctor.Healthy || report.Cause != nil {
					t.Fatalf("a pull that works is said to fail: %s", text)
				}
			} else {
				if report.Verdict != doctor.Fails || report.Cause == nil {
					t.Fatalf("no fault was found: %s", text)
				}
				c := report.Cause
				if c.Check != f.check || c.Code != f.code || c.Subject != f.subject || c.What == "" || len(c.Do) == 0 {
					t.Errorf("cause %+v; want %s %s %s\n%s", c, f.check, f.code, f.subject, text)
				}
				text = strings.Join(append([]string{c.What}, c.Do...), "\n")
				if found := report.Find(c.Check, c.Subject); found != nil {
					text += strings.Join(found.Details, "\n")
				}
			}
			for _, s := range f.says {
				if !strings.Contains(text, s) {
					t.Errorf("it does not say %q:\n%s", s, text)
				}
			}
		})
	}
}

// A machine where nothing ever answers is examined in the time that was given.
func TestTime(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	silent := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	w.config.Machine.Resolve = func(ctx context.Context, _ string) ([]string, error) { return nil, silent(ctx) }
	w.config.Puller = func(ctx context.Context, _ endpoint.Registry) (aws.Config, error) { return aws.Config{}, silent(ctx) }
	w.config.Timeout, w.config.CheckTimeout = 500*time.Millisecond, time.Hour
	begun := time.Now()
	r, err := doctor.Run(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if r.Cause == nil || r.Cause.Code != doctor.NameUnknown {
		t.Errorf("cause %+v", r.Cause)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := doctor.Run(ctx, w.config); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Where the host names no account, docker's login is all there is.
func TestBareHost(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.serve(w.ca.issueNames("registry.example.com"))
	w.config.Image = "registry.example.com/team/app:v1"
	run := func() *doctor.Report { t.Helper(); return must(doctor.Run(t.Context(), w.config))(t) }
	if r := run(); r.Cause == nil || r.Cause.Code != doctor.NotLoggedIn || r.Cause.Check != doctor.Login {
		t.Errorf("without a login: %+v", r.Cause)
	}
	w.dockerLogin("registry.example.com", w.token(w.owner))
	// The server takes the name for its default account, the one with the lowest id.
	if r := run(); r.Cause == nil || !strings.Contains(r.Cause.What, "team/app") {
		t.Errorf("with a login: %+v", r.Cause)
	}
	w.createRepository(w.user, servertest.Region)
	w.push(w.user, strings.Replace(host, owner, user, 1), "v1", imageFor(t, "linux", "amd64"))
	w.dockerLogin("registry.example.com", w.token(w.user))
	if r := run(); r.Verdict != doctor.Healthy {
		t.Errorf("with everything: %+v", r.Cause)
	}
}
