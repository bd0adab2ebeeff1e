package buildexec

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

// tailLines is how many lines of a program that failed an error has, and maxLine
// the bytes of a line that are kept.
const (
	tailLines = 20
	maxLine   = 4 << 10
)

// grace is how long a program has to end when asked, before it is killed.
const grace = 10 * time.Second

// job is one build: a private directory, its secrets, and the programs that run
// for it one after the other.
type job struct {
	Request
	dir  string // 0700
	hide redactor
	env  []string // added to the environment of programs
	out  func(string)
	tail []string // the last lines of the program that ran last
}

// begin makes the private directory of a build, with its secrets in it. The
// caller ends the job.
func begin(ctx context.Context, r Request, progress func(string)) (*job, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string) {}
	}
	if len(r.Tags) == 0 {
		return nil, errors.New("no reference to push the image to")
	}
	j := &job{Request: r, out: progress}
	for _, tag := range r.Tags {
		if _, err := name.NewTag(tag); err != nil {
			return nil, fmt.Errorf("%q is not a reference with a tag: %w", tag, err)
		}
	}
	var err error
	if j.Context, err = filepath.Abs(r.Context); err != nil {
		return nil, err
	}
	if j.Dockerfile == "" {
		j.Dockerfile = filepath.Join(j.Context, "Dockerfile")
	}
	if j.Dockerfile, err = filepath.Abs(j.Dockerfile); err != nil {
		return nil, err
	}
	if j.dir, err = os.MkdirTemp("", "pratique-build-"); err != nil {
		return nil, fmt.Errorf("make a directory for the build: %w", err)
	}
	if err := j.writeSecrets(); err != nil {
		j.end()
		return nil, err
	}
	return j, nil
}

// end removes the private directory.
func (j *job) end() { os.RemoveAll(j.dir) } // what is left of it, only root could remove

var secretID = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// secretFile is where a secret is while the build runs.
func (j *job) secretFile(id string) string { return filepath.Join(j.dir, "secret-"+id) }

func (j *job) writeSecrets() error {
	for _, s := range j.Secrets {
		if !secretID.MatchString(s.ID) {
			return fmt.Errorf("%q is not the id of a secret", s.ID)
		}
		data := s.Data
		if s.Source != "" {
			var err error
			if data, err = os.ReadFile(s.Source); err != nil {
				return fmt.Errorf("read secret %s: %w", s.ID, err)
			}
		}
		j.hide.add(secretWords(data)...)
		if err := os.WriteFile(j.secretFile(s.ID), data, 0o600); err != nil {
			return fmt.Errorf("keep secret %s for the build: %w", s.ID, err)
		}
	}
	return nil
}

// run runs a program to its end and passes on what it prints.
func (j *job) run(ctx context.Context, called string, args ...string) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // one of this package's programs
	cmd.Env = append(os.Environ(), j.env...)
	j.tail = nil
	out := &lines{tell: func(line string) {
		line = j.hide.apply(line)
		if j.tail = append(j.tail, line); len(j.tail) > tailLines {
			j.tail = j.tail[1:]
		}
		j.out(line)
	}}
	cmd.Stdout, cmd.Stderr = out, out
	group(cmd)
	cmd.WaitDelay = cmp.Or(j.grace, grace)
	err := cmd.Run()
	out.flush()
	if err == nil {
		return nil
	}
	endGroup(cmd)
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: %w", called, cause)
	}
	return &Error{Program: called, Tail: j.tail, Err: err}
}

// lines is a writer that passes on whole lines. Programs write their two outputs
// to it at once.
type lines struct {
	mu   sync.Mutex
	rest []byte
	tell func(string)
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range p {
		switch {
		case c == '\n' || c == '\r':
			l.pass()
		case len(l.rest) < maxLine:
			l.rest = append(l.rest, c)
		}
	}
	return len(p), nil
}

var _ io.Writer = (*lines)(nil)

func (l *lines) pass() {
	if line := string(bytes.TrimRight(l.rest, " \t")); line != "" {
		l.tell(line)
	}
	l.rest = l.rest[:0]
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pass()
}

// registries are the registries that a build speaks to, each once.
func (r Request) registries() ([]name.Registry, error) {
	seen := map[string]bool{}
	var all []name.Registry
	for _, ref := range append(r.Tags[:len(r.Tags):len(r.Tags)], r.Images...) {
		parsed, err := name.ParseReference(ref)
		if err != nil {
			return nil, fmt.Errorf("image %q: %w", ref, err)
		}
		if reg := parsed.Context().Registry; !seen[reg.RegistryStr()] {
			seen[reg.RegistryStr()] = true
			all = append(all, reg)
		}
	}
	return all, nil
}

// flags repeats a flag for each value.
func flags(flag string, values []buildplan.Arg) []string {
	var all []string
	for _, v := range values {
		all = append(all, flag, v.Name+"="+v.Value)
	}
	return all
}
