package buildexec

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// hidden stands for a secret in what is shown.
const hidden = "***"

// redactor hides secrets in lines.
type redactor struct{ secrets []string }

// minSecret is the length of the shortest text that is hidden: shorter ones are
// in every line.
const minSecret = 4

func (r *redactor) add(secrets ...string) {
	for _, s := range secrets {
		if s = strings.TrimSpace(s); len(s) >= minSecret && !slices.Contains(r.secrets, s) {
			r.secrets = append(r.secrets, s)
		}
	}
	// Longer ones first, of which others may be parts.
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
}

// addLogin hides a password, also where it is encoded as HTTP sends it.
func (r *redactor) addLogin(user, password string) {
	r.add(password, base64.StdEncoding.EncodeToString([]byte(user+":"+password)), base64.StdEncoding.EncodeToString([]byte(password)))
}

// addressLogin is what stands before the host of an address.
var addressLogin = regexp.MustCompile(`(https?://)[^/@\s]+@`)

func (r *redactor) apply(line string) string {
	for _, s := range r.secrets {
		line = strings.ReplaceAll(line, s, hidden)
	}
	return addressLogin.ReplaceAllString(line, "${1}"+hidden+"@")
}

// login finds the user and password of addresses.
var login = regexp.MustCompile(`https?://([^/@:\s]*):?([^/@\s]*)@`)

// secretWords are the parts of a secret file that are worth hiding: the whole,
// its lines, passwords of netrc, values of configuration files, and credentials
// of addresses.
func secretWords(data []byte) []string {
	text := strings.TrimSpace(string(data))
	all := []string{text}
	for line := range strings.Lines(text) {
		all = append(all, line)
		if _, value, ok := strings.Cut(line, "="); ok {
			all = append(all, strings.Trim(strings.TrimSpace(value), `"'`))
		}
	}
	words := strings.Fields(text)
	for i, w := range words {
		if w == "password" && i+1 < len(words) {
			all = append(all, words[i+1])
		}
	}
	for _, m := range login.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1]+":"+m[2], m[2])
		if m[2] == "" {
			all = append(all, m[1]) // a token in place of a user
		}
	}
	return all
}
