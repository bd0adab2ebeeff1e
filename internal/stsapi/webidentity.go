package stsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/policy"
)

// onNothing is for operations that anyone calls unsigned: the dispatcher has nobody to authorise.
func onNothing[In any](*awsapi.Call, *In) []awsapi.Resource { return nil }

// assumeRoleWithWebIdentity checks the token first: until its provider, in the account of the role, is known to have made
// it, there is no caller.
func (s *service) assumeRoleWithWebIdentity(ctx context.Context, c *awsapi.Call, in *sts.AssumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	role, err := arn.Parse(in.GetRoleArn())
	if err != nil || !roleARN.MatchString(in.GetRoleArn()) {
		return nil, validation("%s is invalid", in.GetRoleArn())
	}
	if in.ProviderId != nil {
		return nil, invalidToken("OAuth 2.0 access tokens of %s are not supported by this server.", *in.ProviderId)
	}
	c.Account, c.Event.Account = role.Account, role.Account
	c.Event.Resources = []audit.Resource{{ARN: in.GetRoleArn(), Account: role.Account}}
	w, err := s.verify(ctx, role.Account, deref(in.WebIdentityToken))
	if err != nil {
		return nil, err
	}
	c.Identity = authn.WebIdentity(w.provider, w.Subject, w.Audience[0], w.keys)
	c.Event.Caller = c.Identity.Caller()

	keys := policy.Context{}
	keys.Set("sts:RoleSessionName", deref(in.RoleSessionName))
	keys.Set("sts:DurationSeconds", strconv.Itoa(int(seconds(in.DurationSeconds, time.Hour)/time.Second)))
	setTags(keys, w.tags)
	if len(w.transitive) > 0 {
		keys.Set("sts:TransitiveTagKeys", w.transitive...)
	}
	if w.sourceIdentity != "" {
		keys.Set("sts:SourceIdentity", w.sourceIdentity)
	}
	on := awsapi.Resource{ARN: in.GetRoleArn(), Account: role.Account, Context: keys}
	actions := []string{"sts:AssumeRoleWithWebIdentity"}
	if len(w.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if w.sourceIdentity != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	for _, a := range actions {
		if err := c.Authorize(ctx, a, on); err != nil {
			return nil, err
		}
	}
	_, r, err := s.iam.TrustPolicy(ctx, in.GetRoleArn())
	if errors.Is(err, iam.ErrNoSuchEntity) { // deleted a moment ago: it trusts nobody now
		return nil, denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	if err != nil {
		return nil, err
	}
	name := deref(in.RoleSessionName)
	cred, err := s.iam.NewSession(ctx, r, iam.SessionInput{
		Name: name, Duration: seconds(in.DurationSeconds, 0), Policy: deref(in.Policy), PolicyARNs: policyARNs(in.PolicyArns),
		Tags: w.tags, TransitiveTagKeys: w.transitive, SourceIdentity: w.sourceIdentity, Region: c.Region, Provider: w.provider, Claims: w.keys,
	})
	if err != nil {
		return nil, err
	}
	out := &sts.AssumeRoleWithWebIdentityOutput{
		Credentials:                 credentials(cred),
		SubjectFromWebIdentityToken: &w.Subject,
		AssumedRoleUser:             &sts.AssumedRoleUser{AssumedRoleId: new(r.ID + ":" + name), Arn: new(arn.AssumedRole(r.Account, r.Name, name))},
		Provider:                    &w.provider,
		Audience:                    &w.Audience[0],
	}
	if cred.PackedPolicySize > 0 {
		out.PackedPolicySize = new(int32(cred.PackedPolicySize))
	}
	if w.sourceIdentity != "" {
		out.SourceIdentity = &w.sourceIdentity
	}
	return out, nil
}

// webIdentity is what a verified token says.
type webIdentity struct {
	*oidc.Claims
	provider       string         // ARN
	keys           policy.Context // condition keys that the token fills
	tags           []iam.Tag
	transitive     []string
	sourceIdentity string
}

// verify finds the provider that a token names in the account, and makes sure that the token is the provider's.
func (s *service) verify(ctx context.Context, account, raw string) (*webIdentity, error) {
	token, err := oidc.Parse(raw)
	if err != nil {
		return nil, s.refused(err)
	}
	p, err := s.iam.OIDCProviderOf(ctx, account, token.Issuer)
	if errors.Is(err, iam.ErrNoSuchEntity) {
		return nil, invalidToken("No OpenIDConnect provider found in your account for %s", token.Issuer)
	}
	if err != nil {
		return nil, err
	}
	claims, err := s.tokens.Verify(ctx, token, p.ClientIDs)
	if err != nil {
		return nil, s.refused(err)
	}
	w := &webIdentity{Claims: claims, provider: p.ARN(), keys: policy.Context{}}
	w.keys.Set(p.URL+":aud", claims.Audience...)
	w.keys.Set(p.URL+":sub", claims.Subject)
	if len(claims.Methods) > 0 {
		w.keys.Set(p.URL+":amr", claims.Methods...)
	}
	for _, name := range issuerClaims(p.URL) {
		if values := claimTexts(claims.All[name]); len(values) > 0 {
			w.keys.Set(p.URL+":"+name, values...)
		}
	}
	if err := w.session(); err != nil {
		return nil, invalidToken("The session tags or the source identity in the token are not valid: %v", err)
	}
	return w, nil
}

// refused is what the holder of a token learns of why it is refused. What the server saw of the network, which a provider
// of anybody's account may point anywhere, is for the server's log.
func (s *service) refused(err error) error {
	var e *oidc.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case oidc.ErrMalformed:
		return invalidToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	case oidc.ErrExpired:
		return awsapi.Errorf(sts.CodeExpiredToken, "Token expired: current date/time %d must be before the expiration date/time %d", e.Now.Unix(), e.Limit.Unix())
	case oidc.ErrNotYet:
		return invalidToken("Token not yet valid: current date/time %d must not be before %d", e.Now.Unix(), e.Limit.Unix())
	case oidc.ErrAudience:
		return invalidToken("Incorrect token audience")
	case oidc.ErrSignature:
		return invalidToken("The signature of the token is not valid")
	case oidc.ErrNoKey:
		s.log.Warn("no key for an identity token", "error", err)
		return invalidToken("Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements")
	case oidc.ErrUnreachable:
		s.log.Warn("identity provider cannot be reached", "error", err)
		return awsapi.Errorf(sts.CodeIDPCommunicationError, "The identity provider that was asked to verify the identity token could not be reached")
	}
	return err
}

func invalidToken(format string, args ...any) error {
	return awsapi.Errorf(sts.CodeInvalidIdentityToken, format, args...)
}

// Claims of tokens of AWS: see "Passing session tags in AWS STS" in the IAM user guide.
const (
	claimTags           = "https://aws.amazon.com/tags"
	claimSourceIdentity = "https://aws.amazon.com/source_identity"
)

// session reads the session tags, in their nested or their flat form, and the source identity.
func (w *webIdentity) session() error {
	var nested struct {
		Tags       map[string]json.RawMessage `json:"principal_tags"`
		Transitive []string                   `json:"transitive_tag_keys"`
	}
	if text, ok := w.All[claimTags]; ok {
		if err := json.Unmarshal(text, &nested); err != nil {
			return err
		}
	}
	if nested.Tags == nil {
		nested.Tags = map[string]json.RawMessage{}
	}
	for name, text := range w.All {
		if key, ok := strings.CutPrefix(name, claimTags+"/principal_tags/"); ok {
			nested.Tags[key] = text
		}
	}
	if text, ok := w.All[claimTags+"/transitive_tag_keys"]; ok {
		if err := json.Unmarshal(text, &nested.Transitive); err != nil {
			return err
		}
	}
	w.transitive = nested.Transitive
	for key, text := range nested.Tags {
		values := claimTexts(text)
		if len(values) != 1 {
			return fmt.Errorf("the tag %s has %d values", key, len(values))
		}
		w.tags = append(w.tags, iam.Tag{Key: key, Value: values[0]})
	}
	if text, ok := w.All[claimSourceIdentity]; ok {
		if err := json.Unmarshal(text, &w.sourceIdentity); err != nil {
			return err
		}
		if n := len(w.sourceIdentity); n < 2 || n > 64 || strings.Trim(w.sourceIdentity, sourceIdentityCharacters) != "" {
			return fmt.Errorf("%q is no source identity", w.sourceIdentity)
		}
	}
	return nil
}

const sourceIdentityCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-"

// claimTexts returns the values of a claim, none for one that is neither text, number, truth value nor a list of texts.
func claimTexts(text json.RawMessage) []string {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool, float64:
		return []string{string(text)}
	case []any:
		var all []string
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil
			}
			all = append(all, s)
		}
		return all
	}
	return nil
}

// issuerClaims returns the claims besides aud, sub and amr that AWS makes condition keys of, which it does for issuers that
// it knows: see "Available keys for AWS OIDC federation" in the IAM user guide.
func issuerClaims(issuer string) []string {
	host, path, _ := strings.Cut(issuer, "/")
	switch {
	case host == "token.actions.githubusercontent.com":
		return []string{"actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id",
			"repository_owner_id", "workflow"}
	case issuer == "gitlab.com":
		return []string{"namespace_id", "pipeline_source", "project_id", "ref_protected", "runner_environment", "user_access_level",
			"user_email", "user_id", "user_login"}
	case issuer == "agent.buildkite.com":
		return []string{"build_branch", "cluster_id", "cluster_name", "organization_id", "organization_slug", "pipeline_id", "pipeline_slug"}
	case host == "oidc.circleci.com" && strings.HasPrefix(path, "org/"):
		return []string{"oidc.circleci.com/project-id"}
	}
	return nil
}
