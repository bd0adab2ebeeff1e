package workload

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Bounds of a package.
const (
	maxMember   = 16 << 20
	maxUnpacked = 1 << 30
	maxMembers  = 100_000
)

func isGzip(data []byte) bool { return len(data) > 2 && data[0] == 0x1f && data[1] == 0x8b }

// readFlyte reads what pyflyte package writes, a gzipped tar of serialized
// messages of flyteidl.admin, or one such message.
func (f *File) readFlyte(data []byte) error {
	if !isGzip(data) {
		return f.flyteMessage("", data)
	}
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return f.fault("", 0, 0, "unpack it: %v", err)
	}
	limited := &io.LimitedReader{R: zip, N: maxUnpacked}
	messages := 0
	r := tar.NewReader(limited)
	for members := 0; ; members++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) && limited.N > 0 {
			break
		}
		if err != nil || limited.N == 0 || members > maxMembers {
			if err == nil || limited.N == 0 {
				err = errors.New("it is too large")
			}
			return f.fault("", 0, 0, "unpack it: %v", err)
		}
		if h.Typeflag != tar.TypeReg || path.Ext(h.Name) != ".pb" {
			continue
		}
		if h.Size > maxMember {
			return f.fault(h.Name, 0, 0, "it has %d bytes; at most %d are read", h.Size, maxMember)
		}
		message, err := io.ReadAll(r)
		if err != nil {
			return f.fault(h.Name, 0, 0, "unpack it: %v", err)
		}
		messages++
		if err := f.flyteMessage(h.Name, message); err != nil {
			return err
		}
	}
	if messages == 0 {
		return f.fault("", 0, 0, "it is not a Flyte package: the archive has no .pb file")
	}
	return nil
}

// Field numbers of https://github.com/flyteorg/flyte/tree/master/flyteidl/protos.
const (
	specTemplate     = 1 // flyteidl.admin.TaskSpec and WorkflowSpec
	specSubWorkflows = 2 // flyteidl.admin.WorkflowSpec

	taskID        = 1 // flyteidl.core.TaskTemplate
	taskType      = 2
	taskCustom    = 5
	taskContainer = 6
	taskPod       = 17

	containerImage        = 1 // flyteidl.core.Container
	containerArchitecture = 10

	podSpec = 2 // flyteidl.core.K8sPod

	workflowID          = 1 // flyteidl.core.WorkflowTemplate
	workflowNodes       = 4
	workflowFailureNode = 6

	nodeID     = 1 // flyteidl.core.Node
	nodeTask   = 6
	nodeBranch = 8
	nodeArray  = 10

	taskNodeOverrides = 2 // flyteidl.core.TaskNode

	overrideImage = 3 // flyteidl.core.TaskNodeOverrides
	overridePod   = 4

	branchIfElse = 1 // flyteidl.core.BranchNode

	ifElseCase  = 1 // flyteidl.core.IfElseBlock
	ifElseOther = 2
	ifElseElse  = 3

	ifBlockThen = 2 // flyteidl.core.IfBlock

	arrayNode = 1 // flyteidl.core.ArrayNode

	identifierType = 1 // flyteidl.core.Identifier
	identifierName = 4
)

// Values of flyteidl.core.ResourceType.
const (
	resourceTask     = 1
	resourceWorkflow = 2
)

// flyteMessage reads one message. Its identifier says which: that of a launch
// plan, which names no image, is the message's first field, those of tasks and
// workflows are in their templates.
func (f *File) flyteMessage(member string, data []byte) error {
	m, err := parseMessage(data)
	if err != nil {
		return f.fault(member, 0, 0, "it is not a protobuf message: %v", err)
	}
	template, err := m.message(specTemplate)
	if err != nil {
		return f.fault(member, 0, 0, "it is not a task, workflow or launch plan of Flyte: %v", err)
	}
	if template.number(identifierType) != 0 {
		return nil
	}
	id, err := template.message(taskID)
	switch {
	case err != nil:
	case id.number(identifierType) == resourceTask:
		err = f.flyteTask(member, template, named("task", id.text(identifierName)))
	case id.number(identifierType) == resourceWorkflow:
		w := flyteWalk{f, member, 0}
		if err = w.workflow(template); err == nil {
			err = m.each(specSubWorkflows, w.workflow)
		}
	default:
		err = errors.New("it has no identifier of one")
	}
	if err != nil {
		return f.fault(member, 0, 0, "it is not a task, workflow or launch plan of Flyte: %v", err)
	}
	return nil
}

// architectures are the values of flyteidl.core.Container.Architecture.
var architectures = map[uint64]string{1: "linux/amd64", 2: "linux/arm64", 3: "linux/arm/v6", 4: "linux/arm/v7"}

// flyteTask finds the images of a task: of its container, of its pod, and of
// the pods that a plug-in makes of its custom part, such as Ray clusters and
// the side-cars of old.
func (f *File) flyteTask(member string, t message, at string) error {
	if t.has(taskContainer) {
		c, err := t.message(taskContainer)
		if err != nil {
			return err
		}
		if image := c.text(containerImage); image != "" {
			f.add(Image{Ref: image, Member: member, Where: at, Platform: architectures[c.number(containerArchitecture)]})
		}
	}
	if t.has(taskPod) {
		pod, err := t.message(taskPod)
		if err != nil {
			return err
		}
		if err := f.flytePods(member, pod, podSpec, at); err != nil {
			return err
		}
	}
	kind := t.text(taskType)
	if kind == "" {
		kind = "plug-in"
	}
	return f.flytePods(member, t, taskCustom, at+" ("+kind+")")
}

// flytePods finds the images of a google.protobuf.Struct.
func (f *File) flytePods(member string, m message, field protowire.Number, at string) error {
	if !m.has(field) {
		return nil
	}
	data, ok := m[field][len(m[field])-1].([]byte)
	if !ok {
		return fmt.Errorf("field %d is not a message", field)
	}
	budget := maxNodes
	tree, err := parseStruct(data, 0, &budget)
	if err != nil {
		return err
	}
	f.pods(tree, podContext{object: at, member: member})
	return nil
}

// flyteWalk finds the images that the nodes of workflows use instead of their
// tasks'.
type flyteWalk struct {
	file   *File
	member string
	depth  int
}

func (w flyteWalk) workflow(t message) error {
	id, err := t.message(workflowID)
	if err != nil {
		return err
	}
	at := named("workflow", id.text(identifierName))
	visit := func(n message) error { return w.node(n, at) }
	if err := t.each(workflowNodes, visit); err != nil {
		return err
	}
	return t.each(workflowFailureNode, visit)
}

func (w flyteWalk) node(n message, at string) error {
	if w.depth++; w.depth > maxDepth {
		return errors.New("it is nested too deep")
	}
	visit := func(n message) error { return w.node(n, at) }
	then := func(b message) error { return b.each(ifBlockThen, visit) }
	return errors.Join(
		n.each(nodeTask, func(t message) error {
			return t.each(taskNodeOverrides, func(o message) error {
				here := where(at, named("node", n.text(nodeID)))
				if image := o.text(overrideImage); image != "" {
					w.file.add(Image{Ref: image, Member: w.member, Where: here})
				}
				return o.each(overridePod, func(pod message) error { return w.file.flytePods(w.member, pod, podSpec, here) })
			})
		}),
		n.each(nodeBranch, func(b message) error {
			return b.each(branchIfElse, func(i message) error {
				return errors.Join(i.each(ifElseCase, then), i.each(ifElseOther, then), i.each(ifElseElse, visit))
			})
		}),
		n.each(nodeArray, func(a message) error { return a.each(arrayNode, visit) }),
	)
}

// message is a protobuf message without its schema: the values of each field,
// []byte for what has a length, uint64 for numbers. Groups are left out.
type message map[protowire.Number][]any

func parseMessage(data []byte) (message, error) {
	m := message{}
	for len(data) > 0 {
		field, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		data = data[n:]
		switch typ {
		case protowire.BytesType:
			v, k := protowire.ConsumeBytes(data)
			if n = k; n >= 0 {
				m[field] = append(m[field], v)
			}
		case protowire.VarintType:
			v, k := protowire.ConsumeVarint(data)
			if n = k; n >= 0 {
				m[field] = append(m[field], v)
			}
		case protowire.Fixed64Type:
			v, k := protowire.ConsumeFixed64(data)
			if n = k; n >= 0 {
				m[field] = append(m[field], v)
			}
		default:
			n = protowire.ConsumeFieldValue(field, typ, data)
		}
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		data = data[n:]
	}
	return m, nil
}

func (m message) has(field protowire.Number) bool { return len(m[field]) > 0 }

// message is the last message of a field, an empty one if there is none.
func (m message) message(field protowire.Number) (message, error) {
	if !m.has(field) {
		return message{}, nil
	}
	data, ok := m[field][len(m[field])-1].([]byte)
	if !ok { // an identifier of a launch plan has a number here
		return nil, fmt.Errorf("field %d is not a message", field)
	}
	return parseMessage(data)
}

// each visits the messages of a repeated field.
func (m message) each(field protowire.Number, visit func(message) error) error {
	for _, v := range m[field] {
		data, ok := v.([]byte)
		if !ok {
			return fmt.Errorf("field %d is not a message", field)
		}
		sub, err := parseMessage(data)
		if err != nil {
			return err
		}
		if err := visit(sub); err != nil {
			return err
		}
	}
	return nil
}

func (m message) text(field protowire.Number) string {
	if m.has(field) {
		if v, ok := m[field][len(m[field])-1].([]byte); ok && utf8.Valid(v) {
			return string(v)
		}
	}
	return ""
}

func (m message) number(field protowire.Number) uint64 {
	if m.has(field) {
		if v, ok := m[field][len(m[field])-1].(uint64); ok {
			return v
		}
	}
	return 0
}

// Field numbers of google/protobuf/struct.proto.
const (
	structFields = 1 // Struct: map<string, Value>

	mapKey   = 1
	mapValue = 2

	valueNumber = 2 // Value
	valueString = 3
	valueBool   = 4
	valueStruct = 5
	valueList   = 6

	listValues = 1 // ListValue
)

// parseStruct reads a google.protobuf.Struct. Its members have no order; here
// that of their names.
func parseStruct(data []byte, depth int, budget *int) (*node, error) {
	if depth > maxDepth {
		return nil, errors.New("it is nested too deep")
	}
	m, err := parseMessage(data)
	if err != nil {
		return nil, err
	}
	out := &node{kind: mapping}
	members := map[string]*node{}
	err = m.each(structFields, func(entry message) error {
		v, err := parseValue(entry, mapValue, depth, budget)
		members[entry.text(mapKey)] = v
		return err
	})
	for _, k := range slices.Sorted(maps.Keys(members)) {
		out.keys, out.items = append(out.keys, k), append(out.items, members[k])
	}
	return out, err
}

// parseValue reads the google.protobuf.Value of a field.
func parseValue(in message, field protowire.Number, depth int, budget *int) (*node, error) {
	if *budget--; *budget < 0 {
		return nil, errors.New("it has too many values")
	}
	v, err := in.message(field)
	if err != nil {
		return nil, err
	}
	switch {
	case v.has(valueString):
		return &node{kind: scalar, text: v.text(valueString)}, nil
	case v.has(valueNumber):
		return &node{kind: scalar, text: strconv.FormatFloat(math.Float64frombits(v.number(valueNumber)), 'g', -1, 64)}, nil
	case v.has(valueBool):
		return &node{kind: scalar, text: strconv.FormatBool(v.number(valueBool) != 0)}, nil
	case v.has(valueStruct):
		data, _ := v[valueStruct][len(v[valueStruct])-1].([]byte)
		return parseStruct(data, depth+1, budget)
	case v.has(valueList):
		l, err := v.message(valueList)
		if err != nil {
			return nil, err
		}
		if depth > maxDepth {
			return nil, errors.New("it is nested too deep")
		}
		out := &node{kind: list}
		for _, raw := range l[listValues] {
			item, err := parseValue(message{listValues: {raw}}, listValues, depth+1, budget)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, item)
		}
		return out, nil
	}
	return &node{}, nil
}
