package imagebuild

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/pratique-dev/pratique/imagespec"
)

// publicSpec is a specification as it may be shown to whoever may pull the image:
// without the fields that say where secrets are, and without those in URLs.
func publicSpec(spec *imagespec.Spec) (any, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	hide(v)
	return v, nil
}

// hide removes in place what is not for others.
func hide(spec map[string]any) {
	delete(spec, "pip_secret_mounts")
	delete(spec, "registry_config")
	for k, v := range spec {
		if inner, ok := v.(map[string]any); ok && k == "base_image" {
			hide(inner)
			continue
		}
		spec[k] = redactAll(v)
	}
}

func redactAll(v any) any {
	switch v := v.(type) {
	case string:
		return redact(v)
	case []any:
		for i := range v {
			v[i] = redactAll(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = redactAll(v[k])
		}
	}
	return v
}

var someURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s'"]+`)

// redact takes user, password and query out of the URLs in a text.
func redact(text string) string {
	return someURL.ReplaceAllStringFunc(text, func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			before, _, _ := strings.Cut(s, "://")
			return before + "://redacted"
		}
		u.User, u.RawQuery = nil, ""
		return u.String()
	})
}
