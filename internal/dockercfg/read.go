package dockercfg

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrNoCredentials is returned by [Program.Get] when the helper has nothing for
// the host.
var ErrNoCredentials = errors.New("the helper has no credentials for this host")

const (
	// helperPrefix begins the file name of every credential helper.
	helperPrefix = "docker-credential-"
	// notFound is what helpers say instead of credentials, by their protocol.
	notFound = "credentials not found in native keychain"
	// maxSaid bounds what is repeated of a helper's complaint, in bytes.
	maxSaid = 300
)

// File is what a configuration file says about credentials.
type File struct {
	Auths       map[string]Auth   `json:"auths"`
	CredHelpers map[string]string `json:"credHelpers"`
	CredsStore  string            `json:"credsStore"`
}

// Auth is a login that the file itself holds.
type Auth struct {
	Auth          string `json:"auth"` // base64 of user:password
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

// Credentials are a user name and a password or token.
type Credentials struct{ Username, Secret string }

// Read reads a configuration file. Errors: fs.ErrNotExist among others.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read docker's configuration: %w", err)
	}
	f := new(File)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("read docker's configuration %s: %w", path, err)
	}
	return f, nil
}

// Helper names the credential helper for a host, without its prefix
// docker-credential-: its own, else the default store. It is empty where
// credentials are in the file.
func (f *File) Helper(host string) string {
	if h, ok := f.CredHelpers[host]; ok {
		return h
	}
	return f.CredsStore
}

// Login returns the credentials that the file itself holds for a host. Its
// keys may be URLs, as docker reads them.
func (f *File) Login(host string) (c Credentials, ok bool, err error) {
	auth, ok := f.Auths[host]
	for _, key := range slices.Sorted(maps.Keys(f.Auths)) {
		if !ok && hostOf(key) == host {
			auth, ok = f.Auths[key], true
		}
	}
	if !ok || auth == (Auth{}) {
		return Credentials{}, false, nil
	}
	c = Credentials{auth.Username, auth.Password}
	if auth.Auth != "" {
		text, err := base64.StdEncoding.DecodeString(auth.Auth)
		user, password, ok := strings.Cut(string(text), ":")
		if err != nil || !ok {
			return Credentials{}, true, fmt.Errorf("the login for %s is not base64 of user:password", host)
		}
		c = Credentials{user, strings.TrimRight(password, "\x00")}
	}
	return c, true, nil
}

// Hosts lists the hosts that the file has a login or a helper for, in order.
func (f *File) Hosts() []string {
	hosts := slices.Collect(maps.Keys(f.CredHelpers))
	for key := range f.Auths {
		hosts = append(hosts, hostOf(key))
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// hostOf is the host of a key of "auths", which older clients wrote as a URL.
func hostOf(key string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	host, _, _ := strings.Cut(key, "/")
	return host
}

// Program is an installed credential helper.
type Program struct{ path string }

// FindHelper looks for a helper, named without its prefix, in a list of
// directories as the environment variable PATH has it.
func FindHelper(helper, path string) (*Program, error) {
	name := helperPrefix + helper
	if filepath.Base(name) != name {
		return nil, fmt.Errorf("%q is not the name of a credential helper", helper)
	}
	for _, dir := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return &Program{found}, nil
		}
	}
	return nil, fmt.Errorf("%s is not in PATH", name)
}

// String returns where the program is.
func (p *Program) String() string { return p.path }

// Get asks for the credentials of a host. Errors: [ErrNoCredentials], and
// others with what the helper said.
func (p *Program) Get(ctx context.Context, host string) (Credentials, error) {
	out, err := p.run(ctx, "get", host)
	if err != nil {
		return Credentials{}, err
	}
	var c Credentials
	if err := json.Unmarshal(out, &c); err != nil {
		return Credentials{}, fmt.Errorf("%s get: the answer is not JSON", filepath.Base(p.path)) // the error would repeat of it
	}
	if c.Username == "" && c.Secret == "" {
		return Credentials{}, ErrNoCredentials
	}
	return c, nil
}

// Hosts lists the hosts that the helper has credentials for, in order.
func (p *Program) Hosts(ctx context.Context) ([]string, error) {
	out, err := p.run(ctx, "list", "")
	if err != nil {
		return nil, err
	}
	var users map[string]string
	if err := json.Unmarshal(out, &users); err != nil {
		return nil, fmt.Errorf("%s list: the answer is not JSON", filepath.Base(p.path))
	}
	var hosts []string
	for key := range users {
		hosts = append(hosts, hostOf(key))
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), nil
}

func (p *Program) run(ctx context.Context, verb, input string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.path, verb) //nolint:gosec // the program that docker would run
	cmd.WaitDelay = time.Second                   // for what it started and left behind
	cmd.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err == nil {
		return stdout.Bytes(), nil
	}
	said := strings.TrimSpace(stdout.String()) // where the protocol has errors
	if strings.Contains(said, notFound) {
		return nil, ErrNoCredentials
	}
	if said == "" {
		said = strings.TrimSpace(stderr.String())
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return nil, fmt.Errorf("%s %s: %w: %.*s", filepath.Base(p.path), verb, err, maxSaid, said)
}
