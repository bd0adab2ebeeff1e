package server

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/ecrpublic"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/organizations"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/internal/ecrpublicapi"
	"github.com/pratique-dev/pratique/internal/iamapi"
	"github.com/pratique-dev/pratique/internal/pratiqueapi"
	"github.com/pratique-dev/pratique/internal/stsapi"
	"github.com/pratique-dev/pratique/policy/catalog"
)

//go:generate go test -run TestSupport -update

var update = flag.Bool("update", false, "rewrite docs/operations/support.md")

const supportFile = "../../docs/operations/support.md"

const supportHead = `# Which operations are served

Made from the table of operations by ` + "`make generate`" + `. An operation that is not served answers an error that names it.

`

// The support page is the table.
func TestSupport(t *testing.T) {
	got := supportHead + awsapi.Support(operations(ecrapi.Config{}, ecrpublicapi.Config{}, iamapi.Config{}, pratiqueapi.Config{}, stsapi.Config{}))
	if *update {
		if err := os.WriteFile(supportFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(supportFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the table says; run make generate (-file +table):\n%s", supportFile, diff)
	}
}

// Every operation of every model has one row, and every row's action is one
// that policies can name.
func TestTableIsComplete(t *testing.T) {
	rows := map[*shape.Service]map[string]bool{}
	for _, o := range operations(ecrapi.Config{}, ecrpublicapi.Config{}, iamapi.Config{}, pratiqueapi.Config{}, stsapi.Config{}) {
		s := o.Service()
		if rows[s] == nil {
			rows[s] = map[string]bool{}
		}
		if rows[s][o.Name()] {
			t.Errorf("%s %s has two rows", s.Name, o.Name())
		}
		rows[s][o.Name()] = true
		if a := o.Action(); a != "" && o.Unsupported() == "" && !catalog.Known(a) {
			t.Errorf("%s %s needs %s, which no policy can name", s.Name, o.Name(), a)
		}
		if why := o.Unsupported(); why != "" && strings.HasSuffix(why, ".") {
			t.Errorf("%s %s: the reason %q ends a sentence that goes on", s.Name, o.Name(), why)
		}
	}
	for _, s := range []*shape.Service{ecr.Service, ecrpublic.Service, iam.Service, organizations.Service, pratique.Service, sts.Service} {
		for _, o := range s.Operations {
			if !rows[s][o.Name] {
				t.Errorf("%s %s has no row", s.Name, o.Name)
			}
		}
	}
}
