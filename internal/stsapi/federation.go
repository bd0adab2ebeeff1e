package stsapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// onFederatedUser is the federated user that the session is for.
func onFederatedUser(c *awsapi.Call, in *sts.GetFederationTokenInput) []awsapi.Resource {
	keys := policy.Context{}
	setTags(keys, tags(in.Tags))
	return []awsapi.Resource{{ARN: arn.FederatedUser(c.Identity.Account(), deref(in.Name)), Context: keys}}
}

// getFederationToken makes a session that may do what both the caller and the policies passed may: without any, only what
// resource policies grant the federated user by name.
func (s *service) getFederationToken(ctx context.Context, c *awsapi.Call, in *sts.GetFederationTokenInput) (*sts.GetFederationTokenOutput, error) {
	if c.Identity.Credential != authn.AccessKey {
		return nil, sessionCredentials(c)
	}
	user := onFederatedUser(c, in)
	if len(in.Tags) > 0 {
		if err := c.Authorize(ctx, "sts:TagSession", user...); err != nil {
			return nil, err
		}
	}
	p := c.Identity.Subject.Principal
	cred, err := s.iam.NewFederationSession(ctx, iam.Ref{Kind: p.Kind, Account: p.Account, ID: p.ID}, iam.SessionInput{
		Name: deref(in.Name), Duration: seconds(in.DurationSeconds, 0), Policy: deref(in.Policy), PolicyARNs: policyARNs(in.PolicyArns),
		Tags: tags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &sts.GetFederationTokenOutput{
		Credentials:      credentials(cred),
		FederatedUser:    &sts.FederatedUser{FederatedUserId: new(p.Account + ":" + deref(in.Name)), Arn: new(user[0].ARN)},
		PackedPolicySize: new(int32(cred.PackedPolicySize)),
	}, nil
}
