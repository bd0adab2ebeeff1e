package servertest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
)

// registryRows are the rows of the operations on the registry's policy, the
// account settings and tokens.
func registryRows() []tableRow {
	policyOf := func(action string) func(*tableWorld) any {
		return func(w *tableWorld) any {
			return &ecr.PutRegistryPolicyInput{PolicyText: new(`{"Version":"2012-10-17","Statement":[{"Sid":"Replicate","Effect":"Allow",` +
				`"Principal":{"AWS":"arn:aws:iam::` + user + `:root"},"Action":"` + action + `","Resource":"arn:aws:ecr:us-east-1:` + w.account + `:repository/*"}]}`)}
		}
	}
	replicate := policyOf("ecr:ReplicateImage")
	withPolicy := func(w *tableWorld) {
		must(w.ecr.PutRegistryPolicy(w.t.Context(), replicate(w).(*ecr.PutRegistryPolicyInput)))(w.t)
	}
	put := func(text string) *ecr.PutRegistryPolicyInput { return &ecr.PutRegistryPolicyInput{PolicyText: &text} }
	setting := func(name, value string) *ecr.PutAccountSettingInput {
		return &ecr.PutAccountSettingInput{Name: &name, Value: &value}
	}
	set := func(name, value string) func(*tableWorld) {
		return func(w *tableWorld) { must(w.ecr.PutAccountSetting(w.t.Context(), setting(name, value)))(w.t) }
	}
	get := func(name string) *ecr.GetAccountSettingInput { return &ecr.GetAccountSettingInput{Name: &name} }
	valueIs := func(want string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, _ *tableWorld, out any) {
			t.Helper()
			if got := out.(*ecr.GetAccountSettingOutput); *got.Value != want || *got.Name == "" {
				t.Errorf("setting: %+v", got)
			}
		}
	}
	// asNobody calls as a user who may do nothing.
	asNobody := func(in any) func(context.Context, *tableWorld) (any, error) {
		return func(ctx context.Context, w *tableWorld) (any, error) {
			nobody := w.user("nobody", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/*"}}`)
			return call(ctx, w.client(nobody), in)
		}
	}
	const badPolicy = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'"

	return []tableRow{
		{op: "PutRegistryPolicy", name: "to another account", call: sendTo(replicate), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.PutRegistryPolicyOutput); *got.RegistryId != w.account || *got.PolicyText != *replicate(w).(*ecr.PutRegistryPolicyInput).PolicyText {
				t.Errorf("answer: %+v", got)
			}
		}},
		{op: "PutRegistryPolicy", name: "scope V2 takes every action", call: sendTo(policyOf("ecr:BatchGetImage"))},
		{op: "PutRegistryPolicy", name: "scope V1 does not", call: sendTo(policyOf("ecr:BatchGetImage"), set("REGISTRY_POLICY_SCOPE", "V1")), code: "InvalidParameterException", message: badPolicy},
		{op: "PutRegistryPolicy", name: "not JSON", call: send(put("{")), code: "InvalidParameterException", message: badPolicy},
		{op: "PutRegistryPolicy", name: "no resource", call: send(put(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:ReplicateImage"}]}`)), code: "InvalidParameterException", message: badPolicy},
		{op: "PutRegistryPolicy", name: "too long", call: send(put(strings.Repeat(" ", 10241))), code: "InvalidParameterException",
			message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Member must have length less than or equal to 10240'"},
		{op: "PutRegistryPolicy", name: "not allowed", call: asNobody(put("{}")), code: "AccessDeniedException",
			message: "User: arn:aws:iam::@ACCOUNT:user/nobody is not authorized to perform: ecr:PutRegistryPolicy on resource: * because no identity-based policy allows the ecr:PutRegistryPolicy action"},

		{op: "GetRegistryPolicy", name: "set before", call: send(&ecr.GetRegistryPolicyInput{}, withPolicy), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.GetRegistryPolicyOutput); *got.RegistryId != w.account || *got.PolicyText != *replicate(w).(*ecr.PutRegistryPolicyInput).PolicyText {
				t.Errorf("answer: %+v", got)
			}
		}},
		{op: "GetRegistryPolicy", name: "none", call: send(&ecr.GetRegistryPolicyInput{}), code: "RegistryPolicyNotFoundException",
			message: "Registry policy does not exist in the registry with id '@ACCOUNT'"},
		{op: "DeleteRegistryPolicy", name: "set before", call: send(&ecr.DeleteRegistryPolicyInput{}, withPolicy), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.DeleteRegistryPolicyOutput); *got.RegistryId != w.account || *got.PolicyText == "" {
				t.Errorf("answer: %+v", got)
			}
			if _, err := w.ecr.GetRegistryPolicy(t.Context(), &ecr.GetRegistryPolicyInput{}); err == nil {
				t.Error("it is still there")
			}
		}},
		{op: "DeleteRegistryPolicy", name: "none", call: send(&ecr.DeleteRegistryPolicyInput{}), code: "RegistryPolicyNotFoundException",
			message: "Registry policy does not exist in the registry with id '@ACCOUNT'"},

		{op: "PutAccountSetting", name: "mounting", call: send(setting("BLOB_MOUNTING", "DISABLED")), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.PutAccountSettingOutput); *got.Name != "BLOB_MOUNTING" || *got.Value != "DISABLED" {
				t.Errorf("setting: %+v", got)
			}
			valueIs("DISABLED")(t, w, must(w.ecr.GetAccountSetting(t.Context(), get("BLOB_MOUNTING")))(t))
		}},
		{op: "PutAccountSetting", name: "kind of scan", call: send(setting("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"))},
		{op: "PutAccountSetting", name: "scope of policies", call: send(setting("REGISTRY_POLICY_SCOPE", "V2"))},
		{op: "PutAccountSetting", name: "no such setting", call: send(setting("COLOUR", "BLUE")), code: "InvalidParameterException",
			message: "Invalid parameter at 'name' failed to satisfy constraint: 'There is no such account setting'"},
		{op: "PutAccountSetting", name: "no such value", call: send(setting("BLOB_MOUNTING", "PERHAPS")), code: "InvalidParameterException",
			message: "Invalid parameter at 'value' failed to satisfy constraint: 'BLOB_MOUNTING is one of ENABLED, DISABLED'"},
		{op: "PutAccountSetting", name: "long name", call: send(setting(strings.Repeat("X", 65), "V1")), code: "InvalidParameterException",
			message: "Invalid parameter at 'name' failed to satisfy constraint: 'Member must have length less than or equal to 64'"},
		{op: "PutAccountSetting", name: "not allowed", call: asNobody(setting("BLOB_MOUNTING", "DISABLED")), code: "AccessDeniedException"},
		{op: "GetAccountSetting", name: "kind of scan, by default", call: send(get("BASIC_SCAN_TYPE_VERSION")), check: valueIs("AWS_NATIVE")},
		{op: "GetAccountSetting", name: "scope of policies, by default", call: send(get("REGISTRY_POLICY_SCOPE")), check: valueIs("V2")},
		{op: "GetAccountSetting", name: "scope of policies, set", call: send(get("REGISTRY_POLICY_SCOPE"), set("REGISTRY_POLICY_SCOPE", "V1")), check: valueIs("V1")},
		{op: "GetAccountSetting", name: "no such setting", call: send(get("COLOUR")), code: "InvalidParameterException",
			message: "Invalid parameter at 'name' failed to satisfy constraint: 'There is no such account setting'"},
		{op: "GetAccountSetting", name: "no name", call: send(get("")), code: "InvalidParameterException",
			message: "Invalid parameter at 'name' failed to satisfy constraint: 'Member must have length greater than or equal to 1'"},

		{op: "GetAuthorizationToken", name: "for docker login", call: send(&ecr.GetAuthorizationTokenInput{}), check: func(t *testing.T, w *tableWorld, out any) {
			data := out.(*ecr.GetAuthorizationTokenOutput).AuthorizationData
			if len(data) != 1 || *data[0].ProxyEndpoint != "http://"+w.Registry(w.account).Host() {
				t.Fatalf("tokens: %+v", data)
			}
			if left := data[0].ExpiresAt.Sub(w.clock.now()); left < 11*time.Hour || left > 12*time.Hour {
				t.Errorf("it expires in %v", left)
			}
			if text := must(base64.StdEncoding.DecodeString(*data[0].AuthorizationToken))(t); strings.Count(string(text), ":") != 1 || !strings.HasPrefix(string(text), "AWS:") {
				t.Errorf("token: %s", text)
			}
		}},
		{op: "GetAuthorizationToken", name: "for registries", call: send(&ecr.GetAuthorizationTokenInput{RegistryIds: []string{user, owner}}), check: func(t *testing.T, _ *tableWorld, out any) {
			if data := out.(*ecr.GetAuthorizationTokenOutput).AuthorizationData; len(data) != 2 || !strings.Contains(*data[0].ProxyEndpoint, user) || !strings.Contains(*data[1].ProxyEndpoint, owner) {
				t.Errorf("tokens: %+v", data)
			}
		}},
		{op: "GetAuthorizationToken", name: "for eleven registries", call: send(&ecr.GetAuthorizationTokenInput{RegistryIds: strings.Split(strings.Repeat(user+" ", 10)+user, " ")}), code: "InvalidParameterException",
			message: "Invalid parameter at 'registryIds' failed to satisfy constraint: 'Member must have length less than or equal to 10'"},
		{op: "GetAuthorizationToken", name: "for no registry", call: send(&ecr.GetAuthorizationTokenInput{RegistryIds: []string{"mine"}}), code: "InvalidParameterException",
			message: "Invalid parameter at 'registryIds' failed to satisfy constraint: 'Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]'"},
		{op: "GetAuthorizationToken", name: "not allowed", call: asNobody(&ecr.GetAuthorizationTokenInput{}), code: "AccessDeniedException"},
	}
}

// signingRows are the rows of the operations on signing.
func signingRows() []tableRow {
	const profile = "arn:aws:signer:us-east-1:" + user + ":/signing-profiles/release"
	config := func(rules ...types.SigningRule) *ecr.PutSigningConfigurationInput {
		if rules == nil {
			rules = []types.SigningRule{}
		}
		return &ecr.PutSigningConfigurationInput{SigningConfiguration: &types.SigningConfiguration{Rules: rules}}
	}
	rule := func(profile string, filters ...string) types.SigningRule {
		r := types.SigningRule{SigningProfileArn: &profile}
		for _, f := range filters {
			r.RepositoryFilters = append(r.RepositoryFilters, types.SigningRepositoryFilter{Filter: &f, FilterType: types.SigningRepositoryFilterTypeWildcardMatch})
		}
		return r
	}
	put := func(rules ...types.SigningRule) func(*tableWorld) {
		return func(w *tableWorld) { must(w.ecr.PutSigningConfiguration(w.t.Context(), config(rules...)))(w.t) }
	}
	rulesAre := func(want ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			t.Helper()
			var c *types.SigningConfiguration
			registry := &w.account
			switch out := out.(type) {
			case *ecr.PutSigningConfigurationOutput:
				c = out.SigningConfiguration
			case *ecr.GetSigningConfigurationOutput:
				c, registry = out.SigningConfiguration, out.RegistryId
			case *ecr.DeleteSigningConfigurationOutput:
				c, registry = out.SigningConfiguration, out.RegistryId
			}
			got := []string{}
			for _, r := range c.Rules {
				text := *r.SigningProfileArn
				for _, f := range r.RepositoryFilters {
					text += " " + *f.Filter
				}
				got = append(got, text)
			}
			if d := cmp.Diff(append([]string{}, want...), got); d != "" || *registry != w.account {
				t.Errorf("registry %s, rules (-want +got)\n%s", *registry, d)
			}
		}
	}
	status := func(id types.ImageIdentifier) *ecr.DescribeImageSigningStatusInput {
		return &ecr.DescribeImageSigningStatusInput{RepositoryName: new(app), ImageId: &id}
	}
	failed := func(profiles ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, w *tableWorld, out any) {
			t.Helper()
			got := out.(*ecr.DescribeImageSigningStatusOutput)
			if *got.RegistryId != w.account || *got.RepositoryName != app || got.ImageId.ImageDigest == nil || len(got.SigningStatuses) != len(profiles) {
				t.Fatalf("answer: %+v", got)
			}
			for i, s := range got.SigningStatuses {
				if *s.SigningProfileArn != profiles[i] || s.Status != types.SigningStatusFailed || *s.FailureCode == "" || *s.FailureReason == "" {
					t.Errorf("status: %+v", s)
				}
			}
		}
	}
	eleven := make([]types.SigningRule, 11)
	for i := range eleven {
		eleven[i] = rule(fmt.Sprint(profile, i))
	}
	return []tableRow{
		{op: "PutSigningConfiguration", name: "two rules", call: send(config(rule(profile), rule(profile+"2", "team/*", "*prod*"))), check: rulesAre(profile, profile+"2 team/* *prod*")},
		{op: "PutSigningConfiguration", name: "no rules", call: send(config(), put(rule(profile))), check: rulesAre()},
		{op: "PutSigningConfiguration", name: "not a profile", call: send(config(rule("arn:aws:signer:us-east-1:" + user + ":/profiles/x"))), code: "InvalidParameterException",
			message: `Invalid parameter at 'signingConfiguration.rules.1.member.signingProfileArn' failed to satisfy constraint: 'must satisfy regular expression '^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\/signing-profiles\/[a-zA-Z0-9_]{2,}$'`},
		{op: "PutSigningConfiguration", name: "bad filter", call: send(config(rule(profile, "Team/*"))), code: "InvalidParameterException",
			message: "Invalid parameter at 'signingConfiguration.rules.1.member.repositoryFilters.1.member.filter' failed to satisfy constraint: 'must satisfy regular expression '^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$'"},
		{op: "PutSigningConfiguration", name: "eleven rules", call: send(config(eleven...)), code: "InvalidParameterException",
			message: "Invalid parameter at 'signingConfiguration.rules' failed to satisfy constraint: 'Member must have length less than or equal to 10'"},
		{op: "PutSigningConfiguration", name: "profile of another region", call: send(config(rule(strings.Replace(profile, "us-east-1", "eu-west-1", 1)))), code: "ValidationException",
			message: "Invalid signing configuration: the signing profile 'arn:aws:signer:eu-west-1:111111111111:/signing-profiles/release' is not in the region us-east-1"},
		{op: "GetSigningConfiguration", name: "put before", call: send(&ecr.GetSigningConfigurationInput{}, put(rule(profile, "team/*"))), check: rulesAre(profile + " team/*")},
		{op: "GetSigningConfiguration", name: "none", call: send(&ecr.GetSigningConfigurationInput{}), code: "SigningConfigurationNotFoundException",
			message: "Signing configuration does not exist in the registry with id '@ACCOUNT'"},
		{op: "DeleteSigningConfiguration", name: "put before", call: send(&ecr.DeleteSigningConfigurationInput{}, put(rule(profile))), check: func(t *testing.T, w *tableWorld, out any) {
			rulesAre(profile)(t, w, out)
			if _, err := w.ecr.GetSigningConfiguration(t.Context(), &ecr.GetSigningConfigurationInput{}); err == nil {
				t.Error("it is still there")
			}
		}},
		{op: "DeleteSigningConfiguration", name: "none", call: send(&ecr.DeleteSigningConfigurationInput{}), code: "SigningConfigurationNotFoundException",
			message: "Signing configuration does not exist in the registry with id '@ACCOUNT'"},

		{op: "DescribeImageSigningStatus", name: "no configuration", call: send(status(byTag("v1")), withImages("v1")), check: failed()},
		{op: "DescribeImageSigningStatus", name: "no signer", call: send(status(byTag("v1")), put(rule(profile+"2", "*"), rule(profile), rule(profile+"3", "other")), withImages("v1")), check: failed(profile, profile+"2")},
		{op: "DescribeImageSigningStatus", name: "pushed before", call: send(status(byTag("v1")), withImages("v1"), put(rule(profile))), check: failed()},
		{op: "DescribeImageSigningStatus", name: "no image", call: send(status(byTag("v1")), withRepository), code: "ImageNotFoundException", message: noImage},
		{op: "DescribeImageSigningStatus", name: "no repository", call: send(status(byTag("v1"))), code: "RepositoryNotFoundException", message: noRepository},
		{op: "DescribeImageSigningStatus", name: "neither tag nor digest", call: send(status(types.ImageIdentifier{}), withRepository), code: "InvalidParameterException", message: noTagOrDigest},
		{op: "DescribeImageSigningStatus", name: "stranger", call: asStranger(func(w *tableWorld) any {
			in := status(byTag("v1"))
			in.RegistryId = &w.account
			return in
		}, withImages("v1")), code: "AccessDeniedException"},
	}
}

// exclusionRows are the rows of the operations on pull time update exclusions.
func exclusionRows() []tableRow {
	const role = "arn:aws:iam::" + user + ":role/path/scanner"
	register := func(principal string) *ecr.RegisterPullTimeUpdateExclusionInput {
		return &ecr.RegisterPullTimeUpdateExclusionInput{PrincipalArn: &principal}
	}
	deregister := func(principal string) *ecr.DeregisterPullTimeUpdateExclusionInput {
		return &ecr.DeregisterPullTimeUpdateExclusionInput{PrincipalArn: &principal}
	}
	with := func(principals ...string) func(*tableWorld) {
		return func(w *tableWorld) {
			for _, p := range principals {
				must(w.ecr.RegisterPullTimeUpdateExclusion(w.t.Context(), register(p)))(w.t)
			}
		}
	}
	var many []string
	for i := range tableQuotas.PullTimeExclusions {
		many = append(many, fmt.Sprintf("arn:aws:iam::%s:user/user-%02d", user, i))
	}
	exclusionsAre := func(want ...string) func(*testing.T, *tableWorld, any) {
		return func(t *testing.T, _ *tableWorld, out any) {
			t.Helper()
			if d := cmp.Diff(append([]string{}, want...), append([]string{}, out.(*ecr.ListPullTimeUpdateExclusionsOutput).PullTimeUpdateExclusions...)); d != "" {
				t.Errorf("exclusions (-want +got)\n%s", d)
			}
		}
	}
	return []tableRow{
		{op: "RegisterPullTimeUpdateExclusion", name: "role with a path", call: send(register(role)), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.RegisterPullTimeUpdateExclusionOutput); *got.PrincipalArn != role || w.clock.now().Sub(*got.CreatedAt) > time.Minute {
				t.Errorf("exclusion: %+v", got)
			}
		}},
		{op: "RegisterPullTimeUpdateExclusion", name: "user", call: send(register(many[0]))},
		{op: "RegisterPullTimeUpdateExclusion", name: "twice", call: send(register(role), with(role)), code: "ExclusionAlreadyExistsException",
			message: "The pull time update exclusion for the principal 'arn:aws:iam::111111111111:role/path/scanner' already exists in the registry with id '@ACCOUNT'"},
		{op: "RegisterPullTimeUpdateExclusion", name: "one too many", call: send(register(role), with(many...)), code: "LimitExceededException",
			message: "The maximum allowed number of pull time update exclusions in the registry with id '@ACCOUNT' is '10'"},
		{op: "RegisterPullTimeUpdateExclusion", name: "group", call: send(register("arn:aws:iam::" + user + ":group/x")), code: "InvalidParameterException",
			message: `Invalid parameter at 'principalArn' failed to satisfy constraint: 'must satisfy regular expression '^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$'`},
		{op: "RegisterPullTimeUpdateExclusion", name: "session", call: send(register("arn:aws:sts::" + user + ":assumed-role/scanner/x")), code: "InvalidParameterException",
			message: `Invalid parameter at 'principalArn' failed to satisfy constraint: 'must satisfy regular expression '^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$'`},
		{op: "RegisterPullTimeUpdateExclusion", name: "too long", call: send(register(role + strings.Repeat("x", 200))), code: "InvalidParameterException",
			message: "Invalid parameter at 'principalArn' failed to satisfy constraint: 'Member must have length less than or equal to 200'"},
		{op: "DeregisterPullTimeUpdateExclusion", name: "registered", call: send(deregister(role), with(role, many[0])), check: func(t *testing.T, w *tableWorld, out any) {
			if got := out.(*ecr.DeregisterPullTimeUpdateExclusionOutput); *got.PrincipalArn != role {
				t.Errorf("exclusion: %+v", got)
			}
			exclusionsAre(many[0])(t, w, must(w.ecr.ListPullTimeUpdateExclusions(t.Context(), &ecr.ListPullTimeUpdateExclusionsInput{}))(t))
		}},
		{op: "DeregisterPullTimeUpdateExclusion", name: "not registered", call: send(deregister(role), with(many[0])), code: "ExclusionNotFoundException",
			message: "The pull time update exclusion for the principal 'arn:aws:iam::111111111111:role/path/scanner' does not exist in the registry with id '@ACCOUNT'"},
		{op: "DeregisterPullTimeUpdateExclusion", name: "no ARN", call: send(deregister("scanner")), code: "InvalidParameterException",
			message: `Invalid parameter at 'principalArn' failed to satisfy constraint: 'must satisfy regular expression '^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\w+=,.@-]+(/[\w+=,.@-]+)*$'`},
		{op: "ListPullTimeUpdateExclusions", name: "none", call: send(&ecr.ListPullTimeUpdateExclusionsInput{}), check: exclusionsAre()},
		{op: "ListPullTimeUpdateExclusions", name: "all", call: send(&ecr.ListPullTimeUpdateExclusionsInput{}, with(many...)), check: exclusionsAre(many...)},
		{
			op: "ListPullTimeUpdateExclusions", name: "pages",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				with(many...)(w)
				all := new(ecr.ListPullTimeUpdateExclusionsOutput)
				for in := (&ecr.ListPullTimeUpdateExclusionsInput{MaxResults: new(int32(3))}); ; {
					page, err := w.ecr.ListPullTimeUpdateExclusions(ctx, in)
					if err != nil {
						return nil, err
					}
					all.PullTimeUpdateExclusions = append(all.PullTimeUpdateExclusions, page.PullTimeUpdateExclusions...)
					if in.NextToken = page.NextToken; in.NextToken == nil {
						return all, nil
					}
				}
			},
			check: exclusionsAre(many...),
		},
		{op: "ListPullTimeUpdateExclusions", name: "too large pages", call: send(&ecr.ListPullTimeUpdateExclusionsInput{MaxResults: new(int32(1001))}), code: "InvalidParameterException", message: pageTooLarge},
		{op: "ListPullTimeUpdateExclusions", name: "invented token", call: send(&ecr.ListPullTimeUpdateExclusionsInput{NextToken: new("x")}), code: "InvalidParameterException", message: badToken},
	}
}
