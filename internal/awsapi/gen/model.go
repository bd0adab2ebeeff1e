package gen

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// model is a service model in botocore's service-2.json format. Decoding is strict: a trait that
// the generator does not know is an error, so that a new one is noticed instead of ignored.
type model struct {
	Version    string
	Metadata   metadata
	Operations ordered[operation]
	Shapes     ordered[shape]
}

type metadata struct {
	APIVersion      string `json:"apiVersion"`
	EndpointPrefix  string `json:"endpointPrefix"`
	Protocol        string `json:"protocol"`
	JSONVersion     string `json:"jsonVersion"`
	ServiceFullName string `json:"serviceFullName"`
	SigningName     string `json:"signingName"`
	TargetPrefix    string `json:"targetPrefix"`
	XMLNamespace    string `json:"xmlNamespace"`
}

// UnmarshalJSON ignores the rest of the metadata, which is for clients.
func (m *metadata) UnmarshalJSON(b []byte) error {
	type plain metadata
	return json.Unmarshal(b, (*plain)(m))
}

type operation struct {
	Name string
	HTTP struct{ Method, RequestURI string }

	Input, Output *struct{ Shape, ResultWrapper string }

	Errors     []reference
	Auth       []string
	AuthType   string
	Deprecated bool
}

type reference struct {
	Shape      string
	Deprecated bool
}

type shape struct {
	Type       string
	Required   []string
	Members    ordered[reference]
	Member     *reference // of a list
	Key, Value *reference // of a map
	Enum       []string
	Min, Max   *int64
	Pattern    string
	Sensitive  bool
	Box        bool
	Deprecated bool

	Exception bool
	Fault     bool
	Error     struct {
		Code           string
		HTTPStatusCode int
		SenderFault    bool
	}
}

func parseModel(raw []byte) (*model, error) {
	m := new(model)
	if err := strict(raw, m); err != nil {
		return nil, err
	}
	return m, nil
}

func strict(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// ordered is a JSON object whose order matters.
type ordered[T any] []entry[T]

type entry[T any] struct {
	Name  string
	Value T
}

// UnmarshalJSON keeps the members in their order.
func (o *ordered[T]) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return fmt.Errorf("an object is wanted, not %v", tok)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		e := entry[T]{Name: key.(string)}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if err := strict(raw, &e.Value); err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		*o = append(*o, e)
	}
	return nil
}

// get returns the value called name.
func (o ordered[T]) get(name string) (T, bool) {
	for _, e := range o {
		if e.Name == name {
			return e.Value, true
		}
	}
	var zero T
	return zero, false
}
