package grant

import (
	"fmt"
	"strings"
)

// shell writes a script for a POSIX shell and the AWS CLI.
func (e *Emission) shell() (string, error) {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# Written by pratique, for the policies as they were then.\nset -eu\n")
	for _, p := range e.Policies {
		fmt.Fprintf(&b, "\n# %s\n", comment(p.Where.Account+", "+p.Where.Region+", "+p.Repository+": "+p.Summary))
		args := []string{"delete-repository-policy", "--registry-id", p.Where.Account, "--repository-name", p.Repository}
		if p.Policy != "" {
			text, err := asciiJSON(p.Policy, false)
			if err != nil {
				return "", fmt.Errorf("policy of repository %s: %w", p.Repository, err)
			}
			args[0] = "set-repository-policy"
			args = append(args, "--policy-text", text)
		}
		b.WriteString(awsCommand(p.Where, "ecr", args))
	}
	for _, a := range e.Attachments {
		kind, name, err := a.entity()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n# %s, %s\n", comment(a.Where.Account), comment(name))
		b.WriteString(awsCommand(a.Where, "iam", []string{"attach-" + kind + "-policy", "--" + kind + "-name", name, "--policy-arn", a.PolicyARN}))
	}
	return b.String(), nil
}

// awsCommand writes one command. Of args the first is the operation, then
// options and values follow each other.
func awsCommand(w Where, service string, args []string) string {
	var b strings.Builder
	if w.Role != "" {
		fmt.Fprintf(&b, "# with credentials of %s\n", comment(w.Role))
	}
	options := args[1:]
	if w.Endpoint != "" {
		options = append([]string{"--endpoint-url", w.Endpoint}, options...)
	}
	if w.Profile != "" {
		options = append([]string{"--profile", w.Profile}, options...)
	}
	options = append([]string{"--region", w.Region}, options...)
	fmt.Fprintf(&b, "aws %s %s", service, args[0])
	for i := 0; i < len(options); i += 2 {
		join := " "
		if strings.HasPrefix(options[i+1], "-") { // not another option
			join = "="
		}
		fmt.Fprintf(&b, " \\\n  %s%s%s", options[i], join, sh(options[i+1]))
	}
	b.WriteByte('\n')
	return b.String()
}

// sh quotes a word for a POSIX shell.
func sh(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
