package workload

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// sidecar is the custom part of a task of type sidecar, which flytekit made
// before there were pods in task templates.
var sidecar = map[string]any{
	"podSpec": map[string]any{
		"containers": []any{
			map[string]any{"name": "primary", "image": "222222222222.dkr.ecr.us-east-1.amazonaws.com/primary:v1", "tty": true, "ports": []any{80.0, nil}},
			map[string]any{"name": "proxy", "image": "nginx:1"},
		},
		"nodeSelector": map[string]any{"kubernetes.io/arch": "arm64"},
	},
	"primaryContainerName": "primary",
}

func field(n protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), value)
}

// value encodes a google.protobuf.Value.
func value(v any) []byte {
	switch v := v.(type) {
	case string:
		return field(valueString, []byte(v))
	case bool:
		return protowire.AppendVarint(protowire.AppendTag(nil, valueBool, protowire.VarintType), protowire.EncodeBool(v))
	case float64:
		return protowire.AppendFixed64(protowire.AppendTag(nil, valueNumber, protowire.Fixed64Type), math.Float64bits(v))
	case map[string]any:
		return field(valueStruct, structure(v))
	case []any:
		var all []byte
		for _, item := range v {
			all = append(all, field(listValues, value(item))...)
		}
		return field(valueList, all)
	}
	return protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 0)
}

func structure(v map[string]any) []byte {
	var all []byte
	for k, item := range v {
		all = append(all, field(structFields, append(field(mapKey, []byte(k)), field(mapValue, value(item))...))...)
	}
	return all
}

// task encodes a flyteidl.admin.TaskSpec.
func task(kind string, custom map[string]any) []byte {
	id := protowire.AppendVarint(protowire.AppendTag(nil, identifierType, protowire.VarintType), resourceTask)
	id = append(id, field(identifierName, []byte("example.old"))...)
	template := append(field(taskID, id), field(taskType, []byte(kind))...)
	return field(specTemplate, append(template, field(taskCustom, structure(custom))...))
}

func archive(t *testing.T, members map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for name, data := range members {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFlyteCustom(t *testing.T) {
	f, err := Read("x.tgz", archive(t, map[string][]byte{"00_example.old_1.pb": task("sidecar", sidecar), "fast0.tar.gz": []byte("code")}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := "task example.old (sidecar), container "
	want := []Image{
		{Ref: "222222222222.dkr.ecr.us-east-1.amazonaws.com/primary:v1", Where: at + "primary"},
		{Ref: "nginx:1", Where: at + "proxy"},
	}
	for i := range want {
		want[i].File, want[i].Member, want[i].Use, want[i].Platform = "x.tgz", "00_example.old_1.pb", Run, "linux/arm64"
	}
	if d := cmp.Diff(want, f.Images); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}

	// One message of a package, as pyflyte serialize leaves it.
	if f, err = Read("x_1.pb", task("sidecar", sidecar), Options{Format: Flyte}); err != nil || len(f.Images) != 2 {
		t.Errorf("%v, %+v", err, f)
	}
}

func TestFlyteErrors(t *testing.T) {
	deep := map[string]any{}
	for range maxDepth + 2 {
		deep = map[string]any{"a": deep}
	}
	for name, members := range map[string]map[string][]byte{
		"the archive has no .pb file":                    {"a.txt": []byte("x")},
		"x.tgz!a_1.pb: it is not a protobuf message":     {"a_1.pb": []byte("\xff")},
		"x.tgz!b_1.pb: it is not a task":                 {"b_1.pb": []byte("\x08\x01")},
		"nested too deep":                                {"a_1.pb": task("x", deep)},
		"x.tgz!big_1.pb: it has 16777217 bytes; at most": {"big_1.pb": make([]byte, maxMember+1)},
	} {
		if _, err := Read("x.tgz", archive(t, members), Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v; want %q", err, name)
		}
	}
	whole := archive(t, map[string][]byte{"a_1.pb": task("sidecar", sidecar)})
	if _, err := Read("x.tgz", whole[:len(whole)-20], Options{}); err == nil {
		t.Error("a truncated archive was read")
	}
}
