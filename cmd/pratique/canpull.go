package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/grant"
	"github.com/pratique-dev/pratique/internal/preflight"
)

func (a *app) canPull() *cobra.Command {
	var flags poolFlags
	var as, conditions []string
	var region, registry, prefix string
	cmd := &cobra.Command{
		Use:   "can-pull --as <data plane>... <repository or image>...",
		Short: "Show which data planes can pull from which repositories",
		Long: `Can-pull takes the pull of every repository or image by every data plane through
the policies of both sides and shows a matrix, and below it for each pull that is
not allowed the action, whose policy denies it, and what would change that.
Repositories are given by their URIs, or with --registry and --prefix.

` + dataPlaneHelp + `

The exit status is 0 if all can be pulled, 3 if one cannot, and 1 if it is not
known of one. docs/check.md describes the JSON output.`,
		Example: `  pratique can-pull --as union:org=acme,account=111111111111 --as anyscale:cloud-id=cld_abc123,account=333333333333 \
      222222222222.dkr.ecr.us-east-1.amazonaws.com/team/app 222222222222.dkr.ecr.us-east-1.amazonaws.com/team/web:v1 \
      --profile data-plane --with-profile ray --owner-profile images
  pratique can-pull --as arn:aws:iam::111111111111:role/eks-node-group \
      --registry 222222222222.dkr.ecr.us-east-1.amazonaws.com --prefix team/ --owner-profile images`,
		Args: cobra.ArbitraryArgs,
	}
	f := cmd.Flags()
	flags.register(f)
	f.StringArrayVar(&as, "as", nil, "data plane or principal that pulls; may be repeated")
	f.StringVar(&region, "region", "", "region of the nodes, if --as does not say")
	f.StringVar(&registry, "registry", "", "host of a registry whose repositories are all meant")
	f.StringVar(&prefix, "prefix", "", "with --registry, those whose names begin so")
	f.StringArrayVar(&conditions, "context", nil, "condition key of the pulls, such as aws:SourceIp=192.0.2.7; may be repeated")
	a.profilesFlag(cmd)
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		profiles, err := a.profiles()
		if err != nil {
			return err
		}
		if len(as) == 0 {
			return errors.New("give the data planes or principals that pull with --as")
		}
		credentials := a.newPool(&flags)
		o := preflight.Options{Credentials: credentials, Now: a.now()}
		if o.Context, err = contextKeys(conditions); err != nil {
			return err
		}
		var planes []preflight.DataPlane
		commands := map[string]*dataPlane{}
		for _, s := range as {
			d, err := parseDataPlane(profiles, s, region)
			if err != nil {
				return err
			}
			planes = append(planes, d.DataPlane)
			for _, p := range d.Principals {
				commands[p] = d
			}
		}
		o.GrantCommand = func(p *access.Puller, img endpoint.Image) string {
			if d := commands[p.GrantARN()]; d != nil {
				return d.grantCommand(profiles)(p, img)
			}
			return grantCommand(profiles, p, img)
		}
		images, err := a.canPullImages(cmd.Context(), credentials, args, registry, prefix)
		if err != nil {
			return err
		}
		m, err := preflight.CanPull(cmd.Context(), planes, images, o)
		if err != nil {
			return err
		}
		if *out == outputJSON {
			if err := a.printJSON(m); err != nil {
				return err
			}
		} else {
			a.printMatrix(m)
		}
		return statusError(m.Status, false)
	}
	return cmd
}

// canPullImages are the images and repositories that the arguments name.
func (a *app) canPullImages(ctx context.Context, credentials *pool, args []string, registry, prefix string) ([]endpoint.Image, error) {
	var images []endpoint.Image
	for _, arg := range args {
		img, err := parseImage(arg)
		if err != nil {
			return nil, err
		}
		images = append(images, img)
	}
	switch {
	case registry == "" && prefix != "":
		return nil, errors.New("--prefix needs --registry")
	case registry == "" && len(images) == 0:
		return nil, errors.New("give repositories or images by their URIs, or a registry with --registry")
	case registry == "":
		return images, nil
	}
	reg, ok := endpoint.ParseRegistry(registry)
	if !ok {
		return nil, fmt.Errorf("--registry %q is not the host of a registry: want <account>.dkr.ecr.<region>.<domain>", registry)
	}
	cfg, missing, err := credentials.Owner(ctx, reg)
	if err != nil {
		return nil, err
	}
	if cfg == nil {
		return nil, fmt.Errorf("%s: give credentials of the registry's owner with --owner-profile", missing)
	}
	names, err := grant.Select(ctx, ecr.NewFromConfig(*cfg), reg.Account, grant.Selection{Prefix: prefix}, grant.Parallel)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		images = append(images, endpoint.Image{Registry: reg, Repository: name})
	}
	return images, nil
}

// printMatrix shows the matrix to a person: a row to an image, since there are
// more of them than data planes.
func (a *app) printMatrix(m *preflight.Matrix) {
	p := a.paint
	for i, row := range m.DataPlanes {
		a.printf("%2d  %s\n", i+1, p.bold(row.DataPlane))
		for _, principal := range row.Principals {
			if principal != row.DataPlane {
				a.printf("    %s\n", p.dim(principal))
			}
		}
	}
	a.printf("\n")
	for i := range m.DataPlanes {
		a.printf("%2d ", i+1)
	}
	a.printf("\n")
	for i, image := range m.Images {
		for _, row := range m.DataPlanes {
			a.printf(" %s ", preflightMark(p, row.Cells[i].Status))
		}
		a.printf(" %s\n", image)
	}
	for n, row := range m.DataPlanes {
		for _, group := range sameReason(row.Cells) {
			a.printf("\n%s %d  %s\n", preflightMark(p, group[0].Status), n+1, strings.Join(imagesOf(group), ", "))
			a.printf("    %s\n", group[0].Why)
			var fixes []access.Fix
			for _, c := range group {
				fixes = append(fixes, c.Fixes...)
			}
			a.printFixes(fixes, "    ")
		}
	}
	if len(m.Notes) > 0 {
		a.printf("\n")
	}
	for _, n := range m.Notes {
		a.printf("%s\n", p.dim("Note: "+n))
	}
}

// sameReason groups the cells that are not allowed by why.
func sameReason(cells []preflight.Cell) [][]preflight.Cell {
	var groups [][]preflight.Cell
	at := map[string]int{}
	for _, c := range cells {
		if c.Status == preflight.OK {
			continue
		}
		key := string(c.Status) + c.Why
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

func imagesOf(cells []preflight.Cell) []string {
	var names []string
	for _, c := range cells {
		names = append(names, c.Image)
	}
	return names
}
