package iam

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// reportLifetime is how long a credential report is good for.
const reportLifetime = 4 * time.Hour

// reportColumns are those of AWS; see "Generating credential reports for your account" in the IAM user guide.
var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation",
	"mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// What a report says where there is nothing to say.
const (
	reportNone         = "N/A"
	reportNothingKnown = "no_information"
	reportUnsupported  = "not_supported"
)

func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

// CredentialReport is a list of an account's users and their credentials.
type CredentialReport struct {
	CSV       string
	Generated time.Time
}

// GenerateCredentialReport makes a report unless there is one that is good still, and reports whether it made one. Errors:
// ErrNoSuchEntity for the account.
func (m *IAM) GenerateCredentialReport(ctx context.Context, account string) (made bool, err error) {
	now := m.timestamp()
	err = m.db.Write(ctx, func(tx *meta.Tx) error {
		r, err := credentialReport(tx, account)
		if err != nil {
			return err
		}
		if made = r == nil || now.Sub(r.Generated) >= reportLifetime; !made {
			return nil
		}
		text, err := writeReport(tx, account)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO iam_credential_report (account, report, generated_at) VALUES ($1, $2, $3)
			ON CONFLICT (account) DO UPDATE SET report = excluded.report, generated_at = excluded.generated_at`, account, text, now.UnixMicro())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("generate credential report: %w", err)
	}
	return made, nil
}

// CredentialReport returns the latest report. Errors: ErrNoReport, ErrReportExpired.
func (m *IAM) CredentialReport(ctx context.Context, account string) (r *CredentialReport, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		r, err = credentialReport(tx, account)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, &Error{Kind: ErrNoReport, Entity: EntityAccount, Name: account}
	case m.now().Sub(r.Generated) >= reportLifetime:
		return nil, &Error{Kind: ErrReportExpired, Entity: EntityAccount, Name: account}
	}
	return r, nil
}

// credentialReport returns the latest report, nil when there is none.
func credentialReport(tx *meta.Tx, account string) (*CredentialReport, error) {
	var r CredentialReport
	var generated int64
	err := tx.QueryRow(`SELECT report, generated_at FROM iam_credential_report WHERE account = $1`, account).Scan(&r.CSV, &generated)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read credential report: %w", err)
	}
	r.Generated = fromMicros(generated)
	return &r, nil
}

func writeReport(tx *meta.Tx, account string) (string, error) {
	a, err := one(EntityAccount, account, scanAccount, tx.QueryRow(`SELECT `+accountColumns+` FROM iam_account WHERE id = $1`, account))
	if err != nil {
		return "", err
	}
	rules, err := passwordPolicy(tx, account)
	if err != nil {
		return "", err
	}
	users, err := meta.All(tx, scanUser, `SELECT `+userColumns+` FROM iam_user WHERE account = $1 ORDER BY name_key`, account)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	write := func(row []string, owner string) error {
		keys, err := reportKeys(tx, owner)
		if err != nil {
			return err
		}
		row = append(append(row, "false"), keys...)
		return w.Write(append(row, "false", reportNone, "false", reportNone))
	}
	if err := w.Write(reportColumns); err != nil {
		return "", err
	}
	root := []string{
		"<root_account>", arn.Root(account), reportTime(a.Created), reportUnsupported, reportNothingKnown, reportUnsupported, reportUnsupported,
	}
	if err := write(root, account); err != nil {
		return "", err
	}
	for _, u := range users {
		row := []string{u.Name, u.ARN(), reportTime(u.Created), "false", reportNone, reportNone, reportNone}
		p, err := loginProfile(tx, account, u.Name)
		switch {
		case errors.Is(err, ErrNoSuchEntity):
		case err != nil:
			return "", err
		default:
			row[3], row[4], row[5] = "true", reportNothingKnown, reportTime(p.Changed)
			if !u.PasswordUsed.IsZero() {
				row[4] = reportTime(u.PasswordUsed)
			}
			if rules != nil && rules.MaxAge > 0 {
				row[6] = reportTime(rules.expiry(p))
			}
		}
		if err := write(row, u.ID); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

// reportKeys returns the columns of an owner's two access keys, the older one first.
func reportKeys(tx *meta.Tx, owner string) ([]string, error) {
	keys, err := meta.All(tx, scanKey, `SELECT `+keyColumns+` FROM iam_access_key WHERE owner_id = $1 ORDER BY created_at, id`, owner)
	if err != nil {
		return nil, err
	}
	var row []string
	for i := range maxKeysPerUser {
		if i >= len(keys) {
			row = append(row, "false", reportNone, reportNone, reportNone, reportNone)
			continue
		}
		k := keys[i]
		row = append(row, strconv.FormatBool(k.Active), reportTime(k.Created))
		if k.LastUsed.IsZero() {
			row = append(row, reportNone, reportNone, reportNone)
		} else {
			row = append(row, reportTime(k.LastUsed), k.LastUsedRegion, k.LastUsedService)
		}
	}
	return row, nil
}
