// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"CancelBuildInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
	},
	"DeleteEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
	},
	"DescribeBuildInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
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
	"FinishBuildInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
		{Field: "LeaseId", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(64))}},
		{Field: "Outcome", Rule: shape.Rule{Required: true, Enum: []string{BuildOutcomeSucceeded, BuildOutcomeFailed, BuildOutcomeReleased, BuildOutcomeDeclined}}},
		{Field: "ImageDigest", Rule: shape.Rule{Pattern: patternContentDigest}},
		{Field: "Reason", Rule: shape.Rule{Max: new(int64(4096))}},
	},
	"GetBuildLogsInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
		{Field: "After", Rule: shape.Rule{Min: new(int64(0))}},
		{Field: "WaitSeconds", Rule: shape.Rule{Min: new(int64(0)), Max: new(int64(20))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"GetLifecycleSettingsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
	},
	"HeartbeatBuildInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
		{Field: "LeaseId", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(64))}},
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
	"LeaseBuildInput": {
		{Field: "Worker", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
		{Field: "WaitSeconds", Rule: shape.Rule{Min: new(int64(0)), Max: new(int64(20))}},
	},
	"ListBuildsInput": {
		{Field: "State", Rule: shape.Rule{Enum: []string{BuildStateUploading, BuildStateQueued, BuildStateLeased, BuildStateRunning, BuildStateSucceeded, BuildStateFailed, BuildStateCanceled}}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"ListExpiredImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(256))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"PutBuildLogsInput": {
		{Field: "BuildId", Rule: shape.Rule{Required: true, Pattern: patternBuildId}},
		{Field: "LeaseId", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(64))}},
		{Field: "Sequence", Rule: shape.Rule{Required: true, Min: new(int64(1))}},
		{Field: "Messages", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(256)), Elem: &shape.Rule{Max: new(int64(16384))}}},
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
	"StartBuildInput": {
		{Field: "Image", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(512))}},
		{Field: "Spec", Rule: shape.Rule{Required: true, Sensitive: true, Min: new(int64(1)), Max: new(int64(262144))}},
		{Field: "Options", Rule: shape.Rule{Sensitive: true, Max: new(int64(16384))}},
		{Field: "ContextDigest", Rule: shape.Rule{Pattern: patternContentDigest}},
		{Field: "ContextSize", Rule: shape.Rule{Min: new(int64(1))}},
	},
	"TestEventDestinationInput": {
		{Field: "DestinationName", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternEventDestinationName}},
	},
}

var (
	patternBuildId = &shape.Pattern{
		Source: `[0-9a-f-]{36}`,
		Go:     `\A(?:[0-9a-f-]{36})\z`,
	}
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
	patternContentDigest = &shape.Pattern{
		Source: `sha256:[0-9a-f]{64}`,
		Go:     `\A(?:sha256:[0-9a-f]{64})\z`,
	}
)
