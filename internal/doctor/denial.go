package doctor

import (
	"regexp"
	"strings"
)

// Denial is AWS's sentence for a request that policies do not allow, taken
// apart. See "Access denied error messages" in the IAM User Guide.
type Denial struct {
	Principal string // ARN, or "anonymous"
	Action    string // "ecr:BatchGetImage"
	Resource  string // ARN or "*"
	// Type is the kind of policy that decided: identity, resource, boundary,
	// session, scp, rcp or endpoint; empty where the sentence does not say.
	Type string
	// Explicit means that a Deny statement decided, rather than the lack of
	// an Allow.
	Explicit bool
	// PolicyARN names the policy, where the sentence does.
	PolicyARN string
}

var (
	sentence  = regexp.MustCompile(`User: (\S+) is not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+) on resource: "?([^\s"]+)"?(.*)`)
	missing   = regexp.MustCompile(`^ because no (.+?) allows the `)
	forbidden = regexp.MustCompile(`^ with an explicit deny in (?:an? |the )?(.+?)(?:: (arn:\S+?))?[.]?$`)
)

// policyTypes are the names that the sentence has for kinds of policies. The
// guide has "sessions policy" as well.
var policyTypes = map[string]string{
	"identity-based policy":   "identity",
	"resource-based policy":   "resource",
	"permissions boundary":    "boundary",
	"session policy":          "session",
	"sessions policy":         "session",
	"service control policy":  "scp",
	"resource control policy": "rcp",
	"VPC endpoint policy":     "endpoint",
}

// ParseDenial finds the sentence in a text. ok is false if it is not there.
func ParseDenial(text string) (d Denial, ok bool) {
	m := sentence.FindStringSubmatch(text)
	if m == nil {
		return Denial{}, false
	}
	d = Denial{Principal: m[1], Action: m[2], Resource: m[3]}
	why := strings.TrimRight(m[4], " \r")
	if w := missing.FindStringSubmatch(why); w != nil {
		d.Type = policyTypes[w[1]]
	} else if w := forbidden.FindStringSubmatch(why); w != nil {
		d.Type, d.Explicit, d.PolicyARN = policyTypes[w[1]], true, w[2]
	}
	return d, true
}

// Code is the type of policy and "-missing" or "-deny", such as
// "identity-missing" and "scp-deny"; "denied" where the type is not known.
func (d Denial) Code() Code {
	switch {
	case d.Type == "":
		return "denied"
	case d.Explicit:
		return Code(d.Type + "-deny")
	default:
		return Code(d.Type + "-missing")
	}
}
