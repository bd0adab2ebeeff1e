package servertest_test

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// The tables of this file walk the rules of "Policy evaluation logic" in the
// IAM User Guide over the wire: every principal, policy and session of a row is
// made through the APIs, and the answer is compared with AWS's to the letter.
// What is pulled is pulled twice, with ecr:BatchGetImage and from /v2/ with a
// registry token. Then the simulators are asked the same question.

// decisionRow is a question and its answer. Policies are lists of statements;
// in them and in names {…} stands for what placeholders has.
type decisionRow struct {
	name string

	// The caller and what its own account says.
	as          callerKind        // a user, if it does not say
	of          string            // its account; owner, if it does not say
	tags        map[string]string // of the user or the role
	identity    string            // its inline policy
	group       string            // the policy of a group it is in
	boundary    string
	session     string // of role sessions and federated users
	sessionARN  string // a managed session policy
	sessionTags map[string]string

	// What it asks for, in the account owner if it does not say.
	ask            request // to pull, if it does not say
	in             string
	repository     string // the repository's policy
	repositoryTags map[string]string
	requestTags    map[string]string
	registry       string // the registry's policy
	registryV1     bool   // the scope of that
	trust          string // of the role to be assumed
	externalID     string
	tls            bool // over TLS

	// Policies of the organization, on "root", "unit" or "account": those of
	// the caller for SCPs, of the repository for RCPs. only takes FullAWSAccess
	// off that level.
	scp, rcp map[string]string
	only     string
	ownerSCP string // on the account of the repository

	then func(*question) // happens last before the question

	want string // how the sentence ends; empty when it is allowed
	on   string // the action of the sentence, if it is not that of ask

	// unlike says why a simulator does not answer the same.
	unlike string
}

// callerKind is what kind of principal asks.
type callerKind int

const (
	aUser          callerKind = iota
	aSession                  // job-1 of the role {role}
	aRoot                     // the root user of the account
	aTemporaryUser            // a user with credentials of GetSessionToken
	aFederatedUser            // a session of the user {user}, made by GetFederationToken
)

// How sentences end.
const (
	noIdentity = "because no identity-based policy allows the {action} action"
	noResource = "because no resource-based policy allows the {action} action"
	noBoundary = "because no permissions boundary allows the {action} action"
	noSession  = "because no session policy allows the {action} action"
	noSCP      = "because no service control policy allows the {action} action"

	byIdentity = "with an explicit deny in an identity-based policy"
	byResource = "with an explicit deny in a resource-based policy"
	byBoundary = "with an explicit deny in a permissions boundary"
	bySession  = "with an explicit deny in a session policy"
	bySCP      = "with an explicit deny in a service control policy"
	byRCP      = "with an explicit deny in a resource control policy"

	unsaid = "." // the sentence ends before it would give a reason
	noRoot = "Roles may not be assumed by root accounts."
)

// Statements.
const (
	allowPull  = `{"Effect":"Allow","Action":"ecr:BatchGetImage","Resource":"{repository}"}`
	denyPull   = `{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"{repository}"}`
	allowOther = `{"Effect":"Allow","Action":"ecr:PutImage","Resource":"*"}`
	allowECR   = `{"Effect":"Allow","Action":"ecr:*","Resource":"*"}`
	allowLogin = `{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}`
	denyLogin  = `{"Effect":"Deny","Action":"ecr:GetAuthorizationToken","Resource":"*"}`
)

// grant and forbid are statements of a repository policy for a principal.
func grant(principal string) string  { return aboutPull("Allow", principal) }
func forbid(principal string) string { return aboutPull("Deny", principal) }

func aboutPull(effect, principal string) string {
	return `{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":"ecr:BatchGetImage"}`
}

// when adds a condition to a statement.
func when(statement, condition string) string {
	return strings.TrimSuffix(statement, "}") + `,"Condition":{` + condition + `}}`
}

// document is a policy of some statements.
func document(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// request is a kind of question.
type request struct {
	action, resource string
	send             func(*question) error
	method, path     string // of the request to the registry that is the same, if there is one
}

var (
	pullImage = request{
		action: "ecr:BatchGetImage", resource: "{repository}", method: "GET", path: "/v2/{app}/manifests/v1",
		send: func(q *question) error {
			out, err := q.ecr(q.caller).BatchGetImage(q.t.Context(), &ecr.BatchGetImageInput{
				RegistryId: &q.row.in, RepositoryName: q.text("{app}"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}},
			})
			if err == nil && len(out.Images) != 1 {
				q.t.Errorf("pulled %d images: %+v", len(out.Images), out.Failures)
			}
			return err
		},
	}
	startUpload = request{
		action: "ecr:InitiateLayerUpload", resource: "{repository}", method: "POST", path: "/v2/{app}/blobs/uploads/",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).InitiateLayerUpload(q.t.Context(), &ecr.InitiateLayerUploadInput{RegistryId: &q.row.in, RepositoryName: q.text("{app}")})
			return err
		},
	}
	listTags = request{
		action: "ecr:ListImages", resource: "{repository}", method: "GET", path: "/v2/{app}/tags/list",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).ListImages(q.t.Context(), &ecr.ListImagesInput{RegistryId: &q.row.in, RepositoryName: q.text("{app}")})
			return err
		},
	}
	login = request{
		action: "ecr:GetAuthorizationToken", resource: "*",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).GetAuthorizationToken(q.t.Context(), &ecr.GetAuthorizationTokenInput{})
			return err
		},
	}
	listRepositories = request{
		action: "ecr:DescribeRepositories", resource: "arn:aws:ecr:us-east-1:{in}:repository/*",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).DescribeRepositories(q.t.Context(), &ecr.DescribeRepositoriesInput{RegistryId: &q.row.in})
			return err
		},
	}
	deleteRepository = request{
		action: "ecr:DeleteRepository", resource: "{repository}",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).DeleteRepository(q.t.Context(), &ecr.DeleteRepositoryInput{RegistryId: &q.row.in, RepositoryName: q.text("{app}"), Force: true})
			return err
		},
	}
	setPolicy = request{
		action: "ecr:SetRepositoryPolicy", resource: "{repository}",
		send: func(q *question) error {
			_, err := q.ecr(q.caller).SetRepositoryPolicy(q.t.Context(), &ecr.SetRepositoryPolicyInput{
				RegistryId: &q.row.in, RepositoryName: q.text("{app}"), PolicyText: q.text(document(grant("{root}"))),
			})
			return err
		},
	}
	createRepository = request{
		action: "ecr:CreateRepository", resource: "arn:aws:ecr:us-east-1:{in}:repository/new-{app}",
		send: func(q *question) error {
			in := &ecr.CreateRepositoryInput{RegistryId: &q.row.in, RepositoryName: q.text("new-{app}")}
			for k, v := range q.row.requestTags {
				in.Tags = append(in.Tags, types.Tag{Key: &k, Value: &v})
			}
			_, err := q.ecr(q.caller).CreateRepository(q.t.Context(), in)
			return err
		},
	}
	assumeRole = request{
		action: "sts:AssumeRole", resource: assumeRoleTarget,
		send: func(q *question) error {
			in := &sts.AssumeRoleInput{RoleArn: q.text(assumeRoleTarget), RoleSessionName: aws.String("job-2")}
			if q.row.externalID != "" {
				in.ExternalId = &q.row.externalID
			}
			for k, v := range q.row.requestTags {
				in.Tags = append(in.Tags, ststypes.Tag{Key: &k, Value: &v})
			}
			_, err := sts.NewFromConfig(q.AWS(q.caller)).AssumeRole(q.t.Context(), in)
			return err
		},
	}
	readUser = request{
		action: "iam:GetUser", resource: "arn:aws:iam::{in}:user/{name}",
		send: func(q *question) error {
			_, err := q.iam(q.caller).GetUser(q.t.Context(), &iam.GetUserInput{UserName: q.text("{name}")})
			return err
		},
	}
)

const assumeRoleTarget = "arn:aws:iam::{in}:role/target-{n}"

// decisionRows are about accounts that are in no organization.
var decisionRows = []decisionRow{
	// Within an account one side is enough.
	{name: "nobody says anything", want: noIdentity},
	{name: "identity", identity: allowPull},
	{name: "identity of a group", group: allowPull},
	{name: "identity of a session", as: aSession, identity: allowPull},
	{name: "identity of temporary credentials", as: aTemporaryUser, identity: allowPull},
	{name: "identity for another action", identity: allowOther, want: noIdentity},
	{name: "identity for another repository", identity: `{"Effect":"Allow","Action":"ecr:*","Resource":"{repository}/sub"}`, want: noIdentity},
	{name: "identity by wildcards", identity: `{"Effect":"Allow","Action":"ecr:Batch?et*","Resource":"arn:aws:ecr:*:{in}:repository/team-*"}`},
	{name: "identity by exclusion", identity: `{"Effect":"Allow","NotAction":"ecr:PutImage","NotResource":"arn:aws:ecr:*:*:repository/other"}`},
	{name: "identity by exclusion of it", identity: `{"Effect":"Allow","NotAction":"ecr:Batch*","Resource":"*"}`, want: noIdentity},
	{name: "identity denies", identity: allowPull + "," + denyPull, want: byIdentity},
	{name: "group denies", identity: allowPull, group: denyPull, want: byIdentity},
	{name: "resource names the user", repository: grant("{me}")},
	{name: "resource names the user behind temporary credentials", as: aTemporaryUser, repository: grant("{me}")},
	{name: "resource names the unique id", repository: grant("{id}")},
	{name: "resource names the account", repository: grant("{root}"), want: noIdentity},
	{name: "resource names the account by its id", repository: grant("{account}"), want: noIdentity},
	{name: "resource names the account, identity allows", repository: grant("{root}"), identity: allowPull},
	{name: "resource names everyone", repository: `{"Effect":"Allow","Principal":"*","Action":"ecr:*"}`},
	{name: "resource names every principal of AWS", repository: grant("*")},
	{name: "resource names another user", repository: grant("arn:aws:iam::{in}:user/assumer"), want: noIdentity},
	{name: "resource denies the user", identity: allowPull, repository: grant("{me}") + "," + forbid("{me}"), want: byResource},
	{name: "resource denies the account", identity: allowPull, repository: forbid("{root}"), want: byResource},
	{name: "resource denies everyone", as: aSession, identity: allowPull, repository: forbid("*"), want: byResource},
	{name: "resource names the role", as: aSession, repository: grant("{role}")},
	{name: "resource names the session", as: aSession, repository: grant("{me}")},
	{name: "resource names another session", as: aSession, repository: grant("arn:aws:sts::{account}:assumed-role/{name}/job-2"), want: noIdentity},
	{name: "resource denies the role", as: aSession, identity: allowPull, repository: forbid("{role}"), want: byResource},
	{name: "resource denies the session", as: aSession, identity: allowPull, repository: forbid("{me}"), want: byResource},
	{name: "resource denies another session", as: aSession, identity: allowPull, repository: forbid("arn:aws:sts::{account}:assumed-role/{name}/job-2")},
	{name: "both deny", identity: denyPull, repository: forbid("*"), want: byResource},
	{name: "root user", as: aRoot},
	{name: "root user, resource denies", as: aRoot, repository: forbid("{root}"), want: byResource},
	{name: "root user mends a policy", as: aRoot, ask: setPolicy, repository: `{"Effect":"Deny","Principal":"*","Action":"*"}`},
	{name: "user mends no policy", ask: setPolicy, identity: allowECR, repository: `{"Effect":"Deny","Principal":"*","Action":"ecr:Set*"}`, want: byResource},
	{name: "push and pull differ", ask: startUpload, identity: allowPull, repository: grant("{me}"), want: noIdentity},
	{name: "push", ask: startUpload, identity: `{"Effect":"Allow","Action":"ecr:*LayerUpload","Resource":"*"}`},
	{name: "list", ask: listTags, repository: `{"Effect":"Allow","Principal":{"AWS":"{me}"},"Action":"ecr:ListImages"}`},
	{name: "list and pull differ", ask: listTags, repository: grant("{me}"), want: noIdentity},

	// A boundary limits what identity policies allow, and grants to a role.
	{name: "boundary allows", identity: allowPull, boundary: allowECR},
	{name: "boundary does not allow", identity: allowPull, boundary: allowOther, want: noBoundary},
	{name: "boundary alone", boundary: allowPull, want: noIdentity},
	{name: "boundary denies", identity: allowPull, boundary: allowECR + "," + denyPull, want: byBoundary},
	{name: "boundary and a grant to the user", repository: grant("{me}"), boundary: allowOther},
	{name: "boundary and a grant to the session", as: aSession, repository: grant("{me}"), boundary: allowOther},
	{name: "boundary and a grant to the role", as: aSession, repository: grant("{role}"), boundary: allowOther, want: noBoundary},
	{name: "boundary and a grant to the role, boundary allows", as: aSession, repository: grant("{role}"), boundary: allowPull},
	{name: "boundary and a grant to everyone", as: aSession, repository: grant("*"), boundary: allowOther},
	{name: "boundary and a grant to the account", as: aSession, identity: allowPull, repository: grant("{root}"), boundary: allowOther, want: noBoundary},
	{name: "boundary and a grant to everyone who is the role", as: aSession, boundary: allowOther,
		repository: when(grant("*"), `"ArnEquals":{"aws:PrincipalArn":"{role}"}`)},
	{name: "boundary and a grant to the account if it is the role", as: aSession, boundary: allowPull,
		repository: when(grant("{root}"), `"ArnEquals":{"aws:PrincipalArn":"{role}"}`), want: noIdentity},
	{name: "boundary denies in spite of a grant to the user", repository: grant("{me}"), boundary: denyPull, want: byBoundary},
	{name: "boundary denies in spite of a grant to the session", as: aSession, repository: grant("{me}"), boundary: denyPull, want: byBoundary},

	// And so does a session policy.
	{name: "session policy allows", as: aSession, identity: allowPull, session: allowPull},
	{name: "session policy does not allow", as: aSession, identity: allowPull, session: allowOther, want: noSession},
	{name: "session policy alone", as: aSession, session: allowPull, want: noIdentity},
	{name: "session policy denies", as: aSession, identity: allowPull, session: allowECR + "," + denyPull, want: bySession},
	{name: "session policy and a grant to the role", as: aSession, repository: grant("{role}"), session: allowOther, want: noSession},
	{name: "session policy and a grant to the role, session policy allows", as: aSession, repository: grant("{role}"), session: allowPull},
	{name: "session policy and a grant to the session", as: aSession, repository: grant("{me}"), session: allowOther},
	{name: "session policy and a grant to everyone", as: aSession, repository: grant("*"), session: allowOther},
	{name: "session policy denies in spite of a grant to the session", as: aSession, repository: grant("{me}"), session: denyPull, want: bySession},
	{name: "managed session policy allows", as: aSession, identity: allowPull, sessionARN: readOnly},
	{name: "managed session policy does not allow", as: aSession, identity: allowECR, sessionARN: readOnly, ask: startUpload, want: noSession},
	{name: "boundary is named before the session policy", as: aSession, identity: allowPull, boundary: allowOther, session: allowOther, want: noBoundary},
	{name: "identity is named before the boundary", as: aSession, boundary: allowOther, session: allowOther, want: noIdentity},

	// A federated user has what both its session policy and the user allow.
	{name: "federated user: both", as: aFederatedUser, identity: allowPull, session: allowPull},
	{name: "federated user: user alone", as: aFederatedUser, identity: allowPull, want: noSession},
	{name: "federated user: session policy alone", as: aFederatedUser, session: allowPull, want: noIdentity},
	{name: "federated user: resource names it", as: aFederatedUser, session: allowOther, repository: grant("{me}")},
	{name: "federated user: resource names the user", as: aFederatedUser, session: allowOther, repository: grant("{user}"), want: noSession},
	{name: "federated user: resource names the user, session policy allows", as: aFederatedUser, session: allowPull, repository: grant("{user}")},
	{name: "federated user: resource denies the user", as: aFederatedUser, identity: allowPull, session: allowPull, repository: forbid("{user}"), want: byResource},
	{name: "federated user: boundary of the user", as: aFederatedUser, identity: allowPull, session: allowPull, boundary: allowOther, want: noBoundary},
	{name: "federated user: no user name", as: aFederatedUser, session: allowPull, identity: when(allowPull, `"Null":{"aws:username":"true"},"StringEquals":{"aws:PrincipalType":"FederatedUser"}`)},

	// Across accounts both sides have to allow.
	{name: "other account: both", of: user, identity: allowPull, repository: grant("{root}")},
	{name: "other account: both, for a role", of: user, as: aSession, identity: allowPull, repository: grant("{role}")},
	{name: "other account: both, for everyone", of: user, identity: allowPull, repository: grant("*")},
	{name: "other account: nobody", of: user, want: noResource},
	{name: "other account: identity alone", of: user, identity: allowPull, want: noResource},
	{name: "other account: resource alone", of: user, repository: grant("{me}"), want: noIdentity},
	{name: "other account: resource alone, for a session", of: user, as: aSession, repository: grant("{me}"), want: noIdentity},
	{name: "other account: resource alone, for everyone", of: user, as: aSession, repository: grant("*"), want: noIdentity},
	{name: "other account: resource names a third", of: user, identity: allowPull, repository: grant(third), want: noResource},
	{name: "other account: boundary does not allow", of: user, identity: allowPull, boundary: allowOther, repository: grant("{me}"), want: noBoundary},
	{name: "other account: session policy does not allow", of: user, as: aSession, identity: allowPull, session: allowOther, repository: grant("{me}"), want: noSession},
	{name: "other account: identity denies", of: user, identity: allowPull + "," + denyPull, repository: grant("{me}"), want: byIdentity},
	{name: "other account: resource denies", of: user, identity: allowPull, repository: grant("{me}") + "," + forbid("{root}"), want: byResource},
	{name: "other account: boundary denies", of: user, identity: allowPull, boundary: denyPull, repository: grant("{me}"), want: byBoundary},
	{name: "other account: session policy denies", of: user, as: aSession, identity: allowPull, session: denyPull, repository: grant("{me}"), want: bySession},
	{name: "other account: root user", of: user, as: aRoot, repository: grant("{root}")},
	{name: "other account: root user without a grant", of: user, as: aRoot, want: noResource},
	{name: "other account: denied but for the caller", of: user, identity: allowPull,
		repository: grant("*") + `,{"Effect":"Deny","NotPrincipal":{"AWS":["{me}","{root}"]},"Action":"ecr:Batch*"}`},
	{name: "other account: denied but for another", of: user, identity: allowPull,
		repository: grant("*") + `,{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::{in}:root"},"Action":"ecr:Batch*"}`, want: byResource},
	{name: "other account: pull is not push", of: user, ask: startUpload, identity: allowECR, repository: grant("{root}"), want: noResource},
	{name: "other account: no repository policy is about all repositories", of: user, ask: listRepositories, identity: allowECR,
		repository: `{"Effect":"Allow","Principal":"*","Action":"ecr:*"}`, want: noResource, unlike: "a repository's policy decides only about the repository"},
	{name: "other account: not in an organization", of: user, identity: allowPull,
		repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}`), want: noResource},

	// The policy of a registry counts as those of its repositories.
	{name: "registry allows another account", of: user, identity: allowPull, registry: registryStatement("Allow", "{root}", "ecr:BatchGetImage", "{repository}")},
	{name: "registry allows another repository", of: user, identity: allowPull,
		registry: registryStatement("Allow", "{root}", "ecr:BatchGetImage", "{repository}-2"), want: noResource},
	{name: "registry denies", identity: allowECR, registry: registryStatement("Deny", "*", "ecr:DeleteRepository", "arn:aws:ecr:*:*:repository/*"), ask: deleteRepository, want: byResource},
	{name: "registry denies what the repository allows", repository: grant("{me}"), registry: registryStatement("Deny", "*", "ecr:BatchGetImage", "*"), want: byResource},
	{name: "registry names a user", registry: registryStatement("Allow", "{me}", "ecr:BatchGetImage", "*")},
	{name: "registry of scope V1 does not decide about pulls", of: user, identity: allowPull, registryV1: true,
		registry: registryStatement("Allow", "{root}", "ecr:BatchGetImage", "*"), want: noResource},
	{name: "registry of scope V1 does not deny pulls", identity: allowPull, registryV1: true, registry: registryStatement("Deny", "*", "ecr:BatchGetImage", "*")},
	{name: "registry of scope V1 decides about new repositories", ask: createRepository, identity: allowECR, registryV1: true,
		registry: registryStatement("Deny", "*", "ecr:CreateRepository", "arn:aws:ecr:*:*:repository/new-*"), want: byResource},
	{name: "registry allows a new repository", ask: createRepository, registry: registryStatement("Allow", "{me}", "ecr:CreateRepository", "*")},
	{name: "registry allows another account a new repository", of: user, ask: createRepository, identity: allowECR,
		registry: registryStatement("Allow", "{root}", "ecr:CreateRepository", "*")},

	// Registry tokens are between the caller and its account.
	{name: "token: nobody says anything", ask: login, want: noIdentity},
	{name: "token: identity", ask: login, identity: allowLogin},
	{name: "token: identity for a repository", ask: login, identity: `{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/*"}`, want: noIdentity},
	{name: "token: identity denies", ask: login, identity: allowLogin + "," + denyLogin, want: byIdentity},
	{name: "token: boundary does not allow", ask: login, identity: allowLogin, boundary: allowOther, want: noBoundary},
	{name: "token: session policy does not allow", ask: login, as: aSession, identity: allowLogin, session: allowOther, want: noSession},
	{name: "token: registry allows", ask: login, registry: registryStatement("Allow", "{me}", "ecr:*", "*"), want: noIdentity,
		unlike: "a resource policy given to it counts, whatever the action"},
	{name: "token: registry denies", ask: login, identity: allowLogin, registry: registryStatement("Deny", "*", "ecr:GetAuthorizationToken", "*"), want: byResource},
	{name: "token: registry of scope V1", ask: login, identity: allowLogin, registryV1: true, registry: registryStatement("Deny", "*", "ecr:GetAuthorizationToken", "*")},
	{name: "token: registry of another account", ask: login, of: user, identity: allowLogin, registry: registryStatement("Deny", "*", "ecr:GetAuthorizationToken", "*")},
	{name: "token: root user", ask: login, as: aRoot},

	// Conditions on the request.
	{name: "address is in the block", identity: when(allowPull, `"IpAddress":{"aws:SourceIp":["192.0.2.0/24","127.0.0.0/8"]}`)},
	{name: "address is not in the block", identity: when(allowPull, `"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), want: noIdentity},
	{name: "address is not in the block of a denial", identity: allowPull,
		repository: when(forbid("*"), `"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), want: byResource},
	{name: "plain HTTP", identity: allowPull, repository: when(forbid("*"), `"Bool":{"aws:SecureTransport":"false"}`), want: byResource},
	{name: "TLS", tls: true, identity: allowPull, repository: when(forbid("*"), `"Bool":{"aws:SecureTransport":"false"}`)},
	{name: "TLS is asked for and not there", identity: when(allowPull, `"Bool":{"aws:SecureTransport":"true"}`), want: noIdentity},
	{name: "TLS is asked for and there", tls: true, as: aSession, identity: when(allowPull, `"Bool":{"aws:SecureTransport":"true"}`)},
	{name: "the time has come", identity: when(allowPull, `"DateGreaterThan":{"aws:CurrentTime":"{past}"},"DateLessThan":{"aws:CurrentTime":"{future}"}`)},
	{name: "the time has gone", identity: when(allowPull, `"DateLessThan":{"aws:CurrentTime":"{past}"}`), want: noIdentity},
	{name: "seconds since 1970", identity: when(allowPull, `"NumericGreaterThan":{"aws:EpochTime":"1700000000"}`)},
	{name: "region", identity: when(allowPull, `"StringEquals":{"aws:RequestedRegion":"us-east-1"}`)},
	{name: "another region", identity: allowPull + "," + when(denyPull, `"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-west-2"]}`), want: byIdentity},
	{name: "no service is between", identity: when(allowPull, `"Bool":{"aws:ViaAWSService":"false"},"Null":{"aws:SourceVpce":"true","aws:SourceArn":"true"}`)},

	// Conditions on the caller.
	{name: "user name", identity: `{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}`, ask: readUser},
	{name: "another's name", identity: `{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}-2"}`, ask: readUser, want: noIdentity},
	{name: "user name in a repository", identity: `{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/team-${aws:username}/app"}`},
	{name: "sessions have no user name", as: aSession, identity: `{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/team-${aws:username}/app"}`, want: noIdentity},
	{name: "user name with a default", as: aSession, identity: `{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/team-${aws:username, '*'}/app"}`, want: noIdentity},
	{name: "principal's tag", tags: map[string]string{"Team": "blue"}, identity: when(allowPull, `"StringEquals":{"aws:PrincipalTag/team":"blue"}`)},
	{name: "principal's tag is another", tags: map[string]string{"team": "red"}, identity: when(allowPull, `"StringEquals":{"aws:PrincipalTag/team":"blue"}`), want: noIdentity},
	{name: "principal's tag is not there", identity: when(allowPull, `"StringEquals":{"aws:PrincipalTag/team":"blue"}`), want: noIdentity},
	{name: "principal's tag, if there is one", identity: when(allowPull, `"StringEqualsIfExists":{"aws:PrincipalTag/team":"blue"}`)},
	{name: "principal's tag is not that, nor anything", identity: when(allowPull, `"StringNotEquals":{"aws:PrincipalTag/team":"blue"}`)},
	{name: "principal must have a tag", identity: allowPull + "," + when(denyPull, `"Null":{"aws:PrincipalTag/team":"true"}`), want: byIdentity},
	{name: "role's tag", as: aSession, tags: map[string]string{"team": "blue"}, identity: when(allowPull, `"StringEquals":{"aws:PrincipalTag/team":"blue"}`)},
	{name: "session's tag goes before the role's", as: aSession, tags: map[string]string{"team": "blue"}, sessionTags: map[string]string{"Team": "red"},
		identity: when(allowPull, `"StringEquals":{"aws:PrincipalTag/team":"blue"}`), want: noIdentity},
	{name: "session's tag", as: aSession, of: user, sessionTags: map[string]string{"team": "blue"}, identity: allowPull,
		repository: when(grant("{root}"), `"StringEquals":{"aws:PrincipalTag/team":"blue"}`)},
	{name: "principal is the user", repository: when(grant("*"), `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::{account}:user/*"}`)},
	{name: "principal is the role, not the session", as: aSession, repository: when(grant("*"), `"ArnLike":{"aws:PrincipalArn":"{me}"}`), want: noIdentity},
	{name: "user id", identity: allowPull, repository: when(forbid("*"), `"StringNotLike":{"aws:userid":["{id}","{owner}"]}`)},
	{name: "user id of sessions of a role", as: aSession, identity: allowPull, repository: when(forbid("*"), `"StringNotLike":{"aws:userid":["{id}:*","{owner}"]}`)},
	{name: "user id of another", as: aSession, identity: allowPull, repository: when(forbid("*"), `"StringNotLike":{"aws:userid":["{id}","{owner}"]}`), want: byResource},
	{name: "type of principal", as: aSession, identity: when(allowPull, `"StringEquals":{"aws:PrincipalType":"User"}`), want: noIdentity},
	{name: "owner is the principal's account", identity: when(allowPull, `"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}`)},
	{name: "owner is another account", of: user, repository: grant("{root}"), identity: when(allowPull, `"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}`), want: noIdentity},
	{name: "session is too old", as: aSession, identity: allowPull + "," + when(denyPull, `"DateLessThan":{"aws:TokenIssueTime":"{future}"}`), want: byIdentity},
	{name: "session is young enough", as: aSession, identity: allowPull + "," + when(denyPull, `"DateLessThan":{"aws:TokenIssueTime":"{past}"}`)},
	{name: "keys are no session", identity: allowPull + "," + when(denyPull, `"DateLessThan":{"aws:TokenIssueTime":"{future}"}`)},
	{name: "without a second factor", as: aTemporaryUser, identity: allowPull + "," + when(denyPull, `"Bool":{"aws:MultiFactorAuthPresent":"false"}`), want: byIdentity},
	{name: "keys know of no second factor", identity: allowPull + "," + when(denyPull, `"Bool":{"aws:MultiFactorAuthPresent":"false"}`)},
	{name: "keys know of no second factor, which they must", identity: allowPull + "," + when(denyPull, `"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`), want: byIdentity},

	// Conditions on tags of what is there and of what is to be.
	{name: "repository's tag", repositoryTags: map[string]string{"env": "dev"}, identity: when(allowPull, `"StringEquals":{"aws:ResourceTag/env":"dev"}`)},
	{name: "repository's tag, by ECR's name", repositoryTags: map[string]string{"env": "dev"}, identity: when(allowPull, `"StringEquals":{"ecr:ResourceTag/env":"dev"}`)},
	{name: "repository's tag is another", repositoryTags: map[string]string{"env": "prod"}, identity: when(allowPull, `"StringEquals":{"ecr:ResourceTag/env":"dev"}`), want: noIdentity},
	{name: "repository's tag is not there", identity: when(allowPull, `"StringEquals":{"aws:ResourceTag/env":"dev"}`), want: noIdentity},
	{name: "repository's tag in its own policy", of: user, identity: allowPull, repositoryTags: map[string]string{"public": "yes"},
		repository: when(grant("*"), `"StringEquals":{"aws:ResourceTag/public":"yes"}`)},
	{name: "repository's tag is the principal's", tags: map[string]string{"team": "blue"}, repositoryTags: map[string]string{"team": "blue"},
		identity: when(allowPull, `"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}`)},
	{name: "repository's tag is not the principal's", tags: map[string]string{"team": "red"}, repositoryTags: map[string]string{"team": "blue"},
		identity: when(allowPull, `"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}`), want: noIdentity},
	{name: "new repository", ask: createRepository, identity: allowECR},
	{name: "new repository with the tag", ask: createRepository, identity: taggedCreate, requestTags: map[string]string{"env": "dev"}},
	{name: "new repository with another value", ask: createRepository, identity: taggedCreate, requestTags: map[string]string{"env": "prod"}, want: noIdentity},
	{name: "new repository with a tag too many", ask: createRepository, identity: taggedCreate, requestTags: map[string]string{"env": "dev", "x": "y"}, want: noIdentity},
	{name: "new repository without tags", ask: createRepository, identity: taggedCreate, want: noIdentity},
	{name: "new repository has no tags yet", ask: createRepository, requestTags: map[string]string{"env": "dev"},
		identity: when(allowECR, `"StringEquals":{"aws:ResourceTag/env":"dev"}`), want: noIdentity},
	{name: "new repository, tags need a permission", ask: createRepository, requestTags: map[string]string{"env": "dev"},
		identity: `{"Effect":"Allow","Action":"ecr:CreateRepository","Resource":"*"}`, want: noIdentity, on: "ecr:TagResource",
		unlike: "the second action is a question of its own"},
	{name: "all of no keys", ask: createRepository, identity: when(allowECR, `"ForAllValues:StringEquals":{"aws:TagKeys":"env"}`)},
	{name: "all of no keys, but some", ask: createRepository, identity: when(allowECR, `"ForAllValues:StringEquals":{"aws:TagKeys":"env"},"Null":{"aws:TagKeys":"false"}`), want: noIdentity},
	{name: "any of no keys", ask: createRepository, identity: when(allowECR, `"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}`), want: noIdentity},
	{name: "any of the keys", ask: createRepository, requestTags: map[string]string{"env": "dev", "x": "y"}, identity: when(allowECR, `"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}`)},

	// A principal that was created anew is another one.
	{name: "user created anew", repository: grant("{me}"), then: (*question).recreateUser, want: noIdentity},
	{name: "user created anew that was denied", identity: allowPull, repository: forbid("{me}"), then: (*question).recreateUser},

	// Roles are assumed if their trust policy allows it.
	{name: "role trusts the user", ask: assumeRole, trust: trust("{me}")},
	{name: "role trusts the account", ask: assumeRole, trust: trust("{root}"), want: unsaid},
	{name: "role trusts the account, identity allows", ask: assumeRole, trust: trust("{root}"), identity: allowAssume},
	{name: "role trusts another", ask: assumeRole, trust: trust("arn:aws:iam::{in}:user/assumer"), identity: allowAssume, want: unsaid},
	{name: "role trusts everyone", ask: assumeRole, trust: trust("*")},
	{name: "role trusts the user, identity denies", ask: assumeRole, trust: trust("{me}"), identity: `{"Effect":"Deny","Action":"sts:*","Resource":"*"}`, want: unsaid},
	{name: "role trusts the user, boundary does not allow", ask: assumeRole, trust: trust("{me}"), boundary: allowOther},
	{name: "role trusts the session", ask: assumeRole, as: aSession, trust: trust("{me}")},
	{name: "role trusts the caller's role, boundary does not allow", ask: assumeRole, as: aSession, trust: trust("{role}"), boundary: allowOther, want: unsaid},
	{name: "role of another account trusts the user", ask: assumeRole, of: user, trust: trust("{me}"), want: unsaid},
	{name: "role of another account trusts the user, identity allows", ask: assumeRole, of: user, trust: trust("{me}"), identity: allowAssume},
	{name: "role of another account trusts nobody there", ask: assumeRole, of: user, trust: trust(owner), identity: allowAssume, want: unsaid},
	{name: "role wants an external id", ask: assumeRole, of: user, identity: allowAssume, trust: when(trust("{root}"), `"StringEquals":{"sts:ExternalId":"4711"}`), want: unsaid},
	{name: "role wants another external id", ask: assumeRole, of: user, identity: allowAssume, externalID: "42", trust: when(trust("{root}"), `"StringEquals":{"sts:ExternalId":"4711"}`), want: unsaid},
	{name: "role wants this external id", ask: assumeRole, of: user, identity: allowAssume, externalID: "4711", trust: when(trust("{root}"), `"StringEquals":{"sts:ExternalId":"4711"}`)},
	{name: "role trusts nobody to tag", ask: assumeRole, trust: trust("{me}"), requestTags: map[string]string{"team": "blue"}, want: unsaid, on: "sts:TagSession",
		unlike: "the second action is a question of its own"},
	{name: "role trusts root users in vain", ask: assumeRole, as: aRoot, trust: trust("{root}"), want: noRoot},
}

const (
	taggedCreate = `{"Effect":"Allow","Action":["ecr:CreateRepository","ecr:TagResource"],"Resource":"*","Condition":{
		"StringEquals":{"aws:RequestTag/env":["dev","test"]},"ForAllValues:StringEquals":{"aws:TagKeys":["env","owner"]}}}`
	allowAssume = `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"` + assumeRoleTarget + `"}`
)

func registryStatement(effect, principal, action, resource string) string {
	return `{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":"` + action + `","Resource":"` + resource + `"}`
}

// trust is a statement of a role's trust policy.
func trust(principal string) string {
	return `{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}`
}

// organizationRows are about the accounts owner and user, each in a unit of its
// own in the organization that the account manager manages; the account third
// is in none.
var organizationRows = []decisionRow{
	{name: "SCP of the root denies", identity: allowPull, scp: map[string]string{"root": scpDeny}, want: bySCP},
	{name: "SCP of the unit denies", identity: allowPull, scp: map[string]string{"unit": scpDeny}, want: bySCP},
	{name: "SCP of the account denies", identity: allowPull, scp: map[string]string{"account": scpDeny}, want: bySCP},
	{name: "SCP denies a session", as: aSession, identity: allowPull, scp: map[string]string{"unit": scpDeny}, want: bySCP},
	{name: "SCP denies a root user", as: aRoot, scp: map[string]string{"account": scpDeny}, want: bySCP},
	{name: "SCP denies what the repository allows", repository: grant("{me}"), scp: map[string]string{"unit": scpDeny}, want: bySCP},
	{name: "SCP denies a token", ask: login, identity: allowLogin, scp: map[string]string{"root": denyLogin}, want: bySCP},
	{name: "SCP grants nothing", scp: map[string]string{"account": allowECR}, want: noIdentity},
	{name: "SCP denies other actions", identity: allowPull, scp: map[string]string{"root": `{"Effect":"Deny","Action":"ecr:Put*","Resource":"*"}`}},
	{name: "SCP denies all but one user", identity: allowPull, scp: map[string]string{"root": when(scpDeny, `"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/{name}"}`)}},
	{name: "SCP denies other regions", identity: allowPull, scp: map[string]string{"root": when(scpDeny, `"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}`)}, want: bySCP},
	{name: "SCPs of the root allow others", identity: allowPull, only: "root", scp: map[string]string{"root": scpOthers}, want: noSCP},
	{name: "SCPs of the unit allow others", identity: allowPull, only: "unit", scp: map[string]string{"unit": scpOthers}, want: noSCP},
	{name: "SCPs of the account allow others", identity: allowPull, only: "account", scp: map[string]string{"account": scpOthers}, want: noSCP},
	{name: "SCPs of the unit allow it", identity: allowPull, only: "unit", scp: map[string]string{"unit": scpAll}},
	{name: "SCPs of one level do not count for another", identity: allowPull, only: "unit", scp: map[string]string{"root": scpAll, "unit": scpOthers, "account": scpAll}, want: noSCP},
	{name: "SCPs allow others than a root user asks for", as: aRoot, only: "account", scp: map[string]string{"account": scpOthers}, want: noSCP},
	{name: "SCPs allow others than the repository", repository: grant("{me}"), only: "unit", scp: map[string]string{"unit": scpOthers}, want: noSCP},
	{name: "SCP of the caller's account", of: user, identity: allowPull, repository: grant("{root}"), scp: map[string]string{"account": scpDeny}, want: bySCP},
	{name: "SCP of the repository's account", of: user, identity: allowPull, repository: grant("{root}"), ownerSCP: scpDeny},
	{name: "SCP does not bind the management account", of: manager, in: manager, identity: allowPull, scp: map[string]string{"root": scpDeny}},
	{name: "SCP does not bind the management account elsewhere", of: manager, identity: allowPull, repository: grant("{root}"), scp: map[string]string{"root": scpDeny}},
	{name: "SCP does not bind strangers", of: third, identity: allowPull, repository: grant("{root}"), scp: map[string]string{"root": scpDeny}},

	{name: "RCP of the root denies", identity: allowPull, rcp: map[string]string{"root": rcpDeny}, want: byRCP},
	{name: "RCP of the unit denies a grant", repository: grant("{me}"), rcp: map[string]string{"unit": rcpDeny}, want: byRCP},
	{name: "RCP of the account denies a root user", as: aRoot, rcp: map[string]string{"account": rcpDeny}, want: byRCP},
	{name: "RCP denies outsiders", of: third, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": perimeter}, want: byRCP},
	{name: "RCP denies root users of outsiders", of: third, as: aRoot, repository: grant("{root}"), rcp: map[string]string{"root": perimeter}, want: byRCP},
	{name: "RCP lets members in", of: user, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": perimeter}},
	{name: "RCP lets the management account in", of: manager, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": perimeter}},
	{name: "RCP denies the management account", of: manager, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": rcpDeny}, want: byRCP},
	{name: "RCP does not protect the management account", of: third, in: manager, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": rcpDeny}},
	{name: "RCP of the caller's account", of: user, in: third, identity: allowPull, repository: grant("{me}"), rcp: map[string]string{"root": rcpDeny}},
	{name: "RCP grants nothing", of: user, identity: allowPull, rcp: map[string]string{"root": perimeter}, want: noResource},
	{name: "RCP denies a token", ask: login, identity: allowLogin, rcp: map[string]string{"account": rcpDeny}, want: byRCP},
	{name: "RCP denies strangers a role", ask: assumeRole, of: third, trust: trust("{root}"), identity: allowAssume, rcp: map[string]string{"root": perimeter}, want: unsaid},
	{name: "RCP lets members assume a role", ask: assumeRole, of: user, trust: trust("{root}"), identity: allowAssume, rcp: map[string]string{"root": perimeter}},
	{name: "RCP is named first", identity: denyPull, repository: forbid("*"), scp: map[string]string{"root": scpDeny}, rcp: map[string]string{"root": rcpDeny}, want: byRCP},
	{name: "SCP is named before the others", identity: denyPull, boundary: denyPull, repository: forbid("*"), scp: map[string]string{"root": scpDeny}, want: bySCP},
	{name: "SCP is named before what nobody allows", boundary: allowOther, only: "unit", scp: map[string]string{"unit": scpOthers}, want: noSCP},

	{name: "organization's id", of: user, identity: allowPull, repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"{org}"}`)},
	{name: "organization's id, session", of: user, as: aSession, identity: allowPull, repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"{org}"}`)},
	{name: "organization's id, without identity", of: user, repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"{org}"}`), want: noIdentity},
	{name: "organization's id, stranger", of: third, identity: allowPull, repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"{org}"}`), want: noResource},
	{name: "organization's id, management account", of: manager, identity: allowPull, repository: when(grant("*"), `"StringEquals":{"aws:PrincipalOrgID":"{org}"}`)},
	{name: "strangers are denied", of: third, identity: allowPull, repository: grant("*") + "," + when(forbid("*"), `"StringNotEquals":{"aws:PrincipalOrgID":"{org}"}`), want: byResource},
	{name: "organization's path", of: user, identity: allowPull, repository: when(grant("*"), `"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"{path}*"}`)},
	{name: "another path", identity: allowPull, repository: when(forbid("*"), `"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"{org}/r-none/*"}`), want: byResource},
	{name: "repository's organization", of: user, repository: grant("*"), identity: when(allowPull, `"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}`)},
	{name: "repository of no organization", of: user, in: third, repository: grant("*"), identity: when(allowPull, `"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}`), want: noIdentity},
}

const (
	scpDeny   = `{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*"}`
	scpOthers = `{"Effect":"Allow","Action":["ecr:PutImage","ecr:Get*","iam:*"],"Resource":"*"}`
	scpAll    = `{"Effect":"Allow","Action":["ecr:*","iam:*"],"Resource":"*"}`
	rcpDeny   = `{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}`
	perimeter = `{"Effect":"Deny","Principal":"*","Action":["ecr:*","sts:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"{org}"}}}`

	third = "444444444444"
)

func TestDecisions(t *testing.T) { newDecisions(t, false).run(t, decisionRows) }

func TestDecisionsInAnOrganization(t *testing.T) { newDecisions(t, true).run(t, organizationRows) }

// decisions is a world to ask the questions of a table in.
type decisions struct {
	*world
	secure *world                 // another server on the same data, with TLS
	roots  map[string]*ownAccount // by id
	org    *organization          // nil: none
}

// ownAccount is an account and who makes sessions there.
type ownAccount struct {
	root    aws.Credentials
	assumer aws.Credentials
	path    string // in the organization
}

func newDecisions(t *testing.T, organized bool) *decisions {
	t.Helper()
	d := &decisions{world: newWorld(t), roots: map[string]*ownAccount{}}
	d.roots[owner] = &ownAccount{root: d.root}
	for _, a := range []string{user, third} {
		d.roots[a] = &ownAccount{root: d.Account(a)}
	}
	if organized {
		d.org = d.organization()
		d.roots[manager] = &ownAccount{root: d.key(manager), path: d.org.id + "/" + d.org.root + "/"}
		for _, a := range []string{owner, user} {
			d.roots[a].path = d.org.join(a, d.roots[a].root)
		}
	}
	for _, a := range d.roots {
		a.assumer, _ = d.newUser(a.root, "assumer", `{"Effect":"Allow","Action":"sts:*","Resource":"*"}`)
	}
	d.secure = d.another(func(c *server.Config) { c.TLSSelfSigned = true })
	d.secure.trustItself()
	return d
}

// trustItself makes the clients of a self-signed server trust it.
func (w *world) trustItself() {
	w.t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(must(os.ReadFile(w.CAFile()))(w.t)) {
		w.t.Fatal("the server's certificate cannot be read")
	}
	w.HTTP().Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
}

// newUser creates a user with an inline policy, if it has statements, and
// returns a key and the unique id.
func (w *world) newUser(root aws.Credentials, name, statements string, tags ...iamtypes.Tag) (aws.Credentials, string) {
	w.t.Helper()
	ctx, api := w.t.Context(), w.iam(root)
	u := must(api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, Tags: tags}))(w.t).User
	if statements != "" {
		must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("first"), PolicyDocument: aws.String(document(statements))}))(w.t)
	}
	k := must(api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretAccessKey}, *u.UserId
}

func (d *decisions) run(t *testing.T, rows []decisionRow) {
	for i, row := range rows {
		row.of, row.in = cmp.Or(row.of, owner), cmp.Or(row.in, owner)
		if row.ask.action == "" {
			row.ask = pullImage
		}
		t.Run(row.name, func(t *testing.T) {
			(&question{world: d.world.in(t), d: d, row: &row, n: i}).answer()
		})
	}
}

// question is a row on its way to the answer.
type question struct {
	*world
	d   *decisions
	row *decisionRow
	n   int

	caller aws.Credentials
	token  string    // for /v2/
	issued time.Time // the session
	known  map[string]string
}

// outcome is what an API answers, without what is in it when it is allowed.
type outcome struct {
	Status        int
	Code, Message string
}

func (q *question) answer() {
	q.makeCaller()
	q.makeResource()
	defer q.makeRegistryPolicy()()
	q.limitCaller()
	leave := sync.OnceFunc(q.makeOrganizationPolicies())
	defer leave()
	if q.row.then != nil {
		q.row.then(q)
	}
	want := outcome{Status: http.StatusOK}
	if q.row.want != "" {
		want = outcome{http.StatusForbidden, "AccessDenied", q.sentence()}
		if strings.HasPrefix(q.row.ask.action, "ecr:") {
			want.Status, want.Code = http.StatusBadRequest, "AccessDeniedException"
		}
	}
	asked := q
	if q.row.tls {
		asked = new(*q)
		asked.world = q.d.secure.in(q.t)
	}
	if diff := gocmp.Diff(want, outcomeOf(q.t, q.row.ask.send(asked))); diff != "" {
		q.t.Errorf("%s (-want +got):\n%s", q.row.ask.action, diff)
	}
	if q.token != "" {
		if q.row.want != "" {
			want.Status, want.Code = http.StatusForbidden, "DENIED"
		}
		if diff := gocmp.Diff(want, asked.askRegistry()); diff != "" {
			q.t.Errorf("%s %s (-want +got):\n%s", q.row.ask.method, q.row.ask.path, diff)
		}
	}
	q.simulate(leave)
}

// sentence is the one that refuses the question.
func (q *question) sentence() string {
	action := cmp.Or(q.row.on, q.row.ask.action)
	whole := "User: {me} is not authorized to perform: {action} on resource: " + q.row.ask.resource
	switch q.row.want {
	case noRoot:
		whole = noRoot
	case unsaid:
	default:
		whole += " " + q.row.want
	}
	return strings.ReplaceAll(*q.text(whole), "{action}", action)
}

// outcomeOf reads the error of an SDK.
func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	if err == nil {
		return outcome{Status: http.StatusOK}
	}
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		t.Fatal(err)
	}
	return outcome{response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage()}
}

// askRegistry asks the same of /v2/.
func (q *question) askRegistry() outcome {
	q.t.Helper()
	r := q.request(q.row.ask.method, q.row.in, *q.text(q.row.ask.path), "")
	if q.row.tls {
		r.URL.Scheme = "https"
	}
	r.SetBasicAuth("AWS", q.token)
	a := q.do(r)
	switch {
	case a.status < 300:
		return outcome{Status: http.StatusOK}
	case a.header.Get("X-Pratique-Decision-Id") == "":
		q.t.Errorf("%s %s: no decision id: %v", r.Method, r.URL, a.header)
	}
	code, message := ociError(q.t, a)
	return outcome{a.status, code, message}
}

// text fills in the placeholders.
func (q *question) text(s string) *string {
	for k, v := range q.known {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	return &s
}

// document is a policy of some statements with its placeholders filled in.
func (q *question) document(statements string) *string { return q.text(document(statements)) }

// makeCaller makes the principal, as yet without policies but one that lets it
// have a registry token.
func (q *question) makeCaller() {
	q.t.Helper()
	ctx, r := q.t.Context(), q.row
	account := q.d.roots[r.of]
	name := fmt.Sprintf("alice-%d", q.n)
	now := q.clock.now()
	q.known = map[string]string{
		"n": fmt.Sprint(q.n), "name": name, "account": r.of, "in": r.in, "owner": owner, "root": "arn:aws:iam::" + r.of + ":root",
		"app": "team-" + name + "/app", "repository": "arn:aws:ecr:us-east-1:" + r.in + ":repository/team-" + name + "/app",
		"path": account.path, "past": now.Add(-time.Hour).UTC().Format(time.RFC3339), "future": now.Add(time.Hour).UTC().Format(time.RFC3339),
	}
	if q.d.org != nil {
		q.known["org"] = q.d.org.id
	}
	first := ""
	if r.ask.path != "" {
		first = allowLogin
	}
	var tags []iamtypes.Tag
	for k, v := range r.tags {
		tags = append(tags, iamtypes.Tag{Key: &k, Value: &v})
	}
	switch r.as {
	case aRoot:
		q.caller = account.root
		q.known["me"], q.known["id"] = q.known["root"], r.of
	case aUser, aTemporaryUser, aFederatedUser:
		if r.as == aFederatedUser {
			first = strings.TrimPrefix(first+`,{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"*"}`, ",")
		}
		q.caller, q.known["id"] = q.newUser(account.root, name, first, tags...)
		q.known["me"] = "arn:aws:iam::" + r.of + ":user/" + name
		switch r.as {
		case aFederatedUser:
			in := &sts.GetFederationTokenInput{Name: q.text("fed-{n}")}
			if r.session != "" {
				in.Policy = q.document(r.session + "," + allowLogin)
			}
			out := must(sts.NewFromConfig(q.AWS(q.caller)).GetFederationToken(ctx, in))(q.t)
			q.known["user"] = q.known["me"]
			q.caller, q.issued, q.known["me"], q.known["id"] = temporary(out.Credentials), now, *out.FederatedUser.Arn, *out.FederatedUser.FederatedUserId
		case aTemporaryUser:
			c := must(sts.NewFromConfig(q.AWS(q.caller)).GetSessionToken(ctx, &sts.GetSessionTokenInput{}))(q.t).Credentials
			q.caller, q.issued = temporary(c), now
		}
	case aSession:
		api := q.iam(account.root)
		role := must(api.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: &name, Path: aws.String("/svc/"), Tags: tags,
			AssumeRolePolicyDocument: q.document(`{"Effect":"Allow","Principal":{"AWS":"{root}"},"Action":["sts:AssumeRole","sts:TagSession"]}`),
		}))(q.t).Role
		if first != "" {
			must(api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("first"), PolicyDocument: q.document(first)}))(q.t)
		}
		q.known["id"], q.known["role"] = *role.RoleId, *role.Arn
		in := &sts.AssumeRoleInput{RoleArn: role.Arn, RoleSessionName: aws.String("job-1")}
		if r.session != "" {
			in.Policy = q.document(strings.TrimSuffix(r.session+","+first, ","))
		}
		if r.sessionARN != "" {
			in.PolicyArns = []ststypes.PolicyDescriptorType{{Arn: &r.sessionARN}}
		}
		for k, v := range r.sessionTags {
			in.Tags = append(in.Tags, ststypes.Tag{Key: &k, Value: &v})
		}
		out := must(sts.NewFromConfig(q.AWS(account.assumer)).AssumeRole(ctx, in))(q.t)
		q.caller, q.issued, q.known["me"] = temporary(out.Credentials), now, *out.AssumedRoleUser.Arn
	}
	if r.ask.path != "" && (r.as != aFederatedUser || r.session != "") { // without a session policy it gets no token
		q.token = q.world.token(q.caller)
	}
}

func temporary(c *ststypes.Credentials) aws.Credentials {
	return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}
}

// emptyIndex is the smallest image there is.
const emptyIndex = `{"schemaVersion":2,"mediaType":"` + indexType + `","manifests":[]}`

// makeResource makes what is asked for: the repository with an image, or the
// role.
func (q *question) makeResource() {
	q.t.Helper()
	ctx, r := q.t.Context(), q.row
	root := q.d.roots[r.in].root
	if r.trust != "" {
		must(q.iam(root).CreateRole(ctx, &iam.CreateRoleInput{RoleName: q.text("target-{n}"), AssumeRolePolicyDocument: q.document(r.trust)}))(q.t)
		return
	}
	var tags []types.Tag
	for k, v := range r.repositoryTags {
		tags = append(tags, types.Tag{Key: &k, Value: &v})
	}
	api := q.ecr(root)
	must(api.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: q.text("{app}"), Tags: tags}))(q.t)
	must(api.PutImage(ctx, &ecr.PutImageInput{RepositoryName: q.text("{app}"), ImageManifest: aws.String(emptyIndex), ImageTag: aws.String("v1")}))(q.t)
	if r.repository != "" {
		must(api.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: q.text("{app}"), PolicyText: q.document(r.repository), Force: true}))(q.t)
	}
}

// makeRegistryPolicy sets the policy of the registry, and returns what deletes
// it.
func (q *question) makeRegistryPolicy() (undo func()) {
	q.t.Helper()
	ctx, r := q.t.Context(), q.row
	if r.registry == "" {
		return func() {}
	}
	api := q.ecr(q.d.roots[r.in].root)
	scope := func(v string) {
		q.t.Helper()
		must(api.PutAccountSetting(ctx, &ecr.PutAccountSettingInput{Name: aws.String("REGISTRY_POLICY_SCOPE"), Value: &v}))(q.t)
	}
	must(api.PutRegistryPolicy(ctx, &ecr.PutRegistryPolicyInput{PolicyText: q.document(r.registry)}))(q.t)
	if r.registryV1 {
		scope("V1")
	}
	return func() {
		q.t.Helper()
		if r.registryV1 {
			scope("V2")
		}
		must(api.DeleteRegistryPolicy(ctx, &ecr.DeleteRegistryPolicyInput{}))(q.t)
	}
}

// limitCaller gives the principal its policies.
func (q *question) limitCaller() {
	q.t.Helper()
	ctx, r := q.t.Context(), q.row
	api, name := q.iam(q.d.roots[r.of].root), q.text("{name}")
	if r.identity != "" && r.as == aSession {
		must(api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("row"), PolicyDocument: q.document(r.identity)}))(q.t)
	} else if r.identity != "" {
		must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("row"), PolicyDocument: q.document(r.identity)}))(q.t)
	}
	if r.group != "" {
		group := q.text("group-{n}")
		must(api.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group}))(q.t)
		must(api.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("row"), PolicyDocument: q.document(r.group)}))(q.t)
		must(api.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: name}))(q.t)
	}
	if r.boundary == "" {
		return
	}
	p := must(api.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: q.text("boundary-{n}"), PolicyDocument: q.document(r.boundary)}))(q.t).Policy
	if r.as == aSession {
		must(api.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: p.Arn}))(q.t)
	} else {
		must(api.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: p.Arn}))(q.t)
	}
}

// makeOrganizationPolicies attaches the SCPs and RCPs, and returns what
// detaches them.
func (q *question) makeOrganizationPolicies() (undo func()) {
	q.t.Helper()
	var undos []func()
	for _, of := range []struct {
		kind    orgtypes.PolicyType
		account string
		at      map[string]string
	}{{scp, q.row.of, q.row.scp}, {rcp, q.row.in, q.row.rcp}} {
		for level, statements := range of.at {
			undos = append(undos, q.organization().attach(of.kind, q.target(of.account, level), *q.document(statements)))
		}
	}
	if q.row.ownerSCP != "" {
		undos = append(undos, q.organization().attach(scp, q.row.in, *q.document(q.row.ownerSCP)))
	}
	if q.row.only != "" {
		ctx, target, full := q.t.Context(), q.target(q.row.of, q.row.only), aws.String("p-FullAWSAccess")
		must(q.d.org.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: full, TargetId: &target}))(q.t)
		undos = append([]func(){func() {
			must(q.d.org.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: full, TargetId: &target}))(q.t)
		}}, undos...)
	}
	return func() {
		q.t.Helper()
		for _, f := range undos {
			f()
		}
	}
}

// organization returns the organization as the row's test sees it.
func (q *question) organization() *organization {
	o := *q.d.org
	o.w = q.world
	return &o
}

// target is what the policies of a level above an account are attached to.
func (q *question) target(account, level string) string {
	switch level {
	case "root":
		return q.d.org.root
	case "unit":
		return strings.Split(q.d.roots[account].path, "/")[2]
	}
	return account
}

// recreateUser deletes the user and creates another one of the name.
func (q *question) recreateUser() {
	q.t.Helper()
	ctx, api, name := q.t.Context(), q.iam(q.d.roots[q.row.of].root), q.text("{name}")
	must(api.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: &q.caller.AccessKeyID}))(q.t)
	for _, p := range must(api.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: name}))(q.t).PolicyNames {
		must(api.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: &p}))(q.t)
	}
	must(api.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}))(q.t)
	q.caller, q.known["id"] = q.newUser(q.d.roots[q.row.of].root, *name, allowLogin)
	q.token = q.world.token(q.caller)
	q.limitCaller()
}

// simulate asks the simulators the question, which they have to answer alike
// where they know the policies of the row. They read no session policies and
// no RCPs, and package access no SCPs; without these nothing more is denied.
// leave takes the organization's policies away, which might keep them from
// reading.
func (q *question) simulate(leave func()) {
	q.t.Helper()
	r, unlike := q.row, false
	allowed := r.want == ""
	seen := r.session == "" && r.sessionARN == "" && r.rcp == nil
	differ := func(format string, args ...any) {
		q.t.Helper()
		if unlike = true; r.unlike == "" {
			q.t.Errorf(format, args...)
		}
	}
	if r.rcp != nil {
		leave()
	}
	if got, ok := q.simulatePrincipalPolicy(); ok && (seen || allowed) {
		want := iamtypes.PolicyEvaluationDecisionTypeImplicitDeny
		switch {
		case allowed:
			want = iamtypes.PolicyEvaluationDecisionTypeAllowed
		case r.want == unsaid && got != iamtypes.PolicyEvaluationDecisionTypeAllowed:
			want = got
		case strings.Contains(r.want, "explicit deny"):
			want = iamtypes.PolicyEvaluationDecisionTypeExplicitDeny
		}
		if got != want {
			differ("SimulatePrincipalPolicy answers %s, the server %s", got, want)
		}
	}
	leave()
	if got, ok := q.simulatePull(); ok && (seen && r.scp == nil || allowed) {
		want := ""
		if !allowed {
			want = q.sentence()
		}
		if got != want {
			differ("package access says %q, the server %q", got, want)
		}
	}
	if !unlike && r.unlike != "" {
		q.t.Errorf("the simulators are not unlike the server, though %s", r.unlike)
	}
}

// simulatePrincipalPolicy asks IAM's simulator, which knows users and roles,
// and one resource policy if it is about a user.
func (q *question) simulatePrincipalPolicy() (effect iamtypes.PolicyEvaluationDecisionType, ok bool) {
	q.t.Helper()
	r := q.row
	in := &iam.SimulatePrincipalPolicyInput{ActionNames: []string{r.ask.action}, ResourceArns: []string{*q.text(r.ask.resource)}}
	switch {
	case r.as == aRoot, r.as == aFederatedUser, r.repository != "" && r.registry != "", r.registryV1, r.ask.action == login.action && r.of != r.in:
		return "", false
	case r.as == aSession && (r.repository != "" || r.registry != "" || r.trust != ""):
		return "", false
	case r.as == aSession:
		in.PolicySourceArn = q.text("{role}")
	default:
		in.PolicySourceArn = q.text("{me}")
		in.CallerArn = in.PolicySourceArn
	}
	switch {
	case r.repository != "":
		if q.row.ask.action == setPolicy.action && r.want == "" {
			return "", false // there is another one now
		}
		in.ResourcePolicy = must(q.ecr(q.d.roots[r.in].root).GetRepositoryPolicy(q.t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: q.text("{app}")}))(q.t).PolicyText
	case r.registry != "":
		in.ResourcePolicy = q.document(r.registry)
	case r.trust != "":
		in.ResourcePolicy = q.document(r.trust)
	}
	for k, values := range q.keys() {
		kind := iamtypes.ContextKeyTypeEnumString
		if len(values) != 1 {
			kind = iamtypes.ContextKeyTypeEnumStringList
		}
		in.ContextEntries = append(in.ContextEntries, iamtypes.ContextEntry{ContextKeyName: &k, ContextKeyType: kind, ContextKeyValues: values})
	}
	out := must(q.iam(q.d.roots[r.of].root).SimulatePrincipalPolicy(q.t.Context(), in))(q.t)
	return out.EvaluationResults[0].EvalDecision, true
}

// simulatePull asks package access about one step of a pull, and returns the
// sentence that refuses it.
func (q *question) simulatePull() (sentence string, ok bool) {
	q.t.Helper()
	if a := q.row.ask.action; a != pullImage.action && a != login.action || q.row.as == aFederatedUser {
		return "", false
	}
	p := must(access.NewPuller(q.known["me"]))(q.t)
	image, ok := endpoint.ParseImage(q.Registry(q.row.in).Host() + "/" + q.known["app"] + ":v1")
	if !ok {
		q.t.Fatal("not an image")
	}
	r := access.NewRepository(image)
	if err := errors.Join(
		p.Load(q.t.Context(), q.iam(q.d.roots[q.row.of].root)),
		r.Load(q.t.Context(), q.ecr(q.d.roots[q.row.in].root)),
	); err != nil {
		q.t.Fatal(err)
	}
	if p.Unknown != "" || r.Unknown != "" || len(r.Unread) > 0 {
		q.t.Fatalf("package access could not read %s %s %v", p.Unknown, r.Unknown, r.Unread)
	}
	keys := q.keys()
	maps.DeleteFunc(keys, func(k string, _ []string) bool { // what it has to know by itself
		switch k {
		case "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:username", "aws:ResourceAccount", "aws:RequestedRegion", "aws:ViaAWSService":
			return true
		}
		return strings.Contains(k, ":ResourceTag/") || strings.HasPrefix(k, "aws:PrincipalTag/") && q.row.sessionTags == nil
	})
	report := must(access.Simulate(p, r, access.Options{Now: q.clock.now(), Context: keys}))(q.t)
	for _, s := range report.Steps {
		if s.Action == q.row.ask.action {
			if (s.Message == "") != (s.Verdict == access.Allowed) {
				q.t.Errorf("%s: %s: %q", s.Action, s.Verdict, s.Message)
			}
			return s.Message, true
		}
	}
	q.t.Fatalf("package access has no step %s", q.row.ask.action)
	return "", false
}

// keys are the condition keys of the request, for the simulators.
func (q *question) keys() map[string][]string {
	r := q.row
	id, principal, kind := q.known["id"], q.known["me"], "User"
	switch r.as {
	case aRoot:
		kind = "Account"
	case aSession:
		id, principal, kind = id+":job-1", q.known["role"], "AssumedRole"
	}
	keys := map[string][]string{
		"aws:SourceIp": {"127.0.0.1"}, "aws:SecureTransport": {fmt.Sprint(r.tls)}, "aws:ViaAWSService": {"false"}, "aws:RequestedRegion": {servertest.Region},
		"aws:PrincipalArn": {principal}, "aws:PrincipalAccount": {r.of}, "aws:PrincipalType": {kind}, "aws:userid": {id}, "aws:ResourceAccount": {r.in},
	}
	if kind == "User" {
		keys["aws:username"] = []string{q.known["name"]}
	}
	if !q.issued.IsZero() {
		keys["aws:TokenIssueTime"] = []string{q.issued.UTC().Format(time.RFC3339)}
		keys["aws:MultiFactorAuthPresent"] = []string{"false"}
	}
	for _, side := range []struct{ prefix, account string }{{"aws:Principal", r.of}, {"aws:Resource", r.in}} {
		if path := q.d.roots[side.account].path; path != "" {
			keys[side.prefix+"OrgID"], keys[side.prefix+"OrgPaths"] = []string{q.d.org.id}, []string{path}
		}
	}
	tags := map[string]string{}
	for _, of := range []map[string]string{r.tags, r.sessionTags} {
		for k, v := range of {
			tags[strings.ToLower(k)] = v
		}
	}
	for k, v := range tags {
		keys["aws:PrincipalTag/"+k] = []string{v}
	}
	if r.ask.action != createRepository.action {
		for k, v := range r.repositoryTags {
			keys["aws:ResourceTag/"+k], keys["ecr:ResourceTag/"+k] = []string{v}, []string{v}
		}
	}
	for k, v := range r.requestTags {
		keys["aws:RequestTag/"+k] = []string{v}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], k)
	}
	if r.externalID != "" {
		keys["sts:ExternalId"] = []string{r.externalID}
	}
	return keys
}
