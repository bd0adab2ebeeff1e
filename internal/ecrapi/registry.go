package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

func (s *service) putRegistryPolicy(ctx context.Context, c *awsapi.Call, in *ecr.PutRegistryPolicyInput) (*ecr.PutRegistryPolicyOutput, error) {
	text := value(in.PolicyText)
	p, ids, err := s.parsePolicy(ctx, "policyText", text, policy.Registry)
	if err != nil {
		return nil, err
	}
	scope, err := s.Registry.Setting(ctx, c.Account, c.Region, registry.PolicyScope)
	if err != nil {
		return nil, err
	}
	// A policy stored while the scope changes is harmless: authorisation asks for the scope each time.
	for i := range p.Statements {
		if scope == registry.PolicyScopeV1 && !inScopeV1(p.Statements[i].Action) {
			return nil, awsapi.InvalidParameter("policyText", "Invalid registry policy provided")
		}
	}
	if err := s.Registry.SetRegistryPolicy(ctx, c.Account, c.Region, registry.Policy{Text: text, Principals: ids}); err != nil {
		return nil, err
	}
	return &ecr.PutRegistryPolicyOutput{RegistryId: &c.Account, PolicyText: &text}, nil
}

// inScopeV1 reports whether an Action element names nothing but actions that
// registry policies were about before their scope was widened.
func inScopeV1(e *policy.Element) bool {
	if e.Not {
		return false
	}
	for _, v := range e.Values {
		known := false
		for _, a := range catalog.Actions("ecr") {
			if !policy.MatchAction(v.Text, a.String()) {
				continue
			}
			if known = true; !registry.InPolicyScope(registry.PolicyScopeV1, a.String()) {
				return false
			}
		}
		if !known {
			return false
		}
	}
	return true
}

func (s *service) getRegistryPolicy(ctx context.Context, c *awsapi.Call, _ *ecr.GetRegistryPolicyInput) (*ecr.GetRegistryPolicyOutput, error) {
	p, err := s.Registry.RegistryPolicy(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	text, err := s.shown(ctx, p)
	if err != nil {
		return nil, err
	}
	return &ecr.GetRegistryPolicyOutput{RegistryId: &c.Account, PolicyText: &text}, nil
}

func (s *service) deleteRegistryPolicy(ctx context.Context, c *awsapi.Call, _ *ecr.DeleteRegistryPolicyInput) (*ecr.DeleteRegistryPolicyOutput, error) {
	p, err := s.Registry.DeleteRegistryPolicy(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	text, err := s.shown(ctx, p)
	if err != nil {
		return nil, err
	}
	return &ecr.DeleteRegistryPolicyOutput{RegistryId: &c.Account, PolicyText: &text}, nil
}

// onSetting is onOwnAccount with the condition key of the setting.
func onSetting(c *awsapi.Call, name *string) []awsapi.Resource {
	res := awsapi.Resource{ARN: "*", Account: c.Identity.Account(), Context: policy.Context{}}
	res.Context.Set("ecr:AccountSetting", value(name))
	return []awsapi.Resource{res}
}

func onPutSetting(c *awsapi.Call, in *ecr.PutAccountSettingInput) []awsapi.Resource {
	return onSetting(c, in.Name)
}

func onGetSetting(c *awsapi.Call, in *ecr.GetAccountSettingInput) []awsapi.Resource {
	return onSetting(c, in.Name)
}

func (s *service) putAccountSetting(ctx context.Context, c *awsapi.Call, in *ecr.PutAccountSettingInput) (*ecr.PutAccountSettingOutput, error) {
	if err := s.Registry.SetSetting(ctx, c.Account, c.Region, value(in.Name), value(in.Value)); err != nil {
		return nil, err
	}
	return &ecr.PutAccountSettingOutput{Name: in.Name, Value: in.Value}, nil
}

func (s *service) getAccountSetting(ctx context.Context, c *awsapi.Call, in *ecr.GetAccountSettingInput) (*ecr.GetAccountSettingOutput, error) {
	v, err := s.Registry.Setting(ctx, c.Account, c.Region, value(in.Name))
	if err != nil {
		return nil, err
	}
	return &ecr.GetAccountSettingOutput{Name: in.Name, Value: &v}, nil
}
