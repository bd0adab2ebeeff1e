package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// awsFlags say where the AWS APIs are and with whose credentials to use them.
type awsFlags struct {
	profile      string
	ownerProfile string
	endpoint     string

	role, externalID           string // to assume with profile
	ownerRole, ownerExternalID string // to assume with ownerProfile
}

// puller says where the credentials of the account that pulls come from.
func (f *awsFlags) puller() grant.Source {
	return grant.Source{Profile: f.profile, AssumeRole: f.role, ExternalID: f.externalID}
}

// owner says where those of the account that owns the repository come from. ok
// is false if nothing was said.
func (f *awsFlags) owner() (_ grant.Source, ok bool) {
	return grant.Source{Profile: cmp.Or(f.ownerProfile, f.profile), AssumeRole: f.ownerRole, ExternalID: f.ownerExternalID}, f.ownerProfile != "" || f.ownerRole != ""
}

func (f *awsFlags) register(flags *pflag.FlagSet, owner bool) {
	flags.StringVar(&f.endpoint, "endpoint-url", "", "URL of the APIs; by default AWS_ENDPOINT_URL, or the registry itself where it is not Amazon's")
	if !owner {
		flags.StringVar(&f.profile, "profile", "", "profile of the AWS configuration to use")
		return
	}
	flags.StringVar(&f.profile, "profile", "", "profile of the AWS configuration with credentials of the account that pulls")
	flags.StringVar(&f.ownerProfile, "owner-profile", "", "profile with credentials of the account that owns the repository")
	flags.StringVar(&f.role, "assume-role", "", "ARN of a role to assume in the account that pulls, with the credentials of --profile")
	flags.StringVar(&f.externalID, "external-id", "", "external id for --assume-role")
	flags.StringVar(&f.ownerRole, "owner-assume-role", "", "ARN of a role to assume in the account that owns the repository, with those of --owner-profile or else --profile")
	flags.StringVar(&f.ownerExternalID, "owner-external-id", "", "external id for --owner-assume-role")
}

// roleSession names the sessions of roles that are assumed.
const roleSession = "pratique"

// assume returns a configuration with the credentials of a role.
func assume(cfg aws.Config, role, externalID string) aws.Config {
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = roleSession
		if externalID != "" {
			o.ExternalID = &externalID
		}
	})
	cfg = cfg.Copy()
	cfg.Credentials = aws.NewCredentialsCache(provider)
	return cfg
}

// awsConfig reads the AWS configuration of a profile for use with a registry.
func (a *app) awsConfig(ctx context.Context, f *awsFlags, profile string, reg endpoint.Registry) (aws.Config, error) {
	cfg, err := a.loadConfig(ctx, f, profile, reg.Region)
	if err != nil {
		return aws.Config{}, err
	}
	if cfg.BaseEndpoint == nil && !endpoint.OfAWS(reg.Domain) {
		cfg.BaseEndpoint = aws.String(registryURL(reg))
	}
	return cfg, nil
}

// loadConfig reads the AWS configuration of a profile. An empty region stands
// for the profile's, or else us-east-1.
func (a *app) loadConfig(ctx context.Context, f *awsFlags, profile, region string) (aws.Config, error) {
	client := awshttp.NewBuildableClient().
		WithTransportOptions(func(t *http.Transport) { t.DialContext, t.Proxy = dialLocalhost(t.DialContext), proxy })
	opts := []func(*config.LoadOptions) error{config.WithRegion(region), config.WithHTTPClient(client), config.WithLogger(logging.Nop{})}
	if profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(profile))
	}
	if a.awsFiles != (awsFiles{}) {
		opts = append(opts, config.WithSharedConfigFiles([]string{a.awsFiles.config}), config.WithSharedCredentialsFiles([]string{a.awsFiles.credentials}))
	}
	if url := cmp.Or(f.endpoint, a.endpoint); url != "" {
		opts = append(opts, config.WithBaseEndpoint(url))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	cfg.Region = cmp.Or(cfg.Region, "us-east-1")
	return cfg, nil
}

// registryURL is the base URL of a registry that is not Amazon's. Names under
// localhost never leave the machine and are spoken to in plain HTTP.
func registryURL(reg endpoint.Registry) string { return hostURL(reg.Domain, reg.Host()) }

func hostURL(domain, host string) string {
	if isLocalhost(domain) {
		return "http://" + host
	}
	return "https://" + host
}

func isLocalhost(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// dialLocalhost resolves localhost and every name below it to the loopback
// address, as RFC 6761 section 6.3 asks for and not every resolver does.
func dialLocalhost(dial dialFunc) dialFunc {
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && isLocalhost(host) {
			conn, err4 := dial(ctx, network, net.JoinHostPort("127.0.0.1", port))
			if err4 == nil {
				return conn, nil
			}
			if conn, err6 := dial(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
				return conn, nil
			}
			return nil, err4
		}
		return dial(ctx, network, address)
	}
}

// proxy is the proxy of the environment, which is not asked for names below
// localhost.
func proxy(r *http.Request) (*url.URL, error) {
	if isLocalhost(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// parseImage reads an image or repository URI, and helps with a region that
// does not exist.
func parseImage(s string) (endpoint.Image, error) {
	img, ok := endpoint.ParseImage(strings.TrimPrefix(s, "https://"))
	if !ok {
		return img, fmt.Errorf("%q is not the URI of a repository or image: want <account>.dkr.ecr.<region>.<domain>/<name>[:tag|@digest]", s)
	}
	return img, knownRegion(img.Registry, s)
}

// knownRegion refuses registries of AWS in regions that it does not have, if
// the name is close to that of one.
func knownRegion(reg endpoint.Registry, text string) error {
	if near := catalog.SuggestRegion(reg.Region); endpoint.OfAWS(reg.Domain) && near != "" {
		return fmt.Errorf("%q: AWS has no region %s; did you mean %s?", text, reg.Region, near)
	}
	return nil
}

// side is one account's credentials, or why there are none.
type side struct {
	cfg     *aws.Config
	account string
	arn     string // who they are of
	source  grant.Source
	missing string
}

// identify reads a profile, assumes a role if asked to, and asks STS who that
// is.
func (a *app) identify(ctx context.Context, f *awsFlags, from grant.Source, reg endpoint.Registry) (side, error) {
	name := "the default AWS credentials"
	if from.Profile != "" {
		name = "profile " + from.Profile
	}
	cfg, err := a.awsConfig(ctx, f, from.Profile, reg)
	if err != nil {
		return side{}, err
	}
	if from.AssumeRole != "" {
		name = "role " + from.AssumeRole
		cfg = assume(cfg, from.AssumeRole, from.ExternalID)
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		if ctx.Err() != nil {
			return side{}, ctx.Err()
		}
		if from == (grant.Source{}) {
			if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
				return side{missing: "there are no default AWS credentials"}, nil
			}
		}
		return side{missing: fmt.Sprintf("%s cannot be used: %v", name, err)}, nil
	}
	return side{cfg: &cfg, account: aws.ToString(out.Account), arn: aws.ToString(out.Arn), source: from}, nil
}

// sides finds the credentials of the account that pulls and of the account
// that owns. A profile that was named for a side is used for it; without one,
// the other's or the default credentials serve if they are of the right
// account. An empty puller account stands for the one of the puller's profile.
func (a *app) sides(ctx context.Context, f *awsFlags, pullerAccount string, reg endpoint.Registry) (puller, owner side, err error) {
	named := f.profile != "" || f.role != ""
	ownerSource, ownerNamed := f.owner()
	first, err := a.identify(ctx, f, f.puller(), reg)
	if err != nil {
		return puller, owner, err
	}
	second := first
	if ownerNamed {
		if second, err = a.identify(ctx, f, ownerSource, reg); err != nil {
			return puller, owner, err
		}
	}
	if named && first.cfg == nil {
		return puller, owner, errors.New(first.missing)
	}
	if ownerNamed && second.cfg == nil {
		return puller, owner, errors.New(second.missing)
	}
	if pullerAccount == "" && named {
		pullerAccount = first.account
	}
	pick := func(account string, candidates ...side) side {
		why := fmt.Sprintf("no credentials for account %s", account)
		for _, c := range candidates {
			if c.cfg != nil && c.account == account {
				return c
			}
			if c.cfg == nil && c.missing != "" {
				why += ": " + c.missing
				break
			}
		}
		return side{account: account, missing: why}
	}
	if arn.IsAccountID(pullerAccount) {
		puller = pick(pullerAccount, first, second)
	}
	if ownerNamed {
		return puller, second, nil
	}
	return puller, pick(reg.Account, first), nil
}
