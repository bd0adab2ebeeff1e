package policy

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// token is the kind of a JSON token.
type token int

const (
	tokenEOF    token = iota
	tokenPunct        // { } [ ] : ,
	tokenString       // decoded
	tokenNumber
	tokenBool
	tokenNull
)

// scanner splits a document into JSON tokens (RFC 8259) and knows where each one is. encoding/json
// would do neither: it keeps no positions and lets the last of two equal keys win.
type scanner struct {
	src string
	off int // offset of the next byte to read

	// the place up to which line and column have been counted
	counted, line, column int

	// the current token
	kind  token
	punct byte   // of a tokenPunct
	text  string // of the others
	pos   Pos
	end   int
}

func newScanner(src string) *scanner { return &scanner{src: src, line: 1, column: 1} }

// place returns the position of an offset. Offsets must not decrease from call to call.
func (s *scanner) place(offset int) Pos {
	for s.counted < offset {
		if s.src[s.counted] == '\n' {
			s.line, s.column = s.line+1, 1
			s.counted++
			continue
		}
		_, n := utf8.DecodeRuneInString(s.src[s.counted:])
		s.column++
		s.counted += n
	}
	return Pos{Offset: offset, Line: s.line, Column: s.column}
}

func (s *scanner) errorAt(p Pos, format string, args ...any) error {
	return &SyntaxError{Line: p.Line, Column: p.Column, Offset: p.Offset, Msg: fmt.Sprintf(format, args...)}
}

// errorHere reports a mistake inside the token being read.
func (s *scanner) errorHere(offset int, format string, args ...any) error {
	return s.errorAt(s.place(offset), format, args...)
}

// describe names the current token for error messages.
func (s *scanner) describe() string {
	switch s.kind {
	case tokenEOF:
		return "the end of the document"
	case tokenPunct:
		return strconv.QuoteRune(rune(s.punct))
	case tokenString:
		return "a string"
	case tokenNumber:
		return "a number"
	case tokenBool:
		return "a boolean"
	default:
		return "null"
	}
}

// is reports whether the current token is the punctuation c.
func (s *scanner) is(c byte) bool { return s.kind == tokenPunct && s.punct == c }

// next reads the next token.
func (s *scanner) next() error {
	for s.off < len(s.src) && strings.IndexByte(" \t\r\n", s.src[s.off]) >= 0 {
		s.off++
	}
	s.pos = s.place(s.off)
	s.text = ""
	if s.off == len(s.src) {
		s.kind, s.end = tokenEOF, s.off
		return nil
	}
	switch c := s.src[s.off]; {
	case strings.IndexByte("{}[]:,", c) >= 0:
		s.kind, s.punct = tokenPunct, c
		s.off++
	case c == '"':
		s.kind = tokenString
		if err := s.scanString(); err != nil {
			return err
		}
	case c == '-' || '0' <= c && c <= '9':
		s.kind = tokenNumber
		if err := s.scanNumber(); err != nil {
			return err
		}
	default:
		switch word := s.word(); word {
		case "true", "false":
			s.kind, s.text = tokenBool, word
		case "null":
			s.kind, s.text = tokenNull, word
		case "":
			r, _ := utf8.DecodeRuneInString(s.src[s.off:])
			return s.errorAt(s.pos, "unexpected character %q", r)
		default:
			return s.errorAt(s.pos, "unexpected word %q", word)
		}
		s.off += len(s.text)
	}
	s.end = s.off
	return nil
}

// word returns the letters at the current offset.
func (s *scanner) word() string {
	end := s.off
	for end < len(s.src) && ('a' <= s.src[end]|0x20 && s.src[end]|0x20 <= 'z') {
		end++
	}
	return s.src[s.off:end]
}

func (s *scanner) scanNumber() error {
	start := s.off
	digits := func() bool {
		from := s.off
		for s.off < len(s.src) && '0' <= s.src[s.off] && s.src[s.off] <= '9' {
			s.off++
		}
		return s.off > from
	}
	accept := func(set string) bool {
		if s.off < len(s.src) && strings.IndexByte(set, s.src[s.off]) >= 0 {
			s.off++
			return true
		}
		return false
	}
	accept("-")
	ok := accept("0") || digits()
	if ok && accept(".") {
		ok = digits()
	}
	if ok && accept("eE") {
		accept("+-")
		ok = digits()
	}
	if !ok || s.off < len(s.src) && '0' <= s.src[s.off] && s.src[s.off] <= '9' {
		return s.errorAt(s.pos, "malformed number")
	}
	s.text = s.src[start:s.off]
	return nil
}

// scanString decodes the string literal at the current offset.
func (s *scanner) scanString() error {
	s.off++
	start := s.off
	var decoded []byte // nil until the first escape
	for {
		if s.off == len(s.src) {
			return s.errorAt(s.pos, "string is not terminated")
		}
		switch c := s.src[s.off]; {
		case c == '"':
			if decoded == nil {
				s.text = s.src[start:s.off]
			} else {
				s.text = string(append(decoded, s.src[start:s.off]...))
			}
			s.off++
			return nil
		case c == '\\':
			decoded = append(decoded, s.src[start:s.off]...)
			r, err := s.scanEscape()
			if err != nil {
				return err
			}
			decoded = utf8.AppendRune(decoded, r)
			start = s.off
		case c < 0x20:
			return s.errorHere(s.off, "control character in a string")
		case c < utf8.RuneSelf:
			s.off++
		default:
			r, n := utf8.DecodeRuneInString(s.src[s.off:])
			if r == utf8.RuneError && n == 1 {
				return s.errorHere(s.off, "invalid UTF-8")
			}
			s.off += n
		}
	}
}

// scanEscape decodes one escape sequence, a surrogate pair included.
func (s *scanner) scanEscape() (rune, error) {
	at := s.off
	if s.off+1 == len(s.src) {
		return 0, s.errorAt(s.pos, "string is not terminated")
	}
	c := s.src[s.off+1]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		s.off += 2
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return 0, s.errorHere(at, "unknown escape sequence")
	}
	r, ok := s.hex4()
	if ok && utf16.IsSurrogate(r) {
		var low rune
		if low, ok = s.hex4(); ok {
			r = utf16.DecodeRune(r, low)
			ok = r != utf8.RuneError
		}
	}
	if !ok {
		return 0, s.errorHere(at, "malformed \\u escape")
	}
	return r, nil
}

// hex4 reads \uXXXX.
func (s *scanner) hex4() (rune, bool) {
	if s.off+6 > len(s.src) || s.src[s.off] != '\\' || s.src[s.off+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s.src[s.off+2:s.off+6], 16, 32)
	s.off += 6
	return rune(n), err == nil
}
