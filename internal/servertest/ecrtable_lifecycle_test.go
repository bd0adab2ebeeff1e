package servertest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// keepNewest is a lifecycle policy that keeps one image.
const keepNewest = `{
  "rules": [
    {"rulePriority": 1, "description": "keep one", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}
  ]
}`

const keepNewestCompact = `{"rules":[{"rulePriority":1,"description":"keep one","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}`

// invalidLifecycle is how ECR begins to say what is wrong with a policy.
const invalidLifecycle = "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: "

// lifecycleRows are the rows of the operations of lifecycle policies.
func lifecycleRows() []tableRow {
	return slices.Concat(lifecyclePolicyRows(), invalidLifecycleRows(), startPreviewRows(), previewRows())
}

func (w *tableWorld) lifecyclePolicy() {
	w.t.Helper()
	must(w.ecr.PutLifecyclePolicy(w.t.Context(), &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: aws.String(keepNewest)}))(w.t)
}

const (
	noSuchRepository = "The repository with name 'team/app' does not exist in the registry with id '@ACCOUNT'"
	noSuchPolicy     = "Lifecycle policy does not exist for the repository with name 'team/app' in the registry with id '@ACCOUNT'"
)

func lifecyclePolicyRows() []tableRow {
	get := &ecr.GetLifecyclePolicyInput{RepositoryName: aws.String(app)}
	remove := &ecr.DeleteLifecyclePolicyInput{RepositoryName: aws.String(app)}
	put := &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: aws.String(keepNewest)}
	return []tableRow{
		{
			op: "PutLifecyclePolicy", name: "a policy, which is kept compact", call: send(put, (*tableWorld).repository),
			check: func(t *testing.T, w *tableWorld, out any) {
				o := out.(*ecr.PutLifecyclePolicyOutput)
				if *o.RegistryId != w.account || *o.RepositoryName != app || *o.LifecyclePolicyText != keepNewestCompact {
					t.Errorf("%s %s: %s", *o.RegistryId, *o.RepositoryName, *o.LifecyclePolicyText)
				}
			},
		},
		{op: "PutLifecyclePolicy", name: "no repository", call: send(put), code: "RepositoryNotFoundException", message: noSuchRepository},
		{
			op: "PutLifecyclePolicy", name: "too short", code: "InvalidParameterException",
			call: send(&ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: aws.String("{}")}, (*tableWorld).repository),
		},
		{
			op: "PutLifecyclePolicy", name: "too long", code: "InvalidParameterException",
			call: send(&ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: aws.String(keepNewest + strings.Repeat(" ", 30720))}, (*tableWorld).repository),
		},
		{
			op: "PutLifecyclePolicy", name: "another account's repository", code: "AccessDeniedException",
			call: asStranger(func(w *tableWorld) any {
				return &ecr.PutLifecyclePolicyInput{RegistryId: &w.account, RepositoryName: aws.String(app), LifecyclePolicyText: aws.String(keepNewest)}
			}, (*tableWorld).repository),
		},
		{
			op: "GetLifecyclePolicy", name: "a policy that was never applied", call: send(get, (*tableWorld).repository, (*tableWorld).lifecyclePolicy),
			check: func(t *testing.T, w *tableWorld, out any) {
				o := out.(*ecr.GetLifecyclePolicyOutput)
				if *o.RegistryId != w.account || *o.RepositoryName != app || *o.LifecyclePolicyText != keepNewestCompact || !o.LastEvaluatedAt.Equal(time.Unix(0, 0)) {
					t.Errorf("%s %s: %s, applied %v", *o.RegistryId, *o.RepositoryName, *o.LifecyclePolicyText, o.LastEvaluatedAt)
				}
			},
		},
		{op: "GetLifecyclePolicy", name: "no policy", call: send(get, (*tableWorld).repository), code: "LifecyclePolicyNotFoundException", message: noSuchPolicy},
		{op: "GetLifecyclePolicy", name: "no repository", call: send(get), code: "RepositoryNotFoundException", message: noSuchRepository},
		{op: "GetLifecyclePolicy", name: "bad name", call: send(&ecr.GetLifecyclePolicyInput{RepositoryName: aws.String("BAD")}), code: "InvalidParameterException"},
		{
			op: "DeleteLifecyclePolicy", name: "a policy", call: send(remove, (*tableWorld).repository, (*tableWorld).lifecyclePolicy),
			check: func(t *testing.T, w *tableWorld, out any) {
				if o := out.(*ecr.DeleteLifecyclePolicyOutput); *o.LifecyclePolicyText != keepNewestCompact || !o.LastEvaluatedAt.Equal(time.Unix(0, 0)) {
					t.Errorf("%s, applied %v", *o.LifecyclePolicyText, o.LastEvaluatedAt)
				}
				_, err := w.ecr.GetLifecyclePolicy(t.Context(), get)
				if e := (*types.LifecyclePolicyNotFoundException)(nil); !errors.As(err, &e) {
					t.Errorf("error %v once the policy was deleted", err)
				}
			},
		},
		{op: "DeleteLifecyclePolicy", name: "no policy", call: send(remove, (*tableWorld).repository), code: "LifecyclePolicyNotFoundException", message: noSuchPolicy},
		{op: "DeleteLifecyclePolicy", name: "no repository", call: send(remove), code: "RepositoryNotFoundException", message: noSuchRepository},
		{op: "DeleteLifecyclePolicy", name: "bad name", call: send(&ecr.DeleteLifecyclePolicyInput{RepositoryName: aws.String("BAD")}), code: "InvalidParameterException"},
	}
}

// invalidLifecycleRows have the sentences that ECR was seen to answer.
func invalidLifecycleRows() []tableRow {
	var rows []tableRow
	for _, tc := range []struct{ name, old, new, reason string }{
		{"not JSON", `{`, ``, "Could not map policyString into LifecyclePolicy."},
		{"no priority", `"rulePriority": 1,`, ``, `object has missing required properties (["rulePriority"])`},
		{"unknown member", `"rulePriority"`, `"foo": 1, "rulePriority"`, `object instance has properties which are not allowed by the schema: (["foo"])`},
		{"unknown tagStatus", `"any"`, `"x"`, `instance value ("x") not found in enum (possible values: ["any","tagged","untagged"])`},
		{"no count unit", `imageCountMoreThan`, `sinceImagePushed`, "instance failed to match exactly one schema (matched 0 out of 2)"},
		{"a count of nothing", `"countNumber": 1`, `"countNumber": 0`, "numeric instance is lower than the required minimum (minimum: 1, found: 0)"},
		{"tagged without a list", `"any"`, `"tagged"`, "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."},
		{"two rules for untagged", `{"rulePriority": 1`, untaggedRule(3) + `,` + untaggedRule(2) + `, {"rulePriority": 9`, "Only one rule can select Untagged images per storage class."},
		{"a rule after that for all", `{"rulePriority": 1`, untaggedRule(3) + `, {"rulePriority": 1`, "Rule for tagStatus=ANY must have the lowest priority per storage class"},
	} {
		text := strings.Replace(keepNewest, tc.old, tc.new, 1)
		rows = append(rows, tableRow{
			op: "PutLifecyclePolicy", name: tc.name, code: "InvalidParameterException", message: invalidLifecycle + tc.reason + "'",
			call: send(&ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(app), LifecyclePolicyText: &text}, (*tableWorld).repository),
		})
	}
	return rows
}

func untaggedRule(priority int) string {
	return `{"rulePriority": ` + string(rune('0'+priority)) + `, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}}`
}

func startPreview(text *string) *ecr.StartLifecyclePolicyPreviewInput {
	return &ecr.StartLifecyclePolicyPreviewInput{RepositoryName: aws.String(app), LifecyclePolicyText: text}
}

func startPreviewRows() []tableRow {
	started := func(text string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			o := out.(*ecr.StartLifecyclePolicyPreviewOutput)
			if *o.RegistryId != w.account || *o.RepositoryName != app || *o.LifecyclePolicyText != text || o.Status != types.LifecyclePolicyPreviewStatusInProgress {
				t.Errorf("%s %s: %s %s", *o.RegistryId, *o.RepositoryName, *o.LifecyclePolicyText, o.Status)
			}
		}
	}
	return []tableRow{
		{
			op: "StartLifecyclePolicyPreview", name: "a policy, as it is written", check: started(keepNewest),
			call: send(startPreview(aws.String(keepNewest)), (*tableWorld).repository),
		},
		{
			op: "StartLifecyclePolicyPreview", name: "the repository's policy", check: started(keepNewestCompact),
			call: send(startPreview(nil), (*tableWorld).repository, (*tableWorld).lifecyclePolicy),
		},
		{
			op: "StartLifecyclePolicyPreview", name: "no policy", code: "LifecyclePolicyNotFoundException", message: noSuchPolicy,
			call: send(startPreview(nil), (*tableWorld).repository),
		},
		{
			op: "StartLifecyclePolicyPreview", name: "no repository", code: "RepositoryNotFoundException", message: noSuchRepository,
			call: send(startPreview(aws.String(keepNewest))),
		},
		{
			op: "StartLifecyclePolicyPreview", name: "not a policy", code: "InvalidParameterException",
			message: invalidLifecycle + "object instance has properties which are not allowed by the schema: ([\"Rules\"])'",
			call:    send(startPreview(aws.String(strings.Replace(keepNewest, "rules", "Rules", 1))), (*tableWorld).repository),
		},
		{
			op: "StartLifecyclePolicyPreview", name: "in progress already", code: "LifecyclePolicyPreviewInProgressException",
			message: "Lifecycle policy preview is in progress for the repository with name 'team/app' in the registry with id '@ACCOUNT'",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				for { // until the server does not come to do it in between
					out, err := w.ecr.StartLifecyclePolicyPreview(ctx, startPreview(aws.String(keepNewest)))
					if err != nil {
						return out, err
					}
				}
			},
		},
	}
}

// previewed pushes the images v1, v2, one without a tag and v3 to app, previews
// keepNewest and waits for the end as users of the SDK do.
func (w *tableWorld) previewed() {
	w.t.Helper()
	w.repository()
	for _, tag := range []string{"v1", "v2", "", "v3"} {
		w.image(app, tag)
		w.clock.advance(time.Second)
	}
	must(w.ecr.StartLifecyclePolicyPreview(w.t.Context(), startPreview(aws.String(keepNewest))))(w.t)
	waiter := ecr.NewLifecyclePolicyPreviewCompleteWaiter(w.ecr, func(o *ecr.LifecyclePolicyPreviewCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 200*time.Millisecond
	})
	if err := waiter.Wait(w.t.Context(), preview(ecr.GetLifecyclePolicyPreviewInput{}), time.Minute); err != nil {
		w.t.Fatal(err)
	}
}

// preview is a GetLifecyclePolicyPreview of app.
func preview(in ecr.GetLifecyclePolicyPreviewInput) *ecr.GetLifecyclePolicyPreviewInput {
	in.RepositoryName = aws.String(app)
	return &in
}

func previewRows() []tableRow {
	row := func(name string, in ecr.GetLifecyclePolicyPreviewInput, tags ...string) tableRow {
		return tableRow{
			op: "GetLifecyclePolicyPreview", name: name, call: send(preview(in), (*tableWorld).previewed),
			check: func(t *testing.T, _ *tableWorld, out any) {
				got := []string{}
				for _, r := range out.(*ecr.GetLifecyclePolicyPreviewOutput).PreviewResults {
					got = append(got, strings.Join(r.ImageTags, ","))
				}
				slices.Sort(got)
				if !slices.Equal(got, tags) {
					t.Errorf("images %q, want %q", got, tags)
				}
			},
		}
	}
	all := row("what would expire", ecr.GetLifecyclePolicyPreviewInput{}, "", "v1", "v2")
	images := all.check
	all.check = func(t *testing.T, w *tableWorld, out any) {
		images(t, w, out)
		o := out.(*ecr.GetLifecyclePolicyPreviewOutput)
		if *o.RegistryId != w.account || *o.RepositoryName != app || *o.LifecyclePolicyText != keepNewest || o.Status != types.LifecyclePolicyPreviewStatusComplete ||
			*o.Summary.ExpiringImageTotalCount != 3 || len(o.Summary.TransitioningImageTotalCounts) != 0 || o.NextToken != nil {
			t.Errorf("preview %+v", o)
		}
		for _, r := range o.PreviewResults {
			if r.Action.Type != types.ImageActionTypeExpire || r.Action.TargetStorageClass != "" || *r.AppliedRulePriority != 1 ||
				r.StorageClass != types.LifecyclePolicyStorageClassStandard || r.ImageDigest == nil || w.clock.now().Sub(*r.ImagePushedAt) > time.Hour {
				t.Errorf("result %+v", r)
			}
		}
	}
	idle := `{"rules":[{"rulePriority":7,"selection":{"tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":1},"action":{"type":"transition","targetStorageClass":"archive"}}]}`
	return []tableRow{
		all,
		row("tagged images", ecr.GetLifecyclePolicyPreviewInput{Filter: &types.LifecyclePolicyPreviewFilter{TagStatus: types.TagStatusTagged}}, "v1", "v2"),
		row("untagged images", ecr.GetLifecyclePolicyPreviewInput{Filter: &types.LifecyclePolicyPreviewFilter{TagStatus: types.TagStatusUntagged}}, ""),
		row("images by name", ecr.GetLifecyclePolicyPreviewInput{ImageIds: []types.ImageIdentifier{byTag("v2"), byTag("v3"), byTag("no")}}, "v2"),
		{
			op: "GetLifecyclePolicyPreview", name: "page by page",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.previewed()
				var all []types.LifecyclePolicyPreviewResult
				pages := ecr.NewGetLifecyclePolicyPreviewPaginator(w.ecr, preview(ecr.GetLifecyclePolicyPreviewInput{}), func(o *ecr.GetLifecyclePolicyPreviewPaginatorOptions) { o.Limit = 1 })
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil || len(page.PreviewResults) != 1 || *page.Summary.ExpiringImageTotalCount != 3 {
						return page, err
					}
					all = append(all, page.PreviewResults...)
				}
				return all, nil
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				if all, ok := out.([]types.LifecyclePolicyPreviewResult); !ok || len(all) != 3 {
					t.Errorf("results %+v", out)
				}
			},
		},
		{
			op: "GetLifecyclePolicyPreview", name: "what would go to the archive",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				w.image(app, "v1")
				w.clock.advance(25 * time.Hour)
				must(w.ecr.StartLifecyclePolicyPreview(ctx, startPreview(&idle)))(w.t)
				for {
					out, err := w.ecr.GetLifecyclePolicyPreview(ctx, preview(ecr.GetLifecyclePolicyPreviewInput{}))
					if err != nil || out.Status != types.LifecyclePolicyPreviewStatusInProgress {
						return out, err
					}
					time.Sleep(50 * time.Millisecond)
				}
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				o := out.(*ecr.GetLifecyclePolicyPreviewOutput)
				if len(o.PreviewResults) != 1 || *o.Summary.ExpiringImageTotalCount != 0 || len(o.Summary.TransitioningImageTotalCounts) != 1 {
					t.Fatalf("preview %+v", o)
				}
				r, n := o.PreviewResults[0], o.Summary.TransitioningImageTotalCounts[0]
				if r.Action.Type != types.ImageActionTypeTransition || r.Action.TargetStorageClass != types.LifecyclePolicyTargetStorageClassArchive || *r.AppliedRulePriority != 7 ||
					n.TargetStorageClass != types.LifecyclePolicyTargetStorageClassArchive || *n.ImageTotalCount != 1 {
					t.Errorf("result %+v, count %+v", r, n)
				}
			},
		},
		{
			op: "GetLifecyclePolicyPreview", name: "a day later", call: send(preview(ecr.GetLifecyclePolicyPreviewInput{}), (*tableWorld).previewed, func(w *tableWorld) { w.clock.advance(24 * time.Hour) }),
			check: func(t *testing.T, _ *tableWorld, out any) {
				if o := out.(*ecr.GetLifecyclePolicyPreviewOutput); o.Status != types.LifecyclePolicyPreviewStatusExpired || len(o.PreviewResults) != 0 || o.Summary != nil {
					t.Errorf("preview %+v", o)
				}
			},
		},
		{
			op: "GetLifecyclePolicyPreview", name: "none started", code: "LifecyclePolicyPreviewNotFoundException",
			message: "Lifecycle policy preview does not exist for the repository with name 'team/app' in the registry with id '@ACCOUNT'",
			call:    send(preview(ecr.GetLifecyclePolicyPreviewInput{}), (*tableWorld).repository),
		},
		{
			op: "GetLifecyclePolicyPreview", name: "no repository", code: "RepositoryNotFoundException", message: noSuchRepository,
			call: send(preview(ecr.GetLifecyclePolicyPreviewInput{})),
		},
		{
			op: "GetLifecyclePolicyPreview", name: "pages larger than 100", code: "InvalidParameterException",
			message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 100'",
			call:    send(preview(ecr.GetLifecyclePolicyPreviewInput{MaxResults: aws.Int32(101)}), (*tableWorld).repository),
		},
		{
			op: "GetLifecyclePolicyPreview", name: "pages of images by name", code: "InvalidParameterException",
			call: send(preview(ecr.GetLifecyclePolicyPreviewInput{MaxResults: aws.Int32(1), ImageIds: []types.ImageIdentifier{byTag("v1")}}), (*tableWorld).repository),
		},
		{
			op: "GetLifecyclePolicyPreview", name: "a token of nobody's", code: "InvalidParameterException",
			call: send(preview(ecr.GetLifecyclePolicyPreviewInput{NextToken: aws.String("no")}), (*tableWorld).previewed),
		},
	}
}
