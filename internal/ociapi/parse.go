package ociapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
)

// Kind is what a request asks for. The comments name the endpoint in the OCI
// distribution specification, and the fields of Request that are set.
type Kind int

// The kinds of request.
const (
	Ping           Kind = iota // end-1
	ManifestGet                // end-3: Repository, and Tag or Digest
	ManifestHead               // end-3: as ManifestGet
	ManifestPut                // end-7a, end-7b: as ManifestGet, Tags
	ManifestDelete             // end-9: as ManifestGet
	BlobGet                    // end-2: Repository, Digest
	BlobHead                   // end-2: Repository, Digest
	BlobDelete                 // end-10: Repository, Digest
	UploadStart                // end-4a, end-4c: Repository
	UploadWhole                // end-4b: Repository, Digest
	UploadMount                // end-11: Repository, Digest, From
	UploadStatus               // end-13: Repository, Upload
	UploadAppend               // end-5: Repository, Upload
	UploadFinish               // end-6: Repository, Upload, Digest
	UploadCancel               // end-14: Repository, Upload
	TagList                    // end-8a, end-8b: Repository, N, Last
	Referrers                  // end-12a, end-12b: Repository, Digest, ArtifactTypes, Last
	Catalog                    // GET /v2/_catalog: N, Last
	kinds
)

// Request is a parsed method and URL.
type Request struct {
	Kind          Kind
	Repository    string
	Tag           string
	Digest        digest.Digest // valid, SHA-256 or SHA-512
	Tags          []string      // tags to add to a manifest pushed by digest
	Upload        string        // UUID
	From          string        // repository to mount from, "" for any
	N             int           // length of the page; -1 when not asked for
	Last          string        // the entry, or the token, that the page comes after
	ArtifactTypes []string
	Namespace     string // the ns parameter
}

// Limits of a page, from Amazon ECR.
const (
	defaultPage = 100
	maxPage     = 1000
)

// endpoints maps each kind of path to what methods mean there.
var endpoints = map[string]map[string]Kind{
	"":           {http.MethodGet: Ping, http.MethodHead: Ping},
	"_catalog":   {http.MethodGet: Catalog},
	"manifests":  {http.MethodGet: ManifestGet, http.MethodHead: ManifestHead, http.MethodPut: ManifestPut, http.MethodDelete: ManifestDelete},
	"blobs":      {http.MethodGet: BlobGet, http.MethodHead: BlobHead, http.MethodDelete: BlobDelete},
	"uploads":    {http.MethodPost: UploadStart},
	"uploads/id": {http.MethodGet: UploadStatus, http.MethodPatch: UploadAppend, http.MethodPut: UploadFinish, http.MethodDelete: UploadCancel},
	"tags/list":  {http.MethodGet: TagList},
	"referrers":  {http.MethodGet: Referrers},
}

// Parse reads a method and a URL whose path begins with /v2. The error is an
// *Error.
func Parse(method string, u *url.URL) (*Request, error) {
	segments, ok := split(u.EscapedPath())
	if !ok {
		return nil, errNoEndpoint()
	}
	endpoint, repository, last := locate(segments)
	methods, ok := endpoints[endpoint]
	if !ok {
		return nil, errNoEndpoint()
	}
	kind, ok := methods[method]
	if !ok {
		return nil, errMethod(method, methods)
	}
	q := &Request{Kind: kind, Repository: strings.Join(repository, "/"), N: -1}
	if repository != nil && !ocispec.ValidRepositoryName(q.Repository) {
		return nil, errRepositoryName()
	}
	var params url.Values
	if u.RawQuery != "" {
		var err error
		if params, err = url.ParseQuery(u.RawQuery); err != nil {
			return nil, errParameter("query", "must be a valid query string")
		}
	}
	for _, values := range params {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) { // which no database can look for
				return nil, errParameter("query", "must be text")
			}
		}
	}
	q.Namespace = params.Get("ns")
	if err := q.parseLast(last); err != nil {
		return nil, err
	}
	if err := q.parseQuery(params); err != nil {
		return nil, err
	}
	return q, nil
}

// split cuts the path after /v2 into unescaped segments. It is false when a
// segment hides a slash.
func split(path string) ([]string, bool) {
	rest, ok := strings.CutPrefix(path, "/v2")
	if rest == "" || rest == "/" {
		return nil, ok
	}
	rest, found := strings.CutPrefix(rest, "/")
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		s, err := url.PathUnescape(s)
		if err != nil || strings.Contains(s, "/") {
			return nil, false
		}
		segments[i] = s
	}
	return segments, ok && found
}

// locate finds the endpoint, the segments of the repository, and the segment
// after the endpoint. It reads from the end, because a repository's name may
// contain any of the words.
func locate(s []string) (endpoint string, repository []string, last string) {
	n := len(s)
	switch {
	case n == 0:
		return "", nil, ""
	case n == 1 && s[0] == "_catalog":
		return "_catalog", nil, ""
	case n < 3:
		return "none", nil, ""
	case n > 3 && s[n-3] == "blobs" && s[n-2] == "uploads" && s[n-1] == "":
		return "uploads", s[:n-3], ""
	case n > 3 && s[n-3] == "blobs" && s[n-2] == "uploads":
		return "uploads/id", s[:n-3], s[n-1]
	case s[n-2] == "blobs" && s[n-1] == "uploads":
		return "uploads", s[:n-2], ""
	case s[n-2] == "tags" && s[n-1] == "list":
		return "tags/list", s[:n-2], ""
	case s[n-2] == "manifests", s[n-2] == "blobs", s[n-2] == "referrers":
		return s[n-2], s[:n-2], s[n-1]
	}
	return "none", nil, ""
}

// parseLast reads the segment after the endpoint.
func (q *Request) parseLast(last string) (err error) {
	switch q.Kind {
	case BlobGet, BlobHead, BlobDelete, Referrers:
		q.Digest, err = parseDigest(last)
	case ManifestGet, ManifestHead, ManifestPut, ManifestDelete:
		switch {
		case strings.Contains(last, ":"):
			q.Digest, err = parseDigest(last)
		case ocispec.ValidTag(last):
			q.Tag = last
		case q.Kind == ManifestPut:
			err = errTag()
		default:
			err = errManifestUnknown() // nothing can have that name
		}
	case UploadStatus, UploadAppend, UploadFinish, UploadCancel:
		if !validUUID(last) {
			err = errUploadUnknown(last)
		}
		q.Upload = last
	}
	return err
}

// parseQuery reads the parameters that the kind of request has. It may make
// the kind more precise.
func (q *Request) parseQuery(params url.Values) (err error) {
	switch q.Kind {
	case ManifestPut:
		if q.Digest != "" {
			q.Tags = params["tag"]
		}
		for _, t := range q.Tags {
			if !ocispec.ValidTag(t) {
				return errTag()
			}
		}
	case UploadStart:
		if a := params.Get("digest-algorithm"); a != "" && !ocispec.SupportedAlgorithm(digest.Algorithm(a)) {
			return errDigest("digest algorithm is not supported: use sha256 or sha512")
		}
		switch {
		case params.Has("mount"):
			q.Kind, q.From = UploadMount, params.Get("from")
			q.Digest, err = parseDigest(params.Get("mount"))
		case params.Has("digest"):
			q.Kind = UploadWhole
			q.Digest, err = parseDigest(params.Get("digest"))
		}
	case UploadFinish:
		q.Digest, err = parseDigest(params.Get("digest"))
	case TagList, Catalog:
		q.Last = params.Get("last")
		if params.Has("n") {
			q.N, err = strconv.Atoi(params.Get("n"))
			switch {
			case err != nil || q.N < 0:
				return errParameter("maxResults", "Member must have value greater than or equal to 0")
			case q.N > maxPage:
				return errParameter("maxResults", "Member must have value less than or equal to 1000")
			}
		}
	case Referrers:
		q.Last = params.Get("last")
		for _, t := range params["artifactType"] {
			if t != "" {
				q.ArtifactTypes = append(q.ArtifactTypes, t)
			}
		}
		if len(q.ArtifactTypes) > maxArtifactTypes {
			return errParameter("artifactTypes", "Member must have length less than or equal to 5")
		}
	}
	return err
}

// maxArtifactTypes is how many types ECR's ListImageReferrers filters by.
const maxArtifactTypes = 5

func parseDigest(s string) (digest.Digest, error) {
	d, err := ocispec.ParseDigest(s)
	if err != nil {
		return "", errDigest("digest must be sha256 or sha512 with lower case hexadecimal digits")
	}
	return d, nil
}

// validUUID reports whether s is a lower-case UUID in its usual form.
func validUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f':
		default:
			return false
		}
	}
	return true
}
