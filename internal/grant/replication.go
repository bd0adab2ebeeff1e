package grant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// maxFilters is how many filters a replication rule may have.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ReplicationRule.html
const maxFilters = 100

// Replicate makes the registry of an account replicate repositories to another
// region, with the owner's credentials for the region that they are in. Filters
// are what the names of the repositories begin with, as ECR's filters are. It
// returns those that no rule had; rules that are there stay. Only what is
// pushed from then on is replicated.
func Replicate(ctx context.Context, api *ecr.Client, account, region string, filters []string, dryRun bool) (added []string, err error) {
	out, err := api.DescribeRegistry(ctx, &ecr.DescribeRegistryInput{})
	if err != nil {
		return nil, fmt.Errorf("read the replication rules of account %s: %w", account, err)
	}
	if id := aws.ToString(out.RegistryId); id != account {
		return nil, fmt.Errorf("set replication rules of account %s: the credentials are of account %s", account, id)
	}
	var rules []types.ReplicationRule
	if out.ReplicationConfiguration != nil {
		rules = out.ReplicationConfiguration.Rules
	}
	rules, added = withReplication(rules, account, region, filters)
	if len(added) == 0 || dryRun {
		return added, nil
	}
	_, err = api.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: &types.ReplicationConfiguration{Rules: rules}})
	if err != nil {
		return nil, fmt.Errorf("set the replication rules of account %s: %w", account, err)
	}
	return added, nil
}

// withReplication adds to rules what is needed for the filters. A rule that
// has this destination alone, and filters, is given more of them.
func withReplication(rules []types.ReplicationRule, account, region string, filters []string) (_ []types.ReplicationRule, added []string) {
	rules = slices.Clone(rules)
	to := func(d types.ReplicationDestination) bool {
		return aws.ToString(d.Region) == region && aws.ToString(d.RegistryId) == account
	}
	for _, f := range filters {
		covered := slices.ContainsFunc(rules, func(r types.ReplicationRule) bool {
			return slices.ContainsFunc(r.Destinations, to) && (len(r.RepositoryFilters) == 0 ||
				slices.ContainsFunc(r.RepositoryFilters, func(have types.RepositoryFilter) bool { return strings.HasPrefix(f, aws.ToString(have.Filter)) }))
		})
		if covered {
			continue
		}
		added = append(added, f)
		at := slices.IndexFunc(rules, func(r types.ReplicationRule) bool {
			return len(r.Destinations) == 1 && to(r.Destinations[0]) && len(r.RepositoryFilters) < maxFilters
		})
		if at < 0 {
			rules = append(rules, types.ReplicationRule{Destinations: []types.ReplicationDestination{{Region: aws.String(region), RegistryId: aws.String(account)}}})
			at = len(rules) - 1
		}
		rules[at].RepositoryFilters = append(slices.Clip(rules[at].RepositoryFilters), types.RepositoryFilter{Filter: aws.String(f), FilterType: types.RepositoryFilterTypePrefixMatch})
	}
	return rules, added
}

// CreateReplica creates a repository of the name in the region of another
// client of the same account, with the settings that replication does not
// bring along, unless there is one. It reports whether there was none.
func CreateReplica(ctx context.Context, from, to *ecr.Client, account, name string, dryRun bool) (missing bool, err error) {
	_, err = to.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: &account, RepositoryNames: []string{name}})
	var gone *types.RepositoryNotFoundException
	if err == nil {
		return false, nil
	}
	if !errors.As(err, &gone) {
		return false, fmt.Errorf("look for the replica of repository %s: %w", name, err)
	}
	out, err := from.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: &account, RepositoryNames: []string{name}})
	if err != nil {
		return false, fmt.Errorf("describe repository %s: %w", name, err)
	}
	if dryRun || len(out.Repositories) == 0 {
		return true, nil
	}
	source := out.Repositories[0]
	_, err = to.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RegistryId: &account, RepositoryName: &name, ImageTagMutability: source.ImageTagMutability,
		ImageTagMutabilityExclusionFilters: source.ImageTagMutabilityExclusionFilters, ImageScanningConfiguration: source.ImageScanningConfiguration,
	})
	var exists *types.RepositoryAlreadyExistsException
	if err != nil && !errors.As(err, &exists) { // replication may have been faster
		return false, fmt.Errorf("create the replica of repository %s: %w", name, err)
	}
	return true, nil
}
