package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/ocispec"
)

// The actions of a pull.
const (
	actionToken    = "ecr:GetAuthorizationToken"
	actionManifest = "ecr:BatchGetImage"
	actionHasLayer = "ecr:BatchCheckLayerAvailability"
	actionLayer    = "ecr:GetDownloadUrlForLayer"
)

// pulled is what came of the steps of a pull.
type pulled struct {
	manifest    *answer // to the reference itself
	manifestErr error
	index       []platform // what an index offers; nil if it is none
	image       *ocispec.Manifest
	platform    platform // of the image; empty if its configuration was not read
	size        int64    // of configuration and layers
	said        map[string]*verdict
	layer       transfer
}

// verdict is what the registry answered to a request that needs an action.
type verdict struct {
	allowed  bool
	message  string // the sentence of a denial
	decision string // the id of a denial
}

// transfer is the download of a layer's first bytes.
type transfer struct {
	tried    bool
	digest   string
	total    int64         // bytes of the layer
	got      int64         // bytes that were read
	first    time.Duration // until the first byte
	took     time.Duration
	host     string // where the registry sent the client; empty if nowhere else
	status   int    // of the last answer
	said     string // of an error answer
	err      error
	redirect bool // it failed at that host
}

// Manifests that a client takes.
var manifestTypes = []string{
	"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
}

// emptyDigest names bytes that are in no repository by themselves: a request
// for them shows whether layers may be asked for.
var emptyDigest = digest.FromBytes(nil).String()

// Limits of the download of a layer.
const (
	maxLayerBytes = 4 << 20
	maxLayerTime  = 3 * time.Second
)

// pull goes through the requests of a pull with the credentials that work.
func (x *examination) pull(ctx context.Context) {
	if x.base == "" || x.using == nil && !x.open {
		return
	}
	p := &x.pulled
	p.said = map[string]*verdict{}
	repository := "/v2/" + x.ref.repository
	p.manifest, p.manifestErr = x.ask(ctx, http.MethodGet, repository+"/manifests/"+x.ref.version(), x.using, manifestTypes...)
	if p.manifestErr != nil {
		return
	}
	p.hear(actionManifest, p.manifest)
	blob := emptyDigest
	if p.manifest.status == http.StatusOK {
		x.readManifest(ctx, repository, p.manifest)
	}
	if layer := p.largest(); layer != nil {
		blob = layer.Digest.String()
	}
	path := repository + "/blobs/" + blob
	if a, err := x.ask(ctx, http.MethodHead, path, x.using); err == nil {
		p.hear(actionHasLayer, a)
	}
	if blob == emptyDigest {
		if a, err := x.ask(ctx, http.MethodGet, path, x.using); err == nil {
			p.hear(actionLayer, a)
		}
		return
	}
	x.download(ctx, path, *p.largest())
}

// hear takes an answer for what it says of an action. What does not exist may
// be asked for: ECR looks at policies first.
func (p *pulled) hear(action string, a *answer) {
	switch {
	case a.status < 400, a.status == http.StatusNotFound:
		p.said[action] = &verdict{allowed: true}
	case a.status == http.StatusForbidden && !a.expired():
		_, message := a.wrong()
		p.said[action] = &verdict{message: message, decision: a.decisionID()}
	}
}

// largest is the layer with the most bytes that the registry has; nil if there
// is none.
func (p *pulled) largest() *ocispec.Descriptor {
	if p.image == nil {
		return nil
	}
	var best *ocispec.Descriptor
	for i := range p.image.Layers {
		if l := &p.image.Layers[i]; !l.Foreign() && (best == nil || l.Size > best.Size) {
			best = l
		}
	}
	return best
}

// readManifest finds the image for the platform, and what platform it is for.
func (x *examination) readManifest(ctx context.Context, repository string, a *answer) {
	p := &x.pulled
	m, err := ocispec.ParseManifest(a.body, mediaType(a))
	if err != nil {
		p.manifestErr = err
		return
	}
	if !m.IsIndex() {
		x.readImage(ctx, repository, m)
		return
	}
	p.index = indexed(a.body)
	for _, offered := range p.index {
		if !offered.runsOn(x.Platform) {
			continue
		}
		child, err := x.ask(ctx, http.MethodGet, repository+"/manifests/"+offered.digest, x.using, manifestTypes...)
		if err == nil && child.status != http.StatusOK {
			err = errors.New(child.String())
		}
		if err != nil {
			p.manifestErr = fmt.Errorf("that of %s: %w", offered, err)
			return
		}
		image, err := ocispec.ParseManifest(child.body, mediaType(child))
		if err != nil {
			p.manifestErr = err
			return
		}
		p.image, p.platform, p.size = image, offered, image.Size()
		return
	}
}

func mediaType(a *answer) string {
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	return strings.TrimSpace(kind)
}

// readImage takes an image that is no index, and looks into its configuration.
func (x *examination) readImage(ctx context.Context, repository string, m *ocispec.Manifest) {
	p := &x.pulled
	p.image, p.size = m, m.Size()
	if m.Config == nil || !ocispec.IsImageConfig(m.Config.MediaType) {
		return
	}
	body, a, err := x.config(ctx, repository+"/blobs/"+m.Config.Digest.String())
	if a != nil {
		p.hear(actionLayer, a)
	}
	if err != nil {
		return
	}
	var config platform
	if json.Unmarshal(body, &config) == nil {
		p.platform = config
	}
}

// config reads a small blob, from where the registry keeps it. The answer is
// the registry's own.
func (x *examination) config(ctx context.Context, path string) ([]byte, *answer, error) {
	a, err := x.ask(ctx, http.MethodGet, path, x.using)
	if err != nil {
		return nil, nil, err
	}
	if a.status == http.StatusOK {
		return a.body, a, nil
	}
	to, ok := x.redirected(a)
	if !ok {
		return nil, a, nil
	}
	ctx, cancel := x.within(ctx)
	defer cancel()
	response, err := x.fetch(ctx, to)
	if err != nil {
		return nil, a, plainly(ctx, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, ocispec.MaxManifestSize))
	return text, a, err
}

// redirected returns where an answer sends the client. The query of such a URL
// is a secret.
func (x *examination) redirected(a *answer) (*url.URL, bool) {
	if a.status < 300 || a.status > 399 {
		return nil, false
	}
	base, err := url.Parse(x.base)
	if err != nil {
		return nil, false
	}
	to, err := base.Parse(a.header.Get("Location"))
	if err != nil || to.Host == "" {
		return nil, false
	}
	x.secrets.add(to.RawQuery)
	return to, true
}

// fetch gets what the registry sent the client to, without its credentials
// unless it is the registry.
func (x *examination) fetch(ctx context.Context, to *url.URL) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	if x.using != nil && to.Scheme+"://"+to.Host == x.base {
		r.SetBasicAuth(x.using.user, x.using.password)
	}
	r.Header.Set("User-Agent", "pratique-doctor")
	return x.client.Do(r)
}

// download reads the first bytes of a layer, and follows one redirect for them.
func (x *examination) download(ctx context.Context, path string, layer ocispec.Descriptor) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	t := &x.pulled.layer
	*t = transfer{tried: true, digest: layer.Digest.String(), total: layer.Size}
	begun := time.Now()
	to, err := url.Parse(x.base + path)
	if err != nil {
		t.err = err
		return
	}
	response, err := x.fetch(ctx, to)
	if err != nil {
		t.err = plainly(ctx, err)
		return
	}
	defer func() { response.Body.Close() }()
	if next, ok := x.redirected(&answer{status: response.StatusCode, header: response.Header}); ok {
		x.pulled.said[actionLayer] = &verdict{allowed: true}
		response.Body.Close()
		if next.Host != to.Host {
			t.host = next.Host
		}
		moved, err := x.fetch(ctx, next)
		if err != nil {
			t.err, t.redirect = plainly(ctx, err), true
			return
		}
		response, t.redirect = moved, true
	}
	t.status = response.StatusCode
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10)) // what there is of it
		a := &answer{status: response.StatusCode, header: response.Header, body: text}
		if t.said = a.String(); !t.redirect {
			x.pulled.hear(actionLayer, a)
		}
		return
	}
	if !t.redirect {
		x.pulled.said[actionLayer] = &verdict{allowed: true}
	}
	x.measure(ctx, t, response.Body, begun)
	t.redirect = t.redirect && t.err != nil
}

// measure reads for a while.
func (x *examination) measure(ctx context.Context, t *transfer, from io.Reader, begun time.Time) {
	buffer := make([]byte, 64<<10)
	for t.got < maxLayerBytes && time.Since(begun) < maxLayerTime {
		n, err := from.Read(buffer)
		if t.got == 0 && n > 0 {
			t.first = time.Since(begun)
		}
		t.got += int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.err = plainly(ctx, err)
			break
		}
	}
	t.took = time.Since(begun)
}

// platform is what an image runs on. Its names are those of image
// configurations and index entries.
type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	digest       string
}

func (p platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// runsOn reports whether a machine of a platform, written "os/arch/variant",
// takes it. Variants are compared where both have one.
func (p platform) runsOn(machine string) bool {
	parts := strings.SplitN(machine, "/", 3)
	if p.OS != parts[0] || p.Architecture != parts[1] {
		return false
	}
	return len(parts) < 3 || p.Variant == "" || p.Variant == parts[2]
}

// indexed lists the platforms of an index. Entries without one, such as
// attestations, are left out.
func indexed(raw []byte) []platform {
	var doc struct {
		Manifests []struct {
			Digest   string
			Platform *platform
		}
	}
	if json.Unmarshal(raw, &doc) != nil { // it was parsed before
		return nil
	}
	found := []platform{}
	for _, m := range doc.Manifests {
		if m.Platform != nil && m.Platform.OS != "unknown" {
			m.Platform.digest = m.Digest
			found = append(found, *m.Platform)
		}
	}
	return found
}

// checkManifest says what came of asking for the manifest.
func (x *examination) checkManifest(ctx context.Context) {
	p := &x.pulled
	switch {
	case p.manifest == nil && p.manifestErr == nil:
		if x.sim != nil && x.sim.repository.ImageGone {
			x.noImage(ctx)
			return
		}
		x.skip(Manifest, "not asked for: %s", x.whyNot())
	case p.manifestErr != nil:
		x.fail(Manifest, ManifestFailed, fmt.Sprintf("the manifest cannot be read: %v", p.manifestErr))
	case p.manifest.status == http.StatusOK:
		sum := digest.FromBytes(p.manifest.body).String()
		if x.ref.digest != "" && sum != x.ref.digest {
			x.fail(Manifest, ManifestFailed, fmt.Sprintf("the manifest has the digest %s instead", sum), "something between changes what the registry says")
			return
		}
		x.pass(Manifest, "%s, %d bytes, %s", sum, len(p.manifest.body), mediaType(p.manifest))
	case p.manifest.status == http.StatusForbidden:
		x.skip(Manifest, "denied, as the policies say")
	case p.manifest.status == http.StatusNotFound:
		if code, _ := p.manifest.wrong(); code == "NAME_UNKNOWN" {
			x.skip(Manifest, "there is no such repository")
			return
		}
		x.noImage(ctx)
	default:
		x.fail(Manifest, ManifestFailed, fmt.Sprintf("the registry answers %s", p.manifest))
	}
}

// whyNot is why the registry was not asked.
func (x *examination) whyNot() string {
	if x.base == "" {
		return "the registry was not reached"
	}
	return "no credentials that work"
}

// noImage writes that the repository has no such image, and which it has.
func (x *examination) noImage(ctx context.Context) {
	what := "tag " + x.ref.tag
	if x.ref.digest != "" {
		what = "image with the digest " + x.ref.digest
	}
	c := Check{ID: Manifest, Status: Failed, Code: NoImage, Found: fmt.Sprintf("repository %s has no %s", x.ref.repository, what)}
	c.Do = []string{"push it, or correct the reference", "if it was there once, see the repository's lifecycle policy"}
	if tags := x.tags(ctx); len(tags) > 0 {
		c.Details = []string{"tags that it has: " + few(tags, 5)}
	}
	x.add(c)
}

// tags lists tags of the repository, those that begin most alike first.
func (x *examination) tags(ctx context.Context) []string {
	if x.base == "" || x.using == nil {
		return nil
	}
	a, err := x.ask(ctx, http.MethodGet, "/v2/"+x.ref.repository+"/tags/list?n=1000", x.using)
	if err != nil || a.status != http.StatusOK {
		return nil
	}
	var list struct{ Tags []string }
	if json.Unmarshal(a.body, &list) != nil {
		return nil
	}
	alike := func(tag string) (n int) {
		for n < len(tag) && n < len(x.ref.tag) && tag[n] == x.ref.tag[n] {
			n++
		}
		return n
	}
	slices.SortFunc(list.Tags, func(a, b string) int { return cmp.Or(alike(b)-alike(a), cmp.Compare(a, b)) })
	return list.Tags
}

// checkPlatform compares what the image runs on with what it should run on.
func (x *examination) checkPlatform() {
	p := &x.pulled
	build := "docker buildx build --platform " + x.Platform + " --push …"
	switch {
	case p.image == nil && p.index == nil:
		x.skip(Platform, "no manifest was read")
	case p.image == nil && p.manifestErr == nil:
		var offered []string
		for _, o := range p.index {
			offered = append(offered, o.String())
		}
		x.fail(Platform, WrongPlatform, fmt.Sprintf("the image is for %s, not for %s", cmp.Or(strings.Join(offered, ", "), "no platform"), x.Platform), "build it for this one too: "+build)
	case p.platform.OS == "" || p.platform.Architecture == "":
		x.skip(Platform, "the image does not say what it runs on, or it could not be read")
	case !p.platform.runsOn(x.Platform):
		x.fail(Platform, WrongPlatform, fmt.Sprintf("the image is for %s, not for %s: its programs would end with \"exec format error\"", p.platform, x.Platform), "build it for this one: "+build)
	default:
		x.pass(Platform, "the image is for %s", p.platform)
	}
}

// slow is a speed, in bytes a second, below which a pull is no pleasure.
const slow = 1 << 20

// checkLayer says how the download of a layer went.
func (x *examination) checkLayer() {
	t := &x.pulled.layer
	said := x.pulled.said[actionLayer]
	switch {
	case !t.tried && said != nil && !said.allowed, t.tried && t.status == http.StatusForbidden && !t.redirect:
		x.skip(Layer, "denied, as the policies say")
	case !t.tried:
		x.skip(Layer, "there is no layer to ask for")
	case t.redirect:
		x.blockedLayer(t)
	case t.err != nil:
		x.fail(Layer, LayerFailed, fmt.Sprintf("the download of layer %s breaks off after %d bytes: %v", t.digest, t.got, t.err), "look for a proxy or a firewall that limits what passes")
	case t.status != http.StatusOK:
		x.fail(Layer, LayerFailed, fmt.Sprintf("layer %s cannot be read: %s", t.digest, t.said), "push the image again")
	default:
		from := ""
		if t.host != "" {
			from = " from " + t.host
		}
		speed := float64(t.got) / max(t.took.Seconds(), 1e-6)
		found := fmt.Sprintf("%s of %s%s in %v (%s/s)", bytesText(t.got), bytesText(t.total), from, t.took.Round(time.Millisecond), bytesText(int64(speed)))
		if speed < slow && t.took > time.Second {
			whole := time.Duration(float64(x.pulled.size) / max(speed, 1) * float64(time.Second))
			x.warn(Layer, SlowLayer, found, fmt.Sprintf("the whole image takes about %v like this: look at the way to the registry", whole.Round(time.Second)))
			return
		}
		x.pass(Layer, "%s", found)
	}
}

// blockedLayer writes that the host with the layers is the trouble.
func (x *examination) blockedLayer(t *transfer) {
	host := cmp.Or(t.host, "the registry")
	do := []string{fmt.Sprintf("let this machine, and its proxy if there is one, reach https://%s", host)}
	if strings.Contains(host, ".amazonaws.com") && strings.Contains(host, "s3") {
		do = append(do, fmt.Sprintf("in a VPC with a gateway endpoint for S3, have its policy and the route tables allow s3:GetObject on arn:aws:s3:::prod-%s-starport-layer-bucket/*", x.ref.registry.Region))
	}
	why := t.said
	if t.err != nil {
		why = t.err.Error()
		var dns *net.DNSError
		if errors.As(t.err, &dns) {
			why = "its name cannot be resolved"
		}
	}
	x.fail(Layer, LayerBlocked, fmt.Sprintf("the registry sends clients to %s for layers, which fails there: %s", host, why), do...)
}

// bytesText writes a number of bytes for a person.
func bytesText(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	v, units := float64(n)/unit, "KMGT"
	for len(units) > 1 && v >= unit {
		v, units = v/unit, units[1:]
	}
	return fmt.Sprintf("%.1f %ciB", v, units[0])
}
