package authn

import (
	"strings"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// WebIdentity is the holder of a verified identity token: nobody's principal, whom a role's trust policy may let in by the
// provider that vouches for it. claims are the condition keys that the token fills.
func WebIdentity(provider, subject, audience string, claims policy.Context) *Identity {
	id := &Identity{
		Subject: &iam.Subject{Principal: policy.Principal{
			Kind: policy.Federated, ARN: provider, ID: strings.Join([]string{provider, audience, subject}, ":"),
		}},
		Context: policy.Context{},
	}
	id.Context.Set("aws:FederatedProvider", provider)
	id.Context.Set("aws:PrincipalIsAWSService", "false")
	for k, v := range claims {
		id.Context[k] = v
	}
	return id
}
