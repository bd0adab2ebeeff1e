package policy

import (
	"fmt"
	"strings"
	"testing"
)

// The benchmarks decide pulls as a registry sees them: a role session with ten identity policies, four of
// their statements denying under conditions, and a repository policy of twenty statements that shares the
// repository with other accounts, services and roles.

// benchIdentity are the identity policies of the puller.
var benchIdentity = []string{
	`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::artifacts","arn:aws:s3:::artifacts/*"]}`,
	`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:PutItem"],"Resource":"arn:aws:dynamodb:us-east-1:111122223333:table/builds"}`,
	`{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}`,
	`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/deploy/*","Condition":{"StringEquals":{"aws:PrincipalTag/stage":"prod"}}}`,
	`{"Sid":"Login","Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}`,
	`{"Sid":"Pull","Effect":"Allow","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability","ecr:DescribeImages"],"Resource":"arn:aws:ecr:*:111122223333:repository/team-a/*"}`,
	`{"Sid":"Push","Effect":"Allow","Action":["ecr:PutImage","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload"],"Resource":"arn:aws:ecr:*:*:repository/${aws:PrincipalTag/team}/*"},` +
		`{"Sid":"NoDelete","Effect":"Deny","Action":["ecr:BatchDeleteImage","ecr:DeleteRepository"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`,
	`{"Sid":"Region","Effect":"Deny","NotAction":["iam:*","sts:*","support:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}}`,
	`{"Sid":"Transport","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
	`{"Sid":"Network","Effect":"Deny","Action":"ecr:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24","2001:db8::/32"]},"Bool":{"aws:ViaAWSService":"false"}}}`,
}

// benchRepository is the repository policy; its last statement is about the puller's role.
func benchRepository(actions string) string {
	var statements []string
	add := func(sid, principal, actions, condition string) {
		statements = append(statements, fmt.Sprintf(`{"Sid":%q,"Effect":"Allow","Principal":%s,"Action":%s%s}`, sid, principal, actions, condition))
	}
	pull := `["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]`
	push := `["ecr:PutImage","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload"]`
	for i := range 8 {
		add(fmt.Sprintf("account %d", i), fmt.Sprintf(`{"AWS":"arn:aws:iam::%012d:root"}`, 444455556660+i), pull, "")
	}
	for i := range 6 {
		add(fmt.Sprintf("role %d", i), fmt.Sprintf(`{"AWS":["arn:aws:iam::111122223333:role/ci/build-%d","arn:aws:iam::111122223333:role/ci/test-%d"]}`, i, i), push, "")
	}
	add("Lambda", `{"Service":"lambda.amazonaws.com"}`, pull, `,"Condition":{"StringLike":{"aws:SourceArn":"arn:aws:lambda:us-east-1:111122223333:function:*"}}`)
	add("CodeBuild", `{"Service":"codebuild.amazonaws.com"}`, pull, `,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`)
	add("Organization", `"*"`, pull, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)
	add("Scanner", `{"AWS":"arn:aws:iam::111122223333:role/scanner"}`, `["ecr:DescribeImages","ecr:DescribeImageScanFindings"]`, "")
	add("Owners", `{"AWS":["arn:aws:iam::111122223333:user/alice","arn:aws:iam::111122223333:user/bob"]}`, `"ecr:*"`, "")
	add("Puller", `{"AWS":"arn:aws:iam::111122223333:role/ci/puller"}`, actions, "")
	return doc2012(statements...)
}

// benchCase is a set with a request that it decides in a certain way.
func benchCase(tb testing.TB) (*Request, *Set) {
	tb.Helper()
	r := &Request{
		Principal: Principal{
			Kind: AssumedRole, Account: "111122223333", ARN: "arn:aws:sts::111122223333:assumed-role/puller/job-1",
			IssuerARN: "arn:aws:iam::111122223333:role/ci/puller", ID: "AROAPULLER000000PULLER:job-1",
		},
		Action:          "ecr:BatchGetImage",
		Resource:        "arn:aws:ecr:us-east-1:111122223333:repository/team-a/api",
		ResourceAccount: "111122223333",
		Context:         make(Context),
	}
	for key, value := range map[string]string{
		"aws:PrincipalArn": r.Principal.IssuerARN, "aws:PrincipalAccount": "111122223333", "aws:PrincipalType": "AssumedRole",
		"aws:PrincipalIsAWSService": "false", "aws:userid": r.Principal.ID, "aws:PrincipalTag/team": "team-a",
		"aws:SourceIp": "192.0.2.17", "aws:SecureTransport": "true", "aws:ViaAWSService": "false",
		"aws:CurrentTime": "2026-11-21T03:00:00Z", "aws:EpochTime": "1795230000", "aws:UserAgent": "containerd/2.1",
		"aws:RequestedRegion": "us-east-1", "aws:ResourceAccount": "111122223333", "aws:TokenIssueTime": "2026-11-21T02:00:00Z",
		"aws:ResourceTag/team": "team-a", "ecr:ResourceTag/team": "team-a",
	} {
		r.Context.Set(key, value)
	}
	s := &Set{Resource: []Source{benchSource(tb, benchRepository(`["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]`))}}
	for _, statements := range benchIdentity {
		s.Identity = append(s.Identity, benchSource(tb, doc2012(statements)))
	}
	return r, s
}

func benchSource(tb testing.TB, doc string) Source {
	return Source{Type: "inline", Name: "policy", Policy: mustParse(tb, doc)}
}

// benchDecide measures how long one decision takes.
func benchDecide(b *testing.B, r *Request, s *Set, effect Effect, reason Reason) {
	b.Helper()
	if d := Decide(r, s); d.Effect != effect || d.Reason != reason {
		b.Fatalf("%v %v, want %v %v", d.Effect, d.Reason, effect, reason)
	}
	b.ReportAllocs()
	for b.Loop() {
		Decide(r, s)
	}
}

// BenchmarkDecidePull is a pull that both sides allow.
func BenchmarkDecidePull(b *testing.B) {
	r, s := benchCase(b)
	benchDecide(b, r, s, Allow, ReasonResource)
}

// BenchmarkDecidePullIdentity is a pull that only the identity policies allow.
func BenchmarkDecidePullIdentity(b *testing.B) {
	r, s := benchCase(b)
	s.Resource[0] = benchSource(b, benchRepository(`"ecr:DescribeImages"`))
	benchDecide(b, r, s, Allow, ReasonIdentity)
}

func BenchmarkDecideImplicitDeny(b *testing.B) {
	r, s := benchCase(b)
	s.Resource[0] = benchSource(b, benchRepository(`"ecr:DescribeImages"`))
	r.Resource = "arn:aws:ecr:us-east-1:111122223333:repository/team-b/api"
	benchDecide(b, r, s, ImplicitDeny, ReasonIdentity)
}

func BenchmarkDecideExplicitDeny(b *testing.B) {
	r, s := benchCase(b)
	r.Context.Set("aws:SourceIp", "203.0.113.9")
	benchDecide(b, r, s, ExplicitDeny, ReasonIdentity)
}

// BenchmarkDecideConditions is one statement with a condition of every family, all of which hold.
func BenchmarkDecideConditions(b *testing.B) {
	r, s := benchCase(b)
	r.Context.Set("aws:MultiFactorAuthAge", "300")
	r.Context.Set("aws:TagKeys", "team", "stage")
	s.Resource = nil
	s.Identity = []Source{benchSource(b, doc2012(`{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/${aws:PrincipalTag/team}/*","Condition":{`+
		`"StringEquals":{"aws:PrincipalTag/team":["team-b","team-a"],"aws:ResourceTag/team":"${aws:PrincipalTag/team}"},`+
		`"StringLike":{"aws:UserAgent":"containerd/*"},`+
		`"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"},`+
		`"DateGreaterThan":{"aws:TokenIssueTime":"2026-11-20T00:00:00Z"},`+
		`"Bool":{"aws:SecureTransport":"true"},`+
		`"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]},`+
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci/*"},`+
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team","stage","owner"]},`+
		`"Null":{"aws:MultiFactorAuthAge":"false"}}}`))}
	benchDecide(b, r, s, Allow, ReasonIdentity)
}

// benchStack adds all that can limit a caller: a boundary, a session policy, three levels of service
// control policies and two of resource control policies.
func benchStack(b *testing.B) (*Request, *Set) {
	r, s := benchCase(b)
	full := benchSource(b, doc2012(`{"Effect":"Allow","Action":"*","Resource":"*"}`))
	fullRCP := benchSource(b, doc2012(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`))
	s.Boundary = []Source{benchSource(b, doc2012(`{"Effect":"Allow","Action":["ecr:*","s3:*","logs:*"],"Resource":"*"}`,
		`{"Effect":"Deny","Action":"iam:*","Resource":"*"}`))}
	s.Session = []Source{benchSource(b, doc2012(`{"Effect":"Allow","Action":["ecr:Batch*","ecr:Get*"],"Resource":"arn:aws:ecr:us-east-1:111122223333:repository/team-a/*"}`))}
	s.SCP = [][]Source{{full}, {full, benchSource(b, doc2012(`{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1"]}}}`))},
		{benchSource(b, doc2012(`{"Effect":"Allow","Action":["ecr:*","ec2:*","iam:*","logs:*","s3:*","sts:*"],"Resource":"*"}`, `{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}`))}}
	s.RCP = [][]Source{{fullRCP}, {fullRCP, benchSource(b, doc2012(`{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:ResourceAccount":"111122223333"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}`))}}
	return r, s
}

func BenchmarkDecideFullStack(b *testing.B) {
	r, s := benchStack(b)
	benchDecide(b, r, s, Allow, ReasonResource)
}

// BenchmarkEvaluateFullStack is the same with the trace.
func BenchmarkEvaluateFullStack(b *testing.B) {
	r, s := benchStack(b)
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(r, s)
	}
}

// BenchmarkDecideWorstGlob matches the pattern that backtracking matchers never come back from.
func BenchmarkDecideWorstGlob(b *testing.B) {
	r, s := benchCase(b)
	r.Resource = "arn:aws:ecr:us-east-1:111122223333:repository/" + strings.Repeat("a", 64)
	s.Resource = nil
	s.Identity = []Source{benchSource(b, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecr:*:*:repository/*a*a*a*a*a*a*a*a*b"}`))}
	benchDecide(b, r, s, ImplicitDeny, ReasonIdentity)
}

// BenchmarkParse parses and compiles the ten identity policies and the repository policy.
func BenchmarkParse(b *testing.B) {
	docs := [][]byte{[]byte(benchRepository(`"ecr:*"`))}
	for _, statements := range benchIdentity {
		docs = append(docs, []byte(doc2012(statements)))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, doc := range docs {
			if _, err := Parse(doc); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// benchmarkSet is a role with ten policies, a boundary, three levels of SCPs and a repository policy.
func benchmarkSet(b *testing.B) (*Request, *Set) {
	parse := func(name string, statements ...string) Source {
		return Source{Type: "managed", Name: name, Policy: mustParse(b, doc2012(statements...))}
	}
	s := &Set{
		Boundary: []Source{parse("boundary", `{"Effect":"Allow","Action":["ecr:*","sts:*"],"Resource":"*"}`)},
		Resource: []Source{parse("repository",
			`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:root"]},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}`,
			`{"Effect":"Deny","Principal":"*","Action":"ecr:BatchDeleteImage"}`)},
	}
	for i := range 9 {
		s.Identity = append(s.Identity, parse(fmt.Sprint("p", i),
			fmt.Sprintf(`{"Effect":"Allow","Action":["ecr:GetRepositoryPolicy","ecr:Describe*","ecr:PutImage"],"Resource":"arn:aws:ecr:*:111122223333:repository/team-%d/*"}`, i),
			`{"Effect":"Deny","Action":"ecr:Delete*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"ops"}}}`))
	}
	s.Identity = append(s.Identity, parse("pull", `{"Effect":"Allow","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Resource":"arn:aws:ecr:*:*:repository/*",`+
		`"Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]},"Bool":{"aws:SecureTransport":"true"}}}`))
	for range 3 {
		s.SCP = append(s.SCP, []Source{parse("FullAWSAccess", `{"Effect":"Allow","Action":"*","Resource":"*"}`)})
	}
	r := &Request{
		Principal: Principal{
			Kind: AssumedRole, Account: "444455556666", ARN: "arn:aws:sts::444455556666:assumed-role/puller/job-1",
			IssuerARN: "arn:aws:iam::444455556666:role/puller", ID: "AROAPULLER000000:job-1",
		},
		Action:          "ecr:BatchGetImage",
		Resource:        "arn:aws:ecr:us-east-1:111122223333:repository/team-a/api",
		ResourceAccount: "111122223333",
		Context:         Context{"aws:sourceip": {"10.1.2.3"}, "aws:securetransport": {"true"}, "aws:principaltag/team": {"dev"}},
	}
	return r, s
}

func BenchmarkEvaluate(b *testing.B) {
	r, s := benchmarkSet(b)
	for _, bench := range []struct {
		name   string
		decide func(*Request, *Set) Decision
	}{{"traced", Evaluate}, {"untraced", Decide}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d := bench.decide(r, s); !d.Allowed() {
					b.Fatal(d.Reason)
				}
			}
		})
	}
}

func BenchmarkGlob(b *testing.B) {
	s := strings.Repeat("a", 64)
	p := compileGlob("*a*a*a*a*a*a*a*a*b", false)
	for b.Loop() {
		if p.match(s, nil) {
			b.Fatal("matches")
		}
	}
}
