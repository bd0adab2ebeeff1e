package iam_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

const (
	account = "111122223333"
	other   = "444455556666"
	allow   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:*","Resource":"*"}]}`
	deny    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:*","Resource":"*"}]}`
	noUse   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}`
)

func trustOf(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + principal + `"}}]}`
}

// clock is a time that a test moves.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func each(t *testing.T, f func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock)) {
	t.Helper()
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		c := &clock{time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
		m := iam.New(iam.Config{DB: db, Box: box, Now: c.now})
		for _, id := range []string{account, other} {
			if _, err := m.CreateAccount(t.Context(), id, "account "+id); err != nil {
				t.Fatal(err)
			}
		}
		f(t, t.Context(), m, c)
	})
}

// must returns v and ends the test when there was an error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind iam.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error %v, want %v", err, kind)
	}
}

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		_, err := m.CreateAccount(ctx, account, "again")
		wants(t, err, iam.ErrAlreadyExists)
		_, err = m.CreateAccount(ctx, "12", "short")
		wants(t, err, iam.ErrInvalidValue)
		_, err = m.Account(ctx, "999999999999")
		wants(t, err, iam.ErrNoSuchEntity)

		ok(t, m.SetAlias(ctx, account, "acme"))
		wants(t, m.SetAlias(ctx, other, "acme"), iam.ErrAlreadyExists)
		wants(t, m.SetAlias(ctx, other, "a--b"), iam.ErrInvalidValue)
		ok(t, m.SetAlias(ctx, other, ""))
		if first := must[string](t)(m.FirstAccount(ctx)); first != account {
			t.Errorf("first account %s", first)
		}
		got := must[[]*iam.Account](t)(m.Accounts(ctx))
		want := []*iam.Account{
			{ID: account, Name: "account " + account, Alias: "acme", Created: c.t},
			{ID: other, Name: "account " + other, Created: c.t},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestNamesAreUniqueIgnoringCase(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		u := must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "Alice", Path: "/team/", Tags: []iam.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: "1"}}}))
		_, err := m.CreateUser(ctx, account, iam.NewUser{Name: "ALICE"})
		wants(t, err, iam.ErrAlreadyExists)
		must[*iam.User](t)(m.CreateUser(ctx, other, iam.NewUser{Name: "alice"}))

		got := must[*iam.User](t)(m.User(ctx, account, "aLICE"))
		if d := cmp.Diff(u, got); d != "" {
			t.Error(d)
		}
		if want := "arn:aws:iam::111122223333:user/team/Alice"; got.ARN() != want {
			t.Errorf("ARN %s, want %s", got.ARN(), want)
		}
		if len(got.ID) != 21 || !strings.HasPrefix(got.ID, "AIDA") {
			t.Errorf("unique id %q", got.ID)
		}

		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "bob"}))
		wants(t, m.UpdateUser(ctx, account, "bob", "alice", ""), iam.ErrAlreadyExists)
		ok(t, m.UpdateUser(ctx, account, "alice", "ALICE", "/"))
		if got := must[*iam.User](t)(m.User(ctx, account, "alice")); got.ARN() != "arn:aws:iam::111122223333:user/ALICE" || got.ID != u.ID {
			t.Errorf("after the change: %s %s", got.ARN(), got.ID)
		}
	})
}

func TestInvalidNames(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		for _, in := range []iam.NewUser{
			{Name: ""}, {Name: "a b"}, {Name: "é"}, {Name: strings.Repeat("x", 65)}, {Name: "x", Path: "team/"}, {Name: "x", Path: "/team"},
			{Name: "x", Path: "/a b/"}, {Name: "x", Tags: []iam.Tag{{Key: "", Value: ""}}}, {Name: "x", Tags: []iam.Tag{{Key: "a<"}}},
		} {
			_, err := m.CreateUser(ctx, account, in)
			wants(t, err, iam.ErrInvalidValue)
		}
		_, err := m.CreateUser(ctx, account, iam.NewUser{Name: "x", Tags: []iam.Tag{{Key: "a"}, {Key: "A"}}})
		wants(t, err, iam.ErrDuplicateTag)
		_, err = m.CreateUser(ctx, "999999999999", iam.NewUser{Name: "x"})
		wants(t, err, iam.ErrNoSuchEntity)
		_, err = m.CreateUser(ctx, account, iam.NewUser{Name: "x", Boundary: "arn:aws:iam::aws:policy/Nope"})
		wants(t, err, iam.ErrNotAttachable)
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		for _, n := range []string{"d", "B", "a", "C", "e"} {
			must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: n, Path: map[bool]string{true: "/x/"}[n != "C"]}))
		}
		var got []string
		page := iam.Page{Limit: 2}
		for range 3 {
			us, next, err := m.Users(ctx, account, "/", page)
			ok(t, err)
			for _, u := range us {
				got = append(got, u.Name)
			}
			got = append(got, "|")
			if page.After = next; next == "" {
				break
			}
		}
		if s := strings.Join(got, ""); s != "aB|Cd|e|" {
			t.Errorf("pages %s", s)
		}
		us, next, err := m.Users(ctx, account, "/x/", iam.Page{Limit: 4})
		if len(us) != 4 || next != "" || err != nil {
			t.Errorf("%d users of /x/, next %q, %v", len(us), next, err)
		}
	})
}

// subject gathers a user by name.
func subject(t *testing.T, m *iam.IAM, user string) *iam.Subject {
	t.Helper()
	ctx := t.Context()
	u := must[*iam.User](t)(m.User(ctx, account, user))
	return must[*iam.Subject](t)(m.Subject(ctx, iam.Ref{Kind: policy.User, Account: account, ID: u.ID}, ""))
}

func sources(ss []policy.Source) string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Type+":"+s.Name)
	}
	return strings.Join(out, " ")
}

func TestSubjectOfUser(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		u := must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "alice", Path: "/t/", Tags: []iam.Tag{{Key: "team", Value: "blue"}}}))
		must[*iam.Group](t)(m.CreateGroup(ctx, account, "devs", ""))
		ok(t, m.AddUserToGroup(ctx, account, "devs", "Alice"))
		ok(t, m.AddUserToGroup(ctx, account, "devs", "Alice"))
		user, group := iam.Entity{Kind: iam.EntityUser, Name: "alice"}, iam.Entity{Kind: iam.EntityGroup, Name: "devs"}
		ok(t, m.PutInlinePolicy(ctx, account, user, "own", allow))
		ok(t, m.PutInlinePolicy(ctx, account, group, "groups", deny))
		ok(t, m.AttachPolicy(ctx, account, group, "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"))
		p := must[*iam.ManagedPolicy](t)(m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "mine", Path: "/p/", Document: allow}))
		ok(t, m.AttachPolicy(ctx, account, user, p.ARN()))
		ok(t, m.SetBoundary(ctx, account, user, "arn:aws:iam::aws:policy/AdministratorAccess"))

		s := subject(t, m, "alice")
		wantPrincipal := policy.Principal{Kind: policy.User, Account: account, ARN: "arn:aws:iam::111122223333:user/t/alice", ID: u.ID}
		if d := cmp.Diff(wantPrincipal, s.Principal); d != "" {
			t.Error(d)
		}
		got := strings.Split(sources(s.Identity), " ")
		want := map[string]bool{"inline:own": true, "inline:groups": true, "managed:mine": true, "managed:AmazonEC2ContainerRegistryReadOnly": true}
		if len(got) != len(want) {
			t.Errorf("identity policies %v", got)
		}
		for _, g := range got {
			if !want[g] {
				t.Errorf("identity policy %s", g)
			}
		}
		if b := sources(s.Boundary); b != "managed:AdministratorAccess" {
			t.Errorf("boundary %s", b)
		}
		if s.UserName != "alice" || s.Tags["team"] != "blue" {
			t.Errorf("name %q, tags %v", s.UserName, s.Tags)
		}

		// Everything is live.
		v := must[*iam.PolicyVersion](t)(m.CreatePolicyVersion(ctx, account, p.ARN(), deny, true))
		for _, src := range subject(t, m, "alice").Identity {
			if src.Name == "mine" && src.Policy.Text() != deny {
				t.Errorf("version %s is not in force", v.ID)
			}
		}
		ok(t, m.RemoveUserFromGroup(ctx, account, "devs", "alice"))
		ok(t, m.DetachPolicy(ctx, account, user, p.ARN()))
		ok(t, m.SetBoundary(ctx, account, user, ""))
		s = subject(t, m, "alice")
		if got := sources(s.Identity); got != "inline:own" || len(s.Boundary) != 0 {
			t.Errorf("after removal: %s, boundary %s", got, sources(s.Boundary))
		}

		ok(t, m.DeleteInlinePolicy(ctx, account, user, "own"))
		ok(t, m.DeleteUser(ctx, account, "alice"))
		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "alice"}))
		_, err := m.Subject(ctx, iam.Ref{Kind: policy.User, Account: account, ID: u.ID}, "")
		wants(t, err, iam.ErrNoSuchEntity)
	})
}

func TestSubjectOfRoot(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		s := must[*iam.Subject](t)(m.Subject(ctx, iam.Ref{Kind: policy.Root, Account: account, ID: account}, ""))
		want := policy.Principal{Kind: policy.Root, Account: account, ARN: "arn:aws:iam::111122223333:root", ID: account}
		if d := cmp.Diff(want, s.Principal); d != "" {
			t.Error(d)
		}
		_, err := m.Subject(ctx, iam.Ref{Kind: policy.Root, Account: "999999999999", ID: "999999999999"}, "")
		wants(t, err, iam.ErrNoSuchEntity)
		_, err = m.Subject(ctx, iam.Ref{}, "")
		if err == nil {
			t.Error("a subject for the zero Ref")
		}
	})
}

func TestDeleteConflicts(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u"}))
		must[*iam.Group](t)(m.CreateGroup(ctx, account, "g", ""))
		must[*iam.Role](t)(m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: noUse}))
		u, g, r := iam.Entity{Kind: iam.EntityUser, Name: "u"}, iam.Entity{Kind: iam.EntityGroup, Name: "g"}, iam.Entity{Kind: iam.EntityRole, Name: "r"}
		deleters := map[iam.Entity]func() error{
			u: func() error { return m.DeleteUser(ctx, account, "u") },
			g: func() error { return m.DeleteGroup(ctx, account, "g") },
			r: func() error { return m.DeleteRole(ctx, account, "r") },
		}
		const readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
		for e, del := range deleters {
			ok(t, m.AttachPolicy(ctx, account, e, readOnly))
			wants(t, del(), iam.ErrPoliciesAttached)
			ok(t, m.DetachPolicy(ctx, account, e, readOnly))
			wants(t, m.DetachPolicy(ctx, account, e, readOnly), iam.ErrNoSuchEntity)
			ok(t, m.PutInlinePolicy(ctx, account, e, "p", allow))
			wants(t, del(), iam.ErrInlinePolicies)
			ok(t, m.DeleteInlinePolicy(ctx, account, e, "p"))
			wants(t, m.DeleteInlinePolicy(ctx, account, e, "p"), iam.ErrNoSuchEntity)
		}
		ok(t, m.AddUserToGroup(ctx, account, "g", "u"))
		wants(t, deleters[u](), iam.ErrReferenced)
		wants(t, deleters[g](), iam.ErrReferenced)
		ok(t, m.RemoveUserFromGroup(ctx, account, "g", "u"))
		k := must[*iam.Key](t)(m.CreateAccessKey(ctx, account, "u"))
		wants(t, deleters[u](), iam.ErrReferenced)
		ok(t, m.DeleteAccessKey(ctx, account, "u", k.ID))
		must[*iam.InstanceProfile](t)(m.CreateInstanceProfile(ctx, account, "i", "", nil))
		ok(t, m.SetInstanceProfileRole(ctx, account, "i", "r"))
		wants(t, m.SetInstanceProfileRole(ctx, account, "i", "r"), iam.ErrQuota)
		wants(t, deleters[r](), iam.ErrInInstanceProfile)
		wants(t, m.DeleteInstanceProfile(ctx, account, "i"), iam.ErrInInstanceProfile)
		ok(t, m.ClearInstanceProfileRole(ctx, account, "i", "r"))
		ok(t, m.DeleteInstanceProfile(ctx, account, "i"))
		for e, del := range deleters {
			if err := del(); err != nil {
				t.Errorf("delete %v: %v", e, err)
			}
			wants(t, del(), iam.ErrNoSuchEntity)
		}
	})
}

func TestManagedPolicies(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		p := must[*iam.ManagedPolicy](t)(m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "Push", Path: "/ci/", Description: "d", Document: allow}))
		_, err := m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "push", Document: allow})
		wants(t, err, iam.ErrAlreadyExists)
		_, err = m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "x", Document: `{`})
		wants(t, err, iam.ErrMalformedPolicy)
		_, err = m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "x", Document: `"` + strings.Repeat("x", 6144) + `"`})
		wants(t, err, iam.ErrQuota)
		_, err = m.ManagedPolicy(ctx, other, p.ARN())
		wants(t, err, iam.ErrNoSuchEntity)

		for n := 2; n <= 5; n++ {
			must[*iam.PolicyVersion](t)(m.CreatePolicyVersion(ctx, account, p.ARN(), deny, false))
		}
		_, err = m.CreatePolicyVersion(ctx, account, p.ARN(), deny, false)
		wants(t, err, iam.ErrVersionQuota)
		wants(t, m.DeletePolicyVersion(ctx, account, p.ARN(), "v1"), iam.ErrDefaultVersion)
		wants(t, m.DeletePolicyVersion(ctx, account, p.ARN(), "v01"), iam.ErrNoSuchEntity)
		ok(t, m.DeletePolicyVersion(ctx, account, p.ARN(), "v5"))
		if v := must[*iam.PolicyVersion](t)(m.CreatePolicyVersion(ctx, account, p.ARN(), allow, false)); v.ID != "v6" {
			t.Errorf("version %s after v5 was deleted, want v6", v.ID)
		}
		c.t = c.t.Add(time.Hour)
		ok(t, m.SetDefaultPolicyVersion(ctx, account, p.ARN(), "v2"))
		got := must[*iam.ManagedPolicy](t)(m.ManagedPolicy(ctx, account, p.ARN()))
		if got.DefaultVersion != "v2" || !got.Updated.Equal(c.t) || got.Description != "d" {
			t.Errorf("policy %+v", got)
		}
		if v := must[*iam.PolicyVersion](t)(m.PolicyVersion(ctx, account, p.ARN(), "v2")); v.Document != deny || !v.IsDefault {
			t.Errorf("version %+v", v)
		}
		wants(t, m.DeletePolicy(ctx, account, p.ARN()), iam.ErrPolicyVersions)
		var ids []string
		for _, v := range must[[]*iam.PolicyVersion](t)(m.PolicyVersions(ctx, account, p.ARN())) {
			ids = append(ids, v.ID)
			if !v.IsDefault {
				ok(t, m.DeletePolicyVersion(ctx, account, p.ARN(), v.ID))
			}
		}
		if s := strings.Join(ids, " "); s != "v6 v4 v3 v2 v1" {
			t.Errorf("versions %s", s)
		}

		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u", Boundary: p.ARN()}))
		wants(t, m.DeletePolicy(ctx, account, p.ARN()), iam.ErrPolicyAttached)
		must[*iam.Role](t)(m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: noUse}))
		ok(t, m.AttachPolicy(ctx, account, iam.Entity{Kind: iam.EntityRole, Name: "r"}, p.ARN()))
		got = must[*iam.ManagedPolicy](t)(m.ManagedPolicy(ctx, account, p.ARN()))
		if got.AttachmentCount != 1 || got.BoundaryCount != 1 {
			t.Errorf("attached %d, boundary %d", got.AttachmentCount, got.BoundaryCount)
		}
		if hs := must[[]iam.Holder](t)(m.PolicyHolders(ctx, account, p.ARN(), "/", false)); len(hs) != 1 || hs[0].Name != "r" || hs[0].Kind != iam.EntityRole {
			t.Errorf("attached to %+v", hs)
		}
		if hs := must[[]iam.Holder](t)(m.PolicyHolders(ctx, account, p.ARN(), "/", true)); len(hs) != 1 || hs[0].Name != "u" {
			t.Errorf("boundary of %+v", hs)
		}
		ok(t, m.SetBoundary(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: "u"}, ""))
		ok(t, m.DetachPolicy(ctx, account, iam.Entity{Kind: iam.EntityRole, Name: "r"}, p.ARN()))
		ok(t, m.DeletePolicy(ctx, account, p.ARN()))

		// Another account's policies are not there.
		q := must[*iam.ManagedPolicy](t)(m.CreatePolicy(ctx, other, iam.NewPolicy{Name: "q", Document: allow}))
		wants(t, m.AttachPolicy(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: "u"}, q.ARN()), iam.ErrNotAttachable)
		wants(t, m.AttachPolicy(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: "u"}, "arn:aws:iam::111122223333:role/r"), iam.ErrInvalidARN)
	})
}

func TestAWSManagedPolicies(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		ps, next, err := m.ManagedPolicies(ctx, account, iam.PolicyFilter{AWS: true, Local: true}, iam.Page{})
		ok(t, err)
		if len(ps) < 14 || next != "" {
			t.Fatalf("%d policies, next %q", len(ps), next)
		}
		for _, p := range ps {
			v := must[*iam.PolicyVersion](t)(m.PolicyVersion(ctx, account, p.ARN(), p.DefaultVersion))
			doc, err := policy.Parse([]byte(v.Document))
			if err != nil {
				t.Errorf("%s: %v", p.Name, err)
				continue
			}
			for _, f := range doc.Validate(policy.Identity) {
				if f.Severity == policy.SeverityError {
					t.Errorf("%s: %s", p.Name, f.Message)
				}
			}
			if len(p.ID) != 21 || p.Created.IsZero() {
				t.Errorf("%s: id %q, created %v", p.Name, p.ID, p.Created)
			}
		}
		const pullOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
		_, err = m.CreatePolicyVersion(ctx, account, pullOnly, allow, true)
		wants(t, err, iam.ErrUnmodifiable)
		wants(t, m.DeletePolicy(ctx, account, pullOnly), iam.ErrUnmodifiable)
		wants(t, m.SetTags(ctx, account, iam.Entity{Kind: iam.EntityPolicy, Name: pullOnly}, []iam.Tag{{Key: "a"}}), iam.ErrUnmodifiable)

		must[*iam.User](t)(m.CreateUser(ctx, other, iam.NewUser{Name: "u"}))
		wants(t, m.AttachPolicy(ctx, other, iam.Entity{Kind: iam.EntityUser, Name: "u"}, "arn:aws:iam::aws:policy/aws-service-role/ECRReplicationServiceRolePolicy"), iam.ErrServicePolicy)
		ok(t, m.AttachPolicy(ctx, other, iam.Entity{Kind: iam.EntityUser, Name: "u"}, pullOnly))
		for acct, want := range map[string]int{account: 0, other: 1} {
			ps, _, err := m.ManagedPolicies(ctx, acct, iam.PolicyFilter{AWS: true, OnlyAttached: true}, iam.Page{})
			ok(t, err)
			if len(ps) != want {
				t.Errorf("account %s uses %d policies of AWS, want %d", acct, len(ps), want)
			}
		}
	})
}

func TestInlineSize(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u"}))
		e := iam.Entity{Kind: iam.EntityUser, Name: "u"}
		doc := func(n int) string {
			return strings.Replace(allow, `"ecr:*"`, `"ecr:`+strings.Repeat("x", n)+`"`, 1) + strings.Repeat("\n", 4096)
		}
		ok(t, m.PutInlinePolicy(ctx, account, e, "a", doc(1000)))
		wants(t, m.PutInlinePolicy(ctx, account, e, "b", doc(1000)), iam.ErrInlineSize)
		ok(t, m.PutInlinePolicy(ctx, account, e, "a", doc(1900)))
		if got := must[string](t)(m.InlinePolicy(ctx, account, e, "a")); got != doc(1900) {
			t.Error("the document was not kept as given")
		}
	})
}

func TestTags(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		must[*iam.Role](t)(m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: noUse, Tags: []iam.Tag{{Key: "Team", Value: "blue"}}}))
		e := iam.Entity{Kind: iam.EntityRole, Name: "R"}
		ok(t, m.SetTags(ctx, account, e, []iam.Tag{{Key: "team", Value: "red"}, {Key: "zone", Value: ""}}))
		ok(t, m.RemoveTags(ctx, account, e, []string{"ZONE", "none"}))
		got := must[[]iam.Tag](t)(m.Tags(ctx, account, e))
		if d := cmp.Diff([]iam.Tag{{Key: "team", Value: "red"}}, got); d != "" {
			t.Error(d)
		}
		many := make([]iam.Tag, 50)
		for i := range many {
			many[i].Key = "k" + strings.Repeat("x", i)
		}
		wants(t, m.SetTags(ctx, account, e, many), iam.ErrQuota)
		wants(t, m.SetTags(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: "nobody"}, nil), iam.ErrNoSuchEntity)
	})
}

func TestAccessKeys(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		u := must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u"}))
		k := must[*iam.Key](t)(m.CreateAccessKey(ctx, account, "u"))
		root := must[*iam.Key](t)(m.CreateAccessKey(ctx, account, ""))
		if len(k.ID) != 20 || len(k.Secret.Reveal()) != 40 || k.Principal != (iam.Ref{Kind: policy.User, Account: account, ID: u.ID}) {
			t.Errorf("key %+v", k)
		}
		got := must[*iam.Key](t)(m.AccessKey(ctx, k.ID))
		if d := cmp.Diff(k, got); d != "" || got.Secret != k.Secret {
			t.Errorf("read back: %s", d)
		}
		if got := must[*iam.Key](t)(m.AccessKey(ctx, root.ID)); got.Principal != (iam.Ref{Kind: policy.Root, Account: account, ID: account}) {
			t.Errorf("root key %+v", got)
		}
		must[*iam.Key](t)(m.CreateAccessKey(ctx, account, "u"))
		_, err := m.CreateAccessKey(ctx, account, "u")
		wants(t, err, iam.ErrQuota)

		wants(t, m.SetAccessKeyActive(ctx, account, "", k.ID, false), iam.ErrNoSuchEntity)
		wants(t, m.DeleteAccessKey(ctx, other, "", k.ID), iam.ErrNoSuchEntity)
		ok(t, m.SetAccessKeyActive(ctx, account, "u", k.ID, false))
		if got := must[*iam.Key](t)(m.AccessKey(ctx, k.ID)); got.Active {
			t.Error("still active")
		}
		c.t = c.t.Add(time.Hour)
		ok(t, m.NoteKeyUsed(ctx, got, "ecr", "us-east-1"))
		used, name, err := m.AccessKeyInfo(ctx, account, k.ID)
		if err != nil || name != "u" || !used.LastUsed.Equal(c.t) || used.LastUsedService != "ecr" {
			t.Errorf("%+v of %q: %v", used, name, err)
		}
		_, _, err = m.AccessKeyInfo(ctx, other, k.ID)
		wants(t, err, iam.ErrNoSuchEntity)
		ok(t, m.DeleteAccessKey(ctx, account, "u", k.ID))
		_, err = m.AccessKey(ctx, k.ID)
		wants(t, err, iam.ErrNoSuchEntity)
	})
}

func TestSecretsAreSealed(t *testing.T) {
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	ok(t, err)
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		ctx := t.Context()
		m := iam.New(iam.Config{DB: db, Box: box, Now: time.Now})
		must[*iam.Account](t)(m.CreateAccount(ctx, account, ""))
		k := must[*iam.Key](t)(m.CreateAccessKey(ctx, account, ""))
		l := must[*iam.Key](t)(m.CreateAccessKey(ctx, account, ""))
		ok(t, db.Write(ctx, func(tx *meta.Tx) error {
			var stored []byte
			if err := tx.QueryRow(`SELECT secret FROM iam_access_key WHERE id = $1`, k.ID).Scan(&stored); err != nil {
				return err
			}
			if strings.Contains(string(stored), k.Secret.Reveal()) {
				t.Error("the secret is stored in the clear")
			}
			_, err := tx.Exec(`UPDATE iam_access_key SET secret = $1 WHERE id = $2`, stored, l.ID)
			return err
		}))
		if _, err := m.AccessKey(ctx, l.ID); err == nil {
			t.Error("the secret of one key opens as another's")
		}
	})
}

func TestTrustPolicy(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		_, err := m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: trustOf("arn:aws:iam::444455556666:user/bob")})
		var e *iam.Error
		if !errors.As(err, &e) || e.Kind != iam.ErrMalformedPolicy || e.Detail != `Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:user/bob"` {
			t.Errorf("unknown principal: %v", err)
		}
		_, err = m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: trustOf("999999999999")})
		wants(t, err, iam.ErrMalformedPolicy)
		_, err = m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: "no"})
		if !errors.As(err, &e) || e.Detail != "This policy contains invalid Json" {
			t.Errorf("not JSON: %v", err)
		}
		_, err = m.CreateRole(ctx, account, iam.NewRole{Name: "r", Trust: noUse, MaxSession: 30 * time.Minute})
		wants(t, err, iam.ErrInvalidValue)

		bob := must[*iam.User](t)(m.CreateUser(ctx, other, iam.NewUser{Name: "bob"}))
		r := must[*iam.Role](t)(m.CreateRole(ctx, account, iam.NewRole{Name: "r", Path: "/a/", Trust: trustOf(bob.ARN())}))
		src, role, err := m.TrustPolicy(ctx, r.ARN())
		ok(t, err)
		if src.Policy.Text() != trustOf(bob.ARN()) || role.ID != r.ID {
			t.Errorf("trust %s of %s", src.Policy.Text(), role.ID)
		}
		for _, bad := range []string{"arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:role/a/R", "arn:aws:iam::444455556666:role/a/r", "r", "arn:aws:iam::111122223333:user/a/r"} {
			_, _, err := m.TrustPolicy(ctx, bad)
			wants(t, err, iam.ErrNoSuchEntity)
		}

		// A namesake is somebody else.
		ok(t, m.DeleteUser(ctx, other, "bob"))
		for range 2 {
			src, _, err = m.TrustPolicy(ctx, r.ARN())
			ok(t, err)
			if src.Policy.Text() != trustOf(bob.ID) {
				t.Errorf("trust %s, want the unique id", src.Policy.Text())
			}
			if _, err := m.CreateUser(ctx, other, iam.NewUser{Name: "bob"}); err != nil && !errors.Is(err, iam.ErrAlreadyExists) {
				t.Fatal(err)
			}
		}
		ok(t, m.SetTrust(ctx, account, "r", trustOf(bob.ARN())))
		if got := must[*iam.Role](t)(m.Role(ctx, account, "r")); got.Trust != trustOf(bob.ARN()) {
			t.Errorf("trust %s after it was set anew", got.Trust)
		}
		wants(t, m.SetTrust(ctx, account, "r", trustOf(bob.ID)), iam.ErrMalformedPolicy)
	})
}

func TestResolvePrincipals(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		r := must[*iam.Role](t)(m.CreateRole(ctx, account, iam.NewRole{Name: "r", Path: "/p/", Trust: noUse}))
		const doc = `{"Statement":[
			{"Principal": {"AWS" : [ "arn:aws:iam::111122223333:role\/p\/r", "*", "111122223333"]}, "Condition":{"ArnLike":{"Principal":{"AWS":"arn:aws:iam::1:user/x"}}}},
			{"NotPrincipal":{"AWS":"arn:aws:sts::111122223333:assumed-role/r/s","Service":"arn:aws:iam::1:user/y"}},
			{"Principal":{"AWS":["arn:aws:iam::111122223333:role/r","arn:aws:iam::111122223333:role/*"]}}]}`
		ids, missing, err := m.ResolvePrincipals(ctx, doc)
		ok(t, err)
		if d := cmp.Diff(map[string]string{r.ARN(): r.ID, "arn:aws:sts::111122223333:assumed-role/r/s": r.ID + ":s"}, ids); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:role/*"}, missing); d != "" {
			t.Error(d)
		}
		ok(t, m.DeleteRole(ctx, account, "r"))
		got := must[string](t)(m.CurrentPrincipals(ctx, doc, ids))
		want := strings.NewReplacer(`arn:aws:iam::111122223333:role\/p\/r`, r.ID, `arn:aws:sts::111122223333:assumed-role/r/s`, r.ID+":s").Replace(doc)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestErrorKinds(t *testing.T) {
	seen := make(map[string]iam.Kind)
	for _, k := range iam.Kinds() {
		if k.Error() == "" || seen[k.Error()] != 0 {
			t.Errorf("kind %d says %q, as does %d", int(k), k.Error(), int(seen[k.Error()]))
		}
		seen[k.Error()] = k
	}
}

func TestAccessKeyAccount(t *testing.T) {
	for id, want := range map[string]string{
		"ASIAQNZGKIQY56JQ7WML": "029608264753",
		"AKIARZPUZDIKAAAAAAAA": "123456789012",
		"AKIAIOSFODNN7EXAMPLE": "",
		"AKIA":                 "",
		"AKIA1111111111111111": "",
	} {
		if got, valid := iam.AccessKeyAccount(id); valid != (want != "") || valid && got != want {
			t.Errorf("%s: %q %v, want %q", id, got, valid, want)
		}
	}
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		for _, acct := range []string{account, "000000000001", "999999999999", "999999999998"} {
			if _, err := m.CreateAccount(ctx, acct, ""); err != nil && !errors.Is(err, iam.ErrAlreadyExists) {
				t.Fatal(err)
			}
			k := must[*iam.Key](t)(m.CreateAccessKey(ctx, acct, ""))
			if got, valid := iam.AccessKeyAccount(k.ID); !valid || got != acct {
				t.Errorf("%s of %s decodes to %q", k.ID, acct, got)
			}
		}
	})
}

// Checks and writes are one transaction: of many at once, as many win as may.
func TestConcurrentWrites(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u"}))
		count := func(do func(int) error, loses iam.Kind) (won int) {
			errs := make(chan error)
			for i := range 8 {
				go func() { errs <- do(i) }()
			}
			for range 8 {
				switch err := <-errs; {
				case err == nil:
					won++
				case !errors.Is(err, loses):
					t.Errorf("error %v, want %v", err, loses)
				}
			}
			return won
		}
		if n := count(func(int) error { _, err := m.CreateAccessKey(ctx, account, "u"); return err }, iam.ErrQuota); n != 2 {
			t.Errorf("%d access keys", n)
		}
		if n := count(func(int) error {
			_, err := m.CreateUser(ctx, account, iam.NewUser{Name: "same"})
			return err
		}, iam.ErrAlreadyExists); n != 1 {
			t.Errorf("%d users of one name", n)
		}
		if n := count(func(int) error { _, err := m.CreateAccount(ctx, "777777777777", ""); return err }, iam.ErrAlreadyExists); n != 1 {
			t.Errorf("%d accounts of one id", n)
		}
	})
}
