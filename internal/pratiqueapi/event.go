package pratiqueapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/seal"
)

// Event destinations are those of the caller's account, in the region that is addressed. No operation takes another
// account, so that the destinations of others can be neither seen nor changed, whatever a policy says.

func (s *service) putEventDestination(ctx context.Context, c *awsapi.Call, in *pratique.PutEventDestinationInput) (*pratique.PutEventDestinationOutput, error) {
	settings := event.Settings{Name: *in.DestinationName, URL: *in.Url, DetailTypes: in.DetailTypes}
	if in.RepositoryPrefix != nil {
		settings.RepositoryPrefix = *in.RepositoryPrefix
	}
	if in.Secret != nil {
		settings.Secret = seal.Secret(*in.Secret)
	}
	if in.NewSecret != nil {
		settings.NewSecret = *in.NewSecret
	}
	d, made, err := s.events.Put(ctx, c.Account, c.Region, settings)
	if err != nil {
		return nil, eventError(c, err)
	}
	out := &pratique.PutEventDestinationOutput{Destination: eventDestination(d)}
	if made != "" {
		out.Secret = new(made.Reveal())
	}
	return out, nil
}

func (s *service) describeEventDestinations(ctx context.Context, c *awsapi.Call, in *pratique.DescribeEventDestinationsInput) (*pratique.DescribeEventDestinationsOutput, error) {
	all, err := s.events.List(ctx, c.Account, c.Region, in.DestinationNames...)
	if err != nil {
		return nil, eventError(c, err)
	}
	out := &pratique.DescribeEventDestinationsOutput{Destinations: []pratique.EventDestination{}}
	for _, d := range all {
		out.Destinations = append(out.Destinations, *eventDestination(d))
	}
	return out, nil
}

func (s *service) deleteEventDestination(ctx context.Context, c *awsapi.Call, in *pratique.DeleteEventDestinationInput) (*pratique.DeleteEventDestinationOutput, error) {
	d, err := s.events.Delete(ctx, c.Account, c.Region, *in.DestinationName)
	if err != nil {
		return nil, eventError(c, err)
	}
	return &pratique.DeleteEventDestinationOutput{Destination: eventDestination(d)}, nil
}

func (s *service) testEventDestination(ctx context.Context, c *awsapi.Call, in *pratique.TestEventDestinationInput) (*pratique.TestEventDestinationOutput, error) {
	outcome, err := s.events.Test(ctx, c.Account, c.Region, *in.DestinationName)
	if err != nil {
		return nil, eventError(c, err)
	}
	out := &pratique.TestEventDestinationOutput{Delivered: new(outcome.Reason == "")}
	if outcome.Status != 0 {
		out.Status = new(int32(outcome.Status)) //nolint:gosec // a status of HTTP has three digits
	}
	if outcome.Reason != "" {
		out.Reason = &outcome.Reason
	}
	return out, nil
}

func eventDestination(d *event.Destination) *pratique.EventDestination {
	out := &pratique.EventDestination{
		DestinationName: &d.Name, Url: &d.URL, DetailTypes: d.DetailTypes, CreatedAt: shape.At(d.CreatedAt), UpdatedAt: shape.At(d.UpdatedAt),
	}
	if d.RepositoryPrefix != "" {
		out.RepositoryPrefix = &d.RepositoryPrefix
	}
	return out
}

// eventError returns what is answered for an error of the engine.
func eventError(c *awsapi.Call, err error) error {
	var e *event.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case event.ErrNotFound:
		return awsapi.Errorf(pratique.CodeEventDestinationNotFound,
			"The event destination with the name '%s' does not exist in %s of the registry with id '%s'", e.Name, c.Region, c.Account)
	case event.ErrTooMany:
		return awsapi.Errorf(pratique.CodeLimitExceeded, "The registry has the most event destinations that it can have, which is '%d'", event.MaxDestinations)
	case event.ErrInvalid:
		return awsapi.Errorf(pratique.CodeInvalidParameter, "The event destination is not valid: %s", e.Err)
	}
	return fmt.Errorf("no answer for: %w", err)
}
