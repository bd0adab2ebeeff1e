package policy

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// naiveGlob is the definition of a pattern with wildcards.
func naiveGlob(pattern, s []rune) bool {
	if len(pattern) == 0 {
		return len(s) == 0
	}
	if pattern[0] == '*' {
		for i := range len(s) + 1 {
			if naiveGlob(pattern[1:], s[i:]) {
				return true
			}
		}
		return false
	}
	return len(s) > 0 && (pattern[0] == '?' || pattern[0] == s[0]) && naiveGlob(pattern[1:], s[1:])
}

var globs = []struct {
	pattern, s string
	want       bool
}{
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"**", "abc", true},
	{"?", "", false},
	{"?", "é", true},
	{"??", "é", false},
	{"*??", "€", false},
	{"*??", "a€", true},
	{"a*", "a", true},
	{"*a", "banana", true},
	{"*ana*x", "banana", false},
	{"b*n?na", "banana", true},
	{"*é*", "caféteria", true},
	{"ab", "a", false},
	{"a?*?c", "abc", false},
	{"a?*?c", "abbc", true},
	{"A", "a", false},
	{"*a*a*a*a*b", "aaaaaaaa", false},
}

func TestGlob(t *testing.T) {
	for _, tt := range globs {
		if p := compileGlob(tt.pattern, false); p.match(tt.s, nil) != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.s, !tt.want)
		}
	}
}

// TestGlobTime would not end with a matcher that backtracks from every star.
func TestGlobTime(t *testing.T) {
	pattern := strings.Repeat("*a", 200) + "b"
	s := strings.Repeat("a", 10_000)
	start := time.Now()
	if p := compileGlob(pattern, false); p.match(s, nil) {
		t.Error("matches")
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

var arnPatterns = []struct {
	pattern, arn string
	want         bool
}{
	{"*", "arn:aws:iam::1:role/x", true},
	{"arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x", true},
	{"arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x:y", true},
	{"arn:aws:iam::1:role/*", "arn:aws:iam::1:user/x", false},
	{"arn:*:iam::*:role/*", "arn:aws:iam::1:role/x", true},
	{"arn:*:iam::*:role/*", "arn:aws:iam::1:user/x", false},
	{"arn:*:iam::*:role/x", "arn:aws:iam::1:role/x/y", false},
	{"arn:aws:ecr:us-*:1:x", "arn:aws:ecr:us-east-1:1:x", true},
	{"arn:aws:ecr:*-1:1:x", "arn:aws:ecr:us-east-1:1:x", true},
	{"arn:aws:ecr:*-2:1:x", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:ecr:u*t*:1:x", "arn:aws:ecr:us-east-1:1:x", true},
	{"arn:aws:ecr:*:x", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:ecr:*x", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:*", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:ecr:us-east-1*1:x", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:ecr:us-east-1?1:x", "arn:aws:ecr:us-east-1:1:x", false},
	{"arn:aws:ecr:us-east-?:?:?", "arn:aws:ecr:us-east-1:1:x", true},
	{"arn:aws:ecr:::?????", "arn:aws:ecr:::a:b:c", true},
	{"arn:aws:ecr:::a*c", "arn:aws:ecr:::a:b:c", true},
	{"arn:aws:ecr:::a*:*d", "arn:aws:ecr:::a:b:c", false},
	{"arn:*a:?*:::*", "arn:aa:b:::", true},
	{"x", "arn:aws:iam::1:role/x", false},
	{"arn:aws:iam::1:${v}/x", "arn:aws:iam::1:role/x", true},
	{"arn:aws:iam::${w}:role/*", "arn:aws:iam::1:role/x", false},
	{"arn:aws:iam::1:${none}*", "arn:aws:iam::1:role/x", false},
	{"${arn}", "arn:aws:iam::1:role/x", true},
	{"${arn}*", "arn:aws:iam::1:role/x/y", true},
	{"arn:${iam}*:role/?", "arn:aws:iam::1:role/x", true},
	{"arn:${iam}?:role/x", "arn:aws:iam::1:role/x", true},
	{"arn:${iam}?role/x", "arn:aws:iam:::role/x", false},
	{"${star}", "arn:aws:iam::1:role/x", false},
	{"arn:aws:iam::1:${v}${v}${none, '-'}${star}${v}", "arn:aws:iam::1:rolerole-*role", true},
}

var arnContext = Context{"v": {"role"}, "w": {"2"}, "arn": {"arn:aws:iam::1:role/x"}, "iam": {"aws:iam::"}, "star": {"*"}}

func TestARNPattern(t *testing.T) {
	for _, tt := range arnPatterns {
		if p := compileARN(tt.pattern, true); p.match(tt.arn, arnContext) != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.arn, !tt.want)
		}
	}
}

func TestMatchAction(t *testing.T) {
	for _, tt := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "ecr:BatchGetImage", true},
		{"ecr:*", "ecr:BatchGetImage", true},
		{"ECR:batch*", "ecr:BatchGetImage", true},
		{"ecr:?atch*IMAGE", "ecr:BatchGetImage", true},
		{"ecr:BatchGetImage", "ECR:batchgetimage", true},
		{"ecr:BatchGetImages", "ecr:BatchGetImage", false},
		{"ecr:BatchGet", "ecr:BatchGetImage", false},
		{"ecr:Put*", "ecr:BatchGetImage", false},
		{"ecr:*Images", "ecr:BatchGetImage", false},
		{"e*:BatchGetImage", "ecr:BatchGetImage", false},
		{"*:*", "ecr:BatchGetImage", false},
		{"**", "ecr:BatchGetImage", false},
		{"BatchGetImage", "BatchGetImage", false},
		{"", "", false},
	} {
		if got := MatchAction(tt.pattern, tt.action); got != tt.want {
			t.Errorf("MatchAction(%q, %q) = %v", tt.pattern, tt.action, got)
		}
		var set actionSet
		p := compileAction(tt.pattern)
		if set.add(&p); tt.want && !set.has(newActionBits(tt.action)) {
			t.Errorf("the set of %q lacks %q", tt.pattern, tt.action)
		}
	}
}

func FuzzGlob(f *testing.F) {
	for _, tt := range globs {
		f.Add(tt.pattern, tt.s)
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 24 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return // not what is compared
		}
		want := naiveGlob([]rune(pattern), []rune(s))
		if p := compileGlob(pattern, false); p.match(s, nil) != want {
			t.Errorf("%q matches %q: %v", pattern, s, !want)
		}
	})
}

// FuzzARNPattern compares the patterns of ARNs, and those of other texts with variables, with the naive
// evaluator.
func FuzzARNPattern(f *testing.F) {
	for _, tt := range arnPatterns {
		f.Add(tt.pattern, tt.arn, "role")
	}
	f.Fuzz(func(t *testing.T, pattern, s, value string) {
		if len(pattern) > 40 || len(s) > 60 || !validUTF8(pattern, s, value) || strings.Contains(pattern, "'") {
			return // not what is compared
		}
		ctx := Context{"v": {value}}
		n := naive{r: &Request{Context: ctx}}
		tokens, ok := n.expand(pattern, true)
		p := compileARN(pattern, true)
		if want := ok && (stars(pattern) || arnWild(tokens, s, false)); isARN(s) && p.match(s, ctx) != want {
			t.Errorf("%q matches the ARN %q: %v", pattern, s, !want)
		}
		p = compileGlob(pattern, true)
		if want := ok && wild(tokens, []rune(s)); p.match(s, ctx) != want {
			t.Errorf("%q matches %q: %v", pattern, s, !want)
		}
		literal, ok := n.expand(pattern, false)
		p = compileText(pattern, true)
		if want := ok && string(literal) == s; p.match(s, ctx) != want {
			t.Errorf("%q is %q: %v", pattern, s, !want)
		}
		if text, ok2 := p.expand(ctx); ok2 != ok || ok && text != string(literal) {
			t.Errorf("%q stands for %q, not %q", pattern, text, string(literal))
		}
	})
}
