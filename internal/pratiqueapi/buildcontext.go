package pratiqueapi

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/build"
	"github.com/pratique-dev/pratique/internal/seal"
)

// BuildContextPath is what the paths begin with that BuildContexts makes and serves.
const BuildContextPath = BuildPath + "contexts/"

const (
	contextPurpose  = "build-context-path"
	contextLifetime = time.Hour
)

// BuildContexts makes paths by which whoever has them can bring the files of one build, or get them, for a while. The
// path is the credential, as that of a layer is: files are too large to be hashed for a signature before they are sent.
type BuildContexts struct {
	engine *build.Engine
	box    *seal.Box
	now    func() time.Time
	log    *slog.Logger
}

// NewBuildContexts returns BuildContexts that seal with box.
func NewBuildContexts(engine *build.Engine, box *seal.Box, now func() time.Time, log *slog.Logger) *BuildContexts {
	return &BuildContexts{engine: engine, box: box, now: now, log: log}
}

// contextClaims is what a path says, sealed.
type contextClaims struct {
	Account string `json:"a"`
	Region  string `json:"r"`
	Build   string `json:"b"`
	Attempt int64  `json:"n"` // 0: to bring the files; otherwise for the worker of this attempt to get them
	Expires int64  `json:"e"` // seconds since 1970
}

func (x *BuildContexts) uploadPath(b *build.Build) string {
	return x.path(contextClaims{Account: b.Account, Region: b.Region, Build: b.ID})
}

func (x *BuildContexts) downloadPath(b *build.Build) string {
	return x.path(contextClaims{Account: b.Account, Region: b.Region, Build: b.ID, Attempt: b.Attempts})
}

func (x *BuildContexts) path(c contextClaims) string {
	c.Expires = x.now().Add(contextLifetime).Unix()
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers
	}
	return BuildContextPath + x.box.SealString(contextPurpose, b)
}

func (x *BuildContexts) open(path string) (c contextClaims, ok bool) {
	b, err := x.box.OpenString(contextPurpose, strings.TrimPrefix(path, BuildContextPath))
	if err != nil || json.Unmarshal(b, &c) != nil {
		return c, false
	}
	return c, x.now().Unix() < c.Expires
}

// ServeHTTP takes the files of a build with PUT, and serves them with GET. It asks for no credentials, the path being one.
// It fills in the audit event of the request's context.
func (x *BuildContexts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event := audit.FromContext(r.Context())
	event.Service, event.Operation = pratique.Service.Name, "PutBuildContext"
	want := http.MethodPut
	c, ok := x.open(r.URL.Path)
	if ok && c.Attempt > 0 {
		want, event.Operation = http.MethodGet, "GetBuildContext"
	}
	if !ok {
		x.fail(w, r, http.StatusForbidden, "AccessDeniedException", "The path is not valid, or has expired")
		return
	}
	event.Account, event.Region = c.Account, c.Region
	event.Resources = append(event.Resources, audit.Resource{ARN: arn.Build(c.Account, c.Region, c.Build), Account: c.Account})
	if r.Method != want {
		w.Header().Set("Allow", want)
		x.fail(w, r, http.StatusMethodNotAllowed, "UnknownOperationException", "The path has no operation "+r.Method)
		return
	}
	err := admit.FromContext(r.Context()).Identify(c.Account, "")
	switch {
	case err != nil:
	case want == http.MethodPut:
		err = x.take(w, r, c)
	default:
		err = x.serve(w, r, c)
	}
	if err != nil {
		x.refuse(w, r, err)
	}
}

// take stores the files of a build.
func (x *BuildContexts) take(w http.ResponseWriter, r *http.Request, c contextClaims) error {
	if err := admit.FromContext(r.Context()).Enter(admit.Upload); err != nil {
		return err
	}
	if err := x.engine.Upload(r.Context(), c.Build, r.Body); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// serve writes the files of a build.
func (x *BuildContexts) serve(w http.ResponseWriter, r *http.Request, c contextClaims) error {
	if err := admit.FromContext(r.Context()).Enter(admit.Download); err != nil {
		return err
	}
	content, size, err := x.engine.Open(r.Context(), c.Build, c.Attempt)
	if err != nil {
		return err
	}
	defer content.Close()
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	_, _ = io.Copy(w, content) // the worker is gone; there is nobody to tell
	return nil
}

// refuse answers an error of the engine.
func (x *BuildContexts) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var e *build.Error
	var refusal *admit.Refusal
	switch {
	case errors.As(err, &refusal):
		w.Header().Set("Retry-After", strconv.Itoa(int(refusal.RetryAfter.Seconds())))
		x.fail(w, r, http.StatusTooManyRequests, "ThrottlingException", "Rate exceeded")
	case errors.As(err, &e) && e.Kind == build.ErrNotFound:
		x.fail(w, r, http.StatusNotFound, pratique.CodeBuildNotFound, "The build does not wait for files, or not for these")
	case errors.As(err, &e) && e.Kind == build.ErrContext:
		x.fail(w, r, http.StatusBadRequest, pratique.CodeInvalidParameter, "The files of the build cannot be used: "+e.Detail)
	default:
		if r.Context().Err() == nil {
			x.log.ErrorContext(r.Context(), "request failed", "request_id", audit.FromContext(r.Context()).RequestID, "error", err)
		}
		x.fail(w, r, http.StatusInternalServerError, pratique.CodeServer, "")
	}
}

func (x *BuildContexts) fail(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	event := audit.FromContext(r.Context())
	event.ErrorCode, event.ErrorMessage = code, message
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message}) // the client may be gone
}
