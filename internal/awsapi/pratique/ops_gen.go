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
		{Name: "ImportImageScanFindings", Errors: []string{CodeImageArchived, CodeImageNotFound, CodeInvalidParameter, CodeRepositoryNotFound, CodeServer, CodeUnsupportedImageType}},
		{Name: "PutEventDestination", Errors: []string{CodeInvalidParameter, CodeLimitExceeded, CodeServer}},
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
	ImportImageScanFindings   = shape.Shape[ImportImageScanFindingsInput, ImportImageScanFindingsOutput]{Service: Service, Name: "ImportImageScanFindings"}
	PutEventDestination       = shape.Shape[PutEventDestinationInput, PutEventDestinationOutput]{Service: Service, Name: "PutEventDestination"}
	TestEventDestination      = shape.Shape[TestEventDestinationInput, TestEventDestinationOutput]{Service: Service, Name: "TestEventDestination"}
)
