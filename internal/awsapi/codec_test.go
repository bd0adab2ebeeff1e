package awsapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
)

func TestDecodeJSON(t *testing.T) {
	for _, c := range []struct {
		name, body string
		in, want   any
	}{
		{"empty body", "", new(ecr.CreateRepositoryInput), &ecr.CreateRepositoryInput{}},
		{"null", "null", new(ecr.CreateRepositoryInput), &ecr.CreateRepositoryInput{}},
		{
			"members", `{"repositoryName":"a","tags":[{"Key":"k","Value":""}],"imageScanningConfiguration":{"scanOnPush":false}} `,
			new(ecr.CreateRepositoryInput),
			&ecr.CreateRepositoryInput{
				RepositoryName:             new("a"),
				Tags:                       []ecr.Tag{{Key: new("k"), Value: new("")}},
				ImageScanningConfiguration: &ecr.ImageScanningConfiguration{ScanOnPush: new(false)},
			},
		},
		{
			"null members and unknown ones", `{"repositoryName":null,"tags":null,"colour":{"deep":[1,{"x":null}]},"registryId":"1"}`,
			new(ecr.CreateRepositoryInput), &ecr.CreateRepositoryInput{RegistryId: new("1")},
		},
		{"empty list", `{"repositoryNames":[]}`, new(ecr.DescribeRepositoriesInput), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{}}},
		{
			"blob and numbers", `{"layerPartBlob":"aGk=","partFirstByte":0,"partLastByte":9007199254740993}`,
			new(ecr.UploadLayerPartInput),
			&ecr.UploadLayerPartInput{LayerPartBlob: []byte("hi"), PartFirstByte: new(int64(0)), PartLastByte: new(int64(9007199254740993))},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := decodeJSON([]byte(c.body), c.in); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.in); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeJSONErrors(t *testing.T) {
	const malformed = "The request body is not valid JSON for this operation."
	for body, want := range map[string]string{
		`{`:                             malformed,
		`{"repositoryName":"a"`:         malformed,
		`{"repositoryName":"a",}`:       malformed,
		`{'a':1}`:                       malformed,
		strings.Repeat("[", 1<<20):      malformed,
		`{"x":` + nested(20000) + `}`:   malformed,
		`{"layerPartBlob":"%"}`:         malformed,
		`{} {}`:                         "The request body holds more than one JSON value.",
		`{} x`:                          "The request body holds more than one JSON value.",
		"{\"repositoryName\":\"\xff\"}": "The request body is not valid UTF-8.",
		`[]`:                            "Start of list found where not expected.",
		`"a"`:                           "STRING_VALUE can not be converted to a Structure",
		`{"repositoryName":1}`:          "NUMBER_VALUE can not be converted to a String",
		`{"repositoryName":true}`:       "BOOLEAN_VALUE can not be converted to a String",
		`{"repositoryName":{}}`:         "Start of structure or map found where not expected.",
		`{"partFirstByte":"1"}`:         "STRING_VALUE can not be converted to a Long",
		`{"partFirstByte":1.5}`:         "NUMBER_VALUE can not be converted to a Long",
		`{"partFirstByte":1e99}`:        "NUMBER_VALUE can not be converted to a Long",
	} {
		err := decodeJSON([]byte(body), new(ecr.UploadLayerPartInput))
		want := &Error{Code: "SerializationException", Message: want}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("%.40q: %s", body, diff)
		}
	}
}

// nested returns a JSON value of that depth.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestEncodeJSON(t *testing.T) {
	at := time.UnixMilli(1788307200123)
	for _, c := range []struct {
		out  any
		want string
	}{
		{&ecr.TagResourceOutput{}, `{}`},
		{
			&ecr.CreateRepositoryOutput{Repository: &ecr.Repository{
				RepositoryName:             new("a<b>&c"),
				CreatedAt:                  shape.At(at),
				ImageScanningConfiguration: &ecr.ImageScanningConfiguration{ScanOnPush: new(false)},
			}},
			`{"repository":{"repositoryName":"a<b>&c","createdAt":1788307200.123,"imageScanningConfiguration":{"scanOnPush":false}}}`,
		},
		{&ecr.ListImagesOutput{ImageIds: []ecr.ImageIdentifier{}}, `{"imageIds":[]}`},
		{&ecr.GetLifecyclePolicyOutput{LastEvaluatedAt: shape.At(time.Unix(0, 0))}, `{"lastEvaluatedAt":0.0}`},
		{&ecr.UploadLayerPartInput{LayerPartBlob: []byte{0xff}}, `{"layerPartBlob":"/w=="}`},
	} {
		b, err := encodeJSON(c.out)
		if err != nil || string(b) != c.want {
			t.Errorf("got %s, %v; want %s", b, err, c.want)
		}
	}
}

func TestEncodeJSONError(t *testing.T) {
	for _, c := range []struct {
		e    *Error
		want string
	}{
		{&Error{Code: "UnknownOperationException"}, `{"__type":"UnknownOperationException"}`},
		{
			&Error{Code: "InvalidLayerPartException", Message: "m", Fields: map[string]any{"uploadId": "u", "lastValidByteReceived": 9}},
			`{"__type":"InvalidLayerPartException","lastValidByteReceived":9,"message":"m","uploadId":"u"}`,
		},
		{&Error{Code: "AccessDeniedException", Message: "m"}, `{"Message":"m","__type":"AccessDeniedException","decisionId":"id"}`},
	} {
		b, err := encodeJSONError(c.e, "id")
		if err != nil || string(b) != c.want {
			t.Errorf("got %s, %v; want %s", b, err, c.want)
		}
	}
}

// toy has every kind of member that a Query service can have.
type toy struct {
	Name   *string             `json:"Name,omitzero"`
	Flag   *bool               `json:"Flag,omitzero"`
	Small  *int32              `json:"Small,omitzero"`
	Big    *int64              `json:"Big,omitzero"`
	When   *shape.Time         `json:"When,omitzero"`
	Blob   []byte              `json:"Blob,omitzero"`
	List   []string            `json:"List,omitzero"`
	Toys   []toy               `json:"Toys,omitzero"`
	Map    map[string]int32    `json:"Map,omitzero"`
	Lists  map[string][]string `json:"Lists,omitzero"`
	Nested *toy                `json:"Nested,omitzero"`
}

func TestDecodeQuery(t *testing.T) {
	for _, c := range []struct {
		name, form string
		want       toy
	}{
		{"nothing", "Action=A&Version=1&X-Amz-Date=2", toy{}},
		{
			"scalars", "Name=a%20b&Flag=TRUE&Small=-1&Big=9007199254740993&When=2026-01-02T03:04:05Z&Blob=aGk%3D",
			toy{
				Name: new("a b"), Flag: new(true), Small: new(int32(-1)), Big: new(int64(9007199254740993)),
				When: shape.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), Blob: []byte("hi"),
			},
		},
		{"empty string", "Name=", toy{Name: new("")}},
		{"empty list", "List=", toy{List: []string{}}},
		{"empty list with elements", "List=&List.member.1=a", toy{List: []string{"a"}}},
		{"out of order with gaps", "List.member.10=c&List.member.2=b&List.member.1=a", toy{List: []string{"a", "b", "c"}}},
		{"huge index", "List.member.2147483647=a", toy{List: []string{"a"}}},
		{
			"structures in lists", "Toys.member.1.Name=a&Toys.member.2.List.member.1=b&Toys.member.1.Flag=false",
			toy{Toys: []toy{{Name: new("a"), Flag: new(false)}, {List: []string{"b"}}}},
		},
		{
			"maps", "Map.entry.2.key=b&Map.entry.2.value=2&Map.entry.1.key=a&Map.entry.1.value=1&Lists.entry.1.key=k&Lists.entry.1.value.member.1=x",
			toy{Map: map[string]int32{"a": 1, "b": 2}, Lists: map[string][]string{"k": {"x"}}},
		},
		{"nested", "Nested.Nested.Name=a", toy{Nested: &toy{Nested: &toy{Name: new("a")}}}},
		{"too deep to be anything", strings.Repeat("Nested.", 16) + "Name=a", toy{}},
		{"unknown members", "Colour=red&Toys.member.1.Colour=red&Nested.Colour.member.x=1", toy{Toys: []toy{{}}, Nested: &toy{}}},
		{"other case", "name=a", toy{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			values, err := url.ParseQuery(c.form)
			if err != nil {
				t.Fatal(err)
			}
			var got toy
			if err := decodeQuery(values, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeQueryErrors(t *testing.T) {
	for form, want := range map[string]string{
		"Name=a&Name=b":             "Parameter Name is given more than once.",
		"Name=%FF":                  "The parameters are not valid UTF-8.",
		"Flag=yes":                  "Invalid bool value at Flag",
		"Small=1.5":                 "Invalid int32 value at Small",
		"Small=2147483648":          "Invalid int32 value at Small",
		"Nested.Big=":               "Invalid int64 value at Nested.Big",
		"Name.x=1":                  "Unexpected complex element at Name",
		"When=tomorrow":             "timestamp must follow ISO8601 at When",
		"Blob=%25":                  "Invalid Base64 at Blob",
		"List=a":                    "Unexpected list element termination at List",
		"List.1=a":                  "Unexpected list element termination at List",
		"List.member.0=a":           "List.member.0 is not a valid index",
		"List.member.-1=a":          "List.member.-1 is not a valid index",
		"List.member.01=a":          "List.member.01 is not a valid index",
		"List.member.x=a":           "List.member.x is not a valid index",
		"List.member.4294967297=a":  "List.member.4294967297 is not a valid index",
		"Toys.member.3.Small=a":     "Invalid int32 value at Toys.member.3.Small",
		"Map.entry.1.key=a":         "An entry needs a key and a value at Map.entry.1",
		"Map.entry.2147483648.key=": "Map.entry.2147483648 is not a valid index",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		want := &Error{Code: "MalformedInput", Message: want}
		if diff := cmp.Diff(error(want), decodeQuery(values, new(toy))); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
	}
}

func TestEncodeXML(t *testing.T) {
	at := shape.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	role := Op(iam.CreateRole, nil, nil, NoAuthorization())
	update := Op(iam.UpdateRole, nil, nil)
	remove := Op(iam.DeleteRole, nil, nil)
	list := Op(iam.ListRoles, nil, nil)
	summary := Op(iam.GetAccountSummary, nil, nil)
	whoami := Op(sts.GetCallerIdentity, nil, nil)
	const xmlns = ` xmlns="https://iam.amazonaws.com/doc/2010-05-08/"`
	const metadata = `<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>`
	for _, c := range []struct {
		o    *Operation
		out  any
		want string
	}{
		{
			&role, &iam.CreateRoleOutput{Role: &iam.Role{RoleName: new("a<&>\"\x00"), CreateDate: at, Tags: []iam.Tag{{Key: new("k"), Value: new("")}}}},
			`<CreateRoleResponse` + xmlns + `><CreateRoleResult><Role><RoleName>a&lt;&amp;&gt;&#34;` + "\uFFFD" + `</RoleName><CreateDate>2026-01-02T03:04:05Z</CreateDate>` +
				`<Tags><member><Key>k</Key><Value></Value></member></Tags></Role></CreateRoleResult>` + metadata + `</CreateRoleResponse>`,
		},
		{&update, &iam.UpdateRoleOutput{}, `<UpdateRoleResponse` + xmlns + `><UpdateRoleResult></UpdateRoleResult>` + metadata + `</UpdateRoleResponse>`},
		{&remove, &iam.DeleteRoleOutput{}, `<DeleteRoleResponse` + xmlns + `>` + metadata + `</DeleteRoleResponse>`},
		{
			&list, &iam.ListRolesOutput{Roles: []iam.Role{}, IsTruncated: new(false)},
			`<ListRolesResponse` + xmlns + `><ListRolesResult><Roles></Roles><IsTruncated>false</IsTruncated></ListRolesResult>` + metadata + `</ListRolesResponse>`,
		},
		{
			&summary, &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 2, "Roles": 1}},
			`<GetAccountSummaryResponse` + xmlns + `><GetAccountSummaryResult><SummaryMap><entry><key>Roles</key><value>1</value></entry>` +
				`<entry><key>Users</key><value>2</value></entry></SummaryMap></GetAccountSummaryResult>` + metadata + `</GetAccountSummaryResponse>`,
		},
		{
			&whoami, &sts.GetCallerIdentityOutput{Account: new("1")},
			`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>` +
				metadata + `</GetCallerIdentityResponse>`,
		},
	} {
		got, err := encodeXML(c.o, c.out, "r")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

// Every structure of every operation can be encoded: the codecs know all the types that the generator writes.
func TestCodecsKnowEveryType(t *testing.T) {
	filled := func(typ reflect.Type) any {
		v := reflect.New(typ)
		fill(v.Elem(), 4)
		return v.Interface()
	}
	for _, s := range []any{sts.AssumeRoleOutput{}, iam.GetAccountAuthorizationDetailsOutput{}, iam.SimulateCustomPolicyOutput{}, iam.CreateVirtualMFADeviceOutput{}, toy{}} {
		w := new(xmlWriter)
		w.element("X", reflect.ValueOf(filled(reflect.TypeOf(s))))
		if w.err != nil {
			t.Errorf("%T: %v", s, w.err)
		}
	}
	for _, s := range []any{ecr.DescribeImageScanFindingsOutput{}, ecr.CreateRepositoryOutput{}, toy{}} {
		want := filled(reflect.TypeOf(s))
		b, err := encodeJSON(want)
		if err != nil {
			t.Errorf("%T: %v", s, err)
		}
		got := reflect.New(reflect.TypeOf(s)).Interface()
		if err := decodeJSON(b, got); err != nil {
			t.Errorf("%T: %v", s, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T: %s", s, diff)
		}
	}
}

// fill sets everything below v to something, down to depth structures.
func fill(v reflect.Value, depth int) {
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(*shape.At(time.UnixMilli(1788307200123).UTC())))
	case v.Type() == bytesType:
		v.SetBytes([]byte("blob"))
	case v.Kind() == reflect.Pointer:
		if depth > 0 || v.Type().Elem().Kind() != reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth)
		}
	case v.Kind() == reflect.Struct:
		for _, f := range v.Fields() {
			fill(f, depth-1)
		}
	case v.Kind() == reflect.Slice:
		n := 2
		if depth <= 0 {
			n = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), depth)
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(elem, depth)
		v.SetMapIndex(reflect.ValueOf("key"), elem)
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Float64:
		v.SetFloat(1.5)
	default:
		v.SetInt(7)
	}
}

// encodeQuery is the client's side of decodeQuery.
func encodeQuery(values url.Values, name string, v reflect.Value) {
	if isNil(v) {
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType:
		b, _ := v.Interface().(shape.Time).MarshalText()
		values.Set(name, string(b))
	case v.Type() == bytesType:
		b, _ := json.Marshal(v.Interface())
		values.Set(name, strings.Trim(string(b), `"`))
	case v.Kind() == reflect.Struct:
		if name != "" {
			values.Set(name+".Unknown", "") // so that an empty one is there
		}
		for f, field := range v.Fields() {
			encodeQuery(values, join(name, wireName(f)), field)
		}
	case v.Kind() == reflect.Slice:
		values.Set(name, "")
		for i := range v.Len() {
			encodeQuery(values, fmt.Sprintf("%s.member.%d", name, i+1), v.Index(i))
		}
	case v.Kind() == reflect.Map:
		values.Set(name, "")
		for i, k := range v.MapKeys() {
			entry := fmt.Sprintf("%s.entry.%d", name, i+1)
			values.Set(entry+".key", k.String())
			encodeQuery(values, entry+".value", v.MapIndex(k))
		}
	default:
		values.Set(name, fmt.Sprint(v.Interface()))
	}
}

// Whatever decodes has an encoding that decodes to the same.
func FuzzDecodeQuery(f *testing.F) {
	f.Add("Action=A&Name=a&Flag=true&Small=1&Big=2&When=2026-01-02T03:04:05Z&Blob=aGk%3D")
	f.Add("List.member.3=a&List.member.1=b&Toys.member.1.Nested.Name=x&Map.entry.1.key=a&Map.entry.1.value=1")
	f.Add("List=&Lists.entry.1.key=k&Lists.entry.1.value.member.1=x&Nested.Nested.Nested.Name=%00")
	f.Fuzz(func(t *testing.T, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		var first, second toy
		if err := decodeQuery(values, &first); err != nil {
			if wire := new(Error); !errors.As(err, &wire) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		again := url.Values{}
		encodeQuery(again, "", reflect.ValueOf(&first))
		if err := decodeQuery(again, &second); err != nil {
			t.Fatalf("%q: %v", again, err)
		}
		// Times lose their fraction on the way out.
		if diff := cmp.Diff(first, second, cmp.Comparer(func(a, b shape.Time) bool {
			return a.Truncate(time.Second).Equal(b.Truncate(time.Second))
		})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"repositoryName":"a","tags":[{"Key":"k"}],"imageScanningConfiguration":{"scanOnPush":false}}`))
	f.Add([]byte(`{"repositoryName":null,"tags":[null,{}],"x":[[[]]]}`))
	v := newCompiler(ecr.Service.Constraints).validator(reflect.TypeFor[ecr.CreateRepositoryInput]())
	f.Fuzz(func(t *testing.T, body []byte) {
		var first, second ecr.CreateRepositoryInput
		if err := decodeJSON(body, &first); err != nil {
			if wire := new(Error); !errors.As(err, &wire) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		v.violations(reflect.ValueOf(first), "")
		b, err := encodeJSON(&first)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeJSON(b, &second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatal(diff)
		}
	})
}
