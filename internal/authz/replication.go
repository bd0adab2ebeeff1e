package authz

import (
	"context"
	"fmt"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

// AuthorizeReplication reports whether a registry takes the images that an
// account replicates to one of its repositories: nil, a *Denied, or another
// error, which callers must treat as a denial too. action is
// ecr:ReplicateImage, or ecr:CreateRepository for a repository that does not
// exist.
//
// The policy of the receiving registry decides, and has to allow it to the
// root of the sending account. An account need not allow itself anything, but
// may deny it. The condition keys aws:SourceArn and aws:SourceAccount are not
// there, as on Amazon ECR.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-replication.html
func (a *Authorizer) AuthorizeReplication(ctx context.Context, account, action string, repo registry.Repo) error {
	attempt := fmt.Sprintf("authorize %s on %s for %s", action, repo.ARN(), account)
	subject, err := a.iam.Subject(ctx, iam.Ref{Kind: policy.Root, Account: account, ID: account}, "")
	if err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	sender := authn.Acting(subject)
	req := policy.Request{
		Principal: subject.Principal, Action: action, Resource: repo.ARN(), ResourceAccount: repo.Account, Context: a.ServiceEnvironment(),
	}
	for k, v := range sender.Context {
		req.Context[k] = v
	}
	req.Context.Set("aws:RequestedRegion", repo.Region)
	req.Context.Set("aws:ResourceAccount", repo.Account)
	set := policy.Set{Identity: subject.Identity}
	if err := a.addOrganization(ctx, &req, &set); err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	set.SCP, set.RCP = nil, nil // which do not bind service-linked roles
	access, err := a.registry.Access(ctx, repo)
	if err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	ofRegistry := *access
	ofRegistry.Policy = nil // of the repository
	if err := a.addAccess(&ofRegistry, repo, &req, &set); err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	d := policy.Evaluate(&req, &set)
	if d.Effect == policy.ExplicitDeny || account != repo.Account && !d.Allowed() {
		return &Denied{Request: req, Decision: d, Statement: statement(&set, d.Statement)}
	}
	return nil
}
