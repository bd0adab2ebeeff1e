package servertest_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/server"
)

// newDice returns a source of chance and says how to throw the same again.
func newDice(t *testing.T) *dice {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed) // put it here to see the same again
	return &dice{rand.New(rand.NewPCG(seed, 0))}
}

type dice struct{ *rand.Rand }

func (d *dice) pick(from ...string) string { return from[d.IntN(len(from))] }

// once reports true in one of n cases.
func (d *dice) once(n int) bool { return d.IntN(n) == 0 }

// newQuietWorld is a world whose server logs errors, which are its own
// troubles, into what it returns.
func newQuietWorld(t *testing.T, database func(*server.Config)) (*world, *lockedBuffer) {
	var trouble lockedBuffer
	w := newWorld(t, database, func(c *server.Config) {
		c.Log = slog.New(slog.NewTextHandler(&trouble, &slog.HandlerOptions{Level: slog.LevelError}))
	})
	return w, &trouble
}

// Whatever bytes come for the registry, the fault is never the server's.
func TestRandomRegistryRequests(t *testing.T) { onEachDatabase(t, testRandomRegistryRequests) }

func testRandomRegistryRequests(t *testing.T, database func(*server.Config)) {
	w, trouble := newQuietWorld(t, database)
	d := newDice(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 5000, 2)
	layer, _ := layerOf(t, img)
	digest := must(img.Digest())(t).String()
	token := w.token(w.root)
	layerURL := w.layerURL("team/app", layer)
	sealed := layerURL[strings.LastIndex(layerURL, "/"):]
	uploads := []string{noUpload}

	junk := []string{"", ".", "..", "%2e%2e", "%2f", "%00", "%ff", "%", "%zz", "*", "~", "é", "\\", "a b", ":", "@", ";x=y", "'", "\"", "<b>", strings.Repeat("a", 5000), strings.Repeat("/", 100)}
	for range 600 {
		segment := func() string {
			return d.pick(append([]string{"v2", "v2", "_catalog", "team", "app", "team/app", "team/app", "manifests", "blobs", "uploads", "tags", "list", "referrers",
				"v1", digest, layer.String(), digestA, "sha512:" + strings.Repeat("b", 128), "sha256:", d.pick(uploads...), "layers" + sealed}, junk...)...)
		}
		path := "/v2/team/app/" + d.pick("manifests/v1", "manifests/v2", "manifests/"+digest, "blobs/"+layer.String(), "blobs/uploads/", "blobs/uploads/"+d.pick(uploads...), "tags/list", "referrers/"+digest, "layers"+sealed)
		switch d.IntN(4) {
		case 0: // a path of its own
			path = ""
			for range 1 + d.IntN(7) {
				path += "/" + segment()
			}
		case 1: // a good path with something in it
			parts := strings.Split(path, "/")
			parts[d.IntN(len(parts))] = segment()
			if path = strings.Join(parts, "/"); !strings.HasPrefix(path, "/") {
				path = "/" + path
			}
		}
		for i := range d.IntN(3) {
			path += string("?&"[min(i, 1)]) + d.pick("n", "last", "digest", "mount", "from", "tag", "artifactType", "ns", "digest-algorithm", "%zz", "") + "=" +
				d.pick("", "1", "0", "-1", "99999999999999999999", digest, layer.String(), "team/app", "team%2Fapp", "v1", w.Registry(user).Host(), "sha256", "%00", "%", "a;b")
		}
		var b strings.Builder
		body := d.pick("", "", "{}", "x", manifestOf(layer.String()), manifestOf(digestA), `{"schemaVersion":2,"mediaType":"`+indexType+`","manifests":[]}`, strings.Repeat("[", 10_000), "\xff\x00")
		fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", d.pick("GET", "GET", "HEAD", "PUT", "PUT", "POST", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "X"),
			path, d.pick(w.Registry(owner).Host(), w.Registry(owner).Host(), w.Registry(user).Host(), "127.0.0.1", "localhost:99999", "222222222222.dkr.ecr..localhost", "a..b", "[::1]", ""))
		switch d.IntN(12) {
		case 0:
		case 1:
			b.WriteString("Authorization: " + d.pick("Basic", "Basic x", "Bearer x", "AWS4-HMAC-SHA256 x", "\xff") + "\r\n")
		default:
			b.WriteString("Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("AWS:"+token)) + "\r\n")
		}
		for range d.IntN(3) {
			b.WriteString(d.pick("Range", "Content-Range", "If-Range", "If-None-Match", "Accept", "Content-Type", "Expect", "Content-Encoding", "X-Http-Method-Override", "X-Forwarded-Host") + ": " +
				d.pick("", "*", "bytes=0-", "bytes=5-2", "bytes=-1", "bytes=99999999999999999999-", "bytes=0-1,3-4", "0-0", "0-4", "9-1", "0-9223372036854775807", manifestType, indexType, "text/html", "a/b; c=\"", "100-continue", "gzip", "\xff", strings.Repeat("x", 2000)) + "\r\n")
		}
		switch {
		case d.once(4):
			fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
			if body == "" {
				b.Reset() // a chunk of no bytes is the end: it would be followed by rubbish
				continue
			}
		case d.once(20):
			fmt.Fprintf(&b, "Content-Length: %s\r\n\r\n%s", d.pick("-1", "x", "99999999999999999999", ""), body)
		default:
			fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
		}
		a, err := w.tryRaw(b.String())
		if errors.Is(err, syscall.ECONNRESET) { // net/http does not read what it has refused
			continue
		}
		if err != nil {
			t.Fatalf("%.2000q: %v", b.String(), err)
		}
		if a.status >= 500 {
			t.Errorf("%d for %.2000q\n%s", a.status, b.String(), a.body)
		}
		if id := a.header.Get("Docker-Upload-Uuid"); id != "" {
			uploads = append(uploads, id)
		}
	}
	if s := trouble.String(); s != "" {
		t.Errorf("the server had trouble:\n%s", s)
	}
}

// Whatever somebody who may do everything asks of the AWS APIs, the fault is
// never the server's, and every answer is of the protocol.
func TestRandomAPIRequests(t *testing.T) { onEachDatabase(t, testRandomAPIRequests) }

func testRandomAPIRequests(t *testing.T, database func(*server.Config)) {
	w, trouble := newQuietWorld(t, database)
	d := newDice(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 100, 1)
	layer, _ := layerOf(t, img)
	v := &values{dice: d, known: []string{
		"team/app", "team/other", "v1", must(img.Digest())(t).String(), layer.String(), owner, user, appARN,
		"alice", "reader", "/team/", "arn:aws:iam::222222222222:role/reader", "arn:aws:iam::222222222222:policy/team/own", readOnly,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"222222222222"}}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:BatchGetImage","Principal":"*","Condition":{"StringLike":{"aws:PrincipalTag/x":"${aws:username}"}}}}`,
		manifestOf(layer.String()), "aGVsbG8=", noUpload, "Active", "MUTABLE", "IMMUTABLE", "TAGGED", "1", "100", "3600", "true", "AWS", "Local",
	}}
	for _, s := range []*shape.Service{ecr.Service, iam.Service, sts.Service} {
		for _, o := range s.Operations {
			for range 8 {
				var c apiCall
				if s.Protocol == shape.JSON11 {
					if c = w.ecrCall(o.Name, jsonOf(t, v.structure(s, o.Name+"Input"))); d.once(10) {
						c.body = c.body[:d.IntN(len(c.body))]
					}
				} else {
					c = w.queryCall(s.Name, s.Version, o.Name, v.form(s, o.Name+"Input"))
				}
				a := w.call(c)
				if a.status >= 500 {
					t.Errorf("%s: %d for %.2000s\n%s", o.Name, a.status, c.body, a.body)
				}
				if err := wellFormed(s, a.body); err != nil {
					t.Errorf("%s: %v in %.2000s", o.Name, err, a.body)
				}
			}
		}
	}
	if s := trouble.String(); s != "" {
		t.Errorf("the server had trouble:\n%s", s)
	}
}

func jsonOf(t *testing.T, v any) string { return string(must(json.Marshal(v))(t)) }

func wellFormed(s *shape.Service, body string) error {
	if s.Protocol == shape.JSON11 {
		return json.Unmarshal([]byte(body), new(map[string]any))
	}
	for x := xml.NewDecoder(strings.NewReader(body)); ; {
		if _, err := x.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// values makes up input of operations: mostly of the members that their model
// constrains, mostly with values that mean something.
type values struct {
	*dice
	known []string
}

// text is a value that means something to some operation, or nothing to any.
func (v *values) text() string {
	if v.once(4) {
		return v.pick("", " ", "\x00", "\uFFFD", "é", "../x", "*", "-1", "99999999999999999999", "{", "arn:aws:iam::", "arn:::::", strings.Repeat("x", 3000), "a\nb", "<a>&", "NaN", "1e999")
	}
	return v.pick(v.known...)
}

// any is a value of any type of JSON.
func (v *values) any(depth int) any {
	switch n := v.IntN(12); {
	case n == 0:
		return v.Int64() - v.Int64()
	case n == 1:
		return v.NormFloat64()
	case n == 2:
		return v.once(2)
	case n == 3:
		return nil
	case n < 6 && depth > 0:
		return []any{v.any(depth - 1), v.any(depth - 1)}
	case n < 7 && depth > 0:
		return map[string]any{v.pick("Key", "key", "imageTag", "imageDigest", "filter", "tagStatus"): v.any(depth - 1), v.pick("Value", "value", "encryptionType"): v.any(depth - 1)}
	default:
		return v.text()
	}
}

func (v *values) structure(s *shape.Service, name string) map[string]any {
	m := map[string]any{}
	for _, member := range s.Constraints[name] {
		key := strings.ToLower(member.Field[:1]) + member.Field[1:]
		switch {
		case v.once(8):
		case v.once(8):
			m[key] = v.any(3)
		case member.Elem != nil:
			m[key] = []string{v.text()}
		case strings.HasSuffix(key, "Ids"):
			m[key] = []any{map[string]any{v.pick("imageTag", "imageDigest"): v.text()}}
		case len(member.Enum) > 0:
			m[key] = v.pick(member.Enum...)
		case strings.HasPrefix(key, "max"), strings.HasSuffix(key, "Byte"):
			m[key] = v.IntN(200)
		default:
			m[key] = v.text()
		}
	}
	return m
}

// form is the same as parameters of a Query service, each with its "&".
func (v *values) form(s *shape.Service, name string) string {
	var b strings.Builder
	add := func(key, value string) { b.WriteString("&" + key + "=" + url.QueryEscape(value)) }
	for _, member := range s.Constraints[name] {
		switch {
		case v.once(8):
		case v.once(8):
			add(member.Field+v.pick("", ".member.1", ".member.0", ".member.-1", ".member.99999999999", ".entry.1.key", ".x", "..", ".member.1.Key"), v.text())
		case member.Field == "Tags":
			add("Tags.member.1.Key", v.text())
			add("Tags.member.1.Value", v.text())
		case member.Elem != nil:
			add(member.Field+".member.1", v.text())
		case len(member.Enum) > 0:
			add(member.Field, v.pick(member.Enum...))
		default:
			add(member.Field, v.text())
		}
	}
	return b.String()
}
