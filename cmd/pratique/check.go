package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/preflight"
	"github.com/pratique-dev/pratique/internal/workload"
)

// checking is one run of check.
type checking struct {
	app      *app
	pool     poolFlags
	as       string
	region   string
	format   string
	platform string
	within   time.Duration
	skip     []string
	context  []string
	flytekit string
	strict   bool
	all      bool
	output   *output
}

func (a *app) check() *cobra.Command {
	c := &checking{app: a}
	cmd := &cobra.Command{
		Use:   "check --as <data plane> <file>...",
		Short: "Check every image that workload files name, before the workload runs",
		Long: `Check reads workload files and says of every image that they name whether it
exists, whether the data plane may pull it, by the policies of both accounts,
whether it is in the right region and for the right platform, whether its tag can
be moved, and whether the repository's lifecycle policy is about to expire it.

Files are Kubernetes manifests and what helm template prints, compose files,
packages of pyflyte package, ImageSpecs of Flyte and Union in YAML, JSON and
Python, configurations of Anyscale, application templates of Release, and
Dockerfiles; "-" is standard input. Nothing is executed, and templates are
reported, not guessed. Images of other registries are not checked.

` + dataPlaneHelp + `

It reads IAM in the account that pulls and ECR in those that own, each with the
profile whose credentials are of it, and changes nothing; but reading a manifest
counts as a pull, and ECR keeps the last preview of a lifecycle policy.

The exit status is 0 if all is right, 3 if an image would fail, with --strict also
for warnings, and 1 if one could not be checked. docs/check.md describes the
output.`,
		Example: `  pratique check --as union:org=acme,account=111111111111 flyte-package.tgz --profile data-plane --owner-profile images
  helm template web ./chart | pratique check --as arn:aws:iam::111111111111:role/eks-node-group --platform linux/arm64 -
  pratique check --as anyscale:cloud-id=cld_abc123,account=111111111111 job.yaml --output json
  pratique check --as release:release-id=111111111111,cluster-region=eu-west-2 .release/application_template.yaml`,
		Args: cobra.MinimumNArgs(1),
	}
	f := cmd.Flags()
	c.pool.register(f)
	f.StringVar(&c.as, "as", "", "data plane or principal that pulls")
	f.StringVar(&c.region, "region", "", "region of the nodes, if --as does not say")
	f.StringVar(&c.format, "format", "", "format of the files, if their content does not tell: kubernetes, compose, flyte, imagespec, anyscale, release, dockerfile")
	f.StringVar(&c.platform, "platform", "", "platform of the nodes, such as linux/amd64, for workloads that do not say")
	f.DurationVar(&c.within, "expires-within", 7*24*time.Hour, "how far ahead lifecycle policies are applied")
	f.StringSliceVar(&c.skip, "skip", nil, "checks to leave out: platform, tag, lifecycle; may be repeated")
	f.StringArrayVar(&c.context, "context", nil, "condition key of the pull, such as aws:SourceIp=192.0.2.7; may be repeated")
	f.StringVar(&c.flytekit, "flytekit-compat", "", "version of flytekit whose tags ImageSpecs have, such as 1.15.2, if it is older than 1.16.4")
	f.BoolVar(&c.strict, "strict", false, "warnings fail, too")
	f.BoolVar(&c.all, "all", false, "show what is all right, too")
	a.profilesFlag(cmd)
	c.output = outputFlag(cmd)
	cmd.RunE = c.run
	return cmd
}

func (c *checking) run(cmd *cobra.Command, names []string) error {
	a := c.app
	profiles, err := a.profiles()
	if err != nil {
		return err
	}
	if c.as == "" {
		return errors.New("give the data plane or principal that pulls with --as")
	}
	plane, err := parseDataPlane(profiles, c.as, c.region)
	if err != nil {
		return err
	}
	o := preflight.Options{
		Credentials: a.newPool(&c.pool), Now: a.now(), Platform: c.platform, Within: c.within, GrantCommand: plane.grantCommand(profiles),
	}
	if o.Context, err = contextKeys(c.context); err != nil {
		return err
	}
	for _, s := range c.skip {
		if !slices.Contains(preflight.Optional, preflight.Check(s)) {
			return fmt.Errorf("--skip %q is not platform, tag or lifecycle", s)
		}
		o.Skip = append(o.Skip, preflight.Check(s))
	}
	if c.platform != "" && strings.Count(c.platform, "/") == 0 {
		return fmt.Errorf("--platform %q is not of the form linux/amd64", c.platform)
	}
	read := workload.Options{}
	if c.format != "" {
		if read.Format, err = workload.ParseFormat(c.format); err != nil {
			return fmt.Errorf("--format: %w", err)
		}
	}
	if read.Flytekit, err = imagespec.ParseCompat(c.flytekit); err != nil {
		return fmt.Errorf("--flytekit-compat: %w", err)
	}
	var files []*workload.File
	for _, name := range names {
		f, err := a.readWorkload(name, read)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	report, err := preflight.Run(cmd.Context(), plane.DataPlane, files, o)
	if err != nil {
		return err
	}
	for _, f := range files {
		for _, n := range f.Notes {
			report.Notes = append(report.Notes, f.Name+": "+n)
		}
	}
	if *c.output == outputJSON {
		if err := a.printJSON(report); err != nil {
			return err
		}
	} else {
		c.print(report, files)
	}
	return statusError(report.Status, c.strict)
}

// readWorkload reads a workload file, and those that it names beside it.
func (a *app) readWorkload(name string, o workload.Options) (*workload.File, error) {
	var in io.Reader = a.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
		o.Dir = filepath.Dir(name)
		o.Open = func(other string) ([]byte, error) {
			if !filepath.IsLocal(filepath.FromSlash(other)) {
				return nil, errors.New("it is not below the directory of the file")
			}
			data, err := os.ReadFile(filepath.Join(filepath.Dir(name), filepath.FromSlash(other)))
			if errors.Is(err, os.ErrNotExist) {
				return nil, errors.New("there is no such file")
			}
			return data, err
		}
	}
	data, err := io.ReadAll(io.LimitReader(in, workload.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return workload.Read(name, data, o)
}

// print shows the report to a person, mentions of the same image in a file
// together where there is the same to say of them.
func (c *checking) print(r *preflight.Report, files []*workload.File) {
	a, p := c.app, c.app.paint
	a.printf("%s\n", p.bold(r.DataPlane))
	for _, principal := range r.Principals {
		if principal != r.DataPlane {
			a.printf("  pulls as %s\n", principal)
		}
	}
	format := map[string]workload.Format{}
	for _, f := range files {
		format[f.Name] = f.Format
		if len(f.Images) == 0 {
			a.printf("\n%s (%s)\n  names no image\n", p.bold(f.Name), f.Format)
		}
	}
	file := ""
	var fixes []access.Fix
	for _, m := range together(r.Images) {
		if m.File != file {
			file = m.File
			a.printf("\n%s (%s)\n", p.bold(file), cmp.Or(format[file], workload.Dockerfile))
		}
		a.printf("  %s %s\n", preflightMark(p, m.Status), cmp.Or(m.Image, "an image that is not known"))
		for _, at := range m.at {
			a.printf("      %s\n", p.dim(at))
		}
		for _, f := range m.Findings {
			if f.Status != preflight.OK || c.all {
				a.printf("    %s %s: %s\n", preflightMark(p, f.Status), f.Check, f.Message)
			}
			if f.Status == preflight.Fail {
				fixes = append(fixes, f.Fixes...)
			}
		}
	}
	a.printf("\n%s\n", countText(r))
	a.printFixes(fixes, "")
	for _, n := range r.Notes {
		a.printf("%s\n", p.dim("Note: "+n))
	}
}

// mentioned is an image with all its places.
type mentioned struct {
	preflight.Mention
	at []string
}

func together(mentions []preflight.Mention) []*mentioned {
	var out []*mentioned
	for _, m := range mentions {
		at := m.Where
		switch {
		case m.Member != "":
			at = m.Member + "  " + m.Where
		case m.Line > 0:
			at = fmt.Sprintf("%d:%d  %s", m.Line, m.Column, m.Where)
		}
		same := func(o *mentioned) bool {
			return o.File == m.File && o.Image == m.Image && slices.EqualFunc(o.Findings, m.Findings, func(a, b preflight.Finding) bool {
				return a.Check == b.Check && a.Status == b.Status && a.Message == b.Message
			})
		}
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].at = append(out[i].at, at)
			continue
		}
		out = append(out, &mentioned{m, []string{at}})
	}
	return out
}

// countText is the last line of a report: "3 images: 1 ok, 2 would fail".
func countText(r *preflight.Report) string {
	words := map[preflight.Status]string{
		preflight.OK: "all right", preflight.Warning: "with warnings", preflight.Fail: "would fail",
		preflight.Unknown: "could not be checked", preflight.Skipped: "of other registries",
	}
	var parts []string
	for _, s := range []preflight.Status{preflight.OK, preflight.Warning, preflight.Fail, preflight.Unknown, preflight.Skipped} {
		if n := r.Count[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words[s]))
		}
	}
	if len(parts) == 0 {
		return "No images."
	}
	return plural(len(r.Images), "image") + ": " + strings.Join(parts, ", ") + "."
}
