// Package event tells webhooks what happens in a registry, in the form that Amazon ECR gives its events to EventBridge.
//
// An event is emitted in the transaction of what it tells of and becomes one job for each destination that wants it:
// nothing is sent of what did not happen, and what happened is sent at least once.
package event

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/meta"
)

// The detail types of Amazon ECR's events.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
const (
	TypeImageAction            = "ECR Image Action"
	TypeReferrerAction         = "ECR Referrer Action"
	TypeImageScan              = "ECR Image Scan"
	TypeScanResourceChange     = "ECR Scan Resource Change"
	TypeReplicationAction      = "ECR Replication Action"
	TypePullThroughCacheAction = "ECR Pull Through Cache Action"
)

// DetailTypes returns the detail types that a destination can ask for, in byte order.
func DetailTypes() []string {
	return []string{TypeImageAction, TypeImageScan, TypePullThroughCacheAction, TypeReferrerAction, TypeReplicationAction, TypeScanResourceChange}
}

// Event is something that happened in a registry.
type Event struct {
	Account, Region string
	Repository      string // the repository it is about, which destinations choose by; not sent
	DetailType      string
	Resources       []string // ARNs
	Detail          any      // encoded as JSON
	Time            time.Time
}

// envelope is an event as EventBridge delivers it.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
type envelope struct {
	Version    string    `json:"version"`
	ID         string    `json:"id"`
	DetailType string    `json:"detail-type"`
	Source     string    `json:"source"`
	Account    string    `json:"account"`
	Time       time.Time `json:"time"` // whole seconds
	Region     string    `json:"region"`
	Resources  []string  `json:"resources"`
	Detail     any       `json:"detail"`
}

// Source of events as EventBridge has it.
const source = "aws.ecr"

// body returns the document that is sent, with a new id.
func (e Event) body(source string) (id string, body []byte, err error) {
	v := envelope{
		Version: "0", ID: uuid.NewString(), DetailType: e.DetailType, Source: source, Account: e.Account,
		Time: e.Time.UTC().Truncate(time.Second), Region: e.Region, Resources: e.Resources, Detail: e.Detail,
	}
	if v.Resources == nil {
		v.Resources = []string{}
	}
	body, err = json.Marshal(v)
	return v.ID, body, err
}

// DeliverJob is the kind of the jobs that deliver events; [Webhooks.Deliver] does them.
const DeliverJob = "event.deliver"

// delivery is the payload of such a job.
type delivery struct {
	Account     string    `json:"account"`
	Region      string    `json:"region"`
	Destination string    `json:"destination"`
	ID          string    `json:"id"` // of the event
	Time        time.Time `json:"time"`
	Body        []byte    `json:"body"` // sent as it is, so that each attempt is the same
}

// Emit sends an event to the destinations that want it, once the transaction is committed. Without one it does nothing.
func Emit(tx *meta.Tx, e Event) error {
	to, err := destinations(tx, e.Account, e.Region)
	if err != nil {
		return fmt.Errorf("emit %s: %w", e.DetailType, err)
	}
	to = slices.DeleteFunc(to, func(d *Destination) bool { return !d.wants(e) })
	if len(to) == 0 {
		return nil
	}
	id, body, err := e.body(source)
	if err != nil {
		return fmt.Errorf("emit %s: %w", e.DetailType, err)
	}
	for _, d := range to {
		payload := delivery{Account: e.Account, Region: e.Region, Destination: d.Name, ID: id, Time: e.Time, Body: body}
		if err := job.Enqueue(tx, job.New{Kind: DeliverJob, Payload: payload}); err != nil {
			return fmt.Errorf("emit %s: %w", e.DetailType, err)
		}
	}
	return nil
}

// Wanted reports whether a registry has a destination for events, which may
// want only some. It reads tables of access alone; see meta.Memo.
func Wanted(tx *meta.Tx, account, region string) (bool, error) {
	to, err := destinations(tx, account, region)
	return len(to) > 0, err
}

func (d *Destination) wants(e Event) bool {
	return strings.HasPrefix(e.Repository, d.RepositoryPrefix) &&
		(len(d.DetailTypes) == 0 || slices.Contains(d.DetailTypes, e.DetailType))
}

// Image is what events say of an image.
type Image struct {
	Account, Region, Repository string
	Digest                      string
	Tag                         string // "" for an image without, or an action on all of it
	ManifestMediaType           string
	ArtifactMediaType           string
	Referrer                    bool // its manifest has a subject
}

func (i Image) arn() string { return arn.Repository(i.Account, i.Region, i.Repository) }

// Action is what was done to an image.
type Action string

// Actions.
const (
	Push               Action = "PUSH"
	Delete             Action = "DELETE"
	UpdateStorageClass Action = "UPDATE_STORAGE_CLASS"
)

// imageAction is the detail of an ECR Image Action and of an ECR Referrer Action.
type imageAction struct {
	Result             string `json:"result"`
	Repository         string `json:"repository-name"`
	Digest             string `json:"image-digest"`
	Action             Action `json:"action-type"`
	Tag                string `json:"image-tag,omitempty"`
	TargetStorageClass string `json:"target-storage-class,omitempty"`
	ManifestMediaType  string `json:"manifest-media-type,omitempty"`
	ArtifactMediaType  string `json:"artifact-media-type,omitempty"`
	LastActivatedAt    string `json:"last-activated-at,omitempty"`
}

// ImageAction returns the event of a push or a deletion: one for each tag, or one without a tag for an image that has
// none. It is an ECR Referrer Action if the image is a referrer.
func ImageAction(a Action, i Image, at time.Time) Event {
	return imageEvent(i, at, imageAction{
		Result: "SUCCESS", Repository: i.Repository, Digest: i.Digest, Action: a, Tag: i.Tag,
		ManifestMediaType: i.ManifestMediaType, ArtifactMediaType: i.ArtifactMediaType,
	})
}

// StorageClass returns the event of an image that was archived (target ARCHIVE) or restored (target STANDARD), at
// lastActivated then.
func StorageClass(i Image, target string, lastActivated, at time.Time) Event {
	detail := imageAction{
		Result: "SUCCESS", Repository: i.Repository, Digest: i.Digest, Action: UpdateStorageClass, TargetStorageClass: target,
		ManifestMediaType: i.ManifestMediaType, ArtifactMediaType: i.ArtifactMediaType,
	}
	if !lastActivated.IsZero() {
		detail.LastActivatedAt = lastActivated.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	return imageEvent(i, at, detail)
}

func imageEvent(i Image, at time.Time, detail imageAction) Event {
	e := Event{Account: i.Account, Region: i.Region, Repository: i.Repository, DetailType: TypeImageAction, Detail: detail, Time: at}
	if i.Referrer {
		e.DetailType = TypeReferrerAction
	}
	return e
}

// imageScan is the detail of an ECR Image Scan.
type imageScan struct {
	Status     string           `json:"scan-status"`
	Repository string           `json:"repository-name"`
	Counts     map[string]int64 `json:"finding-severity-counts"`
	Digest     string           `json:"image-digest"`
	Tags       []string         `json:"image-tags"`
}

// ImageScan returns the event of a scan that ended with a status, COMPLETE or FAILED. counts has the severities of which
// there are findings.
func ImageScan(i Image, tags []string, status string, counts map[string]int64, at time.Time) Event {
	if counts == nil {
		counts = map[string]int64{}
	}
	if tags == nil {
		tags = []string{}
	}
	return Event{
		Account: i.Account, Region: i.Region, Repository: i.Repository, DetailType: TypeImageScan, Resources: []string{i.arn()}, Time: at,
		Detail: imageScan{Status: status, Repository: i.Repository, Counts: counts, Digest: i.Digest, Tags: tags},
	}
}

// replicationAction is the detail of an ECR Replication Action.
type replicationAction struct {
	Result        string `json:"result"`
	Repository    string `json:"repository-name"`
	Digest        string `json:"image-digest"`
	SourceAccount string `json:"source-account"`
	Action        string `json:"action-type"`
	SourceRegion  string `json:"source-region"`
	Tag           string `json:"image-tag,omitempty"`
}

// ReplicationAction returns the event of a replication that ended, in the registry that the image i came to, or should
// have.
func ReplicationAction(i Image, sourceAccount, sourceRegion string, succeeded bool, at time.Time) Event {
	result := "SUCCESS"
	if !succeeded {
		result = "FAILED"
	}
	return Event{
		Account: i.Account, Region: i.Region, Repository: i.Repository, DetailType: TypeReplicationAction, Resources: []string{i.arn()}, Time: at,
		Detail: replicationAction{
			Result: result, Repository: i.Repository, Digest: i.Digest, SourceAccount: sourceAccount,
			Action: "REPLICATE", SourceRegion: sourceRegion, Tag: i.Tag,
		},
	}
}

// CacheSync says how the synchronisation of a pull-through cache went.
type CacheSync struct {
	Prefix        string // ecrRepositoryPrefix of the rule
	Upstream      string // upstreamRegistryUrl of the rule
	FailureCode   string // "" for success
	FailureReason string
}

// pullThroughCacheAction is the detail of an ECR Pull Through Cache Action.
type pullThroughCacheAction struct {
	RuleVersion   string `json:"rule-version"`
	Status        string `json:"sync-status"`
	Prefix        string `json:"ecr-repository-prefix"`
	Repository    string `json:"repository-name"`
	Upstream      string `json:"upstream-registry-url"`
	Tag           string `json:"image-tag,omitempty"`
	Digest        string `json:"image-digest,omitempty"`
	FailureCode   string `json:"failure-code,omitempty"`
	FailureReason string `json:"failure-reason,omitempty"`
}

// PullThroughCacheAction returns the event of an attempt to bring an image from an upstream registry.
func PullThroughCacheAction(i Image, s CacheSync, at time.Time) Event {
	status := "SUCCESS"
	if s.FailureCode != "" {
		status = "FAILED"
	}
	return Event{
		Account: i.Account, Region: i.Region, Repository: i.Repository, DetailType: TypePullThroughCacheAction, Resources: []string{i.arn()}, Time: at,
		Detail: pullThroughCacheAction{
			RuleVersion: "1", Status: status, Prefix: s.Prefix, Repository: i.Repository, Upstream: s.Upstream,
			Tag: i.Tag, Digest: i.Digest, FailureCode: s.FailureCode, FailureReason: s.FailureReason,
		},
	}
}
