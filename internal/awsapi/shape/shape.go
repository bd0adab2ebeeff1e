// Package shape holds the types that generated API packages are made of: operations, services, constraints and timestamps.
package shape

// Shape names one operation of a service and binds it to its input and output types.
// There is one generated variable per operation, for example ecr.CreateRepository.
type Shape[In, Out any] struct {
	Service *Service
	Name    string
}

// Protocol is the way a service encodes requests and answers.
type Protocol int

const (
	// JSON11 is AWS JSON 1.1: POST /, the operation in X-Amz-Target, JSON bodies.
	// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
	JSON11 Protocol = iota + 1
	// Query is AWS Query: form parameters in, the operation in Action, XML out.
	// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
	Query
)

// Service is what the public model says about one AWS service.
type Service struct {
	Name         string // IAM action prefix, "ecr"
	Title        string // "Amazon Elastic Container Registry"
	SigningName  string // service in the SigV4 credential scope
	Version      string // API version, "2015-09-21"
	Protocol     Protocol
	TargetPrefix string // JSON11: what comes before the dot in X-Amz-Target
	XMLNamespace string // Query: namespace of every answer
	Global       bool   // one endpoint and one set of data for all regions

	Operations  []Operation // by name
	Errors      []Error     // by code
	Constraints Constraints
}

// Operation is what the model says about one operation, apart from its types.
type Operation struct {
	Name     string
	NoAuth   bool     // may be called without a signature
	NoResult bool     // Query: the answer carries no <NameResult> element
	Errors   []string // codes the model declares, common errors aside

	// Method and Path are a second way to call the operation, with a path of its own instead of its name in a header. Elements
	// of the path in braces are members of the input: "GET", "/imagespec/builds/{buildId}".
	Method, Path string
}

// Error is an error code that the model declares.
type Error struct {
	Code   string
	Status int  // HTTP status
	Fault  bool // the server is to blame
}

// Operation returns the operation called name.
func (s *Service) Operation(name string) (Operation, bool) {
	for _, op := range s.Operations {
		if op.Name == name {
			return op, true
		}
	}
	return Operation{}, false
}

// Error returns the declaration of an error code.
func (s *Service) Error(code string) (Error, bool) {
	for _, e := range s.Errors {
		if e.Code == code {
			return e, true
		}
	}
	return Error{}, false
}

// Constraints are the restrictions on the members of input structures, by the name of the Go type.
// Structures without any are left out.
type Constraints map[string][]Member

// Member restricts one field of a structure.
type Member struct {
	Field string // name of the Go field
	Rule
}

// Rule restricts one value. The zero value allows everything.
type Rule struct {
	Required  bool
	Sensitive bool // never quote the value
	// Min and Max bound the value of numbers, the code points of strings, the bytes of blobs
	// and the elements of lists and maps.
	Min, Max *int64
	Pattern  *Pattern
	Enum     []string // in the order of the model
	Key      *Rule    // map keys
	Elem     *Rule    // list elements and map values, unless they are structures with members of their own
}

// Pattern is a regular expression that has to match the whole value.
type Pattern struct {
	Source string // as AWS quotes it
	Go     string // the same set of strings for package regexp, anchored
}
