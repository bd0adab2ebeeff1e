package orgapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/org"
)

// toAccount adds to a member what package iam knows of it.
func (s *service) toAccount(ctx context.Context, m *org.Member) (api.Account, error) {
	a, err := s.iam.Account(ctx, m.Account)
	if err != nil {
		return api.Account{}, err
	}
	return api.Account{
		Id: &m.Account, Arn: &m.ARN, Email: &m.Email, Name: &a.Name,
		Status: new(api.AccountStatusActive), State: new(api.AccountStateActive), Paths: []string{m.Path + m.Account + "/"},
		JoinedMethod: &m.Method, JoinedTimestamp: shape.At(m.Joined),
	}, nil
}

func (s *service) toAccounts(ctx context.Context, ms []*org.Member) ([]api.Account, error) {
	all := make([]api.Account, len(ms))
	for i, m := range ms {
		var err error
		if all[i], err = s.toAccount(ctx, m); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *service) describeAccount(ctx context.Context, c *awsapi.Call, in *api.DescribeAccountInput) (*api.DescribeAccountOutput, error) {
	m, err := s.org.Member(ctx, c.Account, in.GetAccountId())
	if err != nil {
		return nil, err
	}
	a, err := s.toAccount(ctx, m)
	if err != nil {
		return nil, err
	}
	return &api.DescribeAccountOutput{Account: &a}, nil
}

func (s *service) listAccounts(ctx context.Context, c *awsapi.Call, in *api.ListAccountsInput) (*api.ListAccountsOutput, error) {
	all, next, err := s.accounts(ctx, c, "", in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &api.ListAccountsOutput{Accounts: all, NextToken: next}, nil
}

func (s *service) listAccountsForParent(ctx context.Context, c *awsapi.Call, in *api.ListAccountsForParentInput) (*api.ListAccountsForParentOutput, error) {
	all, next, err := s.accounts(ctx, c, in.GetParentId(), in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &api.ListAccountsForParentOutput{Accounts: all, NextToken: next}, nil
}

func (s *service) accounts(ctx context.Context, c *awsapi.Call, parent string, token *string, results *int32) ([]api.Account, *string, error) {
	p, err := page(token, results)
	if err != nil {
		return nil, nil, err
	}
	ms, next, err := s.org.Members(ctx, c.Account, parent, p)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.toAccounts(ctx, ms)
	return all, more(next), err
}

func (s *service) moveAccount(ctx context.Context, c *awsapi.Call, in *api.MoveAccountInput) (*api.MoveAccountOutput, error) {
	return nil, s.org.Move(ctx, c.Account, in.GetAccountId(), value(in.SourceParentId), value(in.DestinationParentId))
}

func (s *service) removeAccount(ctx context.Context, c *awsapi.Call, in *api.RemoveAccountFromOrganizationInput) (*api.RemoveAccountFromOrganizationOutput, error) {
	return nil, s.org.Remove(ctx, c.Account, in.GetAccountId())
}

func (s *service) leaveOrganization(ctx context.Context, c *awsapi.Call, _ *api.LeaveOrganizationInput) (*api.LeaveOrganizationOutput, error) {
	return nil, s.org.Leave(ctx, c.Account)
}

func toRequest(r *org.AccountRequest) api.CreateAccountStatus {
	out := api.CreateAccountStatus{
		Id: &r.ID, AccountName: &r.Name, State: &r.State, RequestedTimestamp: shape.At(r.Requested),
		AccountId: optional(r.Account), FailureReason: optional(r.Failure),
	}
	if !r.Completed.IsZero() {
		out.CompletedTimestamp = shape.At(r.Completed)
	}
	return out
}

// accessRole is the role that CreateAccount makes in the new account unless it is told another name.
const accessRole = "OrganizationAccountAccessRole"

// createAccount makes the account before it answers, though the API has callers ask how far it is.
func (s *service) createAccount(ctx context.Context, c *awsapi.Call, in *api.CreateAccountInput) (*api.CreateAccountOutput, error) {
	if err := mayTag(ctx, c, in.Tags); err != nil {
		return nil, err
	}
	r, err := s.org.RequestAccount(ctx, c.Account, value(in.AccountName), value(in.Email), fromTags(in.Tags))
	if err != nil {
		return nil, err
	}
	if r.State == org.InProgress {
		role := accessRole
		if in.RoleName != nil {
			role = *in.RoleName
		}
		// The account joins last: until then nobody has a way in but the role, which the management account alone may
		// assume.
		id := org.NewAccountID()
		err := s.newAccount(ctx, c.Account, id, r.Name, role)
		if err == nil {
			r, err = s.org.CompleteAccount(ctx, c.Account, r.ID, id, fromTags(in.Tags))
		}
		if err != nil {
			_, failed := s.org.FailAccount(context.WithoutCancel(ctx), c.Account, r.ID, org.FailedInternal)
			return nil, errors.Join(err, failed)
		}
	}
	return &api.CreateAccountOutput{CreateAccountStatus: new(toRequest(r))}, nil
}

// newAccount makes an account with a role that the management account may assume to administer it.
func (s *service) newAccount(ctx context.Context, management, id, name, role string) error {
	if _, err := s.iam.CreateAccount(ctx, id, name); err != nil {
		return err
	}
	_, err := s.iam.CreateRole(ctx, id, iam.NewRole{Name: role, Trust: fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}]}`, arn.Root(management))})
	if err != nil {
		return err
	}
	return s.iam.AttachPolicy(ctx, id, iam.Entity{Kind: iam.EntityRole, Name: role}, administrator)
}

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

func (s *service) describeCreateAccountStatus(ctx context.Context, c *awsapi.Call, in *api.DescribeCreateAccountStatusInput) (*api.DescribeCreateAccountStatusOutput, error) {
	r, err := s.org.AccountRequest(ctx, c.Account, value(in.CreateAccountRequestId))
	if err != nil {
		return nil, err
	}
	return &api.DescribeCreateAccountStatusOutput{CreateAccountStatus: new(toRequest(r))}, nil
}

func (s *service) listCreateAccountStatus(ctx context.Context, c *awsapi.Call, in *api.ListCreateAccountStatusInput) (*api.ListCreateAccountStatusOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	rs, next, err := s.org.AccountRequests(ctx, c.Account, in.States, p)
	if err != nil {
		return nil, err
	}
	return &api.ListCreateAccountStatusOutput{CreateAccountStatuses: each(rs, toRequest), NextToken: more(next)}, nil
}
