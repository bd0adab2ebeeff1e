package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
)

// dumpPostgres copies the PostgreSQL database at a URL, as of one moment, to a
// new file for pg_restore, durably.
func dumpPostgres(ctx context.Context, rawURL, file string) error {
	at, err := url.Parse(rawURL)
	if err != nil {
		return errors.New("run pg_dump: the URL of the database cannot be read")
	}
	// Others can see the command line.
	env, query := os.Environ(), at.Query()
	if query.Has("sslpassword") {
		return errors.New("run pg_dump: it has no way to be told sslpassword in secret; use a key without one")
	}
	password, ok := at.User.Password()
	if ok {
		at.User = url.User(at.User.Username())
	}
	if query.Has("password") { // it counts for more
		password, ok = query.Get("password"), true
		query.Del("password")
		at.RawQuery = query.Encode()
	}
	if ok {
		env = append(env, "PGPASSWORD="+password)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // pg_dump would let others read it
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "pg_dump", "--format=custom", "--no-password", "--file="+file, "--dbname="+at.String())
	var said bytes.Buffer
	cmd.Env, cmd.Stderr = env, &said
	if err = cmd.Run(); err != nil {
		err = fmt.Errorf("run pg_dump: %w\n%s", err, bytes.TrimSpace(said.Bytes()))
	} else {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
