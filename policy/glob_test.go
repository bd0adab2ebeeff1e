package policy

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// naiveGlob is the definition of glob.
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
		if got := glob(tt.pattern, tt.s, false); got != tt.want {
			t.Errorf("glob(%q, %q) = %v", tt.pattern, tt.s, got)
		}
	}
	if !glob("BATCH*image?", "batchGetImageS", true) {
		t.Error("glob with fold does not ignore case")
	}
	if glob("a\xff*", "ab", false) || !glob("a\xff*\xff?\xff\xff", "a*?\xff", false) {
		t.Error("quoted characters are not literal")
	}
	if !glob("a\xff", "a\xff", false) {
		t.Error("a quote at the end is not literal")
	}
}

// TestGlobTime would not end with a matcher that backtracks from every star.
func TestGlobTime(t *testing.T) {
	pattern := strings.Repeat("*a", 200) + "b"
	s := strings.Repeat("a", 10_000)
	start := time.Now()
	if glob(pattern, s, false) {
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
		if got := glob(pattern, s, false); got != want {
			t.Errorf("glob(%q, %q) = %v", pattern, s, got)
		}
		var b strings.Builder
		writeQuoted(&b, s)
		if !glob(b.String(), s, false) || glob(b.String(), s+"x", false) {
			t.Errorf("%q quoted does not match itself alone", s)
		}
	})
}
