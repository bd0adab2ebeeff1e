// Package audit records one structured event per request: who did what to which resource, what was decided and
// why, and what was answered.
//
// Events never hold secrets: no Authorization header, password, token or secret access key. Whoever fills one
// in sees to that.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Event is what happened in one request. It belongs to that request: it is not safe for concurrent use.
type Event struct {
	ID        string    // unique; Log.Write makes one up when it is empty
	Time      time.Time // when the request began
	RequestID string    // sent to the client, and what Find looks for

	Service   string // how the request came in: "ecr", "sts", "iam" or "oci"
	Operation string // AWS operation name, or an OCI one such as "GetManifest"; empty when it was not recognised
	Account   string // account addressed, which is not always the caller's
	Region    string // region addressed
	Caller    Caller

	SourceIP  string
	UserAgent string
	Method    string
	Host      string

	Resources []Resource
	Decisions []Decision // in the order taken

	Status       int
	ErrorCode    string // as on the wire; empty for a success
	ErrorMessage string
	BytesIn      int64 // body bytes received
	BytesOut     int64 // body bytes sent
	Duration     time.Duration
}

// Caller is who made the request, as far as that was proven. It is empty when nobody was.
type Caller struct {
	Kind        string // CloudTrail's userIdentity.type: "Root", "IAMUser", "AssumedRole", "FederatedUser", "AWSService", "Anonymous"
	ARN         string
	Account     string
	PrincipalID string // AIDA..., AROA...:session, or the account
	AccessKeyID string
}

// Resource is something the request was about.
type Resource struct {
	ARN     string
	Account string // its owner; empty when it is in the ARN
}

// Decision is one answer of the policy engine.
type Decision struct {
	Action          string          `json:"action"`
	Resource        string          `json:"resource"`
	ResourceAccount string          `json:"resourceAccount,omitempty"`
	Effect          string          `json:"effect"`
	Reason          string          `json:"reason,omitempty"`
	Message         string          `json:"message,omitempty"`
	Trace           json.RawMessage `json:"trace,omitempty"` // the engine's own JSON on one line, for explaining the decision later
}

type contextKey struct{}

// NewContext returns a context that carries e.
func NewContext(ctx context.Context, e *Event) context.Context {
	return context.WithValue(ctx, contextKey{}, e)
}

// FromContext returns the event ctx carries. It never returns nil: without one, what is recorded goes nowhere.
func FromContext(ctx context.Context) *Event {
	if e, ok := ctx.Value(contextKey{}).(*Event); ok && e != nil {
		return e
	}
	return &Event{}
}

// LogTo adds to a record what the access log says of the event; what is empty is left out. Policies' traces are not in it.
func (e *Event) LogTo(line *slog.Record) {
	attrs := make([]slog.Attr, 0, 24)
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	text("request_id", e.RequestID)
	text("service", e.Service)
	text("operation", e.Operation)
	text("method", e.Method)
	text("host", e.Host)
	attrs = append(attrs, slog.Int("status", e.Status))
	text("account", e.Account)
	text("region", e.Region)
	text("principal", e.Caller.ARN)
	text("access_key_id", e.Caller.AccessKeyID)
	text("source_ip", e.SourceIP)
	text("user_agent", clip(e.UserAgent))
	if len(e.Resources) > 0 {
		text("resource", e.Resources[0].ARN)
	}
	if n := len(e.Decisions); n > 0 {
		d := e.Decisions[n-1]
		text("action", d.Action)
		text("decision", d.Effect)
		text("reason", d.Reason)
	}
	text("error_code", e.ErrorCode)
	text("error", e.ErrorMessage)
	line.AddAttrs(append(attrs,
		slog.Int64("bytes_in", e.BytesIn),
		slog.Int64("bytes_out", e.BytesOut),
		slog.Duration("duration", e.Duration))...)
}

// record is an event as it is read: what append writes, with the member names of a CloudTrail record and what CloudTrail
// has no place for under "pratique".
//
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type record struct {
	EventVersion       string         `json:"eventVersion"`
	UserIdentity       userIdentity   `json:"userIdentity"`
	EventTime          time.Time      `json:"eventTime"`
	EventSource        string         `json:"eventSource"`
	EventName          string         `json:"eventName"`
	Region             string         `json:"awsRegion"`
	SourceIPAddress    string         `json:"sourceIPAddress"`
	UserAgent          string         `json:"userAgent"`
	ErrorCode          string         `json:"errorCode,omitempty"`
	ErrorMessage       string         `json:"errorMessage,omitempty"`
	RequestID          string         `json:"requestID"`
	EventID            string         `json:"eventID"`
	EventType          string         `json:"eventType"`
	Resources          []resource     `json:"resources,omitempty"`
	RecipientAccountID string         `json:"recipientAccountId"`
	Pratique           pratiqueRecord `json:"pratique"`
}

type userIdentity struct {
	Type        string `json:"type,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
}

type resource struct {
	ARN       string `json:"ARN"`
	AccountID string `json:"accountId,omitempty"`
}

type pratiqueRecord struct {
	Service        string     `json:"service"`
	Method         string     `json:"method,omitempty"`
	Host           string     `json:"host,omitempty"`
	Status         int        `json:"status"`
	Decisions      []Decision `json:"decisions,omitempty"`
	BytesIn        int64      `json:"bytesIn"`
	BytesOut       int64      `json:"bytesOut"`
	DurationMicros int64      `json:"durationMicros"`
}

// MarshalJSON writes the event as a CloudTrail record with one further member, "pratique". Times are UTC with
// microseconds.
func (e Event) MarshalJSON() ([]byte, error) { return e.append(nil, e.ID), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(data []byte) error {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("read audit event: %w", err)
	}
	*e = Event{
		ID:        r.EventID,
		Time:      r.EventTime,
		RequestID: r.RequestID,
		Service:   r.Pratique.Service,
		Operation: r.EventName,
		Account:   r.RecipientAccountID,
		Region:    r.Region,
		Caller: Caller{
			Kind:        r.UserIdentity.Type,
			ARN:         r.UserIdentity.ARN,
			Account:     r.UserIdentity.AccountID,
			PrincipalID: r.UserIdentity.PrincipalID,
			AccessKeyID: r.UserIdentity.AccessKeyID,
		},
		SourceIP:     r.SourceIPAddress,
		UserAgent:    r.UserAgent,
		Method:       r.Pratique.Method,
		Host:         r.Pratique.Host,
		Decisions:    r.Pratique.Decisions,
		Status:       r.Pratique.Status,
		ErrorCode:    r.ErrorCode,
		ErrorMessage: r.ErrorMessage,
		BytesIn:      r.Pratique.BytesIn,
		BytesOut:     r.Pratique.BytesOut,
		Duration:     time.Duration(r.Pratique.DurationMicros) * time.Microsecond,
	}
	for _, res := range r.Resources {
		e.Resources = append(e.Resources, Resource{ARN: res.ARN, Account: res.AccountID})
	}
	return nil
}

// eventSource names the service as CloudTrail does. The registry's OCI endpoint is part of ECR.
func eventSource(service string) string {
	if service == "oci" {
		service = "ecr"
	}
	return service + ".amazonaws.com"
}

// clip bounds a text of the caller's choice, as CloudTrail does.
func clip(s string) string {
	const limit = 1024
	if len(s) <= limit {
		return s
	}
	return s[:limit]
}
