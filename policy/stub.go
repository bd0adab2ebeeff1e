package policy

import "io"

type SyntaxError struct {
	Line, Column, Offset int
	Msg                  string
}

func (e *SyntaxError) Error() string { return e.Msg }

type Policy struct{ text string }

func (p *Policy) Text() string              { return p.text }
func Parse(doc []byte) (*Policy, error)     { return &Policy{text: string(doc)}, nil }
func (p *Policy) Validate(k Kind) []Finding { return nil }

type Severity int

const (
	SeverityError Severity = iota
	SeverityWarning
	SeveritySuggestion
)

type Finding struct {
	Severity     Severity
	Code         string
	Message      string
	Detail       string
	Line, Column int
}

func Evaluate(r *Request, s *Set) Decision { return Decision{} }
func Decide(r *Request, s *Set) Decision   { return Decision{} }

type Style int

const (
	Text Style = iota
	JSON
)

func (d Decision) Message(r *Request) string              { return "" }
func (d Decision) Explain(w io.Writer, style Style) error { return nil }
func (t *Trace) Explain(w io.Writer, style Style) error   { return nil }
