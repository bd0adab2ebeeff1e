package access

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
)

// Types of the owner's policies as sources.
const (
	repositoryPolicy = "repository policy"
	registryPolicy   = "registry policy"
)

// Repository is what is pulled from and what its owner's account says of it.
type Repository struct {
	// Image is the image, or the repository alone.
	Image endpoint.Image
	// Policies are the repository's and the registry's policy, where set.
	Policies []policy.Source
	// RegistryV1 says that the scope of the registry's policy is V1, in which it
	// decides about little.
	RegistryV1 bool
	// Tags are the repository's resource tags.
	Tags map[string]string
	// Gone says that the repository does not exist.
	Gone bool
	// ImageGone says that the repository exists but not the image.
	ImageGone bool
	// Stale are principals of the repository policy that were deleted: ECR
	// keeps their unique ids, and recreating them does not bring them back.
	Stale []string
	// Unknown says why the owner's side could not be read; empty if it was.
	Unknown string
	// Unread says what of the owner's side, beside the repository's policy,
	// could not be read.
	Unread []string
}

// NewRepository names what is pulled. Its policies are unknown until
// [Repository.Load].
func NewRepository(image endpoint.Image) *Repository {
	return &Repository{Image: image, Unknown: fmt.Sprintf("no credentials for account %s", image.Account)}
}

// ARN names the repository.
func (r *Repository) ARN() string {
	return arn.Repository(r.Image.Account, r.Image.Region, r.Image.Repository)
}

var staleID = regexp.MustCompile(`"((?:AROA|AIDA)[A-Z0-9]{8,})"`)

// IsUniqueID reports whether a principal of a policy is a unique id, which is
// what AWS shows of one that was deleted.
func IsUniqueID(s string) bool { return staleID.MatchString(`"` + s + `"`) }

// Load reads the owner's side with the owner's credentials. What the API
// refuses to tell makes the side unknown; only failures to ask at all are
// errors.
func (r *Repository) Load(ctx context.Context, api *ecr.Client) error {
	r.Unknown = ""
	err := r.load(ctx, api)
	var gone *types.RepositoryNotFoundException
	var refused smithy.APIError
	switch {
	case err == nil:
	case errors.As(err, &gone):
		r.Gone = true
	case errors.As(err, &refused):
		r.Unknown = err.Error()
	default:
		return err
	}
	return nil
}

func (r *Repository) load(ctx context.Context, api *ecr.Client) error {
	account, name := aws.String(r.Image.Account), aws.String(r.Image.Repository)
	if _, err := api.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: account, RepositoryNames: []string{*name}}); err != nil {
		return fmt.Errorf("describe repository %s: %w", *name, err)
	}
	out, err := api.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RegistryId: account, RepositoryName: name})
	var none *types.RepositoryPolicyNotFoundException
	switch {
	case errors.As(err, &none):
	case err != nil:
		return fmt.Errorf("read the policy of repository %s: %w", *name, err)
	default:
		doc, err := policy.Parse([]byte(aws.ToString(out.PolicyText)))
		if err != nil {
			return fmt.Errorf("policy of repository %s: %w", *name, err)
		}
		r.Policies = append(r.Policies, policy.Source{Type: repositoryPolicy, Name: *name, ARN: r.ARN(), Policy: doc})
		for _, m := range staleID.FindAllStringSubmatch(doc.Text(), -1) {
			if !slices.Contains(r.Stale, m[1]) {
				r.Stale = append(r.Stale, m[1])
			}
		}
	}
	if err := r.loadRegistryPolicy(ctx, api); err != nil {
		return err
	}
	if err := r.loadTags(ctx, api); err != nil {
		return err
	}
	return r.findImage(ctx, api)
}

// unread notes a part that the API does not tell; other errors pass.
func (r *Repository) unread(what string, err error) error {
	code, refused := refusal(err)
	if !refused {
		return fmt.Errorf("read %s: %w", what, err)
	}
	r.Unread = append(r.Unread, fmt.Sprintf("%s (%s)", what, code))
	return nil
}

// refusal returns the code of an error that the API answered, unlike one of
// asking at all.
func refusal(err error) (code string, ok bool) {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return "", false
	}
	return refused.ErrorCode(), true
}

func (r *Repository) loadRegistryPolicy(ctx context.Context, api *ecr.Client) error {
	out, err := api.GetRegistryPolicy(ctx, &ecr.GetRegistryPolicyInput{})
	var none *types.RegistryPolicyNotFoundException
	if errors.As(err, &none) {
		return nil
	}
	var refused smithy.APIError
	if errors.As(err, &refused) && strings.HasPrefix(refused.ErrorCode(), "UnsupportedOperation") {
		return nil // a server without registry policies enforces none
	}
	if err != nil {
		return r.unread("the registry policy", err)
	}
	if aws.ToString(out.RegistryId) != r.Image.Account {
		r.Unread = append(r.Unread, "the registry policy (the credentials are of another account)")
		return nil
	}
	doc, err := policy.Parse([]byte(aws.ToString(out.PolicyText)))
	if err != nil {
		return fmt.Errorf("registry policy: %w", err)
	}
	r.Policies = append(r.Policies, policy.Source{Type: registryPolicy, Name: "registry " + r.Image.Account, Policy: doc})
	scope, err := api.GetAccountSetting(ctx, &ecr.GetAccountSettingInput{Name: aws.String("REGISTRY_POLICY_SCOPE")})
	if err != nil {
		return r.unread("the scope of the registry policy", err)
	}
	r.RegistryV1 = aws.ToString(scope.Value) == "V1"
	return nil
}

// deciding returns the policies of the owner's side that decide about an
// action: see "Registry policies" in the Amazon ECR User Guide for V1.
func (r *Repository) deciding(action string) []policy.Source {
	switch action {
	case "ecr:ReplicateImage", "ecr:BatchImportUpstreamImage", "ecr:CreateRepository":
		return r.Policies
	}
	if !r.RegistryV1 {
		return r.Policies
	}
	return ofType(r.Policies, repositoryPolicy)
}

func ofType(policies []policy.Source, typ string) []policy.Source {
	return slices.DeleteFunc(slices.Clone(policies), func(s policy.Source) bool { return s.Type != typ })
}

func (r *Repository) loadTags(ctx context.Context, api *ecr.Client) error {
	out, err := api.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: aws.String(r.ARN())})
	if err != nil {
		return r.unread("the repository's tags", err)
	}
	r.Tags = make(map[string]string, len(out.Tags))
	for _, t := range out.Tags {
		r.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return nil
}

func (r *Repository) findImage(ctx context.Context, api *ecr.Client) error {
	var id types.ImageIdentifier
	switch {
	case r.Image.Digest != "":
		id.ImageDigest = aws.String(r.Image.Digest)
	case r.Image.Tag != "":
		id.ImageTag = aws.String(r.Image.Tag)
	default:
		return nil
	}
	_, err := api.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: aws.String(r.Image.Account), RepositoryName: aws.String(r.Image.Repository), ImageIds: []types.ImageIdentifier{id},
	})
	var gone *types.ImageNotFoundException
	if errors.As(err, &gone) {
		r.ImageGone = true
		return nil
	}
	if err != nil {
		return r.unread("whether the image exists", err)
	}
	return nil
}
