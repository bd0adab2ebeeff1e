package stsapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/go-jose/go-jose/v4"

	"github.com/pratique-dev/pratique/internal/oidc/oidctest"
	"github.com/pratique-dev/pratique/internal/server"
)

const (
	clusterURL  = "example.com/cluster/1"
	clusterARN  = "arn:aws:iam::222222222222:oidc-provider/" + clusterURL
	runner      = "system:serviceaccount:build:runner"
	awsAudience = "sts.amazonaws.com"
)

// cluster is a world with an issuer that the owning account trusts.
type cluster struct {
	*world
	issuer *oidctest.Issuer
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{issuer: oidctest.New(t, "/cluster/1")}
	c.world = newWorld(t, func(s *server.Config) { s.OIDCCAFile, s.OIDCResolve = c.issuer.CAFile(), c.issuer.Resolve() })
	_, err := c.iam.CreateOpenIDConnectProvider(t.Context(), &iam.CreateOpenIDConnectProviderInput{
		Url: &c.issuer.URL, ClientIDList: []string{awsAudience}, ThumbprintList: []string{strings.Repeat("0", 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// federated is a trust policy of one statement for the cluster.
func federated(actions, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},"Action":%s%s}]}`, clusterARN, actions, condition)
}

const (
	assumeWeb  = `"sts:AssumeRoleWithWebIdentity"`
	onlyRunner = `{"StringEquals":{"` + clusterURL + `:sub":"` + runner + `","` + clusterURL + `:aud":"` + awsAudience + `"}}`
)

func (c *cluster) token(changes map[string]any) string {
	return c.issuer.Sign("first", c.issuer.Claims(c.now(), awsAudience, changes))
}

func (c *cluster) exchange(role, token string, more ...func(*sts.AssumeRoleWithWebIdentityInput)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	in := &sts.AssumeRoleWithWebIdentityInput{RoleArn: &role, RoleSessionName: aws.String("pod-1"), WebIdentityToken: &token}
	for _, f := range more {
		f(in)
	}
	return c.sts(aws.Credentials{}).AssumeRoleWithWebIdentity(c.t.Context(), in)
}

func (c *cluster) want(err error, code string, status int, message string) {
	c.t.Helper()
	wantError(c.t, err, code, status, message)
}

const notAuthorized = "Not authorized to perform sts:AssumeRoleWithWebIdentity"

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	c := newCluster(t)
	role := c.role("runner", federated(assumeWeb, onlyRunner))
	out, err := c.exchange(role, c.token(nil))
	if err != nil {
		t.Fatal(err)
	}
	if *out.Provider != clusterARN || *out.Audience != awsAudience || *out.SubjectFromWebIdentityToken != runner || out.SourceIdentity != nil ||
		*out.AssumedRoleUser.Arn != "arn:aws:sts::222222222222:assumed-role/runner/pod-1" {
		t.Errorf("answer %+v", out)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("expires in %v", left)
	}
	if arn, id := c.identity(credentialsOf(out.Credentials)); arn != *out.AssumedRoleUser.Arn || id != *out.AssumedRoleUser.AssumedRoleId {
		t.Errorf("session is %s, %s", arn, id)
	}

	// Whom the trust policy does not mean, and roles that are not there, look alike.
	other := c.token(map[string]any{"sub": "system:serviceaccount:build:other"})
	for _, in := range [][2]string{
		{role, other},
		{"arn:aws:iam::222222222222:role/eks/gone", c.token(nil)},
		{"arn:aws:iam::222222222222:role/runner", c.token(nil)}, // the path is missing
		{c.role("users", trust(owner, `"sts:AssumeRole"`, "")), c.token(nil)},
		{c.role("anyone", trust("*", assumeWeb, "")), c.token(nil)},
		{c.role("elsewhere", strings.ReplaceAll(federated(assumeWeb, ""), "222222222222:oidc", "111111111111:oidc")), c.token(nil)},
		{c.role("wrong-action", federated(`"sts:TagSession"`, "")), c.token(nil)},
	} {
		_, err := c.exchange(in[0], in[1])
		c.want(err, "AccessDenied", 403, notAuthorized)
	}
	_, err = c.exchange("arn:aws:iam::222222222222", c.token(nil))
	c.want(err, "ValidationError", 400, "arn:aws:iam::222222222222 is invalid")
	_, err = c.exchange(role, c.token(nil), func(in *sts.AssumeRoleWithWebIdentityInput) { in.DurationSeconds = aws.Int32(3601) })
	c.want(err, "ValidationError", 400, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	_, err = c.exchange(role, c.token(nil), func(in *sts.AssumeRoleWithWebIdentityInput) { in.ProviderId = aws.String("www.amazon.com") })
	c.want(err, "InvalidIdentityToken", 400, "www.amazon.com")
}

func TestWebIdentityTokenRefused(t *testing.T) {
	c := newCluster(t)
	role := c.role("runner", federated(assumeWeb, onlyRunner))
	claims := c.issuer.Claims(c.now(), awsAudience, nil)
	public, err := x509.MarshalPKIXPublicKey(c.issuer.Public("first"))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(c.token(nil), ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	const (
		notJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
		noKey  = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
	)
	for what, tt := range map[string]struct{ token, code, message string }{
		"no token":       {"abcd", "InvalidIdentityToken", notJWT},
		"none":           {none, "InvalidIdentityToken", notJWT},
		"HS256":          {oidctest.SignWith(t, jose.HS256, public, "first", claims), "InvalidIdentityToken", notJWT},
		"tampered":       {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://`+clusterURL+`","sub":"`+runner+`","aud":"`+awsAudience+`","exp":99999999999}`)) + "." + parts[2], "InvalidIdentityToken", "The signature of the token is not valid"},
		"stranger":       {oidctest.SignWith(t, jose.ES256, stranger, "first", claims), "InvalidIdentityToken", "The signature of the token is not valid"},
		"unknown key":    {oidctest.SignWith(t, jose.ES256, stranger, "none", claims), "InvalidIdentityToken", noKey},
		"audience":       {c.token(map[string]any{"aud": "registry"}), "InvalidIdentityToken", "Incorrect token audience"},
		"issuer":         {c.token(map[string]any{"iss": "https://example.com/cluster/2"}), "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://example.com/cluster/2"},
		"issuer in http": {c.token(map[string]any{"iss": "http://example.com/cluster/1"}), "InvalidIdentityToken", "No OpenIDConnect provider found in your account for http://"},
		"expired":        {c.token(map[string]any{"exp": int64(1600000000)}), "ExpiredTokenException", "must be before the expiration date/time 1600000000"},
		"tomorrow":       {c.token(map[string]any{"nbf": c.now().Add(24 * time.Hour).Unix()}), "InvalidIdentityToken", "Token not yet valid"},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := c.exchange(role, tt.token)
			wantError(t, err, tt.code, 400, tt.message)
		})
	}
	// The provider is looked for in the role's account.
	_, err = c.exchange("arn:aws:iam::111111111111:role/runner", c.token(nil))
	c.want(err, "InvalidIdentityToken", 400, "No OpenIDConnect provider found in your account for https://"+clusterURL)
}

func TestWebIdentityProviderChanges(t *testing.T) {
	c := newCluster(t)
	ctx := t.Context()
	role := c.role("runner", federated(assumeWeb, onlyRunner))
	out, err := c.exchange(role, c.token(nil))
	if err != nil {
		t.Fatal(err)
	}

	// A client ID counts from the next request on, and so does its removal.
	if _, err := c.iam.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{
		OpenIDConnectProviderArn: aws.String(clusterARN), ClientID: aws.String(awsAudience)}); err != nil {
		t.Fatal(err)
	}
	_, err = c.exchange(role, c.token(nil))
	c.want(err, "InvalidIdentityToken", 400, "Incorrect token audience")
	if _, err := c.iam.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{
		OpenIDConnectProviderArn: aws.String(clusterARN), ClientID: aws.String(awsAudience)}); err != nil {
		t.Fatal(err)
	}
	if _, err = c.exchange(role, c.token(nil)); err != nil {
		t.Error(err)
	}

	// The issuer goes away, for longer than its keys are kept.
	c.issuer.SetAnswer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	c.shift.Store(int64(61 * time.Minute))
	_, err = c.exchange(role, c.token(nil), func(*sts.AssumeRoleWithWebIdentityInput) {})
	c.want(err, "IDPCommunicationError", 400, "could not be reached")
	c.issuer.SetAnswer(nil)
	c.shift.Store(0)

	// A deleted provider lets nobody in; who was in already stays until the session ends.
	if _, err := c.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: aws.String(clusterARN)}); err != nil {
		t.Fatal(err)
	}
	_, err = c.exchange(role, c.token(nil))
	c.want(err, "InvalidIdentityToken", 400, "No OpenIDConnect provider found in your account for https://"+clusterURL)
	c.identity(credentialsOf(out.Credentials))
}

// The session remembers who vouched for whom: policies may ask.
func TestWebIdentityKeys(t *testing.T) {
	c := newCluster(t)
	ctx := t.Context()
	role := c.role("runner", federated(assumeWeb, ""))
	allow := func(condition string) {
		t.Helper()
		_, err := c.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("runner"), PolicyName: aws.String("p"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{"StringEquals":` + condition + `}}}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.exchange(role, c.token(map[string]any{"amr": []string{"authenticated"}}))
	if err != nil {
		t.Fatal(err)
	}
	session := credentialsOf(out.Credentials)
	allow(`{"aws:FederatedProvider":"` + clusterARN + `","` + clusterURL + `:sub":"` + runner + `","` + clusterURL + `:aud":"` + awsAudience + `"}`)
	if err := c.describeRepositories(session); err != nil {
		t.Error(err)
	}
	// A registry token of the session remembers it, too.
	if _, err := ecr.NewFromConfig(c.AWS(session)).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{}); err != nil {
		t.Error(err)
	}
	allow(`{"` + clusterURL + `:sub":"someone"}`)
	c.want(c.describeRepositories(session), "AccessDeniedException", 400, "because no identity-based policy allows")

	multi := c.role("multi", federated(assumeWeb, `{"ForAnyValue:StringEquals":{"`+clusterURL+`:amr":"authenticated"},"StringLike":{"sts:RoleSessionName":"pod-*"},"NumericLessThanEquals":{"sts:DurationSeconds":"900"}}`))
	short := func(in *sts.AssumeRoleWithWebIdentityInput) { in.DurationSeconds = aws.Int32(900) }
	if _, err := c.exchange(multi, c.token(map[string]any{"amr": "authenticated"}), short); err != nil {
		t.Error(err)
	}
	_, err = c.exchange(multi, c.token(map[string]any{"amr": "authenticated"}))
	c.want(err, "AccessDenied", 403, notAuthorized)
	_, err = c.exchange(multi, c.token(nil), short)
	c.want(err, "AccessDenied", 403, notAuthorized)
}

// A token may bring session tags and a source identity, which the trust policy has to allow.
func TestWebIdentityTags(t *testing.T) {
	c := newCluster(t)
	ctx := t.Context()
	tagged := map[string]any{
		"https://aws.amazon.com/tags": map[string]any{
			"principal_tags": map[string]any{"team": []string{"a"}, "cost": []string{"17"}}, "transitive_tag_keys": []string{"team"},
		},
		"https://aws.amazon.com/source_identity": "ann",
	}
	flat := map[string]any{
		"https://aws.amazon.com/tags/principal_tags/team": "a", "https://aws.amazon.com/tags/principal_tags/cost": []string{"17"},
		"https://aws.amazon.com/tags/transitive_tag_keys": []string{"team"}, "https://aws.amazon.com/source_identity": "ann",
	}
	actions := `["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]`
	role := c.role("runner", federated(actions, `{"StringEquals":{"aws:RequestTag/team":"a","sts:SourceIdentity":"ann"}}`))
	next := c.role("next", trust(role, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`, `,"Condition":{"StringEquals":{"aws:PrincipalTag/team":"a","sts:SourceIdentity":"ann"}}`),
		func(in *iam.CreateRoleInput) { in.MaxSessionDuration = aws.Int32(7200) })
	for _, changes := range []map[string]any{tagged, flat} {
		out, err := c.exchange(role, c.token(changes))
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(out.SourceIdentity) != "ann" || aws.ToInt32(out.PackedPolicySize) < 1 {
			t.Errorf("answer %+v", out)
		}
		// Chaining from it is chaining.
		session := credentialsOf(out.Credentials)
		chained, _ := c.assume(session, assume(next))
		if arn, _ := c.identity(chained); arn != "arn:aws:sts::222222222222:assumed-role/next/i-0abc" {
			t.Errorf("chained session is %s", arn)
		}
		_, err = c.sts(session).AssumeRole(ctx, assume(next, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(3601) }))
		c.want(err, "ValidationError", 400, "the 1 hour session limit for roles assumed by role chaining")
		_, err = c.sts(session).AssumeRole(ctx, assume(next, func(in *sts.AssumeRoleInput) {
			in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("b")}}
			in.TransitiveTagKeys = []string{"team"}
		}))
		c.want(err, "InvalidParameterValue", 400, "conflicts with a transitive tag key")
	}
	_, err := c.exchange(role, c.token(nil))
	c.want(err, "AccessDenied", 403, notAuthorized)
	untagged := c.role("untagged", federated(assumeWeb, ""))
	_, err = c.exchange(untagged, c.token(tagged))
	c.want(err, "AccessDenied", 403, "sts:TagSession")
	for what, bad := range map[string]map[string]any{
		"two values":      {"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []string{"a", "b"}}}},
		"text":            {"https://aws.amazon.com/tags": "team=a"},
		"source identity": {"https://aws.amazon.com/source_identity": "a b"},
	} {
		if _, err := c.exchange(untagged, c.token(bad)); err == nil {
			t.Errorf("%s was taken", what)
		} else {
			c.want(err, "InvalidIdentityToken", 400, "not valid")
		}
	}
}

// Session policies restrict the session of a web identity like others.
func TestWebIdentitySessionPolicy(t *testing.T) {
	c := newCluster(t)
	role := c.role("runner", federated(assumeWeb, ""))
	if _, err := c.iam.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("runner"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	out, err := c.exchange(role, c.token(nil), func(in *sts.AssumeRoleWithWebIdentityInput) { in.Policy = aws.String(describe) })
	if err != nil {
		t.Fatal(err)
	}
	session := credentialsOf(out.Credentials)
	if err := c.describeRepositories(session); err != nil {
		t.Error(err)
	}
	_, err = iam.NewFromConfig(c.AWS(session)).ListUsers(t.Context(), &iam.ListUsersInput{})
	c.want(err, "AccessDenied", 403, "because no session policy allows")
}
