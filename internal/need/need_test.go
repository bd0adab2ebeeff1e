package need_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
)

// asChild tells TestMissing what to need.
const asChild = "PRATIQUE_NEED_TEST"

func TestMissing(t *testing.T) {
	switch os.Getenv(asChild) {
	case "tool":
		need.Tools(t, "go", "a-program-that-nobody-has")
	case "database":
		need.Postgres(t)
	default:
		for what, sentence := range map[string]string{"tool": "a-program-that-nobody-has is not installed", "database": "PRATIQUE_TEST_POSTGRES is not set"} {
			for tools, verdict := range map[string]string{"": "--- SKIP: TestMissing", "required": "--- FAIL: TestMissing"} {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMissing$", "-test.v")
				cmd.Env = append(os.Environ(), asChild+"="+what, "PRATIQUE_TEST_TOOLS="+tools, "PRATIQUE_TEST_POSTGRES=")
				out, err := cmd.CombinedOutput()
				if said := string(out); (err != nil) != (tools != "") || !strings.Contains(said, verdict) || !strings.Contains(said, sentence) || strings.Contains(said, "went on") {
					t.Errorf("%s, PRATIQUE_TEST_TOOLS=%s: %v\n%s", what, tools, err, said)
				}
			}
		}
		return
	}
	t.Error("went on")
}
