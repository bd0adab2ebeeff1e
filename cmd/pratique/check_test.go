package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcr "github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/pratique-dev/pratique/imagespec"
	"github.com/pratique-dev/pratique/internal/access"
	"github.com/pratique-dev/pratique/internal/preflight"
)

// fleet is the demo's server with images of every kind of trouble.
type fleet struct {
	*demo
	cli runner
	t   *testing.T
}

func newFleet(t *testing.T) *fleet {
	d, r := stage(t)
	f := &fleet{d, r, t}
	f.push(demoImage+":v1", "amd64")
	f.push(demoImage+":arm", "arm64")
	f.push(demoImage+":both", "amd64", "arm64")
	f.cli.ok("grant", "union", "--org", demoOrg, "-r", d.host+"/"+demoImage, "--profile", planeProfile, "--owner-profile", ownerProfile, "--verify", "simulate")

	f.repository("team/private", types.ImageTagMutabilityImmutable)
	f.push("team/private:v1", "amd64")

	f.repository("team/pinned", types.ImageTagMutabilityImmutable)
	f.push("team/pinned:v1", "amd64")
	f.push("team/pinned:v2", "amd64", "arm64")

	f.repository("team/expiring", types.ImageTagMutabilityMutableWithExclusion)
	f.push("team/expiring:old-1", "amd64")
	f.push("team/expiring:old-2", "arm64")
	f.push("team/expiring:day-1", "amd64", "arm64")
	f.push("team/expiring:keep", "amd64")
	f.lifecycle("team/expiring", `{"rules":[
	  {"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["old-"],"countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}},
	  {"rulePriority":2,"selection":{"tagStatus":"tagged","tagPrefixList":["day-"],"countType":"sinceImagePushed","countUnit":"days","countNumber":5},"action":{"type":"expire"}}]}`)
	for _, name := range []string{"team/pinned", "team/expiring"} {
		f.allow(name)
	}
	return f
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (f *fleet) repository(name string, m types.ImageTagMutability) {
	in := &ecr.CreateRepositoryInput{RepositoryName: &name, ImageTagMutability: m}
	if m == types.ImageTagMutabilityMutableWithExclusion {
		in.ImageTagMutabilityExclusionFilters = []types.ImageTagMutabilityExclusionFilter{
			{Filter: aws.String("*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard},
		}
	}
	must[*ecr.CreateRepositoryOutput](f.t)(ecr.NewFromConfig(f.owner).CreateRepository(f.t.Context(), in))
}

// allow lets the nodes pull from a repository.
func (f *fleet) allow(name string) {
	must[*ecr.SetRepositoryPolicyOutput](f.t)(ecr.NewFromConfig(f.owner).SetRepositoryPolicy(f.t.Context(), &ecr.SetRepositoryPolicyInput{
		RepositoryName: &name, PolicyText: aws.String(pullPolicy(`"` + nodesARN + `"`)),
	}))
}

func (f *fleet) lifecycle(name, text string) {
	must[*ecr.PutLifecyclePolicyOutput](f.t)(ecr.NewFromConfig(f.owner).PutLifecyclePolicy(f.t.Context(), &ecr.PutLifecyclePolicyInput{RepositoryName: &name, LifecyclePolicyText: &text}))
}

// push pushes an image for one platform or an index of several. What is in it
// depends on its name alone.
func (f *fleet) push(image string, architectures ...string) {
	f.t.Helper()
	var images []v1.Image
	for _, arch := range architectures {
		layer, err := newLayer(imageFile{"app", 0o755, []byte(image)})
		if err != nil {
			f.t.Fatal(err)
		}
		base := mutate.MediaType(mutate.ConfigMediaType(empty.Image, ggcr.OCIConfigJSON), ggcr.OCIManifestSchema1)
		img := must[v1.Image](f.t)(mutate.ConfigFile(base, &v1.ConfigFile{OS: "linux", Architecture: arch, RootFS: v1.RootFS{Type: "layers"}}))
		images = append(images, must[v1.Image](f.t)(mutate.AppendLayers(img, layer)))
	}
	ref := must[name.Reference](f.t)(name.ParseReference(f.host+"/"+image, name.Insecure))
	options := f.remote(f.t.Context(), must[authn.Authenticator](f.t)(token(f.t.Context(), f.owner)), nil)
	if len(images) == 1 {
		if err := remote.Write(ref, images[0], options...); err != nil {
			f.t.Fatal(err)
		}
		return
	}
	var all []mutate.IndexAddendum
	for i, img := range images {
		all = append(all, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architectures[i]}}})
	}
	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, ggcr.OCIImageIndex), all...)
	if err := remote.WriteIndex(ref, index, options...); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) digest(repository, tag string) string {
	out := must[*ecr.DescribeImagesOutput](f.t)(ecr.NewFromConfig(f.owner).DescribeImages(f.t.Context(), &ecr.DescribeImagesInput{
		RepositoryName: &repository, ImageIds: []types.ImageIdentifier{{ImageTag: &tag}},
	}))
	return aws.ToString(out.ImageDetails[0].ImageDigest)
}

// file writes a workload file, in which REGISTRY stands for the registry.
func (f *fleet) file(name, text string) string {
	path := filepath.Join(f.t.TempDir(), name)
	write(f.t, path, strings.ReplaceAll(text, "REGISTRY", f.host))
	return path
}

var anyDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// stable is output without what differs from run to run.
func (f *fleet) stable(out string, files ...string) string {
	for _, file := range files {
		out = strings.ReplaceAll(out, file, filepath.Base(file))
	}
	return anyDigest.ReplaceAllString(strings.ReplaceAll(out, f.host, "REGISTRY"), "sha256:…")
}

const unionPlane = "union:org=acme,account=111111111111"

func pods(images ...string) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n  containers:\n")
	for i, image := range images {
		fmt.Fprintf(&b, "  - name: c%d\n    image: %q\n", i+1, image)
	}
	return b.String()
}

var bothSides = []string{"--profile", planeProfile, "--owner-profile", ownerProfile}

// TestCheck compares what check says of files with all kinds of trouble with
// testdata/check/*.txt; -update writes those.
func TestCheck(t *testing.T) {
	f := newFleet(t)
	pinned := f.digest("team/pinned", "v1")
	kube := f.file("kube.yaml", pods("REGISTRY/"+demoImage+":v1", "REGISTRY/team/pinned:v1", "REGISTRY/team/pinned:v1@"+pinned, "REGISTRY/team/pinned:v2@"+pinned,
		"REGISTRY/"+demoImage+":v9", "REGISTRY/"+demoImage, "REGISTRY/team/private:v1", "REGISTRY/team/absent:v1", "REGISTRY/"+demoImage+":arm", "REGISTRY/"+demoImage+":both",
		"REGISTRY/team/expiring:old-1", "REGISTRY/team/expiring:old-2", "REGISTRY/team/expiring:day-1", "REGISTRY/team/expiring:keep",
		"123456789012.dkr.ecr.us-eas-1.amazonaws.com/simple-example-image:v1", "12345678901.dkr.ecr.us-east-1.amazonaws.com/app", "123456789012.drk.ecr.us-east-1.amazonaws.com/app",
		"https://REGISTRY/team/pinned:v1", "REGISTRY/Team:v1", "nginx:1.27", "busybox:${VERSION}", "REGISTRY/team/pinned@"+pinned[:20]))
	good := f.file("good.yaml", pods("REGISTRY/team/pinned:v1", "REGISTRY/team/pinned@"+pinned, "nginx:1.27")+
		"  nodeSelector: {kubernetes.io/arch: amd64}\n---\n"+strings.Replace(pods("REGISTRY/team/pinned:v1"), "name: app", "name: again", 1))
	warned := f.file("compose.yaml", "services:\n  web:\n    image: REGISTRY/"+demoImage+":both\n    platform: linux/arm64\n")
	docker := f.file("Dockerfile", "FROM REGISTRY/team/private:v1\nFROM REGISTRY/team/pinned:v1\n")
	spec := f.file("imagespec.yaml", "name: simple-example-image\nregistry: REGISTRY\nbase_image: REGISTRY/team/pinned:v1\npackages: [numpy]\ntag_format: v1\n")
	python := f.file("image.py", `import os
from flytekit import ImageSpec
built = ImageSpec(registry="REGISTRY", name="simple-example-image", tag_format="v1")
absent = ImageSpec(registry="REGISTRY", name="simple-example-image", tag_format="absent")
loaded = ImageSpec(registry="REGISTRY", name="simple-example-image", source_root="src")
computed = ImageSpec(registry=os.environ["REGISTRY"])
`)
	anyscale := f.file("job.yaml", "name: train\nentrypoint: python main.py\nimage_uri: REGISTRY/"+demoImage+":arm\n")
	release := f.file("release.yaml", "app: shop\nservices:\n- name: web\n  image: REGISTRY/team/pinned:v1\n  has_repo: false\n")
	for name, tt := range map[string]struct {
		args []string
		code int
	}{
		"trouble":   {append([]string{"--as", unionPlane, "--platform", "linux/amd64", kube}, bothSides...), 3},
		"good":      {append([]string{"--as", unionPlane, good}, bothSides...), 0},
		"all":       {append([]string{"--as", unionPlane, "--all", good}, bothSides...), 0},
		"warned":    {append([]string{"--as", unionPlane, warned}, bothSides...), 0},
		"strict":    {append([]string{"--as", unionPlane, warned, "--strict"}, bothSides...), 3},
		"skip":      {append([]string{"--as", unionPlane, warned, "--strict", "--skip", "tag,platform", "--skip", "lifecycle"}, bothSides...), 0},
		"crossing":  {append([]string{"--as", unionPlane + ",region=eu-west-1", good}, bothSides...), 0},
		"build":     {append([]string{"--as", unionPlane, docker, spec}, bothSides...), 0},
		"spec":      {append([]string{"--as", unionPlane, python}, bothSides...), 3},
		"owner":     {[]string{"--as", unionPlane, good, "--owner-profile", ownerProfile, "--profile", ownerProfile}, 1},
		"puller":    {[]string{"--as", unionPlane, good, "--profile", planeProfile}, 1},
		"anyscale":  {append([]string{"--as", "anyscale:cloud-id=cld_1,principal=" + nodesARN, anyscale}, bothSides...), 3},
		"release":   {append([]string{"--as", "release:release-id=111111111111,cluster-region=eu-west-2", release}, bothSides...), 3},
		"principal": {append([]string{"--as", nodesARN + "2", good}, bothSides...), 3},
	} {
		t.Run(name, func(t *testing.T) {
			got := f.cli.run(append([]string{"check"}, tt.args...)...)
			if got.code != tt.code {
				t.Errorf("status %d; want %d\n%s", got.code, tt.code, got.stderr)
			}
			golden(t, "testdata/check/"+name+".txt", f.stable(got.stdout, kube, good, warned, docker, spec, python, anyscale, release))
		})
	}
}

// The image of an ImageSpec is the one that has the tag that flytekit gives it,
// by the content of the files beside it.
func TestCheckImageSpec(t *testing.T) {
	f := newFleet(t)
	file := f.file("image.py", "from flytekit import ImageSpec\nimage = ImageSpec(registry='REGISTRY', name='"+demoImage+"', requirements='requirements.txt')\n")
	write(t, filepath.Join(filepath.Dir(file), "requirements.txt"), "pandas==2.2.2\n")
	spec, err := imagespec.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	image := must[string](t)(spec.ImageName(imagespec.Compat{}))
	args := append([]string{"--as", unionPlane, file}, bothSides...)
	if got := f.report(3, args...).Images[0]; got.Image != image || finding(t, got, preflight.Image).Status != preflight.Fail {
		t.Errorf("before it is built: %+v", got)
	}
	f.push(strings.TrimPrefix(image, f.host+"/"), "amd64")
	if got := f.report(0, args...).Images[0]; got.Image != image || finding(t, got, preflight.Image).Status != preflight.OK {
		t.Errorf("when it is built: %+v", got)
	}
	write(t, filepath.Join(filepath.Dir(file), "requirements.txt"), "pandas==2.2.3\n")
	if got := f.report(3, args...).Images[0]; got.Image == image {
		t.Errorf("with other requirements it is still %s", image)
	}
}

// A role without policies is denied by its own side, and the report says what
// grants the pull.
func TestCheckSides(t *testing.T) {
	f := newFleet(t)
	must[*iam.CreateRoleOutput](t)(iam.NewFromConfig(f.plane).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("bare"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	}))
	file := f.file("pod.yaml", pods("REGISTRY/team/private:v1"))
	for as, want := range map[string]struct{ action, account, fix string }{
		"kubernetes:role=bare,account=111111111111": {"ecr:GetAuthorizationToken", planeAccount, "aws iam attach-role-policy"},
		unionPlane: {"ecr:BatchGetImage", ownerAccount, "pratique grant union --org acme --account 111111111111 --repository " + f.host + "/team/private"},
	} {
		report := f.report(3, append([]string{"--as", as, file}, bothSides...)...)
		a := finding(t, report.Images[0], preflight.Access)
		if a.Status != preflight.Fail || a.Action != want.action || a.Account != want.account || len(a.Fixes) == 0 || !strings.HasPrefix(a.Fixes[0].Command, want.fix) {
			t.Errorf("%s: %+v", as, a)
		}
	}
}

// report runs check with JSON output.
func (f *fleet) report(code int, args ...string) *preflight.Report {
	f.t.Helper()
	got := f.cli.run(append([]string{"check", "--output", "json"}, args...)...)
	if got.code != code {
		f.t.Errorf("status %d; want %d\n%s%s", got.code, code, got.stdout, got.stderr)
	}
	r := new(preflight.Report)
	decode(f.t, got.stdout, r)
	return r
}

func finding(t *testing.T, m preflight.Mention, c preflight.Check) preflight.Finding {
	t.Helper()
	for _, f := range m.Findings {
		if f.Check == c {
			return f
		}
	}
	t.Fatalf("no finding %s in %+v", c, m)
	return preflight.Finding{}
}

// The example of the documentation is what comes out.
func TestCheckJSON(t *testing.T) {
	f := newFleet(t)
	file := f.file("pod.yaml", pods("REGISTRY/team/private:v1", "REGISTRY/"+demoImage+":both", "nginx:1.27"))
	args := append([]string{"check", "--as", unionPlane, "--platform", "linux/amd64", file, "-o", "json"}, bothSides...)
	documented(t, "check", f.stable(f.cli.run(args...).stdout, file))
	args = append([]string{"can-pull", "--as", unionPlane, f.host + "/team/pinned", f.host + "/team/private:v1", "-o", "json"}, bothSides...)
	documented(t, "can-pull", f.stable(f.cli.run(args...).stdout))
}

// documented compares a text with the example under a heading of docs/check.md.
func documented(t *testing.T, heading, got string) {
	t.Helper()
	const file = "../../docs/check.md"
	doc := read(t, file)
	before, section, ok := strings.Cut(doc, "\n## `"+heading+"`")
	head, rest, ok2 := strings.Cut(section, "```json\n")
	example, after, ok3 := strings.Cut(rest, "```\n")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("%s has no example of %s", file, heading)
	}
	if *update {
		write(t, file, before+"\n## `"+heading+"`"+head+"```json\n"+got+"```\n"+after)
		return
	}
	if d := cmp.Diff(example, got); d != "" {
		t.Errorf("%s (-file +output), run this test with -update:\n%s", file, d)
	}
}

// Real files of other tools are read to the end.
func TestCheckFiles(t *testing.T) {
	f := newFleet(t)
	dir := "../../internal/workload/testdata"
	for name, images := range map[string]int{
		"flyte-package.tgz": 10, "files/helm.yaml": 7, "files/ray.yaml": 4, "files/anyscale-job.yaml": 2, "files/anyscale-service.yaml": 6, "files/release.yaml": 9,
		"files/compose.yaml": 4, "files/imagespec.json": 8,
	} {
		report := f.report(3, "--as", unionPlane, filepath.Join(dir, name), "--endpoint-url", f.url, "--profile", planeProfile, "--owner-profile", ownerProfile)
		if len(report.Images) != images {
			t.Errorf("%s: %d images; want %d", name, len(report.Images), images)
		}
	}
}

func TestCheckErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	write(t, file, "a: b: c\n")
	write(t, file+".pod", pods("nginx"))
	for args, want := range map[string]string{
		"check FILE":                                                   "--as",
		"check --as nobody FILE":                                       "--as",
		"check --as mesos:a=b FILE":                                    "no platform named",
		"check --as union:org FILE":                                    "parameter=value",
		"check --as union:org=acme FILE":                               "account=111111111111",
		"check --as union:org=acme,x=y,account=1 FILE":                 "x",
		"check --as 111111111111 FILE":                                 "x.yaml:1:4: mapping value",
		"check --as 111111111111 --format toml FILE":                   "--format",
		"check --as 111111111111 --skip access FILE":                   "--skip",
		"check --as 111111111111 --platform amd64 FILE":                "--platform",
		"check --as 111111111111 --context x FILE":                     "key=value",
		"check --as 111111111111 --flytekit-compat 1.12.0 FILE":        "--flytekit-compat",
		"check --as 111111111111 --format compose FILE.pod":            "not a compose file",
		"check --as 111111111111 /nonexistent/file":                    "no such file",
		"check --as union:org=acme,region=!,account=111111111111 FILE": "region",
		"can-pull":                                        "--as",
		"can-pull --as 111111111111":                      "URIs",
		"can-pull --as 111111111111 --prefix x":           "--registry",
		"can-pull --as 111111111111 --registry localhost": "--registry",
		"can-pull --as 111111111111 app":                  "not the URI",
	} {
		got := runner{t: t}.run(strings.Fields(strings.ReplaceAll(args, "FILE", file))...)
		if got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("pratique %s: status %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
	got := runner{t: t, stdin: pods("nginx", "public.ecr.aws/x/y:1")}.run("check", "--as", "111111111111", "-")
	if got.code != 0 {
		t.Errorf("standard input: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
	contains(t, got.stdout, "2 images: 2 of other registries.")
	// A profile that was named and cannot be used is an error, not a doubt.
	write(t, file, pods(uri("app")))
	got = runner{t: t, files: awsFiles{file + ".none", file + ".none"}}.run("check", "--as", "111111111111", "--profile", "absent", file)
	if got.code != 1 || !strings.Contains(got.stderr, "absent") {
		t.Errorf("absent profile: status %d, %s%s", got.code, got.stdout, got.stderr)
	}
}

// Grants on many repositories are one command.
func TestFixGroups(t *testing.T) {
	var fixes []access.Fix
	for i := range 2 * (maxRepositories + 2) {
		fixes = append(fixes,
			access.Fix{Account: ownerAccount, What: "add", Statement: "{}", Command: fmt.Sprintf("pratique grant x --repository r%d", i/2)},
			access.Fix{Account: planeAccount, What: "attach", Command: "aws iam"}, access.Fix{Account: planeAccount, What: "boundary", Statement: "{}"})
	}
	var out strings.Builder
	(&app{stdout: &out}).printFixes(fixes, "> ")
	const want = `> Fix in account 222222222222
>   $ pratique grant x --repository r0 --repository r1 --repository r2 --repository r3 --repository r4 --repository r5 --repository r6 --repository r7 --repository r8 --repository r9
>   and 2 more repositories
> Fix in account 111111111111: attach
>   $ aws iam
> Fix in account 111111111111: boundary
>   {}
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCanPull(t *testing.T) {
	f := newFleet(t)
	planes := []string{"can-pull", "--as", unionPlane, "--as", "kubernetes:role=absent,account=111111111111", "--as", "arn:aws:iam::333333333333:role/elsewhere"}
	repositories := []string{f.host + "/" + demoImage, f.host + "/team/pinned:v1", f.host + "/team/pinned:v9", f.host + "/team/private", f.host + "/team/absent"}
	got := f.cli.run(append(append(planes, repositories...), bothSides...)...)
	if got.code != 3 {
		t.Errorf("status %d\n%s", got.code, got.stderr)
	}
	golden(t, "testdata/check/can-pull.txt", f.stable(got.stdout))

	got = f.cli.run(append([]string{"can-pull", "--as", unionPlane, "--registry", f.host, "--prefix", "team/", "-o", "json"}, bothSides...)...)
	var m preflight.Matrix
	decode(t, got.stdout, &m)
	var cells []string
	for _, c := range m.DataPlanes[0].Cells {
		cells = append(cells, strings.TrimPrefix(c.Image, f.host+"/")+" "+string(c.Status))
	}
	if d := cmp.Diff([]string{"team/expiring ok", "team/pinned ok", "team/private fail"}, cells); d != "" || got.code != 3 || m.Status != preflight.Fail {
		t.Errorf("status %d (-want +got):\n%s", got.code, d)
	}
	if got := f.cli.run(append([]string{"can-pull", "--as", unionPlane, f.host + "/team/pinned"}, bothSides...)...); got.code != 0 {
		t.Errorf("allowed: status %d\n%s", got.code, got.stdout)
	}
	if got := f.cli.run("can-pull", "--as", unionPlane, f.host+"/team/pinned", "--profile", planeProfile); got.code != 1 {
		t.Errorf("owner unknown: status %d\n%s", got.code, got.stdout)
	}
	// Profiles of several accounts, whichever side they are of.
	if got := f.cli.run("can-pull", "--as", unionPlane, f.host+"/team/pinned", "--profile", ownerProfile, "--with-profile", planeProfile); got.code != 0 {
		t.Errorf("--with-profile: status %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
