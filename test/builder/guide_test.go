package builder

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/test/blackbox"
)

// guide is the ImageSpec of Union's guide, in a module, with the registry and
// the base image of a test.
func guide(registry, base string) string {
	return fmt.Sprintf(`from flytekit import ImageSpec, task

image_spec = ImageSpec(
    registry=%q,
    name="simple-example-image",
    base_image=%q,
    requirements="image-requirements.txt"
)


@task(container_image=image_spec)
def hello() -> str:
    return "hello"
`, registry, base)
}

// TestGuide builds the ImageSpec of Union's guide, from Python and from YAML,
// into a repository that nobody made, and pulls it with a stock client.
func TestGuide(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t)
	d.write(t, "image-requirements.txt", "requests==2.32.3\n")
	d.write(t, "workflow.py", guide(w.host(), w.Base))
	d.write(t, "image.yaml", fmt.Sprintf(`registry: %s
name: simple-example-image
base_image: %s
requirements: image-requirements.txt
`, w.host(), w.Base))

	image := decodeBuilt(t, d.run(t, binary(), "build", "workflow.py:image_spec", "--explain-tag", "--output", "json")).Image
	if want := w.host() + "/simple-example-image:"; !strings.HasPrefix(image, want) {
		t.Fatalf("the image is called %s, want %s…", image, want)
	}
	if _, _, code := d.try(t, binary(), "build", "image.yaml", "--check-only"); code != 3 {
		t.Errorf("before it is built: --check-only has exit status %d, want 3", code)
	}
	python := d.build(t, "workflow.py", "--no-flytekit")
	if python.Image != image || python.Path != "layers" || python.Existed {
		t.Errorf("built %+v, want %s", python, image)
	}
	if _, _, code := d.try(t, binary(), "build", "image.yaml", "--check-only"); code != 0 {
		t.Errorf("after it was built: --check-only of the same in YAML has exit status %d, want 0", code)
	}
	yaml := d.build(t, "image.yaml", "--no-flytekit")
	if yaml.Image != image || !yaml.Existed || yaml.Digest != python.Digest {
		t.Errorf("the same in YAML: %+v", yaml)
	}
	forced := d.build(t, "image.yaml", "--no-flytekit", "--force")
	if forced.Existed || forced.Digest != python.Digest {
		t.Errorf("built again from YAML: %+v, want the digest %s", forced, python.Digest)
	}

	client := blackbox.ClientNamed(t, "skopeo").Open(t)
	if err := client.Login(t, w.host(), w.Password(t, w.owner)); err != nil {
		t.Fatal(err)
	}
	digest, err := client.Pull(t, image)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(python.Digest, digest); diff != "" {
		t.Errorf("digest (-built +pulled):\n%s", diff)
	}
	if out := runImage(t, d, image, "python3", "-c", "import requests; print(requests.__version__)"); out != "2.32.3\n" {
		t.Errorf("the image has requests %q", out)
	}
}

// TestGuideMisspelt: the guide's own example has a region that does not exist.
func TestGuideMisspelt(t *testing.T) {
	d := &desk{dir: t.TempDir()}
	d.write(t, "image-requirements.txt", "requests\n")
	d.write(t, "workflow.py", guide("123456789012.dkr.ecr.us-eas-1.amazonaws.com", "ghcr.io/flyteorg/flytekit:py3.11-latest"))
	said := d.refused(t, "workflow.py")
	const want = `ImageSpec field registry: "123456789012.dkr.ecr.us-eas-1.amazonaws.com": AWS has no region us-eas-1; did you mean us-east-1?`
	if !strings.Contains(said, want) {
		t.Errorf("said:\n%s\nwant: %s", said, want)
	}
}
