package buildplan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The words that may stand in a Dockerfile without quotes.
var (
	// aptPackage is a package of Debian with its architecture, version or
	// release. https://www.debian.org/doc/debian-policy/ch-controlfields.html#source
	aptPackage = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?(=[A-Za-z0-9.+:~-]+|/[a-z0-9][a-z0-9.-]*)?$`)
	// mountTarget is a path that stands in a flag of RUN.
	mountTarget = regexp.MustCompile(`^/[A-Za-z0-9._@+/-]+$`)
	// variable is the name of an environment variable.
	variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	// account is the user, and the group, that a container runs as.
	account = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?$`)
	// credentials are what an address has before its host.
	credentials = regexp.MustCompile(`(https?://)[^/@\s]+@`)
	// release is the version of CUDA or cuDNN.
	release = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*(\.\*)?$`)
)

// execForm writes a program and its arguments as the JSON form of RUN and
// ENTRYPOINT, in which no shell and no variable takes part.
func execForm(args ...string) string {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, a := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(jsonString(a))
	}
	b.WriteByte(']')
	return b.String()
}

func jsonString(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// quoteValue writes a value of ENV between double quotes, where a Dockerfile
// gives a meaning to three characters.
func quoteValue(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}

// hasControl tells whether a text has characters that end a line or may not
// stand in one.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' })
}

// checkText refuses what no argument or environment can hold.
func checkText(s string) error {
	switch {
	case strings.ContainsRune(s, 0):
		return errors.New("has a NUL byte")
	case !utf8.ValidString(s):
		return errors.New("is not UTF-8")
	}
	return nil
}

// checkLine refuses what would not stay one line of a file.
func checkLine(s string) error {
	if err := checkText(s); err != nil {
		return err
	}
	if hasControl(strings.ReplaceAll(s, "\t", " ")) {
		return errors.New("has a line break or a control character")
	}
	return nil
}

// splitWords splits a command line as a POSIX shell does, without expanding
// anything: quotes and backslashes group, everything else is text.
func splitWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	in := false
	var quote rune
	escaped := false
	for _, c := range s {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune("\\\"$`\n", c) {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped, in = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case strings.ContainsRune(" \t\n", c):
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteRune(c)
			in = true
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("a quote %c is not closed", quote)
	case escaped:
		return nil, errors.New("ends with a backslash")
	case in:
		words = append(words, word.String())
	}
	return words, nil
}

// redact hides the credentials of addresses.
func redact(s string) string { return credentials.ReplaceAllString(s, "${1}***@") }
