package baseimage

import (
	"slices"
	"strings"
)

// OSRelease is what /etc/os-release says; see os-release(5). It is empty for
// an image without that file.
type OSRelease struct {
	ID        string   // "debian"
	IDLike    []string // "rhel", "fedora"
	VersionID string   // "12"
	Name      string   // PRETTY_NAME
}

func parseOSRelease(text string) OSRelease {
	var o OSRelease
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		value = unquote(value)
		switch key {
		case "ID":
			o.ID = value
		case "ID_LIKE":
			o.IDLike = strings.Fields(value)
		case "VERSION_ID":
			o.VersionID = value
		case "PRETTY_NAME":
			o.Name = value
		}
	}
	return o
}

// unquote takes a shell word apart: quotes around all of it, and backslashes
// inside double quotes.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	quote, s := s[0], s[1:len(s)-1]
	if quote == '\'' || !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// glibcReleases are the C libraries of releases, by ID and the beginning of
// VERSION_ID. Releases do not change it.
var glibcReleases = map[string]string{
	"debian 10": "2.28", "debian 11": "2.31", "debian 12": "2.36", "debian 13": "2.41",
	"ubuntu 18.04": "2.27", "ubuntu 20.04": "2.31", "ubuntu 22.04": "2.35", "ubuntu 24.04": "2.39",
	"rhel 7": "2.17", "rhel 8": "2.28", "rhel 9": "2.34", "rhel 10": "2.39",
	"amzn 2": "2.26", "amzn 2023": "2.34",
}

// glibc is the C library's version that the release is known to have, or "".
func (o OSRelease) glibc() string {
	major, _, _ := strings.Cut(o.VersionID, ".")
	keys := []string{o.ID + " " + o.VersionID, o.ID + " " + major}
	if slices.Contains(o.IDLike, "rhel") { // rebuilds have its numbers
		keys = append(keys, "rhel "+major)
	}
	for _, key := range keys {
		if v := glibcReleases[key]; v != "" {
			return v
		}
	}
	return ""
}
