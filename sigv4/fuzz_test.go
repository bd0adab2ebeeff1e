package sigv4

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzCanonicalRequest checks that the canonical request never panics, keeps its line structure whatever the request holds
// (or one request could be taken for another), covers the query that handlers see, and is stable under its own encoding.
func FuzzCanonicalRequest(f *testing.F) {
	f.Add("GET", "/", "", "example.com", "X-Test", "value")
	f.Add("POST", "/a/./b/../c//d/", "b=2&a=1&a=0&c", "example.com:5000", "X-Test", " a   b\t")
	f.Add("GET", "/%E1%88%B4/ሴ/%2e%2e", "X-Amz-Signature=1&x=%zz", "", "Content-Length", "1")
	f.Add("GET", "/..", "x=a+b%2B;&=&&%3d=%26", "h", "host", "\n")
	f.Fuzz(func(t *testing.T, method, path, rawQuery, host, name, value string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || strings.ContainsAny(method+path+host+name+value, "\r\n") {
			return // net/http lets none of these through
		}
		u.RawQuery = rawQuery
		r := &http.Request{Method: method, URL: u, Host: host, Header: http.Header{http.CanonicalHeaderKey(name): {value}}}
		q := &Request{SignedHeaders: []string{"host", strings.ToLower(name)}}
		canonical, err := q.canonicalRequest(r, "payload")
		handlers, handlersErr := url.ParseQuery(rawQuery)
		if err != nil {
			if handlersErr == nil {
				t.Fatalf("query %q: %v, but handlers read it", rawQuery, err)
			}
			return
		}
		if handlersErr != nil {
			t.Fatalf("query %q: handlers say %v", rawQuery, handlersErr)
		}
		lines := bytes.Split(canonical, []byte("\n"))
		if len(lines) != 8 || len(lines[5]) != 0 || string(lines[7]) != "payload" {
			t.Fatalf("canonical request is not of 8 lines:\n%s", canonical)
		}

		signed, err := url.ParseQuery(string(lines[2]))
		if err != nil || signed.Encode() != handlers.Encode() && !reordered(signed, handlers) {
			t.Fatalf("query %q is signed as %q", rawQuery, lines[2])
		}
		if !bytes.HasPrefix(lines[1], []byte("/")) || bytes.Contains(lines[1], []byte("//")) ||
			bytes.Contains(append(lines[1], '/'), []byte("/./")) || bytes.Contains(append(lines[1], '/'), []byte("/../")) {
			t.Fatalf("path %q is signed as %q", path, lines[1])
		}
		again := parse(t, string(lines[2]))
		if got := appendQuery(nil, again, false); !bytes.Equal(got, lines[2]) {
			t.Fatalf("query %q becomes %q, then %q", rawQuery, lines[2], got)
		}
	})
}

func parse(t *testing.T, raw string) query {
	q, err := parseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// reordered reports whether a and b hold the same values under each name.
func reordered(a, b url.Values) bool {
	if len(a) != len(b) {
		return false
	}
	for name, values := range a {
		count := map[string]int{}
		for _, v := range values {
			count[v]++
		}
		for _, v := range b[name] {
			count[v]--
		}
		for _, n := range count {
			if n != 0 {
				return false
			}
		}
	}
	return true
}

// FuzzParse checks that no request makes Parse or Verify panic, and that none is accepted.
func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-west-1/ecr/aws4_request, SignedHeaders=host;x-amz-date, Signature=0", "20260301T000000Z", "", "")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20260301/c/d/aws4_request&X-Amz-Date=20260301T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=x&X-Amz-Expires=1", "")
	f.Add("AWS4-HMAC-SHA256 Credential,Signature", "Sun, 01 Mar 2026 00:00:00 GMT", "a=%", StreamingPayload)
	f.Fuzz(func(t *testing.T, authorization, date, rawQuery, hash string) {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/", RawQuery: rawQuery}, Host: "h", Header: http.Header{}, Body: http.NoBody}
		for name, value := range map[string]string{"Authorization": authorization, "X-Amz-Date": date, "X-Amz-Content-Sha256": hash} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		q, err := Parse(r)
		if (q == nil) == (err == nil) {
			t.Fatalf("Parse returned %v, %v", q, err)
		}
		if err != nil {
			return
		}
		if q.Verify(r, "secret", HashPayload(nil), q.Time) == nil {
			t.Fatal("verified")
		}
		if _, err := q.VerifyStreaming(r, SigningKey{}, q.Time.Add(time.Second)); err == nil {
			t.Fatal("verified")
		}
	})
}
