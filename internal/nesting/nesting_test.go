package nesting

import (
	"strings"
	"testing"
)

func TestExcess(t *testing.T) {
	for text, want := range map[string]int{
		"":                           0,
		"a: [1, [2], {b: [3]}]":      0,
		"a: [[[1]]]\nb: [[[[1]]]]":   2,
		"{{{{":                       1,
		"]]]]]\n[[[[":                2,
		"- - - x\n- - - y":           0,
		"x\n\n- - -\t- x":            3,
		"? ? ? ? x":                  1,
		"--- -a -b -c":               0,
		strings.Repeat("- x\n", 9):   0,
		strings.Repeat("[x]\n", 900): 0,
	} {
		if got := Excess([]byte(text), 3); got != want {
			t.Errorf("%q: line %d, want %d", text, got, want)
		}
	}
}
