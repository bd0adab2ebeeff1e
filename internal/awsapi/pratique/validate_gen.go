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
	"DescribeLifecyclePreviewInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"GetLifecycleSettingsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
	},
	"ImageIdentifier": {
		{Field: "ImageTag", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(300))}},
	},
	"ImportImageScanFindingsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "ImageId", Rule: shape.Rule{Required: true}},
		{Field: "Format", Rule: shape.Rule{Enum: []string{ScanReportFormatTrivy, ScanReportFormatGrype, ScanReportFormatOsvScanner}}},
		{Field: "Report", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(20971520))}},
	},
	"ListExpiredImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"PutEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
		{Field: "Url", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "DetailTypes", Rule: shape.Rule{Max: new(int64(6)), Elem: &shape.Rule{Enum: []string{EventDetailTypeEcrImageAction, EventDetailTypeEcrImageScan, EventDetailTypeEcrPullThroughCacheAction, EventDetailTypeEcrReferrerAction, EventDetailTypeEcrReplicationAction, EventDetailTypeEcrScanResourceChange}}}},
		{Field: "RepositoryPrefix", Rule: shape.Rule{Max: new(int64(256))}},
		{Field: "Secret", Rule: shape.Rule{Sensitive: true, Min: new(int64(1)), Max: new(int64(94))}},
	},
	"PutLifecycleSettingsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "ProtectPulledWithinDays", Rule: shape.Rule{Min: new(int64(0)), Max: new(int64(3650))}},
		{Field: "UndoDays", Rule: shape.Rule{Min: new(int64(0)), Max: new(int64(3650))}},
	},
	"RestoreExpiredImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "ImageDigests", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100))}},
	},
	"RunLifecyclePolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
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
	patternRegistryId = &shape.Pattern{
		Source: `[0-9]{12}`,
		Go:     `\A(?:[0-9]{12})\z`,
	}
)
