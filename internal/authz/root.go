package authz

import (
	"context"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/policy"
)

// addRootAccess adds what lets in those who assume the root user of a member
// account: that its organization has centralized root access enabled, which
// counts as the root user's trust in the accounts that manage it. All other
// root users trust nobody.
func (a *Authorizer) addRootAccess(ctx context.Context, req *policy.Request, set *policy.Set) error {
	set.ResourceKind = policy.Trust
	task := req.Context.Get("sts:TaskPolicyArn")
	if len(task) != 1 {
		return nil
	}
	o, err := a.org.ManagesRoot(ctx, req.Principal.Account, req.ResourceAccount, featureOf(task[0]))
	if err != nil || o == nil {
		return err
	}
	text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRoot"}}`,
		arn.Root(req.Principal.Account))
	p, err := a.parsed.Parse(text, nil)
	if err != nil {
		return fmt.Errorf("centralized root access of %s: %w", o.ID, err)
	}
	set.Resource = append(set.Resource, policy.Source{Type: "centralized root access", Name: o.ID, ARN: o.ARN(), Policy: p})
	return nil
}

// featureOf is the feature that a task is part of: tasks of IAM are about
// credentials, the others about resources.
func featureOf(task string) org.Feature {
	if strings.HasPrefix(task[strings.LastIndexByte(task, '/')+1:], "IAM") {
		return org.RootCredentials
	}
	return org.RootSessions
}
