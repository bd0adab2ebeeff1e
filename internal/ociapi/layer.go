package ociapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/seal"
)

// LayerPath is what the paths begin with that LayerURLs makes and ServeLayer
// serves.
const LayerPath = "/layers/"

// LayerLifetime is how long the URL of a layer is good for, as on Amazon ECR.
const LayerLifetime = time.Hour

const layerPurpose = "layer-url"

// LayerURLs makes URLs from which anyone who has them can read one layer for
// a while: what GetDownloadUrlForLayer answers.
type LayerURLs struct {
	box *seal.Box
	now func() time.Time
}

// NewLayerURLs returns LayerURLs that seals with box.
func NewLayerURLs(box *seal.Box, now func() time.Time) *LayerURLs {
	return &LayerURLs{box: box, now: now}
}

// layerClaims is what a URL says, sealed.
type layerClaims struct {
	Account    string        `json:"a"`
	Region     string        `json:"r"`
	Repository string        `json:"n"`
	Digest     digest.Digest `json:"d"`
	Expires    int64         `json:"e"` // seconds since 1970
}

// Path returns the path of a URL that serves the layer for LayerLifetime, on
// any node that has the same key.
func (u *LayerURLs) Path(repo registry.Repo, d digest.Digest) string {
	b, err := json.Marshal(layerClaims{repo.Account, repo.Region, repo.Name, d, u.now().Add(LayerLifetime).Unix()})
	if err != nil {
		panic(err) // strings and a number
	}
	return LayerPath + u.box.SealString(layerPurpose, b)
}

var (
	errLayerURL        = errors.New("the URL is not valid")
	errLayerURLExpired = errors.New("the URL has expired")
)

func (u *LayerURLs) open(path string) (*layerClaims, error) {
	b, err := u.box.OpenString(layerPurpose, strings.TrimPrefix(path, LayerPath))
	if err != nil {
		return nil, errLayerURL
	}
	var claims layerClaims
	if err := json.Unmarshal(b, &claims); err != nil {
		return nil, errLayerURL
	}
	if u.now().Unix() >= claims.Expires {
		return nil, errLayerURLExpired
	}
	return &claims, nil
}

// ServeLayer answers a request for a path that LayerURLs made. It asks for no
// credentials, the path being one. It fills in the audit event of the
// request's context.
func (a *API) ServeLayer(w http.ResponseWriter, r *http.Request) {
	event := audit.FromContext(r.Context())
	event.Service, event.Operation = "oci", "DownloadLayer"
	c := &call{API: a, w: w, r: r, event: event}
	if err := admit.FromContext(r.Context()).Enter(admit.Request); err != nil {
		c.fail(err)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.fail(errMethod(r.Method, map[string]Kind{http.MethodGet: BlobGet, http.MethodHead: BlobHead}))
		return
	}
	claims, err := a.layers.open(r.URL.Path)
	if err != nil {
		c.fail(&Error{Status: http.StatusForbidden, Code: "DENIED", Message: fmt.Sprintf("Access denied: %v", err)})
		return
	}
	repo := registry.Repo{Account: claims.Account, Region: claims.Region, Name: claims.Repository}
	event.Account, event.Region = repo.Account, repo.Region
	if err := admit.FromContext(r.Context()).Identify(repo.Account, ""); err != nil {
		c.fail(err)
		return
	}
	event.Resources = append(event.Resources, audit.Resource{ARN: arn.Repository(repo.Account, repo.Region, repo.Name), Account: repo.Account})
	l, err := a.registry.Layer(r.Context(), repo, claims.Digest)
	if err == nil {
		err = serveLayer(w, r, a.registry, l)
	}
	if err != nil {
		c.fail(err)
	}
}
