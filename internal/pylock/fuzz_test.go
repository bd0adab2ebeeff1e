package pylock

import (
	"net/url"
	"strings"
	"testing"
)

// What indexes answer is read without trust.

func FuzzPages(f *testing.F) {
	f.Add(`<base href="/x/"><a href="../a-1.0-py3-none-any.whl#sha256=`+sumA+`" data-yanked data-requires-python="&gt;=3.8">a-1.0-py3-none-any.whl</a>`, true)
	f.Add(`{"meta":{"api-version":"1.0"},"files":[{"filename":"a-1.0.tar.gz","url":"a","hashes":{"sha256":"`+sumA+`"},"yanked":"x","core-metadata":{"sha256":"y"}}]}`, false)
	base, err := url.Parse("https://user:secret@index.example.com/simple/a/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, page string, html bool) {
		var files []candidate
		if html {
			files = parseHTML(page, base)
		} else {
			files, _ = parsePage([]byte(page), base)
		}
		for _, c := range files {
			u, err := url.Parse(c.URL)
			if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
				t.Fatalf("%q gives a file at %q", page, c.URL)
			}
			if name := c.Filename(); name == "" || name == ".." || strings.Contains(name, "/") {
				t.Fatalf("%q gives a file called %q", page, name)
			}
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add("Metadata-Version: 2.1\nName: A_b\nVersion: 1.0\nRequires-Dist: c[x] (>=1); extra == 'y'\nRequires-Python: >=3\n  ,<4\n\nName: z\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMetadata(text)
		if err == nil && (m.name == "" || m.version.IsZero()) {
			t.Fatalf("%q reads as %+v", text, m)
		}
	})
}
