package ecrpublicapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/policy"
)

// describeRegistries answers the caller's own registry, which is the only one
// it can have. Its alias is the one it was given.
func (s *service) describeRegistries(ctx context.Context, c *awsapi.Call, in *ecrpublic.DescribeRegistriesInput) (*ecrpublic.DescribeRegistriesOutput, error) {
	if in.NextToken != nil { // none is ever given out
		return nil, awsapi.InvalidParameter("nextToken", "Invalid pagination token")
	}
	reg, err := s.Registry.PublicRegistry(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.DescribeRegistriesOutput{Registries: []ecrpublic.Registry{{
		RegistryId:  new(reg.Account),
		RegistryArn: new(arn.PublicRegistry(reg.Account)),
		RegistryUri: new(s.URL(c).Host + "/" + reg.Alias),
		Verified:    new(false),
		Aliases: []ecrpublic.RegistryAlias{{
			Name:                 new(reg.Alias),
			Status:               new(ecrpublic.RegistryAliasStatusActive),
			PrimaryRegistryAlias: new(true),
			DefaultRegistryAlias: new(true),
		}},
	}}}, nil
}

func (s *service) putRegistryCatalogData(ctx context.Context, c *awsapi.Call, in *ecrpublic.PutRegistryCatalogDataInput) (*ecrpublic.PutRegistryCatalogDataOutput, error) {
	name := value(in.DisplayName)
	if err := s.Registry.SetDisplayName(ctx, c.Account, name); err != nil {
		return nil, err
	}
	return &ecrpublic.PutRegistryCatalogDataOutput{RegistryCatalogData: &ecrpublic.RegistryCatalogData{DisplayName: optional(name)}}, nil
}

func (s *service) getRegistryCatalogData(ctx context.Context, c *awsapi.Call, _ *ecrpublic.GetRegistryCatalogDataInput) (*ecrpublic.GetRegistryCatalogDataOutput, error) {
	reg, err := s.Registry.PublicRegistry(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &ecrpublic.GetRegistryCatalogDataOutput{RegistryCatalogData: &ecrpublic.RegistryCatalogData{DisplayName: optional(reg.DisplayName)}}, nil
}

// getAuthorizationToken answers the password for docker login, which takes a
// permission of STS as well as that of the row.
// https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
func (s *service) getAuthorizationToken(ctx context.Context, c *awsapi.Call, in *ecrpublic.GetAuthorizationTokenInput) (*ecrpublic.GetAuthorizationTokenOutput, error) {
	bearer := onNothing(c, in)
	bearer[0].Context = policy.Context{}
	bearer[0].Context.Set("sts:AWSServiceName", "ecr-public.amazonaws.com")
	bearer[0].Context.Set("sts:DurationSeconds", strconv.Itoa(int(authn.TokenLifetime.Seconds())))
	if err := c.Authorize(ctx, "sts:GetServiceBearerToken", bearer...); err != nil {
		return nil, err
	}
	password, expires, err := s.Token(c.Identity)
	if err != nil {
		return nil, fmt.Errorf("make public registry token: %w", err)
	}
	return &ecrpublic.GetAuthorizationTokenOutput{AuthorizationData: &ecrpublic.AuthorizationData{
		AuthorizationToken: new(base64.StdEncoding.EncodeToString([]byte("AWS:" + password))),
		ExpiresAt:          shape.At(expires),
	}}, nil
}
