package iam_test

import (
	"context"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

func newRole(t *testing.T, m *iam.IAM, in iam.NewRole) *iam.Role {
	t.Helper()
	in.Name, in.Trust = "node", noUse
	return must[*iam.Role](t)(m.CreateRole(t.Context(), account, in))
}

func TestSession(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		r := newRole(t, m, iam.NewRole{Path: "/eks/", Tags: []iam.Tag{{Key: "team", Value: "blue"}}})
		ok(t, m.AttachPolicy(ctx, account, iam.Entity{Kind: iam.EntityRole, Name: "node"}, "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"))
		cred := must[*iam.Credentials](t)(m.NewSession(ctx, r, iam.SessionInput{Name: "i-0abc", Policy: allow, PolicyARNs: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}, Region: "eu-west-1"}))
		if cred.PackedPolicySize < 1 || !cred.Expiration.Equal(c.t.Add(time.Hour)) || !strings.HasPrefix(cred.AccessKeyID, "ASIA") {
			t.Errorf("credentials %+v", cred)
		}
		s := must[*iam.Session](t)(m.OpenSession(cred.Token.Reveal()))
		if d := cmp.Diff(cred.Session, s); d != "" || s.Secret != cred.Secret {
			t.Errorf("opened: %s", d)
		}
		sub := must[*iam.Subject](t)(m.Subject(ctx, s.Ref, s.Name))
		want := policy.Principal{
			Kind: policy.AssumedRole, Account: account, ARN: "arn:aws:sts::111122223333:assumed-role/node/i-0abc",
			IssuerARN: "arn:aws:iam::111122223333:role/eks/node", ID: r.ID + ":i-0abc",
		}
		if d := cmp.Diff(want, sub.Principal); d != "" {
			t.Error(d)
		}
		if got := sources(sub.Identity); got != "managed:AmazonEC2ContainerRegistryPullOnly" || sub.Tags["team"] != "blue" || sub.RoleName != "node" {
			t.Errorf("subject %s %v %s", got, sub.Tags, sub.RoleName)
		}
		if got := sources(must[[]policy.Source](t)(m.SessionPolicies(ctx, s))); got != "session policy:session-policy session policy:AdministratorAccess" {
			t.Errorf("session policies %s", got)
		}
		if got := must[*iam.Role](t)(m.Role(ctx, account, "node")); !got.LastUsed.Equal(c.t) || got.LastUsedRegion != "eu-west-1" {
			t.Errorf("last used %v in %s", got.LastUsed, got.LastUsedRegion)
		}
		if b, err := json.Marshal(s); err != nil || strings.Contains(string(b), s.Secret.Reveal()) {
			t.Errorf("the JSON form holds the secret: %v", err)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		r := newRole(t, m, iam.NewRole{})
		token := must[*iam.Credentials](t)(m.NewSession(ctx, r, iam.SessionInput{Name: "ss", Duration: 15 * time.Minute})).Token.Reveal()
		s := must[*iam.Session](t)(m.OpenSession(token))

		// with its role, also when there is a namesake
		ok(t, m.DeleteRole(ctx, account, "node"))
		newRole(t, m, iam.NewRole{})
		_, err := m.Subject(ctx, s.Ref, s.Name)
		wants(t, err, iam.ErrNoSuchEntity)
		_, err = m.Subject(ctx, iam.Ref{Kind: policy.AssumedRole, Account: other, ID: s.Ref.ID}, s.Name)
		wants(t, err, iam.ErrNoSuchEntity)

		// at its time, to the second
		c.t = s.Expires.Add(-time.Microsecond)
		must[*iam.Session](t)(m.OpenSession(token))
		c.t = s.Expires
		_, err = m.OpenSession(token)
		wants(t, err, iam.ErrExpiredToken)

		// and does not begin with a token that was tampered with
		for i := range token {
			changed := []byte(token)
			if changed[i] ^= 1; changed[i] == '=' {
				continue
			}
			if _, err := m.OpenSession(string(changed)); err == nil {
				t.Fatalf("token with byte %d changed opens", i)
			}
		}
		for _, bad := range []string{"", "x", token[:len(token)/2], token + "A"} {
			_, err = m.OpenSession(bad)
			wants(t, err, iam.ErrInvalidToken)
		}
	})
}

func TestSessionOfAnotherServer(t *testing.T) {
	var tokens []string
	var servers []*iam.IAM
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		tokens = append(tokens, must[*iam.Credentials](t)(m.NewSession(ctx, newRole(t, m, iam.NewRole{}), iam.SessionInput{Name: "ss"})).Token.Reveal())
		box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
		ok(t, err)
		servers = append(servers, iam.New(iam.Config{Box: box, Now: c.now}))
	})
	for i, m := range servers {
		_, err := m.OpenSession(tokens[i])
		wants(t, err, iam.ErrInvalidToken)
	}
}

func TestSessionLimits(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		r := newRole(t, m, iam.NewRole{MaxSession: 4 * time.Hour})
		from := must[*iam.Credentials](t)(m.NewSession(ctx, r, iam.SessionInput{Name: "ss", Duration: 4 * time.Hour})).Session
		big := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + strings.Repeat("x", 2048) + `","Resource":"*"}]}`
		random := make([]iam.Tag, 50)
		for i := range random {
			a, b := sha512.Sum512([]byte{byte(i), 1}), sha512.Sum512([]byte{byte(i), 2})
			random[i] = iam.Tag{Key: fmt.Sprint("k", i), Value: fmt.Sprintf("%x%x", a, b)}
		}
		for name, tt := range map[string]struct {
			in   iam.SessionInput
			want iam.Kind
		}{
			"longer than the role allows": {iam.SessionInput{Duration: 4*time.Hour + time.Second}, iam.ErrDurationRole},
			"shorter than sessions are":   {iam.SessionInput{Duration: 899 * time.Second}, iam.ErrInvalidValue},
			"chained for two hours":       {iam.SessionInput{Duration: 2 * time.Hour, From: from}, iam.ErrDurationChained},
			"policy is not JSON":          {iam.SessionInput{Policy: "{"}, iam.ErrMalformedPolicy},
			"policy is too long":          {iam.SessionInput{Policy: big}, iam.ErrInvalidValue},
			"no such managed policy":      {iam.SessionInput{PolicyARNs: []string{"arn:aws:iam::aws:policy/No"}}, iam.ErrNotAttachable},
			"not an ARN":                  {iam.SessionInput{PolicyARNs: []string{"No"}}, iam.ErrUnparsableARN},
			"not a managed policy":        {iam.SessionInput{PolicyARNs: []string{r.ARN()}}, iam.ErrInvalidARN},
			"eleven managed policies":     {iam.SessionInput{PolicyARNs: make([]string, 11)}, iam.ErrInvalidValue},
			"too much":                    {iam.SessionInput{Tags: random}, iam.ErrPackedPolicySize},
			"the same tag twice":          {iam.SessionInput{Tags: []iam.Tag{{Key: "a"}, {Key: "A"}}}, iam.ErrDuplicateTag},
			"transitive without a tag":    {iam.SessionInput{Tags: []iam.Tag{{Key: "a"}}, TransitiveTagKeys: []string{"b"}}, iam.ErrTransitiveMissing},
		} {
			tt.in.Name = "ss"
			if _, err := m.NewSession(ctx, r, tt.in); err == nil {
				t.Errorf("%s: no error", name)
			} else {
				wants(t, err, tt.want)
			}
		}
	})
}

func TestSessionChain(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		r := newRole(t, m, iam.NewRole{})
		first := must[*iam.Credentials](t)(m.NewSession(ctx, r, iam.SessionInput{
			Name: "one", SourceIdentity: "ann", TransitiveTagKeys: []string{"Cost"},
			Tags: []iam.Tag{{Key: "Cost", Value: "17"}, {Key: "only", Value: "here"}},
		})).Session
		second := must[*iam.Credentials](t)(m.NewSession(ctx, r, iam.SessionInput{
			Name: "two", From: first, Tags: []iam.Tag{{Key: "cost", Value: "0"}, {Key: "new", Value: "x"}},
		})).Session
		if d := cmp.Diff([]iam.Tag{{Key: "Cost", Value: "17"}, {Key: "new", Value: "x"}}, second.Tags); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"Cost"}, second.TransitiveKeys); d != "" || second.SourceIdentity != "ann" {
			t.Errorf("transitive keys %s, source identity %q", d, second.SourceIdentity)
		}
		_, err := m.NewSession(ctx, r, iam.SessionInput{Name: "three", From: second, SourceIdentity: "bea"})
		wants(t, err, iam.ErrSourceIdentityChanged)
		_, err = m.NewSession(ctx, r, iam.SessionInput{Name: "three", From: second, Tags: []iam.Tag{{Key: "cost"}}, TransitiveTagKeys: []string{"cost"}})
		wants(t, err, iam.ErrTransitiveConflict)
	})
}

// A session whose managed session policy is deleted must not gain by it.
func TestSessionPolicyDeleted(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		p := must[*iam.ManagedPolicy](t)(m.CreatePolicy(ctx, account, iam.NewPolicy{Name: "p", Document: allow}))
		s := must[*iam.Credentials](t)(m.NewSession(ctx, newRole(t, m, iam.NewRole{}), iam.SessionInput{Name: "ss", PolicyARNs: []string{p.ARN()}})).Session
		ok(t, m.DeletePolicy(ctx, account, p.ARN()))
		got := must[[]policy.Source](t)(m.SessionPolicies(ctx, s))
		if len(got) != 1 || got[0].Policy != nil {
			t.Errorf("session policies %+v, want one that allows nothing", got)
		}
	})
}

func TestUserSession(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		root := iam.Ref{Kind: policy.Root, Account: account, ID: account}
		cred := must[*iam.Credentials](t)(m.NewUserSession(root, 0))
		if !cred.Expiration.Equal(c.t.Add(time.Hour)) {
			t.Errorf("root session until %v", cred.Expiration)
		}
		if s := must[*iam.Session](t)(m.OpenSession(cred.Token.Reveal())); s.Ref != root {
			t.Errorf("session of %v", s.Ref)
		}
		_, err := m.NewUserSession(root, 37*time.Hour)
		wants(t, err, iam.ErrInvalidValue)
	})
}

func TestMergeTags(t *testing.T) {
	got := iam.MergeTags(map[string]string{"Team": "blue", "zone": "a"}, map[string]string{"team": "red"})
	if d := cmp.Diff(map[string]string{"team": "red", "zone": "a"}, got); d != "" {
		t.Error(d)
	}
}
