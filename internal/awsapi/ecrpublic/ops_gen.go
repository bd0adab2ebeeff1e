// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package ecrpublic holds the operations and shapes of Amazon Elastic Container Registry Public, API version 2020-10-30.
package ecrpublic

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes Amazon Elastic Container Registry Public.
var Service = &shape.Service{
	Name:         "ecr-public",
	Title:        "Amazon Elastic Container Registry Public",
	SigningName:  "ecr-public",
	Version:      "2020-10-30",
	Protocol:     shape.JSON11,
	TargetPrefix: "SpencerFrontendService",
	Operations: []shape.Operation{
		{Name: "BatchCheckLayerAvailability", Errors: []string{CodeRepositoryNotFound, CodeInvalidParameter, CodeServer, CodeRegistryNotFound, CodeUnsupportedCommand}},
		{Name: "BatchDeleteImage", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "CompleteLayerUpload", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUploadNotFound, CodeInvalidLayer, CodeLayerPartTooSmall, CodeLayerAlreadyExists, CodeEmptyUpload, CodeRegistryNotFound, CodeUnsupportedCommand}},
		{Name: "CreateRepository", Errors: []string{CodeServer, CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryAlreadyExists, CodeLimitExceeded, CodeUnsupportedCommand}},
		{Name: "DeleteRepository", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryNotEmpty, CodeUnsupportedCommand}},
		{Name: "DeleteRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryPolicyNotFound, CodeUnsupportedCommand}},
		{Name: "DescribeImageTags", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "DescribeImages", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeImageNotFound, CodeUnsupportedCommand}},
		{Name: "DescribeRegistries", Errors: []string{CodeInvalidParameter, CodeUnsupportedCommand, CodeServer}},
		{Name: "DescribeRepositories", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "GetAuthorizationToken", Errors: []string{CodeServer, CodeInvalidParameter, CodeUnsupportedCommand}},
		{Name: "GetRegistryCatalogData", Errors: []string{CodeServer, CodeUnsupportedCommand}},
		{Name: "GetRepositoryCatalogData", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryCatalogDataNotFound, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "GetRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRepositoryPolicyNotFound, CodeUnsupportedCommand}},
		{Name: "InitiateLayerUpload", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeRegistryNotFound, CodeUnsupportedCommand}},
		{Name: "ListTagsForResource", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand, CodeServer}},
		{Name: "PutImage", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeImageAlreadyExists, CodeLayersNotFound, CodeReferencedImagesNotFound, CodeLimitExceeded, CodeImageTagAlreadyExists, CodeImageDigestDoesNotMatch, CodeRegistryNotFound, CodeUnsupportedCommand}},
		{Name: "PutRegistryCatalogData", Errors: []string{CodeServer, CodeInvalidParameter, CodeUnsupportedCommand}},
		{Name: "PutRepositoryCatalogData", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "SetRepositoryPolicy", Errors: []string{CodeServer, CodeInvalidParameter, CodeRepositoryNotFound, CodeUnsupportedCommand}},
		{Name: "TagResource", Errors: []string{CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryNotFound, CodeUnsupportedCommand, CodeServer}},
		{Name: "UntagResource", Errors: []string{CodeInvalidParameter, CodeInvalidTagParameter, CodeTooManyTags, CodeRepositoryNotFound, CodeUnsupportedCommand, CodeServer}},
		{Name: "UploadLayerPart", Errors: []string{CodeServer, CodeInvalidParameter, CodeInvalidLayerPart, CodeRepositoryNotFound, CodeUploadNotFound, CodeLimitExceeded, CodeRegistryNotFound, CodeUnsupportedCommand}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	BatchCheckLayerAvailability = shape.Shape[BatchCheckLayerAvailabilityInput, BatchCheckLayerAvailabilityOutput]{Service: Service, Name: "BatchCheckLayerAvailability"}
	BatchDeleteImage            = shape.Shape[BatchDeleteImageInput, BatchDeleteImageOutput]{Service: Service, Name: "BatchDeleteImage"}
	CompleteLayerUpload         = shape.Shape[CompleteLayerUploadInput, CompleteLayerUploadOutput]{Service: Service, Name: "CompleteLayerUpload"}
	CreateRepository            = shape.Shape[CreateRepositoryInput, CreateRepositoryOutput]{Service: Service, Name: "CreateRepository"}
	DeleteRepository            = shape.Shape[DeleteRepositoryInput, DeleteRepositoryOutput]{Service: Service, Name: "DeleteRepository"}
	DeleteRepositoryPolicy      = shape.Shape[DeleteRepositoryPolicyInput, DeleteRepositoryPolicyOutput]{Service: Service, Name: "DeleteRepositoryPolicy"}
	DescribeImageTags           = shape.Shape[DescribeImageTagsInput, DescribeImageTagsOutput]{Service: Service, Name: "DescribeImageTags"}
	DescribeImages              = shape.Shape[DescribeImagesInput, DescribeImagesOutput]{Service: Service, Name: "DescribeImages"}
	DescribeRegistries          = shape.Shape[DescribeRegistriesInput, DescribeRegistriesOutput]{Service: Service, Name: "DescribeRegistries"}
	DescribeRepositories        = shape.Shape[DescribeRepositoriesInput, DescribeRepositoriesOutput]{Service: Service, Name: "DescribeRepositories"}
	GetAuthorizationToken       = shape.Shape[GetAuthorizationTokenInput, GetAuthorizationTokenOutput]{Service: Service, Name: "GetAuthorizationToken"}
	GetRegistryCatalogData      = shape.Shape[GetRegistryCatalogDataInput, GetRegistryCatalogDataOutput]{Service: Service, Name: "GetRegistryCatalogData"}
	GetRepositoryCatalogData    = shape.Shape[GetRepositoryCatalogDataInput, GetRepositoryCatalogDataOutput]{Service: Service, Name: "GetRepositoryCatalogData"}
	GetRepositoryPolicy         = shape.Shape[GetRepositoryPolicyInput, GetRepositoryPolicyOutput]{Service: Service, Name: "GetRepositoryPolicy"}
	InitiateLayerUpload         = shape.Shape[InitiateLayerUploadInput, InitiateLayerUploadOutput]{Service: Service, Name: "InitiateLayerUpload"}
	ListTagsForResource         = shape.Shape[ListTagsForResourceInput, ListTagsForResourceOutput]{Service: Service, Name: "ListTagsForResource"}
	PutImage                    = shape.Shape[PutImageInput, PutImageOutput]{Service: Service, Name: "PutImage"}
	PutRegistryCatalogData      = shape.Shape[PutRegistryCatalogDataInput, PutRegistryCatalogDataOutput]{Service: Service, Name: "PutRegistryCatalogData"}
	PutRepositoryCatalogData    = shape.Shape[PutRepositoryCatalogDataInput, PutRepositoryCatalogDataOutput]{Service: Service, Name: "PutRepositoryCatalogData"}
	SetRepositoryPolicy         = shape.Shape[SetRepositoryPolicyInput, SetRepositoryPolicyOutput]{Service: Service, Name: "SetRepositoryPolicy"}
	TagResource                 = shape.Shape[TagResourceInput, TagResourceOutput]{Service: Service, Name: "TagResource"}
	UntagResource               = shape.Shape[UntagResourceInput, UntagResourceOutput]{Service: Service, Name: "UntagResource"}
	UploadLayerPart             = shape.Shape[UploadLayerPartInput, UploadLayerPartOutput]{Service: Service, Name: "UploadLayerPart"}
)
