package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/internal/server"
)

// withIAM opens the IAM engine on a server's data, whether the server runs or
// not, and creates the data if need be.
func (a *app) withIAM(ctx context.Context, store storeFlags, do func(*iam.IAM) error) error {
	return a.withData(ctx, store, func(db *meta.DB, box *seal.Box) error {
		return do(iam.New(iam.Config{DB: db, Box: box, Now: a.now}))
	})
}

// withData opens a server's database and key file as withIAM does.
func (a *app) withData(ctx context.Context, store storeFlags, do func(*meta.DB, *seal.Box) error) (err error) {
	dir, err := filepath.Abs(store.data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	box, err := seal.OpenKeyFile(store.keyFile())
	if err != nil {
		return err
	}
	url := store.db
	if url == "" {
		url = server.DefaultDatabase(dir)
	}
	db, err := meta.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db, box)
}

// accountInfo is an account as printed, with the secret of a new key.
type accountInfo struct {
	ID        string         `json:"id"`
	Name      string         `json:"name,omitempty"`
	Created   time.Time      `json:"created"`
	AccessKey *accessKeyInfo `json:"accessKey,omitempty"`
}

type accessKeyInfo struct {
	User   string `json:"user"`
	ID     string `json:"accessKeyId"`
	Secret string `json:"secretAccessKey"`
}

func (a *app) account() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Create, list and describe the accounts of a server",
		Long: `Accounts own registries and principals; one server holds many. These commands
work on the server's data, so they run where the server runs. What is inside of
an account is made through the IAM API, with the AWS CLI for example.`,
	}
	cmd.AddCommand(a.accountCreate(), a.accountList(), a.accountDescribe())
	return cmd
}

func (a *app) accountCreate() *cobra.Command {
	var store storeFlags
	var name string
	cmd := &cobra.Command{
		Use:   "create <12-digit id>",
		Short: "Create an account with an administrator and print its access key",
		Long: `Create makes an account and in it a user with the AdministratorAccess policy, and
prints the user's access key. The secret is shown this once.`,
		Example: `  pratique account create 222222222222 --name images
  pratique account create 111111111111 --name "data plane" --output json`,
		Args: cobra.ExactArgs(1),
	}
	store.register(cmd.Flags())
	cmd.Flags().StringVar(&name, "name", "", "name of the account")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var info accountInfo
		err := a.withIAM(cmd.Context(), store, func(engine *iam.IAM) (err error) {
			info, err = createAccount(cmd.Context(), engine, args[0], name)
			return err
		})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(info)
		}
		a.printf("Account %s is created. Credentials of its user %s:\n\n", info.ID, info.AccessKey.User)
		a.printf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", info.AccessKey.ID, info.AccessKey.Secret)
		return nil
	}
	return cmd
}

// adminUser is the first user of an account. It is a user rather than the root
// user because root users cannot assume roles.
const adminUser = "admin"

// createAccount makes an account with an administrator and an access key.
func createAccount(ctx context.Context, engine *iam.IAM, id, name string) (accountInfo, error) {
	account, err := engine.CreateAccount(ctx, id, name)
	if err != nil {
		return accountInfo{}, err
	}
	if _, err := engine.CreateUser(ctx, id, iam.NewUser{Name: adminUser}); err != nil {
		return accountInfo{}, err
	}
	if err := engine.AttachPolicy(ctx, id, iam.Entity{Kind: iam.EntityUser, Name: adminUser}, "arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		return accountInfo{}, err
	}
	key, err := engine.CreateAccessKey(ctx, id, adminUser)
	if err != nil {
		return accountInfo{}, err
	}
	return accountInfo{
		ID: account.ID, Name: account.Name, Created: account.Created,
		AccessKey: &accessKeyInfo{User: adminUser, ID: key.ID, Secret: key.Secret.Reveal()},
	}, nil
}

func (a *app) accountList() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the accounts",
		Example: "  pratique account list\n  pratique account list --output json",
		Args:    cobra.NoArgs,
	}
	store.register(cmd.Flags())
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		infos := []accountInfo{}
		err := a.withIAM(cmd.Context(), store, func(engine *iam.IAM) error {
			accounts, err := engine.Accounts(cmd.Context())
			for _, acc := range accounts {
				infos = append(infos, accountInfo{ID: acc.ID, Name: acc.Name, Created: acc.Created})
			}
			return err
		})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(infos)
		}
		for _, i := range infos {
			a.printf("%s  %s  %s\n", i.ID, i.Created.UTC().Format(time.DateOnly), i.Name)
		}
		if len(infos) == 0 {
			a.printf("There is no account yet: \"pratique init\" makes one.\n")
		}
		return nil
	}
	return cmd
}

// accountDescription is an account as described.
type accountDescription struct {
	accountInfo

	Alias            string `json:"alias,omitempty"`
	Users            int32  `json:"users"`
	Groups           int32  `json:"groups"`
	Roles            int32  `json:"roles"`
	Policies         int32  `json:"policies"`
	InstanceProfiles int32  `json:"instanceProfiles"`
	Providers        int32  `json:"openIDConnectProviders"`
	RootAccessKeys   bool   `json:"rootAccessKeys"`
	Organization     string `json:"organization,omitempty"`     // o-…
	OrganizationPath string `json:"organizationPath,omitempty"` // o-…/r-…/ou-…/
	Management       bool   `json:"managementAccount,omitempty"`
}

func (a *app) accountDescribe() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:   "describe <12-digit id>",
		Short: "Show an account, what is in it, and its place in an organization",
		Example: `  pratique account describe 222222222222
  pratique account describe 222222222222 --output json`,
		Args: cobra.ExactArgs(1),
	}
	store.register(cmd.Flags())
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var d accountDescription
		err := a.withData(cmd.Context(), store, func(db *meta.DB, box *seal.Box) (err error) {
			engine, organizations := iam.New(iam.Config{DB: db, Box: box, Now: a.now}), org.New(org.Config{DB: db, Now: a.now})
			d, err = describeAccount(cmd.Context(), engine, organizations, args[0])
			return err
		})
		if err != nil {
			return err
		}
		if *out == outputJSON {
			return a.printJSON(d)
		}
		a.printf("Account %s %s, created %s\n", d.ID, d.Name, d.Created.UTC().Format(time.DateOnly))
		if d.Alias != "" {
			a.printf("  alias         %s\n", d.Alias)
		}
		a.printf("  principals    %d users, %d groups, %d roles\n", d.Users, d.Groups, d.Roles)
		a.printf("  policies      %d\n", d.Policies)
		a.printf("  root user     %s\n", map[bool]string{true: "has access keys", false: "has no access key"}[d.RootAccessKeys])
		if d.Organization != "" {
			a.printf("  organization  %s%s\n", d.OrganizationPath, map[bool]string{true: ", which it manages"}[d.Management])
		}
		return nil
	}
	return cmd
}

func describeAccount(ctx context.Context, engine *iam.IAM, organizations *org.Org, id string) (accountDescription, error) {
	account, err := engine.Account(ctx, id)
	if err != nil {
		return accountDescription{}, err
	}
	n, err := engine.Summary(ctx, id)
	if err != nil {
		return accountDescription{}, err
	}
	place, err := organizations.Chain(ctx, id)
	if err != nil {
		return accountDescription{}, err
	}
	d := accountDescription{
		accountInfo: accountInfo{ID: account.ID, Name: account.Name, Created: account.Created}, Alias: account.Alias,
		Users: n["Users"], Groups: n["Groups"], Roles: n["Roles"], Policies: n["Policies"], InstanceProfiles: n["InstanceProfiles"],
		Providers: n["Providers"], RootAccessKeys: n["AccountAccessKeysPresent"] > 0,
	}
	if place != nil {
		d.Organization, d.OrganizationPath, d.Management = place.Organization, place.Path, place.Management
	}
	return d, nil
}
