package scan

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/registry"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParse(t *testing.T) {
	for _, format := range Programs() {
		t.Run(format, func(t *testing.T) {
			data := sample(t, format+".json")
			report, err := Parse(format, data)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(report); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", format+".want.json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(sample(t, format+".want.json")), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			detected, err := Parse("", data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(report, detected); diff != "" {
				t.Errorf("without the format's name (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ format, report, want string }{
		{"", "", "unexpected end of JSON input"},
		{"", "[]", "cannot unmarshal array"},
		{"", `{"vulnerabilities":[]}`, "not of a known format"},
		{"", `{"matches":[]} {}`, "invalid character"},
		{"clair", "{}", `unknown format "clair"`},
		{Trivy, `{}`, "SchemaVersion is 0"},
		{Trivy, `{"SchemaVersion":1,"Results":[]}`, "SchemaVersion is 1"},
		{Trivy, `[{"Target":"x","Vulnerabilities":null}]`, "cannot unmarshal array"}, // before release 0.20
		{Trivy, `{"SchemaVersion":2,"Results":"no"}`, "cannot unmarshal string"},
		{Grype, `{"descriptor":{}}`, "matches are missing"},
		{Grype, `{"matches":[],"source":{"type":"image","target":"x"}}`, "source"},
		{OSVScanner, `{}`, "results are missing"},
		{OSVScanner, `{"results":{}}`, "cannot unmarshal object"},
	} {
		_, err := Parse(c.format, []byte(c.report))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q, %s): error %v, want %q", c.format, c.report, err, c.want)
		}
	}
}

func TestParseEmptyReports(t *testing.T) {
	for format, report := range map[string]string{
		Trivy:      `{"SchemaVersion":2,"Metadata":{"OS":{"Family":"alpine","Name":"3.20"}}}`,
		Grype:      `{"matches":[],"source":{"type":"directory","target":"/x"}}`,
		OSVScanner: `{"results":[]}`,
	} {
		r, err := Parse("", []byte(report))
		if err != nil || len(r.Findings) != 0 || r.Scanner != format || r.Subjects != nil {
			t.Errorf("%s: %+v, error %v", format, r, err)
		}
	}
}

func TestScoreSeverity(t *testing.T) {
	for score, want := range map[float64]registry.Severity{
		0: registry.SeverityInformational, 0.1: registry.SeverityLow, 3.9: registry.SeverityLow, 4: registry.SeverityMedium, 6.9: registry.SeverityMedium,
		7: registry.SeverityHigh, 8.9: registry.SeverityHigh, 9: registry.SeverityCritical, 10: registry.SeverityCritical,
	} {
		if got := scoreSeverity(score); got != want {
			t.Errorf("score %v is %s, want %s", score, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	// Small seeds: the fuzzer spends its time on making large ones smaller.
	f.Add([]byte(`{"matches":[{"vulnerability":{"id":"CVE-1","severity":"High","cvss":[{"version":"3.1","metrics":{"baseScore":1}}]},"relatedVulnerabilities":[{"id":"a"}],"artifact":{"locations":[{"path":"/"}]}}]}`))
	f.Add([]byte(`{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"CVSS":{"":{"V3Vector":"CVSS:"}}}]}]}`))
	f.Add([]byte(`{"results":[{"packages":[{"groups":[{"ids":["a"],"max_severity":"NaN"}],"vulnerabilities":[{"id":"a"}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range append(Programs(), "") {
			report, err := Parse(format, data)
			if (err == nil) != (report != nil) {
				t.Fatalf("%s: report %v, error %v", format, report, err)
			}
			if err != nil {
				continue
			}
			if _, err := json.Marshal(report.Findings); err != nil {
				t.Fatalf("%s: findings that cannot be kept: %v", format, err)
			}
		}
	})
}
