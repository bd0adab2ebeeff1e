// Code generated from models/ by awsapi/gen; DO NOT EDIT.

// Package pratique holds the operations and shapes of Pratique, API version 2026-11-01.
package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

// Service describes Pratique.
var Service = &shape.Service{
	Name:         "pratique",
	Title:        "Pratique",
	SigningName:  "pratique",
	Version:      "2026-11-01",
	Protocol:     shape.JSON11,
	TargetPrefix: "Pratique_V20261101",
	Operations: []shape.Operation{
		{Name: "DeleteEventDestination", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeDecision", Errors: []string{CodeDecisionNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeEventDestinations", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeLifecyclePreview", Errors: []string{CodeInvalidParameter, CodeLifecyclePolicyPreviewNotFound, CodeRepositoryNotFound, CodeServer}},
		{Name: "GetLifecycleSettings", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "ImportImageScanFindings", Errors: []string{CodeImageArchived, CodeImageNotFound, CodeInvalidParameter, CodeRepositoryNotFound, CodeServer, CodeUnsupportedImageType}},
		{Name: "ListExpiredImages", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "PutEventDestination", Errors: []string{CodeInvalidParameter, CodeLimitExceeded, CodeServer}},
		{Name: "PutLifecycleSettings", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "RestoreExpiredImages", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "RunLifecyclePolicy", Errors: []string{CodeInvalidParameter, CodeLifecyclePolicyNotFound, CodeRepositoryNotFound, CodeServer}},
		{Name: "TestEventDestination", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	DeleteEventDestination    = shape.Shape[DeleteEventDestinationInput, DeleteEventDestinationOutput]{Service: Service, Name: "DeleteEventDestination"}
	DescribeDecision          = shape.Shape[DescribeDecisionInput, DescribeDecisionOutput]{Service: Service, Name: "DescribeDecision"}
	DescribeEventDestinations = shape.Shape[DescribeEventDestinationsInput, DescribeEventDestinationsOutput]{Service: Service, Name: "DescribeEventDestinations"}
	DescribeLifecyclePreview  = shape.Shape[DescribeLifecyclePreviewInput, DescribeLifecyclePreviewOutput]{Service: Service, Name: "DescribeLifecyclePreview"}
	GetLifecycleSettings      = shape.Shape[GetLifecycleSettingsInput, GetLifecycleSettingsOutput]{Service: Service, Name: "GetLifecycleSettings"}
	ImportImageScanFindings   = shape.Shape[ImportImageScanFindingsInput, ImportImageScanFindingsOutput]{Service: Service, Name: "ImportImageScanFindings"}
	ListExpiredImages         = shape.Shape[ListExpiredImagesInput, ListExpiredImagesOutput]{Service: Service, Name: "ListExpiredImages"}
	PutEventDestination       = shape.Shape[PutEventDestinationInput, PutEventDestinationOutput]{Service: Service, Name: "PutEventDestination"}
	PutLifecycleSettings      = shape.Shape[PutLifecycleSettingsInput, PutLifecycleSettingsOutput]{Service: Service, Name: "PutLifecycleSettings"}
	RestoreExpiredImages      = shape.Shape[RestoreExpiredImagesInput, RestoreExpiredImagesOutput]{Service: Service, Name: "RestoreExpiredImages"}
	RunLifecyclePolicy        = shape.Shape[RunLifecyclePolicyInput, RunLifecyclePolicyOutput]{Service: Service, Name: "RunLifecyclePolicy"}
	TestEventDestination      = shape.Shape[TestEventDestinationInput, TestEventDestinationOutput]{Service: Service, Name: "TestEventDestination"}
)
