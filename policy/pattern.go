package policy

import (
	"strings"
	"unicode/utf8"
)

// pattern is the compiled form of a text with wildcards or policy variables: * stands for any run of
// characters and ? for exactly one, ${key} for the value of a condition key. Text that comes from a
// variable is data: its stars and question marks are not wildcards. The zero pattern matches nothing.
type pattern struct {
	kind      patternKind
	arn       bool    // wildcards of the first five parts do not reach across a colon
	fold      bool    // ASCII letters match in either case
	open      bool    // of patternParts: there is a star at the end
	variables bool    // there are any among the pieces
	text      string  // of an exact pattern, or up to the star of a prefix
	pieces    []piece // of the others; of patternParts the texts alone
}

// patternKind tells the patterns that are quick to match from the others.
type patternKind uint8

const (
	patternNone   patternKind = iota // a variable is malformed: matches nothing
	patternAll                       // nothing but stars
	patternExact                     // no wildcards
	patternPrefix                    // a star at the end only
	patternParts                     // of ARNs: stars that end a part, and perhaps one at the end of it all
	patternPieces
)

// piece is a piece of a pattern. Two texts or two stars never follow each other.
type piece struct {
	kind pieceKind
	part partKnown
	text string   // of pieceText
	v    variable // of pieceVariable
}

// partKnown tells what is known of the part of an ARN that a piece is in, before there is an ARN.
type partKnown uint8

const (
	partUnknown partKnown = iota // it comes after a variable
	partMiddle                   // one of the first five
	partLast
)

type pieceKind uint8

const (
	pieceText pieceKind = iota
	pieceStar
	pieceOne
	pieceVariable
)

// compileText compiles a text in which only variables mean anything, and they only if so told.
func compileText(text string, variables bool) pattern {
	var c patternCompiler
	c.add(text, false, variables)
	return c.pattern()
}

// compileGlob compiles a text with wildcards, and with variables if so told.
func compileGlob(text string, variables bool) pattern {
	var c patternCompiler
	c.add(text, true, variables)
	return c.pattern()
}

// compileAction compiles an Action value ("ecr:Batch*", "*"), of which wildcards count after the colon only.
func compileAction(text string) pattern {
	vendor, _, ok := strings.Cut(text, ":")
	if text != "*" && (!ok || strings.ContainsAny(vendor, "*?")) {
		return pattern{}
	}
	p := compileGlob(text, false)
	p.fold = true
	return p
}

// compileARN compiles a pattern of ARNs. It matches part by part: a star does not reach across a colon,
// except in the last part. Only a pattern of nothing but stars needs no colons.
func compileARN(text string, variables bool) pattern {
	var c patternCompiler
	c.add(text, true, variables)
	return c.arn()
}

// patternCompiler collects the pieces of a pattern.
type patternCompiler struct {
	pieces []piece
	broken bool
}

// add appends the pieces of a text.
func (c *patternCompiler) add(text string, wildcards, variables bool) {
	for text != "" {
		before, after := text, ""
		var v variable
		found := false
		if variables {
			var fault variableFault
			before, v, after, found, fault = cutVariable(text)
			c.broken = c.broken || fault != ""
		}
		if wildcards {
			c.addWildcards(before)
		} else {
			c.addText(before)
		}
		switch {
		case !found:
		case v.literal():
			c.addText(v.key)
		default:
			v.key = strings.ToLower(v.key)
			c.pieces = append(c.pieces, piece{kind: pieceVariable, v: v})
		}
		text = after
	}
}

func (c *patternCompiler) addWildcards(text string) {
	for text != "" {
		at := strings.IndexAny(text, "*?")
		if at < 0 {
			c.addText(text)
			return
		}
		c.addText(text[:at])
		if text[at] == '?' {
			c.pieces = append(c.pieces, piece{kind: pieceOne})
		} else if n := len(c.pieces); n == 0 || c.pieces[n-1].kind != pieceStar {
			c.pieces = append(c.pieces, piece{kind: pieceStar})
		}
		text = text[at+1:]
	}
}

func (c *patternCompiler) addText(text string) {
	n := len(c.pieces)
	switch {
	case text == "":
	case n > 0 && c.pieces[n-1].kind == pieceText:
		c.pieces[n-1].text += text
	default:
		c.pieces = append(c.pieces, piece{kind: pieceText, text: text})
	}
}

// pattern returns what was collected in its quickest form.
func (c *patternCompiler) pattern() pattern {
	t := c.pieces
	switch {
	case c.broken:
		return pattern{}
	case len(t) == 0:
		return pattern{kind: patternExact}
	case len(t) == 1 && t[0].kind == pieceText:
		return pattern{kind: patternExact, text: t[0].text}
	case len(t) == 1 && t[0].kind == pieceStar:
		return pattern{kind: patternAll}
	case len(t) == 2 && t[0].kind == pieceText && t[1].kind == pieceStar:
		return pattern{kind: patternPrefix, text: t[0].text}
	}
	p := pattern{kind: patternPieces, pieces: t}
	for i := range t {
		if t[i].kind == pieceVariable {
			p.variables = true
		}
	}
	return p
}

// arnColons is how many colons the parts of an ARN have between them.
const arnColons = 5

// arn is pattern for a pattern of ARNs.
func (c *patternCompiler) arn() pattern {
	p := c.pattern()
	p.arn = true
	if p.kind == patternPrefix && !isARN(p.text) {
		p.kind, p.pieces, p.text = patternPieces, c.pieces, ""
	}
	colons, known := 0, true
	for i := range p.pieces {
		next := &p.pieces[i]
		switch {
		case colons >= arnColons:
			next.part = partLast
		case known:
			next.part = partMiddle
		}
		known = known && next.kind != pieceVariable
		colons += strings.Count(next.text, ":")
	}
	if texts, ok := endedParts(p.pieces); ok {
		p.kind, p.open, p.pieces = patternParts, len(p.pieces)%2 == 0, texts
	}
	return p
}

// endedParts returns the texts of a pattern in which texts and stars alternate, and each star ends a part
// of the ARN.
func endedParts(pieces []piece) (texts []piece, ok bool) {
	for i, next := range pieces {
		switch {
		case i%2 == 0:
			if next.kind != pieceText || i > 0 && next.text[0] != ':' {
				return nil, false
			}
			texts = append(texts, next)
		case next.kind != pieceStar || (next.part == partLast) != (i == len(pieces)-1):
			return nil, false
		}
	}
	return texts, len(texts) > 0
}

// match reports whether the pattern matches the whole of s, which is an ARN if the pattern is one of ARNs.
func (p *pattern) match(s string, ctx Context) bool {
	switch p.kind {
	case patternNone:
		return false
	case patternAll:
		return true
	case patternExact:
		return len(s) == len(p.text) && p.same(s, p.text)
	case patternPrefix:
		return len(s) >= len(p.text) && p.same(s[:len(p.text)], p.text)
	case patternParts:
		return p.runParts(s)
	}
	if p.variables {
		return p.runResolved(s, ctx)
	}
	return p.run(s, nil)
}

// runParts matches a patternParts.
func (p *pattern) runParts(arn string) bool {
	for i := range p.pieces {
		if i > 0 {
			arn = arn[strings.IndexByte(arn, ':'):]
		}
		text := p.pieces[i].text
		if !strings.HasPrefix(arn, text) {
			return false
		}
		arn = arn[len(text):]
	}
	return p.open || arn == ""
}

// runResolved is run for a pattern with variables. It allocates nothing as long as there are few.
func (p *pattern) runResolved(s string, ctx Context) bool {
	var room [4]string
	values := room[:0]
	for i := range p.pieces {
		if next := &p.pieces[i]; next.kind == pieceVariable {
			value, ok := next.v.value(ctx)
			if !ok {
				return false
			}
			values = append(values, value)
		}
	}
	return p.run(s, values)
}

// resolves reports whether the variables of the pattern are well formed and have values.
func (p *pattern) resolves(ctx Context) bool {
	for i := range p.pieces {
		if t := &p.pieces[i]; t.kind == pieceVariable {
			if _, ok := t.v.value(ctx); !ok {
				return false
			}
		}
	}
	return p.kind != patternNone
}

// expand returns the text that a pattern without wildcards stands for. ok is false when a variable has
// no value.
func (p *pattern) expand(ctx Context) (text string, ok bool) {
	if p.kind != patternPieces {
		return p.text, p.kind == patternExact
	}
	var b strings.Builder
	for i := range p.pieces {
		text := p.pieces[i].text
		if t := &p.pieces[i]; t.kind == pieceVariable {
			if text, ok = t.v.value(ctx); !ok {
				return "", false
			}
			if len(p.pieces) == 1 {
				return text, true
			}
		}
		b.WriteString(text)
	}
	return b.String(), true
}

// run matches piece by piece, given the values of the variables.
//
// It keeps a single restart point, the last star: a later star makes the earlier ones irrelevant, so
// the time is at worst the product of the lengths, and there is no recursion.
func (p *pattern) run(s string, values []string) bool {
	t, v, i := 0, 0, 0 // the next piece, variable, and offset in s
	star := -1         // the piece after the last star
	starV, restart := 0, 0
	limit := 0 // where the run of the last star has to end at the latest
	for {
		if t == len(p.pieces) {
			if i == len(s) {
				return true
			}
		} else {
			switch next := &p.pieces[t]; next.kind {
			case pieceStar:
				t++
				limit = len(s)
				if p.arn {
					limit = next.part.end(s, i)
				}
				if t == len(p.pieces) {
					return limit == len(s)
				}
				if next := &p.pieces[t]; limit < len(s) && next.kind == pieceText && next.text[0] == ':' {
					i = limit // the run has to reach to the end of the part
				}
				star, starV, restart = t, v, i
				continue
			case pieceOne:
				if i < len(s) && !(p.arn && s[i] == ':' && next.part.end(s, i) == i) {
					t++
					i += runeLen(s, i)
					continue
				}
			case pieceText:
				if end := i + len(next.text); end <= len(s) && p.same(s[i:end], next.text) {
					t++
					i = end
					continue
				}
				if t == star && !p.fold {
					// The run of the star reaches to the next place where the text is.
					skip := strings.Index(s[i:], next.text)
					if skip < 0 || i+skip > limit {
						return false
					}
					i += skip
					restart = i
					continue
				}
			case pieceVariable:
				if strings.HasPrefix(s[i:], values[v]) {
					i += len(values[v])
					t++
					v++
					continue
				}
			}
		}
		if star < 0 || restart >= limit {
			return false
		}
		restart += runeLen(s, restart)
		t, v, i = star, starV, restart
	}
}

// same compares text of the pattern with as many bytes of what it is matched with.
func (p *pattern) same(s, text string) bool { return s == text || p.fold && equalFold(s, text) }

// end returns where the part of an ARN ends that offset i is in.
func (k partKnown) end(arn string, i int) int {
	if k == partLast || k == partUnknown && isARN(arn[:i]) {
		return len(arn)
	}
	return i + strings.IndexByte(arn[i:], ':')
}

// runeLen returns the length of the character at s[i].
func runeLen(s string, i int) int {
	if s[i] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return n
}

// equalFold reports whether two texts of the same length are equal but for the case of ASCII letters.
func equalFold(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// stars reports whether a pattern is nothing but stars, and so matches everything.
func stars(pattern string) bool {
	return pattern != "" && strings.Trim(pattern, "*") == ""
}

// MatchAction reports whether an Action value ("ecr:Batch*", "*") matches an action ("ecr:BatchGetImage").
// Names compare without case; wildcards count after the colon only.
func MatchAction(pattern, action string) bool {
	p := compileAction(pattern)
	return p.match(action, nil)
}

// arnParts are the six parts of an ARN: arn, partition, service, region, account, and the rest, which
// may hold colons.
type arnParts [arnColons + 1]string

// splitARN splits s and returns how many parts it has; fewer than six means it is not an ARN.
func splitARN(s string) (parts arnParts, n int) {
	for n < len(parts)-1 {
		head, tail, found := strings.Cut(s, ":")
		if !found {
			break
		}
		parts[n] = head
		s = tail
		n++
	}
	parts[n] = s
	return parts, n + 1
}

// isARN reports whether s has the parts of an ARN.
func isARN(s string) bool { return strings.Count(s, ":") >= arnColons }
