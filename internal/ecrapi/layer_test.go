package ecrapi_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

const noUpload = "00000000-0000-4000-8000-000000000000"

func TestLayerUpload(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	createRepository(t, c, "elsewhere")
	app := aws.String("app")
	content := bytes.Repeat([]byte("0123456789"), 600_000) // two parts, of 5 MiB and the rest
	d := digest.FromBytes(content).String()
	const first = 5 << 20

	begin := func() *string {
		t.Helper()
		out, err := c.InitiateLayerUpload(t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: app})
		if err != nil {
			t.Fatal(err)
		}
		if *out.PartSize != 10485760 {
			t.Errorf("part size %d", *out.PartSize)
		}
		return out.UploadId
	}
	part := func(upload *string, from int, p []byte) (*ecr.UploadLayerPartOutput, error) {
		return c.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
			RepositoryName: app, UploadId: upload, PartFirstByte: aws.Int64(int64(from)), PartLastByte: aws.Int64(int64(from + len(p) - 1)), LayerPartBlob: p,
		})
	}
	complete := func(upload *string, digests ...string) (*ecr.CompleteLayerUploadOutput, error) {
		return c.CompleteLayerUpload(t.Context(), &ecr.CompleteLayerUploadInput{RepositoryName: app, UploadId: upload, LayerDigests: digests})
	}

	up := begin()
	_, err := complete(up, d)
	wantError(t, err, "EmptyUploadException", "Upload with id '"+*up+"' in the repository with name 'app' in registry with id '222222222222' does not contain any layer parts")
	got, err := part(up, 0, content[:first])
	if err != nil {
		t.Fatal(err)
	}
	want := &ecr.UploadLayerPartOutput{RegistryId: aws.String(owner), RepositoryName: app, UploadId: up, LastByteReceived: aws.Int64(first - 1)}
	if diff := cmp.Diff(want, got, shapes); diff != "" {
		t.Errorf("part (-want +got):\n%s", diff)
	}

	// A part that does not follow says where to go on.
	for _, from := range []int{0, first - 1, first + 1} {
		_, err = part(up, from, content[first:])
		var gap *types.InvalidLayerPartException
		if !errors.As(err, &gap) {
			t.Fatalf("part at %d: error %v, want InvalidLayerPartException", from, err)
		}
		if *gap.LastValidByteReceived != first-1 || *gap.UploadId != *up || *gap.RepositoryName != "app" || *gap.RegistryId != owner {
			t.Errorf("part at %d: %+v", from, gap)
		}
	}
	_, err = c.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
		RepositoryName: app, UploadId: up, PartFirstByte: aws.Int64(first), PartLastByte: aws.Int64(first + 9), LayerPartBlob: []byte("short"),
	})
	wantError(t, err, "InvalidLayerPartException", "The size of the layer part does not match its first and last byte")

	if _, err = part(up, first, content[first:]); err != nil {
		t.Fatal(err)
	}
	absent := digest.FromString("absent").String()
	_, err = complete(up, absent)
	wantError(t, err, "InvalidLayerException", "The layer digest '"+absent+"' does not match the digest of the uploaded bytes")
	_, err = complete(up, d, absent)
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'Member must have exactly one digest'")
	_, err = complete(up, "sha256:00")
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
	done, err := complete(up, d)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&ecr.CompleteLayerUploadOutput{RegistryId: aws.String(owner), RepositoryName: app, UploadId: up, LayerDigest: &d}, done, shapes); diff != "" {
		t.Errorf("complete (-want +got):\n%s", diff)
	}
	unknown := func(upload string) string {
		return "Upload with id '" + upload + "' does not exist in the repository with name 'app' in registry with id '222222222222'"
	}
	_, err = complete(up, d)
	wantError(t, err, "UploadNotFoundException", unknown(*up))

	// Again, in parts that are too small, and what is there already.
	up = begin()
	for _, p := range [][2]int{{0, 10}, {10, 20}} {
		if _, err := part(up, p[0], content[p[0]:p[1]]); err != nil {
			t.Fatal(err)
		}
	}
	_, err = complete(up, digest.FromBytes(content[:20]).String())
	wantError(t, err, "LayerPartTooSmallException", "Every part of the layer but the last must have at least 5242880 bytes")
	up = begin()
	if _, err := part(up, 0, content); err != nil {
		t.Fatal(err)
	}
	_, err = complete(up, d)
	wantError(t, err, "LayerAlreadyExistsException", "Layer with digest '"+d+"' already exists in the repository with name 'app' in registry with id '222222222222'")

	// Uploads belong to their repository.
	_, err = part(aws.String(noUpload), 0, []byte("x"))
	wantError(t, err, "UploadNotFoundException", unknown(noUpload))
	up = begin()
	_, err = c.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
		RepositoryName: aws.String("elsewhere"), UploadId: up, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(0), LayerPartBlob: []byte("x"),
	})
	wantError(t, err, "UploadNotFoundException", "Upload with id '"+*up+"' does not exist in the repository with name 'elsewhere' in registry with id '222222222222'")
	_, err = part(aws.String("../../etc/passwd"), 0, []byte("x"))
	wantError(t, err, "InvalidParameterException", "Invalid parameter at 'uploadId' failed to satisfy constraint: 'must satisfy regular expression '"+
		"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'")
	_, err = c.InitiateLayerUpload(t.Context(), &ecr.InitiateLayerUploadInput{RepositoryName: aws.String("missing")})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'missing' does not exist in the registry with id '222222222222'")
}

func TestBatchCheckLayerAvailability(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	createRepository(t, c, "elsewhere")
	image(t, c, "app", "v1", "one")
	used, loose := digest.FromString("layer one").String(), layer(t, c, "app", []byte("loose"))
	hidden := layer(t, c, "elsewhere", []byte("hidden"))

	out, err := c.BatchCheckLayerAvailability(t.Context(), &ecr.BatchCheckLayerAvailabilityInput{
		RepositoryName: aws.String("app"), LayerDigests: []string{used, loose, hidden, used, "sha256:zz", ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	layers := []types.Layer{
		{LayerDigest: &used, LayerAvailability: types.LayerAvailabilityAvailable, LayerSize: aws.Int64(9), MediaType: aws.String(ociLayer)},
		{LayerDigest: &loose, LayerAvailability: types.LayerAvailabilityAvailable, LayerSize: aws.Int64(5)},
		{LayerDigest: &hidden, LayerAvailability: types.LayerAvailabilityUnavailable},
	}
	if diff := cmp.Diff(layers, out.Layers, shapes); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
	failures := []types.LayerFailure{
		{LayerDigest: aws.String("sha256:zz"), FailureCode: types.LayerFailureCodeInvalidLayerDigest,
			FailureReason: aws.String("Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")},
		{LayerDigest: aws.String(""), FailureCode: types.LayerFailureCodeMissingLayerDigest,
			FailureReason: aws.String("Invalid request parameters: layer digest cannot be empty")},
	}
	if diff := cmp.Diff(failures, out.Failures, shapes); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	_, err = c.BatchCheckLayerAvailability(t.Context(), &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: aws.String("missing"), LayerDigests: []string{used}})
	wantError(t, err, "RepositoryNotFoundException", "The repository with name 'missing' does not exist in the registry with id '222222222222'")
}

func TestGetDownloadURLForLayer(t *testing.T) {
	c := start(t).client(owner)
	createRepository(t, c, "app")
	image(t, c, "app", "v1", "one")
	used, loose, absent := digest.FromString("layer one").String(), layer(t, c, "app", []byte("loose")), digest.FromString("absent").String()

	get := func(d string) (*ecr.GetDownloadUrlForLayerOutput, error) {
		return c.GetDownloadUrlForLayer(t.Context(), &ecr.GetDownloadUrlForLayerInput{RepositoryName: aws.String("app"), LayerDigest: &d})
	}
	out, err := get(used)
	if err != nil {
		t.Fatal(err)
	}
	want := &ecr.GetDownloadUrlForLayerOutput{
		LayerDigest: &used,
		DownloadUrl: aws.String("https://222222222222.dkr.ecr.us-east-1.example.com:5000/layers/222222222222/us-east-1/app/" + used),
	}
	if diff := cmp.Diff(want, out, shapes); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	_, err = get(loose)
	wantError(t, err, "LayerInaccessibleException", "The layer with digest '"+loose+"' is not referenced by any image in the repository with name 'app' in the registry with id '222222222222'")
	_, err = get(absent)
	wantError(t, err, "LayersNotFoundException", "The layer with digest '"+absent+"' does not exist in the repository with name 'app' in the registry with id '222222222222'")
}
