package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

func (a *app) lifecycle() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lifecycle",
		Short: "See what a lifecycle policy does and why, and undo it",
		Long: `Lifecycle policies are set as on Amazon ECR, with PutLifecyclePolicy. These
commands show what one would do to each image and why, apply it now, and bring
back what it expired. They need a Pratique server, and permission for the
operations that their help names.`,
	}
	cmd.AddCommand(a.lifecyclePreview(), a.lifecycleRun(), a.lifecycleExpired(), a.lifecycleRestore(), a.lifecycleProtect())
	return cmd
}

// lifecycleTarget is the repository that a lifecycle command is about.
type lifecycleTarget struct {
	app  *app
	cfg  aws.Config
	repo endpoint.Image
	api  *ecr.Client
}

// lifecycleTarget reads a repository's URI.
func (a *app) lifecycleTarget(ctx context.Context, flags *awsFlags, uri string) (*lifecycleTarget, error) {
	repo, err := parseImage(uri)
	if err != nil {
		return nil, err
	}
	if repo.Tag != "" || repo.Digest != "" {
		return nil, fmt.Errorf("%q names an image: give the URI of its repository", uri)
	}
	cfg, err := a.awsConfig(ctx, flags, flags.profile, repo.Registry)
	if err != nil {
		return nil, err
	}
	return &lifecycleTarget{app: a, cfg: cfg, repo: repo, api: ecr.NewFromConfig(cfg)}, nil
}

// callLifecycle does an operation of Pratique's own.
func callLifecycle[In, Out any](ctx context.Context, t *lifecycleTarget, s shape.Shape[In, Out], in *In) (*Out, error) {
	out, err := access.Call(ctx, t.cfg, s, in, t.app.now())
	if errors.Is(err, access.ErrNotPratique) {
		err = fmt.Errorf("%w: name a Pratique server with --endpoint-url or AWS_ENDPOINT_URL", err)
	}
	return out, err
}

// lifecycleVerdict is what a policy would do to an image, as printed.
type lifecycleVerdict struct {
	Digest       string    `json:"digest"`
	Tags         []string  `json:"tags"`
	PushedAt     time.Time `json:"pushedAt"`
	StorageClass string    `json:"storageClass"`
	Action       string    `json:"action"`
	Rule         int32     `json:"rule,omitempty"`
	Cause        string    `json:"cause"`
	Reason       string    `json:"reason"`
}

// lifecyclePreviewInfo is a preview as printed.
type lifecyclePreviewInfo struct {
	Repository    string             `json:"repository"`
	Images        int32              `json:"images"`
	Expiring      int32              `json:"expiring"`
	Transitioning int32              `json:"transitioning"`
	Verdicts      []lifecycleVerdict `json:"verdicts"`
}

func (a *app) lifecyclePreview() *cobra.Command {
	var flags awsFlags
	var file string
	var all bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "preview <repository>",
		Short: "Show what a lifecycle policy would do to each image, and why",
		Long: `Preview evaluates a policy as it would be applied now and changes nothing. It is
the repository's own policy, or one from a file before it is put. With --all it
also shows the images that would stay, and what keeps them.

It needs permission for ecr:StartLifecyclePolicyPreview and
pratique:DescribeLifecyclePreview.`,
		Example: `  pratique lifecycle preview 111122223333.dkr.ecr.us-east-1.example.com/team/app
  pratique lifecycle preview 111122223333.dkr.ecr.us-east-1.example.com/team/app --policy policy.json --all`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().StringVar(&file, "policy", "", "file with the policy to preview (default the repository's own)")
	cmd.Flags().BoolVar(&all, "all", false, "also show the images that would stay")
	cmd.Flags().DurationVar(&wait, "wait", 5*time.Minute, "how long to wait for the preview to end")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.lifecycleTarget(cmd.Context(), &flags, args[0])
		if err != nil {
			return err
		}
		var policy *string
		if file != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("read the policy: %w", err)
			}
			policy = aws.String(string(text))
		}
		info, err := t.preview(cmd.Context(), policy, all, wait)
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(info)
		}
		return a.printPreview(info, all)
	}
	return cmd
}

// lifecyclePoll is the time between looks whether the server is done.
const lifecyclePoll = 200 * time.Millisecond

// poll calls done until it says so, an error, or the wait is over.
func poll(ctx context.Context, wait time.Duration, what string, done func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("%s has not ended after %v", what, wait))
	defer cancel()
	for {
		ok, err := done(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lifecyclePoll):
		}
	}
}

// preview makes a preview and reads its results.
func (t *lifecycleTarget) preview(ctx context.Context, policy *string, all bool, wait time.Duration) (*lifecyclePreviewInfo, error) {
	_, err := t.api.StartLifecyclePolicyPreview(ctx, &ecr.StartLifecyclePolicyPreviewInput{
		RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository, LifecyclePolicyText: policy,
	})
	if err != nil {
		return nil, err
	}
	in := pratique.DescribeLifecyclePreviewInput{RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository, IncludeKept: &all, MaxResults: aws.Int32(1000)}
	var page *pratique.DescribeLifecyclePreviewOutput
	err = poll(ctx, wait, "the preview", func(ctx context.Context) (bool, error) {
		page, err = callLifecycle(ctx, t, pratique.DescribeLifecyclePreview, &in)
		return err == nil && aws.ToString(page.Status) != pratique.LifecyclePreviewStatusInProgress, err
	})
	if err != nil {
		return nil, err
	}
	info := &lifecyclePreviewInfo{
		Repository: t.repo.Repository, Images: aws.ToInt32(page.ImageCount), Expiring: aws.ToInt32(page.ExpiringImageCount),
		Transitioning: aws.ToInt32(page.TransitioningImageCount), Verdicts: []lifecycleVerdict{},
	}
	for {
		for i := range page.Verdicts {
			info.Verdicts = append(info.Verdicts, newLifecycleVerdict(&page.Verdicts[i]))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return info, nil
		}
		if page, err = callLifecycle(ctx, t, pratique.DescribeLifecyclePreview, &in); err != nil {
			return nil, err
		}
	}
}

func newLifecycleVerdict(v *pratique.LifecycleVerdict) lifecycleVerdict {
	return lifecycleVerdict{
		Digest: aws.ToString(v.ImageDigest), Tags: append([]string{}, v.ImageTags...), PushedAt: utc(v.ImagePushedAt), StorageClass: aws.ToString(v.StorageClass),
		Action: strings.ToLower(aws.ToString(v.Action)), Rule: aws.ToInt32(v.RulePriority), Cause: aws.ToString(v.Cause), Reason: aws.ToString(v.Reason),
	}
}

func utc(t *shape.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// table prints rows in columns.
func (a *app) table(rows [][]string) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

// imageName is an image in a table: its tags, and the beginning of its digest.
func imageName(digest string, tags []string) string {
	const long = len("sha256:") + 12
	short := digest[:min(long, len(digest))]
	if len(tags) == 0 {
		return short
	}
	return strings.Join(tags, ", ") + " " + short
}

func dateText(t time.Time) string { return t.Format("2006-01-02 15:04") }

func (a *app) printPreview(info *lifecyclePreviewInfo, all bool) error {
	rows := [][]string{{"IMAGE", "PUSHED", "ACTION", "WHY"}}
	slices.SortStableFunc(info.Verdicts, func(x, y lifecycleVerdict) int {
		return cmp.Or(strings.Compare(x.Action, y.Action), x.PushedAt.Compare(y.PushedAt))
	})
	for _, v := range info.Verdicts {
		rows = append(rows, []string{imageName(v.Digest, v.Tags), dateText(v.PushedAt), v.Action, v.Reason})
	}
	if len(rows) > 1 {
		if err := a.table(rows); err != nil {
			return err
		}
	}
	a.printf("Of %d images in %s, %d would expire and %d would go to the archive.\n", info.Images, info.Repository, info.Expiring, info.Transitioning)
	if !all && info.Images > info.Expiring+info.Transitioning {
		a.printf("%s\n", a.paint.dim("--all shows what keeps the others."))
	}
	return nil
}

func (a *app) lifecycleRun() *cobra.Command {
	var flags awsFlags
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "run <repository>",
		Short: "Apply a repository's lifecycle policy now",
		Long: `Run makes the server apply the policy at once instead of within a day, waits for
it, and lists what expired. Preview says beforehand what that will be.

It needs permission for pratique:RunLifecyclePolicy, ecr:GetLifecyclePolicy and
pratique:ListExpiredImages.`,
		Example: "  pratique lifecycle run 111122223333.dkr.ecr.us-east-1.example.com/team/app",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().DurationVar(&wait, "wait", 5*time.Minute, "how long to wait for the run to end")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.lifecycleTarget(cmd.Context(), &flags, args[0])
		if err != nil {
			return err
		}
		images, err := t.run(cmd.Context(), wait)
		if err != nil {
			return err
		}
		switch {
		case *out == outputJSON:
			return a.printJSON(images)
		case len(images) == 0:
			a.printf("The policy of %s was applied. Nothing expired that can be restored.\n", t.repo.Repository)
			return nil
		}
		if err := a.printExpired(images); err != nil {
			return err
		}
		a.printf("The policy of %s was applied. %d images expired.\n", t.repo.Repository, len(images))
		return nil
	}
	return cmd
}

// run applies the policy and returns what expired.
func (t *lifecycleTarget) run(ctx context.Context, wait time.Duration) ([]expiredImage, error) {
	asked, err := callLifecycle(ctx, t, pratique.RunLifecyclePolicy, &pratique.RunLifecyclePolicyInput{RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository})
	if err != nil {
		return nil, err
	}
	since := utc(asked.RequestedAt)
	err = poll(ctx, wait, "the run", func(ctx context.Context) (bool, error) {
		p, err := t.api.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository})
		return err == nil && p.LastEvaluatedAt != nil && !p.LastEvaluatedAt.Before(since.Truncate(time.Millisecond)), err
	})
	if err != nil {
		return nil, err
	}
	images, err := t.expired(ctx)
	return slices.DeleteFunc(images, func(e expiredImage) bool { return e.ExpiredAt.Before(since.Truncate(time.Millisecond)) }), err
}

// lifecycleSettings are the settings beside a policy, as printed.
type lifecycleSettings struct {
	Repository              string `json:"repository"`
	ProtectPulledWithinDays int32  `json:"protectPulledWithinDays"`
	UndoDays                int32  `json:"undoDays"`
}

func (a *app) lifecycleProtect() *cobra.Command {
	var flags awsFlags
	var pulled, undo int32
	cmd := &cobra.Command{
		Use:   "protect <repository>",
		Short: "Show or set what a lifecycle policy may not touch, and how long it can be undone",
		Long: `With --pulled-within-days, no rule expires or archives an image that was pulled in
as many days. With --undo-days, images that expire can be restored for as many
days, and take their space until then; 0 deletes them at once. Without a flag it
shows the settings, which at first are 0 and 7.

It needs permission for pratique:GetLifecycleSettings or
pratique:PutLifecycleSettings.`,
		Example: "  pratique lifecycle protect 111122223333.dkr.ecr.us-east-1.example.com/team/app --pulled-within-days 30",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().Int32Var(&pulled, "pulled-within-days", 0, "days for which a pull protects an image; 0 for none")
	cmd.Flags().Int32Var(&undo, "undo-days", 0, "days in which an expired image can be restored; 0 for none")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.lifecycleTarget(cmd.Context(), &flags, args[0])
		if err != nil {
			return err
		}
		in := pratique.PutLifecycleSettingsInput{RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository}
		if cmd.Flags().Changed("pulled-within-days") {
			in.ProtectPulledWithinDays = &pulled
		}
		if cmd.Flags().Changed("undo-days") {
			in.UndoDays = &undo
		}
		settings, err := t.settings(cmd.Context(), &in)
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(settings)
		}
		a.printSettings(settings)
		return nil
	}
	return cmd
}

// settings changes what in says and returns what there is then.
func (t *lifecycleTarget) settings(ctx context.Context, in *pratique.PutLifecycleSettingsInput) (lifecycleSettings, error) {
	s := lifecycleSettings{Repository: t.repo.Repository}
	if in.ProtectPulledWithinDays == nil && in.UndoDays == nil {
		out, err := callLifecycle(ctx, t, pratique.GetLifecycleSettings, &pratique.GetLifecycleSettingsInput{RegistryId: in.RegistryId, RepositoryName: in.RepositoryName})
		if err == nil {
			s.ProtectPulledWithinDays, s.UndoDays = aws.ToInt32(out.ProtectPulledWithinDays), aws.ToInt32(out.UndoDays)
		}
		return s, err
	}
	out, err := callLifecycle(ctx, t, pratique.PutLifecycleSettings, in)
	if err == nil {
		s.ProtectPulledWithinDays, s.UndoDays = aws.ToInt32(out.ProtectPulledWithinDays), aws.ToInt32(out.UndoDays)
	}
	return s, err
}

func (a *app) printSettings(s lifecycleSettings) {
	days := func(n int32) string {
		if n == 1 {
			return "1 day"
		}
		return strconv.Itoa(int(n)) + " days"
	}
	if s.ProtectPulledWithinDays > 0 {
		a.printf("In %s, what was pulled in the last %s does not expire and is not archived.\n", a.paint.bold(s.Repository), days(s.ProtectPulledWithinDays))
	} else {
		a.printf("In %s, pulls protect nothing from the lifecycle policy.\n", a.paint.bold(s.Repository))
	}
	if s.UndoDays > 0 {
		a.printf("What expires can be restored for %s.\n", days(s.UndoDays))
	} else {
		a.printf("What expires is deleted at once.\n")
	}
}
