package servertest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// ecrIn returns a client of the ECR API of another region.
func (w *world) ecrIn(c aws.Credentials, region string) *ecr.Client {
	cfg := w.AWS(c)
	cfg.Region = region
	return ecr.NewFromConfig(cfg)
}

// replicate makes a registry of the root's account replicate repositories whose
// names begin with prefix.
func (w *world) replicate(c aws.Credentials, region, prefix string, to ...types.ReplicationDestination) {
	w.t.Helper()
	rule := types.ReplicationRule{Destinations: to}
	if prefix != "" {
		rule.RepositoryFilters = []types.RepositoryFilter{{Filter: &prefix, FilterType: types.RepositoryFilterTypePrefixMatch}}
	}
	must(w.ecrIn(c, region).PutReplicationConfiguration(w.t.Context(), &ecr.PutReplicationConfigurationInput{
		ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{rule}},
	}))(w.t)
}

// replicas waits until the replication of an image of owner has ended, and
// returns how: "eu-west-1/222222222222 COMPLETE".
func (w *world) replicas(repository string, image v1.Hash) []string {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var got []string
		done := true
		for _, s := range must(w.ecr(w.root).DescribeImageReplicationStatus(w.t.Context(), &ecr.DescribeImageReplicationStatusInput{
			RepositoryName: &repository, ImageId: &types.ImageIdentifier{ImageDigest: aws.String(image.String())},
		}))(w.t).ReplicationStatuses {
			done = done && s.Status != types.ReplicationStatusInProgress
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s/%s %s %s", *s.Region, *s.RegistryId, s.Status, aws.ToString(s.FailureCode))))
		}
		if done {
			return got
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("replication goes on: %q", got)
		}
	}
}

// tags returns the digests of the tags of a repository.
func (w *world) tags(c *ecr.Client, repository string) map[string]string {
	w.t.Helper()
	tags := map[string]string{}
	for _, d := range must(c.DescribeImages(w.t.Context(), &ecr.DescribeImagesInput{RepositoryName: &repository}))(w.t).ImageDetails {
		for _, tag := range d.ImageTags {
			tags[tag] = *d.ImageDigest
		}
	}
	return tags
}

const elsewhere = "eu-west-1"

// What is pushed to one region arrives in another, layers, children and tags,
// in a repository as the other region's template has it; and goes no further.
func TestReplicateToRegion(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.repository("team/app")
	w.repository("other/app")
	there := w.ecrIn(w.root, elsewhere)
	must(there.CreateRepositoryCreationTemplate(ctx, &ecr.CreateRepositoryCreationTemplateInput{
		Prefix: aws.String("team"), AppliedFor: []types.RCTAppliedFor{types.RCTAppliedForReplication}, ImageTagMutability: types.ImageTagMutabilityImmutable,
	}))(t)
	before := w.push("team/app:before", 1000, 1)
	w.replicate(w.root, servertest.Region, "team/", destination(owner, elsewhere))
	w.replicate(w.root, elsewhere, "", destination(owner, "ap-south-1"))

	index := must(random.Index(10_000, 2, 3))(t)
	if err := remote.WriteIndex(w.image(owner, "team/app:all"), index, w.remote(w.token(w.root))...); err != nil {
		t.Fatal(err)
	}
	digest := must(index.Digest())(t)
	if diff := cmp.Diff([]string{elsewhere + "/" + owner + " COMPLETE"}, w.replicas("team/app", digest)); diff != "" {
		t.Errorf("replication (-want +got):\n%s", diff)
	}
	host := strings.Replace(w.Registry(owner).Host(), servertest.Region, elsewhere, 1)
	ref := must(name.ParseReference(host+"/team/app:all", name.Insecure))(t)
	replica := must(remote.Index(ref, w.remote(w.token(w.root))...))(t)
	if err := validate.Index(replica); err != nil || must(replica.Digest())(t) != digest {
		t.Errorf("replica: %v", err)
	}
	if diff := cmp.Diff(map[string]string{"all": digest.String()}, w.tags(there, "team/app")); diff != "" {
		t.Errorf("tags of the replica (-want +got):\n%s", diff)
	}
	r := must(there.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/app"}}))(t).Repositories[0]
	if r.ImageTagMutability != types.ImageTagMutabilityImmutable {
		t.Errorf("the template was not applied: %s", r.ImageTagMutability)
	}

	// A tag that is immutable there stays; the image comes without it.
	moved := w.push("team/app:all", 1000, 1)
	w.replicas("team/app", must(moved.Digest())(t))
	if diff := cmp.Diff(map[string]string{"all": digest.String()}, w.tags(there, "team/app")); diff != "" {
		t.Errorf("tags of the replica (-want +got):\n%s", diff)
	}
	must(there.BatchGetImage(ctx, &ecr.BatchGetImageInput{RepositoryName: aws.String("team/app"), ImageIds: []types.ImageIdentifier{byDigest(must(moved.Digest())(t).String())}}))(t)

	// Neither what was there before, nor what no rule is about, nor a replica.
	if got := w.replicas("team/app", must(before.Digest())(t)); len(got) != 0 {
		t.Errorf("an image from before: %q", got)
	}
	if got := w.replicas("other/app", must(w.push("other/app:v1", 1000, 1).Digest())(t)); len(got) != 0 {
		t.Errorf("an image of no rule: %q", got)
	}
	if got := must(w.ecrIn(w.root, "ap-south-1").DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}))(t).Repositories; len(got) != 0 {
		t.Errorf("a replica was replicated: %+v", got)
	}
}

// Another account's registry takes images as far as its policy says.
func TestReplicateToAccount(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := w.Account(user)
	theirs := w.ecr(root)
	w.repository("team/app")
	w.replicate(w.root, servertest.Region, "", destination(user, servertest.Region))
	statement := func(effect, actions, condition string) string {
		return `{"Effect":"` + effect + `","Principal":{"AWS":"arn:aws:iam::` + owner + `:root"},"Action":[` + actions + `],"Resource":"arn:aws:ecr:us-east-1:` + user + `:repository/*"` + condition + `}`
	}
	const copies, creates = `"ecr:ReplicateImage"`, `"ecr:CreateRepository"`
	const complete = servertest.Region + "/" + user + " COMPLETE"
	const denied = servertest.Region + "/" + user + " FAILED DESTINATION_REGISTRY_ACCESS_DENIED"
	for i, c := range []struct{ name, statements, want string }{
		{"no policy", "", denied},
		{"no right to create", statement("Allow", copies, ""), denied},
		{"no right to replicate", statement("Allow", creates, ""), denied},
		{"denied", statement("Allow", copies+","+creates, "") + "," + statement("Deny", copies, ""), denied},
		{"source account asked for", statement("Allow", copies+","+creates, `,"Condition":{"StringEquals":{"aws:SourceAccount":"`+owner+`"}}`), denied},
		{"both", statement("Allow", copies+","+creates, ""), complete},
		{"the repository is there", statement("Allow", copies, ""), complete},
	} {
		if c.statements != "" {
			must(theirs.PutRegistryPolicy(ctx, &ecr.PutRegistryPolicyInput{PolicyText: aws.String(`{"Version":"2012-10-17","Statement":[` + c.statements + `]}`)}))(t)
		}
		img := w.push(fmt.Sprint("team/app:v", i), 1000, 1)
		if diff := cmp.Diff([]string{c.want}, w.replicas("team/app", must(img.Digest())(t))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if repos := must(theirs.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}))(t).Repositories; c.want == denied && len(repos) != 0 {
			t.Fatalf("%s: the repository was created", c.name)
		}
	}
	if got := w.tags(theirs, "team/app"); len(got) != 2 || got["v5"] == "" || got["v6"] == "" {
		t.Errorf("tags of the replica: %v", got)
	}
}
