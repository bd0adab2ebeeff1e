package iam

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quotas, as the IAM user guide's page on them gives the defaults.
const (
	maxUsers            = 5000
	maxGroups           = 300
	maxRoles            = 1000
	maxPolicies         = 1500
	maxInstanceProfiles = 1000
	maxKeysPerUser      = 2
	maxGroupsPerUser    = 10
	maxAttached         = 10
	maxVersions         = 5
	maxTags             = 50

	maxManagedPolicy = 6144 // characters without white space
	maxUserInline    = 2048
	maxGroupInline   = 5120
	maxRoleInline    = 10240
	maxTrustPolicy   = 2048

	minSessionSeconds     = 900
	defaultSessionSeconds = 3600
	maxRoleSessionSeconds = 43200
)

// Lengths and patterns of names, from the API's model. The wire format checks them first; this holds for other ways in.
const (
	maxUserName  = 64
	maxRoleName  = 64
	maxOtherName = 128
	maxPath      = 512
)

func checkName(member, name string, maxLen int) error {
	switch {
	case name == "":
		return &Error{Kind: ErrInvalidValue, Entity: member, Name: name, Detail: "Member must have length greater than or equal to 1"}
	case len(name) > maxLen:
		return &Error{Kind: ErrInvalidValue, Entity: member, Name: name, Detail: fmt.Sprintf("Member must have length less than or equal to %d", maxLen)}
	case strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) && !strings.ContainsRune("+=,.@-", r) }):
		return &Error{Kind: ErrInvalidValue, Entity: member, Name: name, Detail: `Member must satisfy regular expression pattern: [\w+=,.@-]+`}
	}
	return nil
}

// isWord is Java's \w, which is ASCII.
func isWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
}

// checkPath checks a path and returns it, or "/" for none.
func checkPath(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	ok := len(path) <= maxPath && strings.HasPrefix(path, "/") && strings.HasSuffix(path, "/") &&
		!strings.ContainsFunc(path, func(r rune) bool { return r < 0x21 || r > 0x7e })
	if !ok {
		return "", &Error{Kind: ErrInvalidValue, Entity: "path", Name: path,
			Detail: `Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)`}
	}
	return path, nil
}

func checkAlias(alias string) error {
	ok := len(alias) >= 3 && len(alias) <= 63 && !strings.Contains(alias, "--") && alias[0] != '-' && alias[len(alias)-1] != '-' &&
		!strings.ContainsFunc(alias, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
	if !ok {
		return &Error{Kind: ErrInvalidValue, Entity: "accountAlias", Name: alias,
			Detail: `Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`}
	}
	return nil
}

// checkTags checks tags and returns them sorted by key.
func checkTags(in []Tag) (tags, error) {
	out := slices.Clone(in)
	slices.SortFunc(out, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	seen := make(map[string]bool, len(out))
	for _, t := range out {
		const pattern = `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`
		if n := utf8.RuneCountInString(t.Key); n < 1 || n > 128 || !tagText(t.Key) {
			return nil, &Error{Kind: ErrInvalidValue, Entity: "tags.member.key", Name: t.Key, Detail: pattern}
		}
		if utf8.RuneCountInString(t.Value) > 256 || !tagText(t.Value) {
			return nil, &Error{Kind: ErrInvalidValue, Entity: "tags.member.value", Name: t.Value, Detail: pattern}
		}
		fold := strings.ToLower(t.Key)
		if seen[fold] {
			return nil, &Error{Kind: ErrDuplicateTag, Entity: "tag", Name: t.Key}
		}
		seen[fold] = true
	}
	if len(out) > maxTags {
		return nil, &Error{Kind: ErrQuota, Name: "TagsPerResource", Limit: maxTags}
	}
	return out, nil
}

func tagText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

// merge puts changes, which are checked, on top of t; keys compare ignoring case and the new spelling wins.
func (t tags) merge(changes tags) (tags, error) {
	out := t.without(keys(changes))
	return checkTags(append(out, changes...))
}

// without returns t less the given keys, which compare ignoring case.
func (t tags) without(drop []string) tags {
	return slices.DeleteFunc(slices.Clone(t), func(tag Tag) bool {
		return slices.ContainsFunc(drop, func(k string) bool { return strings.EqualFold(k, tag.Key) })
	})
}

func keys(ts []Tag) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Key
	}
	return out
}

// sizeWithoutSpace counts a document's characters as the quotas do.
func sizeWithoutSpace(doc string) int {
	n := 0
	for _, r := range doc {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
