package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/pratique-dev/pratique/policy"
)

// MissingPrincipals finds the roles and users that a policy names and that do
// not exist, in those accounts that there are credentials for. ECR and STS
// refuse such policies. A role or user that the API does not let be read is
// not judged.
func MissingPrincipals(ctx context.Context, accounts Accounts, p *policy.Policy, k policy.Kind) ([]policy.Finding, error) {
	var found []policy.Finding
	known := map[string]string{}
	for i := range p.Statements {
		st := &p.Statements[i]
		if st.Principal == nil {
			continue
		}
		for _, g := range st.Principal.Groups {
			for _, v := range g.Values {
				principal, err := NewPuller(v.Text)
				if err != nil || accounts[principal.Principal.Account] == nil || principal.Name == "" {
					continue
				}
				fault, ok := known[v.Text]
				if !ok {
					if fault, err = principal.missing(ctx, accounts[principal.Principal.Account], v.Text); err != nil {
						return nil, err
					}
					known[v.Text] = fault
				}
				if fault != "" {
					e := policy.SyntaxError{Line: v.Pos.Line, Column: v.Pos.Column, Offset: v.Pos.Offset, Msg: fault}
					found = append(found, e.Finding(k))
				}
			}
		}
	}
	return found, nil
}

// missing says how a principal of that name does not exist, empty if it does.
func (p *Puller) missing(ctx context.Context, api *iam.Client, named string) (string, error) {
	var real string
	var err error
	if p.Principal.Kind == policy.User {
		var out *iam.GetUserOutput
		if out, err = api.GetUser(ctx, &iam.GetUserInput{UserName: &p.Name}); err == nil {
			real = aws.ToString(out.User.Arn)
		}
	} else {
		var out *iam.GetRoleOutput
		if out, err = api.GetRole(ctx, &iam.GetRoleInput{RoleName: &p.Name}); err == nil {
			real = aws.ToString(out.Role.Arn)
		}
	}
	var gone *types.NoSuchEntityException
	_, refused := refusal(err)
	switch {
	case errors.As(err, &gone):
		return p.GrantARN() + " does not exist", nil
	case refused:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look for %s: %w", p.GrantARN(), err)
	case real != named && strings.Contains(named, ":iam:"): // sessions are named without the role's path
		return fmt.Sprintf("%s does not exist; did you mean %s?", named, real), nil
	}
	return "", nil
}
