package blob

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrUnavailable is what errors of a Store are when what keeps its bytes cannot
// be reached, or has more to do than it can. Nothing is wrong with what was
// asked: it may succeed later.
var ErrUnavailable = errors.New("the blob store is not available")

// markUnavailable makes errors of a client's requests ErrUnavailable that are,
// once they have been tried as often as they are.
func markUnavailable(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("MarkUnavailable",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err != nil && ctx.Err() == nil && isAway(err) {
				err = fmt.Errorf("%w: %w", ErrUnavailable, err)
			}
			return out, metadata, err
		}), middleware.Before)
}

// isAway reports whether a request failed because of the server or the way there,
// and not because of an answer that it would give again.
func isAway(err error) bool {
	if e := smithy.APIError(nil); errors.As(err, &e) {
		switch e.ErrorCode() {
		case "SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "ServiceUnavailable", "InternalError":
			return true
		}
		answer := (*smithyhttp.ResponseError)(nil)
		return errors.As(err, &answer) && (answer.HTTPStatusCode() >= http.StatusInternalServerError || answer.HTTPStatusCode() == http.StatusTooManyRequests)
	}
	return true
}
