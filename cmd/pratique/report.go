package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/policy"
)

// writeReport shows a simulated pull to a person.
func writeReport(w io.Writer, p paint, r *access.Report) {
	fmt.Fprintf(w, "%s\n  pulls %s\n\n", p.bold(r.Principal), p.bold(r.Image))
	width := 0
	for _, s := range r.Steps {
		width = max(width, len(s.Action))
	}
	for i, s := range r.Steps {
		optional := ""
		if s.Optional {
			optional = p.dim(" (a pull works without it)")
		}
		fmt.Fprintf(w, "  %d  %-*s  %s%s\n", i+1, width, s.Action, verdictText(p, s.Verdict, s.Optional), optional)
		for _, side := range s.Sides {
			fmt.Fprintf(w, "       %s %s %s\n", verdictMark(p, side.Verdict), p.dim(sideName(side)), side.Why)
		}
	}
	fmt.Fprintln(w)
	for _, problem := range r.Problems {
		fmt.Fprintf(w, "%s %s\n", p.red("!"), problem)
	}
	switch r.Verdict {
	case access.Allowed:
		fmt.Fprintf(w, "%s: every step that a pull needs is allowed.\n", p.green("Allowed"))
	case access.Missing:
		fmt.Fprintf(w, "%s, but there is nothing to pull.\n", p.yellow("Allowed"))
	case access.Unknown:
		fmt.Fprintf(w, "%s: nothing that could be read denies it.\n", p.yellow("Unknown"))
	default:
		fmt.Fprintf(w, "%s. The registry answers:\n  %s\n", p.red("Denied"), firstMessage(r))
	}
	for _, f := range r.Fixes {
		fmt.Fprintf(w, "\n%s in account %s: %s\n", p.bold("Fix"), f.Account, f.What)
		if f.Statement != "" {
			fmt.Fprint(w, indent(f.Statement, "    "))
		}
		if f.Command != "" {
			fmt.Fprintf(w, "  %s\n", p.cyan("$ "+f.Command))
		}
	}
	if len(r.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "%s\n", p.dim("Note: "+n))
	}
}

func sideName(s access.Side) string {
	who := "puller"
	if s.Type == policy.ReasonResource {
		who = "owner"
	}
	return fmt.Sprintf("%-6s %s %s policy:", who, s.Account, s.Type)
}

func verdictText(p paint, v access.Verdict, optional bool) string {
	switch v {
	case access.Allowed:
		return p.green("allowed")
	case access.Denied:
		if optional {
			return p.yellow("denied")
		}
		return p.red("DENIED")
	}
	return p.yellow(string(v))
}

func verdictMark(p paint, v access.Verdict) string {
	switch v {
	case access.Allowed:
		return p.green("✓")
	case access.Denied:
		return p.red("✗")
	case access.NotNeeded:
		return p.dim("·")
	}
	return p.yellow("?")
}

func firstMessage(r *access.Report) string {
	for _, s := range r.Steps {
		if s.Verdict == access.Denied && !s.Optional {
			return s.Message
		}
	}
	return ""
}

func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// writeDiff shows a unified difference, coloured for a terminal.
func writeDiff(w io.Writer, p paint, diff string) {
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "---"), strings.HasPrefix(line, "+++"):
			line = p.bold(line)
		case strings.HasPrefix(line, "@@"):
			line = p.cyan(line)
		case strings.HasPrefix(line, "+"):
			line = p.green(line)
		case strings.HasPrefix(line, "-"):
			line = p.red(line)
		}
		fmt.Fprintf(w, "  %s\n", line)
	}
}
