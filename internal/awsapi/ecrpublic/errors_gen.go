// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecrpublic

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeEmptyUpload                   = "EmptyUploadException"
	CodeImageAlreadyExists            = "ImageAlreadyExistsException"
	CodeImageDigestDoesNotMatch       = "ImageDigestDoesNotMatchException"
	CodeImageNotFound                 = "ImageNotFoundException"
	CodeImageTagAlreadyExists         = "ImageTagAlreadyExistsException"
	CodeInvalidLayer                  = "InvalidLayerException"
	CodeInvalidLayerPart              = "InvalidLayerPartException"
	CodeInvalidParameter              = "InvalidParameterException"
	CodeInvalidTagParameter           = "InvalidTagParameterException"
	CodeLayerAlreadyExists            = "LayerAlreadyExistsException"
	CodeLayerPartTooSmall             = "LayerPartTooSmallException"
	CodeLayersNotFound                = "LayersNotFoundException"
	CodeLimitExceeded                 = "LimitExceededException"
	CodeReferencedImagesNotFound      = "ReferencedImagesNotFoundException"
	CodeRegistryNotFound              = "RegistryNotFoundException"
	CodeRepositoryAlreadyExists       = "RepositoryAlreadyExistsException"
	CodeRepositoryCatalogDataNotFound = "RepositoryCatalogDataNotFoundException"
	CodeRepositoryNotEmpty            = "RepositoryNotEmptyException"
	CodeRepositoryNotFound            = "RepositoryNotFoundException"
	CodeRepositoryPolicyNotFound      = "RepositoryPolicyNotFoundException"
	CodeServer                        = "ServerException"
	CodeTooManyTags                   = "TooManyTagsException"
	CodeUnsupportedCommand            = "UnsupportedCommandException"
	CodeUploadNotFound                = "UploadNotFoundException"
)

var errorCodes = []shape.Error{
	{Code: CodeEmptyUpload, Status: 400},
	{Code: CodeImageAlreadyExists, Status: 400},
	{Code: CodeImageDigestDoesNotMatch, Status: 400},
	{Code: CodeImageNotFound, Status: 400},
	{Code: CodeImageTagAlreadyExists, Status: 400},
	{Code: CodeInvalidLayer, Status: 400},
	{Code: CodeInvalidLayerPart, Status: 400},
	{Code: CodeInvalidParameter, Status: 400},
	{Code: CodeInvalidTagParameter, Status: 400},
	{Code: CodeLayerAlreadyExists, Status: 400},
	{Code: CodeLayerPartTooSmall, Status: 400},
	{Code: CodeLayersNotFound, Status: 400},
	{Code: CodeLimitExceeded, Status: 400},
	{Code: CodeReferencedImagesNotFound, Status: 400},
	{Code: CodeRegistryNotFound, Status: 400},
	{Code: CodeRepositoryAlreadyExists, Status: 400},
	{Code: CodeRepositoryCatalogDataNotFound, Status: 400},
	{Code: CodeRepositoryNotEmpty, Status: 400},
	{Code: CodeRepositoryNotFound, Status: 400},
	{Code: CodeRepositoryPolicyNotFound, Status: 400},
	{Code: CodeServer, Status: 500, Fault: true},
	{Code: CodeTooManyTags, Status: 400},
	{Code: CodeUnsupportedCommand, Status: 400},
	{Code: CodeUploadNotFound, Status: 400},
}
