package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest builds the text whose hash is signed, with payload as its last line.
func (q *Request) canonicalRequest(r *http.Request, payload string) ([]byte, error) {
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, 1024)
	b = append(b, r.Method...)
	b = append(b, '\n')
	b = appendPath(b, wirePath(r.URL))
	b = append(b, '\n')
	b = appendQuery(b, query, q.Presigned)
	b = append(b, '\n')
	for _, name := range q.SignedHeaders {
		b = append(b, name...)
		b = append(b, ':')
		for i, v := range headerValues(r, name) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCollapsed(b, v)
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i, name := range q.SignedHeaders {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	b = append(b, '\n')
	return append(b, payload...), nil
}

// headerValues returns the values a client signed under a lower-case name. net/http moves some headers out of
// the map.
func headerValues(r *http.Request, name string) []string {
	switch name {
	case "host":
		return []string{r.Host}
	case "content-length":
		if v := r.Header.Values(name); len(v) > 0 || r.ContentLength < 0 {
			return v
		}
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	default:
		return r.Header.Values(name)
	}
}

// wirePath returns the path of u as it stood in the request line.
func wirePath(u *url.URL) string {
	if p, err := url.PathUnescape(u.RawPath); u.RawPath != "" && err == nil && p == u.Path {
		return u.RawPath
	}
	return u.EscapedPath()
}

// appendPath appends the canonical form of a path that is already percent-encoded: dot segments resolved,
// runs of slashes collapsed, and, as for every service but S3, each segment percent-encoded once more.
func appendPath(b []byte, path string) []byte {
	var segments []string
	for s := range strings.SplitSeq(path, "/") {
		switch s {
		case "", ".":
		case "..":
			if n := len(segments); n > 0 {
				segments = segments[:n-1]
			}
		default:
			segments = append(segments, s)
		}
	}
	for _, s := range segments {
		b = append(b, '/')
		b = appendEscaped(b, s)
	}
	if len(segments) == 0 || strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..") {
		b = append(b, '/')
	}
	return b
}

// appendQuery appends a query string with names and values percent-encoded and sorted in that form, without the
// signature of a presigned request.
func appendQuery(b []byte, q query, presigned bool) []byte {
	type pair struct{ name, value string }
	pairs := make([]pair, 0, len(q))
	for _, p := range q {
		if presigned && p.name == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, pair{string(appendEscaped(nil, p.name)), string(appendEscaped(nil, p.value))})
	}
	slices.SortFunc(pairs, func(x, y pair) int {
		return cmp.Or(strings.Compare(x.name, y.name), strings.Compare(x.value, y.value))
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

// appendEscaped appends s with everything but RFC 3986's unreserved characters percent-encoded.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// appendCollapsed appends a header value without blanks at its ends and with one space for each run inside.
func appendCollapsed(b []byte, s string) []byte {
	first := true
	for field := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == ' ' || c == '\t' }) {
		if !first {
			b = append(b, ' ')
		}
		b = append(b, field...)
		first = false
	}
	return b
}
