package access

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/policy"
)

// Puller is the principal that pulls and what its own account says of it.
type Puller struct {
	// Principal is the caller as the policy engine sees it. For a role it is
	// a session of the role.
	Principal policy.Principal
	// Name is the role's or user's name; empty for a root user.
	Name string
	// Tags are the principal's tags.
	Tags map[string]string
	// Identity are its identity-based policies.
	Identity []policy.Source
	// Boundary is its permissions boundary, if it has one.
	Boundary []policy.Source
	// Gone says that the principal does not exist.
	Gone bool
	// Unknown says why the policies could not be read; empty if they were.
	Unknown string
}

// sessionName stands for the sessions of a role that was given without one.
const sessionName = "any-session"

// NewPuller reads an ARN of a role, a role session, a user or a root user, or
// an account id, which stands for its root user. The policies are unknown
// until [Puller.Load].
func NewPuller(s string) (*Puller, error) {
	if arn.IsAccountID(s) {
		s = arn.Root(s)
	}
	a, err := arn.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("principal %q is neither an account id nor an ARN", s)
	}
	if !arn.IsAccountID(a.Account) {
		return nil, fmt.Errorf("principal %q has no account", s)
	}
	p := &Puller{
		Principal: policy.Principal{Account: a.Account, ARN: s},
		Unknown:   fmt.Sprintf("no credentials for account %s", a.Account),
	}
	kind, path := a.Type(), a.Path()
	switch {
	case a.Service == "iam" && a.Resource == "root":
		p.Principal.Kind, p.Principal.ID, p.Unknown = policy.Root, a.Account, ""
	case a.Service == "iam" && kind == "user" && path != "":
		p.Principal.Kind, p.Name = policy.User, a.Name()
	case a.Service == "iam" && kind == "role" && path != "":
		p.session(a, a.Name(), sessionName)
		p.Principal.IssuerARN = s
	case a.Service == "sts" && kind == "assumed-role" && strings.Count(path, "/") == 1:
		role, session, _ := strings.Cut(path, "/")
		p.session(a, role, session)
	default:
		return nil, fmt.Errorf("principal %q is not a role, a role session, a user or a root user", s)
	}
	return p, nil
}

func (p *Puller) session(a arn.ARN, role, session string) {
	p.Name = role
	p.Principal.Kind = policy.AssumedRole
	p.Principal.ARN = "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + role + "/" + session
	p.Principal.IssuerARN = "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + role
}

// GrantARN is what a repository policy should name to mean this principal:
// the role for a session, because sessions come and go.
func (p *Puller) GrantARN() string {
	if p.Principal.Kind == policy.AssumedRole {
		return p.Principal.IssuerARN
	}
	return p.Principal.ARN
}

// Load reads the principal's policies with credentials of its account. What
// the API refuses to tell makes the side unknown; only failures to ask at all
// are errors.
func (p *Puller) Load(ctx context.Context, api *iam.Client) error {
	return p.load(ctx, newAccount(api))
}

func (p *Puller) load(ctx context.Context, api *account) error {
	p.Unknown = ""
	var err error
	switch p.Principal.Kind {
	case policy.AssumedRole:
		err = p.loadRole(ctx, api)
	case policy.User:
		err = p.loadUser(ctx, api)
	}
	var gone *types.NoSuchEntityException
	var refused smithy.APIError
	switch {
	case err == nil:
	case errors.As(err, &gone):
		p.Gone, p.Identity, p.Boundary = true, nil, nil
	case errors.As(err, &refused):
		p.Unknown = err.Error()
	default:
		return err
	}
	return nil
}

func (p *Puller) loadRole(ctx context.Context, api *account) error {
	out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &p.Name})
	if err != nil {
		return fmt.Errorf("read role %s: %w", p.Name, err)
	}
	p.Principal.IssuerARN = aws.ToString(out.Role.Arn)
	_, session, _ := strings.Cut(strings.TrimPrefix(p.Principal.ARN[strings.LastIndexByte(p.Principal.ARN, ':')+1:], "assumed-role/"), "/")
	p.Principal.ID = aws.ToString(out.Role.RoleId) + ":" + session
	p.setTags(out.Role.Tags)
	for pages := iam.NewListAttachedRolePoliciesPaginator(api, &iam.ListAttachedRolePoliciesInput{RoleName: &p.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list policies of role %s: %w", p.Name, err)
		}
		if err := p.attached(ctx, api, page.AttachedPolicies); err != nil {
			return err
		}
	}
	for pages := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: &p.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list inline policies of role %s: %w", p.Name, err)
		}
		for _, name := range page.PolicyNames {
			out, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &p.Name, PolicyName: &name})
			if err != nil {
				return fmt.Errorf("read policy %s of role %s: %w", name, p.Name, err)
			}
			if err := p.inline(name, out.PolicyDocument); err != nil {
				return err
			}
		}
	}
	return p.boundary(ctx, api, out.Role.PermissionsBoundary)
}

func (p *Puller) loadUser(ctx context.Context, api *account) error {
	out, err := api.GetUser(ctx, &iam.GetUserInput{UserName: &p.Name})
	if err != nil {
		return fmt.Errorf("read user %s: %w", p.Name, err)
	}
	p.Principal.ID = aws.ToString(out.User.UserId)
	p.setTags(out.User.Tags)
	for pages := iam.NewListAttachedUserPoliciesPaginator(api, &iam.ListAttachedUserPoliciesInput{UserName: &p.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list policies of user %s: %w", p.Name, err)
		}
		if err := p.attached(ctx, api, page.AttachedPolicies); err != nil {
			return err
		}
	}
	for pages := iam.NewListUserPoliciesPaginator(api, &iam.ListUserPoliciesInput{UserName: &p.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list inline policies of user %s: %w", p.Name, err)
		}
		for _, name := range page.PolicyNames {
			out, err := api.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &p.Name, PolicyName: &name})
			if err != nil {
				return fmt.Errorf("read policy %s of user %s: %w", name, p.Name, err)
			}
			if err := p.inline(name, out.PolicyDocument); err != nil {
				return err
			}
		}
	}
	for pages := iam.NewListGroupsForUserPaginator(api, &iam.ListGroupsForUserInput{UserName: &p.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list groups of user %s: %w", p.Name, err)
		}
		for _, g := range page.Groups {
			if err := p.loadGroup(ctx, api, aws.ToString(g.GroupName)); err != nil {
				return err
			}
		}
	}
	return p.boundary(ctx, api, out.User.PermissionsBoundary)
}

func (p *Puller) loadGroup(ctx context.Context, api *account, group string) error {
	for pages := iam.NewListAttachedGroupPoliciesPaginator(api, &iam.ListAttachedGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list policies of group %s: %w", group, err)
		}
		if err := p.attached(ctx, api, page.AttachedPolicies); err != nil {
			return err
		}
	}
	for pages := iam.NewListGroupPoliciesPaginator(api, &iam.ListGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list inline policies of group %s: %w", group, err)
		}
		for _, name := range page.PolicyNames {
			out, err := api.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &group, PolicyName: &name})
			if err != nil {
				return fmt.Errorf("read policy %s of group %s: %w", name, group, err)
			}
			if err := p.inline(group+"/"+name, out.PolicyDocument); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Puller) setTags(tags []types.Tag) {
	p.Tags = make(map[string]string, len(tags))
	for _, t := range tags {
		p.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
}

func (p *Puller) attached(ctx context.Context, api *account, policies []types.AttachedPolicy) error {
	for _, a := range policies {
		src, err := managedPolicy(ctx, api, aws.ToString(a.PolicyArn))
		if err != nil {
			return err
		}
		p.Identity = append(p.Identity, src)
	}
	return nil
}

func (p *Puller) inline(name string, document *string) error {
	doc, err := parseDocument(document)
	if err != nil {
		return fmt.Errorf("inline policy %s of %s: %w", name, p.Name, err)
	}
	p.Identity = append(p.Identity, policy.Source{Type: "inline", Name: name, Policy: doc})
	return nil
}

func (p *Puller) boundary(ctx context.Context, api *account, b *types.AttachedPermissionsBoundary) error {
	if b == nil {
		return nil
	}
	src, err := managedPolicy(ctx, api, aws.ToString(b.PermissionsBoundaryArn))
	if err != nil {
		return err
	}
	p.Boundary = []policy.Source{src}
	return nil
}

// account is one account's IAM. Managed policies are read once, however many
// principals have them. It is safe for concurrent use.
type account struct {
	*iam.Client

	mu      sync.Mutex
	managed map[string]policy.Source
}

func newAccount(api *iam.Client) *account {
	return &account{Client: api, managed: map[string]policy.Source{}}
}

func managedPolicy(ctx context.Context, api *account, policyARN string) (policy.Source, error) {
	api.mu.Lock()
	src, ok := api.managed[policyARN]
	api.mu.Unlock()
	if ok {
		return src, nil
	}
	p, err := api.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &policyARN})
	if err != nil {
		return policy.Source{}, fmt.Errorf("read policy %s: %w", policyARN, err)
	}
	v, err := api.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &policyARN, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return policy.Source{}, fmt.Errorf("read policy %s: %w", policyARN, err)
	}
	doc, err := parseDocument(v.PolicyVersion.Document)
	if err != nil {
		return policy.Source{}, fmt.Errorf("policy %s: %w", policyARN, err)
	}
	src = policy.Source{Type: "managed", Name: aws.ToString(p.Policy.PolicyName), ARN: policyARN, Policy: doc}
	api.mu.Lock()
	api.managed[policyARN] = src
	api.mu.Unlock()
	return src, nil
}

// parseDocument reads a policy as the IAM API returns it, percent-encoded.
func parseDocument(document *string) (*policy.Policy, error) {
	text, err := url.PathUnescape(aws.ToString(document))
	if err != nil {
		return nil, err
	}
	return policy.Parse([]byte(text))
}
