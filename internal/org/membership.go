package org

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/policy"
)

// Membership is an account's place in its organization, as decisions about access need it.
type Membership struct {
	Organization string // o-…
	// Path is o-…/r-…/ou-…/, as aws:PrincipalOrgPaths and aws:ResourceOrgPaths have it.
	Path string
	// Management tells that it is the management account, whose principals SCPs do not bind and whose resources RCPs do
	// not protect.
	Management bool
	// SCP and RCP are the policies of each level, from the root over the units to the account. They are nil when the type
	// is not enabled, and for the management account.
	SCP, RCP [][]policy.Source
}

// Chain returns the place of an account and the policies above it at the time of the call, nil when it is in no
// organization. It must not be changed.
func (g *Org) Chain(ctx context.Context, account string) (*Membership, error) {
	m, err := g.chains.Get(ctx, account, func(tx *meta.Tx) (*Membership, error) { return g.chain(tx, account) })
	if err != nil {
		return nil, fmt.Errorf("organization of %s: %w", account, err)
	}
	return m, nil
}

func (g *Org) chain(tx *meta.Tx, account string) (*Membership, error) {
	var o Organization
	var unitPath string
	err := tx.QueryRow(`
		SELECT o.id, o.management, o.root, o.scp, o.rcp, COALESCE(u.path, '')
		FROM org_account a
		JOIN org_organization o ON o.id = a.organization
		LEFT JOIN org_unit u ON u.id = a.parent
		WHERE a.account = $1`, account).
		Scan(&o.ID, &o.Management, &o.Root, &o.SCP, &o.RCP, &unitPath)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // no organization is an answer, and the usual one
	}
	if err != nil {
		return nil, err
	}
	m := &Membership{Organization: o.ID, Path: unitPath, Management: account == o.Management}
	if m.Path == "" {
		m.Path = o.rootPath()
	}
	if m.Management || !o.SCP && !o.RCP {
		return m, nil
	}
	// Of o-…/r-…/ou-…/ all but the organization are levels; the last is the account's own.
	_, levels, _ := strings.Cut(m.Path, "/")
	targets := strings.Split(levels+account, "/")
	level := make(map[string]int, len(targets))
	args := make([]any, len(targets))
	for i, t := range targets {
		level[t], args[i] = i, t
	}
	for _, t := range o.PolicyTypes() {
		// A level without policies allows nothing, so the levels are there whatever is attached.
		if t == SCP {
			m.SCP = make([][]policy.Source, len(targets))
		} else {
			m.RCP = make([][]policy.Source, len(targets))
		}
	}
	rows, err := tx.Query(`
		SELECT t.target, t.policy, t.type, COALESCE(p.name, ''), COALESCE(p.content, '')
		FROM org_attachment t LEFT JOIN org_policy p ON p.id = t.policy
		WHERE t.target IN (`+parameters(1, len(targets))+`) ORDER BY t.target, t.policy`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var target string
		var p Policy
		if err := rows.Scan(&target, &p.ID, &p.Type, &p.Name, &p.Content); err != nil {
			return nil, err
		}
		p.ARN = o.policyARN(p.Type, p.ID)
		if a := awsPolicy(p.ID); a != nil {
			p = *a
		}
		doc, err := g.cache.Parse(p.Content, nil)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", p.ID, err)
		}
		src := policy.Source{Type: p.Type.kind().String(), Name: p.Name, ARN: p.ARN, Policy: doc}
		to := m.SCP
		if p.Type == RCP {
			to = m.RCP
		}
		if to != nil {
			to[level[target]] = append(to[level[target]], src)
		}
	}
	return m, rows.Err()
}
