// Package stsapi serves the AWS Security Token Service on the engine of package iam.
package stsapi

import (
	"context"
	"log/slog"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/policy"
)

// Config is what the operations need.
type Config struct {
	IAM      *iam.IAM
	Org      *org.Org // whose places identity tokens tell
	Messages *Messages
	Tokens   *oidc.Verifier // of identity providers
	Log      *slog.Logger   // of what goes wrong between identity providers and the server
}

type service struct {
	iam      *iam.IAM
	org      *org.Org
	messages *Messages
	tokens   *oidc.Verifier
	log      *slog.Logger
}

// Operations returns a row for every operation of STS.
func Operations(c Config) []awsapi.Operation {
	s := &service{iam: c.IAM, org: c.Org, messages: c.Messages, tokens: c.Tokens, log: c.Log}
	return awsapi.Complete(sts.Service,
		op(sts.AssumeRole, onRole, s.assumeRole, awsapi.NoAuthorization()), // checks its input first, then authorises
		op(sts.AssumeRoleWithWebIdentity, onNothing, s.assumeRoleWithWebIdentity),
		op(sts.AssumeRoot, onRoot, s.assumeRoot, awsapi.NoAuthorization()), // as AssumeRole
		op(sts.DecodeAuthorizationMessage, awsapi.Any, longTermOrRole(s.decodeAuthorizationMessage)),
		op(sts.GetAccessKeyInfo, awsapi.Any, longTermOrRole(s.getAccessKeyInfo)),
		op(sts.GetCallerIdentity, awsapi.Any, s.getCallerIdentity, awsapi.NoAuthorization()),
		op(sts.GetDelegatedAccessToken, awsapi.Any, s.getDelegatedAccessToken),
		op(sts.GetFederationToken, onFederatedUser, s.getFederationToken),
		op(sts.GetSessionToken, awsapi.Any, s.getSessionToken, awsapi.NoAuthorization()),
		op(sts.GetWebIdentityToken, onIdentityToken, longTermOrRole(s.getWebIdentityToken)),

		awsapi.Unsupported(sts.AssumeRoleWithSAML, "there are no SAML providers"),
	)
}

// op is a row whose function may return errors of the engine.
func op[In, Out any](s shape.Shape[In, Out], on func(*awsapi.Call, *In) []awsapi.Resource,
	do func(context.Context, *awsapi.Call, *In) (*Out, error), opts ...awsapi.Option,
) awsapi.Operation {
	return awsapi.Op(s, on, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		out, err := do(ctx, c, in)
		return out, wire(err)
	}, opts...)
}

// longTermOrRole refuses callers with temporary credentials of a user, whom STS answers little else than who they are: see
// "Comparing AWS STS credentials" in the IAM user guide.
func longTermOrRole[In, Out any](do func(context.Context, *awsapi.Call, *In) (*Out, error)) func(context.Context, *awsapi.Call, *In) (*Out, error) {
	return func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		if s := c.Identity.STS; s != nil && s.Ref.Kind != policy.AssumedRole {
			return nil, sessionCredentials(c)
		}
		return do(ctx, c, in)
	}
}

func sessionCredentials(c *awsapi.Call) error {
	return denied("Cannot call " + c.Event.Operation + " with session credentials")
}
