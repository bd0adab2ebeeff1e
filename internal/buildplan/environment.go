package buildplan

import "github.com/pratique-dev/pratique/imagespec"

// Environment is the environment of the image that a specification describes,
// on either path, "NAME=value" in a stable order: the base's, PYTHONPATH, the
// specification's, the directories of a GPU's driver, and last _F_IMG_ID.
//
// Values are taken as they are, but for a variable that names itself, as in
// PATH=/opt/x/bin:$PATH, which stands for its value so far.
func Environment(spec *imagespec.Spec, base Base) []string { return nil }
