package servertest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/servertest"
)

// webhook receives events and answers with statuses, 204 when it has no more.
type webhook struct {
	*httptest.Server
	t        *testing.T
	got      chan delivery
	statuses chan int
}

// delivery is one request to a webhook.
type delivery struct {
	header http.Header
	body   []byte
}

func newWebhook(t *testing.T) *webhook {
	h := &webhook{t: t, got: make(chan delivery, 100), statuses: make(chan int, 100)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		status := http.StatusNoContent
		select {
		case status = <-h.statuses:
		default:
		}
		w.WriteHeader(status)
		h.got <- delivery{r.Header, body}
	}))
	t.Cleanup(h.Close)
	return h
}

// next is the next request.
func (h *webhook) next() delivery {
	h.t.Helper()
	select {
	case d := <-h.got:
		return d
	case <-time.After(20 * time.Second):
		h.t.Fatal("no event in 20 s")
	}
	panic("unreachable")
}

// document is an event with the parts that differ from run to run replaced, after they were looked at.
func (d delivery) document(t *testing.T, secret string) string {
	t.Helper()
	var e struct {
		ID   string
		Time time.Time
	}
	if err := json.Unmarshal(d.body, &e); err != nil {
		t.Fatalf("%v in %s", err, d.body)
	}
	if _, err := uuid.Parse(e.ID); err != nil || d.header.Get("webhook-id") != e.ID {
		t.Errorf("webhook-id %q of %s: %v", d.header.Get("webhook-id"), d.body, err)
	}
	if age := time.Since(e.Time); age < 0 || age > time.Hour {
		t.Errorf("the time is %v", e.Time)
	}
	if got, want := d.header.Get("webhook-signature"), d.signature(t, secret); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	text := strings.ReplaceAll(string(d.body), e.ID, "ID")
	return strings.ReplaceAll(text, e.Time.Format(time.RFC3339), "TIME")
}

// signature is computed as docs/operations/events.md tells receivers to.
func (d delivery) signature(t *testing.T, secret string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", d.header.Get("webhook-id"), d.header.Get("webhook-timestamp"), d.body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// toLoopback lets a server send events to this machine.
func toLoopback(c *server.Config) {
	c.EventNetworks, c.EventHTTP = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, true
}

func ask[In, Out any](w *world, c aws.Credentials, s shape.Shape[In, Out], in *In) (*Out, error) {
	return access.Call(w.t.Context(), w.AWS(c), s, in, w.clock.now())
}

// destination makes a destination of owner and returns its secret.
func (w *world) destination(in pratique.PutEventDestinationInput) string {
	w.t.Helper()
	in.DestinationName = aws.String("ci")
	out := must(ask(w, w.root, pratique.PutEventDestination, &in))(w.t)
	return *out.Secret
}

func (w *world) deleteImage(repository string, id types.ImageIdentifier) {
	w.t.Helper()
	out := must(w.ecr(w.root).BatchDeleteImage(w.t.Context(), &ecr.BatchDeleteImageInput{RepositoryName: &repository, ImageIds: []types.ImageIdentifier{id}}))(w.t)
	if len(out.Failures) > 0 {
		w.t.Fatal(out.Failures)
	}
}

func TestEvents(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, options func(*server.Config)) {
		w, h := newWorld(t, options, toLoopback), newWebhook(t)
		w.repository("app")
		w.push("app:before", 10, 1) // nobody is told
		secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL})
		const document = `{"version":"0","id":"ID","detail-type":"ECR Image Action","source":"aws.ecr","account":"222222222222","time":"TIME","region":"us-east-1","resources":[],` +
			`"detail":{"result":"SUCCESS","repository-name":"app","image-digest":"%s","action-type":"%s",%s` +
			`"manifest-media-type":"application/vnd.docker.distribution.manifest.v2+json","artifact-media-type":"application/vnd.docker.container.image.v1+json"}}`
		expect := func(want ...string) {
			t.Helper()
			var got []string
			for range want {
				got = append(got, h.next().document(t, secret))
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		}

		img := w.push("app:v1", 10, 1)
		d := must(img.Digest())(t).String()
		expect(fmt.Sprintf(document, d, "PUSH", `"image-tag":"v1",`))

		token := w.remote(w.token(w.root))
		if err := remote.Write(w.image(owner, "app:v1"), img, token...); err != nil { // changes nothing
			t.Fatal(err)
		}
		if err := remote.Write(w.image(owner, "app:v2"), img, token...); err != nil {
			t.Fatal(err)
		}
		expect(fmt.Sprintf(document, d, "PUSH", `"image-tag":"v2",`))
		w.deleteImage("app", types.ImageIdentifier{ImageTag: aws.String("v2")})
		expect(fmt.Sprintf(document, d, "DELETE", `"image-tag":"v2",`))

		other := must(random.Image(10, 1))(t)
		o := must(other.Digest())(t).String()
		if err := remote.Write(w.image(owner, "app@"+o), other, token...); err != nil {
			t.Fatal(err)
		}
		expect(fmt.Sprintf(document, o, "PUSH", ""))
		w.deleteImage("app", types.ImageIdentifier{ImageDigest: &o})
		expect(fmt.Sprintf(document, o, "DELETE", ""))

		if err := remote.Write(w.image(owner, "app:v3"), img, token...); err != nil {
			t.Fatal(err)
		}
		expect(fmt.Sprintf(document, d, "PUSH", `"image-tag":"v3",`))
		w.deleteImage("app", types.ImageIdentifier{ImageDigest: &d})
		expect(fmt.Sprintf(document, d, "DELETE", `"image-tag":"v1",`), fmt.Sprintf(document, d, "DELETE", `"image-tag":"v3",`))
	})
}

// A signature or a bill of materials is a referrer, and has events of its own type; a destination can ask for those only.
func TestReferrerEvents(t *testing.T) {
	w, h := newWorld(t, toLoopback), newWebhook(t)
	w.repository("app")
	secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL, DetailTypes: []string{pratique.EventDetailTypeEcrReferrerAction}})
	img := w.push("app:v1", 10, 1)
	artifact := mutate.ConfigMediaType(mutate.MediaType(empty.Image, "application/vnd.oci.image.manifest.v1+json"), "application/vnd.example.sbom")
	artifact = mutate.Subject(artifact, *must(partial.Descriptor(img))(t)).(v1.Image)
	d := must(artifact.Digest())(t).String()
	if err := remote.Write(w.image(owner, "app@"+d), artifact, w.remote(w.token(w.root))...); err != nil {
		t.Fatal(err)
	}
	want := `{"version":"0","id":"ID","detail-type":"ECR Referrer Action","source":"aws.ecr","account":"222222222222","time":"TIME","region":"us-east-1","resources":[],` +
		`"detail":{"result":"SUCCESS","repository-name":"app","image-digest":"` + d + `","action-type":"PUSH",` +
		`"manifest-media-type":"application/vnd.oci.image.manifest.v1+json","artifact-media-type":"application/vnd.example.sbom"}}`
	if diff := gocmp.Diff(want, h.next().document(t, secret)); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

// A destination is told of the repositories that it wants to hear of, and of what has happened only.
func TestEventsNotSent(t *testing.T) {
	w, h := newWorld(t, toLoopback), newWebhook(t)
	secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL, RepositoryPrefix: aws.String("team/")})
	w.repository("app")
	must(w.ecr(w.root).CreateRepository(t.Context(), &ecr.CreateRepositoryInput{
		RepositoryName: aws.String("team/app"), ImageTagMutability: types.ImageTagMutabilityImmutable,
	}))(t)
	w.push("app:v1", 10, 1)
	w.push("team/app:v1", 10, 1)
	if got := h.next().document(t, secret); !strings.Contains(got, `"repository-name":"team/app"`) {
		t.Errorf("event %s", got)
	}
	again := must(random.Image(10, 1))(t)
	if err := remote.Write(w.image(owner, "team/app:v1"), again, w.remote(w.token(w.root))...); err == nil {
		t.Error("an immutable tag was overwritten")
	}
	w.push("team/app:v2", 10, 1)
	if got := h.next().document(t, secret); !strings.Contains(got, `"image-tag":"v2"`) {
		t.Errorf("event of a push that failed: %s", got)
	}
}

// An event outlives failures of its destination and a restart of the server, and is the same each time.
func TestEventIsDeliveredAtLast(t *testing.T) {
	w, h := newWorld(t, toLoopback), newWebhook(t)
	secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL})
	w.repository("app")
	for range 2 {
		h.statuses <- http.StatusInternalServerError
	}
	w.push("app:v1", 10, 1)
	first := h.next()
	second := h.next() // tried again
	w.Stop()
	w.clock.advance(10 * time.Minute)
	w.Server = servertest.Start(t, toLoopback, func(c *server.Config) { c.DataDir, c.Now = w.dir, w.clock.now })
	third := h.next()
	for n, d := range []delivery{second, third} {
		if d.document(t, secret); !bytes.Equal(d.body, first.body) {
			t.Errorf("attempt %d is another event:\n%s\n%s", n+2, first.body, d.body)
		}
	}
	if first.header.Get("webhook-timestamp") == third.header.Get("webhook-timestamp") {
		t.Error("the last attempt has the timestamp of the first")
	}
	for range 100 { // it is done with
		if !strings.Contains(w.metrics(), `pratique_jobs{kind="event.deliver"`) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("jobs are left:\n%s", w.metrics())
}

// metrics is what the server's metrics say of jobs.
func (w *world) metrics() string {
	w.t.Helper()
	res := must(w.HTTP().Get(w.URL() + "/metrics"))(w.t)
	defer res.Body.Close()
	var lines []string
	for line := range strings.Lines(string(must(io.ReadAll(res.Body))(w.t))) {
		if strings.HasPrefix(line, "pratique_jobs") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// Without being allowed to, the server sends nothing to private addresses, whatever name leads there; its metrics tell.
func TestEventsToPrivateAddresses(t *testing.T) {
	h := newWebhook(t)
	w := newWorld(t, func(c *server.Config) { c.EventHTTP = true })
	in := &pratique.PutEventDestinationInput{DestinationName: aws.String("ci"), Url: &h.URL}
	if _, err := ask(w, w.root, pratique.PutEventDestination, in); code(err) != pratique.CodeInvalidParameter || !strings.Contains(err.Error(), "not a public address") {
		t.Errorf("by address: %v", err)
	}
	w.destination(pratique.PutEventDestinationInput{Url: aws.String(strings.Replace(h.URL, "127.0.0.1", "localhost", 1))})
	out := must(ask(w, w.root, pratique.TestEventDestination, &pratique.TestEventDestinationInput{DestinationName: aws.String("ci")}))(t)
	if *out.Delivered || out.Status != nil || !strings.Contains(*out.Reason, "not public") {
		t.Errorf("test: %+v", out)
	}
	w.repository("app")
	w.push("app:v1", 10, 1)
	time.Sleep(time.Second) // at least one attempt
	if len(h.got) > 0 {
		t.Error("an event came through")
	}
	if got := w.metrics(); got != "pratique_jobs{kind=\"event.deliver\",state=\"waiting\"} 1\n" {
		t.Errorf("metrics: %s", got)
	}
}

func code(err error) string {
	var e *access.APIError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// The operations, and what they answer to whom.
func TestEventDestinations(t *testing.T) {
	w, h := newWorld(t, toLoopback), newWebhook(t)
	name := aws.String("ci")
	secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL, DetailTypes: []string{pratique.EventDetailTypeEcrImageScan}})

	again := must(ask(w, w.root, pratique.PutEventDestination, &pratique.PutEventDestinationInput{DestinationName: name, Url: &h.URL, RepositoryPrefix: aws.String("x")}))(t)
	if again.Secret != nil || len(again.Destination.DetailTypes) != 0 || *again.Destination.RepositoryPrefix != "x" {
		t.Errorf("put again: %+v", again)
	}
	tested := must(ask(w, w.root, pratique.TestEventDestination, &pratique.TestEventDestinationInput{DestinationName: name}))(t)
	if !*tested.Delivered || *tested.Status != http.StatusNoContent || tested.Reason != nil {
		t.Errorf("test: %+v", tested)
	}
	want := `{"version":"0","id":"ID","detail-type":"Event Destination Test","source":"pratique","account":"222222222222","time":"TIME","region":"us-east-1","resources":[],"detail":{"destination-name":"ci"}}`
	if diff := gocmp.Diff(want, h.next().document(t, secret)); diff != "" {
		t.Errorf("event of the test (-want +got):\n%s", diff)
	}
	for _, file := range []string{"meta.db", "meta.db-wal", server.AuditFile} {
		if text := must(os.ReadFile(filepath.Join(w.dir, file)))(t); bytes.Contains(text, []byte(strings.TrimPrefix(secret, "whsec_"))) {
			t.Errorf("the secret is in %s", file)
		}
	}
	listed := must(ask(w, w.root, pratique.DescribeEventDestinations, &pratique.DescribeEventDestinationsInput{}))(t)
	if len(listed.Destinations) != 1 || *listed.Destinations[0].Url != h.URL {
		t.Errorf("listed: %+v", listed)
	}

	// Another account sees nothing of it, and has one of the same name.
	other := w.Account(user)
	if out, err := ask(w, other, pratique.DescribeEventDestinations, &pratique.DescribeEventDestinationsInput{}); err != nil || len(out.Destinations) != 0 {
		t.Errorf("another account lists %+v, %v", out, err)
	}
	for action, do := range map[string]func(aws.Credentials) error{
		"DescribeEventDestinations": func(c aws.Credentials) error {
			_, err := ask(w, c, pratique.DescribeEventDestinations, &pratique.DescribeEventDestinationsInput{DestinationNames: []string{"ci"}})
			return err
		},
		"TestEventDestination": func(c aws.Credentials) error {
			_, err := ask(w, c, pratique.TestEventDestination, &pratique.TestEventDestinationInput{DestinationName: name})
			return err
		},
		"DeleteEventDestination": func(c aws.Credentials) error {
			_, err := ask(w, c, pratique.DeleteEventDestination, &pratique.DeleteEventDestinationInput{DestinationName: name})
			return err
		},
	} {
		if err := do(other); code(err) != pratique.CodeEventDestinationNotFound {
			t.Errorf("%s by another account: %v", action, err)
		}
		nobody := w.userOf(w.root, "without-"+action, `{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}`)
		if err := do(nobody); code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "pratique:"+action) {
			t.Errorf("%s by a user without permission: %v", action, err)
		}
		somebody := w.userOf(w.root, "with-"+action, `{"Effect": "Allow", "Action": "pratique:`+action+`", "Resource": "*"}`)
		if action == "DeleteEventDestination" {
			continue // below
		}
		if err := do(somebody); err != nil {
			t.Errorf("%s by a user with permission: %v", action, err)
		}
	}
	must(ask(w, other, pratique.PutEventDestination, &pratique.PutEventDestinationInput{DestinationName: name, Url: aws.String("https://example.com")}))(t)

	if out := must(ask(w, w.root, pratique.DeleteEventDestination, &pratique.DeleteEventDestinationInput{DestinationName: name}))(t); *out.Destination.Url != h.URL {
		t.Errorf("deleted %+v", out)
	}
	if _, err := ask(w, w.root, pratique.DeleteEventDestination, &pratique.DeleteEventDestinationInput{DestinationName: name}); code(err) != pratique.CodeEventDestinationNotFound {
		t.Errorf("deleted twice: %v", err)
	}
	for n := range 20 {
		must(ask(w, w.root, pratique.PutEventDestination, &pratique.PutEventDestinationInput{DestinationName: aws.String(fmt.Sprint("d", n)), Url: &h.URL}))(t)
	}
	if _, err := ask(w, w.root, pratique.PutEventDestination, &pratique.PutEventDestinationInput{DestinationName: name, Url: &h.URL}); code(err) != pratique.CodeLimitExceeded {
		t.Errorf("one too many: %v", err)
	}
	for member, in := range map[string]pratique.PutEventDestinationInput{
		"destinationName": {DestinationName: aws.String("a b"), Url: &h.URL},
		"detailTypes":     {DestinationName: name, Url: &h.URL, DetailTypes: []string{"push"}},
		"URL":             {DestinationName: name, Url: aws.String("ftp://example.com")},
	} {
		if _, err := ask(w, w.root, pratique.PutEventDestination, &in); code(err) != pratique.CodeInvalidParameter || !strings.Contains(err.Error(), member) {
			t.Errorf("%s: %v", member, err)
		}
	}
}
