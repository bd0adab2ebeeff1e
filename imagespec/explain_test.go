package imagespec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func explained(t *testing.T, s *Spec) Preimage {
	t.Helper()
	p, err := s.Explain(Compat{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExplain(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{"req.txt": "  a\n", "d/1/x": "x", "d/2/y": "y", "d/3/z": "z"})
	s := (&Spec{
		Name: "N", Requirements: "req.txt", Copy: []string{"d"}, Builder: "envd", RegistryConfig: "r", RuntimePackages: []string{"q"}, PipSecretMounts: []SecretMount{{"a", "/b"}},
		Base: &Spec{Name: "B", Registry: "ghcr.io/o"},
	}).In(dir)
	p := explained(t, s)
	want := Preimage{
		Image: "n:" + p.Tag, Tag: p.Tag, ID: s.ID(), Text: p.Text,
		Fields: []Contribution{
			{Field: "name", Value: "'n'"},
			{
				Field: "requirements", Value: "'86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'", Written: "'req.txt'", Of: "SHA-1 of req.txt",
				Files: []FileDigest{{"req.txt", 4, ""}},
			},
			{Field: "base_image", Value: "'" + p.Base.Image + "'", Written: "ImageSpec b", Of: "name of the base's image"},
			{Field: "platform", Value: "'linux/amd64'"},
			{Field: "copy", Written: "['d']", Of: "MD5 of the files of d", Unordered: "d"},
		},
		Omitted: []Omission{
			{"builder", "flytekit does not hash it"}, {"pip_secret_mounts", "flytekit does not hash it"},
			{"registry_config", "flytekit leaves it out of the tag, but not of the id"}, {"runtime_packages", "flytekit does not hash it"},
		},
		Base: p.Base,
	}
	copied := &p.Fields[4]
	want.Fields[4].Value, want.Fields[4].Files = copied.Value, copied.Files
	want.Fields[1].Files[0].SHA256 = p.Fields[1].Files[0].SHA256
	if d := cmp.Diff(want, p); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(copied.Files) != 3 || len(p.Fields[1].Files[0].SHA256) != 64 {
		t.Errorf("files %+v", copied.Files)
	}
	if p.Base.Text != "{'name': 'b', 'registry': 'ghcr.io/o', 'platform': 'linux/amd64'}" || p.Base.Image != "ghcr.io/o/b:"+p.Base.Tag {
		t.Errorf("base %+v", p.Base)
	}
}

func TestDiff(t *testing.T) {
	files := map[string]string{"req.txt": "a", "d/same": "s", "d/old": "o", "d/changed": "c"}
	build := func(change func(dir string, s *Spec)) Preimage {
		dir := write(t, t.TempDir(), files)
		s := &Spec{Name: "n", Registry: "ghcr.io/o", Requirements: "req.txt", Copy: []string{"d"}, Packages: []string{"a"}, Base: &Spec{Name: "b"}}
		change(dir, s)
		return explained(t, s.In(dir))
	}
	before := build(func(string, *Spec) {})
	for name, tt := range map[string]struct {
		change func(dir string, s *Spec)
		want   []Change
	}{
		"nothing":    {func(string, *Spec) {}, nil},
		"not hashed": {func(_ string, s *Spec) { s.Builder = "x" }, nil},
		"values": {func(_ string, s *Spec) { s.Registry, s.Packages, s.AptPackages = "ghcr.io/p", nil, []string{"git"} }, []Change{
			{Field: "registry", A: "'ghcr.io/o'", B: "'ghcr.io/p'"}, {Field: "packages", A: "['a']"}, {Field: "apt_packages", B: "['git']"},
		}},
		"requirements": {func(dir string, _ *Spec) { write(t, dir, map[string]string{"req.txt": "b"}) }, []Change{
			{
				Field: "requirements", A: "'86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'", B: "'e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98'",
				Files: []FileChange{{"req.txt", "changed"}},
			},
		}},
		"other requirements": {func(dir string, s *Spec) {
			write(t, dir, map[string]string{"other.txt": "b"})
			s.Requirements = "other.txt"
		}, []Change{
			{Field: "requirements", A: "'req.txt'", B: "'other.txt'", Files: []FileChange{{"other.txt", "added"}, {"req.txt", "removed"}}},
		}},
		"base": {func(_ string, s *Spec) { s.Base.Platform = "linux/arm64" }, []Change{
			{
				Field: "base_image", // with the tags, which are filled in below
				Base:  []Change{{Field: "platform", A: "'linux/amd64'", B: "'linux/arm64'"}},
			},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			after := build(tt.change)
			got := Diff(before, after)
			if name == "base" && len(got) == 1 {
				tt.want[0].A, tt.want[0].B = "'"+before.Base.Image+"'", "'"+after.Base.Image+"'"
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if (before.Tag == after.Tag) != (len(got) == 0) {
				t.Errorf("tags %s and %s with changes %+v", before.Tag, after.Tag, got)
			}
		})
	}
	copied := build(func(dir string, s *Spec) { write(t, dir, map[string]string{"d/new": "n", "d/changed": "x"}) })
	if got := Diff(before, copied); len(got) != 1 || cmp.Diff([]FileChange{{"d/changed", "changed"}, {"d/new", "added"}}, got[0].Files) != "" {
		t.Errorf("%+v", got)
	}
	a := Preimage{Fields: []Contribution{{Field: "copy", Value: "1", Files: []FileDigest{{Path: "a"}, {Path: "b"}}}}}
	b := Preimage{Fields: []Contribution{{Field: "copy", Value: "2", Files: []FileDigest{{Path: "b"}, {Path: "a"}}}}}
	if got := Diff(a, b); len(got) != 1 || cmp.Diff([]FileChange{{"a", "moved"}, {"b", "moved"}}, got[0].Files) != "" {
		t.Errorf("%+v", got)
	}
}
