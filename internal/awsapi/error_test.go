package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/admit"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/meta"
)

// What the server cannot do, and why, has a code that SDKs know, and says
// nothing of what the server is made of.
func TestTrouble(t *testing.T) {
	refused := &admit.Refusal{RetryAfter: 3 * time.Second}
	full := fmt.Errorf("write /var/lib/pratique/blobs/x: %w", syscall.ENOSPC)
	database := fmt.Errorf("describe: %w: dial tcp 10.0.0.1:5432", meta.ErrUnavailable)
	store := fmt.Errorf("open: %w: bucket secret", blob.ErrUnavailable)
	for _, tt := range []struct {
		name     string
		dialect  dialect
		service  *shape.Service
		err      error
		want     Error
		complete bool
	}{
		{"ECR, too many", jsonDialect, ecr.Service, refused, Error{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded", RetryAfter: 3 * time.Second}, true},
		{"no service, too many", jsonDialect, nil, refused, Error{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded", RetryAfter: 3 * time.Second}, true},
		{"Organizations, too many", jsonDialect, organizations.Service, refused, Error{Code: "TooManyRequestsException", Status: 400, Message: "Rate exceeded", RetryAfter: 3 * time.Second}, true},
		{"IAM, too many", queryDialect, iam.Service, refused, Error{Code: "Throttling", Status: 400, Message: "Rate exceeded", RetryAfter: 3 * time.Second}, true},
		{"by path, too many", restDialect, nil, refused, Error{Code: "ThrottlingException", Status: http.StatusTooManyRequests, Message: "Rate exceeded", RetryAfter: 3 * time.Second}, true},
		{"ECR, no database", jsonDialect, ecr.Service, database, Error{Code: "ServiceUnavailable", Status: 503, Message: "The service is not available for the moment.", RetryAfter: outageRetry}, false},
		{"IAM, no database", queryDialect, iam.Service, database, Error{Code: "ServiceUnavailable", Status: 503, Message: "The service is not available for the moment.", RetryAfter: outageRetry}, false},
		{"ECR, no store", jsonDialect, ecr.Service, store, Error{Code: "ServiceUnavailable", Status: 503, Message: "The service is not available for the moment.", RetryAfter: outageRetry}, false},
		{"ECR, disk full", jsonDialect, ecr.Service, full, Error{Code: "ServerException", Status: 507, Message: "The server has no space left."}, false},
		{"IAM, disk full", queryDialect, iam.Service, full, Error{Code: "ServiceFailure", Status: 507, Message: "The server has no space left."}, false},
		{"ECR, something else", jsonDialect, ecr.Service, errors.New("secret"), Error{Code: "ServerException", Status: 500}, false},
	} {
		got, complete := tt.dialect.wire(tt.service, tt.err)
		if diff := cmp.Diff(&tt.want, got); diff != "" || complete != tt.complete {
			t.Errorf("%s: complete %t (-want +got):\n%s", tt.name, complete, diff)
		}
	}
}
