package iam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pratique-dev/pratique/internal/meta"
)

// serviceRolePath is what the paths of service-linked roles begin with. Service control policies do not bind what is below,
// so nothing else may be there.
const serviceRolePath = "/aws-service-role/"

// serviceRoles are the roles that services may have, by service; see "Using service-linked roles for Amazon ECR" in the ECR
// user guide.
var serviceRoles = map[string]struct{ name, policyARN string }{
	"replication.ecr.amazonaws.com": {
		"AWSServiceRoleForECRReplication", servicePolicies + "ECRReplicationServiceRolePolicy",
	},
	"pullthroughcache.ecr.amazonaws.com": {
		"AWSServiceRoleForECRPullThroughCache", servicePolicies + "AWSECRPullThroughCache_ServiceRolePolicy",
	},
	"ecr.amazonaws.com": {
		"AWSServiceRoleForECRTemplate", servicePolicies + "ECRTemplateServiceRolePolicy",
	},
}

// protected reports whether only AWS may change what is at the path.
func protected(path string) bool { return strings.HasPrefix(path, serviceRolePath) }

// ServiceLinkedRolePath returns the path and the name of the role that a service may have. It reports false for services
// that have none here.
func ServiceLinkedRolePath(service string) (path, name string, ok bool) {
	r, ok := serviceRoles[service]
	return serviceRolePath + service + "/", r.name, ok
}

// CreateServiceLinkedRole creates the role of a service, which nobody but the service can assume and nobody can change.
// Errors: ErrInvalidInput, also when the role exists; ErrQuota.
func (m *IAM) CreateServiceLinkedRole(ctx context.Context, account, service, suffix, description string) (*Role, error) {
	refused := func(sentence string) error {
		return &Error{Kind: ErrInvalidInput, Entity: EntityRole, Name: service, Detail: sentence}
	}
	def, ok := serviceRoles[service]
	switch {
	case !ok:
		return nil, refused(service + " is not a valid service principal for service-linked roles of this server.")
	case suffix != "":
		return nil, refused("Custom suffix is not allowed for " + service)
	}
	r := &Role{
		Account: account, Path: serviceRolePath + service + "/", Name: def.name, ID: newID(prefixRole), Description: description,
		MaxSession: defaultSessionSeconds * time.Second, Created: m.timestamp(),
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["` + service + `"]},"Action":["sts:AssumeRole"]}]}`,
	}
	err := m.db.Write(ctx, func(tx *meta.Tx) error {
		err := mayCreate(tx, account, "iam_role", Entity{EntityRole, r.Name}, "RolesPerAccount", maxRoles)
		if errors.Is(err, ErrAlreadyExists) {
			return refused("Service role name " + r.Name + " has been taken in this account, please try a different suffix.")
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_role (account, name_key, name, path, id, description, max_session, trust, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			account, foldName(r.Name), r.Name, r.Path, r.ID, r.Description, int64(defaultSessionSeconds), r.Trust, r.Created.UnixMicro())
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO iam_attachment (entity_id, policy_arn, account) VALUES ($1, $2, $3)`, r.ID, def.policyARN, account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create service-linked role: %w", err)
	}
	return r, nil
}

// DeleteServiceLinkedRole deletes the role of a service at once, and returns the id by which to ask whether it is done.
// Errors: ErrNoSuchEntity, ErrInvalidInput for other roles.
func (m *IAM) DeleteServiceLinkedRole(ctx context.Context, account, name string) (task string, err error) {
	id := uuid.NewString()
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		r, err := roleByName(tx, account, name)
		if err != nil {
			return err
		}
		if !protected(r.Path) {
			return &Error{Kind: ErrInvalidInput, Entity: EntityRole, Name: r.Name, Detail: "The role " + r.Name + " is not a service-linked role."}
		}
		task = "task" + r.Path + r.Name + "/" + id
		for _, q := range []string{`DELETE FROM iam_attachment WHERE entity_id = $1`, `DELETE FROM iam_role WHERE id = $1`} {
			if _, err := tx.Exec(q, r.ID); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`INSERT INTO iam_role_deletion (id, account) VALUES ($1, $2)`, task, account)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("delete service-linked role: %w", err)
	}
	return task, nil
}

// RoleDeletion reports whether there was a deletion with the id. Errors: ErrNoSuchEntity.
func (m *IAM) RoleDeletion(ctx context.Context, account, task string) error {
	return m.db.Read(ctx, func(tx *meta.Tx) error {
		var n int
		err := tx.QueryRow(`SELECT COUNT(*) FROM iam_role_deletion WHERE id = $1 AND account = $2`, task, account).Scan(&n)
		if err == nil && n == 0 {
			err = noSuch(EntityDeletionTask, task)
		}
		return err
	})
}
