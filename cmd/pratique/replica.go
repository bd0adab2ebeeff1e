package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
)

// replication says to grant on replicas where a platform pulls in one region
// only.
type replication struct {
	copy bool // the images that are there already
}

// replicaResult is what was done to have a replica.
type replicaResult struct {
	Of string `json:"of"`
	// Rule tells that a replication rule was added.
	Rule bool `json:"rule"`
	// Created tells that the repository was.
	Created bool `json:"created"`
	// Copied are the tags that were there before the rule.
	Copied []string `json:"copied,omitempty"`
}

func (r *replicaResult) changed() bool { return r.Rule || r.Created || len(r.Copied) > 0 }

// toRegion replaces repositories that are in another region than the platform
// pulls from by their replicas there, and sets up the replication.
func (r *rollout) toRegion(ctx context.Context, f awsFlags, g *grant.Grant, images []endpoint.Image, s selection, how *replication) ([]*target, error) {
	rule := g.Profile.SameRegion
	targets := make([]*target, len(images))
	away := map[endpoint.Registry][]*target{}
	for i, img := range images {
		targets[i] = &target{image: img}
		if rule == nil || how == nil || img.Region == g.Params[rule.Parameter] {
			continue
		}
		t := targets[i]
		t.of, t.copy = &img, how.copy
		t.image.Region = g.Params[rule.Parameter]
		away[img.Registry] = append(away[img.Registry], t)
	}
	if len(away) > 0 && r.emit != "" {
		return nil, fmt.Errorf("--emit writes no replication rules, which are one list for the whole registry: set up the replication first, then give the replicas to --repository")
	}
	for registry, list := range away {
		_, from, err := r.sides(ctx, f, g.Account, registry)
		if err != nil {
			return nil, err
		}
		if from.cfg == nil {
			return nil, noOwner(from)
		}
		var added []string
		for _, t := range list {
			t.from = from
		}
		if !r.revoke {
			if added, err = grant.Replicate(ctx, ecr.NewFromConfig(*from.cfg), registry.Account, list[0].image.Region, filters(list, s), !r.changes()); err != nil {
				return nil, err
			}
		}
		r.result.Replication = append(r.result.Replication, replicationRule{registry.Host(), list[0].image.Region, added})
	}
	return targets, nil
}

// replicationRule is what was added to the rules of a registry.
type replicationRule struct {
	Registry string   `json:"registry"`
	Region   string   `json:"region"`
	Filters  []string `json:"filters"`
}

// filters are what a replication rule needs for the repositories: the prefix
// that selected them, or their names.
func filters(list []*target, s selection) []string {
	if s.by != nil && len(s.by.Prefix) >= 2 && len(s.by.Tags) == 0 && len(s.images) == 0 {
		return []string{s.by.Prefix}
	}
	var names []string
	for _, t := range list {
		names = append(names, t.image.Repository)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// replica creates a target's repository if it is to be a replica, and copies
// the tags that the replication does not bring, since they were there before.
func (r *rollout) replica(ctx context.Context, t *target) error {
	if t.of == nil {
		return nil
	}
	res := &replicaResult{Of: t.of.URI(t.of.Repository)}
	t.result.Replica = res
	if r.revoke {
		return nil
	}
	if t.owner.cfg == nil {
		return noOwner(t.owner)
	}
	for _, rule := range r.result.Replication {
		res.Rule = res.Rule || rule.Registry == t.of.Host() && slices.ContainsFunc(rule.Filters, func(f string) bool { return strings.HasPrefix(t.of.Repository, f) })
	}
	from, to := ecr.NewFromConfig(*t.from.cfg), ecr.NewFromConfig(*t.owner.cfg)
	var err error
	if res.Created, err = grant.CreateReplica(ctx, from, to, t.image.Account, t.image.Repository, !r.changes()); err != nil || !t.copy {
		return err
	}
	have, err := tags(ctx, from, *t.of)
	if err != nil {
		return err
	}
	there := map[string]string{}
	if r.changes() || !res.Created {
		if there, err = tags(ctx, to, t.image); err != nil {
			return err
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(have)) {
		if there[tag] == have[tag] {
			continue
		}
		if r.changes() {
			if err := r.copyTag(ctx, t, tag); err != nil {
				return err
			}
		}
		res.Copied = append(res.Copied, tag)
	}
	return nil
}

// tags are the digests of a repository's tags.
func tags(ctx context.Context, api *ecr.Client, img endpoint.Image) (map[string]string, error) {
	all := map[string]string{}
	for pages := ecr.NewDescribeImagesPaginator(api, &ecr.DescribeImagesInput{RegistryId: &img.Account, RepositoryName: &img.Repository, MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the images of %s: %w", img.URI(img.Repository), err)
		}
		for _, d := range page.ImageDetails {
			for _, tag := range d.ImageTags {
				all[tag] = aws.ToString(d.ImageDigest)
			}
		}
	}
	return all, nil
}

// copyTag copies an image, all platforms of it, to the replica.
func (r *rollout) copyTag(ctx context.Context, t *target, tag string) error {
	src, dst := *t.of, t.image
	src.Tag, dst.Tag = tag, tag
	fail := func(err error) error { return fmt.Errorf("copy %s to %s: %w", src, t.image.Region, err) }
	reader, err := r.login(ctx, loginKey{t.from.arn, src.Registry}, *t.from.cfg)
	if err != nil {
		return fail(err)
	}
	writer, err := r.login(ctx, loginKey{t.owner.arn, dst.Registry}, *t.owner.cfg)
	if err != nil {
		return fail(err)
	}
	if err := copyImage(ctx, reader, src, writer, dst); err != nil {
		return fail(err)
	}
	return nil
}

func copyImage(ctx context.Context, reader *access.Registry, src endpoint.Image, writer *access.Registry, dst endpoint.Image) error {
	from, err := reader.Reference(src)
	if err != nil {
		return err
	}
	to, err := writer.Reference(dst)
	if err != nil {
		return err
	}
	got, err := remote.Get(from, reader.Remote(ctx)...)
	if err != nil {
		return err
	}
	if got.MediaType.IsIndex() {
		index, err := got.ImageIndex()
		if err != nil {
			return err
		}
		return remote.WriteIndex(to, index, writer.Remote(ctx)...)
	}
	img, err := got.Image()
	if err != nil {
		return err
	}
	return remote.Write(to, img, writer.Remote(ctx)...)
}
