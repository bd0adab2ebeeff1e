package doctor

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every check and code is described.
func TestDocumented(t *testing.T) {
	source, err := os.ReadFile("report.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\t\w+ +(?:ID|Code|Status|Verdict) += "([^"]+)"`).FindAllSubmatch(source, -1)
	if len(found) < 60 {
		t.Errorf("only %d constants were found", len(found))
	}
	for _, m := range found {
		if !strings.Contains(string(doc), "`"+string(m[1])+"`") {
			t.Errorf("%s is not described", m[1])
		}
	}
	if len(order) != strings.Count(string(source), " ID = \"") {
		t.Error("not every check has its place")
	}
}
