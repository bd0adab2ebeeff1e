package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy"
)

func (a *app) explain() *cobra.Command {
	var flags awsFlags
	var as, data string
	var context []string
	var trace bool
	cmd := &cobra.Command{
		Use:   "explain --as <principal> pull <image> | explain <decision id>",
		Short: "Tell why a pull is allowed or denied, by which line, and what would change it",
		Long: `With --as, explain reads the policies of both accounts, takes every step of a pull
through them and shows what each side says and by which line. It needs read
access to IAM in the puller's account and to ECR in the owner's; a side without
credentials is reported as unknown. It works on Amazon ECR as on Pratique.

With the id of a decision, which every denial carries, it asks the server how that
request was decided. The caller's account is shown its own side, the account of
the repository the repository's; both need permission for
pratique:DescribeDecision. With --data it reads the server's audit log instead,
which has both sides and requests that were allowed. AWS keeps no such record.

The exit status is 3 if the pull, or the recorded request, is not allowed.
docs/explain-json.md describes the JSON output.`,
		Example: `  pratique explain --as arn:aws:iam::111111111111:role/unionai-acme-flyteworker-node-group \
      pull 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image:v1 \
      --profile data-plane --owner-profile images
  pratique explain 0d5a7bd2-6b0c-4d4c-9a3e-0d0a5f3f9b1e --profile data-plane
  pratique explain 0d5a7bd2-6b0c-4d4c-9a3e-0d0a5f3f9b1e --data /var/lib/pratique`,
		Args: cobra.RangeArgs(1, 2),
	}
	flags.register(cmd.Flags(), true)
	cmd.Flags().StringVar(&as, "as", "", "ARN of the role, role session or user that pulls, or an account id")
	cmd.Flags().StringArrayVar(&context, "context", nil, "condition key of the request, such as aws:SourceIp=192.0.2.7; may be repeated")
	cmd.Flags().BoolVar(&trace, "trace", false, "with JSON output, include every statement's reason")
	cmd.Flags().StringVar(&data, "data", "", "directory of a server's data, to read a decision from its audit log")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if as == "" {
			if len(args) != 1 {
				return errors.New("give the principal that pulls with --as")
			}
			return a.explainDecision(cmd.Context(), &flags, data, args[0], *out)
		}
		if len(args) != 2 || args[0] != "pull" {
			return errors.New(`want "explain --as <principal> pull <image>"`)
		}
		img, err := parseImage(args[1])
		if err != nil {
			return err
		}
		keys, err := contextKeys(context)
		if err != nil {
			return err
		}
		puller, err := access.NewPuller(as)
		if err != nil {
			return err
		}
		pulls, owns, err := a.sides(cmd.Context(), &flags, puller.Principal.Account, img.Registry)
		if err != nil {
			return err
		}
		report, err := a.simulate(cmd.Context(), puller, pulls, img, owns, access.Options{Context: keys, Trace: trace})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			if err := a.printJSON(report); err != nil {
				return err
			}
		} else {
			writeReport(a.stdout, a.paint, report)
		}
		if report.Verdict != access.Allowed {
			return &exitError{notAllowed}
		}
		return nil
	}
	return cmd
}

// simulate reads both sides, as far as there are credentials, and simulates
// the pull.
func (a *app) simulate(ctx context.Context, puller *access.Puller, pulls side, img endpoint.Image, owns side, o access.Options) (*access.Report, error) {
	repository := access.NewRepository(img)
	switch {
	case puller.Principal.Kind == policy.Root: // has no policies
	case pulls.cfg != nil:
		if err := puller.Load(ctx, iam.NewFromConfig(*pulls.cfg)); err != nil {
			return nil, err
		}
	default:
		puller.Unknown = pulls.missing
	}
	if owns.cfg != nil {
		if err := repository.Load(ctx, ecr.NewFromConfig(*owns.cfg)); err != nil {
			return nil, err
		}
	} else {
		repository.Unknown = owns.missing
	}
	o.Now = a.now()
	if o.GrantCommand == "" {
		profiles, err := a.profiles()
		if err != nil {
			return nil, err
		}
		o.GrantCommand = grantCommand(profiles, puller, img)
	}
	return access.Simulate(puller, repository, o)
}

// grantCommand is the command line that grants a pull: of the platform whose
// role-name template fits, else of Kubernetes, which takes any role. It is
// empty for principals that no platform has.
func grantCommand(profiles grant.Profiles, p *access.Puller, img endpoint.Image) string {
	tail := " --repository " + img.URI(img.Repository)
	if p.Principal.Kind != policy.AssumedRole {
		return "pratique grant kubernetes --principal " + p.GrantARN() + tail
	}
	if profile, params := profiles.Recognize(p.Name); profile != nil {
		words := []string{"pratique grant", profile.Name}
		for _, param := range profile.Parameters {
			if v, ok := params[param.Name]; ok {
				words = append(words, "--"+param.Name, v)
			}
		}
		return strings.Join(words, " ") + " --account " + p.Principal.Account + tail
	}
	return "pratique grant kubernetes --role " + p.GrantARN() + tail
}

func contextKeys(flags []string) (map[string][]string, error) {
	keys := map[string][]string{}
	for _, f := range flags {
		k, v, ok := strings.Cut(f, "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("--context %q is not of the form key=value", f)
		}
		keys[k] = append(keys[k], v)
	}
	return keys, nil
}
