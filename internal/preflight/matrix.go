package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// Matrix tells which data planes can pull what. Its JSON form has stable
// names.
type Matrix struct {
	FormatVersion int    `json:"formatVersion"`
	Status        Status `json:"status"` // the worst of all
	DataPlanes    []Row  `json:"dataPlanes"`
	// Images are the columns: repositories, or images of them.
	Images []string `json:"images"`
	// Notes are what could not be seen.
	Notes []string `json:"notes,omitempty"`
}

// Row is one data plane.
type Row struct {
	DataPlane  string   `json:"dataPlane"`
	Principals []string `json:"principals"`
	// Cells are in the order of Matrix.Images.
	Cells []Cell `json:"cells"`
}

// Cell tells whether a data plane can pull an image: OK, Fail or Unknown.
type Cell struct {
	Image  string `json:"image"`
	Status Status `json:"status"`
	// Principal is the one that Why is about.
	Principal string `json:"principal"`
	// Action is what is denied, Account whose policy denies it.
	Action  string `json:"action,omitempty"`
	Account string `json:"account,omitempty"`
	// Why is one line for a person; by which line it is allowed, for OK.
	Why   string       `json:"why"`
	Fixes []access.Fix `json:"fixes,omitempty"`
}

// CanPull takes the pull of each image by each data plane through the policies
// of both sides. Every repository and every principal is read once.
func CanPull(ctx context.Context, planes []DataPlane, images []endpoint.Image, o Options) (*Matrix, error) {
	m := &Matrix{FormatVersion: FormatVersion, Status: OK, DataPlanes: []Row{}, Images: []string{}}
	repositories := make([]*repository, len(images))
	var distinct []*repository
	byName := map[string]*repository{}
	for i, img := range images {
		m.Images = append(m.Images, img.String())
		uri := img.URI(img.Repository)
		if byName[uri] == nil {
			byName[uri] = newRepository(img)
			distinct = append(distinct, byName[uri])
		}
		repositories[i] = byName[uri]
		repositories[i].want(img)
	}
	err := parallel(ctx, len(distinct), func(ctx context.Context, i int) error { return distinct[i].find(ctx, o) })
	if err != nil {
		return nil, err
	}
	for _, plane := range planes {
		who := newPullers(plane.Principals, o)
		row := Row{DataPlane: plane.Name, Principals: plane.Principals, Cells: make([]Cell, len(images))}
		for i, img := range images {
			cell, err := who.cell(ctx, plane, repositories[i], img, o, m)
			if err != nil {
				return nil, err
			}
			cell.Image = img.String()
			row.Cells[i] = cell
			m.Status = worse(m.Status, cell.Status)
		}
		m.DataPlanes = append(m.DataPlanes, row)
	}
	return m, nil
}

// cell is the worst of a data plane's principals.
func (who *pullers) cell(ctx context.Context, plane DataPlane, r *repository, img endpoint.Image, o Options, m *Matrix) (Cell, error) {
	var worst Cell
	list, err := who.of(ctx, img.Registry)
	if err != nil {
		return worst, err
	}
	for _, p := range list {
		cell, report, err := simulate(p, r.access, img, o)
		if err != nil {
			return worst, err
		}
		for _, n := range report.Notes {
			if cell.Status == OK && !slices.Contains(m.Notes, n) {
				m.Notes = append(m.Notes, n)
			}
		}
		if worst.Status == "" || worse(worst.Status, cell.Status) != worst.Status {
			worst = cell
		}
	}
	f := r.fact(img)
	tagged := img.Tag != "" || img.Digest != ""
	switch {
	case r.access.Gone: // nothing to grant on
		worst = Cell{Principal: worst.Principal, Status: Fail, Why: r.gone(img)}
	case worst.Status == Fail:
	case plane.SameRegion != "" && plane.Region != "" && plane.Region != img.Region:
		worst.Status, worst.Why = Fail, fmt.Sprintf("the repository is in %s, the data plane in %s: %s", img.Region, plane.Region, plane.SameRegion)
	case tagged && f != nil && f.unknown == "" && !f.found:
		worst.Status, worst.Why = Fail, "allowed, but "+f.missing(img)
	}
	return worst, nil
}

// gone says that a repository does not exist.
func (r *repository) gone(img endpoint.Image) string {
	hint := ""
	if near := catalog.SuggestRegion(img.Region); near != "" {
		hint = fmt.Sprintf("; AWS has no region %s: did you mean %s?", img.Region, near)
	}
	return fmt.Sprintf("repository %s does not exist in account %s, region %s%s", img.Repository, img.Account, img.Region, hint)
}

// simulate takes one pull through both sides, and says in one line what came
// of it.
func simulate(p *access.Puller, r *access.Repository, img endpoint.Image, o Options) (Cell, *access.Report, error) {
	own := *r
	own.Image, own.ImageGone = img, false
	options := access.Options{Now: o.Now, Context: o.Context}
	if o.GrantCommand != nil {
		options.GrantCommand = o.GrantCommand(p, img)
	}
	report, err := access.Simulate(p, &own, options)
	if err != nil {
		return Cell{}, nil, err
	}
	cell := Cell{Principal: p.GrantARN(), Status: OK}
	switch report.Verdict {
	case access.Denied:
		cell.Status, cell.Fixes = Fail, report.Fixes
		explainDenial(&cell, report)
	case access.Unknown:
		cell.Status = Unknown
		var why []string
		for _, u := range []string{p.Unknown, r.Unknown} {
			if u != "" && !slices.Contains(why, u) {
				why = append(why, u)
			}
		}
		cell.Why = strings.Join(why, "; ")
	case access.Missing:
		cell.Status, cell.Why = Fail, strings.Join(report.Problems, "; ")
	default:
		cell.Why = allowedBy(report)
	}
	return cell, report, nil
}

// explainDenial names the first action that is denied and each side that
// denies it.
func explainDenial(cell *Cell, report *access.Report) {
	for _, s := range report.Steps {
		if s.Optional || s.Verdict != access.Denied {
			continue
		}
		cell.Action = s.Action
		var why []string
		for _, side := range s.Sides {
			if side.Verdict != access.Denied {
				continue
			}
			if cell.Account == "" {
				cell.Account = side.Account
			}
			who := "the puller's account"
			if side.Type == policy.ReasonResource {
				who = "the owner's account"
			}
			why = append(why, fmt.Sprintf("%s %s: %s", who, side.Account, side.Why))
		}
		cell.Why = s.Action + " is denied; " + strings.Join(why, "; ")
		return
	}
}

// allowedBy names the lines that allow to read the manifest.
func allowedBy(report *access.Report) string {
	var why []string
	for _, s := range report.Steps {
		if s.Action != "ecr:BatchGetImage" {
			continue
		}
		for _, side := range s.Sides {
			if side.Verdict == access.Allowed {
				why = append(why, side.Why)
			}
		}
	}
	return strings.Join(why, "; ")
}

// pullers are the principals of a data plane. Their policies are read once for
// each server that registries are on.
type pullers struct {
	names []string
	o     Options

	mu   sync.Mutex
	read map[string][]*access.Puller
}

func newPullers(names []string, o Options) *pullers {
	return &pullers{names: names, o: o, read: map[string][]*access.Puller{}}
}

func (ps *pullers) of(ctx context.Context, reg endpoint.Registry) ([]*access.Puller, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	server := reg.Domain + ":" + reg.Port
	if list, ok := ps.read[server]; ok {
		return list, nil
	}
	var list []*access.Puller
	for _, name := range ps.names {
		p, err := access.NewPuller(name)
		if err != nil {
			return nil, err
		}
		if p.Principal.Kind != policy.Root { // which has no policies
			cfg, missing, err := ps.o.Credentials.Puller(ctx, p.Principal.Account, reg)
			if err != nil {
				return nil, err
			}
			if p.Unknown = missing; cfg != nil {
				if err := p.Load(ctx, iam.NewFromConfig(*cfg)); err != nil {
					return nil, fmt.Errorf("read the policies of %s: %w", name, err)
				}
			}
		}
		list = append(list, p)
	}
	ps.read[server] = list
	return list, nil
}
