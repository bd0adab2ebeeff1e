package authz_test

import (
	"testing"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/policy"
)

// A trust policy means the user it named, not one who got the name since, and
// changing it back to the name makes it mean that one.
func TestTrustInPrincipalCreatedAnew(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	ctx := t.Context()
	ci := w.user(t, owner, "ci")
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:user/ci"},"Action":"sts:AssumeRole"}}`
	if _, err := w.iam.CreateRole(ctx, puller, iam.NewRole{Name: "deploy", Trust: trust}); err != nil {
		t.Fatal(err)
	}
	role := authz.Resource{ARN: arn.IAM(puller, "role", "/", "deploy"), Account: puller}
	if err := w.may.Authorize(ctx, ci, "sts:AssumeRole", role, nil); err != nil {
		t.Errorf("trusted: %v", err)
	}
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	if err := w.iam.DetachPolicy(ctx, owner, iam.Entity{Kind: iam.EntityUser, Name: "ci"}, admin); err != nil {
		t.Fatal(err)
	}
	if err := w.iam.DeleteUser(ctx, owner, "ci"); err != nil {
		t.Fatal(err)
	}
	anew := w.user(t, owner, "ci")
	wantDenied(t, w.may.Authorize(ctx, anew, "sts:AssumeRole", role, nil),
		"User: arn:aws:iam::222222222222:user/ci is not authorized to perform: sts:AssumeRole on resource: "+role.ARN)
	if err := w.iam.SetTrust(ctx, puller, "deploy", trust); err != nil {
		t.Fatal(err)
	}
	if err := w.may.Authorize(ctx, anew, "sts:AssumeRole", role, nil); err != nil {
		t.Errorf("trusted anew: %v", err)
	}
}

// An action on no resource is one on a registry, whose region has to be known.
func TestNoRegion(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	root := w.identity(t, iam.Ref{Kind: policy.Root, Account: owner, ID: owner}, "")
	every := authz.Resource{ARN: "*", Account: owner}
	if err := w.may.Authorize(t.Context(), root, "ECR:DescribeRegistry", every, nil); err == nil {
		t.Error("allowed in no region")
	}
	env := policy.Context{}
	env.Set("aws:RequestedRegion", region)
	if err := w.may.Authorize(t.Context(), root, "ecr:DescribeRegistry", every, env); err != nil {
		t.Error(err)
	}
	if err := w.may.Authorize(t.Context(), root, "iam:ListUsers", every, nil); err != nil {
		t.Error(err)
	}
}
