package pylock

import (
	"fmt"
	"path/filepath"
	"strings"
)

// confine reports a local file that is outside of root, links followed. An
// empty root contains everything.
func confine(root, name string) error {
	if root == "" {
		return nil
	}
	outside := fmt.Errorf("%s is outside of the folder that was handed in", name)
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fmt.Errorf("open %s: %w", root, err)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return outside // also where there is nothing: what is there is nobody's business
	}
	if rel, err := filepath.Rel(realRoot, target); err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return outside
	}
	return nil
}
