package iam

import (
	"context"
	"fmt"

	"github.com/pratique-dev/pratique/internal/meta"
)

// Summary counts what an account has, and gives the quotas in force, by the keys of IAM's GetAccountSummary.
func (m *IAM) Summary(ctx context.Context, account string) (map[string]int32, error) {
	var out map[string]int32
	err := m.db.Read(ctx, func(tx *meta.Tx) error {
		out = map[string]int32{
			"UsersQuota": maxUsers, "GroupsQuota": maxGroups, "RolesQuota": maxRoles, "PoliciesQuota": maxPolicies,
			"InstanceProfilesQuota": maxInstanceProfiles, "VersionsPerPolicyQuota": maxVersions, "PolicySizeQuota": maxManagedPolicy,
			"UserPolicySizeQuota": maxUserInline, "GroupPolicySizeQuota": maxGroupInline, "RolePolicySizeQuota": maxRoleInline,
			"AssumeRolePolicySizeQuota": maxTrustPolicy, "AccessKeysPerUserQuota": maxKeysPerUser, "GroupsPerUserQuota": maxGroupsPerUser,
			"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached,
			"AttachedPoliciesPerRoleQuota": maxAttached,
			"MFADevices":                   0, "MFADevicesInUse": 0, "AccountMFAEnabled": 0, "AccountPasswordPresent": 0,
			"AccountSigningCertificatesPresent": 0, "ServerCertificates": 0, "GlobalEndpointTokenVersion": 1,
		}
		for key, query := range map[string]string{
			"Users":                    `SELECT COUNT(*) FROM iam_user WHERE account = $1`,
			"Groups":                   `SELECT COUNT(*) FROM iam_group WHERE account = $1`,
			"Roles":                    `SELECT COUNT(*) FROM iam_role WHERE account = $1`,
			"Policies":                 `SELECT COUNT(*) FROM iam_policy WHERE account = $1`,
			"InstanceProfiles":         `SELECT COUNT(*) FROM iam_instance_profile WHERE account = $1`,
			"PolicyVersionsInUse":      `SELECT COUNT(*) FROM iam_policy_version WHERE policy_id IN (SELECT id FROM iam_policy WHERE account = $1)`,
			"Providers":                `SELECT COUNT(*) FROM iam_oidc_provider WHERE account = $1`,
			"AccountAccessKeysPresent": `SELECT CASE WHEN EXISTS (SELECT 1 FROM iam_access_key WHERE owner_id = $1) THEN 1 ELSE 0 END`,
		} {
			var n int32
			if err := tx.QueryRow(query, account).Scan(&n); err != nil {
				return fmt.Errorf("count %s: %w", key, err)
			}
			out[key] = n
		}
		return nil
	})
	return out, err
}
