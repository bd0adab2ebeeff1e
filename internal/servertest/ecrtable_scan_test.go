package servertest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/scan"
	"github.com/pratique-dev/pratique/internal/server"
)

// fakeScanner is a configuration with a program in the place of trivy that
// reports the same of every image, but fails on one whose layer says "broken"
// and knows nothing in one whose layer says "scratch".
func fakeScanner(t *testing.T) func(*server.Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trivy")
	script := `#!/bin/sh
if grep -rq "layer of broken" "$3"; then echo "no database" >&2; exit 1; fi
if grep -rq "layer of scratch" "$3"; then echo '{"SchemaVersion":2}'; exit 0; fi
cat <<'REPORT'
` + fakeReport + `
REPORT
`
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return func(c *server.Config) { c.Scanner, c.ScannerPath = scan.Trivy, path }
}

const fakeReport = `{"SchemaVersion":2,"Trivy":{"Version":"0.69.1"},"Metadata":{"OS":{"Family":"alpine","Name":"3.19.1"}},"Results":[{
	"Target":"image (alpine 3.19.1)","Class":"os-pkgs","Type":"alpine","Vulnerabilities":[
	{"VulnerabilityID":"CVE-2024-0001","PkgName":"zlib","InstalledVersion":"1.2","Severity":"LOW"},
	{"VulnerabilityID":"CVE-2024-0002","PkgName":"musl","InstalledVersion":"1.1","Severity":"UNKNOWN"},
	{"VulnerabilityID":"CVE-2024-4603","PkgName":"libcrypto3","InstalledVersion":"3.1.4-r5","FixedVersion":"3.1.5-r0","Severity":"CRITICAL",
		"SeveritySource":"nvd","PrimaryURL":"https://avd.aquasec.com/nvd/cve-2024-4603","Title":"openssl: slow","Description":"It is slow.",
		"References":["https://example.com/1"],"PublishedDate":"2024-05-16T16:15:10Z",
		"CVSS":{"nvd":{"V2Vector":"AV:N/AC:L/Au:N/C:N/I:N/A:P","V2Score":5,"V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L","V3Score":5.3}}}]}]}`

// scanRows are the rows of the operations that scan images.
func scanRows() []tableRow {
	return slices.Concat(scanningConfigurationRows(), startScanRows(), findingsRows())
}

// wildcards are the filters of a scanning rule.
func wildcards(filters ...string) []types.ScanningRepositoryFilter {
	out := []types.ScanningRepositoryFilter{}
	for _, f := range filters {
		out = append(out, types.ScanningRepositoryFilter{Filter: &f, FilterType: types.ScanningRepositoryFilterTypeWildcard})
	}
	return out
}

// scanning configures how the row's registry is scanned, with one rule.
func scanning(t types.ScanType, frequency types.ScanFrequency, filters ...string) func(*tableWorld) {
	return func(w *tableWorld) {
		w.t.Helper()
		must(w.ecr.PutRegistryScanningConfiguration(w.t.Context(), putScanning(t, frequency, filters...)))(w.t)
	}
}

func putScanning(t types.ScanType, frequency types.ScanFrequency, filters ...string) *ecr.PutRegistryScanningConfigurationInput {
	return &ecr.PutRegistryScanningConfigurationInput{
		ScanType: t, Rules: []types.RegistryScanningRule{{ScanFrequency: frequency, RepositoryFilters: wildcards(filters...)}},
	}
}

func scanningConfigurationRows() []tableRow {
	get := &ecr.GetRegistryScanningConfigurationInput{}
	batch := func(names ...string) *ecr.BatchGetRepositoryScanningConfigurationInput {
		return &ecr.BatchGetRepositoryScanningConfigurationInput{RepositoryNames: names}
	}
	onPush := func(on bool) *ecr.PutImageScanningConfigurationInput {
		return &ecr.PutImageScanningConfigurationInput{
			RepositoryName: aws.String(app), ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: on},
		}
	}
	repository := func(w *tableWorld) { w.repository() }
	applied := func(frequency types.ScanFrequency, onPush bool, filters ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			want := &ecr.BatchGetRepositoryScanningConfigurationOutput{
				ScanningConfigurations: []types.RepositoryScanningConfiguration{{
					RepositoryArn: aws.String(w.repositoryARN(app)), RepositoryName: aws.String(app), ScanFrequency: frequency, ScanOnPush: onPush,
					AppliedScanFilters: wildcards(filters...),
				}},
				Failures: []types.RepositoryScanningConfigurationFailure{},
			}
			ignore := cmpopts.IgnoreFields(ecr.BatchGetRepositoryScanningConfigurationOutput{}, "ResultMetadata")
			if diff := cmp.Diff(want, out, ignore, cmpopts.IgnoreUnexported(ecr.BatchGetRepositoryScanningConfigurationOutput{},
				types.RepositoryScanningConfiguration{}, types.ScanningRepositoryFilter{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
	configured := func(st types.ScanType, rules ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			var got *types.RegistryScanningConfiguration
			switch out := out.(type) {
			case *ecr.GetRegistryScanningConfigurationOutput:
				if got = out.ScanningConfiguration; *out.RegistryId != w.account {
					t.Errorf("registry %s", *out.RegistryId)
				}
			case *ecr.PutRegistryScanningConfigurationOutput:
				got = out.RegistryScanningConfiguration
			}
			texts := []string{}
			for _, r := range got.Rules {
				text := string(r.ScanFrequency)
				for _, f := range r.RepositoryFilters {
					text += fmt.Sprintf(" %s:%s", f.FilterType, *f.Filter)
				}
				texts = append(texts, text)
			}
			if got.ScanType != st || got.Rules == nil || !slices.Equal(texts, rules) {
				t.Errorf("%s %v, want %s %v", got.ScanType, texts, st, rules)
			}
		}
	}
	invalid := func(sentence string) string { return "Invalid scanning configuration: " + sentence }
	return []tableRow{
		{op: "GetRegistryScanningConfiguration", name: "never set", call: send(get), check: configured("BASIC")},
		{
			op: "GetRegistryScanningConfiguration", name: "set", call: send(get, scanning("ENHANCED", "CONTINUOUS_SCAN", "prod*", "*")),
			check: configured("ENHANCED", "CONTINUOUS_SCAN WILDCARD:prod* WILDCARD:*"),
		},
		{
			op: "PutRegistryScanningConfiguration", name: "nothing sets the default",
			call:  send(&ecr.PutRegistryScanningConfigurationInput{}, scanning("ENHANCED", "SCAN_ON_PUSH", "*")),
			check: configured("BASIC"),
		},
		{
			op: "PutRegistryScanningConfiguration", name: "two rules",
			call: send(&ecr.PutRegistryScanningConfigurationInput{ScanType: "ENHANCED", Rules: []types.RegistryScanningRule{
				{ScanFrequency: "CONTINUOUS_SCAN", RepositoryFilters: wildcards("prod")}, {ScanFrequency: "SCAN_ON_PUSH", RepositoryFilters: wildcards()},
			}}),
			check: configured("ENHANCED", "CONTINUOUS_SCAN WILDCARD:prod", "SCAN_ON_PUSH"),
		},
		{
			op: "PutRegistryScanningConfiguration", name: "basic scanning is not continuous", call: send(putScanning("BASIC", "CONTINUOUS_SCAN", "*")),
			code: "ValidationException", message: invalid("the scan frequency CONTINUOUS_SCAN is not available with the scan type BASIC"),
		},
		{
			op: "PutRegistryScanningConfiguration", name: "enhanced scanning is not manual", call: send(putScanning("ENHANCED", "MANUAL", "*")),
			code: "ValidationException", message: invalid("the scan frequency MANUAL is not available with the scan type ENHANCED"),
		},
		{op: "PutRegistryScanningConfiguration", name: "unknown scan type", call: send(putScanning("CLAIR", "MANUAL", "*")), code: "InvalidParameterException"},
		{op: "PutRegistryScanningConfiguration", name: "unknown frequency", call: send(putScanning("BASIC", "WEEKLY", "*")), code: "InvalidParameterException"},
		{op: "PutRegistryScanningConfiguration", name: "filter in capitals", call: send(putScanning("BASIC", "SCAN_ON_PUSH", "Prod")), code: "InvalidParameterException"},
		{op: "PutRegistryScanningConfiguration", name: "101 filters", call: send(putScanning("BASIC", "SCAN_ON_PUSH", make([]string, 101)...)), code: "InvalidParameterException"},
		{
			op: "PutRegistryScanningConfiguration", name: "three rules",
			call: send(&ecr.PutRegistryScanningConfigurationInput{ScanType: "BASIC", Rules: slices.Repeat([]types.RegistryScanningRule{
				{ScanFrequency: "SCAN_ON_PUSH", RepositoryFilters: wildcards("a")},
			}, 3)}),
			code: "InvalidParameterException",
		},

		{op: "BatchGetRepositoryScanningConfiguration", name: "manual", call: send(batch(app), repository), check: applied("MANUAL", false)},
		{
			op: "BatchGetRepositoryScanningConfiguration", name: "the repository's own setting",
			call: send(batch(app), repository, func(w *tableWorld) {
				must(w.ecr.PutImageScanningConfiguration(w.t.Context(), onPush(true)))(w.t)
			}),
			check: applied("SCAN_ON_PUSH", true),
		},
		{
			op: "BatchGetRepositoryScanningConfiguration", name: "a rule, and the repository's own setting is nothing",
			call: send(batch(app), repository, func(w *tableWorld) {
				must(w.ecr.PutImageScanningConfiguration(w.t.Context(), onPush(true)))(w.t)
			}, scanning("BASIC", "SCAN_ON_PUSH", "elsewhere")),
			check: applied("MANUAL", false),
		},
		{
			op: "BatchGetRepositoryScanningConfiguration", name: "filters that match",
			call:  send(batch(app), repository, scanning("BASIC", "SCAN_ON_PUSH", "team", "app*", "*app")),
			check: applied("SCAN_ON_PUSH", true, "team", "*app"),
		},
		{
			op: "BatchGetRepositoryScanningConfiguration", name: "continuous",
			call:  send(batch(app), repository, scanning("ENHANCED", "CONTINUOUS_SCAN", "*")),
			check: applied("CONTINUOUS_SCAN", false, "*"),
		},
		{
			op: "BatchGetRepositoryScanningConfiguration", name: "missing", call: send(batch(app, "none"), repository),
			check: func(t *testing.T, _ *tableWorld, out any) {
				got := out.(*ecr.BatchGetRepositoryScanningConfigurationOutput)
				if len(got.ScanningConfigurations) != 1 || len(got.Failures) != 1 || *got.Failures[0].RepositoryName != "none" ||
					got.Failures[0].FailureCode != "REPOSITORY_NOT_FOUND" || *got.Failures[0].FailureReason != "REPOSITORY_NOT_FOUND" {
					t.Errorf("%+v", got)
				}
			},
		},
		{op: "BatchGetRepositoryScanningConfiguration", name: "26 names", call: send(batch(strings.Fields(strings.Repeat("app ", 26))...)), code: "InvalidParameterException"},

		{
			op: "PutImageScanningConfiguration", name: "on", call: send(onPush(true), repository),
			check: func(t *testing.T, w *tableWorld, out any) {
				got := out.(*ecr.PutImageScanningConfigurationOutput)
				if *got.RegistryId != w.account || *got.RepositoryName != app || !got.ImageScanningConfiguration.ScanOnPush {
					t.Errorf("%+v", got)
				}
				described := must(w.ecr.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{app}}))(t)
				if !described.Repositories[0].ImageScanningConfiguration.ScanOnPush {
					t.Error("the repository does not show it")
				}
			},
		},
		{
			op: "PutImageScanningConfiguration", name: "no repository", call: send(onPush(true)), code: "RepositoryNotFoundException",
			message: "The repository with name 'team/app' does not exist in the registry with id '@ACCOUNT'",
		},
		{
			op: "PutImageScanningConfiguration", name: "bad name", code: "InvalidParameterException",
			call: send(&ecr.PutImageScanningConfigurationInput{RepositoryName: aws.String("BAD"), ImageScanningConfiguration: &types.ImageScanningConfiguration{}}),
		},
	}
}

// scanned scans the image v1 of app and waits for the end.
func (w *tableWorld) scanned() {
	w.t.Helper()
	must(w.ecr.StartImageScan(w.t.Context(), startScan("v1")))(w.t)
	w.scanEnds()
}

// scanEnds waits for a scan of the image v1 of app as users of the SDK do.
func (w *tableWorld) scanEnds() {
	w.t.Helper()
	waiter := ecr.NewImageScanCompleteWaiter(w.ecr, func(o *ecr.ImageScanCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 200*time.Millisecond
	})
	err := waiter.Wait(w.t.Context(), findings(byTag("v1")), time.Minute)
	if err != nil && !strings.Contains(err.Error(), "Failure") { // FAILED ends it, too
		w.t.Fatal(err)
	}
}

func startScan(tag string) *ecr.StartImageScanInput {
	return &ecr.StartImageScanInput{RepositoryName: aws.String(app), ImageId: new(byTag(tag))}
}

func findings(id types.ImageIdentifier) *ecr.DescribeImageScanFindingsInput {
	return &ecr.DescribeImageScanFindingsInput{RepositoryName: aws.String(app), ImageId: &id}
}

// pushed pushes an image of the content as v1 to app.
func pushed(content string) func(*tableWorld) {
	return func(w *tableWorld) {
		w.t.Helper()
		w.put(app, "v1", w.imageManifest(app, content))
	}
}

func startScanRows() []tableRow {
	repository := func(w *tableWorld) { w.repository() }
	start := startScan("v1")
	return []tableRow{
		{
			op: "StartImageScan", name: "by tag", call: send(start, repository, pushed("x")),
			check: func(t *testing.T, w *tableWorld, out any) {
				got := out.(*ecr.StartImageScanOutput)
				if *got.RegistryId != w.account || *got.RepositoryName != app || *got.ImageId.ImageTag != "v1" || got.ImageId.ImageDigest == nil || got.ImageScanStatus.Status != "IN_PROGRESS" {
					t.Errorf("%+v", got)
				}
				w.scanEnds()
			},
		},
		{
			op: "StartImageScan", name: "twice", call: send(start, repository, pushed("x"), (*tableWorld).scanned),
			code: "LimitExceededException", message: "The scan quota per image has been exceeded. Wait and try again.",
		},
		{
			op: "StartImageScan", name: "again after a day",
			call: send(start, repository, pushed("x"), (*tableWorld).scanned, func(w *tableWorld) { w.clock.advance(24 * time.Hour) }),
		},
		{op: "StartImageScan", name: "again after a failure", call: send(start, repository, pushed("broken"), (*tableWorld).scanned)},
		{
			op: "StartImageScan", name: "enhanced", call: send(start, repository, pushed("x"), scanning("ENHANCED", "CONTINUOUS_SCAN", "none")),
			code: "ValidationException", message: "This feature is disabled",
		},
		{op: "StartImageScan", name: "no repository", call: send(start), code: "RepositoryNotFoundException"},
		{
			op: "StartImageScan", name: "no image", call: send(start, repository), code: "ImageNotFoundException",
			message: "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository with name 'team/app' in the registry with id '@ACCOUNT'",
		},
		{
			op: "StartImageScan", name: "neither tag nor digest", code: "InvalidParameterException",
			call: send(&ecr.StartImageScanInput{RepositoryName: aws.String(app), ImageId: &types.ImageIdentifier{}}, repository),
		},
		{
			op: "StartImageScan", name: "an index", code: "UnsupportedImageTypeException",
			call: send(startScan("all"), repository, func(w *tableWorld) { w.index(app, "all", w.image(app, "v1")) }),
		},
		{
			op: "StartImageScan", name: "an artifact", code: "UnsupportedImageTypeException",
			call: sendTo(func(w *tableWorld) any {
				d := w.artifact(app, "application/vnd.example.sbom", w.image(app, "v1"))
				return &ecr.StartImageScanInput{RepositoryName: aws.String(app), ImageId: new(byDigest(d))}
			}, repository),
		},
		{
			op: "StartImageScan", name: "archived", code: "ImageArchivedException",
			call: send(start, repository, pushed("x"), func(w *tableWorld) {
				must(w.ecr.UpdateImageStorageClass(w.t.Context(), &ecr.UpdateImageStorageClassInput{
					RepositoryName: aws.String(app), ImageId: new(byTag("v1")), TargetStorageClass: types.TargetStorageClassArchive,
				}))(w.t)
			}),
		},
		{
			op: "StartImageScan", name: "another account's", code: "AccessDeniedException",
			call: asStranger(func(w *tableWorld) any {
				return &ecr.StartImageScanInput{RegistryId: &w.account, RepositoryName: aws.String(app), ImageId: new(byTag("v1"))}
			}, repository, pushed("x")),
		},
	}
}

func findingsRows() []tableRow {
	repository := func(w *tableWorld) { w.repository() }
	describe := findings(byTag("v1"))
	found := func(check func(*testing.T, *ecr.DescribeImageScanFindingsOutput)) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, _ *tableWorld, out any) { check(t, out.(*ecr.DescribeImageScanFindingsOutput)) }
	}
	status := func(status types.ScanStatus, description string) func(*testing.T, *tableWorld, any) {
		return found(func(t *testing.T, out *ecr.DescribeImageScanFindingsOutput) {
			if s := out.ImageScanStatus; s.Status != status || aws.ToString(s.Description) != description || out.ImageScanFindings != nil {
				t.Errorf("status %s: %s, findings %+v", s.Status, aws.ToString(s.Description), out.ImageScanFindings)
			}
		})
	}
	counts := map[string]int32{"CRITICAL": 1, "LOW": 1, "UNDEFINED": 1}
	enhanced := scanning("ENHANCED", "CONTINUOUS_SCAN", "*")
	return []tableRow{
		{
			op: "DescribeImageScanFindings", name: "basic", call: send(describe, repository, pushed("x"), (*tableWorld).scanned),
			check: found(func(t *testing.T, out *ecr.DescribeImageScanFindingsOutput) {
				attribute := func(k, v string) types.Attribute { return types.Attribute{Key: &k, Value: &v} }
				want := []types.ImageScanFinding{
					{Name: aws.String("CVE-2024-4603"), Severity: "CRITICAL", Uri: aws.String("https://avd.aquasec.com/nvd/cve-2024-4603"), Description: aws.String("It is slow."), Attributes: []types.Attribute{
						attribute("package_version", "3.1.4-r5"), attribute("package_name", "libcrypto3"), attribute("fixed_in_version", "3.1.5-r0"),
						attribute("CVSS3_VECTOR", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), attribute("CVSS3_SCORE", "5.3"),
						attribute("CVSS2_VECTOR", "AV:N/AC:L/Au:N/C:N/I:N/A:P"), attribute("CVSS2_SCORE", "5"),
					}},
					{Name: aws.String("CVE-2024-0001"), Severity: "LOW", Attributes: []types.Attribute{attribute("package_version", "1.2"), attribute("package_name", "zlib")}},
					{Name: aws.String("CVE-2024-0002"), Severity: "UNDEFINED", Attributes: []types.Attribute{attribute("package_version", "1.1"), attribute("package_name", "musl")}},
				}
				if diff := cmp.Diff(want, out.ImageScanFindings.Findings, cmpopts.IgnoreUnexported(types.ImageScanFinding{}, types.Attribute{})); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(counts, out.ImageScanFindings.FindingSeverityCounts); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
				s := out.ImageScanStatus
				if s.Status != "COMPLETE" || *s.Description != "The scan was completed successfully." || out.ImageScanFindings.ImageScanCompletedAt == nil || out.ImageScanFindings.EnhancedFindings != nil || *out.ImageId.ImageTag != "v1" {
					t.Errorf("%+v %+v", out, s)
				}
			}),
		},
		{
			op: "DescribeImageScanFindings", name: "page by page",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				pushed("x")(w)
				w.scanned()
				in := findings(byTag("v1"))
				in.MaxResults = aws.Int32(1)
				var names []string
				for p := ecr.NewDescribeImageScanFindingsPaginator(w.ecr, in); p.HasMorePages(); {
					page, err := p.NextPage(ctx)
					if err != nil {
						return nil, err
					}
					if len(page.ImageScanFindings.Findings) != 1 || len(page.ImageScanFindings.FindingSeverityCounts) != len(counts) {
						w.t.Errorf("page %+v", page.ImageScanFindings)
					}
					names = append(names, *page.ImageScanFindings.Findings[0].Name)
				}
				return names, nil
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				if diff := cmp.Diff([]string{"CVE-2024-4603", "CVE-2024-0001", "CVE-2024-0002"}, out); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			},
		},
		{
			op: "DescribeImageScanFindings", name: "scan on push", call: send(describe, repository, scanning("BASIC", "SCAN_ON_PUSH", "team"), pushed("x"), (*tableWorld).scanEnds),
			check: found(func(t *testing.T, out *ecr.DescribeImageScanFindingsOutput) {
				if len(out.ImageScanFindings.Findings) != 3 {
					t.Errorf("%+v", out.ImageScanFindings)
				}
			}),
		},
		{
			op: "DescribeImageScanFindings", name: "the scanner failed", call: send(describe, repository, pushed("broken"), (*tableWorld).scanned),
			check: status("FAILED", "The scanner failed."),
		},
		{
			op: "DescribeImageScanFindings", name: "nothing to scan", check: status("UNSUPPORTED_IMAGE", "UnsupportedImageError: The scanner found neither an operating system nor a package that it knows."),
			call: send(describe, repository, pushed("scratch"), func(w *tableWorld) {
				must(w.ecr.StartImageScan(w.t.Context(), startScan("v1")))(w.t)
				for range 300 {
					if must(w.ecr.DescribeImageScanFindings(w.t.Context(), describe))(w.t).ImageScanStatus.Status != "IN_PROGRESS" {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}),
		},
		{
			op: "DescribeImageScanFindings", name: "enhanced",
			call: send(describe, repository, enhanced, pushed("x"), func(w *tableWorld) {
				for range 300 {
					if must(w.ecr.DescribeImageScanFindings(w.t.Context(), describe))(w.t).ImageScanStatus.Status != "PENDING" {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}),
			check: func(t *testing.T, w *tableWorld, answer any) {
				out := answer.(*ecr.DescribeImageScanFindingsOutput)
				if s := out.ImageScanStatus; s.Status != "ACTIVE" || *s.Description != "Continuous scan is selected for image." {
					t.Fatalf("status %s %s", s.Status, aws.ToString(s.Description))
				}
				got := out.ImageScanFindings
				if diff := cmp.Diff(counts, got.FindingSeverityCounts); diff != "" || len(got.Findings) != 0 || len(got.EnhancedFindings) != 3 {
					t.Fatalf("%+v, counts (-want +got):\n%s", got, diff)
				}
				f := got.EnhancedFindings[0]
				want := types.EnhancedImageScanFinding{
					AwsAccountId: &w.account, Description: aws.String("It is slow."), Severity: aws.String("CRITICAL"), Status: aws.String("ACTIVE"),
					Title: aws.String("CVE-2024-4603 - libcrypto3"), Type: aws.String("PACKAGE_VULNERABILITY"), FixAvailable: aws.String("YES"), Score: 5.3,
					Remediation: &types.Remediation{Recommendation: &types.Recommendation{Text: aws.String("Upgrade libcrypto3 to 3.1.5-r0")}},
					ScoreDetails: &types.ScoreDetails{Cvss: &types.CvssScoreDetails{
						Score: 5.3, ScoreSource: aws.String("nvd"), ScoringVector: aws.String("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), Version: aws.String("3.1"),
					}},
					PackageVulnerabilityDetails: &types.PackageVulnerabilityDetails{
						VulnerabilityId: aws.String("CVE-2024-4603"), Source: aws.String("nvd"), SourceUrl: aws.String("https://avd.aquasec.com/nvd/cve-2024-4603"),
						VendorSeverity: aws.String("CRITICAL"), VendorCreatedAt: aws.Time(time.Date(2024, 5, 16, 16, 15, 10, 0, time.UTC)),
						ReferenceUrls: []string{"https://example.com/1"}, RelatedVulnerabilities: []string{},
						Cvss: []types.CvssScore{
							{BaseScore: 5.3, ScoringVector: aws.String("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), Source: aws.String("nvd"), Version: aws.String("3.1")},
							{BaseScore: 5, ScoringVector: aws.String("AV:N/AC:L/Au:N/C:N/I:N/A:P"), Source: aws.String("nvd"), Version: aws.String("2.0")},
						},
						VulnerablePackages: []types.VulnerablePackage{{
							Name: aws.String("libcrypto3"), Version: aws.String("3.1.4-r5"), FixedInVersion: aws.String("3.1.5-r0"), PackageManager: aws.String("alpine"),
						}},
					},
					Resources: []types.Resource{{
						Type: aws.String("AWS_ECR_CONTAINER_IMAGE"), Id: aws.String(w.repositoryARN(app) + "/" + *out.ImageId.ImageDigest), Tags: map[string]string{},
						Details: &types.ResourceDetails{AwsEcrContainerImage: &types.AwsEcrContainerImageDetails{
							ImageHash: out.ImageId.ImageDigest, ImageTags: []string{"v1"}, Registry: &w.account, RepositoryName: aws.String(app),
						}},
					}},
				}
				ignore := []cmp.Option{
					cmpopts.IgnoreFields(types.EnhancedImageScanFinding{}, "FindingArn", "FirstObservedAt", "LastObservedAt", "UpdatedAt"),
					cmpopts.IgnoreFields(types.AwsEcrContainerImageDetails{}, "PushedAt"),
					cmpopts.IgnoreUnexported(types.EnhancedImageScanFinding{}, types.Remediation{}, types.Recommendation{}, types.ScoreDetails{}, types.CvssScoreDetails{},
						types.PackageVulnerabilityDetails{}, types.CvssScore{}, types.VulnerablePackage{}, types.Resource{}, types.ResourceDetails{}, types.AwsEcrContainerImageDetails{}),
				}
				if diff := cmp.Diff(want, f, ignore...); diff != "" {
					t.Errorf("finding (-want +got):\n%s", diff)
				}
				if !strings.HasPrefix(*f.FindingArn, "arn:aws:inspector2:us-east-1:"+w.account+":finding/") || f.FirstObservedAt == nil || f.LastObservedAt == nil {
					t.Errorf("finding %s seen from %v to %v", *f.FindingArn, f.FirstObservedAt, f.LastObservedAt)
				}
				if severity := *got.EnhancedFindings[2].Severity; severity != "UNTRIAGED" {
					t.Errorf("the last finding is %s", severity)
				}
			},
		},
		{
			op: "DescribeImageScanFindings", name: "enhanced, and the repository is left out",
			call:  send(describe, repository, enhanced, pushed("x"), scanning("ENHANCED", "CONTINUOUS_SCAN", "none")),
			check: status("FINDINGS_UNAVAILABLE", "The repository is not scanned any more."),
		},
		{
			op: "DescribeImageScanFindings", name: "enhanced, and the image is old",
			call:  send(describe, repository, enhanced, pushed("x"), func(w *tableWorld) { w.clock.advance(15 * 24 * time.Hour) }),
			check: status("SCAN_ELIGIBILITY_EXPIRED", "The image is too old to be scanned: it was neither pushed nor pulled for a while."),
		},
		{
			op: "DescribeImageScanFindings", name: "never scanned", call: send(describe, repository, pushed("x")), code: "ScanNotFoundException",
			message: "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'v1'}' in the repository with name 'team/app' in the registry with id '@ACCOUNT'",
		},
		{
			op: "DescribeImageScanFindings", name: "no image", call: send(describe, repository), code: "ImageNotFoundException",
		},
		{op: "DescribeImageScanFindings", name: "no repository", call: send(describe), code: "RepositoryNotFoundException"},
		{
			op: "DescribeImageScanFindings", name: "1001 findings", code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'",
			call:    send(&ecr.DescribeImageScanFindingsInput{RepositoryName: aws.String(app), ImageId: new(byTag("v1")), MaxResults: aws.Int32(1001)}),
		},
		{
			op: "DescribeImageScanFindings", name: "a token of nobody's", code: "InvalidParameterException",
			call: send(&ecr.DescribeImageScanFindingsInput{RepositoryName: aws.String(app), ImageId: new(byTag("v1")), NextToken: aws.String("x")}, repository, pushed("x")),
		},
		{
			op: "DescribeImages", name: "with the summary of a scan", call: send(&ecr.DescribeImagesInput{RepositoryName: aws.String(app)}, repository, pushed("x"), (*tableWorld).scanned),
			check: func(t *testing.T, _ *tableWorld, out any) {
				i := out.(*ecr.DescribeImagesOutput).ImageDetails[0]
				if i.ImageScanStatus == nil || i.ImageScanStatus.Status != "COMPLETE" || i.ImageScanFindingsSummary == nil {
					t.Fatalf("%+v", i)
				}
				if diff := cmp.Diff(counts, i.ImageScanFindingsSummary.FindingSeverityCounts); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
			},
		},
	}
}

// TestNoScanner is about a server without a scanner: nothing is scanned, and
// nothing is found.
func TestNoScanner(t *testing.T) {
	w := newTableWorld(t, func(c *server.Config) { c.Scanner, c.ScannerPath, c.Quotas = "", "", registry.Quotas{} }).row(t, 0)
	w.repository()
	scanning("BASIC", "SCAN_ON_PUSH", "*")(w)
	pushed("x")(w)
	for _, row := range []tableRow{
		{
			call: send(startScan("v1")), code: "ValidationException",
			message: "This server has no scanner: it is started without one (pratique serve --scanner)",
		},
		{call: send(findings(byTag("v1"))), code: "ScanNotFoundException"},
	} {
		row.test(w)
	}
}
