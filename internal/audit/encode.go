package audit

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// append appends the event, with this id, as a record. There is one for each request, so that it does without reflection.
func (e *Event) append(b []byte, id string) []byte {
	o := object{append(b, '{')}
	o.text("eventVersion", "1.11")
	u := o.object("userIdentity")
	u.given("type", e.Caller.Kind)
	u.given("principalId", e.Caller.PrincipalID)
	u.given("arn", e.Caller.ARN)
	u.given("accountId", e.Caller.Account)
	u.given("accessKeyId", e.Caller.AccessKeyID)
	o.end(u)
	o.key("eventTime")
	o.b = append(o.b, '"')
	o.b = e.Time.UTC().Truncate(time.Microsecond).AppendFormat(o.b, time.RFC3339Nano)
	o.b = append(o.b, '"')
	o.text("eventSource", eventSource(e.Service))
	o.text("eventName", e.Operation)
	o.text("awsRegion", e.Region)
	o.text("sourceIPAddress", e.SourceIP)
	o.text("userAgent", clip(e.UserAgent))
	o.given("errorCode", e.ErrorCode)
	o.given("errorMessage", e.ErrorMessage)
	o.text("requestID", e.RequestID)
	o.text("eventID", id)
	o.text("eventType", "AwsApiCall")
	if len(e.Resources) > 0 {
		o.key("resources")
		o.b = append(o.b, '[')
		for i, r := range e.Resources {
			m := o.element(i)
			m.text("ARN", r.ARN)
			m.given("accountId", r.Account)
			o.end(m)
		}
		o.b = append(o.b, ']')
	}
	o.text("recipientAccountId", e.Account)
	p := o.object("pratique")
	p.text("service", e.Service)
	p.given("method", e.Method)
	p.given("host", e.Host)
	p.number("status", int64(e.Status))
	if len(e.Decisions) > 0 {
		p.key("decisions")
		p.b = append(p.b, '[')
		for i, d := range e.Decisions {
			m := p.element(i)
			m.text("action", d.Action)
			m.text("resource", d.Resource)
			m.given("resourceAccount", d.ResourceAccount)
			m.text("effect", d.Effect)
			m.given("reason", d.Reason)
			m.given("message", d.Message)
			if len(d.Trace) > 0 {
				m.key("trace")
				m.b = append(m.b, d.Trace...)
			}
			p.end(m)
		}
		p.b = append(p.b, ']')
	}
	p.number("bytesIn", e.BytesIn)
	p.number("bytesOut", e.BytesOut)
	p.number("durationMicros", e.Duration.Microseconds())
	o.end(p)
	return append(o.b, '}')
}

// object is a JSON object that is being written, without its end.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), name...), '"', ':')
}

func (o *object) text(name, value string) {
	o.key(name)
	o.b = appendText(o.b, value)
}

// given is text unless the value is empty.
func (o *object) given(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) number(name string, value int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, value, 10)
}

// object begins an object within this one; end ends it.
func (o *object) object(name string) object {
	o.key(name)
	return object{append(o.b, '{')}
}

// element begins the object that is element i of a list; end ends it.
func (o *object) element(i int) object {
	if i > 0 {
		o.b = append(o.b, ',')
	}
	return object{append(o.b, '{')}
}

func (o *object) end(inner object) { o.b = append(inner.b, '}') }

// appendText appends a string as encoding/json writes it.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if !plain[s[i]] {
			quoted, err := json.Marshal(s)
			if err != nil {
				quoted = []byte(`""`) // a string can always be written
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// plain are the bytes that encoding/json writes as they are.
var plain = func() (set [256]bool) {
	for c := ' '; c <= '~'; c++ {
		set[c] = !strings.ContainsRune(`"\<>&`, c)
	}
	return set
}()
