package iamapi

import (
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
)

// Why operations are not served.
const (
	noMFA          = "there are no multi-factor devices"
	noSSH          = "no service here takes SSH keys"
	noCertificates = "no service here uses certificates of IAM"
	noCredentials  = "there is no service here that has credentials of its own"
	noSAML         = "identity providers speak OpenID Connect, not SAML"
	noDelegation   = "there are no product providers to delegate permissions to"
	noLastAccess   = "accesses are in the audit log, not counted by service"
	noPreferences  = "session tokens have one form, which is valid in all regions"
	noSummaries    = "there is nobody to write summaries"
)

// unserved are the operations that can mean nothing here, or would have to pretend.
func unserved() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Unsupported(api.CreateVirtualMFADevice, noMFA),
		awsapi.Unsupported(api.EnableMFADevice, noMFA),
		awsapi.Unsupported(api.ResyncMFADevice, noMFA),
		awsapi.Unsupported(api.TagMFADevice, noMFA),
		awsapi.Unsupported(api.UntagMFADevice, noMFA),
		awsapi.Unsupported(api.UploadSSHPublicKey, noSSH),
		awsapi.Unsupported(api.UpdateSSHPublicKey, noSSH),
		awsapi.Unsupported(api.UploadServerCertificate, noCertificates),
		awsapi.Unsupported(api.UpdateServerCertificate, noCertificates),
		awsapi.Unsupported(api.TagServerCertificate, noCertificates),
		awsapi.Unsupported(api.UntagServerCertificate, noCertificates),
		awsapi.Unsupported(api.UploadSigningCertificate, noCertificates),
		awsapi.Unsupported(api.UpdateSigningCertificate, noCertificates),
		awsapi.Unsupported(api.CreateServiceSpecificCredential, noCredentials),
		awsapi.Unsupported(api.UpdateServiceSpecificCredential, noCredentials),
		awsapi.Unsupported(api.ResetServiceSpecificCredential, noCredentials),
		awsapi.Unsupported(api.CreateSAMLProvider, noSAML),
		awsapi.Unsupported(api.UpdateSAMLProvider, noSAML),
		awsapi.Unsupported(api.TagSAMLProvider, noSAML),
		awsapi.Unsupported(api.UntagSAMLProvider, noSAML),
		awsapi.Unsupported(api.AcceptDelegationRequest, noDelegation),
		awsapi.Unsupported(api.AssociateDelegationRequest, noDelegation),
		awsapi.Unsupported(api.CreateDelegationRequest, noDelegation),
		awsapi.Unsupported(api.GetDelegationRequest, noDelegation),
		awsapi.Unsupported(api.ListDelegationRequests, noDelegation),
		awsapi.Unsupported(api.RejectDelegationRequest, noDelegation),
		awsapi.Unsupported(api.SendDelegationToken, noDelegation),
		awsapi.Unsupported(api.UpdateDelegationRequest, noDelegation),
		awsapi.Unsupported(api.GenerateOrganizationsAccessReport, noLastAccess),
		awsapi.Unsupported(api.GetOrganizationsAccessReport, noLastAccess),
		awsapi.Unsupported(api.GenerateServiceLastAccessedDetails, noLastAccess),
		awsapi.Unsupported(api.GetServiceLastAccessedDetails, noLastAccess),
		awsapi.Unsupported(api.GetServiceLastAccessedDetailsWithEntities, noLastAccess),
		awsapi.Unsupported(api.SetSecurityTokenServicePreferences, noPreferences),
		awsapi.Unsupported(api.GetHumanReadableSummary, noSummaries),
	}
}
