package iamapi

import (
	"context"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// onServiceRole is the role of the service to be made.
func onServiceRole(c *awsapi.Call, in *api.CreateServiceLinkedRoleInput) []awsapi.Resource {
	service := value(in.AWSServiceName)
	rolePath, name, _ := iam.ServiceLinkedRolePath(service)
	keys := policy.Context{}
	keys.Set("iam:AWSServiceName", service)
	return []awsapi.Resource{{ARN: arn.IAM(c.Account, "role", rolePath, name), Account: c.Account, Context: keys}}
}

func (s *service) createServiceLinkedRole(ctx context.Context, c *awsapi.Call, in *api.CreateServiceLinkedRoleInput) (*api.CreateServiceLinkedRoleOutput, error) {
	r, err := s.iam.CreateServiceLinkedRole(ctx, c.Account, value(in.AWSServiceName), value(in.CustomSuffix), value(in.Description))
	if err != nil {
		return nil, err
	}
	return &api.CreateServiceLinkedRoleOutput{Role: new(toNewRole(r))}, nil
}

func (s *service) deleteServiceLinkedRole(ctx context.Context, c *awsapi.Call, in *api.DeleteServiceLinkedRoleInput) (*api.DeleteServiceLinkedRoleOutput, error) {
	task, err := s.iam.DeleteServiceLinkedRole(ctx, c.Account, in.GetRoleName())
	if err != nil {
		return nil, err
	}
	return &api.DeleteServiceLinkedRoleOutput{DeletionTaskId: &task}, nil
}

// onDeletion is the role that a deletion was of: task/<path>/<name>/<id>.
func onDeletion(c *awsapi.Call, in *api.GetServiceLinkedRoleDeletionStatusInput) []awsapi.Resource {
	role := path.Dir(strings.TrimPrefix(value(in.DeletionTaskId), "task/"))
	return []awsapi.Resource{{ARN: arn.IAM(c.Account, "role", "/", role), Account: c.Account}}
}

// getDeletionStatus answers that a deletion that there was has succeeded: none takes longer than its call.
func (s *service) getDeletionStatus(ctx context.Context, c *awsapi.Call, in *api.GetServiceLinkedRoleDeletionStatusInput) (*api.GetServiceLinkedRoleDeletionStatusOutput, error) {
	if err := s.iam.RoleDeletion(ctx, c.Account, value(in.DeletionTaskId)); err != nil {
		return nil, err
	}
	return &api.GetServiceLinkedRoleDeletionStatusOutput{Status: new(api.DeletionTaskStatusTypeSucceeded)}, nil
}
