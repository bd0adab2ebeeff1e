package authz_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/audit"
	"github.com/pratique-dev/pratique/internal/authn"
	"github.com/pratique-dev/pratique/internal/authz"
	"github.com/pratique-dev/pratique/internal/blob"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
	"github.com/pratique-dev/pratique/internal/org"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/policy"
)

const (
	puller   = "111111111111"
	owner    = "222222222222"
	region   = "us-east-1"
	readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
)

type world struct {
	iam      *iam.IAM
	registry *registry.Registry
	may      *authz.Authorizer
}

func newWorld(t *testing.T, db *meta.DB) *world {
	t.Helper()
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		iam:      iam.New(iam.Config{DB: db, Box: box, Now: time.Now}),
		registry: registry.New(registry.Config{DB: db, Blobs: blobs}),
	}
	w.may = authz.New(authz.Config{IAM: w.iam, Org: org.New(org.Config{DB: db, Now: time.Now}), Registry: w.registry, Now: time.Now})
	for _, a := range []string{puller, owner} {
		if _, err := w.iam.CreateAccount(t.Context(), a, a); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// node is a session of a role in the puller's account with these managed
// policies.
func (w *world) node(t *testing.T, managed ...string) *authn.Identity {
	t.Helper()
	ctx := t.Context()
	r, err := w.iam.CreateRole(ctx, puller, iam.NewRole{Name: "node", Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range managed {
		if err := w.iam.AttachPolicy(ctx, puller, iam.Entity{Kind: iam.EntityRole, Name: "node"}, m); err != nil {
			t.Fatal(err)
		}
	}
	return w.identity(t, iam.Ref{Kind: policy.AssumedRole, Account: puller, ID: r.ID}, "i-0abc")
}

func (w *world) identity(t *testing.T, ref iam.Ref, session string) *authn.Identity {
	t.Helper()
	s, err := w.iam.Subject(t.Context(), ref, session)
	if err != nil {
		t.Fatal(err)
	}
	return &authn.Identity{Subject: s, Context: policy.Context{}}
}

func (w *world) repository(t *testing.T, name, policyText string, tags map[string]string) authz.Resource {
	t.Helper()
	repo := registry.Repo{Account: owner, Region: region, Name: name}
	if _, err := w.registry.CreateRepository(t.Context(), repo, registry.Settings{Tags: tags}); err != nil {
		t.Fatal(err)
	}
	if policyText != "" {
		if err := w.registry.SetPolicy(t.Context(), repo, w.policy(t, policyText)); err != nil {
			t.Fatal(err)
		}
	}
	return authz.Resource{ARN: repo.ARN(), Account: owner}
}

// policy is a resource policy as it is set: its principals are those that
// exist now.
func (w *world) policy(t *testing.T, text string) registry.Policy {
	t.Helper()
	ids, missing, err := w.iam.ResolvePrincipals(t.Context(), text)
	if err != nil || len(missing) > 0 {
		t.Fatalf("principals %v are missing: %v", missing, err)
	}
	return registry.Policy{Text: text, Principals: ids}
}

// wantDenied checks for a denial whose sentence ends as said.
func wantDenied(t *testing.T, err error, ending string) {
	t.Helper()
	var denied *authz.Denied
	if !errors.As(err, &denied) {
		t.Errorf("got %v, want a denial", err)
		return
	}
	if !strings.HasSuffix(denied.Error(), ending) {
		t.Errorf("got %q, want it to end in %q", denied, ending)
	}
}

const allowNode = `{"Version":"2012-10-17","Statement":[{"Sid":"AllowPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/node"},"Action":["ecr:BatchGetImage"]}]}`

func TestCrossAccountPull(t *testing.T) {
	metatest.Each(t, func(t *testing.T, db *meta.DB) {
		w := newWorld(t, db)
		node := w.node(t, readOnly)
		closed := w.repository(t, "closed", "", nil)
		open := w.repository(t, "open", allowNode, nil)

		event := &audit.Event{}
		ctx := audit.NewContext(t.Context(), event)
		err := w.may.Authorize(ctx, node, "ecr:BatchGetImage", closed, nil)
		wantDenied(t, err, "assumed-role/node/i-0abc is not authorized to perform: ecr:BatchGetImage on resource: "+
			"arn:aws:ecr:us-east-1:222222222222:repository/closed because no resource-based policy allows the ecr:BatchGetImage action")
		if err := w.may.Authorize(ctx, node, "ecr:BatchGetImage", open, nil); err != nil {
			t.Errorf("granted pull: %v", err)
		}
		wantDenied(t, w.may.Authorize(ctx, node, "ecr:PutImage", open, nil), "because no resource-based policy allows the ecr:PutImage action")

		// A repository that is not there denies in the same words.
		missing := authz.Resource{ARN: arn.Repository(owner, region, "missing"), Account: owner}
		wantDenied(t, w.may.Authorize(ctx, node, "ecr:BatchGetImage", missing, nil), "because no resource-based policy allows the ecr:BatchGetImage action")

		// A revoked grant is gone with the next request.
		if _, err := w.registry.DeletePolicy(ctx, registry.Repo{Account: owner, Region: region, Name: "open"}); err != nil {
			t.Fatal(err)
		}
		wantDenied(t, w.may.Authorize(ctx, node, "ecr:BatchGetImage", open, nil), "because no resource-based policy allows the ecr:BatchGetImage action")

		if len(event.Decisions) != 5 || event.Decisions[0].Effect != "implicitDeny" || event.Decisions[1].Effect != "allowed" {
			t.Fatalf("recorded %+v", event.Decisions)
		}
		if d := event.Decisions[0]; d.Message != err.Error() || !strings.Contains(string(d.Trace), "AmazonEC2ContainerRegistryReadOnly") {
			t.Errorf("recorded %+v", d)
		}
		var granted policy.Trace
		if err := json.Unmarshal(event.Decisions[1].Trace, &granted); err != nil || granted.Statement == nil || granted.Statement.Sid != "AllowPull" || len(granted.Layers) != 0 {
			t.Errorf("recorded of what was allowed: %s, %v", event.Decisions[1].Trace, err)
		}
	})
}

func TestIdentitySideMissing(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	node := w.node(t)
	open := w.repository(t, "open", allowNode, nil)
	wantDenied(t, w.may.Authorize(t.Context(), node, "ecr:BatchGetImage", open, nil), "because no identity-based policy allows the ecr:BatchGetImage action")
}

func TestRegistryPolicy(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	node := w.node(t, readOnly)
	repo := w.repository(t, "app", "", nil)
	const allow = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ecr:BatchGetImage","Resource":"arn:aws:ecr:us-east-1:222222222222:repository/a*"}}`
	if err := w.registry.SetRegistryPolicy(t.Context(), owner, region, w.policy(t, allow)); err != nil {
		t.Fatal(err)
	}
	if err := w.may.Authorize(t.Context(), node, "ecr:BatchGetImage", repo, nil); err != nil {
		t.Errorf("allowed by the registry's policy: %v", err)
	}
	other := w.repository(t, "other", "", nil)
	wantDenied(t, w.may.Authorize(t.Context(), node, "ecr:BatchGetImage", other, nil), "because no resource-based policy allows the ecr:BatchGetImage action")
}

func TestResourceTagsAndRequestKeys(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	ctx := t.Context()
	if _, err := w.iam.CreateUser(ctx, owner, iam.NewUser{Name: "dev"}); err != nil {
		t.Fatal(err)
	}
	const doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":{
		"StringEquals":{"ecr:ResourceTag/env":"dev","aws:ResourceAccount":"222222222222"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`
	if err := w.iam.PutInlinePolicy(ctx, owner, iam.Entity{Kind: iam.EntityUser, Name: "dev"}, "p", doc); err != nil {
		t.Fatal(err)
	}
	u, err := w.iam.User(ctx, owner, "dev")
	if err != nil {
		t.Fatal(err)
	}
	dev := w.identity(t, iam.Ref{Kind: policy.User, Account: owner, ID: u.ID}, "")
	tagged := w.repository(t, "tagged", "", map[string]string{"env": "dev"})
	untagged := w.repository(t, "untagged", "", nil)
	inside, outside := policy.Context{}, policy.Context{}
	inside.Set("aws:SourceIp", "10.1.2.3")
	outside.Set("aws:SourceIp", "192.0.2.1")

	if err := w.may.Authorize(ctx, dev, "ecr:PutImage", tagged, inside); err != nil {
		t.Errorf("tagged repository from inside: %v", err)
	}
	wantDenied(t, w.may.Authorize(ctx, dev, "ecr:PutImage", tagged, outside), "because no identity-based policy allows the ecr:PutImage action")
	wantDenied(t, w.may.Authorize(ctx, dev, "ecr:PutImage", untagged, inside), "because no identity-based policy allows the ecr:PutImage action")
}

// user makes an IAM user that may do everything its account can allow.
func (w *world) user(t *testing.T, account, name string) *authn.Identity {
	t.Helper()
	ctx := t.Context()
	u, err := w.iam.CreateUser(ctx, account, iam.NewUser{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	if err := w.iam.AttachPolicy(ctx, account, iam.Entity{Kind: iam.EntityUser, Name: name}, admin); err != nil {
		t.Fatal(err)
	}
	return w.identity(t, iam.Ref{Kind: policy.User, Account: account, ID: u.ID}, "")
}

// A role that refuses and one that is not there cannot be told apart.
func TestTrust(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	ctx := t.Context()
	w.node(t)
	role := authz.Resource{ARN: arn.IAM(puller, "role", "/", "node"), Account: puller}
	missing := authz.Resource{ARN: arn.IAM(puller, "role", "/", "nobody"), Account: puller}
	if err := w.may.Authorize(ctx, w.user(t, puller, "trusted"), "sts:AssumeRole", role, nil); err != nil {
		t.Errorf("trusted: %v", err)
	}
	stranger := w.user(t, owner, "stranger")
	for _, r := range []authz.Resource{role, missing} {
		wantDenied(t, w.may.Authorize(ctx, stranger, "sts:AssumeRole", r, nil),
			"User: arn:aws:iam::222222222222:user/stranger is not authorized to perform: sts:AssumeRole on resource: "+r.ARN)
	}
}

func TestNotAnARN(t *testing.T) {
	w := newWorld(t, metatest.Open(t, metatest.SQLite(t)))
	root := w.identity(t, iam.Ref{Kind: policy.Root, Account: owner, ID: owner}, "")
	if err := w.may.Authorize(t.Context(), root, "ecr:PutImage", authz.Resource{ARN: "repository/x", Account: owner}, nil); err == nil {
		t.Error("allowed on what is not an ARN")
	}
}
