package registry

import (
	"context"
	"time"
)

// Mutability says whether pushing may move a tag that exists.
type Mutability string

// The values are those of ECR's imageTagMutability.
const (
	Mutable                Mutability = "MUTABLE"
	Immutable              Mutability = "IMMUTABLE"
	MutableWithExclusion   Mutability = "MUTABLE_WITH_EXCLUSION"   // tags that match a filter are immutable
	ImmutableWithExclusion Mutability = "IMMUTABLE_WITH_EXCLUSION" // tags that match a filter are mutable
)

// Encryption says how a repository's content is said to be encrypted at rest.
// It is recorded and reported, and never changes.
type Encryption struct {
	Type   string // "AES256", "KMS" or "KMS_DSSE"
	KMSKey string // key ARN; empty for AES256
}

// Settings are what a repository is created with. The zero value is a mutable
// repository encrypted with AES256.
type Settings struct {
	TagMutability Mutability
	// TagExclusions are the filters of a *WithExclusion mutability: literal
	// text and '*', which matches any run of characters. 1 to 5 of them with
	// such a mutability, none otherwise.
	TagExclusions []string
	ScanOnPush    bool
	Encryption    Encryption
	Tags          map[string]string // resource tags
}

// Repository is a repository as it is stored.
type Repository struct {
	Repo
	CreatedAt     time.Time
	TagMutability Mutability
	TagExclusions []string
	ScanOnPush    bool
	Encryption    Encryption
}

// CreateRepository creates a repository.
// Errors: ErrRepositoryExists, ErrInvalidName, ErrInvalidMutability, ErrTooManyResourceTags.
func (r *Registry) CreateRepository(ctx context.Context, repo Repo, s Settings) (*Repository, error) {
	panic("todo")
}

// Repository returns a repository. Errors: ErrRepositoryNotFound.
func (r *Registry) Repository(ctx context.Context, repo Repo) (*Repository, error) { panic("todo") }

// Repositories lists the repositories of a registry in the order of their
// names, and the token of the next page, which is "" after the last.
// Errors: ErrInvalidToken.
func (r *Registry) Repositories(ctx context.Context, account, region string, p Page) ([]*Repository, string, error) {
	panic("todo")
}

// RepositoryNames lists up to limit names of repositories that sort after
// after, and whether there are more.
func (r *Registry) RepositoryNames(ctx context.Context, account, region, after string, limit int) (names []string, more bool, err error) {
	panic("todo")
}

// DeleteRepository deletes a repository and returns what it was. With force it
// deletes the images in it as well.
// Errors: ErrRepositoryNotFound, ErrRepositoryNotEmpty.
func (r *Registry) DeleteRepository(ctx context.Context, repo Repo, force bool) (*Repository, error) {
	panic("todo")
}

// SetTagMutability replaces the mutability and its filters.
// Errors: ErrRepositoryNotFound, ErrInvalidMutability.
func (r *Registry) SetTagMutability(ctx context.Context, repo Repo, m Mutability, exclusions []string) (*Repository, error) {
	panic("todo")
}

// SetScanOnPush replaces the scan-on-push flag. Errors: ErrRepositoryNotFound.
func (r *Registry) SetScanOnPush(ctx context.Context, repo Repo, on bool) (*Repository, error) {
	panic("todo")
}

// Policy returns the text of the repository policy as it was set.
// Errors: ErrRepositoryNotFound, ErrPolicyNotFound.
func (r *Registry) Policy(ctx context.Context, repo Repo) (string, error) { panic("todo") }

// SetPolicy stores the text of the repository policy; the caller validated it.
// Errors: ErrRepositoryNotFound.
func (r *Registry) SetPolicy(ctx context.Context, repo Repo, text string) error { panic("todo") }

// DeletePolicy removes the repository policy and returns what it was.
// Errors: ErrRepositoryNotFound, ErrPolicyNotFound.
func (r *Registry) DeletePolicy(ctx context.Context, repo Repo) (string, error) { panic("todo") }

// RegistryPolicy returns the text of a registry's policy.
// Errors: ErrRegistryPolicyNotFound.
func (r *Registry) RegistryPolicy(ctx context.Context, account, region string) (string, error) {
	panic("todo")
}

// SetRegistryPolicy stores the text of a registry's policy; the caller
// validated it.
func (r *Registry) SetRegistryPolicy(ctx context.Context, account, region, text string) error {
	panic("todo")
}

// DeleteRegistryPolicy removes a registry's policy and returns what it was.
// Errors: ErrRegistryPolicyNotFound.
func (r *Registry) DeleteRegistryPolicy(ctx context.Context, account, region string) (string, error) {
	panic("todo")
}

// ResourceTags returns the repository's resource tags.
// Errors: ErrRepositoryNotFound.
func (r *Registry) ResourceTags(ctx context.Context, repo Repo) (map[string]string, error) {
	panic("todo")
}

// SetResourceTags adds tags and overwrites those of the same keys.
// Errors: ErrRepositoryNotFound, ErrTooManyResourceTags.
func (r *Registry) SetResourceTags(ctx context.Context, repo Repo, tags map[string]string) error {
	panic("todo")
}

// RemoveResourceTags removes tags; keys that are not there are ignored.
// Errors: ErrRepositoryNotFound.
func (r *Registry) RemoveResourceTags(ctx context.Context, repo Repo, keys []string) error {
	panic("todo")
}

// Access is what authorisation needs to know about a repository.
type Access struct {
	Exists         bool
	Policy         string            // text of the repository policy, or ""
	RegistryPolicy string            // text of the registry's policy, or ""
	Tags           map[string]string // resource tags
}

// Access reads, in one transaction, what authorisation needs to know about a
// repository. That it does not exist is not an error; an empty name asks for
// the registry's policy alone.
func (r *Registry) Access(ctx context.Context, repo Repo) (*Access, error) { panic("todo") }
