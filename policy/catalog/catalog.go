// Package catalog lists the actions of the services Pratique speaks and the AWS regions.
package catalog

// Action is one IAM action.
type Action struct {
	Service       string   // "ecr"
	Name          string   // "BatchGetImage"
	Access        string   // "Read", "List", "Write", "Tagging" or "Permissions management"; empty when not recorded
	Resource      bool     // the action can be scoped to a resource; otherwise it is evaluated against "*"
	ConditionKeys []string // service-specific and tag keys the action fills, lower case
	Permission    bool     // permission only: no API operation has this name
}

// String returns "service:Name".
func (a Action) String() string { return a.Service + ":" + a.Name }

// Actions returns the actions of a service in alphabetical order, nil for an unknown service.
func Actions(service string) []Action { return nil }

// Lookup returns the action called name ("ecr:BatchGetImage"), ignoring case.
func Lookup(name string) (Action, bool) { return Action{}, false }

// Known reports whether name ("ecr:BatchGetImage", ignoring case) is a catalogued action.
func Known(name string) bool { return false }

// Suggest returns the known action that name most likely means, "" when nothing is close.
func Suggest(name string) string { return "" }

// Regions returns the AWS regions in alphabetical order.
func Regions() []string { return nil }

// SuggestRegion returns the region that name most likely means, "" when nothing is close or name is one.
func SuggestRegion(name string) string { return "" }
