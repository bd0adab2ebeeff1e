// Package dockercfg reads and writes registry credentials where docker, podman
// and their relatives look for them.
package dockercfg

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Path returns docker's configuration file: config.json below $DOCKER_CONFIG
// or ~/.docker.
func Path() (string, error) {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return filepath.Join(dir, "config.json"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find docker's configuration: %w", err)
	}
	return filepath.Join(home, ".docker", "config.json"), nil
}

// Store saves a registry's credentials as the configuration file at path says:
// with the credential helper that it names for the host, else in its default
// store, else in the file itself, which is created if need be. Everything else
// in the file stays. It returns where the credentials went.
func Store(ctx context.Context, path, host, username, password string) (where string, err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	config := map[string]json.RawMessage{}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("read docker's configuration: %w", err)
	default:
		if err := json.Unmarshal(data, &config); err != nil {
			return "", fmt.Errorf("read docker's configuration %s: %w", path, err)
		}
	}
	var file File
	if len(data) > 0 {
		if err := json.Unmarshal(data, &file); err != nil {
			return "", fmt.Errorf("read docker's configuration %s: %w", path, err)
		}
	}
	helper := file.Helper(host)
	if helper != "" {
		return helperPrefix + helper, runHelper(ctx, helper, host, username, password)
	}
	auths := map[string]json.RawMessage{}
	if raw, ok := config["auths"]; ok {
		if err := json.Unmarshal(raw, &auths); err != nil {
			return "", fmt.Errorf("read docker's configuration %s: auths: %w", path, err)
		}
	}
	entry := map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(username + ":" + password))}
	if auths[host], err = json.Marshal(entry); err != nil {
		return "", err
	}
	if config["auths"], err = json.Marshal(auths); err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(config, "", "\t")
	if err != nil {
		return "", err
	}
	if err := replace(path, append(out, '\n')); err != nil {
		return "", fmt.Errorf("write docker's configuration: %w", err)
	}
	return path, nil
}

// runHelper speaks the protocol of docker's credential helpers.
// https://github.com/docker/docker-credential-helpers
func runHelper(ctx context.Context, helper, host, username, password string) error {
	name := helperPrefix + helper
	in, err := json.Marshal(struct{ ServerURL, Username, Secret string }{host, username, password})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, name, "store")
	cmd.Stdin = bytes.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s store: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// replace writes a private file in one step.
func replace(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".config-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
