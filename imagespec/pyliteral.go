package imagespec

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pyUnescape reads the escapes of a text that is not raw.
func pyUnescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:i])
		n, err := pyEscape(&b, s[i+1:])
		if err != nil {
			return "", err
		}
		s = s[i+1+n:]
	}
}

var pySimpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': `'`, '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// pyEscape writes what an escape stands for, and returns its length without
// the backslash. An unknown escape stands for itself.
func pyEscape(b *strings.Builder, s string) (int, error) {
	if text, ok := pySimpleEscapes[s[0]]; ok {
		b.WriteString(text)
		return 1, nil
	}
	digits, base, first := 0, 16, 1
	switch s[0] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case 'N':
		return 0, errors.New(`the text has an escape \N{…}, which is not read: write the character`)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		base, first, digits = 8, 0, 1
		for digits < 3 && digits < len(s) && s[digits] >= '0' && s[digits] <= '7' {
			digits++
		}
	default:
		b.WriteByte('\\')
		return 0, nil
	}
	if len(s) < first+digits {
		return 0, fmt.Errorf(`the text has the escape \%s, which is too short`, s)
	}
	n, err := strconv.ParseUint(s[first:first+digits], base, 32)
	if err != nil {
		return 0, fmt.Errorf(`the text has the escape \%s, which is not valid`, s[:first+digits])
	}
	if !utf8.ValidRune(rune(n)) {
		return 0, fmt.Errorf(`the text has the escape \%s, which is no character`, s[:first+digits])
	}
	b.WriteRune(rune(n))
	return first + digits, nil
}

// maxDigits is how many digits a number may have, which is Python's own bound.
const maxDigits = 4300

var errTooLong = fmt.Errorf("a number has more than %d digits", maxDigits)

var (
	pyInteger = regexp.MustCompile(`^(0[xX](_?[0-9a-fA-F])+|0[oO](_?[0-7])+|0[bB](_?[01])+|0(_?0)*|[1-9](_?[0-9])*)$`)
	pyFloat   = regexp.MustCompile(`^([0-9](_?[0-9])*)?(\.([0-9](_?[0-9])*)?)?([eE][-+]?[0-9](_?[0-9])*)?$`)
)

// pyNumberValue is the value of a number. Complex numbers are none here.
func pyNumberValue(s string) (Value, bool) {
	switch {
	case pyInteger.MatchString(s):
		digits, base := strings.ReplaceAll(strings.ToLower(s), "_", ""), 10
		for prefix, b := range map[string]int{"0x": 16, "0o": 8, "0b": 2} {
			if rest, ok := strings.CutPrefix(digits, prefix); ok {
				digits, base = rest, b
			}
		}
		return pyInt(digits, base)
	case pyFloat.MatchString(s) && strings.ContainsAny(s, ".eE"):
		f, err := parseFloat(strings.ReplaceAll(s, "_", ""))
		return f, err == nil
	}
	return nil, false
}

func pyInt(digits string, base int) (Value, bool) {
	n, ok := new(big.Int), len(digits) <= maxDigits
	if ok {
		n, ok = n.SetString(digits, base)
	}
	return Int(n.String()), ok
}
