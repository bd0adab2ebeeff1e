package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/pratiqueapi"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/policy"
)

// recorded is a recorded decision as JSON output has it: what the server
// answers, with times and traces for reading. See docs/explain-json.md.
type recorded struct {
	FormatVersion int       `json:"formatVersion"`
	Time          time.Time `json:"time,omitzero"`
	pratique.Decision
	Authorizations []recordedAuthorization `json:"authorizations"`
}

type recordedAuthorization struct {
	pratique.Authorization
	Trace *policy.Trace `json:"trace,omitempty"`
}

// explainDecision shows how a recorded request was decided.
func (a *app) explainDecision(ctx context.Context, f *awsFlags, data, id string, out output) error {
	d, err := a.findDecision(ctx, f, data, id)
	if err != nil {
		return err
	}
	r := recorded{FormatVersion: access.FormatVersion, Decision: *d, Authorizations: []recordedAuthorization{}}
	if d.Time != nil {
		r.Time = d.Time.UTC()
	}
	allowed := true
	for _, authorization := range d.Authorizations {
		allowed = allowed && aws.ToString(authorization.Effect) == policy.Allow.String()
		shown := recordedAuthorization{Authorization: authorization}
		if authorization.Trace != nil {
			shown.Trace = new(policy.Trace)
			if err := json.Unmarshal([]byte(*authorization.Trace), shown.Trace); err != nil {
				return fmt.Errorf("read the recorded trace: %w", err)
			}
		}
		r.Authorizations = append(r.Authorizations, shown)
	}
	if out == outputJSON {
		err = a.printJSON(r)
	} else {
		err = a.printDecision(&r)
	}
	if err == nil && !allowed {
		return &exitError{notAllowed}
	}
	return err
}

// findDecision reads a decision from the audit log in the data directory, if
// one is given, else asks the server that the configuration names, else looks
// where serve keeps its data by default.
func (a *app) findDecision(ctx context.Context, f *awsFlags, data, id string) (*pratique.Decision, error) {
	if data != "" {
		return readDecision(data, id)
	}
	cfg, err := a.loadConfig(ctx, f, f.profile, "")
	if err != nil {
		return nil, err
	}
	d, err := access.DescribeDecision(ctx, cfg, id, a.now())
	switch {
	case err == nil:
		return d, nil
	case errors.Is(err, access.ErrDecisionNotFound):
		return nil, fmt.Errorf("%w (it is shown to the accounts of the caller and of the resource only: choose one with --profile)", err)
	case !errors.Is(err, access.ErrNoDecisions):
		return nil, err
	}
	d, local := readDecision(defaultData, id)
	if errors.Is(local, fs.ErrNotExist) {
		return nil, fmt.Errorf(`find decision %s: %w; "pratique explain --as <principal> pull <image>" finds the reason anew. For a Pratique server, name it with --endpoint-url or its data with --data`, id, err)
	}
	return d, local
}

func readDecision(data, id string) (*pratique.Decision, error) {
	log := filepath.Join(data, server.AuditFile)
	event, err := audit.Find(log, id)
	if err != nil {
		return nil, fmt.Errorf("find decision %s in %s: %w", id, log, err)
	}
	return pratiqueapi.Describe(&event, pratiqueapi.Everything)
}

func (a *app) printDecision(d *recorded) error {
	p := a.paint
	a.printf("%s  %s %s  %s\n", d.Time.Format("2006-01-02 15:04:05 MST"), aws.ToString(d.Service), aws.ToString(d.Operation), p.dim("id "+aws.ToString(d.DecisionId)))
	who := "nobody that was proven"
	if d.Caller != nil && d.Caller.Arn != nil {
		who = *d.Caller.Arn
	}
	a.printf("  by %s from %s, answered %d\n", p.bold(who), aws.ToString(d.SourceIp), aws.ToInt32(d.Status))
	for _, s := range d.Authorizations {
		effect := p.red(aws.ToString(s.Effect))
		if aws.ToString(s.Effect) == policy.Allow.String() {
			effect = p.green(*s.Effect)
		}
		a.printf("\n%s on %s: %s\n", p.bold(aws.ToString(s.Action)), aws.ToString(s.Resource), effect)
		if s.Message != nil {
			a.printf("  %s\n", *s.Message)
		}
		if s.Trace != nil {
			a.printf("\n")
			if err := s.Trace.Explain(a.stdout, policy.Text); err != nil {
				return err
			}
		}
		for _, w := range s.Withheld {
			switch aws.ToString(w.Side) {
			case pratique.WithheldSideCaller:
				a.printf("%s\n", p.dim(fmt.Sprintf("Not shown: the caller's policies, which account %s can ask for.", aws.ToString(w.AccountId))))
			case pratique.WithheldSideResource:
				a.printf("%s\n", p.dim(fmt.Sprintf("Not shown: the resource's policies, which account %s can ask for.", aws.ToString(w.AccountId))))
			default:
				a.printf("%s\n", p.dim("Not shown: the text of the organization's policies."))
			}
		}
	}
	if len(d.Authorizations) == 0 {
		a.printf("\nNo policy was asked: %s\n", aws.ToString(d.ErrorCode))
	}
	return nil
}
