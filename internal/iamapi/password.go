package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

func ownerOfNewProfile(in *api.CreateLoginProfileInput) *string     { return in.UserName }
func ownerOfProfile(in *api.GetLoginProfileInput) *string           { return in.UserName }
func ownerOfChangedProfile(in *api.UpdateLoginProfileInput) *string { return in.UserName }
func ownerOfDeletedProfile(in *api.DeleteLoginProfileInput) *string { return in.UserName }

// passwordOwner is the user whose password an operation is about; the root user has none here.
func passwordOwner(c *awsapi.Call, name *string) (string, error) {
	user, err := ownerName(c, name)
	if err == nil && user == "" {
		err = validation("Must specify userName when calling with non-User credentials")
	}
	return user, err
}

func toLoginProfile(p *iam.LoginProfile) *api.LoginProfile {
	return &api.LoginProfile{UserName: &p.UserName, CreateDate: shape.At(p.Created), PasswordResetRequired: &p.ResetRequired}
}

func (s *service) createLoginProfile(ctx context.Context, c *awsapi.Call, in *api.CreateLoginProfileInput) (*api.CreateLoginProfileOutput, error) {
	user, err := passwordOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if in.Password == nil {
		return nil, validation("1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null")
	}
	p, err := s.iam.CreateLoginProfile(ctx, c.Account, user, seal.Secret(*in.Password), in.PasswordResetRequired != nil && *in.PasswordResetRequired)
	if err != nil {
		return nil, err
	}
	return &api.CreateLoginProfileOutput{LoginProfile: toLoginProfile(p)}, nil
}

func (s *service) getLoginProfile(ctx context.Context, c *awsapi.Call, in *api.GetLoginProfileInput) (*api.GetLoginProfileOutput, error) {
	user, err := passwordOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := s.iam.LoginProfile(ctx, c.Account, user)
	if err != nil {
		return nil, err
	}
	return &api.GetLoginProfileOutput{LoginProfile: toLoginProfile(p)}, nil
}

func (s *service) updateLoginProfile(ctx context.Context, c *awsapi.Call, in *api.UpdateLoginProfileInput) (*api.UpdateLoginProfileOutput, error) {
	user, err := passwordOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	change := iam.PasswordChange{ResetRequired: in.PasswordResetRequired}
	if in.Password != nil {
		change.Password = new(seal.Secret(*in.Password))
	}
	return nil, s.iam.UpdateLoginProfile(ctx, c.Account, user, change)
}

func (s *service) deleteLoginProfile(ctx context.Context, c *awsapi.Call, in *api.DeleteLoginProfileInput) (*api.DeleteLoginProfileOutput, error) {
	user, err := passwordOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return nil, s.iam.DeleteLoginProfile(ctx, c.Account, user)
}

func self[In any](*In) *string { return nil }

// changePassword changes the caller's own password. An account's password policy can give all users the permission, which
// is then decided like an identity-based policy that they have.
func (s *service) changePassword(ctx context.Context, c *awsapi.Call, in *api.ChangePasswordInput) (*api.ChangePasswordOutput, error) {
	if c.Identity.Subject.Principal.Kind != policy.User || c.Identity.Credential != authn.AccessKey {
		return nil, awsapi.Errorf(api.CodeInvalidUserType, "Only IAM Users can change their own password")
	}
	user := c.Identity.Subject.UserName
	rules, err := s.iam.PasswordPolicy(ctx, c.Account)
	if err == nil && rules.UsersMayChange {
		c.Identity = withPolicy(c.Identity, changeOwnPassword())
	}
	if err := c.Authorize(ctx, "iam:ChangePassword", ownerResource(s, c, in, nil)...); err != nil {
		return nil, err
	}
	return nil, s.iam.ChangePassword(ctx, c.Account, user, seal.Secret(value(in.OldPassword)), seal.Secret(value(in.NewPassword)))
}

// changeOwnPassword is what an account's password policy allows all users.
func changeOwnPassword() policy.Source {
	p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Sid":"AllowUsersToChangePassword","Effect":"Allow","Action":"iam:ChangePassword","Resource":"*"}}`))
	if err != nil {
		panic("iamapi: own policy: " + err.Error())
	}
	return policy.Source{Type: "account password policy", Name: "AccountPasswordPolicy", Policy: p}
}

// withPolicy returns a copy of an identity that has one policy more.
func withPolicy(id *authn.Identity, src policy.Source) *authn.Identity {
	subject, identity := *id.Subject, *id
	subject.Identity = append(append([]policy.Source{}, subject.Identity...), src)
	identity.Subject = &subject
	return &identity
}

func (s *service) getPasswordPolicy(ctx context.Context, c *awsapi.Call, _ *api.GetAccountPasswordPolicyInput) (*api.GetAccountPasswordPolicyOutput, error) {
	p, err := s.iam.PasswordPolicy(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	out := &api.PasswordPolicy{
		MinimumPasswordLength: new(int32(p.MinLength)), RequireSymbols: &p.Symbols, RequireNumbers: &p.Numbers,
		RequireUppercaseCharacters: &p.Uppercase, RequireLowercaseCharacters: &p.Lowercase,
		AllowUsersToChangePassword: &p.UsersMayChange, ExpirePasswords: new(p.MaxAge > 0), HardExpiry: &p.HardExpiry,
	}
	if p.MaxAge > 0 {
		out.MaxPasswordAge = new(int32(p.MaxAge))
	}
	if p.ReusePrevention > 0 {
		out.PasswordReusePrevention = new(int32(p.ReusePrevention))
	}
	return &api.GetAccountPasswordPolicyOutput{PasswordPolicy: out}, nil
}

// updatePasswordPolicy replaces the whole policy: what the input leaves out gets its default.
func (s *service) updatePasswordPolicy(ctx context.Context, c *awsapi.Call, in *api.UpdateAccountPasswordPolicyInput) (*api.UpdateAccountPasswordPolicyOutput, error) {
	const defaultLength = 6
	is := func(b *bool) bool { return b != nil && *b }
	number := func(n *int32, absent int) int {
		if n == nil {
			return absent
		}
		return int(*n)
	}
	return nil, s.iam.SetPasswordPolicy(ctx, c.Account, iam.PasswordPolicy{
		MinLength: number(in.MinimumPasswordLength, defaultLength), Symbols: is(in.RequireSymbols), Numbers: is(in.RequireNumbers),
		Uppercase: is(in.RequireUppercaseCharacters), Lowercase: is(in.RequireLowercaseCharacters),
		UsersMayChange: is(in.AllowUsersToChangePassword), MaxAge: number(in.MaxPasswordAge, 0),
		ReusePrevention: number(in.PasswordReusePrevention, 0), HardExpiry: is(in.HardExpiry),
	})
}

func (s *service) deletePasswordPolicy(ctx context.Context, c *awsapi.Call, _ *api.DeleteAccountPasswordPolicyInput) (*api.DeleteAccountPasswordPolicyOutput, error) {
	return nil, s.iam.DeletePasswordPolicy(ctx, c.Account)
}
