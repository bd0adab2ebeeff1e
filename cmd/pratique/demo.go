package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/server"
)

// The cast of the demo, named as in the guide of the platform.
const (
	planeAccount = "111111111111"
	ownerAccount = "222222222222"
	demoRegion   = "us-east-1"
	demoOrg      = "acme"
	nodeRole     = "unionai-" + demoOrg + "-flyteworker-node-group"
	nodeSession  = "i-0abc1234def567890"
	demoImage    = "simple-example-image"
	demoTag      = "v1"
	planeProfile = "data-plane"
	ownerProfile = "images"
)

func (a *app) demo() *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole story on a throwaway server",
		Long: `Demo starts a server on a free port with its data in a temporary directory and
plays what Pratique is for: an image is pushed in one account, a node of another
account is denied with ECR's own words, the reason is explained, one command
grants the pull, the node pulls and runs the image, and the grant is taken back.

Everything is real: signed API requests, real tokens, real layers over HTTP.
Nothing else is needed, no container runtime either, and nothing is left behind.`,
		Example: `  pratique demo
  pratique demo --keep        # leave the server running, to try things by hand
  pratique demo --output json`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the server running at the end, until interrupted")
	out := outputFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return (&demo{app: a, output: *out, keep: keep}).run(cmd.Context())
	}
	return cmd
}

// demo is one performance.
type demo struct {
	app    *app
	output output
	keep   bool

	dir    string
	files  awsFiles
	url    string
	stop   func() error
	plane  aws.Config // administrator of the data plane's account
	owner  aws.Config // administrator of the images' account
	host   string     // registry of the images' account
	image  v1.Image
	layers []*fileLayer
	node   authn.Authenticator // the node's token
	denied denial
	pulled v1.Image

	steps []*demoStep
}

// demoStep is one step as told.
type demoStep struct {
	Title    string         `json:"title"`
	Millis   int64          `json:"milliseconds"`
	Facts    map[string]any `json:"facts,omitempty"`
	Commands []string       `json:"commands,omitempty"`

	text bytes.Buffer
}

// say adds a line for a person.
func (s *demoStep) say(format string, args ...any) { fmt.Fprintf(&s.text, format+"\n", args...) }

// fact adds a value for a program.
func (s *demoStep) fact(name string, value any) { s.Facts[name] = value }

// byHand adds a command that does the same.
func (s *demoStep) byHand(format string, args ...any) {
	s.Commands = append(s.Commands, fmt.Sprintf(format, args...))
}

// denial is the answer to a pull that was refused.
type denial struct{ message, decision string }

func (d *demo) run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() { err = errors.Join(err, d.cleanUp()) }()
	begin := d.app.now()
	for i, step := range []struct {
		title string
		do    func(context.Context, *demoStep) error
	}{
		{"Start a server with two accounts", d.start},
		{"Give the data plane's nodes their role", d.makeRole},
		{"Create a private repository in the other account", d.createRepository},
		{"Push an image: this binary, its documentation, a configuration", d.push},
		{"A node pulls it: denied", d.pullDenied},
		{"Ask why", d.explain},
		{"Grant the pull, in one command", d.grant},
		{"The node pulls again, byte for byte, and runs what it got", d.pull},
		{"Take the grant back: the same token is denied at once", d.revoke},
	} {
		s := &demoStep{Title: step.title, Facts: map[string]any{}}
		d.steps = append(d.steps, s)
		d.begin(i+1, s)
		from := d.app.now()
		err := step.do(ctx, s)
		s.Millis = d.app.now().Sub(from).Milliseconds()
		d.end(s)
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, strings.ToLower(step.title[:1])+step.title[1:], err)
		}
	}
	if err := d.finish(d.app.now().Sub(begin)); err != nil || !d.keep {
		return err
	}
	<-ctx.Done()
	return nil
}

// begin prints a step's title while it runs.
func (d *demo) begin(n int, s *demoStep) {
	if d.output == outputText {
		d.app.printf("%s %s", d.app.paint.cyan(fmt.Sprintf("%d.", n)), d.app.paint.bold(s.Title))
	}
}

// end prints what came of it.
func (d *demo) end(s *demoStep) {
	if d.output != outputText {
		return
	}
	p := d.app.paint
	d.app.printf("  %s\n", p.dim(fmt.Sprintf("%.2f s", float64(s.Millis)/1000)))
	if s.text.Len() > 0 {
		d.app.printf("%s", indent(s.text.String(), "   "))
	}
	for _, c := range s.Commands {
		d.app.printf("   %s\n", p.dim("$ "+c))
	}
	d.app.printf("\n")
}

func (d *demo) finish(took time.Duration) error {
	if d.output == outputJSON {
		return d.app.printJSON(struct {
			OK      bool        `json:"ok"`
			Millis  int64       `json:"milliseconds"`
			URL     string      `json:"url"`
			DataDir string      `json:"dataDir,omitempty"`
			Steps   []*demoStep `json:"steps"`
		}{true, took.Milliseconds(), d.url, d.keptDir(), d.steps})
	}
	d.app.printf("%s in %.1f s. The lines with $ do the same by hand.\n", d.app.paint.green("Done"), took.Seconds())
	if d.keep {
		d.app.printf("\nThe server keeps running at %s until you interrupt it. To go on by hand:\n", d.url)
		d.app.printf("  export AWS_CONFIG_FILE=%s AWS_SHARED_CREDENTIALS_FILE=%s\n", d.files.config, d.files.credentials)
	}
	return nil
}

func (d *demo) keptDir() string {
	if d.keep {
		return d.dir
	}
	return ""
}

// cleanUp stops the server and removes its data.
func (d *demo) cleanUp() error {
	var errs []error
	if d.stop != nil {
		errs = append(errs, d.stop())
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}

func (d *demo) start(ctx context.Context, s *demoStep) error {
	var err error
	if d.dir, err = os.MkdirTemp("", "pratique-demo-"); err != nil {
		return err
	}
	data := filepath.Join(d.dir, "data")
	srv, err := server.New(ctx, server.Config{
		DataDir: data, Listen: "127.0.0.1:0", Domains: []string{"localhost"},
		DefaultAccount: ownerAccount, DefaultRegion: demoRegion, DrainTimeout: 5 * time.Second, Now: d.app.now,
	})
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- srv.Serve(serving) }()
	d.stop = func() error { stop(); return <-done }
	d.url = srv.URL()
	_, port := endpoint.SplitPort(srv.Addr())
	owned := endpoint.Registry{Account: ownerAccount, Region: demoRegion, Domain: "localhost", Port: port}
	d.host = owned.Host()

	d.files = awsFiles{filepath.Join(d.dir, "aws-config"), filepath.Join(d.dir, "aws-credentials")}
	for _, account := range []struct {
		id, name, profile string
		cfg               *aws.Config
	}{
		{planeAccount, "Union data plane, organization " + demoOrg, planeProfile, &d.plane},
		{ownerAccount, "owner of the images", ownerProfile, &d.owner},
	} {
		info, err := createAccount(ctx, srv.IAM(), account.id, account.name)
		if err != nil {
			return err
		}
		if err := d.files.add(account.profile, demoRegion, d.url, info.AccessKey); err != nil {
			return err
		}
		if *account.cfg, err = d.commands(io.Discard).awsConfig(ctx, new(awsFlags), account.profile, owned); err != nil {
			return err
		}
		s.say("%s  %s (profile %s)", account.id, account.name, account.profile)
		s.byHand("pratique init --data %s --account %s --profile %s --url %s", data, account.id, account.profile, d.url)
	}
	s.byHand("pratique serve --data %s --listen %s --domain localhost", data, srv.Addr())
	s.say("%s, data in %s", d.url, data)
	s.fact("url", d.url)
	return nil
}

// commands is this program, run by the demo with its own AWS configuration.
func (d *demo) commands(stdout io.Writer) *app {
	sub := *d.app
	sub.stdout, sub.awsFiles, sub.endpoint = stdout, d.files, d.url
	return &sub
}

func (d *demo) makeRole(ctx context.Context, s *demoStep) error {
	// On AWS ec2.amazonaws.com assumes the role for its nodes; here the account does.
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}]}`, arn.Root(planeAccount))
	api := iam.NewFromConfig(d.plane)
	out, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(nodeRole), AssumeRolePolicyDocument: &trust})
	if err != nil {
		return err
	}
	readOnly := "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
	if _, err := api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: &readOnly}); err != nil {
		return err
	}
	s.say("%s", aws.ToString(out.Role.Arn))
	s.say("carries AmazonEC2ContainerRegistryReadOnly, so its own side allows every pull")
	s.fact("role", aws.ToString(out.Role.Arn))
	s.byHand("aws --profile %s iam create-role --role-name %s --assume-role-policy-document '%s'", planeProfile, nodeRole, trust)
	s.byHand("aws --profile %s iam attach-role-policy --role-name %s --policy-arn %s", planeProfile, nodeRole, readOnly)
	return nil
}

func (d *demo) createRepository(ctx context.Context, s *demoStep) error {
	out, err := ecr.NewFromConfig(d.owner).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String(demoImage)})
	if err != nil {
		return err
	}
	s.say("%s", aws.ToString(out.Repository.RepositoryUri))
	s.fact("repositoryUri", aws.ToString(out.Repository.RepositoryUri))
	s.byHand("aws --profile %s ecr create-repository --repository-name %s", ownerProfile, demoImage)
	return nil
}

func (d *demo) push(ctx context.Context, s *demoStep) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	var docs bytes.Buffer
	writeReference(&docs, d.app.root())
	for _, f := range []imageFile{
		{"usr/local/bin/pratique", 0o755, binary},
		{"usr/local/share/doc/pratique/commands.md", 0o644, docs.Bytes()},
		{"etc/pratique/aws-config", 0o644, fmt.Appendf(nil, "[default]\nregion = %s\nendpoint_url = %s\n", demoRegion, d.url)},
	} {
		layer, err := newLayer(f)
		if err != nil {
			return err
		}
		d.layers = append(d.layers, layer)
		s.say("%9s  /%s", size(len(layer.compressed)), f.name)
	}
	d.image, err = newImage(v1.Config{Entrypoint: []string{"/usr/local/bin/pratique"}, Env: []string{"AWS_CONFIG_FILE=/etc/pratique/aws-config"}}, d.layers...)
	if err != nil {
		return err
	}
	login, err := token(ctx, d.owner)
	if err != nil {
		return err
	}
	ref, err := d.ref()
	if err != nil {
		return err
	}
	if err := remote.Write(ref, d.image, d.remote(ctx, login, nil)...); err != nil {
		return err
	}
	digest, err := d.image.Digest()
	if err != nil {
		return err
	}
	s.say("pushed as %s", ref)
	s.say("digest    %s", digest)
	s.fact("image", ref.String())
	s.fact("digest", digest.String())
	s.fact("layers", len(d.layers))
	s.byHand("pratique login %s --profile %s && docker push %s", d.host, ownerProfile, ref)
	return nil
}

func (d *demo) pullDenied(ctx context.Context, s *demoStep) error {
	role := arn.IAM(planeAccount, "role", "/", nodeRole)
	out, err := sts.NewFromConfig(d.plane).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String(nodeSession)})
	if err != nil {
		return err
	}
	cfg := d.plane.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(
		aws.ToString(out.Credentials.AccessKeyId), aws.ToString(out.Credentials.SecretAccessKey), aws.ToString(out.Credentials.SessionToken))
	if d.node, err = token(ctx, cfg); err != nil {
		return err
	}
	s.say("node %s", aws.ToString(out.AssumedRoleUser.Arn))
	s.say("has a token of its own account %s, and asks for the manifest:", planeAccount)
	if d.denied, err = d.expectDenial(ctx); err != nil {
		return err
	}
	s.say("%s %s", d.app.paint.red("denied:"), d.denied.message)
	s.say("decision %s", d.denied.decision)
	s.fact("message", d.denied.message)
	s.fact("decisionId", d.denied.decision)
	s.byHand("aws --profile %s sts assume-role --role-arn %s --role-session-name %s", planeProfile, role, nodeSession)
	s.byHand("docker pull %s/%s:%s   # logged in with the session's token", d.host, demoImage, demoTag)
	return nil
}

// expectDenial pulls as the node and fails unless that is denied.
func (d *demo) expectDenial(ctx context.Context) (denial, error) {
	ref, err := d.ref()
	if err != nil {
		return denial{}, err
	}
	seen := new(lastHeader)
	_, err = remote.Get(ref, d.remote(ctx, d.node, seen)...)
	var refused *transport.Error
	switch {
	case err == nil:
		return denial{}, errors.New("the pull was allowed")
	case !errors.As(err, &refused) || refused.StatusCode != http.StatusForbidden || len(refused.Errors) == 0:
		return denial{}, fmt.Errorf("the pull was not denied but failed: %w", err)
	}
	return denial{refused.Errors[0].Message, seen.get("X-Pratique-Decision-Id")}, nil
}

func (d *demo) explain(ctx context.Context, s *demoStep) error {
	session := arn.AssumedRole(planeAccount, nodeRole, nodeSession)
	args := []string{
		"explain", "--as", session, "pull", d.host + "/" + demoImage + ":" + demoTag,
		"--profile", planeProfile, "--owner-profile", ownerProfile,
	}
	if code := d.commands(&s.text).run(ctx, args); code != notAllowed {
		return fmt.Errorf("explain ended with status %d", code)
	}
	recorded := []string{"explain", d.denied.decision, "--data", filepath.Join(d.dir, "data")}
	if code := d.commands(io.Discard).run(ctx, recorded); code != notAllowed {
		return fmt.Errorf("explain of the recorded decision ended with status %d", code)
	}
	s.byHand("pratique %s", strings.Join(args, " "))
	s.byHand("pratique %s", strings.Join(recorded, " "))
	return nil
}

func (d *demo) grant(ctx context.Context, s *demoStep) error {
	return d.platformCommand(ctx, s, "grant")
}

func (d *demo) platformCommand(ctx context.Context, s *demoStep, verb string) error {
	args := []string{
		verb, "union", "--org", demoOrg, "--repository", d.host + "/" + demoImage,
		"--profile", planeProfile, "--owner-profile", ownerProfile,
	}
	if code := d.commands(&s.text).run(ctx, args); code != 0 {
		return fmt.Errorf("%s ended with status %d", verb, code)
	}
	s.byHand("pratique %s", strings.Join(args, " "))
	return nil
}

func (d *demo) pull(ctx context.Context, s *demoStep) error {
	ref, err := d.ref()
	if err != nil {
		return err
	}
	if d.pulled, err = remote.Image(ref, d.remote(ctx, d.node, nil)...); err != nil {
		return err
	}
	if err := sameManifest(d.image, d.pulled); err != nil {
		return err
	}
	root := filepath.Join(d.dir, "node")
	if err := os.Mkdir(root, 0o700); err != nil {
		return err
	}
	layers, err := d.pulled.Layers()
	if err != nil {
		return err
	}
	total, files := 0, 0
	for i, layer := range layers {
		got, err := readLayer(layer)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, d.layers[i].compressed) {
			return fmt.Errorf("layer %d differs from the one that was pushed", i)
		}
		total += len(got)
		// What was compared is what is unpacked.
		n, err := unpack(&fileLayer{compressed: got}, root)
		if err != nil {
			return err
		}
		files += n
	}
	s.say("manifest, configuration and %d layers (%s) equal what was pushed; %d files unpacked", len(layers), size(total), files)

	run := exec.CommandContext(ctx, filepath.Join(root, "usr", "local", "bin", "pratique"), "version") //nolint:gosec // the bytes are this program's own
	run.Env = []string{}
	out, err := run.CombinedOutput()
	if err != nil {
		return fmt.Errorf("run the pulled binary: %w: %s", err, out)
	}
	said := strings.TrimSpace(string(out))
	s.say("/usr/local/bin/pratique version, from the pulled layers, says:")
	s.say("  %s", said)
	s.fact("bytes", total)
	s.fact("version", said)
	s.byHand("docker run --rm %s version", ref)
	return nil
}

func (d *demo) revoke(ctx context.Context, s *demoStep) error {
	if err := d.platformCommand(ctx, s, "revoke"); err != nil {
		return err
	}
	again, err := d.expectDenial(ctx)
	if err != nil {
		return err
	}
	s.say("the node, with the token from before, asks again:")
	s.say("%s %s", d.app.paint.red("denied:"), again.message)
	s.fact("message", again.message)
	s.fact("decisionId", again.decision)
	return nil
}

func (d *demo) ref() (name.Reference, error) {
	return name.ParseReference(d.host+"/"+demoImage+":"+demoTag, name.Insecure)
}

// remote are the options of registry requests. seen, if set, keeps the last
// answer's header.
func (d *demo) remote(ctx context.Context, login authn.Authenticator, seen *lastHeader) []remote.Option {
	var rt http.RoundTripper = &http.Transport{DialContext: dialLocalhost(nil), DisableKeepAlives: true}
	if seen != nil {
		seen.next, rt = rt, seen
	}
	return []remote.Option{remote.WithContext(ctx), remote.WithAuth(login), remote.WithTransport(rt)}
}

// token asks ECR for a registry token.
func token(ctx context.Context, cfg aws.Config) (authn.Authenticator, error) {
	user, password, err := registryPassword(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &authn.Basic{Username: user, Password: password}, nil
}

// lastHeader is a transport that remembers the header of the last answer. The
// requests of one call follow each other.
type lastHeader struct {
	next   http.RoundTripper
	header http.Header
}

// RoundTrip implements http.RoundTripper.
func (l *lastHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if resp != nil {
		l.header = resp.Header
	}
	return resp, err
}

func (l *lastHeader) get(name string) string { return l.header.Get(name) }

// sameManifest compares manifests and configurations byte for byte.
func sameManifest(a, b v1.Image) error {
	for what, read := range map[string]func(v1.Image) ([]byte, error){
		"manifest": v1.Image.RawManifest, "configuration": v1.Image.RawConfigFile,
	} {
		want, err := read(a)
		if err != nil {
			return err
		}
		got, err := read(b)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("the pulled %s differs from the one that was pushed", what)
		}
	}
	return nil
}

func readLayer(l v1.Layer) (_ []byte, err error) {
	r, err := l.Compressed()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(r)
}

// size is a number of bytes as people write it.
func size(n int) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

// writeReference writes the reference of a command and those below it as
// Markdown.
func writeReference(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "# %s\n\n", cmd.CommandPath())
	if cmd.Long != "" {
		fmt.Fprintf(w, "%s\n\n", cmd.Long)
	} else {
		fmt.Fprintf(w, "%s.\n\n", cmd.Short)
	}
	fmt.Fprintf(w, "```\n%s```\n\n", cmd.UsageString())
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			writeReference(w, c)
		}
	}
}
