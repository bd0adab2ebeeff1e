package servertest_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

const noRepository = "The repository with name 'team/app' does not exist in the registry with id '@ACCOUNT'"

// repositoryRows are the rows of the operations on repositories.
func repositoryRows() []tableRow {
	return []tableRow{
		{
			op: "CreateRepository", name: "defaults",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String(app)})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				r := out.(*ecr.CreateRepositoryOutput).Repository
				if *r.RepositoryArn != w.repositoryARN(app) || *r.RegistryId != w.account || r.EncryptionConfiguration.EncryptionType != "AES256" {
					t.Errorf("repository: %+v", r)
				}
			},
		},
		{
			op: "CreateRepository", name: "exists",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				return w.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String(app)})
			},
			code: "RepositoryAlreadyExistsException", message: "The repository with name 'team/app' already exists in the registry with id '@ACCOUNT'",
		},
		{
			op: "DeleteRepository", name: "holds images",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				w.image(app, "v1")
				return w.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: aws.String(app)})
			},
			code: "RepositoryNotEmptyException",
		},
		{
			op: "ListImages", name: "index and artifact",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				w.repository()
				image := w.image(app, "v1")
				w.index(app, "all", image)
				w.artifact(app, "application/spdx+json", image)
				return w.ecr.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: aws.String(app)})
			},
			check: func(t *testing.T, w *tableWorld, out any) {
				if ids := out.(*ecr.ListImagesOutput).ImageIds; len(ids) != 3 {
					t.Errorf("images: %+v", ids)
				}
			},
		},
		{
			op: "ListImages", name: "no repository",
			call: func(ctx context.Context, w *tableWorld) (any, error) {
				return w.ecr.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: aws.String(app)})
			},
			code: "RepositoryNotFoundException", message: noRepository,
		},
	}
}
