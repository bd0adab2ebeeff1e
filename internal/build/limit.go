package build

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits bound what builds may take. Zero fields mean the defaults that their comments name.
type Limits struct {
	Queued           int           // builds of an account in a region that wait: 200
	QueuedPrincipal  int           // of them those of one user or role: 50
	Running          int           // builds of an account in a region that run at a time: 20
	RunningPrincipal int           // of them those of one user or role: 5
	Context          int64         // bytes of a build's files, compressed: 256 MiB
	Unpacked         int64         // the same, unpacked: 2 GiB
	Files            int           // number of files: 100,000
	Log              int64         // bytes of a build's log: 8 MiB
	Timeout          time.Duration // how long a worker may take: 1 h
	QueueTimeout     time.Duration // how long a build waits for a worker: 6 h
	Keep             time.Duration // how long a build is remembered once it has ended: 14 days
}

func (l Limits) withDefaults() Limits {
	l.Queued = cmp.Or(l.Queued, 200)
	l.QueuedPrincipal = cmp.Or(l.QueuedPrincipal, 50)
	l.Running = cmp.Or(l.Running, 20)
	l.RunningPrincipal = cmp.Or(l.RunningPrincipal, 5)
	l.Context = cmp.Or(l.Context, 256<<20)
	l.Unpacked = cmp.Or(l.Unpacked, 2<<30)
	l.Files = cmp.Or(l.Files, 100_000)
	l.Log = cmp.Or(l.Log, 8<<20)
	l.Timeout = cmp.Or(l.Timeout, time.Hour)
	l.QueueTimeout = cmp.Or(l.QueueTimeout, 6*time.Hour)
	l.Keep = cmp.Or(l.Keep, 14*24*time.Hour)
	return l
}

// Set changes one limit, as "name=value" with a number or a duration: the form in which configurations have it.
func (l *Limits) Set(s string) error {
	name, value, _ := strings.Cut(s, "=")
	numbers := map[string]func(int64){
		"queued":                func(n int64) { l.Queued = int(n) },
		"queued-per-principal":  func(n int64) { l.QueuedPrincipal = int(n) },
		"running":               func(n int64) { l.Running = int(n) },
		"running-per-principal": func(n int64) { l.RunningPrincipal = int(n) },
		"context-bytes":         func(n int64) { l.Context = n },
		"unpacked-bytes":        func(n int64) { l.Unpacked = n },
		"files":                 func(n int64) { l.Files = int(n) },
		"log-bytes":             func(n int64) { l.Log = n },
	}
	durations := map[string]*time.Duration{"timeout": &l.Timeout, "queue-timeout": &l.QueueTimeout, "keep": &l.Keep}
	if set := numbers[name]; set != nil {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number of at least 1", value)
		}
		set(n)
		return nil
	}
	if at := durations[name]; at != nil {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is not a duration, such as 90m", value)
		}
		*at = d
		return nil
	}
	names := slices.Sorted(maps.Keys(numbers))
	names = append(names, slices.Sorted(maps.Keys(durations))...)
	return fmt.Errorf("%q is not one of %s", name, strings.Join(names, ", "))
}

// Validate reports what is wrong with limits.
func (l Limits) Validate() error {
	if l.Queued < 0 || l.QueuedPrincipal < 0 || l.Running < 0 || l.RunningPrincipal < 0 || l.Context < 0 || l.Unpacked < 0 || l.Files < 0 || l.Log < 0 ||
		l.Timeout < 0 || l.QueueTimeout < 0 || l.Keep < 0 {
		return errors.New("limits of builds cannot be negative")
	}
	if l = l.withDefaults(); l.QueueTimeout+l.Timeout > lifetime {
		return fmt.Errorf("builds end within %v: waiting for %v and running for %v are too long", lifetime, l.QueueTimeout, l.Timeout)
	}
	return nil
}
