package policy

import (
	"strings"
	"unicode/utf8"
)

// quote makes the byte after it literal in a glob. It cannot occur in UTF-8, hence not in a document.
const quote = 0xFF

// glob reports whether s as a whole matches pattern, in which * stands for any run of characters and ?
// for exactly one. With fold, ASCII letters match in either case.
//
// It keeps a single restart point, the last star: a later star makes the earlier ones irrelevant, so
// the time is at worst the product of the lengths, and there is no recursion and no allocation.
func glob(pattern, s string, fold bool) bool {
	p, i := 0, 0
	star, restart := -1, 0 // offset after the last star, and where its run currently ends in s
	for i < len(s) || p < len(pattern) {
		if p < len(pattern) {
			switch c := pattern[p]; c {
			case '*':
				p++
				if p == len(pattern) {
					return true
				}
				star, restart = p, i
				continue
			case '?':
				if i < len(s) {
					p++
					i += runeLen(s, i)
					continue
				}
			default:
				next := p + 1
				if c == quote && next < len(pattern) {
					c = pattern[next]
					next++
				}
				if i < len(s) && (s[i] == c || fold && lower(s[i]) == lower(c)) {
					p = next
					i++
					continue
				}
			}
		}
		if star < 0 || restart == len(s) {
			return false
		}
		restart += runeLen(s, restart)
		p, i = star, restart
	}
	return true
}

// runeLen returns the length of the character at s[i].
func runeLen(s string, i int) int {
	if s[i] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return n
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// stars reports whether a pattern is nothing but stars, and so matches everything.
func stars(pattern string) bool {
	return pattern != "" && strings.Trim(pattern, "*") == ""
}

// MatchAction reports whether an Action value ("ecr:Batch*", "*") matches an action ("ecr:BatchGetImage").
// Names compare without case; wildcards count after the colon only.
func MatchAction(pattern, action string) bool {
	if pattern == "*" {
		return true
	}
	vendor, name, ok := strings.Cut(pattern, ":")
	service, operation, _ := strings.Cut(action, ":")
	return ok && strings.EqualFold(vendor, service) && glob(name, operation, true)
}

// arnParts are the six parts of an ARN: arn, partition, service, region, account, and the rest, which
// may hold colons.
type arnParts [6]string

// splitARN splits s and returns how many parts it has; fewer than six means it is not an ARN.
func splitARN(s string) (parts arnParts, n int) {
	for n < len(parts)-1 {
		head, tail, found := strings.Cut(s, ":")
		if !found {
			break
		}
		parts[n] = head
		s = tail
		n++
	}
	parts[n] = s
	return parts, n + 1
}

// match compares part by part, so that a star does not reach across a colon, except in the rest.
// Missing parts of a short pattern match anything.
func (pattern *arnParts) match(n int, arn *arnParts) bool {
	for i := range n {
		if pattern[i] != "*" && !glob(pattern[i], arn[i], false) {
			return false
		}
	}
	return true
}
