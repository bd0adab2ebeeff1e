package servertest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"
)

// ecrPublicService is what the operations of ECR Public begin with.
const ecrPublicService = "ecr-public:"

// publicRows are the rows of ECR Public.
func publicRows() []tableRow {
	return slices.Concat(publicRepositoryRows(), publicCatalogRows(), publicRegistryRows(), publicPolicyRows(), publicTagRows(),
		publicImageRows(), publicLayerRows(), publicCommonRows())
}

// publicClient returns a client of the API of ECR Public.
func (w *tableWorld) publicClient(c aws.Credentials, options ...func(*ecrpublic.Options)) *ecrpublic.Client {
	options = append(options, func(o *ecrpublic.Options) { o.HTTPSignerV4 = clockSigner{v4.NewSigner(), w.clock} })
	return ecrpublic.NewFromConfig(w.config(c), options...)
}

// callPublic calls the operation of an input, such as
// *ecrpublic.CreateRepositoryInput, by the client's method of its name.
func callPublic(ctx context.Context, c *ecrpublic.Client, in any) (any, error) {
	name := strings.TrimSuffix(reflect.TypeOf(in).Elem().Name(), "Input")
	out := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// public returns a call of the row's root user with an input that may depend
// on the row's world.
func public[In any](in func(w *tableWorld) *In) func(context.Context, *tableWorld) (any, error) {
	return func(ctx context.Context, w *tableWorld) (any, error) {
		return callPublic(ctx, w.publicClient(w.root), in(w))
	}
}

// publicFails is a row that an operation has to refuse.
func publicFails[In any](name, code, message string, in func(w *tableWorld) *In) tableRow {
	op := strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input")
	return tableRow{op: ecrPublicService + op, name: name, call: public(in), code: code, message: message}
}

// publicWorks is a row that an operation has to serve.
func publicWorks[In, Out any](name string, in func(w *tableWorld) *In, check func(*testing.T, *tableWorld, *Out)) tableRow {
	op := strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input")
	return tableRow{op: ecrPublicService + op, name: name, call: public(in), check: func(t *testing.T, w *tableWorld, out any) { check(t, w, out.(*Out)) }}
}

// publish creates a public repository of the row's account.
func (w *tableWorld) publish(name string) {
	w.t.Helper()
	must(w.publicClient(w.root).CreateRepository(w.t.Context(), &ecrpublic.CreateRepositoryInput{RepositoryName: &name}))(w.t)
}

// alias is that of the row's public registry.
func (w *tableWorld) alias() string {
	w.t.Helper()
	return *must(w.publicClient(w.root).DescribeRegistries(w.t.Context(), nil))(w.t).Registries[0].Aliases[0].Name
}

func (w *tableWorld) publicARN(name string) *string {
	return aws.String("arn:aws:ecr-public::" + w.account + ":repository/" + name)
}

// publicUpload begins an upload of a layer that has these parts.
func (w *tableWorld) publicUpload(parts ...string) *string {
	w.t.Helper()
	c, ctx := w.publicClient(w.root), w.t.Context()
	up := must(c.InitiateLayerUpload(ctx, &ecrpublic.InitiateLayerUploadInput{RepositoryName: aws.String(app)}))(w.t)
	off := int64(0)
	for _, part := range parts {
		must(c.UploadLayerPart(ctx, publicPart(up.UploadId, off, part)))(w.t)
		off += int64(len(part))
	}
	return up.UploadId
}

func publicPart(upload *string, off int64, part string) *ecrpublic.UploadLayerPartInput {
	return &ecrpublic.UploadLayerPartInput{
		RepositoryName: aws.String(app), UploadId: upload, LayerPartBlob: []byte(part),
		PartFirstByte: &off, PartLastByte: aws.Int64(off + int64(len(part)) - 1),
	}
}

// publicLayer uploads a layer and returns its digest.
func (w *tableWorld) publicLayer(content string) string {
	w.t.Helper()
	d := digest.FromString(content).String()
	must(w.publicClient(w.root).CompleteLayerUpload(w.t.Context(), &ecrpublic.CompleteLayerUploadInput{
		RepositoryName: aws.String(app), UploadId: w.publicUpload(content), LayerDigests: []string{d},
	}))(w.t)
	return d
}

// publicManifest uploads config and layer of an image, unless that was done,
// and returns its manifest.
func (w *tableWorld) publicManifest(content string) manifest {
	w.t.Helper()
	m := manifest{SchemaVersion: 2, MediaType: ociManifest}
	for i, blob := range []string{`{"config of":"` + content + `"}`, "layer of " + content} {
		d := descriptor{MediaType: []string{ociConfig, ociLayer}[i], Digest: digest.FromString(blob).String(), Size: len(blob)}
		have := must(w.publicClient(w.root).BatchCheckLayerAvailability(w.t.Context(), &ecrpublic.BatchCheckLayerAvailabilityInput{
			RepositoryName: aws.String(app), LayerDigests: []string{d.Digest},
		}))(w.t)
		if have.Layers[0].LayerAvailability != types.LayerAvailabilityAvailable {
			w.publicLayer(blob)
		}
		if i == 0 {
			m.Config = &d
		} else {
			m.Layers = append(m.Layers, d)
		}
	}
	return m
}

// publicImage publishes app, if it is not there, pushes an image named after
// its tag and returns its digest.
func (w *tableWorld) publicImage(tag string) string {
	w.t.Helper()
	in := &ecrpublic.PutImageInput{RepositoryName: aws.String(app), ImageManifest: aws.String(w.publicManifest(tag).String())}
	if tag != "" {
		in.ImageTag = &tag
	}
	return *must(w.publicClient(w.root).PutImage(w.t.Context(), in))(w.t).Image.ImageId.ImageDigest
}

// publicURI is where a repository of the row's account is pulled from.
func (w *tableWorld) publicURI(name string) string {
	_, port, _ := strings.Cut(w.Addr(), ":")
	return "public.localhost:" + port + "/" + w.alias() + "/" + name
}

func publicRepositoryRows() []tableRow {
	create := func(name string) func(*tableWorld) *ecrpublic.CreateRepositoryInput {
		return func(*tableWorld) *ecrpublic.CreateRepositoryInput {
			return &ecrpublic.CreateRepositoryInput{RepositoryName: &name}
		}
	}
	return []tableRow{
		publicWorks("plain", create(app), func(t *testing.T, w *tableWorld, out *ecrpublic.CreateRepositoryOutput) {
			r := out.Repository
			if *r.RepositoryArn != *w.publicARN(app) || *r.RegistryId != w.account || *r.RepositoryName != app || *r.RepositoryUri != w.publicURI(app) || w.clock.now().Sub(*r.CreatedAt).Abs() > time.Hour {
				t.Errorf("repository: %+v", r)
			}
			if out.CatalogData == nil || out.CatalogData.Description != nil || out.CatalogData.LogoUrl != nil {
				t.Errorf("catalog data: %+v", out.CatalogData)
			}
		}),
		publicWorks("as a private one is named", func(w *tableWorld) *ecrpublic.CreateRepositoryInput {
			w.repository()
			return create(app)(w)
		}, func(*testing.T, *tableWorld, *ecrpublic.CreateRepositoryOutput) {}),
		publicWorks("with tags and catalog data", func(*tableWorld) *ecrpublic.CreateRepositoryInput {
			return &ecrpublic.CreateRepositoryInput{
				RepositoryName: aws.String(app), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
				CatalogData: &types.RepositoryCatalogDataInput{Description: aws.String("d"), Architectures: []string{"x86-64", "ARM 64"}},
			}
		}, func(t *testing.T, w *tableWorld, out *ecrpublic.CreateRepositoryOutput) {
			if d := out.CatalogData; *d.Description != "d" || !slices.Equal(d.Architectures, []string{"x86-64", "ARM 64"}) || d.OperatingSystems != nil {
				t.Errorf("catalog data: %+v", d)
			}
			tags := must(w.publicClient(w.root).ListTagsForResource(t.Context(), &ecrpublic.ListTagsForResourceInput{ResourceArn: w.publicARN(app)}))(t).Tags
			if len(tags) != 1 || *tags[0].Key != "team" {
				t.Errorf("tags: %+v", tags)
			}
		}),
		publicFails("exists", "RepositoryAlreadyExistsException", "The repository with name 'team/app' already exists in the registry with id '@ACCOUNT'",
			func(w *tableWorld) *ecrpublic.CreateRepositoryInput { w.publish(app); return create(app)(w) }),
		publicFails("name too short", "InvalidParameterException", "", create("x")),
		publicFails("name too long", "InvalidParameterException", "", create(strings.Repeat("x", 206))),
		publicFails("no name", "InvalidParameterException", "", create("Team/App")),
		publicFails("logo is no image", "InvalidParameterException", "Invalid parameter at 'catalogData' failed to satisfy constraint: 'the logo is neither a PNG nor a JPEG image'",
			func(*tableWorld) *ecrpublic.CreateRepositoryInput {
				return &ecrpublic.CreateRepositoryInput{RepositoryName: aws.String(app), CatalogData: &types.RepositoryCatalogDataInput{LogoImageBlob: []byte("GIF89a")}}
			}),
		publicFails("a tag of AWS", "InvalidTagParameterException", "", func(*tableWorld) *ecrpublic.CreateRepositoryInput {
			return &ecrpublic.CreateRepositoryInput{RepositoryName: aws.String(app), Tags: publicTags("aws:x")}
		}),
		publicFails("too many tags", "TooManyTagsException", "", func(*tableWorld) *ecrpublic.CreateRepositoryInput {
			return &ecrpublic.CreateRepositoryInput{RepositoryName: aws.String(app), Tags: publicTags(numbered("k", 51)...)}
		}),
		publicFails("quota", "LimitExceededException", "", func(w *tableWorld) *ecrpublic.CreateRepositoryInput {
			for _, name := range numbered("app", tableQuotas.PublicRepositoriesPerRegistry) {
				w.publish(name)
			}
			return create(app)(w)
		}),

		publicWorks("of a name", func(w *tableWorld) *ecrpublic.DescribeRepositoriesInput {
			w.publish(app)
			w.publish("other")
			return &ecrpublic.DescribeRepositoriesInput{RepositoryNames: []string{app}}
		}, func(t *testing.T, w *tableWorld, out *ecrpublic.DescribeRepositoriesOutput) {
			if rs := out.Repositories; len(rs) != 1 || *rs[0].RepositoryUri != w.publicURI(app) {
				t.Errorf("repositories: %+v", rs)
			}
		}),
		publicWorks("page by page", func(w *tableWorld) *ecrpublic.DescribeRepositoriesInput {
			for _, name := range []string{"aa", "bb", "cc"} {
				w.publish(name)
			}
			w.repositoryNamed("ab")
			return &ecrpublic.DescribeRepositoriesInput{MaxResults: aws.Int32(2)}
		}, func(t *testing.T, w *tableWorld, out *ecrpublic.DescribeRepositoriesOutput) {
			next := must(w.publicClient(w.root).DescribeRepositories(t.Context(), &ecrpublic.DescribeRepositoriesInput{NextToken: out.NextToken}))(t)
			var names []string
			for _, r := range slices.Concat(out.Repositories, next.Repositories) {
				names = append(names, *r.RepositoryName)
			}
			if !slices.Equal(names, []string{"aa", "bb", "cc"}) || len(out.Repositories) != 2 || next.NextToken != nil {
				t.Errorf("repositories %q", names)
			}
		}),
		publicWorks("none", func(*tableWorld) *ecrpublic.DescribeRepositoriesInput { return &ecrpublic.DescribeRepositoriesInput{} },
			func(t *testing.T, _ *tableWorld, out *ecrpublic.DescribeRepositoriesOutput) {
				if out.Repositories == nil || len(out.Repositories) != 0 {
					t.Errorf("repositories: %#v", out.Repositories)
				}
			}),
		publicFails("names and a page", "InvalidParameterException", "", func(w *tableWorld) *ecrpublic.DescribeRepositoriesInput {
			w.publish(app)
			return &ecrpublic.DescribeRepositoriesInput{RepositoryNames: []string{app}, MaxResults: aws.Int32(1)}
		}),
		publicFails("a made up page", "InvalidParameterException", "", func(*tableWorld) *ecrpublic.DescribeRepositoriesInput {
			return &ecrpublic.DescribeRepositoriesInput{NextToken: aws.String("x")}
		}),
		publicFails("missing", "RepositoryNotFoundException", noRepository, func(*tableWorld) *ecrpublic.DescribeRepositoriesInput {
			return &ecrpublic.DescribeRepositoriesInput{RepositoryNames: []string{app}}
		}),

		publicWorks("empty", func(w *tableWorld) *ecrpublic.DeleteRepositoryInput {
			w.publish(app)
			return &ecrpublic.DeleteRepositoryInput{RepositoryName: aws.String(app)}
		}, func(t *testing.T, w *tableWorld, out *ecrpublic.DeleteRepositoryOutput) {
			if *out.Repository.RepositoryArn != *w.publicARN(app) {
				t.Errorf("repository: %+v", out.Repository)
			}
		}),
		publicWorks("by force", func(w *tableWorld) *ecrpublic.DeleteRepositoryInput {
			w.publish(app)
			w.publicImage("v1")
			must(w.publicClient(w.root).PutRepositoryCatalogData(w.t.Context(), &ecrpublic.PutRepositoryCatalogDataInput{
				RepositoryName: aws.String(app), CatalogData: &types.RepositoryCatalogDataInput{AboutText: aws.String("a")},
			}))(w.t)
			return &ecrpublic.DeleteRepositoryInput{RepositoryName: aws.String(app), Force: true}
		}, func(t *testing.T, w *tableWorld, _ *ecrpublic.DeleteRepositoryOutput) {
			w.publish(app)
			data := must(w.publicClient(w.root).GetRepositoryCatalogData(t.Context(), &ecrpublic.GetRepositoryCatalogDataInput{RepositoryName: aws.String(app)}))(t)
			if data.CatalogData.AboutText != nil {
				t.Error("catalog data outlived their repository")
			}
		}),
		publicFails("not empty", "RepositoryNotEmptyException", "", func(w *tableWorld) *ecrpublic.DeleteRepositoryInput {
			w.publish(app)
			w.publicImage("v1")
			return &ecrpublic.DeleteRepositoryInput{RepositoryName: aws.String(app)}
		}),
	}
}

// publicTags makes a tag of each key.
func publicTags(keys ...string) []types.Tag {
	var tags []types.Tag
	for _, k := range keys {
		tags = append(tags, types.Tag{Key: aws.String(k), Value: aws.String("v")})
	}
	return tags
}

// numbered returns n names, "app1", "app2", …
func numbered(name string, n int) []string {
	var names []string
	for i := range n {
		names = append(names, name+strings.Repeat("i", i+1))
	}
	return names
}

// publicLogo is an image of a format.
func publicLogo(format string, side int) []byte {
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, side, 1))
	var err error
	if format == "png" {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func publicCatalogRows() []tableRow {
	put := func(d types.RepositoryCatalogDataInput) func(*tableWorld) *ecrpublic.PutRepositoryCatalogDataInput {
		return func(w *tableWorld) *ecrpublic.PutRepositoryCatalogDataInput {
			w.publish(app)
			return &ecrpublic.PutRepositoryCatalogDataInput{RepositoryName: aws.String(app), CatalogData: &d}
		}
	}
	get := &ecrpublic.GetRepositoryCatalogDataInput{RepositoryName: aws.String(app)}
	all := types.RepositoryCatalogDataInput{
		Description: aws.String("short"), AboutText: aws.String("# About"), UsageText: aws.String("# Usage"),
		Architectures: []string{"ARM"}, OperatingSystems: []string{"Linux", "Plan 9"}, LogoImageBlob: publicLogo("png", 64),
	}
	logoPath := regexp.MustCompile(`^http://public\.localhost:\d+/logos/[a-z0-9]{8}/team/app$`)
	rows := []tableRow{
		publicWorks("all", put(all), func(t *testing.T, w *tableWorld, out *ecrpublic.PutRepositoryCatalogDataOutput) {
			want := &types.RepositoryCatalogData{
				Description: all.Description, AboutText: all.AboutText, UsageText: all.UsageText, Architectures: all.Architectures, OperatingSystems: all.OperatingSystems,
			}
			read := must(w.publicClient(w.root).GetRepositoryCatalogData(t.Context(), get))(t).CatalogData
			for _, got := range []*types.RepositoryCatalogData{out.CatalogData, read} {
				if !logoPath.MatchString(aws.ToString(got.LogoUrl)) {
					t.Errorf("logo at %q", aws.ToString(got.LogoUrl))
				}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.RepositoryCatalogData{}), cmpopts.IgnoreFields(types.RepositoryCatalogData{}, "LogoUrl")); diff != "" {
					t.Errorf("catalog data (-want +got):\n%s", diff)
				}
			}
		}),
		publicWorks("replaced", func(w *tableWorld) *ecrpublic.PutRepositoryCatalogDataInput {
			must(w.publicClient(w.root).PutRepositoryCatalogData(w.t.Context(), put(all)(w)))(w.t)
			return &ecrpublic.PutRepositoryCatalogDataInput{RepositoryName: aws.String(app), CatalogData: &types.RepositoryCatalogDataInput{Architectures: []string{}}}
		}, func(t *testing.T, _ *tableWorld, out *ecrpublic.PutRepositoryCatalogDataOutput) {
			if d := out.CatalogData; d.Description != nil || d.LogoUrl != nil || d.OperatingSystems != nil || d.Architectures == nil {
				t.Errorf("catalog data: %+v", d)
			}
		}),
		publicWorks("a JPEG", put(types.RepositoryCatalogDataInput{LogoImageBlob: publicLogo("jpeg", 64)}),
			func(t *testing.T, _ *tableWorld, out *ecrpublic.PutRepositoryCatalogDataOutput) {
				if !logoPath.MatchString(aws.ToString(out.CatalogData.LogoUrl)) {
					t.Errorf("catalog data: %+v", out.CatalogData)
				}
			}),
		publicWorks("none", func(w *tableWorld) *ecrpublic.GetRepositoryCatalogDataInput { w.publish(app); return get },
			func(t *testing.T, _ *tableWorld, out *ecrpublic.GetRepositoryCatalogDataOutput) {
				if diff := cmp.Diff(&types.RepositoryCatalogData{}, out.CatalogData, cmpopts.IgnoreUnexported(types.RepositoryCatalogData{})); diff != "" {
					t.Errorf("catalog data (-want +got):\n%s", diff)
				}
			}),
	}
	for name, d := range map[string]types.RepositoryCatalogDataInput{
		"long description":       {Description: aws.String(strings.Repeat("ä", 1025))},
		"long about text":        {AboutText: aws.String(strings.Repeat("a", 25601))},
		"long usage text":        {UsageText: aws.String(strings.Repeat("a", 25601))},
		"51 architectures":       {Architectures: numbered("a", 51)},
		"51 systems":             {OperatingSystems: numbered("a", 51)},
		"an empty architecture":  {Architectures: []string{""}},
		"a logo of 512001 bytes": {LogoImageBlob: append(publicLogo("png", 64), make([]byte, 512_001)...)[:512_001]},
		"a logo of many pixels":  {LogoImageBlob: publicLogo("png", 4097)},
		"a logo that is none":    {LogoImageBlob: []byte("<svg/>")},
	} {
		rows = append(rows, publicFails(name, "InvalidParameterException", "", put(d)))
	}
	return rows
}

func publicRegistryRows() []tableRow {
	describe := func(*tableWorld) *ecrpublic.DescribeRegistriesInput { return &ecrpublic.DescribeRegistriesInput{} }
	token := func(*tableWorld) *ecrpublic.GetAuthorizationTokenInput {
		return &ecrpublic.GetAuthorizationTokenInput{}
	}
	// as lets a user with a policy ask for a token.
	as := func(name, statements, code, message string) tableRow {
		return tableRow{op: ecrPublicService + "GetAuthorizationToken", name: name, code: code, message: message,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				c := w.user("alice", `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
				return callPublic(ctx, w.publicClient(c), token(w))
			}}
	}
	const (
		login  = `{"Effect":"Allow","Action":"ecr-public:GetAuthorizationToken","Resource":"*"}`
		bearer = `{"Effect":"Allow","Action":"sts:GetServiceBearerToken","Resource":"*"}`
	)
	return []tableRow{
		publicWorks("own", describe, func(t *testing.T, w *tableWorld, out *ecrpublic.DescribeRegistriesOutput) {
			r := out.Registries[0]
			if len(out.Registries) != 1 || *r.RegistryId != w.account || *r.RegistryArn != "arn:aws:ecr-public::"+w.account+":registry/"+w.account || r.Verified == nil || *r.Verified || len(r.Aliases) != 1 {
				t.Fatalf("registries: %+v", out.Registries)
			}
			a := r.Aliases[0]
			if !regexp.MustCompile(`^([a-z][0-9]){4}$`).MatchString(*a.Name) || a.Status != types.RegistryAliasStatusActive || !a.PrimaryRegistryAlias || !a.DefaultRegistryAlias ||
				*r.RegistryUri+"/"+app != w.publicURI(app) {
				t.Errorf("alias: %+v of %s", a, *r.RegistryUri)
			}
			if again := w.alias(); again != *a.Name {
				t.Errorf("the alias became %s", again)
			}
		}),
		publicFails("a made up page", "InvalidParameterException", "", func(*tableWorld) *ecrpublic.DescribeRegistriesInput {
			return &ecrpublic.DescribeRegistriesInput{NextToken: aws.String("x")}
		}),
		publicFails("too large a page", "InvalidParameterException", "", func(*tableWorld) *ecrpublic.DescribeRegistriesInput {
			return &ecrpublic.DescribeRegistriesInput{MaxResults: aws.Int32(1001)}
		}),

		publicWorks("none", func(*tableWorld) *ecrpublic.GetRegistryCatalogDataInput {
			return &ecrpublic.GetRegistryCatalogDataInput{}
		},
			func(t *testing.T, _ *tableWorld, out *ecrpublic.GetRegistryCatalogDataOutput) {
				if out.RegistryCatalogData == nil || out.RegistryCatalogData.DisplayName != nil {
					t.Errorf("catalog data: %+v", out.RegistryCatalogData)
				}
			}),
		publicWorks("set", func(*tableWorld) *ecrpublic.PutRegistryCatalogDataInput {
			return &ecrpublic.PutRegistryCatalogDataInput{DisplayName: aws.String("The Team")}
		}, func(t *testing.T, w *tableWorld, out *ecrpublic.PutRegistryCatalogDataOutput) {
			read := must(w.publicClient(w.root).GetRegistryCatalogData(t.Context(), nil))(t)
			for _, d := range []*types.RegistryCatalogData{out.RegistryCatalogData, read.RegistryCatalogData} {
				if aws.ToString(d.DisplayName) != "The Team" {
					t.Errorf("catalog data: %+v", d)
				}
			}
		}),
		publicFails("long", "InvalidParameterException", "", func(*tableWorld) *ecrpublic.PutRegistryCatalogDataInput {
			return &ecrpublic.PutRegistryCatalogDataInput{DisplayName: aws.String(strings.Repeat("x", 101))}
		}),

		publicWorks("root", token, func(t *testing.T, w *tableWorld, out *ecrpublic.GetAuthorizationTokenOutput) {
			text := must(base64.StdEncoding.DecodeString(*out.AuthorizationData.AuthorizationToken))(t)
			life := out.AuthorizationData.ExpiresAt.Sub(w.clock.now())
			if !strings.HasPrefix(string(text), "AWS:") || life < 11*time.Hour || life > 12*time.Hour {
				t.Errorf("a token for %v: %.8q", life, text)
			}
		}),
		as("both permissions", login+","+bearer, "", ""),
		as("not for another service", login+`,{"Effect":"Allow","Action":"sts:GetServiceBearerToken","Resource":"*","Condition":{"StringEquals":{"sts:AWSServiceName":"codeartifact.amazonaws.com"}}}`,
			"AccessDeniedException", ""),
		as("for this service", login+`,{"Effect":"Allow","Action":"sts:GetServiceBearerToken","Resource":"*","Condition":{"StringEquals":{"sts:AWSServiceName":"ecr-public.amazonaws.com"}}}`, "", ""),
		as("no bearer token", login, "AccessDeniedException",
			"User: arn:aws:iam::@ACCOUNT:user/alice is not authorized to perform: sts:GetServiceBearerToken on resource: * because no identity-based policy allows the sts:GetServiceBearerToken action"),
		as("no login", bearer+`,{"Effect":"Allow","Action":"ecr:*","Resource":"*"}`, "AccessDeniedException", ""),
	}
}

const publicPolicy = `{"Version":"2012-10-17","Statement":{"Sid":"Push","Effect":"Allow","Principal":"*","Action":"ecr-public:PutImage"}}`

func publicPolicyRows() []tableRow {
	set := func(document string) func(*tableWorld) *ecrpublic.SetRepositoryPolicyInput {
		return func(w *tableWorld) *ecrpublic.SetRepositoryPolicyInput {
			w.publish(app)
			return &ecrpublic.SetRepositoryPolicyInput{RepositoryName: aws.String(app), PolicyText: &document}
		}
	}
	get := &ecrpublic.GetRepositoryPolicyInput{RepositoryName: aws.String(app)}
	remove := &ecrpublic.DeleteRepositoryPolicyInput{RepositoryName: aws.String(app)}
	with := func(w *tableWorld) {
		w.t.Helper()
		must(w.publicClient(w.root).SetRepositoryPolicy(w.t.Context(), set(publicPolicy)(w)))(w.t)
	}
	const lockOut = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"ecr-public:SetRepositoryPolicy"}}`
	const noPolicy = "Repository policy does not exist for the repository with name 'team/app' in the registry with id '@ACCOUNT'"
	return []tableRow{
		publicWorks("allows pushing", set(publicPolicy), func(t *testing.T, w *tableWorld, out *ecrpublic.SetRepositoryPolicyOutput) {
			if *out.PolicyText != publicPolicy || *out.RegistryId != w.account || *out.RepositoryName != app {
				t.Errorf("answer: %+v", out)
			}
		}),
		publicWorks("locks the caller out by force", func(w *tableWorld) *ecrpublic.SetRepositoryPolicyInput {
			in := set(lockOut)(w)
			in.Force = true
			return in
		}, func(t *testing.T, w *tableWorld, _ *ecrpublic.SetRepositoryPolicyOutput) {
			// The root user mends it all the same.
			must(w.publicClient(w.root).DeleteRepositoryPolicy(t.Context(), remove))(t)
		}),
		publicFails("locks the caller out", "InvalidParameterException", "", set(lockOut)),
		publicFails("not JSON", "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'", set("{")),
		publicFails("an unknown principal", "InvalidParameterException", "", set(strings.Replace(publicPolicy, `"*"`, `{"AWS":"arn:aws:iam::999999999999:root"}`, 1))),
		publicFails("too long", "InvalidParameterException", "", set(strings.Replace(publicPolicy, "Push", strings.Repeat("P", 10240), 1))),

		publicWorks("as it was set", func(w *tableWorld) *ecrpublic.GetRepositoryPolicyInput { with(w); return get },
			func(t *testing.T, _ *tableWorld, out *ecrpublic.GetRepositoryPolicyOutput) {
				if *out.PolicyText != publicPolicy {
					t.Errorf("answer: %+v", out)
				}
			}),
		publicFails("none", "RepositoryPolicyNotFoundException", noPolicy, func(w *tableWorld) *ecrpublic.GetRepositoryPolicyInput { w.publish(app); return get }),
		publicWorks("what it was", func(w *tableWorld) *ecrpublic.DeleteRepositoryPolicyInput { with(w); return remove },
			func(t *testing.T, _ *tableWorld, out *ecrpublic.DeleteRepositoryPolicyOutput) {
				if *out.PolicyText != publicPolicy {
					t.Errorf("answer: %+v", out)
				}
			}),
		publicFails("none", "RepositoryPolicyNotFoundException", noPolicy, func(w *tableWorld) *ecrpublic.DeleteRepositoryPolicyInput { w.publish(app); return remove }),
	}
}

func publicTagRows() []tableRow {
	tag := func(arn func(*tableWorld) *string, keys ...string) func(*tableWorld) *ecrpublic.TagResourceInput {
		return func(w *tableWorld) *ecrpublic.TagResourceInput {
			w.publish(app)
			return &ecrpublic.TagResourceInput{ResourceArn: arn(w), Tags: publicTags(keys...)}
		}
	}
	ofApp := func(w *tableWorld) *string { return w.publicARN(app) }
	missing := func(w *tableWorld) *string { return w.publicARN("missing") }
	private := func(w *tableWorld) *string { w.repository(); return aws.String(w.repositoryARN(app)) }
	registry := func(w *tableWorld) *string {
		return aws.String("arn:aws:ecr-public::" + w.account + ":registry/" + w.account)
	}
	untag := func(arn func(*tableWorld) *string, keys ...string) func(*tableWorld) *ecrpublic.UntagResourceInput {
		return func(w *tableWorld) *ecrpublic.UntagResourceInput {
			must(w.publicClient(w.root).TagResource(w.t.Context(), tag(ofApp, "a", "b")(w)))(w.t)
			return &ecrpublic.UntagResourceInput{ResourceArn: arn(w), TagKeys: keys}
		}
	}
	list := func(arn func(*tableWorld) *string) func(*tableWorld) *ecrpublic.ListTagsForResourceInput {
		return func(w *tableWorld) *ecrpublic.ListTagsForResourceInput {
			must(w.publicClient(w.root).TagResource(w.t.Context(), tag(ofApp, "b", "a")(w)))(w.t)
			return &ecrpublic.ListTagsForResourceInput{ResourceArn: arn(w)}
		}
	}
	keys := func(t *testing.T, w *tableWorld) (keys []string) {
		for _, tag := range must(w.publicClient(w.root).ListTagsForResource(t.Context(), &ecrpublic.ListTagsForResourceInput{ResourceArn: w.publicARN(app)}))(t).Tags {
			keys = append(keys, *tag.Key)
		}
		return keys
	}
	const noMissing = "The repository with name 'missing' does not exist in the registry with id '@ACCOUNT'"
	return []tableRow{
		publicWorks("two", tag(ofApp, "b", "a"), func(t *testing.T, w *tableWorld, _ *ecrpublic.TagResourceOutput) {
			if got := keys(t, w); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("keys %q", got)
			}
		}),
		publicFails("of AWS", "InvalidTagParameterException", "", tag(ofApp, "AWS:x")),
		publicFails("twice", "InvalidTagParameterException", "", tag(ofApp, "a", "a")),
		publicFails("too many", "TooManyTagsException", "", tag(ofApp, numbered("k", 51)...)),
		publicFails("a missing repository", "RepositoryNotFoundException", noMissing, tag(missing, "a")),
		publicFails("a private repository", "InvalidParameterException", "", tag(private, "a")),
		publicFails("a registry", "InvalidParameterException", "", tag(registry, "a")),

		publicWorks("one of two", untag(ofApp, "a", "never"), func(t *testing.T, w *tableWorld, _ *ecrpublic.UntagResourceOutput) {
			if got := keys(t, w); !slices.Equal(got, []string{"b"}) {
				t.Errorf("keys %q", got)
			}
		}),
		publicFails("a missing repository", "RepositoryNotFoundException", noMissing, untag(missing, "a")),
		publicFails("a private repository", "InvalidParameterException", "", untag(private, "a")),

		publicWorks("sorted", list(ofApp), func(t *testing.T, _ *tableWorld, out *ecrpublic.ListTagsForResourceOutput) {
			if len(out.Tags) != 2 || *out.Tags[0].Key != "a" || *out.Tags[0].Value != "v" {
				t.Errorf("tags: %+v", out.Tags)
			}
		}),
		publicFails("a missing repository", "RepositoryNotFoundException", noMissing, list(missing)),
		publicFails("a private repository", "InvalidParameterException", "", list(private)),
	}
}

func publicImageRows() []tableRow {
	put := func(tag string, m func(*tableWorld) string) func(*tableWorld) *ecrpublic.PutImageInput {
		return func(w *tableWorld) *ecrpublic.PutImageInput {
			w.publish(app)
			return &ecrpublic.PutImageInput{RepositoryName: aws.String(app), ImageManifest: aws.String(m(w)), ImageTag: &tag}
		}
	}
	one := func(w *tableWorld) string { return w.publicManifest("one").String() }
	text := func(m manifest) func(*tableWorld) string { return func(*tableWorld) string { return m.String() } }
	nowhere := descriptor{MediaType: ociLayer, Digest: digest.FromString("nowhere").String(), Size: 7}
	remove := func(ids func(w *tableWorld) []types.ImageIdentifier) func(*tableWorld) *ecrpublic.BatchDeleteImageInput {
		return func(w *tableWorld) *ecrpublic.BatchDeleteImageInput {
			w.publish(app)
			return &ecrpublic.BatchDeleteImageInput{RepositoryName: aws.String(app), ImageIds: ids(w)}
		}
	}
	describe := func(in ecrpublic.DescribeImagesInput) func(*tableWorld) *ecrpublic.DescribeImagesInput {
		return func(w *tableWorld) *ecrpublic.DescribeImagesInput {
			w.publish(app)
			for _, tag := range []string{"v1", "v2"} {
				w.publicImage(tag)
			}
			in.RepositoryName = aws.String(app)
			return &in
		}
	}
	tags := func(in ecrpublic.DescribeImageTagsInput) func(*tableWorld) *ecrpublic.DescribeImageTagsInput {
		return func(w *tableWorld) *ecrpublic.DescribeImageTagsInput {
			w.publish(app)
			for _, tag := range []string{"v2", "v1", "v3"} {
				w.publicImage(tag)
			}
			in.RepositoryName = aws.String(app)
			return &in
		}
	}
	tagged := func(t string) []types.ImageIdentifier { return []types.ImageIdentifier{{ImageTag: &t}} }
	return []tableRow{
		publicWorks("tagged", put("v1", one), func(t *testing.T, w *tableWorld, out *ecrpublic.PutImageOutput) {
			m := w.publicManifest("one").String()
			if i := out.Image; *i.RegistryId != w.account || *i.RepositoryName != app || *i.ImageManifest != m || *i.ImageManifestMediaType != ociManifest ||
				*i.ImageId.ImageTag != "v1" || *i.ImageId.ImageDigest != digest.FromString(m).String() {
				t.Errorf("image: %+v", i)
			}
		}),
		publicWorks("a tag moves", func(w *tableWorld) *ecrpublic.PutImageInput {
			in := put("v1", one)(w)
			w.publicImage("v1")
			return in
		}, func(t *testing.T, w *tableWorld, _ *ecrpublic.PutImageOutput) {
			got := must(w.publicClient(w.root).DescribeImages(t.Context(), &ecrpublic.DescribeImagesInput{RepositoryName: aws.String(app), ImageIds: tagged("v1")}))(t).ImageDetails
			if want := digest.FromString(w.publicManifest("one").String()).String(); *got[0].ImageDigest != want {
				t.Errorf("v1 is %s, want %s", *got[0].ImageDigest, want)
			}
		}),
		publicWorks("an index", put("all", func(w *tableWorld) string {
			d := w.publicImage("v1")
			return manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{{MediaType: ociManifest, Digest: d, Size: 1}}}.String()
		}), func(t *testing.T, _ *tableWorld, out *ecrpublic.PutImageOutput) {
			if *out.Image.ImageManifestMediaType != ociIndex {
				t.Errorf("image: %+v", out.Image)
			}
		}),
		publicFails("again", "ImageAlreadyExistsException", "", func(w *tableWorld) *ecrpublic.PutImageInput {
			in := put("v1", one)(w)
			must(w.publicClient(w.root).PutImage(w.t.Context(), in))(w.t)
			return in
		}),
		publicFails("a layer is missing", "LayersNotFoundException", "Layers with digests '["+nowhere.Digest+"]' required for pushing image into the repository with name 'team/app' in the registry with id '@ACCOUNT' do not exist",
			put("v1", func(w *tableWorld) string {
				m := w.publicManifest("one")
				m.Layers = append(m.Layers, nowhere)
				return m.String()
			})),
		publicFails("a layer is in the private repository alone", "LayersNotFoundException", "", put("v1", func(w *tableWorld) string {
			w.repository()
			return w.imageManifest(app, "private").String()
		})),
		publicFails("a child is missing", "ReferencedImagesNotFoundException", "", put("v1", text(manifest{
			SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{{MediaType: ociManifest, Digest: nowhere.Digest, Size: 7}},
		}))),
		publicFails("another digest", "ImageDigestDoesNotMatchException", "", func(w *tableWorld) *ecrpublic.PutImageInput {
			in := put("v1", one)(w)
			in.ImageDigest = &nowhere.Digest
			return in
		}),
		publicFails("too many tags", "LimitExceededException", "", func(w *tableWorld) *ecrpublic.PutImageInput {
			in := put("last", one)(w)
			for _, tag := range numbered("t", tableQuotas.TagsPerImage) {
				more := *in
				more.ImageTag = &tag
				must(w.publicClient(w.root).PutImage(w.t.Context(), &more))(w.t)
			}
			return in
		}),
		publicFails("not JSON", "InvalidParameterException", "", put("v1", func(*tableWorld) string { return "{" })),
		publicFails("no tag", "InvalidParameterException", "", put("a b", one)),

		publicWorks("by tag and by digest", remove(func(w *tableWorld) []types.ImageIdentifier {
			w.publicImage("v1")
			return append(tagged("v1"), types.ImageIdentifier{ImageDigest: aws.String(w.publicImage("v2"))})
		}), func(t *testing.T, w *tableWorld, out *ecrpublic.BatchDeleteImageOutput) {
			if len(out.ImageIds) != 2 || len(out.Failures) != 0 {
				t.Errorf("answer: %+v", out)
			}
			if left := must(w.publicClient(w.root).DescribeImages(t.Context(), &ecrpublic.DescribeImagesInput{RepositoryName: aws.String(app)}))(t).ImageDetails; len(left) != 0 {
				t.Errorf("images left: %+v", left)
			}
		}),
		publicWorks("failures", remove(func(w *tableWorld) []types.ImageIdentifier {
			return []types.ImageIdentifier{{}, {ImageTag: aws.String("missing")}, {ImageDigest: aws.String("sha256")}, {ImageTag: aws.String("a b")}}
		}), func(t *testing.T, _ *tableWorld, out *ecrpublic.BatchDeleteImageOutput) {
			var codes []types.ImageFailureCode
			for _, f := range out.Failures {
				codes = append(codes, f.FailureCode)
			}
			slices.Sort(codes)
			if want := []types.ImageFailureCode{"ImageNotFound", "InvalidImageDigest", "InvalidImageTag", "MissingDigestAndTag"}; !slices.Equal(codes, want) || out.ImageIds == nil {
				t.Errorf("failures %v, want %v", codes, want)
			}
		}),
		publicFails("nothing", "InvalidParameterException", "", remove(func(*tableWorld) []types.ImageIdentifier { return []types.ImageIdentifier{} })),

		publicWorks("page by page", describe(ecrpublic.DescribeImagesInput{MaxResults: aws.Int32(1)}), func(t *testing.T, w *tableWorld, out *ecrpublic.DescribeImagesOutput) {
			next := must(w.publicClient(w.root).DescribeImages(t.Context(), &ecrpublic.DescribeImagesInput{RepositoryName: aws.String(app), NextToken: out.NextToken}))(t)
			all := slices.Concat(out.ImageDetails, next.ImageDetails)
			if len(out.ImageDetails) != 1 || len(all) != 2 || next.NextToken != nil {
				t.Fatalf("%d images, then %d", len(out.ImageDetails), len(next.ImageDetails))
			}
			for _, i := range all {
				if *i.RegistryId != w.account || *i.RepositoryName != app || *i.ImageManifestMediaType != ociManifest || *i.ArtifactMediaType != ociConfig || *i.ImageSizeInBytes == 0 || i.ImagePushedAt == nil || len(i.ImageTags) != 1 {
					t.Errorf("image: %+v", i)
				}
			}
		}),
		publicWorks("of a tag", describe(ecrpublic.DescribeImagesInput{ImageIds: tagged("v1")}), func(t *testing.T, _ *tableWorld, out *ecrpublic.DescribeImagesOutput) {
			if len(out.ImageDetails) != 1 || !slices.Equal(out.ImageDetails[0].ImageTags, []string{"v1"}) {
				t.Errorf("images: %+v", out.ImageDetails)
			}
		}),
		publicFails("missing", "ImageNotFoundException", "The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name 'team/app' in the registry with id '@ACCOUNT'",
			describe(ecrpublic.DescribeImagesInput{ImageIds: tagged("v9")})),
		publicFails("ids and a page", "InvalidParameterException", "", describe(ecrpublic.DescribeImagesInput{ImageIds: tagged("v1"), MaxResults: aws.Int32(1)})),
		publicFails("no id", "InvalidParameterException", "", describe(ecrpublic.DescribeImagesInput{ImageIds: []types.ImageIdentifier{{}}})),
		publicFails("a made up page", "InvalidParameterException", "", describe(ecrpublic.DescribeImagesInput{NextToken: aws.String("x")})),

		publicWorks("page by page", tags(ecrpublic.DescribeImageTagsInput{MaxResults: aws.Int32(2)}), func(t *testing.T, w *tableWorld, out *ecrpublic.DescribeImageTagsOutput) {
			next := must(w.publicClient(w.root).DescribeImageTags(t.Context(), &ecrpublic.DescribeImageTagsInput{RepositoryName: aws.String(app), NextToken: out.NextToken}))(t)
			var names []string
			for _, d := range slices.Concat(out.ImageTagDetails, next.ImageTagDetails) {
				names = append(names, *d.ImageTag)
				if i := d.ImageDetail; d.CreatedAt == nil || i.ImageDigest == nil || *i.ImageSizeInBytes == 0 || i.ImagePushedAt == nil || *i.ImageManifestMediaType != ociManifest || *i.ArtifactMediaType != ociConfig {
					t.Errorf("tag: %+v", d)
				}
			}
			if !slices.Equal(names, []string{"v1", "v2", "v3"}) || len(out.ImageTagDetails) != 2 || next.NextToken != nil {
				t.Errorf("tags %q", names)
			}
		}),
		publicFails("a made up page", "InvalidParameterException", "", tags(ecrpublic.DescribeImageTagsInput{NextToken: aws.String("x")})),
		publicFails("too large a page", "InvalidParameterException", "", tags(ecrpublic.DescribeImageTagsInput{MaxResults: aws.Int32(1001)})),
	}
}

func publicLayerRows() []tableRow {
	const unknown = "00000000-0000-4000-8000-000000000000"
	whole := digest.FromString("whole").String()
	check := func(digests ...string) func(*tableWorld) *ecrpublic.BatchCheckLayerAvailabilityInput {
		return func(w *tableWorld) *ecrpublic.BatchCheckLayerAvailabilityInput {
			w.publish(app)
			w.publicLayer("whole")
			return &ecrpublic.BatchCheckLayerAvailabilityInput{RepositoryName: aws.String(app), LayerDigests: digests}
		}
	}
	part := func(in func(*tableWorld) *ecrpublic.UploadLayerPartInput) func(*tableWorld) *ecrpublic.UploadLayerPartInput {
		return func(w *tableWorld) *ecrpublic.UploadLayerPartInput { w.publish(app); return in(w) }
	}
	complete := func(upload func(*tableWorld) *string, digests ...string) func(*tableWorld) *ecrpublic.CompleteLayerUploadInput {
		return func(w *tableWorld) *ecrpublic.CompleteLayerUploadInput {
			w.publish(app)
			return &ecrpublic.CompleteLayerUploadInput{RepositoryName: aws.String(app), UploadId: upload(w), LayerDigests: digests}
		}
	}
	of := func(parts ...string) func(*tableWorld) *string {
		return func(w *tableWorld) *string { return w.publicUpload(parts...) }
	}
	return []tableRow{
		publicWorks("there and not", check(whole, digest.FromString("x").String(), "nonsense", ""), func(t *testing.T, _ *tableWorld, out *ecrpublic.BatchCheckLayerAvailabilityOutput) {
			if l := out.Layers; len(l) != 2 || l[0].LayerAvailability != types.LayerAvailabilityAvailable || *l[0].LayerSize != 5 || l[1].LayerAvailability != types.LayerAvailabilityUnavailable {
				t.Errorf("layers: %+v", l)
			}
			if f := out.Failures; len(f) != 2 || f[0].FailureCode != types.LayerFailureCodeInvalidLayerDigest || f[1].FailureCode != types.LayerFailureCodeMissingLayerDigest {
				t.Errorf("failures: %+v", f)
			}
		}),
		publicFails("nothing", "InvalidParameterException", "", check([]string{}...)),

		publicWorks("begun", func(w *tableWorld) *ecrpublic.InitiateLayerUploadInput {
			w.publish(app)
			return &ecrpublic.InitiateLayerUploadInput{RepositoryName: aws.String(app)}
		}, func(t *testing.T, _ *tableWorld, out *ecrpublic.InitiateLayerUploadOutput) {
			if len(*out.UploadId) != 36 || *out.PartSize != 10<<20 {
				t.Errorf("answer: %+v", out)
			}
		}),

		publicWorks("second part", part(func(w *tableWorld) *ecrpublic.UploadLayerPartInput { return publicPart(w.publicUpload("who"), 3, "le") }),
			func(t *testing.T, w *tableWorld, out *ecrpublic.UploadLayerPartOutput) {
				if *out.LastByteReceived != 4 || *out.RegistryId != w.account || *out.RepositoryName != app {
					t.Errorf("answer: %+v", out)
				}
			}),
		publicFails("a hole", "InvalidLayerPartException", "First byte of the layer part is 4 instead of 3",
			part(func(w *tableWorld) *ecrpublic.UploadLayerPartInput { return publicPart(w.publicUpload("who"), 4, "e") })),
		publicFails("no such upload", "UploadNotFoundException", "Upload with id '"+unknown+"' does not exist in the repository with name 'team/app' in registry with id '@ACCOUNT'",
			part(func(*tableWorld) *ecrpublic.UploadLayerPartInput { return publicPart(aws.String(unknown), 0, "x") })),
		publicFails("an upload to the private repository", "UploadNotFoundException", "", part(func(w *tableWorld) *ecrpublic.UploadLayerPartInput {
			w.repository()
			up := must(w.ecr.InitiateLayerUpload(w.t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: aws.String(app)}))(w.t)
			return publicPart(up.UploadId, 0, "x")
		})),
		publicFails("too many parts", "LimitExceededException", "",
			part(func(w *tableWorld) *ecrpublic.UploadLayerPartInput {
				n := tableQuotas.PublicPartsPerLayer
				return publicPart(w.publicUpload(strings.Split(strings.Repeat("x", n), "")...), int64(n), "x")
			})),
		publicFails("no upload", "InvalidParameterException", "", part(func(*tableWorld) *ecrpublic.UploadLayerPartInput { return publicPart(aws.String("x"), 0, "x") })),

		publicWorks("whole", complete(of("whole"), whole), func(t *testing.T, w *tableWorld, out *ecrpublic.CompleteLayerUploadOutput) {
			if *out.LayerDigest != whole || *out.RegistryId != w.account || *out.RepositoryName != app {
				t.Errorf("answer: %+v", out)
			}
		}),
		publicFails("exists", "LayerAlreadyExistsException", "", complete(func(w *tableWorld) *string { w.publicLayer("whole"); return w.publicUpload("whole") }, whole)),
		publicFails("another digest", "InvalidLayerException", "", complete(of("half"), whole)),
		publicFails("short parts", "LayerPartTooSmallException", "", complete(of("who", "le"), whole)),
		publicFails("empty", "EmptyUploadException", "", complete(of(), whole)),
		publicFails("no such upload", "UploadNotFoundException", "", complete(func(*tableWorld) *string { return aws.String(unknown) }, whole)),
		publicFails("two digests", "InvalidParameterException", "", complete(of("whole"), whole, whole)),
		publicFails("no digest", "InvalidParameterException", "", complete(of("whole"), "whole")),
	}
}

// publicCommonRows are those that many operations have alike.
func publicCommonRows() []tableRow {
	inputs := []any{
		ecrpublic.BatchCheckLayerAvailabilityInput{LayerDigests: []string{digest.FromString("x").String()}},
		ecrpublic.BatchDeleteImageInput{ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}}},
		ecrpublic.CompleteLayerUploadInput{UploadId: aws.String("00000000-0000-4000-8000-000000000000"), LayerDigests: []string{digest.FromString("x").String()}},
		ecrpublic.CreateRepositoryInput{},
		ecrpublic.DeleteRepositoryInput{},
		ecrpublic.DeleteRepositoryPolicyInput{},
		ecrpublic.DescribeImageTagsInput{},
		ecrpublic.DescribeImagesInput{},
		ecrpublic.DescribeRegistriesInput{},
		ecrpublic.DescribeRepositoriesInput{},
		ecrpublic.GetAuthorizationTokenInput{},
		ecrpublic.GetRegistryCatalogDataInput{},
		ecrpublic.GetRepositoryCatalogDataInput{},
		ecrpublic.GetRepositoryPolicyInput{},
		ecrpublic.InitiateLayerUploadInput{},
		ecrpublic.ListTagsForResourceInput{},
		ecrpublic.PutImageInput{ImageManifest: aws.String(manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{}}.String())},
		ecrpublic.PutRegistryCatalogDataInput{DisplayName: aws.String("x")},
		ecrpublic.PutRepositoryCatalogDataInput{CatalogData: &types.RepositoryCatalogDataInput{}},
		ecrpublic.SetRepositoryPolicyInput{PolicyText: aws.String(publicPolicy)},
		ecrpublic.TagResourceInput{Tags: publicTags("a")},
		ecrpublic.UntagResourceInput{TagKeys: []string{"a"}},
		*publicPart(aws.String("00000000-0000-4000-8000-000000000000"), 0, "x"),
	}
	// These may name a registry by its alias.
	byAlias := []string{"BatchCheckLayerAvailability", "CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UploadLayerPart"}
	var rows []tableRow
	for _, in := range inputs {
		op := strings.TrimSuffix(reflect.TypeOf(in).Name(), "Input")
		// about copies the input and fills in what it is about.
		about := func(w *tableWorld, registry, repository string) any {
			made := reflect.New(reflect.TypeOf(in))
			made.Elem().Set(reflect.ValueOf(in))
			for name, v := range map[string]*string{"RegistryId": &registry, "RepositoryName": &repository, "ResourceArn": w.publicARN(repository)} {
				if f := made.Elem().FieldByName(name); f.IsValid() && *v != "" {
					f.Set(reflect.ValueOf(v))
				}
			}
			return made.Interface()
		}
		has := func(field string) bool { _, ok := reflect.TypeOf(in).FieldByName(field); return ok }
		row := func(name, code, message string, call func(context.Context, *tableWorld) (any, error)) {
			rows = append(rows, tableRow{op: ecrPublicService + op, name: name, call: call, code: code, message: message})
		}
		row("in another region", "UnsupportedCommandException", op+" command is only supported in us-east-1.", func(ctx context.Context, w *tableWorld) (any, error) {
			return callPublic(ctx, w.publicClient(w.root, func(o *ecrpublic.Options) { o.Region = "eu-west-1" }), about(w, "", app))
		})
		row("nothing allows it", "AccessDeniedException", "", func(ctx context.Context, w *tableWorld) (any, error) {
			c := w.user("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:*","s3:*"],"Resource":"*"}}`)
			return callPublic(ctx, w.publicClient(c), about(w, "", app))
		})
		if has("RegistryId") {
			row("by another account", "AccessDeniedException", "", func(ctx context.Context, w *tableWorld) (any, error) {
				w.publish(app)
				return callPublic(ctx, w.publicClient(w.strangerRoot), about(w, w.account, app))
			})
		}
		if has("RepositoryName") && op != "CreateRepository" {
			row("no repository", "RepositoryNotFoundException", noRepository, func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository() // which is private
				return callPublic(ctx, w.publicClient(w.root), about(w, "", app))
			})
			row("no repository's name", "InvalidParameterException", "", func(ctx context.Context, w *tableWorld) (any, error) {
				return callPublic(ctx, w.publicClient(w.root), about(w, "", "x"))
			})
		}
		if slices.Contains(byAlias, op) {
			row("no registry", "RegistryNotFoundException", "The registry with id 'z0z0z0z0' does not exist", func(ctx context.Context, w *tableWorld) (any, error) {
				return callPublic(ctx, w.publicClient(w.root), about(w, "z0z0z0z0", app))
			})
			row("no repository by alias", "RepositoryNotFoundException", noRepository, func(ctx context.Context, w *tableWorld) (any, error) {
				return callPublic(ctx, w.publicClient(w.root), about(w, w.alias(), app))
			})
			row("by alias by another account", "AccessDeniedException", "", func(ctx context.Context, w *tableWorld) (any, error) {
				w.publish(app)
				return callPublic(ctx, w.publicClient(w.strangerRoot), about(w, w.alias(), app))
			})
		}
	}
	return rows
}
