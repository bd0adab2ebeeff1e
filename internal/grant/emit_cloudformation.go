package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// cloudFormation writes a template for each account and region, each a YAML
// document.
//
// CloudFormation has no resource for the policy of a private repository alone:
// it is a property of the repository. Nor can it attach a managed policy to a
// role that it does not own, but a policy of its own.
func (e *Emission) cloudFormation() (string, error) {
	var b strings.Builder
	for i, w := range e.places() {
		if i > 0 {
			b.WriteString("---\n")
		}
		fmt.Fprintf(&b, "# Written by pratique: a stack of account %s in %s.\n", comment(w.Account), comment(w.Region))
		if slices.ContainsFunc(e.Policies, func(p PolicyChange) bool { return p.Where == w }) {
			b.WriteString("# Repositories that exist belong into the template that made them, or are imported into this stack\n" +
				"# (aws cloudformation create-change-set --change-set-type IMPORT) with the properties that they have.\n" +
				"# A repository has one policy, and this is all of it.\n")
		}
		b.WriteString("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n")
		names := identifiers{camel: true}
		for _, p := range e.Policies {
			if p.Where != w {
				continue
			}
			fmt.Fprintf(&b, "  # %s\n  %s:\n    Type: AWS::ECR::Repository\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      RepositoryName: %s\n",
				comment(p.Repository+": "+p.Summary), names.of(p.Repository, "Repository"), yamlString(p.Repository))
			if p.Policy == "" {
				continue
			}
			text, err := yamlPolicy(p.Policy, 8)
			if err != nil {
				return "", fmt.Errorf("policy of repository %s: %w", p.Repository, err)
			}
			fmt.Fprintf(&b, "      RepositoryPolicyText:%s", text)
		}
		for _, a := range e.Attachments {
			if a.Where != w {
				continue
			}
			text, err := attachedPolicy(a)
			if err != nil {
				return "", err
			}
			kind, name, err := a.entity()
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "  # in place of %s, which CloudFormation can only attach to a role of its own\n  %s:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      %ss:\n        - %s\n      PolicyDocument:%s",
				comment(a.PolicyARN), names.of(name, "Policy"), strings.ToUpper(kind[:1])+kind[1:], yamlString(name), text)
		}
	}
	return b.String(), nil
}

// attachedPolicy allows what the grant is about, and the token that a pull or
// push begins with.
func attachedPolicy(a Attachment) (string, error) {
	type statement struct {
		Effect   string
		Action   []string
		Resource oneOrMany
	}
	b, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{
		{"Allow", []string{"ecr:GetAuthorizationToken"}, oneOrMany{"*"}},
		{"Allow", a.Actions, a.Repositories},
	}})
	if err != nil {
		return "", err
	}
	return yamlPolicy(string(b), 8)
}

// yamlPolicy writes a JSON object as a block that follows "Key:". The order of
// members stays.
func yamlPolicy(text string, indent int) (string, error) {
	var b strings.Builder
	if err := writeYAML(&b, json.RawMessage(text), indent); err != nil {
		return "", err
	}
	if strings.Contains(b.String(), "{{resolve:") {
		return "", errors.New("it contains {{resolve:, which CloudFormation would replace")
	}
	return b.String(), nil
}

// yamlInteger matches numbers that every YAML reads alike.
var yamlInteger = regexp.MustCompile(`^(?:0|-?[1-9][0-9]{0,8})$`)

// writeYAML writes what follows a key or a dash, and a newline.
func writeYAML(b *strings.Builder, raw json.RawMessage, indent int) error {
	pad := strings.Repeat(" ", indent)
	switch text := strings.TrimSpace(string(raw)); text[0] {
	case '{':
		members, err := parseMembers(text)
		if err != nil {
			return err
		}
		if len(members) == 0 {
			b.WriteString(" {}\n")
			return nil
		}
		b.WriteByte('\n')
		for _, m := range members {
			b.WriteString(pad + yamlKey(m.name) + ":")
			if err := writeYAML(b, m.value, indent+2); err != nil {
				return err
			}
		}
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return err
		}
		if len(items) == 0 {
			b.WriteString(" []\n")
			return nil
		}
		b.WriteByte('\n')
		for _, item := range items {
			var inner strings.Builder
			if err := writeYAML(&inner, item, indent+2); err != nil {
				return err
			}
			// An object begins beside the dash.
			b.WriteString(pad + "- " + strings.TrimLeft(inner.String(), " \n"))
		}
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		b.WriteString(" " + yamlString(s) + "\n")
	default: // true, false, null or a number
		if text[0] == '-' || text[0] <= '9' {
			if !yamlInteger.MatchString(text) {
				text = yamlString(text)
			}
		}
		b.WriteString(" " + text + "\n")
	}
	return nil
}

// yamlKey leaves the elements of policies bare.
func yamlKey(s string) string {
	switch s {
	case "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition", "AWS", "Service":
		return s
	}
	return yamlString(s)
}

// yamlString quotes a string for YAML 1.1 and 1.2.
func yamlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
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
