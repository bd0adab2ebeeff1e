package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

// keychain has the credentials for registries: those of docker and podman, and
// for Amazon ECR and Pratique tokens that are got with AWS credentials.
type keychain struct {
	app       *app
	flags     *awsFlags
	transport http.RoundTripper
	docker    authn.Keychain

	mu    sync.Mutex
	hosts map[string]*hostLogin
}

// hostLogin is what is known of a host, found out once.
type hostLogin struct {
	mu   sync.Mutex
	auth authn.Authenticator
	at   time.Time
}

// loginLife is how long credentials are used; registry tokens live for 12 hours.
const loginLife = time.Hour

var _ authn.ContextKeychain = (*keychain)(nil)

func (a *app) newKeychain(flags *awsFlags, transport http.RoundTripper) *keychain {
	return &keychain{app: a, flags: flags, transport: transport, docker: authn.DefaultKeychain, hosts: map[string]*hostLogin{}}
}

// Resolve is ResolveContext without a context.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), target)
}

// ResolveContext returns the credentials for a registry. Those that docker has
// come first, as they were put there by hand, unless a profile was asked for or
// the registry no longer takes them: ECR's tokens are forgotten there after they
// have expired.
func (k *keychain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	host := target.RegistryStr()
	_, private := endpoint.ParseRegistry(host)
	_, public := endpoint.ParsePublic(host)
	if !private && !public {
		return authn.Resolve(ctx, k.docker, target)
	}
	k.mu.Lock()
	login := k.hosts[host]
	if login == nil {
		login = new(hostLogin)
		k.hosts[host] = login
	}
	k.mu.Unlock()
	login.mu.Lock()
	defer login.mu.Unlock()
	if login.auth != nil && k.app.now().Sub(login.at) < loginLife {
		return login.auth, nil
	}
	auth, err := k.find(ctx, target, public)
	if err != nil {
		return nil, err
	}
	login.auth, login.at = auth, k.app.now()
	return auth, nil
}

func (k *keychain) find(ctx context.Context, target authn.Resource, public bool) (authn.Authenticator, error) {
	host := target.RegistryStr()
	docker, err := authn.Resolve(ctx, k.docker, target)
	if err != nil {
		return nil, fmt.Errorf("docker's credentials for %s: %w", host, err)
	}
	if docker != authn.Anonymous && k.flags.profile == "" && k.accepted(ctx, host, docker) {
		return docker, nil
	}
	user, password, err := k.app.loginPassword(ctx, k.flags, host)
	switch {
	case err == nil:
		return &authn.Basic{Username: user, Password: password}, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case k.flags.profile != "":
		return nil, fmt.Errorf("log in to %s with profile %s: %w", host, k.flags.profile, err)
	case docker != authn.Anonymous:
		return docker, nil
	case public || k.none(ctx):
		return authn.Anonymous, nil // the registry says what it thinks of that
	}
	return nil, fmt.Errorf("log in to %s with the AWS credentials at hand: %w", host, err)
}

// none tells whether there are no AWS credentials at all.
func (k *keychain) none(ctx context.Context) bool {
	cfg, err := k.app.loadConfig(ctx, k.flags, k.flags.profile, "")
	if err != nil {
		return false
	}
	_, err = cfg.Credentials.Retrieve(ctx)
	return err != nil
}

// accepted asks the registry whether it takes credentials. That it does not
// answer is found out better by what comes next.
func (k *keychain) accepted(ctx context.Context, host string, auth authn.Authenticator) bool {
	reg, err := name.NewRegistry(host)
	if err != nil {
		return true
	}
	c, err := authn.Authorization(ctx, auth)
	if err != nil {
		return false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, reg.Scheme()+"://"+host+"/v2/", nil)
	if err != nil {
		return true
	}
	switch {
	case c.Username != "":
		req.SetBasicAuth(c.Username, c.Password)
	case c.Auth != "":
		req.Header.Set("Authorization", "Basic "+c.Auth)
	default:
		return true
	}
	resp, err := (&http.Client{Transport: k.transport}).Do(req)
	if err != nil {
		return true
	}
	resp.Body.Close()
	return resp.StatusCode != http.StatusUnauthorized
}

// createRepositoryFor creates a repository through ECR's API.
func (a *app) createRepositoryFor(ctx context.Context, flags *awsFlags, repo name.Repository) error {
	reg, ok := endpoint.ParseRegistry(repo.RegistryStr())
	if !ok {
		return errors.New("--create-repository is for Amazon ECR and Pratique alone")
	}
	cfg, err := a.awsConfig(ctx, flags, flags.profile, reg)
	if err != nil {
		return err
	}
	cfg.Region = reg.Region
	repository := repo.RepositoryStr()
	_, err = ecr.NewFromConfig(cfg).CreateRepository(ctx, &ecr.CreateRepositoryInput{RegistryId: &reg.Account, RepositoryName: &repository})
	return err
}
