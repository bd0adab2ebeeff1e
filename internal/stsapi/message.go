package stsapi

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

const (
	messagePurpose  = "sts authorization message"
	messageLifetime = 24 * time.Hour
	// maxMessage keeps an encoded message well below what proxies take as response headers.
	maxMessage = 3 << 10
	// packedSize is the size of the content of a message that is as long as that.
	packedSize = maxMessage/4*3 - seal.Overhead
	// maxDecoded bounds what a message may unfold to.
	maxDecoded = 1 << 20
)

// message is the content of an encoded authorization message: all there is to say of a denial, and what decides who may
// see how much of it.
type message struct {
	Expires int64         `json:"exp"`    // seconds since 1970
	Caller  string        `json:"caller"` // account; empty for callers without one
	Owner   string        `json:"owner"`  // account of the resource
	Reason  policy.Reason `json:"reason"`
	Denial  denial        `json:"denial"`
}

// denial is a decoded message as DecodeAuthorizationMessage answers it; see its page in the STS API reference.
type denial struct {
	Allowed      bool             `json:"allowed"`
	ExplicitDeny bool             `json:"explicitDeny"`
	Matched      items[statement] `json:"matchedStatements"`
	Failures     items[struct{}]  `json:"failures"`
	Context      denialContext    `json:"context"`
}

type denialContext struct {
	Principal struct {
		ID  string `json:"id"`
		ARN string `json:"arn"`
	} `json:"principal"`
	Action     string           `json:"action"`
	Resource   string           `json:"resource"`
	Conditions items[condition] `json:"conditions"`
}

type statement struct {
	ID              string           `json:"statementId"`
	Effect          string           `json:"effect"`
	Principals      items[value]     `json:"principals"`
	PrincipalGroups items[struct{}]  `json:"principalGroups"`
	Actions         items[value]     `json:"actions"`
	NotActions      *items[value]    `json:"notActions,omitempty"`
	Resources       items[value]     `json:"resources"`
	NotResources    *items[value]    `json:"notResources,omitempty"`
	Conditions      items[condition] `json:"conditions"`
}

type condition struct {
	Key    string       `json:"key"`
	Values items[value] `json:"values"`
}

type value struct {
	Value string `json:"value"`
}

// items is how lists are written.
type items[T any] struct {
	Items []T `json:"items"`
}

func valuesOf(texts []string) items[value] {
	out := items[value]{[]value{}}
	for _, t := range texts {
		out.Items = append(out.Items, value{t})
	}
	return out
}

func listOf(l policy.List) items[value] {
	out := items[value]{[]value{}}
	for _, v := range l.Values {
		out.Items = append(out.Items, value{v.Text})
	}
	return out
}

// Messages encodes denials, and decodes them for those who may know more than the caller that was denied. It is safe for
// concurrent use.
type Messages struct {
	box *seal.Box
	now func() time.Time
}

// NewMessages returns the codec of a server's messages.
func NewMessages(box *seal.Box, now func() time.Time) *Messages { return &Messages{box, now} }

// Encode returns a denial sealed, for callers to have decoded within a day.
func (m *Messages) Encode(d *authz.Denied) (string, error) {
	msg := message{
		Expires: m.now().Add(messageLifetime).Unix(),
		Caller:  d.Request.Principal.Account,
		Owner:   d.Request.ResourceAccount,
		Reason:  d.Decision.Reason,
		Denial:  describe(d),
	}
	text, err := m.seal(&msg)
	if err != nil || len(text) <= maxMessage {
		return text, err
	}
	msg.Denial.Context.Conditions.Items = []condition{}
	if text, err = m.seal(&msg); err != nil || len(text) <= maxMessage {
		return text, err
	}
	msg.Denial.Matched.Items = []statement{}
	return m.seal(&msg)
}

func describe(d *authz.Denied) denial {
	out := denial{
		ExplicitDeny: d.Decision.Effect == policy.ExplicitDeny,
		Matched:      items[statement]{[]statement{}},
		Failures:     items[struct{}]{[]struct{}{}},
	}
	c := &out.Context
	c.Principal.ID, c.Principal.ARN = d.Request.Principal.ID, d.Request.Principal.ARN
	c.Action, c.Resource = d.Request.Action, d.Request.Resource
	c.Conditions.Items = []condition{}
	for k, v := range d.Request.Context {
		c.Conditions.Items = append(c.Conditions.Items, condition{k, valuesOf(v)})
	}
	slices.SortFunc(c.Conditions.Items, func(a, b condition) int { return strings.Compare(a.Key, b.Key) })
	if d.Statement != nil {
		out.Matched.Items = append(out.Matched.Items, describeStatement(d.Statement, &d.Request.Principal))
	}
	return out
}

func describeStatement(s *policy.Statement, p *policy.Principal) statement {
	none := func() items[value] { return valuesOf(nil) }
	out := statement{
		ID: s.Sid.Text, Effect: strings.ToUpper(s.Effect.Text), Principals: none(), PrincipalGroups: items[struct{}]{[]struct{}{}},
		Actions: none(), Resources: none(), Conditions: items[condition]{[]condition{}},
	}
	if s.Principal == nil { // a policy of the principal's own
		id, _, _ := strings.Cut(p.ID, ":")
		out.Principals = valuesOf([]string{id})
	} else if !s.Principal.Not {
		for _, g := range s.Principal.Groups {
			out.Principals.Items = append(out.Principals.Items, listOf(g.List).Items...)
		}
	}
	if e := s.Action; e != nil {
		if l := listOf(e.List); e.Not {
			out.NotActions = &l
		} else {
			out.Actions = l
		}
	}
	if e := s.Resource; e != nil {
		if l := listOf(e.List); e.Not {
			out.NotResources = &l
		} else {
			out.Resources = l
		}
	}
	for _, c := range s.Conditions {
		out.Conditions.Items = append(out.Conditions.Items, condition{c.Key.Text, listOf(c.List)})
	}
	return out
}

// Decode returns the JSON text of a message as far as an account may know it, and false for a message that is none, that
// has expired, or that is not about the account at all.
//
// The caller's account sees what its own policies and the request said, the account that owns the resource what the
// resource's said. Neither sees the text of an organization's policies.
func (m *Messages) Decode(encoded, account string) (string, bool, error) {
	raw, err := m.box.OpenString(messagePurpose, encoded)
	if err != nil {
		return "", false, nil
	}
	b, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), maxDecoded))
	if err != nil {
		return "", false, fmt.Errorf("decompress authorization message: %w", err)
	}
	var msg message
	if err := json.Unmarshal(b, &msg); err != nil {
		return "", false, fmt.Errorf("read authorization message: %w", err)
	}
	if account == "" || account != msg.Caller && account != msg.Owner || m.now().Unix() >= msg.Expires {
		return "", false, nil
	}
	msg.cut(account == msg.Caller, account == msg.Owner)
	text, err := json.Marshal(msg.Denial)
	return string(text), err == nil, err
}

// cut removes what is not the account's to see.
func (m *message) cut(caller, owner bool) {
	var shown, told bool
	switch m.Reason {
	case policy.ReasonIdentity, policy.ReasonBoundary, policy.ReasonSession:
		shown, told = caller, caller
	case policy.ReasonResource, policy.ReasonTrust:
		shown, told = owner, true // the caller was told in the sentence
	default:
		told = caller
	}
	d := &m.Denial
	if !shown {
		d.Matched.Items = []statement{}
	}
	d.ExplicitDeny = d.ExplicitDeny && told
	d.Context.Conditions.Items = slices.DeleteFunc(d.Context.Conditions.Items, func(c condition) bool {
		return !owner && ofResource(c.Key) || !caller && ofCaller(c.Key)
	})
}

// ofResource reports whether a condition key, in lower case, tells what only the owner of the resource knows.
func ofResource(key string) bool {
	_, name, _ := strings.Cut(key, ":")
	return strings.HasPrefix(name, "resourcetag/") || key == "aws:resourceorgid" || key == "aws:resourceorgpaths"
}

// ofCaller reports whether a condition key, in lower case, tells what only the caller's account knows.
func ofCaller(key string) bool {
	return strings.HasPrefix(key, "aws:principaltag/") || key == "aws:principalorgid" || key == "aws:principalorgpaths"
}

func (m *Messages) seal(msg *message) (string, error) {
	b, err := json.Marshal(msg)
	if err != nil {
		return "", fmt.Errorf("encode authorization message: %w", err)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return "", fmt.Errorf("compress authorization message: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return "", fmt.Errorf("compress authorization message: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("compress authorization message: %w", err)
	}
	// All messages are equally long: the length of one would tell the caller that was denied whether the resource is
	// there, and, compressed together with text of the caller's choice, what is in its tags.
	if n := packedSize - out.Len(); n > 0 {
		out.Write(make([]byte, n)) // after the end of the compressed data, where nobody reads
	}
	return m.box.SealString(messagePurpose, out.Bytes()), nil
}

func (s *service) decodeAuthorizationMessage(_ context.Context, c *awsapi.Call, in *sts.DecodeAuthorizationMessageInput) (*sts.DecodeAuthorizationMessageOutput, error) {
	text, ok, err := s.messages.Decode(deref(in.EncodedMessage), c.Identity.Account())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, awsapi.Errorf(sts.CodeInvalidAuthorizationMessage, "The message is not valid, has expired, or is not about account %s", c.Identity.Account())
	}
	return &sts.DecodeAuthorizationMessageOutput{DecodedMessage: &text}, nil
}
