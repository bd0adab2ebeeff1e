package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/doctor"
)

// app is what commands use of the outside world.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	paint          paint // of stdout
	now            func() time.Time
	getenv         func(string) string
	awsFiles       awsFiles              // instead of the user's AWS configuration, if set
	endpoint       string                // instead of the endpoint that the environment names, if set
	profilesDir    string                // instead of the user's own platform profiles, if set
	machine        func(*doctor.Machine) // changes what doctor sees, if set
}

// notAllowed is the exit status of commands that answer "no" or "unknown".
const notAllowed = 3

// exitError ends the program with a status of its own; the command has said
// everything already.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// run executes one command line and returns the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	a.profilesDir = findProfiles(args)
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	default:
		fmt.Fprintf(a.stderr, "pratique: %v\n", err)
		return 1
	}
}

func (a *app) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pratique",
		Short: "A container registry with ECR's API and IAM, and access to it in one command",
		Long: `Pratique is a container registry that speaks ECR's APIs and enforces IAM.

The server runs with "pratique serve"; "pratique demo" shows what it is for.
The commands grant, revoke, apply, plan, explain, doctor, who-can-pull, can-pull,
check, policy, lint, login and build use nothing but the public APIs of AWS, so they
work on Amazon ECR as well.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	cmd.SetIn(a.stdin)
	cmd.SetOut(a.stdout)
	cmd.SetErr(a.stderr)
	cmd.AddGroup(&cobra.Group{ID: "server", Title: "Server:"}, &cobra.Group{ID: "access", Title: "Access (on Pratique and on AWS):"}, &cobra.Group{ID: "images", Title: "Images (on Pratique and on AWS):"})
	for _, c := range []*cobra.Command{a.demo(), a.serve(), a.init(), a.account(), a.keys(), a.events(), a.lifecycle(), a.scan(), a.gc(), a.scrub(), a.backup(), a.restore(), a.builder(), a.nodeCredentials()} {
		c.GroupID = "server"
		cmd.AddCommand(c)
	}
	for _, c := range []*cobra.Command{a.login(), a.grant(), a.revoke(), a.apply(), a.plan(), a.explain(), a.doctor(), a.whoCanPull(), a.canPull(), a.check(), a.policy(), a.lint()} {
		c.GroupID = "access"
		cmd.AddCommand(c)
	}
	for _, c := range []*cobra.Command{a.build(), a.builds()} {
		c.GroupID = "images"
		cmd.AddCommand(c)
	}
	cmd.AddCommand(a.version())
	return cmd
}

// output is the --output flag.
type output string

const (
	outputText output = "text"
	outputJSON output = "json"
)

func (o *output) String() string { return string(*o) }
func (o *output) Type() string   { return "format" }

func (o *output) Set(s string) error {
	switch v := output(s); v {
	case outputText, outputJSON:
		*o = v
		return nil
	}
	return errors.New("must be text or json")
}

func outputFlag(cmd *cobra.Command) *output {
	o := outputText
	cmd.Flags().VarP(&o, "output", "o", "text or json")
	return &o
}

// printJSON writes a value to standard output.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printf writes to standard output. A reader that went away is not worth an
// error: the program is about to be told by a signal.
func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.stdout, format, args...) }

// paint colours text for a terminal, and leaves it alone for anything else.
type paint struct{ on bool }

// paintFor decides on colour for a file: only on a terminal, and not where
// https://no-color.org or the terminal's type says no.
func paintFor(f *os.File, getenv func(string) string) paint {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return paint{}
	}
	info, err := f.Stat()
	return paint{err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p paint) as(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string   { return p.as("1", s) }
func (p paint) dim(s string) string    { return p.as("2", s) }
func (p paint) red(s string) string    { return p.as("31", s) }
func (p paint) green(s string) string  { return p.as("32", s) }
func (p paint) yellow(s string) string { return p.as("33", s) }
func (p paint) cyan(s string) string   { return p.as("36", s) }
