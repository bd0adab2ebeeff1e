package gen

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

//go:embed models/*.json
var models embed.FS

// Generate returns the generated files of all services by their path below internal/awsapi.
func Generate() (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, s := range Services() {
		raw, err := models.ReadFile(path.Join("models", s.Model+".json"))
		if err != nil {
			return nil, fmt.Errorf("read the model of %s: %w", s.Model, err)
		}
		m, err := parseModel(raw)
		if err != nil {
			return nil, fmt.Errorf("parse the model of %s: %w", s.Model, err)
		}
		g := &generator{service: s, model: m, declared: make(map[string]bool)}
		if err := g.collect(); err != nil {
			return nil, fmt.Errorf("generate %s: %w", s.Model, err)
		}
		for name, write := range map[string]func(*source) error{
			"types_gen.go":    g.types,
			"ops_gen.go":      g.ops,
			"errors_gen.go":   g.errors,
			"validate_gen.go": g.validate,
		} {
			src := new(source)
			if err := write(src); err != nil {
				return nil, fmt.Errorf("generate %s of %s: %w", name, s.Model, err)
			}
			b, err := src.file(s.Package, name == "ops_gen.go", m.Metadata)
			if err != nil {
				return nil, fmt.Errorf("format %s of %s: %w", name, s.Model, err)
			}
			files[path.Join(s.Package, name)] = b
		}
	}
	return files, nil
}

// source is the body of a Go file in the making.
type source struct{ bytes.Buffer }

func (s *source) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

const shapeImport = "github.com/pratique-dev/pratique/internal/awsapi/shape"

// file returns the formatted file; the package comment goes into one file of the package.
func (s *source) file(pkg string, comment bool, m metadata) ([]byte, error) {
	var f bytes.Buffer
	fmt.Fprintf(&f, "// Code generated from models/ by awsapi/gen; DO NOT EDIT.\n\n")
	if comment {
		fmt.Fprintf(&f, "// Package %s holds the operations and shapes of %s, API version %s.\n", pkg, m.ServiceFullName, m.APIVersion)
	}
	fmt.Fprintf(&f, "package %s\n\n", pkg)
	if strings.Contains(s.String(), "shape.") {
		fmt.Fprintf(&f, "import %q\n\n", shapeImport)
	}
	f.Write(s.Bytes())
	return format.Source(f.Bytes())
}

type generator struct {
	service  Service
	model    *model
	declared map[string]bool // Go identifiers

	structs []structure
	enums   []string // shape names
}

// structure is a Go struct to write.
type structure struct {
	name    string // Go name
	members ordered[reference]
	shape   shape
	input   bool // reachable from an operation's input
	doc     string
}

// declare claims a Go identifier.
func (g *generator) declare(name string) error {
	if g.declared[name] {
		return fmt.Errorf("two declarations of %s", name)
	}
	g.declared[name] = true
	return nil
}

// collect finds the structures and enumerations that operations use, inputs first, each once.
// Inputs and outputs get the names OpInput and OpOutput whatever the model calls them.
func (g *generator) collect() error {
	seen := make(map[string]bool)
	var nested []structure
	var visit func(name string, input bool) error
	visit = func(name string, input bool) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		s, ok := g.model.Shapes.get(name)
		if !ok {
			return fmt.Errorf("no shape %s", name)
		}
		if len(s.Enum) > 0 {
			g.enums = append(g.enums, name)
		}
		if s.Type == "structure" {
			nested = append(nested, structure{name: exported(name), members: s.Members, shape: s, input: input})
		}
		for _, r := range s.references() {
			if err := visit(r.Shape, input); err != nil {
				return err
			}
		}
		return nil
	}
	for _, dir := range []string{"Input", "Output"} {
		for _, op := range g.model.Operations {
			ref := op.Value.Input
			if dir == "Output" {
				ref = op.Value.Output
			}
			st := structure{name: op.Name + dir, input: dir == "Input"}
			st.doc = "is what " + op.Name + " takes."
			if dir == "Output" {
				st.doc = "is what " + op.Name + " answers."
			}
			if ref != nil {
				s, ok := g.model.Shapes.get(ref.Shape)
				if !ok || s.Type != "structure" {
					return fmt.Errorf("%s of %s is no structure", dir, op.Name)
				}
				st.shape, st.members = s, s.Members
				for _, m := range s.Members {
					if err := visit(m.Value.Shape, st.input); err != nil {
						return err
					}
				}
			}
			g.structs = append(g.structs, st)
		}
	}
	g.structs = append(g.structs, nested...)
	slices.SortStableFunc(g.structs, func(a, b structure) int { return strings.Compare(a.name, b.name) })
	slices.Sort(g.enums)
	return nil
}

// references returns the shapes that s is made of.
func (s shape) references() []reference {
	var refs []reference
	for _, m := range s.Members {
		refs = append(refs, m.Value)
	}
	for _, r := range []*reference{s.Member, s.Key, s.Value} {
		if r != nil {
			refs = append(refs, *r)
		}
	}
	return refs
}

// types writes the structures and enumerations.
func (g *generator) types(w *source) error {
	for _, st := range g.structs {
		if err := g.declare(st.name); err != nil {
			return err
		}
		if st.doc == "" {
			st.doc = "is a structure of the API."
		}
		w.printf("// %s %s\ntype %s struct {\n", st.name, st.doc, st.name)
		for _, m := range st.members {
			t, err := g.goType(m.Value.Shape, true)
			if err != nil {
				return fmt.Errorf("%s.%s: %w", st.name, m.Name, err)
			}
			comment := ""
			if s, _ := g.model.Shapes.get(m.Value.Shape); len(s.Enum) > 0 {
				comment = " // one of " + exported(m.Value.Shape) + "*"
			}
			w.printf("%s %s `json:\"%s,omitzero\"`%s\n", exported(m.Name), t, m.Name, comment)
		}
		w.printf("}\n\n")
		g.accessors(w, st)
	}
	for _, name := range g.enums {
		s, _ := g.model.Shapes.get(name)
		w.printf("// Values of %s.\nconst (\n", exported(name))
		for _, v := range s.Enum {
			c := exported(name) + enumName(v)
			if err := g.declare(c); err != nil {
				return err
			}
			w.printf("%s = %q\n", c, v)
		}
		w.printf(")\n\n")
	}
	return nil
}

// accessors writes the methods of an operation's input that say what the operation acts on.
func (g *generator) accessors(w *source, st structure) {
	if !strings.HasSuffix(st.name, "Input") || !st.input {
		return
	}
	for _, m := range st.members {
		if s, _ := g.model.Shapes.get(m.Value.Shape); s.Type != "string" || !slices.Contains(g.service.Names, m.Name) {
			continue
		}
		f := exported(m.Name)
		w.printf("// Get%[1]s returns %[1]s, or \"\" when it is absent.\n", f)
		w.printf("func (in *%s) Get%[2]s() string {\nif in.%[2]s == nil {\nreturn \"\"\n}\nreturn *in.%[2]s\n}\n\n", st.name, f)
	}
}

// goType returns the Go type of a shape. Scalar and structure members are pointers: nil is absent.
func (g *generator) goType(name string, member bool) (string, error) {
	s, ok := g.model.Shapes.get(name)
	if !ok {
		return "", fmt.Errorf("no shape %s", name)
	}
	t := ""
	switch s.Type {
	case "structure":
		t = exported(name)
	case "string":
		t = "string"
	case "integer":
		t = "int32"
	case "long":
		t = "int64"
	case "double":
		t = "float64"
	case "boolean":
		t = "bool"
	case "timestamp":
		t = "shape.Time"
	case "blob":
		return "[]byte", nil
	case "list":
		elem, err := g.goType(s.Member.Shape, false)
		return "[]" + elem, err
	case "map":
		elem, err := g.goType(s.Value.Shape, false)
		return "map[string]" + elem, err
	default:
		return "", fmt.Errorf("shape %s: unknown type %q", name, s.Type)
	}
	if member {
		t = "*" + t
	}
	return t, nil
}

// ops writes the service and one shape variable per operation.
func (g *generator) ops(w *source) error {
	m := g.model.Metadata
	signing := m.SigningName
	if signing == "" {
		signing = m.EndpointPrefix
	}
	if err := g.declare("Service"); err != nil {
		return err
	}
	w.printf("// Service describes %s.\nvar Service = &shape.Service{\n", m.ServiceFullName)
	w.printf("Name: %q,\nTitle: %q,\nSigningName: %q,\nVersion: %q,\n", signing, m.ServiceFullName, signing, m.APIVersion)
	switch {
	case m.Protocol == "json" && m.JSONVersion == "1.1":
		w.printf("Protocol: shape.JSON11,\nTargetPrefix: %q,\n", m.TargetPrefix)
	case m.Protocol == "query":
		w.printf("Protocol: shape.Query,\nXMLNamespace: %q,\n", m.XMLNamespace)
	default:
		return fmt.Errorf("unknown protocol %s %s", m.Protocol, m.JSONVersion)
	}
	if g.service.Global {
		w.printf("Global: true,\n")
	}
	w.printf("Operations: []shape.Operation{\n")
	for _, op := range g.model.Operations {
		o := op.Value
		w.printf("{Name: %q", op.Name)
		switch {
		case o.HTTP.Method == http.MethodPost && o.HTTP.RequestURI == "/":
		case g.service.Own && m.Protocol == "json":
			w.printf(", Method: %q, Path: %q", o.HTTP.Method, o.HTTP.RequestURI)
		default:
			return fmt.Errorf("%s is not POST /", op.Name)
		}
		if o.AuthType == "none" {
			w.printf(", NoAuth: true")
		}
		if o.Output == nil {
			w.printf(", NoResult: true")
		} else if o.Output.ResultWrapper != "" && o.Output.ResultWrapper != op.Name+"Result" {
			return fmt.Errorf("%s has the result wrapper %s", op.Name, o.Output.ResultWrapper)
		}
		if len(o.Errors) > 0 {
			w.printf(", Errors: []string{")
			for i, e := range o.Errors {
				if i > 0 {
					w.printf(", ")
				}
				w.printf("%s", codeName(e.Shape))
			}
			w.printf("}")
		}
		w.printf("},\n")
	}
	w.printf("},\nErrors: errorCodes,\nConstraints: constraints,\n}\n\n")

	w.printf("// The operations.\nvar (\n")
	for _, op := range g.model.Operations {
		if err := g.declare(op.Name); err != nil {
			return err
		}
		w.printf("%[1]s = shape.Shape[%[1]sInput, %[1]sOutput]{Service: Service, Name: %[1]q}\n", op.Name)
	}
	w.printf(")\n")
	return nil
}

// errors writes the error codes.
func (g *generator) errors(w *source) error {
	var exceptions []entry[shape]
	for _, s := range g.model.Shapes {
		if s.Value.Exception {
			exceptions = append(exceptions, s)
		}
	}
	slices.SortFunc(exceptions, func(a, b entry[shape]) int { return strings.Compare(a.Name, b.Name) })
	code := func(e entry[shape]) string {
		if e.Value.Error.Code != "" {
			return e.Value.Error.Code
		}
		return e.Name
	}
	w.printf("// Error codes that the model declares.\nconst (\n")
	for _, e := range exceptions {
		c := codeName(e.Name)
		if err := g.declare(c); err != nil {
			return err
		}
		w.printf("%s = %q\n", c, code(e))
	}
	w.printf(")\n\nvar errorCodes = []shape.Error{\n")
	for _, e := range exceptions {
		status, fault := e.Value.Error.HTTPStatusCode, e.Value.Fault
		switch {
		case status == 0 && fault:
			status = http.StatusInternalServerError
		case status == 0:
			status = http.StatusBadRequest
		case status >= http.StatusInternalServerError:
			fault = true
		}
		w.printf("{Code: %s, Status: %d", codeName(e.Name), status)
		if fault {
			w.printf(", Fault: true")
		}
		w.printf("},\n")
	}
	w.printf("}\n")
	return nil
}

// validate writes the constraints on inputs.
func (g *generator) validate(w *source) error {
	var table source
	patterns := make(map[string]string) // Java to Go name
	var names []string                  // Java, in order of use
	for _, st := range g.structs {
		if !st.input {
			continue
		}
		var rows source
		for _, m := range st.members {
			r, err := g.rule(m.Value.Shape, slices.Contains(st.shape.Required, m.Name), func(name, java string) string {
				if _, ok := patterns[java]; !ok {
					patterns[java] = "pattern" + exported(name)
					names = append(names, java)
				}
				return patterns[java]
			})
			if err != nil {
				return fmt.Errorf("%s.%s: %w", st.name, m.Name, err)
			}
			if r != "" {
				rows.printf("{Field: %q, Rule: shape.Rule{%s}},\n", exported(m.Name), r)
			}
		}
		if rows.Len() > 0 {
			table.printf("%q: {\n%s},\n", st.name, rows.String())
		}
	}
	w.printf("var constraints = shape.Constraints{\n%s}\n\n", table.String())
	w.printf("var (\n")
	for _, java := range names {
		if err := g.declare(patterns[java]); err != nil {
			return err
		}
		p, err := goPattern(java)
		if err != nil {
			return err
		}
		w.printf("%s = &shape.Pattern{\nSource: %s,\nGo: %s,\n}\n", patterns[java], quote(java), quote(p))
	}
	w.printf(")\n")
	return nil
}

// rule returns the elements of a shape.Rule literal, empty when nothing is restricted.
func (g *generator) rule(name string, required bool, pattern func(name, java string) string) (string, error) {
	s, ok := g.model.Shapes.get(name)
	if !ok {
		return "", fmt.Errorf("no shape %s", name)
	}
	var parts []string
	if required {
		parts = append(parts, "Required: true")
	}
	if s.Sensitive {
		parts = append(parts, "Sensitive: true")
	}
	if len(s.Enum) > 0 { // the rest says nothing more
		var values []string
		for _, v := range s.Enum {
			values = append(values, exported(name)+enumName(v))
		}
		return strings.Join(append(parts, "Enum: []string{"+strings.Join(values, ", ")+"}"), ", "), nil
	}
	number := s.Type == "integer" || s.Type == "long" || s.Type == "double"
	if s.Min != nil && (number || *s.Min > 0) {
		parts = append(parts, fmt.Sprintf("Min: new(int64(%d))", *s.Min))
	}
	if s.Max != nil {
		parts = append(parts, fmt.Sprintf("Max: new(int64(%d))", *s.Max))
	}
	if s.Pattern != "" {
		parts = append(parts, "Pattern: "+pattern(name, s.Pattern))
	}
	for _, sub := range []struct {
		field string
		ref   *reference
	}{{"Key", s.Key}, {"Elem", s.Value}, {"Elem", s.Member}} {
		if sub.ref == nil {
			continue
		}
		r, err := g.rule(sub.ref.Shape, false, pattern)
		if err != nil {
			return "", err
		}
		if r != "" {
			parts = append(parts, sub.field+": &shape.Rule{"+r+"}")
		}
	}
	return strings.Join(parts, ", "), nil
}

// exported returns a name of the model as an exported Go identifier.
func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// codeName returns the constant for the code of an exception shape.
func codeName(name string) string { return "Code" + exported(strings.TrimSuffix(name, "Exception")) }

// enumName turns the value of an enumeration into part of an identifier: IMMUTABLE_WITH_EXCLUSION
// becomes ImmutableWithExclusion, docker-hub DockerHub.
func enumName(value string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if word == strings.ToUpper(word) {
			word = strings.ToLower(word)
		}
		b.WriteString(exported(word))
	}
	return b.String()
}

// quote writes a string literal, raw when possible.
func quote(s string) string {
	if strings.ContainsRune(s, '`') {
		return strconv.Quote(s)
	}
	return "`" + s + "`"
}
