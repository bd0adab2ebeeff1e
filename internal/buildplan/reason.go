package buildplan

import "github.com/pratique-dev/pratique/imagespec"

func reasons(spec *imagespec.Spec, facts Facts) ([]Reason, error) { return nil, nil }

func steps(spec *imagespec.Spec, base Base, path Path) ([]Step, error) { return nil, nil }
