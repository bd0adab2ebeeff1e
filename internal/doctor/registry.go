package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/pratique-dev/pratique/internal/ocispec"
)

// answer is what the registry said, read to its end or to a limit.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// decisionID is the id of a decision, where the server gives them.
func (a *answer) decisionID() string { return a.header.Get("X-Pratique-Decision-Id") }

// wrong returns the first error of an answer as the OCI distribution
// specification writes them; both are empty if there is none.
func (a *answer) wrong() (code, message string) {
	var doc struct {
		Errors []struct{ Code, Message string }
	}
	if json.Unmarshal(a.body, &doc) != nil || len(doc.Errors) == 0 {
		return "", ""
	}
	return doc.Errors[0].Code, doc.Errors[0].Message
}

// String is the answer in one line.
func (a *answer) String() string {
	text := fmt.Sprintf("%d %s", a.status, http.StatusText(a.status))
	if code, message := a.wrong(); code != "" {
		return fmt.Sprintf("%s, %s: %.400s", text, code, message)
	}
	if plain := strings.TrimSpace(string(a.body)); plain != "" && len(plain) < 200 && !strings.ContainsAny(plain, "<\n") {
		return text + ", " + plain
	}
	return text
}

// expired reports whether the registry says that the token's time is over.
func (a *answer) expired() bool {
	_, message := a.wrong()
	return a.status == http.StatusForbidden && strings.Contains(message, "token has expired")
}

// ask sends one request to the registry and reads the answer. It follows no
// redirect.
func (x *examination) ask(ctx context.Context, method, path string, as *login, accept ...string) (*answer, error) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, x.base+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	if as != nil {
		r.SetBasicAuth(as.user, as.password)
	}
	if len(accept) > 0 {
		r.Header.Set("Accept", strings.Join(accept, ", "))
	}
	r.Header.Set("User-Agent", "pratique-doctor")
	response, err := x.client.Do(r)
	if err != nil {
		return nil, plainly(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, ocispec.MaxManifestSize+1))
	if err != nil {
		return nil, plainly(ctx, err)
	}
	return &answer{response.StatusCode, response.Header, body}, nil
}

// plainly is an error of a request without the URL, whose query may be a
// secret.
func plainly(ctx context.Context, err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	return err
}

// checkEndpoint finds out what answers, and what time it has there.
func (x *examination) checkEndpoint(ctx context.Context) {
	a, err := x.ask(ctx, http.MethodGet, "/v2/", nil)
	if err != nil {
		x.fail(Endpoint, ServerTrouble, fmt.Sprintf("GET /v2/ fails: %v", err), "see what the server, or a load balancer before it, logs")
		x.base = ""
		return
	}
	x.checkClock(a.header)
	challenge := a.header.Get("Www-Authenticate")
	scheme, _, _ := strings.Cut(challenge, " ")
	basic := strings.EqualFold(scheme, "Basic")
	wrong := func(code Code, found string, do ...string) {
		x.fail(Endpoint, code, found, do...)
		x.base = ""
	}
	switch {
	case a.status == http.StatusUnauthorized && basic && strings.Contains(challenge, `service="ecr.amazonaws.com"`):
		x.pass(Endpoint, "a registry that asks for credentials as ECR does")
	case a.status == http.StatusUnauthorized && basic && x.ref.registry == nil:
		x.pass(Endpoint, "a registry that asks for a user name and a password")
	case a.status == http.StatusUnauthorized:
		wrong(NotRegistry, fmt.Sprintf("what answers is another registry: it asks for %.80q", scheme), "see where the name leads; it should be ECR's or Pratique's")
	case a.status == http.StatusProxyAuthRequired:
		wrong(ProxyRefused, "a proxy asks for credentials", "put a user name and a password that it takes into HTTP_PROXY")
	case a.status >= 500:
		wrong(ServerTrouble, fmt.Sprintf("GET /v2/ is answered with %s", a), "see what the server logs, or try again")
	case a.status == http.StatusOK && x.ref.registry == nil:
		x.open = true
		x.pass(Endpoint, "a registry that asks for no credentials")
	default:
		what := fmt.Sprintf("GET /v2/ is answered with %s", a)
		if kind := a.header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
			what += ", a web page"
		}
		wrong(NotRegistry, what+": this is not a registry that asks for credentials as ECR does", "see where the name leads, and whether a captive portal or a proxy answers in its place")
	}
}
