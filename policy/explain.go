package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Style is the form of an explanation.
type Style int

const (
	// Text is for people: the verdict, then every policy type with every statement, marked ✓ when it
	// matches and ✗ when not, and for the latter the first element that does not match, what it wants,
	// what the request has, and where it is written.
	Text Style = iota
	// JSON is the [Trace] as one indented JSON object. Its fields are documented there; the names of
	// effects, reasons and principal kinds are those of their String methods. Fields may be added.
	JSON
)

// Explain writes the trace of a decision made by [Evaluate]; see [Trace.Explain].
func (d Decision) Explain(w io.Writer, style Style) error { return d.Trace.Explain(w, style) }

// Explain writes the trace. The error is the writer's.
func (t *Trace) Explain(w io.Writer, style Style) error {
	var b bytes.Buffer
	if style == JSON {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(t); err != nil {
			return fmt.Errorf("encode trace: %w", err)
		}
	} else {
		t.write(&b)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write explanation: %w", err)
	}
	return nil
}

// Verdict returns the decision in one line, such as "denied: no resource-based policy allows
// ecr:BatchGetImage".
func (t *Trace) Verdict() string {
	names := layerNames[t.Reason]
	switch {
	case t.Effect == Allow && t.Reason == ReasonNone:
		return "allowed: " + t.Note
	case t.Effect == Allow:
		return fmt.Sprintf("allowed: %s allows %s", names.denied, t.Action)
	case t.Effect == ExplicitDeny:
		return fmt.Sprintf("denied: %s denies %s", names.denied, t.Action)
	case t.Note != "":
		return "denied: " + lowerFirst(strings.TrimSuffix(t.Note, "."))
	default:
		return fmt.Sprintf("denied: no %s allows %s", names.singular, t.Action)
	}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func (t *Trace) write(b *bytes.Buffer) {
	fmt.Fprintln(b, t.Verdict())
	if s := t.Statement; s != nil {
		fmt.Fprintf(b, "  by %s at %s\n", statementName(s.Index, s.Sid), place(s.Name, s.Line, s.Column))
	}
	b.WriteByte('\n')
	fmt.Fprintf(b, "  principal  %s%s\n", t.Principal.name(), inAccount(t.Principal.Account))
	if t.Principal.IssuerARN != "" {
		fmt.Fprintf(b, "             issued by %s\n", t.Principal.IssuerARN)
	}
	fmt.Fprintf(b, "  action     %s\n", t.Action)
	fmt.Fprintf(b, "  resource   %s%s\n", t.Resource, inAccount(t.ResourceAccount))
	for i := range t.Layers {
		b.WriteByte('\n')
		t.Layers[i].write(b)
	}
}

func inAccount(account string) string {
	if account == "" {
		return ""
	}
	return " (account " + account + ")"
}

func (l *Layer) write(b *bytes.Buffer) {
	mark, says := "✗", "no statement allows it"
	switch {
	case l.Effect == Allow:
		mark, says = "✓", "allowed"
	case l.Effect == ExplicitDeny:
		says = "denied explicitly"
	case !l.Needed:
		mark, says = "-", "no statement allows it"
	}
	if len(l.Sources) == 0 {
		says = ""
	}
	b.WriteString(mark + " " + layerNames[l.Type].plural)
	if l.Level > 0 {
		fmt.Fprintf(b, ", level %d", l.Level)
	}
	sep := ": "
	for _, s := range []string{says, l.Note} {
		if s != "" {
			b.WriteString(sep + s)
			sep = "; "
		}
	}
	b.WriteByte('\n')
	for i := range l.Sources {
		l.Sources[i].write(b)
	}
}

func (s *SourceTrace) write(b *bytes.Buffer) {
	name := s.Name
	if name == "" {
		name = "unnamed policy"
	}
	fmt.Fprintf(b, "    %s", name)
	var about []string
	for _, a := range []string{s.Type, s.ARN} {
		if a != "" && a != s.Name {
			about = append(about, a)
		}
	}
	if len(about) > 0 {
		fmt.Fprintf(b, " (%s)", strings.Join(about, ", "))
	}
	b.WriteByte('\n')
	for i := range s.Statements {
		s.Statements[i].write(b, s.Name)
	}
}

func (s *StatementTrace) write(b *bytes.Buffer, source string) {
	mark := "✗"
	if s.Matched {
		mark = "✓"
	}
	fmt.Fprintf(b, "      %s %s, %s: ", mark, statementName(s.Index, s.Sid), s.Effect)
	m := s.Miss
	if m == nil {
		b.WriteString("matches")
		if s.Grant != "" {
			fmt.Fprintf(b, ", naming %s", grantWords(s.Grant))
		}
		fmt.Fprintf(b, " (%s)\n", place(source, s.Line, s.Column))
		return
	}
	b.WriteString(m.Element)
	if m.Operator != "" {
		fmt.Fprintf(b, " %s %s", m.Operator, m.Key)
	}
	if strings.HasPrefix(m.Element, "Not") {
		b.WriteString(" excludes it")
	} else {
		b.WriteString(" does not match")
	}
	fmt.Fprintf(b, " (%s)\n", place(source, m.Line, m.Column))
	if len(m.Wanted) > 0 {
		fmt.Fprintf(b, "          policy:  %s\n", some(m.Wanted))
	}
	if len(m.Actual) > 0 {
		fmt.Fprintf(b, "          request: %s\n", some(m.Actual))
	}
	if m.Note != "" {
		fmt.Fprintf(b, "          %s\n", m.Note)
	}
}

func grantWords(grant string) string {
	switch grant {
	case grantNames[grantAccount]:
		return "the caller's account"
	case grantNames[grantRole]:
		return "the caller's role"
	case grantNames[grantUser]:
		return "the caller's user"
	default:
		return "the caller"
	}
}

func statementName(index int, sid string) string {
	if sid == "" {
		return fmt.Sprintf("statement %d", index+1)
	}
	return fmt.Sprintf("statement %d %q", index+1, sid)
}

// place is a position as compilers write it.
func place(source string, line, column int) string {
	if source == "" {
		return fmt.Sprintf("%d:%d", line, column)
	}
	return fmt.Sprintf("%s:%d:%d", source, line, column)
}

// some joins values, leaving out what would not be read.
func some(values []string) string {
	const most = 8
	if len(values) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(values[:most], ", "), len(values)-most)
	}
	return strings.Join(values, ", ")
}
