package blackbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// commandTimeout is far above what any command of a test takes.
const commandTimeout = 3 * time.Minute

// Command prepares a program with an environment of its own: nothing of the
// user's credentials, configuration or proxies reaches it. The home is a
// folder that goes with the test.
func Command(t testing.TB, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"LANG=C.UTF-8",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_PAGER=",
	}, env...)
	cmd.WaitDelay = time.Second
	return cmd
}

// Try runs a program and returns its standard output, and as an error what it
// said on standard error when it failed.
func Try(t testing.TB, env []string, stdin string, name string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := Command(t, env, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	timer := time.AfterFunc(commandTimeout, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(name), strings.Join(args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// Run is Try for a program that must succeed.
func Run(t testing.TB, env []string, name string, args ...string) []byte {
	t.Helper()
	out, err := Try(t, env, "", name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Env is what makes an AWS client sign with the credentials and talk to the
// server.
func (s *Server) Env(c Credentials) []string {
	env := []string{
		"AWS_ENDPOINT_URL=" + s.URL,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + c.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
	}
	if c.SessionToken != "" {
		env = append(env, "AWS_SESSION_TOKEN="+c.SessionToken)
	}
	return env
}

// Profiles writes an AWS configuration with a profile for each of the
// credentials, and returns the environment that makes an AWS client use it and
// talk to the endpoint.
func Profiles(t testing.TB, endpoint string, profiles map[string]Credentials) []string {
	t.Helper()
	dir := t.TempDir()
	var config, credentials strings.Builder
	for profile, c := range profiles {
		fmt.Fprintf(&config, "[profile %s]\nregion = %s\nendpoint_url = %s\n", profile, Region, endpoint)
		fmt.Fprintf(&credentials, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, c.AccessKeyID, c.SecretAccessKey)
		if c.SessionToken != "" {
			fmt.Fprintf(&credentials, "aws_session_token = %s\n", c.SessionToken)
		}
	}
	WriteFile(t, filepath.Join(dir, "config"), config.String())
	WriteFile(t, filepath.Join(dir, "credentials"), credentials.String())
	return []string{
		"AWS_CONFIG_FILE=" + filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(dir, "credentials"),
		"AWS_ENDPOINT_URL=" + endpoint,
	}
}

// AWS runs the AWS CLI, which must succeed, and decodes what it prints into
// out, unless that is nil.
func (s *Server) AWS(t testing.TB, c Credentials, out any, args ...string) {
	t.Helper()
	b := Run(t, s.Env(c), "aws", append([]string{"--output", "json"}, args...)...)
	if out == nil {
		return
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, b)
	}
}

// Password is what aws ecr get-login-password prints.
func (s *Server) Password(t testing.TB, c Credentials) string {
	t.Helper()
	return strings.TrimSpace(string(Run(t, s.Env(c), "aws", "ecr", "get-login-password")))
}

// AssumeRole returns a session of the role, as the AWS CLI gets it.
func (s *Server) AssumeRole(t testing.TB, c Credentials, role, session string) Credentials {
	t.Helper()
	var out struct {
		Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	}
	s.AWS(t, c, &out, "sts", "assume-role", "--role-arn", role, "--role-session-name", session)
	return Credentials(out.Credentials)
}
