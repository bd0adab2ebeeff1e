package iam_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

func TestPasswordRules(t *testing.T) {
	all := iam.PasswordPolicy{MinLength: 10, Symbols: true, Numbers: true, Uppercase: true, Lowercase: true}
	for _, tc := range []struct {
		rules    *iam.PasswordPolicy // nil is AWS's
		password seal.Secret
		want     string // "" is good
	}{
		{nil, "Pa55word", ""},
		{nil, "pa55word", "Password should have at least three of uppercase letters, lowercase letters, numbers and symbols"},
		{nil, "Pa55wor", "Password should have a minimum length of 8"},
		{nil, "1112222333A", "Password should have at least three of uppercase letters, lowercase letters, numbers and symbols"},
		{nil, "Somebody-1", "Password should not be the name of the account or of the user"},
		{nil, seal.Secret("Pa5" + strings.Repeat("é", 126)), "Password should have a maximum length of 128"},
		{&all, "Pa55word-10", ""},
		{&all, "", "Password should have at least one uppercase letter and should have at least one lowercase letter and should have at least one number" +
			" and should have at least one symbol and should have a minimum length of 10"},
		{&all, "Pa55word10", "Password should have at least one symbol"},
		{&all, "Pässwörd-1", ""},
		{&all, "Pa55wörd-", "Password should have a minimum length of 10"},
		{&iam.PasswordPolicy{MinLength: 6}, "easily", ""},
	} {
		each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
			must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "somebody-1"}))
			if tc.rules != nil {
				ok(t, m.SetPasswordPolicy(ctx, account, *tc.rules))
			}
			_, err := m.CreateLoginProfile(ctx, account, "somebody-1", tc.password, false)
			var e *iam.Error
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("%q: %v", tc.password.Reveal(), err)
			case tc.want != "" && (!errors.As(err, &e) || e.Kind != iam.ErrPasswordPolicy || e.Detail != tc.want):
				t.Errorf("%q: %v, want %q", tc.password.Reveal(), err, tc.want)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		u := must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "Alice"}))
		signIn := func(password seal.Secret) (bool, error) {
			ref, mustChange, err := m.SignIn(ctx, account, "alice", password)
			if err == nil && ref != (iam.Ref{Kind: policy.User, Account: account, ID: u.ID}) {
				t.Errorf("signed in %+v", ref)
			}
			return mustChange, err
		}
		_, err := signIn("Pa55word")
		wants(t, err, iam.ErrWrongPassword)
		_, _, err = m.SignIn(ctx, account, "nobody", "Pa55word")
		wants(t, err, iam.ErrWrongPassword)
		_, _, err = m.SignIn(ctx, other, "alice", "Pa55word")
		wants(t, err, iam.ErrWrongPassword)

		must[*iam.LoginProfile](t)(m.CreateLoginProfile(ctx, account, "alice", "Pa55word", true))
		if mustChange := must[bool](t)(signIn("Pa55word")); !mustChange {
			t.Error("a first password need not be changed")
		}
		_, err = signIn("pa55word")
		wants(t, err, iam.ErrWrongPassword)
		ok(t, m.ChangePassword(ctx, account, "alice", "Pa55word", "Pa55word2"))
		if mustChange := must[bool](t)(signIn("Pa55word2")); mustChange {
			t.Error("a changed password must be changed")
		}
		if got := must[*iam.User](t)(m.User(ctx, account, "alice")); !got.PasswordUsed.Equal(c.t) {
			t.Errorf("used %v", got.PasswordUsed)
		}

		// A password grows old.
		ok(t, m.SetPasswordPolicy(ctx, account, iam.PasswordPolicy{MinLength: 6, MaxAge: 10}))
		c.t = c.t.Add(10*24*time.Hour - time.Second)
		if mustChange := must[bool](t)(signIn("Pa55word2")); mustChange {
			t.Error("too old before its time")
		}
		c.t = c.t.Add(time.Second)
		if mustChange := must[bool](t)(signIn("Pa55word2")); !mustChange {
			t.Error("not too old")
		}
		ok(t, m.SetPasswordPolicy(ctx, account, iam.PasswordPolicy{MinLength: 6, MaxAge: 10, HardExpiry: true}))
		_, err = signIn("Pa55word2")
		wants(t, err, iam.ErrPasswordExpired)
		wants(t, m.ChangePassword(ctx, account, "alice", "Pa55word2", "Pa55word3"), iam.ErrPasswordExpired)
		password := seal.Secret("Pa55word3")
		ok(t, m.UpdateLoginProfile(ctx, account, "alice", iam.PasswordChange{Password: &password}))
		must[bool](t)(signIn("Pa55word3"))
		wants(t, m.DeleteUser(ctx, account, "alice"), iam.ErrLoginProfile)
		ok(t, m.DeleteLoginProfile(ctx, account, "alice"))
		_, err = signIn("Pa55word3")
		wants(t, err, iam.ErrWrongPassword)
		wants(t, m.DeleteLoginProfile(ctx, account, "alice"), iam.ErrNoSuchEntity)
	})
}

// Of many changes at once that start from one password, one wins.
func TestConcurrentPasswordChanges(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		must[*iam.User](t)(m.CreateUser(ctx, account, iam.NewUser{Name: "u"}))
		must[*iam.LoginProfile](t)(m.CreateLoginProfile(ctx, account, "u", "Pa55word", false))
		errs := make(chan error)
		for i := range 4 {
			go func() {
				errs <- m.ChangePassword(ctx, account, "u", "Pa55word", seal.Secret(fmt.Sprintf("Pa55word-%d", i)))
			}()
		}
		won := 0
		for range 4 {
			switch err := <-errs; {
			case err == nil:
				won++
			case !errors.Is(err, iam.ErrConcurrentChange) && !errors.Is(err, iam.ErrWrongPassword):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d changes won", won)
		}
	})
}

func TestCredentialReportAges(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, c *clock) {
		_, err := m.CredentialReport(ctx, account)
		wants(t, err, iam.ErrNoReport)
		_, err = m.GenerateCredentialReport(ctx, "999999999999")
		wants(t, err, iam.ErrNoSuchEntity)
		for _, want := range []bool{true, false} {
			if made := must[bool](t)(m.GenerateCredentialReport(ctx, account)); made != want {
				t.Errorf("made %v, want %v", made, want)
			}
		}
		_, err = m.CredentialReport(ctx, other)
		wants(t, err, iam.ErrNoReport)
		c.t = c.t.Add(4 * time.Hour)
		_, err = m.CredentialReport(ctx, account)
		wants(t, err, iam.ErrReportExpired)
		if made := must[bool](t)(m.GenerateCredentialReport(ctx, account)); !made {
			t.Error("an old report was kept")
		}
		if r := must[*iam.CredentialReport](t)(m.CredentialReport(ctx, account)); !r.Generated.Equal(c.t) {
			t.Errorf("generated %v", r.Generated)
		}
	})
}

func TestOIDCProviderQuotas(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, m *iam.IAM, _ *clock) {
		for i := range 100 {
			must[*iam.OIDCProvider](t)(m.CreateOIDCProvider(ctx, account, fmt.Sprintf("https://issuer.example/%d", i), nil, nil, nil))
		}
		_, err := m.CreateOIDCProvider(ctx, account, "https://issuer.example", nil, nil, nil)
		wants(t, err, iam.ErrQuota)
		p := must[*iam.OIDCProvider](t)(m.CreateOIDCProvider(ctx, other, "https://issuer.example", nil, nil, nil))
		for i := range 100 {
			ok(t, m.AddOIDCClientID(ctx, other, p.ARN(), fmt.Sprint("client", i)))
		}
		wants(t, m.AddOIDCClientID(ctx, other, p.ARN(), "one more"), iam.ErrQuota)
		ok(t, m.AddOIDCClientID(ctx, other, p.ARN(), "client7"))
		wants(t, m.AddOIDCClientID(ctx, account, p.ARN(), "client"), iam.ErrNoSuchEntity)
		if got := must[*iam.OIDCProvider](t)(m.OIDCProviderOf(ctx, other, "https://issuer.example")); got.ARN() != p.ARN() || len(got.ClientIDs) != 100 {
			t.Errorf("provider %+v", got)
		}
		for _, issuer := range []string{"https://issuer.example/", "issuer.example", "http://issuer.example", "https://issuer.example/1"} {
			_, err := m.OIDCProviderOf(ctx, other, issuer)
			wants(t, err, iam.ErrNoSuchEntity)
		}
	})
}
