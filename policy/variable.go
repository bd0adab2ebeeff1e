package policy

import "strings"

// A policy variable is ${key} or ${key, 'default'}; ${*}, ${?} and ${$} are literal characters. Text
// that comes from a variable is data: its stars and question marks are not wildcards.

// variable is one ${...}.
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

// resolve replaces the variables of a policy value. With quoted, the result is a glob pattern in which
// what came from variables is quoted. ok is false when a variable is malformed, or has neither exactly
// one value nor, when it is absent, a default.
func resolve(value string, ctx Context, quoted bool) (resolved string, ok bool) {
	if !strings.Contains(value, "${") {
		return value, true
	}
	var b strings.Builder
	for {
		before, v, after, found, fault := cutVariable(value)
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		if fault != "" {
			return "", false
		}
		text := v.key
		if !v.literal() {
			values := ctx.Get(v.key)
			switch {
			case len(values) == 1:
				text = values[0]
			case len(values) == 0 && v.hasDefault:
				text = v.fallback
			default:
				return "", false
			}
		}
		if quoted {
			writeQuoted(&b, text)
		} else {
			b.WriteString(text)
		}
		value = after
	}
}

func writeQuoted(b *strings.Builder, text string) {
	for i := range len(text) {
		if c := text[i]; c == '*' || c == '?' || c == quote {
			b.WriteByte(quote)
		}
		b.WriteByte(text[i])
	}
}
