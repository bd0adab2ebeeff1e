package pratiqueapi

import (
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/registry"
)

// registryError is what an error of the engine is answered as. Codes and sentences are those of the ECR API, where it has any.
func registryError(err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	in := fmt.Sprintf("the repository with name '%s' in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	switch e.Kind {
	case registry.ErrRepositoryNotFound:
		return awsapi.Errorf(pratique.CodeRepositoryNotFound, "The repository with name '%s' does not exist in the registry with id '%s'", e.Repo.Name, e.Repo.Account)
	case registry.ErrImageNotFound, registry.ErrTagDigestMismatch:
		return awsapi.Errorf(pratique.CodeImageNotFound, "The image '%s' does not exist within %s", e.Ref, in)
	case registry.ErrImageArchived:
		return awsapi.Errorf(pratique.CodeImageArchived, "The image '%s' is archived within %s", e.Ref, in)
	case registry.ErrNotScannable:
		return awsapi.Errorf(pratique.CodeUnsupportedImageType, "The image '%s' within %s is of a type that cannot be scanned: name an image for one platform", e.Ref, in)
	case registry.ErrScanReport:
		return awsapi.InvalidParameter("report", e.Err.Error())
	case registry.ErrLifecycleNotFound:
		return awsapi.Errorf(pratique.CodeLifecyclePolicyNotFound, "Lifecycle policy does not exist for %s", in)
	case registry.ErrPreviewNotFound:
		return awsapi.Errorf(pratique.CodeLifecyclePolicyPreviewNotFound, "Lifecycle policy preview does not exist for %s", in)
	case registry.ErrInvalidToken:
		return awsapi.InvalidParameter("nextToken", "Invalid pagination token")
	}
	return err
}
