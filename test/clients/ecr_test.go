package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// cli is the AWS CLI in the hands of one principal, with one service.
type cli struct {
	*story
	t       *testing.T
	as      blackbox.Credentials
	service string
}

func (c cli) command(args []string) []string { return slices.Concat([]string{c.service}, args) }

// do runs a command that must succeed.
func (c cli) do(args ...string) {
	c.t.Helper()
	c.AWS(c.t, c.as, nil, c.command(args)...)
}

// list is what a query makes of an answer, sorted: the CLI puts its pages
// together first.
func (c cli) list(query string, args ...string) []string {
	c.t.Helper()
	items := []string{}
	c.AWS(c.t, c.as, &items, append(c.command(args), "--query", query)...)
	slices.Sort(items)
	return items
}

// value is what a query finds.
func (c cli) value(query string, args ...string) string {
	c.t.Helper()
	out := blackbox.Run(c.t, c.Env(c.as), "aws", append(c.command(args), "--query", query, "--output", "text")...)
	return strings.TrimSpace(string(out))
}

// refused runs a command that must fail with an error code.
func (c cli) refused(code string, args ...string) {
	c.t.Helper()
	_, err := blackbox.Try(c.t, c.Env(c.as), "", "aws", c.command(args)...)
	if want := "An error occurred (" + code + ")"; err == nil || !strings.Contains(err.Error(), want) {
		c.t.Errorf("aws %s: %v\nwant %s", strings.Join(c.command(args), " "), err, want)
	}
}

// equal compares what was wanted with what was found.
func (c cli) equal(what string, want, got any) {
	c.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// paged checks that a command lists what it should, one item to a page, and
// that the CLI goes on where it was told to stop.
func (c cli) paged(query string, want []string, args ...string) {
	c.t.Helper()
	c.equal(args[0]+" --page-size 1", want, c.list(query, append(args, "--page-size", "1")...))
	var first struct {
		NextToken string
		Items     []string
	}
	c.AWS(c.t, c.as, &first, append(c.command(args), "--max-items", "1", "--query", "{NextToken: NextToken, Items: "+query+"}")...)
	if len(first.Items) != 1 || first.NextToken == "" {
		c.t.Fatalf("%s --max-items 1 answered %+v", args[0], first)
	}
	all := append(first.Items, c.list(query, append(args, "--starting-token", first.NextToken)...)...)
	slices.Sort(all)
	c.equal(args[0]+" --starting-token", want, all)
}

// download reads what is at a URL.
func download(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(b)
}

// put pushes an image with one layer by the API alone and returns its digest.
func (c cli) put(repository, tag, content string) string {
	c.t.Helper()
	dir := c.t.TempDir()
	digest := func(b []byte) string {
		sum := sha256.Sum256(b)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	type descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int    `json:"size"`
	}
	upload := func(mediaType string, b []byte) descriptor {
		file := filepath.Join(dir, "blob")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			c.t.Fatal(err)
		}
		id := c.value("uploadId", "initiate-layer-upload", "--repository-name", repository)
		got := c.value("lastByteReceived", "upload-layer-part", "--repository-name", repository, "--upload-id", id,
			"--part-first-byte", "0", "--part-last-byte", fmt.Sprint(len(b)-1), "--layer-part-blob", "fileb://"+file)
		c.equal("lastByteReceived", fmt.Sprint(len(b)-1), got)
		c.equal("layerDigest", digest(b), c.value("layerDigest", "complete-layer-upload", "--repository-name", repository, "--upload-id", id, "--layer-digests", digest(b)))
		return descriptor{mediaType, digest(b), len(b)}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": upload("application/vnd.oci.image.config.v1+json", fmt.Appendf(nil, `{"os":"linux","architecture":"amd64","author":%q}`, content)),
		"layers": []descriptor{upload("application/vnd.oci.image.layer.v1.tar", []byte(content))},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	file := filepath.Join(dir, "manifest")
	if err := os.WriteFile(file, manifest, 0o600); err != nil {
		c.t.Fatal(err)
	}
	got := c.value("image.imageId.imageDigest", "put-image", "--repository-name", repository, "--image-tag", tag, "--image-manifest", "file://"+file)
	c.equal("imageDigest", digest(manifest), got)
	return got
}

// TestAWSCLIUsesECR goes through what the AWS CLI does with a registry, with
// its own paging and waiting.
func TestAWSCLIUsesECR(t *testing.T) {
	t.Parallel() // nearly all of it is Python starting
	blackbox.NeedNames(t)
	s := newStory(t, fakeScanner(t)...)
	ecr := cli{s, t, s.owner, "ecr"}
	there := cli{s, t, s.plane, "ecr"} // another account's registry
	arn := "arn:aws:ecr:" + blackbox.Region + ":" + blackbox.Owner + ":repository/"

	// Repositories
	ecr.do("create-repository", "--repository-name", "team/app", "--image-tag-mutability", "IMMUTABLE_WITH_EXCLUSION",
		"--image-tag-mutability-exclusion-filters", "filterType=WILDCARD,filter=dev-*", "--image-scanning-configuration", "scanOnPush=true",
		"--encryption-configuration", "encryptionType=AES256", "--tags", "Key=team,Value=a", "Key=stage,Value=test")
	for _, name := range []string{"team/api", "other"} {
		ecr.do("create-repository", "--repository-name", name)
	}
	ecr.paged("repositories[].repositoryName", []string{"other", "team/api", "team/app"}, "describe-repositories")
	ecr.do("untag-resource", "--resource-arn", arn+"team/app", "--tag-keys", "stage")
	ecr.do("tag-resource", "--resource-arn", arn+"team/app", "--tags", "Key=cost,Value=1")
	ecr.equal("tags", []string{"cost=1", "team=a"}, ecr.list("tags[].join('=', [Key, Value])", "list-tags-for-resource", "--resource-arn", arn+"team/app"))
	ecr.do("put-image-scanning-configuration", "--repository-name", "team/app", "--image-scanning-configuration", "scanOnPush=false")
	ecr.do("put-image-tag-mutability", "--repository-name", "team/api", "--image-tag-mutability", "IMMUTABLE")
	ecr.equal("mutability", []string{"IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"}, ecr.list("repositories[].imageTagMutability", "describe-repositories", "--repository-names", "team/api", "team/app"))
	ecr.refused("InvalidParameterException", "put-image-tag-mutability", "--repository-name", "team/api", "--image-tag-mutability", "IMMUTABLE",
		"--image-tag-mutability-exclusion-filters", "filterType=WILDCARD,filter=dev-*")

	// Images, from docker's friends and by the API
	skopeo := blackbox.ClientNamed(t, "skopeo").Open(t)
	if err := skopeo.Login(t, s.Registry(blackbox.Owner), s.Password(t, s.owner)); err != nil {
		t.Fatal(err)
	}
	push := func(ref string) error {
		return skopeo.Push(t, blackbox.NewArchive(t), s.Registry(blackbox.Owner)+"/"+ref)
	}
	for _, tag := range []string{"v1", "dev-1", "dev-1"} {
		if err := push("team/app:" + tag); err != nil {
			t.Fatal(err)
		}
	}
	if err := push("team/app:v1"); err == nil || !strings.Contains(err.Error(), "cannot be overwritten because the tag is immutable") {
		t.Errorf("push over a tag that is immutable: %v", err)
	}
	v1, v2 := s.digest(t, "team/app", "v1"), ecr.put("team/app", "v2", "by the API")
	ecr.paged("imageIds[].imageTag", []string{"dev-1", "v1", "v2"}, "list-images", "--repository-name", "team/app", "--filter", "tagStatus=TAGGED")
	ecr.paged("imageDetails[].imageTags[0]", []string{"dev-1", "v1", "v2"}, "describe-images", "--repository-name", "team/app", "--filter", "tagStatus=TAGGED")
	ecr.equal("untagged", "1", ecr.value("length(imageDetails)", "describe-images", "--repository-name", "team/app", "--filter", "tagStatus=UNTAGGED"))
	manifest := ecr.value("images[0].imageManifest", "batch-get-image", "--repository-name", "team/app", "--image-ids", "imageTag=v2", "imageTag=v9")
	var parts struct{ Layers []struct{ Digest string } }
	if err := json.Unmarshal([]byte(manifest), &parts); err != nil || len(parts.Layers) != 1 {
		t.Fatalf("manifest %s: %v", manifest, err)
	}
	layer := parts.Layers[0].Digest
	ecr.equal("availability", "AVAILABLE", ecr.value("layers[0].layerAvailability", "batch-check-layer-availability", "--repository-name", "team/app", "--layer-digests", layer))
	ecr.equal("layer", "by the API", download(t, ecr.value("downloadUrl", "get-download-url-for-layer", "--repository-name", "team/app", "--layer-digest", layer)))
	ecr.refused("ImageNotFoundException", "describe-images", "--repository-name", "team/app", "--image-ids", "imageTag=v9")
	ecr.equal("referrers", []string{}, ecr.list("referrers[].digest", "list-image-referrers", "--repository-name", "team/app", "--subject-id", "imageDigest="+v1))
	ecr.equal("archived", "ARCHIVED", ecr.value("imageStatus", "update-image-storage-class", "--repository-name", "team/app", "--image-id", "imageTag=v2", "--target-storage-class", "ARCHIVE"))
	ecr.equal("archived", []string{"v2"}, ecr.list("imageIds[].imageTag", "list-images", "--repository-name", "team/app", "--filter", "imageStatus=ARCHIVED"))
	ecr.do("update-image-storage-class", "--repository-name", "team/app", "--image-id", "imageTag=v2", "--target-storage-class", "STANDARD")

	// What a lifecycle policy would do
	rules := `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["v"],"countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}},` +
		`{"rulePriority":2,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}`
	ecr.refused("LifecyclePolicyPreviewNotFoundException", "wait", "lifecycle-policy-preview-complete", "--repository-name", "team/app")
	ecr.do("start-lifecycle-policy-preview", "--repository-name", "team/app", "--lifecycle-policy-text", rules)
	ecr.do("wait", "lifecycle-policy-preview-complete", "--repository-name", "team/app")
	ecr.equal("preview", []string{"v1"}, ecr.list("previewResults[].imageTags[0]", "get-lifecycle-policy-preview", "--repository-name", "team/app", "--page-size", "1"))
	ecr.do("put-lifecycle-policy", "--repository-name", "team/api", "--lifecycle-policy-text", rules)
	ecr.equal("policy", rules, ecr.value("lifecyclePolicyText", "get-lifecycle-policy", "--repository-name", "team/api"))
	ecr.do("delete-lifecycle-policy", "--repository-name", "team/api")
	ecr.refused("LifecyclePolicyNotFoundException", "get-lifecycle-policy", "--repository-name", "team/api")

	// Scans
	ecr.refused("ScanNotFoundException", "wait", "image-scan-complete", "--repository-name", "team/app", "--image-id", "imageTag=v1")
	ecr.do("start-image-scan", "--repository-name", "team/app", "--image-id", "imageTag=v1")
	ecr.do("wait", "image-scan-complete", "--repository-name", "team/app", "--image-id", "imageTag=v1")
	var findings []string
	ecr.AWS(t, s.owner, &findings, "ecr", "describe-image-scan-findings", "--repository-name", "team/app", "--image-id", "imageTag=v1", "--query", "imageScanFindings.findings[].name")
	if !slices.Contains(findings, "CVE-2024-4603") {
		t.Errorf("findings %q", findings)
	}
	slices.Sort(findings)
	ecr.paged("imageScanFindings.findings[].name", findings, "describe-image-scan-findings", "--repository-name", "team/app", "--image-id", "imageTag=v1")
	ecr.do("put-registry-scanning-configuration", "--scan-type", "BASIC", "--rules", `[{"scanFrequency":"SCAN_ON_PUSH","repositoryFilters":[{"filter":"team/*","filterType":"WILDCARD"}]}]`)
	ecr.equal("type", "BASIC", ecr.value("scanningConfiguration.scanType", "get-registry-scanning-configuration"))
	ecr.equal("frequencies", []string{"MANUAL", "SCAN_ON_PUSH"}, ecr.list("scanningConfigurations[].scanFrequency", "batch-get-repository-scanning-configuration", "--repository-names", "other", "team/app"))

	// The registry: who may write to it, and what it copies where
	policy := `{"Version":"2012-10-17","Statement":[{"Sid":"Replicate","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + blackbox.Owner + `:root"},` +
		`"Action":["ecr:CreateRepository","ecr:ReplicateImage"],"Resource":"arn:aws:ecr:` + blackbox.Region + `:` + blackbox.Plane + `:repository/*"}]}`
	there.refused("RegistryPolicyNotFoundException", "get-registry-policy")
	there.do("put-registry-policy", "--policy-text", policy)
	there.equal("policy", policy, there.value("policyText", "get-registry-policy"))
	ecr.do("put-replication-configuration", "--replication-configuration",
		`{"rules":[{"destinations":[{"region":"`+blackbox.Region+`","registryId":"`+blackbox.Plane+`"}],"repositoryFilters":[{"filter":"team/","filterType":"PREFIX_MATCH"}]}]}`)
	ecr.equal("destination", blackbox.Plane, ecr.value("replicationConfiguration.rules[0].destinations[0].registryId", "describe-registry"))
	if err := push("team/api:v1"); err != nil {
		t.Fatal(err)
	}
	status := ""
	for deadline := time.Now().Add(time.Minute); status != "COMPLETE"; {
		status = ecr.value("replicationStatuses[0].status", "describe-image-replication-status", "--repository-name", "team/api", "--image-id", "imageTag=v1")
		if status == "FAILED" || time.Now().After(deadline) {
			t.Fatalf("replication is %s", status)
		}
	}
	there.equal("replica", s.digest(t, "team/api", "v1"), there.value("imageDetails[0].imageDigest", "describe-images", "--repository-name", "team/api", "--image-ids", "imageTag=v1"))
	there.do("delete-registry-policy")

	// Upstream registries
	for _, args := range [][]string{
		{"--ecr-repository-prefix", "quay", "--upstream-registry-url", "quay.io"},
		{"--ecr-repository-prefix", "hub", "--upstream-registry-url", "registry-1.docker.io", "--credential-arn", "arn:aws:secretsmanager:" + blackbox.Region + ":" + blackbox.Owner + ":secret:ecr-pullthroughcache/hub"},
	} {
		ecr.do(append([]string{"create-pull-through-cache-rule"}, args...)...)
	}
	ecr.paged("pullThroughCacheRules[].ecrRepositoryPrefix", []string{"hub", "quay"}, "describe-pull-through-cache-rules")
	ecr.do("update-pull-through-cache-rule", "--ecr-repository-prefix", "hub", "--credential-arn", "arn:aws:secretsmanager:"+blackbox.Region+":"+blackbox.Owner+":secret:ecr-pullthroughcache/2")
	ecr.equal("upstream", "quay.io", ecr.value("upstreamRegistryUrl", "validate-pull-through-cache-rule", "--ecr-repository-prefix", "quay"))
	ecr.do("delete-pull-through-cache-rule", "--ecr-repository-prefix", "hub")
	ecr.refused("PullThroughCacheRuleNotFoundException", "delete-pull-through-cache-rule", "--ecr-repository-prefix", "hub")

	// A push makes the repository that a template describes, and no other.
	s.AWS(t, s.owner, nil, "iam", "create-role", "--role-name", "maker", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecr.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	s.AWS(t, s.owner, nil, "iam", "put-role-policy", "--role-name", "maker", "--policy-name", "make", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:CreateRepository","ecr:TagResource"],"Resource":"*"}]}`)
	ecr.do("create-repository-creation-template", "--prefix", "made", "--applied-for", "CREATE_ON_PUSH", "--image-tag-mutability", "IMMUTABLE",
		"--resource-tags", "Key=made,Value=yes", "--custom-role-arn", "arn:aws:iam::"+blackbox.Owner+":role/maker")
	ecr.do("create-repository-creation-template", "--prefix", "ROOT", "--applied-for", "REPLICATION", "PULL_THROUGH_CACHE")
	ecr.paged("repositoryCreationTemplates[].prefix", []string{"ROOT", "made"}, "describe-repository-creation-templates")
	ecr.do("update-repository-creation-template", "--prefix", "made", "--description", "by a push")
	if err := push("made/by/push:v1"); err != nil {
		t.Error(err)
	}
	if err := push("nowhere/app:v1"); err == nil {
		t.Error("a push made a repository without a template")
	}
	ecr.equal("made", "IMMUTABLE", ecr.value("repositories[0].imageTagMutability", "describe-repositories", "--repository-names", "made/by/push"))
	ecr.equal("made", "yes", ecr.value("tags[0].Value", "list-tags-for-resource", "--resource-arn", arn+"made/by/push"))
	ecr.do("delete-repository-creation-template", "--prefix", "made")

	// Signing, pulls that do not count, settings
	ecr.do("put-signing-configuration", "--signing-configuration", `{"rules":[{"signingProfileArn":"arn:aws:signer:`+blackbox.Region+`:`+blackbox.Owner+`:/signing-profiles/release"}]}`)
	ecr.equal("rules", "1", ecr.value("length(signingConfiguration.rules)", "get-signing-configuration"))
	ecr.equal("signatures", "0", ecr.value("length(signingStatuses)", "describe-image-signing-status", "--repository-name", "team/app", "--image-id", "imageTag=v1"))
	ecr.do("delete-signing-configuration")
	ecr.refused("SigningConfigurationNotFoundException", "get-signing-configuration")
	principal := "arn:aws:iam::" + blackbox.Owner + ":role/scanner"
	ecr.do("register-pull-time-update-exclusion", "--principal-arn", principal)
	ecr.equal("exclusions", []string{principal}, ecr.list("pullTimeUpdateExclusions", "list-pull-time-update-exclusions", "--max-results", "5"))
	ecr.do("deregister-pull-time-update-exclusion", "--principal-arn", principal)
	ecr.do("put-account-setting", "--name", "BLOB_MOUNTING", "--value", "DISABLED")
	ecr.equal("setting", "DISABLED", ecr.value("value", "get-account-setting", "--name", "BLOB_MOUNTING"))

	// And all of it goes.
	ecr.equal("deleted", v2, ecr.value("imageIds[0].imageDigest", "batch-delete-image", "--repository-name", "team/app", "--image-ids", "imageTag=v2"))
	ecr.refused("RepositoryNotEmptyException", "delete-repository", "--repository-name", "team/app")
	for _, name := range []string{"team/app", "team/api", "other", "made/by/push"} {
		ecr.do("delete-repository", "--repository-name", name, "--force")
	}
	ecr.equal("repositories", []string{}, ecr.list("repositories[].repositoryName", "describe-repositories", "--page-size", "1"))
}

// TestAWSCLIUsesECRPublic goes through what the AWS CLI does with a registry
// that everybody may read.
func TestAWSCLIUsesECRPublic(t *testing.T) {
	t.Parallel()
	blackbox.NeedNames(t)
	s := newStory(t)
	public := cli{s, t, s.owner, "ecr-public"}
	arn := "arn:aws:ecr-public::" + blackbox.Owner + ":repository/"

	registry := public.value("registries[0].registryUri", "describe-registries", "--page-size", "1")
	if !strings.HasPrefix(registry, s.PublicRegistry()+"/") {
		t.Errorf("registry %q", registry)
	}
	public.do("put-registry-catalog-data", "--display-name", "The team")
	public.equal("name", "The team", public.value("registryCatalogData.displayName", "get-registry-catalog-data"))

	uri := public.value("repository.repositoryUri", "create-repository", "--repository-name", "team/app", "--tags", "Key=team,Value=a",
		"--catalog-data", `{"description":"an app","operatingSystems":["Linux"],"architectures":["x86-64"]}`)
	public.equal("URI", registry+"/team/app", uri)
	public.do("create-repository", "--repository-name", "other")
	public.paged("repositories[].repositoryName", []string{"other", "team/app"}, "describe-repositories")
	public.refused("RepositoryAlreadyExistsException", "create-repository", "--repository-name", "other")
	public.do("put-repository-catalog-data", "--repository-name", "team/app", "--catalog-data", `{"aboutText":"# About"}`)
	public.equal("about", "# About", public.value("catalogData.aboutText", "get-repository-catalog-data", "--repository-name", "team/app"))
	public.do("tag-resource", "--resource-arn", arn+"team/app", "--tags", "Key=stage,Value=test")
	public.do("untag-resource", "--resource-arn", arn+"team/app", "--tag-keys", "team")
	public.equal("tags", []string{"stage=test"}, public.list("tags[].join('=', [Key, Value])", "list-tags-for-resource", "--resource-arn", arn+"team/app"))
	policy := `{"Version":"2012-10-17","Statement":[{"Sid":"Push","Effect":"Allow","Principal":"*","Action":"ecr-public:PutImage"}]}`
	public.do("set-repository-policy", "--repository-name", "team/app", "--policy-text", policy)
	public.equal("policy", policy, public.value("policyText", "get-repository-policy", "--repository-name", "team/app"))
	public.do("delete-repository-policy", "--repository-name", "team/app")
	public.refused("RepositoryPolicyNotFoundException", "get-repository-policy", "--repository-name", "team/app")

	v1 := public.put("team/app", "v1", "first")
	v2 := public.put("team/app", "v2", "second")
	public.paged("imageTagDetails[].imageTag", []string{"v1", "v2"}, "describe-image-tags", "--repository-name", "team/app")
	both := []string{v1, v2}
	slices.Sort(both)
	public.paged("imageDetails[].imageDigest", both, "describe-images", "--repository-name", "team/app")
	public.equal("layers", []string{"UNAVAILABLE"}, public.list("layers[].layerAvailability", "batch-check-layer-availability", "--repository-name", "team/app", "--layer-digests", v1))
	public.equal("deleted", v1, public.value("imageIds[0].imageDigest", "batch-delete-image", "--repository-name", "team/app", "--image-ids", "imageTag=v1"))
	public.refused("RepositoryNotEmptyException", "delete-repository", "--repository-name", "team/app")
	public.refused("ImageNotFoundException", "describe-images", "--repository-name", "team/app", "--image-ids", "imageTag=v1")
	for _, name := range []string{"team/app", "other"} {
		public.do("delete-repository", "--repository-name", name, "--force")
	}
	public.refused("RepositoryNotFoundException", "describe-repositories", "--repository-names", "team/app")
}

// TestPublicPushAndPull: everybody pulls what was published, and who logs in
// with the password of the AWS CLI publishes.
func TestPublicPushAndPull(t *testing.T) {
	blackbox.NeedNames(t)
	s := newStory(t, "--public-pull-burst", "1000")
	password := strings.TrimSpace(string(blackbox.Run(t, s.Env(s.owner), "aws", "ecr-public", "get-login-password")))
	publish := func(t *testing.T, repository string) (ref string) {
		t.Helper()
		return cli{s, t, s.owner, "ecr-public"}.value("repository.repositoryUri", "create-repository", "--repository-name", repository) + ":v1"
	}
	digest := func(t *testing.T, repository string) string {
		t.Helper()
		return cli{s, t, s.owner, "ecr-public"}.value("imageDetails[0].imageDigest", "describe-images", "--repository-name", repository, "--image-ids", "imageTag=v1")
	}
	published := publish(t, "published")
	crane := blackbox.ClientNamed(t, "crane").Open(t)
	if err := crane.Login(t, s.PublicRegistry(), password); err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(t, blackbox.NewArchive(t), published); err != nil {
		t.Fatal(err)
	}
	before := digest(t, "published")
	for _, c := range blackbox.Clients() {
		if c.Name == "regctl" {
			continue // it is told by its login that the registry has no TLS
		}
		t.Run(c.Name, func(t *testing.T) {
			repository := "clients/" + c.Name
			ref := publish(t, repository)
			tool := c.Open(t)
			if got, err := tool.Pull(t, published); err != nil || got != before {
				t.Errorf("anonymous pull: %s, %v, published %s", got, err, before)
			}
			if err := tool.Login(t, s.PublicRegistry(), password); err != nil {
				t.Fatalf("login: %v", err)
			}
			if err := tool.Push(t, blackbox.NewArchive(t), ref); err != nil {
				t.Fatalf("push: %v", err)
			}
			want := digest(t, repository)
			if got, err := tool.Pull(t, ref); err != nil || got != want {
				t.Errorf("pull: %s, %v, pushed %s", got, err, want)
			}
		})
	}
	nobody := blackbox.ClientNamed(t, "skopeo").Open(t)
	if err := nobody.Push(t, blackbox.NewArchive(t), published); err == nil || digest(t, "published") != before {
		t.Errorf("anonymous push: %v", err)
	}
}
