package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// TestLifecycleCommands previews a policy, applies it and undoes it.
func TestLifecycleCommands(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	const account, name = "222222222222", "team/app"
	s := servertest.Start(t)
	root := s.Account(account)
	dir := t.TempDir()
	r := runner{t: t, files: awsFiles{filepath.Join(dir, "config"), filepath.Join(dir, "credentials")}}
	write(t, r.files.config, "[default]\nregion = us-east-1\n")
	write(t, r.files.credentials, "[default]\naws_access_key_id = "+root.AccessKeyID+"\naws_secret_access_key = "+root.SecretAccessKey+"\n")
	api := ecr.NewFromConfig(s.AWS(root))
	if _, err := api.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for _, tag := range []string{"v1", "v2", "v3"} {
		manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"annotations":{"n":%q}}`, tag)
		put, err := api.PutImage(t.Context(), &ecr.PutImageInput{RepositoryName: aws.String(name), ImageManifest: &manifest, ImageTag: &tag})
		if err != nil {
			t.Fatal(err)
		}
		digests[tag] = *put.Image.ImageId.ImageDigest
	}
	const policy = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}`
	file := filepath.Join(dir, "policy.json")
	write(t, file, policy)
	repo := s.Registry(account).Host() + "/" + name
	at := []string{"--endpoint-url", s.URL()}
	lifecycle := func(command string, args ...string) []string {
		return append(append(append([]string{}, at...), "lifecycle", command, repo), args...)
	}
	text := func(command string, args ...string) string { return r.ok(lifecycle(command, args...)...) }
	json := func(v any, command string, args ...string) {
		t.Helper()
		decode(t, r.ok(append(lifecycle(command, args...), "--output", "json")...), v)
	}

	var preview lifecyclePreviewInfo
	json(&preview, "preview", "--policy", file, "--all")
	if preview.Images != 3 || preview.Expiring != 2 || len(preview.Verdicts) != 3 {
		t.Fatalf("preview %+v", preview)
	}
	for _, v := range preview.Verdicts {
		want := map[string]string{
			"v1": "expire: number 3 of the 3 images that rule 1 selects, of which it keeps 1",
			"v2": "expire: number 2 of the 3 images that rule 1 selects, of which it keeps 1",
			"v3": "keep: number 1 of the 3 images that rule 1 selects, of which it keeps 1",
		}[v.Tags[0]]
		if got := v.Action + ": " + v.Reason; got != want || v.Digest != digests[v.Tags[0]] || v.Rule != 1 || v.StorageClass != "STANDARD" || v.PushedAt.IsZero() {
			t.Errorf("verdict %+v, want %q", v, want)
		}
	}
	contains(t, text("preview", "--policy", file), "v1 "+digests["v1"][:19], "expire  number 3 of the 3 images", "Of 3 images in team/app, 2 would expire and 0 would go to the archive.", "--all shows")
	contains(t, text("protect"), "pulls protect nothing", "for 7 days")
	var settings lifecycleSettings
	json(&settings, "protect", "--pulled-within-days", "30", "--undo-days", "1")
	if settings != (lifecycleSettings{"team/app", 30, 1}) {
		t.Errorf("settings %+v", settings)
	}
	contains(t, text("protect", "--undo-days", "14"), "pulled in the last 30 days", "for 14 days")

	contains(t, text("expired"), "There is nothing to restore in team/app.")
	if _, err := api.PutLifecyclePolicy(t.Context(), &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(name), LifecyclePolicyText: aws.String(policy)}); err != nil {
		t.Fatal(err)
	}
	var gone []expiredImage
	json(&gone, "run")
	if len(gone) != 2 || gone[0].Tags[0] != "v2" || gone[1].Digest != digests["v1"] || gone[0].Rule != 1 || gone[0].PurgeAt.Sub(gone[0].ExpiredAt).Hours() != 14*24 {
		t.Fatalf("expired %+v", gone)
	}
	contains(t, text("run"), "Nothing expired")
	contains(t, text("expired"), "IMAGE", "v1 "+digests["v1"][:19], "number 3 of the 3 images")

	var restored []restoredImage
	json(&restored, "restore", "v1")
	if len(restored) != 1 || restored[0].Digest != digests["v1"] || restored[0].Tags[0] != "v1" {
		t.Errorf("restored %+v", restored)
	}
	contains(t, text("restore", "--all"), "restored v2 "+digests["v2"][:19])
	contains(t, text("restore", "--all"), "There is nothing to restore.")
	contains(t, text("preview", "--all"), "restored, and held until", "0 would expire")
	ids := []types.ImageIdentifier{{ImageTag: aws.String("v1")}, {ImageTag: aws.String("v2")}, {ImageTag: aws.String("v3")}}
	got, err := api.BatchGetImage(t.Context(), &ecr.BatchGetImageInput{RepositoryName: aws.String(name), ImageIds: ids})
	if err != nil || len(got.Images) != 3 {
		t.Errorf("images %+v, error %v", got, err)
	}

	for args, want := range map[string]string{
		"restore " + repo:                        "name the images to restore, or give --all",
		"restore " + repo + " v1 --all":          "name the images to restore, or give --all",
		"restore " + repo + " v9":                "no expired image is called v9",
		"preview " + repo + ":v1":                "names an image",
		"preview team/app":                       "is not the URI of a repository",
		"preview " + repo + " --policy " + dir:   "read the policy",
		"preview " + repo + "x":                  "RepositoryNotFoundException",
		"run " + repo + "x":                      "RepositoryNotFoundException",
		"protect " + repo + " --undo-days 99999": "InvalidParameterException",
	} {
		if r := r.run(append(append(append([]string{}, at...), "lifecycle"), strings.Fields(args)...)...); r.code != 1 || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: %+v, want %q", args, r, want)
		}
	}
}
