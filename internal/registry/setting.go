package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
)

// The account settings of ECR, which each registry has for itself.
const (
	// BasicScanType is how basic scanning scans; here, with whatever scanner there is.
	BasicScanType = "BASIC_SCAN_TYPE_VERSION"
	// PolicyScope says for which actions a registry's policy is enforced.
	PolicyScope = "REGISTRY_POLICY_SCOPE"
	// BlobMounting says whether Mount works.
	BlobMounting = "BLOB_MOUNTING"
)

// The values of PolicyScope.
const (
	PolicyScopeV1 = "V1" // the actions that have no repository policy to allow them; see InPolicyScope
	PolicyScopeV2 = "V2" // every action
)

// The values of BlobMounting.
const (
	enabled  = "ENABLED"
	disabled = "DISABLED"
)

// settingValues returns the values that a setting may have, the default first,
// and nil for a setting that there is not.
func settingValues(name string) []string {
	switch name {
	case BasicScanType:
		return []string{"AWS_NATIVE"}
	case PolicyScope:
		return []string{PolicyScopeV2, PolicyScopeV1}
	case BlobMounting:
		return []string{enabled, disabled}
	}
	return nil
}

// InPolicyScope reports whether a registry's policy is enforced for an action,
// such as "ecr:CreateRepository", under a value of PolicyScope.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
func InPolicyScope(scope, action string) bool {
	if scope != PolicyScopeV1 {
		return true
	}
	return slices.ContainsFunc([]string{"ecr:BatchImportUpstreamImage", "ecr:CreateRepository", "ecr:ReplicateImage"},
		func(a string) bool { return strings.EqualFold(a, action) })
}

func setting(tx *meta.Tx, account, region, name string) (value string, err error) {
	err = tx.QueryRow(`SELECT value FROM registry_setting WHERE account = $1 AND region = $2 AND name = $3`, account, region, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return settingValues(name)[0], nil
	}
	return value, err
}

// Setting returns the value of an account setting of a registry.
// Errors: ErrInvalidSetting when there is no such setting.
func (r *Registry) Setting(ctx context.Context, account, region, name string) (value string, err error) {
	if settingValues(name) == nil {
		return "", &Error{Kind: ErrInvalidSetting, Repo: Repo{Account: account, Region: region}}
	}
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		value, err = setting(tx, account, region, name)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("get setting %s: %w", name, err)
	}
	return value, nil
}

// SetSetting changes an account setting of a registry. Errors:
// ErrInvalidSetting when there is no such setting; ErrInvalidSettingValue.
func (r *Registry) SetSetting(ctx context.Context, account, region, name, value string) error {
	values := settingValues(name)
	switch {
	case values == nil:
		return &Error{Kind: ErrInvalidSetting, Repo: Repo{Account: account, Region: region}}
	case !slices.Contains(values, value):
		return &Error{Kind: ErrInvalidSettingValue, Repo: Repo{Account: account, Region: region},
			Err: fmt.Errorf("%s is one of %s", name, strings.Join(values, ", "))}
	}
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		_, err := tx.Exec(`INSERT INTO registry_setting (account, region, name, value) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, region, name) DO UPDATE SET value = excluded.value`, account, region, name, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("set setting %s: %w", name, err)
	}
	return nil
}
