//go:build unix

package layer

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// asChild tells TestSameBytesEverywhere that it is the child.
const asChild = "PRATIQUE_LAYER_TEST_SEED"

func TestSameBytesEverywhere(t *testing.T) {
	if seed := os.Getenv(asChild); seed != "" {
		entries := append(sample(), packed(t, "packed", text(300_000)))
		rand.New(rand.NewPCG(uint64(len(seed)), 0)).Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		fmt.Printf("digest %s\n", build(t, Options{}, entries...).digest)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := "digest " + build(t, Options{}, append(sample(), packed(t, "packed", text(300_000)))...).digest.String()
	for i, env := range [][]string{
		{"TZ=Pacific/Kiritimati", "LC_ALL=C", "GOMAXPROCS=1"},
		{"TZ=America/St_Johns", "LC_ALL=tr_TR.UTF-8", "GOMAXPROCS=7"},
	} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask 0`+strings.Repeat("7", i+1)+`; exec "$0" -test.run '^TestSameBytesEverywhere$'`, exe)
		cmd.Env = append(append(os.Environ(), env...), asChild+"="+strings.Repeat("x", i+1))
		out, err := cmd.CombinedOutput()
		if err != nil || !slices.Contains(strings.Split(string(out), "\n"), want) {
			t.Errorf("with %v: %v, want %s, got:\n%s", env, err, want, out)
		}
	}
}
