package servertest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pratique-dev/pratique/internal/servertest"
)

// configRows are the rows of the operations that configure what a registry
// does by itself.
func configRows() []tableRow {
	return slices.Concat(replicationRows(), pullThroughRows(), updatePullThroughRows(), templateRows(), updateTemplateRows())
}

// replicate calls PutReplicationConfiguration with one rule per destination.
func (w *tableWorld) replicate(to ...types.ReplicationDestination) (*ecr.PutReplicationConfigurationOutput, error) {
	c := &types.ReplicationConfiguration{Rules: []types.ReplicationRule{}}
	for i := range to {
		c.Rules = append(c.Rules, types.ReplicationRule{Destinations: to[i : i+1]})
	}
	return w.ecr.PutReplicationConfiguration(w.t.Context(), &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: c})
}

// destination is a registry to replicate to.
func destination(account, region string) types.ReplicationDestination {
	return types.ReplicationDestination{RegistryId: &account, Region: &region}
}

// hasRole reports whether the row's account has a role.
func (w *tableWorld) hasRole(name string) bool {
	_, err := w.iamClient().GetRole(w.t.Context(), &iam.GetRoleInput{RoleName: &name})
	return err == nil
}

func replicationRows() []tableRow {
	filters := []types.RepositoryFilter{{Filter: aws.String("team/"), FilterType: types.RepositoryFilterTypePrefixMatch}}
	return []tableRow{
		{
			op: "PutReplicationConfiguration", name: "rules with and without filters",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{
					ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{
						{Destinations: []types.ReplicationDestination{destination(w.account, "eu-west-1")}, RepositoryFilters: filters},
						{Destinations: []types.ReplicationDestination{destination(w.strangerAccount, servertest.Region)}},
					}},
				})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				rules := out.(*ecr.PutReplicationConfigurationOutput).ReplicationConfiguration.Rules
				if len(rules) != 2 || *rules[0].RepositoryFilters[0].Filter != "team/" || len(rules[1].RepositoryFilters) != 0 || *rules[1].Destinations[0].RegistryId != w.strangerAccount {
					t.Errorf("rules: %+v", rules)
				}
				read := must(w.ecr.DescribeRegistry(t.Context(), &ecr.DescribeRegistryInput{}))(t).ReplicationConfiguration.Rules
				if diff := cmp.Diff(rules, read, cmpopts.IgnoreUnexported(types.ReplicationRule{}, types.ReplicationDestination{}, types.RepositoryFilter{})); diff != "" {
					t.Errorf("DescribeRegistry (-put +described):\n%s", diff)
				}
				if !w.hasRole("AWSServiceRoleForECRReplication") {
					t.Error("there is no service-linked role")
				}
			},
		},
		{
			op: "PutReplicationConfiguration", name: "no rules",
			call: func(_ context.Context, w *tableWorld) (any, error) {
				must(w.replicate(destination(w.account, "eu-west-1")))(w.t)
				return w.replicate()
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				if rules := out.(*ecr.PutReplicationConfigurationOutput).ReplicationConfiguration.Rules; rules == nil || len(rules) != 0 {
					t.Errorf("rules: %+v", rules)
				}
			},
		},
		{
			op: "PutReplicationConfiguration", name: "a caller who may not make the service-linked role",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				c := w.client(w.user("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`))
				return c.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: &types.ReplicationConfiguration{
					Rules: []types.ReplicationRule{{Destinations: []types.ReplicationDestination{destination(w.account, "eu-west-1")}}},
				}})
			},
			code: "AccessDeniedException", message: "User: arn:aws:iam::@ACCOUNT:user/alice is not authorized to perform: iam:CreateServiceLinkedRole on resource: " +
				"arn:aws:iam::@ACCOUNT:role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication because no identity-based policy allows the iam:CreateServiceLinkedRole action",
		},
		{
			op: "PutReplicationConfiguration", name: "the full access policy is enough",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				alice := w.user("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:DescribeRegistry","Resource":"*"}}`)
				must(w.iamClient().AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{
					UserName: aws.String("alice"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess"),
				}))(w.t)
				return w.client(alice).PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{ReplicationConfiguration: &types.ReplicationConfiguration{
					Rules: []types.ReplicationRule{{Destinations: []types.ReplicationDestination{destination(w.account, "eu-west-1")}}},
				}})
			},
		},
		{
			op: "PutReplicationConfiguration", name: "to the registry itself",
			call: func(_ context.Context, w *tableWorld) (any, error) {
				return w.replicate(destination(w.account, servertest.Region))
			},
			code: "InvalidParameterException", message: "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: 'Replication destination cannot be the same as the source registry'",
		},
		{
			op: "PutReplicationConfiguration", name: "eleven rules",
			call: func(_ context.Context, w *tableWorld) (any, error) {
				return w.replicate(slices.Repeat([]types.ReplicationDestination{destination(w.account, "eu-west-1")}, 11)...)
			},
			code: "InvalidParameterException",
		},
		{
			op: "PutReplicationConfiguration", name: "not an account",
			call: func(_ context.Context, w *tableWorld) (any, error) {
				return w.replicate(destination("12", "eu-west-1"))
			},
			code: "InvalidParameterException",
		},
		{
			op: "PutReplicationConfiguration", name: "26 destinations",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				rule := types.ReplicationRule{}
				for i := range 26 {
					rule.Destinations = append(rule.Destinations, destination(fmt.Sprintf("3%011d", i), "eu-west-1"))
				}
				return w.ecr.PutReplicationConfiguration(ctx, &ecr.PutReplicationConfigurationInput{
					ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{rule}},
				})
			},
			code: "ValidationException", message: "The replication configuration exceeds the maximum allowed number of unique destinations which is '25'",
		},
		{
			op: "DescribeRegistry", name: "nothing is replicated",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DescribeRegistry(ctx, &ecr.DescribeRegistryInput{})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.DescribeRegistryOutput)
				if *r.RegistryId != w.account || r.ReplicationConfiguration == nil || r.ReplicationConfiguration.Rules == nil || len(r.ReplicationConfiguration.Rules) != 0 {
					t.Errorf("registry: %+v", r)
				}
			},
		},
		{
			op: "DescribeImageReplicationStatus", name: "an image from before the rules",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				w.image(app, "v1")
				must(w.replicate(destination(w.account, "eu-west-1")))(w.t)
				return w.ecr.DescribeImageReplicationStatus(ctx, &ecr.DescribeImageReplicationStatusInput{
					RepositoryName: aws.String(app), ImageId: new(byTag("v1")), RegistryId: &w.account,
				})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				s := out.(*ecr.DescribeImageReplicationStatusOutput)
				if *s.RepositoryName != app || *s.ImageId.ImageTag != "v1" || s.ReplicationStatuses == nil || len(s.ReplicationStatuses) != 0 {
					t.Errorf("status: %+v", s)
				}
			},
		},
		{
			op: "DescribeImageReplicationStatus", name: "neither tag nor digest",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				return w.ecr.DescribeImageReplicationStatus(ctx, &ecr.DescribeImageReplicationStatusInput{RepositoryName: aws.String(app), ImageId: &types.ImageIdentifier{}})
			},
			code: "InvalidParameterException",
		},
		{
			op: "DescribeImageReplicationStatus", name: "no image",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				return w.ecr.DescribeImageReplicationStatus(ctx, &ecr.DescribeImageReplicationStatusInput{RepositoryName: aws.String(app), ImageId: new(byTag("v1"))})
			},
			code: "ImageNotFoundException",
		},
		{
			op: "DescribeImageReplicationStatus", name: "no repository",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DescribeImageReplicationStatus(ctx, &ecr.DescribeImageReplicationStatusInput{RepositoryName: aws.String(app), ImageId: new(byTag("v1"))})
			},
			code: "RepositoryNotFoundException", message: noRepository,
		},
		{
			op: "DescribeImageReplicationStatus", name: "of another account",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.stranger.DescribeImageReplicationStatus(ctx, &ecr.DescribeImageReplicationStatusInput{
					RegistryId: &w.account, RepositoryName: aws.String(app), ImageId: new(byTag("v1")),
				})
			},
			code: "AccessDeniedException",
		},
	}
}

// secretARN names a secret of the row's account in a region.
func (w *tableWorld) secretARN(region string) *string {
	return aws.String("arn:aws:secretsmanager:" + region + ":" + w.account + ":secret:ecr-pullthroughcache/hub-AbCdEf")
}

// quay makes a rule for a registry that takes no credentials.
func (w *tableWorld) quay(prefix string) {
	w.t.Helper()
	must(w.ecr.CreatePullThroughCacheRule(w.t.Context(), &ecr.CreatePullThroughCacheRuleInput{EcrRepositoryPrefix: &prefix, UpstreamRegistryUrl: aws.String("quay.io")}))(w.t)
}

// hub makes a rule for Docker Hub.
func (w *tableWorld) hub() {
	w.t.Helper()
	must(w.ecr.CreatePullThroughCacheRule(w.t.Context(), &ecr.CreatePullThroughCacheRuleInput{
		EcrRepositoryPrefix: aws.String("hub"), UpstreamRegistryUrl: aws.String("registry-1.docker.io"), CredentialArn: w.secretARN(servertest.Region),
	}))(w.t)
}

const noRule = "The pull through cache rule with prefix 'hub' does not exist in the registry with id '@ACCOUNT'"

func pullThroughRows() []tableRow {
	create := func(name string, in func(*tableWorld) *ecr.CreatePullThroughCacheRuleInput, code, message string) tableRow {
		return tableRow{
			op: "CreatePullThroughCacheRule", name: name, code: code, message: message,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				rule := in(w)
				if rule.EcrRepositoryPrefix == nil {
					rule.EcrRepositoryPrefix = aws.String("hub")
				}
				return w.ecr.CreatePullThroughCacheRule(ctx, rule)
			},
		}
	}
	upstream := func(url string) func(*tableWorld) *ecr.CreatePullThroughCacheRuleInput {
		return func(*tableWorld) *ecr.CreatePullThroughCacheRuleInput {
			return &ecr.CreatePullThroughCacheRuleInput{UpstreamRegistryUrl: &url}
		}
	}
	hub := func(change func(*tableWorld, *ecr.CreatePullThroughCacheRuleInput)) func(*tableWorld) *ecr.CreatePullThroughCacheRuleInput {
		return func(w *tableWorld) *ecr.CreatePullThroughCacheRuleInput {
			in := &ecr.CreatePullThroughCacheRuleInput{UpstreamRegistryUrl: aws.String("registry-1.docker.io"), CredentialArn: w.secretARN(servertest.Region)}
			change(w, in)
			return in
		}
	}
	rows := []tableRow{
		create("exists", func(w *tableWorld) *ecr.CreatePullThroughCacheRuleInput {
			w.quay("hub/")
			return &ecr.CreatePullThroughCacheRuleInput{UpstreamRegistryUrl: aws.String("quay.io")}
		}, "PullThroughCacheRuleAlreadyExistsException", "The pull through cache rule with prefix 'hub' already exists in the registry with id '@ACCOUNT'"),
		create("unsupported upstream", upstream("harbor.example.com"), "UnsupportedUpstreamRegistryException",
			"The upstream registry URL harbor.example.com is invalid. Specify a valid upstream registry URL and try again"),
		create("upstream is another", hub(func(_ *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) {
			in.UpstreamRegistry = types.UpstreamRegistryQuay
		}),
			"UnsupportedUpstreamRegistryException", ""),
		create("no credentials", upstream("ghcr.io"), "UnsupportedUpstreamRegistryException",
			"The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN and try again"),
		create("prefix is no prefix", func(*tableWorld) *ecr.CreatePullThroughCacheRuleInput {
			return &ecr.CreatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("Hub"), UpstreamRegistryUrl: aws.String("quay.io")}
		}, "InvalidParameterException", ""),
		create("secret of another name", hub(func(w *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) {
			in.CredentialArn = aws.String("arn:aws:secretsmanager:us-east-1:" + w.account + ":secret:something-else")
		}), "InvalidParameterException", ""),
		create("secret of another account", hub(func(w *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) {
			in.CredentialArn = aws.String("arn:aws:secretsmanager:us-east-1:" + w.strangerAccount + ":secret:ecr-pullthroughcache/x")
		}), "UnableToAccessSecretException", ""),
		create("secret of another region", hub(func(w *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) {
			in.CredentialArn = w.secretARN("eu-west-1")
		}),
			"SecretNotFoundException", ""),
		create("upstream prefix of the root", hub(func(_ *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) {
			in.EcrRepositoryPrefix, in.UpstreamRepositoryPrefix = aws.String("ROOT"), aws.String("library")
		}), "ValidationException", "upstreamRepositoryPrefix can't be set when ecrRepositoryPrefix is ROOT"),
		create("another account without a role", upstream("999999999999.dkr.ecr.us-east-1.amazonaws.com"), "ValidationException",
			"customRoleArn is required for an upstream registry of another account"),
		{
			op: "CreatePullThroughCacheRule", name: "51 rules",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				for i := range 50 {
					w.quay(fmt.Sprint("quay", i))
				}
				return w.ecr.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("more"), UpstreamRegistryUrl: aws.String("quay.io")})
			},
			code: "LimitExceededException", message: "The registry with id '@ACCOUNT' has the maximum allowed number of pull through cache rules which is '50'",
		},
		{
			op: "CreatePullThroughCacheRule", name: "a caller who may not make the service-linked role",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				c := w.client(w.user("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`))
				return c.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("quay"), UpstreamRegistryUrl: aws.String("quay.io")})
			},
			code: "AccessDeniedException",
		},
		{
			op: "CreatePullThroughCacheRule", name: "a caller who may not pass the role",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				c := w.client(w.user("alice", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ecr:*","iam:CreateServiceLinkedRole"],"Resource":"*"}}`))
				return c.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{
					EcrRepositoryPrefix: aws.String("other"), UpstreamRegistryUrl: aws.String("999999999999.dkr.ecr.us-east-1.amazonaws.com"), CustomRoleArn: aws.String(w.arn("role/cache")),
				})
			},
			code: "AccessDeniedException", message: "User: arn:aws:iam::@ACCOUNT:user/alice is not authorized to perform: iam:PassRole on resource: " +
				"arn:aws:iam::@ACCOUNT:role/cache because no identity-based policy allows the iam:PassRole action",
		},
		{
			op: "CreatePullThroughCacheRule", name: "in another account",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.stranger.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{
					RegistryId: &w.account, EcrRepositoryPrefix: aws.String("quay"), UpstreamRegistryUrl: aws.String("quay.io"),
				})
			},
			code: "AccessDeniedException",
		},
		{
			op: "CreatePullThroughCacheRule", name: "another registry of ECR",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{
					EcrRepositoryPrefix: aws.String("other"), UpstreamRegistryUrl: aws.String("999999999999.dkr.ecr.us-east-1.amazonaws.com"),
					CustomRoleArn: aws.String(w.arn("role/cache")), UpstreamRepositoryPrefix: aws.String("library"), RegistryId: &w.account,
				})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.CreatePullThroughCacheRuleOutput)
				if r.UpstreamRegistry != types.UpstreamRegistryEcr || *r.CustomRoleArn != w.arn("role/cache") || *r.UpstreamRepositoryPrefix != "library" || r.CreatedAt == nil {
					t.Errorf("rule: %+v", r)
				}
			},
		},
	}
	for url, name := range map[string]types.UpstreamRegistry{
		"registry-1.docker.io": types.UpstreamRegistryDockerHub, "ghcr.io": types.UpstreamRegistryGitHubContainerRegistry,
		"registry.gitlab.com": types.UpstreamRegistryGitLabContainerRegistry, "mine.azurecr.io": types.UpstreamRegistryAzureContainerRegistry,
	} {
		row := create(url, hub(func(_ *tableWorld, in *ecr.CreatePullThroughCacheRuleInput) { in.UpstreamRegistryUrl = &url }), "", "")
		row.check = func(t *testing.T, w *tableWorld, out any) {
			if r := out.(*ecr.CreatePullThroughCacheRuleOutput); r.UpstreamRegistry != name || *r.CredentialArn != *w.secretARN(servertest.Region) || r.UpstreamRepositoryPrefix != nil {
				t.Errorf("rule: %+v", r)
			}
		}
		rows = append(rows, row)
	}
	for url, name := range map[string]types.UpstreamRegistry{
		"quay.io": types.UpstreamRegistryQuay, "public.ecr.aws": types.UpstreamRegistryEcrPublic, "registry.k8s.io": types.UpstreamRegistryK8s,
	} {
		row := create(url, upstream(url), "", "")
		row.check = func(t *testing.T, w *tableWorld, out any) {
			r := out.(*ecr.CreatePullThroughCacheRuleOutput)
			if r.UpstreamRegistry != name || r.CredentialArn != nil || *r.RegistryId != w.account || !w.hasRole("AWSServiceRoleForECRPullThroughCache") {
				t.Errorf("rule: %+v", r)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func updatePullThroughRows() []tableRow {
	update := func(name string, in func(*tableWorld) *ecr.UpdatePullThroughCacheRuleInput, code, message string) tableRow {
		return tableRow{
			op: "UpdatePullThroughCacheRule", name: name, code: code, message: message,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				rule := in(w)
				if rule.EcrRepositoryPrefix == nil {
					rule.EcrRepositoryPrefix = aws.String("hub")
				}
				return w.ecr.UpdatePullThroughCacheRule(ctx, rule)
			},
		}
	}
	changed := update("credentials", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
		w.hub()
		return &ecr.UpdatePullThroughCacheRuleInput{CredentialArn: aws.String(*w.secretARN(servertest.Region) + "2")}
	}, "", "")
	changed.check = func(t *testing.T, w *tableWorld, out any) {
		r := out.(*ecr.UpdatePullThroughCacheRuleOutput)
		if *r.CredentialArn != *w.secretARN(servertest.Region)+"2" || r.UpdatedAt == nil || *r.RegistryId != w.account {
			t.Errorf("rule: %+v", r)
		}
	}
	paged := func(in *ecr.DescribePullThroughCacheRulesInput) func(context.Context, *tableWorld) (any, error) {
		return func(ctx context.Context, w *tableWorld) (any, error) {
			w.quay("quay")
			w.hub()
			return w.ecr.DescribePullThroughCacheRules(ctx, in)
		}
	}
	return []tableRow{
		changed,
		update("no rule", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			return &ecr.UpdatePullThroughCacheRuleInput{CredentialArn: w.secretARN(servertest.Region)}
		}, "PullThroughCacheRuleNotFoundException", noRule),
		update("prefix is no prefix", func(*tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			return &ecr.UpdatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("Hub")}
		}, "InvalidParameterException", ""),
		update("credentials of a registry that takes none", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			w.quay("hub")
			return &ecr.UpdatePullThroughCacheRuleInput{CredentialArn: w.secretARN(servertest.Region)}
		}, "ValidationException", "credentialArn can't be set for quay"),
		update("not a role", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			w.hub()
			return &ecr.UpdatePullThroughCacheRuleInput{CustomRoleArn: aws.String("cache")}
		}, "ValidationException", "customRoleArn must be the ARN of a role of the account of the registry"),
		update("secret of another account", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			w.hub()
			return &ecr.UpdatePullThroughCacheRuleInput{CredentialArn: aws.String("arn:aws:secretsmanager:us-east-1:" + w.strangerAccount + ":secret:ecr-pullthroughcache/x")}
		}, "UnableToAccessSecretException", ""),
		update("secret of another region", func(w *tableWorld) *ecr.UpdatePullThroughCacheRuleInput {
			w.hub()
			return &ecr.UpdatePullThroughCacheRuleInput{CredentialArn: w.secretARN("eu-west-1")}
		}, "SecretNotFoundException", ""),
		{
			op: "DeletePullThroughCacheRule", name: "rule",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.hub()
				return w.ecr.DeletePullThroughCacheRule(ctx, &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("hub/")})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.DeletePullThroughCacheRuleOutput)
				if *r.EcrRepositoryPrefix != "hub" || *r.UpstreamRegistryUrl != "registry-1.docker.io" || r.CreatedAt == nil {
					t.Errorf("rule: %+v", r)
				}
				if left := must(w.ecr.DescribePullThroughCacheRules(t.Context(), &ecr.DescribePullThroughCacheRulesInput{}))(t).PullThroughCacheRules; left == nil || len(left) != 0 {
					t.Errorf("rules: %+v", left)
				}
			},
		},
		{
			op: "DeletePullThroughCacheRule", name: "no rule",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DeletePullThroughCacheRule(ctx, &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("hub")})
			},
			code: "PullThroughCacheRuleNotFoundException", message: noRule,
		},
		{
			op: "DeletePullThroughCacheRule", name: "prefix is no prefix",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DeletePullThroughCacheRule(ctx, &ecr.DeletePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("-")})
			},
			code: "InvalidParameterException",
		},
		{
			op: "DescribePullThroughCacheRules", name: "all", call: paged(&ecr.DescribePullThroughCacheRulesInput{}),
			check: func(t *testing.T, w *tableWorld, out any) {
				rs := out.(*ecr.DescribePullThroughCacheRulesOutput).PullThroughCacheRules
				if len(rs) != 2 || *rs[0].EcrRepositoryPrefix != "hub" || *rs[1].EcrRepositoryPrefix != "quay" || rs[0].UpdatedAt == nil {
					t.Errorf("rules: %+v", rs)
				}
			},
		},
		{
			op: "DescribePullThroughCacheRules", name: "pages", call: paged(&ecr.DescribePullThroughCacheRulesInput{MaxResults: aws.Int32(1)}),
			check: func(t *testing.T, w *tableWorld, out any) {
				first := out.(*ecr.DescribePullThroughCacheRulesOutput)
				next := must(w.ecr.DescribePullThroughCacheRules(t.Context(), &ecr.DescribePullThroughCacheRulesInput{MaxResults: aws.Int32(1), NextToken: first.NextToken}))(t)
				if len(first.PullThroughCacheRules) != 1 || len(next.PullThroughCacheRules) != 1 || *next.PullThroughCacheRules[0].EcrRepositoryPrefix != "quay" || next.NextToken != nil {
					t.Errorf("pages: %+v, %+v", first, next)
				}
			},
		},
		{
			op: "DescribePullThroughCacheRules", name: "by prefix", call: paged(&ecr.DescribePullThroughCacheRulesInput{EcrRepositoryPrefixes: []string{"quay", "hub"}}),
			check: func(t *testing.T, w *tableWorld, out any) {
				if rs := out.(*ecr.DescribePullThroughCacheRulesOutput).PullThroughCacheRules; len(rs) != 2 || *rs[0].EcrRepositoryPrefix != "quay" {
					t.Errorf("rules: %+v", rs)
				}
			},
		},
		{
			op: "DescribePullThroughCacheRules", name: "a prefix without a rule",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DescribePullThroughCacheRules(ctx, &ecr.DescribePullThroughCacheRulesInput{EcrRepositoryPrefixes: []string{"hub"}})
			},
			code: "PullThroughCacheRuleNotFoundException", message: noRule,
		},
		{
			op: "DescribePullThroughCacheRules", name: "prefixes and pages",
			call: paged(&ecr.DescribePullThroughCacheRulesInput{EcrRepositoryPrefixes: []string{"hub"}, MaxResults: aws.Int32(1)}), code: "InvalidParameterException",
		},
		{
			op: "DescribePullThroughCacheRules", name: "token of nothing", call: paged(&ecr.DescribePullThroughCacheRulesInput{NextToken: aws.String("x")}),
			code: "InvalidParameterException",
		},
		{
			op: "ValidatePullThroughCacheRule", name: "upstreams are not reached yet",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.hub()
				return w.ecr.ValidatePullThroughCacheRule(ctx, &ecr.ValidatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("hub")})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.ValidatePullThroughCacheRuleOutput)
				if r.IsValid || *r.Failure != "This server does not reach upstream registries yet, so that nothing is pulled from registry-1.docker.io." || *r.CredentialArn != *w.secretARN(servertest.Region) {
					t.Errorf("rule: %+v", r)
				}
			},
		},
		{
			op: "ValidatePullThroughCacheRule", name: "role that is gone",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				must(w.ecr.CreatePullThroughCacheRule(ctx, &ecr.CreatePullThroughCacheRuleInput{
					EcrRepositoryPrefix: aws.String("other"), UpstreamRegistryUrl: aws.String("999999999999.dkr.ecr.us-east-1.amazonaws.com"), CustomRoleArn: aws.String(w.arn("role/cache")),
				}))(w.t)
				return w.ecr.ValidatePullThroughCacheRule(ctx, &ecr.ValidatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("other")})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				if r := out.(*ecr.ValidatePullThroughCacheRuleOutput); r.IsValid || *r.Failure != "The role "+w.arn("role/cache")+" does not exist." {
					t.Errorf("rule: %+v", r)
				}
			},
		},
		{
			op: "ValidatePullThroughCacheRule", name: "no rule",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.ValidatePullThroughCacheRule(ctx, &ecr.ValidatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("hub")})
			},
			code: "PullThroughCacheRuleNotFoundException", message: noRule,
		},
		{
			op: "ValidatePullThroughCacheRule", name: "prefix is no prefix",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.ValidatePullThroughCacheRule(ctx, &ecr.ValidatePullThroughCacheRuleInput{EcrRepositoryPrefix: aws.String("hub//x")})
			},
			code: "InvalidParameterException",
		},
	}
}

// template makes a template that is applied on pushes.
func (w *tableWorld) template(prefix string) {
	w.t.Helper()
	must(w.ecr.CreateRepositoryCreationTemplate(w.t.Context(), &ecr.CreateRepositoryCreationTemplateInput{
		Prefix: &prefix, AppliedFor: []types.RCTAppliedFor{types.RCTAppliedForCreateOnPush},
	}))(w.t)
}

const (
	noTemplate    = "The repository creation template with prefix 'team' does not exist in the registry with id '@ACCOUNT'"
	pullPolicy    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}`
	expireText    = `{ "rules": [ {"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}} ] }`
	expireCompact = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}`
)

func templateRows() []tableRow {
	create := func(name string, in func(*tableWorld) *ecr.CreateRepositoryCreationTemplateInput, code, message string) tableRow {
		return tableRow{
			op: "CreateRepositoryCreationTemplate", name: name, code: code, message: message,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				t := in(w)
				if t.Prefix == nil {
					t.Prefix = aws.String("team")
				}
				if t.AppliedFor == nil {
					t.AppliedFor = []types.RCTAppliedFor{types.RCTAppliedForReplication}
				}
				return w.ecr.CreateRepositoryCreationTemplate(ctx, t)
			},
		}
	}
	with := func(in ecr.CreateRepositoryCreationTemplateInput) func(*tableWorld) *ecr.CreateRepositoryCreationTemplateInput {
		return func(*tableWorld) *ecr.CreateRepositoryCreationTemplateInput { copied := in; return &copied }
	}
	defaults := create("defaults", with(ecr.CreateRepositoryCreationTemplateInput{}), "", "")
	defaults.check = func(t *testing.T, w *tableWorld, out any) {
		o := out.(*ecr.CreateRepositoryCreationTemplateOutput)
		r := o.RepositoryCreationTemplate
		if *o.RegistryId != w.account || *r.Prefix != "team" || r.ImageTagMutability != types.ImageTagMutabilityMutable ||
			r.EncryptionConfiguration.EncryptionType != types.EncryptionTypeAes256 || r.CreatedAt == nil || !r.CreatedAt.Equal(*r.UpdatedAt) ||
			r.RepositoryPolicy != nil || r.LifecyclePolicy != nil || len(r.ResourceTags) != 0 || !w.hasRole("AWSServiceRoleForECRTemplate") {
			t.Errorf("template: %+v", r)
		}
	}
	all := create("everything", func(w *tableWorld) *ecr.CreateRepositoryCreationTemplateInput {
		return &ecr.CreateRepositoryCreationTemplateInput{
			Prefix: aws.String("ROOT"), Description: aws.String("for all"),
			AppliedFor:         []types.RCTAppliedFor{types.RCTAppliedForCreateOnPush, types.RCTAppliedForPullThroughCache, types.RCTAppliedForReplication},
			ImageTagMutability: types.ImageTagMutabilityImmutableWithExclusion,
			ImageTagMutabilityExclusionFilters: []types.ImageTagMutabilityExclusionFilter{
				{Filter: aws.String("latest"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard},
			},
			EncryptionConfiguration: &types.EncryptionConfigurationForRepositoryCreationTemplate{EncryptionType: types.EncryptionTypeKms, KmsKey: aws.String("arn:aws:kms:us-east-1:" + w.account + ":key/k")},
			ResourceTags:            []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("a"), Value: aws.String("1")}},
			RepositoryPolicy:        aws.String(pullPolicy), LifecyclePolicy: aws.String(expireText), CustomRoleArn: aws.String(w.arn("role/ecr")),
		}
	}, "", "")
	all.check = func(t *testing.T, w *tableWorld, out any) {
		r := out.(*ecr.CreateRepositoryCreationTemplateOutput).RepositoryCreationTemplate
		if *r.Description != "for all" || len(r.AppliedFor) != 3 || *r.ImageTagMutabilityExclusionFilters[0].Filter != "latest" || *r.ResourceTags[0].Key != "a" ||
			*r.RepositoryPolicy != pullPolicy || *r.LifecyclePolicy != expireCompact || *r.CustomRoleArn != w.arn("role/ecr") || *r.EncryptionConfiguration.KmsKey == "" {
			t.Errorf("template: %+v", r)
		}
		read := must(w.ecr.DescribeRepositoryCreationTemplates(t.Context(), &ecr.DescribeRepositoryCreationTemplatesInput{Prefixes: []string{"ROOT"}}))(t).RepositoryCreationTemplates
		if len(read) != 1 || *read[0].RepositoryPolicy != pullPolicy || !read[0].UpdatedAt.Equal(*r.UpdatedAt) {
			t.Errorf("read: %+v", read)
		}
	}
	as := func(name, statements string, in ecr.CreateRepositoryCreationTemplateInput, action, resource string) tableRow {
		in.Prefix, in.AppliedFor = aws.String("team/"), []types.RCTAppliedFor{types.RCTAppliedForCreateOnPush}
		return tableRow{
			op: "CreateRepositoryCreationTemplate", name: name,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				if in.CustomRoleArn != nil {
					in.CustomRoleArn = aws.String(w.arn("role/ecr"))
				}
				c := w.client(w.user("alice", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:CreateRepositoryCreationTemplate"`+statements+`],"Resource":"*"}]}`))
				return c.CreateRepositoryCreationTemplate(ctx, &in)
			},
			code: "AccessDeniedException", message: "User: arn:aws:iam::@ACCOUNT:user/alice is not authorized to perform: " + action + " on resource: " + resource +
				" because no identity-based policy allows the " + action + " action",
		}
	}
	const below = "arn:aws:ecr:us-east-1:@ACCOUNT:repository/team/*"
	return []tableRow{
		defaults, all,
		create("exists", func(w *tableWorld) *ecr.CreateRepositoryCreationTemplateInput {
			w.template("team/")
			return &ecr.CreateRepositoryCreationTemplateInput{}
		}, "TemplateAlreadyExistsException", "The repository creation template with prefix 'team' already exists in the registry with id '@ACCOUNT'"),
		create("prefix is no prefix", with(ecr.CreateRepositoryCreationTemplateInput{Prefix: aws.String("Team")}), "InvalidParameterException", ""),
		create("applied for nothing known", with(ecr.CreateRepositoryCreationTemplateInput{AppliedFor: []types.RCTAppliedFor{"NOTHING"}}), "InvalidParameterException", ""),
		create("not a repository policy", with(ecr.CreateRepositoryCreationTemplateInput{RepositoryPolicy: aws.String("{}")}), "InvalidParameterException",
			"Invalid parameter at 'repositoryPolicy' failed to satisfy constraint: 'Invalid repository policy provided'"),
		create("principal that there is not", with(ecr.CreateRepositoryCreationTemplateInput{
			RepositoryPolicy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::888888888888:root"},"Action":"ecr:BatchGetImage"}]}`),
		}), "InvalidParameterException", "Invalid parameter at 'repositoryPolicy' failed to satisfy constraint: 'Invalid repository policy provided'"),
		create("not a lifecycle policy", with(ecr.CreateRepositoryCreationTemplateInput{LifecyclePolicy: aws.String("{")}), "InvalidParameterException",
			"Invalid parameter at 'lifecyclePolicy' failed to satisfy constraint: 'Lifecycle policy validation failure: Could not map policyString into LifecyclePolicy.'"),
		create("filters without exclusion", with(ecr.CreateRepositoryCreationTemplateInput{
			ImageTagMutabilityExclusionFilters: []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("x"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard}},
		}), "InvalidParameterException", ""),
		create("role of another account", with(ecr.CreateRepositoryCreationTemplateInput{CustomRoleArn: aws.String("arn:aws:iam::888888888888:role/ecr")}),
			"ValidationException", "customRoleArn must be the ARN of a role of the account of the registry"),
		as("a caller who may not create repositories", "", ecr.CreateRepositoryCreationTemplateInput{}, "ecr:CreateRepository", below),
		as("a caller who may not set policies", `,"ecr:CreateRepository"`, ecr.CreateRepositoryCreationTemplateInput{RepositoryPolicy: aws.String(pullPolicy)}, "ecr:SetRepositoryPolicy", below),
		as("a caller who may not put lifecycle policies", `,"ecr:CreateRepository"`, ecr.CreateRepositoryCreationTemplateInput{LifecyclePolicy: aws.String(expireText)}, "ecr:PutLifecyclePolicy", below),
		as("a caller who may not pass the role", `,"ecr:CreateRepository"`, ecr.CreateRepositoryCreationTemplateInput{CustomRoleArn: aws.String("")}, "iam:PassRole", "arn:aws:iam::@ACCOUNT:role/ecr"),
		as("a caller who may not make the service-linked role", `,"ecr:CreateRepository"`, ecr.CreateRepositoryCreationTemplateInput{}, "iam:CreateServiceLinkedRole",
			"arn:aws:iam::@ACCOUNT:role/aws-service-role/ecr.amazonaws.com/AWSServiceRoleForECRTemplate"),
	}
}

func updateTemplateRows() []tableRow {
	update := func(name string, in ecr.UpdateRepositoryCreationTemplateInput, code, message string) tableRow {
		in.Prefix = aws.String("team")
		return tableRow{
			op: "UpdateRepositoryCreationTemplate", name: name, code: code, message: message,
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				must(w.ecr.CreateRepositoryCreationTemplate(ctx, &ecr.CreateRepositoryCreationTemplateInput{
					Prefix: aws.String("team"), AppliedFor: []types.RCTAppliedFor{types.RCTAppliedForCreateOnPush}, Description: aws.String("first"),
					ImageTagMutability: types.ImageTagMutabilityImmutable, RepositoryPolicy: aws.String(pullPolicy), LifecyclePolicy: aws.String(expireText),
				}))(w.t)
				time.Sleep(2 * time.Millisecond) // times are told in milliseconds
				return w.ecr.UpdateRepositoryCreationTemplate(ctx, &in)
			},
		}
	}
	kept := update("one thing", ecr.UpdateRepositoryCreationTemplateInput{Description: aws.String("second")}, "", "")
	kept.check = func(t *testing.T, w *tableWorld, out any) {
		r := out.(*ecr.UpdateRepositoryCreationTemplateOutput).RepositoryCreationTemplate
		if *r.Description != "second" || r.ImageTagMutability != types.ImageTagMutabilityImmutable || *r.RepositoryPolicy != pullPolicy || *r.LifecyclePolicy != expireCompact ||
			len(r.AppliedFor) != 1 || !r.UpdatedAt.After(*r.CreatedAt) {
			t.Errorf("template: %+v", r)
		}
	}
	cleared := update("texts away", ecr.UpdateRepositoryCreationTemplateInput{
		RepositoryPolicy: aws.String(""), LifecyclePolicy: aws.String(""), ImageTagMutability: types.ImageTagMutabilityMutable,
	}, "", "")
	cleared.check = func(t *testing.T, w *tableWorld, out any) {
		if r := out.(*ecr.UpdateRepositoryCreationTemplateOutput).RepositoryCreationTemplate; r.RepositoryPolicy != nil || r.LifecyclePolicy != nil || r.ImageTagMutability != types.ImageTagMutabilityMutable {
			t.Errorf("template: %+v", r)
		}
	}
	describe := func(in *ecr.DescribeRepositoryCreationTemplatesInput) func(context.Context, *tableWorld) (any, error) {
		return func(ctx context.Context, w *tableWorld) (any, error) {
			w.template("team")
			w.template("lib/")
			return w.ecr.DescribeRepositoryCreationTemplates(ctx, in)
		}
	}
	return []tableRow{
		kept, cleared,
		update("not a lifecycle policy", ecr.UpdateRepositoryCreationTemplateInput{LifecyclePolicy: aws.String("[]")}, "InvalidParameterException", ""),
		update("role of another account", ecr.UpdateRepositoryCreationTemplateInput{CustomRoleArn: aws.String("arn:aws:iam::888888888888:role/ecr")}, "ValidationException", ""),
		{
			op: "UpdateRepositoryCreationTemplate", name: "no template",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.UpdateRepositoryCreationTemplate(ctx, &ecr.UpdateRepositoryCreationTemplateInput{Prefix: aws.String("team")})
			},
			code: "TemplateNotFoundException", message: noTemplate,
		},
		{
			op: "DeleteRepositoryCreationTemplate", name: "template",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.template("team")
				return w.ecr.DeleteRepositoryCreationTemplate(ctx, &ecr.DeleteRepositoryCreationTemplateInput{Prefix: aws.String("team/")})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				if r := out.(*ecr.DeleteRepositoryCreationTemplateOutput); *r.RepositoryCreationTemplate.Prefix != "team" || *r.RegistryId != w.account {
					t.Errorf("template: %+v", r)
				}
				if left := must(w.ecr.DescribeRepositoryCreationTemplates(t.Context(), &ecr.DescribeRepositoryCreationTemplatesInput{}))(t).RepositoryCreationTemplates; left == nil || len(left) != 0 {
					t.Errorf("templates: %+v", left)
				}
			},
		},
		{
			op: "DeleteRepositoryCreationTemplate", name: "no template",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DeleteRepositoryCreationTemplate(ctx, &ecr.DeleteRepositoryCreationTemplateInput{Prefix: aws.String("team")})
			},
			code: "TemplateNotFoundException", message: noTemplate,
		},
		{
			op: "DeleteRepositoryCreationTemplate", name: "prefix is no prefix",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DeleteRepositoryCreationTemplate(ctx, &ecr.DeleteRepositoryCreationTemplateInput{Prefix: aws.String("root*")})
			},
			code: "InvalidParameterException",
		},
		{
			op: "DescribeRepositoryCreationTemplates", name: "all", call: describe(&ecr.DescribeRepositoryCreationTemplatesInput{}),
			check: func(t *testing.T, w *tableWorld, out any) {
				o := out.(*ecr.DescribeRepositoryCreationTemplatesOutput)
				if ts := o.RepositoryCreationTemplates; *o.RegistryId != w.account || len(ts) != 2 || *ts[0].Prefix != "lib/" || *ts[1].Prefix != "team" {
					t.Errorf("templates: %+v", o)
				}
			},
		},
		{
			op: "DescribeRepositoryCreationTemplates", name: "pages", call: describe(&ecr.DescribeRepositoryCreationTemplatesInput{MaxResults: aws.Int32(1)}),
			check: func(t *testing.T, w *tableWorld, out any) {
				first := out.(*ecr.DescribeRepositoryCreationTemplatesOutput)
				next := must(w.ecr.DescribeRepositoryCreationTemplates(t.Context(), &ecr.DescribeRepositoryCreationTemplatesInput{NextToken: first.NextToken}))(t)
				if len(first.RepositoryCreationTemplates) != 1 || len(next.RepositoryCreationTemplates) != 1 || *next.RepositoryCreationTemplates[0].Prefix != "team" || next.NextToken != nil {
					t.Errorf("pages: %+v, %+v", first, next)
				}
			},
		},
		{
			op: "DescribeRepositoryCreationTemplates", name: "a prefix without a template",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.DescribeRepositoryCreationTemplates(ctx, &ecr.DescribeRepositoryCreationTemplatesInput{Prefixes: []string{"team"}})
			},
			check: func(t *testing.T, _ *tableWorld, out any) {
				if ts := out.(*ecr.DescribeRepositoryCreationTemplatesOutput).RepositoryCreationTemplates; ts == nil || len(ts) > 0 {
					t.Errorf("templates: %+v", ts)
				}
			},
		},
		{
			op: "DescribeRepositoryCreationTemplates", name: "prefixes and pages",
			call: describe(&ecr.DescribeRepositoryCreationTemplatesInput{Prefixes: []string{"team"}, MaxResults: aws.Int32(1)}), code: "InvalidParameterException",
		},
		{
			op: "DescribeRepositoryCreationTemplates", name: "too long a page", call: describe(&ecr.DescribeRepositoryCreationTemplatesInput{MaxResults: aws.Int32(1001)}),
			code: "InvalidParameterException",
		},
	}
}
