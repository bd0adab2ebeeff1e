package workload

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/pratique-dev/pratique/internal/nesting"
)

type kind int

const (
	null kind = iota
	scalar
	list
	mapping
)

// node is a value of a YAML, JSON or protobuf document.
type node struct {
	kind         kind
	text         string // of a scalar
	block        bool   // the scalar is a block, which begins in the next line
	line, column int
	keys         []string // of a mapping, in the order of items
	items        []*node
	size         int // nodes below and including this one, aliases counted where they are used
}

// get is the value of a key, nil if there is none.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapping {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			return n.items[i]
		}
	}
	return nil
}

// str is the text of a key, empty if there is none.
func (n *node) str(key string) string {
	if v := n.get(key); v != nil && v.kind == scalar {
		return v.text
	}
	return ""
}

// has reports whether a mapping has the key.
func (n *node) has(key string) bool { return n.get(key) != nil }

// Bounds of a document. The parser needs time quadratic in the nesting.
const (
	maxNodes   = 1 << 20
	maxDepth   = 200
	maxNesting = 2000
)

// parseYAML reads YAML, of which JSON is a part.
func (f *File) parseYAML(data []byte) ([]*node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if line := nesting.Excess(data, maxNesting); line > 0 {
		return nil, f.fault("", line, 1, "it is nested too deep")
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		line, column, msg := 0, 0, err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
			line, column, msg = syntax.GetToken().Position.Line, syntax.GetToken().Position.Column, syntax.GetMessage()
		}
		if i := bytes.Index(data, []byte("{{")); i >= 0 {
			line, column = position(data, i)
			return nil, f.fault("", line, column, "it is a template that has not been rendered: give the output of helm template or the like (%s)", msg)
		}
		return nil, f.fault("", line, column, "%s", msg)
	}
	c := converter{file: f, anchors: map[string]*node{}}
	var docs []*node
	for _, d := range file.Docs {
		clear(c.anchors)
		n, err := c.convert(d.Body, 0)
		if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
	return docs, nil
}

type converter struct {
	file    *File
	anchors map[string]*node
}

func (c *converter) convert(n ast.Node, depth int) (*node, error) {
	out := &node{size: 1}
	if n == nil {
		return out, nil
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line, out.column = t.Position.Line, t.Position.Column
	}
	if depth > maxDepth {
		return nil, c.file.fault("", out.line, out.column, "it is nested too deep")
	}
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		out.kind = mapping
		for _, v := range n.Values {
			if err := c.pair(out, v, depth); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		out.kind = mapping
		if err := c.pair(out, n, depth); err != nil {
			return nil, err
		}
	case *ast.SequenceNode:
		out.kind = list
		for _, v := range n.Values {
			item, err := c.convert(v, depth+1)
			if err != nil {
				return nil, err
			}
			if err := c.append(out, item); err != nil {
				return nil, err
			}
		}
	case *ast.AnchorNode:
		value, err := c.convert(n.Value, depth+1)
		if err != nil {
			return nil, err
		}
		c.anchors[text(n.Name)] = value
		return value, nil
	case *ast.AliasNode:
		value, ok := c.anchors[text(n.Value)]
		if !ok {
			return nil, c.file.fault("", out.line, out.column, "there is no anchor %q before this", text(n.Value))
		}
		return value, nil
	case *ast.TagNode:
		return c.convert(n.Value, depth+1)
	case *ast.LiteralNode:
		out.kind, out.block = scalar, true
		if n.Value != nil {
			out.text = n.Value.Value
		}
	default:
		out.kind, out.text = scalar, text(n)
	}
	return out, nil
}

// text is that of a scalar.
func text(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

// pair adds a key and its value to a mapping, or the pairs of a merge.
func (c *converter) pair(to *node, v *ast.MappingValueNode, depth int) error {
	value, err := c.convert(v.Value, depth+1)
	if err != nil {
		return err
	}
	if v.Key != nil && v.Key.IsMergeKey() {
		from := []*node{value}
		if value.kind == list {
			from = value.items
		}
		for _, m := range from {
			for i, k := range m.keys {
				if to.has(k) {
					continue
				}
				to.keys = append(to.keys, k)
				if err := c.append(to, m.items[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	var key string
	switch k := v.Key.(type) {
	case *ast.MappingKeyNode:
		key = text(k.Value)
	case nil:
	default:
		key = text(k)
	}
	for i, k := range to.keys {
		if k == key { // it was merged before; the mapping's own value counts
			to.items[i] = value
			return nil
		}
	}
	to.keys = append(to.keys, key)
	return c.append(to, value)
}

func (c *converter) append(to, item *node) error {
	to.items = append(to.items, item)
	if to.size += item.size; to.size > maxNodes {
		return c.file.fault("", item.line, item.column, "it has too many values")
	}
	return nil
}

// detect tells the format by the first document.
func (f *File) detect(docs []*node) (Format, error) {
	for _, d := range docs {
		if d.kind == null {
			continue
		}
		if format := formatOf(d); format != "" {
			return format, nil
		}
		return "", f.fault("", d.line, d.column, "it is not recognized as %s; give its format with --format if it is one of them", formatList())
	}
	return "", f.fault("", 0, 0, "it is empty")
}

func formatList() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func formatOf(d *node) Format {
	if d.kind == list && len(d.items) > 0 {
		d = d.items[0] // of a list of specifications
		if formatOf(d) == ImageSpec {
			return ImageSpec
		}
		return ""
	}
	services := d.get("services")
	switch {
	case d.kind != mapping:
		return ""
	case d.has("apiVersion") && d.has("kind"):
		return Kubernetes
	case services != nil && services.kind == list, d.has("environment_templates"), d.has("app_imports") && d.has("app"):
		return Release
	case services != nil && services.kind == mapping:
		return Compose
	case d.hasAny("image_uri", "containerfile", "registry_login_secret", "compute_config", "head_node", "worker_nodes", "head_node_type",
		"worker_node_types", "cluster_env", "applications", "debian_packages", "post_build_cmds"):
		return Anyscale
	case isImageSpec(d):
		return ImageSpec
	}
	return ""
}

func (n *node) hasAny(keys ...string) bool {
	for _, k := range keys {
		if n.has(k) {
			return true
		}
	}
	return false
}

// label joins the words that are not empty.
func label(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func named(kind, name string) string {
	if name == "" {
		return kind
	}
	return fmt.Sprintf("%s %s", kind, name)
}
