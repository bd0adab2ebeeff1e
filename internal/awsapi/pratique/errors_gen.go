// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Error codes that the model declares.
const (
	CodeBuildNotFound                  = "BuildNotFoundException"
	CodeDecisionNotFound               = "DecisionNotFoundException"
	CodeEventDestinationNotFound       = "EventDestinationNotFoundException"
	CodeImageArchived                  = "ImageArchivedException"
	CodeImageNotFound                  = "ImageNotFoundException"
	CodeInvalidParameter               = "InvalidParameterException"
	CodeLeaseLost                      = "LeaseLostException"
	CodeLifecyclePolicyNotFound        = "LifecyclePolicyNotFoundException"
	CodeLifecyclePolicyPreviewNotFound = "LifecyclePolicyPreviewNotFoundException"
	CodeLimitExceeded                  = "LimitExceededException"
	CodeRepositoryNotFound             = "RepositoryNotFoundException"
	CodeServer                         = "ServerException"
	CodeTooManyBuilds                  = "TooManyBuildsException"
	CodeUnsupportedImageType           = "UnsupportedImageTypeException"
)

var errorCodes = []shape.Error{
	{Code: CodeBuildNotFound, Status: 404},
	{Code: CodeDecisionNotFound, Status: 400},
	{Code: CodeEventDestinationNotFound, Status: 400},
	{Code: CodeImageArchived, Status: 400},
	{Code: CodeImageNotFound, Status: 400},
	{Code: CodeInvalidParameter, Status: 400},
	{Code: CodeLeaseLost, Status: 409},
	{Code: CodeLifecyclePolicyNotFound, Status: 400},
	{Code: CodeLifecyclePolicyPreviewNotFound, Status: 400},
	{Code: CodeLimitExceeded, Status: 400},
	{Code: CodeRepositoryNotFound, Status: 400},
	{Code: CodeServer, Status: 500, Fault: true},
	{Code: CodeTooManyBuilds, Status: 429},
	{Code: CodeUnsupportedImageType, Status: 400},
}
