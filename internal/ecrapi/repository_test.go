package ecrapi_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// shapes compares what the SDK returns.
var shapes = cmp.Options{
	cmpopts.IgnoreTypes(middleware.Metadata{}, time.Time{}),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

func repositoryShape(account, name string) types.Repository {
	return types.Repository{
		RepositoryArn:              aws.String("arn:aws:ecr:us-east-1:" + account + ":repository/" + name),
		RegistryId:                 aws.String(account),
		RepositoryName:             aws.String(name),
		RepositoryUri:              aws.String(account + ".dkr.ecr.us-east-1.example.com:5000/" + name),
		ImageTagMutability:         types.ImageTagMutabilityMutable,
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: false},
		EncryptionConfiguration:    &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256},
		CreatedAt:                  &time.Time{},
	}
}

func TestRepository(t *testing.T) {
	c := start(t).client(owner)
	name := aws.String("team/app")
	want := repositoryShape(owner, "team/app")

	created, err := c.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: name})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, created.Repository, shapes); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if age := time.Since(*created.Repository.CreatedAt); age < -time.Minute || age > time.Minute {
		t.Errorf("created %v ago", age)
	}
	_, err = c.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: name})
	wantError(t, err, "RepositoryAlreadyExistsException", "The repository with name 'team/app' already exists in the registry with id '222222222222'")

	described, err := c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/app"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]types.Repository{want}, described.Repositories, shapes); diff != "" {
		t.Errorf("described (-want +got):\n%s", diff)
	}

	// An image keeps the repository from being deleted.
	image(t, c, "team/app", "v1", "one")
	_, err = c.DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: name})
	wantError(t, err, "RepositoryNotEmptyException", "The repository with name 'team/app' in registry with id '222222222222' cannot be deleted because it still contains images")
	deleted, err := c.DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: name, Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, deleted.Repository, shapes); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}

	const gone = "The repository with name 'team/app' does not exist in the registry with id '222222222222'"
	_, err = c.DeleteRepository(t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: name})
	wantError(t, err, "RepositoryNotFoundException", gone)
	_, err = c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/app"}})
	wantError(t, err, "RepositoryNotFoundException", gone)
}

func TestCreateRepositorySettings(t *testing.T) {
	c := start(t).client(owner)
	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("dev-*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard}}
	for _, v := range []struct {
		name string
		in   ecr.CreateRepositoryInput
		want func(*types.Repository)
	}{
		{"scan", ecr.CreateRepositoryInput{ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true}},
			func(r *types.Repository) { r.ImageScanningConfiguration.ScanOnPush = true }},
		{"immutable", ecr.CreateRepositoryInput{ImageTagMutability: types.ImageTagMutabilityImmutable},
			func(r *types.Repository) { r.ImageTagMutability = types.ImageTagMutabilityImmutable }},
		{"exclusion", ecr.CreateRepositoryInput{ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityExclusionFilters: filters},
			func(r *types.Repository) {
				r.ImageTagMutability = types.ImageTagMutabilityImmutableWithExclusion
				r.ImageTagMutabilityExclusionFilters = filters
			}},
		{"kms", ecr.CreateRepositoryInput{EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms}},
			kms("alias/aws/ecr")},
		{"kms-id", ecr.CreateRepositoryInput{EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms, KmsKey: aws.String("0a-0b")}},
			kms("key/0a-0b")},
		{"kms-alias", ecr.CreateRepositoryInput{EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms, KmsKey: aws.String("alias/mine")}},
			kms("alias/mine")},
		{"kms-arn", ecr.CreateRepositoryInput{EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms, KmsKey: aws.String("arn:aws:kms:us-east-1:222222222222:key/0a")}},
			kms("key/0a")},
	} {
		want := repositoryShape(owner, v.name)
		v.want(&want)
		v.in.RepositoryName = &v.name
		out, err := c.CreateRepository(t.Context(), &v.in)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if diff := cmp.Diff(&want, out.Repository, shapes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.name, diff)
		}
	}
}

func kms(key string) func(*types.Repository) {
	return func(r *types.Repository) {
		r.EncryptionConfiguration = &types.EncryptionConfiguration{
			EncryptionType: types.EncryptionTypeKms,
			KmsKey:         aws.String("arn:aws:kms:us-east-1:222222222222:" + key),
		}
	}
}

func TestCreateRepositoryRefused(t *testing.T) {
	c := start(t).client(owner)
	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("dev-*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard}}
	for _, v := range []struct {
		in            ecr.CreateRepositoryInput
		code, message string
	}{
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("Team/App")}, "InvalidParameterException",
			`Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*'`},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("../app")}, "InvalidParameterException",
			`Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*'`},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion}, "InvalidParameterException",
			"Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as IMMUTABLE_WITH_EXCLUSION'"},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), ImageTagMutabilityExclusionFilters: filters}, "InvalidParameterException",
			"Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters must be null when imageTagMutability is set as MUTABLE'"},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), ImageTagMutability: "SOMETIMES"}, "InvalidParameterException",
			"Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'"},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256, KmsKey: aws.String("k")}}, "InvalidParameterException",
			"Invalid parameter at 'encryptionConfiguration' failed to satisfy constraint: 'kmsKey can't be set when encryptionType is AES256'"},
		{ecr.CreateRepositoryInput{RepositoryName: aws.String("app"), Tags: tags("aws:x", "y")}, "InvalidTagParameterException",
			"The tag key 'aws:x' begins with 'aws:', which is reserved"},
	} {
		_, err := c.CreateRepository(t.Context(), &v.in)
		wantError(t, err, v.code, v.message)
	}
	out, err := c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
	if err != nil || len(out.Repositories) != 0 {
		t.Errorf("repositories: %v, %v; want none", out, err)
	}
}

func TestDescribeRepositoriesPages(t *testing.T) {
	c := start(t).client(owner)
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("app%d", i)
		createRepository(t, c, name)
		want = append(want, name)
	}
	var got []string
	p := ecr.NewDescribeRepositoriesPaginator(c, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(2)})
	for pages := 0; p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Repositories) > 2 || pages > 3 {
			t.Fatalf("page %d has %d entries", pages, len(out.Repositories))
		}
		for _, r := range out.Repositories {
			got = append(got, *r.RepositoryName)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}

	_, err := c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(1001)})
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'")
	_, err = c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{NextToken: aws.String("nonsense")})
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid pagination token'")
	_, err = c.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"app0"}, MaxResults: aws.Int32(5)})
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member can't be set together with repositoryNames'")
}

func TestPutImageTagMutability(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	d := image(t, c, "app", "v1", "one")
	image(t, c, "app", "dev-1", "one")

	_, err := c.PutImageTagMutability(t.Context(), &ecr.PutImageTagMutabilityInput{RepositoryName: aws.String("nope"), ImageTagMutability: types.ImageTagMutabilityImmutable})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'nope' does not exist in the registry with id '222222222222'")

	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("dev-*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard}}
	out, err := c.PutImageTagMutability(t.Context(), &ecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("app"), ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityExclusionFilters: filters,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &ecr.PutImageTagMutabilityOutput{
		RegistryId: aws.String(owner), RepositoryName: aws.String("app"),
		ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion, ImageTagMutabilityExclusionFilters: filters,
	}
	if diff := cmp.Diff(want, out, shapes); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}

	const immutable = "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."
	m, _ := manifest(t, c, "app", "two")
	_, err = c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: aws.String("app"), ImageManifest: &m, ImageTag: aws.String("v1")})
	wantError(t, err, "ImageTagAlreadyExistsException", immutable)
	same, sameDigest := manifest(t, c, "app", "one")
	if sameDigest != d {
		t.Fatalf("digest %s, want %s", sameDigest, d)
	}
	_, err = c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: aws.String("app"), ImageManifest: &same, ImageTag: aws.String("v1")})
	wantError(t, err, "ImageTagAlreadyExistsException", immutable)
	if _, err = c.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: aws.String("app"), ImageManifest: &m, ImageTag: aws.String("dev-1")}); err != nil {
		t.Errorf("moving a tag that the filter excludes: %v", err)
	}
}

// TestCrossAccount checks that registryId addresses the other account, that
// both sides have to allow it, and that whether a repository exists is only
// told to those who may know.
func TestCrossAccount(t *testing.T) {
	s := start(t)
	o := s.client(owner)
	createRepository(t, o, "app")
	in := func(name string) *ecr.ListImagesInput {
		return &ecr.ListImagesInput{RegistryId: aws.String(owner), RepositoryName: &name}
	}
	denied := func(name string) string {
		return "User: arn:aws:iam::111111111111:user/bob is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:us-east-1:222222222222:repository/" +
			name + " because no resource-based policy allows the ecr:ListImages action"
	}
	bob := s.user(other, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`)

	_, err := bob.ListImages(t.Context(), in("app"))
	wantError(t, err, "AccessDeniedException", denied("app"))
	_, err = bob.ListImages(t.Context(), in("missing"))
	wantError(t, err, "AccessDeniedException", denied("missing"))

	setPolicy(t, o, "app", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"ecr:ListImages"}}`)
	if _, err = bob.ListImages(t.Context(), in("app")); err != nil {
		t.Errorf("after the policy: %v", err)
	}
	_, err = bob.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: aws.String("app")})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'app' does not exist in the registry with id '111111111111'")

	// Regions are different registries too.
	_, err = s.clientFor(owner, "", "eu-west-1").ListImages(t.Context(), in("app"))
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'app' does not exist in the registry with id '222222222222'")
}

// TestResources checks which resource an operation is authorised on.
func TestResources(t *testing.T) {
	s := start(t)
	createRepository(t, s.client(owner), "app")
	allow := func(action, resource string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, action, resource)
	}
	const app = "arn:aws:ecr:us-east-1:222222222222:repository/app"
	named := s.user(owner, "named", allow("ecr:DescribeRepositories", app))
	if _, err := named.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"app"}}); err != nil {
		t.Errorf("one by name: %v", err)
	}
	_, err := named.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"app", "secret"}})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/named is not authorized to perform: ecr:DescribeRepositories on resource: "+
		"arn:aws:ecr:us-east-1:222222222222:repository/secret because no identity-based policy allows the ecr:DescribeRepositories action")
	_, err = named.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/named is not authorized to perform: ecr:DescribeRepositories on resource: "+
		"arn:aws:ecr:us-east-1:222222222222:repository/* because no identity-based policy allows the ecr:DescribeRepositories action")

	// Tags at creation need their own permission.
	creator := s.user(owner, "creator", allow("ecr:CreateRepository", "*"))
	_, err = creator.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("new"), Tags: tags("env", "dev")})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/creator is not authorized to perform: ecr:TagResource on resource: "+
		"arn:aws:ecr:us-east-1:222222222222:repository/new because no identity-based policy allows the ecr:TagResource action")
	createRepository(t, creator, "new")

	// Conditions see the tags of the request and of the repository.
	tagger := s.user(owner, "tagger", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["ecr:CreateRepository","ecr:TagResource"],"Resource":"*","Condition":{
			"StringEquals":{"aws:RequestTag/env":"dev"},"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}}},
		{"Effect":"Allow","Action":"ecr:ListImages","Resource":"*","Condition":{"StringEquals":{"ecr:ResourceTag/env":"dev"}}}]}`)
	if _, err := tagger.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("dev"), Tags: tags("env", "dev")}); err != nil {
		t.Errorf("with the tag: %v", err)
	}
	for _, bad := range [][]types.Tag{nil, tags("env", "prod"), tags("env", "dev", "more", "x")} {
		_, err := tagger.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("prod"), Tags: bad})
		if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
			t.Errorf("with the tags %v: error %v, want AccessDenied", bad, err)
		}
	}
	if _, err := tagger.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: aws.String("dev")}); err != nil {
		t.Errorf("list what is tagged: %v", err)
	}
	if _, err := tagger.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: aws.String("app")}); err == nil {
		t.Error("listed what is not tagged")
	}
}
