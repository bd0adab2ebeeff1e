package doctor

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/pratique-dev/pratique/internal/dockercfg"
	"github.com/pratique-dev/pratique/internal/endpoint"
)

// session is what AWS says of the credentials that its SDKs find here.
type session struct {
	cfg      aws.Config
	arn      string // empty if STS did not say
	account  string
	tokenErr error // of GetAuthorizationToken
}

// checkDockerCredentials asks where docker asks.
func (x *examination) checkDockerCredentials(ctx context.Context) {
	host := x.ref.host
	f, err := dockercfg.Read(x.Machine.DockerConfig)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.skip(DockerCredentials, "there is no %s: docker would ask without credentials", x.Machine.DockerConfig)
		return
	case err != nil:
		x.fail(DockerCredentials, BadDockerConfig, err.Error(), "correct the file")
		return
	}
	for _, a := range f.Auths {
		x.secrets.add(a.Auth, a.Password, a.IdentityToken, a.RegistryToken)
		if text, err := base64.StdEncoding.DecodeString(a.Auth); err == nil {
			_, password, _ := strings.Cut(string(text), ":")
			x.secrets.add(password)
		}
	}
	x.dockerFile = f.Hosts()
	if helper := f.Helper(host); helper != "" {
		x.askHelper(ctx, f, helper)
		return
	}
	c, ok, err := f.Login(host)
	switch {
	case err != nil:
		x.fail(DockerCredentials, BadDockerConfig, fmt.Sprintf("%s: %v", x.Machine.DockerConfig, err), x.logIn())
	case ok:
		x.docker = &login{c.Username, c.Secret, x.Machine.DockerConfig}
		x.secrets.add(c.Secret)
		x.pass(DockerCredentials, "%s holds a login of the user %s%s", x.Machine.DockerConfig, c.Username, x.untilWhen(c.Secret))
	default:
		x.noDockerCredentials(f)
	}
}

// askHelper has a credential helper answer for the host.
func (x *examination) askHelper(ctx context.Context, f *dockercfg.File, helper string) {
	host := x.ref.host
	_, own := f.CredHelpers[host]
	element := fmt.Sprintf("credsStore of %s", x.Machine.DockerConfig)
	if own {
		element = fmt.Sprintf("credHelpers of %s, for this host,", x.Machine.DockerConfig)
	}
	program, err := dockercfg.FindHelper(helper, x.Machine.Getenv("PATH"))
	if err != nil {
		x.fail(DockerCredentials, HelperNotFound, fmt.Sprintf("%s names the helper %s, but %v", element, helper, err),
			fmt.Sprintf("install docker-credential-%s where the client that pulls has its PATH, or take it out of the file", helper))
		return
	}
	ctx, cancel := x.within(ctx)
	defer cancel()
	c, err := program.Get(ctx, host)
	switch {
	case err == nil:
		x.docker = &login{c.Username, c.Secret, "docker-credential-" + helper}
		x.secrets.add(c.Secret)
		x.pass(DockerCredentials, "docker-credential-%s answers for this host, with the user %s%s", helper, c.Username, x.untilWhen(c.Secret))
	case errors.Is(err, dockercfg.ErrNoCredentials) && !own:
		if others, err := program.Hosts(ctx); err == nil {
			x.dockerFile = append(x.dockerFile, others...)
		}
		x.noDockerCredentials(f)
	case errors.Is(err, dockercfg.ErrNoCredentials):
		do := []string{"see which credentials the helper uses: docker-credential-" + helper + " get <<< " + host}
		if helper == "ecr-login" && !endpoint.OfAWS(x.domain()) {
			do = []string{"docker-credential-ecr-login answers for the names of Amazon only: use docker-credential-pratique, or a name that ends in amazonaws.com"}
		}
		x.fail(DockerCredentials, HelperWrongHost, fmt.Sprintf("docker-credential-%s has no credentials for %s", helper, host), do...)
	default:
		x.fail(DockerCredentials, HelperFailed, fmt.Sprintf("the helper fails: %v", err), "mend what the helper complains about; most need AWS credentials of their own in the environment of the client")
	}
}

// noDockerCredentials judges that docker has nothing for the host by what it
// has for others: a machine without any login may leave them to kubelet.
func (x *examination) noDockerCredentials(f *dockercfg.File) {
	var region, account, helper string
	for _, other := range x.dockerFile {
		r, ok := endpoint.ParseRegistry(other)
		if !ok || other == x.ref.host {
			continue
		}
		account = other
		if x.ref.registry != nil && r.Account == x.ref.registry.Account && r.Region != x.ref.registry.Region {
			region = other
		}
		if f.CredHelpers[other] != "" {
			helper = other
		}
	}
	file := x.Machine.DockerConfig
	switch {
	case helper != "":
		x.fail(DockerCredentials, HelperWrongHost, fmt.Sprintf("%s names a helper for %s, but none for %s", file, helper, x.ref.host),
			fmt.Sprintf("add \"%s\": \"%s\" to its credHelpers: hosts must be equal, port included", x.ref.host, f.CredHelpers[helper]))
	case region != "":
		x.fail(DockerCredentials, LoginOtherRegion, fmt.Sprintf("docker is logged in to %s, which is in another region than %s", region, x.ref.host), x.logIn())
	case account != "":
		x.fail(DockerCredentials, NotLoggedIn, fmt.Sprintf("docker is logged in to %s, but not to %s", account, x.ref.host), x.logIn())
	default:
		x.skip(DockerCredentials, "%s has nothing for this host: docker would ask without credentials", file)
	}
}

// logIn is the command that logs docker in.
func (x *examination) logIn() string {
	if x.ref.registry == nil {
		return "docker login " + x.ref.host
	}
	if !endpoint.OfAWS(x.domain()) {
		return "pratique login " + x.ref.host
	}
	return fmt.Sprintf("pratique login %[1]s, or: aws ecr get-login-password --region %[2]s | docker login -u AWS --password-stdin %[1]s", x.ref.host, x.ref.registry.Region)
}

// untilWhen says when a token that Amazon ECR made ends: such a token is JSON
// with its expiration.
func (x *examination) untilWhen(token string) string {
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	var t struct{ Expiration int64 }
	if json.Unmarshal(text, &t) != nil || t.Expiration == 0 {
		return ""
	}
	end := time.Unix(t.Expiration, 0)
	if end.Before(x.Machine.Now()) {
		return ", which ended at " + day(end)
	}
	return ", good until " + day(end)
}

// noAPI is why the APIs of AWS are not asked.
const noAPI = "the host names no account and region"

// checkAWSCredentials finds the credentials that AWS SDKs, and with them
// kubelet and most helpers, use here; asks whose they are, and for a token.
func (x *examination) checkAWSCredentials(ctx context.Context) {
	if x.ref.registry == nil {
		for _, id := range []ID{AWSCredentials, Identity, Token} {
			x.skip(id, noAPI)
		}
		return
	}
	cfg, c, err := x.retrieve(ctx)
	if err != nil {
		code, found := CredentialsFailed, fmt.Sprintf("there are none that work: %v", err)
		present := x.sources()
		if len(present) == 0 {
			code, found = NoCredentials, "neither the environment nor a profile nor this machine's metadata has any"
		}
		line := Check{ID: AWSCredentials, Status: Failed, Code: code, Found: found, Details: present, Do: []string{
			"give the machine an instance profile or a role, name a profile with --profile or AWS_PROFILE, or log in with aws sso login",
		}}
		if x.docker != nil {
			line.Status = Warning // docker has what it needs
		}
		x.add(line)
		x.skip(Identity, "no AWS credentials")
		x.skip(Token, "no AWS credentials")
		return
	}
	x.secrets.add(c.SecretAccessKey, c.SessionToken)
	line := Check{ID: AWSCredentials, Status: Passed, Found: fmt.Sprintf("access key %s from %s", keyName(c.AccessKeyID), source(c.Source)), Details: x.sources()}
	if c.CanExpire {
		line.Found += ", good until " + day(c.Expires)
	}
	x.add(line)
	x.session = &session{cfg: cfg}
	if x.identify(ctx) {
		x.makeToken(ctx)
	} else {
		x.skip(Token, "the credentials are not accepted")
	}
}

func (x *examination) retrieve(ctx context.Context) (aws.Config, aws.Credentials, error) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	cfg, err := x.Puller(ctx, *x.ref.registry)
	if err != nil {
		return aws.Config{}, aws.Credentials{}, err
	}
	if cfg.Credentials == nil {
		return aws.Config{}, aws.Credentials{}, errors.New("the configuration has none")
	}
	c, err := cfg.Credentials.Retrieve(ctx)
	if ctx.Err() != nil {
		err = errors.New("no answer in time from where they come from")
	}
	return cfg, c, err
}

// keyName is the id of an access key as far as it may be shown: its kind and
// end.
func keyName(id string) string {
	if len(id) < 12 {
		return "…"
	}
	return id[:4] + "…" + id[len(id)-4:]
}

// source says in words where credentials came from, by the name that the SDK
// gives it.
func source(s string) string {
	for prefix, text := range map[string]string{
		"EnvConfigCredentials":        "the environment (AWS_ACCESS_KEY_ID)",
		"SharedConfigCredentials":     "the AWS configuration files",
		"WebIdentityCredentials":      "a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)",
		"CredentialsEndpointProvider": "the container's credentials endpoint",
		"EC2RoleProvider":             "the instance profile, by the metadata service",
		"AssumeRoleProvider":          "a role that a profile assumes",
		"SSOProvider":                 "a login with IAM Identity Center",
		"ProcessProvider":             "a program that a profile names",
		"StaticCredentials":           "the configuration",
		"LoginProvider":               "a login with aws login",
	} {
		if strings.HasPrefix(s, prefix) {
			return text
		}
	}
	return s
}

// sources lists what the environment says about AWS credentials, in the order
// in which SDKs look.
func (x *examination) sources() []string {
	var found []string
	for _, s := range []struct{ variable, text string }{
		{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is set"},
		{"AWS_PROFILE", "AWS_PROFILE names the profile %s"},
		{"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE names %s"},
		{"AWS_ROLE_ARN", "AWS_ROLE_ARN is %s"},
		{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set"},
		{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI is set"},
		{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT is %s"},
	} {
		if v := x.Machine.Getenv(s.variable); v != "" {
			if strings.Contains(s.text, "%s") {
				s.text = fmt.Sprintf(s.text, v)
			}
			found = append(found, s.text)
		}
	}
	return found
}

// identify asks STS whose the credentials are. It returns false if AWS does
// not accept them.
func (x *examination) identify(ctx context.Context) bool {
	ctx, cancel := x.within(ctx)
	defer cancel()
	out, err := sts.NewFromConfig(x.session.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil {
		x.session.arn, x.session.account = aws.ToString(out.Arn), aws.ToString(out.Account)
		c := Check{ID: Identity, Status: Passed, Found: x.session.arn}
		if x.ref.registry.Account != x.session.account {
			c.Details = []string{fmt.Sprintf("of another account than the repository's, %s: both sides must allow the pull", x.ref.registry.Account)}
		}
		x.add(c)
		return true
	}
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		// ECR may be reached where STS is not, in a VPC without its endpoint.
		x.warn(Identity, CredentialsFailed, "STS cannot be asked whose they are: "+brief(ctx, err), "reach STS, or create its interface endpoint, to have this examined")
		return true
	}
	line := Check{ID: Identity, Status: Failed, Code: CredentialsBad, Found: fmt.Sprintf("AWS does not accept the credentials: %s: %s", refused.ErrorCode(), refused.ErrorMessage())}
	switch refused.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		line.Do = []string{"get new credentials: aws sso login, or whatever made them"}
	case "SignatureDoesNotMatch":
		line.Do = []string{"look for a mistake in the secret access key", "look at the clock of this machine"}
	default:
		line.Do = []string{"see whether the access key still exists, and whether it is for this endpoint"}
	}
	if x.docker != nil {
		line.Status = Warning
	}
	x.add(line)
	return false
}

// brief is an error of the SDK in one line, without its chain of operations.
func brief(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return "no answer in time"
	}
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode() + ": " + refused.ErrorMessage()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// makeToken asks ECR for a token. What it means that policies forbid it is
// said with the policies.
func (x *examination) makeToken(ctx context.Context) {
	ctx, cancel := x.within(ctx)
	defer cancel()
	out, err := ecr.NewFromConfig(x.session.cfg).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		x.session.tokenErr = err
		line := Check{ID: Token, Status: Failed, Code: TokenFailed, Found: "GetAuthorizationToken fails: " + brief(ctx, err)}
		if d, ok := ParseDenial(err.Error()); ok {
			line.Code, line.Found = d.Code(), "GetAuthorizationToken is not allowed"
		} else if endpoint.OfAWS(x.domain()) {
			line.Do = []string{"see whether this machine reaches https://api.ecr." + x.ref.registry.Region + ".amazonaws.com; in a VPC without a way out it takes the interface endpoint ecr.api"}
		}
		if x.docker != nil {
			line.Status = Warning // until docker's token ends
		}
		x.add(line)
		return
	}
	text := ""
	if len(out.AuthorizationData) > 0 {
		decoded, err := base64.StdEncoding.DecodeString(aws.ToString(out.AuthorizationData[0].AuthorizationToken))
		if err == nil {
			text = string(decoded)
		}
	}
	user, password, ok := strings.Cut(text, ":")
	if !ok {
		x.fail(Token, TokenFailed, "GetAuthorizationToken answers without a token")
		return
	}
	x.secrets.add(password, text, aws.ToString(out.AuthorizationData[0].AuthorizationToken))
	x.fresh = &login{user, password, "GetAuthorizationToken"}
	until := ""
	if at := out.AuthorizationData[0].ExpiresAt; at != nil {
		until = ", good until " + day(*at)
	}
	x.pass(Token, "GetAuthorizationToken gives one%s", until)
}

// checkLogin shows the registry the credentials: those of docker first, if it
// has any, else the token. What works is used from there on.
func (x *examination) checkLogin(ctx context.Context) {
	if x.base == "" {
		x.skip(Login, "the registry was not reached")
		return
	}
	var candidates []*login
	for _, l := range []*login{x.docker, x.fresh} {
		if l != nil {
			candidates = append(candidates, l)
		}
	}
	for i, l := range candidates {
		a, err := x.ask(ctx, http.MethodGet, "/v2/", l)
		if err == nil && a.status == http.StatusOK {
			x.using = l
			if i == 0 {
				c := Check{ID: Login, Status: Passed, Found: "the registry accepts the credentials from " + l.from}
				if l == x.fresh {
					c.Details = []string{"kubelet and credential helpers do it like this; docker and podman by themselves have no login: " + x.logIn()}
				}
				x.add(c)
			}
			break
		}
		if i > 0 {
			break // the first one's failure has been said
		}
		do := x.logIn()
		if l == x.fresh {
			do = "see whether the API that made the token belongs to this registry"
		}
		switch {
		case err != nil:
			x.fail(Login, ServerTrouble, fmt.Sprintf("GET /v2/ with credentials fails: %v", err))
		case a.expired():
			x.fail(Login, TokenExpired, fmt.Sprintf("the token from %s has expired", l.from), do)
		default:
			x.fail(Login, TokenRejected, fmt.Sprintf("the registry does not accept the credentials from %s: %s", l.from, a), do)
		}
	}
	switch {
	case len(candidates) > 0:
	case x.open:
		x.skip(Login, "the registry asks for none")
	case x.ref.registry == nil:
		x.fail(Login, NotLoggedIn, "the registry asks for credentials, and docker has none for it", x.logIn())
	default:
		x.skip(Login, "no credentials for the registry")
	}
	if x.docker != nil && x.using != x.docker {
		// What was excused because docker had credentials is not.
		for i := range x.report.Checks {
			if c := &x.report.Checks[i]; c.Status == Warning && slices.Contains([]ID{AWSCredentials, Identity, Token}, c.ID) && c.Code != CredentialsFailed {
				c.Status = Failed
			}
		}
	}
}
