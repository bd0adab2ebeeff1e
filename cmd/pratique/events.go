package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/event"
)

// eventDestination is a destination of events as printed.
type eventDestination struct {
	Name             string    `json:"name"`
	URL              string    `json:"url"`
	DetailTypes      []string  `json:"detailTypes"` // none: all
	RepositoryPrefix string    `json:"repositoryPrefix"`
	CreatedAt        time.Time `json:"createdAt"`
	UpdatedAt        time.Time `json:"updatedAt"`
	Secret           string    `json:"secret,omitempty"` // only of one that was made just now
}

func newEventDestination(d *pratique.EventDestination) eventDestination {
	out := eventDestination{Name: aws.ToString(d.DestinationName), URL: aws.ToString(d.Url), DetailTypes: []string{}, RepositoryPrefix: aws.ToString(d.RepositoryPrefix)}
	out.DetailTypes = append(out.DetailTypes, d.DetailTypes...)
	if d.CreatedAt != nil && d.UpdatedAt != nil {
		out.CreatedAt, out.UpdatedAt = d.CreatedAt.UTC(), d.UpdatedAt.UTC()
	}
	return out
}

// wants says in words which events a destination is sent.
func (d eventDestination) wants() string {
	what := "all events"
	if len(d.DetailTypes) > 0 {
		what = strings.Join(d.DetailTypes, ", ")
	}
	if d.RepositoryPrefix != "" {
		what += " of repositories " + d.RepositoryPrefix + "*"
	}
	return what
}

func (a *app) events() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Send events of a registry, such as pushes, to webhooks",
		Long: `A registry tells webhooks what happens in it: pushes, deletions, scans. Each event
is the JSON document that Amazon ECR gives EventBridge, posted to an https URL,
signed with the destination's secret, and sent again for up to a day until it is
answered with a 2xx status.

The destinations are those of the account whose credentials are used, in one
region. The commands need a Pratique server and permission for
pratique:PutEventDestination, DescribeEventDestinations, DeleteEventDestination
and TestEventDestination. docs/operations/events.md shows how to verify a
signature.`,
	}
	cmd.AddCommand(a.eventsAdd(), a.eventsList(), a.eventsRemove(), a.eventsTest())
	return cmd
}

// eventFlags say which registry an events command is about.
type eventFlags struct {
	aws    awsFlags
	region string
}

func (f *eventFlags) register(cmd *cobra.Command) {
	f.aws.register(cmd.Flags(), false)
	cmd.Flags().StringVar(&f.region, "region", "", "region of the registry (default that of the AWS configuration)")
}

// pratiqueCall does an operation of Pratique's own.
func pratiqueCall[In, Out any](ctx context.Context, a *app, f *eventFlags, s shape.Shape[In, Out], in *In) (*Out, aws.Config, error) {
	cfg, err := a.loadConfig(ctx, &f.aws, f.aws.profile, f.region)
	if err != nil {
		return nil, cfg, err
	}
	out, err := access.Call(ctx, cfg, s, in, a.now())
	if errors.Is(err, access.ErrNotPratique) {
		err = fmt.Errorf("%w: name a Pratique server with --endpoint-url or AWS_ENDPOINT_URL", err)
	}
	return out, cfg, err
}

func (a *app) eventsAdd() *cobra.Command {
	var flags eventFlags
	var in pratique.PutEventDestinationInput
	var url, prefix, secretFile string
	var newSecret bool
	cmd := &cobra.Command{
		Use:   "add <name> --url <https URL>",
		Short: "Send events to a URL, or change where and which ones",
		Long: `Add makes a destination, or replaces the settings of the one with that name, which
keeps its secret unless a new one is asked for or given.

The secret is made by the server and shown this once. To bring one along, such
as "whsec_MfKQ…" with 24 to 64 bytes in base64, put it into a file.

Types of events are those of Amazon ECR:
  ` + strings.Join(event.DetailTypes(), "\n  "),
		Example: `  pratique events add ci --url https://ci.example.com/hooks/registry
  pratique events add scans --url https://example.com/scans --type "ECR Image Scan" --repository-prefix team/
  pratique events add ci --url https://ci.example.com/hooks/registry --new-secret --output json`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&url, "url", "", "URL that events are posted to")
	f.StringArrayVar(&in.DetailTypes, "type", nil, "type of events to send; may be repeated (default all)")
	f.StringVar(&prefix, "repository-prefix", "", "beginning of the names of repositories whose events to send (default all)")
	f.StringVar(&secretFile, "secret-file", "", `file with the secret to sign with; "-" is standard input`)
	f.BoolVar(&newSecret, "new-secret", false, "make a new secret for a destination that has one")
	out := outputFlag(cmd)
	cmd.MarkFlagsMutuallyExclusive("secret-file", "new-secret")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if url == "" {
			return errors.New("give the URL with --url")
		}
		in.DestinationName, in.Url = &args[0], &url
		if prefix != "" {
			in.RepositoryPrefix = &prefix
		}
		if newSecret {
			in.NewSecret = &newSecret
		}
		if secretFile != "" {
			secret, err := a.readSecret(secretFile)
			if err != nil {
				return err
			}
			in.Secret = &secret
		}
		answer, cfg, err := pratiqueCall(cmd.Context(), a, &flags, pratique.PutEventDestination, &in)
		if err != nil {
			return err
		}
		d := newEventDestination(answer.Destination)
		d.Secret = aws.ToString(answer.Secret)
		if *out == outputJSON {
			return a.printJSON(d)
		}
		a.printf("%s in %s is sent %s, at %s\n", a.paint.bold(d.Name), cfg.Region, d.wants(), d.URL)
		if d.Secret != "" {
			a.printf("Secret, shown this once: %s\n", d.Secret)
		}
		return nil
	}
	return cmd
}

// readSecret reads a secret from a file, or from standard input if the name is "-".
func (a *app) readSecret(name string) (string, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(a.stdin, 1<<10))
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

func (a *app) eventsList() *cobra.Command {
	var flags eventFlags
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List where events are sent",
		Long:    "List shows the destinations of the registry. Their secrets are not shown.",
		Example: "  pratique events list\n  pratique events list --region eu-central-1 --output json",
		Args:    cobra.NoArgs,
	}
	flags.register(cmd)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		answer, cfg, err := pratiqueCall(cmd.Context(), a, &flags, pratique.DescribeEventDestinations, &pratique.DescribeEventDestinationsInput{})
		if err != nil {
			return err
		}
		all := []eventDestination{}
		for i := range answer.Destinations {
			all = append(all, newEventDestination(&answer.Destinations[i]))
		}
		if *out == outputJSON {
			return a.printJSON(all)
		}
		if len(all) == 0 {
			a.printf("Events in %s are sent nowhere.\n", cfg.Region)
		}
		for _, d := range all {
			a.printf("%s  %s  %s\n", a.paint.bold(d.Name), d.URL, d.wants())
		}
		return nil
	}
	return cmd
}

func (a *app) eventsRemove() *cobra.Command {
	var flags eventFlags
	cmd := &cobra.Command{
		Use:     "remove <name>",
		Short:   "Send no more events to a destination",
		Long:    "Remove deletes a destination, and the events that it has not taken yet.",
		Example: "  pratique events remove ci",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, cfg, err := pratiqueCall(cmd.Context(), a, &flags, pratique.DeleteEventDestination, &pratique.DeleteEventDestinationInput{DestinationName: &args[0]})
		if err != nil {
			return err
		}
		d := newEventDestination(answer.Destination)
		if *out == outputJSON {
			return a.printJSON(d)
		}
		a.printf("%s in %s is sent no more events.\n", a.paint.bold(d.Name), cfg.Region)
		return nil
	}
	return cmd
}

// eventTest is the outcome of a test as printed.
type eventTest struct {
	Name      string `json:"name"`
	Delivered bool   `json:"delivered"`
	Status    int32  `json:"status,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

func (a *app) eventsTest() *cobra.Command {
	var flags eventFlags
	cmd := &cobra.Command{
		Use:   "test <name>",
		Short: "Send a test event to a destination and tell how it was answered",
		Long: `Test makes the server send an event of the source "pratique" and the type "Event
Destination Test", signed like all others, whatever events the destination is
set to receive. The exit status is 1 if it is not answered with a 2xx status.`,
		Example: "  pratique events test ci",
		Args:    cobra.ExactArgs(1),
	}
	flags.register(cmd)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, _, err := pratiqueCall(cmd.Context(), a, &flags, pratique.TestEventDestination, &pratique.TestEventDestinationInput{DestinationName: &args[0]})
		if err != nil {
			return err
		}
		t := eventTest{Name: args[0], Delivered: aws.ToBool(answer.Delivered), Status: aws.ToInt32(answer.Status), Reason: aws.ToString(answer.Reason)}
		switch {
		case *out == outputJSON:
			err = a.printJSON(t)
		case t.Delivered:
			a.printf("%s took the event: it answered %d.\n", a.paint.bold(t.Name), t.Status)
		default:
			a.printf("%s did not take the event: %s.\n", a.paint.bold(t.Name), cmp.Or(t.Reason, "no reason is known"))
		}
		if err == nil && !t.Delivered {
			err = &exitError{1}
		}
		return err
	}
	return cmd
}
