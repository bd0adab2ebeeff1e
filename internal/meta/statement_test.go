package meta

import "testing"

func TestWritesAccess(t *testing.T) {
	for query, want := range map[string]bool{
		`SELECT id FROM iam_account`:                                     false,
		`INSERT INTO iam_account (id) VALUES ($1)`:                       true,
		"\n\t\tINSERT INTO org_unit(id) VALUES ($1)":                     true,
		`INSERT OR IGNORE INTO repository VALUES ($1)`:                   true,
		`INSERT INTO image (digest) SELECT digest FROM repository`:       false,
		`UPDATE repository SET policy = NULL`:                            true,
		"UPDATE\n registry_policy SET x = 1":                             true,
		`UPDATE upload SET used_at = $1`:                                 false,
		`DELETE FROM repository_tag WHERE key = $1`:                      true,
		`DELETE FROM image_tag`:                                          false,
		`WITH RECURSIVE up (id) AS (SELECT 1) SELECT id FROM org_unit`:   false,
		`WITH gone AS (DELETE FROM iam_user RETURNING id) SELECT * FROM`: true,
		`CREATE TABLE iam_account (id TEXT)`:                             false,
		`-- INSERT`:                                                      false,
		``:                                                               false,
	} {
		if got := writesAccess(query); got != want {
			t.Errorf("%t: %s", got, query)
		}
	}
}
