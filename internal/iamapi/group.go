package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
)

func toGroup(g *iam.Group) api.Group {
	return api.Group{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: new(g.ARN()), CreateDate: shape.At(g.Created)}
}

func (s *service) createGroup(ctx context.Context, c *awsapi.Call, in *api.CreateGroupInput) (*api.CreateGroupOutput, error) {
	g, err := s.iam.CreateGroup(ctx, c.Account, in.GetGroupName(), value(in.Path))
	if err != nil {
		return nil, err
	}
	return &api.CreateGroupOutput{Group: new(toGroup(g))}, nil
}

func (s *service) getGroup(ctx context.Context, c *awsapi.Call, in *api.GetGroupInput) (*api.GetGroupOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	g, us, next, err := s.iam.Group(ctx, c.Account, in.GetGroupName(), p)
	if err != nil {
		return nil, err
	}
	out := &api.GetGroupOutput{Group: new(toGroup(g)), Users: each(us, toListedUser)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) listGroups(ctx context.Context, c *awsapi.Call, in *api.ListGroupsInput) (*api.ListGroupsOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	gs, next, err := s.iam.Groups(ctx, c.Account, value(in.PathPrefix), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListGroupsOutput{Groups: each(gs, toGroup)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) listGroupsForUser(ctx context.Context, c *awsapi.Call, in *api.ListGroupsForUserInput) (*api.ListGroupsForUserOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	gs, next, err := s.iam.GroupsOfUser(ctx, c.Account, in.GetUserName(), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListGroupsForUserOutput{Groups: each(gs, toGroup)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) updateGroup(ctx context.Context, c *awsapi.Call, in *api.UpdateGroupInput) (*api.UpdateGroupOutput, error) {
	return nil, s.iam.UpdateGroup(ctx, c.Account, in.GetGroupName(), value(in.NewGroupName), value(in.NewPath))
}

func (s *service) deleteGroup(ctx context.Context, c *awsapi.Call, in *api.DeleteGroupInput) (*api.DeleteGroupOutput, error) {
	return nil, s.iam.DeleteGroup(ctx, c.Account, in.GetGroupName())
}

func (s *service) addUserToGroup(ctx context.Context, c *awsapi.Call, in *api.AddUserToGroupInput) (*api.AddUserToGroupOutput, error) {
	return nil, s.iam.AddUserToGroup(ctx, c.Account, in.GetGroupName(), in.GetUserName())
}

func (s *service) removeUserFromGroup(ctx context.Context, c *awsapi.Call, in *api.RemoveUserFromGroupInput) (*api.RemoveUserFromGroupOutput, error) {
	return nil, s.iam.RemoveUserFromGroup(ctx, c.Account, in.GetGroupName(), in.GetUserName())
}
