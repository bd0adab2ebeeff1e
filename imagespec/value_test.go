package imagespec

import (
	"math"
	"testing"
)

func TestRepr(t *testing.T) {
	for want, v := range map[string]Value{
		"None": nil, "True": true, "False": false, "12": Int("12"), "-3": Int("-3"),
		"3.0": 3.0, "-0.0": math.Copysign(0, -1), "1e+16": 1e16, "1000000000000000.0": 1e15, "0.0001": 1e-4, "1e-05": 1e-5, "1.5e-07": 1.5e-7, "0.1": 0.1,
		"1.7976931348623157e+308": math.MaxFloat64, "5e-324": math.SmallestNonzeroFloat64, "inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(),
		"'a'": "a", `"it's"`: "it's", `'"'`: `"`, `'\'"'`: `'"`, `'\\'`: `\`, `'\n\r\t\x00\x1f\x7f'`: "\n\r\t\x00\x1f\x7f",
		`'é\xa0\xad\u200b\u2028😀\U000e0001'`: "é\u00a0\u00ad\u200b\u2028😀\U000e0001",
		"[]":                                 List{}, "[1, 'a']": List{Int("1"), "a"}, "()": Tuple{}, "(1,)": Tuple{Int("1")}, "(1, 2)": Tuple{Int("1"), Int("2")},
		"{}": Dict{}, "{'a': None, 2: [{}]}": Dict{{"a", nil}, {Int("2"), List{Dict{}}}}, "<CopyFileDetection.ALL: 2>": CopyAll,
		"datetime.date(2024, 1, 2)": Object{"datetime.date(2024, 1, 2)", "2024-01-02"},
	} {
		if got := repr(v); got != want {
			t.Errorf("repr(%#v) = %s; want %s", v, got, want)
		}
	}
}

func TestEnviron(t *testing.T) {
	s := &Spec{Env: Dict{
		{"A", "x y"}, {"B", Int("1")}, {"C", true}, {"D", nil}, {"E", 2.5}, {"F", Object{"datetime.date(2024, 1, 2)", "2024-01-02"}}, {"G", List{"a"}}, {"H", CopyAll},
	}}
	want := []string{"A=x y", "B=1", "C=True", "D=None", "E=2.5", "F=2024-01-02", "G=['a']", "H=CopyFileDetection.ALL"}
	got := s.Environ()
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q; want %q", got[i], want[i])
		}
	}
}

func TestFormatTag(t *testing.T) {
	for format, want := range map[string]string{
		"{spec_hash}": "abcdef", "v-{spec_hash}-x": "v-abcdef-x", "{{{spec_hash}}}": "{abcdef}", "{spec_hash:.3}": "abc", "{spec_hash:8}": "abcdef  ",
		"{spec_hash:>8}": "  abcdef", "{spec_hash:*^9s}": "*abcdef**", "{spec_hash!s:.0}": "", "{spec_hash:é<7}": "abcdefé", "{spec_hash:08}": "abcdef00",
		"{spec_hash:s}": "abcdef", "plain": "plain", "{spec_hash:}": "abcdef", "{spec_hash:.9}": "abcdef",
	} {
		if got, err := formatTag(format, "abcdef"); got != want || err != nil {
			t.Errorf("formatTag(%q) = %q, %v; want %q", format, got, err, want)
		}
	}
	for _, format := range []string{"{", "}", "{}", "{0}", "{hash}", "{spec_hash!r}", "{spec_hash[0]}", "{spec_hash:d}", "{spec_hash:.}", "{spec_hash:99999999}", "{spec_hash:{x}}"} {
		if got, err := formatTag(format, "abcdef"); err == nil {
			t.Errorf("formatTag(%q) = %q, no error", format, got)
		}
	}
}
