package grant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// attempts bounds how often Change plans anew after meeting changes of others.
const attempts = 3

// Change reads a repository's policy, plans the edit and, unless it is a dry
// run, applies it. Meeting a change by someone else it plans anew. The plan is
// returned also with an error of applying it.
func Change(ctx context.Context, api *ecr.Client, r Repository, edit Edit, dryRun bool) (*Plan, error) {
	for attempt := 1; ; attempt++ {
		var err error
		if r.Policy, err = ReadPolicy(ctx, api, r); err != nil {
			return nil, err
		}
		plan, err := edit(r)
		if err != nil || dryRun {
			return plan, err
		}
		if err = Apply(ctx, api, plan); !errors.Is(err, ErrConflict) || attempt == attempts {
			return plan, err
		}
	}
}

// samePolicy reports whether two policies mean the same. AWS prints policies
// anew and does not keep the order of their lists.
func samePolicy(a, b string) (bool, error) {
	ma, err := meaning(a)
	if err != nil {
		return false, fmt.Errorf("read the present repository policy: %w", err)
	}
	mb, err := meaning(b)
	if err != nil {
		return false, fmt.Errorf("read the planned repository policy: %w", err)
	}
	return ma == mb, nil
}

// meaning renders a policy without what does not matter: the order of members
// and of lists of strings, and the brackets of lists of one.
func meaning(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", err
	}
	b, err := json.Marshal(plainest(v))
	return string(b), err
}

func plainest(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plainest(v[k])
		}
	case []any:
		if len(v) == 1 {
			return plainest(v[0])
		}
		stringsOnly := true
		for i := range v {
			v[i] = plainest(v[i])
			_, ok := v[i].(string)
			stringsOnly = stringsOnly && ok
		}
		if stringsOnly {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		}
	}
	return v
}
