package servertest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
)

// TestDescribeDecision asks for a denied pull as everyone who has to do with
// it, and as someone who has not.
func TestDescribeDecision(t *testing.T) {
	w := newWorld(t)
	node := w.node()
	stranger := w.Account("333333333333")
	w.repository("team/app")
	must(w.ecr(w.root).SetRepositoryPolicy(t.Context(), &ecr.SetRepositoryPolicyInput{
		RepositoryName: aws.String("team/app"),
		PolicyText:     aws.String(`{"Version":"2012-10-17","Statement":[{"Sid":"OwnersOwn","Effect":"Allow","Principal":{"AWS":"333333333333"},"Action":"ecr:BatchGetImage"}]}`),
	}))(t)
	id := w.deniedPull(w.token(node), "no resource-based policy allows the ecr:BatchGetImage action")

	describe := func(c aws.Credentials, id string) (*pratique.Decision, error) {
		return access.DescribeDecision(t.Context(), w.AWS(c), id, w.clock.now())
	}
	// An administrator of the caller's account, and the owner.
	keys := must(w.iam(w.accountRoot(user)).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("ec2")}))(t).AccessKey
	admin := aws.Credentials{AccessKeyID: *keys.AccessKeyId, SecretAccessKey: *keys.SecretAccessKey}
	for who, tt := range map[string]struct {
		as         aws.Credentials
		says, not  string
		withheldBy string
	}{
		"caller's account": {admin, "AmazonEC2ContainerRegistryReadOnly", "OwnersOwn", owner},
		"owner's account":  {w.root, "OwnersOwn", "AmazonEC2ContainerRegistryReadOnly", user},
	} {
		d, err := describe(tt.as, id)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		a := d.Authorizations[0]
		if *d.DecisionId != id || *d.Caller.Arn != nodeARN || *d.Status != 403 || *d.Service != "oci" || *a.Effect != "implicitDeny" || *a.Reason != "resource" ||
			!strings.HasPrefix(*a.Message, denied) || time.Since(d.Time.Time).Abs() > time.Minute {
			t.Errorf("%s: %+v", who, d)
		}
		if !strings.Contains(*a.Trace, tt.says) || strings.Contains(*a.Trace, tt.not) || len(a.Withheld) != 1 || *a.Withheld[0].AccountId != tt.withheldBy {
			t.Errorf("%s: withheld %+v, trace %s", who, a.Withheld, *a.Trace)
		}
	}

	// To others it does not exist, in the same words as an id that does not.
	_, foreign := describe(stranger, id)
	_, unknown := describe(stranger, "no-such-id")
	if !errors.Is(foreign, access.ErrDecisionNotFound) || !errors.Is(unknown, access.ErrDecisionNotFound) ||
		strings.ReplaceAll(foreign.Error(), id, "X") != strings.ReplaceAll(unknown.Error(), "no-such-id", "X") {
		t.Errorf("a stranger: %v; an unknown id: %v", foreign, unknown)
	}
	// The caller itself has no permission to ask, and that is a decision, too.
	_, err := describe(node, id)
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException: User: "+nodeARN+" is not authorized to perform: pratique:DescribeDecision on resource: * because no identity-based policy allows") {
		t.Errorf("the node: %v", err)
	}
	if _, err := describe(admin, strings.Repeat("x", 65)); err == nil || !strings.Contains(err.Error(), "InvalidParameterException") {
		t.Errorf("a long id: %v", err)
	}

	// A month later it is forgotten.
	w.clock.advance(31 * 24 * time.Hour)
	if _, err := describe(w.root, id); !errors.Is(err, access.ErrDecisionNotFound) {
		t.Errorf("after a month: %v", err)
	}
}

// accountRoot makes another key of an account's root user.
func (w *world) accountRoot(account string) aws.Credentials {
	w.t.Helper()
	key := must(w.IAM().CreateAccessKey(w.t.Context(), account, ""))(w.t)
	return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret.Reveal()}
}

// A denial by one node is explained by another, and survives both.
func TestDecisionOfAnotherNode(t *testing.T) {
	a := newWorld(t)
	a.repository("team/app")
	node := a.node()
	id := a.deniedPull(a.token(node), "no resource-based policy allows the ecr:BatchGetImage action")

	b := a.another()
	deadline := time.Now().Add(30 * time.Second)
	for {
		_, err := access.DescribeDecision(t.Context(), b.AWS(b.root), id, b.clock.now())
		if err == nil {
			break
		}
		if !errors.Is(err, access.ErrDecisionNotFound) || time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}

	last := a.deniedPull(a.token(node), "no resource-based policy allows the ecr:BatchGetImage action")
	a.Stop()
	if _, err := access.DescribeDecision(t.Context(), b.AWS(b.root), last, b.clock.now()); err != nil {
		t.Errorf("a decision of a node that stopped: %v", err)
	}
}

// A server that is not Pratique is told from one that does not know the id.
func TestNoDecisions(t *testing.T) {
	w := newWorld(t)
	cfg := w.AWS(w.root)
	cfg.BaseEndpoint = nil
	if _, err := access.DescribeDecision(t.Context(), cfg, "id", time.Now()); !errors.Is(err, access.ErrNoDecisions) {
		t.Errorf("AWS: %v", err)
	}
}
