package policy

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
)

// st wraps the elements of one statement in a document; they start at column 15.
func st(elements string) string { return `{"Statement":{` + elements + `}}` }

func TestParseErrors(t *testing.T) {
	tests := []struct {
		doc    string
		line   int
		column int
		msg    string
	}{
		{``, 1, 1, "the policy must be an object, not the end of the document"},
		{"\n\n  [1]", 3, 3, "the policy must be an object, not '['"},
		{`"x"`, 1, 1, "the policy must be an object, not a string"},
		{`1`, 1, 1, "the policy must be an object, not a number"},
		{`true`, 1, 1, "the policy must be an object, not a boolean"},
		{`null`, 1, 1, "the policy must be an object, not null"},
		{"\uFEFF{}", 1, 1, `unexpected character '\ufeff'`},
		{`{`, 1, 2, "expected a key in the policy, not the end of the document"},
		{`{1:2}`, 1, 2, "expected a key in the policy, not a number"},
		{`{"Version"}`, 1, 11, "expected ':' after \"Version\", not '}'"},
		{`{"Version":}`, 1, 12, "Version must be a string, not '}'"},
		{`{"Version":"2012-10-17" "Id":""}`, 1, 25, "expected ',' or '}' in the policy, not a string"},
		{`{"Version":"2012-10-17",}`, 1, 25, "expected a key in the policy, not '}'"},
		{`{"Version":nope}`, 1, 12, `unexpected word "nope"`},
		{`{"Version":"2012-10-18"}`, 1, 12, `Version must be "2012-10-17" or "2008-10-17", not "2012-10-18"`},
		{`{"Version":20121017}`, 1, 12, "Version must be a string, not a number"},
		{`{"Id":1}`, 1, 7, "Id must be a string, not a number"},
		{`{"version":"2012-10-17"}`, 1, 2, `unknown element "version" in the policy; did you mean "Version"?`},
		{`{"Statements":[]}`, 1, 2, `unknown element "Statements" in the policy; did you mean "Statement"?`},
		{`{"Comment":""}`, 1, 2, `unknown element "Comment" in the policy`},
		{` {"Version":"2012-10-17"}`, 1, 2, "the policy has no Statement"},
		{`{"Statement":[]}`, 1, 15, "Statement is an empty list"},
		{`{"Statement":"x"}`, 1, 14, "a statement must be an object, not a string"},
		{`{"Statement":[null]}`, 1, 15, "a statement must be an object, not null"},
		{`{"Statement":[{"Effect":"Allow"} {}]}`, 1, 34, "expected ',' or ']' in Statement, not '{'"},
		{`{"Statement":[{"Effect":"Allow"},]}`, 1, 34, "a statement must be an object, not ']'"},
		{st(`"Effect":"Allow"`) + "\n{}", 2, 1, "unexpected '{' after the policy"},
		{st(`"Effect":"Allow"`) + "\x00", 1, 33, `unexpected character '\x00'`},
		{st(``), 1, 14, "the statement has no Effect"},
		{st(`"Effect":"Permit"`), 1, 24, `Effect must be "Allow" or "Deny", not "Permit"`},
		{st(`"Effect":true`), 1, 24, "Effect must be a string, not a boolean"},
		{st(`"Effect":"Allow","Effect":"Deny"`), 1, 32, `duplicate key "Effect" in a statement`},
		{st(`"Effect":"Allow","\u0045ffect":"Deny"`), 1, 32, `duplicate key "Effect" in a statement`},
		{st(`"Sid":null`), 1, 21, "Sid must be a string, not null"},
		{st(`"Actions":"x"`), 1, 15, `unknown element "Actions" in a statement; did you mean "Action"?`},
		{st(`"Action":{}`), 1, 24, "Action must be a string or a list of strings, not '{'"},
		{st(`"Action":["a",1]`), 1, 29, "every item of Action must be a string, not a number"},
		{st(`"Action":["a"`), 1, 28, "expected ',' or ']' in Action, not '}'"},
		{st(`"Action":["a",`), 1, 29, "every item of Action must be a string, not '}'"},
		{st(`"Action":"a","NotAction":"b"`), 1, 28, "a statement cannot have both Action and NotAction"},
		{st(`"NotResource":"a","Resource":"b"`), 1, 33, "a statement cannot have both Resource and NotResource"},
		{st(`"Principal":"*","NotPrincipal":"*"`), 1, 31, "a statement cannot have both Principal and NotPrincipal"},
		{st(`"Principal":["*"]`), 1, 27, `Principal must be "*" or an object, not '['`},
		{st(`"Principal":{"AWS":{}}`), 1, 34, `Principal "AWS" must be a string or a list of strings, not '{'`},
		{st(`"Principal":{"AWS":"1","AWS":"2"}`), 1, 38, `duplicate key "AWS" in Principal`},
		{st(`"Condition":[]`), 1, 27, "Condition must be an object, not '['"},
		{st(`"Condition":{"StringEquals":"x"}`), 1, 43, `Condition "StringEquals" must be an object, not a string`},
		{st(`"Condition":{"stringequals":{"k":"v"}}`), 1, 28, `unknown condition operator "stringequals"`},
		{st(`"Condition":{"NullIfExists":{"k":"true"}}`), 1, 28, `unknown condition operator "NullIfExists"`},
		{st(`"Condition":{"ForSomeValues:StringEquals":{"k":"v"}}`), 1, 28, `unknown condition operator "ForSomeValues:StringEquals"`},
		{st(`"Condition":{"Bool":{"k":{}}}`), 1, 40, `a value of condition key "k" must be a string, number or boolean, not '{'`},
		{st(`"Condition":{"Bool":{"k":null}}`), 1, 40, `a value of condition key "k" must be a string, number or boolean, not null`},
		{st(`"Condition":{"Bool":{"k":["a",["b"]]}}`), 1, 45, `a value of condition key "k" must be a string, number or boolean, not '['`},
		{st(`"Condition":{"Bool":{"k":"a","k":"b"}}`), 1, 44, `duplicate key "k" in Condition "Bool"`},
		{st(`"Condition":{"Bool":{},"Bool":{}}`), 1, 38, `duplicate key "Bool" in Condition`},
		{`{"Id":"abc`, 1, 7, "string is not terminated"},
		{`{"Id":"abc\`, 1, 7, "string is not terminated"},
		{"{\"Id\":\"a\nb\"}", 1, 9, "control character in a string"},
		{"{\"Id\":\"é\x01\"}", 1, 9, "control character in a string"},
		{"{\"Id\":\"é\xff\"}", 1, 9, "invalid UTF-8"},
		{"{\"Id\":\xc3}", 1, 7, `unexpected character '�'`},
		{`{"Id":"a\x"}`, 1, 9, "unknown escape sequence"},
		{`{"Id":"a\u12"}`, 1, 9, `malformed \u escape`},
		{`{"Id":"a\u12zz"}`, 1, 9, `malformed \u escape`},
		{`{"Id":"a\ud800"}`, 1, 9, `malformed \u escape`},
		{`{"Id":"a\ud800\u0041"}`, 1, 9, `malformed \u escape`},
		{`{"Id":"a\ud800x"}`, 1, 9, `malformed \u escape`},
		{`{"Id":"a\udc00\udc00"}`, 1, 9, `malformed \u escape`},
		{`{"Id":-}`, 1, 7, "malformed number"},
		{`{"Id":01}`, 1, 7, "malformed number"},
		{`{"Id":1.}`, 1, 7, "malformed number"},
		{`{"Id":1e+}`, 1, 7, "malformed number"},
		{"{\r\n\t\"Id\": 1e5}", 2, 8, "Id must be a string, not a number"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.doc))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%s): %v, want a SyntaxError", tt.doc, err)
			continue
		}
		if syntax.Line != tt.line || syntax.Column != tt.column || syntax.Msg != tt.msg {
			t.Errorf("Parse(%s):\n got %v\nwant %d:%d: %s", tt.doc, err, tt.line, tt.column, tt.msg)
		}
		if place := newScanner(tt.doc).place(syntax.Offset); place.Line != tt.line || place.Column != tt.column {
			t.Errorf("Parse(%s): offset %d is %d:%d, want %d:%d", tt.doc, syntax.Offset, place.Line, place.Column, tt.line, tt.column)
		}
	}
}

// TestParseAbruptEnd cuts a document that uses all of the grammar after every byte: no prefix is valid.
func TestParseAbruptEnd(t *testing.T) {
	const doc = `{"Version":"2012-10-17","Id":"x\u00e9\ud83d\ude00","Statement":[{"Sid":"S","Effect":"Allow","Principal":{"AWS":["*"],"Service":"x"},` +
		`"Action":["a:b",null,"c:d"],"NotResource":"*","Condition":{"NumericEquals":{"k":[-1.5e+3,true,"x"]},"Bool":{"b":false,"c":0}}}]}`
	if _, err := Parse([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	for i := range doc {
		if _, err := Parse([]byte(doc[:i])); err == nil {
			t.Errorf("Parse accepts %s", doc[:i])
		}
		if _, err := Parse([]byte(doc[:i] + "\x01" + doc[i:])); err == nil {
			t.Errorf("Parse accepts a control character at %d", i)
		}
	}
}

func TestParse(t *testing.T) {
	doc := "{\n" +
		"  \"Version\": \"2012-10-17\",\n" +
		"  \"Id\": \"é\",\n" +
		"  \"Statement\": [{\n" +
		"    \"Sid\": \"A\", \"Effect\": \"Deny\",\n" +
		"    \"NotPrincipal\": {\"AWS\": \"*\", \"Service\": []},\n" +
		"    \"NotAction\": [\"ecr:*\", null],\n" +
		"    \"Resource\": \"é\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\", \"Condition\": {\"ForAnyValue:NumericLessThanIfExists\": {\"K\": [1, true, \"x\"]}}\n" +
		"  }]\n" +
		"}\n"
	p, err := Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if p.Text() != doc || p.String() != doc {
		t.Errorf("the text is not what was parsed: %s", p)
	}
	val := func(text, source string) Value {
		offset := strings.Index(doc, source)
		return Value{Text: text, Pos: newScanner(doc).place(offset), End: offset + len(source)}
	}
	at := func(source string) Pos { return newScanner(doc).place(strings.Index(doc, source)) }
	bare := func(v Value) Value { v.bare = true; return v }
	want := []Statement{{
		Pos: at("{\n    \"Sid"), End: at("}]\n"),
		Sid: val("A", `"A"`), Effect: val("Deny", `"Deny"`),
		Principal: &Principals{Not: true, Pos: at(`{"AWS"`), Groups: []PrincipalGroup{
			{Type: val("AWS", `"AWS"`), List: List{Values: []Value{val("*", `"*"`)}, Pos: at(`"*"`), single: true}},
			{Type: val("Service", `"Service"`), List: List{Pos: at(`[]`)}},
		}},
		Action: &Element{Not: true, List: List{Values: []Value{val("ecr:*", `"ecr:*"`)}, Pos: at(`["ecr`)}},
		Resource: &Element{List: List{
			Values: []Value{val("é\"\\/\b\f\n\r\té😀", `"é\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`)},
			Pos:    at(`"é\"`), single: true,
		}},
		Conditions: []Condition{{
			Operator: Operator{
				Name:       val("ForAnyValue:NumericLessThanIfExists", `"ForAnyValue:NumericLessThanIfExists"`),
				quantifier: forAnyValue, comparison: numericLess, ifExists: true,
			},
			Key: val("K", `"K"`), folded: "k",
			List: List{Values: []Value{bare(val("1", "1, true"[:1])), bare(val("true", "true")), val("x", `"x"`)}, Pos: at("[1")},
		}},
	}}
	want[0].Conditions[0].Values[0] = bare(Value{Text: "1", Pos: at("1, true"), End: at("1, true").Offset + 1})
	if diff := cmp.Diff(want, p.Statements, cmp.AllowUnexported(Value{}, List{}, PrincipalGroup{}, Operator{}, Condition{})); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Value{val("2012-10-17", `"2012-10-17"`), val("é", `"é"`)}, []Value{p.Version, p.ID}, cmp.AllowUnexported(Value{})); diff != "" {
		t.Errorf("version and id (-want +got):\n%s", diff)
	}
	if pos := p.Statements[0].Conditions[0].Operator.Name.Pos; pos.Line != 8 || pos.Column != 70 {
		t.Errorf("the operator is at %d:%d, want 8:70", pos.Line, pos.Column)
	}
}

// ignorePositions compares policies by content.
var ignorePositions = cmp.Options{
	cmp.AllowUnexported(Policy{}, Value{}, List{}, PrincipalGroup{}, Operator{}, Condition{}),
	cmpopts.IgnoreFields(Policy{}, "text", "code"),
	cmpopts.IgnoreFields(Value{}, "End"),
	cmp.Comparer(func(a, b Pos) bool { return (a.Line == 0) == (b.Line == 0) }),
	cmpopts.EquateEmpty(),
}

// checkStable checks that printing a policy and parsing it again changes nothing.
func checkStable(t *testing.T, p *Policy) {
	t.Helper()
	printed, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("print %s: %v", p, err)
	}
	back, err := Parse(printed)
	if err != nil {
		t.Fatalf("parse %s: %v", printed, err)
	}
	if diff := cmp.Diff(p, back, ignorePositions); diff != "" {
		t.Errorf("%s printed as %s (-before +after):\n%s", p, printed, diff)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(printed) {
		t.Errorf("%s printed again: %s, %v", printed, again, err)
	}
}

func TestMarshalJSON(t *testing.T) {
	for _, doc := range []string{
		`{"Version":"2012-10-17","Id":"x","Statement":{"Effect":"Allow"}}`,
		`{"Statement":[{"Sid":"","Effect":"Allow","Principal":"*","Action":"a:b","Resource":"*"},{"Effect":"Deny"}]}`,
		`{"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["1","2"],"Service":"x","Federated":[]},"NotAction":[],"NotResource":["a","b"],` +
			`"Condition":{"Bool":{"a":true,"b":["x",1.50]},"StringLike":{"c":[]}}}]}`,
	} {
		p, err := Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.MarshalJSON()
		if err != nil || string(got) != doc {
			t.Errorf("%s printed as\n%s, %v", doc, got, err)
		}
		checkStable(t, p)
	}
}

// corpus returns all policies of the test data.
func corpus(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	var docs []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range txtar.Parse(data).Files {
			if strings.HasSuffix(f.Name, ".json") && !strings.HasSuffix(f.Name, "explain.json") && len(f.Data) > 0 {
				docs = append(docs, string(f.Data))
			}
		}
	}
	return docs
}

func TestPrintCorpus(t *testing.T) {
	for _, doc := range corpus(t) {
		p, err := Parse([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		checkStable(t, p)
	}
}

func FuzzParse(f *testing.F) {
	for _, doc := range corpus(f) {
		f.Add(doc)
	}
	f.Add(st(`"Effect":"Allow","Condition":{"NumericEquals":{"k":[1e5,"\ud83d\ude00"]},"Sounds":{}}`))
	f.Fuzz(func(t *testing.T, doc string) {
		p, err := Parse([]byte(doc))
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(doc) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("error without a place: %#v", err)
			}
			return
		}
		if !json.Valid([]byte(doc)) {
			t.Fatalf("Parse accepts what is not JSON: %q", doc)
		}
		for k := Identity; k <= RCP; k++ {
			p.Validate(k)
		}
		checkStable(t, p)
	})
}
