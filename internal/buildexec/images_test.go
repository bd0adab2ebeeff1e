package buildexec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/pratique-dev/pratique/internal/buildplan"
)

const dockerfile = `# syntax=docker/dockerfile:1.7
# FROM comment
ARG REGISTRY=222222222222.dkr.ecr.us-east-1.amazonaws.com
ARG BASE="$REGISTRY/base"
ARG TAG
FROM --platform=$BUILDPLATFORM golang:1.26 AS Build
ARG REGISTRY=inside.example.com
COPY . .
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,from=tools.example.com/lint:v1,source=/lint,target=/lint \
    # a comment in between

    --mount=type=secret,id=x,"from=quoted" \
    lint
from ${BASE}:${TAG:-v2} \
  as last
COPY --chown=1:1 --from=build /x /x
COPY --from=0 /y /y
COPY --from=${REGISTRY}/data@sha256:1111111111111111111111111111111111111111111111111111111111111111 /z /z
FROM build
FROM scratch
FROM ${UNKNOWN}
FROM bad:ref:here
RUN echo FROM nothing --from=nothing
`

func TestImages(t *testing.T) {
	const data = "/data@sha256:1111111111111111111111111111111111111111111111111111111111111111"
	for _, test := range []struct {
		args []buildplan.Arg
		want []string
	}{
		{nil, []string{"docker/dockerfile:1.7", "golang:1.26", "tools.example.com/lint:v1",
			"222222222222.dkr.ecr.us-east-1.amazonaws.com/base:v2", "222222222222.dkr.ecr.us-east-1.amazonaws.com" + data}},
		{[]buildplan.Arg{{Name: "REGISTRY", Value: "r.example.com"}, {Name: "TAG", Value: "v3"}, {Name: "UNKNOWN", Value: "alpine"}},
			[]string{"docker/dockerfile:1.7", "golang:1.26", "tools.example.com/lint:v1", "r.example.com/base:v3", "r.example.com" + data, "alpine"}},
	} {
		if d := cmp.Diff(test.want, Images([]byte(dockerfile), test.args)); d != "" {
			t.Errorf("with %v (-want +got):\n%s", test.args, d)
		}
	}
}

func FuzzImages(f *testing.F) {
	f.Add(dockerfile)
	f.Fuzz(func(t *testing.T, text string) {
		for _, ref := range Images([]byte(text), []buildplan.Arg{{Name: "A", Value: "$A"}}) {
			if _, err := name.ParseReference(ref); err != nil {
				t.Errorf("%q is no reference", ref)
			}
		}
	})
}
