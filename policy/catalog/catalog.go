// Package catalog lists the actions of the services Pratique speaks and the AWS regions.
package catalog

import (
	"slices"
	"strings"
)

// Action is one IAM action.
type Action struct {
	Service string // "ecr"
	Name    string // "BatchGetImage"
	// Access is the access level, "Read", "List", "Write", "Tagging" or "Permissions management"; it is
	// recorded for ecr and ecr-public only.
	Access string
	// Resource tells that the action can be scoped to a resource. Otherwise it is evaluated against "*".
	Resource bool
	// ConditionKeys are the keys that requests for this action may fill beyond the global ones, as the
	// Service Authorization Reference writes them: "aws:RequestTag/${TagKey}".
	ConditionKeys []string
	// Permission tells that the action is a permission only: no API operation has its name.
	Permission bool
}

// String returns "service:Name".
func (a Action) String() string { return a.Service + ":" + a.Name }

func (s *service) action(r *row) Action {
	return Action{
		Service: s.name, Name: r.name, Access: r.access, Resource: r.resource, Permission: r.permission,
		ConditionKeys: strings.Fields(r.keys),
	}
}

// Services returns the services whose actions are catalogued, in alphabetical order.
func Services() []string {
	names := make([]string, len(services))
	for i := range services {
		names[i] = services[i].name
	}
	return names
}

func find(name string) *service {
	for i := range services {
		if strings.EqualFold(services[i].name, name) {
			return &services[i]
		}
	}
	return nil
}

// Actions returns the actions of a service in alphabetical order, nil for an unknown service.
func Actions(service string) []Action {
	s := find(service)
	if s == nil {
		return nil
	}
	all := make([]Action, len(s.rows))
	for i := range s.rows {
		all[i] = s.action(&s.rows[i])
	}
	return all
}

// Lookup returns the action called name ("ecr:BatchGetImage"), ignoring case.
func Lookup(name string) (Action, bool) {
	vendor, operation, _ := strings.Cut(name, ":")
	if s := find(vendor); s != nil {
		for i := range s.rows {
			if strings.EqualFold(s.rows[i].name, operation) {
				return s.action(&s.rows[i]), true
			}
		}
	}
	return Action{}, false
}

// Known reports whether name ("ecr:BatchGetImage", ignoring case) is a catalogued action.
func Known(name string) bool {
	_, ok := Lookup(name)
	return ok
}

// Suggest returns the catalogued action that name most likely means: "ecr:ListImages" for
// "ecr:ListImage", "ecr:BatchGetImage" for "BatchGetImage". It returns "" when name is known, has
// wildcards, or resembles none.
func Suggest(name string) string {
	if Known(name) || strings.ContainsAny(name, "*?") {
		return ""
	}
	vendor, operation, qualified := strings.Cut(name, ":")
	if !qualified {
		vendor, operation = "", name
	}
	known := find(vendor)
	best, least := "", slack(operation)+1
	for i := range services {
		s := &services[i]
		far := 0
		switch {
		case !qualified || s == known:
		case known != nil:
			continue
		default:
			if far = distance(vendor, s.name); far > slack(vendor) {
				continue
			}
		}
		for j := range s.rows {
			if d := far + distance(operation, s.rows[j].name); d < least {
				best, least = s.name+":"+s.rows[j].name, d
			}
		}
	}
	return best
}

// Regions returns the AWS regions of all partitions in alphabetical order.
func Regions() []string { return slices.Clone(regions[:]) }

// KnownRegion reports whether name is an AWS region.
func KnownRegion(name string) bool { return slices.Contains(regions[:], name) }

// SuggestRegion returns the region that name most likely means: "us-east-1" for "us-eas-1". It returns
// "" when name is a region or resembles none.
func SuggestRegion(name string) string {
	if KnownRegion(name) {
		return ""
	}
	best, least := "", slack(name)+1
	for _, r := range regions {
		if d := distance(name, r); d < least {
			best, least = r, d
		}
	}
	return best
}

// slack is how many slips of the pen a name of this length may hold.
func slack(name string) int { return min(1+len(name)/6, 4) }

// distance is the number of insertions, deletions, substitutions and swaps of neighbours that lead from
// one ASCII name to the other, ignoring case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(next[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
