package org_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/org"
)

func TestServices(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w, ctx := newWorld(t, db), t.Context()
		_, _, err := w.Features(ctx, management)
		want(t, err, org.ErrNotInUse)
		o := w.found()

		want(t, w.EnableService(ctx, member, org.ServiceIAM), org.ErrNotManagement)
		want(t, w.EnableService(ctx, management, "ec2.amazonaws.com"), org.ErrNoSuchService)
		want(t, w.DisableService(ctx, management, "ec2.amazonaws.com"), org.ErrNoSuchService)
		want(t, w.RegisterDelegate(ctx, management, member, org.ServiceIAM), org.ErrServiceNotEnabled)
		_, _, err = w.EnableFeature(ctx, management, org.RootSessions)
		want(t, err, org.ErrServiceNotEnabled)
		for range 2 {
			ok(t, w.EnableService(ctx, management, org.ServiceIAM))
		}
		if all := must(w.Services(ctx, management))(t); len(all) != 1 || all[0].Principal != org.ServiceIAM || all[0].Since.IsZero() {
			t.Errorf("services %+v", all)
		}

		// Delegates.
		want(t, w.RegisterDelegate(ctx, management, management, org.ServiceIAM), org.ErrManagementDelegate)
		want(t, w.RegisterDelegate(ctx, management, outsider, org.ServiceIAM), org.ErrNoSuchAccount)
		want(t, w.DeregisterDelegate(ctx, management, member, org.ServiceIAM), org.ErrNotDelegate)
		_, err = w.DelegatedServices(ctx, management, member)
		want(t, err, org.ErrNotDelegate)
		_, _, err = w.Delegates(ctx, member, "", org.Page{})
		want(t, err, org.ErrNotManagement)
		_, _, err = w.EnableFeature(ctx, member, org.RootSessions)
		want(t, err, org.ErrNotAdministrator)
		ok(t, w.RegisterDelegate(ctx, management, member, org.ServiceIAM))
		want(t, w.RegisterDelegate(ctx, management, member, org.ServiceIAM), org.ErrAlreadyDelegate)
		for _, who := range []string{management, member} {
			ds, next, err := w.Delegates(ctx, who, org.ServiceIAM, org.Page{Limit: 1})
			if err != nil || next != "" || len(ds) != 1 || ds[0].Account != member || ds[0].ARN != o.AccountARN(member) || ds[0].Since.IsZero() {
				t.Errorf("delegates %+v, %q, %v", ds, next, err)
			}
			if all := must(w.DelegatedServices(ctx, who, member))(t); len(all) != 1 || all[0].Principal != org.ServiceIAM {
				t.Errorf("services of the delegate %+v", all)
			}
		}
		want(t, w.DisableService(ctx, management, org.ServiceIAM), org.ErrHasDelegates)
		want(t, w.Remove(ctx, management, member), org.ErrIsDelegate)
		want(t, w.Leave(ctx, member), org.ErrIsDelegate)

		// Features.
		for _, who := range []string{management, member} {
			_, all, err := w.EnableFeature(ctx, who, org.RootSessions)
			if err != nil || !cmp.Equal(all, []org.Feature{org.RootSessions}) {
				t.Errorf("features %v, %v", all, err)
			}
		}
		ok(t, w.DeregisterDelegate(ctx, management, member, org.ServiceIAM))
		w.join(outsider)
		manages := func(account, member string, f org.Feature) bool {
			t.Helper()
			return must(w.ManagesRoot(ctx, account, member, f))(t) != nil
		}
		for _, tt := range []struct {
			account, member string
			feature         org.Feature
			want            bool
		}{
			{management, member, org.RootSessions, true},
			{management, member, org.RootCredentials, false},
			{management, management, org.RootSessions, false},
			{member, outsider, org.RootSessions, false},
			{member, management, org.RootSessions, false},
			{management, "999999999999", org.RootSessions, false},
			{"999999999999", member, org.RootSessions, false},
		} {
			if got := manages(tt.account, tt.member, tt.feature); got != tt.want {
				t.Errorf("%+v: %v", tt, got)
			}
		}
		ok(t, w.DisableService(ctx, management, org.ServiceIAM))
		if manages(management, member, org.RootSessions) {
			t.Error("a service that is not enabled manages root users")
		}
		ok(t, w.EnableService(ctx, management, org.ServiceIAM))
		_, all, err := w.DisableFeature(ctx, management, org.RootSessions)
		if err != nil || len(all) != 0 || manages(management, member, org.RootSessions) {
			t.Errorf("features %v, %v", all, err)
		}

		// All of it goes with the organization.
		for _, account := range []string{member, outsider} {
			ok(t, w.Remove(ctx, management, account))
		}
		ok(t, w.Delete(ctx, management))
	})
}

// An organization for billing has no centralized root access.
func TestFeaturesOfBillingOnly(t *testing.T) {
	w, ctx := newWorld(t, metatest.Open(t, metatest.SQLite(t))), t.Context()
	must(w.Create(ctx, management, org.ConsolidatedBilling))(t)
	ok(t, w.EnableService(ctx, management, org.ServiceIAM))
	_, _, err := w.Features(ctx, management)
	want(t, err, org.ErrTypeNotAvailable)
}
