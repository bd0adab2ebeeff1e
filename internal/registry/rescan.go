package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/meta"
)

// rescanBatch is how many scans one transaction begins.
const rescanBatch = 100

// Rescan begins the scans that continuous scanning wants: of every image that
// is eligible and was not scanned for a while, or never.
func (r *Registry) Rescan(ctx context.Context) error {
	type place struct{ account, region string }
	var places []place
	err := r.db.Read(ctx, func(tx *meta.Tx) error {
		places = nil
		_, err := meta.All(tx, func(s meta.Scanner) (p place, err error) {
			var document string
			var c ScanningConfiguration
			if err := s.Scan(&p.account, &p.region, &document); err != nil {
				return p, err
			}
			if err := json.Unmarshal([]byte(document), &c); err != nil {
				return p, fmt.Errorf("read the %s configuration: %w", scanningKind, err)
			}
			if c.Type == EnhancedScan && slices.ContainsFunc(c.Rules, func(rule ScanningRule) bool { return rule.Frequency == ScanContinuously }) {
				places = append(places, p)
			}
			return p, nil
		}, `SELECT account, region, document FROM registry_configuration WHERE kind = $1 ORDER BY account, region`, string(scanningKind))
		return err
	})
	if err != nil {
		return fmt.Errorf("look for continuous scanning: %w", err)
	}
	for _, p := range places {
		for after, more := "", true; more; {
			var names []string
			if names, more, err = r.RepositoryNames(ctx, p.account, p.region, after, rescanBatch); err != nil {
				return err
			}
			for _, name := range names {
				if err := r.rescanRepository(ctx, Repo{p.account, p.region, name}); err != nil {
					return fmt.Errorf("scan %s again: %w", name, err)
				}
				after = name
			}
		}
	}
	return nil
}

// rescanRepository begins the scans of a repository in several transactions.
func (r *Registry) rescanRepository(ctx context.Context, repo Repo) error {
	now := r.now()
	for after, more := digest.Digest(""), true; more; {
		err := r.db.Write(ctx, func(tx *meta.Tx) error {
			more = false
			c, err := scanningConfiguration(tx, repo.Account, repo.Region)
			if err != nil || !r.scans || c.Type != EnhancedScan {
				return err
			}
			found, err := repository(tx, repo)
			if errors.Is(err, ErrRepositoryNotFound) {
				return nil
			}
			if err != nil || c.of(found).Frequency != ScanContinuously {
				return err
			}
			images, err := meta.All(tx, scanImage(repo), `SELECT `+imageColumns+` FROM `+imageTables+`
				LEFT JOIN image_scan c ON c.account = i.account AND c.region = i.region AND c.repository = i.repository AND c.digest = i.digest AND c.type = $1
				WHERE i.account = $2 AND i.region = $3 AND i.repository = $4 AND i.digest > $5
					AND (i.pushed_at >= $6 OR i.pulled_at >= $6) AND COALESCE(c.requested_at, 0) < $7
				ORDER BY i.digest LIMIT $8`,
				string(EnhancedScan), repo.Account, repo.Region, repo.Name, after.String(),
				micros(now.Add(-enhancedEligibility)), micros(now.Add(-rescanInterval)), rescanBatch)
			if err != nil {
				return err
			}
			for _, img := range images {
				if !scannable(img) || img.Archived {
					continue
				}
				last, err := imageScan(tx, img, EnhancedScan)
				if err != nil {
					return err
				}
				if _, err := r.beginScan(tx, img, EnhancedScan, last); err != nil {
					return err
				}
			}
			if more = len(images) == rescanBatch; more {
				after = images[len(images)-1].Digest
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
