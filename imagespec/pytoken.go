package imagespec

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pyKind is a kind of token of Python.
type pyKind int

const (
	pyName    pyKind = iota // also keywords
	pyNumber                // not yet read
	pyString                // with its value
	pyFString               // one that is put together when the program runs
	pyBytes
	pyOp   // an operator or a bracket
	pyLine // the end of a logical line
)

// pyToken is a token of Python. What is within brackets has no pyLine.
type pyToken struct {
	kind       pyKind
	text       string // as it is written, of a pyString its value
	start, end int    // offsets in the source
	pos        Position
	open       int // index of the bracket that it is in, -1 if none; a bracket is not in itself
	match      int // of a bracket: index of the other one
}

func (t pyToken) is(op string) bool  { return t.kind == pyOp && t.text == op }
func (t pyToken) word(s string) bool { return t.kind == pyName && t.text == s }

// maxBrackets bounds the nesting of brackets and of f-strings.
const maxBrackets = 200

type pyScanner struct {
	file   string
	src    string
	at     int
	line   int
	start  int // offset of the line
	tokens []pyToken
	open   []int // indexes of the brackets that are open
}

// scanPython splits a module into tokens.
func scanPython(file, src string) ([]pyToken, error) {
	// Python reads all line ends as one.
	s := &pyScanner{file: file, src: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), line: 1}
	if err := s.encoding(); err != nil {
		return nil, err
	}
	for s.at < len(s.src) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	if n := len(s.open); n > 0 {
		t := s.tokens[s.open[n-1]]
		return nil, &Error{File: file, Line: t.pos.Line, Column: t.pos.Column, Msg: fmt.Sprintf("%q is never closed", t.text)}
	}
	s.endLine()
	return s.tokens, nil
}

// encoding refuses a source that says that it is not UTF-8.
func (s *pyScanner) encoding() error {
	rest := s.src
	for range 2 {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimLeft(line, " \t\f")
		_, name, ok := strings.Cut(line, "coding")
		if !strings.HasPrefix(line, "#") || !ok || name == "" || name[0] != ':' && name[0] != '=' {
			continue
		}
		name = strings.ToLower(strings.TrimLeft(name[1:], " \t"))
		name = strings.ReplaceAll(name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789-_."))], "_", "-")
		if name != "utf-8" && name != "utf8" && name != "utf-8-sig" && name != "ascii" && name != "us-ascii" {
			return &Error{File: s.file, Line: 1, Column: 1, Msg: fmt.Sprintf("its encoding is %s; only UTF-8 is read", name)}
		}
	}
	return nil
}

func (s *pyScanner) position(offset int) Position { return Position{s.line, offset - s.start + 1} }

func (s *pyScanner) fault(p Position, format string, args ...any) error {
	return &Error{File: s.file, Line: p.Line, Column: p.Column, Msg: fmt.Sprintf(format, args...)}
}

// newline counts the line that ends before an offset.
func (s *pyScanner) newline(next int) { s.line, s.start = s.line+1, next }

func (s *pyScanner) add(kind pyKind, text string, start int, p Position) {
	open := -1
	if n := len(s.open); n > 0 {
		open = s.open[n-1]
	}
	s.tokens = append(s.tokens, pyToken{kind: kind, text: text, start: start, end: s.at, pos: p, open: open})
}

// endLine ends the logical line, if there is anything in it.
func (s *pyScanner) endLine() {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].kind != pyLine && len(s.open) == 0 {
		s.add(pyLine, "", s.at, s.position(s.at))
	}
}

func (s *pyScanner) next() error {
	c := s.src[s.at]
	switch {
	case c == '\n':
		s.endLine()
		s.at++
		s.newline(s.at)
		return nil
	case c == ' ' || c == '\t' || c == '\f':
		s.at++
		return nil
	case c == '#':
		if n := strings.IndexByte(s.src[s.at:], '\n'); n >= 0 {
			s.at += n
		} else {
			s.at = len(s.src)
		}
		return nil
	case c == '\\' && strings.HasPrefix(s.src[s.at+1:], "\n"):
		s.at += 2
		s.newline(s.at)
		return nil
	case c >= '0' && c <= '9' || c == '.' && s.at+1 < len(s.src) && s.src[s.at+1] >= '0' && s.src[s.at+1] <= '9':
		return s.number()
	}
	if n := s.stringPrefix(); n >= 0 {
		return s.string(n)
	}
	if r, _ := utf8.DecodeRuneInString(s.src[s.at:]); r == '_' || unicode.IsLetter(r) {
		start, p := s.at, s.position(s.at)
		for s.at < len(s.src) {
			r, n := utf8.DecodeRuneInString(s.src[s.at:])
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				break
			}
			s.at += n
		}
		s.add(pyName, s.src[start:s.at], start, p)
		return nil
	}
	return s.operator()
}

// number takes what looks like a number; whether it is one is seen where it is
// used.
func (s *pyScanner) number() error {
	start, p := s.at, s.position(s.at)
	for s.at < len(s.src) {
		c := s.src[s.at]
		exponent := (c == '+' || c == '-') && (s.src[s.at-1] == 'e' || s.src[s.at-1] == 'E') && !strings.HasPrefix(s.src[start:], "0x") &&
			!strings.HasPrefix(s.src[start:], "0X")
		if !exponent && c != '_' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			break
		}
		s.at++
	}
	s.add(pyNumber, s.src[start:s.at], start, p)
	return nil
}

// pyOperators are those of more than one character.
var pyOperators = []string{
	"**=", "//=", ">>=", "<<=", "...", ":=", "==", "!=", "<=", ">=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>",
}

func (s *pyScanner) operator() error {
	start, p := s.at, s.position(s.at)
	_, n := utf8.DecodeRuneInString(s.src[s.at:])
	for _, op := range pyOperators {
		if strings.HasPrefix(s.src[s.at:], op) {
			n = len(op)
			break
		}
	}
	s.at += n
	text := s.src[start:s.at]
	switch text {
	case "(", "[", "{":
		s.add(pyOp, text, start, p)
		if s.open = append(s.open, len(s.tokens)-1); len(s.open) > maxBrackets {
			return s.fault(p, "brackets are nested too deep")
		}
	case ")", "]", "}":
		if len(s.open) == 0 {
			return s.fault(p, "%q closes nothing", text)
		}
		last := s.open[len(s.open)-1]
		if pair := s.tokens[last].text + text; pair != "()" && pair != "[]" && pair != "{}" {
			return s.fault(p, "%q does not close the %q of line %d", text, s.tokens[last].text, s.tokens[last].pos.Line)
		}
		s.open = s.open[:len(s.open)-1]
		s.add(pyOp, text, start, p)
		s.tokens[last].match, s.tokens[len(s.tokens)-1].match = len(s.tokens)-1, last
	default:
		s.add(pyOp, text, start, p)
	}
	return nil
}

// stringPrefix is the length of the letters before the quote of a text that
// begins here, or -1.
func (s *pyScanner) stringPrefix() int {
	for n := 0; n <= 2 && s.at+n < len(s.src); n++ {
		switch c := s.src[s.at+n]; {
		case c == '\'' || c == '"':
			switch strings.ToLower(s.src[s.at : s.at+n]) {
			case "", "r", "u", "b", "f", "t", "rb", "br", "rf", "fr", "rt", "tr":
				return n
			}
			return -1
		case !strings.ContainsRune("rRuUbBfFtT", rune(c)):
			return -1
		}
	}
	return -1
}

// string takes a text of any kind.
func (s *pyScanner) string(prefix int) error {
	start, p := s.at, s.position(s.at)
	letters := strings.ToLower(s.src[s.at : s.at+prefix])
	s.at += prefix
	quote := s.src[s.at : s.at+1]
	if strings.HasPrefix(s.src[s.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	s.at += len(quote)
	body := s.at
	if strings.ContainsAny(letters, "ft") {
		if err := s.formatted(quote, p, 0); err != nil {
			return err
		}
		s.add(pyFString, s.src[start:s.at], start, p)
		return nil
	}
	if err := s.toQuote(quote, p); err != nil {
		return err
	}
	text := s.src[body : s.at-len(quote)]
	switch {
	case strings.Contains(letters, "b"):
		s.add(pyBytes, s.src[start:s.at], start, p)
	case strings.Contains(letters, "r"):
		s.add(pyString, text, start, p)
	default:
		value, err := pyUnescape(text)
		if err != nil {
			return s.fault(p, "%v", err)
		}
		s.add(pyString, value, start, p)
	}
	return nil
}

// toQuote goes behind the quote that ends a text.
func (s *pyScanner) toQuote(quote string, p Position) error {
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == '\\':
			s.skip(2)
		case c == '\n' && len(quote) == 1:
			return s.fault(p, "the text is not closed in its line")
		case strings.HasPrefix(s.src[s.at:], quote):
			s.at += len(quote)
			return nil
		default:
			s.skip(1)
		}
	}
	s.at = len(s.src)
	return s.fault(p, "the text is never closed")
}

// skip goes on by bytes, counting lines.
func (s *pyScanner) skip(n int) {
	for ; n > 0 && s.at < len(s.src); n-- {
		s.at++
		if s.src[s.at-1] == '\n' {
			s.newline(s.at)
		}
	}
}

// formatted goes behind the quote that ends an f-string. Expressions in it may
// contain texts, with the same quotes since Python 3.12.
func (s *pyScanner) formatted(quote string, p Position, depth int) error {
	if depth > maxBrackets {
		return s.fault(p, "texts are nested too deep")
	}
	for s.at < len(s.src) {
		rest := s.src[s.at:]
		switch {
		case strings.HasPrefix(rest, quote):
			s.at += len(quote)
			return nil
		case rest[0] == '\n' && len(quote) == 1:
			return s.fault(p, "the text is not closed in its line")
		case rest[0] == '\\':
			s.skip(2)
		case strings.HasPrefix(rest, "{{"):
			s.at += 2
		case rest[0] == '{':
			s.at++
			if err := s.replacement(quote, p, depth+1); err != nil {
				return err
			}
		default:
			s.skip(1)
		}
	}
	return s.fault(p, "the text is never closed")
}

// replacement goes behind the brace that ends a replacement field.
func (s *pyScanner) replacement(quote string, p Position, depth int) error {
	if depth > maxBrackets {
		return s.fault(p, "texts are nested too deep")
	}
	brackets, format := 0, false
	for s.at < len(s.src) {
		rest := s.src[s.at:]
		c := rest[0]
		switch {
		case c == '}' && brackets == 0:
			s.at++
			return nil
		case c == '{' && format:
			s.at++
			if err := s.replacement(quote, p, depth+1); err != nil {
				return err
			}
		case format && strings.HasPrefix(rest, quote):
			return s.fault(p, "the text is not closed before its quote")
		case format:
			s.skip(1)
		case strings.IndexByte("([{", c) >= 0:
			brackets++
			s.at++
		case strings.IndexByte(")]}", c) >= 0:
			brackets--
			s.at++
		case c == ':' && brackets == 0:
			format = true
			s.at++
		default:
			n := s.stringPrefix()
			if n < 0 {
				s.skip(1)
				continue
			}
			if err := s.nested(n, p, depth); err != nil {
				return err
			}
		}
	}
	return s.fault(p, "the text is never closed")
}

// nested goes behind a text in a replacement field.
func (s *pyScanner) nested(prefix int, p Position, depth int) error {
	isFormatted := strings.ContainsAny(s.src[s.at:s.at+prefix], "fFtT")
	s.at += prefix
	quote := s.src[s.at : s.at+1]
	if strings.HasPrefix(s.src[s.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	s.at += len(quote)
	if isFormatted {
		return s.formatted(quote, p, depth+1)
	}
	return s.toQuote(quote, p)
}
