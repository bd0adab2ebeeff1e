package registry_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

func TestPullThroughRules(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		rule := registry.PullThroughRule{Account: app.Account, Region: app.Region, Prefix: "quay/", UpstreamURL: "quay.io"}
		want := rule
		want.Upstream, want.CreatedAt, want.UpdatedAt = "quay", f.clock.Now(), f.clock.Now()
		if diff := cmp.Diff(&want, ok[*registry.PullThroughRule](t)(f.CreatePullThroughRule(ctx, rule))); diff != "" {
			t.Errorf("created (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(&want, ok[*registry.PullThroughRule](t)(f.PullThroughRule(ctx, app.Account, app.Region, "quay"))); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
		rule.Prefix = "quay"
		_, err := f.CreatePullThroughRule(ctx, rule)
		is(t, err, registry.ErrPullThroughExists)

		secret := "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/hub-AbCdEf"
		hub := registry.PullThroughRule{Account: app.Account, Region: app.Region, Prefix: "hub", UpstreamURL: "registry-1.docker.io", CredentialARN: secret}
		ok[*registry.PullThroughRule](t)(f.CreatePullThroughRule(ctx, hub))
		f.clock.add(time.Minute)
		other := secret + "2"
		changed := ok[*registry.PullThroughRule](t)(f.UpdatePullThroughRule(ctx, app.Account, app.Region, "hub", &other, nil))
		if changed.CredentialARN != other || !changed.UpdatedAt.Equal(f.clock.Now()) || !changed.CreatedAt.Before(changed.UpdatedAt) {
			t.Errorf("updated: %+v", changed)
		}
		none := ""
		_, err = f.UpdatePullThroughRule(ctx, app.Account, app.Region, "hub", &none, nil)
		is(t, err, registry.ErrUpstreamSecret)
		_, err = f.UpdatePullThroughRule(ctx, app.Account, app.Region, "hub", nil, &app.Account)
		is(t, err, registry.ErrInvalidPullThrough)
		_, err = f.UpdatePullThroughRule(ctx, app.Account, app.Region, "none", &secret, nil)
		is(t, err, registry.ErrPullThroughNotFound)

		rules, next, err := f.PullThroughRules(ctx, app.Account, app.Region, registry.Page{Limit: 1})
		if err != nil || len(rules) != 1 || rules[0].Prefix != "hub" || next == "" {
			t.Fatalf("first page: %+v, %q, %v", rules, next, err)
		}
		rules, next, err = f.PullThroughRules(ctx, app.Account, app.Region, registry.Page{Limit: 1, Token: next})
		if err != nil || len(rules) != 1 || rules[0].Prefix != "quay/" || next != "" {
			t.Errorf("second page: %+v, %q, %v", rules, next, err)
		}

		ok[*registry.PullThroughRule](t)(f.DeletePullThroughRule(ctx, app.Account, app.Region, "quay"))
		_, err = f.DeletePullThroughRule(ctx, app.Account, app.Region, "quay")
		is(t, err, registry.ErrPullThroughNotFound)

		for i := range registry.MaxPullThroughRules - 1 {
			rule.Prefix = fmt.Sprintf("more%d", i)
			ok[*registry.PullThroughRule](t)(f.CreatePullThroughRule(ctx, rule))
		}
		rule.Prefix = "toomany"
		_, err = f.CreatePullThroughRule(ctx, rule)
		is(t, err, registry.ErrTooManyPullThrough)
	})
}

func TestPullThroughRuleValidate(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/s"
	const role = "arn:aws:iam::111111111111:role/cache"
	for _, c := range []struct {
		rule     registry.PullThroughRule
		kind     registry.Kind
		upstream string // when there is no kind
	}{
		{registry.PullThroughRule{UpstreamURL: "public.ecr.aws"}, 0, "ecr-public"},
		{registry.PullThroughRule{UpstreamURL: "registry.k8s.io"}, 0, "k8s"},
		{registry.PullThroughRule{UpstreamURL: "quay.io", Upstream: "quay"}, 0, "quay"},
		{registry.PullThroughRule{UpstreamURL: "registry-1.docker.io", CredentialARN: secret}, 0, "docker-hub"},
		{registry.PullThroughRule{UpstreamURL: "ghcr.io", CredentialARN: secret}, 0, "github-container-registry"},
		{registry.PullThroughRule{UpstreamURL: "registry.gitlab.com", CredentialARN: secret}, 0, "gitlab-container-registry"},
		{registry.PullThroughRule{UpstreamURL: "cgr.dev", CredentialARN: secret}, 0, "chainguard"},
		{registry.PullThroughRule{UpstreamURL: "mine.azurecr.io", CredentialARN: secret}, 0, "azure-container-registry"},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com", RoleARN: role}, 0, "ecr"},
		{registry.PullThroughRule{UpstreamURL: "111111111111.dkr.ecr.eu-west-1.amazonaws.com", UpstreamPrefix: "lib"}, 0, "ecr"},

		{registry.PullThroughRule{UpstreamURL: "harbor.example.com"}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "https://quay.io"}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "quay.io", Upstream: "k8s"}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: ".azurecr.io", CredentialARN: secret}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "evil.com/x.azurecr.io", CredentialARN: secret}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.example.com", RoleARN: role}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com:80", RoleARN: role}, registry.ErrUpstreamUnsupported, ""},
		{registry.PullThroughRule{UpstreamURL: "ghcr.io"}, registry.ErrUpstreamSecret, ""},
		{registry.PullThroughRule{UpstreamURL: "quay.io", CredentialARN: secret}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "quay.io", RoleARN: role}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "quay.io", Prefix: registry.RootPrefix, UpstreamPrefix: "x"}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "ghcr.io", CredentialARN: "arn:aws:secretsmanager:us-east-1:222222222222:secret:ecr-pullthroughcache/s"}, registry.ErrSecretInaccessible, ""},
		{registry.PullThroughRule{UpstreamURL: "ghcr.io", CredentialARN: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:ecr-pullthroughcache/s"}, registry.ErrSecretNotFound, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com"}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "111111111111.dkr.ecr.us-east-1.amazonaws.com"}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com", CredentialARN: secret}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com", RoleARN: "arn:aws:iam::222222222222:role/theirs"}, registry.ErrInvalidPullThrough, ""},
		{registry.PullThroughRule{UpstreamURL: "222222222222.dkr.ecr.us-east-1.amazonaws.com", RoleARN: "cache"}, registry.ErrInvalidPullThrough, ""},
	} {
		rule := c.rule
		rule.Account, rule.Region = app.Account, app.Region
		if rule.Prefix == "" {
			rule.Prefix = "cache"
		}
		err := rule.Validate()
		if c.kind != 0 {
			if !errors.Is(err, c.kind) {
				t.Errorf("%+v: error %v, want %v", c.rule, err, c.kind)
			}
			continue
		}
		if err != nil || rule.Upstream != c.upstream {
			t.Errorf("%+v: upstream %q, error %v; want %q", c.rule, rule.Upstream, err, c.upstream)
		}
	}
}
