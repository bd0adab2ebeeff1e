package access

import (
	"testing"

	"github.com/pratique-dev/pratique/internal/endpoint"
)

func TestNewest(t *testing.T) {
	repository := endpoint.Image{Registry: endpoint.Registry{Account: "222222222222", Region: "us-east-1", Domain: "amazonaws.com"}, Repository: "r"}
	image := func(digest string, pushed int, tags ...any) map[string]any {
		return map[string]any{"imageDigest": digest, "imagePushedAt": pushed, "imageTags": tags}
	}
	for name, tt := range map[string]struct {
		images []any
		want   string
	}{
		"none":          {[]any{}, ""},
		"latest tagged": {[]any{image("sha256:a", 1, "v1"), image("sha256:b", 3, "v3"), image("sha256:c", 2, "v2"), image("sha256:d", 9)}, ":v3"},
		"untagged":      {[]any{image("sha256:a", 1), image("sha256:b", 2)}, "@sha256:b"},
	} {
		img, ok, err := Newest(t.Context(), ecrServer(t, map[string]any{"DescribeImages": map[string]any{"imageDetails": tt.images}}), repository)
		if err != nil || ok != (tt.want != "") || ok && img.String() != "222222222222.dkr.ecr.us-east-1.amazonaws.com/r"+tt.want {
			t.Errorf("%s: %v, %t, %v; want %s", name, img, ok, err, tt.want)
		}
	}
	if _, _, err := Newest(t.Context(), ecrServer(t, map[string]any{"DescribeImages": "AccessDeniedException"}), repository); err == nil {
		t.Error("a refusal is no error")
	}
}
