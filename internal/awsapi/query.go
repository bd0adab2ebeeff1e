package awsapi

import (
	"encoding/base64"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/awsapi/shape"
)

// maxQueryDepth bounds the parts of a parameter name. The deepest input of IAM and STS has six;
// what goes deeper cannot be a member and is ignored like any other unknown one.
const maxQueryDepth = 16

// queryNode is a parameter with those below it: Tags.member.1.Key is four nodes deep.
type queryNode struct {
	value    string
	set      bool // there is a value, which may be empty
	children map[string]*queryNode
}

// parseQuery arranges parameters as a tree. Every name may be given once, so that whoever reads the
// request sees what was meant.
func parseQuery(values url.Values) (*queryNode, error) {
	root := new(queryNode)
	for name, vs := range values {
		if len(vs) > 1 {
			return nil, malformedQuery("Parameter " + clip(name) + " is given more than once.")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(vs[0]) {
			return nil, malformedQuery("The parameters are not valid UTF-8.")
		}
		if strings.ContainsRune(vs[0], 0) { // which not every database can store
			return nil, malformedQuery("The parameters hold text with a NUL.")
		}
		if strings.Count(name, ".") >= maxQueryDepth {
			continue
		}
		n := root
		for part := range strings.SplitSeq(name, ".") {
			next := n.children[part]
			if next == nil {
				next = new(queryNode)
				if n.children == nil {
					n.children = make(map[string]*queryNode)
				}
				n.children[part] = next
			}
			n = next
		}
		n.value, n.set = vs[0], true
	}
	return root, nil
}

func malformedQuery(message string) *Error {
	return &Error{Code: queryDialect.malformed, Message: message}
}

// decodeQuery reads parameters into the structure in points to. Unknown ones are ignored.
func decodeQuery(values url.Values, in any) error {
	root, err := parseQuery(values)
	if err != nil {
		return err
	}
	return root.structure("", reflect.ValueOf(in).Elem())
}

func (n *queryNode) structure(path string, v reflect.Value) error {
	for f, field := range v.Fields() {
		name := wireName(f)
		child := n.children[name]
		if child == nil {
			continue
		}
		if err := child.decode(join(path, name), field); err != nil {
			return err
		}
	}
	return nil
}

// decode sets v, a member, an element or what it points to.
func (n *queryNode) decode(path string, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		elem := reflect.New(v.Type().Elem())
		if err := n.decode(path, elem.Elem()); err != nil {
			return err
		}
		v.Set(elem)
		return nil
	}
	switch {
	case v.Type() == timeType:
		if err := v.Addr().Interface().(*shape.Time).UnmarshalText([]byte(n.value)); err != nil {
			return malformedQuery("timestamp must follow ISO8601 at " + clip(path))
		}
	case v.Type() == bytesType:
		b, err := base64.StdEncoding.DecodeString(n.value)
		if err != nil {
			return malformedQuery("Invalid Base64 at " + clip(path))
		}
		v.SetBytes(b)
	case v.Kind() == reflect.Struct:
		return n.structure(path, v)
	case v.Kind() == reflect.Slice:
		return n.list(path, v)
	case v.Kind() == reflect.Map:
		return n.mapping(path, v)
	default:
		return n.scalar(path, v)
	}
	return nil
}

func (n *queryNode) scalar(path string, v reflect.Value) error {
	if !n.set {
		return malformedQuery("Unexpected complex element at " + clip(path))
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.value)
	case reflect.Bool:
		switch strings.ToLower(n.value) {
		case "true":
			v.SetBool(true)
		case "false":
		default:
			err = strconv.ErrSyntax
		}
	case reflect.Int32, reflect.Int64:
		var i int64
		i, err = strconv.ParseInt(n.value, 10, v.Type().Bits())
		v.SetInt(i)
	default: // the models have no floating point input in Query services
		err = strconv.ErrSyntax
	}
	if err != nil {
		return malformedQuery("Invalid " + v.Kind().String() + " value at " + clip(path))
	}
	return nil
}

// list reads X.member.1, X.member.2, …; gaps are closed, and X= is the empty list.
func (n *queryNode) list(path string, v reflect.Value) error {
	elems, err := n.indexed(path, "member")
	if err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elems), len(elems)))
	for i, e := range elems {
		if err := e.node.decode(join(path, "member."+strconv.Itoa(e.index)), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// mapping reads X.entry.1.key and X.entry.1.value, …
func (n *queryNode) mapping(path string, v reflect.Value) error {
	entries, err := n.indexed(path, "entry")
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range entries {
		path := join(path, "entry."+strconv.Itoa(e.index))
		key, value := e.node.children["key"], e.node.children["value"]
		if key == nil || value == nil {
			return malformedQuery("An entry needs a key and a value at " + clip(path))
		}
		k, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := key.decode(path+".key", k); err != nil {
			return err
		}
		if err := value.decode(path+".value", elem); err != nil {
			return err
		}
		v.SetMapIndex(k, elem)
	}
	return nil
}

type indexedNode struct {
	index int
	node  *queryNode
}

// indexed returns the numbered nodes below n.wrapper in the order of their numbers.
func (n *queryNode) indexed(path, wrapper string) ([]indexedNode, error) {
	w := n.children[wrapper]
	if w == nil {
		if n.set && n.value == "" {
			return nil, nil
		}
		return nil, malformedQuery("Unexpected list element termination at " + clip(path))
	}
	var all []indexedNode
	for _, name := range slices.Sorted(maps.Keys(w.children)) {
		i, err := strconv.ParseInt(name, 10, 32)
		if err != nil || i < 1 || name != strconv.FormatInt(i, 10) {
			return nil, malformedQuery(clip(join(path, wrapper+"."+name)) + " is not a valid index")
		}
		all = append(all, indexedNode{int(i), w.children[name]})
	}
	slices.SortFunc(all, func(a, b indexedNode) int { return a.index - b.index })
	return all, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
