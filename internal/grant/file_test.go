package grant

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodFile = `# who may pull what
version: 1
credentials:
  puller: {profile: data-plane}
  owner: {profile: images}
registries:
  - 222222222222.dkr.ecr.us-east-1.amazonaws.com
grants:
  - platform: union
    account: 012345670123
    parameters: {org: acme}
    repositories:
      - 222222222222.dkr.ecr.us-east-1.amazonaws.com/simple-example-image
  - platform: release
    parameters:
      release-id: "111111111111"
      cluster-region: eu-west-2
    registry: 222222222222.dkr.ecr.us-east-1.amazonaws.com
    repositories: [vendor/app]
    prefix: team/
    tags: {env: prod, number: 010}
    replicate: true
    credentials:
      owner: {assumeRole: "arn:aws:iam::222222222222:role/owner", externalId: x}
  - platform: k8s
    principals: ["arn:aws:iam::333333333333:role/eks/nodes"]
    registry: 222222222222.dkr.ecr.us-east-1.amazonaws.com
    prefix: ""
`

func TestParseFile(t *testing.T) {
	f, err := ParseFile("access.yaml", []byte(goodFile), platforms(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range f.Grants {
		for _, img := range d.Images() {
			got = append(got, img.String())
		}
		if reg, s, ok := d.Selection(); ok {
			got = append(got, reg.Host()+" "+s.String())
		}
		got = append(got, d.Grant.Profile.Name+" "+d.Grant.Principals[0]+" "+d.Credentials.Puller.Profile+"/"+d.Credentials.Owner.Profile+d.Credentials.Owner.AssumeRole)
	}
	const host = "222222222222.dkr.ecr.us-east-1.amazonaws.com"
	want := []string{
		host + "/simple-example-image",
		"union arn:aws:iam::012345670123:role/unionai-acme-flyteworker-node-group data-plane/images",
		host + "/vendor/app", host + ` with prefix "team/" and tag env=prod and tag number=010`,
		"release arn:aws:iam::111111111111:root data-plane/arn:aws:iam::222222222222:role/owner",
		host + " of any name",
		"kubernetes arn:aws:iam::333333333333:role/eks/nodes data-plane/images",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("grants (-want +got):\n%s", d)
	}
	if f.Grants[1].Line != 14 || !f.Grants[1].Replicate {
		t.Errorf("second grant %+v", f.Grants[1])
	}
}

func TestParseFileRefuses(t *testing.T) {
	profiles := platforms(t)
	for name, tt := range map[string]struct{ from, to, want string }{
		"unknown member":    {"platform: k8s", "platform_: k8s", `access.yaml:25:5: unknown field "platform_"`},
		"twice":             {"version: 1", "version: 1\nversion: 1", "access.yaml:3:1: mapping key"},
		"not YAML":          {"version: 1", "version: [", "access.yaml:"},
		"type":              {"repositories: [vendor/app]", "repositories: vendor", "access.yaml:19:19:"},
		"a list for a text": {"account: 012345670123", "account: [1]", "access.yaml:10:"},
		"version":           {"version: 1", "version: 2", "access.yaml:2:10: version is 1"},
		"no grants":         {goodFile[strings.Index(goodFile, "grants:"):], "grants: []", "there are no grants"},
		"platform":          {"platform: union", "platform: unoin", `access.yaml:9:15: no platform named "unoin"`},
		"parameter":         {"{org: acme}", "{orgg: acme}", "access.yaml:11:24: platform union has no parameter named \"orgg\""},
		"missing parameter": {"parameters: {org: acme}", "parameters: {}", "access.yaml:9:5: platform union needs --org"},
		"account":           {"account: 012345670123", "account: 12", `access.yaml:10:14: account "12" is not of 12 digits`},
		"uri":               {"/simple-example-image", "/simple-example-image:v1", "access.yaml:13:9:"},
		"registry":          {"registry: 222222222222.dkr.ecr.us-east-1.amazonaws.com\n    prefix", "registry: x\n    prefix", "access.yaml:27:15:"},
		"no registry":       {"    registry: 222222222222.dkr.ecr.us-east-1.amazonaws.com\n    prefix", "    prefix", "access.yaml:25:5: prefix and tags select from a registry"},
		"no repositories":   {"\n    prefix: \"\"", "", "access.yaml:25:5: which repositories?"},
		"external id":       {`assumeRole: "arn:aws:iam::222222222222:role/owner", `, "", "externalId is for assumeRole"},
		"replicate":         {"prefix: \"\"", "prefix: \"\"\n    replicate: true", "access.yaml:29:16: platform kubernetes pulls from any region"},
		"empty grant":       {"  - platform: k8s", "  -\n  - platform: k8s", "access.yaml:25:"},
		"registries":        {"  - 222222222222.dkr.ecr.us-east-1.amazonaws.com\ngrants", "  - docker.io\ngrants", "access.yaml:7:5:"},
	} {
		text := strings.Replace(goodFile, tt.from, tt.to, 1)
		if text == goodFile {
			t.Fatalf("%s: changes nothing", name)
		}
		_, err := ParseFile("access.yaml", []byte(text), profiles)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v; want %s", name, err, tt.want)
		}
	}
	// All faults at once.
	text := strings.NewReplacer("platform: union", "platform: a", "platform: k8s", "platform: b").Replace(goodFile)
	if _, err := ParseFile("access.yaml", []byte(text), profiles); err == nil || strings.Count(err.Error(), "no platform named") != 2 {
		t.Errorf("two faults: %v", err)
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add(goodFile)
	f.Add("grants:\n  - {}\n  - null\n  - *a\n")
	f.Add("version: 1\ngrants: [{platform: union, parameters: {org: &a acme, org: *a}}]")
	profiles := platforms(f)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := ParseFile("f", []byte(text), profiles)
		if err != nil {
			var at *FileError
			if errors.As(err, &at) && (at.Line < 1 || at.Column < 1) {
				t.Errorf("position of %v", err)
			}
			return
		}
		for _, d := range file.Grants {
			if d.Grant == nil || len(d.Grant.Principals) == 0 {
				t.Errorf("a grant to nobody: %+v", d)
			}
			if _, _, ok := d.Selection(); !ok && len(d.Images()) == 0 {
				t.Errorf("a grant on nothing: %+v", d)
			}
		}
	})
}
