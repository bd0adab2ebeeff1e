package authn

import "github.com/pratique-dev/pratique/internal/iam"

// Acting is the identity of a principal that the server itself acts as, such
// as a role that one of its services works as. It stands for no request, and
// has no credential.
func Acting(subject *iam.Subject) *Identity {
	id := &Identity{Subject: subject}
	id.Context = principalKeys(id)
	return id
}
