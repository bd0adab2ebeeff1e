package pylock

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
)

// netrcLogin is what $NETRC or ~/.netrc has for a host, or nil. A default
// entry is not for hosts that nobody named.
func (r *Resolver) netrcLogin(host string) (*url.Userinfo, error) {
	name, ok := r.lookup("NETRC")
	if !ok || name == "" {
		home, ok := r.lookup("HOME")
		if !ok || home == "" {
			return nil, nil
		}
		name = filepath.Join(home, ".netrc")
	}
	data, err := readFile(name, maxRequirements)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read netrc: %w", err)
	}
	return parseNetrc(string(data), host), nil
}

// parseNetrc finds a host's login. Macros end at an empty line.
func parseNetrc(text, host string) *url.Userinfo {
	var words []string
	macro := false
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if macro = macro && len(fields) > 0; macro {
			continue
		}
		for i, f := range fields {
			if strings.HasPrefix(f, "#") && i == 0 {
				break
			}
			if f == "macdef" {
				macro = true
				break
			}
			words = append(words, f)
		}
	}
	login, password, mine := "", "", false
	for i := 0; i+1 < len(words); i += 2 {
		switch key, value := words[i], words[i+1]; key {
		case "machine":
			if mine {
				return url.UserPassword(login, password)
			}
			mine = value == host
		case "default":
			if mine {
				return url.UserPassword(login, password)
			}
			i-- // it has no value
		case "login":
			if mine {
				login = value
			}
		case "password":
			if mine {
				password = value
			}
		}
	}
	if mine {
		return url.UserPassword(login, password)
	}
	return nil
}
