package doctor

import (
	"slices"
	"strings"
)

// FormatVersion is the version of the JSON form of [Report], which
// docs/doctor.md describes. Members and codes are added without a new one.
const FormatVersion = 1

// Verdict is the outcome of an examination.
type Verdict string

// The verdicts.
const (
	Healthy Verdict = "healthy" // nothing was found that would make the pull fail
	Fails   Verdict = "fails"
)

// Status is the outcome of one check.
type Status string

// The statuses.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"  // the pull fails, by this or by what this comes from
	Warning Status = "warning" // odd, or wrong for some clients
	Skipped Status = "skipped" // not needed, or not possible
)

// ID names a check.
type ID string

// The checks, in their order.
const (
	Reference         ID = "reference"
	Proxy             ID = "proxy"
	DNS               ID = "dns"
	TCP               ID = "tcp"
	TLS               ID = "tls"
	Endpoint          ID = "endpoint"
	Clock             ID = "clock"
	DockerCredentials ID = "docker-credentials"
	AWSCredentials    ID = "aws-credentials"
	Identity          ID = "identity"
	Token             ID = "token"
	Login             ID = "login"
	RepositoryExists  ID = "repository"
	Policy            ID = "policy" // one for each action of a pull
	StalePrincipal    ID = "stale-principal"
	Manifest          ID = "manifest"
	Platform          ID = "platform"
	Layer             ID = "layer"
	Disk              ID = "disk"
)

// order holds the checks in the order in which they explain each other.
var order = []ID{
	Reference, Proxy, DNS, TCP, TLS, Endpoint, Clock, DockerCredentials, AWSCredentials, Identity, Token, Login,
	RepositoryExists, Policy, StalePrincipal, Manifest, Platform, Layer, Disk,
}

// Code names what is wrong. Codes are stable.
type Code string

// The codes. Those of policies are made by [Denial.Code].
const (
	BadReference      Code = "bad-reference"
	BadRegion         Code = "unknown-region"
	BadAccount        Code = "bad-account-id"
	ForeignRegistry   Code = "foreign-registry"
	ProxyInvalid      Code = "proxy-invalid"
	ProxyUnreachable  Code = "proxy-unreachable"
	ProxyRefused      Code = "proxy-refused"
	NameUnknown       Code = "name-not-resolved"
	PortClosed        Code = "port-closed"
	Unreachable       Code = "unreachable"
	UnknownCA         Code = "unknown-ca"
	WrongCertName     Code = "certificate-name"
	CertificateTime   Code = "certificate-time"
	PlainHTTP         Code = "plain-http"
	TLSFailed         Code = "tls-failed"
	NotRegistry       Code = "not-a-registry"
	ServerTrouble     Code = "server-error"
	ClockSkew         Code = "clock-skew"
	BadDockerConfig   Code = "docker-config-invalid"
	HelperNotFound    Code = "helper-not-on-path"
	HelperFailed      Code = "helper-failed"
	HelperWrongHost   Code = "helper-wrong-host"
	NotLoggedIn       Code = "not-logged-in"
	LoginOtherRegion  Code = "login-other-region"
	NoCredentials     Code = "no-credentials"
	CredentialsFailed Code = "credentials-failed"
	CredentialsBad    Code = "credentials-rejected"
	TokenFailed       Code = "token-failed"
	TokenExpired      Code = "token-expired"
	TokenRejected     Code = "token-rejected"
	NoRepository      Code = "repository-missing"
	WrongRegion       Code = "wrong-region"
	WrongAccount      Code = "wrong-account"
	DeletedPrincipal  Code = "stale-principal"
	NoImage           Code = "image-missing"
	ManifestFailed    Code = "manifest-failed"
	WrongPlatform     Code = "wrong-platform"
	LayerBlocked      Code = "layer-blocked"
	LayerFailed       Code = "layer-failed"
	SlowLayer         Code = "layer-slow"
	DiskFull          Code = "disk-full"
)

// resourceMissing is the code of denials by the lack of a grant on the owner's
// side.
const resourceMissing Code = "resource-missing"

// Check is one line of a report.
type Check struct {
	ID ID `json:"id"`
	// Subject says which one, where there are several of an id: an action.
	Subject string `json:"subject,omitempty"`
	Status  Status `json:"status"`
	// Code is set where the check failed or warns.
	Code Code `json:"code,omitempty"`
	// Found is the evidence in one line.
	Found string `json:"found"`
	// Details are more of it.
	Details []string `json:"details,omitempty"`
	// Do says what to do next, one thing each.
	Do []string `json:"do,omitempty"`
	// DecisionID is the id that the server gave its decision, if it is Pratique.
	DecisionID string `json:"decisionId,omitempty"`
}

// Cause is the one failure that explains the others.
type Cause struct {
	Check   ID     `json:"check"`
	Subject string `json:"subject,omitempty"`
	Code    Code   `json:"code"`
	// What is one sentence.
	What string   `json:"what"`
	Do   []string `json:"do,omitempty"`
}

// Report is the outcome of an examination. Its JSON form has stable names.
type Report struct {
	// FormatVersion is the constant of that name.
	FormatVersion int     `json:"formatVersion"`
	Image         string  `json:"image"`
	Platform      string  `json:"platform"`
	Verdict       Verdict `json:"verdict"`
	// Cause is nil if nothing failed.
	Cause  *Cause  `json:"cause,omitempty"`
	Checks []Check `json:"checks"`
	// ElapsedMillis is how long the examination took.
	ElapsedMillis int64 `json:"elapsedMillis"`
}

// Find returns the first check of an id, or of an id and subject; nil if there
// is none.
func (r *Report) Find(id ID, subject string) *Check {
	for i := range r.Checks {
		if c := &r.Checks[i]; c.ID == id && (subject == "" || c.Subject == subject) {
			return c
		}
	}
	return nil
}

// conclude sorts the checks and names the cause.
func (r *Report) conclude() {
	rank := func(c Check) int { return slices.Index(order, c.ID) }
	slices.SortStableFunc(r.Checks, func(a, b Check) int { return rank(a) - rank(b) })
	r.Verdict = Healthy
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Status == Failed {
			r.Verdict = Fails
			if r.Cause == nil || explains(c, r.Cause) {
				r.Cause = &Cause{c.ID, c.Subject, c.Code, c.Found, c.Do}
			}
		}
	}
}

// explains reports whether a later failure is the reason of an earlier one.
func explains(later *Check, earlier *Cause) bool {
	switch later.Code {
	case ClockSkew: // certificates are judged by the clock
		return earlier.Code == CertificateTime
	case DeletedPrincipal:
		return earlier.Code == resourceMissing
	}
	return later.ID == Policy && later.Subject == actionToken && earlier.Check == Token
}

// secrets are what must not appear in a report.
type secrets struct{ texts []string }

// add remembers secrets. What is too short to be one is not looked for.
func (s *secrets) add(texts ...string) {
	for _, t := range texts {
		if len(t) >= 6 && !slices.Contains(s.texts, t) {
			s.texts = append(s.texts, t)
		}
	}
}

func (s *secrets) hide(text string) string {
	for _, t := range s.texts {
		text = strings.ReplaceAll(text, t, "[hidden]")
	}
	return text
}

// redact hides the secrets in everything that a report says.
func (r *Report) redact(s *secrets) {
	// Longer ones first, as one may hold another.
	slices.SortFunc(s.texts, func(a, b string) int { return len(b) - len(a) })
	all := func(texts []string) {
		for i := range texts {
			texts[i] = s.hide(texts[i])
		}
	}
	r.Image = s.hide(r.Image)
	for i := range r.Checks {
		c := &r.Checks[i]
		c.Found = s.hide(c.Found)
		all(c.Details)
		all(c.Do)
	}
}
