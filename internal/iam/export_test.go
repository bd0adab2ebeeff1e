package iam

import "context"

// RewrapOne does the first batch of Rewrap, as when it breaks off then.
func (m *IAM) RewrapOne(ctx context.Context) (int, error) {
	_, n, _, err := m.rewrap(ctx, &sealedColumns()[0], "")
	return n, err
}
