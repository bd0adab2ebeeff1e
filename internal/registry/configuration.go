package registry

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/meta"
)

// configurationKind names one of the documents that configure a registry.
type configurationKind string

// configuration reads a document of a registry into v and reports whether
// there is one.
func configuration(tx *meta.Tx, account, region string, kind configurationKind, v any) (bool, error) {
	var document string
	err := tx.QueryRow(`SELECT document FROM registry_configuration WHERE account = $1 AND region = $2 AND kind = $3`,
		account, region, string(kind)).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	if err := json.Unmarshal([]byte(document), v); err != nil {
		return false, fmt.Errorf("read the %s configuration: %w", kind, err)
	}
	return true, nil
}

// putConfiguration writes a document of a registry.
func putConfiguration(tx *meta.Tx, account, region string, kind configurationKind, v any) error {
	document, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO registry_configuration (account, region, kind, document) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, region, kind) DO UPDATE SET document = excluded.document`,
		account, region, string(kind), string(document))
	return err
}

// deleteConfiguration removes a document of a registry and reports whether
// there was one.
func deleteConfiguration(tx *meta.Tx, account, region string, kind configurationKind) (bool, error) {
	n, err := tx.Exec(`DELETE FROM registry_configuration WHERE account = $1 AND region = $2 AND kind = $3`,
		account, region, string(kind))
	return n > 0, err
}
