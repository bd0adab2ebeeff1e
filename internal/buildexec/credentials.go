package buildexec

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// entry is a registry's credentials in docker's configuration and in the file
// that buildah reads.
type entry struct {
	Auth          string `json:"auth,omitempty"`
	IdentityToken string `json:"identitytoken,omitempty"`
	RegistryToken string `json:"registrytoken,omitempty"`
}

// logins are the credentials of a build's registries. They are hidden in what
// the build prints.
func (j *job) logins(ctx context.Context) (map[string]entry, error) {
	registries, err := j.registries()
	if err != nil {
		return nil, err
	}
	all := map[string]entry{}
	for _, reg := range registries {
		if j.Keychain == nil {
			break
		}
		auth, err := authn.Resolve(ctx, j.Keychain, reg)
		if err != nil {
			return nil, fmt.Errorf("get credentials for %s: %w", reg, err)
		}
		config, err := authn.Authorization(ctx, auth)
		if err != nil {
			return nil, fmt.Errorf("get credentials for %s: %w", reg, err)
		}
		e := entry{Auth: config.Auth, IdentityToken: config.IdentityToken, RegistryToken: config.RegistryToken}
		if config.Username != "" || config.Password != "" {
			e.Auth = base64.StdEncoding.EncodeToString([]byte(config.Username + ":" + config.Password))
		}
		if e == (entry{}) {
			continue
		}
		j.hide.addLogin(config.Username, config.Password)
		j.hide.add(e.Auth, e.IdentityToken, e.RegistryToken)
		all[authKey(reg)] = e
	}
	return all, nil
}

// authKey is the name of a registry in a configuration file.
func authKey(r name.Registry) string {
	if r.RegistryStr() == name.DefaultRegistry {
		return authn.DefaultAuthKey
	}
	return r.RegistryStr()
}

// authFile writes the credentials for buildah.
func (j *job) authFile(ctx context.Context) (string, error) {
	logins, err := j.logins(ctx)
	if err != nil {
		return "", err
	}
	if e, ok := logins[authn.DefaultAuthKey]; ok {
		delete(logins, authn.DefaultAuthKey)
		logins["docker.io"] = e
	}
	return j.writeJSON("auth.json", map[string]any{"auths": logins})
}

// dockerConfig makes a directory for DOCKER_CONFIG: the user's own, but for the
// credentials, which are those of the build.
func (j *job) dockerConfig(ctx context.Context, getenv func(string) string) (string, error) {
	logins, err := j.logins(ctx)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(j.dir, "docker")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("write credentials for the build: %w", err)
	}
	config := map[string]json.RawMessage{}
	if own := ownDockerConfig(getenv); own != "" {
		if config, err = readDockerConfig(filepath.Join(own, "config.json")); err != nil {
			return "", err
		}
		if err := link(own, dir); err != nil {
			return "", fmt.Errorf("write credentials for the build: %w", err)
		}
	}
	for _, key := range []string{"auths", "credsStore", "credHelpers"} {
		delete(config, key)
	}
	if config["auths"], err = json.Marshal(logins); err != nil {
		return "", err
	}
	if _, err := j.writeJSON(filepath.Join("docker", "config.json"), config); err != nil {
		return "", err
	}
	return dir, nil
}

func (j *job) writeJSON(name string, v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	path := filepath.Join(j.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("write credentials for the build: %w", err)
	}
	return path, nil
}

// ownDockerConfig is the user's directory of docker's configuration; empty if
// there is no home.
func ownDockerConfig(getenv func(string) string) string {
	if dir := getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".docker")
	}
	return ""
}

func readDockerConfig(path string) (map[string]json.RawMessage, error) {
	config := map[string]json.RawMessage{}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil
	}
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, &config)
	}
	if err != nil {
		return nil, fmt.Errorf("read docker's configuration %s: %w", path, err)
	}
	return config, nil
}

// link shows the user's plugins, contexts and builders in another directory.
func link(own, dir string) error {
	entries, err := os.ReadDir(own)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if own, err = filepath.Abs(own); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "config.json" {
			continue
		}
		if err := os.Symlink(filepath.Join(own, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
