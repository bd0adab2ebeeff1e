package authz

import (
	"encoding/json"
	"sync"

	"github.com/pratique-dev/pratique/policy"
)

// granted is all that the trace of an allowed request says.
type granted struct {
	principal                         policy.Principal
	action, resource, resourceAccount string
	effect                            policy.Effect
	reason                            policy.Reason
	statement                         policy.StatementRef
}

// traces remembers the traces of allowed requests as they are written: nodes do
// the same over and over.
type traces struct {
	mu sync.RWMutex
	m  map[granted]json.RawMessage
}

// tracesMost is how many it remembers; then it begins anew.
const tracesMost = 2_000

func (ts *traces) of(g granted) json.RawMessage {
	ts.mu.RLock()
	text := ts.m[g]
	ts.mu.RUnlock()
	if text != nil {
		return text
	}
	t := policy.Trace{
		Principal: g.principal, Action: g.action, Resource: g.resource, ResourceAccount: g.resourceAccount,
		Effect: g.effect, Reason: g.reason,
	}
	if g.statement != (policy.StatementRef{}) {
		t.Statement = &g.statement
	}
	text = encode(t)
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.m == nil || len(ts.m) == tracesMost {
		ts.m = map[granted]json.RawMessage{}
	}
	ts.m[g] = text
	return text
}

// encode writes a trace as audit events have it.
func encode(t policy.Trace) json.RawMessage {
	text, err := json.Marshal(t)
	if err != nil {
		return nil // the decision stands without its explanation
	}
	return text
}
