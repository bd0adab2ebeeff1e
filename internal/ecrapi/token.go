package ecrapi

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// getAuthorizationToken answers one entry for the caller's own registry, or
// one for each registry asked for. They differ in the endpoint only: a token
// is good wherever its principal may go.
func (s *service) getAuthorizationToken(_ context.Context, c *awsapi.Call, in *ecr.GetAuthorizationTokenInput) (*ecr.GetAuthorizationTokenOutput, error) {
	accounts := in.RegistryIds
	if len(accounts) == 0 {
		accounts = []string{c.Identity.Account()}
	}
	out := &ecr.GetAuthorizationTokenOutput{}
	for _, account := range accounts {
		password, expires, err := s.Token(c.Identity)
		if err != nil {
			return nil, fmt.Errorf("make registry token: %w", err)
		}
		u := s.URI(c, account, c.Region)
		out.AuthorizationData = append(out.AuthorizationData, ecr.AuthorizationData{
			AuthorizationToken: new(base64.StdEncoding.EncodeToString([]byte("AWS:" + password))),
			ExpiresAt:          shape.At(expires),
			ProxyEndpoint:      new(u.Scheme + "://" + u.Host),
		})
	}
	return out, nil
}
