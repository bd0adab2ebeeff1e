package policy

import "strings"

const rootMayNotAssume = "Roles may not be assumed by root accounts."

// Message returns the sentence with which AWS refuses the request r that the decision is about, and ""
// when it is allowed:
//
//	User: arn:aws:iam::111122223333:user/alice is not authorized to perform: ecr:PutImage on resource:
//	arn:aws:ecr:us-east-1:111122223333:repository/x because no identity-based policy allows the
//	ecr:PutImage action
//
// Denials of sts:AssumeRole give no reason, as on AWS.
func (d Decision) Message(r *Request) string {
	if d.Allowed() {
		return ""
	}
	assume := d.Reason == ReasonTrust
	if service, name, _ := strings.Cut(strings.ToLower(r.Action), ":"); service == "sts" {
		switch name {
		case "assumerolewithsaml", "assumerolewithwebidentity":
			return "Not authorized to perform " + r.Action
		case "assumerole":
			assume = true
		}
	}
	if assume && r.Principal.Kind == Root {
		return rootMayNotAssume
	}
	sentence := "User: " + r.Principal.name() + " is not authorized to perform: " + r.Action +
		" on resource: " + r.Resource
	switch {
	case assume || d.Reason == ReasonNone:
		return sentence
	case d.Effect == ExplicitDeny:
		return sentence + " with an explicit deny in " + layerNames[d.Reason].denied
	default:
		return sentence + " because no " + layerNames[d.Reason].singular + " allows the " + r.Action + " action"
	}
}
