package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// toUser is a user with all there is; lists leave out tags and boundary.
func toUser(u *iam.User) api.User {
	out := toListedUser(u)
	out.PermissionsBoundary = toBoundary(u.Boundary)
	out.Tags = toTags(u.Tags)
	return out
}

func toListedUser(u *iam.User) api.User {
	out := api.User{
		Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: new(u.ARN()), CreateDate: shape.At(u.Created),
	}
	if !u.PasswordUsed.IsZero() {
		out.PasswordLastUsed = shape.At(u.PasswordUsed)
	}
	return out
}

func newUserKeys(in *api.CreateUserInput) policy.Context {
	return withBoundary(requestTags(in.Tags), in.PermissionsBoundary)
}

func (s *service) createUser(ctx context.Context, c *awsapi.Call, in *api.CreateUserInput) (*api.CreateUserOutput, error) {
	u, err := s.iam.CreateUser(ctx, c.Account, iam.NewUser{
		Name: in.GetUserName(), Path: value(in.Path), Boundary: value(in.PermissionsBoundary), Tags: fromTags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserOutput{User: new(toUser(u))}, nil
}

func (s *service) getUser(ctx context.Context, c *awsapi.Call, in *api.GetUserInput) (*api.GetUserOutput, error) {
	name, err := ownerName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if name == "" { // the root user, who has no name
		a, err := s.iam.Account(ctx, c.Account)
		if err != nil {
			return nil, err
		}
		return &api.GetUserOutput{User: &api.User{UserId: &a.ID, Arn: new(arn.Root(a.ID)), CreateDate: shape.At(a.Created)}}, nil
	}
	u, err := s.iam.User(ctx, c.Account, name)
	if err != nil {
		return nil, err
	}
	return &api.GetUserOutput{User: new(toUser(u))}, nil
}

func (s *service) listUsers(ctx context.Context, c *awsapi.Call, in *api.ListUsersInput) (*api.ListUsersOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	us, next, err := s.iam.Users(ctx, c.Account, value(in.PathPrefix), p)
	if err != nil {
		return nil, err
	}
	out := &api.ListUsersOutput{Users: each(us, toListedUser)}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func (s *service) updateUser(ctx context.Context, c *awsapi.Call, in *api.UpdateUserInput) (*api.UpdateUserOutput, error) {
	return nil, s.iam.UpdateUser(ctx, c.Account, in.GetUserName(), value(in.NewUserName), value(in.NewPath))
}

func (s *service) deleteUser(ctx context.Context, c *awsapi.Call, in *api.DeleteUserInput) (*api.DeleteUserOutput, error) {
	return nil, s.iam.DeleteUser(ctx, c.Account, in.GetUserName())
}
