package iam

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// NewFederationSession makes credentials for a federated user: a session that may do what both its session policies and
// the user or root user behind it may, and that ends with that user. Of the input, Name, Duration, Policy, PolicyARNs and
// Tags count; a zero duration is twelve hours. Whether the caller may is not asked here. Errors: ErrMalformedPolicy,
// ErrNotAttachable and ErrInvalidARN for session policies, ErrDuplicateTag, ErrQuota, ErrPackedPolicySize, ErrInvalidValue.
func (m *IAM) NewFederationSession(ctx context.Context, issuer Ref, in SessionInput) (*Credentials, error) {
	duration, err := userSessionDuration(issuer, in.Duration)
	if err != nil {
		return nil, err
	}
	if err := m.checkSessionPolicies(ctx, issuer.Account, in); err != nil {
		return nil, err
	}
	ts, err := checkTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return m.issue(&Session{
		Ref: Ref{policy.FederatedUser, issuer.Account, issuer.ID}, Name: in.Name, Policy: in.Policy, PolicyARNs: in.PolicyARNs, Tags: ts,
	}, issuer.Account, duration)
}

// userSessionDuration checks how long a session of a user or root user is to be.
func userSessionDuration(ref Ref, d time.Duration) (time.Duration, error) {
	if d == 0 {
		d = defaultUserSession
	}
	if d < minSessionSeconds*time.Second || d > MaxSession {
		return 0, &Error{Kind: ErrInvalidValue, Entity: "durationSeconds", Name: strconv.Itoa(int(d / time.Second)),
			Detail: "Member must have value between 900 and 129600"}
	}
	if ref.Kind == policy.Root {
		d = min(d, maxRootSession)
	}
	return d, nil
}

// rootPolicy says what a root user may do, for sessions that it shares its permissions with: they are not the root user.
const rootPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// federatedSubject gathers the principal of a federated user and the policies of the user behind it.
func (m *IAM) federatedSubject(tx *meta.Tx, ref Ref, name string) (*Subject, error) {
	p := policy.Principal{
		Kind: policy.FederatedUser, Account: ref.Account, ARN: arn.FederatedUser(ref.Account, name), ID: ref.Account + ":" + name,
	}
	if ref.ID == ref.Account {
		if err := accountExists(tx, ref.Account); err != nil {
			return nil, err
		}
		all, err := m.cache.Parse(rootPolicy, nil)
		if err != nil {
			return nil, fmt.Errorf("permissions of the root user: %w", err)
		}
		p.IssuerARN = arn.Root(ref.Account)
		return &Subject{Principal: p, Identity: []policy.Source{{Type: "root user", Name: "root", Policy: all}}}, nil
	}
	s, err := m.userSubject(tx, ref)
	if err != nil {
		return nil, err
	}
	p.IssuerARN, p.IssuerID = s.Principal.ARN, s.Principal.ID
	s.Principal, s.UserName = p, ""
	return s, nil
}
