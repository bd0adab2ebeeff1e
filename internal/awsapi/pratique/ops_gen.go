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
		{Name: "CancelBuild", Method: "POST", Path: "/imagespec/builds/{buildId}/cancel", Errors: []string{CodeBuildNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DeleteEventDestination", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeBuild", Method: "GET", Path: "/imagespec/builds/{buildId}", Errors: []string{CodeBuildNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeDecision", Errors: []string{CodeDecisionNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeEventDestinations", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "DescribeLifecyclePreview", Errors: []string{CodeInvalidParameter, CodeLifecyclePolicyPreviewNotFound, CodeRepositoryNotFound, CodeServer}},
		{Name: "FinishBuild", Method: "POST", Path: "/imagespec/builds/{buildId}/finish", Errors: []string{CodeInvalidParameter, CodeLeaseLost, CodeServer}},
		{Name: "GetBuildLogs", Method: "GET", Path: "/imagespec/builds/{buildId}/logs", Errors: []string{CodeBuildNotFound, CodeInvalidParameter, CodeServer}},
		{Name: "GetLifecycleSettings", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "HeartbeatBuild", Method: "POST", Path: "/imagespec/builds/{buildId}/heartbeat", Errors: []string{CodeInvalidParameter, CodeLeaseLost, CodeServer}},
		{Name: "ImportImageScanFindings", Errors: []string{CodeImageArchived, CodeImageNotFound, CodeInvalidParameter, CodeRepositoryNotFound, CodeServer, CodeUnsupportedImageType}},
		{Name: "LeaseBuild", Method: "POST", Path: "/imagespec/lease", Errors: []string{CodeInvalidParameter, CodeServer}},
		{Name: "ListBuilds", Method: "GET", Path: "/imagespec/builds", Errors: []string{CodeInvalidParameter, CodeServer}},
		{Name: "ListExpiredImages", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "PutBuildLogs", Method: "POST", Path: "/imagespec/builds/{buildId}/logs", Errors: []string{CodeInvalidParameter, CodeLeaseLost, CodeServer}},
		{Name: "PutEventDestination", Errors: []string{CodeInvalidParameter, CodeLimitExceeded, CodeServer}},
		{Name: "PutLifecycleSettings", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "RestoreExpiredImages", Errors: []string{CodeInvalidParameter, CodeRepositoryNotFound, CodeServer}},
		{Name: "RunLifecyclePolicy", Errors: []string{CodeInvalidParameter, CodeLifecyclePolicyNotFound, CodeRepositoryNotFound, CodeServer}},
		{Name: "StartBuild", Method: "POST", Path: "/imagespec/builds", Errors: []string{CodeInvalidParameter, CodeServer, CodeTooManyBuilds}},
		{Name: "TestEventDestination", Errors: []string{CodeEventDestinationNotFound, CodeInvalidParameter, CodeServer}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	CancelBuild               = shape.Shape[CancelBuildInput, CancelBuildOutput]{Service: Service, Name: "CancelBuild"}
	DeleteEventDestination    = shape.Shape[DeleteEventDestinationInput, DeleteEventDestinationOutput]{Service: Service, Name: "DeleteEventDestination"}
	DescribeBuild             = shape.Shape[DescribeBuildInput, DescribeBuildOutput]{Service: Service, Name: "DescribeBuild"}
	DescribeDecision          = shape.Shape[DescribeDecisionInput, DescribeDecisionOutput]{Service: Service, Name: "DescribeDecision"}
	DescribeEventDestinations = shape.Shape[DescribeEventDestinationsInput, DescribeEventDestinationsOutput]{Service: Service, Name: "DescribeEventDestinations"}
	DescribeLifecyclePreview  = shape.Shape[DescribeLifecyclePreviewInput, DescribeLifecyclePreviewOutput]{Service: Service, Name: "DescribeLifecyclePreview"}
	FinishBuild               = shape.Shape[FinishBuildInput, FinishBuildOutput]{Service: Service, Name: "FinishBuild"}
	GetBuildLogs              = shape.Shape[GetBuildLogsInput, GetBuildLogsOutput]{Service: Service, Name: "GetBuildLogs"}
	GetLifecycleSettings      = shape.Shape[GetLifecycleSettingsInput, GetLifecycleSettingsOutput]{Service: Service, Name: "GetLifecycleSettings"}
	HeartbeatBuild            = shape.Shape[HeartbeatBuildInput, HeartbeatBuildOutput]{Service: Service, Name: "HeartbeatBuild"}
	ImportImageScanFindings   = shape.Shape[ImportImageScanFindingsInput, ImportImageScanFindingsOutput]{Service: Service, Name: "ImportImageScanFindings"}
	LeaseBuild                = shape.Shape[LeaseBuildInput, LeaseBuildOutput]{Service: Service, Name: "LeaseBuild"}
	ListBuilds                = shape.Shape[ListBuildsInput, ListBuildsOutput]{Service: Service, Name: "ListBuilds"}
	ListExpiredImages         = shape.Shape[ListExpiredImagesInput, ListExpiredImagesOutput]{Service: Service, Name: "ListExpiredImages"}
	PutBuildLogs              = shape.Shape[PutBuildLogsInput, PutBuildLogsOutput]{Service: Service, Name: "PutBuildLogs"}
	PutEventDestination       = shape.Shape[PutEventDestinationInput, PutEventDestinationOutput]{Service: Service, Name: "PutEventDestination"}
	PutLifecycleSettings      = shape.Shape[PutLifecycleSettingsInput, PutLifecycleSettingsOutput]{Service: Service, Name: "PutLifecycleSettings"}
	RestoreExpiredImages      = shape.Shape[RestoreExpiredImagesInput, RestoreExpiredImagesOutput]{Service: Service, Name: "RestoreExpiredImages"}
	RunLifecyclePolicy        = shape.Shape[RunLifecyclePolicyInput, RunLifecyclePolicyOutput]{Service: Service, Name: "RunLifecyclePolicy"}
	StartBuild                = shape.Shape[StartBuildInput, StartBuildOutput]{Service: Service, Name: "StartBuild"}
	TestEventDestination      = shape.Shape[TestEventDestinationInput, TestEventDestinationOutput]{Service: Service, Name: "TestEventDestination"}
)
