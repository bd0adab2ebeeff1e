package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// table prints a line as soon as it is known.
type table struct{ w io.Writer }

func newTable(w io.Writer) *table {
	t := &table{w}
	fmt.Fprintf(w, "%-46s %-12s %9s %8s %9s %9s %9s %10s  %s\n", "", "", "req/s", "MB/s", "p50", "p99", "CPU-s/GB", "CPU-s/1000", "")
	return t
}

func (t *table) add(r row, target *target, got result) {
	seconds := got.wall.Seconds()
	perGB, rate := "", ""
	if got.bytes > 1<<20*int64(got.requests)/10 {
		rate = fmt.Sprintf("%.0f", float64(got.bytes)/1e6/seconds)
		perGB = fmt.Sprintf("%.3f", got.cpu.Seconds()/(float64(got.bytes)/1e9))
	}
	fmt.Fprintf(t.w, "%-46s %-12s %9.0f %8s %9s %9s %9s %10.4f  %s\n", r.name, target.name,
		float64(got.requests)/seconds, rate, short(got.quantile(0.5)), short(got.quantile(0.99)), perGB,
		got.cpu.Seconds()/float64(got.requests)*1000, got.note)
}

func (t *table) failed(r row, target *target, err error) {
	why, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Fprintf(t.w, "%-46s %-12s failed: %s\n", r.name, target.name, why)
}

func (t *table) memory(target *target) {
	peak, err := target.peak()
	if err != nil {
		fmt.Fprintf(t.w, "%-46s %-12s %s\n", "peak memory", target.name, err)
		return
	}
	fmt.Fprintf(t.w, "%-46s %-12s %9.0f MiB\n", "peak memory over all of it", target.name, float64(peak)/(1<<20))
}

// short prints a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2fms", float64(d)/1e6)
	default:
		return fmt.Sprintf("%dµs", d.Microseconds())
	}
}
