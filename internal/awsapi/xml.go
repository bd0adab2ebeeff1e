package awsapi

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// xmlWriter writes the XML of the Query protocol. Errors come from values no model has.
type xmlWriter struct {
	bytes.Buffer
	err error
}

func (w *xmlWriter) open(name string)  { w.WriteString("<" + name + ">") }
func (w *xmlWriter) close(name string) { w.WriteString("</" + name + ">") }

// text writes an element with escaped character data. Characters that XML cannot express become U+FFFD.
func (w *xmlWriter) text(name, s string) {
	w.open(name)
	_ = xml.EscapeText(w, []byte(s)) // a Buffer does not fail
	w.close(name)
}

// element writes v under the name; an absent value is left out, an empty list is an empty element.
func (w *xmlWriter) element(name string, v reflect.Value) {
	if isNil(v) {
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType:
		t, err := v.Interface().(shape.Time).MarshalText()
		if err != nil {
			w.err = err
		}
		w.text(name, string(t))
	case v.Type() == bytesType:
		w.text(name, base64.StdEncoding.EncodeToString(v.Bytes()))
	case v.Kind() == reflect.Struct:
		w.open(name)
		for f, field := range v.Fields() {
			w.element(wireName(f), field)
		}
		w.close(name)
	case v.Kind() == reflect.Slice:
		w.open(name)
		for i := range v.Len() {
			w.element("member", v.Index(i))
		}
		w.close(name)
	case v.Kind() == reflect.Map:
		w.open(name)
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			w.open("entry")
			w.text("key", k.String())
			w.element("value", v.MapIndex(k))
			w.close("entry")
		}
		w.close(name)
	case v.Kind() == reflect.String:
		w.text(name, v.String())
	case v.Kind() == reflect.Bool:
		w.text(name, strconv.FormatBool(v.Bool()))
	case v.Kind() == reflect.Int32, v.Kind() == reflect.Int64:
		w.text(name, strconv.FormatInt(v.Int(), 10))
	case v.Kind() == reflect.Float64:
		w.text(name, strconv.FormatFloat(v.Float(), 'g', -1, 64))
	default:
		w.err = fmt.Errorf("encode %s: no XML form of %s", name, v.Type())
	}
}

// encodeXML writes the answer of an operation.
func encodeXML(o *Operation, out any, requestID string) ([]byte, error) {
	w := new(xmlWriter)
	fmt.Fprintf(w, `<%sResponse xmlns="%s">`, o.Name(), o.service.XMLNamespace)
	if !o.model.NoResult {
		w.element(o.Name()+"Result", reflect.ValueOf(out))
	}
	w.open("ResponseMetadata")
	w.text("RequestId", requestID)
	w.close("ResponseMetadata")
	w.close(o.Name() + "Response")
	return w.Bytes(), w.err
}

// encodeXMLError writes an error body; s is nil when the request named no service.
func encodeXMLError(s *shape.Service, e *Error, status int, requestID string) []byte {
	w := new(xmlWriter)
	if s != nil {
		fmt.Fprintf(w, `<ErrorResponse xmlns="%s">`, s.XMLNamespace)
	} else {
		w.open("ErrorResponse")
	}
	w.open("Error")
	if status >= http.StatusInternalServerError {
		w.text("Type", "Receiver")
	} else {
		w.text("Type", "Sender")
	}
	w.text("Code", e.Code)
	w.text("Message", e.Message)
	w.close("Error")
	w.text("RequestId", requestID)
	w.close("ErrorResponse")
	return w.Bytes()
}
