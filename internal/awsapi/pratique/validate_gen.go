// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"DeleteEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
	},
	"DescribeDecisionInput": {
		{Field: "DecisionId", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternDecisionId}},
	},
	"DescribeEventDestinationsInput": {
		{Field: "DestinationNames", Rule: shape.Rule{Max: new(int64(100)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}}},
	},
	"PutEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
		{Field: "Url", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "DetailTypes", Rule: shape.Rule{Max: new(int64(6)), Elem: &shape.Rule{Enum: []string{EventDetailTypeEcrImageAction, EventDetailTypeEcrImageScan, EventDetailTypeEcrPullThroughCacheAction, EventDetailTypeEcrReferrerAction, EventDetailTypeEcrReplicationAction, EventDetailTypeEcrScanResourceChange}}}},
		{Field: "RepositoryPrefix", Rule: shape.Rule{Max: new(int64(256))}},
		{Field: "Secret", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(94))}},
	},
	"TestEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
	},
}

var (
	patternEventDestinationName = &shape.Pattern{
		Source: `[0-9A-Za-z._-]+`,
		Go:     `\A(?:[0-9A-Za-z._-]+)\z`,
	}
	patternDecisionId = &shape.Pattern{
		Source: `[0-9A-Za-z-]+`,
		Go:     `\A(?:[0-9A-Za-z-]+)\z`,
	}
)
