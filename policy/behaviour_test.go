package policy

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the explain and message goldens in testdata")

// TestBehaviour runs testdata/*.txtar; testdata/README.md describes the format.
func TestBehaviour(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			changed := false
			for _, c := range readCases(t, ar) {
				t.Run(c.name, func(t *testing.T) {
					if c.run(t) {
						changed = true
					}
				})
			}
			if changed {
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// behaviour is one directory of an archive: policies, and requests with what is wanted of them.
type behaviour struct {
	name     string
	set      Set
	requests []*wanted
	golden   map[string]*txtar.File // explain.txt, explain.json
}

type wanted struct {
	Request
	effect   Effect
	reason   Reason
	by       string // "name:index", empty when not checked
	message  string
	checkMsg bool
}

func readCases(t *testing.T, ar *txtar.Archive) []*behaviour {
	t.Helper()
	var common Request
	shared := make(map[string][]byte)
	cases := make(map[string]map[string]*txtar.File)
	var order []string
	for i := range ar.Files {
		f := &ar.Files[i]
		dir, name := path.Split(f.Name)
		switch {
		case dir == "" && name == "request.txt":
			rs := readRequests(t, Request{}, "request.txt", strings.TrimSpace(string(f.Data))+"\nwant allowed none")
			common = rs[0].Request
		case dir == "":
			shared[name] = f.Data
		default:
			if cases[dir] == nil {
				cases[dir] = make(map[string]*txtar.File)
				order = append(order, dir)
			}
			cases[dir][name] = f
		}
	}
	var all []*behaviour
	for _, dir := range order {
		b := &behaviour{name: strings.TrimSuffix(dir, "/"), golden: make(map[string]*txtar.File)}
		policies := make(map[string][]byte)
		for name, data := range shared {
			policies[name] = data
		}
		for name, f := range cases[dir] {
			switch {
			case name == "requests.txt":
				b.requests = readRequests(t, common, dir+name, string(f.Data))
			case strings.HasPrefix(name, "explain."):
				b.golden[name] = f
			default:
				policies[name] = f.Data
			}
		}
		if len(b.requests) == 0 {
			t.Fatalf("%s has no requests.txt", dir)
		}
		names := make([]string, 0, len(policies))
		for name := range policies {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			b.add(t, name, policies[name])
		}
		all = append(all, b)
	}
	return all
}

// add attaches a policy; its file name says where.
func (b *behaviour) add(t *testing.T, name string, data []byte) {
	t.Helper()
	src := Source{Name: name}
	if len(data) > 0 {
		p, err := Parse(data)
		if err != nil {
			t.Fatalf("%s/%s:%v", b.name, name, err)
		}
		src.Policy = p
	}
	where, rest, _ := strings.Cut(strings.TrimSuffix(name, ".json"), "-")
	src.Type = where
	levels := func(to *[][]Source) {
		number, _, _ := strings.Cut(rest, "-")
		level, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s/%s: want %s-LEVEL.json", b.name, name, where)
		}
		for len(*to) < level {
			*to = append(*to, nil)
		}
		if src.Policy != nil {
			(*to)[level-1] = append((*to)[level-1], src)
		}
	}
	switch where {
	case "identity":
		b.set.Identity = append(b.set.Identity, src)
	case "boundary":
		b.set.Boundary = append(b.set.Boundary, src)
	case "session":
		b.set.Session = append(b.set.Session, src)
	case "resource":
		b.set.Resource = append(b.set.Resource, src)
	case "trust":
		b.set.Resource = append(b.set.Resource, src)
		b.set.ResourceKind = Trust
	case "scp":
		levels(&b.set.SCP)
	case "rcp":
		levels(&b.set.RCP)
	default:
		t.Fatalf("%s/%s: unknown kind of file", b.name, name)
	}
}

// readRequests reads blocks of "word rest" lines. A block starts from common and ends with its want line
// and what follows it up to an empty line.
func readRequests(t *testing.T, common Request, name, text string) []*wanted {
	t.Helper()
	var all []*wanted
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		w := &wanted{Request: common, effect: -1}
		w.Context = make(Context)
		for k, v := range common.Context {
			w.Context[k] = v
		}
		for _, line := range strings.Split(block, "\n") {
			word, rest, _ := strings.Cut(line, " ")
			switch word {
			case "#", "":
			case "principal":
				w.Principal = readPrincipal(t, rest)
			case "action":
				w.Action = rest
			case "resource":
				w.Resource = rest
			case "account":
				w.ResourceAccount = rest
			case "context":
				key, value, ok := strings.Cut(rest, "=")
				values := []string{value}
				if strings.HasPrefix(value, "[") {
					ok = ok && json.Unmarshal([]byte(value), &values) == nil
				}
				if !ok {
					t.Fatalf("%s: malformed line %q", name, line)
				}
				w.Context.Set(key, values...)
			case "want":
				words := strings.Fields(rest)
				if len(words) < 2 || w.effect.UnmarshalText([]byte(words[0])) != nil || w.reason.UnmarshalText([]byte(words[1])) != nil {
					t.Fatalf("%s: malformed line %q", name, line)
				}
				if len(words) > 2 {
					w.by = words[2]
				}
			case "message":
				w.message, w.checkMsg = rest, true
			default:
				t.Fatalf("%s: unknown line %q", name, line)
			}
		}
		if w.effect < 0 {
			t.Fatalf("%s: a request without want: %q", name, block)
		}
		all = append(all, w)
	}
	return all
}

// readPrincipal reads "ARN [id=ID] [issuer=ARN]", "anonymous", a service host name, or "federated NAME".
func readPrincipal(t *testing.T, s string) Principal {
	t.Helper()
	words := strings.Fields(s)
	p := Principal{ARN: words[0]}
	arn, _ := splitARN(p.ARN)
	p.Account = arn[4]
	typ, name, _ := strings.Cut(arn[5], "/")
	switch {
	case p.ARN == "anonymous":
		return Principal{}
	case p.ARN == "federated":
		return Principal{Kind: Federated, ARN: words[1]}
	case typ == "root":
		p.Kind, p.ID = Root, p.Account
	case typ == "user":
		p.Kind = User
	case typ == "assumed-role":
		p.Kind = AssumedRole
		role, _, _ := strings.Cut(name, "/")
		p.IssuerARN = "arn:aws:iam::" + p.Account + ":role/" + role
	case typ == "federated-user":
		p.Kind = FederatedUser
		p.IssuerARN = "arn:aws:iam::" + p.Account + ":user/alice"
	case p.Account == "":
		p.Kind = Service
	default:
		t.Fatalf("unknown principal %q", s)
	}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "id":
			p.ID = value
		case "issuer":
			p.IssuerARN = value
		default:
			t.Fatalf("unknown word %q in principal %q", w, s)
		}
	}
	return p
}

// run checks every request of a case and reports whether it rewrote a golden.
func (b *behaviour) run(t *testing.T) (updated bool) {
	for i, w := range b.requests {
		d := Evaluate(&w.Request, &b.set)
		checkConsistent(t, &w.Request, &b.set, d)
		var text bytes.Buffer
		if err := d.Explain(&text, Text); err != nil {
			t.Error(err)
		}
		if d.Effect != w.effect || d.Reason != w.reason {
			t.Errorf("request %d: %s %s, want %s %s\n%s", i+1, d.Effect, d.Reason, w.effect, w.reason, &text)
		}
		if w.by != "" {
			got := "-"
			if s := d.Statement; s != (StatementRef{}) {
				got = fmt.Sprintf("%s:%d", s.Name, s.Index)
			}
			if got != w.by {
				t.Errorf("request %d: decided by %s, want %s", i+1, got, w.by)
			}
		}
		if w.checkMsg {
			if diff := cmp.Diff(w.message, d.Message(&w.Request)); diff != "" {
				t.Errorf("request %d: message (-want +got):\n%s", i+1, diff)
			}
		}
		if i < len(b.requests)-1 {
			continue
		}
		for name, f := range b.golden {
			style := Text
			if strings.HasSuffix(name, ".json") {
				style = JSON
			}
			var got bytes.Buffer
			if err := d.Explain(&got, style); err != nil {
				t.Error(err)
			}
			if *update && !bytes.Equal(f.Data, got.Bytes()) {
				f.Data, updated = bytes.Clone(got.Bytes()), true
			}
			if diff := cmp.Diff(string(f.Data), got.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
	return updated
}

// checkConsistent checks what holds for every evaluation: tracing does not change the decision, and a
// trace survives JSON.
func checkConsistent(t *testing.T, r *Request, s *Set, d Decision) {
	t.Helper()
	fast := Decide(r, s)
	if fast.Effect != d.Effect || fast.Reason != d.Reason || !cmp.Equal(fast.Statement, d.Statement) {
		t.Errorf("without tracing: %v %v %v, with: %v %v %v", fast.Effect, fast.Reason, fast.Statement, d.Effect, d.Reason, d.Statement)
	}
	if d.Trace.Effect != d.Effect || d.Trace.Reason != d.Reason {
		t.Errorf("the trace says %v %v, the decision %v %v", d.Trace.Effect, d.Trace.Reason, d.Effect, d.Reason)
	}
	raw, err := json.Marshal(d.Trace)
	if err != nil {
		t.Fatal(err)
	}
	var back Trace
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Trace, back); diff != "" {
		t.Errorf("trace after JSON (-before +after):\n%s", diff)
	}
}
