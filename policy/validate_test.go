package policy

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// doc2012 wraps statements in a document of the current version.
func doc2012(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// TestValidateErrors checks the error that AWS reports: the first.
func TestValidateErrors(t *testing.T) {
	resource := func(rs ...string) string {
		return doc2012(`{"Effect":"Allow","Action":"*","Resource":["` + strings.Join(rs, `","`) + `"]}`)
	}
	action := func(as string) string {
		return doc2012(`{"Effect":"Allow","Action":` + as + `,"Resource":"*"}`)
	}
	condition := func(c string) string {
		return doc2012(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + c + `}`)
	}
	trust := func(principal string) string {
		return doc2012(`{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}`)
	}
	tests := []struct {
		kind Kind
		doc  string
		want string // AWS's sentence, "" when it accepts the document
	}{
		{Identity, action(`"*"`), ""},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, oldVersion},
		{Identity, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, oldVersion},
		{Boundary, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, oldVersion},
		{Session, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, ""},
		{Trust, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`, ""},

		{Identity, doc2012(`{"Effect":"allow","Action":"*","Resource":"*"}`), legacyParsing},
		{Identity, doc2012(`{"Effect":"DENY","Action":"nope"}`), legacyParsing},
		{Identity, condition(`{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`), legacyParsing},
		{Identity, condition(`{"DateLessThan":{"aws:CurrentTime":["2026-01-01T00:00:00Z","99999999999999999999"]}}`), legacyParsing},
		{Identity, condition(`{"DateLessThan":{"aws:CurrentTime":["2026-01-01T00:00:00Z",1700000000,"-292275054-01-01"]}}`), ""},
		{Identity, condition(`{"DateLessThan":{"aws:CurrentTime":"-292275055-01-01"}}`), legacyParsing},
		{Identity, condition(`{"NumericEquals":{"k":"five"}}`), legacyParsing},
		{Identity, condition(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`), legacyParsing},
		{Identity, condition(`{"BinaryEquals":{"k":"*"}}`), syntaxErrors},
		{Identity, resource("arn:aws:s3::name"), legacyParsing},
		{Identity, resource("arn:aws::us-east-1:x:y"), legacyParsing},

		{Identity, doc2012(`{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`, `{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`), duplicateSid},
		{Identity, doc2012(`{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}`, `{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}`), ""},
		{Identity, doc2012(`{"Sid":"A b","Effect":"Allow","Action":"*","Resource":"*"}`), malformedSid},
		{Repository, doc2012(`{"Sid":"A b","Effect":"Allow","Principal":"*","Action":"ecr:*"}`), ""},

		{Identity, doc2012(`{"Effect":"Allow","Resource":"*"}`), noActions},
		{Identity, doc2012(`{"Effect":"Allow","NotAction":[],"Resource":"x"}`), noActions},

		{Identity, resource("x"), `Resource x must be in ARN format or "*".`},
		{Identity, resource("**"), `Resource ** must be in ARN format or "*".`},
		{Identity, resource("arn:x:s3"), `Partition "x" is not valid for resource "arn:x:s3:*:*:*".`},
		{Identity, resource("arn:aws"), unqualified},
		{Identity, resource("arn:aws:s*:::x"), unqualified},
		{Identity, resource("arn:*:s3:::x", "arn:aws-cn:ecr:*:*:repository/*", "arn:aws:fdsasf"), ""},
		{Identity, resource("arn:aws:iam:us-east-1:1:user/x"), "IAM resource arn:aws:iam:us-east-1:1:user/x cannot contain region information."},
		{Identity, resource("arn:aws:s3:us-east-1::x"), "Resource arn:aws:s3:us-east-1::x can not contain region information."},
		{Identity, resource("arn:aws:s3:us-east-1:111122223333:accesspoint/x"), ""},
		{Identity, resource("arn:aws:iam::111122223333:usr/x"), iamPaths},
		{Identity, resource("arn:aws:iam::111122223333:rooted"), iamPaths},
		{Identity, resource("arn:aws:iam::111122223333:root"), ""}, // whom sts:AssumeRoot is about
		{Identity, resource("arn:aws:iam::111122223333:*", "arn:aws:iam::*:role/x"), ""},
		{Identity, resource("b", "a"), `Resource a must be in ARN format or "*".`},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"a"}`, `{"Effect":"Allow","Action":"*","Resource":["c","b"]}`,
			`{"Effect":"Allow","Action":"*","Resource":"*"}`), `Resource b must be in ARN format or "*".`},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","NotResource":"z"}`, `{"Effect":"Allow","Action":"*","Resource":"b"}`),
			`Resource z must be in ARN format or "*".`},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"b"}`, `{"Effect":"Allow","Action":"*","NotResource":"z"}`),
			`Resource z must be in ARN format or "*".`},

		{Identity, action(`"BatchGetImage"`), noVendor},
		{Identity, action(`"ecr:Batch:Get"`), manyColons},
		{Identity, action(`"e_cr:Get"`), "Vendor e_cr is not valid"},
		{Identity, action(`":Get"`), "Vendor  is not valid"},
		{Identity, action(`["ecr:*","e*:Get"]`), wildcardVendor},

		{Identity, doc2012(`{"Effect":"Allow","Action":"*"}`), noResources},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":[]}`), noResources},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}`), hasPrincipal},
		{Session, doc2012(`{"Effect":"Allow","Action":"*","Resource":"*","NotPrincipal":{"AWS":"*"}}`), hasPrincipal},

		{Trust, trust(`{"AWS":["*","111122223333","arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/p/x","arn:aws:iam::111122223333:role/x",` +
			`"arn:aws:sts::111122223333:assumed-role/r/s","arn:aws:sts::111122223333:federated-user/x","AIDAJQABLZS4A3QDU576Q"],` +
			`"Service":"ec2.amazonaws.com","Federated":["arn:aws:iam::111122223333:oidc-provider/x","accounts.google.com"]}`), ""},
		{Trust, trust(`"*"`), starPrincipal},
		{Trust, trust(`"arn:aws:iam::111122223333:role/x"`), `Invalid principal in policy: "":"arn:aws:iam::111122223333:role/x"`},
		{Trust, trust(`{"AWS":[]}`), noPrincipals},
		{Trust, doc2012(`{"Effect":"Allow","Action":"sts:AssumeRole"}`), noPrincipals},
		{Trust, trust(`{"AWS":"arn:aws:iam::111122223333:role/*"}`), `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"`},
		{Trust, trust(`{"AWS":"arn:aws:iam::111122223333:group/x"}`), `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/x"`},
		{Trust, trust(`{"AWS":"arn:aws:sts::111122223333:assumed-role/x"}`), `Invalid principal in policy: "AWS":"arn:aws:sts::111122223333:assumed-role/x"`},
		{Trust, trust(`{"AWS":"arn:aws:ecr::111122223333:user/x"}`), `Invalid principal in policy: "AWS":"arn:aws:ecr::111122223333:user/x"`},
		{Trust, trust(`{"AWS":"1234"}`), `Invalid principal in policy: "AWS":"1234"`},
		{Trust, trust(`{"AWS":"AROA-"}`), `Invalid principal in policy: "AWS":"AROA-"`},
		{Trust, trust(`{"Service":"*"}`), `Invalid principal in policy: "SERVICE":"*"`},
		{Trust, trust(`{"Federated":"arn:aws:iam::111122223333:role/x"}`), `Invalid principal in policy: "FEDERATED":"arn:aws:iam::111122223333:role/x"`},
		{Trust, trust(`{"CanonicalUser":"x"}`), `Invalid principal in policy: "CANONICALUSER":"x"`},
		{Trust, doc2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:assumerole","sts:TagSession"]}`), ""},
		{Trust, doc2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}`), notAssumeRole},
		{Trust, doc2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"NotAction":"sts:AssumeRole"}`), notAssumeRole},
		{Trust, doc2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}`), hasResource},

		{Repository, doc2012(`{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage","Resource":"x"}`), ""},
		{Repository, doc2012(`{"Effect":"Allow","Action":"ecr:BatchGetImage"}`), "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"},
		{Registry, doc2012(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:ReplicateImage"}`), "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'"},
		{Registry, doc2012(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:ReplicateImage","Resource":"arn:aws:ecr:us-east-1:1:repository/*"}`), ""},

		{SCP, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, ""},
		{SCP, doc2012(`{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}`), organizations},
		{RCP, doc2012(`{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}`), ""},
		{RCP, doc2012(`{"Effect":"Allow","Principal":"*","Action":"ecr:*","Resource":"*"}`), organizations},
		{RCP, doc2012(`{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"ecr:*","Resource":"*"}`), organizations},
		{RCP, doc2012(`{"Effect":"Deny","NotPrincipal":"*","Action":"ecr:*","Resource":"*"}`), organizations},
		{RCP, doc2012(`{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`), organizations},
		{RCP, doc2012(`{"Effect":"Deny","Principal":"*","NotAction":"ecr:*","Resource":"*"}`), organizations},
		{RCP, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}}`, organizations},
	}
	codes := map[Kind]string{
		Identity: "MalformedPolicyDocument", Boundary: "MalformedPolicyDocument", Session: "MalformedPolicyDocument",
		Trust: "MalformedPolicyDocument", Repository: "InvalidParameterException", Registry: "InvalidParameterException",
		SCP: "MalformedPolicyDocumentException", RCP: "MalformedPolicyDocumentException",
	}
	for _, tt := range tests {
		p, err := Parse([]byte(tt.doc))
		if err != nil {
			t.Errorf("%s: %v", tt.doc, err)
			continue
		}
		got := Finding{Severity: SeverityWarning}
		if all := p.Validate(tt.kind); len(all) > 0 {
			got = all[0]
		}
		switch {
		case tt.want == "":
			if got.Severity == SeverityError {
				t.Errorf("%s %s: %+v, want no error", tt.kind, tt.doc, got)
			}
		case got.Severity != SeverityError || got.Message != tt.want || got.Code != codes[tt.kind] || got.Detail == "" || got.Line < 1 || got.Column < 1:
			t.Errorf("%s %s:\n got %+v\nwant %s", tt.kind, tt.doc, got, tt.want)
		}
	}
}

const organizations = "The provided policy document does not meet the requirements of the specified policy type."

func TestValidateRemarks(t *testing.T) {
	condition := func(c string) string {
		return doc2012(`{"Effect":"Allow","Action":"ecr:*","Resource":"*","Condition":` + c + `}`)
	}
	tests := []struct {
		kind Kind
		doc  string
		want string // codes
	}{
		{Session, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "WARNING MISSING_VERSION"},
		{Identity, doc2012(`{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}`), "SUGGESTION EMPTY_SID_VALUE"},
		{Repository, doc2012(`{"Sid":"a","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*"}`, `{"Sid":"a","Effect":"Deny","Principal":"*","Action":"*"}`), "WARNING UNIQUE_SIDS_RECOMMENDED"},
		{Repository, doc2012(`{"Effect":"Allow","Principal":"*","Action":"*"}`), "SECURITY_WARNING ALLOW_TO_EVERYONE"},
		{Repository, doc2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}`), "SECURITY_WARNING ALLOW_TO_EVERYONE"},
		{Repository, doc2012(`{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-x"}}}`), ""},
		{Repository, doc2012(`{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`), "WARNING RESOURCE_NOT_NEEDED"},
		{Repository, doc2012(`{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*"}`), "SECURITY_WARNING ALLOW_WITH_NOTPRINCIPAL"},
		{Trust, doc2012(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`), "WARNING ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"ecr:${aws:username}","Resource":"*"}`), "ERROR MalformedPolicyDocument, WARNING VARIABLE_UNSUPPORTED_IN_ELEMENT"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}/*"}`), ""},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecr:${aws:RequestedRegion}:1:x"}`), "WARNING VARIABLE_UNSUPPORTED_IN_ELEMENT"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username"}`), "WARNING MISSING_BRACE_IN_VARIABLE"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${}"}`), "WARNING EMPTY_VARIABLE"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a b}"}`), "WARNING UNSUPPORTED_SPACE_IN_VARIABLE"},
		{Identity, doc2012(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a, b}"}`), "WARNING MISSING_QUOTE_IN_VARIABLE"},
		{Session, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}}`, "WARNING VARIABLE_UNSUPPORTED_IN_VERSION"},
		{Identity, condition(`{"StringEquals":{"aws:PrincipalTag/A":"x","aws:principaltag/a":"y"}}`), "WARNING DUPLICATE_KEYS_WITH_DIFFERENT_CASE"},
		{Identity, condition(`{"StringEquals":{"aws:username":"a*"}}`), "WARNING WILDCARD_WITHOUT_LIKE_OPERATOR"},
		{Identity, condition(`{"StringEquals":{"aws:username":"a${*}${?}"}}`), ""},
		{Identity, condition(`{"StringLike":{"aws:username":["${","${a}"]}}`), "WARNING MISSING_BRACE_IN_VARIABLE"},
		{Identity, condition(`{"StringEquals":{"aws:TagKeys":"a"}}`), "WARNING MISSING_QUALIFIER"},
		{Identity, condition(`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}`), ""},
		{Identity, condition(`{"ForAllValues:StringEquals":{"aws:username":"a"}}`), "SECURITY_WARNING FORALLVALUES_WITH_SINGLE_VALUED_KEY"},
		{Identity, condition(`{"ForAnyValue:Null":{"aws:TagKeys":"true"}}`), "SUGGESTION NULL_WITH_QUALIFIER"},
		{Identity, condition(`{"StringEquals":{"k":[]}}`), "SUGGESTION EMPTY_ARRAY_CONDITION"},
		{Identity, condition(`{"Bool":{"k":["yes",true,"${aws:username}"]}}`), "WARNING TYPE_MISMATCH_BOOLEAN"},
		{Identity, condition(`{"ArnLike":{"k":["*","arn:aws:iam::1:role/x","${aws:PrincipalArn}","role/x"]}}`), "WARNING TYPE_MISMATCH"},
		{Identity, doc2012(`{"Sid":"","Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"*"}}}`, `{"Sid":"","Effect":"Allow","Action":"x"}`),
			"ERROR MalformedPolicyDocument, ERROR MalformedPolicyDocument, SUGGESTION EMPTY_SID_VALUE, WARNING WILDCARD_WITHOUT_LIKE_OPERATOR, SUGGESTION EMPTY_SID_VALUE"},
	}
	for _, tt := range tests {
		p, err := Parse([]byte(tt.doc))
		if err != nil {
			t.Errorf("%s: %v", tt.doc, err)
			continue
		}
		var got []string
		for _, f := range p.Validate(tt.kind) {
			got = append(got, f.Severity.String()+" "+f.Code)
			if f.Message == "" || f.Line < 1 || f.Column < 1 {
				t.Errorf("%s: incomplete finding %+v", tt.doc, f)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.kind, tt.doc, diff)
		}
	}
}

// TestValidateGood checks that nothing is found in policies as AWS's documentation has them.
func TestValidateGood(t *testing.T) {
	tests := []struct {
		kind Kind
		doc  string
	}{
		{Repository, `{"Version":"2008-10-17","Statement":[{"Sid":"AllowCrossAccountPull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},` +
			`"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]}]}`},
		{Repository, doc2012(`{"Sid":"LambdaECRImageCrossAccountRetrievalPolicy","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},` +
			`"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{"StringLike":{"aws:sourceArn":"arn:aws:lambda:us-east-1:111122223333:function:*"}}}`)},
		{Identity, doc2012(`{"Effect":"Allow","Action":["ecr:CreateRepository"],"Resource":"arn:aws:ecr:*:111122223333:repository/team-a/*",` +
			`"Condition":{"StringEquals":{"aws:RequestTag/env":"dev"},"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}}}`)},
		{Identity, doc2012(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"},"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}}`)},
	}
	for _, tt := range tests {
		p, err := Parse([]byte(tt.doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Validate(tt.kind); got != nil {
			t.Errorf("%s: %+v", tt.doc, got)
		}
	}
}

func TestSyntaxErrorFinding(t *testing.T) {
	tests := []struct {
		kind    Kind
		doc     string
		code    string
		message string
	}{
		{Identity, `{`, "MalformedPolicyDocument", "Syntax errors in policy."},
		{Trust, `{`, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{Trust, `{"Nope":1} x`, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{Trust, `{"Nope":1}`, "MalformedPolicyDocument", "Syntax errors in policy."},
		{Repository, `{`, "InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"},
		{SCP, `{`, "MalformedPolicyDocumentException", organizations},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.doc))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Fatalf("%s: %v", tt.doc, err)
		}
		want := Finding{Code: tt.code, Message: tt.message, Detail: syntax.Msg, Line: syntax.Line, Column: syntax.Column}
		if diff := cmp.Diff(want, syntax.Finding(tt.kind)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.kind, tt.doc, diff)
		}
		if !strings.HasSuffix(err.Error(), ": "+syntax.Msg) {
			t.Errorf("%s: error text %q", tt.doc, err)
		}
	}
}
