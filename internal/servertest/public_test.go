package servertest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	publictypes "github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/server"
)

// publicWorld is a world with public repositories of owner.
type publicWorld struct {
	*world
	alias string // of owner's registry
}

func newPublicWorld(t *testing.T, options ...func(*server.Config)) *publicWorld {
	t.Helper()
	w := &publicWorld{world: newWorld(t, options...)}
	registries := must(w.public(w.root).DescribeRegistries(t.Context(), nil))(t).Registries
	w.alias = *registries[0].Aliases[0].Name
	return w
}

// public returns a client of the API of ECR Public.
func (w *publicWorld) public(c aws.Credentials) *ecrpublic.Client {
	return ecrpublic.NewFromConfig(w.AWS(c))
}

// host is the name of the public registries.
func (w *publicWorld) host() string {
	return "public.localhost:" + must(url.Parse(w.URL()))(w.t).Port()
}

// publish creates a public repository of owner and returns its URI.
func (w *publicWorld) publish(repository string) string {
	w.t.Helper()
	out := must(w.public(w.root).CreateRepository(w.t.Context(), &ecrpublic.CreateRepositoryInput{RepositoryName: &repository}))(w.t)
	return *out.Repository.RepositoryUri
}

// publicToken returns the password for docker login to the public registries.
func (w *publicWorld) publicToken(c aws.Credentials) string {
	w.t.Helper()
	out := must(w.public(c).GetAuthorizationToken(w.t.Context(), nil))(w.t)
	text := must(base64.StdEncoding.DecodeString(*out.AuthorizationData.AuthorizationToken))(w.t)
	return strings.TrimPrefix(string(text), "AWS:")
}

func (w *publicWorld) ref(uri string) name.Reference {
	w.t.Helper()
	return must(name.ParseReference(uri, name.Insecure))(w.t)
}

// as makes go-containerregistry use the server with a password, or anonymously
// when there is none.
func (w *publicWorld) as(password string) []remote.Option {
	options := w.remote(password)
	if password == "" {
		options = append(options, remote.WithAuth(authn.Anonymous))
	}
	return options
}

// pushPublic pushes a new image as the root user of owner.
func (w *publicWorld) pushPublic(uri string) v1.Image {
	w.t.Helper()
	img := must(random.Image(500, 2))(w.t)
	if err := remote.Write(w.ref(uri), img, w.as(w.publicToken(w.root))...); err != nil {
		w.t.Fatal(err)
	}
	return img
}

// pullPublic reads an image, all of it.
func (w *publicWorld) pullPublic(uri, password string, want v1.Image) {
	w.t.Helper()
	got := must(remote.Image(w.ref(uri), w.as(password)...))(w.t)
	if g, n := must(got.Digest())(w.t), must(want.Digest())(w.t); g != n {
		w.t.Errorf("pulled %s, want %s", g, n)
	}
	for _, l := range must(got.Layers())(w.t) {
		r := must(l.Compressed())(w.t)
		if _, err := new(bytes.Buffer).ReadFrom(r); err != nil {
			w.t.Error(err)
		}
		r.Close()
	}
}

// registryCode is the code and the status of a registry's answer that a client
// of go-containerregistry reports as an error.
func registryCode(err error) string {
	var e *transport.Error
	if !errors.As(err, &e) || len(e.Errors) != 1 {
		return ""
	}
	return fmt.Sprint(e.Errors[0].Code, " ", e.StatusCode)
}

func TestPublicPushAndPull(t *testing.T) { onEachDatabase(t, testPublicPushAndPull) }

func testPublicPushAndPull(t *testing.T, database func(*server.Config)) {
	w := newPublicWorld(t, database)
	uri := w.publish("team/app")
	if want := w.host() + "/" + w.alias + "/team/app"; uri != want {
		t.Fatalf("URI %s, want %s", uri, want)
	}
	img := w.pushPublic(uri + ":v1")
	w.pullPublic(uri+":v1", "", img)
	w.pullPublic(uri+":v1", w.publicToken(w.root), img)

	repository := must(name.NewRepository(uri, name.Insecure))(t)
	if tags := must(remote.List(repository, w.as("")...))(t); !slices.Equal(tags, []string{"v1"}) {
		t.Errorf("tags %q", tags)
	}
	if _, err := remote.Image(w.ref(uri+":v2"), w.as("")...); registryCode(err) != "MANIFEST_UNKNOWN 404" {
		t.Errorf("a missing tag: %v", err)
	}
	for _, missing := range []string{w.alias + "/team/missing", "z0z0z0z0/team/app", owner + "/team/app"} {
		_, err := remote.Image(w.ref(w.host()+"/"+missing+":v1"), w.as("")...)
		if registryCode(err) != "NAME_UNKNOWN 404" || strings.Contains(err.Error(), "registry with id '"+owner) != strings.HasPrefix(missing, owner) {
			t.Errorf("%s: %v", missing, err)
		}
	}
	if _, err := remote.Catalog(t.Context(), repository.Registry, w.as(w.publicToken(w.root))...); registryCode(err) != "UNSUPPORTED 404" {
		t.Errorf("catalog: %v", err)
	}

	// A second push of the same mounts nothing, and works.
	other := w.publish("other")
	if err := remote.Write(w.ref(other+":v1"), img, w.as(w.publicToken(w.root))...); err != nil {
		t.Error(err)
	}
	bearer := w.bearer(w.publicToken(w.root))
	layer, _ := layerOf(t, img)
	a := w.publicRequest("POST", "/v2/"+w.alias+"/other/blobs/uploads/?mount="+layer.String()+"&from="+w.alias+"/team/app", bearer)
	if a.status != http.StatusAccepted || !strings.HasPrefix(a.header.Get("Location"), "/v2/"+w.alias+"/other/blobs/uploads/") {
		t.Errorf("mount: %d, location %q", a.status, a.header.Get("Location"))
	}
}

// bearer exchanges a password for a Bearer token; "" is had by nobody.
func (w *publicWorld) bearer(password string) string {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), "GET", "http://"+w.host()+"/token/?service="+w.host()+"&scope=aws", nil))(w.t)
	if password != "" {
		r.SetBasicAuth("AWS", password)
	}
	a := w.do(r)
	var doc struct {
		Token     string
		ExpiresIn int `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.status != http.StatusOK || doc.Token == "" || doc.ExpiresIn < 30 || a.header.Get("Cache-Control") != "no-store" {
		w.t.Fatalf("token: %d %v %s", a.status, a.header, a.body)
	}
	return doc.Token
}

// publicRequest asks the public registries with a Bearer token, or without any.
func (w *publicWorld) publicRequest(method, path, bearer string) answer {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), method, "http://"+w.host()+path, nil))(w.t)
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return w.do(r)
}

// The flow of docker: ping, follow the challenge, ask with the token.
func TestPublicTokens(t *testing.T) {
	w := newPublicWorld(t)
	uri := w.publish("team/app")
	w.pushPublic(uri + ":v1")
	manifest := "/v2/" + w.alias + "/team/app/manifests/v1"

	for _, path := range []string{"/v2/", manifest, "/v2/z0z0z0z0/nothing/manifests/v1"} {
		for _, bearer := range []string{"", "garbage"} {
			a := w.publicRequest("GET", path, bearer)
			want := `Bearer realm="http://` + w.host() + `/token/",service="` + w.host() + `",scope="aws"`
			if c, _ := ociError(t, a); a.status != http.StatusUnauthorized || c != "UNAUTHORIZED" || a.header.Get("Www-Authenticate") != want {
				t.Errorf("%s with %q: %d, challenge %q, %s", path, bearer, a.status, a.header.Get("Www-Authenticate"), a.body)
			}
		}
	}
	// A proxy that ends TLS says so, and clients are sent back to it.
	proxied := must(http.NewRequestWithContext(t.Context(), "GET", "http://"+w.host()+"/v2/", nil))(t)
	proxied.Header.Set("X-Forwarded-Proto", "https")
	if a := w.do(proxied); !strings.HasPrefix(a.header.Get("Www-Authenticate"), `Bearer realm="https://`+w.host()+`/token/"`) {
		t.Errorf("behind a proxy: challenge %q", a.header.Get("Www-Authenticate"))
	}
	nobody, somebody := w.bearer(""), w.bearer(w.publicToken(w.root))
	for _, bearer := range []string{nobody, somebody} {
		if a := w.publicRequest("GET", "/v2/", bearer); a.status != http.StatusOK {
			t.Errorf("ping: %d %s", a.status, a.body)
		}
		if a := w.publicRequest("GET", manifest, bearer); a.status != http.StatusOK {
			t.Errorf("manifest: %d %s", a.status, a.body)
		}
	}
	// Nobody may push, whichever repository it is, and is asked to say who it is.
	for _, path := range []string{w.alias + "/team/app", w.alias + "/missing", "z0z0z0z0/missing"} {
		if a := w.publicRequest("POST", "/v2/"+path+"/blobs/uploads/", nobody); a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Bearer ") {
			t.Errorf("push to %s: %d", path, a.status)
		}
	}

	// What is no proof of anybody is refused, and not taken for nobody.
	for name, set := range map[string]func(*http.Request){
		"garbage":       func(r *http.Request) { r.SetBasicAuth("AWS", "garbage") },
		"private token": func(r *http.Request) { r.SetBasicAuth("AWS", w.token(w.root)) },
		"bearer":        func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+somebody) },
		"bearer basic":  func(r *http.Request) { r.SetBasicAuth("AWS", somebody) },
		"wrong secret":  func(r *http.Request) { r.SetBasicAuth(w.root.AccessKeyID, "garbage") },
	} {
		r := must(http.NewRequestWithContext(t.Context(), "GET", "http://"+w.host()+"/token/", nil))(t)
		set(r)
		if a := w.do(r); a.status != http.StatusUnauthorized || a.header.Get("Www-Authenticate") == "" || strings.Contains(a.body, "token\"") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := w.publicRequest("POST", "/token/", ""); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET" {
		t.Errorf("POST: %d", a.status)
	}
	r := must(http.NewRequestWithContext(t.Context(), "GET", "http://"+w.host()+"/token", nil))(t)
	r.SetBasicAuth(w.root.AccessKeyID, w.root.SecretAccessKey)
	if a := w.do(r); a.status != http.StatusOK {
		t.Errorf("an access key: %d %s", a.status, a.body)
	}

	// Passwords and the tokens that they gave expire; the client is asked anew.
	password := w.publicToken(w.root)
	w.clock.advance(12*time.Hour - time.Minute)
	short := w.bearer(password)
	if a := w.publicRequest("GET", "/v2/", somebody); a.status != http.StatusUnauthorized {
		t.Errorf("an expired bearer token: %d", a.status)
	}
	w.clock.advance(2 * time.Minute)
	if a := w.publicRequest("GET", "/v2/", short); a.status != http.StatusUnauthorized {
		t.Errorf("a bearer token outlived its password: %d", a.status)
	}
	r = must(http.NewRequestWithContext(t.Context(), "GET", "http://"+w.host()+"/token/", nil))(t)
	r.SetBasicAuth("AWS", password)
	a := w.do(r)
	if c, m := ociError(t, a); a.status != http.StatusForbidden || c != "DENIED" || m != "Your authorization token has expired. Reauthenticate and try again." {
		t.Errorf("an expired password: %d %s", a.status, a.body)
	}
}

// A Bearer token ends with the access key behind it.
func TestPublicTokenOfDeletedKey(t *testing.T) {
	w := newPublicWorld(t)
	w.publish("app")
	c := w.member("pusher", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr-public:*","sts:GetServiceBearerToken"],"Resource":"*"}}`)
	bearer := w.bearer(w.publicToken(c))
	push := func() int { return w.publicRequest("POST", "/v2/"+w.alias+"/app/blobs/uploads/", bearer).status }
	if got := push(); got != http.StatusAccepted {
		t.Fatalf("before: %d", got)
	}
	must(w.iam(w.root).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("pusher"), AccessKeyId: &c.AccessKeyID}))(t)
	if got := push(); got != http.StatusUnauthorized {
		t.Errorf("after: %d", got)
	}
}

// member makes a user of owner with an inline policy.
func (w *publicWorld) member(name, document string) aws.Credentials {
	w.t.Helper()
	return w.userOf(w.root, name, document)
}

func (w *publicWorld) userOf(root aws.Credentials, name, document string) aws.Credentials {
	w.t.Helper()
	ctx, api := w.t.Context(), w.iam(root)
	must(api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))(w.t)
	must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("inline"), PolicyDocument: &document}))(w.t)
	key := must(api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}
}

const (
	loginStatement = `{"Effect":"Allow","Action":["ecr-public:GetAuthorizationToken","sts:GetServiceBearerToken"],"Resource":"*"}`
	pushActions    = `["ecr-public:BatchCheckLayerAvailability","ecr-public:InitiateLayerUpload","ecr-public:UploadLayerPart","ecr-public:CompleteLayerUpload","ecr-public:PutImage"]`
)

// Pushing takes the permissions that the API has, by the policies of both
// sides; pulling takes none, and none can take it away.
func TestPublicAccess(t *testing.T) {
	w := newPublicWorld(t)
	ctx := t.Context()
	uri := w.publish("team/app")
	img := w.pushPublic(uri + ":v1")
	guest := w.Account(user)
	push := func(c aws.Credentials) error {
		return remote.Write(w.ref(uri+":pushed"), must(random.Image(100, 1))(t), w.as(w.publicToken(c))...)
	}
	denied := func(what string, err error) {
		t.Helper()
		if got := registryCode(err); got != "DENIED 403" {
			t.Errorf("%s: %s: %v", what, got, err)
		}
	}

	reader := w.member("reader", `{"Version":"2012-10-17","Statement":`+loginStatement+`}`)
	denied("nothing allows it", push(reader))
	writer := w.member("writer", `{"Version":"2012-10-17","Statement":[`+loginStatement+`,
		{"Effect":"Allow","Action":`+pushActions+`,"Resource":"arn:aws:ecr-public::`+owner+`:repository/team/*"}]}`)
	if err := push(writer); err != nil {
		t.Errorf("an identity policy allows it: %v", err)
	}
	private := w.member("private", `{"Version":"2012-10-17","Statement":[`+loginStatement+`,{"Effect":"Allow","Action":"ecr:*","Resource":"*"}]}`)
	denied("actions of private repositories", push(private))
	elsewhere := w.member("elsewhere", `{"Version":"2012-10-17","Statement":[`+loginStatement+`,{"Effect":"Allow","Action":"ecr-public:*","Resource":"arn:aws:ecr:*:*:repository/*"}]}`)
	denied("ARNs of private repositories", push(elsewhere))

	tagged := w.member("tagged", `{"Version":"2012-10-17","Statement":[`+loginStatement+`,
		{"Effect":"Allow","Action":`+pushActions+`,"Resource":"*","Condition":{"StringEquals":{"ecr-public:ResourceTag/team":"a","aws:ResourceTag/team":"a"}}}]}`)
	denied("a tag that the repository has not", push(tagged))
	must(w.public(w.root).TagResource(ctx, &ecrpublic.TagResourceInput{
		ResourceArn: aws.String("arn:aws:ecr-public::" + owner + ":repository/team/app"), Tags: publicTags("team"),
	}))(t)
	denied("another value of the tag", push(tagged))
	must(w.public(w.root).TagResource(ctx, &ecrpublic.TagResourceInput{
		ResourceArn: aws.String("arn:aws:ecr-public::" + owner + ":repository/team/app"), Tags: []publictypes.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
	}))(t)
	if err := push(tagged); err != nil {
		t.Errorf("the tag allows it: %v", err)
	}

	// Another account needs a repository policy, too.
	stranger := w.userOf(guest, "stranger", `{"Version":"2012-10-17","Statement":[`+loginStatement+`,{"Effect":"Allow","Action":"ecr-public:*","Resource":"*"}]}`)
	denied("another account", push(stranger))
	set := func(document string) {
		t.Helper()
		must(w.public(w.root).SetRepositoryPolicy(ctx, &ecrpublic.SetRepositoryPolicyInput{RepositoryName: aws.String("team/app"), PolicyText: &document, Force: true}))(t)
	}
	set(`{"Version":"2012-10-17","Statement":{"Sid":"Push","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + user + `:user/stranger"},"Action":` + pushActions + `}}`)
	if err := push(stranger); err != nil {
		t.Errorf("a repository policy allows it: %v", err)
	}

	// A policy can keep everybody from pushing, and nobody from pulling.
	set(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":["ecr-public:*","ecr:*"]}}`)
	denied("the policy denies it", push(writer))
	must(w.ecr(w.root).PutRegistryPolicy(ctx, &ecr.PutRegistryPolicyInput{PolicyText: aws.String(
		`{"Version":"2012-10-17","Statement":{"Sid":"No","Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}}`)}))(t)
	o := w.organization()
	o.join(owner, w.root)
	o.attach(types.PolicyTypeServiceControlPolicy, owner, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	w.pullPublic(uri+":v1", "", img)
	r := must(http.NewRequestWithContext(ctx, "GET", "http://"+w.host()+"/token/", nil))(t)
	r.SetBasicAuth(reader.AccessKeyID, reader.SecretAccessKey)
	var doc struct{ Token string }
	if err := json.Unmarshal([]byte(w.do(r).body), &doc); err != nil {
		t.Fatal(err)
	}
	if a := w.publicRequest("GET", "/v2/"+w.alias+"/team/app/manifests/v1", doc.Token); a.status != http.StatusOK {
		t.Errorf("pull by who may do nothing: %d %s", a.status, a.body)
	}
	if a := w.publicRequest("POST", "/v2/"+w.alias+"/team/app/blobs/uploads/", doc.Token); a.status != http.StatusForbidden {
		t.Errorf("push by who may do nothing: %d %s", a.status, a.body)
	}
}

// Neither kind of repository can be reached by the way to the other.
func TestPublicAndPrivateAreApart(t *testing.T) {
	w := newPublicWorld(t)
	ctx := t.Context()
	uri := w.publish("team/public")
	w.pushPublic(uri + ":v1")
	w.repository("team/private")
	w.push("team/private:v1", 100, 1)

	bearer := w.bearer(w.publicToken(w.root))
	for _, path := range []string{w.alias + "/team/private", owner + "/team/private", "us-east-1/team/private", "team/private"} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			if a := w.publicRequest(method, "/v2/"+path+"/manifests/v1", bearer); a.status != http.StatusNotFound && a.status != http.StatusBadRequest {
				t.Errorf("%s %s by the public host: %d %s", method, path, a.status, a.body)
			}
		}
		if a := w.publicRequest("GET", "/v2/"+path+"/tags/list", w.bearer("")); a.status != http.StatusNotFound {
			t.Errorf("%s by the public host: %d %s", path, a.status, a.body)
		}
	}

	token := w.token(w.root)
	port := must(url.Parse(w.URL()))(t).Port()
	for _, host := range []string{
		w.Registry(owner).Host(), "127.0.0.1:" + port,
		owner + ".dkr.ecr._public.localhost:" + port, owner + ".dkr.ecr.public.localhost:" + port, owner + ".dkr-ecr._public.localhost:" + port,
	} {
		for _, path := range []string{"team/public", w.alias + "/team/public", "_public/team/public"} {
			r := must(http.NewRequestWithContext(ctx, "GET", "http://"+host+"/v2/"+path+"/tags/list", nil))(t)
			r.SetBasicAuth("AWS", token)
			if a := w.do(r); a.status == http.StatusOK {
				t.Errorf("%s/%s as a private repository: %s", host, path, a.body)
			}
		}
	}
	r := w.request("GET", owner, "/v2/", "")
	r.SetBasicAuth("AWS", w.publicToken(w.root))
	if a := w.do(r); a.status != http.StatusUnauthorized {
		t.Errorf("a token of ECR Public on a private registry: %d", a.status)
	}
	r = w.request("GET", owner, "/v2/", "")
	r.Header.Set("Authorization", "Bearer "+bearer)
	if a := w.do(r); a.status != http.StatusUnauthorized {
		t.Errorf("a bearer token on a private registry: %d", a.status)
	}
	// containerd names the registry that it means in a parameter.
	r = w.request("GET", owner, "/v2/"+w.alias+"/team/public/manifests/v1?ns=public.localhost:"+port, "")
	r.Header.Set("Authorization", "Bearer "+bearer)
	if a := w.do(r); a.status != http.StatusOK || a.header.Get("Oci-Namespace") != "public.localhost:"+port {
		t.Errorf("by namespace: %d %s", a.status, a.body)
	}
	r = must(http.NewRequestWithContext(ctx, "GET", "http://public.ecr.aws/v2/"+w.alias+"/team/public/manifests/v1", nil))(t)
	r.Header.Set("Authorization", "Bearer "+bearer)
	if a := w.do(r); a.status != http.StatusOK {
		t.Errorf("by AWS's name: %d %s", a.status, a.body)
	}

	// A domain that is not ours has no public registries.
	r = must(http.NewRequestWithContext(ctx, "GET", "http://public.example.com/v2/"+w.alias+"/team/public/manifests/v1", nil))(t)
	r.Header.Set("Authorization", "Bearer "+bearer)
	if a := w.do(r); a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Basic ") {
		t.Errorf("by a name of others: %d, challenge %q", a.status, a.header.Get("Www-Authenticate"))
	}

	if got := must(w.ecr(w.root).DescribeRepositories(ctx, nil))(t).Repositories; len(got) != 1 || *got[0].RepositoryName != "team/private" {
		t.Errorf("private repositories: %v", got)
	}
	if got := must(w.public(w.root).DescribeRepositories(ctx, nil))(t).Repositories; len(got) != 1 || *got[0].RepositoryName != "team/public" {
		t.Errorf("public repositories: %v", got)
	}
	if _, err := ecr.NewFromConfig(w.AWS(w.root), func(o *ecr.Options) { o.Region = "_public" }).DescribeRepositories(ctx, nil); err == nil {
		t.Error("the private API serves the region of public repositories")
	}
	for _, arn := range []string{"arn:aws:ecr:_public:" + owner + ":repository/team/public", "arn:aws:ecr-public::" + owner + ":repository/team/public"} {
		_, err := w.ecr(w.root).ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: &arn})
		if e := smithy.APIError(nil); !errors.As(err, &e) || e.ErrorCode() != "InvalidParameterException" {
			t.Errorf("tags of %s: %v", arn, err)
		}
	}
	arn := "arn:aws:ecr:us-east-1:" + owner + ":repository/team/private"
	_, err := w.public(w.root).ListTagsForResource(ctx, &ecrpublic.ListTagsForResourceInput{ResourceArn: &arn})
	if e := smithy.APIError(nil); !errors.As(err, &e) || e.ErrorCode() != "InvalidParameterException" {
		t.Errorf("tags of %s: %v", arn, err)
	}
}

func TestPublicRate(t *testing.T) {
	w := newPublicWorld(t, func(c *server.Config) { c.PublicPullRate, c.PublicPullBurst = 0.5, 2 })
	uri := w.publish("app")
	w.pushPublic(uri + ":v1")
	path := "/v2/" + w.alias + "/app/manifests/v1"
	nobody, somebody := w.bearer(""), w.bearer(w.publicToken(w.root))
	for range 2 {
		if a := w.publicRequest("GET", path, nobody); a.status != http.StatusOK {
			t.Fatalf("pull: %d %s", a.status, a.body)
		}
	}
	a := w.publicRequest("GET", path, nobody)
	if c, m := ociError(t, a); a.status != http.StatusTooManyRequests || c != "TOOMANYREQUESTS" || m != "Rate exceeded" || !regexp.MustCompile(`^[12]$`).MatchString(a.header.Get("Retry-After")) {
		t.Errorf("too many pulls: %d, retry after %q, %s", a.status, a.header.Get("Retry-After"), a.body)
	}
	// Neither is the rest limited, nor he who says who he is.
	for _, other := range []string{"/v2/", "/v2/" + w.alias + "/app/tags/list"} {
		if a := w.publicRequest("GET", other, nobody); a.status != http.StatusOK {
			t.Errorf("%s: %d", other, a.status)
		}
	}
	if a := w.publicRequest("HEAD", path, nobody); a.status != http.StatusOK {
		t.Errorf("HEAD: %d", a.status)
	}
	for i := range 10 {
		if a := w.publicRequest("GET", path, somebody); a.status != http.StatusOK {
			t.Fatalf("pull %d with credentials: %d", i, a.status)
		}
	}
	w.clock.advance(2 * time.Second)
	if a := w.publicRequest("GET", path, nobody); a.status != http.StatusOK {
		t.Errorf("after a while: %d", a.status)
	}
}

func TestPublicLogo(t *testing.T) { onEachDatabase(t, testPublicLogo) }

func testPublicLogo(t *testing.T, database func(*server.Config)) {
	w := newPublicWorld(t, database)
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 60, 60))); err != nil {
		t.Fatal(err)
	}
	out := must(w.public(w.root).CreateRepository(t.Context(), &ecrpublic.CreateRepositoryInput{
		RepositoryName: aws.String("team/app"), CatalogData: &publictypes.RepositoryCatalogDataInput{LogoImageBlob: logo.Bytes()},
	}))(t)
	at := aws.ToString(out.CatalogData.LogoUrl)
	if want := "http://" + w.host() + "/logos/" + w.alias + "/team/app"; at != want {
		t.Fatalf("URL of the logo %q, want %q", at, want)
	}
	fetch := func(method, at string) answer {
		return w.do(must(http.NewRequestWithContext(context.Background(), method, at, nil))(t))
	}
	a := fetch("GET", at)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.body != logo.String() {
		t.Errorf("logo: %d %v", a.status, a.header)
	}
	w.publish("plain")
	for _, missing := range []string{w.alias + "/plain", w.alias + "/missing", "z0z0z0z0/app", w.alias, "", owner + "/team/app", "%00/x", w.alias + "/%ff", w.alias + "//team/app"} {
		if a := fetch("GET", "http://"+w.host()+"/logos/"+missing); a.status != http.StatusNotFound {
			t.Errorf("logo of %q: %d", missing, a.status)
		}
	}
	if a := fetch("PUT", at); a.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", a.status)
	}
}
