package ecrapi

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
)

func (s *service) createRepositoryCreationTemplate(ctx context.Context, c *awsapi.Call, in *ecr.CreateRepositoryCreationTemplateInput) (*ecr.CreateRepositoryCreationTemplateOutput, error) {
	change, err := s.templateChange(ctx, c, (*ecr.UpdateRepositoryCreationTemplateInput)(in))
	if err != nil {
		return nil, err
	}
	t := registry.Template{Account: c.Account, Region: c.Region, Prefix: value(in.Prefix)}
	change.Apply(&t)
	if t.Role == "" {
		if err := s.serviceRole(ctx, c, templateService); err != nil {
			return nil, err
		}
	}
	created, err := s.Registry.CreateTemplate(ctx, t)
	if err != nil {
		return nil, err
	}
	shown, err := s.template(ctx, created)
	if err != nil {
		return nil, err
	}
	return &ecr.CreateRepositoryCreationTemplateOutput{RegistryId: &c.Account, RepositoryCreationTemplate: shown}, nil
}

// updateRepositoryCreationTemplate keeps what the input does not name.
func (s *service) updateRepositoryCreationTemplate(ctx context.Context, c *awsapi.Call, in *ecr.UpdateRepositoryCreationTemplateInput) (*ecr.UpdateRepositoryCreationTemplateOutput, error) {
	change, err := s.templateChange(ctx, c, in)
	if err != nil {
		return nil, err
	}
	t, err := s.Registry.UpdateTemplate(ctx, c.Account, c.Region, value(in.Prefix), *change)
	if err != nil {
		return nil, err
	}
	shown, err := s.template(ctx, t)
	if err != nil {
		return nil, err
	}
	return &ecr.UpdateRepositoryCreationTemplateOutput{RegistryId: &c.Account, RepositoryCreationTemplate: shown}, nil
}

func (s *service) deleteRepositoryCreationTemplate(ctx context.Context, c *awsapi.Call, in *ecr.DeleteRepositoryCreationTemplateInput) (*ecr.DeleteRepositoryCreationTemplateOutput, error) {
	t, err := s.Registry.DeleteTemplate(ctx, c.Account, c.Region, value(in.Prefix))
	if err != nil {
		return nil, err
	}
	shown, err := s.template(ctx, t)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteRepositoryCreationTemplateOutput{RegistryId: &c.Account, RepositoryCreationTemplate: shown}, nil
}

func (s *service) describeRepositoryCreationTemplates(ctx context.Context, c *awsapi.Call, in *ecr.DescribeRepositoryCreationTemplatesInput) (*ecr.DescribeRepositoryCreationTemplatesOutput, error) {
	ts, next, err := s.templates(ctx, c, in)
	if err != nil {
		return nil, err
	}
	out := &ecr.DescribeRepositoryCreationTemplatesOutput{
		RegistryId:                  &c.Account,
		RepositoryCreationTemplates: []ecr.RepositoryCreationTemplate{},
		NextToken:                   optional(next),
	}
	for _, t := range ts {
		shown, err := s.template(ctx, t)
		if err != nil {
			return nil, err
		}
		out.RepositoryCreationTemplates = append(out.RepositoryCreationTemplates, *shown)
	}
	return out, nil
}

// templates returns the templates that the input asks for. The operation has no
// error for a prefix without one: it is left out.
func (s *service) templates(ctx context.Context, c *awsapi.Call, in *ecr.DescribeRepositoryCreationTemplatesInput) (ts []*registry.Template, next string, err error) {
	if len(in.Prefixes) == 0 {
		return s.Registry.Templates(ctx, c.Account, c.Region, Page(in.NextToken, in.MaxResults))
	}
	if err := NoPaging("prefixes", in.NextToken, in.MaxResults); err != nil {
		return nil, "", err
	}
	for _, prefix := range in.Prefixes {
		t, err := s.Registry.Template(ctx, c.Account, c.Region, prefix)
		switch {
		case errors.Is(err, registry.ErrTemplateNotFound):
		case err != nil:
			return nil, "", err
		default:
			ts = append(ts, t)
		}
	}
	return ts, "", nil
}

// templateChange reads and checks what the input has to say of a template, and
// that the caller could do by hand what the template will do.
func (s *service) templateChange(ctx context.Context, c *awsapi.Call, in *ecr.UpdateRepositoryCreationTemplateInput) (*registry.TemplateChange, error) {
	change := &registry.TemplateChange{Description: in.Description, Role: in.CustomRoleArn}
	for _, cause := range in.AppliedFor {
		if cause := registry.Cause(cause); !slices.Contains(change.AppliedFor, cause) {
			change.AppliedFor = append(change.AppliedFor, cause)
		}
	}
	if in.ResourceTags != nil {
		tags, err := ResourceTags(in.ResourceTags)
		if err != nil {
			return nil, err
		}
		change.Tags = tags
	}
	if e := in.EncryptionConfiguration; e != nil {
		encryption, err := encryption(c, (*ecr.EncryptionConfiguration)(e))
		if err != nil {
			return nil, err
		}
		change.Encryption = &encryption
	}
	if in.ImageTagMutability != nil {
		mutability, exclusions, err := tagMutability(in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters)
		if err != nil {
			return nil, err
		}
		change.TagMutability, change.TagExclusions = &mutability, exclusions
	} else if len(in.ImageTagMutabilityExclusionFilters) > 0 {
		return nil, awsapi.InvalidParameter("imageTagMutabilityExclusionFilters", "ImageTagMutabilityExclusionFilters must be null when imageTagMutability is not set")
	}
	if err := s.templatePolicies(ctx, in, change); err != nil {
		return nil, err
	}
	return change, mayTemplate(ctx, c, in)
}

// templatePolicies reads the policies that the repositories of a template get.
func (s *service) templatePolicies(ctx context.Context, in *ecr.UpdateRepositoryCreationTemplateInput, change *registry.TemplateChange) error {
	if text := in.RepositoryPolicy; text != nil {
		change.Policy = &registry.Policy{Text: *text}
		if *text != "" {
			_, ids, err := s.parsePolicy(ctx, "repositoryPolicy", *text, policy.Repository)
			if err != nil {
				return err
			}
			change.Policy.Principals = ids
		}
	}
	if text := in.LifecyclePolicy; text != nil {
		change.Lifecycle = text
		if *text != "" {
			p, err := lifecycle.Parse([]byte(*text))
			if err != nil {
				return awsapi.InvalidParameter("lifecyclePolicy", err.Error())
			}
			change.Lifecycle = new(p.String())
		}
	}
	return nil
}

// mayTemplate checks that the caller may create repositories below the prefix
// and give them the policies of the template, without which the template would
// lend it these rights.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create.html
func mayTemplate(ctx context.Context, c *awsapi.Call, in *ecr.UpdateRepositoryCreationTemplateInput) error {
	names := "*"
	if prefix := strings.TrimSuffix(value(in.Prefix), "/"); prefix != registry.RootPrefix {
		names = prefix + "/*"
	}
	on := awsapi.Resource{ARN: arn.Repository(c.Account, c.Region, names), Account: c.Account, Context: TagContext(in.ResourceTags)}
	actions := []string{"ecr:CreateRepository"}
	if value(in.RepositoryPolicy) != "" {
		actions = append(actions, "ecr:SetRepositoryPolicy")
	}
	if value(in.LifecyclePolicy) != "" {
		actions = append(actions, "ecr:PutLifecyclePolicy")
	}
	for _, action := range actions {
		if err := c.Authorize(ctx, action, on); err != nil {
			return err
		}
	}
	return passRole(ctx, c, in.CustomRoleArn, templateService)
}

// template is a template as the API shows it.
func (s *service) template(ctx context.Context, t *registry.Template) (*ecr.RepositoryCreationTemplate, error) {
	out := &ecr.RepositoryCreationTemplate{
		Prefix:      &t.Prefix,
		Description: optional(t.Description),
		EncryptionConfiguration: &ecr.EncryptionConfigurationForRepositoryCreationTemplate{
			EncryptionType: &t.Encryption.Type,
			KmsKey:         optional(t.Encryption.KMSKey),
		},
		ImageTagMutability:                 new(string(t.TagMutability)),
		ImageTagMutabilityExclusionFilters: exclusionFilters(t.TagExclusions),
		LifecyclePolicy:                    optional(t.Lifecycle),
		AppliedFor:                         []string{},
		CustomRoleArn:                      optional(t.Role),
		CreatedAt:                          shape.At(t.CreatedAt),
		UpdatedAt:                          shape.At(t.UpdatedAt),
	}
	for _, cause := range t.AppliedFor {
		out.AppliedFor = append(out.AppliedFor, string(cause))
	}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		out.ResourceTags = append(out.ResourceTags, ecr.Tag{Key: new(key), Value: new(t.Tags[key])})
	}
	if t.Policy != nil {
		text, err := s.shown(ctx, t.Policy)
		if err != nil {
			return nil, err
		}
		out.RepositoryPolicy = &text
	}
	return out, nil
}
