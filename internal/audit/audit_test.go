package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/audit"
)

func denied() *audit.Event {
	return &audit.Event{
		ID: "event-1", Time: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), RequestID: "request-1",
		Service: "oci", Operation: "GetManifest", Account: "222222222222", Region: "us-east-1",
		Caller: audit.Caller{
			Kind: "AssumedRole", ARN: "arn:aws:sts::111111111111:assumed-role/node/i-1", Account: "111111111111",
			PrincipalID: "AROAEXAMPLE:i-1", AccessKeyID: "ASIAEXAMPLE",
		},
		SourceIP: "10.0.0.1", UserAgent: "containerd/2", Method: "HEAD", Host: "222222222222.dkr.ecr.us-east-1.localhost:5000",
		Resources: []audit.Resource{{ARN: "arn:aws:ecr:us-east-1:222222222222:repository/a", Account: "222222222222"}},
		Decisions: []audit.Decision{{
			Action: "ecr:BatchGetImage", Resource: "arn:aws:ecr:us-east-1:222222222222:repository/a", ResourceAccount: "222222222222",
			Effect: "ImplicitDeny", Reason: "Resource", Message: "no resource-based policy allows it", Trace: json.RawMessage(`{"steps":[1,2]}`),
		}},
		Status: 403, ErrorCode: "DENIED", ErrorMessage: "User: ... is not authorized\nat all", BytesIn: 1, BytesOut: 2, Duration: 1500 * time.Microsecond,
	}
}

func TestEventJSON(t *testing.T) {
	got, err := json.Marshal(denied())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"eventVersion":"1.11",` +
		`"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:i-1","arn":"arn:aws:sts::111111111111:assumed-role/node/i-1","accountId":"111111111111","accessKeyId":"ASIAEXAMPLE"},` +
		`"eventTime":"2026-03-01T12:00:00.123456Z","eventSource":"ecr.amazonaws.com","eventName":"GetManifest","awsRegion":"us-east-1",` +
		`"sourceIPAddress":"10.0.0.1","userAgent":"containerd/2","errorCode":"DENIED","errorMessage":"User: ... is not authorized\nat all",` +
		`"requestID":"request-1","eventID":"event-1","eventType":"AwsApiCall",` +
		`"resources":[{"ARN":"arn:aws:ecr:us-east-1:222222222222:repository/a","accountId":"222222222222"}],"recipientAccountId":"222222222222",` +
		`"pratique":{"service":"oci","method":"HEAD","host":"222222222222.dkr.ecr.us-east-1.localhost:5000","status":403,` +
		`"decisions":[{"action":"ecr:BatchGetImage","resource":"arn:aws:ecr:us-east-1:222222222222:repository/a","resourceAccount":"222222222222",` +
		`"effect":"ImplicitDeny","reason":"Resource","message":"no resource-based policy allows it","trace":{"steps":[1,2]}}],` +
		`"bytesIn":1,"bytesOut":2,"durationMicros":1500}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	for _, e := range []*audit.Event{denied(), {}} {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back audit.Event
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*e, back); diff != "" {
			t.Errorf("read back: %s", diff)
		}
	}
}

func TestEventTimeIsUTC(t *testing.T) {
	e := audit.Event{Time: time.Date(2026, 3, 1, 13, 0, 0, 1, time.FixedZone("CET", 3600))}
	got, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), `"eventTime":"2026-03-01T12:00:00Z"`) {
		t.Errorf("written as %s", got)
	}
}

func TestContext(t *testing.T) {
	e := denied()
	if got := audit.FromContext(audit.NewContext(context.Background(), e)); got != e {
		t.Error("another event came back")
	}
	for _, ctx := range []context.Context{context.Background(), audit.NewContext(context.Background(), nil)} {
		got := audit.FromContext(ctx)
		if got == nil {
			t.Fatal("nil event")
		}
		got.ErrorCode = "x"
		if audit.FromContext(ctx).ErrorCode != "" {
			t.Error("the event that goes nowhere is shared")
		}
	}
}

func TestLogTo(t *testing.T) {
	line := func(e *audit.Event) string {
		var out bytes.Buffer
		noTime := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		}
		r := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
		e.LogTo(&r)
		if err := slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: noTime}).Handle(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	want := "msg=request request_id=request-1 service=oci operation=GetManifest method=HEAD host=222222222222.dkr.ecr.us-east-1.localhost:5000 status=403 " +
		"account=222222222222 region=us-east-1 principal=arn:aws:sts::111111111111:assumed-role/node/i-1 access_key_id=ASIAEXAMPLE source_ip=10.0.0.1 " +
		"user_agent=containerd/2 resource=arn:aws:ecr:us-east-1:222222222222:repository/a action=ecr:BatchGetImage decision=ImplicitDeny reason=Resource " +
		"error_code=DENIED error=\"User: ... is not authorized\\nat all\" bytes_in=1 bytes_out=2 duration=1.5ms\n"
	if diff := cmp.Diff(want, line(denied())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("msg=request status=0 bytes_in=0 bytes_out=0 duration=0s\n", line(&audit.Event{})); diff != "" {
		t.Error(diff)
	}
}

func openLog(t *testing.T, path string) *audit.Log {
	t.Helper()
	l, err := audit.OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func scan(t *testing.T, path string) (ids []string, err error) {
	t.Helper()
	err = audit.Scan(path, func(e audit.Event) bool {
		ids = append(ids, e.RequestID)
		return true
	})
	return ids, err
}

func TestLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := openLog(t, path)
	e := denied()
	e.ID = ""
	for _, id := range []string{"a", "b", "a"} {
		e.RequestID, e.Operation = id, e.Operation+"+"
		if err := l.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if e.ID != "" {
		t.Error("Write changed the event")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, path)
	if err := l.Write(&audit.Event{RequestID: `c"<`}); err != nil {
		t.Fatal(err)
	}

	ids, err := scan(t, path)
	if diff := cmp.Diff([]string{"a", "b", "a", `c"<`}, ids); diff != "" || err != nil {
		t.Errorf("error %v, %s", err, diff)
	}
	if got, err := audit.Find(path, "a"); err != nil || got.Operation != "GetManifest+++" {
		t.Errorf("finds %+v, error %v", got, err)
	}
	if got, err := audit.Find(path, `c"<`); err != nil || len(got.ID) != 36 {
		t.Errorf("finds %+v, error %v", got, err)
	}
	if _, err := audit.Find(path, "GetManifest+"); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("finds what is no request id: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}

	n := 0
	if err := audit.Scan(path, func(audit.Event) bool { n++; return n < 2 }); err != nil || n != 2 {
		t.Errorf("stopped after %d events, error %v", n, err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := scan(t, missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no log: %v", err)
	}
	if _, err := audit.Find(missing, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no log: %v", err)
	}
}

// TestLogConcurrent writes through two logs on one file, as two processes would.
func TestLogConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	const writers, each = 8, 50
	logs := []*audit.Log{openLog(t, path), openLog(t, path)}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				e := denied()
				e.RequestID, e.UserAgent = fmt.Sprintf("%d-%d", w, i), strings.Repeat("x", i*100)
				if err := logs[w%2].Write(e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, l := range logs { // until then some may be left to another's write
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := scan(t, path)
	if err != nil {
		t.Error(err)
	}
	next := map[string]int{}
	for _, id := range ids {
		w, i, _ := strings.Cut(id, "-")
		if fmt.Sprint(next[w]) != i {
			t.Fatalf("writer %s: event %s where %d was due", w, i, next[w])
		}
		next[w]++
	}
	if len(ids) != writers*each {
		t.Errorf("%d events", len(ids))
	}
}

// TestLogTorn: what a crash cut short costs one event, not the next one too.
func TestLogTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := openLog(t, path)
	if err := l.Write(&audit.Event{RequestID: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"requestID":"torn","event`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	if ids, err := scan(t, path); err != nil || len(ids) != 1 {
		t.Errorf("line being written: %v, error %v", ids, err)
	}
	if err := openLog(t, path).Write(&audit.Event{RequestID: "b"}); err != nil {
		t.Fatal(err)
	}
	ids, err := scan(t, path)
	if diff := cmp.Diff([]string{"a", "b"}, ids); diff != "" {
		t.Error(diff)
	}
	if want := "read audit log " + path + ": 1 lines are not events, the first is line 2"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, err := audit.Find(path, "b"); err != nil {
		t.Errorf("find: %v", err)
	}
	if _, err := audit.Find(path, "torn"); err == nil || errors.Is(err, audit.ErrNotFound) {
		t.Errorf("find what is torn: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	l := openLog(t, filepath.Join(t.TempDir(), "audit.log"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(denied()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed log: error %v", err)
	}
	if _, err := audit.OpenLog(t.TempDir()); err == nil {
		t.Error("a directory was opened")
	}
}

func TestUserAgentIsClipped(t *testing.T) {
	e := denied()
	e.UserAgent = strings.Repeat("x", 5000)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("x")); n < 1024 || n > 1100 {
		t.Errorf("%d characters of it are kept", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	l, err := audit.OpenLog(filepath.Join(b.TempDir(), "audit.log"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	e := denied()
	for b.Loop() {
		if err := l.Write(e); err != nil {
			b.Fatal(err)
		}
	}
}
