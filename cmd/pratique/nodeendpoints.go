package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
)

// containerPath is where containers' SDKs get credentials, as EKS Pod Identity has it.
const containerPath = "/v1/credentials"

// Headers of the instance metadata service.
const (
	headerToken = "X-Aws-Ec2-Metadata-Token"
	headerTTL   = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	maxTTL      = 6 * time.Hour
)

// nodeEndpoints serves the instance metadata service and the container credentials endpoint: see "Use the Instance
// Metadata Service" in the EC2 user guide and "Container credential provider" in the SDKs' reference guide.
type nodeEndpoints struct {
	credentials   func() (keptSession, bool)
	role          string // ARN
	region        string
	v1            bool   // answer requests without a token
	authorization string // file with the token of the container endpoint; empty for no such endpoint
	tokenKey      []byte // makes the tokens of the metadata service
	now           func() time.Time
}

func (n *nodeEndpoints) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", n.token)
	meta := func(path string, answer func() string) {
		mux.Handle("GET /latest/"+path, n.session(func(w http.ResponseWriter, _ *http.Request) { plain(w, answer()) }))
	}
	role, err := arn.Parse(n.role)
	if err != nil {
		panic(err) // it was checked
	}
	list := func() string { return role.Name() }
	meta("meta-data/iam/security-credentials", list)
	meta("meta-data/iam/security-credentials/{$}", list)
	mux.Handle("GET /latest/meta-data/iam/security-credentials/{role}", n.session(n.instance))
	meta("meta-data/placement/region", func() string { return n.region })
	meta("meta-data/placement/availability-zone", func() string { return n.region + "a" })
	meta("meta-data/placement/availability-zone/{$}", func() string { return n.region + "a" })
	meta("meta-data/instance-id", n.instanceID)
	mux.Handle("GET /latest/dynamic/instance-identity/document", n.session(func(w http.ResponseWriter, _ *http.Request) {
		n.json(w, http.StatusOK, map[string]any{
			"accountId": role.Account, "architecture": cmp.Or(map[string]string{"amd64": "x86_64"}[runtime.GOARCH], runtime.GOARCH), "availabilityZone": n.region + "a",
			"instanceId": n.instanceID(), "region": n.region, "version": "2017-09-30",
		})
	}))
	if n.authorization != "" {
		mux.HandleFunc("GET "+containerPath, n.container)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if why := n.refuse(r); why != "" {
			http.Error(w, why, http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// refuse says why a request must not be answered, whatever it asks: it did not start on this machine, or a web page did.
func (n *nodeEndpoints) refuse(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	switch {
	case !nodeHost(strings.Trim(strings.ToLower(host), "[]")):
		// A name that leads here today may be a web page's, which would read the answer as its own.
		return "the host of the request is not an address of this machine"
	case len(r.Header.Values("X-Forwarded-For")) > 0 || len(r.Header.Values("Forwarded")) > 0:
		return "the request came through a proxy"
	case len(r.Header.Values("Origin")) > 0:
		return "the request came from a web page"
	}
	return ""
}

// token starts a session of the metadata service. Its token is when it ends, and a code that only this process can make.
func (n *nodeEndpoints) token(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get(headerTTL))
	if err != nil || seconds < 1 || seconds > int(maxTTL/time.Second) {
		http.Error(w, fmt.Sprintf("%s must be from 1 to %d", headerTTL, int(maxTTL/time.Second)), http.StatusBadRequest)
		return
	}
	end := n.now().Add(time.Duration(seconds) * time.Second)
	w.Header().Set(headerTTL, strconv.Itoa(seconds))
	plain(w, base64.URLEncoding.EncodeToString(n.sign(end)))
}

func (n *nodeEndpoints) sign(end time.Time) []byte {
	at := binary.BigEndian.AppendUint64(nil, uint64(end.Unix())) //nolint:gosec // it is after 1970
	mac := hmac.New(sha256.New, n.tokenKey)
	mac.Write(at)
	return mac.Sum(at)
}

// session lets requests through that have a token of token's.
func (n *nodeEndpoints) session(do http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !n.v1 || len(r.Header.Values(headerToken)) > 0 {
			got, err := base64.URLEncoding.DecodeString(r.Header.Get(headerToken))
			if err != nil || len(got) < 8 {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
			end := time.Unix(int64(binary.BigEndian.Uint64(got)), 0) //nolint:gosec // the code is over the same bits
			if !hmac.Equal(got, n.sign(end)) || !n.now().Before(end) {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
		}
		do(w, r)
	})
}

// nodeCredentials is how credentials are written; the metadata service has more members than the container endpoint.
type nodeCredentials struct {
	Code            string `json:",omitempty"`
	LastUpdated     string `json:",omitempty"`
	Type            string `json:",omitempty"`
	RoleArn         string `json:",omitempty"`
	AccessKeyId     string
	SecretAccessKey string
	Token           string
	Expiration      string
	AccountId       string `json:",omitempty"`
}

func describeCredentials(s *keptSession) nodeCredentials {
	return nodeCredentials{
		AccessKeyId: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, Token: s.SessionToken, Expiration: s.Expires.UTC().Format(time.RFC3339),
	}
}

// instance answers what SDKs on EC2 ask for.
func (n *nodeEndpoints) instance(w http.ResponseWriter, r *http.Request) {
	role, _ := arn.Parse(n.role)
	if r.PathValue("role") != role.Name() {
		http.NotFound(w, r)
		return
	}
	s, ok := n.credentials()
	if !ok {
		http.Error(w, "the role's credentials have expired and cannot be renewed", http.StatusServiceUnavailable)
		return
	}
	c := describeCredentials(&s)
	c.Code, c.Type, c.LastUpdated = "Success", "AWS-HMAC", s.made.UTC().Format(time.RFC3339)
	n.json(w, http.StatusOK, c)
}

// container answers what SDKs in containers ask for.
func (n *nodeEndpoints) container(w http.ResponseWriter, r *http.Request) {
	fail := func(status int, code, message string) {
		n.json(w, status, map[string]string{"code": code, "message": message})
	}
	want, err := os.ReadFile(n.authorization)
	token := strings.TrimSpace(string(want))
	if err != nil || token == "" {
		fail(http.StatusInternalServerError, "InternalServerException", "there is no authorization token")
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(token)) != 1 {
		fail(http.StatusUnauthorized, "AccessDeniedException", "the authorization token is not valid")
		return
	}
	s, ok := n.credentials()
	if !ok {
		fail(http.StatusServiceUnavailable, "ServiceUnavailableException", "the role's credentials have expired and cannot be renewed")
		return
	}
	role, _ := arn.Parse(n.role)
	c := describeCredentials(&s)
	c.RoleArn, c.AccountId = n.role, role.Account
	n.json(w, http.StatusOK, c)
}

// instanceID is the same each time on one machine, and looks like one of EC2's.
func (n *nodeEndpoints) instanceID() string {
	host, _ := os.Hostname()
	sum := sha256.Sum256([]byte(host))
	return "i-" + hex.EncodeToString(sum[:])[:17]
}

func (n *nodeEndpoints) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write([]byte(text)) // the client may have gone
}
