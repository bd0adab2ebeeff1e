package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/dockercfg"
	"github.com/pratique-dev/pratique/internal/doctor"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
)

func (a *app) doctor() *cobra.Command {
	var flags awsFlags
	var platform, dockerConfig string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "doctor <image>",
		Short: "Find out, where a pull fails, why it does",
		Long: `Doctor goes through everything that a pull needs, on the machine where it fails:
the image's name, proxies, name resolution, the connection, TLS and its authority,
what answers, clocks, the credentials that docker and AWS SDKs find, whose they
are, the token, the policies of both sides, the manifest, its platform, a layer
and the disk. It names the one cause and what to do about it.

It changes nothing and prints no secret. With --owner-profile it can also read
the policies of the account that owns the repository. It works on Amazon ECR as
on Pratique.

The exit status is 0 if nothing was found that would make the pull fail, 3 if it
fails, and 1 if nothing could be examined. docs/doctor.md describes the checks and
the JSON output.`,
		Example: `  pratique doctor 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image:v1
  pratique doctor 222222222222.dkr.ecr.us-east-1.localhost:5000/team/app:v1 --platform linux/arm64 --owner-profile images
  pratique doctor 222222222222.dkr.ecr.us-east-1.amazonaws.com/team/app:v1 --output json`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), true)
	cmd.Flags().StringVar(&platform, "platform", "", "what the image should run on, such as linux/arm64 (default Linux on this machine's architecture)")
	cmd.Flags().StringVar(&dockerConfig, "docker-config", "", "docker's configuration file (default $DOCKER_CONFIG/config.json or ~/.docker/config.json)")
	cmd.Flags().DurationVar(&timeout, "timeout", doctor.DefaultTimeout, "how long all of it may take")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if dockerConfig == "" {
			var err error
			if dockerConfig, err = dockercfg.Path(); err != nil {
				return err
			}
		}
		c, err := a.doctorConfig(&flags, dockerConfig)
		if err != nil {
			return err
		}
		c.Image, c.Platform, c.Timeout = args[0], platform, timeout
		report, err := doctor.Run(cmd.Context(), c)
		if errors.Is(err, doctor.ErrPublic) {
			return fmt.Errorf("examine %s: %w", args[0], err)
		}
		if err != nil {
			return err
		}
		if *out == outputJSON {
			if err := a.printJSON(report); err != nil {
				return err
			}
		} else {
			writeDiagnosis(a.stdout, a.paint, report)
		}
		if report.Verdict != doctor.Healthy {
			return &exitError{notAllowed}
		}
		return nil
	}
	return cmd
}

// doctorConfig is what the doctor uses of this machine and of the AWS
// configuration.
func (a *app) doctorConfig(f *awsFlags, dockerConfig string) (doctor.Config, error) {
	profiles, err := grant.Builtin()
	if err != nil {
		return doctor.Config{}, err
	}
	credentials := func(profile string) doctor.AWS {
		return func(ctx context.Context, r endpoint.Registry) (aws.Config, error) {
			cfg, err := a.awsConfig(ctx, f, profile, r)
			cfg.RetryMaxAttempts = 2
			return cfg, err
		}
	}
	c := doctor.Config{
		Machine: doctor.ThisMachine(dockerConfig),
		Puller:  credentials(f.profile),
		GrantCommand: func(p *access.Puller, image endpoint.Image) string {
			return grantCommand(profiles, p, image)
		},
	}
	if f.ownerProfile != "" {
		c.Owner = credentials(f.ownerProfile)
	}
	if a.machine != nil {
		a.machine(&c.Machine)
	}
	return c, nil
}

// checkNames are what people call the checks.
var checkNames = map[doctor.ID]string{
	doctor.Reference:         "image reference",
	doctor.Proxy:             "proxy",
	doctor.DNS:               "name resolution",
	doctor.TCP:               "connection",
	doctor.TLS:               "TLS",
	doctor.Endpoint:          "endpoint",
	doctor.Clock:             "clock",
	doctor.DockerCredentials: "docker credentials",
	doctor.AWSCredentials:    "AWS credentials",
	doctor.Identity:          "identity",
	doctor.Token:             "token",
	doctor.Login:             "login",
	doctor.RepositoryExists:  "repository",
	doctor.StalePrincipal:    "deleted principals",
	doctor.Manifest:          "manifest",
	doctor.Platform:          "platform",
	doctor.Layer:             "layer",
	doctor.Disk:              "disk",
}

// checkName is what people call a check: a policy's is its action.
func checkName(id doctor.ID, subject string) string {
	if subject != "" {
		return strings.TrimPrefix(subject, "ecr:")
	}
	if name, ok := checkNames[id]; ok {
		return name
	}
	return string(id)
}

// writeDiagnosis shows a report to a person.
func writeDiagnosis(w io.Writer, p paint, r *doctor.Report) {
	fmt.Fprintf(w, "Pull of %s for %s\n\n", p.bold(r.Image), r.Platform)
	width := 0
	for _, c := range r.Checks {
		width = max(width, len(checkName(c.ID, c.Subject)))
	}
	margin := strings.Repeat(" ", 4+width+2)
	var said []string // what to do is said once
	if r.Cause != nil {
		said = slices.Clone(r.Cause.Do) // below
	}
	for _, c := range r.Checks {
		fmt.Fprintf(w, "  %s %-*s  %s\n", statusMark(p, c.Status), width, checkName(c.ID, c.Subject), c.Found)
		for _, d := range c.Details {
			fmt.Fprint(w, p.dim(hang(d, margin, "")))
		}
		for _, d := range c.Do {
			if !slices.Contains(said, d) {
				said = append(said, d)
				fmt.Fprint(w, hang(d, margin, "→ "))
			}
		}
	}
	if r.Cause == nil {
		fmt.Fprintf(w, "\n%s: nothing was found that would make the pull fail.\n", p.green("Healthy"))
		return
	}
	fmt.Fprintf(w, "\n%s (%s): %s\n", p.red("The pull fails"), checkName(r.Cause.Check, r.Cause.Subject), r.Cause.What)
	for _, d := range r.Cause.Do {
		fmt.Fprint(w, hang(d, "  ", "→ "))
	}
}

// hang writes a text, its first line behind a mark, the others below it.
func hang(text, margin, mark string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(margin + mark + strings.TrimSuffix(line, "\n") + "\n")
		mark = strings.Repeat(" ", len([]rune(mark)))
	}
	return b.String()
}

func statusMark(p paint, s doctor.Status) string {
	switch s {
	case doctor.Passed:
		return p.green("✓")
	case doctor.Failed:
		return p.red("✗")
	case doctor.Warning:
		return p.yellow("!")
	}
	return p.dim("·")
}
