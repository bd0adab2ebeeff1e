package grant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/access"
)

// document is a policy that can be edited without touching what is not
// edited: members keep their order and statements their text.
type document struct {
	members    []member
	statements []json.RawMessage
}

// member is a top-level name and value; the value of Statement is nil, it is
// kept in document.statements.
type member struct {
	name  string
	value json.RawMessage
}

// statement is the part of a statement that a grant cares about.
type statement struct {
	Sid       string         `json:"Sid,omitempty"`
	Effect    string         `json:"Effect"`
	Principal principalBlock `json:"Principal"`
	Action    oneOrMany      `json:"Action"`

	other bool // has elements beyond these four
}

type principalBlock struct {
	AWS oneOrMany `json:"AWS"`
}

// oneOrMany is a JSON string or list of strings. A single one is written as a
// string, as the platforms' guides do.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*o = many
	return nil
}

func (o oneOrMany) MarshalJSON() ([]byte, error) {
	if len(o) == 1 {
		return json.Marshal(o[0])
	}
	return json.Marshal([]string(o))
}

func newDocument() *document {
	return &document{members: []member{{"Version", json.RawMessage(`"2012-10-17"`)}, {"Statement", nil}}}
}

func parseDocument(text string) (*document, error) {
	d := new(document)
	var err error
	if d.members, err = parseMembers(text); err != nil {
		return nil, err
	}
	for i, m := range d.members {
		if m.name != "Statement" {
			continue
		}
		if json.Unmarshal(m.value, &d.statements) != nil {
			d.statements = []json.RawMessage{m.value}
		}
		d.members[i].value = nil
		return d, nil
	}
	d.members = append(d.members, member{"Statement", nil})
	return d, nil
}

// parseMembers reads a JSON object and keeps the order of its members.
func parseMembers(text string) ([]member, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	if t, err := dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, errors.New("a policy is a JSON object")
	}
	var members []member
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // the decoder lets only strings be names
		if slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			return nil, fmt.Errorf("%s stands there twice", name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{name, value})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the closing brace")
	}
	return members, nil
}

// object writes members in their order.
func object(members []member) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// text renders the document indented by two spaces, or compactly if that is
// the only way to stay within the limit.
func (d *document) text(limit int) (string, error) {
	members := slices.Clone(d.members)
	for i, m := range members {
		if m.value == nil {
			members[i].value = slices.Concat([]byte("["), bytes.Join(rawBytes(d.statements), []byte(",")), []byte("]"))
		}
	}
	raw, err := object(members)
	if err != nil {
		return "", err
	}
	var indented, compact bytes.Buffer
	if err := json.Indent(&indented, raw, "", "  "); err != nil {
		return "", err
	}
	if utf8.RuneCount(indented.Bytes()) <= limit {
		return indented.String(), nil
	}
	if err := json.Compact(&compact, raw); err != nil {
		return "", err
	}
	return compact.String(), nil
}

func rawBytes(in []json.RawMessage) [][]byte {
	out := make([][]byte, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

// readStatement reads what a grant can edit. ok is false for statements of
// another shape: NotPrincipal, services, a bare "*" and the like.
func readStatement(raw json.RawMessage) (s statement, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return s, false
	}
	dec := json.NewDecoder(bytes.NewReader(members["Principal"]))
	dec.DisallowUnknownFields()
	if members["Principal"] == nil || dec.Decode(&s.Principal) != nil {
		return s, false
	}
	if json.Unmarshal(members["Action"], &s.Action) != nil || json.Unmarshal(members["Effect"], &s.Effect) != nil {
		return s, false
	}
	if sid, has := members["Sid"]; has && json.Unmarshal(sid, &s.Sid) != nil {
		return s, false
	}
	for name := range members {
		switch name {
		case "Sid", "Effect", "Principal", "Action":
		default:
			s.other = true
		}
	}
	return s, true
}

// plain reports whether a statement allows AWS principals actions and has no
// further elements, as those of grants.
func (s *statement) plain() bool { return s.Effect == "Allow" && !s.other }

// gone are the principals that were deleted: what is left of them is a unique
// id.
func (s *statement) gone() []string {
	return slices.DeleteFunc(slices.Clone(s.Principal.AWS), func(p string) bool { return !access.IsUniqueID(p) })
}

// live are the others.
func (s *statement) live() []string { return subtract(s.Principal.AWS, s.gone()) }

// sids are the statement ids in use.
func (d *document) sids() map[string]bool {
	taken := map[string]bool{}
	for _, raw := range d.statements {
		var s struct{ Sid any }
		if json.Unmarshal(raw, &s) == nil {
			if sid, ok := s.Sid.(string); ok {
				taken[sid] = true
			}
		}
	}
	return taken
}

// take removes from each plain statement the principals that which returns, and
// with the last of them the statement. Other elements keep order and text.
func (d *document) take(which func(statement) []string) ([]removal, error) {
	var kept []json.RawMessage
	var taken []removal
	for _, raw := range d.statements {
		s, ok := readStatement(raw)
		if !ok || !s.plain() {
			kept = append(kept, raw)
			continue
		}
		out := which(s)
		if len(out) == 0 {
			kept = append(kept, raw)
			continue
		}
		taken = append(taken, removal{s.Sid, out})
		rest := subtract(s.Principal.AWS, out)
		if len(rest) == 0 {
			continue
		}
		raw, err := replacePrincipals(raw, rest)
		if err != nil {
			return nil, err
		}
		kept = append(kept, raw)
	}
	d.statements = kept
	return taken, nil
}

// replacePrincipals rewrites one element of a statement and keeps the others
// with their order and text.
func replacePrincipals(raw json.RawMessage, principals []string) (json.RawMessage, error) {
	members, err := parseMembers(string(raw))
	if err != nil {
		return nil, err
	}
	for i, m := range members {
		if m.name == "Principal" {
			if members[i].value, err = json.Marshal(principalBlock{principals}); err != nil {
				return nil, err
			}
		}
	}
	return object(members)
}

// merge puts grants that allow the same actions into one statement, which
// lists their principals, and tells what it did. Only statements with one of
// the given ids, or one made of them and a principal's name, are touched.
func (d *document) merge(roots []string) (notes []string, err error) {
	type group struct {
		root    string
		members []int
		statement
	}
	var groups []*group
	for i, raw := range d.statements {
		s, ok := readStatement(raw)
		if !ok {
			continue
		}
		at := slices.IndexFunc(roots, s.byGrant)
		if at < 0 {
			continue
		}
		same := slices.IndexFunc(groups, func(g *group) bool { return g.root == roots[at] && sameSet(g.Action, s.Action) })
		if same < 0 {
			groups = append(groups, &group{root: roots[at], members: []int{i}, statement: s})
			continue
		}
		g := groups[same]
		g.members = append(g.members, i)
		g.Principal.AWS = append(g.Principal.AWS, subtract(s.Principal.AWS, g.Principal.AWS)...)
		if sharedSid(g.root, s.Sid) && !sharedSid(g.root, g.Sid) {
			g.Sid = s.Sid
		}
	}
	taken := d.sids()
	gone := map[int]bool{}
	for _, g := range groups {
		if len(g.members) < 2 {
			continue
		}
		if !sharedSid(g.root, g.Sid) {
			g.Sid = g.root
			for n := 1; taken[g.Sid]; n++ {
				g.Sid = g.root + shared
				if n > 1 {
					g.Sid += strconv.Itoa(n)
				}
			}
			taken[g.Sid] = true
		}
		if live := g.live(); len(live) > 0 {
			g.Principal.AWS = live
		}
		if d.statements[g.members[0]], err = json.Marshal(g.statement); err != nil {
			return nil, err
		}
		for _, i := range g.members[1:] {
			gone[i] = true
		}
		notes = append(notes, fmt.Sprintf("the policy would be longer than ECR stores, so %d grants of the same actions become one statement, %s", len(g.members), g.Sid))
	}
	var kept []json.RawMessage
	for i, raw := range d.statements {
		if !gone[i] {
			kept = append(kept, raw)
		}
	}
	d.statements = kept
	return notes, nil
}

// canonical renders a policy in the one form that differences are shown and
// compared in.
func canonical(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(strings.TrimSpace(text)), "", "  "); err != nil {
		return "", err
	}
	return b.String() + "\n", nil
}
