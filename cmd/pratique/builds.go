package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/build"
)

// buildInfo is a build of the build service as printed.
type buildInfo struct {
	ID          string     `json:"buildId"`
	Image       string     `json:"image"`
	State       string     `json:"state"`
	Reason      string     `json:"reason,omitempty"`
	Caller      string     `json:"caller"`
	CreatedAt   time.Time  `json:"createdAt"`
	StartedAt   *time.Time `json:"startedAt,omitempty"`
	FinishedAt  *time.Time `json:"finishedAt,omitempty"`
	Deadline    *time.Time `json:"deadline,omitempty"`
	ImageDigest string     `json:"imageDigest,omitempty"`
	Attempts    int32      `json:"attempts"`
	Worker      string     `json:"builder,omitempty"`
}

func newBuildInfo(b *pratique.Build) buildInfo {
	at := func(t *shape.Time) *time.Time {
		if t == nil {
			return nil
		}
		return new(t.UTC())
	}
	i := buildInfo{
		ID: aws.ToString(b.BuildId), Image: aws.ToString(b.Image), State: aws.ToString(b.State), Reason: aws.ToString(b.StateReason), Caller: aws.ToString(b.Caller),
		StartedAt: at(b.StartedAt), FinishedAt: at(b.FinishedAt), Deadline: at(b.Deadline), ImageDigest: aws.ToString(b.ImageDigest),
		Attempts: aws.ToInt32(b.Attempts), Worker: aws.ToString(b.Worker),
	}
	if t := at(b.CreatedAt); t != nil {
		i.CreatedAt = *t
	}
	return i
}

func (a *app) builds() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "builds",
		Short: "List, follow and cancel the builds of a server's build service",
		Long: `The build service of a Pratique server runs what "pratique build --remote" starts.
The builds are those of the account whose credentials are used, in one region. The
commands need pratique:ListBuilds, GetBuildLogs and CancelBuild.`,
	}
	cmd.AddCommand(a.buildsList(), a.buildsLogs(), a.buildsCancel())
	return cmd
}

func (a *app) buildsList() *cobra.Command {
	var flags eventFlags
	var state string
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List builds, the latest first",
		Example: "  pratique builds list\n  pratique builds list --state FAILED --limit 5 --output json",
		Args:    cobra.NoArgs,
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&state, "state", "", "only builds in this state, such as QUEUED, RUNNING or FAILED")
	cmd.Flags().IntVar(&limit, "limit", 50, "how many builds to list at most")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		in := &pratique.ListBuildsInput{}
		if state != "" {
			in.State = new(strings.ToUpper(state))
		}
		all := []buildInfo{}
		for len(all) < limit {
			in.MaxResults = new(int32(min(limit-len(all), 1000))) //nolint:gosec // at most 1000
			page, _, err := pratiqueCall(cmd.Context(), a, &flags, pratique.ListBuilds, in)
			if err != nil {
				return err
			}
			for i := range page.Builds {
				all = append(all, newBuildInfo(&page.Builds[i]))
			}
			if in.NextToken = page.NextToken; in.NextToken == nil {
				break
			}
		}
		if *out == outputJSON {
			return a.printJSON(all)
		}
		if len(all) == 0 {
			a.printf("There are no builds.\n")
		}
		for _, b := range all {
			a.printf("%s  %s  %-9s  %s  %s\n", b.ID, b.CreatedAt.Format("2006-01-02 15:04Z"), a.paintState(b.State), a.paint.bold(b.Image), b.Reason)
		}
		return nil
	}
	return cmd
}

// paintState colours the state of a build.
func (a *app) paintState(state string) string {
	text := fmt.Sprintf("%-9s", state)
	switch build.State(state) {
	case build.Succeeded:
		return a.paint.green(text)
	case build.Failed:
		return a.paint.red(text)
	case build.Running, build.Leased:
		return a.paint.cyan(text)
	}
	return text
}

func (a *app) buildsLogs() *cobra.Command {
	var flags eventFlags
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs <build>",
		Short: "Show the log of a build",
		Long: `Logs shows what a build has said; with --follow until it has ended. With --follow
the exit status is 1 if the build did not succeed.`,
		Example: "  pratique builds logs 3f0c2b64-7e1b-4c52-9a3e-5d9f4a5b6c7d --follow",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd)
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the build has ended")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		type line struct {
			Sequence int64     `json:"sequence"`
			Time     time.Time `json:"time"`
			Message  string    `json:"message"`
		}
		in := &pratique.GetBuildLogsInput{BuildId: &args[0]}
		for {
			page, _, err := pratiqueCall(ctx, a, &flags, pratique.GetBuildLogs, in)
			if err != nil {
				return err
			}
			for _, e := range page.Events {
				if *out == outputJSON {
					if err := a.printJSON(line{aws.ToInt64(e.Sequence), e.Timestamp.UTC(), aws.ToString(e.Message)}); err != nil {
						return err
					}
					continue
				}
				a.printf("%s %s\n", a.paint.dim(e.Timestamp.UTC().Format("15:04:05")), aws.ToString(e.Message))
			}
			in.After = page.After
			switch {
			case aws.ToBool(page.Complete):
				if follow && aws.ToString(page.Build.State) != string(build.Succeeded) {
					return fmt.Errorf("the build %s: %s", strings.ToLower(*page.Build.State), aws.ToString(page.Build.StateReason))
				}
				return nil
			case follow:
				in.WaitSeconds = new(int32(followWait))
			case len(page.Events) == 0:
				return nil
			}
		}
	}
	return cmd
}

func (a *app) buildsCancel() *cobra.Command {
	var flags eventFlags
	cmd := &cobra.Command{
		Use:   "cancel <build>",
		Short: "Cancel a build",
		Long: `Cancel ends a build that waits or runs. Its builder may push nothing from then on; what
it has pushed before stays. A build that has ended stays as it is.`,
		Example: "  pratique builds cancel 3f0c2b64-7e1b-4c52-9a3e-5d9f4a5b6c7d",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, _, err := pratiqueCall(cmd.Context(), a, &flags, pratique.CancelBuild, &pratique.CancelBuildInput{BuildId: &args[0]})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(newBuildInfo(answer.Build))
		}
		a.printf("Build %s of %s: %s\n", *answer.Build.BuildId, a.paint.bold(*answer.Build.Image), strings.ToLower(*answer.Build.State))
		return nil
	}
	return cmd
}
