package imagebuild

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Reason says what kind of "no" a registry, or the way to it, gave.
type Reason string

const (
	// Unauthenticated says that the registry wants credentials, or refused those it got.
	Unauthenticated Reason = "unauthenticated"
	// Forbidden says that the registry knows the caller, who may not do this.
	Forbidden Reason = "forbidden"
	// NoRepository says that there is no such repository, and pushing does not make it.
	NoRepository Reason = "no repository"
	// NoImage says that the repository has no such image.
	NoImage Reason = "no image"
	// Refused says that the registry did not accept what it was sent.
	Refused Reason = "refused"
	// Throttled says that there were too many requests, also after waiting.
	Throttled Reason = "throttled"
	// Failed says that the registry answered with a server error, also when tried again.
	Failed Reason = "server error"
	// Unreachable says that there was no answer.
	Unreachable Reason = "unreachable"
	// NotARegistry says that what answered does not speak the distribution protocol.
	NotARegistry Reason = "not a registry"
)

// A RegistryError is what a registry refused or failed to do, and why. It never
// means that an image is absent when that is not known.
type RegistryError struct {
	Reason Reason
	Doing  string // "look for", "push layer sha256:… to"
	Ref    string // what it was done to
	Host   string // of the registry
	Err    error  // the registry's own words
}

func (e *RegistryError) Error() string {
	s := fmt.Sprintf("%s %s: %s: %s", e.Doing, e.Ref, e.Reason, registryWords(e.Err))
	if advice := e.Advice(); advice != "" {
		s += "; " + advice
	}
	return s
}

func (e *RegistryError) Unwrap() error { return e.Err }

// Advice says what the user can do about it, in half a sentence. It is empty
// where there is nothing to say.
func (e *RegistryError) Advice() string {
	switch e.Reason {
	case Unauthenticated:
		return fmt.Sprintf(`log in with "pratique login %[1]s" or "docker login %[1]s"`, e.Host)
	case Forbidden:
		if id := decisionID(e.Err); id != "" {
			return fmt.Sprintf(`"pratique explain %s" shows which policy is missing`, id)
		}
		return "whether the image exists is not known; the credentials in use need this permission"
	case Throttled, Failed:
		return "try again later"
	case Unreachable:
		return fmt.Sprintf("check the host name and the network; \"pratique doctor %s\" examines the way to it", e.Ref)
	case NotARegistry:
		return fmt.Sprintf("check that %s is the host of a registry", e.Host)
	}
	return ""
}

// registryWords is what the registry said, without the request that it said it to.
func registryWords(err error) string {
	var t *transport.Error
	if !errors.As(err, &t) {
		return err.Error()
	}
	if len(t.Errors) == 0 {
		return strings.TrimSpace(fmt.Sprintf("status %d %s", t.StatusCode, http.StatusText(t.StatusCode)))
	}
	var words []string
	for _, d := range t.Errors {
		words = append(words, strings.TrimPrefix(fmt.Sprintf("%s: %s", strings.ToLower(string(d.Code)), d.Message), ": "))
	}
	return strings.Join(words, "; ")
}

// decisionID is the id that Pratique gives a denial; others give none.
func decisionID(err error) string {
	var t *transport.Error
	if !errors.As(err, &t) {
		return ""
	}
	for _, d := range t.Errors {
		if detail, ok := d.Detail.(map[string]any); ok {
			if id, ok := detail["decisionId"].(string); ok {
				return id
			}
		}
	}
	return ""
}

// registryError says what an error of a registry or its transport means. Errors
// of the context are returned as they are, so that a cancelled build says so.
func registryError(ctx context.Context, doing, ref, host string, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var known *RegistryError
	if errors.As(err, &known) {
		return err
	}
	e := &RegistryError{Reason: Unreachable, Doing: doing, Ref: ref, Host: host, Err: err}
	var t *transport.Error
	var protocol *protocolError
	switch {
	case errors.As(err, &t):
		e.Reason = reasonOf(t)
	case errors.As(err, &protocol):
		e.Reason = NotARegistry
	}
	return e
}

// reasonOf reads a registry's answer.
func reasonOf(t *transport.Error) Reason {
	switch {
	case hasCode(t, transport.NameUnknownErrorCode):
		return NoRepository
	case hasCode(t, transport.ManifestUnknownErrorCode, "NOT_FOUND"):
		return NoImage
	case t.StatusCode == http.StatusUnauthorized || hasCode(t, transport.UnauthorizedErrorCode):
		return Unauthenticated
	case t.StatusCode == http.StatusForbidden || hasCode(t, transport.DeniedErrorCode):
		return Forbidden
	case t.StatusCode == http.StatusTooManyRequests:
		return Throttled
	case t.StatusCode >= 500:
		return Failed
	case len(t.Errors) == 0:
		return NotARegistry
	}
	return Refused
}

func hasCode(t *transport.Error, codes ...transport.ErrorCode) bool {
	for _, d := range t.Errors {
		for _, c := range codes {
			if d.Code == c {
				return true
			}
		}
	}
	return false
}

// A protocolError is an answer that a registry would not give.
type protocolError struct{ text string }

func (e *protocolError) Error() string { return e.text }

func isReason(err error, r Reason) bool {
	var e *RegistryError
	return errors.As(err, &e) && e.Reason == r
}
