package grant

import (
	"fmt"
	"strings"
)

// terraform writes a module of its own, with a provider for each account and
// region.
func (e *Emission) terraform() (string, error) {
	var b strings.Builder
	b.WriteString("# Written by pratique. A repository has one policy, and this is all of it: what others\n# add by other means is lost with the next apply.\n\n")
	b.WriteString("terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n    }\n  }\n}\n")
	var aliases identifiers
	providers := map[Where]string{}
	for _, w := range e.places() {
		alias := aliases.of("account", w.Account, w.Region)
		providers[w] = "aws." + alias
		attributes := [][2]string{{"alias", hcl(alias)}, {"region", hcl(w.Region)}, {"allowed_account_ids", "[" + hcl(w.Account) + "]"}}
		if w.Profile != "" {
			attributes = append(attributes, [2]string{"profile", hcl(w.Profile)})
		}
		fmt.Fprint(&b, "\nprovider \"aws\" {\n", aligned("  ", attributes))
		if w.Role != "" {
			role := [][2]string{{"role_arn", hcl(w.Role)}}
			if w.ExternalID != "" {
				role = append(role, [2]string{"external_id", hcl(w.ExternalID)})
			}
			fmt.Fprint(&b, "\n  assume_role {\n", aligned("    ", role), "  }\n")
		}
		if w.Endpoint != "" {
			u := hcl(w.Endpoint)
			fmt.Fprint(&b, "\n  endpoints {\n", aligned("    ", [][2]string{{"ecr", u}, {"iam", u}, {"sts", u}}), "  }\n")
		}
		b.WriteString("}\n")
	}
	var names identifiers
	for _, p := range e.Policies {
		fmt.Fprintf(&b, "\n# %s\n", comment(p.Where.Account+", "+p.Where.Region+", "+p.Repository+": "+p.Summary))
		if p.Policy == "" {
			b.WriteString("# Nothing is left of the policy: remove its aws_ecr_repository_policy, which deletes it.\n")
			continue
		}
		text, err := asciiJSON(p.Policy, true)
		if err != nil {
			return "", fmt.Errorf("policy of repository %s: %w", p.Repository, err)
		}
		fmt.Fprintf(&b, "resource \"aws_ecr_repository_policy\" %s {\n%s  policy     = <<-EOT\n%s  EOT\n}\n", hcl(names.of(p.Repository)),
			aligned("  ", [][2]string{{"provider  ", providers[p.Where]}, {"repository", hcl(p.Repository)}}), indentLines(text, "    "))
	}
	for _, a := range e.Attachments {
		kind, name, err := a.entity()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\nresource \"aws_iam_%s_policy_attachment\" %s {\n%s}\n", kind, hcl(names.of(name)),
			aligned("  ", [][2]string{{"provider", providers[a.Where]}, {kind, hcl(name)}, {"policy_arn", hcl(a.PolicyARN)}}))
	}
	return b.String(), nil
}

// aligned writes attributes with their equals signs below each other.
func aligned(indent string, attributes [][2]string) string {
	width := 0
	for _, a := range attributes {
		width = max(width, len(a[0]))
	}
	var b strings.Builder
	for _, a := range attributes {
		fmt.Fprintf(&b, "%s%-*s = %s\n", indent, width, a[0], a[1])
	}
	return b.String()
}

func indentLines(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(by)
		b.WriteString(strings.TrimSuffix(line, "\n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// hcl quotes a string literal.
// https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions
func hcl(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '$' || r == '%': // begins a template with a brace
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
