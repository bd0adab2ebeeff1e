package stsapi_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/seal"
	"github.com/pratique-dev/pratique/internal/server"
	"github.com/pratique-dev/pratique/internal/stsapi"
)

// encoded is the message that came with a denial.
func encoded(t *testing.T, err error) string {
	t.Helper()
	var r *smithyhttp.ResponseError
	if !errors.As(err, &r) {
		t.Fatalf("error %v", err)
	}
	m := r.Response.Header.Get("X-Pratique-Encoded-Message")
	if m == "" || len(m) > 3<<10 {
		t.Fatalf("encoded message of %d bytes with %v", len(m), err)
	}
	return m
}

type decoded struct {
	Allowed, ExplicitDeny bool
	MatchedStatements     list[struct {
		StatementID, Effect            string
		Principals, Actions, Resources list[val]
		Conditions                     list[cond]
	}]
	Failures list[any]
	Context  struct {
		Principal        struct{ ID, ARN string }
		Action, Resource string
		Conditions       list[cond]
	}
}
type (
	list[T any] struct{ Items []T }
	val         struct{ Value string }
	cond        struct {
		Key    string
		Values list[val]
	}
)

func (w *world) decode(by aws.Credentials, message string) (decoded, error) {
	w.t.Helper()
	var d decoded
	out, err := w.sts(by).DecodeAuthorizationMessage(w.t.Context(), &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal([]byte(*out.DecodedMessage), &d); err != nil {
		w.t.Fatalf("%v in %s", err, *out.DecodedMessage)
	}
	if strings.Contains(*out.DecodedMessage, "null") {
		w.t.Errorf("a list is null: %s", *out.DecodedMessage)
	}
	return d, nil
}

func (d decoded) key(name string) string {
	for _, c := range d.Context.Conditions.Items {
		if c.Key == name {
			return c.Values.Items[0].Value
		}
	}
	return ""
}

func TestDecodeAuthorizationMessage(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := w.root
	alice := engine.Entity{Kind: engine.EntityUser, Name: "alice"}
	err := w.IAM().PutInlinePolicy(ctx, caller, alice, "deny", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"ecr:*","Resource":"*"},
		{"Sid":"NoDelete","Effect":"Deny","Action":["ecr:Delete*","ecr:Batch*"],"Resource":"arn:aws:ecr:*:*:repository/*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ecr.NewFromConfig(w.AWS(w.alice)).DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: aws.String("team/app")})
	wantError(t, err, "AccessDeniedException", 400, "with an explicit deny in an identity-based policy")
	message := encoded(t, err)

	d, err := w.decode(root, message)
	if err != nil {
		t.Fatal(err)
	}
	if d.Allowed || !d.ExplicitDeny || len(d.MatchedStatements.Items) != 1 || d.Context.Action != "ecr:DeleteRepository" ||
		d.Context.Resource != "arn:aws:ecr:us-east-1:111111111111:repository/team/app" || d.Context.Principal.ARN != aliceARN ||
		d.key("aws:requestedregion") != "us-east-1" {
		t.Fatalf("decoded %+v", d)
	}
	s := d.MatchedStatements.Items[0]
	if s.StatementID != "NoDelete" || s.Effect != "DENY" || len(s.Actions.Items) != 2 || s.Resources.Items[0].Value != "arn:aws:ecr:*:*:repository/*" ||
		s.Conditions.Items[0].Key != "aws:RequestedRegion" || s.Principals.Items[0].Value != d.Context.Principal.ID {
		t.Errorf("statement %+v", s)
	}

	// Decoding needs the permission, an account that it is about, and a message that is one.
	w.allow("alice", "ecr:*", "*")
	_, err = w.decode(w.alice, message)
	wantError(t, err, "AccessDenied", 403, "sts:DecodeAuthorizationMessage")
	w.allow("alice", "sts:DecodeAuthorizationMessage", "*")
	if _, err := w.decode(w.alice, message); err != nil {
		t.Error(err)
	}
	tampered := message[:40] + string(message[40]^1) + message[41:]
	for name, m := range map[string]string{"tampered": tampered, "short": message[:30], "a session token": w.federated().SessionToken} {
		_, err := w.decode(root, m)
		wantError(t, err, "InvalidAuthorizationMessageException", 400, "")
		if err == nil {
			t.Error(name)
		}
	}
	_, err = w.decode(w.Account("333333333333"), message)
	wantError(t, err, "InvalidAuthorizationMessageException", 400, "")
	w.shift.Store(int64(25 * time.Hour))
	if _, ok, err := stsapi.NewMessages(w.box(), w.now).Decode(message, caller); ok || err != nil {
		t.Errorf("an old message was decoded: %v", err)
	}
	w.shift.Store(int64(23 * time.Hour))
	if _, ok, err := stsapi.NewMessages(w.box(), w.now).Decode(message, caller); !ok || err != nil {
		t.Errorf("a message of today was not: %v", err)
	}
}

func (w *world) federated() aws.Credentials {
	c, _ := w.federate(w.root, "bob", "")
	return c
}

// Denials of IAM and STS carry a message, too, and across accounts each side sees its own.
func TestDecodeAcrossAccounts(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	callerRoot, ownerRoot := w.root, w.owner
	role := w.role("node", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+aliceARN+`"},"Action":"sts:AssumeRole"},
		{"Sid":"Secret","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"sts:ExternalId":"x17"}}}]}`,
		func(in *iam.CreateRoleInput) { in.Tags = nil })
	if _, err := w.iam.TagRole(ctx, tagRole("node", "site", "north")); err != nil {
		t.Fatal(err)
	}
	if err := w.IAM().SetTags(ctx, caller, engine.Entity{Kind: engine.EntityUser, Name: "alice"}, []engine.Tag{{Key: "cost", Value: "17"}}); err != nil {
		t.Fatal(err)
	}
	_, err := w.sts(w.alice).AssumeRole(ctx, assume(role))
	message := encoded(t, err)
	d, err := w.decode(callerRoot, message)
	if err != nil || len(d.MatchedStatements.Items) != 0 || d.key("aws:resourcetag/site") != "" || d.key("aws:principaltag/cost") != "17" {
		t.Errorf("the caller sees %+v, %v", d, err)
	}
	d, err = w.decode(ownerRoot, message)
	if err != nil || len(d.MatchedStatements.Items) != 1 || d.MatchedStatements.Items[0].StatementID != "Secret" ||
		d.key("aws:resourcetag/site") != "north" || d.key("aws:principaltag/cost") != "" || !d.ExplicitDeny {
		t.Errorf("the owner sees %+v, %v", d, err)
	}

	// What the caller's own policy denies is not the owner's to see.
	err = w.IAM().PutInlinePolicy(ctx, caller, engine.Entity{Kind: engine.EntityUser, Name: "alice"}, "deny",
		`{"Version":"2012-10-17","Statement":{"Sid":"Mine","Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.sts(w.alice).AssumeRole(ctx, assume(role, func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("x17") }))
	message = encoded(t, err)
	if d, err = w.decode(callerRoot, message); err != nil || len(d.MatchedStatements.Items) != 1 || d.MatchedStatements.Items[0].StatementID != "Mine" || !d.ExplicitDeny {
		t.Errorf("the caller sees %+v, %v", d, err)
	}
	if d, err = w.decode(ownerRoot, message); err != nil || len(d.MatchedStatements.Items) != 0 || d.ExplicitDeny {
		t.Errorf("the owner sees %+v, %v", d, err)
	}
}

// However much there is to say, the header stays small.
func TestLargeMessage(t *testing.T) {
	w := newWorld(t)
	var tags []engine.Tag
	for i := range 50 {
		tags = append(tags, engine.Tag{Key: "k" + random(20) + string(rune('a'+i%26)), Value: random(200)})
	}
	if err := w.IAM().SetTags(t.Context(), caller, engine.Entity{Kind: engine.EntityUser, Name: "alice"}, tags); err != nil {
		t.Fatal(err)
	}
	_, err := w.sts(w.alice).AssumeRole(t.Context(), assume("arn:aws:iam::222222222222:role/gone"))
	d, err := w.decode(w.root, encoded(t, err))
	if err != nil || d.Context.Action != "sts:AssumeRole" || len(d.Context.Conditions.Items) != 0 {
		t.Errorf("decoded %+v, %v", d, err)
	}
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.shift.Load())) }

// box is the server's.
func (w *world) box() *seal.Box {
	w.t.Helper()
	b, err := seal.OpenKeyFile(filepath.Join(w.dir, server.KeyFile))
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func tagRole(role, key, value string) *iam.TagRoleInput {
	return &iam.TagRoleInput{RoleName: &role, Tags: []iamtypes.Tag{{Key: &key, Value: &value}}}
}

func random(n int) string {
	return (rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text())[:n]
}
