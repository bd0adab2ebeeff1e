package policy

import (
	"fmt"
)

// Severity ranks a finding.
type Severity int

// The severities, named after the finding types of IAM Access Analyzer.
const (
	SeverityError           Severity = iota // AWS refuses the document
	SeveritySecurityWarning                 // it grants more than its author probably wants
	SeverityWarning                         // it probably does not do what its author wants
	SeveritySuggestion                      // it could be put better
)

var severityNames = [...]string{
	SeverityError:           "ERROR",
	SeveritySecurityWarning: "SECURITY_WARNING",
	SeverityWarning:         "WARNING",
	SeveritySuggestion:      "SUGGESTION",
}

// String returns Access Analyzer's name, such as "SECURITY_WARNING".
func (s Severity) String() string { return enumName(severityNames[:], int(s), "Severity") }

// MarshalText implements [encoding.TextMarshaler] with the names of String.
func (s Severity) MarshalText() ([]byte, error) {
	return enumText(severityNames[:], int(s), "severity")
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(text []byte) error {
	return enumParse(s, severityNames[:], text, "severity")
}

// Finding is a fault of a document.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is the error code of the AWS operation that stores such a document, such as
	// MalformedPolicyDocument; for lesser findings Access Analyzer's issue code, or one like it.
	Code string `json:"code"`
	// Message is the sentence AWS answers with, word for word; for lesser findings ours.
	Message string `json:"message"`
	// Detail says what is wrong where Message does not.
	Detail string `json:"detail,omitempty"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// The sentences of IAM's MalformedPolicyDocument.
const (
	syntaxErrors   = "Syntax errors in policy."
	invalidJSON    = "This policy contains invalid Json" // role trust policies only
	oldVersion     = "Policy document must be version 2012-10-17 or greater."
	legacyParsing  = "The policy failed legacy parsing"
	duplicateSid   = "Statement IDs (SID) in a single policy must be unique."
	malformedSid   = "Statement IDs (SID) must be alpha-numeric"
	noActions      = "Policy statement must contain actions."
	unqualified    = "Resource vendor must be fully qualified and cannot contain regexes."
	iamPaths       = `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
	noVendor       = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	manyColons     = "Actions/Condition can contain only one colon."
	wildcardVendor = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
	noResources    = "Policy statement must contain resources."
	hasPrincipal   = "Policy document should not specify a principal."
	noPrincipals   = "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!"
	starPrincipal  = `AssumeRolepolicy contained an invalid principal: "STAR":"*".`
	notAssumeRole  = "AssumeRole policy may only specify STS AssumeRole actions."
	hasResource    = "Has prohibited field Resource"
)

// stage orders the errors as IAM checks: it reports only one, of the first stage that fails.
type stage int

const (
	stageSyntax stage = iota
	stageVersion
	stageLegacy
	stageSid
	stageNoActions
	stageResource
	stageAction
	stageNoResources
	stagePrincipal
)

// Finding returns how AWS refuses the document as a policy of kind k. The detail is the error's message.
func (e *SyntaxError) Finding(k Kind) Finding {
	words := syntaxErrors
	if k == Trust && e.notJSON {
		words = invalidJSON
	}
	code, message := refusal(k, words)
	return Finding{Code: code, Message: message, Detail: e.Msg, Line: e.Line, Column: e.Column}
}

// refusal returns the code and sentence for a kind of policy; only IAM gives words to each fault.
func refusal(k Kind, words string) (code, message string) {
	const parameter = "Invalid parameter at 'PolicyText' failed to satisfy constraint: '%s'"
	switch k {
	case Repository:
		return "InvalidParameterException", fmt.Sprintf(parameter, "Invalid repository policy provided")
	case Registry:
		return "InvalidParameterException", fmt.Sprintf(parameter, "Invalid registry policy provided")
	case SCP, RCP:
		return "MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type."
	default:
		return "MalformedPolicyDocument", words
	}
}
