package pratiqueapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/policy"
)

const (
	plane  = "111111111111"
	images = "222222222222"
)

// eventWith is a denied pull across accounts, decided by the engine.
func eventWith(t *testing.T, set policy.Set) *audit.Event {
	t.Helper()
	req := &policy.Request{
		Principal: policy.Principal{
			Kind: policy.AssumedRole, Account: plane, ARN: "arn:aws:sts::" + plane + ":assumed-role/nodes/i-0abc",
			IssuerARN: "arn:aws:iam::" + plane + ":role/nodes", ID: "AROAEXAMPLE:i-0abc",
		},
		Action: "ecr:BatchGetImage", Resource: "arn:aws:ecr:us-east-1:" + images + ":repository/app", ResourceAccount: images,
		Context: policy.Context{
			"aws:resourcetag/stage": {"secret-stage"}, "aws:principaltag/team": {"secret-team"},
			"aws:sourceip": {"192.0.2.7"},
		},
	}
	d := policy.Evaluate(req, &set)
	trace, err := json.Marshal(d.Trace)
	if err != nil {
		t.Fatal(err)
	}
	e := &audit.Event{
		RequestID: "0d5a7bd2", Time: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC), Service: "oci", Operation: "GetManifest", Account: images, Region: "us-east-1",
		Caller:   audit.Caller{Kind: "AssumedRole", ARN: req.Principal.ARN, Account: plane, PrincipalID: req.Principal.ID, AccessKeyID: "ASIAEXAMPLE"},
		SourceIP: "192.0.2.7", UserAgent: "containerd", Status: 403, ErrorCode: "DENIED",
		Decisions: []audit.Decision{{
			Action: req.Action, Resource: req.Resource, ResourceAccount: images, Effect: d.Effect.String(), Reason: d.Reason.String(), Trace: trace,
		}},
	}
	if !d.Allowed() {
		e.Decisions[0].Message = d.Message(req)
	}
	return e
}

func doc(t *testing.T, name, statement string) []policy.Source {
	t.Helper()
	p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statement + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Source{{Type: "inline", Name: name, Policy: p}}
}

const (
	identityAllows = `{"Sid":"IdentitySid","Effect":"Allow","Action":"ecr:*","Resource":"*"}`
	identityTagged = `{"Sid":"IdentitySid","Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/stage":"identity-wants"}}}`
	identityDenies = `{"Sid":"IdentitySid","Effect":"Deny","Action":"ecr:*","Resource":"*"}`
	resourceAllows = `{"Sid":"ResourceSid","Effect":"Allow","Principal":{"AWS":"` + plane + `"},"Action":"ecr:*"}`
	resourceTagged = `{"Sid":"ResourceSid","Effect":"Allow","Principal":{"AWS":"` + plane + `"},"Action":"ecr:*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"resource-wants"}}}`
	resourceDenies = `{"Sid":"ResourceSid","Effect":"Deny","Principal":"*","Action":"ecr:*"}`
	scpDenies      = `{"Sid":"OrgSid","Effect":"Deny","Action":"ecr:*","Resource":"*"}`
)

// Each account sees its own side and nothing that depends on the other's.
func TestDescribe(t *testing.T) {
	for name, tt := range map[string]struct {
		set    policy.Set
		caller reading // what the caller's account reads
		owner  reading
	}{
		"resource side denies": {
			set:    policy.Set{Identity: doc(t, "IdentityName", identityAllows), Resource: doc(t, "ResourceName", resourceTagged)},
			caller: reading{effect: "implicitDeny", reason: "resource", says: []string{"IdentitySid", "IdentityName", "no resource-based policy allows"}},
			owner:  reading{effect: "implicitDeny", reason: "resource", says: []string{"ResourceSid", "ResourceName", "resource-wants", "no resource-based policy allows"}},
		},
		"resource side denies explicitly": {
			set:    policy.Set{Identity: doc(t, "IdentityName", identityAllows), Resource: doc(t, "ResourceName", resourceAllows+","+resourceDenies)},
			caller: reading{effect: "explicitDeny", reason: "resource", says: []string{"with an explicit deny in a resource-based policy"}},
			owner:  reading{effect: "explicitDeny", reason: "resource", says: []string{"ResourceSid", `"effect":"Deny"`}},
		},
		"caller side denies": {
			set:    policy.Set{Identity: doc(t, "IdentityName", identityTagged), Resource: doc(t, "ResourceName", resourceAllows)},
			caller: reading{effect: "implicitDeny", reason: "identity", says: []string{"IdentitySid", "identity-wants", "no identity-based policy allows"}},
			owner:  reading{effect: "denied", says: []string{"ResourceSid", "explained to that account"}},
		},
		"caller side denies explicitly": {
			set:    policy.Set{Identity: doc(t, "IdentityName", identityDenies), Resource: doc(t, "ResourceName", resourceAllows)},
			caller: reading{effect: "explicitDeny", reason: "identity", says: []string{"IdentitySid"}},
			owner:  reading{effect: "denied", says: []string{"ResourceSid"}},
		},
		"organization": {
			set:    policy.Set{Identity: doc(t, "IdentityName", identityAllows), Resource: doc(t, "ResourceName", resourceAllows), SCP: [][]policy.Source{doc(t, "OrgName", scpDenies)}},
			caller: reading{effect: "explicitDeny", reason: "scp", says: []string{"service control policy", `"type":"scp"`}},
			owner:  reading{effect: "denied", says: []string{"ResourceSid"}},
		},
		"boundary and session": {
			set: policy.Set{
				Identity: doc(t, "IdentityName", identityAllows), Resource: doc(t, "ResourceName", resourceAllows),
				Boundary: doc(t, "IdentityBoundary", identityTagged), Session: doc(t, "IdentitySession", identityTagged),
			},
			caller: reading{effect: "implicitDeny", reason: "boundary", says: []string{"IdentityBoundary", "IdentitySession"}},
			owner:  reading{effect: "denied", says: []string{"ResourceSid"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := eventWith(t, tt.set)
			caller := tt.caller.check(t, e, plane, "ResourceSid", "ResourceName", "resource-wants", "secret-stage", "OrgSid", "OrgName")
			owner := tt.owner.check(t, e, images, "IdentitySid", "IdentityName", "IdentityBoundary", "IdentitySession", "identity-wants", "secret-team", "OrgSid", "OrgName", "scp", "ASIA", "service control")
			if caller.Caller.AccessKeyId == nil || *owner.Caller.Arn != e.Caller.ARN {
				t.Errorf("callers %+v, %+v", caller.Caller, owner.Caller)
			}
			for _, account := range []string{"333333333333", ""} {
				if d, err := Describe(e, account); d != nil || err != nil {
					t.Errorf("account %q: %+v, %v", account, d, err)
				}
			}
		})
	}
}

// reading is what one account should read.
type reading struct {
	effect, reason string
	says           []string
}

func (v reading) check(t *testing.T, e *audit.Event, account string, never ...string) *pratique.Decision {
	t.Helper()
	d, err := Describe(e, account)
	if err != nil || d == nil || len(d.Authorizations) != 1 {
		t.Fatalf("account %s: %+v, %v", account, d, err)
	}
	a := d.Authorizations[0]
	reason := ""
	if a.Reason != nil {
		reason = *a.Reason
	}
	if *a.Effect != v.effect || reason != v.reason {
		t.Errorf("account %s: %s, %s; want %s, %s", account, *a.Effect, reason, v.effect, v.reason)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), `\"`, `"`)
	for _, s := range v.says {
		if !strings.Contains(plain, s) {
			t.Errorf("account %s is not told %q:\n%s", account, s, plain)
		}
	}
	for _, s := range never {
		if strings.Contains(plain, s) {
			t.Errorf("account %s is told %q:\n%s", account, s, plain)
		}
	}
	return d
}

// What the owner reads does not depend on why the caller's side denies.
func TestOwnerLearnsNothing(t *testing.T) {
	var first *pratique.Decision
	for _, identity := range []string{identityTagged, identityDenies, identityAllows + "," + identityDenies} {
		e := eventWith(t, policy.Set{Identity: doc(t, "IdentityName", identity), Resource: doc(t, "ResourceName", resourceAllows)})
		d, err := Describe(e, images)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = d
		}
		if diff := cmp.Diff(first, d); diff != "" {
			t.Errorf("the owner can tell %s from %s:\n%s", identityTagged, identity, diff)
		}
	}
}

// What the caller reads, beyond the sentence it was answered, does not depend
// on the resource's policy.
func TestCallerLearnsNothing(t *testing.T) {
	var first *pratique.Decision
	for _, resource := range []string{"", resourceTagged, resourceAllows} {
		set := policy.Set{Identity: doc(t, "IdentityName", identityTagged)}
		if resource != "" {
			set.Resource = doc(t, "ResourceName", resource)
		}
		e := eventWith(t, set)
		e.Decisions[0].Effect, e.Decisions[0].Reason, e.Decisions[0].Message = "implicitDeny", "identity", "told"
		d, err := Describe(e, plane)
		if err != nil {
			t.Fatal(err)
		}
		if reason := reasonOf(t, d); reason == "resource" {
			continue // then the sentence says so, too
		}
		if first == nil {
			first = d
		}
		if diff := cmp.Diff(first, d); diff != "" {
			t.Errorf("the caller can tell the resource policies apart:\n%s", diff)
		}
	}
}

func reasonOf(t *testing.T, d *pratique.Decision) string {
	t.Helper()
	var trace policy.Trace
	if err := json.Unmarshal([]byte(*d.Authorizations[0].Trace), &trace); err != nil {
		t.Fatal(err)
	}
	return trace.Reason.String()
}

// An account that is both sides sees all, an owner the decisions about its
// resources only, and the operator everything.
func TestBothSidesAndMore(t *testing.T) {
	e := eventWith(t, policy.Set{Identity: doc(t, "IdentityName", identityAllows), Resource: doc(t, "ResourceName", resourceTagged), SCP: [][]policy.Source{doc(t, "OrgName", identityAllows)}})
	other := e.Decisions[0]
	other.ResourceAccount, other.Resource = "333333333333", "arn:aws:ecr:us-east-1:333333333333:repository/other"
	e.Decisions = append(e.Decisions, other)

	d, err := Describe(e, "333333333333")
	if err != nil || len(d.Authorizations) != 1 || *d.Authorizations[0].Resource != other.Resource {
		t.Errorf("owner of the second: %+v, %v", d, err)
	}
	if d, err = Describe(e, plane); err != nil || len(d.Authorizations) != 2 {
		t.Errorf("caller: %+v, %v", d, err)
	}
	d, err = Describe(e, Everything)
	if err != nil || len(d.Authorizations) != 2 || d.Authorizations[0].Withheld != nil {
		t.Fatalf("operator: %+v, %v", d, err)
	}
	for _, s := range []string{"IdentitySid", "ResourceSid", "OrgName", "secret-team"} {
		if !strings.Contains(*d.Authorizations[0].Trace, s) {
			t.Errorf("the operator is not told %q", s)
		}
	}

	e.Caller.Account = images
	if d, err = Describe(e, images); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"IdentitySid", "ResourceSid", "secret-team"} {
		if !strings.Contains(*d.Authorizations[0].Trace, s) {
			t.Errorf("the account that is both is not told %q", s)
		}
	}
	if w := d.Authorizations[0].Withheld; len(w) != 1 || *w[0].Side != pratique.WithheldSideOrganization {
		t.Errorf("withheld from the account that is both: %+v", w)
	}
}

// Decisions without a trace, of large events, keep the sentence.
func TestWithoutTrace(t *testing.T) {
	e := eventWith(t, policy.Set{})
	e.Decisions[0].Trace = nil
	d, err := Describe(e, plane)
	if err != nil || d.Authorizations[0].Trace != nil || d.Authorizations[0].Message == nil {
		t.Errorf("%+v, %v", d, err)
	}
	e.Decisions[0].Trace = json.RawMessage(`{"effect":"maybe"}`)
	if _, err := Describe(e, plane); err == nil {
		t.Error("a broken trace is described")
	}
	e.Decisions[0].Reason = "whim"
	if _, err := Describe(e, plane); err == nil {
		t.Error("an unknown reason is described")
	}
}
