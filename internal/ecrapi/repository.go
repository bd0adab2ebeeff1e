package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/registry"
)

// onNewRepository is onRepository with the condition keys of the tags.
func onNewRepository(c *awsapi.Call, in *ecr.CreateRepositoryInput) []awsapi.Resource {
	r := resource(repo(c, in))
	r.Context = TagContext(in.Tags)
	return []awsapi.Resource{r}
}

func (s *service) createRepository(ctx context.Context, c *awsapi.Call, in *ecr.CreateRepositoryInput) (*ecr.CreateRepositoryOutput, error) {
	tags, err := ResourceTags(in.Tags)
	if err != nil {
		return nil, err
	}
	if len(tags) > 0 {
		if err := c.Authorize(ctx, "ecr:TagResource", onNewRepository(c, in)...); err != nil {
			return nil, err
		}
	}
	mutability, exclusions, err := tagMutability(in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters)
	if err != nil {
		return nil, err
	}
	encryption, err := encryption(c, in.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.CreateRepository(ctx, repo(c, in), registry.Settings{
		TagMutability: mutability,
		TagExclusions: exclusions,
		ScanOnPush:    in.ImageScanningConfiguration != nil && value(in.ImageScanningConfiguration.ScanOnPush),
		Encryption:    encryption,
		Tags:          tags,
	})
	if err != nil {
		return nil, err
	}
	return &ecr.CreateRepositoryOutput{Repository: s.repository(c, r)}, nil
}

func (s *service) describeRepositories(ctx context.Context, c *awsapi.Call, in *ecr.DescribeRepositoriesInput) (*ecr.DescribeRepositoriesOutput, error) {
	out := &ecr.DescribeRepositoriesOutput{Repositories: []ecr.Repository{}}
	if len(in.RepositoryNames) > 0 {
		if err := NoPaging("repositoryNames", in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
		for _, name := range in.RepositoryNames {
			r, err := s.Registry.Repository(ctx, registry.Repo{Account: c.Account, Region: c.Region, Name: name})
			if err != nil {
				return nil, err
			}
			out.Repositories = append(out.Repositories, *s.repository(c, r))
		}
		return out, nil
	}
	rs, next, err := s.Registry.Repositories(ctx, c.Account, c.Region, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		out.Repositories = append(out.Repositories, *s.repository(c, r))
	}
	out.NextToken = optional(next)
	return out, nil
}

func (s *service) deleteRepository(ctx context.Context, c *awsapi.Call, in *ecr.DeleteRepositoryInput) (*ecr.DeleteRepositoryOutput, error) {
	r, err := s.Registry.DeleteRepository(ctx, repo(c, in), value(in.Force))
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteRepositoryOutput{Repository: s.repository(c, r)}, nil
}

func (s *service) putImageTagMutability(ctx context.Context, c *awsapi.Call, in *ecr.PutImageTagMutabilityInput) (*ecr.PutImageTagMutabilityOutput, error) {
	mutability, exclusions, err := tagMutability(in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.SetTagMutability(ctx, repo(c, in), mutability, exclusions)
	if err != nil {
		return nil, err
	}
	return &ecr.PutImageTagMutabilityOutput{
		RegistryId:                         &r.Account,
		RepositoryName:                     &r.Name,
		ImageTagMutability:                 new(string(r.TagMutability)),
		ImageTagMutabilityExclusionFilters: exclusionFilters(r.TagExclusions),
	}, nil
}

// repository is a repository as the API shows it.
func (s *service) repository(c *awsapi.Call, r *registry.Repository) *ecr.Repository {
	return &ecr.Repository{
		RepositoryArn:                      new(r.ARN()),
		RegistryId:                         new(r.Account),
		RepositoryName:                     new(r.Name),
		RepositoryUri:                      new(s.URI(c, r.Account, r.Region).Host + "/" + r.Name),
		CreatedAt:                          shape.At(r.CreatedAt),
		ImageTagMutability:                 new(string(r.TagMutability)),
		ImageTagMutabilityExclusionFilters: exclusionFilters(r.TagExclusions),
		ImageScanningConfiguration:         &ecr.ImageScanningConfiguration{ScanOnPush: new(r.ScanOnPush)},
		EncryptionConfiguration: &ecr.EncryptionConfiguration{
			EncryptionType: new(r.Encryption.Type),
			KmsKey:         optional(r.Encryption.KMSKey),
		},
	}
}

// tagMutability reads the settings of tag mutability.
func tagMutability(m *string, filters []ecr.ImageTagMutabilityExclusionFilter) (registry.Mutability, []string, error) {
	mutability := registry.Mutable
	if m != nil {
		mutability = registry.Mutability(*m)
	}
	excludes := mutability == registry.MutableWithExclusion || mutability == registry.ImmutableWithExclusion
	switch {
	case excludes && len(filters) == 0:
		return "", nil, awsapi.InvalidParameter("imageTagMutabilityExclusionFilters",
			"ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as "+string(mutability))
	case !excludes && len(filters) > 0:
		return "", nil, awsapi.InvalidParameter("imageTagMutabilityExclusionFilters",
			"ImageTagMutabilityExclusionFilters must be null when imageTagMutability is set as "+string(mutability))
	}
	var exclusions []string
	for _, f := range filters {
		exclusions = append(exclusions, value(f.Filter))
	}
	return mutability, exclusions, nil
}

func exclusionFilters(exclusions []string) []ecr.ImageTagMutabilityExclusionFilter {
	var filters []ecr.ImageTagMutabilityExclusionFilter
	for _, e := range exclusions {
		filters = append(filters, ecr.ImageTagMutabilityExclusionFilter{
			Filter:     new(e),
			FilterType: new(ecr.ImageTagMutabilityExclusionFilterTypeWildcard),
		})
	}
	return filters
}

// encryption reads how a repository is to be said to be encrypted. A KMS key
// may be given by id, alias or ARN, and is shown by ARN; without one it is the
// alias of the key that AWS manages for ECR.
func encryption(c *awsapi.Call, in *ecr.EncryptionConfiguration) (registry.Encryption, error) {
	if in == nil {
		return registry.Encryption{Type: ecr.EncryptionTypeAes256}, nil
	}
	typ, key := value(in.EncryptionType), value(in.KmsKey)
	if typ == ecr.EncryptionTypeAes256 {
		if key != "" {
			return registry.Encryption{}, awsapi.InvalidParameter("encryptionConfiguration", "kmsKey can't be set when encryptionType is AES256")
		}
		return registry.Encryption{Type: typ}, nil
	}
	return registry.Encryption{Type: typ, KMSKey: kmsKeyARN(c, key)}, nil
}

func kmsKeyARN(c *awsapi.Call, key string) string {
	if _, err := arn.Parse(key); err == nil {
		return key
	}
	const alias = "alias/"
	switch {
	case key == "":
		key = alias + "aws/ecr"
	case len(key) < len(alias) || key[:len(alias)] != alias:
		key = "key/" + key
	}
	return arn.ARN{Partition: arn.Partition, Service: "kms", Region: c.Region, Account: c.Account, Resource: key}.String()
}
