package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
)

// Passwords, MFA devices, certificates, SSH keys and identity providers cannot be made here, so nobody has any. Tools that
// clean up before they delete a user ask for them all the same.

func ownerOfSSHKeys(in *api.ListSSHPublicKeysInput) *string            { return in.UserName }
func ownerOfMFADevices(in *api.ListMFADevicesInput) *string            { return in.UserName }
func ownerOfCertificates(in *api.ListSigningCertificatesInput) *string { return in.UserName }
func ownerOfServiceCredentials(in *api.ListServiceSpecificCredentialsInput) *string {
	return in.UserName
}

// userExists answers NoSuchEntity for a user that is not there; the root user and the caller always are.
func (s *service) userExists(ctx context.Context, c *awsapi.Call, name *string) error {
	user, ok := owner(c, name)
	if !ok || user == "" {
		return nil
	}
	_, err := s.iam.User(ctx, c.Account, user)
	return err
}

func (s *service) getAccountPasswordPolicy(_ context.Context, c *awsapi.Call, _ *api.GetAccountPasswordPolicyInput) (*api.GetAccountPasswordPolicyOutput, error) {
	return nil, awsapi.Errorf(api.CodeNoSuchEntity, "The Password Policy with domain name %s cannot be found.", c.Account)
}

func noLoginProfile(user string) error {
	return awsapi.Errorf(api.CodeNoSuchEntity, "Login Profile for User %s cannot be found.", user)
}

func (s *service) getLoginProfile(ctx context.Context, c *awsapi.Call, in *api.GetLoginProfileInput) (*api.GetLoginProfileOutput, error) {
	if err := s.userExists(ctx, c, in.UserName); err != nil {
		return nil, err
	}
	return nil, noLoginProfile(in.GetUserName())
}

func (s *service) deleteLoginProfile(ctx context.Context, c *awsapi.Call, in *api.DeleteLoginProfileInput) (*api.DeleteLoginProfileOutput, error) {
	if err := s.userExists(ctx, c, in.UserName); err != nil {
		return nil, err
	}
	return nil, noLoginProfile(in.GetUserName())
}

func (s *service) listSSHPublicKeys(ctx context.Context, c *awsapi.Call, in *api.ListSSHPublicKeysInput) (*api.ListSSHPublicKeysOutput, error) {
	return &api.ListSSHPublicKeysOutput{SSHPublicKeys: []api.SSHPublicKeyMetadata{}, IsTruncated: new(false)}, s.userExists(ctx, c, in.UserName)
}

func (s *service) listMFADevices(ctx context.Context, c *awsapi.Call, in *api.ListMFADevicesInput) (*api.ListMFADevicesOutput, error) {
	return &api.ListMFADevicesOutput{MFADevices: []api.MFADevice{}, IsTruncated: new(false)}, s.userExists(ctx, c, in.UserName)
}

func (s *service) listSigningCertificates(ctx context.Context, c *awsapi.Call, in *api.ListSigningCertificatesInput) (*api.ListSigningCertificatesOutput, error) {
	return &api.ListSigningCertificatesOutput{Certificates: []api.SigningCertificate{}, IsTruncated: new(false)}, s.userExists(ctx, c, in.UserName)
}

func (s *service) listServiceSpecificCredentials(ctx context.Context, c *awsapi.Call, in *api.ListServiceSpecificCredentialsInput) (*api.ListServiceSpecificCredentialsOutput, error) {
	return &api.ListServiceSpecificCredentialsOutput{
		ServiceSpecificCredentials: []api.ServiceSpecificCredentialMetadata{}, IsTruncated: new(false),
	}, s.userExists(ctx, c, in.UserName)
}

func (s *service) listVirtualMFADevices(context.Context, *awsapi.Call, *api.ListVirtualMFADevicesInput) (*api.ListVirtualMFADevicesOutput, error) {
	return &api.ListVirtualMFADevicesOutput{VirtualMFADevices: []api.VirtualMFADevice{}, IsTruncated: new(false)}, nil
}

func (s *service) listServerCertificates(context.Context, *awsapi.Call, *api.ListServerCertificatesInput) (*api.ListServerCertificatesOutput, error) {
	return &api.ListServerCertificatesOutput{ServerCertificateMetadataList: []api.ServerCertificateMetadata{}, IsTruncated: new(false)}, nil
}

func (s *service) listOpenIDConnectProviders(context.Context, *awsapi.Call, *api.ListOpenIDConnectProvidersInput) (*api.ListOpenIDConnectProvidersOutput, error) {
	return &api.ListOpenIDConnectProvidersOutput{OpenIDConnectProviderList: []api.OpenIDConnectProviderListEntry{}}, nil
}

func (s *service) listSAMLProviders(context.Context, *awsapi.Call, *api.ListSAMLProvidersInput) (*api.ListSAMLProvidersOutput, error) {
	return &api.ListSAMLProvidersOutput{SAMLProviderList: []api.SAMLProviderListEntry{}}, nil
}
