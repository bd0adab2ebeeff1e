package awsapi

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
)

// validate returns the error for the structure in, nil if there is none.
func validate(s *shape.Service, in any) error {
	v := reflect.ValueOf(in).Elem()
	if vs := newCompiler(s.Constraints).validator(v.Type()).violations(v, ""); len(vs) > 0 {
		return invalid(s, vs)
	}
	return nil
}

func TestValidateECR(t *testing.T) {
	const names = `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`
	for _, c := range []struct {
		name string
		in   any
		want string // without prefix; empty when valid
	}{
		{"valid", &ecr.DescribeRepositoriesInput{MaxResults: new(int32(1000)), RepositoryNames: []string{"a/b", "c__d"}}, ""},
		{"maximum", &ecr.DescribeRepositoriesInput{MaxResults: new(int32(1001))}, "'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"},
		{"minimum", &ecr.DescribeRepositoriesInput{MaxResults: new(int32(0))}, "'maxResults' failed to satisfy constraint: 'Member must have value greater than or equal to 1'"},
		{"missing", &ecr.CreateRepositoryInput{}, "'repositoryName' failed to satisfy constraint: 'Member must not be null'"},
		{
			"pattern, whose closing quote is missing", &ecr.CreateRepositoryInput{RepositoryName: new("Team")},
			"'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '" + names + "'",
		},
		{"length before pattern", &ecr.CreateRepositoryInput{RepositoryName: new("A")}, "'repositoryName' failed to satisfy constraint: 'Member must have length greater than or equal to 2'"},
		{"first member first", &ecr.CreateRepositoryInput{RegistryId: new("1"), RepositoryName: new("A")}, "'registryId' failed to satisfy constraint: 'must satisfy regular expression '[0-9]{12}'"},
		{
			"enumeration", &ecr.CreateRepositoryInput{RepositoryName: new("ab"), ImageTagMutability: new("SOMETIMES")},
			"'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'",
		},
		{
			"element", &ecr.GetAuthorizationTokenInput{RegistryIds: []string{"123456789012", "x"}},
			"'registryIds' failed to satisfy constraint: 'Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]'",
		},
		{"empty list", &ecr.BatchGetImageInput{RepositoryName: new("ab"), ImageIds: []ecr.ImageIdentifier{}}, "'imageIds' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{
			"member of an element", &ecr.CreateRepositoryInput{RepositoryName: new("ab"), Tags: []ecr.Tag{{Key: new("k"), Value: new("")}, {Value: new("")}}},
			"'tags.2.member.key' failed to satisfy constraint: 'Member must not be null'",
		},
		{
			"internal names", &ecr.SetRepositoryPolicyInput{RepositoryName: new("ab"), PolicyText: new(strings.Repeat("x", 10241))},
			"'PolicyText' failed to satisfy constraint: 'Member must have length less than or equal to 10240'",
		},
		{"internal names", &ecr.PutImageInput{RepositoryName: new("ab")}, "'ImageManifest' failed to satisfy constraint: 'Member must not be null'"},
		{
			"internal names", &ecr.PutLifecyclePolicyInput{RepositoryName: new("ab"), LifecyclePolicyText: new("{}")},
			"'LifecyclePolicyText' failed to satisfy constraint: 'Member must have length greater than or equal to 100'",
		},
		{"characters, not bytes", &ecr.SetRepositoryPolicyInput{RepositoryName: new("ab"), PolicyText: new(strings.Repeat("é", 10240))}, ""},
		{
			"blob", &ecr.UploadLayerPartInput{
				RepositoryName: new("ab"), UploadId: new("01234567-89ab-cdef-0123-456789abcdef"),
				PartFirstByte: new(int64(0)), PartLastByte: new(int64(0)), LayerPartBlob: make([]byte, 20971521),
			},
			"'layerPartBlob' failed to satisfy constraint: 'Member must have length less than or equal to 20971520'",
		},
		{"part numbers", &ecr.UploadLayerPartInput{
			RepositoryName: new("ab"), UploadId: new("01234567-89ab-cdef-0123-456789abcdef"),
			PartFirstByte: new(int64(-1)), PartLastByte: new(int64(0)), LayerPartBlob: []byte{},
		}, "'partFirstByte' failed to satisfy constraint: 'Member must have value greater than or equal to 0'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			if c.want != "" {
				want = &Error{Code: "InvalidParameterException", Message: "Invalid parameter at " + c.want}
			}
			if diff := cmp.Diff(want, validate(ecr.Service, c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValidateQuery(t *testing.T) {
	for _, c := range []struct {
		name string
		s    *shape.Service
		in   any
		want string // empty when valid
	}{
		{"valid", iam.Service, &iam.GetRoleInput{RoleName: new("a+=,.@-_")}, ""},
		{
			"pattern", iam.Service, &iam.GetRoleInput{RoleName: new("a b")},
			`1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`,
		},
		{
			"session name", sts.Service, &sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::111122223333:role/r"), RoleSessionName: new("a b")},
			`1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`,
		},
		{
			"several", iam.Service, &iam.CreateRoleInput{RoleName: new("")},
			`3 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1; ` +
				`Value '' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+; ` +
				`Value at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null`,
		},
		{
			"number", sts.Service, &sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::111122223333:role/r"), RoleSessionName: new("ab"), DurationSeconds: new(int32(1))},
			`1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
		},
		{
			"enumeration", iam.Service, &iam.UpdateAccessKeyInput{AccessKeyId: new("AKIAIOSFODNN7EXAMPLE"), Status: new("Lost")},
			`1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]`,
		},
		{
			"element", iam.Service, &iam.UntagRoleInput{RoleName: new("r"), TagKeys: []string{"a", "#"}},
			`1 validation error detected: Value '[a, #]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, ` +
				`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+]`,
		},
		{
			"member of an element", iam.Service, &iam.TagRoleInput{RoleName: new("r"), Tags: []iam.Tag{{Key: new("k#"), Value: new("v")}}},
			`1 validation error detected: Value 'k#' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		},
		{
			"secrets are not repeated", iam.Service, &iam.CreateLoginProfileInput{UserName: new("u"), Password: new("secret\x00")},
			`1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
		},
		{
			"long values are clipped", iam.Service, &iam.GetRoleInput{RoleName: new(strings.Repeat("a", 2000))},
			`1 validation error detected: Value '` + strings.Repeat("a", 1024) + `...' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			if c.want != "" {
				want = &Error{Code: "ValidationError", Message: c.want}
			}
			if diff := cmp.Diff(want, validate(c.s, c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViolationsAreBounded(t *testing.T) {
	in := &iam.TagRoleInput{Tags: make([]iam.Tag, 50)}
	v := reflect.ValueOf(in).Elem()
	if got := len(newCompiler(iam.Service.Constraints).validator(v.Type()).violations(v, "")); got != maxViolations {
		t.Errorf("%d violations, want %d", got, maxViolations)
	}
}

// Every constraint names a field of its structure, so that a slip of the generator does not switch one off.
func TestConstraintsNameFields(t *testing.T) {
	inputs := map[*shape.Service][]reflect.Type{
		ecr.Service: {reflect.TypeFor[ecr.CreateRepositoryInput](), reflect.TypeFor[ecr.PutReplicationConfigurationInput]()},
		sts.Service: {reflect.TypeFor[sts.AssumeRoleInput]()},
	}
	for s, types := range inputs {
		for _, typ := range types {
			members := s.Constraints[typ.Name()]
			if len(members) == 0 {
				t.Errorf("%s has no constraints", typ)
			}
			for _, m := range members {
				if _, ok := typ.FieldByName(m.Field); !ok {
					t.Errorf("%s has no field %s", typ, m.Field)
				}
			}
		}
	}
}
