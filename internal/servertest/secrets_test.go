package servertest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
	"github.com/pratique-dev/pratique/internal/server"
)

// lockedBuffer is a buffer that a server may log to.
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

// sentSecrets notes the Authorization header of every request it sends.
type sentSecrets struct {
	next http.RoundTripper
	mu   sync.Mutex
	seen map[string]bool
}

func (s *sentSecrets) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.seen[r.Header.Get("Authorization")] = true
	s.mu.Unlock()
	return s.next.RoundTrip(r)
}

// After all the things that a server does, well and badly, none of the
// secrets it was given or gave is in its log, its audit log or its database.
func TestSecretsStaySecret(t *testing.T) {
	var log lockedBuffer
	issuer := oidctest.New(t, "")
	w := newWorld(t, func(c *server.Config) {
		c.OIDCCAFile, c.OIDCResolve = issuer.CAFile(), issuer.Resolve()
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	})
	secrets := map[string]string{}
	keep := func(name, secret string) {
		if len(secret) < 16 {
			t.Fatalf("%s is no secret: %q", name, secret)
		}
		secrets[name] = secret
	}
	keep("secret key of the root user", w.root.SecretAccessKey)

	// The story, with its failures.
	w.repository("team/app")
	img := w.push("team/app:v1", 1000, 2)
	node := w.node()
	keep("secret key of the session", node.SecretAccessKey)
	keep("session token", node.SessionToken)
	ownerToken, token := w.token(w.root), w.token(node)
	keep("registry token of the root user", ownerToken)
	keep("registry token of the session", token)
	w.deniedPull(token, noResourcePolicy)
	w.grant("team/app", user)
	if err := w.pull("team/app:v1", token, img); err != nil {
		t.Fatal(err)
	}
	layer, _ := layerOf(t, img)
	url := w.layerURL("team/app", layer)
	keep("layer URL", url[strings.LastIndex(url, "/")+1:])
	w.download("GET", url)
	w.download("GET", flip(url, len(url)-1))
	w.download("POST", url)
	key := must(w.iam(w.root).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{}))(t).AccessKey
	keep("secret key from the API", *key.SecretAccessKey)

	// Public registries.
	public := &publicWorld{world: w}
	password := public.publicToken(w.root)
	keep("password of the public registries", password)
	bearer := public.bearer(password)
	keep("bearer token", bearer)
	for _, b := range []string{bearer, flip(bearer, len(bearer)-1)} {
		public.publicRequest("GET", "/v2/", b)
	}

	// Sessions of other kinds, and the tokens that they are made from.
	federated := must(sts.NewFromConfig(w.AWS(w.root)).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("bob")}))(t).Credentials
	keep("secret key of the federated user", *federated.SecretAccessKey)
	keep("session token of the federated user", *federated.SessionToken)
	_, err := w.IAM().CreateOIDCProvider(t.Context(), owner, issuer.URL, []string{"registry"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	role := must(w.IAM().CreateRole(t.Context(), owner, engine.NewRole{Name: "web", Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Principal":{"Federated":"arn:aws:iam::` + owner + `:oidc-provider/` + oidctest.Host + `"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`}))(t)
	for name, changes := range map[string]map[string]any{"good": nil, "expired": {"exp": 1}, "for another": {"aud": "x"}, "of another": {"iss": "https://x"}} {
		raw := issuer.Sign("first", issuer.Claims(time.Now(), "registry", changes))
		keep("web identity token, "+name, raw[strings.Index(raw, ".")+1:])
		for _, token := range []string{raw, flip(raw, len(raw)-10)} {
			in := &sts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String(role.ARN()), RoleSessionName: aws.String("web"), WebIdentityToken: aws.String(token)}
			out, err := sts.NewFromConfig(w.AWS(aws.Credentials{})).AssumeRoleWithWebIdentity(t.Context(), in)
			if err == nil {
				keep("secret key of the web identity", *out.Credentials.SecretAccessKey)
				keep("session token of the web identity", *out.Credentials.SessionToken)
			}
			if good := changes == nil && token == raw; good != (err == nil) {
				t.Errorf("web identity token, %s: %v", name, err)
			}
			readAnswer(t, must(w.HTTP().Get(w.URL()+"/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=web&RoleArn="+
				neturl.QueryEscape(role.ARN())+"&WebIdentityToken="+neturl.QueryEscape(token)))(t))
		}
	}

	// Tokens for others, root sessions of another account, and what is traded in for nothing.
	must(w.iam(w.root).EnableOutboundWebIdentityFederation(t.Context(), nil))(t)
	for _, algorithm := range []string{"RS256", "ES384"} {
		out := must(sts.NewFromConfig(w.AWS(w.root)).GetWebIdentityToken(t.Context(), &sts.GetWebIdentityTokenInput{Audience: []string{"x"}, SigningAlgorithm: &algorithm}))(t)
		keep("identity token, "+algorithm, (*out.WebIdentityToken)[strings.Index(*out.WebIdentityToken, ".")+1:])
	}
	rooted := w.rootSession()
	keep("secret key of the root session", rooted.SecretAccessKey)
	keep("session token of the root session", rooted.SessionToken)
	const tradeIn = "tradeInTradeInTradeInTradeIn"
	keep("trade-in token", tradeIn)
	if _, err := sts.NewFromConfig(w.AWS(w.root)).GetDelegatedAccessToken(t.Context(), &sts.GetDelegatedAccessTokenInput{TradeInToken: aws.String(tradeIn)}); err == nil {
		t.Error("a trade-in token was good")
	}

	// Secrets where they do not belong.
	const misplaced = "misplacedMisplacedMisplaced"
	keep("secrets in the wrong place", misplaced)
	seen := &sentSecrets{seen: map[string]bool{}}
	send := func(r *http.Request) {
		t.Helper()
		c := w.HTTP()
		seen.next = c.Transport
		c.Transport = seen
		readAnswer(t, must(c.Do(r))(t))
	}
	for _, password := range []string{ownerToken, flip(token, 30), misplaced, ""} {
		for _, path := range []string{"/v2/", "/v2/team/app/manifests/v1", "/v2/team/none/tags/list", "/", "/none"} {
			r := w.request("GET", owner, path, "")
			r.SetBasicAuth("AWS", password)
			send(r)
			r = w.request("GET", owner, path, "")
			r.SetBasicAuth(misplaced, password)
			send(r)
		}
	}
	for _, header := range []string{"Bearer " + misplaced, "AWS4-HMAC-SHA256 " + misplaced, "AWS4-HMAC-SHA256 Credential=" + misplaced + "/x, Signature=" + misplaced, misplaced} {
		for _, path := range []string{"/v2/", "/", "/layers/" + misplaced} {
			r := w.request("POST", owner, path, "{}")
			r.Header.Set("Authorization", header)
			r.Header.Set("X-Amz-Security-Token", misplaced)
			r.Header.Set("X-Amz-Target", ecrTarget+"CreateRepository")
			r.Header.Set("Content-Type", jsonType)
			send(r)
		}
	}
	w.call(w.ecrCall("GetAuthorizationToken", "{}").with(func(c *apiCall) {
		c.credentials = aws.Credentials{AccessKeyID: node.AccessKeyID, SecretAccessKey: misplaced, SessionToken: flip(node.SessionToken, 50)}
	}))
	presigned := w.queryCall("sts", "2011-06-15", "GetCallerIdentity", "").with(func(c *apiCall) {
		c.method, c.path, c.body, c.header, c.presign = "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "", nil, true
		c.credentials = node
		c.afterSigning = func(r *http.Request) { keep("presigned signature", r.URL.Query().Get("X-Amz-Signature")) }
	})
	if a := w.call(presigned); a.status != 200 {
		t.Errorf("presigned: %d %s", a.status, a.body)
	}
	for authorization := range seen.seen {
		if _, credentials, _ := strings.Cut(authorization, " "); len(credentials) >= 16 {
			keep("Authorization: "+authorization, credentials)
		}
	}
	keyFile := must(os.ReadFile(filepath.Join(w.dir, server.KeyFile)))(t)
	for _, word := range strings.Fields(string(keyFile)) {
		if len(word) >= 32 {
			keep("key file: "+word, word)
		}
	}

	w.Stop() // so that all of it is on disk
	places := map[string]string{"log": log.String()}
	err = filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it: %v %v", path, info.Mode(), err)
		}
		if name := must(filepath.Rel(w.dir, path))(t); name != server.KeyFile {
			places[name] = string(must(os.ReadFile(path))(t))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"log", server.AuditFile} {
		if n := strings.Count(places[name], "\n"); n < 50 || !strings.Contains(places[name], node.AccessKeyID) {
			t.Errorf("%s has %d lines: is it the right one?", name, n)
		}
	}
	for place, text := range places {
		for name, oid := range map[string]string{"RSA": "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "P-384": "\x2b\x81\x04\x00\x22"} {
			if strings.Contains(text, oid) { // public keys are stored as JSON, private ones as DER, which has it
				t.Errorf("%s holds a private key for %s", place, name)
			}
		}
		for name, secret := range secrets {
			for how, form := range map[string]string{
				"as it is": secret, "in base64": base64.RawStdEncoding.EncodeToString([]byte(secret)), "in hex": hex.EncodeToString([]byte(secret)), "escaped": neturl.QueryEscape(secret),
			} {
				if strings.Contains(text, form) {
					i := strings.Index(text, form)
					t.Errorf("%s holds %s %s: …%.300s", place, name, how, text[max(0, i-200):])
				}
			}
		}
	}
}

// rootSession takes a session of the root user of an account in an organization that the owner founds.
func (w *world) rootSession() aws.Credentials {
	t, ctx := w.t, w.t.Context()
	org := organizations.NewFromConfig(w.AWS(w.root))
	must(org.CreateOrganization(ctx, nil))(t)
	member := organizations.NewFromConfig(w.AWS(w.Account("555555555555")))
	invited := must(org.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{
		Target: &orgtypes.HandshakeParty{Id: aws.String("555555555555"), Type: orgtypes.HandshakePartyTypeAccount},
	}))(t)
	must(member.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: invited.Handshake.Id}))(t)
	must(org.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: aws.String("iam.amazonaws.com")}))(t)
	must(w.iam(w.root).EnableOrganizationsRootCredentialsManagement(ctx, nil))(t)
	must(w.iam(w.root).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ops")}))(t)
	must(w.iam(w.root).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("ops"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}))(t)
	key := must(w.iam(w.root).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ops")}))(t).AccessKey
	ops := w.AWS(aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey})
	out := must(sts.NewFromConfig(ops).AssumeRoot(ctx, &sts.AssumeRootInput{
		TargetPrincipal: aws.String("555555555555"),
		TaskPolicyArn:   &ststypes.PolicyDescriptorType{Arn: aws.String("arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials")},
	}))(t).Credentials
	session := aws.Credentials{AccessKeyID: *out.AccessKeyId, SecretAccessKey: *out.SecretAccessKey, SessionToken: *out.SessionToken}
	must(w.iam(session).ListAccessKeys(ctx, nil))(t)
	return session
}
