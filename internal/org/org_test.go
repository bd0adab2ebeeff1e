package org_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

const (
	management = "111111111111"
	member     = "222222222222"
	outsider   = "333333333333"
)

const (
	denyPush  = `{"Version":"2012-10-17","Statement":{"Sid":"NoPush","Effect":"Deny","Action":"ecr:PutImage","Resource":"*"}}`
	perimeter = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*",
		"Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}}}`
)

type world struct {
	*org.Org
	t   *testing.T
	now time.Time
}

// newWorld has three accounts and no organization.
func newWorld(t *testing.T, db *meta.DB) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return w.now }
	accounts := iam.New(iam.Config{DB: db, Box: box, Now: now})
	for _, id := range []string{management, member, outsider} {
		if _, err := accounts.CreateAccount(t.Context(), id, "account "+id); err != nil {
			t.Fatal(err)
		}
	}
	w.Org = org.New(org.Config{DB: db, Now: now})
	return w
}

// found makes an organization of the management account and the member.
func (w *world) found() *org.Organization {
	w.t.Helper()
	o := must(w.Create(w.t.Context(), management, org.AllFeatures))(w.t)
	w.join(member)
	return o
}

func (w *world) join(account string) {
	w.t.Helper()
	h := must(w.Invite(w.t.Context(), management, account, ""))(w.t)
	must(w.Accept(w.t.Context(), account, h.ID))(w.t)
}

// must returns a value that came without an error: must(f())(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
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

func want(t *testing.T, err error, kind org.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("got %v, want %v", err, kind)
	}
}

func TestOrganization(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		_, err := w.Organization(ctx, management)
		want(t, err, org.ErrNotInUse)
		if m := must(w.Chain(ctx, management))(t); m != nil {
			t.Errorf("without an organization: %+v", m)
		}

		o := w.found()
		if got := must(w.Organization(ctx, member))(t); !cmp.Equal(o, got) {
			t.Errorf("the member's organization: %s", cmp.Diff(o, got))
		}
		if got, want := o.ARN(), "arn:aws:organizations::111111111111:organization/"+o.ID; got != want {
			t.Errorf("ARN %s, want %s", got, want)
		}
		for _, account := range []string{management, member} {
			_, err = w.Create(ctx, account, org.AllFeatures)
			want(t, err, org.ErrAlreadyInOrganization)
		}
		want(t, w.Delete(ctx, management), org.ErrOrganizationNotEmpty)
		want(t, w.Delete(ctx, member), org.ErrNotManagement)
		want(t, w.Leave(ctx, management), org.ErrManagementCannotLeave)
		want(t, w.Remove(ctx, management, management), org.ErrManagementCannotLeave)
		want(t, w.Remove(ctx, management, outsider), org.ErrNoSuchAccount)
		want(t, w.Remove(ctx, member, member), org.ErrNotManagement)

		// With everything there can be in it, it dissolves once the members have left.
		must(w.EnableType(ctx, management, o.Root, org.SCP))(t)
		u := must(w.CreateUnit(ctx, management, o.Root, "prod", []org.Tag{{Key: "a", Value: "b"}}))(t)
		must(w.CreateUnit(ctx, management, u.ID, "inner", nil))(t)
		p := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "p", Content: denyPush, Type: org.SCP}))(t)
		ok(t, w.Attach(ctx, management, p.ID, u.ID))
		must(w.RequestAccount(ctx, management, "new", "new@example.com", nil))(t)
		ok(t, w.Leave(ctx, member))
		ok(t, w.Delete(ctx, management))
		_, err = w.Organization(ctx, management)
		want(t, err, org.ErrNotInUse)
		if again := must(w.Create(ctx, member, org.AllFeatures))(t); again.ID == o.ID {
			t.Error("an id is used again")
		}
	})
}

func TestUnits(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		a := must(w.CreateUnit(ctx, management, o.Root, "a", nil))(t)
		if want := o.ID + "/" + o.Root + "/" + a.ID + "/"; a.Path != want {
			t.Errorf("path %s, want %s", a.Path, want)
		}
		if !strings.HasPrefix(a.ID, "ou-"+strings.TrimPrefix(o.Root, "r-")+"-") {
			t.Errorf("id %s does not carry the root %s", a.ID, o.Root)
		}
		_, err := w.CreateUnit(ctx, management, o.Root, "a", nil)
		want(t, err, org.ErrDuplicateUnit)
		_, err = w.CreateUnit(ctx, management, "ou-none-00000000", "b", nil)
		want(t, err, org.ErrNoSuchParent)
		_, err = w.CreateUnit(ctx, member, o.Root, "b", nil)
		want(t, err, org.ErrNotManagement)
		_, err = w.CreateUnit(ctx, outsider, o.Root, "b", nil)
		want(t, err, org.ErrNotInUse)

		// Names count per parent, and units nest five deep.
		parent := a
		for range 4 {
			parent = must(w.CreateUnit(ctx, management, parent.ID, "a", nil))(t)
		}
		_, err = w.CreateUnit(ctx, management, parent.ID, "a", nil)
		want(t, err, org.ErrUnitDepth)

		b := must(w.CreateUnit(ctx, management, o.Root, "b", nil))(t)
		_, err = w.RenameUnit(ctx, management, b.ID, "a")
		want(t, err, org.ErrDuplicateUnit)
		if got := must(w.RenameUnit(ctx, management, b.ID, "c"))(t); got.Name != "c" {
			t.Errorf("renamed to %s", got.Name)
		}
		var names []string
		for page := (org.Page{Limit: 1}); ; {
			us, next, err := w.Units(ctx, management, o.Root, page)
			ok(t, err)
			for _, u := range us {
				names = append(names, u.Name)
			}
			if page.After = next; next == "" {
				break
			}
		}
		if len(names) != 2 || names[0] == names[1] {
			t.Errorf("units of the root, in pages: %q", names)
		}

		want(t, w.Move(ctx, management, member, b.ID, a.ID), org.ErrNoSuchSource)
		want(t, w.Move(ctx, management, member, o.Root, "ou-none-00000000"), org.ErrNoSuchDestination)
		want(t, w.Move(ctx, management, member, o.Root, o.Root), org.ErrSamePlace)
		want(t, w.Move(ctx, management, outsider, o.Root, b.ID), org.ErrNoSuchAccount)
		ok(t, w.Move(ctx, management, member, o.Root, b.ID))
		if got := must(w.Parent(ctx, management, member))(t); got != b.ID {
			t.Errorf("parent of the account: %s", got)
		}
		if got := must(w.Parent(ctx, management, b.ID))(t); got != o.Root {
			t.Errorf("parent of the unit: %s", got)
		}
		_, err = w.Parent(ctx, management, o.Root)
		want(t, err, org.ErrNoSuchChild)
		want(t, w.DeleteUnit(ctx, management, b.ID), org.ErrUnitNotEmpty)
		want(t, w.DeleteUnit(ctx, management, a.ID), org.ErrUnitNotEmpty)
		ms, _, err := w.Members(ctx, management, b.ID, org.Page{})
		ok(t, err)
		if len(ms) != 1 || ms[0].Account != member || ms[0].Path != b.Path || ms[0].Method != org.MethodInvited {
			t.Errorf("accounts in the unit: %+v", ms)
		}
		ok(t, w.Move(ctx, management, member, b.ID, o.Root))
		ok(t, w.DeleteUnit(ctx, management, b.ID))
		_, err = w.Unit(ctx, management, b.ID)
		want(t, err, org.ErrNoSuchUnit)
		ms, next, err := w.Members(ctx, management, "", org.Page{Limit: 1})
		ok(t, err)
		if len(ms) != 1 || ms[0].Account != management || next != management {
			t.Errorf("first account: %+v, next %q", ms, next)
		}
	})
}

func TestPolicies(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		scp := org.NewPolicy{Name: "no push", Description: "d", Content: denyPush, Type: org.SCP}
		p := must(w.CreatePolicy(ctx, management, scp))(t)
		if want := "arn:aws:organizations::111111111111:policy/" + o.ID + "/service_control_policy/" + p.ID; p.ARN != want {
			t.Errorf("ARN %s, want %s", p.ARN, want)
		}
		if got := must(w.Policy(ctx, management, p.ID))(t); !cmp.Equal(p, got) {
			t.Error(cmp.Diff(p, got))
		}
		for _, tt := range []struct {
			name string
			in   org.NewPolicy
			want org.Kind
		}{
			{"name is taken", scp, org.ErrDuplicatePolicy},
			{"name of AWS's", org.NewPolicy{Name: "FullAWSAccess", Content: denyPush, Type: org.SCP}, org.ErrDuplicatePolicy},
			{"type that does not exist here", org.NewPolicy{Name: "t", Content: "{}", Type: "TAG_POLICY"}, org.ErrTypeNotAvailable},
			{"no JSON", org.NewPolicy{Name: "t", Content: "{", Type: org.SCP}, org.ErrMalformedPolicy},
			{"SCP with a principal", org.NewPolicy{Name: "t", Content: perimeter, Type: org.SCP}, org.ErrMalformedPolicy},
			{"RCP that allows", org.NewPolicy{Name: "t", Content: strings.Replace(perimeter, "Deny", "Allow", 1), Type: org.RCP}, org.ErrMalformedPolicy},
			{"5,121 characters", org.NewPolicy{Name: "t", Content: denyPush + strings.Repeat(" ", 5121-len(denyPush)), Type: org.SCP}, org.ErrPolicySize},
		} {
			if _, err := w.CreatePolicy(ctx, management, tt.in); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		}
		full := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "no push", Content: perimeter, Type: org.RCP}))(t) // names count per type
		long := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "long", Content: denyPush + strings.Repeat(" ", 5120-len(denyPush)), Type: org.SCP}))(t)

		_, err := w.UpdatePolicy(ctx, management, long.ID, org.PolicyChange{Name: new("no push")})
		want(t, err, org.ErrDuplicatePolicy)
		_, err = w.UpdatePolicy(ctx, management, long.ID, org.PolicyChange{Content: new("[]")})
		want(t, err, org.ErrMalformedPolicy)
		_, err = w.UpdatePolicy(ctx, management, org.FullAccess, org.PolicyChange{Name: new("x")})
		want(t, err, org.ErrImmutablePolicy)
		want(t, w.DeletePolicy(ctx, management, org.FullAccess), org.ErrImmutablePolicy)
		got := must(w.UpdatePolicy(ctx, management, long.ID, org.PolicyChange{Name: new("short"), Content: new(denyPush)}))(t)
		if got.Name != "short" || got.Content != denyPush {
			t.Errorf("updated: %+v", got)
		}

		want(t, w.Attach(ctx, management, p.ID, o.Root), org.ErrTypeNotEnabled)
		_, err = w.DisableType(ctx, management, o.Root, org.SCP)
		want(t, err, org.ErrTypeNotEnabled)
		_, err = w.EnableType(ctx, management, "r-none", org.SCP)
		want(t, err, org.ErrNoSuchRoot)
		_, err = w.EnableType(ctx, management, o.Root, "TAG_POLICY")
		want(t, err, org.ErrTypeNotAvailable)
		must(w.EnableType(ctx, management, o.Root, org.SCP))(t)
		_, err = w.EnableType(ctx, management, o.Root, org.SCP)
		want(t, err, org.ErrTypeEnabled)
		o = must(w.EnableType(ctx, management, o.Root, org.RCP))(t)
		if diff := cmp.Diff([]org.PolicyType{org.SCP, org.RCP}, o.PolicyTypes()); diff != "" {
			t.Error(diff)
		}

		// Everything has FullAWSAccess now, what is new as well.
		u := must(w.CreateUnit(ctx, management, o.Root, "u", nil))(t)
		w.join(outsider)
		for id, n := range map[string]int{org.FullAccess: 5, org.FullAccessRCP: 5, p.ID: 0} {
			ts, _, err := w.TargetsOf(ctx, management, id, org.Page{})
			ok(t, err)
			if len(ts) != n {
				t.Errorf("%s is attached to %d targets, want %d", id, len(ts), n)
			}
		}

		want(t, w.Detach(ctx, management, org.FullAccess, u.ID), org.ErrLastPolicy)
		want(t, w.Detach(ctx, management, org.FullAccessRCP, u.ID), org.ErrNotDetachable)
		want(t, w.Detach(ctx, management, p.ID, u.ID), org.ErrNotAttached)
		want(t, w.Attach(ctx, management, "p-none0000", u.ID), org.ErrNoSuchPolicy)
		want(t, w.Attach(ctx, management, p.ID, "ou-none-00000000"), org.ErrNoSuchTarget)
		want(t, w.Attach(ctx, management, p.ID, "999999999999"), org.ErrNoSuchTarget)
		ok(t, w.Attach(ctx, management, p.ID, u.ID))
		want(t, w.Attach(ctx, management, p.ID, u.ID), org.ErrDuplicateAttachment)
		ok(t, w.Detach(ctx, management, org.FullAccess, u.ID))
		want(t, w.Detach(ctx, management, p.ID, u.ID), org.ErrLastPolicy)
		ok(t, w.Attach(ctx, management, full.ID, u.ID))
		ok(t, w.Detach(ctx, management, full.ID, u.ID))
		for i := range 4 {
			more := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: fmt.Sprint(i), Content: denyPush, Type: org.SCP}))(t)
			ok(t, w.Attach(ctx, management, more.ID, u.ID))
		}
		want(t, w.Attach(ctx, management, long.ID, u.ID), org.ErrTooManyPolicies)
		ps, _, err := w.PoliciesOf(ctx, management, u.ID, org.SCP, org.Page{})
		ok(t, err)
		if len(ps) != 5 {
			t.Errorf("%d policies on the unit", len(ps))
		}
		want(t, w.DeletePolicy(ctx, management, p.ID), org.ErrPolicyInUse)
		ok(t, w.DeletePolicy(ctx, management, long.ID))

		var ids []string
		for page := (org.Page{Limit: 2}); ; {
			ps, next, err := w.Policies(ctx, management, org.SCP, page)
			ok(t, err)
			for _, p := range ps {
				ids = append(ids, p.ID)
			}
			if page.After = next; next == "" {
				break
			}
		}
		all, _, err := w.Policies(ctx, management, org.SCP, org.Page{})
		ok(t, err)
		if len(ids) != 6 || len(all) != 6 || ids[0] >= ids[5] {
			t.Errorf("SCPs in pages %q, %d at once", ids, len(all))
		}

		// Disabling forgets the attachments, and only those of the type.
		must(w.DisableType(ctx, management, o.Root, org.SCP))(t)
		want(t, w.Detach(ctx, management, p.ID, u.ID), org.ErrNotAttached)
		ok(t, w.DeletePolicy(ctx, management, p.ID))
		ts, _, err := w.TargetsOf(ctx, management, org.FullAccessRCP, org.Page{})
		ok(t, err)
		if len(ts) != 5 {
			t.Errorf("RCPFullAWSAccess is attached to %d targets", len(ts))
		}
	})
}

func TestBillingOnly(t *testing.T) {
	w, ctx := newWorld(t, metatest.Open(t, metatest.SQLite(t))), t.Context()
	o := must(w.Create(ctx, management, org.ConsolidatedBilling))(t)
	_, err := w.EnableType(ctx, management, o.Root, org.SCP)
	want(t, err, org.ErrTypeNotAvailable)
	_, err = w.CreatePolicy(ctx, management, org.NewPolicy{Name: "p", Content: denyPush, Type: org.SCP})
	want(t, err, org.ErrTypeNotAvailable)
	ps, _, err := w.Policies(ctx, management, org.SCP, org.Page{})
	ok(t, err)
	if len(ps) != 0 {
		t.Errorf("policies: %v", ps)
	}
}

// names shows the policies of each level.
func names(levels [][]policy.Source) (out []string) {
	for _, l := range levels {
		var at []string
		for _, s := range l {
			at = append(at, s.Name)
		}
		out = append(out, strings.Join(at, "+"))
	}
	return out
}

func TestChain(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		outer := must(w.CreateUnit(ctx, management, o.Root, "outer", nil))(t)
		inner := must(w.CreateUnit(ctx, management, outer.ID, "inner", nil))(t)
		ok(t, w.Move(ctx, management, member, o.Root, inner.ID))

		m := must(w.Chain(ctx, member))(t)
		if diff := cmp.Diff(&org.Membership{Organization: o.ID, Path: inner.Path}, m); diff != "" {
			t.Errorf("without policies: %s", diff)
		}

		must(w.EnableType(ctx, management, o.Root, org.SCP))(t)
		p := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "no push", Content: denyPush, Type: org.SCP}))(t)
		ok(t, w.Attach(ctx, management, p.ID, outer.ID))
		ok(t, w.Attach(ctx, management, p.ID, management))
		m = must(w.Chain(ctx, member))(t)
		if diff := cmp.Diff([]string{"FullAWSAccess", "FullAWSAccess+no push", "FullAWSAccess", "FullAWSAccess"}, sorted(names(m.SCP))); diff != "" || m.RCP != nil {
			t.Errorf("SCPs: %s\nRCPs %v", diff, m.RCP)
		}
		src := m.SCP[1][len(m.SCP[1])-1]
		if src.Name != "no push" {
			src = m.SCP[1][0]
		}
		if src.ARN != p.ARN || src.Type != "service control policy" || src.Policy.Text() != denyPush {
			t.Errorf("source %+v", src)
		}

		must(w.EnableType(ctx, management, o.Root, org.RCP))(t)
		r := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "perimeter", Content: perimeter, Type: org.RCP}))(t)
		ok(t, w.Attach(ctx, management, r.ID, member))
		m = must(w.Chain(ctx, member))(t)
		if diff := cmp.Diff([]string{"RCPFullAWSAccess", "RCPFullAWSAccess", "RCPFullAWSAccess", "RCPFullAWSAccess+perimeter"}, sorted(names(m.RCP))); diff != "" || len(m.SCP) != 4 {
			t.Errorf("RCPs: %s\nSCPs %v", diff, m.SCP)
		}

		want := &org.Membership{Organization: o.ID, Path: o.ID + "/" + o.Root + "/", Management: true}
		if diff := cmp.Diff(want, must(w.Chain(ctx, management))(t)); diff != "" {
			t.Errorf("management account: %s", diff)
		}
		if outside := must(w.Chain(ctx, outsider))(t); outside != nil {
			t.Errorf("outsider %v", outside)
		}

		// What changes decides with the next call, on another node too.
		ok(t, w.Move(ctx, management, member, inner.ID, o.Root))
		must(w.UpdatePolicy(ctx, management, r.ID, org.PolicyChange{Name: new("fence")}))(t)
		other := org.New(org.Config{DB: db, Now: time.Now})
		m = must(other.Chain(ctx, member))(t)
		if got := names(m.SCP); len(got) != 2 || m.Path != o.ID+"/"+o.Root+"/" {
			t.Errorf("after the move: %q at %s", got, m.Path)
		}
		if diff := cmp.Diff([]string{"RCPFullAWSAccess", "RCPFullAWSAccess+fence"}, sorted(names(m.RCP))); diff != "" {
			t.Errorf("after the change: %s", diff)
		}
		ok(t, w.Leave(ctx, member))
		if m := must(other.Chain(ctx, member))(t); m != nil {
			t.Errorf("after leaving: %+v", m)
		}
		// A place taken anew has none of what was attached before.
		w.join(member)
		if got := names(must(w.Chain(ctx, member))(t).RCP); got[1] != "RCPFullAWSAccess" {
			t.Errorf("after coming back: %q", got)
		}
	})
}

// sorted orders the names within each level, which ids order at random.
func sorted(levels []string) []string {
	for i, l := range levels {
		if a, b, two := strings.Cut(l, "+"); two && a > b && !strings.HasSuffix(a, "FullAWSAccess") {
			levels[i] = b + "+" + a
		}
	}
	return levels
}

func TestHandshakes(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		_, err := w.Invite(ctx, management, "999999999999", "")
		want(t, err, org.ErrNoSuchTarget)
		_, err = w.Invite(ctx, management, member, "")
		want(t, err, org.ErrInOrganization)
		_, err = w.Invite(ctx, member, outsider, "")
		want(t, err, org.ErrNotManagement)

		h := must(w.Invite(ctx, management, outsider, "come"))(t)
		if want := "arn:aws:organizations::111111111111:handshake/" + o.ID + "/invite/" + h.ID; h.ARN != want || h.State != org.HandshakeOpen {
			t.Errorf("handshake %+v, want ARN %s", h, want)
		}
		_, err = w.Invite(ctx, management, outsider, "")
		want(t, err, org.ErrDuplicateHandshake)
		_, err = w.Accept(ctx, member, h.ID)
		want(t, err, org.ErrNoSuchHandshake)
		_, err = w.Accept(ctx, management, h.ID)
		want(t, err, org.ErrNoSuchHandshake)
		_, err = w.Cancel(ctx, outsider, h.ID)
		want(t, err, org.ErrNoSuchHandshake)
		_, err = w.Handshake(ctx, member, h.ID)
		want(t, err, org.ErrNoSuchHandshake)
		must(w.Handshake(ctx, outsider, h.ID))(t)
		must(w.Decline(ctx, outsider, h.ID))(t)
		_, err = w.Decline(ctx, outsider, h.ID)
		want(t, err, org.ErrHandshakeDone)
		_, err = w.Accept(ctx, outsider, h.ID)
		want(t, err, org.ErrHandshakeState)

		h = must(w.Invite(ctx, management, outsider, ""))(t)
		must(w.Cancel(ctx, management, h.ID))(t)
		_, err = w.Accept(ctx, outsider, h.ID)
		want(t, err, org.ErrHandshakeState)

		h = must(w.Invite(ctx, management, outsider, ""))(t)
		w.now = w.now.Add(15 * 24 * time.Hour)
		if got := must(w.Handshake(ctx, outsider, h.ID))(t); got.State != org.HandshakeExpired {
			t.Errorf("after 15 days: %s", got.State)
		}
		_, err = w.Accept(ctx, outsider, h.ID)
		want(t, err, org.ErrHandshakeState)

		// An account that was invited twice can join once.
		h = must(w.Invite(ctx, management, outsider, ""))(t)
		must(w.Create(ctx, outsider, org.AllFeatures))(t)
		_, err = w.Accept(ctx, outsider, h.ID)
		want(t, err, org.ErrInOrganization)
		ok(t, w.Delete(ctx, outsider))
		must(w.Accept(ctx, outsider, h.ID))(t)

		hs, _, err := w.Received(ctx, outsider, org.Page{})
		ok(t, err)
		sent, _, err := w.Sent(ctx, management, org.Page{})
		ok(t, err)
		if len(hs) != 4 || len(sent) != 5 {
			t.Errorf("%d received, %d sent", len(hs), len(sent))
		}
		_, _, err = w.Sent(ctx, member, org.Page{})
		want(t, err, org.ErrNotManagement)
	})
}

func TestAccountRequests(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		w.found()
		_, err := w.RequestAccount(ctx, management, "n", "n@example.com", []org.Tag{{Key: "k"}, {Key: "K"}})
		want(t, err, org.ErrDuplicateTag)
		r := must(w.RequestAccount(ctx, management, "new", "New@example.com", nil))(t)
		twin := must(w.RequestAccount(ctx, management, "twin", "new@EXAMPLE.com", nil))(t)
		w.now = w.now.Add(time.Second)
		r = must(w.CompleteAccount(ctx, management, r.ID, outsider, []org.Tag{{Key: "k", Value: "v"}}))(t)
		if r.State != org.Succeeded || r.Account != outsider || !r.Completed.Equal(w.now) {
			t.Errorf("completed: %+v", r)
		}
		if got := must(w.AccountRequest(ctx, management, r.ID))(t); !cmp.Equal(r, got) {
			t.Error(cmp.Diff(r, got))
		}
		if diff := cmp.Diff([]org.Tag{{Key: "k", Value: "v"}}, must(w.Tags(ctx, management, outsider))(t)); diff != "" {
			t.Error(diff)
		}
		m := must(w.Member(ctx, management, outsider))(t)
		if m.Email != "New@example.com" || m.Method != org.MethodCreated {
			t.Errorf("member %+v", m)
		}
		_, err = w.CompleteAccount(ctx, management, r.ID, outsider, nil)
		want(t, err, org.ErrNoSuchRequest)

		// An email address is one account's, whenever it is found out.
		twin = must(w.CompleteAccount(ctx, management, twin.ID, "999999999999", nil))(t)
		late := must(w.RequestAccount(ctx, management, "late", "new@example.com", nil))(t)
		reserved := must(w.RequestAccount(ctx, management, "reserved", "444444444444@Accounts.invalid", nil))(t)
		for _, r := range []*org.AccountRequest{twin, late, reserved} {
			if r.State != org.Failed || r.Failure != org.FailedEmail || r.Account != "" || r.Completed.IsZero() {
				t.Errorf("email taken: %+v", r)
			}
		}
		open := must(w.RequestAccount(ctx, management, "open", "open@example.com", nil))(t)
		for states, n := range map[string]int{"": 5, org.Failed: 3, org.InProgress + " " + org.Succeeded: 2} {
			rs, _, err := w.AccountRequests(ctx, management, strings.Fields(states), org.Page{})
			ok(t, err)
			if len(rs) != n {
				t.Errorf("%d requests %s, want %d", len(rs), states, n)
			}
		}
		if got := must(w.FailAccount(ctx, management, open.ID, org.FailedInternal))(t); got.State != org.Failed {
			t.Errorf("failed: %+v", got)
		}
		_, err = w.AccountRequest(ctx, management, "car-none")
		want(t, err, org.ErrNoSuchRequest)
	})
}

func TestTags(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		p := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "p", Content: denyPush, Type: org.SCP}))(t)
		u := must(w.CreateUnit(ctx, management, o.Root, "u", nil))(t)
		for _, id := range []string{o.Root, u.ID, member, p.ID} {
			ok(t, w.TagResource(ctx, management, id, []org.Tag{{Key: "Env", Value: "x"}, {Key: "team", Value: ""}}))
			ok(t, w.TagResource(ctx, management, id, []org.Tag{{Key: "env", Value: "y"}}))
			ok(t, w.UntagResource(ctx, management, id, []string{"team", "none"}))
			if diff := cmp.Diff([]org.Tag{{Key: "env", Value: "y"}}, must(w.Tags(ctx, management, id))(t)); diff != "" {
				t.Errorf("%s: %s", id, diff)
			}
			at := must(w.Locate(ctx, member, id))(t)
			if !strings.HasSuffix(at.ARN, "/"+id) || len(at.Tags) != 1 {
				t.Errorf("located %s: %+v", id, at)
			}
		}
		for _, id := range []string{"ou-none-00000000", outsider, org.FullAccess, "p-none0000"} {
			want(t, w.TagResource(ctx, management, id, nil), org.ErrNoSuchTarget)
		}
		var many []org.Tag
		for i := range 50 {
			many = append(many, org.Tag{Key: fmt.Sprint(i)})
		}
		want(t, w.TagResource(ctx, management, member, many), org.ErrTooManyTags)
		if at := must(w.Locate(ctx, outsider, o.Root))(t); at != nil {
			t.Errorf("located from outside: %+v", at)
		}
		if at := must(w.Locate(ctx, management, "p-none0000"))(t); at == nil || at.Type != "" {
			t.Errorf("what is not there: %+v", at)
		}
	})
}

// Two accounts that take the last policies off a target, or that join at once, do not break the rules.
func TestConcurrent(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		o := w.found()
		must(w.EnableType(ctx, management, o.Root, org.SCP))(t)
		p := must(w.CreatePolicy(ctx, management, org.NewPolicy{Name: "p", Content: denyPush, Type: org.SCP}))(t)
		ok(t, w.Attach(ctx, management, p.ID, member))
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, id := range []string{p.ID, org.FullAccess} {
			both.Go(func() { errs[i] = w.Detach(ctx, management, id, member) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("detaching both: %v, %v", errs[0], errs[1])
		}
		h := must(w.Invite(ctx, management, outsider, ""))(t)
		for i := range errs {
			both.Go(func() {
				if i == 0 {
					_, errs[i] = w.Accept(ctx, outsider, h.ID)
				} else {
					_, errs[i] = w.Create(ctx, outsider, org.AllFeatures)
				}
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("joining and founding: %v, %v", errs[0], errs[1])
		}
	})
}

func TestKindsHaveNames(t *testing.T) {
	for _, k := range org.Kinds() {
		if k.Error() == "" {
			t.Errorf("kind %d has no name", int(k))
		}
	}
}
