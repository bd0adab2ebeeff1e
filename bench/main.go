// Bench puts load on registries and prints what it took: requests and bytes per second, latencies, and the processor
// time and memory of the server. It starts a Pratique of its own, with a principal from another account who may do what
// each row needs through policies on both sides, and durable writes; beside it, in the same run, it measures any other
// registry that listens on this machine and asks nobody who they are.
//
//	go run ./bench                                       Pratique, and Go's http.ServeFile as a floor for reading
//	go run ./bench -peers zot=http://127.0.0.1:5001      another registry beside them
//	go run ./bench -rows 'manifest|blob' -time 5s
//
// Client and servers share the machine, so the processor time of the server is the steadiest figure, and ratios within
// one run say more than numbers of two.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	binary   string
	peers    string
	rows     string
	duration time.Duration
	rounds   int
	large    bool
	database string
	blobs    string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == serveFileCommand {
		if err := serveFile(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.binary, "binary", "", "the pratique to measure (default: build this one)")
	flag.StringVar(&o.peers, "peers", os.Getenv("PEERS"), "other registries, as name=url,…")
	flag.StringVar(&o.rows, "rows", "", "regular expression of the rows to measure (default all but the large ones)")
	flag.DurationVar(&o.duration, "time", 3*time.Second, "how long to measure each row on each registry")
	flag.IntVar(&o.rounds, "rounds", 1, "how often to measure each row; the best of them is printed")
	flag.BoolVar(&o.large, "large", false, "also the rows with 10,000 repositories and 100,000 images")
	flag.StringVar(&o.database, "db", "", "metadata database of Pratique (default SQLite)")
	flag.StringVar(&o.blobs, "blobs", "", "layer store of Pratique, s3://…; layers are then answered by redirects, which are not followed (default files)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures all rows on all targets and prints the table.
func run(ctx context.Context, o options) (err error) {
	filter, err := regexp.Compile(o.rows)
	if err != nil {
		return fmt.Errorf("-rows: %w", err)
	}
	dir, err := os.MkdirTemp("", "pratique-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	targets, err := startAll(ctx, dir, o)
	defer func() {
		for _, t := range targets {
			t.stop()
		}
	}()
	if err != nil {
		return err
	}
	t := newTable(os.Stdout)
	for _, r := range rows {
		if !filter.MatchString(r.name) || r.large && !o.large {
			continue
		}
		for _, target := range targets {
			if r.only != "" && !strings.Contains(r.only, target.kind) {
				continue
			}
			best, err := measureRow(ctx, r, target, o)
			if err != nil && target.kind == peer && ctx.Err() == nil {
				t.failed(r, target, err) // what another registry cannot do is no reason to measure no more
				continue
			}
			if err != nil {
				return fmt.Errorf("%s on %s: %w", r.name, target.name, err)
			}
			t.add(r, target, best)
		}
	}
	for _, target := range targets {
		t.memory(target)
	}
	return nil
}

// measureRow prepares a row on a target and returns the best of its rounds.
func measureRow(ctx context.Context, r row, t *target, o options) (best result, err error) {
	load, err := r.prepare(ctx, t)
	if err != nil {
		return result{}, fmt.Errorf("prepare: %w", err)
	}
	for i := range max(o.rounds, 1) {
		got, err := load.run(ctx, t, o.duration)
		if err != nil {
			return result{}, err
		}
		if i == 0 || got.wall.Seconds()/float64(got.requests) < best.wall.Seconds()/float64(best.requests) {
			best = got
		}
	}
	return best, nil
}
