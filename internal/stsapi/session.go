package stsapi

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// roleARN is the shape of ARN that STS looks at any further.
var roleARN = regexp.MustCompile(`^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]+$`)

// onRole is the role to be assumed, with the condition keys that the call fills; see "Available keys for AWS STS" in the
// IAM user guide.
func onRole(c *awsapi.Call, in *sts.AssumeRoleInput) []awsapi.Resource {
	keys := policy.Context{}
	set := func(key string, value *string) {
		if value != nil {
			keys.Set(key, *value)
		}
	}
	set("sts:RoleSessionName", in.RoleSessionName)
	set("sts:ExternalId", in.ExternalId)
	set("sts:SourceIdentity", sourceIdentity(c, in))
	keys.Set("sts:DurationSeconds", strconv.Itoa(int(seconds(in.DurationSeconds, time.Hour)/time.Second)))
	if len(in.TransitiveTagKeys) > 0 {
		keys.Set("sts:TransitiveTagKeys", in.TransitiveTagKeys...)
	}
	setTags(keys, tags(in.Tags))
	owner := ""
	if a, err := arn.Parse(in.GetRoleArn()); err == nil {
		owner = a.Account
	}
	return []awsapi.Resource{{ARN: in.GetRoleArn(), Account: owner, Context: keys}}
}

// setTags fills the condition keys of session tags that are passed.
func setTags(keys policy.Context, passed []iam.Tag) {
	var names []string
	for _, t := range passed {
		names = append(names, t.Key)
		keys.Set("aws:RequestTag/"+t.Key, t.Value)
	}
	if len(names) > 0 {
		keys.Set("aws:TagKeys", names...)
	}
}

// from is the caller's session if it is one of a role, and nil otherwise.
func from(c *awsapi.Call) *iam.Session {
	if c.Identity.Subject.Principal.Kind != policy.AssumedRole {
		return nil
	}
	return c.Identity.STS
}

// sourceIdentity is the source identity that the new session has: a caller's own goes along.
func sourceIdentity(c *awsapi.Call, in *sts.AssumeRoleInput) *string {
	if s := from(c); in.SourceIdentity == nil && s != nil && s.SourceIdentity != "" {
		return &s.SourceIdentity
	}
	return in.SourceIdentity
}

func (s *service) assumeRole(ctx context.Context, c *awsapi.Call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if !roleARN.MatchString(in.GetRoleArn()) {
		return nil, validation("%s is invalid", in.GetRoleArn())
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, parameter("ProvidedContexts are not supported by this server.")
	}
	if c.Identity.Subject.Principal.Kind == policy.FederatedUser {
		return nil, denied(mayNotAssume(c, in.GetRoleArn()))
	}
	role := onRole(c, in)
	if err := c.Authorize(ctx, "sts:AssumeRole", role...); err != nil {
		return nil, err
	}
	caller := from(c)
	if len(in.Tags) > 0 || caller != nil && len(caller.TransitiveKeys) > 0 {
		if err := c.Authorize(ctx, "sts:TagSession", role...); err != nil {
			return nil, err
		}
	}
	if sourceIdentity(c, in) != nil {
		if err := c.Authorize(ctx, "sts:SetSourceIdentity", role...); err != nil {
			return nil, err
		}
	}
	if err := mfa(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	_, r, err := s.iam.TrustPolicy(ctx, in.GetRoleArn())
	if errors.Is(err, iam.ErrNoSuchEntity) { // deleted a moment ago: it trusts nobody now
		return nil, denied(mayNotAssume(c, in.GetRoleArn()))
	}
	if err != nil {
		return nil, err
	}
	session := iam.SessionInput{
		Name: deref(in.RoleSessionName), Duration: seconds(in.DurationSeconds, 0), Policy: deref(in.Policy),
		PolicyARNs: policyARNs(in.PolicyArns), Tags: tags(in.Tags),
		TransitiveTagKeys: in.TransitiveTagKeys, SourceIdentity: deref(in.SourceIdentity), From: caller, Region: c.Region,
	}
	cred, err := s.iam.NewSession(ctx, r, session)
	if err != nil {
		return nil, err
	}
	out := &sts.AssumeRoleOutput{
		Credentials: credentials(cred),
		AssumedRoleUser: &sts.AssumedRoleUser{
			AssumedRoleId: new(r.ID + ":" + session.Name),
			Arn:           new(arn.AssumedRole(r.Account, r.Name, session.Name)),
		},
	}
	if cred.PackedPolicySize > 0 {
		out.PackedPolicySize = new(int32(cred.PackedPolicySize))
	}
	if si := cred.Session.SourceIdentity; si != "" {
		out.SourceIdentity = &si
	}
	return out, nil
}

func mayNotAssume(c *awsapi.Call, role string) string {
	return "User: " + c.Identity.ARN() + " is not authorized to perform: sts:AssumeRole on resource: " + role
}

func (s *service) getSessionToken(_ context.Context, c *awsapi.Call, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	if c.Identity.Credential != authn.AccessKey {
		return nil, sessionCredentials(c)
	}
	if err := mfa(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	p := c.Identity.Subject.Principal
	cred, err := s.iam.NewUserSession(iam.Ref{Kind: p.Kind, Account: p.Account, ID: p.ID}, seconds(in.DurationSeconds, 0))
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{Credentials: credentials(cred)}, nil
}

func policyARNs(ps []sts.PolicyDescriptorType) (arns []string) {
	for _, p := range ps {
		arns = append(arns, deref(p.Arn))
	}
	return arns
}

func tags(ts []sts.Tag) (out []iam.Tag) {
	for _, t := range ts {
		out = append(out, iam.Tag{Key: deref(t.Key), Value: deref(t.Value)})
	}
	return out
}

func credentials(c *iam.Credentials) *sts.Credentials {
	return &sts.Credentials{
		AccessKeyId:     &c.AccessKeyID,
		SecretAccessKey: new(c.Secret.Reveal()),
		SessionToken:    new(c.Token.Reveal()),
		Expiration:      shape.At(c.Expiration),
	}
}

// deref returns what a member holds, or "" when it is absent.
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func seconds(n *int32, absent time.Duration) time.Duration {
	if n == nil {
		return absent
	}
	return time.Duration(*n) * time.Second
}
