package terraform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	publictypes "github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// other is an account that policies may name.
const other = "111111111111"

// push puts an image into a repository, through the API.
func (a *account) push(t *testing.T, repository, tag string) (imageDigest string) {
	t.Helper()
	ctx := t.Context()
	config := []byte("{}")
	d := digest.FromBytes(config).String()
	upload := must(a.ecr.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: &repository}))(t).UploadId
	must(a.ecr.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RepositoryName: &repository, UploadId: upload, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(1), LayerPartBlob: config,
	}))(t)
	must(a.ecr.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{RepositoryName: &repository, UploadId: upload, LayerDigests: []string{d}}))(t)
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":2},"layers":[]}`, d)
	out := must(a.ecr.PutImage(ctx, &ecr.PutImageInput{RepositoryName: &repository, ImageManifest: &manifest, ImageTag: &tag}))(t)
	return *out.Image.ImageId.ImageDigest
}

// configured is left with what the registries are told to do. The roles that
// ECR makes for itself stay, as they do on AWS.
func (a *account) configured(t *testing.T) []string {
	t.Helper()
	ctx := t.Context()
	left := slices.DeleteFunc(a.left(t), func(arn string) bool { return strings.Contains(arn, ":role/aws-service-role/") })
	if n := len(must(a.ecr.DescribeRegistry(ctx, nil))(t).ReplicationConfiguration.Rules); n > 0 {
		left = append(left, fmt.Sprint(n, " rules of replication"))
	}
	for _, r := range must(a.ecr.DescribePullThroughCacheRules(ctx, nil))(t).PullThroughCacheRules {
		left = append(left, "pull through cache rule "+*r.EcrRepositoryPrefix)
	}
	for _, r := range must(a.ecr.DescribeRepositoryCreationTemplates(ctx, nil))(t).RepositoryCreationTemplates {
		left = append(left, "template "+*r.Prefix)
	}
	if n := len(must(a.ecr.GetRegistryScanningConfiguration(ctx, nil))(t).ScanningConfiguration.Rules); n > 0 {
		left = append(left, fmt.Sprint(n, " rules of scanning"))
	}
	if _, err := a.ecr.GetRegistryPolicy(ctx, nil); err == nil {
		left = append(left, "registry policy")
	}
	for _, r := range must(a.public().DescribeRepositories(ctx, nil))(t).Repositories {
		left = append(left, *r.RepositoryArn)
	}
	return left
}

func (a *account) public() *ecrpublic.Client { return ecrpublic.NewFromConfig(a.config(a.admin)) }

// TestTerraformRegistry takes everything that can be configured of a registry
// from nothing to nothing.
func TestTerraformRegistry(t *testing.T) {
	a := newAccount(t, other)
	w := newWorkspace(t, a, "registry")
	ctx := t.Context()

	made := w.plan(t)
	t.Logf("%d resources", len(made))
	w.apply(t)
	want := map[string]string{
		"image":             `[]`,
		"newest":            `[]`,
		"public_token_user": `"AWS"`,
		"repositories":      `["plain","team/app"]`,
		"rule":              `"quay.io"`,
		"template":          `["PULL_THROUGH_CACHE","REPLICATION"]`,
		"token_user":        `"AWS"`,
	}
	if diff := cmp.Diff(want, w.outputs(t)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}

	changed := map[string]string{
		"aws_ecr_account_setting.scope":              "update",
		"aws_ecr_lifecycle_policy.app":               "delete,create",
		"aws_ecr_pull_through_cache_rule.elsewhere":  "update",
		"aws_ecr_registry_policy.registry":           "update", // it waits for what a data source will say
		"aws_ecr_replication_configuration.replicas": "update",
		"aws_ecr_repository.app":                     "update",
		"aws_ecr_repository_creation_template.edge":  "update",
		"aws_ecrpublic_repository.tools":             "update",
	}
	if diff := cmp.Diff(changed, w.plan(t, "-var-file=changed.tfvars")); diff != "" {
		t.Errorf("plan with other variables (-want +got):\n%s", diff)
	}
	w.apply(t, "-var-file=changed.tfvars")

	// The data sources of images find what was pushed meanwhile.
	pushed := a.push(t, "team/app", "v1")
	args := []string{"-var-file=changed.tfvars", "-var=image_tag=v1"}
	w.run(t, "apply", append([]string{"-auto-approve"}, args...)...)
	if changes := w.plan(t, args...); len(changes) > 0 {
		t.Errorf("images that were pushed change %v", changes)
	}
	outputs := w.outputs(t)
	if got, want := outputs["image"], fmt.Sprintf(`[[%q,true]]`, pushed); got != want {
		t.Errorf("aws_ecr_image has %s, want %s", got, want)
	}
	if got, want := outputs["newest"], `[["v1"]]`; got != want {
		t.Errorf("aws_ecr_image has the tags %s, want %s", got, want)
	}

	// Someone interferes: Terraform sees it and mends it.
	for _, err := range []error{
		failure(a.ecr.DeleteLifecyclePolicy(ctx, &ecr.DeleteLifecyclePolicyInput{RepositoryName: aws.String("team/app")})),
		failure(a.ecr.DeletePullThroughCacheRule(ctx, &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("quay")})),
		failure(a.ecr.DeleteRegistryPolicy(ctx, nil)),
		failure(a.ecr.DeleteRepositoryCreationTemplate(ctx, &ecr.DeleteRepositoryCreationTemplateInput{Prefix: aws.String("edge")})),
		failure(a.ecr.PutImageScanningConfiguration(ctx, &ecr.PutImageScanningConfigurationInput{
			RepositoryName: aws.String("plain"), ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
		})),
		failure(a.public().DeleteRepository(ctx, &ecrpublic.DeleteRepositoryInput{RepositoryName: aws.String("tools")})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	mended := map[string]string{
		"aws_ecr_lifecycle_policy.app":              "create",
		"aws_ecr_pull_through_cache_rule.quay":      "create",
		"aws_ecr_registry_policy.registry":          "create",
		"aws_ecr_repository.plain":                  "update",
		"aws_ecr_repository_creation_template.edge": "create",
		"aws_ecrpublic_repository.tools":            "create",
		"aws_ecrpublic_repository_policy.tools":     "create",
	}
	if diff := cmp.Diff(mended, w.plan(t, args...)); diff != "" {
		t.Errorf("plan after someone interfered (-want +got):\n%s", diff)
	}
	w.apply(t, args...)

	w.run(t, "destroy", "-auto-approve", "-var-file=changed.tfvars")
	if left := a.configured(t); len(left) > 0 {
		t.Errorf("terraform destroy left %q", left)
	}
}

// TestProviderRegistryCalls is TestProviderCalls for the resources of
// registries.
func TestProviderRegistryCalls(t *testing.T) {
	a := newAccount(t, other)
	for _, resource := range []struct {
		name string
		life func(*account, *testing.T)
	}{
		{"aws_ecr_repository", (*account).configuredRepository},
		{"aws_ecr_lifecycle_policy", (*account).lifecyclePolicy},
		{"aws_ecr_registry_policy", (*account).registryPolicy},
		{"aws_ecr_replication_configuration", (*account).replicationConfiguration},
		{"aws_ecr_pull_through_cache_rule", (*account).pullThroughCacheRule},
		{"aws_ecr_repository_creation_template", (*account).repositoryCreationTemplate},
		{"aws_ecr_registry_scanning_configuration", (*account).registryScanningConfiguration},
		{"aws_ecr_account_setting", (*account).accountSetting},
		{"aws_ecrpublic_repository", (*account).publicRepository},
		{"aws_ecr_authorization_token", (*account).authorizationToken},
		{"aws_ecr_image", (*account).image},
	} {
		ended := t.Run(resource.name, func(t *testing.T) {
			resource.life(a, t)
			if left := a.configured(t); len(left) > 0 {
				t.Errorf("after its life there are %q", left)
			}
		})
		if !ended {
			return
		}
	}
}

// configuredRepository is the life of a repository with all its settings,
// those that the provider has learnt only lately among them.
func (a *account) configuredRepository(t *testing.T) {
	ctx := t.Context()
	name := aws.String("team/app")
	wildcard := func(filters ...string) (list []ecrtypes.ImageTagMutabilityExclusionFilter) {
		for _, f := range filters {
			list = append(list, ecrtypes.ImageTagMutabilityExclusionFilter{Filter: &f, FilterType: ecrtypes.ImageTagMutabilityExclusionFilterTypeWildcard})
		}
		return list
	}
	read := func() ecrtypes.Repository {
		t.Helper()
		return must(a.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{*name}}))(t).Repositories[0]
	}
	must(a.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName: name, ImageTagMutability: ecrtypes.ImageTagMutabilityImmutableWithExclusion,
		ImageTagMutabilityExclusionFilters: wildcard("latest", "dev-*"),
		EncryptionConfiguration:            &ecrtypes.EncryptionConfiguration{EncryptionType: ecrtypes.EncryptionTypeKms},
	}))(t)
	r := read()
	if r.EncryptionConfiguration == nil || aws.ToString(r.EncryptionConfiguration.KmsKey) == "" {
		t.Error("a repository encrypted with a key of AWS does not name it")
	}
	// The provider takes what is absent for a change of scan_on_push.
	if r.ImageScanningConfiguration == nil || r.ImageScanningConfiguration.ScanOnPush {
		t.Errorf("image scanning configuration %v, want false", r.ImageScanningConfiguration)
	}
	equal(t, "exclusion filters", []string{"latest", "dev-*"}, filters(r))
	must(a.ecr.PutImageScanningConfiguration(ctx, &ecr.PutImageScanningConfigurationInput{
		RepositoryName: name, RegistryId: aws.String(blackbox.Owner), ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
	}))(t)
	must(a.ecr.PutImageTagMutability(ctx, &ecr.PutImageTagMutabilityInput{
		RepositoryName: name, RegistryId: aws.String(blackbox.Owner), ImageTagMutability: ecrtypes.ImageTagMutabilityMutable,
	}))(t)
	r = read()
	equal(t, "scan on push, mutability, filters", []any{true, ecrtypes.ImageTagMutabilityMutable, []string(nil)},
		[]any{r.ImageScanningConfiguration.ScanOnPush, r.ImageTagMutability, filters(r)})
	must(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name, Force: true}))(t)
}

func filters(r ecrtypes.Repository) (list []string) {
	for _, f := range r.ImageTagMutabilityExclusionFilters {
		list = append(list, *f.Filter)
	}
	return list
}

func (a *account) lifecyclePolicy(t *testing.T) {
	ctx := t.Context()
	name := aws.String("team/app")
	const policy = `{"rules":[{"rulePriority":1,"description":"few","selection":{"tagStatus":"tagged","tagPrefixList":["v"],"countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}]}`
	get := &ecr.GetLifecyclePolicyInput{RepositoryName: name}
	refused(t, "RepositoryNotFoundException", failure(a.ecr.GetLifecyclePolicy(ctx, get)))
	must(a.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name}))(t)
	refused(t, "LifecyclePolicyNotFoundException", failure(a.ecr.GetLifecyclePolicy(ctx, get)))
	must(a.ecr.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: name, LifecyclePolicyText: aws.String(policy)}))(t)
	out := must(a.ecr.GetLifecyclePolicy(ctx, get))(t)
	equal(t, "policy", []string{policy, blackbox.Owner, *name}, []string{*out.LifecyclePolicyText, *out.RegistryId, *out.RepositoryName})
	deletion := &ecr.DeleteLifecyclePolicyInput{RepositoryName: name}
	must(a.ecr.DeleteLifecyclePolicy(ctx, deletion))(t)
	refused(t, "LifecyclePolicyNotFoundException", failure(a.ecr.DeleteLifecyclePolicy(ctx, deletion)))
	must(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name}))(t)
	refused(t, "RepositoryNotFoundException", failure(a.ecr.DeleteLifecyclePolicy(ctx, deletion)))
}

func (a *account) registryPolicy(t *testing.T) {
	ctx := t.Context()
	policy := aws.String(`{"Version":"2012-10-17","Statement":[{"Sid":"Replicas","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + other + `:root"},"Action":["ecr:ReplicateImage"],"Resource":["arn:aws:ecr:` + blackbox.Region + `:` + blackbox.Owner + `:repository/*"]}]}`)
	refused(t, "RegistryPolicyNotFoundException", failure(a.ecr.GetRegistryPolicy(ctx, nil)))
	equal(t, "registry", blackbox.Owner, *must(a.ecr.PutRegistryPolicy(ctx, &ecr.PutRegistryPolicyInput{PolicyText: policy}))(t).RegistryId)
	equal(t, "policy", *policy, *must(a.ecr.GetRegistryPolicy(ctx, nil))(t).PolicyText)
	must(a.ecr.DeleteRegistryPolicy(ctx, nil))(t)
	refused(t, "RegistryPolicyNotFoundException", failure(a.ecr.DeleteRegistryPolicy(ctx, nil)))
}

func (a *account) replicationConfiguration(t *testing.T) {
	ctx := t.Context()
	put := func(regions ...string) {
		t.Helper()
		rules := []ecrtypes.ReplicationRule{}
		if len(regions) > 0 {
			rules = append(rules, ecrtypes.ReplicationRule{RepositoryFilters: []ecrtypes.RepositoryFilter{{
				Filter: aws.String("team/"), FilterType: ecrtypes.RepositoryFilterTypePrefixMatch,
			}}})
		}
		for _, r := range regions {
			rules[0].Destinations = append(rules[0].Destinations, ecrtypes.ReplicationDestination{Region: &r, RegistryId: aws.String(blackbox.Owner)})
		}
		must(a.ecr.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: &ecrtypes.ReplicationConfiguration{Rules: rules}}))(t)
	}
	// read returns the regions and filters of each rule.
	read := func() (rules [][]string) {
		t.Helper()
		out := must(a.ecr.DescribeRegistry(ctx, nil))(t)
		// The provider says that the resource is gone when the rules are absent.
		if *out.RegistryId != blackbox.Owner || out.ReplicationConfiguration == nil || out.ReplicationConfiguration.Rules == nil {
			t.Fatalf("registry %s has the replication configuration %v", *out.RegistryId, out.ReplicationConfiguration)
		}
		for _, r := range out.ReplicationConfiguration.Rules {
			var rule []string
			for _, to := range r.Destinations {
				rule = append(rule, *to.Region)
			}
			for _, f := range r.RepositoryFilters {
				rule = append(rule, *f.Filter)
			}
			rules = append(rules, rule)
		}
		return rules
	}
	equal(t, "rules at first", [][]string(nil), read())
	put("eu-west-1", "eu-central-1")
	equal(t, "rules", [][]string{{"eu-west-1", "eu-central-1", "team/"}}, read())
	put("eu-west-1")
	equal(t, "rules", [][]string{{"eu-west-1", "team/"}}, read())
	put()
	equal(t, "rules at last", [][]string(nil), read())
}

func (a *account) pullThroughCacheRule(t *testing.T) {
	ctx := t.Context()
	prefix := aws.String("elsewhere")
	role := func(name string) *string { return aws.String(iamARN("role/" + name)) }
	describe := &ecr.DescribePullThroughCacheRulesInput{EcrRepositoryPrefixes: []string{*prefix}}
	refused(t, "PullThroughCacheRuleNotFoundException", failure(a.ecr.DescribePullThroughCacheRules(ctx, describe)))
	must(a.ecr.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{
		EcrRepositoryPrefix: prefix, UpstreamRegistryUrl: aws.String(other + ".dkr.ecr.eu-west-1.amazonaws.com"), UpstreamRepositoryPrefix: aws.String("theirs"), CustomRoleArn: role("first"),
	}))(t)
	must(a.ecr.UpdatePullThroughCacheRule(ctx, &ecr.UpdatePullThroughCacheRuleInput{EcrRepositoryPrefix: prefix, RegistryId: aws.String(blackbox.Owner), CustomRoleArn: role("second")}))(t)
	r := must(a.ecr.DescribePullThroughCacheRules(ctx, describe))(t).PullThroughCacheRules[0]
	equal(t, "rule", []string{blackbox.Owner, "theirs", *role("second"), ""}, []string{*r.RegistryId, *r.UpstreamRepositoryPrefix, *r.CustomRoleArn, aws.ToString(r.CredentialArn)})
	deletion := &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: prefix, RegistryId: aws.String(blackbox.Owner)}
	must(a.ecr.DeletePullThroughCacheRule(ctx, deletion))(t)
	refused(t, "PullThroughCacheRuleNotFoundException", failure(a.ecr.DeletePullThroughCacheRule(ctx, deletion)))

	// What was not given must be absent: it is not computed, and a value replaces the rule.
	quay := aws.String("quay")
	must(a.ecr.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{EcrRepositoryPrefix: quay, UpstreamRegistryUrl: aws.String("quay.io")}))(t)
	r = must(a.ecr.DescribePullThroughCacheRules(ctx, &ecr.DescribePullThroughCacheRulesInput{EcrRepositoryPrefixes: []string{*quay}}))(t).PullThroughCacheRules[0]
	if r.UpstreamRepositoryPrefix != nil || r.CredentialArn != nil || r.CustomRoleArn != nil {
		t.Errorf("the rule has what it was not given: %v %v %v", r.UpstreamRepositoryPrefix, r.CredentialArn, r.CustomRoleArn)
	}
	must(a.ecr.DeletePullThroughCacheRule(ctx, &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: quay}))(t)
}

func (a *account) repositoryCreationTemplate(t *testing.T) {
	ctx := t.Context()
	prefix := aws.String("edge")
	describe := &ecr.DescribeRepositoryCreationTemplatesInput{Prefixes: []string{*prefix}}
	equal(t, "templates at first", 0, len(must(a.ecr.DescribeRepositoryCreationTemplates(ctx, describe))(t).RepositoryCreationTemplates))
	must(a.ecr.CreateRepositoryCreationTemplate(ctx, &ecr.CreateRepositoryCreationTemplateInput{
		Prefix: prefix, AppliedFor: []ecrtypes.RCTAppliedFor{ecrtypes.RCTAppliedForPullThroughCache, ecrtypes.RCTAppliedForReplication},
		EncryptionConfiguration: &ecrtypes.EncryptionConfigurationForRepositoryCreationTemplate{EncryptionType: ecrtypes.EncryptionTypeAes256},
		ImageTagMutability:      ecrtypes.ImageTagMutabilityMutable, Description: aws.String("first"),
	}))(t)
	must(a.ecr.UpdateRepositoryCreationTemplate(ctx, &ecr.UpdateRepositoryCreationTemplateInput{Prefix: prefix, Description: aws.String("second")}))(t)
	out := must(a.ecr.DescribeRepositoryCreationTemplates(ctx, describe))(t)
	template := out.RepositoryCreationTemplates[0]
	equal(t, "template", []any{blackbox.Owner, "second", 2, ecrtypes.EncryptionTypeAes256, ecrtypes.ImageTagMutabilityMutable},
		[]any{*out.RegistryId, *template.Description, len(template.AppliedFor), template.EncryptionConfiguration.EncryptionType, template.ImageTagMutability})
	// Tags and policies that are empty are no change of what is not there.
	if aws.ToString(template.RepositoryPolicy) != "" || aws.ToString(template.LifecyclePolicy) != "" || len(template.ResourceTags) > 0 || template.CustomRoleArn != nil {
		t.Errorf("the template has what it was not given: %+v", template)
	}
	deletion := &ecr.DeleteRepositoryCreationTemplateInput{Prefix: prefix}
	must(a.ecr.DeleteRepositoryCreationTemplate(ctx, deletion))(t)
	refused(t, "TemplateNotFoundException", failure(a.ecr.DeleteRepositoryCreationTemplate(ctx, deletion)))
}

func (a *account) registryScanningConfiguration(t *testing.T) {
	ctx := t.Context()
	read := func() *ecrtypes.RegistryScanningConfiguration {
		t.Helper()
		out := must(a.ecr.GetRegistryScanningConfiguration(ctx, nil))(t)
		equal(t, "registry", blackbox.Owner, *out.RegistryId)
		return out.ScanningConfiguration
	}
	equal(t, "scanning at first", []any{ecrtypes.ScanTypeBasic, 0}, []any{read().ScanType, len(read().Rules)})
	must(a.ecr.PutRegistryScanningConfiguration(ctx, &ecr.PutRegistryScanningConfigurationInput{ScanType: ecrtypes.ScanTypeBasic, Rules: []ecrtypes.RegistryScanningRule{{
		ScanFrequency:     ecrtypes.ScanFrequencyScanOnPush,
		RepositoryFilters: []ecrtypes.ScanningRepositoryFilter{{Filter: aws.String("prod*"), FilterType: ecrtypes.ScanningRepositoryFilterTypeWildcard}},
	}}}))(t)
	rule := read().Rules[0]
	equal(t, "rule", []any{ecrtypes.ScanFrequencyScanOnPush, "prod*"}, []any{rule.ScanFrequency, *rule.RepositoryFilters[0].Filter})
	must(a.ecr.PutRegistryScanningConfiguration(ctx, &ecr.PutRegistryScanningConfigurationInput{ScanType: ecrtypes.ScanTypeBasic, Rules: []ecrtypes.RegistryScanningRule{}}))(t)
	equal(t, "rules at last", 0, len(read().Rules))
}

func (a *account) accountSetting(t *testing.T) {
	ctx := t.Context()
	name := aws.String("REGISTRY_POLICY_SCOPE")
	for _, value := range []string{"V1", "V2"} {
		out := must(a.ecr.PutAccountSetting(ctx, &ecr.PutAccountSettingInput{Name: name, Value: &value}))(t)
		equal(t, "answer", []string{*name, value}, []string{*out.Name, *out.Value})
		equal(t, "setting", value, *must(a.ecr.GetAccountSetting(ctx, &ecr.GetAccountSettingInput{Name: name}))(t).Value)
	}
}

func (a *account) publicRepository(t *testing.T) {
	ctx, api := t.Context(), a.public()
	name := aws.String("tools")
	describe := &ecrpublic.DescribeRepositoriesInput{RepositoryNames: []string{*name}}
	refused(t, "RepositoryNotFoundException", failure(api.DescribeRepositories(ctx, describe)))
	created := must(api.CreateRepository(ctx, &ecrpublic.CreateRepositoryInput{
		RepositoryName: name, CatalogData: &publictypes.RepositoryCatalogDataInput{Description: aws.String("first"), Architectures: []string{"x86-64"}},
		Tags: []publictypes.Tag{{Key: aws.String("Team"), Value: aws.String("a")}},
	}))(t).Repository
	read := func() publictypes.RepositoryCatalogData {
		t.Helper()
		r := must(api.DescribeRepositories(ctx, describe))(t).Repositories[0]
		equal(t, "repository", []string{*created.RepositoryArn, *created.RepositoryUri, blackbox.Owner}, []string{*r.RepositoryArn, *r.RepositoryUri, *r.RegistryId})
		return *must(api.GetRepositoryCatalogData(ctx, &ecrpublic.GetRepositoryCatalogDataInput{RepositoryName: name, RegistryId: r.RegistryId}))(t).CatalogData
	}
	equal(t, "catalog data", "first", *read().Description)
	must(api.PutRepositoryCatalogData(ctx, &ecrpublic.PutRepositoryCatalogDataInput{RepositoryName: name, CatalogData: &publictypes.RepositoryCatalogDataInput{Description: aws.String("second")}}))(t)
	equal(t, "catalog data", "second", *read().Description)
	equal(t, "tags", 1, len(must(api.ListTagsForResource(ctx, &ecrpublic.ListTagsForResourceInput{ResourceArn: created.RepositoryArn}))(t).Tags))
	must(api.DeleteRepository(ctx, &ecrpublic.DeleteRepositoryInput{RepositoryName: name, RegistryId: aws.String(blackbox.Owner), Force: true}))(t)
	refused(t, "RepositoryNotFoundException", failure(api.DeleteRepository(ctx, &ecrpublic.DeleteRepositoryInput{RepositoryName: name})))
}

func (a *account) authorizationToken(t *testing.T) {
	data := must(a.ecr.GetAuthorizationToken(t.Context(), nil))(t).AuthorizationData
	if len(data) != 1 || aws.ToString(data[0].ProxyEndpoint) == "" || data[0].ExpiresAt == nil || aws.ToString(data[0].AuthorizationToken) == "" {
		t.Errorf("authorization data: %d entries", len(data))
	}
	public := must(a.public().GetAuthorizationToken(t.Context(), nil))(t).AuthorizationData
	if public == nil || public.ExpiresAt == nil || aws.ToString(public.AuthorizationToken) == "" {
		t.Error("no authorization data of the public registries")
	}
}

// image looks for images as the data sources aws_ecr_image and aws_ecr_images
// do.
func (a *account) image(t *testing.T) {
	ctx := t.Context()
	name := aws.String("team/app")
	must(a.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name}))(t)
	byTag := &ecr.DescribeImagesInput{RepositoryName: name, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("v1")}}}
	refused(t, "ImageNotFoundException", failure(a.ecr.DescribeImages(ctx, byTag)))
	if images := must(a.ecr.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: name}))(t).ImageDetails; images == nil || len(images) > 0 {
		t.Errorf("images of an empty repository: %v", images)
	}
	pushed := a.push(t, *name, "v1")
	detail := must(a.ecr.DescribeImages(ctx, byTag))(t).ImageDetails[0]
	equal(t, "image", []any{pushed, []string{"v1"}, *name}, []any{*detail.ImageDigest, detail.ImageTags, *detail.RepositoryName})
	if detail.ImagePushedAt == nil || aws.ToInt64(detail.ImageSizeInBytes) == 0 {
		t.Errorf("the image has no time or no size: %v, %v", detail.ImagePushedAt, detail.ImageSizeInBytes)
	}
	ids := must(a.ecr.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: name, Filter: &ecrtypes.ListImagesFilter{TagStatus: ecrtypes.TagStatusTagged}}))(t).ImageIds
	equal(t, "images", []string{pushed, "v1"}, []string{*ids[0].ImageDigest, *ids[0].ImageTag})
	must(a.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name, Force: true}))(t)
}
