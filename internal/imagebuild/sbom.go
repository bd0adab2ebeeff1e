package imagebuild

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/pratique-dev/pratique/internal/python"
)

// The parts of SPDX 2.3 that are used: https://spdx.github.io/spdx-spec/v2.3/.
type spdxDocument struct {
	Version       string             `json:"spdxVersion"`
	License       string             `json:"dataLicense"`
	ID            string             `json:"SPDXID"`
	Name          string             `json:"name"`
	Namespace     string             `json:"documentNamespace"`
	Creation      spdxCreation       `json:"creationInfo"`
	Packages      []spdxPackage      `json:"packages"`
	Relationships []spdxRelationship `json:"relationships"`
}

type spdxCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	ID               string         `json:"SPDXID"`
	Name             string         `json:"name"`
	Version          string         `json:"versionInfo,omitempty"`
	FileName         string         `json:"packageFileName,omitempty"`
	DownloadLocation string         `json:"downloadLocation"`
	FilesAnalyzed    bool           `json:"filesAnalyzed"`
	Purpose          string         `json:"primaryPackagePurpose,omitempty"`
	Checksums        []spdxChecksum `json:"checksums,omitempty"`
	LicenseConcluded string         `json:"licenseConcluded"`
	LicenseDeclared  string         `json:"licenseDeclared"`
	Copyright        string         `json:"copyrightText"`
	References       []spdxRef      `json:"externalRefs,omitempty"`
}

type spdxChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

const noAssertion = "NOASSERTION"

func newSPDXPackage(id, name, version string) spdxPackage {
	return spdxPackage{
		ID: id, Name: name, Version: version, DownloadLocation: noAssertion,
		LicenseConcluded: noAssertion, LicenseDeclared: noAssertion, Copyright: noAssertion,
	}
}

// component is a Python distribution of an image.
type component struct{ name, version, file, sha256 string }

// components are the Python distributions that are in the image for a platform:
// those that this build installed and those of the base, or what was found in an
// image that a Dockerfile made.
func (t *target) components() []component {
	all := map[string]component{}
	found := t.built
	if found == nil {
		found = t.base
	}
	for _, d := range slices.Backward(found.Installed) { // Python takes the first
		name := python.NormalizeName(d.Name)
		all[name] = component{name: name, version: d.Version}
	}
	for _, d := range t.wheels {
		c, ok := all[d.Name]
		if t.built == nil || ok && sameVersion(c.version, d.Version) {
			all[d.Name] = component{d.Name, d.Version, d.Filename, d.SHA256}
		}
	}
	var out []component
	for _, c := range all {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b component) int { return cmp.Compare(a.name, b.name) })
	return out
}

var notInSPDXID = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// sbom lists what is in the image for a platform, as SPDX. The packages of the
// base's operating system are those of the base image, which is one package here.
func (w *build) sbom(t *target) ([]byte, error) {
	const document, img, base = "SPDXRef-DOCUMENT", "SPDXRef-Image", "SPDXRef-Base"
	digest := t.result.Digest
	doc := spdxDocument{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: document, Name: w.result.Image + " for " + t.platform.String(),
		Creation: spdxCreation{Created: w.created().Format(time.RFC3339), Creators: []string{"Tool: pratique-" + cmp.Or(w.Version, "unknown")}},
	}
	image := newSPDXPackage(img, w.result.Image, digest.String())
	image.Purpose = "CONTAINER"
	image.Checksums = []spdxChecksum{{"SHA256", digest.Hex}}
	doc.Packages = append(doc.Packages, image)
	doc.Relationships = append(doc.Relationships, spdxRelationship{document, "DESCRIBES", img})
	if t.digest.Hex != "" {
		from := newSPDXPackage(base, w.base.name, t.digest.String())
		from.Purpose = "CONTAINER"
		from.Checksums = []spdxChecksum{{"SHA256", t.digest.Hex}}
		doc.Packages = append(doc.Packages, from)
		doc.Relationships = append(doc.Relationships, spdxRelationship{img, "DESCENDANT_OF", base})
	}
	if t.base != nil && t.base.OSRelease.ID != "" {
		os := newSPDXPackage("SPDXRef-OperatingSystem", t.base.OSRelease.ID, t.base.OSRelease.VersionID)
		os.Purpose = "OPERATING-SYSTEM"
		doc.Packages = append(doc.Packages, os)
		doc.Relationships = append(doc.Relationships, spdxRelationship{img, "CONTAINS", os.ID})
	}
	for _, c := range t.components() {
		p := newSPDXPackage("SPDXRef-Python-"+notInSPDXID.ReplaceAllString(c.name, "-"), c.name, c.version)
		p.Purpose = "LIBRARY"
		p.References = []spdxRef{{"PACKAGE-MANAGER", "purl", packageURL(c.name, c.version)}}
		if c.sha256 != "" {
			p.FileName = c.file
			p.Checksums = []spdxChecksum{{"SHA256", c.sha256}}
		}
		doc.Packages = append(doc.Packages, p)
		doc.Relationships = append(doc.Relationships, spdxRelationship{img, "CONTAINS", p.ID})
	}
	sum, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(sum)
	doc.Namespace = fmt.Sprintf("%s/spdx/%s", builderID, hex.EncodeToString(h[:]))
	return json.Marshal(doc)
}
