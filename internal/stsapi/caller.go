package stsapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
)

// getCallerIdentity needs no permission, and no policy can deny it.
func (s *service) getCallerIdentity(_ context.Context, c *awsapi.Call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	p := c.Identity.Subject.Principal
	return &sts.GetCallerIdentityOutput{UserId: &p.ID, Account: &p.Account, Arn: &p.ARN}, nil
}

// getAccessKeyInfo reads the account out of the id: AWS answers for keys that do not exist, too.
func (s *service) getAccessKeyInfo(_ context.Context, _ *awsapi.Call, in *sts.GetAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	account, ok := iam.AccessKeyAccount(deref(in.AccessKeyId))
	if !ok {
		return nil, validation("Invalid access key ID")
	}
	return &sts.GetAccessKeyInfoOutput{Account: &account}, nil
}
