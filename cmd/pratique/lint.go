package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

func (a *app) lint() *cobra.Command {
	kind := "repository"
	var flags awsFlags
	cmd := &cobra.Command{
		Use:   "lint <policy.json>",
		Short: "Check a policy: grammar, unknown actions, statements that do nothing",
		Long: `Lint reads a policy and reports what AWS would refuse on writing it (errors) and
what it would accept although it does nothing or not what was meant (warnings).
"-" reads standard input. The exit status is 1 if there are errors.

With a profile it also asks whether the roles and users that the policy names
exist in that profile's account: ECR refuses policies for those that do not.`,
		Example: `  pratique lint policy.json
  pratique lint --kind identity role-policy.json
  aws ecr get-repository-policy --repository-name app --query policyText --output text | pratique lint -`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&kind, "kind", kind, "use of the policy: repository, registry, identity, trust, session, boundary, scp or rcp")
	flags.register(cmd.Flags(), true)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		kinds := policyKinds()
		k, ok := kinds[kind]
		if !ok {
			return fmt.Errorf("--kind %q is none of %s", kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
		}
		name := args[0]
		text, err := a.readFile(name)
		if err != nil {
			return err
		}
		findings, err := lintPolicy(text, k)
		if err != nil {
			return err
		}
		missing, err := a.missingPrincipals(cmd.Context(), &flags, text, k)
		if err != nil {
			return err
		}
		findings = append(findings, missing...)
		slices.SortStableFunc(findings, byPosition)
		if *out == outputJSON {
			if findings == nil {
				findings = []policy.Finding{}
			}
			if err := a.printJSON(findings); err != nil {
				return err
			}
		} else {
			a.printFindings(name, k, findings)
		}
		if failed(findings) {
			return &exitError{1}
		}
		return nil
	}
	return cmd
}

// policyKinds are the values of --kind.
func policyKinds() map[string]policy.Kind {
	return map[string]policy.Kind{
		"identity": policy.Identity, "repository": policy.Repository, "registry": policy.Registry, "trust": policy.Trust,
		"session": policy.Session, "boundary": policy.Boundary, "scp": policy.SCP, "rcp": policy.RCP,
	}
}

// lintPolicy returns what is wrong with a policy; not being one is a finding
// too.
func lintPolicy(text []byte, k policy.Kind) ([]policy.Finding, error) {
	p, err := policy.Parse(text)
	var syntax *policy.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return []policy.Finding{syntax.Finding(k)}, nil
	case err != nil:
		return nil, err
	}
	findings := append(p.Validate(k), catalog.Lint(p, k)...)
	if k == policy.Repository {
		findings = append(findings, sizeFindings(text)...)
	}
	slices.SortStableFunc(findings, byPosition)
	return findings, nil
}

// sizeFindings reports a repository policy that ECR would not store, or to
// which little can be added: grants are statements, so policies grow.
func sizeFindings(text []byte) []policy.Finding {
	n := utf8.RuneCount(text)
	f := policy.Finding{Line: 1, Column: 1}
	switch {
	case n > grant.Limit:
		f.Severity, f.Code = policy.SeverityError, "InvalidParameterException"
		f.Message = fmt.Sprintf("the policy has %d characters, ECR stores %d", n, grant.Limit)
	case n > grant.Limit*9/10:
		f.Severity, f.Code = policy.SeveritySuggestion, "POLICY_SIZE_NEAR_LIMIT"
		f.Message = fmt.Sprintf("the policy has %d of the %d characters that ECR stores", n, grant.Limit)
	default:
		return nil
	}
	return []policy.Finding{f}
}

// missingPrincipals looks for the principals of a policy in the accounts of
// the profiles that were named. Without one nothing is asked of AWS.
func (a *app) missingPrincipals(ctx context.Context, f *awsFlags, text []byte, k policy.Kind) ([]policy.Finding, error) {
	accounts := access.Accounts{}
	sources := []grant.Source{f.puller()}
	if owner, ok := f.owner(); ok {
		sources = append(sources, owner)
	}
	for _, from := range sources {
		if from == (grant.Source{}) {
			continue
		}
		s, err := a.identify(ctx, f, from, endpoint.Registry{Domain: "amazonaws.com"})
		if err != nil {
			return nil, err
		}
		if s.cfg == nil {
			return nil, errors.New(s.missing)
		}
		accounts[s.account] = iam.NewFromConfig(*s.cfg)
	}
	p, err := policy.Parse(text)
	if err != nil {
		return nil, nil //nolint:nilerr // is a finding already
	}
	return access.MissingPrincipals(ctx, accounts, p, k)
}

func byPosition(a, b policy.Finding) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func (a *app) printFindings(name string, k policy.Kind, findings []policy.Finding) {
	for _, f := range findings {
		severity := strings.ToLower(strings.ReplaceAll(f.Severity.String(), "_", " "))
		if f.Severity == policy.SeverityError {
			severity = a.paint.red(severity)
		} else {
			severity = a.paint.yellow(severity)
		}
		a.printf("%s:%d:%d: %s: %s %s\n", name, f.Line, f.Column, severity, f.Message, a.paint.dim("["+f.Code+"]"))
		if f.Detail != "" {
			a.printf("    %s\n", f.Detail)
		}
	}
	if len(findings) == 0 {
		a.printf("%s: %s as a %s\n", name, a.paint.green("no findings"), k)
	}
}

// readFile reads a file, or standard input for "-".
func (a *app) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(name)
}
