package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// MFA devices, certificates, SSH keys, credentials of other services and SAML providers cannot be made here, so nobody has
// any. Tools that clean up before they delete a user ask for them all the same.

func ownerOfSSHKeys(in *api.ListSSHPublicKeysInput) *string            { return in.UserName }
func ownerOfMFADevices(in *api.ListMFADevicesInput) *string            { return in.UserName }
func ownerOfCertificates(in *api.ListSigningCertificatesInput) *string { return in.UserName }
func ownerOfServiceCredentials(in *api.ListServiceSpecificCredentialsInput) *string {
	return in.UserName
}

// absences are the operations on one such thing.
func absences(s *service) []awsapi.Operation {
	return []awsapi.Operation{
		absent(s, api.GetMFADevice, "MFA Device", func(in *api.GetMFADeviceInput) (user, name *string) { return in.UserName, in.SerialNumber }),
		absent(s, api.DeactivateMFADevice, "MFA Device", func(in *api.DeactivateMFADeviceInput) (user, name *string) { return in.UserName, in.SerialNumber }),
		absent(s, api.DeleteVirtualMFADevice, "VirtualMFADevice", func(in *api.DeleteVirtualMFADeviceInput) (user, name *string) { return nil, in.SerialNumber }),
		absent(s, api.ListMFADeviceTags, "MFA Device", func(in *api.ListMFADeviceTagsInput) (user, name *string) { return nil, in.SerialNumber }),
		absent(s, api.GetSSHPublicKey, "Public Key", func(in *api.GetSSHPublicKeyInput) (user, name *string) { return in.UserName, in.SSHPublicKeyId }),
		absent(s, api.DeleteSSHPublicKey, "Public Key", func(in *api.DeleteSSHPublicKeyInput) (user, name *string) { return in.UserName, in.SSHPublicKeyId }),
		absent(s, api.DeleteSigningCertificate, "Certificate", func(in *api.DeleteSigningCertificateInput) (user, name *string) { return in.UserName, in.CertificateId }),
		absent(s, api.DeleteServiceSpecificCredential, "Service Specific Credential", func(in *api.DeleteServiceSpecificCredentialInput) (user, name *string) {
			return in.UserName, in.ServiceSpecificCredentialId
		}),
		absent(s, api.GetServerCertificate, "Server Certificate", func(in *api.GetServerCertificateInput) (user, name *string) { return nil, in.ServerCertificateName }),
		absent(s, api.DeleteServerCertificate, "Server Certificate", func(in *api.DeleteServerCertificateInput) (user, name *string) { return nil, in.ServerCertificateName }),
		absent(s, api.ListServerCertificateTags, "Server Certificate", func(in *api.ListServerCertificateTagsInput) (user, name *string) {
			return nil, in.ServerCertificateName
		}),
		absent(s, api.GetSAMLProvider, "SAML Provider", func(in *api.GetSAMLProviderInput) (user, name *string) { return nil, in.SAMLProviderArn }),
		absent(s, api.DeleteSAMLProvider, "SAML Provider", func(in *api.DeleteSAMLProviderInput) (user, name *string) { return nil, in.SAMLProviderArn }),
		absent(s, api.ListSAMLProviderTags, "SAML Provider", func(in *api.ListSAMLProviderTagsInput) (user, name *string) { return nil, in.SAMLProviderArn }),
	}
}

// absent is a row for something that there is none of, which the input names with the user it would belong to, if to any.
func absent[In, Out any](s *service, sh shape.Shape[In, Out], kind string, named func(*In) (user, name *string)) awsapi.Operation {
	on := func(c *awsapi.Call, in *In) []awsapi.Resource {
		if user, _ := named(in); user != nil {
			return ownerResource(s, c, in, user)
		}
		return awsapi.Any(c, in)
	}
	return op(sh, on, func(ctx context.Context, c *awsapi.Call, in *In) (*Out, error) {
		user, name := named(in)
		if user != nil {
			if err := s.userExists(ctx, c, user); err != nil {
				return nil, err
			}
		}
		return nil, awsapi.Errorf(api.CodeNoSuchEntity, "The %s with id %s cannot be found.", kind, value(name))
	})
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

func (s *service) listSAMLProviders(context.Context, *awsapi.Call, *api.ListSAMLProvidersInput) (*api.ListSAMLProvidersOutput, error) {
	return &api.ListSAMLProvidersOutput{SAMLProviderList: []api.SAMLProviderListEntry{}}, nil
}
