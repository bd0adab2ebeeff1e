package servertest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/pratique-dev/pratique/internal/audit"
	engine "github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/internal/server"
)

const (
	appARN = "arn:aws:ecr:us-east-1:222222222222:repository/team/app"
	denied = "User: " + nodeARN + " is not authorized to perform: ecr:BatchGetImage on resource: " + appARN
)

// event finds the audit event of a request by the id that its answer had.
func (w *world) event(id string) audit.Event {
	w.t.Helper()
	return must(audit.Find(filepath.Join(w.dir, server.AuditFile), id))(w.t)
}

// deniedPull asks for the manifest of team/app:v1 with GET and with HEAD,
// and wants both denied with a reason. It returns the id of GET's decision.
func (w *world) deniedPull(token, reason string) string {
	w.t.Helper()
	const path = "/v2/team/app/manifests/v1"
	var id string
	for _, method := range []string{"HEAD", "GET"} {
		r := w.request(method, owner, path, "")
		r.SetBasicAuth("AWS", token)
		a := w.do(r)
		if id = a.header.Get("X-Pratique-Decision-Id"); a.status != 403 || id == "" {
			w.t.Fatalf("%s: %d, decision %q: %s", method, a.status, id, a.body)
		}
		if method == "HEAD" {
			if a.body != "" || a.header.Get("Docker-Content-Digest") != "" {
				w.t.Errorf("HEAD gave something away: %q, %v", a.body, a.header)
			}
			continue
		}
		if code, message := ociError(w.t, a); code != "DENIED" || message != denied+" because "+reason {
			w.t.Errorf("GET: %s: %s", code, message)
		}
		if !strings.Contains(a.body, `"detail":{"decisionId":"`+id+`"}`) {
			w.t.Errorf("no decision id in the body: %s", a.body)
		}
	}
	return id
}

const noResourcePolicy = "no resource-based policy allows the ecr:BatchGetImage action"

// An account pulls from another: denied, granted, revoked, always with the
// token that it had from the beginning.
func TestCrossAccountPull(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 1<<10, 3)
	node := w.node()
	token := w.token(node)

	id := w.deniedPull(token, noResourcePolicy)
	e := w.event(id)
	if e.Caller.ARN != nodeARN || e.Caller.Kind != "AssumedRole" || e.Account != owner || e.Operation != "GetManifest" ||
		e.Status != 403 || e.ErrorCode != "DENIED" || !strings.HasPrefix(e.ErrorMessage, denied) {
		t.Errorf("audit event: %+v", e)
	}
	if len(e.Decisions) != 1 || e.Decisions[0].Action != "ecr:BatchGetImage" || e.Decisions[0].Resource != appARN || e.Decisions[0].ResourceAccount != owner ||
		e.Decisions[0].Effect == "Allow" || !strings.Contains(string(e.Decisions[0].Trace), "AmazonEC2ContainerRegistryReadOnly") {
		t.Errorf("decisions: %+v", e.Decisions)
	}

	// What the client makes of it.
	err := w.pull("team/app:v1", token, img)
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusForbidden || refused.Errors[0].Code != transport.DeniedErrorCode || !strings.HasPrefix(refused.Errors[0].Message, denied) {
		t.Errorf("pull: %v", err)
	}
	if _, err := remote.Head(w.image(owner, "team/app:v1"), w.remote(token)...); !errors.As(err, &refused) || refused.StatusCode != http.StatusForbidden {
		t.Errorf("head: %v", err)
	}

	w.grant("team/app", user)
	if err := w.pull("team/app:v1", token, img); err != nil {
		t.Errorf("granted: %v", err)
	}
	if _, err := remote.Head(w.image(owner, "team/app:v1"), w.remote(token)...); err != nil {
		t.Errorf("granted: head: %v", err)
	}
	// To pull is not to push.
	push := w.request("POST", owner, "/v2/team/app/blobs/uploads/", "")
	push.SetBasicAuth("AWS", token)
	if a := w.do(push); a.status != 403 || !strings.Contains(a.body, "ecr:InitiateLayerUpload") {
		t.Errorf("push: %d %s", a.status, a.body)
	}

	w.revoke("team/app")
	w.deniedPull(token, noResourcePolicy)

	// Granted to another account.
	w.Account("333333333333")
	w.grant("team/app", "333333333333")
	w.deniedPull(token, noResourcePolicy)
}

// Whatever is taken from a principal is gone with the next request, whichever
// tokens it holds.
func TestRevocationBitesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 100, 1)
	session := w.node()
	w.grant("team/app", user)
	token := w.token(session)
	root := must(w.IAM().CreateAccessKey(t.Context(), user, ""))(t)
	admin := w.iam(aws.Credentials{AccessKeyID: root.ID, SecretAccessKey: root.Secret.Reveal()})
	ctx := t.Context()
	pulls := func(step, token string) {
		t.Helper()
		if err := w.pull("team/app:v1", token, img); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
	}
	challenged := func(step, token string) {
		t.Helper()
		if a := w.get("/v2/team/app/manifests/v1", token); a.status != 401 || a.body != "Not Authorized\n" {
			t.Errorf("%s: %d %s", step, a.status, a.body)
		}
	}
	unrecognized := func(step string, c aws.Credentials) {
		t.Helper()
		_, err := w.ecr(c).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "UnrecognizedClientException" {
			t.Errorf("%s: %v", step, err)
		}
	}
	pulls("in the beginning", token)

	// The policy of the role.
	must(admin.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: aws.String(readOnly)}))(t)
	w.deniedPull(token, "no identity-based policy allows the ecr:BatchGetImage action")
	_, err := w.ecr(session).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if want := "User: " + nodeARN + " is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a new token: %v", err)
	}
	must(admin.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: aws.String(readOnly)}))(t)
	pulls("attached again", token)

	// An explicit denial.
	must(admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String(nodeRole), PolicyName: aws.String("stop"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ecr:*","Resource":"*"}}`),
	}))(t)
	if a := w.get("/v2/team/app/manifests/v1", token); a.status != 403 || !strings.Contains(a.body, denied+" with an explicit deny in an identity-based policy") {
		t.Errorf("explicit deny: %d %s", a.status, a.body)
	}
	must(admin.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String(nodeRole), PolicyName: aws.String("stop")}))(t)
	pulls("without the denial", token)

	// The role, which is another one even if it is made anew.
	must(admin.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: aws.String(readOnly)}))(t)
	trust := must(admin.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(nodeRole)}))(t)
	document := must(url.QueryUnescape(*trust.Role.AssumeRolePolicyDocument))(t)
	must(admin.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String(nodeRole)}))(t)
	challenged("deleted role", token)
	unrecognized("deleted role", session)
	must(admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(nodeRole), AssumeRolePolicyDocument: &document}))(t)
	must(admin.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(nodeRole), PolicyArn: aws.String(readOnly)}))(t)
	challenged("another role of that name", token)
	unrecognized("another role of that name", session)

	// An access key.
	must(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ci")}))(t)
	must(admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("ci"), PolicyArn: aws.String(readOnly)}))(t)
	key := must(admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ci")}))(t).AccessKey
	ci := aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}
	ciToken := w.token(ci)
	setKey := func(status iamtypes.StatusType) {
		t.Helper()
		must(admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("ci"), AccessKeyId: key.AccessKeyId, Status: status}))(t)
	}
	pulls("key", ciToken)
	setKey(iamtypes.StatusTypeInactive)
	challenged("inactive key", ciToken)
	unrecognized("inactive key", ci)
	setKey(iamtypes.StatusTypeActive)
	pulls("active again", ciToken)
	must(admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("ci"), AccessKeyId: key.AccessKeyId}))(t)
	challenged("deleted key", ciToken)
	unrecognized("deleted key", ci)
}

// Somebody who may not pull cannot tell a repository that is there from one
// that is not, neither by status, headers nor body, on any route.
func TestMissingLooksForbidden(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	img := w.push("team/app:v1", 100, 1)
	layer, _ := layerOf(t, img)
	digest := must(img.Digest())(t).String()
	node := w.node()
	token := w.token(node)
	upload := w.request("POST", owner, "/v2/team/app/blobs/uploads/", "")
	upload.SetBasicAuth("AWS", w.token(w.root))
	location := w.do(upload).header.Get("Location")
	id := location[strings.LastIndex(location, "/")+1:]

	// The one that is there has all that could show through.
	w.Account("333333333333")
	w.grant("team/app", "333333333333")
	must(w.ecr(w.root).TagResource(t.Context(), &ecr.TagResourceInput{
		ResourceArn: aws.String(appARN), Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String(strings.Repeat("someone ", 30))}},
	}))(t)

	// normal removes from an answer what may differ: names, ids and the time.
	// Of what is sealed the length must not differ either; that of the two
	// names does not.
	normal := func(a answer) map[string]string {
		m := map[string]string{"body": a.body}
		for _, k := range headerNames(a.header) {
			m[k] = strings.Join(a.header[k], "\n")
		}
		ids := strings.NewReplacer("team/not", "team/app", a.header.Get("X-Amzn-Requestid"), "ID")
		for k := range m {
			m[k] = ids.Replace(m[k])
		}
		delete(m, "Date")
		if sealed, ok := m["X-Pratique-Encoded-Message"]; ok {
			m["X-Pratique-Encoded-Message"] = fmt.Sprint(len(sealed), " bytes")
		}
		return m
	}

	for _, route := range [][2]string{
		{"GET", "/manifests/v1"}, {"HEAD", "/manifests/v1"}, {"GET", "/manifests/" + digest}, {"PUT", "/manifests/v1"}, {"DELETE", "/manifests/v1"},
		{"GET", "/blobs/" + layer.String()}, {"HEAD", "/blobs/" + layer.String()}, {"DELETE", "/blobs/" + layer.String()},
		{"POST", "/blobs/uploads/"}, {"POST", "/blobs/uploads/?mount=" + layer.String() + "&from=team/app"},
		{"GET", "/blobs/uploads/" + id}, {"PATCH", "/blobs/uploads/" + id}, {"PUT", "/blobs/uploads/" + id + "?digest=" + digest}, {"DELETE", "/blobs/uploads/" + id},
		{"GET", "/tags/list"}, {"GET", "/referrers/" + digest},
	} {
		ask := func(name string) answer {
			r := w.request(route[0], owner, "/v2/"+name+route[1], "")
			r.SetBasicAuth("AWS", token)
			a := w.do(r)
			if a.status != 403 {
				t.Errorf("%s %s: %d %s", name, route, a.status, a.body)
			}
			return a
		}
		if diff := cmp.Diff(normal(ask("team/app")), normal(ask("team/not"))); diff != "" {
			t.Errorf("%s (-there +not there):\n%s", route, diff)
		}
	}
	if a := w.get("/v2/_catalog", token); a.status != 403 {
		t.Errorf("catalog: %d %s", a.status, a.body)
	}

	for operation, more := range map[string]string{
		"DescribeRepositories":        ``,
		"BatchGetImage":               `,"imageIds":[{"imageTag":"v1"}]`,
		"BatchCheckLayerAvailability": `,"layerDigests":["` + layer.String() + `"]`,
		"BatchDeleteImage":            `,"imageIds":[{"imageTag":"v1"}]`,
		"DescribeImages":              ``,
		"ListImages":                  ``,
		"GetDownloadUrlForLayer":      `,"layerDigest":"` + layer.String() + `"`,
		"GetRepositoryPolicy":         ``,
		"SetRepositoryPolicy":         `,"policyText":"{}"`,
		"DeleteRepositoryPolicy":      ``,
		"PutImage":                    `,"imageManifest":"{}"`,
		"InitiateLayerUpload":         ``,
		"UploadLayerPart":             `,"uploadId":"` + id + `","partFirstByte":0,"partLastByte":0,"layerPartBlob":"eA=="`,
		"CompleteLayerUpload":         `,"uploadId":"` + id + `","layerDigests":["` + layer.String() + `"]`,
		"PutImageTagMutability":       `,"imageTagMutability":"MUTABLE"`,
		"ListImageReferrers":          `,"subjectId":{"imageDigest":"` + digest + `"}`,
		"UpdateImageStorageClass":     `,"imageId":{"imageTag":"v1"},"targetStorageClass":"ARCHIVE"`,
		"DescribeImageSigningStatus":  `,"imageId":{"imageTag":"v1"}`,
		"CreateRepository":            ``,
		"DeleteRepository":            `,"force":true`,
		"ListTagsForResource":         ``,
		"TagResource":                 `,"tags":[{"Key":"a","Value":"b"}]`,
		"UntagResource":               `,"tagKeys":["a"]`,
	} {
		ask := func(name string) answer {
			body := `{"registryId":"` + owner + `","repositoryName":"` + name + `"` + more + `}`
			switch operation {
			case "DescribeRepositories":
				body = `{"registryId":"` + owner + `","repositoryNames":["` + name + `"]}`
			case "ListTagsForResource", "TagResource", "UntagResource":
				body = `{"resourceArn":"arn:aws:ecr:us-east-1:` + owner + `:repository/` + name + `"` + more + `}`
			}
			a := w.call(w.ecrCall(operation, body).with(func(c *apiCall) { c.credentials = node }))
			if code, _ := jsonError(t, a); a.status != 400 || code != "AccessDeniedException" || a.header.Get("X-Pratique-Decision-Id") == "" {
				t.Errorf("%s %s: %d %s", operation, name, a.status, a.body)
			}
			return a
		}
		if diff := cmp.Diff(normal(ask("team/app")), normal(ask("team/not"))); diff != "" {
			t.Errorf("%s (-there +not there):\n%s", operation, diff)
		}
	}

	// With the right to ask, one is told.
	var missing *types.RepositoryNotFoundException
	_, err := w.ecr(w.root).ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: aws.String("team/not")})
	if !errors.As(err, &missing) {
		t.Errorf("the owner: %v", err)
	}
}

// A policy that names the region decides alike on the API and on the registry.
func TestRequestedRegion(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	w.push("team/app:v1", 100, 1)
	node := w.node()
	w.grant("team/app", user)
	token := w.token(node)
	for _, tt := range []struct {
		region string
		status int
	}{{"us-east-1", 403}, {"eu-west-1", 200}} {
		err := w.IAM().PutInlinePolicy(t.Context(), user, engine.Entity{Kind: engine.EntityRole, Name: nodeRole}, "region", `{"Version":"2012-10-17","Statement":{
			"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"`+tt.region+`"}}}}`)
		if err != nil {
			t.Fatal(err)
		}
		if a := w.get("/v2/team/app/manifests/v1", token); a.status != tt.status {
			t.Errorf("registry, %s is forbidden: %d %s", tt.region, a.status, a.body)
		}
		_, err = w.ecr(node).BatchGetImage(t.Context(), &ecr.BatchGetImageInput{
			RegistryId: aws.String(owner), RepositoryName: aws.String("team/app"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}},
		})
		if (err == nil) != (tt.status == 200) {
			t.Errorf("API, %s is forbidden: %v", tt.region, err)
		}
	}
}
