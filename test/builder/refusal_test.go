package builder

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// TestRefusals gives a builder what a careless or malicious publisher could: it
// refuses each with an exact reason, and leaves no trace of it in the registry,
// its caches, or the folder of temporary files.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t)
	x := imagebuildtest.NewPackageIndex(t)
	x.Add(newWheel(t, "good", "1.0", wheelFile{name: "good.py", content: []byte("x = 1\n")}))
	notLayer := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	notLayer, err := mutate.AppendLayers(notLayer, static.NewLayer([]byte("this is not an archive"), types.OCILayer))
	if err != nil {
		t.Fatal(err)
	}
	broken := w.host() + "/bases/broken:v1"
	w.push(t, broken, notLayer)

	type spec = map[string]any
	image := func(change spec) spec {
		s := spec{"name": "refused", "registry": w.host(), "base_image": w.Base, "pip_index": x.Simple()}
		maps.Copy(s, change)
		return s
	}
	// The first build fills the caches with the base image.
	d.writeJSON(t, "image.json", image(spec{"name": "accepted", "packages": []string{"good==1.0"}}))
	d.build(t, "image.json", "--no-flytekit")
	repositories := w.repositories(t)

	dir := func(name string) string { return name + "-1.0.dist-info/" }
	for _, test := range []struct {
		name  string
		files []wheelFile
		hash  string // that the index tells; the wheel's own if empty
		spec  spec   // what is built; the wheel if nil
		want  string
	}{
		{
			name: "dotdot", files: []wheelFile{{name: "../../../etc/cron.d/evil", content: []byte("x")}},
			want: `wheel dotdot-1.0-py3-none-any.whl: "../../../etc/cron.d/evil": `,
		}, {
			name: "absolute", files: []wheelFile{{name: "/etc/cron.d/evil", content: []byte("x")}},
			want: `wheel absolute-1.0-py3-none-any.whl: "/etc/cron.d/evil": `,
		}, {
			name: "linked", files: []wheelFile{{name: "linked/evil", content: []byte("/etc/shadow"), mode: symlink}},
			want: `wheel linked-1.0-py3-none-any.whl: "linked/evil": it is neither a file nor a directory (links and devices have no place in a wheel)`,
		}, {
			name: "bomb", files: []wheelFile{{name: "bomb/zeros.bin", content: make([]byte, 140<<20)}},
			want: `wheel bomb-1.0-py3-none-any.whl: it unpacks to more than `,
		}, {
			name: "hashed", files: []wheelFile{{name: "hashed.py", content: []byte("x")}}, hash: strings.Repeat("ab", 32),
			want: `, not the locked abababababababababababababababababababababababababababababababab: it is not the file that was locked`,
		}, {
			name: "python", files: []wheelFile{{name: dir("python") + "entry_points.txt", content: []byte("[console_scripts]\npython3 = evil:main\n")}},
			want: `wheel python-1.0-py3-none-any.whl: "python-1.0.dist-info/entry_points.txt": a command named "python3": it would take the place of the interpreter`,
		}, {
			name: "huge", files: []wheelFile{{name: dir("huge") + "METADATA", content: bytes.Repeat([]byte("X: y\n"), 4<<20)}},
			want: `huge-1.0-py3-none-any.whl: METADATA has more than 16777216 bytes`,
		}, {
			name: "unrecorded", files: []wheelFile{
				{name: "unrecorded.py", content: []byte("x")},
				{name: dir("unrecorded") + "RECORD", content: []byte("other.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n")},
			},
			want: `wheel unrecorded-1.0-py3-none-any.whl: "unrecorded-1.0.dist-info/RECORD": it lists "other.py", which is not in the wheel`,
		}, {
			name: "metacharacters", spec: image(spec{"packages": []string{"good==1.0; touch /tmp/evil"}}),
			want: `packages[0]: requirement "good==1.0; touch /tmp/evil": marker " touch /tmp/evil": "touch /tmp/evil" is neither a variable nor a text in quotes`,
		}, {
			name: "registry with metacharacters", spec: image(spec{"registry": "$(touch evil).example.com"}),
			want: `ImageSpec field registry: "$(touch evil).example.com" is not a registry`,
		}, {
			name: "copy from above", spec: image(spec{"copy": []string{"../../etc"}}),
			want: `ImageSpec field copy: ../../etc has .. in it`,
		}, {
			name: "no such base", spec: image(spec{"base_image": w.host() + "/bases/none:v1"}),
			want: "ImageSpec field base_image: there is no image " + w.host() + "/bases/none:v1: name_unknown",
		}, {
			name: "unreadable base", spec: image(spec{"base_image": broken, "packages": []string{"good==1.0"}}),
			want: "ImageSpec field base_image: layer 1 of the base image (sha256:ea2b56e155e8cc40eab14ac385c95d74d74faf854e3d7a741a01db5d38c3a737): read the tar file: unexpected EOF",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.spec == nil {
				file, content := newWheel(t, test.name, "1.0", test.files...)
				hash := test.hash
				if hash == "" {
					hash = hashOf(content)
				}
				x.AddAs(file, content, hash)
				test.spec = image(spec{"packages": []string{test.name + "==1.0"}})
			}
			d.writeJSON(t, "image.json", test.spec)
			before := d.files(t)
			said := d.refused(t, "image.json", "--no-flytekit", "--progress", "plain")
			t.Logf("said: %s", said)
			if !strings.Contains(said, test.want) {
				t.Errorf("want: %s", test.want)
			}
			if strings.Contains(said, "goroutine ") {
				t.Errorf("it crashed")
			}
			if diff := cmp.Diff(before, d.files(t)); diff != "" {
				t.Errorf("left behind (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(repositories, w.repositories(t)); diff != "" {
				t.Errorf("repositories (-before +after):\n%s", diff)
			}
		})
	}
}

// TestMetacharacters: what a shell would run is text, in the environment, in
// names of files and in arguments, also on the way through a Dockerfile.
func TestMetacharacters(t *testing.T) {
	w := newWorld(t)
	d := w.newDesk(t).with(withBuildah(t, w).env...)
	const value = "$(touch /evil) `touch /evil` ; touch /evil & \"quoted\" 'too' \\ $HOME ${PATH} #"
	const file = "a $(touch evil);`x` 'b\".txt"
	d.write(t, file, "content\n")
	for _, way := range []string{"layers", "buildah"} {
		t.Run(way, func(t *testing.T) {
			d.writeJSON(t, "image.json", map[string]any{
				"name": "literal-" + way, "registry": w.host(), "base_image": w.Base,
				"env": map[string]string{"VALUE": value}, "copy": []string{file}, "entrypoint": []string{"printf", "%s|", value},
			})
			b := d.build(t, "image.json", "--no-flytekit", "--builder", way)
			config, err := w.image(t, b.Reference).ConfigFile()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(config.Config.Env, "VALUE="+value) {
				t.Errorf("the environment is %q", config.Config.Env)
			}
			if diff := cmp.Diff([]string{"printf", "%s|", value}, config.Config.Entrypoint); diff != "" {
				t.Errorf("entrypoint (-want +got):\n%s", diff)
			}
			if out := runImage(t, d, b.Reference, "done"); out != value+"|done|" {
				t.Errorf("it ran as %q", out)
			}
		})
	}
}

// writeJSON writes a specification among the sources.
func (d *desk) writeJSON(t testing.TB, name string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d.write(t, name, string(b))
}

// files are the files in the desk's home, but for uv's own cache, with their
// sizes.
func (d *desk) files(t testing.TB) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := filepath.WalkDir(d.home(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == d.home(".cache", "uv") {
			return filepath.SkipDir
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(d.home(), path)
		if !e.IsDir() {
			all[rel] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(d.home("tmp")); err != nil || len(entries) > 0 {
		t.Errorf("the folder of temporary files has %v, error %v", entries, err)
	}
	return all
}

// repositories are the owner's, with the number of their images and tags.
func (w *world) repositories(t testing.TB) map[string]int {
	t.Helper()
	client := blackbox.ECR(w.URL, w.owner)
	out, err := client.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, r := range out.Repositories {
		images, err := client.ListImages(t.Context(), &ecr.ListImagesInput{RepositoryName: r.RepositoryName})
		if err != nil {
			t.Fatal(err)
		}
		all[*r.RepositoryName] = len(images.ImageIds)
	}
	return all
}
