package servertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// template makes a template of owner that is applied on pushes.
func (w *world) template(in ecr.CreateRepositoryCreationTemplateInput) {
	w.t.Helper()
	in.AppliedFor = []ecrtypes.RCTAppliedFor{ecrtypes.RCTAppliedForCreateOnPush}
	must(w.ecr(w.root).CreateRepositoryCreationTemplate(w.t.Context(), &in))(w.t)
}

// ownerUser makes a user of owner with an inline policy and returns its registry token.
func (w *world) ownerUser(name, statements string) string {
	w.t.Helper()
	return w.token(w.userOf(w.root, name, statements))
}

// userOf makes a user of the root's account.
func (w *world) userOf(root aws.Credentials, name, statements string) aws.Credentials {
	w.t.Helper()
	ctx, api := w.t.Context(), w.iam(root)
	must(api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))(w.t)
	must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: &name, PolicyName: aws.String("push"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[` + statements + `]}`),
	}))(w.t)
	key := must(api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}
}

const (
	mayLogIn  = `{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}`
	mayPush   = `{"Effect":"Allow","Action":["ecr:BatchCheckLayerAvailability","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload","ecr:PutImage","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Resource":"*"}`
	mayCreate = `{"Effect":"Allow","Action":"ecr:CreateRepository","Resource":"*"}`
)

// write pushes an image to a repository of owner with a registry token.
func (w *world) write(repository, token string, img v1.Image) error {
	return remote.Write(w.image(owner, repository), img, w.remote(token)...)
}

// exists reports whether owner has a repository.
func (w *world) exists(repository string) bool {
	w.t.Helper()
	for _, r := range must(w.ecr(w.root).DescribeRepositories(w.t.Context(), &ecr.DescribeRepositoriesInput{}))(w.t).Repositories {
		if *r.RepositoryName == repository {
			return true
		}
	}
	return false
}

// A push to a repository that does not exist creates it as the template says,
// for who may create it.
func TestCreateOnPush(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	policy := `{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}`
	expire := `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}`
	w.template(ecr.CreateRepositoryCreationTemplateInput{
		Prefix: aws.String("team"), ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable, RepositoryPolicy: &policy, LifecyclePolicy: &expire,
	})
	token := w.ownerUser("ci", mayLogIn+","+mayPush+","+mayCreate)
	img := must(random.Image(10_000, 2))(t)
	if err := w.write("team/new:v1", token, img); err != nil {
		t.Fatal(err)
	}
	if err := w.pull("team/new:v1", token, img); err != nil {
		t.Error(err)
	}
	made := must(w.ecr(w.root).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/new"}}))(t).Repositories[0]
	if made.ImageTagMutability != ecrtypes.ImageTagMutabilityImmutable {
		t.Errorf("tags are %s", made.ImageTagMutability)
	}
	if got := must(w.ecr(w.root).GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: aws.String("team/new")}))(t); *got.PolicyText != policy {
		t.Errorf("policy %s", *got.PolicyText)
	}
	if got := must(w.ecr(w.root).GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RepositoryName: aws.String("team/new")}))(t); !strings.Contains(*got.LifecyclePolicyText, `"countNumber":9`) {
		t.Errorf("lifecycle policy %s", *got.LifecyclePolicyText)
	}
	if err := w.write("team/new:v1", token, must(random.Image(10_000, 1))(t)); err == nil || !strings.Contains(err.Error(), "TAG_INVALID") {
		t.Errorf("push to an immutable tag: %v", err)
	}

	// Without a template nothing is created, whoever asks.
	if err := w.write("other/new:v1", w.token(w.root), img); err == nil || !strings.Contains(err.Error(), "NAME_UNKNOWN") {
		t.Errorf("push to nowhere: %v", err)
	}
	if w.exists("other/new") {
		t.Error("other/new was created")
	}
	// A manifest can come first, and a mount.
	w.template(ecr.CreateRepositoryCreationTemplateInput{Prefix: aws.String("ROOT")})
	send := func(method, path, contentType, body string) answer {
		r := w.request(method, owner, path, body)
		r.Header.Set("Content-Type", contentType)
		r.SetBasicAuth("AWS", token)
		return w.do(r)
	}
	index := manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}}.String()
	if a := send("PUT", "/v2/empty/manifests/all", ociIndex, index); a.status != http.StatusCreated {
		t.Errorf("index: %d: %s", a.status, a.body)
	}
	layer, _ := layerOf(t, img)
	if a := send("POST", "/v2/mounted/blobs/uploads/?from=team/new&mount="+layer.String(), "", ""); a.status != http.StatusCreated {
		t.Errorf("mount: %d: %s", a.status, a.body)
	}
	if !w.exists("empty") || !w.exists("mounted") {
		t.Error("a repository was not created")
	}
	// Reading creates nothing, nor does the API.
	if a := send("GET", "/v2/reading/manifests/v1", "", ""); a.status != http.StatusNotFound {
		t.Errorf("manifest of nothing: %d: %s", a.status, a.body)
	}
	if _, err := w.ecr(w.root).InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: aws.String("reading")}); err == nil || !strings.Contains(err.Error(), "RepositoryNotFoundException") {
		t.Errorf("InitiateLayerUpload: %v", err)
	}
	if w.exists("reading") {
		t.Error("reading created a repository")
	}
}

// Who may not create repositories gets the answers that it gets where there is
// no template.
func TestCreateOnPushDenied(t *testing.T) {
	w := newWorld(t)
	w.template(ecr.CreateRepositoryCreationTemplateInput{Prefix: aws.String("team")})
	root := w.Account(user)
	for name, token := range map[string]string{
		"may push, not create": w.ownerUser("pusher", mayLogIn+","+mayPush),
		"denied to create":     w.ownerUser("denied", mayLogIn+","+mayPush+","+mayCreate+`,{"Effect":"Deny","Action":"ecr:CreateRepository","Resource":"*"}`),
		"may nothing":          w.ownerUser("nobody", mayLogIn),
		"of another account":   w.token(w.userOf(root, "stranger", mayLogIn+","+mayPush+","+mayCreate)),
	} {
		for _, request := range []struct{ method, path string }{
			{"POST", "/v2/%s/blobs/uploads/"},
			{"POST", "/v2/%s/blobs/uploads/?digest=sha256:" + strings.Repeat("0", 64)},
			{"POST", "/v2/%s/blobs/uploads/?from=x/y&mount=sha256:" + strings.Repeat("0", 64)},
			{"PUT", "/v2/%s/manifests/v1"},
		} {
			ask := func(repository string) string {
				r := w.request(request.method, owner, fmt.Sprintf(request.path, repository), "{}")
				r.SetBasicAuth("AWS", token)
				a := w.do(r)
				code, message := ociError(t, a)
				return fmt.Sprint(a.status, headerNames(a.header), code, strings.ReplaceAll(message, repository, "@"))
			}
			if diff := cmp.Diff(ask("none/new"), ask("team/new")); diff != "" {
				t.Errorf("%s: %s %s (-without +with a template):\n%s", name, request.method, request.path, diff)
			}
		}
	}
	if w.exists("team/new") {
		t.Error("the repository was created")
	}
}

// Pushes at once to a repository that does not exist create it once, and all
// succeed.
func TestCreateOnPushAtOnce(t *testing.T) {
	w := newWorld(t)
	w.template(ecr.CreateRepositoryCreationTemplateInput{Prefix: aws.String("team")})
	token := w.token(w.root)
	atOnce(func(i int) {
		img, err := random.Image(10_000, 2)
		if err == nil {
			err = w.write(fmt.Sprint("team/new:v", i), token, img)
		}
		if err != nil {
			t.Errorf("client %d: %v", i, err)
		}
	})
	if n := w.imageCount("team/new"); n != clients {
		t.Errorf("%d images", n)
	}
}

// Another account pushes to a repository that its push creates: the registry's
// policy lets it create, the template's policy lets it push.
func TestCreateOnPushAcrossAccounts(t *testing.T) {
	w := newWorld(t)
	root := w.Account(user)
	pusher := w.userOf(root, "pusher", mayLogIn+","+mayPush+","+mayCreate)
	allow := func(actions string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + user + `:user/pusher"},"Action":` + actions + `%s}]}`
	}
	policy := fmt.Sprintf(allow(`["ecr:BatchCheckLayerAvailability","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload","ecr:PutImage","ecr:BatchGetImage"]`), "")
	w.template(ecr.CreateRepositoryCreationTemplateInput{Prefix: aws.String("team"), RepositoryPolicy: &policy})
	img := must(random.Image(10_000, 1))(t)
	start := func() answer {
		r := w.request("POST", owner, "/v2/team/new/blobs/uploads/", "")
		r.SetBasicAuth("AWS", w.token(pusher))
		return w.do(r)
	}
	if a := start(); a.status != http.StatusForbidden || w.exists("team/new") {
		t.Errorf("without a registry policy: %d: %s", a.status, a.body)
	}
	create := fmt.Sprintf(allow(`"ecr:CreateRepository"`), `,"Resource":"arn:aws:ecr:us-east-1:`+owner+`:repository/team/*"`)
	must(w.ecr(w.root).PutRegistryPolicy(t.Context(), &ecr.PutRegistryPolicyInput{PolicyText: &create}))(t)
	if a := start(); a.status != http.StatusAccepted {
		t.Fatalf("with a registry policy: %d: %s", a.status, a.body)
	}
	if err := w.write("team/new:v1", w.token(pusher), img); err != nil {
		t.Error(err)
	}
}

// The role of a template must exist, trust ECR and be allowed to do what the
// template does; tags and KMS keys need one.
func TestCreateOnPushRole(t *testing.T) {
	w := newWorld(t)
	ctx, api := t.Context(), w.iam(w.root)
	token := w.ownerUser("ci", mayLogIn+","+mayPush+","+mayCreate)
	template := func(role string) {
		t.Helper()
		must(w.ecr(w.root).UpdateRepositoryCreationTemplate(ctx, &ecr.UpdateRepositoryCreationTemplateInput{Prefix: aws.String("team"), CustomRoleArn: &role}))(t)
	}
	refused := func(reason string) {
		t.Helper()
		r := w.request("POST", owner, "/v2/team/new/blobs/uploads/", "")
		r.SetBasicAuth("AWS", token)
		a := w.do(r)
		code, message := ociError(t, a)
		want := "The repository with name 'team/new' cannot be created in the registry with id '" + owner + "': " + reason
		if a.status != http.StatusForbidden || code != "DENIED" || message != want {
			t.Errorf("%d %s: %s\nwant: %s", a.status, code, message, want)
		}
		if w.exists("team/new") {
			t.Fatal("the repository was created")
		}
	}
	policy := func(statements string) {
		t.Helper()
		must(api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: aws.String("ecr"), PolicyName: aws.String("create"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[` + statements + `]}`),
		}))(t)
	}
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
	}
	w.template(ecr.CreateRepositoryCreationTemplateInput{
		Prefix: aws.String("team"), ResourceTags: []ecrtypes.Tag{{Key: aws.String("cost"), Value: aws.String("team")}},
	})
	refused("its template has resource tags or a KMS key, and no custom role")

	role := "arn:aws:iam::" + owner + ":role/ecr"
	template(role)
	refused("the custom role of its template does not exist")
	must(api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ecr"), AssumeRolePolicyDocument: aws.String(trust(`{"AWS":"` + owner + `"}`))}))(t)
	refused("the custom role of its template does not trust ecr.amazonaws.com")
	must(api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("ecr"), PolicyDocument: aws.String(trust(`{"Service":"ecr.amazonaws.com"}`))}))(t)
	refused("the custom role of its template is not allowed ecr:CreateRepository")
	policy(mayCreate)
	refused("the custom role of its template is not allowed ecr:TagResource")
	policy(mayCreate + `,{"Effect":"Allow","Action":"ecr:TagResource","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/cost":"other"}}}`)
	refused("the custom role of its template is not allowed ecr:TagResource")
	policy(mayCreate + `,{"Effect":"Allow","Action":"ecr:TagResource","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/cost":"team"}}}`)
	if err := w.write("team/new:v1", token, must(random.Image(10_000, 1))(t)); err != nil {
		t.Fatal(err)
	}
	tags := must(w.ecr(w.root).ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:ecr:us-east-1:" + owner + ":repository/team/new")}))(t).Tags
	if len(tags) != 1 || *tags[0].Key != "cost" || *tags[0].Value != "team" {
		t.Errorf("tags %+v", tags)
	}
}
