package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/access"
)

const grypeReport = `{"matches":[
	{"vulnerability":{"id":"CVE-2026-0001","severity":"Low","dataSource":"https://example.com/1","fix":{"versions":[]}},"artifact":{"name":"zlib","version":"1.2"}},
	{"vulnerability":{"id":"CVE-2026-0002","severity":"Critical","fix":{"versions":["3.1.5"]}},"artifact":{"name":"openssl","version":"3.1.4"}}
],"descriptor":{"version":"0.96.0"}}`

func TestScanCommands(t *testing.T) {
	d, r := stage(t)
	if err := d.push(t.Context(), &demoStep{Facts: map[string]any{}}); err != nil {
		t.Fatal(err)
	}
	image := d.host + "/" + demoImage + ":" + demoTag
	as := []string{"--profile", ownerProfile}

	got := r.run(append(as, "scan", "show", image)...)
	if got.code != 1 || !strings.Contains(got.stderr, "was not scanned: Image scan does not exist") {
		t.Errorf("never scanned: %+v", got)
	}
	report := filepath.Join(t.TempDir(), "grype.json")
	write(t, report, grypeReport)
	contains(t, r.ok(append(as, "scan", "import", image, report)...), image+": 1 critical, 1 low")
	want := scanResult{
		FormatVersion: access.FormatVersion, Image: image, Status: "COMPLETE", Description: "The findings were imported from a report of grype 0.96.0.",
		SeverityCounts: map[string]int{"CRITICAL": 1, "LOW": 1},
	}
	var imported scanResult
	r.stdin = grypeReport
	decode(t, r.ok(append(as, "scan", "import", image, "-", "--format", "grype", "--output", "json")...), &imported)
	want.Digest = imported.Digest
	if diff := cmp.Diff(want, imported); diff != "" || !strings.HasPrefix(imported.Digest, "sha256:") {
		t.Errorf("imported (-want +got):\n%s", diff)
	}

	var shown scanResult
	decode(t, r.ok(append(as, "scan", "show", image, "-o", "json")...), &shown)
	want.Findings = []scanFinding{
		{Name: "CVE-2026-0002", Severity: "CRITICAL", Package: "openssl", Version: "3.1.4", FixedIn: "3.1.5"},
		{Name: "CVE-2026-0001", Severity: "LOW", Package: "zlib", Version: "1.2", URI: "https://example.com/1"},
	}
	want.CompletedAt = shown.CompletedAt
	if diff := cmp.Diff(want, shown); diff != "" || shown.CompletedAt.IsZero() {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	text := r.ok(append(as, "scan", "show", d.host+"/"+demoImage+"@"+shown.Digest)...)
	contains(t, text, "COMPLETE: The findings were imported", "1 critical, 1 low",
		"SEVERITY  NAME           PACKAGE  VERSION  FIXED IN\n", "CRITICAL  CVE-2026-0002  openssl  3.1.4    3.1.5\n", "LOW       CVE-2026-0001  zlib     1.2\n")

	r.stdin = `{"matches":[]}`
	contains(t, r.ok(append(as, "scan", "import", image, "-")...), "nothing found")
	for name, c := range map[string]struct{ report, want string }{
		"garbage":       {"no report", "InvalidParameterException"},
		"another image": {`{"matches":[],"source":{"type":"image","target":{"imageID":"sha256:` + strings.Repeat("0", 64) + `"}}}`, "the report is about another image"},
		"too large":     {strings.Repeat(" ", maxScanReport+1), "is larger than"},
	} {
		r.stdin = c.report
		if got := r.run(append(as, "scan", "import", image, "-")...); got.code != 1 || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	r.stdin = grypeReport
	if got := r.run(append(as, "scan", "import", d.host+"/"+demoImage+":none", "-")...); got.code != 1 || !strings.Contains(got.stderr, "ImageNotFoundException") {
		t.Errorf("no image: %+v", got)
	}
	if got := r.run("scan", "import", image, "-", "--profile", planeProfile); got.code != 1 || !strings.Contains(got.stderr, "pratique:ImportImageScanFindings") {
		t.Errorf("another account: %+v", got)
	}
}

// TestScanShowEnhanced is about what Amazon ECR answers with enhanced scanning.
func TestScanShowEnhanced(t *testing.T) {
	_, r := stage(t)
	ecr := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = w.Write([]byte(`{"imageId":{"imageDigest":"sha256:abc"},"imageScanStatus":{"status":"ACTIVE","description":"Continuous scan is selected for image."},
			"imageScanFindings":{"imageScanCompletedAt":1.7e9,"findingSeverityCounts":{"HIGH":1,"UNTRIAGED":2},"enhancedFindings":[{"severity":"HIGH","title":"CVE-1 - a",
			"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-1","vulnerablePackages":[{"name":"a","version":"1","fixedInVersion":"2"}]}}]}}`))
	}))
	defer ecr.Close()
	contains(t, r.ok("scan", "show", ownerAccount+".dkr.ecr.us-east-1.amazonaws.com/app", "--profile", ownerProfile, "--endpoint-url", ecr.URL),
		"ACTIVE: Continuous scan is selected", "scanned 2023-11-14 22:13 UTC: 1 high, 2 untriaged", "HIGH      CVE-1  a        1        2")
}
