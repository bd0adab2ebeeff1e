package pylock

import (
	"context"
	"errors"
	"net/http"

	"github.com/pratique-dev/pratique/internal/python"
)

// Input is what a user wrote about packages.
type Input struct {
	Packages       []string // requirement lines
	Requirements   string   // path of a file: requirements, pyproject.toml or a lock; "" for none
	Dir            string   // where relative paths start
	IndexURL       string   // "": what environment and configuration say
	ExtraIndexURLs []string
	ExtraArgs      string // options of pip and uv as one command line; nothing in it is expanded
}

// Resolver makes locks and fetches wheels. Its methods may be called
// concurrently.
type Resolver struct {
	UV      string                      // the program; "": $PRATIQUE_UV, else uv in PATH
	Cache   string                      // directory for wheels; Fetch needs it
	HTTP    *http.Client                // nil: http.DefaultClient
	Getenv  func(string) (string, bool) // nil: os.LookupEnv
	Root    string                      // "": any local file may be read; else those below it only, for inputs of others
	Offline bool                        // what is not there already is an error
}

// Resolve makes the lock of an input for a target.
func (r *Resolver) Resolve(ctx context.Context, in Input, t python.Target) (*Lock, error) {
	return nil, errors.New("not implemented")
}

// Fetch returns the path of a wheel in the cache, which it gets and verifies
// before where it is not there yet. The file must not be changed.
func (r *Resolver) Fetch(ctx context.Context, d Distribution) (string, error) {
	return "", errors.New("not implemented")
}

// FetchAll fetches several wheels at once, and returns their paths in order.
func (r *Resolver) FetchAll(ctx context.Context, ds []Distribution) ([]string, error) {
	return nil, errors.New("not implemented")
}
