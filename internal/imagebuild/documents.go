package imagebuild

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/pratique-dev/pratique/internal/pylock"
)

// documentSet is what is attached to one manifest.
type documentSet struct {
	subject v1.Descriptor
	all     []attachment
}

// documents are what is attached to the image: to that of each platform its lock
// file and SBOM, and to what the tag names the provenance. They say what the
// image was made of and nothing of when or by whom, so that they are the same
// whenever it is made the same.
func (w *build) documents(s *set) ([]documentSet, error) {
	var sets []documentSet
	top := documentSet{subject: s.top}
	for _, t := range w.targets {
		d := documentSet{subject: t.result}
		if t.lockBytes != nil {
			d.all = append(d.all, attachment{Type: LockType, Title: "pylock.toml", Data: t.lockBytes})
		}
		if t.base != nil || t.built != nil {
			data, err := w.sbom(t)
			if err != nil {
				return nil, fmt.Errorf("make the SBOM: %w", err)
			}
			d.all = append(d.all, attachment{Type: SPDXType, Title: "sbom.spdx.json", Data: data})
		}
		if t.result.Digest == s.top.Digest {
			top.all = d.all
		} else if len(d.all) > 0 {
			sets = append(sets, d)
		}
	}
	data, err := w.provenance(s)
	if err != nil {
		return nil, fmt.Errorf("make the provenance: %w", err)
	}
	top.all = append(top.all, attachment{Type: ProvenanceType, Title: "provenance.json", Data: data, Annotations: map[string]string{"in-toto.io/predicate-type": predicateType}})
	return append(sets, top), nil
}

// The types of the provenance: https://slsa.dev/spec/v1.0/provenance and
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md.
const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://slsa.dev/provenance/v1"
	// buildType names the meaning of the parameters; docs/build.md has it.
	buildType = "https://github.com/pratique-dev/pratique/blob/main/docs/build.md#provenance"
	builderID = "https://github.com/pratique-dev/pratique"
)

type statement struct {
	Type          string     `json:"_type"`
	Subject       []resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     predicate  `json:"predicate"`
}

type predicate struct {
	BuildDefinition struct {
		BuildType            string         `json:"buildType"`
		ExternalParameters   map[string]any `json:"externalParameters"`
		InternalParameters   map[string]any `json:"internalParameters,omitempty"`
		ResolvedDependencies []resource     `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID      string            `json:"id"`
			Version map[string]string `json:"version,omitempty"`
		} `json:"builder"`
	} `json:"runDetails"`
}

// resource is a resource descriptor of in-toto.
type resource struct {
	Name        string            `json:"name,omitempty"`
	URI         string            `json:"uri,omitempty"`
	Digest      map[string]string `json:"digest,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// provenance is the in-toto statement of how the image was made.
func (w *build) provenance(s *set) ([]byte, error) {
	spec, err := publicSpec(w.spec)
	if err != nil {
		return nil, err
	}
	st := statement{Type: statementType, PredicateType: predicateType}
	subject := func(name string, h v1.Hash) {
		st.Subject = append(st.Subject, resource{Name: name, Digest: map[string]string{h.Algorithm: h.Hex}})
	}
	repository := w.result.Image[:strings.LastIndexByte(w.result.Image, ':')]
	subject(repository, s.digest)
	d := &st.Predicate.BuildDefinition
	d.BuildType = buildType
	d.ExternalParameters = map[string]any{"imageSpec": spec, "tag": w.result.Tag, "platforms": w.options.Platforms}
	d.InternalParameters = map[string]any{"path": string(w.plan.Path)}
	if w.plan.Executor != nil {
		d.InternalParameters["executor"] = w.plan.Executor.Name
	}
	d.ResolvedDependencies = []resource{}
	seen := map[string]bool{}
	versions := map[string]string{"pratique": w.Version}
	for _, t := range w.targets {
		if t.result.Digest != s.digest {
			subject(repository, t.result.Digest)
		}
		if t.digest != (v1.Hash{}) {
			d.ResolvedDependencies = append(d.ResolvedDependencies, resource{
				Name: "base image for " + t.platform.String(), URI: "docker://" + w.base.name, Digest: map[string]string{t.digest.Algorithm: t.digest.Hex},
			})
		}
		if t.lock != nil && t.lock.Tool.Pratique.Resolver != "" {
			versions["resolver"] = t.lock.Tool.Pratique.Resolver
		}
		for _, p := range slices.Concat(t.wheels, t.kept) {
			if p.SHA256 != "" && !seen[p.SHA256] {
				seen[p.SHA256] = true
				d.ResolvedDependencies = append(d.ResolvedDependencies, wheelResource(p))
			}
		}
	}
	st.Predicate.RunDetails.Builder.ID = builderID
	st.Predicate.RunDetails.Builder.Version = versions
	return json.Marshal(st)
}

func wheelResource(d pylock.Distribution) resource {
	return resource{
		Name: d.Filename, URI: packageURL(d.Name, d.Version), Digest: map[string]string{"sha256": d.SHA256},
	}
}

// packageURL is the purl of a distribution:
// https://github.com/package-url/purl-spec/blob/main/types-doc/pypi-definition.md.
func packageURL(name, version string) string {
	return "pkg:pypi/" + url.PathEscape(name) + "@" + url.PathEscape(version)
}
