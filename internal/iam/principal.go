package iam

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/meta"
)

// A policy names principals by ARN, but means the entity that had the ARN when the policy was written: AWS keeps the
// unique id in its place, so that a namesake created later is somebody else. Here the text is kept as given, beside a map
// from ARN to id, and when it is read, an ARN that has come to mean another entity, or none, is shown as the id.
// See "Principal" in the IAM user guide's reference of policy elements.

// ResolvePrincipals returns the unique id of every AWS principal that a resource policy names, keyed by the principal as
// written, for CurrentPrincipals to compare with later, and the principals that do not exist, in order of appearance. The
// document must parse.
func (m *IAM) ResolvePrincipals(ctx context.Context, document string) (ids map[string]string, missing []string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		ids, missing, err = resolvePrincipals(tx, document)
		return err
	})
	return ids, missing, err
}

// CurrentPrincipals returns the document with each principal that is not any more what ids says replaced by its id.
func (m *IAM) CurrentPrincipals(ctx context.Context, document string, ids map[string]string) (current string, err error) {
	err = m.db.Read(ctx, func(tx *meta.Tx) (err error) {
		current, err = currentPrincipals(tx, document, ids)
		return err
	})
	return current, err
}

func resolvePrincipals(tx *meta.Tx, document string) (ids map[string]string, missing []string, err error) {
	refs, err := awsPrincipals(document)
	if err != nil {
		return nil, nil, err
	}
	ids = make(map[string]string, len(refs))
	for _, r := range refs {
		id, err := principalID(tx, r.value)
		switch {
		case errors.Is(err, ErrNoSuchEntity):
			missing = append(missing, r.value)
		case err != nil:
			return nil, nil, fmt.Errorf("resolve principal: %w", err)
		case id != r.value:
			ids[r.value] = id
		}
	}
	return ids, missing, nil
}

func currentPrincipals(tx *meta.Tx, document string, ids map[string]string) (string, error) {
	stale := make(map[string]string)
	for principal, id := range ids {
		now, err := principalID(tx, principal)
		if err != nil && !errors.Is(err, ErrNoSuchEntity) {
			return "", fmt.Errorf("resolve principal: %w", err)
		}
		if now != id {
			stale[principal] = id
		}
	}
	if len(stale) == 0 {
		return document, nil
	}
	refs, err := awsPrincipals(document)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	at := 0
	for _, r := range refs {
		if id, ok := stale[r.value]; ok {
			b.WriteString(document[at:r.start])
			b.WriteString(`"` + id + `"`)
			at = r.end
		}
	}
	b.WriteString(document[at:])
	return b.String(), nil
}

// principalRef is a string literal in a document, quotes included in its range.
type principalRef struct {
	start, end int
	value      string
}

// awsPrincipals finds the values of "AWS" in the Principal and NotPrincipal elements of a document's statements.
func awsPrincipals(document string) ([]principalRef, error) {
	w := principalWalk{document: document, dec: json.NewDecoder(strings.NewReader(document))}
	if err := w.value(nil); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("find principals: %w", err)
	}
	return w.refs, nil
}

type principalWalk struct {
	document string
	dec      *json.Decoder
	refs     []principalRef
}

// value reads one JSON value; path holds the object keys above it.
func (w *principalWalk) value(path []string) error {
	before := int(w.dec.InputOffset())
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		for w.dec.More() {
			below := path
			if t == '{' {
				key, err := w.dec.Token()
				if err != nil {
					return err
				}
				name, _ := key.(string)
				below = append(path[:len(path):len(path)], name)
			}
			if err := w.value(below); err != nil {
				return err
			}
		}
		_, err = w.dec.Token() // the closing bracket
		return err
	case string:
		if len(path) == 3 && path[0] == "Statement" && (path[1] == "Principal" || path[1] == "NotPrincipal") && path[2] == "AWS" {
			start := before + strings.IndexByte(w.document[before:], '"')
			w.refs = append(w.refs, principalRef{start, int(w.dec.InputOffset()), t})
		}
	}
	return nil
}

// principalID returns the unique id that stands for an AWS principal of a policy, and ErrNoSuchEntity when there is no
// such principal. Account ids, root ARNs, "*" and unique ids stand for themselves.
func principalID(tx *meta.Tx, principal string) (string, error) {
	if principal == "*" {
		return principal, nil
	}
	if arn.IsAccountID(principal) {
		return principal, accountExists(tx, principal)
	}
	if strings.HasPrefix(principal, prefixUser) || strings.HasPrefix(principal, prefixRole) {
		id, _, _ := strings.Cut(principal, ":")
		var n int
		err := tx.QueryRow(`SELECT (SELECT COUNT(*) FROM iam_user WHERE id = $1) + (SELECT COUNT(*) FROM iam_role WHERE id = $1)`, id).Scan(&n)
		if err == nil && n == 0 {
			err = noSuch("principal", principal)
		}
		return principal, err
	}
	a, err := arn.Parse(principal)
	if err != nil || a.Partition != arn.Partition || a.Region != "" {
		return "", noSuch("principal", principal)
	}
	lookup := func(table, name, path string) (string, error) {
		var id, realName, realPath string
		err := tx.QueryRow(`SELECT id, name, path FROM `+table+` WHERE account = $1 AND name_key = $2`, a.Account, foldName(name)).
			Scan(&id, &realName, &realPath)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (realName != name || path != "" && realPath != path) {
			return "", noSuch("principal", principal)
		}
		return id, err
	}
	rest := a.Path()
	switch {
	case a.Service == "iam" && a.Resource == "root":
		return principal, accountExists(tx, a.Account)
	case a.Service == "iam" && a.Type() == "user":
		return lookup("iam_user", a.Name(), "/"+strings.TrimSuffix(rest, a.Name()))
	case a.Service == "iam" && a.Type() == "role":
		return lookup("iam_role", a.Name(), "/"+strings.TrimSuffix(rest, a.Name()))
	case a.Service == "sts" && a.Type() == "assumed-role":
		role, session, ok := strings.Cut(rest, "/")
		if !ok || session == "" {
			return "", noSuch("principal", principal)
		}
		id, err := lookup("iam_role", role, "")
		return id + ":" + session, err
	case a.Service == "sts" && a.Type() == "federated-user":
		return principal, accountExists(tx, a.Account)
	}
	return "", noSuch("principal", principal)
}
