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
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// ErrNotPratique is returned by [Call] where the operation is not known: on AWS, on other implementations of its APIs and
// on older servers.
var ErrNotPratique = errors.New("the server is not Pratique, or an older one")

// APIError is an error that a server answered.
type APIError struct {
	Status  int // of HTTP
	Code    string
	Message string
}

func (e *APIError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 20

// Call does an operation that AWS does not have. It needs an endpoint and credentials. Without an endpoint of its own the
// configuration means AWS, which is not asked.
//
// Errors: [ErrNotPratique], *[APIError].
func Call[In, Out any](ctx context.Context, cfg aws.Config, s shape.Shape[In, Out], in *In, now time.Time) (*Out, error) {
	if aws.ToString(cfg.BaseEndpoint) == "" {
		return nil, ErrNotPratique
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(*cfg.BaseEndpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", pratique.Service.TargetPrefix+"."+s.Name)
	who, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, who, r, hex.EncodeToString(hash[:]), pratique.Service.SigningName, cfg.Region, now); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	answer, err := cfg.HTTPClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %w", s.Name, apiError(answer.StatusCode, text))
	}
	out := new(Out)
	if err := json.Unmarshal(text, out); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, ErrNotPratique) // something answers everything, but not this
	}
	return out, nil
}

// apiError reads an error.
func apiError(status int, text []byte) error {
	var wire struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
		Upper   string `json:"Message"`
	}
	if err := json.Unmarshal(text, &wire); err != nil || wire.Type == "" {
		return ErrNotPratique
	}
	if wire.Message == "" {
		wire.Message = wire.Upper
	}
	switch code := wire.Type[strings.LastIndexByte(wire.Type, '#')+1:]; code {
	case "UnknownOperationException", "UnsupportedOperationException", "InvalidAction":
		return ErrNotPratique
	default:
		return &APIError{Status: status, Code: code, Message: wire.Message}
	}
}
