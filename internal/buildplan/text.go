package buildplan

import (
	"fmt"
	"strings"
)

// Text shows the plan to people, in lines that end with a newline.
func (p *Plan) Text() string {
	var b strings.Builder
	switch {
	case p.Path == Layers:
		b.WriteString("path: layers; nothing has to run\n")
	case p.Remote:
		b.WriteString("path: dockerfile, run by the build service\n")
	case p.Executor != nil:
		fmt.Fprintf(&b, "path: dockerfile, run by %s\n", p.Executor)
	default:
		b.WriteString("path: dockerfile, which nothing here can run\n")
	}
	if len(p.Reasons) > 0 {
		b.WriteString("because:\n")
		for _, r := range p.Reasons {
			fmt.Fprintf(&b, "  %s\n", r)
		}
	}
	fmt.Fprintf(&b, "platforms: %s\n", strings.Join(p.Platforms, ", "))
	b.WriteString("steps:\n")
	wide := 0
	for _, s := range p.Steps {
		wide = max(wide, len(s.What))
	}
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "  %-*s  %s\n", wide, s.What, s.Detail)
	}
	if p.Dockerfile != "" {
		b.WriteString("dockerfile:\n")
		for line := range strings.Lines(p.Dockerfile) {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}
