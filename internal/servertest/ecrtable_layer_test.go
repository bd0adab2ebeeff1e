package servertest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"
)

// layerRows are the rows of the operations on layers and their uploads.
func layerRows() []tableRow {
	const content = "the content of a layer"
	layer := digest.FromString(content).String()
	const noUpload = "00000000-0000-0000-0000-000000000000"
	badUpload := "Invalid parameter at 'uploadId' failed to satisfy constraint: 'must satisfy regular expression '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'"

	check := func(ds ...string) *ecr.BatchCheckLayerAvailabilityInput {
		return &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: new(app), LayerDigests: ds}
	}
	availability := func(want ...types.LayerAvailability) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, _ *tableWorld, out any) {
			t.Helper()
			got := out.(*ecr.BatchCheckLayerAvailabilityOutput)
			for i, l := range got.Layers {
				if i >= len(want) || l.LayerAvailability != want[i] || (l.LayerSize != nil) == (l.LayerAvailability == types.LayerAvailabilityUnavailable) {
					t.Errorf("layer: %+v", l)
				}
			}
			if len(got.Layers) != len(want) || len(got.Failures) != 0 {
				t.Errorf("layers: %+v", got)
			}
		}
	}
	withLayer := func(w *tableWorld) { w.repository(); w.layer(app, content) }
	url := func(d string) *ecr.GetDownloadUrlForLayerInput {
		return &ecr.GetDownloadUrlForLayerInput{RepositoryName: new(app), LayerDigest: &d}
	}
	configOf := func(tag string) string { return digest.FromString(`{"config of":"` + tag + `"}`).String() }

	// begin begins an upload and returns its id.
	begin := func(w *tableWorld) *string {
		w.t.Helper()
		return must(w.ecr.InitiateLayerUpload(w.t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: new(app)}))(w.t).UploadId
	}
	part := func(id *string, first int64, bytes []byte) *ecr.UploadLayerPartInput {
		return &ecr.UploadLayerPartInput{RepositoryName: new(app), UploadId: id, PartFirstByte: &first, PartLastByte: new(first + int64(len(bytes)) - 1), LayerPartBlob: bytes}
	}
	// upload begins an upload of parts.
	upload := func(w *tableWorld, parts ...[]byte) *string {
		w.t.Helper()
		id, first := begin(w), int64(0)
		for _, p := range parts {
			must(w.ecr.UploadLayerPart(w.t.Context(), part(id, first, p)))(w.t)
			first += int64(len(p))
		}
		return id
	}
	complete := func(id *string, ds ...string) *ecr.CompleteLayerUploadInput {
		return &ecr.CompleteLayerUploadInput{RepositoryName: new(app), UploadId: id, LayerDigests: ds}
	}
	completing := func(ds []string, parts ...[]byte) func(*tableWorld) any {
		return func(w *tableWorld) any { return complete(upload(w, parts...), ds...) }
	}
	large := bytes.Repeat([]byte("x"), 5<<20)
	largeAndMore := digest.FromBytes(append(bytes.Clone(large), "more"...)).String()

	return []tableRow{
		{op: "BatchCheckLayerAvailability", name: "there and not", call: send(check(layer, absent, layer), withLayer),
			check: availability(types.LayerAvailabilityAvailable, types.LayerAvailabilityUnavailable)},
		{op: "BatchCheckLayerAvailability", name: "of an archived image", call: send(check(configOf("old"), configOf("v1")), withArchived),
			check: availability(types.LayerAvailabilityArchived, types.LayerAvailabilityAvailable)},
		{op: "BatchCheckLayerAvailability", name: "of an archived image and another", call: send(check(configOf("old")), withArchived, func(w *tableWorld) {
			m := w.imageManifest(app, "v1")
			m.Layers = append(m.Layers, descriptor{MediaType: ociLayer, Digest: configOf("old"), Size: 18})
			w.put(app, "shares", m)
		}), check: availability(types.LayerAvailabilityAvailable)},
		{op: "BatchCheckLayerAvailability", name: "failures", call: send(check("", "x", layer), withLayer),
			check: func(t *testing.T, _ *tableWorld, out any) {
				got := out.(*ecr.BatchCheckLayerAvailabilityOutput)
				if len(got.Layers) != 1 || len(got.Failures) != 2 || got.Failures[0].FailureCode != types.LayerFailureCodeMissingLayerDigest || got.Failures[1].FailureCode != types.LayerFailureCodeInvalidLayerDigest {
					t.Errorf("layers: %+v", got)
				}
			}},
		{op: "BatchCheckLayerAvailability", name: "no repository", call: send(check(layer)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "BatchCheckLayerAvailability", name: "no digests", call: send(check([]string{}...), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},
		{op: "BatchCheckLayerAvailability", name: "101 digests", call: send(check(strings.Split(strings.Repeat(layer+" ", 100)+layer, " ")...), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'Member must have length less than or equal to 100'"},
		{op: "BatchCheckLayerAvailability", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := check(layer)
			in.RegistryId = &w.account
			return in
		}, withLayer), code: "AccessDeniedException"},

		{
			op: "GetDownloadUrlForLayer", name: "of an image", call: send(url(configOf("v1")), withImages("v1")),
			check: func(t *testing.T, w *tableWorld, out any) {
				got := out.(*ecr.GetDownloadUrlForLayerOutput)
				r := must(w.HTTP().Get(*got.DownloadUrl))(t)
				defer r.Body.Close()
				if b := must(io.ReadAll(r.Body))(t); r.StatusCode != http.StatusOK || digest.FromBytes(b).String() != configOf("v1") || *got.LayerDigest != configOf("v1") {
					t.Errorf("%d %s", r.StatusCode, b)
				}
			},
		},
		{op: "GetDownloadUrlForLayer", name: "of no image", call: send(url(layer), withLayer), code: "LayerInaccessibleException"},
		{op: "GetDownloadUrlForLayer", name: "of an archived image", call: send(url(configOf("old")), withArchived), code: "LayerInaccessibleException"},
		{op: "GetDownloadUrlForLayer", name: "not there", call: send(url(absent), withRepository), code: "LayersNotFoundException"},
		{op: "GetDownloadUrlForLayer", name: "no repository", call: send(url(layer)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "GetDownloadUrlForLayer", name: "bad digest", call: send(url("x"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"},
		{op: "GetDownloadUrlForLayer", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := url(configOf("v1"))
			in.RegistryId = &w.account
			return in
		}, withImages("v1")), code: "AccessDeniedException"},

		{
			op: "InitiateLayerUpload", name: "begins", call: send(&ecr.InitiateLayerUploadInput{RepositoryName: new(app)}, withRepository),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if got := out.(*ecr.InitiateLayerUploadOutput); *got.PartSize != 10<<20 || len(*got.UploadId) != len(noUpload) {
					t.Errorf("upload: %+v", got)
				}
			},
		},
		{op: "InitiateLayerUpload", name: "no repository", call: send(&ecr.InitiateLayerUploadInput{RepositoryName: new(app)}), code: "RepositoryNotFoundException", message: noRepository},
		{op: "InitiateLayerUpload", name: "bad registry", call: send(&ecr.InitiateLayerUploadInput{RepositoryName: new(app), RegistryId: new("1")}), code: "InvalidParameterException", message: badRegistry},
		{op: "InitiateLayerUpload", name: "stranger", call: asStranger(func(w *tableWorld) any {
			return &ecr.InitiateLayerUploadInput{RegistryId: &w.account, RepositoryName: new(app)}
		}, withRepository), code: "AccessDeniedException"},

		{
			op: "UploadLayerPart", name: "two parts", call: sendTo(func(w *tableWorld) any { return part(upload(w, large), int64(len(large)), []byte("more")) }, withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				got := out.(*ecr.UploadLayerPartOutput)
				if *got.LastByteReceived != int64(len(large)+len("more"))-1 || *got.RegistryId != w.account || *got.RepositoryName != app {
					t.Errorf("part: %+v", got)
				}
				must(w.ecr.CompleteLayerUpload(t.Context(), complete(got.UploadId, largeAndMore)))(t)
			},
		},
		{op: "UploadLayerPart", name: "leaves a gap", call: sendTo(func(w *tableWorld) any { return part(upload(w, large), 6<<20, []byte("more")) }, withRepository),
			code: "InvalidLayerPartException", message: "First byte of the layer part is 6291456 instead of 5242880"},
		{op: "UploadLayerPart", name: "overlaps", call: sendTo(func(w *tableWorld) any { return part(upload(w, large), 5, []byte("more")) }, withRepository),
			code: "InvalidLayerPartException", message: "First byte of the layer part is 5 instead of 5242880"},
		{op: "UploadLayerPart", name: "not as long as it says", call: sendTo(func(w *tableWorld) any {
			in := part(begin(w), 0, []byte("more"))
			in.PartLastByte = new(int64(4))
			return in
		}, withRepository), code: "InvalidLayerPartException",
			message: "The size of the layer part does not match its first and last byte"},
		{op: "UploadLayerPart", name: "no upload", call: send(part(new(noUpload), 0, []byte("x")), withRepository), code: "UploadNotFoundException",
			message: "Upload with id '" + noUpload + "' does not exist in the repository with name 'team/app' in registry with id '@ACCOUNT'"},
		{op: "UploadLayerPart", name: "upload to another repository", call: sendTo(func(w *tableWorld) any {
			in := part(begin(w), 0, []byte("x"))
			w.repositoryNamed("other")
			in.RepositoryName = new("other")
			return in
		}, withRepository), code: "UploadNotFoundException"},
		{op: "UploadLayerPart", name: "no repository", call: send(part(new(noUpload), 0, []byte("x"))), code: "RepositoryNotFoundException", message: noRepository},
		{op: "UploadLayerPart", name: "bad id", call: send(part(new("1"), 0, []byte("x")), withRepository), code: "InvalidParameterException", message: badUpload},
		{op: "UploadLayerPart", name: "negative", call: send(part(new(noUpload), -1, []byte("x")), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'partFirstByte' failed to satisfy constraint: 'Member must have value greater than or equal to 0'"},
		{op: "UploadLayerPart", name: "quota of parts", call: sendTo(func(w *tableWorld) any {
			id := upload(w, bytes.SplitN(bytes.Repeat([]byte("x"), tableQuotas.PartsPerLayer), nil, -1)...)
			return part(id, int64(tableQuotas.PartsPerLayer), []byte("x"))
		}, withRepository), code: "LimitExceededException"},
		{op: "UploadLayerPart", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := part(begin(w), 0, []byte("x"))
			in.RegistryId = &w.account
			return in
		}, withRepository), code: "AccessDeniedException"},

		{
			op: "CompleteLayerUpload", name: "one part", call: sendTo(completing([]string{layer}, []byte(content)), withRepository),
			check: func(t *testing.T, w *tableWorld, out any) {
				if got := out.(*ecr.CompleteLayerUploadOutput); *got.LayerDigest != layer || *got.RegistryId != w.account || *got.RepositoryName != app || got.UploadId == nil {
					t.Errorf("layer: %+v", got)
				}
			},
		},
		{op: "CompleteLayerUpload", name: "large part and small last part", call: sendTo(completing([]string{largeAndMore}, large, []byte("more")), withRepository)},
		{op: "CompleteLayerUpload", name: "small first part", call: sendTo(completing([]string{layer}, []byte(content[:3]), []byte(content[3:])), withRepository), code: "LayerPartTooSmallException",
			message: "Every part of the layer but the last must have at least 5242880 bytes"},
		{op: "CompleteLayerUpload", name: "another digest", call: sendTo(completing([]string{absent}, []byte(content)), withRepository), code: "InvalidLayerException"},
		{op: "CompleteLayerUpload", name: "there already", call: sendTo(completing([]string{layer}, []byte(content)), withLayer), code: "LayerAlreadyExistsException",
			message: "Layer with digest '" + layer + "' already exists in the repository with name 'team/app' in registry with id '@ACCOUNT'"},
		{op: "CompleteLayerUpload", name: "no parts", call: sendTo(completing([]string{layer}), withRepository), code: "EmptyUploadException"},
		{op: "CompleteLayerUpload", name: "no upload", call: send(complete(new(noUpload), layer), withRepository), code: "UploadNotFoundException",
			message: "Upload with id '00000000-0000-0000-0000-000000000000' does not exist in the repository with name 'team/app' in registry with id '@ACCOUNT'"},
		{op: "CompleteLayerUpload", name: "completed before", call: sendTo(func(w *tableWorld) any {
			id := upload(w, []byte(content))
			must(w.ecr.CompleteLayerUpload(w.t.Context(), complete(id, layer)))(w.t)
			return complete(id, layer)
		}, withRepository), code: "UploadNotFoundException"},
		{op: "CompleteLayerUpload", name: "no repository", call: send(complete(new(noUpload), layer)), code: "RepositoryNotFoundException", message: noRepository},
		{op: "CompleteLayerUpload", name: "bad digest", call: send(complete(new(noUpload), "x"), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'Member must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z0-9-_+.]+:[a-fA-F0-9]+]'"},
		{op: "CompleteLayerUpload", name: "two digests", call: send(complete(new(noUpload), layer, absent), withRepository), code: "InvalidParameterException",
			message: "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'Member must have exactly one digest'"},
		{op: "CompleteLayerUpload", name: "bad id", call: send(complete(new("1"), layer), withRepository), code: "InvalidParameterException", message: badUpload},
		{op: "CompleteLayerUpload", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := complete(upload(w, []byte(content)), layer)
			in.RegistryId = &w.account
			return in
		}, withRepository), code: "AccessDeniedException"},
	}
}
