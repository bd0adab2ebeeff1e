package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/internal/meta"
)

const signingConfiguration configurationKind = "signing"

// SigningRule says which images are to be signed when they are pushed.
type SigningRule struct {
	Profile string // ARN of an AWS Signer signing profile
	// Repositories are filters of repository names, in which '*' stands for any
	// run of characters; without any the rule is for all repositories.
	Repositories []string
}

// signingRule is a SigningRule as it is stored.
type signingRule struct {
	SigningRule
	Since int64 // microseconds: images that were pushed before are not its business
}

func (r signingRule) covers(img *Image) bool {
	return r.Since <= micros(img.PushedAt) && (len(r.Repositories) == 0 ||
		slices.ContainsFunc(r.Repositories, func(f string) bool { return matchFilter(f, img.Repo.Name) }))
}

// SetSigningConfiguration replaces the signing rules of a registry. A rule that
// was there before goes on as it was.
// Errors: ErrInvalidSigning for a profile of another region.
func (r *Registry) SetSigningConfiguration(ctx context.Context, account, region string, rules []SigningRule) error {
	for _, rule := range rules {
		if parts := strings.Split(rule.Profile, ":"); len(parts) < 4 || parts[3] != region {
			return &Error{Kind: ErrInvalidSigning, Repo: Repo{Account: account, Region: region},
				Err: errors.New("the signing profile '" + rule.Profile + "' is not in the region " + region)}
		}
	}
	now := micros(r.now())
	err := r.db.Write(ctx, func(tx *meta.Tx) error {
		var old []signingRule
		if _, err := configuration(tx, account, region, signingConfiguration, &old); err != nil {
			return err
		}
		stored := []signingRule{}
		for _, rule := range rules {
			since := now
			for _, o := range old {
				if o.Profile == rule.Profile && slices.Equal(o.Repositories, rule.Repositories) {
					since = o.Since
				}
			}
			stored = append(stored, signingRule{rule, since})
		}
		return putConfiguration(tx, account, region, signingConfiguration, stored)
	})
	if err != nil {
		return fmt.Errorf("put signing configuration: %w", err)
	}
	return nil
}

// SigningConfiguration returns the signing rules of a registry.
// Errors: ErrSigningNotConfigured.
func (r *Registry) SigningConfiguration(ctx context.Context, account, region string) (rules []SigningRule, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		rules, err = signingRules(tx, account, region)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get signing configuration: %w", err)
	}
	return rules, nil
}

// DeleteSigningConfiguration removes the signing rules of a registry and
// returns them. Errors: ErrSigningNotConfigured.
func (r *Registry) DeleteSigningConfiguration(ctx context.Context, account, region string) (rules []SigningRule, err error) {
	err = r.db.Write(ctx, func(tx *meta.Tx) error {
		if rules, err = signingRules(tx, account, region); err != nil {
			return err
		}
		_, err = deleteConfiguration(tx, account, region, signingConfiguration)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete signing configuration: %w", err)
	}
	return rules, nil
}

func signingRules(tx *meta.Tx, account, region string) ([]SigningRule, error) {
	var stored []signingRule
	found, err := configuration(tx, account, region, signingConfiguration, &stored)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &Error{Kind: ErrSigningNotConfigured, Repo: Repo{Account: account, Region: region}}
	}
	rules := []SigningRule{}
	for _, s := range stored {
		rules = append(rules, s.SigningRule)
	}
	return rules, nil
}

// Signing is what became of signing an image with a profile.
type Signing struct {
	Profile string // ARN
	Failure string // why there is no signature
}

// noSigner is why no image is signed.
const noSigner = "This server has no connection to AWS Signer, so the signing profile cannot be used"

// Signings returns an image and what became of signing it, in the order of the
// profiles: for each profile whose rules cover the image since it was pushed,
// a failure, since there is no signer. Without such rules there is nothing.
// Errors: ErrRepositoryNotFound, ErrImageNotFound, ErrTagDigestMismatch.
func (r *Registry) Signings(ctx context.Context, repo Repo, ref Ref) (img *Image, signings []Signing, err error) {
	err = r.db.Read(ctx, func(tx *meta.Tx) error {
		d, err := resolve(tx, repo, ref)
		if err == nil {
			img, err = imageByDigest(tx, repo, d)
		}
		if err = notFound(tx, repo, ref, err); err != nil {
			return err
		}
		var rules []signingRule
		if _, err := configuration(tx, repo.Account, repo.Region, signingConfiguration, &rules); err != nil {
			return err
		}
		for _, rule := range rules {
			s := Signing{Profile: rule.Profile, Failure: noSigner}
			if rule.covers(img) && !slices.Contains(signings, s) {
				signings = append(signings, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("describe signing: %w", err)
	}
	slices.SortFunc(signings, func(a, b Signing) int { return strings.Compare(a.Profile, b.Profile) })
	return img, signings, nil
}
