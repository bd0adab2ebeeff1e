package arch

// The picture of ARCHITECTURE.md as data. A package that is not named here
// fails the test: deciding where it belongs is part of adding it.

// column says on which side of the wire a package lives.
type column int

const (
	words  column = iota // level 0: what both sides share
	server               // runs in the server
	client               // runs where the user is; speaks only public protocols
	binary               // sees both columns
	tool                 // runs when developing, never in a binary
)

type place struct {
	column column
	level  int
}

// places maps a package, by its path inside the module, to its place.
var places = map[string]place{
	"policy":         {words, 0},
	"policy/catalog": {words, 0},
	"sigv4":          {words, 0},

	"internal/arn":                     {words, 0},
	"internal/endpoint":                {words, 0},
	"internal/ocispec":                 {words, 0},
	"internal/lifecycle":               {words, 0},
	"internal/lifecycle/lifecycletest": {words, 0},
	"internal/need":                    {words, 0},
	"internal/nesting":                 {words, 0},
	"internal/python":                  {words, 0},
	"internal/awsapi/shape":            {words, 0},
	"internal/awsapi/ecr":              {words, 0},
	"internal/awsapi/ecrpublic":        {words, 0},
	"internal/awsapi/iam":              {words, 0},
	"internal/awsapi/organizations":    {words, 0},
	"internal/awsapi/pratique":         {words, 0},
	"internal/awsapi/sts":              {words, 0},

	"internal/meta":          {server, 1},
	"internal/meta/metatest": {server, 1},
	"internal/blob":          {server, 1},
	"internal/blob/blobtest": {server, 1},
	"internal/seal":          {server, 1},
	"internal/audit":         {server, 1},
	"internal/admit":         {server, 1},

	"internal/build":    {server, 2},
	"internal/decision": {server, 2},
	"internal/job":      {server, 2},
	"internal/event":    {server, 2},
	"internal/iam":      {server, 2},
	"internal/org":      {server, 2},
	"internal/registry": {server, 2},

	"internal/oidc":          {server, 1},
	"internal/oidc/oidctest": {server, 1},

	"internal/authn":     {server, 3},
	"internal/authz":     {server, 3},
	"internal/upstream":  {server, 3},
	"internal/replicate": {server, 3},
	"internal/scan":      {server, 3},
	"internal/creation":  {server, 3},
	"internal/sweep":     {server, 3},

	"internal/awsapi":       {server, 4},
	"internal/ociapi":       {server, 4},
	"internal/ecrapi":       {server, 4},
	"internal/ecrpublicapi": {server, 4},
	"internal/iamapi":       {server, 4},
	"internal/orgapi":       {server, 4},
	"internal/pratiqueapi":  {server, 4},
	"internal/stsapi":       {server, 4},
	"internal/console":      {server, 4},

	"internal/server":     {server, 5},
	"internal/servertest": {server, 5},

	"internal/layer":      {client, 1},
	"imagespec":           {client, 2},
	"internal/pylock":     {client, 2},
	"internal/wheel":      {client, 2},
	"internal/baseimage":  {client, 3},
	"internal/buildplan":  {client, 3},
	"internal/buildexec":  {client, 4},
	"internal/imagebuild": {client, 5},

	"internal/imagebuild/imagebuildtest": {client, 5},

	"internal/access":    {client, 4},
	"internal/grant":     {client, 4},
	"internal/doctor":    {client, 4},
	"internal/preflight": {client, 4},
	"internal/workload":  {client, 4},
	"internal/dockercfg": {client, 4},

	"cmd/pratique":                     {binary, 6},
	"cmd/pratique-credential-provider": {client, 6},
	"cmd/docker-credential-pratique":   {client, 6},

	"bench":                        {tool, 0},
	"internal/arch":                {tool, 0},
	"internal/awsapi/gen":          {tool, 0},
	"internal/awsapi/gen/generate": {tool, 1},
	"internal/awsapi/gen/strip":    {tool, 1},
	"test/blackbox":                {tool, 0},
	"test/builder":                 {tool, 1},
	"test/clients":                 {tool, 1},
	"test/crash":                   {tool, 1},
	"test/deploy":                  {tool, 1},
	"test/platforms":               {tool, 1},
	"test/scale":                   {tool, 1},
	"test/terraform":               {tool, 1},
}

// sameLevel lists the only imports that do not go strictly downward.
var sameLevel = map[string][]string{
	"policy":                 {"policy/catalog"},
	"internal/meta/metatest": {"internal/meta"},
	"internal/blob":          {"internal/meta"}, // how far uploads to S3 have come
	"internal/blob/blobtest": {"internal/blob"},
	"internal/registry":      {"internal/event", "internal/job"},
	"internal/event":         {"internal/job"},
	"internal/authz":         {"internal/authn"}, // a decision is about an identity
	"internal/creation":      {"internal/authn", "internal/authz"},
	"internal/replicate":     {"internal/authz", "internal/creation"},
	"internal/ociapi":        {"internal/awsapi"},
	"internal/ecrapi":        {"internal/awsapi"},
	"internal/ecrpublicapi":  {"internal/awsapi", "internal/ecrapi"}, // the same sentences
	"internal/iamapi":        {"internal/awsapi"},
	"internal/orgapi":        {"internal/awsapi"},
	"internal/pratiqueapi":   {"internal/awsapi"},
	"internal/stsapi":        {"internal/awsapi"},
	"internal/console":       {"internal/awsapi"},
	"internal/servertest":    {"internal/server"},
	"internal/grant":         {"internal/access"},
	"internal/doctor":        {"internal/access", "internal/dockercfg"},
	"internal/preflight":     {"internal/access", "internal/workload"},
}

// testSupport packages exist for tests: nothing that ships imports them, and
// only they may import "testing".
var testSupport = []string{
	"internal/need", "internal/meta/metatest", "internal/blob/blobtest", "internal/lifecycle/lifecycletest", "internal/oidc/oidctest", "internal/servertest",
	"internal/imagebuild/imagebuildtest",
	"test/blackbox", "test/clients", "test/crash", "test/terraform",
}

// standardOnly packages are meant for other projects too, so they bring
// nothing along but the standard library.
var standardOnly = []string{"policy", "policy/catalog", "sigv4"}

// foreign lists what the words use besides the standard library and each other.
var foreign = map[string][]string{
	"internal/ocispec": {"github.com/opencontainers/go-digest", "github.com/opencontainers/image-spec"},
}

// A limit keeps an import, and all packages below it, to a few places.
type limit struct {
	imports string
	only    []string // packages, "…/" for a whole tree; none: nowhere
	tests   bool     // holds for test files as well
	why     string
}

var limits = []limit{
	{imports: "modernc.org/sqlite", only: []string{"internal/meta"}, why: "SQL drivers stay behind meta.DB"},
	{imports: "github.com/jackc/pgx", only: []string{"internal/meta"}, why: "SQL drivers stay behind meta.DB"},
	{imports: "database/sql", only: []string{"internal/meta", "internal/meta/metatest", "internal/build", "internal/decision", "internal/event", "internal/job", "internal/iam", "internal/org", "internal/registry",
		"internal/authn", "internal/authz", "internal/upstream", "internal/replicate", "internal/scan", "internal/sweep"},
		why: "only engines and what runs on them hold SQL"},
	{imports: "github.com/aws", only: []string{"internal/blob/", "internal/seal", "internal/access", "internal/grant", "internal/doctor", "internal/preflight", "internal/dockercfg",
		"internal/servertest", "bench", "cmd/", "test/"},
		why: "the SDK is the client and our witness; the server does not answer with its types"},
	{imports: "github.com/google/go-containerregistry", only: []string{"internal/upstream", "internal/replicate", "internal/access", "internal/doctor",
		"internal/servertest", "internal/layer", "internal/wheel", "internal/baseimage", "internal/buildplan", "internal/buildexec", "internal/imagebuild/", "cmd/pratique", "test/"},
		why: "the registry is not built on a client's reading of the specification"},
	{imports: "github.com/go-jose/go-jose/v4", only: []string{"internal/oidc/"}, why: "one place reads tokens that others signed"},
	{imports: "net/http", only: []string{"sigv4", "internal/blob", "internal/authn", "internal/event", "internal/oidc/", "internal/upstream", "internal/replicate",
		"internal/awsapi", "internal/ociapi", "internal/ecrapi", "internal/ecrpublicapi", "internal/iamapi", "internal/orgapi", "internal/pratiqueapi", "internal/stsapi", "internal/console",
		"internal/server", "internal/servertest", "internal/access", "internal/doctor", "internal/dockercfg", "internal/preflight", "internal/awsapi/gen", "bench", "internal/pylock", "internal/imagebuild/", "internal/buildexec", "cmd/", "test/"},
		why: "handlers begin at level 4; sigv4 and authn read a request and no more, oidc asks issuers for their keys, event tells webhooks, blob sets up the SDK's client"},
	{imports: "os/exec", only: []string{"bench", "imagespec", "internal/pylock", "internal/buildexec", "internal/scan", "internal/arch", "internal/need", "internal/dockercfg", "cmd/pratique", "test/"},
		why: "the server starts no programs, scanners aside"},
	{imports: "github.com/spf13/cobra", only: []string{"cmd/pratique"}, why: "commands are a binary's business"},
	{imports: "github.com/prometheus", only: []string{"internal/server"}, why: "metrics are registered in one place"},
	{imports: "log", why: "log/slog, injected", tests: true},
	{imports: "expvar", why: "it serves itself on the default mux", tests: true},
	{imports: "net/http/pprof", why: "it serves itself on the default mux", tests: true},
	{imports: "github.com/stretchr/testify", why: "testing and go-cmp do", tests: true},
	{imports: "github.com/golang/mock", why: "no mocks", tests: true},
	{imports: "go.uber.org/mock", why: "no mocks", tests: true},
	{imports: "github.com/pkg/errors", why: "fmt.Errorf wraps", tests: true},
}
