package authz

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// ServiceRole returns the identity that a service, such as ecr.amazonaws.com,
// has when it works for an account as a role of that account. Errors: *Denied
// when the role does not trust the service or resource control policies forbid
// it; iam.ErrNoSuchEntity when there is no such role in the account.
func (a *Authorizer) ServiceRole(ctx context.Context, service, account, roleARN string) (*authn.Identity, error) {
	attempt := fmt.Sprintf("%s assumes %s", service, roleARN)
	if r, err := arn.Parse(roleARN); err != nil || r.Account != account {
		return nil, fmt.Errorf("%s: %w", attempt, iam.ErrNoSuchEntity)
	}
	_, role, err := a.iam.TrustPolicy(ctx, roleARN)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", attempt, err)
	}
	req := policy.Request{
		Principal:       policy.Principal{Kind: policy.Service, ARN: service},
		Action:          "sts:AssumeRole",
		Resource:        roleARN,
		ResourceAccount: account,
		Context:         a.ServiceEnvironment(),
	}
	req.Context.Set("aws:PrincipalIsAWSService", "true")
	req.Context.Set("aws:PrincipalServiceName", service)
	req.Context.Set("aws:SourceAccount", account)
	req.Context.Set("aws:ResourceAccount", account)
	var set policy.Set
	err = errors.Join(a.addOrganization(ctx, &req, &set), a.addResource(ctx, &req, &set))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", attempt, err)
	}
	if d := policy.Evaluate(&req, &set); !d.Allowed() {
		return nil, &Denied{Request: req, Decision: d, Statement: statement(&set, d.Statement)}
	}
	subject, err := a.iam.Subject(ctx, iam.Ref{Kind: policy.AssumedRole, Account: account, ID: role.ID}, service)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", attempt, err)
	}
	return authn.Acting(subject), nil
}

// ServiceEnvironment returns the condition keys of what the server does by
// itself, at the time of the call: what authn.Environment is for a request.
func (a *Authorizer) ServiceEnvironment() policy.Context {
	now := a.now()
	env := policy.Context{}
	env.Set("aws:ViaAWSService", "true")
	env.Set("aws:SecureTransport", "true")
	env.Set("aws:CurrentTime", now.UTC().Format(time.RFC3339))
	env.Set("aws:EpochTime", strconv.FormatInt(now.Unix(), 10))
	return env
}
