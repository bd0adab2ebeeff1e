package pylock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"github.com/pratique-dev/pratique/internal/python"
)

// project is what a pyproject.toml says about a package and its dependencies.
// Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/.
type project struct {
	Project *struct {
		Name           string   `toml:"name"`
		RequiresPython string   `toml:"requires-python"`
		Dependencies   []string `toml:"dependencies"`
		Dynamic        []string `toml:"dynamic"`
	} `toml:"project"`
	Tool struct {
		UV struct {
			Sources map[string]any `toml:"sources"`
		} `toml:"uv"`
		Poetry *struct {
			Dependencies map[string]any `toml:"dependencies"`
			Source       []struct {
				Name     string `toml:"name"`
				URL      string `toml:"url"`
				Priority string `toml:"priority"`
				Default  bool   `toml:"default"`
			} `toml:"source"`
		} `toml:"poetry"`
	} `toml:"tool"`
}

func readProject(root, name string) (*project, []byte, error) {
	if err := confine(root, name); err != nil {
		return nil, nil, err
	}
	data, err := readFile(name, maxRequirements)
	if err != nil {
		return nil, nil, err
	}
	p := &project{}
	if err := toml.Unmarshal(data, p); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, tomlError(err))
	}
	return p, data, nil
}

// pyproject takes the dependencies of a project, not the project itself.
func (c *collector) pyproject(name string, t python.Target) error {
	p, data, err := readProject(c.root, name)
	if err != nil {
		return err
	}
	base := filepath.Base(name)
	switch {
	case p.Project == nil && p.Tool.Poetry != nil:
		return fmt.Errorf("%s declares its dependencies in poetry's own form: name its poetry.lock as requirements", base)
	case p.Project == nil:
		return fmt.Errorf("%s has no table [project], where dependencies are declared", base)
	case slices.Contains(p.Project.Dynamic, "dependencies"):
		return fmt.Errorf("%s leaves its dependencies to its build (dynamic), which is not run: lock them, or list them in a requirements file", base)
	}
	if err := requiresPython(p.Project.RequiresPython, t); err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	sources := map[string]any{}
	for dep, s := range p.Tool.UV.Sources {
		sources[python.NormalizeName(dep)] = s
	}
	sourced := false
	for i, dep := range p.Project.Dependencies {
		from := fmt.Sprintf("%s: dependencies[%d]", base, i)
		r, err := python.ParseRequirement(dep)
		if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		if s, ok := sources[r.Name]; ok {
			if code := codeOf(s); code != "" {
				c.source = append(c.source, sourceCode{&SourceOnlyError{Name: r.Name, Found: []string{code}}, r.Marker})
				continue
			}
			sourced = true
		}
		if r.URL != "" {
			if err := c.line(dep, filepath.Dir(name), from, false); err != nil {
				return fmt.Errorf("%s: %w", from, err)
			}
			continue
		}
		c.lines = append(c.lines, line{Requirement: r, from: from})
	}
	if sourced {
		c.request.project = data // uv reads which index is for which package
	}
	return nil
}

// codeOf is where an entry of tool.uv.sources has code to build, or "" for
// an index or a wheel.
func codeOf(s any) string {
	entries, ok := s.([]any)
	if !ok {
		entries = []any{s}
	}
	for _, e := range entries {
		table, _ := e.(map[string]any)
		for _, kind := range []string{"git", "path", "workspace"} {
			if at, ok := table[kind]; ok {
				return fmt.Sprintf("%s %v", kind, at)
			}
		}
	}
	return ""
}

// beside reads the pyproject.toml in the folder of a lock; nil where there is
// none.
func beside(root, lock string) (*project, error) {
	name := filepath.Join(filepath.Dir(lock), "pyproject.toml")
	if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	p, _, err := readProject(root, name)
	return p, err
}
