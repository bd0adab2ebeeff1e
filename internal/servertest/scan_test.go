package servertest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// TestImportImageScanFindings is about reports that were made elsewhere.
func TestImportImageScanFindings(t *testing.T) {
	w := newTableWorld(t).row(t, 0)
	w.repository()
	w.repositoryNamed("other")
	w.image("other", "v1")
	image := w.image(app, "v1")
	w.index(app, "all", image)
	w.image(app, "old")
	must(w.ecr.UpdateImageStorageClass(t.Context(), &ecr.UpdateImageStorageClassInput{
		RepositoryName: aws.String(app), ImageId: new(byTag("old")), TargetStorageClass: types.TargetStorageClassArchive,
	}))(t)
	pipeline := w.user("pipeline", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"pratique:ImportImageScanFindings","Resource":"`+w.repositoryARN(app)+`"}}`)

	call := func(as aws.Credentials, in *pratique.ImportImageScanFindingsInput) (*pratique.ImportImageScanFindingsOutput, error) {
		return access.Call(t.Context(), w.config(as), pratique.ImportImageScanFindings, in, w.clock.now())
	}
	input := func(repository, tag, report string) *pratique.ImportImageScanFindingsInput {
		return &pratique.ImportImageScanFindingsInput{RepositoryName: &repository, ImageId: &pratique.ImageIdentifier{ImageTag: &tag}, Report: &report}
	}
	out := must(call(pipeline, input(app, "v1", fakeReport)))(t)
	want := &pratique.ImportImageScanFindingsOutput{
		RegistryId: &w.account, RepositoryName: aws.String(app), ImageId: &pratique.ImageIdentifier{ImageDigest: &image, ImageTag: aws.String("v1")},
		ImageScanStatus:       &pratique.ImageScanStatus{Status: aws.String("COMPLETE"), Description: aws.String("The findings were imported from a report of trivy 0.69.1.")},
		FindingSeverityCounts: map[string]int32{"CRITICAL": 1, "LOW": 1, "UNDEFINED": 1},
	}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if found := must(w.ecr.DescribeImageScanFindings(t.Context(), findings(byTag("v1"))))(t); len(found.ImageScanFindings.Findings) != 3 {
		t.Errorf("found %+v", found.ImageScanFindings)
	}
	must(w.ecr.StartImageScan(t.Context(), startScan("v1")))(t) // an import is no scan

	wrongFormat := input(app, "v1", fakeReport)
	wrongFormat.Format = aws.String("grype")
	unknownFormat := input(app, "v1", fakeReport)
	unknownFormat.Format = aws.String("clair")
	unnamed := input(app, "v1", fakeReport)
	unnamed.ImageId = &pratique.ImageIdentifier{}
	for name, c := range map[string]struct {
		as         aws.Credentials
		in         *pratique.ImportImageScanFindingsInput
		code, text string
	}{
		"another repository":  {pipeline, input("other", "v1", fakeReport), "AccessDeniedException", "pratique:ImportImageScanFindings"},
		"no repository":       {w.root, input("none", "v1", fakeReport), "RepositoryNotFoundException", "'none'"},
		"no image":            {w.root, input(app, "v9", fakeReport), "ImageNotFoundException", "'v9'"},
		"an index":            {w.root, input(app, "all", fakeReport), "UnsupportedImageTypeException", "one platform"},
		"archived":            {w.root, input(app, "old", fakeReport), "ImageArchivedException", "archived"},
		"garbage":             {w.root, input(app, "v1", "no report"), "InvalidParameterException", "'report'"},
		"another format":      {w.root, wrongFormat, "InvalidParameterException", "matches are missing"},
		"an unknown format":   {w.root, unknownFormat, "InvalidParameterException", "format"},
		"neither tag nor":     {w.root, unnamed, "InvalidParameterException", "imageId"},
		"about another image": {w.root, input(app, "v1", strings.Replace(fakeReport, `"Metadata":{`, `"Metadata":{"ImageID":"sha256:`+strings.Repeat("0", 64)+`",`, 1)), "InvalidParameterException", "another image"},
	} {
		_, err := call(c.as, c.in)
		var got *access.APIError
		if !errors.As(err, &got) || got.Code != c.code || !strings.Contains(got.Message, c.text) {
			t.Errorf("%s: %v, want %s: …%s…", name, err, c.code, c.text)
		}
	}
}
