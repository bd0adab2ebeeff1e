package grant

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// Parallel is how many repositories are worked on at a time, unless said
// otherwise.
const Parallel = 8

// Selection says which repositories of a registry are meant.
type Selection struct {
	// Prefix begins their names.
	Prefix string
	// Tags are resource tags that they have, all of them.
	Tags map[string]string
}

// String describes the selection: `with prefix "team/" and tag env=prod`.
func (s Selection) String() string {
	var parts []string
	if s.Prefix != "" {
		parts = append(parts, fmt.Sprintf("prefix %q", s.Prefix))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Tags)) {
		parts = append(parts, "tag "+k+"="+s.Tags[k])
	}
	if len(parts) == 0 {
		return "of any name"
	}
	return "with " + strings.Join(parts, " and ")
}

// Select lists the repositories of an account's registry that are meant, by
// name, with the owner's credentials. None is an error.
func Select(ctx context.Context, api *ecr.Client, account string, s Selection, parallel int) ([]string, error) {
	var names, arns []string
	for pages := ecr.NewDescribeRepositoriesPaginator(api, &ecr.DescribeRepositoriesInput{RegistryId: &account, MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the repositories of account %s: %w", account, err)
		}
		for _, r := range page.Repositories {
			if name := aws.ToString(r.RepositoryName); strings.HasPrefix(name, s.Prefix) {
				names, arns = append(names, name), append(arns, aws.ToString(r.RepositoryArn))
			}
		}
	}
	if len(s.Tags) > 0 {
		has := make([]bool, len(names))
		errs := make([]error, len(names))
		started := Each(ctx, parallel, len(names), func(ctx context.Context, i int) {
			has[i], errs[i] = tagged(ctx, api, arns[i], s.Tags)
		})
		if started < len(names) {
			return nil, ctx.Err()
		}
		var kept []string
		for i, name := range names {
			if errs[i] != nil {
				return nil, fmt.Errorf("read the tags of repository %s: %w", name, errs[i])
			}
			if has[i] {
				kept = append(kept, name)
			}
		}
		names = kept
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("account %s has no repository %s in %s", account, s, api.Options().Region)
	}
	slices.Sort(names)
	return names, nil
}

func tagged(ctx context.Context, api *ecr.Client, repository string, want map[string]string) (bool, error) {
	out, err := api.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: &repository})
	if err != nil {
		return false, err
	}
	missing := maps.Clone(want)
	for _, t := range out.Tags {
		if k := aws.ToString(t.Key); missing[k] == aws.ToString(t.Value) {
			delete(missing, k)
		}
	}
	return len(missing) == 0, nil
}

// grace is how long calls in flight may go on when the program is interrupted.
const grace = 20 * time.Second

// Each calls do with the numbers below n, in their order, at most parallel at a
// time, and returns how many it began. When ctx ends it begins no further ones
// and waits for those in flight, which have a context of their own that ends
// some seconds later.
func Each(ctx context.Context, parallel, n int, do func(ctx context.Context, i int)) (started int) {
	inFlight, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-inFlight.Done():
		}
	})()
	var wait sync.WaitGroup
	places := make(chan struct{}, max(1, cmp.Or(parallel, Parallel)))
	for ; started < n && ctx.Err() == nil; started++ {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			wait.Wait()
			return started
		}
		i := started
		wait.Go(func() {
			defer func() { <-places }()
			do(inFlight, i)
		})
	}
	wait.Wait()
	return started
}
