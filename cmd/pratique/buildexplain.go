package main

import (
	"fmt"

	"github.com/pratique-dev/pratique/imagespec"
)

// explain shows what a tag is the hash of, or why two of them differ.
func (b *building) explain(args []string, compat imagespec.Compat) error {
	a := b.app
	first, err := b.spec.Explain(compat)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if *b.output == outputJSON {
			return a.printJSON(first)
		}
		a.printPreimage(first)
		return nil
	}
	other, err := b.open(args[1])
	if err != nil {
		return err
	}
	second, err := other.Explain(compat)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	changes := imagespec.Diff(first, second)
	if *b.output == outputJSON {
		return a.printJSON(struct {
			A       imagespec.Preimage `json:"a"`
			B       imagespec.Preimage `json:"b"`
			Changes []imagespec.Change `json:"changes"`
		}{first, second, append([]imagespec.Change{}, changes...)})
	}
	a.printf("A  %s\nB  %s\n", a.paint.bold(first.Image), a.paint.bold(second.Image))
	if len(changes) == 0 {
		a.printf("\nThe tags are the same.\n")
	}
	a.printChanges(changes, "")
	return nil
}

func (a *app) printPreimage(p imagespec.Preimage) {
	a.printf("%s\n\n", a.paint.bold(p.Image))
	a.printf("The tag is the MD5, in base64, of\n  %s\n\n", p.Text)
	for _, f := range p.Fields {
		a.printf("  %-18s %s\n", f.Field, f.Value)
		if f.Of != "" {
			a.printf("  %-18s %s\n", "", a.paint.dim("the "+f.Of))
		} else if f.Written != "" {
			a.printf("  %-18s %s\n", "", a.paint.dim("for "+f.Written))
		}
		for _, file := range f.Files {
			a.printf("  %-18s %s\n", "", a.paint.dim(fmt.Sprintf("%s  %d bytes  sha256:%.12s", file.Path, file.Size, file.SHA256)))
		}
	}
	for _, o := range p.Omitted {
		a.printf("  %-18s %s\n", o.Field, a.paint.dim("not hashed: "+o.Reason))
	}
	a.printf("\nInside of the image, _F_IMG_ID is %s.\n", p.ID)
	if p.Base != nil {
		a.printf("\nIts base is\n\n")
		a.printPreimage(*p.Base)
	}
}

func (a *app) printChanges(changes []imagespec.Change, indent string) {
	for _, c := range changes {
		a.printf("\n%s%s\n", indent, c.Field)
		if c.A != "" {
			a.printf("%s  %s\n", indent, a.paint.red("- "+c.A))
		}
		if c.B != "" {
			a.printf("%s  %s\n", indent, a.paint.green("+ "+c.B))
		}
		for _, f := range c.Files {
			a.printf("%s    %s %s\n", indent, f.Path, f.Change)
		}
		a.printChanges(c.Base, indent+"  ")
	}
}
