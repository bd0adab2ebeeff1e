package pylock

import (
	"net/url"
	"regexp"
)

// userinfo is the part of a URL, anywhere in a text, that logs in.
var userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s"'<>]*@`)

// query is that of a URL anywhere in a text, where some indexes take tokens.
var query = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^?\s"'<>]*\?)[^\s"'<>#]+`)

// Redact hides the credentials of URLs in a text, and all of their queries.
func Redact(text string) string {
	return query.ReplaceAllString(userinfo.ReplaceAllString(text, "${1}***@"), "${1}***")
}

// redacted is an error whose text shows no credentials.
type redacted struct{ err error }

func (e redacted) Error() string { return Redact(e.err.Error()) }
func (e redacted) Unwrap() error { return e.err }

// withoutLogin is a URL without its credentials. What is no URL becomes "".
func withoutLogin(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

// logins are the credentials of hosts, by scheme and host.
type logins map[string]*url.Userinfo

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// add remembers the credentials that a URL carries.
func (l logins) add(raw string) {
	if u, err := url.Parse(raw); err == nil && u.User != nil {
		l[origin(u)] = u.User
	}
}

// of returns what the host of a URL asks for, or nil.
func (l logins) of(raw string) *url.Userinfo {
	u, err := url.Parse(raw)
	if err != nil {
		return nil
	}
	if u.User != nil {
		return u.User
	}
	return l[origin(u)]
}
