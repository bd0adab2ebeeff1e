package stsapi_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go/middleware"
	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/server"
)

// issue makes the calling account an issuer and returns its URL.
func (w *world) issue() string {
	w.t.Helper()
	out, err := iam.NewFromConfig(w.AWS(w.root)).EnableOutboundWebIdentityFederation(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.IssuerIdentifier
}

// trustCA makes the clients of a server trust certificates of an authority.
func (w *world) trustCA(file string) {
	w.t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	w.HTTP().Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func iamTags(key, value string) []iamtypes.Tag {
	return []iamtypes.Tag{{Key: &key, Value: &value}}
}

func forAudience(audience ...string) *sts.GetWebIdentityTokenInput {
	return &sts.GetWebIdentityTokenInput{Audience: audience, SigningAlgorithm: aws.String("ES384")}
}

func (w *world) token(by aws.Credentials, in *sts.GetWebIdentityTokenInput) string {
	w.t.Helper()
	out, err := w.sts(by).GetWebIdentityToken(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.WebIdentityToken
}

// verify verifies a token as anyone may who knows the issuer's URL.
func (w *world) verify(issuer, audience, raw string) (*gooidc.IDToken, error) {
	w.t.Helper()
	ctx := gooidc.ClientContext(w.t.Context(), w.HTTP())
	p, err := gooidc.NewProvider(ctx, issuer)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Verifier(&gooidc.Config{ClientID: audience, Now: w.now}).Verify(ctx, raw)
}

func TestGetWebIdentityToken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	issuer := w.issue()
	if _, err := organizations.NewFromConfig(w.AWS(w.root)).CreateOrganization(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := iam.NewFromConfig(w.AWS(w.root)).TagUser(ctx, &iam.TagUserInput{UserName: aws.String("alice"), Tags: iamTags("Team", "a")}); err != nil {
		t.Fatal(err)
	}
	for _, algorithm := range []string{"RS256", "ES384"} {
		out, err := w.sts(w.alice).GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{
			Audience: []string{"https://api.example.com"}, SigningAlgorithm: &algorithm, DurationSeconds: aws.Int32(60),
			Tags: []types.Tag{{Key: aws.String("job"), Value: aws.String("7")}, {Key: aws.String("Empty"), Value: aws.String("")}},
		})
		if err != nil {
			t.Fatal(err)
		}
		token, err := w.verify(issuer, "https://api.example.com", *out.WebIdentityToken)
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		var claims map[string]any
		if err := token.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		of := claims["https://sts.amazonaws.com/"].(map[string]any)
		if id, _ := of["org_id"].(string); !strings.HasPrefix(id, "o-") || !strings.HasPrefix(of["ou_path"].(string), id+"/r-") {
			t.Errorf("%s: organization %v", algorithm, of)
		}
		delete(of, "org_id")
		delete(of, "ou_path")
		want := map[string]any{
			"aws_account": caller, "source_region": "us-east-1", "principal_tags": map[string]any{"Team": "a"},
			"request_tags": map[string]any{"job": "7", "Empty": ""},
		}
		if diff := cmp.Diff(want, of); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", algorithm, diff)
		}
		if token.Issuer != issuer || token.Subject != aliceARN || token.Expiry.Sub(token.IssuedAt) != time.Minute || !token.Expiry.Equal(*out.Expiration) ||
			claims["aud"] != "https://api.example.com" || len(claims["jti"].(string)) < 32 {
			t.Errorf("%s: %+v", algorithm, claims)
		}
		if _, err := w.verify(issuer, "https://other.example.com", *out.WebIdentityToken); err == nil {
			t.Errorf("%s: good for another audience", algorithm)
		}
		parts := strings.Split(*out.WebIdentityToken, ".")
		parts[1] = strings.Split(w.token(w.alice, forAudience("https://api.example.com")), ".")[1]
		if _, err := w.verify(issuer, "https://api.example.com", strings.Join(parts, ".")); err == nil {
			t.Errorf("%s: tampered with, and verified", algorithm)
		}
	}

	// Several audiences, and the default duration.
	token, err := w.verify(issuer, "b", w.token(w.alice, forAudience("a", "b")))
	if err != nil || !cmp.Equal(token.Audience, []string{"a", "b"}) || token.Expiry.Sub(token.IssuedAt) != 5*time.Minute {
		t.Errorf("%+v, %v", token, err)
	}
}

// A session of a role tells the role, what it came with, and when it ends.
func TestWebIdentityTokenOfSession(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	issuer := w.issue()
	root := iam.NewFromConfig(w.AWS(w.root))
	_, err := root.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("job"), Path: aws.String("/ci/"), Tags: iamTags("Team", "role"),
		AssumeRolePolicyDocument: aws.String(trust(aliceARN, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`, ""))})
	if err != nil {
		t.Fatal(err)
	}
	doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*"}}`
	if _, err := root.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("job"), PolicyName: aws.String("own"), PolicyDocument: &doc}); err != nil {
		t.Fatal(err)
	}
	session, out := w.assume(w.alice, assume("arn:aws:iam::111111111111:role/ci/job", func(in *sts.AssumeRoleInput) {
		in.Tags, in.SourceIdentity, in.DurationSeconds = []types.Tag{{Key: aws.String("team"), Value: aws.String("session")}}, aws.String("alice"), aws.Int32(900)
	}))
	token, err := w.verify(issuer, "a", w.token(session, forAudience("a")))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Of map[string]any `json:"https://sts.amazonaws.com/"`
	}
	if err := token.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"aws_account": caller, "source_region": "us-east-1", "principal_tags": map[string]any{"team": "session"}, "source_identity": "alice",
		"original_session_exp": out.Credentials.Expiration.UTC().Format(time.RFC3339),
	}
	if diff := cmp.Diff(want, claims.Of); diff != "" || token.Subject != "arn:aws:iam::111111111111:role/ci/job" {
		t.Errorf("%s (-want +got):\n%s", token.Subject, diff)
	}
	long := forAudience("a")
	long.DurationSeconds = aws.Int32(3600)
	_, err = w.sts(session).GetWebIdentityToken(ctx, long)
	wantError(t, err, "SessionDurationEscalationException", http.StatusForbidden, "beyond its original expiration time")
	tagged := forAudience("a")
	tagged.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	_, err = w.sts(session).GetWebIdentityToken(ctx, tagged)
	wantError(t, err, "AccessDenied", http.StatusForbidden, "is not authorized to perform: sts:TagGetWebIdentityToken on resource: * because no identity-based policy allows the sts:TagGetWebIdentityToken action")
}

func TestGetWebIdentityTokenRefused(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	get := func(by aws.Credentials, change func(*sts.GetWebIdentityTokenInput)) error {
		in := forAudience("https://api.example.com")
		change(in)
		_, err := w.sts(by).GetWebIdentityToken(ctx, in)
		return err
	}
	same := func(*sts.GetWebIdentityTokenInput) {}
	wantError(t, get(w.alice, same), "OutboundWebIdentityFederationDisabledException", http.StatusForbidden, "not enabled for this account")
	w.issue()
	wantError(t, get(w.owner, same), "OutboundWebIdentityFederationDisabledException", http.StatusForbidden, "") // another account is not

	for message, change := range map[string]func(*sts.GetWebIdentityTokenInput){
		"Member must satisfy enum value set: [RS256, ES384]": func(in *sts.GetWebIdentityTokenInput) { in.SigningAlgorithm = aws.String("HS256") },
		"greater than or equal to 60":                        func(in *sts.GetWebIdentityTokenInput) { in.DurationSeconds = aws.Int32(59) },
		"less than or equal to 3600":                         func(in *sts.GetWebIdentityTokenInput) { in.DurationSeconds = aws.Int32(3601) },
		"less than or equal to 10":                           func(in *sts.GetWebIdentityTokenInput) { in.Audience = strings.Split("a b c d e f g h i j k", " ") },
		"at 'audience'":                                      func(in *sts.GetWebIdentityTokenInput) { in.Audience = []string{} },
	} {
		wantError(t, get(w.alice, change), "ValidationError", http.StatusBadRequest, message)
	}
	wantError(t, get(w.alice, func(in *sts.GetWebIdentityTokenInput) {
		in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("")}, {Key: aws.String("A"), Value: aws.String("")}}
	}), "InvalidParameterValue", http.StatusBadRequest, "Duplicate tag keys")
	wantError(t, get(w.alice, func(in *sts.GetWebIdentityTokenInput) {
		for i := range 50 {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(fmt.Sprint(strings.Repeat("k", 120), i)), Value: aws.String(strings.Repeat("v", 256))})
		}
	}), "JWTPayloadSizeExceededException", http.StatusBadRequest, "exceeds the maximum allowed size")
	_, err := sts.NewFromConfig(w.AWS(w.alice), func(o *sts.Options) { o.BaseEndpoint = aws.String("http://sts.amazonaws.com") }).GetWebIdentityToken(ctx, forAudience("a"))
	wantError(t, err, "ValidationError", http.StatusBadRequest, "global endpoint")

	// Who may, for whom, how.
	temporary, err := w.sts(w.alice).GetSessionToken(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, get(credentialsOf(temporary.Credentials), same), "AccessDenied", http.StatusForbidden, "Cannot call GetWebIdentityToken with session credentials")
	w.allow("alice", "sts:AssumeRole", "*")
	const noAllow = "is not authorized to perform: sts:GetWebIdentityToken on resource: * because no identity-based policy allows the sts:GetWebIdentityToken action"
	wantError(t, get(w.alice, same), "AccessDenied", http.StatusForbidden, noAllow)
	doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*","Condition":{
		"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":"https://api.example.com"},
		"StringEquals":{"sts:SigningAlgorithm":"ES384"},"NumericLessThanEquals":{"sts:DurationSeconds":"300"}}}}`
	_, err = iam.NewFromConfig(w.AWS(w.root)).PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("alice"), PolicyName: aws.String("own"), PolicyDocument: &doc})
	if err != nil {
		t.Fatal(err)
	}
	if err := get(w.alice, same); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*sts.GetWebIdentityTokenInput){
		func(in *sts.GetWebIdentityTokenInput) { in.Audience = append(in.Audience, "https://other.example.com") },
		func(in *sts.GetWebIdentityTokenInput) { in.SigningAlgorithm = aws.String("RS256") },
		func(in *sts.GetWebIdentityTokenInput) { in.DurationSeconds = aws.Int32(301) },
	} {
		wantError(t, get(w.alice, change), "AccessDenied", http.StatusForbidden, noAllow)
	}
}

// A trade-in token comes from a product provider, and there are none.
func TestGetDelegatedAccessToken(t *testing.T) {
	w := newWorld(t)
	_, err := w.sts(w.alice).GetDelegatedAccessToken(t.Context(), &sts.GetDelegatedAccessTokenInput{TradeInToken: aws.String("x")})
	wantError(t, err, "ExpiredTradeInTokenException", http.StatusBadRequest, "has expired and can no longer be exchanged")
	_, err = w.sts(w.alice).GetDelegatedAccessToken(t.Context(), &sts.GetDelegatedAccessTokenInput{}, func(o *sts.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			_, err := s.Initialize.Remove("OperationInputValidation") // the SDK's own
			return err
		})
	})
	wantError(t, err, "ValidationError", http.StatusBadRequest, "tradeInToken")
	w.allow("alice", "sts:AssumeRole", "*")
	_, err = w.sts(w.alice).GetDelegatedAccessToken(t.Context(), &sts.GetDelegatedAccessTokenInput{TradeInToken: aws.String("x")})
	wantError(t, err, "AccessDenied", http.StatusForbidden, "sts:GetDelegatedAccessToken")
}

// Disabling ends the making of tokens, not the lives of those that were made; enabling anew makes new keys for the same issuer.
func TestIssuerLife(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := iam.NewFromConfig(w.AWS(w.root))
	const disabled = "The request failed because outbound identity federation is disabled for your AWS account."
	_, err := root.GetOutboundWebIdentityFederationInfo(ctx, nil)
	wantError(t, err, "FeatureDisabled", http.StatusNotFound, disabled)
	_, err = root.DisableOutboundWebIdentityFederation(ctx, nil)
	wantError(t, err, "FeatureDisabled", http.StatusNotFound, disabled)
	issuer := w.issue()
	info, err := root.GetOutboundWebIdentityFederationInfo(ctx, nil)
	if err != nil || *info.IssuerIdentifier != issuer || !info.JwtVendingEnabled || !strings.HasPrefix(issuer, w.URL()+"/oidc/") {
		t.Errorf("%+v, %v, enabled as %s", info, err, issuer)
	}
	_, err = root.EnableOutboundWebIdentityFederation(ctx, nil)
	wantError(t, err, "FeatureEnabled", http.StatusConflict, "already enabled")

	old := w.token(w.alice, forAudience("a"))
	if _, err := root.DisableOutboundWebIdentityFederation(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err = w.sts(w.alice).GetWebIdentityToken(ctx, forAudience("a"))
	wantError(t, err, "OutboundWebIdentityFederationDisabledException", http.StatusForbidden, "")
	if _, err := w.verify(issuer, "a", old); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	if again := w.issue(); again != issuer {
		t.Errorf("enabled again as %s, was %s", again, issuer)
	}
	anew := w.token(w.alice, forAudience("a"))
	for name, token := range map[string]string{"old": old, "new": anew} {
		if _, err := w.verify(issuer, "a", token); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if strings.Split(old, ".")[0] == strings.Split(anew, ".")[0] {
		t.Error("the keys are the old ones")
	}
	w.shift.Store(int64(time.Hour + time.Minute))
	var set struct{ Keys []map[string]any }
	w.document(issuer+"/.well-known/jwks.json", &set)
	if len(set.Keys) != 2 {
		t.Errorf("%d keys, an hour after the others were retired", len(set.Keys))
	}
	for _, k := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if k[private] != nil {
				t.Errorf("the key set shows %s", private)
			}
		}
		if k["use"] != "sig" || k["kid"] == nil || k["alg"] == nil {
			t.Errorf("key %v", k)
		}
	}
}

// document reads a JSON document that anyone may read.
func (w *world) document(url string, into any) {
	w.t.Helper()
	res, err := w.HTTP().Get(url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json" || res.Header.Get("Cache-Control") != "public, max-age=300" {
		w.t.Errorf("%s: %s, %v", url, res.Status, res.Header)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		w.t.Fatal(err)
	}
}

func TestIssuerDocuments(t *testing.T) {
	w := newWorld(t)
	issuer := w.issue()
	var about map[string]any
	w.document(issuer+"/.well-known/openid-configuration", &about)
	want := map[string]any{
		"issuer": issuer, "jwks_uri": issuer + "/.well-known/jwks.json", "subject_types_supported": []any{"public"},
		"id_token_signing_alg_values_supported": []any{"RS256", "ES384"},
		"claims_supported":                      []any{"sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"},
	}
	if diff := cmp.Diff(want, about); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		method, url string
		status      int
	}{
		{"GET", w.URL() + "/oidc/", 404},
		{"GET", w.URL() + "/oidc/none/.well-known/jwks.json", 404},
		{"GET", issuer, 404},
		{"GET", issuer + "/", 404},
		{"GET", issuer + "/.well-known/jwks.json/x", 404},
		{"HEAD", issuer + "/.well-known/jwks.json", 200},
		{"POST", issuer + "/.well-known/jwks.json", 405},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := w.HTTP().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tt.status {
			t.Errorf("%s %s: %s, want %d", tt.method, tt.url, res.Status, tt.status)
		}
	}
}

// One Pratique lets in whom another vouches for.
func TestFederationBetweenServers(t *testing.T) {
	var dir string
	issuing := newWorld(t, func(c *server.Config) {
		dir, c.TLSSelfSigned, c.IssuerURL = c.DataDir, true, "https://localhost/"
	})
	issuing.trustCA(filepath.Join(dir, server.CAFile))
	issuer := issuing.issue()
	if !strings.HasPrefix(issuer, "https://localhost/oidc/") {
		t.Fatalf("the issuer is %s", issuer)
	}
	trusting := newWorld(t, func(c *server.Config) {
		c.OIDCCAFile, c.OIDCResolve = filepath.Join(dir, server.CAFile), map[string]string{"localhost": issuing.Addr()}
	})
	provider, err := trusting.iam.CreateOpenIDConnectProvider(t.Context(), &iam.CreateOpenIDConnectProviderInput{Url: &issuer, ClientIDList: []string{"registry"}})
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.TrimPrefix(issuer, "https://")
	role := trusting.role("partner", fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":%q},
		"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"%s:aud":"registry","%s:sub":%q}}}}`,
		*provider.OpenIDConnectProviderArn, bare, bare, aliceARN))
	exchange := func(token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		return trusting.sts(aws.Credentials{}).AssumeRoleWithWebIdentity(t.Context(),
			&sts.AssumeRoleWithWebIdentityInput{RoleArn: &role, RoleSessionName: aws.String("alice"), WebIdentityToken: &token})
	}
	for _, algorithm := range []string{"RS256", "ES384"} {
		in := forAudience("registry")
		in.SigningAlgorithm = &algorithm
		out, err := exchange(issuing.token(issuing.alice, in))
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		if *out.SubjectFromWebIdentityToken != aliceARN {
			t.Errorf("subject %s", *out.SubjectFromWebIdentityToken)
		}
		if arn, _ := trusting.identity(credentialsOf(out.Credentials)); arn != "arn:aws:sts::222222222222:assumed-role/partner/alice" {
			t.Errorf("session is %s", arn)
		}
	}
	_, err = exchange(issuing.token(issuing.alice, forAudience("somebody")))
	wantError(t, err, "InvalidIdentityToken", http.StatusBadRequest, "Incorrect token audience")
	_, err = exchange(issuing.token(issuing.root, forAudience("registry")))
	wantError(t, err, "AccessDenied", http.StatusForbidden, notAuthorized)
}
