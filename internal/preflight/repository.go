package preflight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/ocispec"
)

// repository is what is known of one repository and of those of its images
// that are asked for.
type repository struct {
	access *access.Repository
	refs   []endpoint.Image
	facts  map[string]*fact // by "tag:…" and digest
	// tags says which tags can be moved.
	tags    types.ImageTagMutability
	except  []string // patterns of tags that are the other way
	unread  string   // why the images could not be read
	notes   []string
	cfg     *aws.Config
	api     *ecr.Client
	account *string
	name    *string

	expiring map[string]string // digest to what will happen
}

// fact is what is known of one image.
type fact struct {
	found      bool
	digest     string
	tagDigest  string // what the tag of a reference with a digest means
	notImage   string // what it is instead of a container image
	config     string // digest of the config, which tells the platform of a single image
	platforms  []string
	noPlatform string // why they are not known
	unknown    string // why it is not known whether it exists
}

func (f *fact) missing(ref endpoint.Image) string {
	if ref.Digest != "" {
		return fmt.Sprintf("there is no image %s in repository %s", ref.Digest, ref.Repository)
	}
	return fmt.Sprintf("there is no tag %s in repository %s", ref.Tag, ref.Repository)
}

func newRepository(img endpoint.Image) *repository {
	whole := img
	whole.Tag, whole.Digest = "", ""
	return &repository{
		access: access.NewRepository(whole), facts: map[string]*fact{}, expiring: map[string]string{},
		account: aws.String(img.Account), name: aws.String(img.Repository),
	}
}

// want asks for an image.
func (r *repository) want(ref endpoint.Image) {
	if (ref.Tag != "" || ref.Digest != "") && !slices.Contains(r.refs, ref) {
		r.refs = append(r.refs, ref)
	}
}

// fact is what is known of an image that was asked for, nil if nothing is.
func (r *repository) fact(ref endpoint.Image) *fact {
	if ref.Digest != "" {
		f := r.facts[ref.Digest]
		if f == nil {
			return nil
		}
		own := *f
		if t := r.facts["tag:"+ref.Tag]; t != nil && t.found {
			own.tagDigest = t.digest
		}
		return &own
	}
	return r.facts["tag:"+ref.Tag]
}

// find reads the owner's side and looks for the images.
func (r *repository) find(ctx context.Context, o Options) error {
	cfg, missing, err := o.Credentials.Owner(ctx, r.access.Image.Registry)
	if err != nil {
		return err
	}
	if cfg == nil {
		r.access.Unknown = missing
		return nil
	}
	r.cfg, r.api = cfg, ecr.NewFromConfig(*cfg)
	if err := r.access.Load(ctx, r.api); err != nil {
		return err
	}
	for _, u := range r.access.Unread {
		r.notes = append(r.notes, fmt.Sprintf("not read of %s: %s", *r.name, u))
	}
	if r.access.Gone || r.access.Unknown != "" {
		return nil
	}
	return r.images(ctx)
}

// load does find, and reads what else is checked.
func (r *repository) load(ctx context.Context, o Options) error {
	if err := r.find(ctx, o); err != nil || r.api == nil || r.access.Gone || r.access.Unknown != "" {
		return err
	}
	if !o.skips(Tag) {
		if err := r.mutability(ctx); err != nil {
			return err
		}
	}
	if !o.skips(Platform) {
		if err := r.configs(ctx); err != nil {
			return err
		}
	}
	if !o.skips(Lifecycle) && r.anyFound() {
		return r.lifecycle(ctx, o)
	}
	return nil
}

func (r *repository) anyFound() bool {
	for _, f := range r.facts {
		if f.found {
			return true
		}
	}
	return false
}

// refused returns what an API answered instead of a result, which is not an
// error of the API where it does not know the operation; other errors are of
// asking at all.
func refused(err error) (code string, ok bool) {
	var answer smithy.APIError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(err, &answer):
		return answer.ErrorCode(), true
	case errors.As(err, &response):
		return fmt.Sprintf("HTTP status %d", response.HTTPStatusCode()), true
	}
	return "", false
}

// pageOfImages is how many images BatchGetImage takes.
const pageOfImages = 100

// images looks for the images by their manifests, which also tell what they
// are.
func (r *repository) images(ctx context.Context) error {
	var ids []types.ImageIdentifier
	seen := map[string]bool{}
	add := func(key string, id types.ImageIdentifier) {
		if !seen[key] {
			seen[key] = true
			ids = append(ids, id)
		}
	}
	for _, ref := range r.refs {
		if ref.Digest != "" {
			add(ref.Digest, types.ImageIdentifier{ImageDigest: aws.String(ref.Digest)})
		}
		if ref.Tag != "" {
			add("tag:"+ref.Tag, types.ImageIdentifier{ImageTag: aws.String(ref.Tag)})
		}
	}
	for page := range slices.Chunk(ids, pageOfImages) {
		out, err := r.api.BatchGetImage(ctx, &ecr.BatchGetImageInput{
			RegistryId: r.account, RepositoryName: r.name, ImageIds: page,
			AcceptedMediaTypes: []string{ocispec.MediaTypeImageIndex, ocispec.MediaTypeImageManifest, ocispec.MediaTypeDockerList, ocispec.MediaTypeDockerManifest},
		})
		if code, ok := refused(err); ok {
			r.unread = fmt.Sprintf("ecr:BatchGetImage answered %s", code)
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the images of %s: %w", *r.name, err)
		}
		for _, f := range out.Failures {
			r.setFact(f.ImageId, failure(f))
		}
		for _, i := range out.Images {
			r.setFact(i.ImageId, manifestFact(i))
		}
	}
	return nil
}

func failure(f types.ImageFailure) *fact {
	if f.FailureCode == types.ImageFailureCodeImageNotFound {
		return &fact{}
	}
	return &fact{unknown: fmt.Sprintf("%s: %s", f.FailureCode, aws.ToString(f.FailureReason))}
}

// setFact keeps what was learnt of an identifier that was asked for: a tag or
// a digest, of which ECR answers both.
func (r *repository) setFact(id *types.ImageIdentifier, f *fact) {
	if id == nil {
		return
	}
	if tag := aws.ToString(id.ImageTag); tag != "" {
		r.facts["tag:"+tag] = f
	}
	if digest := aws.ToString(id.ImageDigest); digest != "" {
		r.facts[digest] = f
	}
}

// manifestFact reads a manifest.
func manifestFact(i types.Image) *fact {
	f := &fact{found: true, digest: aws.ToString(i.ImageId.ImageDigest)}
	raw := []byte(aws.ToString(i.ImageManifest))
	m, err := ocispec.ParseManifest(raw, aws.ToString(i.ImageManifestMediaType))
	if err != nil {
		f.noPlatform = err.Error()
		return f
	}
	if !m.IsIndex() {
		if m.Config == nil || !ocispec.IsImageConfig(m.Config.MediaType) {
			f.notImage = "an artifact of type " + m.EffectiveArtifactType()
			return f
		}
		f.config = m.Config.Digest.String()
		return f
	}
	var index struct {
		Manifests []struct {
			Platform platform `json:"platform"`
		} `json:"manifests"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		f.noPlatform = err.Error()
		return f
	}
	for _, c := range index.Manifests {
		if p := c.Platform.String(); p != "" && !slices.Contains(f.platforms, p) {
			f.platforms = append(f.platforms, p)
		}
	}
	if len(f.platforms) == 0 {
		f.noPlatform = "the index names no platforms"
	}
	return f
}

// platform is that of an index's member, or of a config, which has the same
// members.
type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

// String is empty for what is no platform, as attestations in an index are.
func (p platform) String() string {
	if p.OS == "" || p.OS == "unknown" || p.Architecture == "" || p.Architecture == "unknown" {
		return ""
	}
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" && (p.Architecture != "arm64" || p.Variant != "v8") {
		s += "/" + p.Variant
	}
	return s
}

// maxConfig bounds what is read of a config.
const maxConfig = 8 << 20

// configs reads the configs of single images.
func (r *repository) configs(ctx context.Context) error {
	for _, f := range r.facts { // one of them may be there by tag and by digest
		if f.config == "" || f.platforms != nil || f.noPlatform != "" {
			continue
		}
		p, why, err := r.config(ctx, f.config)
		if err != nil {
			return err
		}
		if f.noPlatform = why; why == "" {
			f.platforms = []string{p}
		}
	}
	return nil
}

// config downloads a config as nodes download layers.
func (r *repository) config(ctx context.Context, digest string) (p, why string, err error) {
	out, err := r.api.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RegistryId: r.account, RepositoryName: r.name, LayerDigest: &digest})
	if code, ok := refused(err); ok {
		return "", fmt.Sprintf("ecr:GetDownloadUrlForLayer answered %s", code), nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read the config of an image of %s: %w", *r.name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, aws.ToString(out.DownloadUrl), nil)
	if err != nil {
		return "", "its config has no usable URL", nil //nolint:nilerr // the URL is a secret, and so is the error
	}
	answer, err := r.cfg.HTTPClient.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
		return "", "its config could not be downloaded", nil //nolint:nilerr // as above
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", "its config could not be downloaded: " + answer.Status, nil
	}
	var c platform
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxConfig)).Decode(&c); err != nil || c.String() == "" {
		return "", "its config names no platform", nil //nolint:nilerr // whatever the reason
	}
	return c.String(), "", nil
}

// mutability reads which tags can be moved.
func (r *repository) mutability(ctx context.Context) error {
	out, err := r.api.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: r.account, RepositoryNames: []string{*r.name}})
	if code, ok := refused(err); ok {
		r.notes = append(r.notes, fmt.Sprintf("whether tags of %s can be moved was not checked: ecr:DescribeRepositories answered %s", *r.name, code))
		return nil
	}
	if err != nil || len(out.Repositories) == 0 {
		return err
	}
	r.tags = out.Repositories[0].ImageTagMutability
	for _, f := range out.Repositories[0].ImageTagMutabilityExclusionFilters {
		r.except = append(r.except, aws.ToString(f.Filter))
	}
	return nil
}

// mutable reports whether a tag can be moved.
func (r *repository) mutable(tag string) bool {
	excepted := slices.ContainsFunc(r.except, func(pattern string) bool {
		words := strings.Split(pattern, "*")
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		ok, err := regexp.MatchString("^"+strings.Join(words, ".*")+"$", tag)
		return ok && err == nil
	})
	switch r.tags {
	case types.ImageTagMutabilityMutable:
		return true
	case types.ImageTagMutabilityMutableWithExclusion:
		return !excepted
	case types.ImageTagMutabilityImmutableWithExclusion:
		return excepted
	}
	return false
}

// lifecycle finds the images that the repository's lifecycle policy takes
// away: with its next run, as ECR's own preview says, or within a while, by
// what ECR tells of the images.
func (r *repository) lifecycle(ctx context.Context, o Options) error {
	out, err := r.api.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RegistryId: r.account, RepositoryName: r.name})
	var none *types.LifecyclePolicyNotFoundException
	if errors.As(err, &none) {
		return nil
	}
	if code, ok := refused(err); ok {
		r.noLifecycle("ecr:GetLifecyclePolicy answered " + code)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the lifecycle policy of %s: %w", *r.name, err)
	}
	previewed, err := r.preview(ctx, o)
	if err != nil {
		return err
	}
	p, err := lifecycle.Parse([]byte(aws.ToString(out.LifecyclePolicyText)))
	if err != nil {
		r.noLifecycle(err.Error())
		return nil
	}
	return r.foresee(ctx, p, previewed, o)
}

func (r *repository) noLifecycle(why string) {
	r.notes = append(r.notes, fmt.Sprintf("whether images of %s expire soon was not checked: %s", *r.name, why))
}

// Looking at a preview: how often, and how long.
const (
	firstLook = 200 * time.Millisecond
	lastLook  = 5 * time.Second
	patience  = time.Minute
)

// preview asks ECR what the policy would do now. ok is false where it does not
// tell.
func (r *repository) preview(ctx context.Context, o Options) (ok bool, err error) {
	_, err = r.api.StartLifecyclePolicyPreview(ctx, &ecr.StartLifecyclePolicyPreviewInput{RegistryId: r.account, RepositoryName: r.name})
	var running *types.LifecyclePolicyPreviewInProgressException
	if _, answered := refused(err); err != nil && !errors.As(err, &running) {
		if answered {
			return false, nil // not permitted, or not known there
		}
		return false, fmt.Errorf("preview the lifecycle policy of %s: %w", *r.name, err)
	}
	wait := o.Wait
	if wait == nil {
		wait = sleep
	}
	waited := time.Duration(0)
	in := &ecr.GetLifecyclePolicyPreviewInput{RegistryId: r.account, RepositoryName: r.name}
	for look := firstLook; ; look = min(2*look, lastLook) {
		out, err := r.api.GetLifecyclePolicyPreview(ctx, in)
		if _, answered := refused(err); answered {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("preview the lifecycle policy of %s: %w", *r.name, err)
		}
		switch out.Status {
		case types.LifecyclePolicyPreviewStatusComplete:
			return true, r.previewResults(ctx, in, out)
		case types.LifecyclePolicyPreviewStatusInProgress:
		default:
			return false, nil
		}
		if waited >= patience {
			return false, nil
		}
		if err := wait(ctx, look); err != nil {
			return false, err
		}
		waited += look
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *repository) previewResults(ctx context.Context, in *ecr.GetLifecyclePolicyPreviewInput, out *ecr.GetLifecyclePolicyPreviewOutput) error {
	for {
		for _, p := range out.PreviewResults {
			what := "expires"
			if p.Action != nil && p.Action.Type == types.ImageActionTypeTransition {
				what = "goes to the archive, from which nothing is pulled,"
			}
			r.expiring[aws.ToString(p.ImageDigest)] = fmt.Sprintf("%s with the next run of the repository's lifecycle policy, within 24 hours, by rule %d", what, aws.ToInt32(p.AppliedRulePriority))
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		next := *in
		next.NextToken = out.NextToken
		var err error
		if out, err = r.api.GetLifecyclePolicyPreview(ctx, &next); err != nil {
			return fmt.Errorf("preview the lifecycle policy of %s: %w", *r.name, err)
		}
	}
}

// foresee applies the policy to what ECR tells of the images, as of later.
// Where there was a preview, only what age does is taken from it: which images
// an index holds together, which decides how images are counted, is not told.
func (r *repository) foresee(ctx context.Context, p *lifecycle.Policy, previewed bool, o Options) error {
	var images []lifecycle.Image
	for pages := ecr.NewDescribeImagesPaginator(r.api, &ecr.DescribeImagesInput{RegistryId: r.account, RepositoryName: r.name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if code, ok := refused(err); ok {
			if !previewed {
				r.noLifecycle("ecr:DescribeImages answered " + code)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("list the images of %s: %w", *r.name, err)
		}
		for _, d := range page.ImageDetails {
			images = append(images, lifecycle.Image{
				Digest: aws.ToString(d.ImageDigest), Tags: d.ImageTags, PushedAt: aws.ToTime(d.ImagePushedAt), PulledAt: aws.ToTime(d.LastRecordedPullTime),
				ArchivedAt: aws.ToTime(d.LastArchivedAt), ActivatedAt: aws.ToTime(d.LastActivatedAt),
				Archived: d.ImageStatus == types.ImageStatusArchived, Subject: aws.ToString(d.SubjectManifestDigest),
			})
		}
	}
	then := o.Now.Add(o.Within)
	for i, v := range lifecycle.Evaluate(p, images, lifecycle.Options{Now: then}) {
		digest := images[i].Digest
		if _, ok := r.expiring[digest]; ok || v.Action == lifecycle.Keep || previewed && v.Cause != lifecycle.ByAge {
			continue
		}
		what := "expires"
		if v.Action == lifecycle.Transition {
			what = "goes to the archive, from which nothing is pulled,"
		}
		r.expiring[digest] = fmt.Sprintf("%s within %s by rule %d of the repository's lifecycle policy", what, days(o.Within), v.Rule)
	}
	return nil
}

func days(d time.Duration) string {
	if d <= 24*time.Hour {
		return "24 hours"
	}
	return fmt.Sprintf("%d days", int(d.Hours()+23)/24)
}
