package servertest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
)

// Errors of every operation on a repository.
const (
	noRepository = "The repository with name 'team/app' does not exist in the registry with id '@ACCOUNT'"
	badRegistry  = "Invalid parameter at 'registryId' failed to satisfy constraint: 'must satisfy regular expression '[0-9]{12}'"
	badName      = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*'"
)

// withRepository is the step that creates app.
func withRepository(w *tableWorld) { w.repository() }

// repositoryRows are the rows of the operations on repositories, their
// policies and their tags.
func repositoryRows() []tableRow {
	tags := func(n int) (tags []types.Tag) {
		for i := range n {
			tags = append(tags, types.Tag{Key: new(fmt.Sprint("key", i)), Value: new("value")})
		}
		return tags
	}
	tag := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	filters := func(filters ...string) (out []types.ImageTagMutabilityExclusionFilter) {
		for _, f := range filters {
			out = append(out, types.ImageTagMutabilityExclusionFilter{Filter: &f, FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard})
		}
		return out
	}
	create := func(name string, change func(*ecr.CreateRepositoryInput)) *ecr.CreateRepositoryInput {
		in := &ecr.CreateRepositoryInput{RepositoryName: &name}
		if change != nil {
			change(in)
		}
		return in
	}
	encrypted := func(typ types.EncryptionType, key *string) *ecr.CreateRepositoryInput {
		return create(app, func(in *ecr.CreateRepositoryInput) {
			in.EncryptionConfiguration = &types.EncryptionConfiguration{EncryptionType: typ, KmsKey: key}
		})
	}
	mutability := func(m types.ImageTagMutability, f ...string) *ecr.PutImageTagMutabilityInput {
		return &ecr.PutImageTagMutabilityInput{RepositoryName: new(app), ImageTagMutability: m, ImageTagMutabilityExclusionFilters: filters(f...)}
	}
	// policy is one that the row's account sets on app.
	policyFor := func(principal string) func(*tableWorld) string {
		return func(w *tableWorld) string {
			return strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":`+principal+`,"Action":["ecr:BatchGetImage"]}]}`, "@ACCOUNT", w.account)
		}
	}
	toStranger := policyFor(`{"AWS":"arn:aws:iam::` + user + `:root"}`)
	setPolicy := func(text func(*tableWorld) string) func(*tableWorld) any {
		return func(w *tableWorld) any {
			return &ecr.SetRepositoryPolicyInput{RepositoryName: new(app), PolicyText: new(text(w))}
		}
	}
	text := func(s string) func(*tableWorld) string { return func(*tableWorld) string { return s } }
	withPolicy := func(w *tableWorld) {
		must(w.ecr.SetRepositoryPolicy(w.t.Context(), setPolicy(toStranger)(w).(*ecr.SetRepositoryPolicyInput)))(w.t)
	}
	withTags := func(w *tableWorld) {
		must(w.ecr.TagResource(w.t.Context(), &ecr.TagResourceInput{ResourceArn: new(w.repositoryARN(app)), Tags: tag("team", "blue")}))(w.t)
	}
	onApp := func(in func(arn *string) any) func(*tableWorld) any {
		return func(w *tableWorld) any { return in(new(w.repositoryARN(app))) }
	}
	const badPolicy = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"

	return []tableRow{
		{
			op: "CreateRepository", name: "defaults", call: send(create(app, nil)),
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.CreateRepositoryOutput).Repository
				if *r.RepositoryArn != w.repositoryARN(app) || *r.RegistryId != w.account || *r.RepositoryName != app || *r.RepositoryUri != w.Registry(w.account).Host()+"/"+app ||
					r.EncryptionConfiguration.EncryptionType != "AES256" || r.EncryptionConfiguration.KmsKey != nil || r.ImageTagMutability != "MUTABLE" ||
					r.ImageScanningConfiguration.ScanOnPush || len(r.ImageTagMutabilityExclusionFilters) != 0 || r.CreatedAt == nil {
					t.Errorf("repository: %+v", r)
				}
			},
		},
		{
			op: "CreateRepository", name: "all settings",
			call: send(create(app, func(in *ecr.CreateRepositoryInput) {
				in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters = types.ImageTagMutabilityImmutableWithExclusion, filters("latest", "dev-*")
				in.ImageScanningConfiguration = &types.ImageScanningConfiguration{ScanOnPush: true}
				in.Tags = tag("team", "blue")
			})),
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.CreateRepositoryOutput).Repository
				if r.ImageTagMutability != "IMMUTABLE_WITH_EXCLUSION" || len(r.ImageTagMutabilityExclusionFilters) != 2 || !r.ImageScanningConfiguration.ScanOnPush {
					t.Errorf("repository: %+v", r)
				}
				got := must(w.ecr.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: r.RepositoryArn}))(t).Tags
				if len(got) != 1 || *got[0].Key != "team" || *got[0].Value != "blue" {
					t.Errorf("tags: %+v", got)
				}
			},
		},
		{
			op: "CreateRepository", name: "encrypted with a key", call: send(encrypted(types.EncryptionTypeKms, new("alias/mine"))),
			check: func(t *testing.T, w *tableWorld, out any) {
				if e := out.(*ecr.CreateRepositoryOutput).Repository.EncryptionConfiguration; e.EncryptionType != "KMS" || *e.KmsKey != "arn:aws:kms:us-east-1:"+w.account+":alias/mine" {
					t.Errorf("encryption: %+v", e)
				}
			},
		},
		{op: "CreateRepository", name: "registry named", call: sendTo(func(w *tableWorld) any {
			return create(app, func(in *ecr.CreateRepositoryInput) { in.RegistryId = &w.account })
		})},
		{op: "CreateRepository", name: "exists", call: send(create(app, nil), withRepository), code: "RepositoryAlreadyExistsException",
			message: "The repository with name 'team/app' already exists in the registry with id '@ACCOUNT'"},
		{op: "CreateRepository", name: "name in upper case", call: send(create("Team/app", nil)), code: "InvalidParameterException",
			message: badName},
		{op: "CreateRepository", name: "name ends in a slash", call: send(create("team/", nil)), code: "InvalidParameterException", message: badName},
		{op: "CreateRepository", name: "name too short", call: send(create("a", nil)), code: "InvalidParameterException",
			message: "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length greater than or equal to 2'"},
		{op: "CreateRepository", name: "name too long", call: send(create(strings.Repeat("a", 257), nil)), code: "InvalidParameterException",
			message: "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length less than or equal to 256'"},
		{op: "CreateRepository", name: "registry id of letters", call: send(create(app, func(in *ecr.CreateRepositoryInput) { in.RegistryId = new("mine") })), code: "InvalidParameterException",
			message: "Invalid parameter at 'registryId' failed to satisfy constraint: 'must satisfy regular expression '[0-9]{12}'"},
		{op: "CreateRepository", name: "unknown mutability", call: send(create(app, func(in *ecr.CreateRepositoryInput) { in.ImageTagMutability = "SOMETIMES" })), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'"},
		{op: "CreateRepository", name: "exclusion without filters", call: send(create(app, func(in *ecr.CreateRepositoryInput) {
			in.ImageTagMutability = types.ImageTagMutabilityMutableWithExclusion
		})), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION'"},
		{op: "CreateRepository", name: "filters without exclusion", call: send(create(app, func(in *ecr.CreateRepositoryInput) {
			in.ImageTagMutabilityExclusionFilters = filters("a")
		})), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters must be null when imageTagMutability is set as MUTABLE'"},
		{op: "CreateRepository", name: "filter of three wildcards", call: send(create(app, func(in *ecr.CreateRepositoryInput) {
			in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters = types.ImageTagMutabilityMutableWithExclusion, filters("*a*b*")
		})), code: "InvalidParameterException",
			message: `Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'exclusion filter "*a*b*" must match ^[0-9a-zA-Z._*-]{1,128}$ and have at most two wildcards'`},
		{op: "CreateRepository", name: "key with AES256", call: send(encrypted(types.EncryptionTypeAes256, new("alias/mine"))), code: "InvalidParameterException",
			message: "Invalid parameter at 'encryptionConfiguration' failed to satisfy constraint: 'kmsKey can't be set when encryptionType is AES256'"},
		{op: "CreateRepository", name: "unknown encryption", call: send(encrypted("ROT13", nil)), code: "InvalidParameterException",
			message: "Invalid parameter at 'encryptionConfiguration.encryptionType' failed to satisfy constraint: 'Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]'"},
		{op: "CreateRepository", name: "reserved tag", call: send(create(app, func(in *ecr.CreateRepositoryInput) { in.Tags = tag("aws:team", "x") })), code: "InvalidTagParameterException",
			message: "The tag key 'aws:team' begins with 'aws:', which is reserved"},
		{op: "CreateRepository", name: "tag given twice", call: send(create(app, func(in *ecr.CreateRepositoryInput) {
			in.Tags = append(tag("team", "x"), tag("team", "y")...)
		})), code: "InvalidTagParameterException",
			message: "The tag key 'team' is given more than once"},
		{op: "CreateRepository", name: "51 tags", call: send(create(app, func(in *ecr.CreateRepositoryInput) { in.Tags = tags(51) })), code: "TooManyTagsException",
			message: "The number of tags exceeds the maximum allowed number of tags per resource which is '50'"},
		{op: "CreateRepository", name: "quota of the registry", call: send(create(app, nil), func(w *tableWorld) {
			for i := range tableQuotas.RepositoriesPerRegistry {
				w.repositoryNamed(fmt.Sprint("repository-", i))
			}
		}), code: "LimitExceededException",
			message: "The maximum allowed number of repositories in the registry with id '@ACCOUNT' is '25'"},
		{op: "CreateRepository", name: "stranger", call: asStranger(func(w *tableWorld) any {
			return create(app, func(in *ecr.CreateRepositoryInput) { in.RegistryId = &w.account })
		}), code: "AccessDeniedException"},

		{
			op: "DescribeRepositories", name: "pages",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				for _, name := range []string{"bb", "aa", "cc"} {
					w.repositoryNamed(name)
				}
				var names []string
				pages := ecr.NewDescribeRepositoriesPaginator(w.ecr, &ecr.DescribeRepositoriesInput{MaxResults: new(int32(1))})
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil {
						return nil, err
					}
					for _, r := range page.Repositories {
						names = append(names, *r.RepositoryName)
					}
				}
				return names, nil
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				if d := cmp.Diff([]string{"aa", "bb", "cc"}, out); d != "" {
					t.Errorf("repositories (-want +got)\n%s", d)
				}
			},
		},
		{
			op: "DescribeRepositories", name: "by name", call: send(&ecr.DescribeRepositoriesInput{RepositoryNames: []string{app}}, withRepository),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if rs := out.(*ecr.DescribeRepositoriesOutput).Repositories; len(rs) != 1 || *rs[0].RepositoryName != app {
					t.Errorf("repositories: %+v", rs)
				}
			},
		},
		{
			op: "DescribeRepositories", name: "none", call: send(&ecr.DescribeRepositoriesInput{}),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if got := out.(*ecr.DescribeRepositoriesOutput); len(got.Repositories) != 0 || got.NextToken != nil {
					t.Errorf("repositories: %+v", got)
				}
			},
		},
		{op: "DescribeRepositories", name: "one is missing", call: send(&ecr.DescribeRepositoriesInput{RepositoryNames: []string{"there", app}}, func(w *tableWorld) { w.repositoryNamed("there") }),
			code: "RepositoryNotFoundException", message: noRepository},
		{op: "DescribeRepositories", name: "too large pages", call: send(&ecr.DescribeRepositoriesInput{MaxResults: new(int32(1001))}), code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"},
		{op: "DescribeRepositories", name: "empty pages", call: send(&ecr.DescribeRepositoriesInput{MaxResults: new(int32(0))}), code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value greater than or equal to 1'"},
		{op: "DescribeRepositories", name: "invented token", call: send(&ecr.DescribeRepositoriesInput{NextToken: new("invented")}), code: "InvalidParameterException",
			message: "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid pagination token'"},
		{op: "DescribeRepositories", name: "names and pages", call: send(&ecr.DescribeRepositoriesInput{RepositoryNames: []string{app}, MaxResults: new(int32(1))}, withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member can't be set together with repositoryNames'"},
		{op: "DescribeRepositories", name: "names and a token", call: send(&ecr.DescribeRepositoriesInput{RepositoryNames: []string{app}, NextToken: new("x")}, withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Member can't be set together with repositoryNames'"},
		{op: "DescribeRepositories", name: "no names", call: send(&ecr.DescribeRepositoriesInput{RepositoryNames: []string{}}), code: "InvalidParameterException",
			message: "Invalid parameter at 'repositoryNames' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{op: "DescribeRepositories", name: "stranger", call: asStranger(func(w *tableWorld) any { return &ecr.DescribeRepositoriesInput{RegistryId: &w.account} }), code: "AccessDeniedException"},

		{
			op: "DeleteRepository", name: "empty", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new(app)}, withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				if r := out.(*ecr.DeleteRepositoryOutput).Repository; *r.RepositoryArn != w.repositoryARN(app) || r.CreatedAt == nil {
					t.Errorf("repository: %+v", r)
				}
			},
		},
		{
			op: "DeleteRepository", name: "with all that it holds", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new(app), Force: true}, withRepository, withPolicy, withTags, func(w *tableWorld) {
				w.index(app, "all", w.image(app, "v1"), w.image(app, "v2"))
				w.archive(app, "old")
			}),
			check: func(t *testing.T, w *tableWorld, _ any) {
				if rs := must(w.ecr.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{}))(t).Repositories; len(rs) != 0 {
					t.Errorf("repositories: %+v", rs)
				}
			},
		},
		{op: "DeleteRepository", name: "holds images", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new(app)}, withRepository, func(w *tableWorld) { w.image(app, "v1") }),
			code: "RepositoryNotEmptyException", message: "The repository with name 'team/app' in registry with id '@ACCOUNT' cannot be deleted because it still contains images"},
		{op: "DeleteRepository", name: "holds archived images", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new(app)}, withRepository, func(w *tableWorld) { w.archive(app, "old") }), code: "RepositoryNotEmptyException",
			message: "The repository with name 'team/app' in registry with id '@ACCOUNT' cannot be deleted because it still contains images"},
		{op: "DeleteRepository", name: "no repository", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new(app)}), code: "RepositoryNotFoundException", message: noRepository},
		{op: "DeleteRepository", name: "bad name", call: send(&ecr.DeleteRepositoryInput{RepositoryName: new("-")}), code: "InvalidParameterException",
			message: "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length greater than or equal to 2'"},
		{op: "DeleteRepository", name: "stranger", call: asStranger(func(w *tableWorld) any {
			return &ecr.DeleteRepositoryInput{RegistryId: &w.account, RepositoryName: new(app)}
		}, withRepository), code: "AccessDeniedException"},

		{
			op: "PutImageTagMutability", name: "immutable but for some", call: send(mutability(types.ImageTagMutabilityImmutableWithExclusion, "latest"), withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				got := out.(*ecr.PutImageTagMutabilityOutput)
				if *got.RegistryId != w.account || *got.RepositoryName != app || got.ImageTagMutability != "IMMUTABLE_WITH_EXCLUSION" || len(got.ImageTagMutabilityExclusionFilters) != 1 {
					t.Errorf("answer: %+v", got)
				}
				v1, latest := w.image(app, "v1"), w.image(app, "latest")
				if err := w.tag(app, v1, "latest"); err != nil {
					t.Errorf("move an excluded tag: %v", err)
				}
				if err := w.tag(app, latest, "v1"); err == nil {
					t.Error("an immutable tag moved")
				}
			},
		},
		{op: "PutImageTagMutability", name: "mutable", call: send(mutability(types.ImageTagMutabilityMutable), withRepository)},
		{op: "PutImageTagMutability", name: "no repository", call: send(mutability(types.ImageTagMutabilityImmutable)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "PutImageTagMutability", name: "unknown", call: send(mutability("SOMETIMES"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'"},
		{op: "PutImageTagMutability", name: "six filters", call: send(mutability(types.ImageTagMutabilityMutableWithExclusion, "a", "b", "c", "d", "e", "f"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'Member must have length less than or equal to 5'"},
		{op: "PutImageTagMutability", name: "a bad filter", call: send(mutability(types.ImageTagMutabilityMutableWithExclusion, "a b"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutabilityExclusionFilters.1.member.filter' failed to satisfy constraint: 'must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'"},
		{op: "PutImageTagMutability", name: "no filters", call: send(mutability(types.ImageTagMutabilityMutableWithExclusion), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION'"},
		{op: "PutImageTagMutability", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := mutability(types.ImageTagMutabilityMutable)
			in.RegistryId = &w.account
			return in
		}, withRepository), code: "AccessDeniedException"},

		{
			op: "SetRepositoryPolicy", name: "to another account", call: sendTo(setPolicy(toStranger), withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				if got := out.(*ecr.SetRepositoryPolicyOutput); *got.PolicyText != toStranger(w) || *got.RegistryId != w.account || *got.RepositoryName != app {
					t.Errorf("answer: %+v", got)
				}
				w.image(app, "v1")
				must(w.stranger.BatchGetImage(t.Context(), &ecr.BatchGetImageInput{RegistryId: &w.account, RepositoryName: new(app), ImageIds: []types.ImageIdentifier{byTag("v1")}}))(t)
			},
		},
		{op: "SetRepositoryPolicy", name: "no repository", call: sendTo(setPolicy(toStranger)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "SetRepositoryPolicy", name: "not JSON", call: sendTo(setPolicy(text("{")), withRepository), code: "InvalidParameterException", message: badPolicy},
		{op: "SetRepositoryPolicy", name: "no principal", call: sendTo(setPolicy(text(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:*"}]}`)), withRepository), code: "InvalidParameterException", message: badPolicy},
		{op: "SetRepositoryPolicy", name: "unknown principal", call: sendTo(setPolicy(policyFor(`{"AWS":"arn:aws:iam::@ACCOUNT:role/nobody"}`)), withRepository), code: "InvalidParameterException", message: badPolicy},
		{op: "SetRepositoryPolicy", name: "unknown action", call: sendTo(setPolicy(text(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:Pull"}]}`)), withRepository)},
		{op: "SetRepositoryPolicy", name: "too long", call: sendTo(setPolicy(text(strings.Repeat(" ", 10241))), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Member must have length less than or equal to 10240'"},
		{op: "SetRepositoryPolicy", name: "locks the caller out", call: sendTo(setPolicy(text(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:SetRepositoryPolicy"}]}`)), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'The policy denies the caller to set the repository policy again; set force to store it all the same'"},
		{op: "SetRepositoryPolicy", name: "locks the caller out, by force", call: send(&ecr.SetRepositoryPolicyInput{RepositoryName: new(app), Force: true,
			PolicyText: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:SetRepositoryPolicy"}]}`)}, withRepository)},
		{op: "SetRepositoryPolicy", name: "stranger", call: asStranger(func(w *tableWorld) any {
			return &ecr.SetRepositoryPolicyInput{RegistryId: &w.account, RepositoryName: new(app), PolicyText: new(toStranger(w))}
		}, withRepository), code: "AccessDeniedException"},

		{
			op: "GetRepositoryPolicy", name: "set before", call: send(&ecr.GetRepositoryPolicyInput{RepositoryName: new(app)}, withRepository, withPolicy),
			check: func(t *testing.T, w *tableWorld, out any) {
				if got := out.(*ecr.GetRepositoryPolicyOutput); *got.PolicyText != toStranger(w) || *got.RegistryId != w.account || *got.RepositoryName != app {
					t.Errorf("answer: %+v", got)
				}
			},
		},
		{op: "GetRepositoryPolicy", name: "none", call: send(&ecr.GetRepositoryPolicyInput{RepositoryName: new(app)}, withRepository), code: "RepositoryPolicyNotFoundException",
			message: "Repository policy does not exist for the repository with name 'team/app' in the registry with id '@ACCOUNT'"},
		{op: "GetRepositoryPolicy", name: "no repository", call: send(&ecr.GetRepositoryPolicyInput{RepositoryName: new(app)}), code: "RepositoryNotFoundException", message: noRepository},
		{op: "GetRepositoryPolicy", name: "bad registry", call: send(&ecr.GetRepositoryPolicyInput{RepositoryName: new(app), RegistryId: new("1")}), code: "InvalidParameterException", message: badRegistry},

		{
			op: "DeleteRepositoryPolicy", name: "set before", call: send(&ecr.DeleteRepositoryPolicyInput{RepositoryName: new(app)}, withRepository, withPolicy),
			check: func(t *testing.T, w *tableWorld, out any) {
				if got := out.(*ecr.DeleteRepositoryPolicyOutput); *got.PolicyText != toStranger(w) || *got.RegistryId != w.account || *got.RepositoryName != app {
					t.Errorf("answer: %+v", got)
				}
			},
		},
		{op: "DeleteRepositoryPolicy", name: "none", call: send(&ecr.DeleteRepositoryPolicyInput{RepositoryName: new(app)}, withRepository), code: "RepositoryPolicyNotFoundException",
			message: "Repository policy does not exist for the repository with name 'team/app' in the registry with id '@ACCOUNT'"},
		{op: "DeleteRepositoryPolicy", name: "no repository", call: send(&ecr.DeleteRepositoryPolicyInput{RepositoryName: new(app)}), code: "RepositoryNotFoundException", message: noRepository},
		{op: "DeleteRepositoryPolicy", name: "bad registry", call: send(&ecr.DeleteRepositoryPolicyInput{RepositoryName: new(app), RegistryId: new("1")}), code: "InvalidParameterException", message: badRegistry},

		{
			op: "TagResource", name: "adds and overwrites", call: sendTo(onApp(func(arn *string) any {
				return &ecr.TagResourceInput{ResourceArn: arn, Tags: append(tag("team", "red"), tag("cost", "1")...)}
			}), withRepository, withTags),
			check: func(t *testing.T, w *tableWorld, _ any) {
				got := must(w.ecr.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: new(w.repositoryARN(app))}))(t).Tags
				if len(got) != 2 || *got[0].Key != "cost" || *got[1].Key != "team" || *got[1].Value != "red" {
					t.Errorf("tags: %+v", got)
				}
			},
		},
		{op: "TagResource", name: "no repository", call: sendTo(onApp(func(arn *string) any { return &ecr.TagResourceInput{ResourceArn: arn, Tags: tag("a", "b")} })),
			code: "RepositoryNotFoundException", message: noRepository},
		{op: "TagResource", name: "no ARN", call: send(&ecr.TagResourceInput{ResourceArn: new("app"), Tags: tag("a", "b")}), code: "InvalidParameterException",
			message: "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
		{op: "TagResource", name: "no key", call: sendTo(onApp(func(arn *string) any { return &ecr.TagResourceInput{ResourceArn: arn, Tags: tag("", "b")} }), withRepository), code: "InvalidTagParameterException",
			message: "A tag key must have 1 to 128 characters"},
		{op: "TagResource", name: "long key", call: sendTo(onApp(func(arn *string) any {
			return &ecr.TagResourceInput{ResourceArn: arn, Tags: tag(strings.Repeat("k", 129), "b")}
		}), withRepository), code: "InvalidTagParameterException",
			message: "A tag key must have 1 to 128 characters"},
		{op: "TagResource", name: "long value", call: sendTo(onApp(func(arn *string) any {
			return &ecr.TagResourceInput{ResourceArn: arn, Tags: tag("key", strings.Repeat("v", 257))}
		}), withRepository), code: "InvalidTagParameterException",
			message: "The value of the tag with key 'key' has more than 256 characters"},
		{op: "TagResource", name: "reserved key", call: sendTo(onApp(func(arn *string) any { return &ecr.TagResourceInput{ResourceArn: arn, Tags: tag("AWS:x", "b")} }), withRepository), code: "InvalidTagParameterException",
			message: "The tag key 'AWS:x' begins with 'aws:', which is reserved"},
		{op: "TagResource", name: "51 tags", call: sendTo(onApp(func(arn *string) any { return &ecr.TagResourceInput{ResourceArn: arn, Tags: tags(50)} }), withRepository, withTags), code: "TooManyTagsException",
			message: "The number of tags exceeds the maximum allowed number of tags per resource which is '50'"},
		{op: "TagResource", name: "stranger", call: asStranger(onApp(func(arn *string) any { return &ecr.TagResourceInput{ResourceArn: arn, Tags: tags(1)} }), withRepository), code: "AccessDeniedException"},

		{
			op: "UntagResource", name: "removes those there are", call: sendTo(onApp(func(arn *string) any {
				return &ecr.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team", "never"}}
			}), withRepository, withTags),
			check: func(t *testing.T, w *tableWorld, _ any) {
				if got := must(w.ecr.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: new(w.repositoryARN(app))}))(t).Tags; len(got) != 0 {
					t.Errorf("tags: %+v", got)
				}
			},
		},
		{op: "UntagResource", name: "no repository", call: sendTo(onApp(func(arn *string) any { return &ecr.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}} })),
			code: "RepositoryNotFoundException", message: noRepository},
		{op: "UntagResource", name: "no ARN of a repository", call: send(&ecr.UntagResourceInput{ResourceArn: new("arn:aws:s3:::bucket"), TagKeys: []string{"a"}}), code: "InvalidParameterException",
			message: "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},

		{
			op: "ListTagsForResource", name: "some", call: sendTo(onApp(func(arn *string) any { return &ecr.ListTagsForResourceInput{ResourceArn: arn} }), withRepository, withTags),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if got := out.(*ecr.ListTagsForResourceOutput).Tags; len(got) != 1 || *got[0].Key != "team" {
					t.Errorf("tags: %+v", got)
				}
			},
		},
		{op: "ListTagsForResource", name: "no repository", call: sendTo(onApp(func(arn *string) any { return &ecr.ListTagsForResourceInput{ResourceArn: arn} })),
			code: "RepositoryNotFoundException", message: noRepository},
		{op: "ListTagsForResource", name: "no ARN", call: send(&ecr.ListTagsForResourceInput{ResourceArn: new("")}), code: "InvalidParameterException",
			message: "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"},
	}
}
