package iamapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

func (s *service) generateCredentialReport(ctx context.Context, c *awsapi.Call, _ *api.GenerateCredentialReportInput) (*api.GenerateCredentialReportOutput, error) {
	made, err := s.iam.GenerateCredentialReport(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	if made { // it is complete already, but AWS says so only to those who ask again
		return &api.GenerateCredentialReportOutput{
			State: new(api.ReportStateTypeStarted), Description: new("No report exists. Starting a new report generation task"),
		}, nil
	}
	return &api.GenerateCredentialReportOutput{State: new(api.ReportStateTypeComplete)}, nil
}

func (s *service) getCredentialReport(ctx context.Context, c *awsapi.Call, _ *api.GetCredentialReportInput) (*api.GetCredentialReportOutput, error) {
	r, err := s.iam.CredentialReport(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	return &api.GetCredentialReportOutput{
		Content: []byte(r.CSV), ReportFormat: new(api.ReportFormatTypeTextCsv), GeneratedTime: shape.At(r.Generated),
	}, nil
}
