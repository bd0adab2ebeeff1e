package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// On a terminal, what is under way is shown with bars that make room for lines;
// elsewhere there are lines alone.
func TestBuildProgress(t *testing.T) {
	events := []imagebuild.Event{
		{Step: imagebuild.StepCheck, Message: "look for it"},
		{Step: imagebuild.StepPush, ID: "a", Name: "numpy 2.4.6", Current: 512, Total: 2048},
		{Step: imagebuild.StepPush, ID: "b", Name: strings.Repeat("long ", 20), Current: 4096, Total: 2048},
		{Step: imagebuild.StepPush, ID: "a", Name: "numpy 2.4.6", Current: 2048, Total: 2048, Outcome: imagebuild.Uploaded},
		{Step: imagebuild.StepPush, ID: "c", Name: "pandas 3.1.1", Outcome: imagebuild.Exists},
		{Step: imagebuild.StepPush, Platform: "linux/arm64", Message: "look out", Warning: true},
		{Step: imagebuild.StepTag, ID: "sha256:1", Name: "v1"},
	}
	show := func(bars bool) string {
		var out bytes.Buffer
		now := time.Unix(0, 0)
		p := &buildProgress{w: &out, bars: bars, now: func() time.Time { now = now.Add(time.Second); return now }}
		for _, e := range events {
			p.tell(e)
		}
		p.close()
		return out.String()
	}
	const lines = `check     look for it
push      numpy 2.4.6 uploaded (2.0 KiB)
push      warning: linux/arm64: look out
tag       v1 sha256:1
`
	if got := show(false); got != lines {
		t.Errorf("lines:\n%s", got)
	}
	got := show(true)
	contains(t, got, "push      ━━━━━━────────────────── 512 B of 2.0 KiB  numpy 2.4.6\n", "━━━━━━━━━━━━━━━━━━━━━━━━ 4.0 KiB of 2.0 KiB  long long long long long long…\n")
	screen := []string{""}
	for rest := got; rest != ""; { // what a terminal shows in the end
		if after, ok := strings.CutPrefix(rest, "\x1b[J"); ok {
			rest = after
			continue
		}
		if after, ok := strings.CutPrefix(rest, "\x1b["); ok {
			up := int(after[0] - '0')
			screen = append(screen[:len(screen)-1-up], "")
			rest = after[2:]
			continue
		}
		if rest[0] == '\n' {
			screen = append(screen, "")
		} else {
			screen[len(screen)-1] += rest[:1]
		}
		rest = rest[1:]
	}
	if text := strings.Join(screen, "\n"); text != lines {
		t.Errorf("the screen in the end:\n%s", text)
	}
}
