package awsapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

var (
	timeType  = reflect.TypeFor[shape.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// wireName returns the name that a generated field has on the wire, in both protocols.
func wireName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// decodeJSON reads a JSON 1.1 body into the structure in points to. Unknown members are ignored, null means
// absent, and an empty body means no members. Depth is bounded by encoding/json.
func decodeJSON(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if !utf8.Valid(body) {
		return serialization("The request body is not valid UTF-8.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(in); err != nil {
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) {
			return serialization(typeMismatch(mismatch))
		}
		return serialization("The request body is not valid JSON for this operation.")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return serialization("The request body holds more than one JSON value.")
	}
	if holdsNUL(body) {
		return serialization("The request body holds text with a NUL.")
	}
	return nil
}

// holdsNUL reports whether a string of a JSON document has a NUL, which not every database can store.
func holdsNUL(doc []byte) bool {
	if !bytes.Contains(doc, []byte(`\u0000`)) {
		return false
	}
	for dec := json.NewDecoder(bytes.NewReader(doc)); ; {
		t, err := dec.Token()
		if err != nil {
			return false // the end
		}
		if s, ok := t.(string); ok && strings.ContainsRune(s, 0) {
			return true
		}
	}
}

func serialization(message string) *Error {
	return &Error{Code: jsonDialect.malformed, Message: message}
}

// typeMismatch is AWS's sentence for a JSON value of the wrong kind.
func typeMismatch(e *json.UnmarshalTypeError) string {
	kind, _, _ := strings.Cut(e.Value, " ")
	switch kind {
	case "object":
		return "Start of structure or map found where not expected."
	case "array":
		return "Start of list found where not expected."
	case "bool":
		kind = "boolean"
	}
	want := "Structure"
	t := e.Type
	switch t.Kind() {
	case reflect.String:
		want = "String"
	case reflect.Bool:
		want = "Boolean"
	case reflect.Int32:
		want = "Integer"
	case reflect.Int64:
		want = "Long"
	case reflect.Float64:
		want = "Double"
	case reflect.Slice:
		want = "List"
		if t == bytesType {
			want = "Blob"
		}
	case reflect.Map:
		want = "Map"
	}
	return strings.ToUpper(kind) + "_VALUE can not be converted to a " + want
}

// encodeJSON writes an output structure. Absent members are left out, empty lists are not.
func encodeJSON(out any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// encodeJSONError writes an error body.
func encodeJSONError(e *Error, decisionID string) ([]byte, error) {
	body := map[string]any{}
	for k, v := range e.Fields {
		body[k] = v
	}
	body["__type"] = e.Code
	// Authorisation errors come from AWS's framework, which spells the member differently.
	if e.Code == jsonDialect.accessDenied {
		body["Message"] = e.Message
		body["decisionId"] = decisionID
	} else if e.Message != "" {
		body["message"] = e.Message
	}
	return encodeJSON(body)
}
