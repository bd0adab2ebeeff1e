// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package ecrpublic

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"BatchCheckLayerAvailabilityInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "LayerDigests", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Max: new(int64(1000))}}},
	},
	"BatchDeleteImageInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100))}},
	},
	"CompleteLayerUploadInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "UploadId", Rule: shape.Rule{Required: true, Pattern: patternUploadId}},
		{Field: "LayerDigests", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Pattern: patternLayerDigest}}},
	},
	"CreateRepositoryInput": {
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "Tags", Rule: shape.Rule{Max: new(int64(200))}},
	},
	"DeleteRepositoryInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
	},
	"DeleteRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
	},
	"DescribeImageTagsInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeImagesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "ImageIds", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100))}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeRegistriesInput": {
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"DescribeRepositoriesInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryNames", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(100)), Elem: &shape.Rule{Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}}},
		{Field: "MaxResults", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(1000))}},
	},
	"GetRepositoryCatalogDataInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
	},
	"GetRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
	},
	"ImageIdentifier": {
		{Field: "ImageTag", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(300))}},
	},
	"InitiateLayerUploadInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
	},
	"ListTagsForResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(2048))}},
	},
	"PutImageInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "ImageManifest", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(4194304))}},
		{Field: "ImageTag", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(300))}},
	},
	"PutRegistryCatalogDataInput": {
		{Field: "DisplayName", Rule: shape.Rule{Max: new(int64(100))}},
	},
	"PutRepositoryCatalogDataInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "CatalogData", Rule: shape.Rule{Required: true}},
	},
	"RepositoryCatalogDataInput": {
		{Field: "Description", Rule: shape.Rule{Max: new(int64(1024))}},
		{Field: "Architectures", Rule: shape.Rule{Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(50))}}},
		{Field: "OperatingSystems", Rule: shape.Rule{Max: new(int64(50)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(50))}}},
		{Field: "LogoImageBlob", Rule: shape.Rule{Max: new(int64(512000))}},
		{Field: "AboutText", Rule: shape.Rule{Max: new(int64(25600))}},
		{Field: "UsageText", Rule: shape.Rule{Max: new(int64(25600))}},
	},
	"SetRepositoryPolicyInput": {
		{Field: "RegistryId", Rule: shape.Rule{Pattern: patternRegistryId}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "PolicyText", Rule: shape.Rule{Required: true, Max: new(int64(10240))}},
	},
	"Tag": {
		{Field: "Key", Rule: shape.Rule{Min: new(int64(1)), Max: new(int64(128))}},
		{Field: "Value", Rule: shape.Rule{Max: new(int64(256))}},
	},
	"TagResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "Tags", Rule: shape.Rule{Required: true, Max: new(int64(200))}},
	},
	"UntagResourceInput": {
		{Field: "ResourceArn", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(2048))}},
		{Field: "TagKeys", Rule: shape.Rule{Required: true, Max: new(int64(200)), Elem: &shape.Rule{Min: new(int64(1)), Max: new(int64(128))}}},
	},
	"UploadLayerPartInput": {
		{Field: "RegistryId", Rule: shape.Rule{Min: new(int64(2)), Max: new(int64(50))}},
		{Field: "RepositoryName", Rule: shape.Rule{Required: true, Min: new(int64(2)), Max: new(int64(205)), Pattern: patternRepositoryName}},
		{Field: "UploadId", Rule: shape.Rule{Required: true, Pattern: patternUploadId}},
		{Field: "PartFirstByte", Rule: shape.Rule{Required: true, Min: new(int64(0))}},
		{Field: "PartLastByte", Rule: shape.Rule{Required: true, Min: new(int64(0))}},
		{Field: "LayerPartBlob", Rule: shape.Rule{Required: true, Max: new(int64(20971520))}},
	},
}

var (
	patternRepositoryName = &shape.Pattern{
		Source: `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`,
		Go:     `\A(?:(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*)\z`,
	}
	patternUploadId = &shape.Pattern{
		Source: `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`,
		Go:     `\A(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})\z`,
	}
	patternLayerDigest = &shape.Pattern{
		Source: `[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`,
		Go:     `\A(?:[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+)\z`,
	}
	patternRegistryId = &shape.Pattern{
		Source: `[0-9]{12}`,
		Go:     `\A(?:[0-9]{12})\z`,
	}
)
