package gen

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// The checked-in packages are what the checked-in models give.
func TestGenerated(t *testing.T) {
	files, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the models give: run go generate ./internal/awsapi", name)
		}
	}
	have, err := filepath.Glob("../*/*_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(have) != len(files) {
		t.Errorf("%d generated files are checked in, %d are generated", len(have), len(files))
	}
}

func TestEveryModelIsGenerated(t *testing.T) {
	have, err := filepath.Glob("models/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(have) != len(Services()) {
		t.Errorf("%d models, %d services", len(have), len(Services()))
	}
}

func TestStrip(t *testing.T) {
	const model = `{
		"version":"2.0",
		"metadata":{"apiVersion":"2"},
		"documentation":"<p>gone</p>",
		"shapes":{
			"B":{"type":"structure","documentation":"gone","members":{
				"z":{"shape":"S","documentation":"gone"},
				"documentation":{"shape":"S","deprecatedMessage":"gone"},
				"a":{"shape":"S","min":9007199254740993}}},
			"documentation":{"type":"string","enum":["<a>"]}
		}}`
	const want = `{
 "version": "2.0",
 "metadata": {
  "apiVersion": "2"
 },
 "shapes": {
  "B": {
   "type": "structure",
   "members": {
    "z": {
     "shape": "S"
    },
    "documentation": {
     "shape": "S"
    },
    "a": {
     "shape": "S",
     "min": 9007199254740993
    }
   }
  },
  "documentation": {
   "type": "string",
   "enum": [
    "<a>"
   ]
  }
 }
}
`
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(model)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := fstest.MapFS{
		"x/2001-01-01/service-2.json":    {Data: []byte(`{}`)},
		"x/2002-01-01/service-2.json.gz": {Data: z.Bytes()},
	}
	got, err := Strip(data, "x")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got %s", got)
	}
	if _, err := Strip(data, "y"); err == nil {
		t.Error("a service without a model: no error")
	}
}

func TestUnknownTraitsAreErrors(t *testing.T) {
	for _, model := range []string{
		`{"shapes":{"A":{"type":"string","newTrait":1}}}`,
		`{"shapes":{"A":{"type":"structure","members":{"m":{"shape":"S","locationName":"n"}}}}}`,
		`{"operations":{"A":{"endpoint":{}}}}`,
	} {
		if _, err := parseModel([]byte(model)); err == nil || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("%s: %v", model, err)
		}
	}
}

func TestGoPattern(t *testing.T) {
	for _, c := range []struct {
		java  string
		match []string
		not   []string
	}{
		{`[0-9]{12}`, []string{"123456789012"}, []string{"1234567890123", "", "x123456789012"}},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, []string{"/", "/a/b/"}, []string{"", "/a", "a/", "//x"}},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, []string{"", "Größe 1-@"}, []string{"#"}},
		{`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`, []string{"abc", "a-b", "a1-b2-c3"}, []string{"a--b", "-ab", "ab-", "a"}},
		// Java reads \u10000 as U+1000 and a zero, and so do we.
		{`[\uE000-\uFFFD\u10000-\u10FFFF]+`, []string{"\uE000", "F"}, []string{"\U00010000"}},
		{`[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`, []string{"sha256:0a"}, []string{"sha256:0g", "a b:0"}},
	} {
		p, err := goPattern(c.java)
		if err != nil {
			t.Error(err)
			continue
		}
		re := regexp.MustCompile(p)
		for _, s := range c.match {
			if !re.MatchString(s) {
				t.Errorf("%s does not match %q", c.java, s)
			}
		}
		for _, s := range c.not {
			if re.MatchString(s) {
				t.Errorf("%s matches %q", c.java, s)
			}
		}
	}
	if _, err := goPattern(`(?<=a)b`); err == nil {
		t.Error("a look-behind that nobody rewrote: no error")
	}
}

func TestEnumName(t *testing.T) {
	for in, want := range map[string]string{
		"IMMUTABLE_WITH_EXCLUSION": "ImmutableWithExclusion",
		"docker-hub":               "DockerHub",
		"ImageNotFound":            "ImageNotFound",
		"AES256":                   "Aes256",
		"text/csv":                 "TextCsv",
	} {
		if got := enumName(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
