package imagespec

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/pratique-dev/pratique/internal/nesting"
)

// node is a value of a YAML or JSON document, with where it is.
type node struct {
	value Value // a List and a Dict have values of type node
	pos   Position
	size  int // values in it, itself included, aliases counted where they are used
}

// Bounds of a document. The parser needs time quadratic in the nesting.
const (
	maxValues      = 1 << 18
	maxValueDepth  = 100
	maxYAMLNesting = 1000
)

// readYAML reads the documents of a YAML file with the types that PyYAML's
// safe_load, by which flytekit reads such files, gives scalars.
func readYAML(name string, src []byte) ([]node, error) {
	if line := nesting.Excess(src, maxYAMLNesting); line > 0 {
		return nil, &Error{File: name, Line: line, Column: 1, Msg: "it is nested too deep"}
	}
	if err := printable(name, src); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		out := &Error{File: name, Msg: err.Error(), Err: err}
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
			out.Line, out.Column, out.Msg = syntax.GetToken().Position.Line, syntax.GetToken().Position.Column, syntax.GetMessage()
		}
		return nil, out
	}
	var docs []node
	for _, d := range file.Docs {
		y := &yamlReader{file: name, anchors: map[string]node{}}
		n, err := y.read(d.Body, 0)
		if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
	return docs, nil
}

// printable refuses the characters that YAML 1.1 wants to be escaped, and those
// that end a line in it and not in the eyes of anybody else.
func printable(name string, src []byte) error {
	line, column := 1, 0
	for _, r := range string(src) {
		column++
		switch {
		case r == '\n':
			line, column = line+1, 0
		case r < 0x20 && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfffe, r == 0xffff:
			return &Error{File: name, Line: line, Column: column, Msg: fmt.Sprintf("the character %U has to be written as an escape in YAML", r)}
		}
	}
	return nil
}

type yamlReader struct {
	file    string
	anchors map[string]node
}

func (y *yamlReader) fault(p Position, format string, args ...any) error {
	return &Error{File: y.file, Line: p.Line, Column: p.Column, Msg: fmt.Sprintf(format, args...)}
}

func (y *yamlReader) read(n ast.Node, depth int) (node, error) {
	out := node{size: 1}
	if n == nil {
		return out, nil
	}
	out.pos = positionOf(n)
	if depth > maxValueDepth {
		return out, y.fault(out.pos, "it is nested too deep")
	}
	var err error
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			out.pos = positionOf(n.Values[0].Key)
		}
		err = y.mapping(&out, n.Values, depth)
	case *ast.MappingValueNode:
		out.pos = positionOf(n.Key)
		err = y.mapping(&out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := List{}
		for _, v := range n.Values {
			item, err := y.read(v, depth+1)
			if err != nil {
				return out, err
			}
			list = append(list, item)
			if out.size += item.size; out.size > maxValues {
				return out, y.fault(out.pos, "it has too many values")
			}
		}
		out.value = list
	case *ast.AnchorNode:
		if out, err = y.read(n.Value, depth+1); err == nil {
			y.anchors[n.Name.GetToken().Value] = out
		}
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		value, ok := y.anchors[name]
		if !ok {
			return out, y.fault(out.pos, "there is no anchor %q before this", name)
		}
		value.pos = out.pos
		return value, nil
	case *ast.TagNode:
		out, err = y.tagged(n, depth)
	case *ast.LiteralNode:
		out.value = n.Value.Value
	case *ast.StringNode:
		if out.value = n.Value; n.Token.Type != token.SingleQuoteType && n.Token.Type != token.DoubleQuoteType {
			out.value, err = yamlScalar(n.Value)
		}
	case *ast.NullNode:
	default:
		out.value, err = yamlScalar(n.GetToken().Value)
	}
	var located *Error
	if err != nil && !errors.As(err, &located) {
		err = y.fault(out.pos, "%v", err)
	}
	return out, err
}

func positionOf(n ast.Node) Position {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return Position{t.Position.Line, t.Position.Column}
	}
	return Position{}
}

// tagged reads a value whose type is given.
func (y *yamlReader) tagged(n *ast.TagNode, depth int) (node, error) {
	out, err := y.read(n.Value, depth+1)
	if err != nil {
		return out, err
	}
	tag := n.Start.Value
	text, isScalar := scalarText(n.Value)
	switch value := out.value; tag {
	case "!!seq":
		if _, ok := value.(List); ok {
			return out, nil
		}
	case "!!map":
		if _, ok := value.(Dict); ok {
			return out, nil
		}
	case "!!str":
		if isScalar {
			out.value = text
			return out, nil
		}
	case "!!null", "!!bool", "!!int", "!!float", "!!timestamp":
		if !isScalar {
			break
		}
		if out.value, err = yamlScalar(text); err != nil {
			return out, err
		}
		if i, ok := out.value.(Int); ok && tag == "!!float" {
			out.value, err = parseFloat(string(i))
			return out, err
		}
		if yamlTag(out.value) == tag {
			return out, nil
		}
	default:
		return out, y.fault(out.pos, "the tag %s is not one of a specification", tag)
	}
	return out, y.fault(out.pos, "it is not a %s", tag)
}

func yamlTag(v Value) string {
	switch v.(type) {
	case nil:
		return "!!null"
	case bool:
		return "!!bool"
	case Int:
		return "!!int"
	case float64:
		return "!!float"
	case Object:
		return "!!timestamp"
	}
	return "!!str"
}

// scalarText is the text of a scalar, however it is written.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case nil:
		return "", true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.NullNode:
		if n.Token.Type == token.NullType {
			return n.Token.Value, true
		}
		return "", true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// mapping reads the pairs of a mapping. Those of merge keys come first, as
// PyYAML has it, wherever they are written.
func (y *yamlReader) mapping(out *node, pairs []*ast.MappingValueNode, depth int) error {
	d, at := Dict{}, map[Value]int{}
	add := func(key Value, value node) error {
		if out.size += value.size; out.size > maxValues {
			return y.fault(out.pos, "it has too many values")
		}
		d.set(at, key, value)
		return nil
	}
	own := make(Dict, 0, len(pairs))
	for _, pair := range pairs {
		value, err := y.pair(pair, &own, depth)
		if err != nil {
			return err
		}
		for _, m := range value {
			for _, item := range m {
				if err := add(item.Key, item.Value.(node)); err != nil {
					return err
				}
			}
		}
	}
	for _, item := range own {
		if err := add(item.Key, item.Value.(node)); err != nil {
			return err
		}
	}
	out.value = d
	return nil
}

// pair adds a pair to a mapping's own, or returns what it merges.
func (y *yamlReader) pair(p *ast.MappingValueNode, own *Dict, depth int) ([]Dict, error) {
	if p.Key != nil && p.Key.IsMergeKey() {
		return y.merged(p.Value, depth)
	}
	key, err := y.key(p.Key, depth)
	if err != nil {
		return nil, err
	}
	value, err := y.read(p.Value, depth+1)
	*own = append(*own, Item{key, value})
	return nil, err
}

func (y *yamlReader) key(k ast.MapKeyNode, depth int) (Value, error) {
	var n ast.Node = k
	if explicit, ok := k.(*ast.MappingKeyNode); ok {
		n = explicit.Value
	}
	key, err := y.read(n, depth+1)
	if err == nil && !hashable(key.value) {
		err = y.fault(key.pos, "a key is %s", kindOf(plain(key)))
	}
	return key.value, err
}

// merged are the mappings of a merge key, the one whose values count first
// last.
func (y *yamlReader) merged(n ast.Node, depth int) ([]Dict, error) {
	value, err := y.read(n, depth+1)
	if err != nil {
		return nil, err
	}
	list, ok := value.value.(List)
	if !ok {
		list = List{value}
	}
	var out []Dict
	for _, item := range list {
		d, ok := item.(node).value.(Dict)
		if !ok {
			return nil, y.fault(value.pos, "what is merged is not a mapping")
		}
		out = append([]Dict{d}, out...)
	}
	return out, nil
}

// plain is the value of a node without places.
func plain(v Value) Value {
	if n, ok := v.(node); ok {
		v = n.value
	}
	switch v := v.(type) {
	case List:
		out := make(List, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case Dict:
		out := make(Dict, len(v))
		for i, e := range v {
			out[i] = Item{e.Key, plain(e.Value)}
		}
		return out
	}
	return v
}
