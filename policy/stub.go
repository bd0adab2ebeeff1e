package policy

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
