package grant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
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
