package policy

import "strings"

// variable is one ${key} or ${key, 'default'}; ${*}, ${?} and ${$} are literal characters.
type variable struct {
	key        string // or "*", "?", "$"
	fallback   string
	hasDefault bool
}

// literal reports whether the variable stands for its own name.
func (v variable) literal() bool { return v.key == "*" || v.key == "?" || v.key == "$" }

// variableFault is what is wrong with a ${...}, in the words of Access Analyzer's issue codes.
type variableFault string

const (
	missingBrace     variableFault = "MISSING_BRACE_IN_VARIABLE"
	missingQuote     variableFault = "MISSING_QUOTE_IN_VARIABLE"
	emptyVariable    variableFault = "EMPTY_VARIABLE"
	unsupportedSpace variableFault = "UNSUPPORTED_SPACE_IN_VARIABLE"
)

// cutVariable splits s at its first variable.
func cutVariable(s string) (before string, v variable, after string, found bool, fault variableFault) {
	before, rest, found := strings.Cut(s, "${")
	if !found {
		return s, v, "", false, ""
	}
	end := strings.IndexAny(rest, ",}")
	if end < 0 {
		return before, v, "", true, missingBrace
	}
	v.key, after = rest[:end], rest[end+1:]
	if rest[end] == ',' {
		after = strings.TrimLeft(after, " ")
		if !strings.HasPrefix(after, "'") {
			return before, v, after, true, missingQuote
		}
		v.fallback, after, v.hasDefault = strings.Cut(after[1:], "'")
		if !v.hasDefault {
			return before, v, after, true, missingQuote
		}
		after = strings.TrimLeft(after, " ")
		if !strings.HasPrefix(after, "}") {
			return before, v, after, true, missingBrace
		}
		after = after[1:]
	}
	switch {
	case v.key == "":
		fault = emptyVariable
	case strings.ContainsAny(v.key, " \t\r\n"):
		fault = unsupportedSpace
	}
	return before, v, after, true, fault
}

// value returns what the variable, whose key is in lower case, stands for. ok is false when the key has
// several values, or none and the variable no default.
func (v *variable) value(ctx Context) (text string, ok bool) {
	switch values := ctx[v.key]; {
	case len(values) == 1:
		return values[0], true
	case len(values) == 0 && v.hasDefault:
		return v.fallback, true
	default:
		return "", false
	}
}
