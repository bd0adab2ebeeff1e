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

func FuzzGlob(f *testing.F) {
	for _, tt := range globs {
		f.Add(tt.pattern, tt.s)
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 24 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			t.Skip()
		}
		want := naiveGlob([]rune(pattern), []rune(s))
		if p := compileGlob(pattern, false); p.match(s, nil) != want {
			t.Errorf("%q matches %q: %v", pattern, s, !want)
		}
	})
}
