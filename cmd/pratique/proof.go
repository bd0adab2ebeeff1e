package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
)

// proof is what became of one principal's access.
type proof struct {
	*access.Report
	// May says what was tried: "pull".
	May string `json:"may"`
	// Pulled is what was really pulled, nil if nothing was.
	Pulled *access.Pulled `json:"pulled,omitempty"`
	// NotPulled says why nothing was.
	NotPulled string `json:"notPulled,omitempty"`
	// Failed says how the pull failed.
	Failed string `json:"failed,omitempty"`
}

// ok tells whether all went well.
func (p *proof) ok() bool { return p.Failed == "" && p.Verdict != access.Denied }

// prove reads both sides anew, simulates what every principal may now do, and
// pulls as those that pull whose credentials can be had.
func (r *rollout) prove(ctx context.Context, t *target) error {
	repository := access.NewRepository(t.image)
	if t.owner.cfg != nil {
		if err := repository.Load(ctx, ecr.NewFromConfig(*t.owner.cfg)); err != nil {
			return err
		}
	} else {
		repository.Unknown = t.owner.missing
	}
	for _, a := range t.asks {
		for _, p := range a.pullers {
			report, err := r.simulate(p, repository)
			if err != nil {
				return err
			}
			one := &proof{Report: report, May: p.right.May}
			t.result.Pulls = append(t.result.Pulls, one)
			if r.revoke || r.verify == verifySimulate || p.right.May != "pull" || report.Verdict == access.Denied {
				continue
			}
			if err := r.pull(ctx, t, p, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// pull pulls the newest image as the principal. That there are no credentials
// or no images is told, and an error if a pull was asked for.
func (r *rollout) pull(ctx context.Context, t *target, p *puller, one *proof) error {
	var img endpoint.Image
	cfg, why := p.credentials(ctx)
	if why == "" && t.owner.cfg == nil {
		why = "which images there are is not known: " + t.owner.missing
	}
	if why == "" {
		var ok bool
		var err error
		if img, ok, err = access.Newest(ctx, ecr.NewFromConfig(*t.owner.cfg), t.image); err != nil {
			return err
		}
		if !ok {
			why = "the repository holds no image yet"
		}
	}
	if why != "" {
		if r.verify == verifyPull {
			return fmt.Errorf("pull as %s: %s", p.arn, why)
		}
		one.NotPulled = why
		return nil
	}
	registry, err := r.login(ctx, loginKey{p.arn, t.image.Registry}, *cfg)
	if err == nil {
		one.Pulled, err = r.patiently(ctx, t, registry, img)
	}
	if err != nil {
		one.Failed = err.Error()
	}
	return nil
}

// patiently pulls. AWS needs some seconds until a change of a policy is known
// everywhere, and until then denies.
func (r *rollout) patiently(ctx context.Context, t *target, registry *access.Registry, img endpoint.Image) (*access.Pulled, error) {
	for wait := time.Second; ; wait *= 2 {
		pulled, err := registry.Pull(ctx, img)
		var refused *transport.Error
		if err == nil || !endpoint.OfAWS(img.Domain) || !t.result.Applied || wait > 8*time.Second ||
			!errors.As(err, &refused) || refused.StatusCode != http.StatusForbidden {
			return pulled, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// credentials are those of the principal: the ones of its side if they are its
// own, else those of its role, if that may be assumed with them.
func (p *puller) credentials(ctx context.Context) (cfg *aws.Config, why string) {
	p.find.Do(func() {
		if p.side.cfg == nil {
			p.why = p.side.missing
			return
		}
		if same, err := access.NewPuller(p.side.arn); err == nil && same.Principal.Kind == p.Principal.Kind && same.Principal.Account == p.Principal.Account && same.Name == p.Name {
			p.creds = p.side.cfg
			return
		}
		if p.Principal.Kind != policy.AssumedRole {
			p.why = "the credentials are not those of " + p.arn
			return
		}
		cfg := assume(*p.side.cfg, p.GrantARN(), p.side.source.ExternalID)
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			role := p.arn
			if a, err := arn.Parse(p.arn); err == nil {
				role = a.Name()
			}
			p.why = fmt.Sprintf("role %s cannot be assumed with the credentials at hand", role)
			return
		}
		p.creds = &cfg
	})
	return p.creds, p.why
}

type loginKey struct {
	principal string
	registry  endpoint.Registry
}

// login is a token, asked for once.
type login struct {
	once     sync.Once
	registry *access.Registry
	err      error
}

func (r *rollout) login(ctx context.Context, key loginKey, cfg aws.Config) (*access.Registry, error) {
	r.mu.Lock()
	l := r.logins[key]
	if l == nil {
		l = new(login)
		r.logins[key] = l
	}
	r.mu.Unlock()
	l.once.Do(func() {
		cfg.Region = key.registry.Region
		l.registry, l.err = access.Login(ctx, cfg, roundTripper(cfg), isLocalhost(key.registry.Domain))
	})
	return l.registry, l.err
}

// roundTripper is the transport of an AWS configuration, with its certificates.
func roundTripper(cfg aws.Config) http.RoundTripper {
	if c, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		return c.GetTransport()
	}
	return &http.Transport{DialContext: dialLocalhost(nil), Proxy: proxy}
}
