// Package lifecycle reads lifecycle policies of repositories and says what
// they mean for a repository's images.
//
// It knows only facts about images that it is given, and does nothing to them.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
package lifecycle

import (
	"encoding/json"
	"strings"
)

// Limits of Amazon ECR.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
const (
	MaxRules       = 50 // rules of one policy
	MaxWildcards   = 4  // of one entry of a tagPatternList
	MinArchiveDays = 90 // how long an image stays in the archive at least before a policy may expire it
)

// TagStatus says which images a rule selects by whether they are tagged.
type TagStatus string

// The values of tagStatus.
const (
	Tagged   TagStatus = "tagged"
	Untagged TagStatus = "untagged"
	Any      TagStatus = "any"
)

// StorageClass is where an image is kept.
type StorageClass string

// The values of storageClass.
const (
	Standard StorageClass = "standard"
	Archive  StorageClass = "archive"
)

// CountType says what a rule counts.
type CountType string

// The values of countType.
const (
	ImageCountMoreThan     CountType = "imageCountMoreThan"     // images
	SinceImagePushed       CountType = "sinceImagePushed"       // days since the push, or the return from the archive
	SinceImagePulled       CountType = "sinceImagePulled"       // days since the last pull
	SinceImageTransitioned CountType = "sinceImageTransitioned" // days in the archive
)

// Action is what a rule does to an image.
type Action string

// The actions; Keep is that of an image that no rule touches.
const (
	Keep       Action = ""
	Expire     Action = "expire"
	Transition Action = "transition" // to the archive
)

// Policy is a valid lifecycle policy.
type Policy struct {
	Rules []Rule `json:"rules"` // as they are written
}

// Rule is one rule of a policy.
type Rule struct {
	Priority    int        `json:"rulePriority"` // 1 or more; the rule with the least is applied first
	Description string     `json:"description,omitempty"`
	Selection   Selection  `json:"selection"`
	Action      RuleAction `json:"action"`
}

// Selection says which images a rule applies to, and how many or how old of
// them it leaves alone.
type Selection struct {
	TagStatus    TagStatus    `json:"tagStatus"`
	TagPrefixes  []string     `json:"tagPrefixList,omitempty"`  // with Tagged: each begins at least one of an image's tags
	TagPatterns  []string     `json:"tagPatternList,omitempty"` // or: each matches at least one of an image's tags
	StorageClass StorageClass `json:"storageClass,omitempty"`   // empty is Standard
	CountType    CountType    `json:"countType"`
	CountUnit    string       `json:"countUnit,omitempty"` // "days", but for ImageCountMoreThan
	Count        int          `json:"countNumber"`         // images or days, 1 or more
}

// RuleAction is what a rule does.
type RuleAction struct {
	Type   Action       `json:"type"`
	Target StorageClass `json:"targetStorageClass,omitempty"` // Archive with Transition
}

// class returns the storage class of the images that s selects.
func (s *Selection) class() StorageClass {
	if s.StorageClass == "" {
		return Standard
	}
	return s.StorageClass
}

// String returns the policy as compact JSON, the members in the order of the
// documentation.
func (p *Policy) String() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		panic(err) // strings and numbers always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}
