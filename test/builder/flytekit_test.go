package builder

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// The two sides' profiles of the AWS configuration.
const (
	planeProfile = "data-plane"
	ownerProfile = "images"
)

// TestPyflytePackage: pyflyte, which runs the workflow's Python, builds the
// ImageSpec with Pratique while it makes a package. That package's image is one
// that a data plane can pull once it was granted, and no other can.
func TestPyflytePackage(t *testing.T) {
	w := newWorld(t)
	for _, org := range []string{"acme", "globex"} {
		role := "unionai-" + org + "-flyteworker-node-group"
		w.AWS(t, w.plane, nil, "iam", "create-role", "--role-name", role, "--assume-role-policy-document",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
		w.AWS(t, w.plane, nil, "iam", "attach-role-policy", "--role-name", role, "--policy-arn", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly")
	}
	d := w.newDesk(t)
	d.write(t, "image-requirements.txt", "requests==2.32.3\n")
	d.write(t, "example/__init__.py", "")
	d.write(t, "example/workflow.py", guide(w.host(), w.Base))
	packaging := d.with("PYTHONPATH="+installPlugin(t), "PRATIQUE_PROGRAM="+binary(), "PRATIQUE_BUILD_ARGS=--progress plain")
	python := sdkPython(t, "flytekit")
	pyflyte := func(args ...string) string {
		return packaging.run(t, append([]string{python, "-m", "flytekit.clis.sdk_in_container.pyflyte", "--pkgs", "example", "package", "--source", ".", "--copy", "auto", "--force"}, args...)...)
	}
	first := pyflyte("--output", "flyte-package.tgz")
	if !strings.Contains(first, "Building with Pratique") {
		t.Errorf("pyflyte does not say that it built with Pratique:\n%s", first)
	}
	if second := pyflyte("--output", "again.tgz"); !strings.Contains(second, "found. Skip building.") {
		t.Errorf("the second time, pyflyte does not find the image:\n%s", second)
	}

	profiles := &desk{dir: d.dir, env: blackbox.Profiles(t, w.URL, map[string]blackbox.Credentials{planeProfile: w.plane, ownerProfile: w.owner})}
	both := []string{"--profile", planeProfile, "--owner-profile", ownerProfile}
	check := func(org string) (string, int) {
		_, said, code := profiles.try(t, append([]string{binary(), "check", "--as", "union:org=" + org + ",account=" + blackbox.Plane, "flyte-package.tgz"}, both...)...)
		return said, code
	}
	if said, code := check("acme"); code != 3 || !strings.Contains(said, "simple-example-image") {
		t.Fatalf("before the grant: exit status %d\n%s", code, said)
	}
	repository := w.host() + "/simple-example-image"
	profiles.run(t, append([]string{binary(), "grant", "union", "--org", "acme", "--repository", repository}, both...)...)
	if said, code := check("acme"); code != 0 {
		t.Errorf("after the grant: exit status %d\n%s", code, said)
	}
	said, code := check("globex")
	if want := "access: may not be pulled: ecr:BatchGetImage is denied"; code != 3 || !strings.Contains(said, want) {
		t.Errorf("the data plane that was granted nothing: exit status %d\n%s\nwant: %s", code, said, want)
	}

	// The image has what tasks are started with.
	image := w.only(t, "simple-example-image")
	if out := runImage(t, d, image, "pyflyte-execute", "--help"); !strings.Contains(out, "--resolver") {
		t.Errorf("pyflyte-execute --help: %s", out)
	}
	const isContainer = `
import os
from flytekit import ImageSpec
print(os.environ["_F_IMG_ID"] == ImageSpec(%s).id)`
	arguments := fmt.Sprintf("registry=%q, name='simple-example-image', base_image=%q, requirements='image-requirements.txt'", w.host(), w.Base)
	if out := runImage(t, d, image, "python3", "-c", fmt.Sprintf(isContainer, arguments)); strings.TrimSpace(out) != "True" {
		t.Errorf("the image does not know itself as the ImageSpec's: %s", out)
	}
}

// TestPyflyteCopies: without fast registration, pyflyte puts the modules that
// it has loaded into the image, which it alone knows.
func TestPyflyteCopies(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t)
	d.write(t, "example/__init__.py", "")
	d.write(t, "example/used.py", "answer = 42\n")
	d.write(t, "example/data.txt", "")
	d.write(t, "other/unused.py", "")
	d.write(t, "example/workflow.py", fmt.Sprintf(`from flytekit import ImageSpec, task
from example.used import answer

image_spec = ImageSpec(registry=%q, name="copies", base_image=%q)


@task(container_image=image_spec)
def hello() -> int:
    return answer
`, w.host(), w.Base))
	packaging := d.with("PYTHONPATH="+installPlugin(t), "PRATIQUE_PROGRAM="+binary(), "PRATIQUE_BUILD_ARGS=--no-flytekit")
	packaging.run(t, sdkPython(t, "flytekit"), "-m", "flytekit.clis.sdk_in_container.pyflyte", "--pkgs", "example", "package",
		"--source", ".", "--copy", "none", "--output", filepath.Join(d.dir, "flyte-package.tgz"))

	out := runImage(t, d, w.only(t, "copies"), "sh", "-c", "cd /root && find -type f ! -name '.*' | sort")
	if want := "./example/__init__.py\n./example/used.py\n./example/workflow.py\n"; out != want {
		t.Errorf("the image has\n%swant\n%s", out, want)
	}
}

// TestPyflyteRemote: with PRATIQUE_REMOTE it is a builder of the server's that
// builds, also the modules that only this process knows.
func TestPyflyteRemote(t *testing.T) {
	w := newWorld(t)
	builder := w.newDesk(t)
	blackbox.Daemon(t, append(w.Env(w.owner), builder.env...), func() error { return nil }, binary(), "builder", "--endpoint-url", w.URL,
		"--network", "0.0.0.0/0") // the package index may be the machine's own

	// No uv, no package index, nothing but the AWS credentials at hand.
	d := &desk{dir: filepath.Join(t.TempDir(), "src"), env: w.Env(w.owner)}
	d.write(t, "example/__init__.py", "")
	d.write(t, "example/workflow.py", guide(w.host(), w.Base))
	d.write(t, "image-requirements.txt", "requests==2.32.3\n")
	packaging := d.with("PATH=/usr/bin:/bin", "PYTHONPATH="+installPlugin(t), "PRATIQUE_PROGRAM="+binary(), "PRATIQUE_REMOTE="+w.URL, "PRATIQUE_BUILD_ARGS=--no-flytekit")
	packaging.run(t, sdkPython(t, "flytekit"), "-m", "flytekit.clis.sdk_in_container.pyflyte", "--pkgs", "example", "package",
		"--source", ".", "--copy", "none", "--output", "flyte-package.tgz")

	out := runImage(t, builder, w.only(t, "simple-example-image"), "python3", "-c", "import os, requests; print(sorted(os.listdir('/root/example')), requests.__version__)")
	if want := "['__init__.py', 'workflow.py'] 2.32.3\n"; out != want {
		t.Errorf("the image says %q, want %q", out, want)
	}
}

// TestFlyteImage builds an Image of flyte, the second SDK.
func TestFlyteImage(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t)
	d.write(t, "src/module.py", "answer = 42\n")
	d.write(t, "build.py", fmt.Sprintf(`import pathlib, flyte

image = (
    flyte.Image.from_base(%q).clone(registry=%q, name="second", extendable=True)
    .with_pip_packages("requests==2.32.3").with_env_vars({"GREETING": "hello"})
    .with_workdir("/srv").with_source_folder(pathlib.Path("src"), copy_contents_only=True)
)
flyte.init(image_builder="pratique")
print(flyte.build(image).uri)
`, w.Base, w.host()))
	building := d.with("PYTHONPATH="+installPlugin(t), "PRATIQUE_PROGRAM="+binary())
	lines := strings.Split(strings.TrimSpace(building.run(t, sdkPython(t, "flyte"), "build.py")), "\n")
	image := lines[len(lines)-1]
	if !strings.HasPrefix(image, w.host()+"/second:") {
		t.Fatalf("built %q", lines)
	}
	out := runImage(t, d, image, "python3", "-c", "import os, requests, module; print(os.getcwd(), os.environ['GREETING'], requests.__version__, module.answer)")
	if want := "/srv hello 2.32.3 42\n"; out != want {
		t.Errorf("the image says %q, want %q", out, want)
	}
}

// only is the one image with a tag that a repository of the owner's has.
func (w *world) only(t testing.TB, repository string) string {
	t.Helper()
	var out struct{ ImageIDs []struct{ ImageTag string } }
	w.AWS(t, w.owner, &out, "ecr", "list-images", "--repository-name", repository, "--filter", "tagStatus=TAGGED")
	if len(out.ImageIDs) != 1 {
		t.Fatalf("%s has %+v, want one image", repository, out)
	}
	return w.host() + "/" + repository + ":" + out.ImageIDs[0].ImageTag
}
