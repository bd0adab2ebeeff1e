package access

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the example in docs/explain-json.md")

// The example of the documentation is what comes out.
func TestReportJSON(t *testing.T) {
	const file = "../../docs/explain-json.md"
	p, r := setup(t, role, image, readOnly, "", strings.Replace(guide, `"ecr:BatchGetImage", `, "", 1))
	report, err := Simulate(p, r, Options{
		Now:          time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC),
		GrantCommand: "pratique grant union --org acme --account 111111111111 --repository 222222222222.dkr.ecr.us-east-1.localhost:5000/simple-example-image",
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(report); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(doc), "```json\n")
	example, after, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatalf("%s has no example", file)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+"```json\n"+out.String()+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(example, out.String()); d != "" {
		t.Errorf("%s (-file +output), run this test with -update:\n%s", file, d)
	}
}
