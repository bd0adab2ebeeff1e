package orgapi

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/org"
)

func toUnit(u *org.Unit) api.OrganizationalUnit {
	return api.OrganizationalUnit{Id: &u.ID, Arn: &u.ARN, Name: &u.Name, Path: &u.Path}
}

func (s *service) createUnit(ctx context.Context, c *awsapi.Call, in *api.CreateOrganizationalUnitInput) (*api.CreateOrganizationalUnitOutput, error) {
	if err := mayTag(ctx, c, in.Tags); err != nil {
		return nil, err
	}
	u, err := s.org.CreateUnit(ctx, c.Account, in.GetParentId(), value(in.Name), fromTags(in.Tags))
	if err != nil {
		return nil, err
	}
	return &api.CreateOrganizationalUnitOutput{OrganizationalUnit: new(toUnit(u))}, nil
}

func (s *service) describeUnit(ctx context.Context, c *awsapi.Call, in *api.DescribeOrganizationalUnitInput) (*api.DescribeOrganizationalUnitOutput, error) {
	u, err := s.org.Unit(ctx, c.Account, in.GetOrganizationalUnitId())
	if err != nil {
		return nil, err
	}
	return &api.DescribeOrganizationalUnitOutput{OrganizationalUnit: new(toUnit(u))}, nil
}

func (s *service) updateUnit(ctx context.Context, c *awsapi.Call, in *api.UpdateOrganizationalUnitInput) (*api.UpdateOrganizationalUnitOutput, error) {
	var u *org.Unit
	var err error
	if in.Name == nil {
		u, err = s.org.Unit(ctx, c.Account, in.GetOrganizationalUnitId())
	} else {
		u, err = s.org.RenameUnit(ctx, c.Account, in.GetOrganizationalUnitId(), *in.Name)
	}
	if err != nil {
		return nil, err
	}
	return &api.UpdateOrganizationalUnitOutput{OrganizationalUnit: new(toUnit(u))}, nil
}

func (s *service) deleteUnit(ctx context.Context, c *awsapi.Call, in *api.DeleteOrganizationalUnitInput) (*api.DeleteOrganizationalUnitOutput, error) {
	return nil, s.org.DeleteUnit(ctx, c.Account, in.GetOrganizationalUnitId())
}

func (s *service) listUnits(ctx context.Context, c *awsapi.Call, in *api.ListOrganizationalUnitsForParentInput) (*api.ListOrganizationalUnitsForParentOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	us, next, err := s.org.Units(ctx, c.Account, in.GetParentId(), p)
	if err != nil {
		return nil, err
	}
	return &api.ListOrganizationalUnitsForParentOutput{OrganizationalUnits: each(us, toUnit), NextToken: more(next)}, nil
}

// listParents answers with the one parent that everything but the root has.
func (s *service) listParents(ctx context.Context, c *awsapi.Call, in *api.ListParentsInput) (*api.ListParentsOutput, error) {
	if _, err := page(in.NextToken, in.MaxResults); err != nil {
		return nil, err
	}
	id, err := s.org.Parent(ctx, c.Account, value(in.ChildId))
	if err != nil {
		return nil, err
	}
	kind := api.ParentTypeOrganizationalUnit
	if strings.HasPrefix(id, "r-") {
		kind = api.ParentTypeRoot
	}
	return &api.ListParentsOutput{Parents: []api.Parent{{Id: &id, Type: &kind}}}, nil
}

func (s *service) listChildren(ctx context.Context, c *awsapi.Call, in *api.ListChildrenInput) (*api.ListChildrenOutput, error) {
	p, err := page(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	var ids []string
	var next string
	if value(in.ChildType) == api.ChildTypeAccount {
		var ms []*org.Member
		ms, next, err = s.org.Members(ctx, c.Account, in.GetParentId(), p)
		ids = each(ms, func(m *org.Member) string { return m.Account })
	} else {
		var us []*org.Unit
		us, next, err = s.org.Units(ctx, c.Account, in.GetParentId(), p)
		ids = each(us, func(u *org.Unit) string { return u.ID })
	}
	if err != nil {
		return nil, err
	}
	return &api.ListChildrenOutput{
		Children:  each(ids, func(id string) api.Child { return api.Child{Id: &id, Type: in.ChildType} }),
		NextToken: more(next),
	}, nil
}
