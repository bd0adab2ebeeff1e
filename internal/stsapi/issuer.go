package stsapi

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/oidc"
)

// IssuerPath is what the paths of issuers begin with; an issuer's id follows.
const IssuerPath = "/oidc/"

// Paths of an issuer's documents, below its URL: the first is that of OpenID Connect Discovery 1.0, section 4.
const (
	configurationPath = "/.well-known/openid-configuration"
	keySetPath        = "/.well-known/jwks.json"
)

// issuerMaxAge is for how many seconds others may keep an issuer's documents. New keys sign at once, so whoever meets one
// that it does not know asks again.
const issuerMaxAge = "300"

// Issuers serves the documents by which anyone verifies the tokens of GetWebIdentityToken.
type Issuers struct {
	iam *iam.IAM
	log *slog.Logger
}

// NewIssuers returns a handler for paths below IssuerPath.
func NewIssuers(m *iam.IAM, log *slog.Logger) *Issuers { return &Issuers{iam: m, log: log} }

// configuration is the provider metadata of OpenID Connect Discovery 1.0, section 3.
type configuration struct {
	Issuer     string   `json:"issuer"`
	KeySet     string   `json:"jwks_uri"`
	Subjects   []string `json:"subject_types_supported"`
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
	Claims     []string `json:"claims_supported"`
}

// keySet is a JSON Web Key Set, RFC 7517, section 5.
type keySet struct {
	Keys []json.RawMessage `json:"keys"`
}

// ServeHTTP answers GET and HEAD of an issuer's documents.
func (h *Issuers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event := audit.FromContext(r.Context())
	event.Service = "sts"
	id, document, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, IssuerPath), "/")
	document = "/" + document
	switch document {
	case configurationPath:
		event.Operation = "GetOpenIDConfiguration"
	case keySetPath:
		event.Operation = "GetJSONWebKeySet"
	default:
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if refusal := (*admit.Refusal)(nil); errors.As(admit.FromContext(r.Context()).Enter(admit.Request), &refusal) {
		w.Header().Set("Retry-After", strconv.Itoa(int(refusal.RetryAfter.Seconds())))
		http.Error(w, "429 too many requests", http.StatusTooManyRequests)
		return
	}
	issuer, keys, err := h.iam.PublishedKeys(r.Context(), id)
	if errors.Is(err, iam.ErrNoSuchEntity) {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if err == nil {
		event.Account = issuer.Account
		body, err = encodeDocument(document, issuer.URL, keys)
	}
	if err != nil {
		h.log.Error("serve the documents of an issuer", "request_id", event.RequestID, "error", err)
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age="+issuerMaxAge)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

func encodeDocument(document, url string, keys []json.RawMessage) ([]byte, error) {
	if document == keySetPath {
		return json.Marshal(keySet{keys})
	}
	return json.Marshal(configuration{
		Issuer: url, KeySet: url + keySetPath, Subjects: []string{"public"}, Algorithms: []string{oidc.RS256, oidc.ES384},
		Claims: []string{"sub", "iss", "aud", "exp", "iat", "jti", identityNamespace},
	})
}
