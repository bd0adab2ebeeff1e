package pylock

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// metadata is what a wheel's METADATA says that a resolution needs. Source:
// https://packaging.python.org/en/latest/specifications/core-metadata/.
type metadata struct {
	name           string // normalised
	version        python.Version
	requiresPython string
	requires       []python.Requirement
}

// maxMetadata is the size of a METADATA file that is still read.
const maxMetadata = 16 << 20

// parseMetadata reads the header fields; the description follows them.
func parseMetadata(text string) (m metadata, err error) {
	var fields []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(fields) > 0 {
			fields[len(fields)-1] += " " + strings.TrimSpace(line)
			continue
		}
		fields = append(fields, line)
	}
	for _, field := range fields {
		key, value, _ := strings.Cut(field, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(key) {
		case "name":
			m.name = python.NormalizeName(value)
		case "version":
			if m.version, err = python.ParseVersion(value); err != nil {
				return m, fmt.Errorf("metadata: %w", err)
			}
		case "requires-python":
			m.requiresPython = value
		case "requires-dist":
			r, err := python.ParseRequirement(value)
			if err != nil {
				return m, fmt.Errorf("metadata: %w", err)
			}
			m.requires = append(m.requires, r)
		}
	}
	if m.name == "" || m.version.IsZero() {
		return m, errors.New("metadata: it names no package or no version")
	}
	return m, nil
}

// wheelMetadata reads the METADATA of a wheel on disk.
func wheelMetadata(name string) (m metadata, err error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return m, fmt.Errorf("open %s: %w", path.Base(name), err)
	}
	defer z.Close()
	for _, f := range z.File {
		dir, base := path.Split(f.Name)
		if base != "METADATA" || !strings.HasSuffix(dir, ".dist-info/") || strings.Count(dir, "/") != 1 {
			continue
		}
		if f.UncompressedSize64 > maxMetadata {
			return m, fmt.Errorf("%s: METADATA has more than %d bytes", path.Base(name), maxMetadata)
		}
		r, err := f.Open()
		if err != nil {
			return m, fmt.Errorf("open %s: %w", path.Base(name), err)
		}
		defer r.Close()
		data, err := io.ReadAll(io.LimitReader(r, maxMetadata))
		if err != nil {
			return m, fmt.Errorf("read %s: %w", path.Base(name), err)
		}
		if m, err = parseMetadata(string(data)); err != nil {
			return m, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		return m, nil
	}
	return m, fmt.Errorf("%s has no METADATA", path.Base(name))
}

// metadata gets the METADATA of a file: on its own where the index has it so
// (https://peps.python.org/pep-0658/), else out of the wheel, which is in the
// cache then. It may set the file's sha256.
func (c *client) metadata(ctx context.Context, f *candidate) (metadata, error) {
	if f.metadata && f.URL != "" {
		at := f.URL + ".metadata"
		doc, err := c.r.getAll(ctx, at, c.logins.of(at), nil, maxMetadata)
		switch {
		case err == nil:
			if sum := sha256.Sum256(doc.data); f.metadataHash != "" && hex.EncodeToString(sum[:]) != f.metadataHash {
				return metadata{}, &HashError{Filename: f.Filename() + ".metadata", Algorithm: "sha256", Want: f.metadataHash, Got: hex.EncodeToString(sum[:])}
			}
			return parseMetadata(string(doc.data))
		case !errors.Is(err, errNotFound):
			return metadata{}, err
		}
	}
	d := download{name: f.Filename(), url: f.URL, login: c.logins.of(f.URL), path: f.local(""), size: f.Size, hashes: f.Hashes}
	name, sum, err := c.r.fetch(ctx, d)
	if err != nil {
		return metadata{}, err
	}
	if f.Hashes == nil {
		f.Hashes = map[string]string{}
	}
	f.Hashes["sha256"] = sum
	m, err := wheelMetadata(name)
	if err != nil {
		return metadata{}, errors.Join(err, discard(name))
	}
	return m, nil
}
