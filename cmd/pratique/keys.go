package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/seal"
)

// keyInfo is a key of the key file as printed.
type keyInfo struct {
	ID      string     `json:"id"`
	State   string     `json:"state"` // seals, staged or opens
	Since   *time.Time `json:"since,omitempty"`
	Secrets int        `json:"secrets"` // stored secrets that it opens
	// TokensUntil is when the last token that it sealed has expired, if it is known when it stopped sealing.
	TokensUntil *time.Time `json:"tokensUntil,omitempty"`
}

// sealedSecrets are the engines that keep secrets sealed in the database.
type sealedSecrets []interface {
	SealedWith(ctx context.Context) (map[string]int, error)
	Rewrap(ctx context.Context) (int, error)
}

// SealedWith counts the stored secrets by the key they are sealed with.
func (s sealedSecrets) SealedWith(ctx context.Context) (map[string]int, error) {
	count := map[string]int{}
	for _, engine := range s {
		part, err := engine.SealedWith(ctx)
		if err != nil {
			return nil, err
		}
		for key, n := range part {
			count[key] += n
		}
	}
	return count, nil
}

// Rewrap seals all stored secrets with the key that seals now, as far as they can be opened, and returns how many it has
// changed.
func (s sealedSecrets) Rewrap(ctx context.Context) (changed int, err error) {
	for _, engine := range s {
		n, failed := engine.Rewrap(ctx)
		changed, err = changed+n, errors.Join(err, failed)
	}
	return changed, err
}

// The states of keys.
const (
	keySeals  = "seals"
	keyStaged = "staged"
	keyOpens  = "opens"
)

func (a *app) keys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "List, rotate and remove the keys that seal secrets and tokens",
		Long: `A server's key file holds the keys that seal what it stores and hands out: one
seals, all of them open. These commands work on the server's data, so they run
where the server runs, while it runs or not: it reads the file again when it has
changed.`,
	}
	cmd.AddCommand(a.keysList(), a.keysStage(), a.keysRotate(), a.keysRewrap(), a.keysPrune())
	return cmd
}

// keyCommand completes a command that works on the key file and the secrets sealed with it, and prints the keys when it is
// done.
func (a *app) keyCommand(cmd *cobra.Command, do func(ctx context.Context, file string, secrets sealedSecrets) (said string, err error)) *cobra.Command {
	var store storeFlags
	cmd.Args = cobra.NoArgs
	store.register(cmd.Flags())
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		file := store.keyFile()
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("there is no key file: %w", err)
		}
		return a.withData(ctx, store, func(db *meta.DB, box *seal.Box) error {
			secrets := sealedSecrets{
				iam.New(iam.Config{DB: db, Box: box, Now: a.now}),
				event.New(event.Config{DB: db, Box: box, Now: a.now}),
			}
			said, failed := do(ctx, file, secrets)
			infos, err := a.keyInfos(ctx, file, secrets)
			if err != nil {
				return errors.Join(failed, err)
			}
			if *out == outputJSON {
				return errors.Join(a.printJSON(infos), failed)
			}
			if said != "" {
				a.printf("%s\n\n", said)
			}
			for _, i := range infos {
				a.printf("%s  %-6s  %d stored secrets%s%s\n", i.ID, i.State, i.Secrets, onDay(", since ", i.Since), onDay(", tokens until ", i.TokensUntil))
			}
			return failed
		})
	}
	return cmd
}

func onDay(what string, t *time.Time) string {
	if t == nil {
		return ""
	}
	return what + t.UTC().Format("2006-01-02 15:04Z")
}

func (a *app) keyInfos(ctx context.Context, file string, secrets sealedSecrets) ([]keyInfo, error) {
	box, err := seal.OpenKeyFile(file)
	if err != nil {
		return nil, err
	}
	sealed, err := secrets.SealedWith(ctx)
	if err != nil {
		return nil, err
	}
	infos := []keyInfo{}
	var next time.Time // when the key after this one began to seal
	for n, k := range box.Keys() {
		i := keyInfo{ID: k.ID, State: keyOpens, Secrets: sealed[k.ID]}
		if !k.Since.IsZero() {
			i.Since = &k.Since
		}
		first := len(infos) == 0
		switch {
		case first:
			i.State = keySeals
		case infos[0].Since != nil && k.Since.After(*infos[0].Since):
			i.State = keyStaged
		case !next.IsZero():
			i.TokensUntil = new(next.Add(iam.MaxSession))
		}
		if n == 0 || i.State == keyOpens {
			next = k.Since
		}
		infos = append(infos, i)
	}
	return infos, nil
}

func (a *app) keysList() *cobra.Command {
	return a.keyCommand(&cobra.Command{
		Use:     "list",
		Short:   "List the keys and what they are needed for",
		Example: "  pratique keys list\n  pratique keys list --output json",
	}, func(context.Context, string, sealedSecrets) (string, error) { return "", nil })
}

func (a *app) keysStage() *cobra.Command {
	return a.keyCommand(&cobra.Command{
		Use:   "stage",
		Short: "Add a key that opens and does not seal yet",
		Long: `Stage adds a key that the next rotation will use. Where nodes have copies of the
key file, copy it to all of them before: a node cannot open what another has
sealed with a key that it does not have.`,
		Example: "  pratique keys stage",
	}, func(_ context.Context, file string, _ sealedSecrets) (string, error) {
		id, err := seal.Stage(file, a.now())
		return "Key " + id + " is staged: copy the key file to every node, then rotate.", err
	})
}

func (a *app) keysRotate() *cobra.Command {
	return a.keyCommand(&cobra.Command{
		Use:   "rotate",
		Short: "Seal with another key from now on, and what is stored anew",
		Long: `Rotate makes a new key, or the one that is staged, the one that seals, and seals
all stored secrets anew with it, while the server runs. Older keys stay for the
tokens that they sealed, which expire within 36 hours; prune removes them then.

When it is interrupted nothing is lost: run "pratique keys rewrap".`,
		Example: "  pratique keys rotate\n  pratique keys rotate --db postgres://pratique@db/pratique",
	}, func(ctx context.Context, file string, secrets sealedSecrets) (string, error) {
		id, err := seal.Rotate(file, a.now())
		if err != nil {
			return "", err
		}
		n, err := secrets.Rewrap(ctx)
		if err != nil {
			err = fmt.Errorf("key %s seals now, but not everything stored is sealed with it: run \"pratique keys rewrap\" again: %w", id, err)
		}
		return fmt.Sprintf("Key %s seals now; %d stored secrets are sealed with it anew.", id, n), err
	})
}

func (a *app) keysRewrap() *cobra.Command {
	return a.keyCommand(&cobra.Command{
		Use:     "rewrap",
		Short:   "Seal what is stored with the key that seals now",
		Long:    `Rewrap finishes a rotation that was interrupted, or one made by editing the key file.`,
		Example: "  pratique keys rewrap",
	}, func(ctx context.Context, _ string, secrets sealedSecrets) (string, error) {
		n, err := secrets.Rewrap(ctx)
		return fmt.Sprintf("%d stored secrets are sealed anew.", n), err
	})
}

func (a *app) keysPrune() *cobra.Command {
	return a.keyCommand(&cobra.Command{
		Use:   "prune",
		Short: "Remove keys that nothing needs any more",
		Long: `Prune removes keys that no stored secret is sealed with and whose tokens have all
expired. Where nodes have copies of the key file, the time counts from when the
last of them sealed with the key.`,
		Example: "  pratique keys prune",
	}, func(ctx context.Context, file string, secrets sealedSecrets) (string, error) {
		infos, err := a.keyInfos(ctx, file, secrets)
		if err != nil {
			return "", err
		}
		sealed, err := secrets.SealedWith(ctx)
		if err != nil {
			return "", err
		}
		// The wrong database would make every key look unneeded.
		if sealed[infos[0].ID] == 0 {
			return "", fmt.Errorf("no stored secret is sealed with key %s: is this the server's database? If it is, run \"pratique keys rewrap\" first", infos[0].ID)
		}
		for _, i := range infos {
			delete(sealed, i.ID)
		}
		if len(sealed) > 0 {
			return "", errors.New("there are stored secrets sealed with keys that are not in the key file: is this the server's database?")
		}
		var unneeded []string
		for _, i := range infos {
			if i.State == keyOpens && i.Secrets == 0 && i.TokensUntil != nil && a.now().After(*i.TokensUntil) {
				unneeded = append(unneeded, i.ID)
			}
		}
		if len(unneeded) == 0 {
			return "Every key is needed still.", nil
		}
		return "Removed: " + strings.Join(unneeded, ", ") + ".", seal.Remove(file, unneeded...)
	})
}
