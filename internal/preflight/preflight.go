// Package preflight judges, before a workload runs, whether its data plane can
// pull and run the images that it names.
//
// Like package access it uses nothing but the public APIs of ECR and IAM, and
// says of what it could not read that it is unknown.
package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/workload"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// FormatVersion is the version of the JSON forms of [Report] and [Matrix],
// which docs/check.md describes. Members are added without a new one.
const FormatVersion = 1

// Status is the outcome of a check, of an image or of a report.
type Status string

// The statuses, from best to worst.
const (
	OK      Status = "ok"
	Skipped Status = "skipped" // nothing to check: not a private ECR registry
	Warning Status = "warning" // it works, but
	Unknown Status = "unknown" // it could not be checked
	Fail    Status = "fail"    // it would not work
)

var order = []Status{OK, Skipped, Warning, Unknown, Fail}

// worse returns the worse of two.
func worse(a, b Status) Status {
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Check names one thing that is looked at.
type Check string

// The checks.
const (
	Reference  Check = "reference"  // the reference is whole and is of a private ECR registry
	Region     Check = "region"     // the repository is where the data plane may, or best, pulls from
	Repository Check = "repository" // it exists
	Image      Check = "image"      // the tag or digest exists, and is a container image
	Access     Check = "access"     // the policies of both sides allow the pull
	Platform   Check = "platform"   // the image runs on the nodes
	Tag        Check = "tag"        // the reference means the same tomorrow
	Lifecycle  Check = "lifecycle"  // the repository's lifecycle policy keeps the image
	Login      Check = "login"      // the platform logs in to the registry
)

// Optional are the checks that can be left out.
var Optional = []Check{Platform, Tag, Lifecycle}

// Finding is what one check says.
type Finding struct {
	Check  Check  `json:"check"`
	Status Status `json:"status"`
	// Message is one line for a person.
	Message string `json:"message"`
	// Action and Account are, for what a policy denies, the action and the
	// account whose policy it is.
	Action  string `json:"action,omitempty"`
	Account string `json:"account,omitempty"`
	// Fixes are what would change it.
	Fixes []access.Fix `json:"fixes,omitempty"`
}

// Mention is one mention of an image and what there is to say of it.
type Mention struct {
	Image    string       `json:"image"` // as written
	File     string       `json:"file"`
	Member   string       `json:"member,omitempty"` // of an archive
	Line     int          `json:"line,omitempty"`
	Column   int          `json:"column,omitempty"`
	Where    string       `json:"where,omitempty"`
	Use      workload.Use `json:"use"`
	Platform string       `json:"platform,omitempty"` // that the workload demands
	Status   Status       `json:"status"`
	// Repository is the repository's ARN, Digest what the reference means now,
	// and Platforms those of the image.
	Repository string    `json:"repository,omitempty"`
	Digest     string    `json:"digest,omitempty"`
	Platforms  []string  `json:"platforms,omitempty"`
	Findings   []Finding `json:"findings"`
}

func (m *Mention) add(f Finding) {
	m.Findings = append(m.Findings, f)
	m.Status = worse(m.Status, f.Status)
}

func (m *Mention) say(c Check, s Status, format string, args ...any) {
	m.add(Finding{Check: c, Status: s, Message: fmt.Sprintf(format, args...)})
}

// Report is what there is to say of the images of some files. Its JSON form
// has stable names.
type Report struct {
	FormatVersion int      `json:"formatVersion"`
	DataPlane     string   `json:"dataPlane"`
	Principals    []string `json:"principals"`
	Region        string   `json:"region,omitempty"`
	Status        Status   `json:"status"`
	// Images are the mentions in the order of the files.
	Images []Mention `json:"images"`
	// Count is the number of images by status.
	Count map[Status]int `json:"count"`
	// Notes are what could not be seen.
	Notes []string `json:"notes,omitempty"`
}

// DataPlane is who pulls.
type DataPlane struct {
	// Name is how the user named it.
	Name string
	// Principals are ARNs.
	Principals []string
	// Region is where its nodes are; empty if unknown.
	Region string
	// SameRegion says why the platform pulls across accounts in that region
	// only; empty if it does not matter.
	SameRegion string
}

// Credentials find the configuration to use in an account of a registry's
// server. A nil configuration means that there is none, and missing says why.
type Credentials interface {
	Owner(ctx context.Context, reg endpoint.Registry) (cfg *aws.Config, missing string, err error)
	Puller(ctx context.Context, account string, reg endpoint.Registry) (cfg *aws.Config, missing string, err error)
}

// Options adjust [Run] and [CanPull].
type Options struct {
	Credentials Credentials
	Now         time.Time
	// Platform is that of the nodes, as "linux/arm64". What a workload demands
	// goes before it; empty means unknown.
	Platform string
	// Within is how far ahead the lifecycle policy is applied.
	Within time.Duration
	// Skip are checks that are left out.
	Skip []Check
	// Context are condition keys of the pull.
	Context map[string][]string
	// GrantCommand returns the command line that grants a pull.
	GrantCommand func(*access.Puller, endpoint.Image) string
	// Wait is called between two looks at a lifecycle preview; nil sleeps.
	Wait func(ctx context.Context, d time.Duration) error
}

func (o *Options) skips(c Check) bool { return slices.Contains(o.Skip, c) }

// workers bounds how many repositories are read at a time; ECR allows few
// requests a second.
const workers = 8

// parallel runs a function for each index below n, a few at a time. The first
// error ends it.
func parallel(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan int)
	var running sync.WaitGroup
	for range min(workers, n) {
		running.Go(func() {
			for i := range queue {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		queue <- i
	}
	close(queue)
	running.Wait()
	return context.Cause(ctx)
}

// Run checks the images of workload files for one data plane. Each repository
// is read once, however often it is named. The error is of what could not be
// asked at all.
func Run(ctx context.Context, plane DataPlane, files []*workload.File, o Options) (*Report, error) {
	r := &Report{
		FormatVersion: FormatVersion, DataPlane: plane.Name, Principals: plane.Principals, Region: plane.Region,
		Status: OK, Images: []Mention{}, Count: map[Status]int{},
	}
	run := &running{plane: plane, o: o, pullers: newPullers(plane.Principals, o)}
	var repositories []*repository
	byName := map[string]*repository{}
	var asked []question
	for _, f := range files {
		for _, i := range f.Images {
			r.Images = append(r.Images, Mention{
				Image: i.Ref, File: i.File, Member: i.Member, Line: i.Line, Column: i.Column, Where: i.Where, Use: i.Use, Platform: i.Platform,
				Status: OK, Findings: []Finding{},
			})
			m := &r.Images[len(r.Images)-1]
			q := question{index: len(r.Images) - 1, image: i, format: f.Format}
			if !run.reference(m, &q) {
				continue
			}
			uri := q.ref.URI(q.ref.Repository)
			if byName[uri] == nil {
				byName[uri] = newRepository(q.ref)
				repositories = append(repositories, byName[uri])
			}
			q.repository = byName[uri]
			q.repository.want(q.ref)
			asked = append(asked, q)
		}
	}
	if err := parallel(ctx, len(repositories), func(ctx context.Context, i int) error { return repositories[i].load(ctx, o) }); err != nil {
		return nil, err
	}
	for _, q := range asked {
		if err := run.judge(ctx, &r.Images[q.index], &q); err != nil {
			return nil, err
		}
	}
	for i := range r.Images {
		r.Count[r.Images[i].Status]++
		r.Status = worse(r.Status, r.Images[i].Status)
	}
	for _, repo := range repositories {
		r.note(repo.notes...)
	}
	r.note(run.notes...)
	return r, nil
}

func (r *Report) note(notes ...string) {
	for _, n := range notes {
		if !slices.Contains(r.Notes, n) {
			r.Notes = append(r.Notes, n)
		}
	}
}

// question is one mention that is of a private ECR registry.
type question struct {
	index      int
	image      workload.Image
	format     workload.Format
	ref        endpoint.Image
	repository *repository
}

type running struct {
	plane   DataPlane
	o       Options
	pullers *pullers
	notes   []string
}

// reference parses what was written. ok is false where nothing is left to
// check.
func (run *running) reference(m *Mention, q *question) (ok bool) {
	if q.image.Unclear != "" {
		m.say(Reference, Unknown, "cannot be checked: %s", q.image.Unclear)
		return false
	}
	text := m.Image
	if rest, found := strings.CutPrefix(text, "https://"); found {
		m.say(Reference, Fail, "a reference has no scheme: write %s", rest)
		return false
	}
	host, _, _ := strings.Cut(text, "/")
	if q.ref, ok = endpoint.ParseImage(text); !ok {
		if near := nearRegistry(host); near != "" {
			m.say(Reference, Fail, "%s", near)
			return false
		}
		m.say(Reference, Skipped, "not a private ECR registry, not checked")
		return false
	}
	m.Repository = access.NewRepository(q.ref).ARN()
	if endpoint.OfAWS(q.ref.Domain) {
		if near := catalog.SuggestRegion(q.ref.Region); near != "" {
			m.say(Region, Fail, "AWS has no region %s; did you mean %s?", q.ref.Region, near)
			return false
		}
	}
	if fault := badReference(q.ref); fault != "" {
		m.say(Reference, Fail, "%s", fault)
		return false
	}
	if q.ref.Tag == "" && q.ref.Digest == "" && q.image.NoTag == "" {
		q.ref.Tag = "latest"
	}
	return true
}

func (run *running) judge(ctx context.Context, m *Mention, q *question) error {
	if q.format == workload.Release && q.image.Use == workload.Build {
		run.notes = append(run.notes, fmt.Sprintf("Release builds from images of %s only with an integration: Account Settings > Integrations > AWS ECR private registry", q.ref.Host()))
	}
	run.region(m, q)
	run.login(m, q)
	if !run.existence(m, q) {
		return nil
	}
	if err := run.access(ctx, m, q); err != nil {
		return err
	}
	f := q.repository.fact(q.ref)
	if f == nil || !f.found {
		return nil
	}
	m.Digest, m.Platforms = f.digest, f.platforms
	if !run.o.skips(Platform) {
		run.platform(m, q, f)
	}
	if !run.o.skips(Tag) {
		run.tag(m, q, f)
	}
	if !run.o.skips(Lifecycle) {
		run.lifecycle(m, q, f)
	}
	return nil
}

// region compares the regions of repository and data plane.
func (run *running) region(m *Mention, q *question) {
	switch {
	case run.plane.Region == "" || run.plane.Region == q.ref.Region:
	case run.plane.SameRegion != "" && q.image.Use == workload.Run:
		m.say(Region, Fail, "the repository is in %s, the data plane in %s: %s", q.ref.Region, run.plane.Region, run.plane.SameRegion)
	default:
		m.say(Region, Warning, "the repository is in %s, the data plane in %s: every pull crosses regions, which takes longer and is charged as transfer; replicate it to %s",
			q.ref.Region, run.plane.Region, run.plane.Region)
	}
}

// login tells where Anyscale's nodes need more than their role to log in.
func (run *running) login(m *Mention, q *question) {
	if q.format != workload.Anyscale || q.image.Use != workload.Run {
		return
	}
	switch secret, ofAWS := q.image.LoginSecret, endpoint.OfAWS(q.ref.Domain); {
	case ofAWS && secret != "":
		m.say(Login, OK, "registry_login_secret %s is not used: nodes log in to Amazon ECR with their role", secret)
	case !ofAWS && secret == "":
		m.say(Login, Warning, "Anyscale's nodes log in by themselves to Amazon ECR only: give a registry_login_secret for %s", q.ref.Host())
	case !ofAWS:
		m.say(Login, OK, "nodes log in with registry_login_secret %s; its server must be %s", secret, q.ref.Host())
	}
}

// existence tells whether there is a repository and an image. more is false
// where nothing else can be said.
func (run *running) existence(m *Mention, q *question) (more bool) {
	r := q.repository
	switch {
	case r.access.Gone:
		m.say(Repository, Fail, "%s", r.gone(q.ref))
		return false
	case r.access.Unknown != "":
		m.say(Repository, Unknown, "whether it exists is not known: %s", r.access.Unknown)
		return true
	case q.image.NoTag != "":
		m.say(Repository, OK, "repository %s exists", q.ref.Repository)
		m.say(Image, Unknown, "which tag it has is not known: %s", q.image.NoTag)
		return true
	}
	f := r.fact(q.ref)
	switch {
	case f == nil || f.unknown != "":
		why := r.unread
		if f != nil {
			why = f.unknown
		}
		m.say(Image, Unknown, "whether it exists is not known: %s", why)
	case !f.found && q.image.Built:
		m.say(Image, Fail, "%s, which is that of the specification as it is now: build it", f.missing(q.ref))
	case !f.found:
		m.say(Image, Fail, "%s", f.missing(q.ref))
	case f.notImage != "":
		m.say(Image, Fail, "it is not a container image but %s", f.notImage)
	default:
		m.say(Image, OK, "exists, %s", f.digest)
	}
	return true
}

// access takes the pull through the policies of both sides.
func (run *running) access(ctx context.Context, m *Mention, q *question) error {
	pullers, err := run.pullers.of(ctx, q.ref.Registry)
	if err != nil {
		return err
	}
	for _, p := range pullers {
		cell, report, err := simulate(p, q.repository.access, q.ref, run.o)
		if err != nil {
			return err
		}
		f := Finding{Check: Access, Action: cell.Action, Account: cell.Account, Fixes: cell.Fixes}
		by := ""
		if len(pullers) > 1 {
			by = " by " + p.GrantARN()
		}
		switch cell.Status {
		case OK:
			f.Status, f.Message = OK, fmt.Sprintf("may be pulled%s, %s", by, cell.Why)
		case Unknown:
			f.Status, f.Message = Unknown, fmt.Sprintf("whether it may be pulled%s is not known: %s", by, cell.Why)
		default:
			f.Status, f.Message = Fail, fmt.Sprintf("may not be pulled%s: %s", by, cell.Why)
			if q.image.Use == workload.Build {
				f.Status, f.Message = Warning, f.Message+"; whoever builds the image must be able to"
			}
		}
		m.add(f)
		if cell.Status == OK {
			run.notes = append(run.notes, report.Notes...)
		}
	}
	return nil
}

// platform compares what the image runs on with what the nodes are.
func (run *running) platform(m *Mention, q *question, f *fact) {
	want := run.o.Platform
	if q.image.Platform != "" {
		want = q.image.Platform
	}
	switch {
	case f.notImage != "":
	case f.noPlatform != "":
		m.say(Platform, Unknown, "what it runs on is not known: %s", f.noPlatform)
	case want == "" && !runsOn(f.platforms, "linux/amd64"):
		m.say(Platform, Warning, "it is for %s only; what the nodes are is not known: give --platform", strings.Join(f.platforms, ", "))
	case want == "":
		m.say(Platform, OK, "it is for %s", strings.Join(f.platforms, ", "))
	case !runsOn(f.platforms, want):
		m.say(Platform, Fail, "it is for %s, the nodes are %s", strings.Join(f.platforms, ", "), want)
	default:
		m.say(Platform, OK, "it is for %s", want)
	}
}

// tag warns of references that may mean another image tomorrow.
func (run *running) tag(m *Mention, q *question, f *fact) {
	r := q.repository
	switch {
	case q.ref.Digest != "" && f.tagDigest != "" && f.tagDigest != q.ref.Digest:
		m.say(Tag, Warning, "tag %s is another image now, %s; the digest counts", q.ref.Tag, f.tagDigest)
	case q.ref.Digest != "":
	case r.mutable(q.ref.Tag) && q.image.Built:
		m.say(Tag, Warning, "tag %s can be moved to another image: make the repository's tags immutable", q.ref.Tag)
	case r.mutable(q.ref.Tag):
		m.say(Tag, Warning, "tag %s can be moved to another image: pin @%s, or make the repository's tags immutable", q.ref.Tag, f.digest)
	}
}

// lifecycle warns of images that the repository's policy is about to take away.
func (run *running) lifecycle(m *Mention, q *question, f *fact) {
	r := q.repository
	if v, ok := r.expiring[f.digest]; ok {
		m.say(Lifecycle, Warning, "%s", v)
	}
}
