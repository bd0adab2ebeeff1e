package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
)

// ScanType is how the images of a registry are scanned. The findings of each
// type are kept apart.
type ScanType string

// The values are those of ECR's scanType.
const (
	BasicScan    ScanType = "BASIC"    // when pushed or when asked for
	EnhancedScan ScanType = "ENHANCED" // when pushed or all the time, never when asked for
)

// ScanFrequency says when the images of a repository are scanned.
type ScanFrequency string

// The values are those of ECR's scanFrequency.
const (
	ScanWhenPushed     ScanFrequency = "SCAN_ON_PUSH"
	ScanContinuously   ScanFrequency = "CONTINUOUS_SCAN" // when pushed and again and again; enhanced scanning only
	ScanWhenAsked      ScanFrequency = "MANUAL"          // basic scanning only
	scanNever          ScanFrequency = ""                // enhanced scanning leaves the repository out
	maxScanningRules                 = 2
	maxScanningFilters               = 100
)

// ScanningConfiguration is how the images of a registry are scanned.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RegistryScanningConfiguration.html
type ScanningConfiguration struct {
	Type  ScanType       `json:"scanType"`
	Rules []ScanningRule `json:"rules"` // at most 2
}

// ScanningRule gives a frequency to the repositories that any of its filters
// matches. A filter with '*' matches whole names, in which '*' stands for any
// run of characters; one without matches every name that contains it.
type ScanningRule struct {
	Frequency ScanFrequency `json:"scanFrequency"`
	Filters   []string      `json:"repositoryFilters"` // at most 100
}

// RepositoryScanning is what a ScanningConfiguration means for a repository.
type RepositoryScanning struct {
	Repo
	Frequency ScanFrequency // "" where enhanced scanning leaves the repository out
	Filters   []string      // those of the rule that match, in its order; none where no rule decides
}

const scanningKind configurationKind = "scanning"

func (c ScanningConfiguration) validate() error {
	if len(c.Rules) > maxScanningRules {
		return fmt.Errorf("a registry has at most %d scanning rules", maxScanningRules)
	}
	allowed := []ScanFrequency{ScanWhenPushed, ScanWhenAsked}
	switch c.Type {
	case BasicScan:
	case EnhancedScan:
		allowed = []ScanFrequency{ScanWhenPushed, ScanContinuously}
	default:
		return fmt.Errorf("unknown scan type %q", string(c.Type))
	}
	for _, rule := range c.Rules {
		if !slices.Contains(allowed, rule.Frequency) {
			return fmt.Errorf("the scan frequency %s is not available with the scan type %s", rule.Frequency, c.Type)
		}
		if len(rule.Filters) > maxScanningFilters {
			return fmt.Errorf("a scanning rule has at most %d filters", maxScanningFilters)
		}
	}
	return nil
}

// of returns what the configuration means for a repository. Without rules,
// basic scanning heeds the repository's own scan on push, which ECR deprecates.
func (c ScanningConfiguration) of(repo *Repository) RepositoryScanning {
	s := RepositoryScanning{Repo: repo.Repo}
	if c.Type == BasicScan {
		s.Frequency = ScanWhenAsked
		if len(c.Rules) == 0 && repo.ScanOnPush {
			s.Frequency = ScanWhenPushed
		}
	}
	// Continuous scanning wins over scanning on push, and that over scanning when asked.
	for _, frequency := range []ScanFrequency{ScanWhenAsked, ScanWhenPushed, ScanContinuously} {
		var matching []string
		for _, rule := range c.Rules {
			for _, f := range rule.Filters {
				if rule.Frequency == frequency && matchScanFilter(f, repo.Name) {
					matching = append(matching, f)
				}
			}
		}
		if len(matching) > 0 {
			s.Frequency, s.Filters = frequency, matching
		}
	}
	return s
}

// whenPushed reports whether pushing an image to the repository scans it.
func (s RepositoryScanning) whenPushed() bool {
	return s.Frequency == ScanWhenPushed || s.Frequency == ScanContinuously
}

func matchScanFilter(filter, name string) bool {
	if strings.Contains(filter, "*") {
		return matchFilter(filter, name)
	}
	return strings.Contains(name, filter)
}

func scanningConfiguration(tx *meta.Tx, account, region string) (ScanningConfiguration, error) {
	c := ScanningConfiguration{Type: BasicScan, Rules: []ScanningRule{}}
	_, err := configuration(tx, account, region, scanningKind, &c)
	return c, err
}

// ScanningConfiguration returns how the images of a registry are scanned: by
// basic scanning without rules unless it was set.
func (r *Registry) ScanningConfiguration(ctx context.Context, account, region string) (c ScanningConfiguration, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		c, err = scanningConfiguration(tx, account, region)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("get scanning configuration: %w", err)
	}
	return c, nil
}

// SetScanningConfiguration replaces how the images of a registry are scanned.
// Errors: ErrInvalidScanning.
func (r *Registry) SetScanningConfiguration(ctx context.Context, account, region string, c ScanningConfiguration) error {
	if err := c.validate(); err != nil {
		return &Error{Kind: ErrInvalidScanning, Repo: Repo{Account: account, Region: region}, Err: err}
	}
	err := r.db.Write(ctx, func(tx *meta.Tx) error { return putConfiguration(tx, account, region, scanningKind, c) })
	if err != nil {
		return fmt.Errorf("set scanning configuration: %w", err)
	}
	return nil
}

// RepositoryScanning returns what the scanning configuration of a registry
// means for those of its repositories that there are, and which there are not.
func (r *Registry) RepositoryScanning(ctx context.Context, account, region string, names []string) (found []RepositoryScanning, missing []string, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		c, err := scanningConfiguration(tx, account, region)
		if err != nil {
			return err
		}
		for _, name := range names {
			repo, err := repository(tx, Repo{Account: account, Region: region, Name: name})
			switch {
			case errors.Is(err, ErrRepositoryNotFound):
				missing = append(missing, name)
			case err != nil:
				return err
			default:
				found = append(found, c.of(repo))
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("get scanning configuration of repositories: %w", err)
	}
	return found, missing, nil
}
