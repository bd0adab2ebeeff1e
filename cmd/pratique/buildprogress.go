package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/internal/imagebuild"
)

// buildProgress shows how a build goes on.
type buildProgress struct {
	mu    sync.Mutex
	w     io.Writer
	paint paint
	now   func() time.Time
	json  *json.Encoder
	bars  bool

	active []imagebuild.Event // of what is under way, with bars
	drawn  int                // lines of bars on the screen
	at     time.Time          // when they were drawn
}

// newBuildProgress shows progress on standard error, so that standard output is
// for programs.
func (a *app) buildProgress(mode string, out output) (*buildProgress, error) {
	p := &buildProgress{w: a.stderr, now: a.now}
	terminal := false
	if f, ok := a.stderr.(*os.File); ok {
		p.paint = paintFor(f, a.getenv)
		info, err := f.Stat()
		terminal = err == nil && info.Mode()&os.ModeCharDevice != 0 && a.getenv("TERM") != "dumb"
	}
	switch {
	case mode == "json" || mode == "auto" && out == outputJSON:
		p.json = json.NewEncoder(a.stderr)
		p.json.SetEscapeHTML(false)
	case mode == "auto":
		p.bars = terminal
	case mode == "plain":
	default:
		return nil, fmt.Errorf("--progress %q is not auto, plain or json", mode)
	}
	return p, nil
}

// tell takes an event of the builder.
func (p *buildProgress) tell(e imagebuild.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json != nil {
		_ = p.json.Encode(e) // a reader that went away is not worth an error
		return
	}
	if !p.bars {
		if line := p.line(e); line != "" {
			fmt.Fprintln(p.w, line)
		}
		return
	}
	if e.ID != "" && e.Outcome == "" && e.Step == imagebuild.StepPush {
		p.progress(e)
		return
	}
	p.erase()
	p.done(e.ID)
	if line := p.line(e); line != "" {
		fmt.Fprintln(p.w, line)
	}
	p.draw()
}

// close removes the bars.
func (p *buildProgress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.active = nil
}

// line is an event as a line of text, empty for what is not worth one.
func (p *buildProgress) line(e imagebuild.Event) string {
	step := fmt.Sprintf("%-9s ", e.Step)
	where := ""
	if e.Platform != "" {
		where = e.Platform + ": "
	}
	switch {
	case e.Warning:
		return step + p.paint.yellow("warning: ") + where + e.Message
	case e.Message != "":
		return step + where + e.Message
	case e.Step == imagebuild.StepTag:
		return step + e.Name + " " + p.paint.dim(e.ID)
	case e.Outcome == imagebuild.Exists || e.Outcome == "" || e.Step == imagebuild.StepLayers:
		return ""
	}
	text := step + e.Name + " " + string(e.Outcome)
	if e.Total > 0 && e.Outcome == imagebuild.Uploaded {
		text += " (" + bytesText(e.Total) + ")"
	}
	return text
}

// progress takes the progress of a layer.
func (p *buildProgress) progress(e imagebuild.Event) {
	found := false
	for i := range p.active {
		if p.active[i].ID == e.ID {
			p.active[i], found = e, true
		}
	}
	if !found {
		p.active = append(p.active, e)
	}
	if now := p.now(); now.Sub(p.at) >= 100*time.Millisecond {
		p.erase()
		p.draw()
	}
}

func (p *buildProgress) done(id string) {
	for i := range p.active {
		if p.active[i].ID == id {
			p.active = append(p.active[:i], p.active[i+1:]...)
			return
		}
	}
}

// erase takes the bars off the screen, and draw puts them there.
func (p *buildProgress) erase() {
	if p.drawn > 0 {
		fmt.Fprintf(p.w, "\x1b[%dA\x1b[J", p.drawn)
		p.drawn = 0
	}
}

func (p *buildProgress) draw() {
	const width = 24
	for _, e := range p.active {
		full := 0
		if e.Total > 0 {
			full = int(min(e.Current, e.Total) * width / e.Total)
		}
		fmt.Fprintf(p.w, "%-9s %s%s %s of %s  %s\n", e.Step, strings.Repeat("━", full), p.paint.dim(strings.Repeat("─", width-full)), bytesText(e.Current), bytesText(e.Total), short(e.Name, 30))
	}
	p.drawn, p.at = len(p.active), p.now()
}

// short cuts a text, so that a bar keeps to its line.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
