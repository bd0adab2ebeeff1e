// Package arn parses and formats Amazon Resource Names.
//
// The grammar is that of the AWS General Reference: six parts separated by
// colons, the last of which may itself contain colons.
package arn

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInvalid is returned, wrapped, for a string that is not an ARN.
var ErrInvalid = errors.New("not an ARN")

// Partition is the partition of every ARN that Pratique makes.
const Partition = "aws"

// ARN is a parsed Amazon Resource Name. The zero value is not a valid ARN.
type ARN struct {
	Partition string // "aws", "aws-cn", …
	Service   string // "ecr", "iam", "sts", …
	Region    string // empty for global services
	Account   string // 12 digits, "aws" for AWS managed policies, or empty
	Resource  string // "repository/team/app", "role/path/Name", …
}

// Parse splits s into its six parts. It checks the shape only: the prefix
// "arn:", six parts, and that partition, service and resource are not empty.
func Parse(s string) (ARN, error) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, fmt.Errorf("%w: %q", ErrInvalid, s)
	}
	return ARN{Partition: p[1], Service: p[2], Region: p[3], Account: p[4], Resource: p[5]}, nil
}

// String returns the ARN in its wire form.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Type returns the resource's type, the text before the first slash of
// Resource ("repository" in "repository/team/app"), or all of it.
func (a ARN) Type() string {
	t, _, _ := strings.Cut(a.Resource, "/")
	return t
}

// Path returns what follows the resource's type ("team/app" in
// "repository/team/app"), or "" when there is nothing.
func (a ARN) Path() string {
	_, p, _ := strings.Cut(a.Resource, "/")
	return p
}

// Name returns the last element of a path ("Name" in "role/path/Name").
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// Repository returns the ARN of a private ECR repository. The name "*" stands
// for all repositories of the registry.
func Repository(account, region, name string) string {
	return ARN{Partition, "ecr", region, account, "repository/" + name}.String()
}

// Build returns the ARN of a build of the build service.
func Build(account, region, id string) string {
	return ARN{Partition, "pratique", region, account, "build/" + id}.String()
}

// PublicRepository returns the ARN of a public ECR repository. The name "*"
// stands for all public repositories of the account.
func PublicRepository(account, name string) string {
	return ARN{Partition, "ecr-public", "", account, "repository/" + name}.String()
}

// PublicRegistry returns the ARN of an account's public registry.
func PublicRegistry(account string) string {
	return ARN{Partition, "ecr-public", "", account, "registry/" + account}.String()
}

// Root returns the ARN of an account's root user.
func Root(account string) string {
	return ARN{Partition, "iam", "", account, "root"}.String()
}

// IAM returns the ARN of an IAM entity: kind is "user", "role", "group",
// "policy" or "instance-profile"; path begins and ends with a slash.
func IAM(account, kind, path, name string) string {
	return ARN{Partition, "iam", "", account, kind + path + name}.String()
}

// AssumedRole returns the ARN of a role session. It carries no path.
func AssumedRole(account, role, session string) string {
	return ARN{Partition, "sts", "", account, "assumed-role/" + role + "/" + session}.String()
}

// FederatedUser returns the ARN of a session made by GetFederationToken.
func FederatedUser(account, name string) string {
	return ARN{Partition, "sts", "", account, "federated-user/" + name}.String()
}

// IsAccountID reports whether s is a 12-digit account id.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
