package ecrpublicapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/registry"
)

// onNewRepository is onRepository with the condition keys of the tags.
func onNewRepository(c *awsapi.Call, in *ecrpublic.CreateRepositoryInput) []awsapi.Resource {
	r := resource(repo(c, in))
	r.Context = ecrapi.TagContext(privateTags(in.Tags))
	return []awsapi.Resource{r}
}

// onRepositories is for DescribeRepositories: each repository named, or all.
func onRepositories(c *awsapi.Call, in *ecrpublic.DescribeRepositoriesInput) []awsapi.Resource {
	names := in.RepositoryNames
	if len(names) == 0 {
		names = []string{"*"}
	}
	var rs []awsapi.Resource
	for _, name := range names {
		rs = append(rs, awsapi.Resource{ARN: arn.PublicRepository(c.Account, name), Account: c.Account})
	}
	return rs
}

func (s *service) createRepository(ctx context.Context, c *awsapi.Call, in *ecrpublic.CreateRepositoryInput) (*ecrpublic.CreateRepositoryOutput, error) {
	tags, err := ecrapi.ResourceTags(privateTags(in.Tags))
	if err != nil {
		return nil, err
	}
	if len(tags) > 0 {
		if err := c.Authorize(ctx, "ecr-public:TagResource", onNewRepository(c, in)...); err != nil {
			return nil, err
		}
	}
	var catalog *registry.CatalogData
	if in.CatalogData != nil {
		catalog = catalogData(in.CatalogData)
	}
	reg, err := s.Registry.PublicRegistry(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.CreatePublicRepository(ctx, repo(c, in), tags, catalog)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.CreateRepositoryOutput{
		Repository:  s.repository(c, reg, r),
		CatalogData: s.catalogData(c, reg, r.Repo, value(catalog)),
	}, nil
}

func (s *service) describeRepositories(ctx context.Context, c *awsapi.Call, in *ecrpublic.DescribeRepositoriesInput) (*ecrpublic.DescribeRepositoriesOutput, error) {
	reg, err := s.Registry.PublicRegistry(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	out := &ecrpublic.DescribeRepositoriesOutput{Repositories: []ecrpublic.Repository{}}
	if len(in.RepositoryNames) > 0 {
		if err := ecrapi.NoPaging("repositoryNames", in.NextToken, in.MaxResults); err != nil {
			return nil, err
		}
		for _, name := range in.RepositoryNames {
			r, err := s.Registry.Repository(ctx, registry.Repo{Account: c.Account, Region: registry.Public, Name: name})
			if err != nil {
				return nil, err
			}
			out.Repositories = append(out.Repositories, *s.repository(c, reg, r))
		}
		return out, nil
	}
	rs, next, err := s.Registry.Repositories(ctx, c.Account, registry.Public, ecrapi.Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		out.Repositories = append(out.Repositories, *s.repository(c, reg, r))
	}
	out.NextToken = optional(next)
	return out, nil
}

func (s *service) deleteRepository(ctx context.Context, c *awsapi.Call, in *ecrpublic.DeleteRepositoryInput) (*ecrpublic.DeleteRepositoryOutput, error) {
	reg, err := s.Registry.PublicRegistry(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.DeleteRepository(ctx, repo(c, in), value(in.Force))
	if err != nil {
		return nil, err
	}
	return &ecrpublic.DeleteRepositoryOutput{Repository: s.repository(c, reg, r)}, nil
}

func (s *service) putRepositoryCatalogData(ctx context.Context, c *awsapi.Call, in *ecrpublic.PutRepositoryCatalogDataInput) (*ecrpublic.PutRepositoryCatalogDataOutput, error) {
	r := repo(c, in)
	if err := s.Registry.SetCatalogData(ctx, r, *catalogData(in.CatalogData)); err != nil {
		return nil, err
	}
	out, err := s.readCatalogData(ctx, c, r)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.PutRepositoryCatalogDataOutput{CatalogData: out}, nil
}

// getRepositoryCatalogData answers empty data for a repository without any:
// the Terraform provider takes an error for one.
func (s *service) getRepositoryCatalogData(ctx context.Context, c *awsapi.Call, in *ecrpublic.GetRepositoryCatalogDataInput) (*ecrpublic.GetRepositoryCatalogDataOutput, error) {
	out, err := s.readCatalogData(ctx, c, repo(c, in))
	if err != nil {
		return nil, err
	}
	return &ecrpublic.GetRepositoryCatalogDataOutput{CatalogData: out}, nil
}

func (s *service) readCatalogData(ctx context.Context, c *awsapi.Call, r registry.Repo) (*ecrpublic.RepositoryCatalogData, error) {
	data, err := s.Registry.CatalogData(ctx, r)
	if err != nil {
		return nil, err
	}
	reg, err := s.Registry.PublicRegistry(ctx, r.Account)
	if err != nil {
		return nil, err
	}
	return s.catalogData(c, reg, r, *data), nil
}

// repository is a repository as the API shows it.
func (s *service) repository(c *awsapi.Call, reg *registry.PublicRegistry, r *registry.Repository) *ecrpublic.Repository {
	return &ecrpublic.Repository{
		RepositoryArn:  new(r.ARN()),
		RegistryId:     new(r.Account),
		RepositoryName: new(r.Name),
		RepositoryUri:  new(s.URL(c).Host + "/" + reg.Alias + "/" + r.Name),
		CreatedAt:      shape.At(r.CreatedAt),
	}
}

// catalogData reads the catalog data of a request.
func catalogData(in *ecrpublic.RepositoryCatalogDataInput) *registry.CatalogData {
	return &registry.CatalogData{
		Description:      value(in.Description),
		Architectures:    in.Architectures,
		OperatingSystems: in.OperatingSystems,
		AboutText:        value(in.AboutText),
		UsageText:        value(in.UsageText),
		Logo:             in.LogoImageBlob,
	}
}

// catalogData is catalog data as the API shows it.
func (s *service) catalogData(c *awsapi.Call, reg *registry.PublicRegistry, r registry.Repo, data registry.CatalogData) *ecrpublic.RepositoryCatalogData {
	out := &ecrpublic.RepositoryCatalogData{
		Description:      optional(data.Description),
		Architectures:    data.Architectures,
		OperatingSystems: data.OperatingSystems,
		AboutText:        optional(data.AboutText),
		UsageText:        optional(data.UsageText),
	}
	if data.LogoType != "" {
		out.LogoUrl = new(s.URL(c).JoinPath(s.LogoPath(reg.Alias, r.Name)).String())
	}
	return out
}
