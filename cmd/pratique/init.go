package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/iam"
)

func (a *app) init() *cobra.Command {
	var store storeFlags
	var id, name, profile, region, url string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Prepare a server: first account, administrator, profile for the AWS CLI",
		Long: `Init creates a server's data directory with a first account and an administrator
in it. The administrator's access key goes into the AWS configuration under a
new profile, together with the server's URL, or is printed with --profile "".`,
		Example: `  pratique init
  pratique init --account 222222222222 --name images --profile images
  aws --profile pratique ecr create-repository --repository-name app`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	store.register(f)
	f.StringVar(&id, "account", "000000000000", "12-digit id of the account")
	f.StringVar(&name, "name", "default", "name of the account")
	f.StringVar(&profile, "profile", "pratique", `profile to add to the AWS configuration; "" prints the credentials instead`)
	f.StringVar(&region, "region", "us-east-1", "the profile's region")
	f.StringVar(&url, "url", "http://127.0.0.1:5000", "where the server will answer")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var files awsFiles
		if profile != "" {
			var err error
			if files, err = findAWSFiles(a.getenv); err != nil {
				return err
			}
			if err := files.check(profile); err != nil {
				return err
			}
		}
		var info accountInfo
		err := a.withIAM(cmd.Context(), store, func(engine *iam.IAM) (err error) {
			info, err = createAccount(cmd.Context(), engine, id, name)
			return err
		})
		if err != nil {
			return err
		}
		if profile != "" {
			err := files.add(profile, region, url, info.AccessKey)
			if err != nil {
				return fmt.Errorf("account %s is created, but its access key %s is not saved: %w", id, info.AccessKey.ID, err)
			}
			info.AccessKey.Secret = ""
		}
		if *out == outputJSON {
			return a.printJSON(struct {
				accountInfo
				Profile string `json:"profile,omitempty"`
				URL     string `json:"url"`
			}{info, profile, url})
		}
		a.printf("Account %s (%s) is created in %s.\n", info.ID, info.Name, store.data)
		if profile == "" {
			a.printf("\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_REGION=%s\nexport AWS_ENDPOINT_URL=%s\n",
				info.AccessKey.ID, info.AccessKey.Secret, region, url)
			return nil
		}
		a.printf("Its administrator's credentials are profile %s in %s.\n\nNext:\n", profile, files.credentials)
		a.printf("  pratique serve --data %s\n  aws --profile %s ecr create-repository --repository-name app\n", store.data, profile)
		return nil
	}
	return cmd
}

// awsFiles are the two files of the AWS configuration.
type awsFiles struct{ config, credentials string }

// findAWSFiles names the files as the AWS CLI does.
func findAWSFiles(getenv func(string) string) (awsFiles, error) {
	f := awsFiles{getenv("AWS_CONFIG_FILE"), getenv("AWS_SHARED_CREDENTIALS_FILE")}
	if f.config != "" && f.credentials != "" {
		return f, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return f, fmt.Errorf("find the AWS configuration: %w", err)
	}
	if f.config == "" {
		f.config = filepath.Join(home, ".aws", "config")
	}
	if f.credentials == "" {
		f.credentials = filepath.Join(home, ".aws", "credentials")
	}
	return f, nil
}

// check refuses a profile that is there already.
func (f awsFiles) check(profile string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9_.-]+$`).MatchString(profile) {
		return fmt.Errorf("%q cannot be the name of a profile", profile)
	}
	header := regexp.MustCompile(`(?m)^\s*\[\s*(?:profile\s+)?` + regexp.QuoteMeta(profile) + `\s*\]`)
	for _, name := range []string{f.config, f.credentials} {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read the AWS configuration: %w", err)
		}
		if header.Match(data) {
			return fmt.Errorf("%s has a profile %s already: choose another with --profile", name, profile)
		}
	}
	return nil
}

// add appends a profile to both files.
func (f awsFiles) add(profile, region, url string, key *accessKeyInfo) error {
	header := "profile " + profile
	if profile == "default" {
		header = profile
	}
	err := appendPrivate(f.credentials, fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, key.ID, key.Secret))
	if err != nil {
		return err
	}
	return appendPrivate(f.config, fmt.Sprintf("[%s]\nregion = %s\nendpoint_url = %s\n", header, region, url))
}

// appendPrivate appends a section to a file that only its owner may read.
func appendPrivate(name, section string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(data) > 0 {
		section = "\n" + section
		if !bytes.HasSuffix(data, []byte("\n")) {
			section = "\n" + section
		}
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(section)
	return errors.Join(err, file.Close())
}
