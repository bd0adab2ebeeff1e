package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// maxScanReport is how large a report the server takes, in bytes.
const maxScanReport = 20 << 20

// scanResult is the scan of an image as printed.
type scanResult struct {
	FormatVersion   int            `json:"formatVersion"`
	Image           string         `json:"image"`
	Digest          string         `json:"digest"`
	Status          string         `json:"status"`
	Description     string         `json:"description,omitempty"`
	CompletedAt     time.Time      `json:"completedAt,omitzero"`
	SourceUpdatedAt time.Time      `json:"vulnerabilitySourceUpdatedAt,omitzero"`
	SeverityCounts  map[string]int `json:"severityCounts"`
	Findings        []scanFinding  `json:"findings,omitempty"` // not of an import
}

type scanFinding struct {
	Name        string `json:"name"`
	Severity    string `json:"severity"`
	Package     string `json:"package,omitempty"`
	Version     string `json:"version,omitempty"`
	FixedIn     string `json:"fixedIn,omitempty"`
	URI         string `json:"uri,omitempty"`
	Description string `json:"description,omitempty"`
}

// severityOrder has the gravest first. Amazon Inspector has a word of its own
// for the last.
var severityOrder = []string{"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED"}

func (a *app) scan() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Show what a scan found in an image, or bring along the report of one",
		Long: `An image is scanned for known vulnerabilities by a scanner that is installed on the
server, or anywhere else: the report of one that ran in a pipeline is as good.`,
	}
	cmd.AddCommand(a.scanShow(), a.scanImport())
	return cmd
}

// imageID names the image of an image URI.
func imageID(img endpoint.Image) ecrtypes.ImageIdentifier {
	var id ecrtypes.ImageIdentifier
	if img.Digest != "" {
		id.ImageDigest = &img.Digest
	} else {
		id.ImageTag = aws.String(tagOf(img))
	}
	return id
}

// tagOf is the tag of an image URI, which is latest where it names none.
func tagOf(img endpoint.Image) string {
	if img.Tag == "" && img.Digest == "" {
		return "latest"
	}
	return img.Tag
}

func (a *app) scanShow() *cobra.Command {
	var flags awsFlags
	cmd := &cobra.Command{
		Use:   "show <image>",
		Short: "List the known vulnerabilities that the last scan of an image found",
		Long: `Show lists what the last scan of an image found, the gravest first. It needs
permission for ecr:DescribeImageScanFindings and works on Amazon ECR as well.`,
		Example: `  pratique scan show 222222222222.dkr.ecr.us-east-1.localhost:5000/team/app:v1
  pratique scan show 222222222222.dkr.ecr.us-east-1.localhost:5000/team/app:v1 --output json`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		img, err := parseImage(args[0])
		if err != nil {
			return err
		}
		cfg, err := a.awsConfig(cmd.Context(), &flags, flags.profile, img.Registry)
		if err != nil {
			return err
		}
		r, err := scanOf(cmd.Context(), ecr.NewFromConfig(cfg), img, args[0])
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(r)
		}
		a.printScan(r)
		return nil
	}
	return cmd
}

// scanOf reads all that a scan found.
func scanOf(ctx context.Context, c *ecr.Client, img endpoint.Image, uri string) (*scanResult, error) {
	r := &scanResult{FormatVersion: access.FormatVersion, Image: uri, SeverityCounts: map[string]int{}, Findings: []scanFinding{}}
	id := imageID(img)
	for p := ecr.NewDescribeImageScanFindingsPaginator(c, &ecr.DescribeImageScanFindingsInput{
		RegistryId: &img.Account, RepositoryName: &img.Repository, ImageId: &id, MaxResults: aws.Int32(1000),
	}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		var none *ecrtypes.ScanNotFoundException
		if errors.As(err, &none) {
			return nil, fmt.Errorf("%s was not scanned: %s", uri, none.ErrorMessage())
		}
		if err != nil {
			return nil, fmt.Errorf("read the findings: %w", err)
		}
		r.Digest = aws.ToString(page.ImageId.ImageDigest)
		if s := page.ImageScanStatus; s != nil {
			r.Status, r.Description = string(s.Status), aws.ToString(s.Description)
		}
		if page.ImageScanFindings != nil {
			r.add(page.ImageScanFindings)
		}
	}
	return r, nil
}

// add adds a page of findings, basic or enhanced.
func (r *scanResult) add(f *ecrtypes.ImageScanFindings) {
	r.CompletedAt, r.SourceUpdatedAt = aws.ToTime(f.ImageScanCompletedAt), aws.ToTime(f.VulnerabilitySourceUpdatedAt)
	for s, n := range f.FindingSeverityCounts {
		r.SeverityCounts[s] = int(n)
	}
	for _, b := range f.Findings {
		finding := scanFinding{Name: aws.ToString(b.Name), Severity: string(b.Severity), URI: aws.ToString(b.Uri), Description: aws.ToString(b.Description)}
		for _, attribute := range b.Attributes {
			switch value := aws.ToString(attribute.Value); aws.ToString(attribute.Key) {
			case "package_name":
				finding.Package = value
			case "package_version":
				finding.Version = value
			case "fixed_in_version":
				finding.FixedIn = value
			}
		}
		r.Findings = append(r.Findings, finding)
	}
	for _, e := range f.EnhancedFindings {
		finding := scanFinding{Severity: aws.ToString(e.Severity), Description: aws.ToString(e.Description)}
		if d := e.PackageVulnerabilityDetails; d != nil {
			finding.Name, finding.URI = aws.ToString(d.VulnerabilityId), aws.ToString(d.SourceUrl)
			if len(d.VulnerablePackages) > 0 {
				p := d.VulnerablePackages[0]
				finding.Package, finding.Version, finding.FixedIn = aws.ToString(p.Name), aws.ToString(p.Version), aws.ToString(p.FixedInVersion)
			}
		}
		r.Findings = append(r.Findings, finding)
	}
}

func (a *app) printScan(r *scanResult) {
	p := a.paint
	a.printf("%s\n  %s", p.bold(r.Image), r.Status)
	if r.Description != "" {
		a.printf(": %s", r.Description)
	}
	a.printf("\n")
	if r.CompletedAt.IsZero() {
		return
	}
	a.printf("  scanned %s: %s\n", r.CompletedAt.UTC().Format("2006-01-02 15:04 MST"), r.counts())
	if len(r.Findings) == 0 {
		return
	}
	rows := [][]string{{"SEVERITY", "NAME", "PACKAGE", "VERSION", "FIXED IN"}}
	for _, f := range r.Findings {
		rows = append(rows, []string{f.Severity, f.Name, f.Package, f.Version, f.FixedIn})
	}
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	a.printf("\n")
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			text := fmt.Sprintf("%-*s", width[i], cell)
			switch {
			case n == 0:
				text = p.dim(text)
			case i == 0:
				text = severityText(p, cell, text)
			}
			line.WriteString(text + "  ")
		}
		a.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}

// counts says in words how many findings there are.
func (r *scanResult) counts() string {
	var words []string
	for _, s := range severityOrder {
		if n := r.SeverityCounts[s]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, strings.ToLower(s)))
		}
	}
	if words == nil {
		return "nothing found"
	}
	return strings.Join(words, ", ")
}

func severityText(p paint, severity, text string) string {
	switch severity {
	case "CRITICAL", "HIGH":
		return p.red(text)
	case "MEDIUM":
		return p.yellow(text)
	}
	return text
}

func (a *app) scanImport() *cobra.Command {
	var flags awsFlags
	var format string
	cmd := &cobra.Command{
		Use:   "import <image> <report.json>",
		Short: "Keep the report of a scanner as the scan of an image",
		Long: `Import makes the report of a scanner that ran elsewhere the scan of an image, in
place of what was known of it. The report is the JSON of trivy, grype or
osv-scanner; "-" reads it from standard input. A report that says that it is
about another image is refused.

It needs a Pratique server and permission for pratique:ImportImageScanFindings
on the repository.`,
		Example: `  trivy image --format json "$IMAGE" | pratique scan import "$IMAGE" -
  pratique scan import 222222222222.dkr.ecr.us-east-1.localhost:5000/team/app:v1 grype.json`,
		Args: cobra.ExactArgs(2),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().StringVar(&format, "format", "", "trivy, grype or osv-scanner (default what the report looks like)")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		img, err := parseImage(args[0])
		if err != nil {
			return err
		}
		report, err := a.readReport(args[1])
		if err != nil {
			return err
		}
		cfg, err := a.awsConfig(cmd.Context(), &flags, flags.profile, img.Registry)
		if err != nil {
			return err
		}
		id := imageID(img)
		in := &pratique.ImportImageScanFindingsInput{
			RegistryId: &img.Account, RepositoryName: &img.Repository, Report: &report,
			ImageId: &pratique.ImageIdentifier{ImageTag: id.ImageTag, ImageDigest: id.ImageDigest},
		}
		if format != "" {
			in.Format = &format
		}
		kept, err := access.Call(cmd.Context(), cfg, pratique.ImportImageScanFindings, in, a.now())
		if err != nil {
			return err
		}
		r := newImport(args[0], kept)
		if *out == outputJSON {
			return a.printJSON(r)
		}
		a.printf("%s: %s\n", r.Image, r.counts())
		return nil
	}
	return cmd
}

func newImport(uri string, kept *pratique.ImportImageScanFindingsOutput) *scanResult {
	r := &scanResult{FormatVersion: access.FormatVersion, Image: uri, SeverityCounts: map[string]int{}}
	if kept.ImageId != nil {
		r.Digest = aws.ToString(kept.ImageId.ImageDigest)
	}
	if s := kept.ImageScanStatus; s != nil {
		r.Status, r.Description = aws.ToString(s.Status), aws.ToString(s.Description)
	}
	for s, n := range kept.FindingSeverityCounts {
		r.SeverityCounts[s] = int(n)
	}
	return r
}

// readReport reads a file, or standard input for "-".
func (a *app) readReport(name string) (_ string, err error) {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("read the report: %w", err)
		}
		defer f.Close()
		in = f
	}
	report, err := io.ReadAll(io.LimitReader(in, maxScanReport+1))
	if err != nil {
		return "", fmt.Errorf("read the report: %w", err)
	}
	if len(report) > maxScanReport {
		return "", fmt.Errorf("the report in %s is larger than %d bytes", name, maxScanReport)
	}
	return string(report), nil
}
