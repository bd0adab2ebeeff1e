package ecrapi

import (
	"context"
	"errors"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// The services that Amazon ECR works as when it does something by itself.
const (
	templateService    = "ecr.amazonaws.com"
	replicationService = "replication.ecr.amazonaws.com"
	pullThroughService = "pullthroughcache.ecr.amazonaws.com"
)

// serviceRole makes the service-linked role of a service in the account
// addressed, unless it is there. The caller must be allowed to.
func (s *service) serviceRole(ctx context.Context, c *awsapi.Call, service string) error {
	path, name, _ := iam.ServiceLinkedRolePath(service)
	_, err := s.IAM.Role(ctx, c.Account, name)
	if !errors.Is(err, iam.ErrNoSuchEntity) {
		return err
	}
	keys := policy.Context{}
	keys.Set("iam:AWSServiceName", service)
	err = c.Authorize(ctx, "iam:CreateServiceLinkedRole", awsapi.Resource{ARN: arn.IAM(c.Account, "role", path, name), Account: c.Account, Context: keys})
	if err != nil {
		return err
	}
	_, err = s.IAM.CreateServiceLinkedRole(ctx, c.Account, service, "", "")
	if errors.Is(err, iam.ErrInvalidInput) { // another call was faster
		_, err = s.IAM.Role(ctx, c.Account, name)
	}
	return err
}

// passRole checks that the caller may hand a role of the account addressed to
// a service, if it names one. What is no such role is for the operation to
// refuse.
func passRole(ctx context.Context, c *awsapi.Call, roleARN *string, service string) error {
	if value(roleARN) == "" {
		return nil
	}
	keys := policy.Context{}
	keys.Set("iam:PassedToService", service)
	on := awsapi.Resource{ARN: *roleARN, Account: c.Account, Context: keys}
	if !isRoleOf(*roleARN, c.Account) {
		return awsapi.Errorf(ecr.CodeValidation, "customRoleArn must be the ARN of a role of the account of the registry")
	}
	return c.Authorize(ctx, "iam:PassRole", on)
}

// isRoleOf reports whether an ARN is that of a role of the account.
func isRoleOf(roleARN, account string) bool {
	a, err := arn.Parse(roleARN)
	return err == nil && a.Partition == arn.Partition && a.Service == "iam" && a.Region == "" && a.Account == account && a.Type() == "role" && a.Path() != ""
}
