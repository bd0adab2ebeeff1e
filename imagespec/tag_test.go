package imagespec

import (
	"os"
	"path/filepath"
	"testing"
)

// write makes files below a directory, by their paths.
func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// vectorFiles are the files that the vectors name.
var vectorFiles = map[string]string{
	"image-requirements.txt": "pandas==2.2.2\nscikit-learn\n", "d/a.txt": "hello\n", "d/sub/b.txt": "world\n",
}

// TestVectors holds tags and preimages that flytekit 1.16 computed.
func TestVectors(t *testing.T) {
	dir := write(t, t.TempDir(), vectorFiles)
	env := func(pairs ...string) Dict {
		d := Dict{}
		for i := 0; i < len(pairs); i += 2 {
			d = append(d, Item{pairs[i], pairs[i+1]})
		}
		return d
	}
	const requirements = "3b0b6ea81832439f4b70f55aec1eac2221916a01"
	number := &Spec{Env: env("Debug", "True"), Packages: []string{"sklearn"}}
	version, _ := fieldNamed("python_version")
	if err := version.set(number, 3.11); err != nil {
		t.Fatal(err)
	}
	base := &Spec{Name: "base", Registry: "ghcr.io/o", Packages: []string{"x"}}
	for name, tt := range map[string]struct {
		spec          *Spec
		text, tag, id string
	}{
		"A": {&Spec{}, `{'name': 'flytekit', 'platform': 'linux/amd64'}`, "fv8aVGdGU6GT1t5W98ZQPA", ""},
		"B": {
			&Spec{
				Registry: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Name: "simple-example-image",
				BaseImage: "ghcr.io/flyteorg/flytekit:py3.11-latest", Requirements: "image-requirements.txt",
			},
			`{'name': 'simple-example-image', 'registry': '123456789012.dkr.ecr.us-east-1.amazonaws.com', 'requirements': '` + requirements +
				`', 'base_image': 'ghcr.io/flyteorg/flytekit:py3.11-latest', 'platform': 'linux/amd64'}`,
			"wuvgjjgntdNfc_5xsgXATA", "qXV-D26ns666MpC7XHhMuA",
		},
		"C": {
			&Spec{
				Name: "My-Img", Registry: "ghcr.io/Org", PythonVersion: "3.11", Packages: []string{"pandas", "numpy>=1.26"}, AptPackages: []string{"git"},
				Env: env("A", "1", "B", "it's"), Commands: []string{`echo "hi"`},
			},
			`{'name': 'my-img', 'python_version': '3.11', 'env': {'A': '1', 'B': "it's"}, 'registry': 'ghcr.io/org', 'packages': ['pandas', ` +
				`'numpy>=1.26'], 'apt_packages': ['git'], 'platform': 'linux/amd64', 'commands': ['echo "hi"']}`,
			"e0YmZp7fGZS2rhFXig_fLA", "",
		},
		"D base": {base, "", "C8QLR8IG3mErF9Y_W47j4Q", ""},
		"D": {
			&Spec{Name: "child", Registry: "ghcr.io/o", Base: base},
			`{'name': 'child', 'registry': 'ghcr.io/o', 'base_image': 'ghcr.io/o/base:C8QLR8IG3mErF9Y_W47j4Q', 'platform': 'linux/amd64'}`,
			"95KvuNCYQyCkVJUlmEYU0A", "o7igSCv3BZ9P1zdsR_k_5g",
		},
		"E": {
			&Spec{Name: "c", Copy: []string{"d", "image-requirements.txt"}},
			`{'name': 'c', 'platform': 'linux/amd64', 'copy': '93d64c689f39091b9820fe8c5932beec'}`, "6xekifXjOmHGjYUuMz8DRQ", "",
		},
		"F": {
			&Spec{Name: "n", SourceCopyMode: CopyNone},
			`{'name': 'n', 'platform': 'linux/amd64', 'source_copy_mode': <CopyFileDetection.NO_COPY: 3>}`, "ptIXz_gPlOnICk1naP7Thw", "",
		},
		"G": {
			&Spec{Name: "n", TagFormat: "{spec_hash}-dev"},
			`{'name': 'n', 'platform': 'linux/amd64', 'tag_format': '{spec_hash}-dev'}`, "ECxDbyqZ1XxuNgRg46lJ1w-dev", "",
		},
		"H": {
			number, `{'name': 'flytekit', 'python_version': 3.11, 'env': {'Debug': 'True'}, 'packages': ['sklearn'], 'platform': 'linux/amd64'}`,
			"cMEfmN5GQIQjwglXEmB2KA", "",
		},
		"I": {
			&Spec{Commands: []string{"echo 'é' \"q\"\n\t\\"}},
			`{'name': 'flytekit', 'platform': 'linux/amd64', 'commands': ['echo \'é\' "q"\n\t\\']}`, "10lsKVMT1_tDsZUwo1ySXg", "10lsKVMT1-tDsZUwo1ySXg",
		},
		"J": {
			&Spec{BuilderConfig: Dict{{"uv_image", "x/uv:1"}, {"n", true}, {"f", 1.5}, {"l", List{Int("1"), Int("2")}}}},
			`{'name': 'flytekit', 'platform': 'linux/amd64', 'builder_config': {'uv_image': 'x/uv:1', 'n': True, 'f': 1.5, 'l': [1, 2]}}`,
			"uqPnpVDiyXd55jD5oOU8bg", "",
		},
		"K": {
			&Spec{Registry: "ghcr.io/o", RegistryConfig: "/x/y.json"},
			`{'name': 'flytekit', 'registry': 'ghcr.io/o', 'platform': 'linux/amd64'}`, "Gh7AMgBU5v45I2cVxVUKKQ", "qJQu7-KS1eLr0DZgdOEiig",
		},
		"L": {
			&Spec{
				Name: "all", PythonVersion: "3.12", Env: env("Z", "1", "A", ""), Registry: "reg.example.com:5000/team", Packages: []string{"a==1"},
				CondaPackages: []string{"c"}, CondaChannels: []string{"nvidia"}, Requirements: "image-requirements.txt",
				AptPackages: []string{"git", "vim"}, CUDA: "12.1", CuDNN: "8", BaseImage: "debian:12", Platform: "linux/amd64,linux/arm64",
				PipIndex: "https://i/simple", PipExtraIndexURL: []string{"https://j/simple"}, PipExtraArgs: "--pre", RegistryConfig: "r.json",
				PipSecretMounts: []SecretMount{{"a", "/b"}}, Entrypoint: []string{}, Commands: []string{"ls"}, TagFormat: "v1-{spec_hash}",
				Copy: []string{"d"}, PythonExec: "/usr/bin/python3", RuntimePackages: []string{"r"}, Builder: "default",
				BuilderOptions: Dict{{"k", nil}}, BuilderConfig: Dict{{"uv_image", "x"}},
			},
			`{'name': 'all', 'python_version': '3.12', 'env': {'Z': '1', 'A': ''}, 'registry': 'reg.example.com:5000/team', 'packages': ['a==1'], ` +
				`'conda_packages': ['c'], 'conda_channels': ['nvidia'], 'requirements': '` + requirements + `', 'apt_packages': ['git', 'vim'], ` +
				`'cuda': '12.1', 'cudnn': '8', 'base_image': 'debian:12', 'platform': 'linux/amd64,linux/arm64', 'pip_index': 'https://i/simple', ` +
				`'pip_extra_index_url': ['https://j/simple'], 'pip_extra_args': '--pre', 'entrypoint': [], 'commands': ['ls'], ` +
				`'tag_format': 'v1-{spec_hash}', 'copy': 'ca3c461291eab848ec9ab935b1f40699', 'python_exec': '/usr/bin/python3', ` +
				`'builder_options': {'k': None}, 'builder_config': {'uv_image': 'x'}}`,
			"v1-nG_hl4W_PFHC2GOul43cdQ", "",
		},
		"M": {
			&Spec{Packages: []string{}, Env: Dict{}}, `{'name': 'flytekit', 'env': {}, 'packages': [], 'platform': 'linux/amd64'}`,
			"R6_yLc3m_elS5SMkt0xaAg", "",
		},
		"N": {
			&Spec{Commands: []string{`a'b"c`}}, `{'name': 'flytekit', 'platform': 'linux/amd64', 'commands': ['a\'b"c']}`, "W80EuD0IZaYPFx4LIKChbQ", "",
		},
		"O": {
			&Spec{Commands: []string{"\x01\x7f\u00a0\u200b\U0001f600\ud7ff"}},
			`{'name': 'flytekit', 'platform': 'linux/amd64', 'commands': ['\x01\x7f\xa0\u200b😀\ud7ff']}`, "bKjPn1i3WAK1TzRfGV2TDA", "",
		},
		"P": {
			&Spec{Name: "leaf", Base: &Spec{Name: "mid", Base: base}},
			`{'name': 'leaf', 'base_image': 'mid:0ZdHKVVsnKocTnDEMLJsxw', 'platform': 'linux/amd64'}`, "B5zB_GpQG61DRK5VPoI8mg", "4r01ayX64xRfEyxlVidI1A",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := tt.spec.In(dir).Explain(Compat{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Tag != tt.tag || tt.text != "" && p.Text != tt.text {
				t.Errorf("tag %s of %s\nwant %s of %s", p.Tag, p.Text, tt.tag, tt.text)
			}
			if id := tt.spec.ID(); tt.id != "" && id != tt.id || id != p.ID {
				t.Errorf("id %s, explained as %s; want %s", id, p.ID, tt.id)
			}
		})
	}
}
