package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// expiredImage is an image that can be restored, as printed.
type expiredImage struct {
	Digest    string    `json:"digest"`
	Tags      []string  `json:"tags"`
	Size      int64     `json:"size"`
	PushedAt  time.Time `json:"pushedAt"`
	ExpiredAt time.Time `json:"expiredAt"`
	PurgeAt   time.Time `json:"purgeAt"` // it is gone for good then
	Rule      int32     `json:"rule"`
	Reason    string    `json:"reason"`
}

// expired lists the images that can be restored, the last to expire first.
func (t *lifecycleTarget) expired(ctx context.Context) ([]expiredImage, error) {
	in := pratique.ListExpiredImagesInput{RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository, MaxResults: aws.Int32(1000)}
	images := []expiredImage{}
	for {
		page, err := callLifecycle(ctx, t, pratique.ListExpiredImages, &in)
		if err != nil {
			return nil, err
		}
		for _, e := range page.ExpiredImages {
			images = append(images, expiredImage{
				Digest: aws.ToString(e.ImageDigest), Tags: append([]string{}, e.ImageTags...), Size: aws.ToInt64(e.ImageSizeInBytes), PushedAt: utc(e.ImagePushedAt),
				ExpiredAt: utc(e.ExpiredAt), PurgeAt: utc(e.PurgeAt), Rule: aws.ToInt32(e.RulePriority), Reason: aws.ToString(e.Reason),
			})
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	slices.SortStableFunc(images, func(x, y expiredImage) int {
		return cmp.Or(y.ExpiredAt.Compare(x.ExpiredAt), y.PushedAt.Compare(x.PushedAt))
	})
	return images, nil
}

func (a *app) printExpired(images []expiredImage) error {
	rows := [][]string{{"IMAGE", "PUSHED", "EXPIRED", "RESTORABLE UNTIL", "SIZE", "WHY"}}
	for _, e := range images {
		rows = append(rows, []string{imageName(e.Digest, e.Tags), dateText(e.PushedAt), dateText(e.ExpiredAt), dateText(e.PurgeAt), bytesText(e.Size), e.Reason})
	}
	return a.table(rows)
}

func (a *app) lifecycleExpired() *cobra.Command {
	var flags awsFlags
	cmd := &cobra.Command{
		Use:   "expired <repository>",
		Short: "List what a lifecycle policy expired and can be restored",
		Long: `Expired lists the images, the last to expire first, with the rule that did it and
until when they can be restored.

It needs permission for pratique:ListExpiredImages.`,
		Example: "  pratique lifecycle expired 111122223333.dkr.ecr.us-east-1.example.com/team/app --output json",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := a.lifecycleTarget(cmd.Context(), &flags, args[0])
		if err != nil {
			return err
		}
		images, err := t.expired(cmd.Context())
		switch {
		case err != nil:
			return err
		case *out == outputJSON:
			return a.printJSON(images)
		case len(images) == 0:
			a.printf("There is nothing to restore in %s.\n", t.repo.Repository)
			return nil
		}
		return a.printExpired(images)
	}
	return cmd
}

// restoredImage is an image that was restored, or why not, as printed.
type restoredImage struct {
	Digest    string   `json:"digest"`
	Tags      []string `json:"tags"`
	TakenTags []string `json:"takenTags"` // that it had, and another image has now
	Failure   string   `json:"failure,omitempty"`
}

func (a *app) lifecycleRestore() *cobra.Command {
	var flags awsFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "restore <repository> [<tag or digest>...]",
		Short: "Bring back images that a lifecycle policy expired",
		Long: `Restore makes images what they were, byte for byte and with their tags; an index
comes with the images that it names, and an image with its signatures. Tags that
other images have by now stay with those. A tag means the image that had it and
expired last.

The policy leaves what was restored alone for as many days as it could have been
restored. Change the policy meanwhile, or protect what is in use with "pratique
lifecycle protect". The exit status is 1 if something was not restored.

It needs permission for pratique:ListExpiredImages and
pratique:RestoreExpiredImages.`,
		Example: `  pratique lifecycle restore 111122223333.dkr.ecr.us-east-1.example.com/team/app v1.4
  pratique lifecycle restore 111122223333.dkr.ecr.us-east-1.example.com/team/app --all`,
		Args: cobra.MinimumNArgs(1),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().BoolVar(&all, "all", false, "restore everything that can be")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if all == (len(args) > 1) {
			return errors.New("name the images to restore, or give --all")
		}
		t, err := a.lifecycleTarget(cmd.Context(), &flags, args[0])
		if err != nil {
			return err
		}
		images, err := t.expired(cmd.Context())
		if err != nil {
			return err
		}
		digests, err := chooseExpired(images, args[1:])
		if err != nil {
			return err
		}
		results, err := t.restore(cmd.Context(), digests)
		if err != nil {
			return err
		}
		return a.printRestored(results, *out)
	}
	return cmd
}

// chooseExpired returns the digests of the images named, or of all if none is.
// The last to expire come first.
func chooseExpired(images []expiredImage, names []string) ([]string, error) {
	var digests []string
	if len(names) == 0 {
		for _, e := range images {
			digests = append(digests, e.Digest)
		}
	}
	for _, name := range names {
		i := slices.IndexFunc(images, func(e expiredImage) bool { return e.Digest == name || slices.Contains(e.Tags, name) })
		if i < 0 {
			return nil, fmt.Errorf("no expired image is called %s", name)
		}
		digests = append(digests, images[i].Digest)
	}
	return digests, nil
}

// restore restores images, a hundred at a time. What came with an image before
// is not asked for again.
func (t *lifecycleTarget) restore(ctx context.Context, digests []string) ([]restoredImage, error) {
	results := []restoredImage{}
	known := func(digest string) bool {
		return slices.ContainsFunc(results, func(r restoredImage) bool { return r.Digest == digest })
	}
	for len(digests) > 0 {
		digests = slices.DeleteFunc(digests, known)
		batch := digests[:min(len(digests), 100)]
		if len(batch) == 0 {
			break
		}
		out, err := callLifecycle(ctx, t, pratique.RestoreExpiredImages, &pratique.RestoreExpiredImagesInput{
			RegistryId: &t.repo.Account, RepositoryName: &t.repo.Repository, ImageDigests: batch,
		})
		if err != nil {
			return nil, err
		}
		for _, r := range out.RestoredImages {
			results = append(results, restoredImage{Digest: aws.ToString(r.ImageDigest), Tags: append([]string{}, r.ImageTags...), TakenTags: append([]string{}, r.TakenTags...)})
		}
		for _, f := range out.Failures {
			results = append(results, restoredImage{Digest: aws.ToString(f.ImageDigest), Tags: []string{}, TakenTags: []string{}, Failure: aws.ToString(f.FailureReason)})
		}
		digests = digests[len(batch):]
	}
	return results, nil
}

func (a *app) printRestored(results []restoredImage, out output) error {
	failed := slices.ContainsFunc(results, func(r restoredImage) bool { return r.Failure != "" })
	if out == outputJSON {
		if err := a.printJSON(results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			name := imageName(r.Digest, r.Tags)
			switch {
			case r.Failure != "":
				a.printf("%s %s: %s\n", a.paint.red("not restored"), name, r.Failure)
			case len(r.TakenTags) > 0:
				a.printf("%s %s, without %s, which other images have\n", a.paint.green("restored"), name, strings.Join(r.TakenTags, ", "))
			default:
				a.printf("%s %s\n", a.paint.green("restored"), name)
			}
		}
		if len(results) == 0 {
			a.printf("There is nothing to restore.\n")
		}
	}
	if failed {
		return &exitError{1}
	}
	return nil
}
