package grant

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// ErrConflict reports that the repository policy was changed by someone else
// after the plan was made. Make a new plan.
var ErrConflict = errors.New("the repository policy was changed by someone else meanwhile")

// ReadPolicy returns the text of a repository's policy, empty if it has none.
func ReadPolicy(ctx context.Context, api *ecr.Client, r Repository) (string, error) {
	out, err := api.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{
		RegistryId: aws.String(r.Account), RepositoryName: aws.String(r.Name),
	})
	var none *types.RepositoryPolicyNotFoundException
	if errors.As(err, &none) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the policy of repository %s: %w", r.Name, err)
	}
	return aws.ToString(out.PolicyText), nil
}

// Apply makes a plan's change with the credentials of the repository's owner.
// A plan that changes nothing makes no call. [ErrConflict] means the policy is
// no longer the one that the plan was made for, and nothing was written.
func Apply(ctx context.Context, api *ecr.Client, p *Plan) error {
	if !p.Changed {
		return nil
	}
	r := p.Repository
	now, err := ReadPolicy(ctx, api, r)
	if err != nil {
		return err
	}
	same, err := samePolicy(now, r.Policy)
	if err != nil {
		return err
	}
	if !same {
		return ErrConflict
	}
	if p.After == "" {
		_, err = api.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{
			RegistryId: aws.String(r.Account), RepositoryName: aws.String(r.Name),
		})
		if err != nil {
			return fmt.Errorf("delete the policy of repository %s: %w", r.Name, err)
		}
		return nil
	}
	_, err = api.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
		RegistryId: aws.String(r.Account), RepositoryName: aws.String(r.Name), PolicyText: aws.String(p.After),
	})
	var invalid *types.InvalidParameterException
	if errors.As(err, &invalid) {
		return fmt.Errorf("set the policy of repository %s (ECR also answers so when a principal does not exist, or not yet): %w", r.Name, err)
	}
	if err != nil {
		return fmt.Errorf("set the policy of repository %s: %w", r.Name, err)
	}
	return nil
}

func samePolicy(a, b string) (bool, error) {
	ca, err := canonical(a)
	if err != nil {
		return false, fmt.Errorf("read the present repository policy: %w", err)
	}
	cb, err := canonical(b)
	if err != nil {
		return false, fmt.Errorf("read the planned repository policy: %w", err)
	}
	return ca == cb, nil
}
