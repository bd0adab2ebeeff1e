package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// ErrNoDecisions is returned by [DescribeDecision] where decisions are not
// kept: AWS has no such record, nor has any other implementation of its APIs.
var ErrNoDecisions = errors.New("AWS keeps no record of its decisions")

// ErrDecisionNotFound is returned by [DescribeDecision] for an id that the
// server does not know or does not explain to this account.
var ErrDecisionNotFound = errors.New("no such decision")

// DescribeDecision asks a server for a denial by its id. It needs an endpoint
// and credentials of one of the accounts that the denial is about, with
// permission for pratique:DescribeDecision. Without an endpoint of its own
// the configuration means AWS, which is not asked.
func DescribeDecision(ctx context.Context, cfg aws.Config, id string, now time.Time) (*pratique.Decision, error) {
	out, err := Call(ctx, cfg, pratique.DescribeDecision, &pratique.DescribeDecisionInput{DecisionId: &id}, now)
	var answer *APIError
	switch {
	case errors.Is(err, ErrNotPratique), err == nil && out.Decision == nil:
		return nil, ErrNoDecisions
	case errors.As(err, &answer) && answer.Code == pratique.CodeDecisionNotFound:
		return nil, fmt.Errorf("%w: %s", ErrDecisionNotFound, answer.Message)
	case err != nil:
		return nil, err
	}
	return out.Decision, nil
}
