package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// ErrNoDecisions is returned by [DescribeDecision] where decisions are not
// kept: AWS has no such record, nor has any other implementation of its APIs.
var ErrNoDecisions = errors.New("AWS keeps no record of its decisions")

// ErrDecisionNotFound is returned by [DescribeDecision] for an id that the
// server does not know or does not explain to this account.
var ErrDecisionNotFound = errors.New("no such decision")

// maxDecision bounds what is read of an answer.
const maxDecision = 4 << 20

// DescribeDecision asks a server for a denial by its id. It needs an endpoint
// and credentials of one of the accounts that the denial is about, with
// permission for pratique:DescribeDecision. Without an endpoint of its own
// the configuration means AWS, which is not asked.
func DescribeDecision(ctx context.Context, cfg aws.Config, id string, now time.Time) (*pratique.Decision, error) {
	if aws.ToString(cfg.BaseEndpoint) == "" {
		return nil, ErrNoDecisions
	}
	body, err := json.Marshal(pratique.DescribeDecisionInput{DecisionId: &id})
	if err != nil {
		return nil, err
	}
	const operation = "DescribeDecision"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(*cfg.BaseEndpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("describe decision: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", pratique.Service.TargetPrefix+"."+operation)
	who, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe decision: %w", err)
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, who, r, hex.EncodeToString(hash[:]), pratique.Service.SigningName, cfg.Region, now); err != nil {
		return nil, fmt.Errorf("describe decision: %w", err)
	}
	answer, err := cfg.HTTPClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("describe decision: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxDecision))
	if err != nil {
		return nil, fmt.Errorf("describe decision: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, decisionError(answer.StatusCode, text)
	}
	var out pratique.DescribeDecisionOutput
	if err := json.Unmarshal(text, &out); err != nil || out.Decision == nil {
		return nil, ErrNoDecisions // something answers everything, but not this
	}
	return out.Decision, nil
}

// decisionError reads an error. Whoever does not know the operation is not
// Pratique, or an older one.
func decisionError(status int, text []byte) error {
	var wire struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
		Upper   string `json:"Message"`
	}
	if err := json.Unmarshal(text, &wire); err != nil || wire.Type == "" {
		return ErrNoDecisions
	}
	if wire.Message == "" {
		wire.Message = wire.Upper
	}
	switch code := wire.Type[strings.LastIndexByte(wire.Type, '#')+1:]; code {
	case pratique.CodeDecisionNotFound:
		return fmt.Errorf("%w: %s", ErrDecisionNotFound, wire.Message)
	case "UnknownOperationException", "UnsupportedOperationException", "InvalidAction":
		return ErrNoDecisions
	default:
		return fmt.Errorf("describe decision: %d %s: %s", status, code, wire.Message)
	}
}
