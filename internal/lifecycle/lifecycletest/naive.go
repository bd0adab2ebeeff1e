// Package lifecycletest has what tests of lifecycle policies share: a second,
// deliberately simple reading of the rules, and random repositories to compare
// it with the first.
package lifecycletest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/lifecycle"
)

// document is a policy as it is written. It is not lifecycle.Policy, so that
// the two readings have nothing in common but the text.
type document struct {
	Rules []rule `json:"rules"`
}

type rule struct {
	RulePriority int `json:"rulePriority"`
	Selection    struct {
		TagStatus      string   `json:"tagStatus"`
		TagPrefixList  []string `json:"tagPrefixList"`
		TagPatternList []string `json:"tagPatternList"`
		StorageClass   string   `json:"storageClass"`
		CountType      string   `json:"countType"`
		CountNumber    int      `json:"countNumber"`
	} `json:"selection"`
	Action struct {
		Type string `json:"type"`
	} `json:"action"`
}

// Naive returns what becomes of an image, "", "expire" or "transition", as the
// documentation of Amazon ECR reads word by word: for one image, looking at
// all others again for each question.
func Naive(policy string, images []lifecycle.Image, image int, now time.Time, protectPulled time.Duration) (string, error) {
	var d document
	if err := json.Unmarshal([]byte(policy), &d); err != nil {
		return "", fmt.Errorf("read policy: %w", err)
	}
	n := naive{images, now, protectPulled, d.Rules}
	return n.fate(image, nil), nil
}

type naive struct {
	images        []lifecycle.Image
	now           time.Time
	protectPulled time.Duration
	rules         []rule
}

// fate is what becomes of image i, whose fate those in asked wait for.
func (n *naive) fate(i int, asked []int) string {
	for _, a := range asked {
		if a == i {
			return "" // each is about the other
		}
	}
	subject := n.find(n.images[i].Subject)
	var action string
	if subject >= 0 {
		// Reference artifacts follow their subject.
		action = n.fate(subject, append(asked, i))
	} else {
		action = n.ruled(i)
	}
	if n.mustStay(i, action) {
		return ""
	}
	return action
}

func (n *naive) find(digest string) int {
	for i := range n.images {
		if digest != "" && n.images[i].Digest == digest {
			return i
		}
	}
	return -1
}

// ruled is what the rules do to an image. Rules are applied in the order of
// their priorities; an image that meets the tagging requirements of a rule is
// out of reach of those after it.
func (n *naive) ruled(i int) string {
	first := -1
	for r := range n.rules {
		if n.selects(&n.rules[r], i) && (first < 0 || n.rules[r].RulePriority < n.rules[first].RulePriority) {
			first = r
		}
	}
	if first >= 0 && n.marks(&n.rules[first], i) {
		return n.rules[first].Action.Type
	}
	return ""
}

func (n *naive) selects(r *rule, i int) bool {
	img := &n.images[i]
	if n.find(img.Subject) >= 0 {
		return false // it follows its subject
	}
	if img.Archived != (r.Selection.StorageClass == "archive") {
		return false
	}
	switch r.Selection.TagStatus {
	case "any":
		return true
	case "untagged":
		return len(img.Tags) == 0
	}
	for _, prefix := range r.Selection.TagPrefixList {
		if !some(img.Tags, prefix+"*") {
			return false
		}
	}
	for _, pattern := range r.Selection.TagPatternList {
		if !some(img.Tags, pattern) {
			return false
		}
	}
	return true
}

// some reports whether a pattern matches one of the tags.
func some(tags []string, pattern string) bool {
	for _, t := range tags {
		if wildcard(pattern, t) {
			return true
		}
	}
	return false
}

// wildcard tries every length of what a '*' stands for.
func wildcard(pattern, s string) bool {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return s == pattern
	}
	if !strings.HasPrefix(s, before) {
		return false
	}
	for rest := s[len(before):]; ; rest = rest[1:] {
		if wildcard(after, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}

// marks reports whether a rule that selects an image would touch it.
func (n *naive) marks(r *rule, i int) bool {
	day := 24 * time.Hour
	longAgo := n.now.Add(-time.Duration(r.Selection.CountNumber) * day)
	img := &n.images[i]
	switch r.Selection.CountType {
	case "sinceImagePushed":
		return born(img).Before(longAgo)
	case "sinceImagePulled":
		last := born(img)
		if img.PulledAt.After(last) || !img.PulledAt.IsZero() && img.ActivatedAt.IsZero() {
			last = img.PulledAt
		}
		return last.Before(longAgo)
	case "sinceImageTransitioned":
		return img.ArchivedAt.Before(longAgo)
	}
	younger := 0
	for j := range n.images {
		if j != i && n.selects(r, j) && comesBefore(&n.images[j], img) {
			younger++
		}
	}
	return younger >= r.Selection.CountNumber
}

// born is when an image came, or last came back from the archive.
func born(img *lifecycle.Image) time.Time {
	if img.ActivatedAt.IsZero() {
		return img.PushedAt
	}
	return img.ActivatedAt
}

func comesBefore(a, b *lifecycle.Image) bool {
	if born(a).Equal(born(b)) {
		return a.Digest < b.Digest
	}
	return born(a).After(born(b))
}

// mustStay reports whether something other than the rules keeps an image from
// an action.
func (n *naive) mustStay(i int, action string) bool {
	img := &n.images[i]
	for j := range n.images {
		for _, child := range n.images[j].Children {
			if child == img.Digest {
				return true // an index needs it
			}
		}
	}
	if !img.HeldUntil.IsZero() && n.now.Before(img.HeldUntil) {
		return true // it was just restored
	}
	if n.protectPulled > 0 && !img.PulledAt.IsZero() && n.now.Sub(img.PulledAt) < n.protectPulled {
		return true // it was just pulled
	}
	if action == "transition" {
		return img.Archived
	}
	return img.Archived && n.now.Sub(img.ArchivedAt) <= 90*24*time.Hour
}
