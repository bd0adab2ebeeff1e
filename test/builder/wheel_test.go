package builder

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func hashOf(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

// wheelFile is an entry of a wheel. A content of nil makes no entry, for the
// defaults of newWheel to be left out.
type wheelFile struct {
	name    string
	content []byte
	mode    uint32 // as Unix has it; 0 is that of a regular file
}

const symlink = 0o120777

// newWheel makes a wheel for any Python, with a RECORD that is right. Files of
// the same name replace METADATA, WHEEL and RECORD.
func newWheel(t testing.TB, name, version string, files ...wheelFile) (file string, content []byte) {
	t.Helper()
	info := name + "-" + version + ".dist-info/"
	all := slices.Clone(files)
	for _, f := range []wheelFile{
		{name: info + "METADATA", content: fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)},
		{name: info + "WHEEL", content: []byte("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
	} {
		if !slices.ContainsFunc(files, func(own wheelFile) bool { return own.name == f.name }) {
			all = append(all, f)
		}
	}
	if !slices.ContainsFunc(files, func(own wheelFile) bool { return own.name == info+"RECORD" }) {
		var record strings.Builder
		for _, f := range all {
			sum := sha256.Sum256(f.content)
			fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.content))
		}
		record.WriteString(info + "RECORD,,\n")
		all = append(all, wheelFile{name: info + "RECORD", content: []byte(record.String())})
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range all {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, CreatorVersion: 3 << 8}
		h.ExternalAttrs = (f.mode | 0o644) << 16
		if f.mode == 0 {
			h.ExternalAttrs = 0o100644 << 16
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return name + "-" + version + "-py3-none-any.whl", b.Bytes()
}
