// Package gen writes the generated API packages from documentation-stripped public service models.
package gen

// Service is one API to generate.
type Service struct {
	Model   string // name of the model under models/ and of the directory in botocore's data
	Package string // Go package under internal/awsapi

	// Names are the string members of inputs that say what an operation acts on. Inputs that have
	// one get an accessor for it, so that one function can find the resource of many operations.
	Names []string

	// Global says that the service has no regions, which the model does not.
	Global bool

	// Own says that the model is written here, and is in nobody's data directory.
	Own bool
}

// Services returns the APIs to generate. A new one is one line here and its model, see the strip command.
func Services() []Service {
	return []Service{
		{Model: "ecr", Package: "ecr", Names: []string{"registryId", "repositoryName", "resourceArn"}},
		{Model: "ecr-public", Package: "ecrpublic", Names: []string{"registryId", "repositoryName", "resourceArn"}},
		{Model: "iam", Package: "iam", Names: []string{"UserName", "GroupName", "RoleName", "PolicyArn", "InstanceProfileName"}, Global: true},
		{Model: "organizations", Package: "organizations", Names: []string{"AccountId", "HandshakeId", "OrganizationalUnitId", "ParentId", "PolicyId", "ResourceId", "RootId", "TargetId"}, Global: true},
		{Model: "pratique", Package: "pratique", Names: []string{"buildId", "registryId", "repositoryName"}, Own: true},
		{Model: "sts", Package: "sts", Names: []string{"RoleArn"}},
	}
}
