package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/access"
)

func (a *app) whoCanPull() *cobra.Command {
	var flags awsFlags
	var record recordFlags
	var keys []string
	var all bool
	cmd := &cobra.Command{
		Use:   "who-can-pull <repository>",
		Short: "List the principals that can pull from a repository, and by which line",
		Long: `Who-can-pull takes a pull through the policies of both sides for every role and
user of the accounts of the two profiles, and for everyone whom the repository's
policy names. With --data it tells when they last pulled and how often they were
denied. It works on Amazon ECR as on Pratique.

The exit status is 3 if nobody can.`,
		Example: `  pratique who-can-pull 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image --owner-profile images --profile data-plane
  pratique who-can-pull 222222222222.dkr.ecr.us-east-1.localhost:5000/app --all --data /var/lib/pratique`,
		Args: cobra.ExactArgs(1),
	}
	flags.register(cmd.Flags(), true)
	record.register(cmd.Flags())
	cmd.Flags().StringArrayVar(&keys, "context", nil, "condition key of requests, such as aws:SourceIp=192.0.2.7; may be repeated")
	cmd.Flags().BoolVar(&all, "all", false, "list those that cannot, too")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		img, err := parseRepository(args[0])
		if err != nil {
			return err
		}
		pulls, owns, err := a.sides(cmd.Context(), &flags, "", img.Registry)
		if err != nil {
			return err
		}
		s, err := a.survey(cmd.Context(), img, pulls, owns, &record, keys, nil)
		if err != nil {
			return err
		}
		list, err := access.WhoCanPull(s.repository, s.candidates, s.options)
		if err != nil {
			return err
		}
		can := func(w access.Access) bool { return w.Verdict == access.Allowed }
		nobody := !slices.ContainsFunc(list, can)
		if !all {
			list = slices.DeleteFunc(list, func(w access.Access) bool { return !can(w) })
		}
		if *out == outputJSON {
			err = a.printJSON(struct {
				FormatVersion int             `json:"formatVersion"`
				Repository    string          `json:"repository"`
				Principals    []access.Access `json:"principals"`
				Notes         []string        `json:"notes,omitempty"`
			}{access.FormatVersion, img.URI(img.Repository), list, s.notes})
		} else {
			a.printWho(list, s.notes)
		}
		if err == nil && nobody {
			err = &exitError{notAllowed}
		}
		return err
	}
	return cmd
}

func (a *app) printWho(list []access.Access, notes []string) {
	p := a.paint
	for _, w := range list {
		a.printf("%s %s%s\n", verdictMark(p, w.Verdict), p.bold(whoText(w.Principal, w.Kind)), p.yellow(doubt(w.Certain)))
		if w.Why != "" {
			a.printf("    %s\n", w.Why)
		}
		if w.LastPull != nil {
			a.printf("    last pulled %s\n", w.LastPull.UTC().Format("2006-01-02 15:04 MST"))
		}
		if w.Denials > 0 {
			a.printf("    %s\n", p.yellow(plural(w.Denials, "denial")))
		}
	}
	if len(list) == 0 {
		a.printf("Nobody can pull, of those who were considered.\n")
	}
	for _, n := range notes {
		a.printf("%s\n", p.dim("Note: "+n))
	}
}
