package access

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

// Registry pulls images as one principal does: with a token of ECR's, over the
// OCI distribution protocol.
type Registry struct {
	login     authn.Authenticator
	transport http.RoundTripper
	options   []name.Option
}

// Login asks ECR for a token with a principal's credentials. The registries
// are spoken to through the transport, in plain HTTP if that is asked for.
func Login(ctx context.Context, cfg aws.Config, transport http.RoundTripper, plainHTTP bool) (*Registry, error) {
	out, err := ecr.NewFromConfig(cfg).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return nil, fmt.Errorf("get an authorization token: %w", err)
	}
	if len(out.AuthorizationData) == 0 {
		return nil, errors.New("get an authorization token: the answer holds none")
	}
	text, err := base64.StdEncoding.DecodeString(aws.ToString(out.AuthorizationData[0].AuthorizationToken))
	user, password, ok := strings.Cut(string(text), ":")
	if err != nil || !ok {
		return nil, errors.New("get an authorization token: it is not of the form user:password")
	}
	r := &Registry{login: &authn.Basic{Username: user, Password: password}, transport: transport}
	if plainHTTP {
		r.options = append(r.options, name.Insecure)
	}
	return r, nil
}

// Reference names an image for [Registry.Remote].
func (r *Registry) Reference(img endpoint.Image) (name.Reference, error) {
	return name.ParseReference(img.String(), r.options...)
}

// Remote are the options of requests to a registry.
func (r *Registry) Remote(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithContext(ctx), remote.WithAuth(r.login), remote.WithTransport(r.transport)}
}

// Pulled is what was read of an image.
type Pulled struct {
	// Image is the reference that was pulled.
	Image string `json:"image"`
	// Digest is that of its manifest.
	Digest string `json:"digest"`
	// Layer is the layer whose first byte was read; empty if it has none.
	Layer string `json:"layer,omitempty"`
}

// Pull reads the manifest of an image, of one of its platforms if it has
// several, and the first byte of a layer.
func (r *Registry) Pull(ctx context.Context, img endpoint.Image) (*Pulled, error) {
	ref, err := r.Reference(img)
	if err != nil {
		return nil, err
	}
	got, err := remote.Get(ref, r.Remote(ctx)...)
	if err != nil {
		return nil, fmt.Errorf("pull the manifest of %s: %w", img, err)
	}
	pulled := &Pulled{Image: img.String(), Digest: got.Digest.String()}
	for depth := 0; got.MediaType.IsIndex() && depth < 3; depth++ {
		index, err := got.ImageIndex()
		if err != nil {
			return nil, fmt.Errorf("pull the manifest of %s: %w", img, err)
		}
		list, err := index.IndexManifest()
		if err != nil {
			return nil, fmt.Errorf("pull the manifest of %s: %w", img, err)
		}
		if len(list.Manifests) == 0 {
			return pulled, nil
		}
		if got, err = remote.Get(ref.Context().Digest(list.Manifests[0].Digest.String()), r.Remote(ctx)...); err != nil {
			return nil, fmt.Errorf("pull the first manifest of %s: %w", img, err)
		}
	}
	image, err := got.Image()
	if err != nil {
		return nil, fmt.Errorf("pull the manifest of %s: %w", img, err)
	}
	layers, err := image.Layers()
	if err != nil {
		return nil, fmt.Errorf("pull the manifest of %s: %w", img, err)
	}
	if len(layers) == 0 {
		return pulled, nil
	}
	digest, err := layers[0].Digest()
	if err != nil {
		return nil, fmt.Errorf("pull a layer of %s: %w", img, err)
	}
	in, err := layers[0].Compressed()
	if err != nil {
		return nil, fmt.Errorf("pull a layer of %s: %w", img, err)
	}
	_, err = io.ReadFull(in, make([]byte, 1))
	if cerr := in.Close(); err == nil && cerr != nil && !errors.Is(cerr, context.Canceled) {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("pull a layer of %s: %w", img, err)
	}
	pulled.Layer = digest.String()
	return pulled, nil
}

// Newest finds the image of a repository that was pushed last, with the
// owner's credentials, by its tag if it has one. ok is false if there is none.
func Newest(ctx context.Context, api *ecr.Client, repository endpoint.Image) (img endpoint.Image, ok bool, err error) {
	var newest types.ImageDetail
	for pages := ecr.NewDescribeImagesPaginator(api, &ecr.DescribeImagesInput{RegistryId: &repository.Account, RepositoryName: &repository.Repository, MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return img, false, fmt.Errorf("list the images of repository %s: %w", repository.Repository, err)
		}
		for _, d := range page.ImageDetails {
			better := newest.ImageDigest == nil || (len(d.ImageTags) > 0) != (len(newest.ImageTags) > 0) && len(d.ImageTags) > 0 ||
				(len(d.ImageTags) > 0) == (len(newest.ImageTags) > 0) && aws.ToTime(d.ImagePushedAt).After(aws.ToTime(newest.ImagePushedAt))
			if better {
				newest = d
			}
		}
	}
	if newest.ImageDigest == nil {
		return img, false, nil
	}
	img = endpoint.Image{Registry: repository.Registry, Repository: repository.Repository}
	if len(newest.ImageTags) > 0 {
		img.Tag = newest.ImageTags[0]
	} else {
		img.Digest = aws.ToString(newest.ImageDigest)
	}
	return img, true, nil
}
