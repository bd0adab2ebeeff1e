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
		{Name: "DescribeDecision", Errors: []string{CodeDecisionNotFound, CodeInvalidParameter, CodeServer}},
	},
	Errors:      errorCodes,
	Constraints: constraints,
}

// The operations.
var (
	DescribeDecision = shape.Shape[DescribeDecisionInput, DescribeDecisionOutput]{Service: Service, Name: "DescribeDecision"}
)
