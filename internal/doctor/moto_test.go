package doctor_test

import (
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/pratique-dev/pratique/internal/doctor"
	"github.com/pratique-dev/pratique/internal/endpoint"
	"github.com/pratique-dev/pratique/internal/need"
)

// moto starts a server of somebody else's that stands for AWS, and returns its
// address.
func moto(t *testing.T) string {
	t.Helper()
	need.Tools(t, "moto_server")
	address := closedPort(t)
	_, port, _ := net.SplitHostPort(address)
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "moto_server", "-H", "127.0.0.1", "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); cmd.Wait() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatal("moto does not start")
		}
	}
}

// What another implementation of the APIs offers is examined by the public
// APIs alone. Moto has no registry, which is then the cause; what its policies
// say is there all the same.
func TestMoto(t *testing.T) {
	address := moto(t)
	ctx := t.Context()
	config := func(c aws.Credentials) aws.Config {
		return aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://" + address), Credentials: credentials.StaticCredentialsProvider{Value: c}}
	}
	admin := config(aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"})
	const account = "123456789012"
	must(ecr.NewFromConfig(admin).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("team/app")}))(t)
	role := must(iam.NewFromConfig(admin).CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 aws.String("node"),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`),
	}))(t).Role
	allow := func(actions ...string) {
		t.Helper()
		must(iam.NewFromConfig(admin).PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: aws.String("node"), PolicyName: aws.String("pull"),
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}}`),
		}))(t)
	}
	session := must(sts.NewFromConfig(admin).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Arn, RoleSessionName: aws.String("i-0abc")}))(t).Credentials
	node := config(aws.Credentials{AccessKeyID: *session.AccessKeyId, SecretAccessKey: *session.SecretAccessKey, SessionToken: *session.SessionToken})
	examine := func() *doctor.Report {
		t.Helper()
		m := doctor.ThisMachine("/nonexistent/config.json")
		m.Getenv = func(string) string { return "" }
		m.Resolve = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		m.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return must(doctor.Run(ctx, doctor.Config{
			Image: account + ".dkr.ecr.us-east-1.amazonaws.com/team/app:v1", Platform: "linux/amd64", Machine: m,
			Puller: func(_ context.Context, r endpoint.Registry) (aws.Config, error) { return node, nil },
		}))(t)
	}

	allow(without()...)
	r := examine()
	if r.Cause == nil || r.Cause.Code != doctor.NotRegistry {
		t.Errorf("cause %+v", r.Cause)
	}
	for id, want := range map[doctor.ID]doctor.Status{
		doctor.AWSCredentials: doctor.Passed, doctor.Identity: doctor.Passed, doctor.Token: doctor.Passed, doctor.Login: doctor.Skipped,
		doctor.RepositoryExists: doctor.Passed, doctor.Policy: doctor.Passed, doctor.StalePrincipal: doctor.Passed, doctor.Manifest: doctor.Failed,
	} {
		if c := r.Find(id, ""); c == nil || c.Status != want {
			t.Errorf("%s: %+v, want %s", id, c, want)
		}
	}
	if c := r.Find(doctor.Identity, ""); !strings.Contains(c.Found, ":assumed-role/node/i-0abc") {
		t.Errorf("identity: %s", c.Found)
	}
	if c := r.Find(doctor.Manifest, ""); c.Code != doctor.NoImage {
		t.Errorf("manifest: %+v", c)
	}

	allow(without(pull)...)
	r = examine()
	if c := r.Find(doctor.Policy, pull); c == nil || c.Code != "identity-missing" {
		t.Errorf("denied by its own policies: %+v\n%s", c, must(json.Marshal(r))(t))
	}
	if c := r.Find(doctor.Policy, layers); c == nil || c.Status != doctor.Passed {
		t.Errorf("allowed by them: %+v", c)
	}
}
