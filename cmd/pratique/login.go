package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/dockercfg"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

func (a *app) login() *cobra.Command {
	var flags awsFlags
	var file string
	var print, anyscale bool
	cmd := &cobra.Command{
		Use:   "login <registry>",
		Short: "Log docker and podman in to a registry",
		Long: `Login asks the registry's API for an authorization token, with the AWS
credentials at hand, and stores it where docker and podman find it: with the
credential helper that docker's configuration names, or in that file itself.
The token is valid for 12 hours and carries the permissions of who asked.

Anyscale's nodes log in to registries outside of AWS with a secret that the
image's registry_login_secret names. --anyscale-secret prints it, with the access
key of a user, which does not expire: let that user do nothing but pull.`,
		Example: `  pratique login 222222222222.dkr.ecr.us-east-1.localhost:5000
  pratique login 222222222222.dkr.ecr.us-east-1.amazonaws.com --profile images
  pratique login public.localhost:5000
  pratique login --print-password HOST | podman login --username AWS --password-stdin HOST
  pratique login --anyscale-secret HOST --profile anyscale | aws secretsmanager create-secret --name images --secret-string file:///dev/stdin`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), false)
	cmd.Flags().StringVar(&file, "config", "", "docker's configuration file (default $DOCKER_CONFIG/config.json or ~/.docker/config.json)")
	cmd.Flags().BoolVar(&print, "print-password", false, "print the password instead of storing it")
	cmd.Flags().BoolVar(&anyscale, "anyscale-secret", false, "print the secret for Anyscale's registry_login_secret instead of logging in")
	cmd.MarkFlagsMutuallyExclusive("print-password", "anyscale-secret")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		host := strings.TrimPrefix(strings.TrimPrefix(args[0], "https://"), "http://")
		host, _, _ = strings.Cut(host, "/")
		if anyscale {
			return a.anyscaleSecret(cmd.Context(), &flags, host)
		}
		user, password, err := a.loginPassword(cmd.Context(), &flags, host)
		if err != nil {
			return err
		}
		if print {
			a.printf("%s\n", password)
			return nil
		}
		if file == "" {
			if file, err = dockercfg.Path(); err != nil {
				return err
			}
		}
		where, err := dockercfg.Store(cmd.Context(), file, host, user, password)
		if err != nil {
			return err
		}
		a.printf("Logged in to %s; the credentials are in %s.\n", host, where)
		return nil
	}
	return cmd
}

// anyscaleSecret prints what Anyscale's nodes log in to a registry with. They
// ignore it where server is not the host of the image.
func (a *app) anyscaleSecret(ctx context.Context, flags *awsFlags, host string) error {
	reg, ok := endpoint.ParseRegistry(host)
	if !ok {
		return fmt.Errorf("%q is not a registry: want <account>.dkr.ecr.<region>.<domain>", host)
	}
	if endpoint.OfAWS(reg.Domain) {
		return fmt.Errorf(`%s needs no secret: Anyscale's nodes log in to Amazon ECR with their role; "pratique grant anyscale" lets it pull`, host)
	}
	cfg, err := a.awsConfig(ctx, flags, flags.profile, reg)
	if err != nil {
		return err
	}
	key, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("get an access key: %w", err)
	}
	if key.SessionToken != "" {
		return errors.New("these credentials are those of a session and expire: a secret needs the access key of a user")
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("try the access key: %w", err)
	}
	fmt.Fprintf(a.stderr, "Whoever has this secret may do what %s may.\n", aws.ToString(who.Arn))
	return a.printJSON(struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Server   string `json:"server"`
	}{key.AccessKeyID, key.SecretAccessKey, host})
}

// loginPassword asks for a token for a registry, or for the public registries.
func (a *app) loginPassword(ctx context.Context, flags *awsFlags, host string) (user, password string, err error) {
	if reg, ok := endpoint.ParseRegistry(host); ok {
		cfg, err := a.awsConfig(ctx, flags, flags.profile, reg)
		if err != nil {
			return "", "", err
		}
		return registryPassword(ctx, cfg)
	}
	public, ok := endpoint.ParsePublic(host)
	if !ok {
		return "", "", fmt.Errorf("%q is not a registry: want <account>.dkr.ecr.<region>.<domain> or public.<domain>", host)
	}
	cfg, err := a.loadConfig(ctx, flags, flags.profile, publicRegion)
	if err != nil {
		return "", "", err
	}
	if cfg.BaseEndpoint == nil && !endpoint.OfAWS(public.Domain) {
		cfg.BaseEndpoint = aws.String(hostURL(public.Domain, public.Host()))
	}
	return publicPassword(ctx, cfg)
}

// registryPassword asks ECR for a token and takes it apart as the AWS CLI does.
func registryPassword(ctx context.Context, cfg aws.Config) (user, password string, err error) {
	out, err := ecr.NewFromConfig(cfg).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return "", "", fmt.Errorf("get an authorization token: %w", err)
	}
	if len(out.AuthorizationData) == 0 {
		return "", "", errors.New("get an authorization token: the answer holds none")
	}
	return splitToken(out.AuthorizationData[0].AuthorizationToken)
}

// publicPassword is registryPassword for ECR Public.
func publicPassword(ctx context.Context, cfg aws.Config) (user, password string, err error) {
	out, err := ecrpublic.NewFromConfig(cfg).GetAuthorizationToken(ctx, &ecrpublic.GetAuthorizationTokenInput{})
	if err != nil {
		return "", "", fmt.Errorf("get an authorization token: %w", err)
	}
	if out.AuthorizationData == nil {
		return "", "", errors.New("get an authorization token: the answer holds none")
	}
	return splitToken(out.AuthorizationData.AuthorizationToken)
}

// publicRegion is the one region that has the API of ECR Public.
const publicRegion = "us-east-1"

// splitToken takes an authorization token apart.
func splitToken(token *string) (user, password string, err error) {
	text, err := base64.StdEncoding.DecodeString(aws.ToString(token))
	if err != nil {
		return "", "", errors.New("get an authorization token: it is not base64")
	}
	user, password, ok := strings.Cut(string(text), ":")
	if !ok {
		return "", "", errors.New("get an authorization token: it is not of the form user:password")
	}
	return user, password, nil
}
