package iamapi

import (
	"context"
	"strings"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/policy"
)

func (s *service) getContextKeysForCustomPolicy(_ context.Context, _ *awsapi.Call, in *api.GetContextKeysForCustomPolicyInput) (*api.GetContextKeysForCustomPolicyOutput, error) {
	sources, err := inputPolicies("PolicyInputList", in.PolicyInputList, sourceIdentity)
	if err != nil {
		return nil, err
	}
	return &api.GetContextKeysForCustomPolicyOutput{ContextKeyNames: referencedKeys(sources)}, nil
}

func (s *service) getContextKeysForPrincipalPolicy(ctx context.Context, c *awsapi.Call, in *api.GetContextKeysForPrincipalPolicyInput) (*api.GetContextKeysForPrincipalPolicyOutput, error) {
	e, err := policySource(c, value(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	held, err := s.held(ctx, c, e, value(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	given, err := inputPolicies("PolicyInputList", in.PolicyInputList, sourceIdentity)
	if err != nil {
		return nil, err
	}
	return &api.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: referencedKeys(held.Identity, given)}, nil
}

// referencedKeys returns the condition keys that policies use, in conditions and as variables, each once.
func referencedKeys(lists ...[]policy.Source) []string {
	keys := keySet{}
	for _, sources := range lists {
		for _, src := range sources {
			for i := range src.Policy.Statements {
				eachKey(src.Policy, &src.Policy.Statements[i], func(key string, _ bool) { keys.add(key) })
			}
		}
	}
	return keys.keys()
}

// keySet is a set of condition keys, which compare without case, in order of appearance and spelt as they appeared first.
type keySet struct {
	names []string
	seen  map[string]bool
}

func (k *keySet) add(name string) {
	fold := strings.ToLower(name)
	if k.seen[fold] {
		return
	}
	if k.seen == nil {
		k.seen = map[string]bool{}
	}
	k.seen[fold] = true
	k.names = append(k.names, name)
}

// addMissing adds the keys that a statement needs and the context does not have.
func (k *keySet) addMissing(p *policy.Policy, st *policy.Statement, given policy.Context) {
	eachKey(p, st, func(key string, optional bool) {
		if !optional && given.Get(key) == nil {
			k.add(key)
		}
	})
}

// keys returns the set; it is never nil.
func (k *keySet) keys() []string { return append([]string{}, k.names...) }

// eachKey yields the condition keys of a statement: those of its conditions, and those of the policy variables in its
// resources and the values of its conditions. A variable with a default is optional.
func eachKey(p *policy.Policy, st *policy.Statement, yield func(key string, optional bool)) {
	variables := p.Version.Text == "2012-10-17"
	if variables && st.Resource != nil {
		eachVariable(st.Resource.List, yield)
	}
	for _, c := range st.Conditions {
		yield(c.Key.Text, false)
		if variables && hasVariables(c.Operator.Name.Text) {
			eachVariable(c.List, yield)
		}
	}
}

// hasVariables reports whether policy variables count in the values of an operator.
func hasVariables(operator string) bool {
	return strings.Contains(operator, "String") || strings.Contains(operator, "Arn") || strings.Contains(operator, "Bool")
}

func eachVariable(l policy.List, yield func(key string, optional bool)) {
	for _, text := range texts(l) {
		for {
			_, rest, found := strings.Cut(text, "${")
			if !found {
				break
			}
			inner, after, closed := strings.Cut(rest, "}")
			if !closed {
				break
			}
			key, _, optional := strings.Cut(inner, ",")
			if key != "" && key != "*" && key != "?" && key != "$" {
				yield(key, optional)
			}
			text = after
		}
	}
}

func texts(l policy.List) []string {
	return each(l.Values, func(v policy.Value) string { return v.Text })
}
