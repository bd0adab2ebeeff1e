package ecrapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/registry"
)

// onScanned is for BatchGetRepositoryScanningConfiguration: each repository named.
func onScanned(c *awsapi.Call, in *ecr.BatchGetRepositoryScanningConfigurationInput) []awsapi.Resource {
	var rs []awsapi.Resource
	for _, name := range in.RepositoryNames {
		rs = append(rs, resource(registry.Repo{Account: c.Account, Region: c.Region, Name: name}))
	}
	return rs
}

func (s *service) putImageScanningConfiguration(ctx context.Context, c *awsapi.Call, in *ecr.PutImageScanningConfigurationInput) (*ecr.PutImageScanningConfigurationOutput, error) {
	changed, err := s.Registry.SetScanOnPush(ctx, repo(c, in), value(in.ImageScanningConfiguration.ScanOnPush))
	if err != nil {
		return nil, err
	}
	return &ecr.PutImageScanningConfigurationOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName,
		ImageScanningConfiguration: &ecr.ImageScanningConfiguration{ScanOnPush: &changed.ScanOnPush},
	}, nil
}

func (s *service) putRegistryScanningConfiguration(ctx context.Context, c *awsapi.Call, in *ecr.PutRegistryScanningConfigurationInput) (*ecr.PutRegistryScanningConfigurationOutput, error) {
	set := registry.ScanningConfiguration{Type: registry.BasicScan, Rules: []registry.ScanningRule{}}
	if in.ScanType != nil {
		set.Type = registry.ScanType(*in.ScanType)
	}
	for _, r := range in.Rules {
		rule := registry.ScanningRule{Frequency: registry.ScanFrequency(value(r.ScanFrequency)), Filters: []string{}}
		for _, f := range r.RepositoryFilters {
			rule.Filters = append(rule.Filters, value(f.Filter))
		}
		set.Rules = append(set.Rules, rule)
	}
	if err := s.Registry.SetScanningConfiguration(ctx, c.Account, c.Region, set); err != nil {
		return nil, err
	}
	return &ecr.PutRegistryScanningConfigurationOutput{RegistryScanningConfiguration: scanningConfiguration(set)}, nil
}

func (s *service) getRegistryScanningConfiguration(ctx context.Context, c *awsapi.Call, _ *ecr.GetRegistryScanningConfigurationInput) (*ecr.GetRegistryScanningConfigurationOutput, error) {
	set, err := s.Registry.ScanningConfiguration(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	return &ecr.GetRegistryScanningConfigurationOutput{RegistryId: &c.Account, ScanningConfiguration: scanningConfiguration(set)}, nil
}

func scanningConfiguration(set registry.ScanningConfiguration) *ecr.RegistryScanningConfiguration {
	out := &ecr.RegistryScanningConfiguration{ScanType: new(string(set.Type)), Rules: []ecr.RegistryScanningRule{}}
	for _, r := range set.Rules {
		out.Rules = append(out.Rules, ecr.RegistryScanningRule{ScanFrequency: new(string(r.Frequency)), RepositoryFilters: scanFilters(r.Filters)})
	}
	return out
}

func scanFilters(filters []string) []ecr.ScanningRepositoryFilter {
	out := []ecr.ScanningRepositoryFilter{}
	for _, f := range filters {
		out = append(out, ecr.ScanningRepositoryFilter{Filter: &f, FilterType: new(ecr.ScanningRepositoryFilterTypeWildcard)})
	}
	return out
}

func (s *service) batchGetRepositoryScanningConfiguration(ctx context.Context, c *awsapi.Call, in *ecr.BatchGetRepositoryScanningConfigurationInput) (*ecr.BatchGetRepositoryScanningConfigurationOutput, error) {
	found, missing, err := s.Registry.RepositoryScanning(ctx, c.Account, c.Region, in.RepositoryNames)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchGetRepositoryScanningConfigurationOutput{
		ScanningConfigurations: []ecr.RepositoryScanningConfiguration{}, Failures: []ecr.RepositoryScanningConfigurationFailure{},
	}
	for _, f := range found {
		frequency := f.Frequency
		if frequency == "" {
			frequency = registry.ScanWhenAsked // there is no word for never
		}
		out.ScanningConfigurations = append(out.ScanningConfigurations, ecr.RepositoryScanningConfiguration{
			RepositoryArn: new(f.ARN()), RepositoryName: &f.Name, ScanOnPush: new(f.Frequency == registry.ScanWhenPushed),
			ScanFrequency: new(string(frequency)), AppliedScanFilters: scanFilters(f.Filters),
		})
	}
	for _, name := range missing {
		out.Failures = append(out.Failures, ecr.RepositoryScanningConfigurationFailure{
			RepositoryName: &name, FailureCode: new(ecr.ScanningConfigurationFailureCodeRepositoryNotFound),
			FailureReason: new(ecr.ScanningConfigurationFailureCodeRepositoryNotFound),
		})
	}
	return out, nil
}

func (s *service) startImageScan(ctx context.Context, c *awsapi.Call, in *ecr.StartImageScanInput) (*ecr.StartImageScanOutput, error) {
	ref, err := oneImage(value(in.ImageId))
	if err != nil {
		return nil, err
	}
	scan, err := s.Registry.StartScan(ctx, repo(c, in), ref)
	if err != nil {
		return nil, err
	}
	return &ecr.StartImageScanOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName, ImageId: scannedID(scan, ref),
		ImageScanStatus: &ecr.ImageScanStatus{Status: new(string(scan.Status))},
	}, nil
}

func scannedID(scan *registry.Scan, ref registry.Ref) *ecr.ImageIdentifier {
	return new(imageID(registry.Ref{Digest: scan.Image.Digest, Tag: ref.Tag}))
}

func (s *service) describeImageScanFindings(ctx context.Context, c *awsapi.Call, in *ecr.DescribeImageScanFindingsInput) (*ecr.DescribeImageScanFindingsOutput, error) {
	ref, err := oneImage(value(in.ImageId))
	if err != nil {
		return nil, err
	}
	scan, findings, next, err := s.Registry.ScanFindings(ctx, repo(c, in), ref, Page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ecr.DescribeImageScanFindingsOutput{
		RegistryId: &c.Account, RepositoryName: in.RepositoryName, ImageId: scannedID(scan, ref),
		ImageScanStatus: scanStatus(scan), NextToken: optional(next),
	}
	if scan.CompletedAt.IsZero() {
		return out, nil
	}
	out.ImageScanFindings = &ecr.ImageScanFindings{
		ImageScanCompletedAt: shape.At(scan.CompletedAt), VulnerabilitySourceUpdatedAt: at(scan.SourceUpdatedAt),
		FindingSeverityCounts: severityCounts(scan.Counts),
	}
	if scan.Type == registry.EnhancedScan {
		out.ImageScanFindings.EnhancedFindings = []ecr.EnhancedImageScanFinding{}
		for i := range findings {
			out.ImageScanFindings.EnhancedFindings = append(out.ImageScanFindings.EnhancedFindings, enhancedFinding(scan, &findings[i]))
		}
		return out, nil
	}
	out.ImageScanFindings.Findings = []ecr.ImageScanFinding{}
	for i := range findings {
		out.ImageScanFindings.Findings = append(out.ImageScanFindings.Findings, basicFinding(&findings[i]))
	}
	return out, nil
}

func scanStatus(scan *registry.Scan) *ecr.ImageScanStatus {
	return &ecr.ImageScanStatus{Status: new(string(scan.Status)), Description: optional(scan.Description)}
}

func severityCounts(counts map[registry.Severity]int) map[string]int32 {
	out := map[string]int32{}
	for s, n := range counts {
		out[string(s)] = int32(n) //nolint:gosec // at most registry.MaxFindings
	}
	return out
}

// scanSummary is what DescribeImages tells of a basic scan.
func scanSummary(scan *registry.Scan) (*ecr.ImageScanStatus, *ecr.ImageScanFindingsSummary) {
	if scan == nil {
		return nil, nil
	}
	if scan.CompletedAt.IsZero() {
		return scanStatus(scan), nil
	}
	return scanStatus(scan), &ecr.ImageScanFindingsSummary{
		ImageScanCompletedAt: shape.At(scan.CompletedAt), VulnerabilitySourceUpdatedAt: at(scan.SourceUpdatedAt),
		FindingSeverityCounts: severityCounts(scan.Counts),
	}
}

// at is a time that is absent when it is zero.
func at(t time.Time) *shape.Time {
	if t.IsZero() {
		return nil
	}
	return shape.At(t)
}

// maxAttribute is the length of an attribute's value, by the model.
const maxAttribute = 256

// basicFinding shows a finding as basic scanning does: what has no member of
// its own is an attribute.
func basicFinding(f *registry.Finding) ecr.ImageScanFinding {
	out := ecr.ImageScanFinding{
		Name: &f.Name, Description: optional(f.Description), Uri: optional(f.URI), Severity: new(string(f.Severity)), Attributes: []ecr.Attribute{},
	}
	if f.Description == "" {
		out.Description = optional(f.Title)
	}
	attribute := func(key, value string) {
		if value != "" {
			value = string([]rune(value)[:min(len([]rune(value)), maxAttribute)])
			out.Attributes = append(out.Attributes, ecr.Attribute{Key: &key, Value: &value})
		}
	}
	attribute("package_version", f.Package.Version)
	attribute("package_name", f.Package.Name)
	attribute("fixed_in_version", f.Package.FixedIn)
	shown := map[byte]bool{}
	for _, v := range f.CVSS {
		if v.Version == "" || shown[v.Version[0]] {
			continue // the first of a version is that of who gave the severity
		}
		shown[v.Version[0]] = true
		attribute("CVSS"+v.Version[:1]+"_VECTOR", v.Vector)
		if v.Score > 0 {
			attribute("CVSS"+v.Version[:1]+"_SCORE", score(v.Score))
		}
	}
	return out
}

func score(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// enhancedFinding shows a finding as enhanced scanning does.
func enhancedFinding(scan *registry.Scan, f *registry.Finding) ecr.EnhancedImageScanFinding {
	r, img := scan.Repo, scan.Image
	severity, fix := string(f.Severity), "NO"
	if f.Severity == registry.SeverityUndefined {
		severity = "UNTRIAGED" // as Amazon Inspector has it
	}
	if f.Package.FixedIn != "" {
		fix = "YES"
	}
	title := f.Name
	if f.Package.Name != "" {
		title += " - " + f.Package.Name
	}
	out := ecr.EnhancedImageScanFinding{
		AwsAccountId: &r.Account, Description: optional(f.Description), Severity: &severity, Status: new("ACTIVE"), Title: &title,
		FindingArn: new(findingARN(scan, f)),
		Type:       new("PACKAGE_VULNERABILITY"), FixAvailable: &fix,
		FirstObservedAt: shape.At(f.FirstSeen), LastObservedAt: shape.At(scan.CompletedAt), UpdatedAt: shape.At(scan.CompletedAt),
		PackageVulnerabilityDetails: vulnerability(f),
		Resources: []ecr.Resource{{
			Type: new("AWS_ECR_CONTAINER_IMAGE"), Id: new(r.ARN() + "/" + img.Digest.String()), Tags: map[string]string{},
			Details: &ecr.ResourceDetails{AwsEcrContainerImage: &ecr.AwsEcrContainerImageDetails{
				ImageHash: new(img.Digest.String()), ImageTags: img.Tags, PushedAt: shape.At(img.PushedAt), Registry: &r.Account, RepositoryName: &r.Name,
			}},
		}},
	}
	if f.Package.FixedIn != "" {
		out.Remediation = &ecr.Remediation{Recommendation: &ecr.Recommendation{Text: new("Upgrade " + f.Package.Name + " to " + f.Package.FixedIn)}}
	}
	if f.Score > 0 {
		out.Score = &f.Score
		for _, v := range f.CVSS {
			if v.Score == f.Score {
				out.ScoreDetails = &ecr.ScoreDetails{Cvss: &ecr.CvssScoreDetails{
					Score: &v.Score, ScoreSource: optional(v.Source), ScoringVector: optional(v.Vector), Version: optional(v.Version),
				}}
				break
			}
		}
	}
	return out
}

// findingARN names a finding as Amazon Inspector would. It stays the same from
// scan to scan.
func findingARN(scan *registry.Scan, f *registry.Finding) string {
	sum := sha256.Sum256([]byte(scan.Repo.ARN() + "@" + scan.Image.Digest.String() + " " + f.ID()))
	return arn.ARN{
		Partition: "aws", Service: "inspector2", Region: scan.Repo.Region, Account: scan.Repo.Account, Resource: "finding/" + hex.EncodeToString(sum[:16]),
	}.String()
}

func vulnerability(f *registry.Finding) *ecr.PackageVulnerabilityDetails {
	p := &f.Package
	v := &ecr.PackageVulnerabilityDetails{
		VulnerabilityId: &f.Name, Source: optional(f.Source), SourceUrl: optional(f.URI), VendorSeverity: new(string(f.Severity)),
		VendorCreatedAt: at(f.PublishedAt), VendorUpdatedAt: at(f.UpdatedAt),
		ReferenceUrls: list(f.References), RelatedVulnerabilities: list(f.Aliases), Cvss: []ecr.CvssScore{},
		VulnerablePackages: []ecr.VulnerablePackage{{
			Name: optional(p.Name), Version: optional(p.Version), FixedInVersion: optional(p.FixedIn), PackageManager: optional(p.Manager),
			Arch: optional(p.Arch), FilePath: optional(p.Path), SourceLayerHash: optional(p.Layer.String()),
		}},
	}
	for _, c := range f.CVSS {
		s := ecr.CvssScore{ScoringVector: optional(c.Vector), Source: optional(c.Source), Version: optional(c.Version)}
		if c.Score > 0 {
			s.BaseScore = &c.Score
		}
		v.Cvss = append(v.Cvss, s)
	}
	return v
}

// list is a list that is empty rather than absent.
func list(ss []string) []string {
	if ss == nil {
		return []string{}
	}
	return ss
}
