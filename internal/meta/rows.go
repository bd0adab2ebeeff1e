package meta

// Scanner is a row to be read: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// All runs a query and returns what scan makes of each row, in their order.
func All[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// ScanString scans a row of one string.
func ScanString(s Scanner) (v string, err error) {
	err = s.Scan(&v)
	return v, err
}
