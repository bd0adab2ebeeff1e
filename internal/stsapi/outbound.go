package stsapi

import (
	"context"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/policy"
)

// defaultIdentityToken is how long an identity token lives when the request does not say.
const defaultIdentityToken = 5 * time.Minute

// onIdentityToken is no resource, with the condition keys of "Controlling access with IAM policies" in the IAM user guide's
// chapter on outbound identity federation.
func onIdentityToken(c *awsapi.Call, in *sts.GetWebIdentityTokenInput) []awsapi.Resource {
	keys := policy.Context{}
	keys.Set("sts:IdentityTokenAudience", in.Audience...)
	keys.Set("sts:SigningAlgorithm", deref(in.SigningAlgorithm))
	keys.Set("sts:DurationSeconds", strconv.Itoa(int(seconds(in.DurationSeconds, defaultIdentityToken)/time.Second)))
	setTags(keys, tags(in.Tags))
	return []awsapi.Resource{{ARN: "*", Account: c.Account, Context: keys}}
}

// identityClaims are the claims of AWS, below identityNamespace: see "Understanding token claims" in the IAM user guide.
type identityClaims struct {
	Account            string            `json:"aws_account"`
	Region             string            `json:"source_region"`
	Organization       string            `json:"org_id,omitempty"`
	Path               string            `json:"ou_path,omitempty"`
	PrincipalTags      map[string]string `json:"principal_tags,omitempty"`
	OriginalSessionEnd string            `json:"original_session_exp,omitempty"`
	FederatedProvider  string            `json:"federated_provider,omitempty"`
	SourceIdentity     string            `json:"source_identity,omitempty"`
	RequestTags        map[string]string `json:"request_tags,omitempty"`
}

const identityNamespace = "https://sts.amazonaws.com/"

// getWebIdentityToken makes a token that tells others who the caller is.
func (s *service) getWebIdentityToken(ctx context.Context, c *awsapi.Call, in *sts.GetWebIdentityTokenInput) (*sts.GetWebIdentityTokenOutput, error) {
	if err := regional(c); err != nil {
		return nil, err
	}
	algorithm := deref(in.SigningAlgorithm)
	if algorithm != oidc.RS256 && algorithm != oidc.ES384 {
		return nil, validation("1 validation error detected: Value '%s' at 'signingAlgorithm' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [RS256, ES384]", algorithm)
	}
	requested, err := iam.TagMap(tags(in.Tags))
	if err != nil {
		return nil, err
	}
	if len(requested) > 0 {
		if err := c.Authorize(ctx, "sts:TagGetWebIdentityToken", onIdentityToken(c, in)...); err != nil {
			return nil, err
		}
	}
	claims, err := s.identityClaims(ctx, c, requested)
	if err != nil {
		return nil, err
	}
	p := c.Identity.Subject.Principal
	token := iam.IdentityToken{
		Account: p.Account, Subject: p.ARN, Audience: in.Audience, Algorithm: algorithm, Session: c.Identity.STS,
		Duration: seconds(in.DurationSeconds, defaultIdentityToken), Claims: map[string]any{identityNamespace: claims},
	}
	if p.Kind == policy.AssumedRole {
		token.Subject = p.IssuerARN
	}
	text, expires, err := s.iam.NewIdentityToken(ctx, token)
	if err != nil {
		return nil, err
	}
	return &sts.GetWebIdentityTokenOutput{WebIdentityToken: new(text.Reveal()), Expiration: shape.At(expires)}, nil
}

// identityClaims are the claims of AWS about the caller.
func (s *service) identityClaims(ctx context.Context, c *awsapi.Call, requested map[string]string) (*identityClaims, error) {
	claims := &identityClaims{
		Account: c.Identity.Account(), Region: c.Region, PrincipalTags: c.Identity.Tags(), RequestTags: requested,
	}
	place, err := s.org.Chain(ctx, claims.Account)
	if err != nil {
		return nil, err
	}
	if place != nil {
		claims.Organization, claims.Path = place.Organization, place.Path
	}
	if session := c.Identity.STS; session != nil {
		claims.OriginalSessionEnd = session.Expires.UTC().Format(time.RFC3339)
		claims.FederatedProvider, claims.SourceIdentity = session.Provider, session.SourceIdentity
	}
	return claims, nil
}

// getDelegatedAccessToken refuses every token: they come from delegation requests that a principal accepts and has IAM send
// to a product provider, and IAM here sends none.
func (s *service) getDelegatedAccessToken(context.Context, *awsapi.Call, *sts.GetDelegatedAccessTokenInput) (*sts.GetDelegatedAccessTokenOutput, error) {
	return nil, awsapi.Errorf(sts.CodeExpiredTradeInToken, "The trade-in token provided in the request has expired and can no longer be exchanged for credentials.")
}
