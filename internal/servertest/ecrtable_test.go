package servertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	model "github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// tableRow is one call of an operation by the AWS SDK for Go, and what the
// server has to answer.
type tableRow struct {
	op   string // the operation, "CreateRepository"; those of ECR Public are "ecr-public:CreateRepository"
	name string // what is special about this call of it

	// call makes the operation's own call last, after those it needs before,
	// which must not fail, and returns what came of it.
	call func(context.Context, *tableWorld) (any, error)

	// code is the error code that the call has to answer, "" for success.
	// message is its sentence, in which @ACCOUNT stands for the row's account;
	// "" is any.
	code, message string

	// check looks at the output of a call that succeeded; nil looks at nothing.
	check func(*testing.T, *tableWorld, any)
}

// tableRows are the rows of every part of the API.
func tableRows() []tableRow {
	return slices.Concat(
		repositoryRows(),
		imageRows(),
		layerRows(),
		registryRows(),
		signingRows(),
		exclusionRows(),
		configRows(),
		lifecycleRows(),
		publicRows(),
		scanRows(),
	)
}

// TestECRTable calls every operation of the ECR API over the wire, once for
// success at least and once for each error that the model declares.
func TestECRTable(t *testing.T) { onEachDatabase(t, testECRTable) }

func testECRTable(t *testing.T, database func(*server.Config)) {
	w := newTableWorld(t, database)
	for i, row := range tableRows() {
		t.Run(row.op+"/"+row.name, func(t *testing.T) { row.test(w.row(t, i)) })
	}
}

func (r tableRow) test(w *tableWorld) {
	w.t.Helper()
	out, err := r.call(w.t.Context(), w)
	if r.code == "" {
		if err != nil {
			w.t.Fatal(err)
		}
		if r.check != nil {
			r.check(w.t, w, out)
		}
		return
	}
	var got smithy.APIError
	if !errors.As(err, &got) {
		w.t.Fatalf("answer %+v, error %v; want %s", out, err, r.code)
	}
	message := strings.ReplaceAll(r.message, "@ACCOUNT", w.account)
	if got.ErrorCode() != r.code || message != "" && got.ErrorMessage() != message {
		w.t.Errorf("error %s: %s\n want %s: %s", got.ErrorCode(), got.ErrorMessage(), r.code, message)
	}
}

// unreachable are the errors that the model declares and the server never
// answers, by the reason why: operation and code, where "*" is every operation
// that has no row for the code.
var unreachable = map[string][]string{
	"it is the server's own trouble, which no request causes": {"*/ServerException"},
	"keys are recorded, not used":                             {"*/KmsException"},
	"nothing is pulled through the API": {
		"BatchGetImage/UnableToGetUpstreamImageException",
		"GetDownloadUrlForLayer/UnableToGetUpstreamLayerException",
		"ListImageReferrers/UnableToListUpstreamImageReferrersException",
	},
	"secrets are not encrypted with keys": {
		"CreatePullThroughCacheRule/UnableToDecryptSecretValueException",
		"UpdatePullThroughCacheRule/UnableToDecryptSecretValueException",
	},
	"there is no quota of it": {
		"BatchGetImage/LimitExceededException",
		"CreateRepositoryCreationTemplate/LimitExceededException",
		"DeregisterPullTimeUpdateExclusion/LimitExceededException",
		"ListPullTimeUpdateExclusions/LimitExceededException",
		"PutAccountSetting/LimitExceededException",
	},
	"removing tags takes any keys": {
		"UntagResource/InvalidTagParameterException", "UntagResource/TooManyTagsException",
		"ecr-public:UntagResource/InvalidTagParameterException", "ecr-public:UntagResource/TooManyTagsException",
	},
	"a repository has catalog data from the beginning, empty": {"ecr-public:GetRepositoryCatalogData/RepositoryCatalogDataNotFoundException"},
	"the tags of public repositories are mutable":             {"ecr-public:PutImage/ImageTagAlreadyExistsException"},
	"a repository that is not there is one of the failures":   {"BatchGetRepositoryScanningConfiguration/RepositoryNotFoundException"},
	"organizations have no policies about scanning":           {"PutRegistryScanningConfiguration/BlockedByOrganizationPolicyException"},
	"the input is empty": {
		"DeleteRegistryPolicy/InvalidParameterException", "DeleteRegistryPolicy/ValidationException",
		"DeleteSigningConfiguration/ValidationException",
		"DescribeRegistry/InvalidParameterException", "DescribeRegistry/ValidationException",
		"GetRegistryPolicy/InvalidParameterException", "GetRegistryPolicy/ValidationException",
		"GetRegistryScanningConfiguration/InvalidParameterException", "GetRegistryScanningConfiguration/ValidationException",
		"GetSigningConfiguration/InvalidParameterException", "GetSigningConfiguration/ValidationException",
		"ecr-public:GetAuthorizationToken/InvalidParameterException",
	},
	"what is wrong with the input is an InvalidParameterException": {
		"BatchGetRepositoryScanningConfiguration/ValidationException",
		"DeleteLifecyclePolicy/ValidationException",
		"DeletePullThroughCacheRule/ValidationException",
		"DeleteRepositoryCreationTemplate/ValidationException",
		"DeregisterPullTimeUpdateExclusion/ValidationException",
		"DescribeImageReplicationStatus/ValidationException",
		"DescribeImageScanFindings/ValidationException",
		"DescribeImageSigningStatus/ValidationException",
		"DescribePullThroughCacheRules/ValidationException",
		"DescribeRepositoryCreationTemplates/ValidationException",
		"GetAccountSetting/ValidationException",
		"GetLifecyclePolicy/ValidationException",
		"GetLifecyclePolicyPreview/ValidationException",
		"ListPullTimeUpdateExclusions/ValidationException",
		"PutAccountSetting/ValidationException",
		"PutImageScanningConfiguration/ValidationException",
		"PutLifecyclePolicy/ValidationException",
		"PutRegistryPolicy/ValidationException",
		"RegisterPullTimeUpdateExclusion/ValidationException",
		"StartLifecyclePolicyPreview/ValidationException",
		"UpdateImageStorageClass/ValidationException",
		"ValidatePullThroughCacheRule/ValidationException",
	},
}

// leastRows is how many rows there are to be.
const leastRows = 300

// TestECRTableIsComplete checks that the table has a row for the success of
// every operation, and for every error that the model declares, or a reason
// why there is none.
func TestECRTableIsComplete(t *testing.T) {
	rows, names := map[string]int{}, map[string]bool{}
	for _, r := range tableRows() {
		rows[r.op+"/"+r.code]++
		if name := r.op + ": " + r.name; names[name] {
			t.Errorf("two rows are called %s", name)
		} else {
			names[name] = true
		}
	}
	t.Logf("%d rows", len(names))
	if len(names) < leastRows {
		t.Errorf("%d rows, want %d", len(names), leastRows)
	}
	reason, used := map[string]string{}, map[string]bool{}
	for why, keys := range unreachable {
		for _, key := range keys {
			reason[key] = why
		}
	}
	for prefix, service := range map[string]*shape.Service{"": model.Service, "ecr-public:": ecrpublic.Service} {
		for _, op := range service.Operations {
			name := prefix + op.Name
			if rows[name+"/"] == 0 {
				t.Errorf("%s: no row of success", name)
			}
			for _, code := range op.Errors {
				key, every := name+"/"+code, "*/"+code
				switch {
				case rows[key] > 0 && reason[key] != "":
					t.Errorf("%s: there is a row, and a reason why there is none", key)
				case rows[key] > 0:
				case reason[key] != "":
					used[key] = true
				case reason[every] != "":
					used[every] = true
				default:
					t.Errorf("%s: no row, and no reason", key)
				}
			}
		}
	}
	for key := range reason {
		if !used[key] {
			t.Errorf("%s: there is no such error", key)
		}
	}
}

// send returns a call of the operation whose input in is, after some steps
// that the row needs.
func send(in any, steps ...func(*tableWorld)) func(context.Context, *tableWorld) (any, error) {
	return sendTo(func(*tableWorld) any { return in }, steps...)
}

// sendTo is send for an input that only the row's world knows.
func sendTo(in func(*tableWorld) any, steps ...func(*tableWorld)) func(context.Context, *tableWorld) (any, error) {
	return func(ctx context.Context, w *tableWorld) (any, error) {
		w.t.Helper()
		for _, step := range steps {
			step(w)
		}
		return call(ctx, w.ecr, in(w))
	}
}

// asStranger is sendTo as the root user of another account.
func asStranger(in func(*tableWorld) any, steps ...func(*tableWorld)) func(context.Context, *tableWorld) (any, error) {
	return func(ctx context.Context, w *tableWorld) (any, error) {
		w.t.Helper()
		for _, step := range steps {
			step(w)
		}
		return call(ctx, w.stranger, in(w))
	}
}

// call calls the operation of an input, such as *ecr.CreateRepositoryInput, by
// the client's method of its name.
func call(ctx context.Context, c *ecr.Client, in any) (any, error) {
	name := strings.TrimSuffix(reflect.TypeOf(in).Elem().Name(), "Input")
	out := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// tableWorld is the server of the table as a row sees it: with an account that
// is the row's own, so that neither its repositories nor the settings of its
// registry meet those of another row.
type tableWorld struct {
	*servertest.Server
	t *testing.T

	// clock is the server's. A row may move it on; it never moves back.
	clock *clock

	account string          // of the row
	root    aws.Credentials // of account
	ecr     *ecr.Client     // of root

	strangerAccount string // may do nothing in account
	strangerRoot    aws.Credentials
	stranger        *ecr.Client // of strangerRoot
}

// tableQuotas are the quotas of the table's server, small enough to be reached.
var tableQuotas = registry.Quotas{RepositoriesPerRegistry: 25, ImagesPerRepository: 25, TagsPerImage: 20, PartsPerLayer: 5, PullTimeExclusions: 10, PublicRepositoriesPerRegistry: 10, PublicPartsPerLayer: 3}

func newTableWorld(t *testing.T, options ...func(*server.Config)) *tableWorld {
	t.Helper()
	w := &tableWorld{t: t, clock: new(clock), strangerAccount: user}
	options = append([]func(*server.Config){func(c *server.Config) { c.Now, c.Quotas = w.clock.now, tableQuotas }, fakeScanner(t)}, options...)
	w.Server = servertest.Start(t, options...)
	w.strangerRoot = w.Account(w.strangerAccount)
	w.stranger = w.client(w.strangerRoot)
	return w
}

// row returns the world of row number i.
func (w *tableWorld) row(t *testing.T, i int) *tableWorld {
	t.Helper()
	row := *w
	row.t = t
	row.account = fmt.Sprintf("5%011d", i)
	row.root = w.Account(row.account)
	row.ecr = w.client(row.root)
	return &row
}

// config is the configuration of clients whose clock is the server's.
func (w *tableWorld) config(c aws.Credentials) aws.Config { return w.AWS(c) }

// client returns a client of the ECR API.
func (w *tableWorld) client(c aws.Credentials) *ecr.Client {
	return ecr.NewFromConfig(w.config(c), func(o *ecr.Options) { o.HTTPSignerV4 = clockSigner{v4.NewSigner(), w.clock} })
}

// clockSigner signs with a clock of its own: the server's, so that it takes
// the signature after a row moved that on.
type clockSigner struct {
	*v4.Signer
	clock *clock
}

// SignHTTP implements the interface of the SDK's clients.
func (s clockSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, options ...func(*v4.SignerOptions)) error {
	return s.Signer.SignHTTP(ctx, c, r, hash, service, region, s.clock.now(), options...)
}

// user makes a user of the row's account with an inline policy and returns its
// credentials.
func (w *tableWorld) user(name, document string) aws.Credentials {
	w.t.Helper()
	ctx, api := w.t.Context(), w.iamClient()
	must(api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))(w.t)
	must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("table"), PolicyDocument: &document}))(w.t)
	key := must(api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name}))(w.t).AccessKey
	return aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}
}

// role makes a role of the row's account with an inline policy and returns the
// credentials of a session of it.
func (w *tableWorld) role(name, document string) aws.Credentials {
	w.t.Helper()
	ctx, api := w.t.Context(), w.iamClient()
	assumer := w.user(name+"-assumer", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)
	must(api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + w.account + `"}}}`)}))(w.t)
	must(api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("table"), PolicyDocument: &document}))(w.t)
	tokens := sts.NewFromConfig(w.config(assumer), func(o *sts.Options) { o.HTTPSignerV4 = clockSigner{v4.NewSigner(), w.clock} })
	s := must(tokens.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(w.arn("role/" + name)), RoleSessionName: aws.String("table")}))(w.t).Credentials
	return aws.Credentials{AccessKeyID: *s.AccessKeyId, SecretAccessKey: *s.SecretAccessKey, SessionToken: *s.SessionToken}
}

// iamClient returns a client of the IAM API for the root user of the row.
func (w *tableWorld) iamClient() *iam.Client {
	return iam.NewFromConfig(w.config(w.root), func(o *iam.Options) { o.HTTPSignerV4 = clockSigner{v4.NewSigner(), w.clock} })
}

// arn names a principal of the row's account, such as "role/node".
func (w *tableWorld) arn(principal string) string {
	return "arn:aws:iam::" + w.account + ":" + principal
}

// repositoryARN names a repository of the row's account.
func (w *tableWorld) repositoryARN(name string) string {
	return "arn:aws:ecr:" + servertest.Region + ":" + w.account + ":repository/" + name
}

// app is the repository that most rows use.
const app = "team/app"

// repository creates a repository of the row's account, app.
func (w *tableWorld) repository() { w.t.Helper(); w.repositoryNamed(app) }

// repositoryNamed creates a repository of the row's account.
func (w *tableWorld) repositoryNamed(name string) {
	w.t.Helper()
	must(w.ecr.CreateRepository(w.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name}))(w.t)
}

// layer uploads a layer in one part and returns its digest.
func (w *tableWorld) layer(repository, content string) string {
	w.t.Helper()
	ctx := w.t.Context()
	d := digest.FromString(content).String()
	have := must(w.ecr.BatchCheckLayerAvailability(ctx, &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: &repository, LayerDigests: []string{d}}))(w.t)
	if have.Layers[0].LayerAvailability != ecrtypes.LayerAvailabilityUnavailable {
		return d
	}
	up := must(w.ecr.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: &repository}))(w.t)
	must(w.ecr.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RepositoryName: &repository, UploadId: up.UploadId, LayerPartBlob: []byte(content),
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(content) - 1)),
	}))(w.t)
	must(w.ecr.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{RepositoryName: &repository, UploadId: up.UploadId, LayerDigests: []string{d}}))(w.t)
	return d
}

// Media types of what rows push.
const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	ociConfig   = "application/vnd.oci.image.config.v1+json"
	ociLayer    = "application/vnd.oci.image.layer.v1.tar"
)

// descriptor is what manifests say of what they name.
type descriptor struct {
	MediaType    string `json:"mediaType"`
	ArtifactType string `json:"artifactType,omitempty"`
	Digest       string `json:"digest"`
	Size         int    `json:"size"`
}

// manifest is an image, an index or an artifact.
type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        *descriptor       `json:"config,omitempty"`
	Layers        []descriptor      `json:"layers,omitempty"`
	Manifests     []descriptor      `json:"manifests,omitempty"`
	Subject       *descriptor       `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

func (m manifest) String() string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// put stores a manifest, with a tag unless that is empty, and returns its digest.
func (w *tableWorld) put(repository, tag string, m manifest) string {
	w.t.Helper()
	in := &ecr.PutImageInput{RepositoryName: &repository, ImageManifest: aws.String(m.String())}
	if tag != "" {
		in.ImageTag = &tag
	}
	return *must(w.ecr.PutImage(w.t.Context(), in))(w.t).Image.ImageId.ImageDigest
}

// imageManifest uploads config and layer of an image and returns its manifest.
// Other content makes another image.
func (w *tableWorld) imageManifest(repository, content string) manifest {
	w.t.Helper()
	config, layer := `{"config of":"`+content+`"}`, "layer of "+content
	return manifest{
		SchemaVersion: 2, MediaType: ociManifest,
		Config: &descriptor{MediaType: ociConfig, Digest: w.layer(repository, config), Size: len(config)},
		Layers: []descriptor{{MediaType: ociLayer, Digest: w.layer(repository, layer), Size: len(layer)}},
	}
}

// image pushes an image of one layer and returns its digest. Its content is
// the tag's name; that of an image without a tag is "untagged".
func (w *tableWorld) image(repository, tag string) string {
	w.t.Helper()
	content := tag
	if tag == "" {
		content = "untagged"
	}
	return w.put(repository, tag, w.imageManifest(repository, content))
}

// index pushes an index of images and returns its digest.
func (w *tableWorld) index(repository, tag string, images ...string) string {
	w.t.Helper()
	m := manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}}
	for _, d := range images {
		m.Manifests = append(m.Manifests, descriptor{MediaType: ociManifest, Digest: d, Size: 1})
	}
	return w.put(repository, tag, m)
}

// artifact pushes an artifact that refers to a subject and returns its digest.
func (w *tableWorld) artifact(repository, artifactType, subject string) string {
	w.t.Helper()
	m := w.imageManifest(repository, artifactType)
	m.ArtifactType = artifactType
	m.Subject = &descriptor{MediaType: ociManifest, Digest: subject, Size: 1}
	m.Annotations = map[string]string{"made.by": "table"}
	return w.put(repository, "", m)
}

// get asks for a path of the row's registry as its root user.
func (w *tableWorld) get(path string) answer {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.Registry(w.account).Host()+path, http.NoBody))(w.t)
	r.SetBasicAuth(w.root.AccessKeyID, w.root.SecretAccessKey)
	return readAnswer(w.t, must(w.HTTP().Do(r))(w.t))
}

// tag points a tag at an image.
func (w *tableWorld) tag(repository, digest, tag string) error {
	w.t.Helper()
	got := must(w.ecr.BatchGetImage(w.t.Context(), &ecr.BatchGetImageInput{RepositoryName: &repository, ImageIds: []ecrtypes.ImageIdentifier{byDigest(digest)}}))(w.t).Images[0]
	_, err := w.ecr.PutImage(w.t.Context(), &ecr.PutImageInput{RepositoryName: &repository, ImageManifest: got.ImageManifest, ImageTag: &tag})
	return err
}

// archive pushes an image as image does, moves it to the archive and returns
// its digest.
func (w *tableWorld) archive(repository, tag string) string {
	w.t.Helper()
	d := w.image(repository, tag)
	w.storageClass(repository, d, ecrtypes.TargetStorageClassArchive)
	return d
}

// storageClass moves an image to a storage class.
func (w *tableWorld) storageClass(repository, digest string, class ecrtypes.TargetStorageClass) {
	w.t.Helper()
	must(w.ecr.UpdateImageStorageClass(w.t.Context(), &ecr.UpdateImageStorageClassInput{
		RepositoryName: &repository, ImageId: new(byDigest(digest)), TargetStorageClass: class,
	}))(w.t)
}

// byTag and byDigest name an image of a call.
func byTag(tag string) ecrtypes.ImageIdentifier { return ecrtypes.ImageIdentifier{ImageTag: &tag} }
func byDigest(d string) ecrtypes.ImageIdentifier {
	return ecrtypes.ImageIdentifier{ImageDigest: &d}
}
