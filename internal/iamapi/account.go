package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
)

func (s *service) createAccountAlias(ctx context.Context, c *awsapi.Call, in *api.CreateAccountAliasInput) (*api.CreateAccountAliasOutput, error) {
	return nil, s.iam.SetAlias(ctx, c.Account, value(in.AccountAlias))
}

func (s *service) listAccountAliases(ctx context.Context, c *awsapi.Call, _ *api.ListAccountAliasesInput) (*api.ListAccountAliasesOutput, error) {
	a, err := s.iam.Account(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	out := &api.ListAccountAliasesOutput{AccountAliases: []string{}, IsTruncated: new(false)}
	if a.Alias != "" {
		out.AccountAliases = append(out.AccountAliases, a.Alias)
	}
	return out, nil
}

func (s *service) deleteAccountAlias(ctx context.Context, c *awsapi.Call, in *api.DeleteAccountAliasInput) (*api.DeleteAccountAliasOutput, error) {
	a, err := s.iam.Account(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	if a.Alias != value(in.AccountAlias) {
		return nil, &iam.Error{Kind: iam.ErrNoSuchEntity, Entity: iam.EntityAlias, Name: value(in.AccountAlias)}
	}
	return nil, s.iam.SetAlias(ctx, c.Account, "")
}

func (s *service) getAccountSummary(ctx context.Context, c *awsapi.Call, _ *api.GetAccountSummaryInput) (*api.GetAccountSummaryOutput, error) {
	m, err := s.iam.Summary(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.GetAccountSummaryOutput{SummaryMap: m}, nil
}
