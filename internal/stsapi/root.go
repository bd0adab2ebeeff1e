package stsapi

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// target is the account whose root user is to be assumed, which the input names by its id or by the ARN of its root user.
func target(in *sts.AssumeRootInput) (account string, ok bool) {
	name := deref(in.TargetPrincipal)
	if arn.IsAccountID(name) {
		return name, true
	}
	a, err := arn.Parse(name)
	return a.Account, err == nil && arn.IsAccountID(a.Account) && name == arn.Root(a.Account)
}

func task(in *sts.AssumeRootInput) string { return deref(in.TaskPolicyArn.Arn) }

// onRoot is the root user to be assumed.
func onRoot(c *awsapi.Call, in *sts.AssumeRootInput) []awsapi.Resource {
	account, ok := target(in)
	if !ok {
		return awsapi.Any(c, in) // the operation will say what is wrong
	}
	keys := policy.Context{}
	keys.Set("sts:TaskPolicyArn", task(in))
	return []awsapi.Resource{{ARN: arn.Root(account), Account: account, Context: keys}}
}

// assumeRoot makes a session of the root user of a member account for one task. It is for principals of the organization's
// management account, and of those that administer IAM for it, but not for their root users.
func (s *service) assumeRoot(ctx context.Context, c *awsapi.Call, in *sts.AssumeRootInput) (*sts.AssumeRootOutput, error) {
	if err := regional(c); err != nil {
		return nil, err
	}
	account, ok := target(in)
	if !ok {
		return nil, validation("%s is invalid", deref(in.TargetPrincipal))
	}
	if !iam.IsRootTask(task(in)) {
		return nil, validation("%s is not the ARN of a policy for root tasks", task(in))
	}
	// Of the sessions, STS lets only those of roles go on.
	if k := c.Identity.Subject.Principal.Kind; k != policy.AssumedRole && (k != policy.User || c.Identity.STS != nil) {
		return nil, denied("User: " + c.Identity.ARN() + " is not authorized to perform: sts:AssumeRoot on resource: " + arn.Root(account))
	}
	if err := c.Authorize(ctx, "sts:AssumeRoot", onRoot(c, in)...); err != nil {
		return nil, err
	}
	cred, err := s.iam.NewRootSession(account, task(in), seconds(in.DurationSeconds, iam.MaxRootTask), from(c))
	if err != nil {
		return nil, err
	}
	out := &sts.AssumeRootOutput{Credentials: credentials(cred)}
	if si := cred.Session.SourceIdentity; si != "" {
		out.SourceIdentity = &si
	}
	return out, nil
}

// globalEndpoint is the host name of STS's endpoint for all regions.
const globalEndpoint = "sts.amazonaws.com"

// regional refuses calls to the global endpoint, which does not have the newer operations.
func regional(c *awsapi.Call) error {
	if name, _ := endpoint.SplitPort(c.Host); strings.EqualFold(name, globalEndpoint) {
		return validation("%s is not available at the global endpoint. Call STS in a region.", c.Event.Operation)
	}
	return nil
}
