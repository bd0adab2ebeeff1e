package registry

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/meta"
)

// exists reports whether a query has a row.
func exists(tx *meta.Tx, query string, args ...any) (bool, error) {
	var one int
	err := tx.QueryRow(query, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// maxList is how many values one statement takes in a list. SQLite allows
// 32766 parameters, PostgreSQL 65535.
const maxList = 500

// list returns "$from, $from+1, …" for n parameters.
func list(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}

// in returns those of values for which the query, which has a %s for the list
// and the repository as its first three parameters, answers a row of one text.
func in[S ~string](tx *meta.Tx, repo Repo, query string, values []S) (map[S]bool, error) {
	found := make(map[S]bool, len(values))
	for part := range slices.Chunk(values, maxList) {
		args := []any{repo.Account, repo.Region, repo.Name}
		for _, v := range part {
			args = append(args, string(v))
		}
		got, err := meta.All(tx, meta.ScanString, fmt.Sprintf(query, list(4, len(part))), args...)
		if err != nil {
			return nil, err
		}
		for _, g := range got {
			found[S(g)] = true
		}
	}
	return found, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// limit returns the number of rows to ask for, one more than the page has, so
// that it is known whether there are more.
func (p Page) limit() int64 {
	if p.Limit <= 0 {
		return 1<<62 - 1
	}
	return int64(p.Limit) + 1
}

// limitText is the LIMIT clause of a statement that joins tables. PostgreSQL
// plans a statement once for all its parameters, so it has to see that a page
// is short: it would else sort a table of any size for each.
func (p Page) limitText() string { return "LIMIT " + strconv.FormatInt(p.limit(), 10) }

// cut returns the rows of the page and whether there are more.
func cut[T any](p Page, rows []T) ([]T, bool) {
	if p.Limit > 0 && len(rows) > p.Limit {
		return rows[:p.Limit], true
	}
	return rows, false
}

// token makes a page token of the kind of list and the key of the page's last
// entry.
func token(kind string, key ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + "\x00" + strings.Join(key, "\x00")))
}

// key returns what token was made of; it is n empty strings for the first page.
func (p Page) key(kind string, n int) ([]string, error) {
	if p.Token == "" {
		return make([]string, n), nil
	}
	b, err := base64.RawURLEncoding.DecodeString(p.Token)
	parts := strings.Split(string(b), "\x00")
	if err != nil || !utf8.Valid(b) || len(parts) != n+1 || parts[0] != kind {
		return nil, &Error{Kind: ErrInvalidToken}
	}
	return parts[1:], nil
}
