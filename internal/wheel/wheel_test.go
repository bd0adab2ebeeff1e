package wheel

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// source is a wheel to be made, or to be made wrong.
type source struct {
	file  string // "demo-1.0-py3-none-any.whl"
	files []sourceFile
	// record is the content of RECORD; "" has the right one written.
	record string
	edit   func(archive []byte) []byte
}

type sourceFile struct {
	name    string
	content string
	mode    fs.FileMode // 0 is 0644
	header  func(*zip.FileHeader)
}

const (
	metadata  = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nA demo.\n"
	wheelFile = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)

// demo is a good wheel with these files besides its metadata.
func demo(files ...sourceFile) source {
	return source{file: "demo-1.0-py3-none-any.whl", files: append(files,
		sourceFile{name: "demo-1.0.dist-info/METADATA", content: metadata},
		sourceFile{name: "demo-1.0.dist-info/WHEEL", content: wheelFile})}
}

// distribution is a good wheel of another name.
func distribution(name, version string, files ...sourceFile) source {
	s := demo(files...)
	s.file = name + "-" + version + "-py3-none-any.whl"
	for i := range s.files {
		s.files[i].name = strings.Replace(s.files[i].name, "demo-1.0.", name+"-"+version+".", 1)
	}
	return s.with(name+"-"+version+".dist-info/METADATA", "Metadata-Version: 2.1\nName: "+name+"\nVersion: "+version+"\n")
}

// with is the wheel with a file replaced, or added.
func (s source) with(name, content string) source {
	s.files = slices.Clone(s.files)
	for i := range s.files {
		if s.files[i].name == name {
			s.files[i].content = content
			return s
		}
	}
	s.files = append(s.files, sourceFile{name: name, content: content})
	return s
}

func (s source) without(name string) source {
	s.files = slices.DeleteFunc(slices.Clone(s.files), func(f sourceFile) bool { return f.name == name })
	return s
}

func (s source) named(file string) source { s.file = file; return s }

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s source) bytes(t testing.TB) []byte {
	t.Helper()
	info := "demo-1.0.dist-info"
	record := ""
	for _, f := range s.files {
		if dir, _, _ := strings.Cut(f.name, "/"); strings.HasSuffix(dir, ".dist-info") {
			info = dir
		}
		if !strings.HasSuffix(f.name, "/") {
			record += fmt.Sprintf("\"%s\",%s,%d\n", strings.ReplaceAll(f.name, `"`, `""`), hashOf(f.content), len(f.content))
		}
	}
	record += info + "/RECORD,,\n"
	if s.record != "" {
		record = s.record
	}
	files := slices.Clone(s.files)
	if s.record != "none" {
		files = append(files, sourceFile{name: info + "/RECORD", content: record})
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		if f.mode.Perm() == 0 {
			h.SetMode(f.mode | 0o644)
		}
		if f.header != nil {
			f.header(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if s.edit != nil {
		return s.edit(b.Bytes())
	}
	return b.Bytes()
}

// write writes the wheel into a directory and returns its path.
func (s source) write(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), s.file)
	if err := os.WriteFile(path, s.bytes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	s := demo(sourceFile{name: "demo/__init__.py", content: "x = 1\n"}, sourceFile{name: "demo/", mode: fs.ModeDir | 0o755})
	for name, s := range map[string]source{
		"plain":             s,
		"stored":            demo(sourceFile{name: "a.py", content: "x", header: func(h *zip.FileHeader) { h.Method = zip.Store }}),
		"zip64":             s.edited(toZip64),
		"comment":           s.edited(func(b []byte) []byte { b[len(b)-2] = 2; return append(b, "hi"...) }),
		"build tag":         s.named("demo-1.0-2-py3-none-any.whl"),
		"other spelling":    s.named("Demo-1-py3-none-any.whl"),
		"minor version":     s.with("demo-1.0.dist-info/WHEEL", strings.Replace(wheelFile, "1.0", "1.9", 1)),
		"CRLF":              s.with("demo-1.0.dist-info/METADATA", strings.ReplaceAll(metadata, "\n", "\r\n")),
		"signature":         s.with("demo-1.0.dist-info/RECORD.jws", "{}"),
		"directory in list": s.recorded(func(r string) string { return "demo/,,\n" + r }),
		"no sizes":          s.recorded(func(r string) string { return strings.ReplaceAll(r, ",6\n", ",\n") }),
		"padded hash":       s.recorded(func(r string) string { return strings.Replace(r, ",6\n", "=,6\n", 1) }),
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Open(s.write(t))
			if err != nil {
				t.Fatal(err)
			}
			if w.Name != "demo" || w.Version != "1.0" || !w.Pure || w.Size == 0 {
				t.Errorf("%+v", w)
			}
		})
	}
}

func (s source) edited(edit func([]byte) []byte) source { s.edit = edit; return s }

// recorded is the wheel with an edited RECORD.
func (s source) recorded(edit func(string) string) source {
	record := ""
	for _, f := range s.files {
		if !strings.HasSuffix(f.name, "/") {
			record += fmt.Sprintf("%s,%s,%d\n", f.name, hashOf(f.content), len(f.content))
		}
	}
	s.record = edit(record + "demo-1.0.dist-info/RECORD,,\n")
	return s
}

// replaced is an edit of the archive's bytes, which must have the old ones.
func replaced(old, new string, n int) func([]byte) []byte {
	return func(b []byte) []byte {
		if !bytes.Contains(b, []byte(old)) {
			panic("the archive has no " + old)
		}
		return bytes.Replace(b, []byte(old), []byte(new), n)
	}
}

// directory is where the central directory begins.
func directory(b []byte) int { return int(le.Uint32(b[len(b)-6:])) }

// patched is an edit at an offset in the header of the n-th file of the
// central directory.
func patched(n, at int, value ...byte) func([]byte) []byte {
	return func(b []byte) []byte {
		i := directory(b)
		for range n {
			i += directoryLength + int(le.Uint16(b[i+28:])) + int(le.Uint16(b[i+30:])) + int(le.Uint16(b[i+32:]))
		}
		copy(b[i+at:], value)
		return b
	}
}

// toZip64 rewrites the end of the archive as that of a large one.
func toZip64(b []byte) []byte {
	end := b[len(b)-endLength:]
	start, length, count := le.Uint32(end[16:]), le.Uint32(end[12:]), le.Uint16(end[10:])
	out := slices.Clone(b[:len(b)-endLength])
	at := uint64(len(out))
	out = le.AppendUint32(out, end64Signature)
	out = le.AppendUint64(out, end64Length-12)
	out = le.AppendUint32(out, 45<<16|45)
	out = le.AppendUint64(out, 0) // disks
	out = le.AppendUint64(out, uint64(count))
	out = le.AppendUint64(out, uint64(count))
	out = le.AppendUint64(out, uint64(length))
	out = le.AppendUint64(out, uint64(start))
	out = le.AppendUint32(out, locatorSignature)
	out = le.AppendUint32(out, 0)
	out = le.AppendUint64(out, at)
	out = le.AppendUint32(out, 1)
	out = le.AppendUint32(out, endSignature)
	out = append(out, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0)
	return out
}

func TestRefusals(t *testing.T) {
	py := sourceFile{name: "demo/a.py", content: "import os\n"}
	s := demo(py)
	points := func(text string) source { return s.with("demo-1.0.dist-info/entry_points.txt", text) }
	script := func(name string) source {
		return demo(sourceFile{name: "demo-1.0.data/scripts/" + name, content: "#!python\n"})
	}
	header := func(edit func(h *zip.FileHeader)) source {
		return demo(sourceFile{name: "demo/a.py", content: "import os\n", header: edit})
	}
	raw := func(name string) source { // a name that the writer would not write
		stand := strings.Repeat("Q", len(name))
		return demo(sourceFile{name: stand, content: "x"}).edited(replaced(stand, name, -1))
	}
	for name, test := range map[string]struct {
		source source
		want   string
	}{
		"file name":            {s.named("demo-1.0.whl"), "five or six parts"},
		"not a zip":            {s.edited(func([]byte) []byte { return []byte("<html>") }), "not a zip"},
		"empty":                {s.edited(func([]byte) []byte { return nil }), "not a zip"},
		"cut off":              {s.edited(func(b []byte) []byte { return b[:len(b)-30] }), "cut off"},
		"trailing":             {s.edited(func(b []byte) []byte { return append(b, 0) }), "cut off"},
		"two ends":             {s.edited(func(b []byte) []byte { e := b[len(b)-endLength:]; return append(slices.Clone(b), e...) }), "not where it should be"},
		"prepended":            {s.edited(func(b []byte) []byte { return append([]byte("#!/bin/sh\n"), b...) }), "not where it should be"},
		"middle cut out":       {s.edited(func(b []byte) []byte { return slices.Delete(b, 40, 50) }), "not where it should be"},
		"count too small":      {s.edited(func(b []byte) []byte { b[len(b)-12]--; b[len(b)-14]--; return b }), "more in it"},
		"count too large":      {s.edited(func(b []byte) []byte { b[len(b)-12]++; b[len(b)-14]++; return b }), "damaged"},
		"disks":                {s.edited(func(b []byte) []byte { b[len(b)-18] = 1; return b }), "several"},
		"absolute":             {raw("/etc/passwd"), "absolute"},
		"up":                   {raw("../../etc/cron.d/x"), "leads out"},
		"up later":             {raw("demo/../../../x"), "leads out"},
		"backslash":            {raw(`demo\..\x`), "backslash"},
		"nul":                  {raw("demo/a\x00b"), "control"},
		"escape":               {raw("demo/\x1b[2J"), "control"},
		"unclean":              {raw("demo//x"), "not clean"},
		"dot":                  {raw("./x"), "not clean"},
		"not UTF-8":            {demo(sourceFile{name: "Qü", content: "x"}).edited(replaced("ü", "\xff\xff", -1)), "UTF-8"},
		"unknown encoding":     {s.edited(chain(replaced("demo/a.py", "demo/\xc3\xbc.p", -1))), "encoding"},
		"long":                 {raw(strings.Repeat("d/", 600) + "x"), "too long"},
		"long part":            {raw(strings.Repeat("d", 256)), "too long"},
		"whiteout":             {raw("demo/.wh.x"), "remove"},
		"symbolic link":        {demo(sourceFile{name: "demo/link", content: "/etc/passwd", mode: fs.ModeSymlink | 0o777}), "neither a file nor a directory"},
		"device":               {demo(sourceFile{name: "demo/null", mode: fs.ModeDevice | fs.ModeCharDevice | 0o666}), "neither a file nor a directory"},
		"fifo":                 {demo(sourceFile{name: "demo/pipe", mode: fs.ModeNamedPipe | 0o666}), "neither a file nor a directory"},
		"directory as file":    {demo(sourceFile{name: "demo/dir", mode: fs.ModeDir | 0o755, header: func(h *zip.FileHeader) { h.Name = "demo/dir" }}), "neither a file nor a directory"},
		"twice":                {demo(py, py), "twice"},
		"file as directory":    {demo(py, sourceFile{name: "demo/a.py/b", content: "x"}), "is a file and not a directory"},
		"encrypted":            {header(func(h *zip.FileHeader) { h.Flags |= 1 }), "encrypted"},
		"bzip2":                {s.edited(chain(patched(0, 10, 12), local(8, 12))), "method 12"},
		"other name inside":    {s.edited(replaced("demo/a.py", "demo/b.py", 1)), "disagree"},
		"other method inside":  {s.edited(local(8, 0)), "disagree"},
		"other flags inside":   {s.edited(local(6, 0)), "disagree"},
		"no header":            {s.edited(local(0, 'X')), "disagree"},
		"offset":               {s.edited(patched(0, 42, 0xff, 0xff)), "disagree"},
		"overlap":              {nested(t), "overlaps"},
		"declares too much":    {s.edited(patched(0, 24, 0, 0, 0, 0x7f)), "too much"},
		"many bombs":           {demo(zeros("demo/1"), zeros("demo/2"), zeros("demo/3"), zeros("demo/4")), "too much"},
		"no dist-info":         {s.without("demo-1.0.dist-info/METADATA").without("demo-1.0.dist-info/WHEEL").recordedAs("none"), "no dist-info"},
		"two dist-infos":       {s.with("other-1.0.dist-info/METADATA", metadata), "two dist-info"},
		"other dist-info":      {s.named("other-1.0-py3-none-any.whl"), "named after other 1.0"},
		"other version":        {s.named("demo-1.1-py3-none-any.whl"), "named after demo 1.1"},
		"hidden dist-info":     {s.with("demo-1.0.data/purelib/other-1.0.dist-info/METADATA", metadata), "pass for another"},
		"no METADATA":          {s.without("demo-1.0.dist-info/METADATA"), "no METADATA"},
		"no WHEEL":             {s.without("demo-1.0.dist-info/WHEEL"), "no WHEEL"},
		"other name":           {s.with("demo-1.0.dist-info/METADATA", strings.Replace(metadata, "demo", "other", 1)), "it is about \"other\""},
		"other version inside": {s.with("demo-1.0.dist-info/METADATA", strings.Replace(metadata, "1.0", "1.0.1", 1)), "it is about \"demo\" 1.0.1"},
		"no version":           {s.with("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\n"), "no field Version"},
		"two names":            {s.with("demo-1.0.dist-info/METADATA", "Name: demo\n"+metadata), "two fields Name"},
		"metadata of tomorrow": {s.with("demo-1.0.dist-info/METADATA", strings.Replace(metadata, "2.1", "3.0", 1)), "not known"},
		"huge METADATA":        {s.with("demo-1.0.dist-info/METADATA", metadata+strings.Repeat("x", maxMetadata)), "more than"},
		"huge entry points":    {points(strings.Repeat("#", maxEntryPoints+1)), "more than"},
		"wheel of tomorrow":    {s.with("demo-1.0.dist-info/WHEEL", strings.Replace(wheelFile, "1.0", "2.0", 1)), "not known"},
		"no wheel version":     {s.with("demo-1.0.dist-info/WHEEL", "Root-Is-Purelib: true\n"), "no field Wheel-Version"},
		"impure":               {s.with("demo-1.0.dist-info/WHEEL", strings.Replace(wheelFile, "true", "maybe", 1)), "neither true nor false"},
		"scheme":               {s.with("demo-1.0.data/stdlib/os.py", ""), "nothing else"},
		"no scheme":            {s.with("demo-1.0.data/x", ""), "nothing else"},
		"other data":           {s.with("demo-2.0.data/scripts/x", ""), "not named like"},
		"no RECORD":            {s.recordedAs("none"), "no RECORD"},
		"incomplete RECORD":    {s.recorded(func(r string) string { _, r, _ = strings.Cut(r, "\n"); return r }), "does not list it"},
		"excess in RECORD":     {s.recorded(func(r string) string { return r + "demo/b.py," + hashOf("") + ",0\n" }), "not in the wheel"},
		"twice in RECORD":      {s.recorded(func(r string) string { l, _, _ := strings.Cut(r, "\n"); return l + "\n" + r }), "twice"},
		"no hash":              {s.recorded(func(r string) string { return strings.Replace(r, hashOf(py.content), "", 1) }), "no hash"},
		"md5":                  {s.recorded(func(r string) string { return strings.Replace(r, "sha256", "md5", 1) }), "not sha256"},
		"short hash":           {s.recorded(func(r string) string { return strings.Replace(r, hashOf(py.content), "sha256=abcd", 1) }), "malformed"},
		"other size":           {s.recorded(func(r string) string { return strings.Replace(r, ",10\n", ",11\n", 1) }), "according to RECORD"},
		"empty hash":           {demo(sourceFile{name: "a.py"}).recorded(func(r string) string { return strings.Replace(r, hashOf(""), hashOf("x"), 1) }), "does not have the hash"},
		"not empty":            {demo(sourceFile{name: "a.py", content: "import os"}).recorded(func(r string) string { return strings.Replace(r, ",9\n", ",0\n", 1) }).edited(patched(0, 24, 0)), "larger than"},
		"columns":              {s.recorded(func(r string) string { return "a,b\n" + r }), "line 1"},
		"quotes":               {s.recorded(func(r string) string { return "\"a\n" + r }), "line"},
		"wrong entry points": {points("[console_scripts]\nx = a:b\n").recorded(func(r string) string {
			return strings.Replace(r, hashOf("[console_scripts]\nx = a:b\n"), hashOf(""), 1)
		}), "hash"},
		"command python":       {points("[console_scripts]\npython = demo:main\n"), "place of the interpreter"},
		"command python3":      {points("[gui_scripts]\npython3 = demo:main\n"), "place of the interpreter"},
		"command Python3.11":   {points("[console_scripts]\nPython3.11 = demo:main\n"), "place of the interpreter"},
		"command pypy":         {points("[console_scripts]\npypy3 = demo:main\n"), "place of the interpreter"},
		"command pythonw":      {points("[console_scripts]\npythonw = demo:main\n"), "place of the interpreter"},
		"command up":           {points("[console_scripts]\n.. = demo:main\n"), "leads out"},
		"command path":         {points("[console_scripts]\n../x = demo:main\n"), "separator"},
		"command backslash":    {points("[console_scripts]\na\\x = demo:main\n"), "separator"},
		"command without name": {points("[console_scripts]\n = demo:main\n"), "no name"},
		"command of nothing":   {points("[console_scripts]\nx\n"), "no entry point"},
		"command of module":    {points("[console_scripts]\nx = demo\n"), "not a function"},
		"command of code":      {points("[console_scripts]\nx = demo;import os:main\n"), "not a function"},
		"command of call":      {points("[console_scripts]\nx = demo:main()\n"), "not a function"},
		"points not UTF-8":     {points("[console_scripts]\n\xff = demo:main\n"), "UTF-8"},
		"huge script":          {demo(sourceFile{name: "demo-1.0.data/scripts/x", content: "#!python\n" + strings.Repeat("x", maxScript)}), "more than"},
		"broken script":        {script("x").recorded(func(r string) string { return strings.Replace(r, hashOf("#!python\n"), hashOf(""), 1) }), "hash"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(test.source.write(t))
			var e *InvalidError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
			if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("control characters in %q", err)
			}
		})
	}
}

func (s source) recordedAs(record string) source { s.record = record; return s }

// zeros unpack to a lot, but each alone to less than the limit.
func zeros(name string) sourceFile {
	return sourceFile{name: name, content: strings.Repeat("\x00", freeExpansion/3)}
}

func chain(edits ...func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		for _, edit := range edits {
			b = edit(b)
		}
		return b
	}
}

// local is an edit in the header before the first file.
func local(at int, value ...byte) func([]byte) []byte {
	return func(b []byte) []byte { copy(b[at:], value); return b }
}

// nested is a wheel whose second file is inside the first.
func nested(t testing.TB) source {
	inner := demo(sourceFile{name: "b", content: "x"})
	archive := inner.bytes(t)
	outer := sourceFile{name: "a", content: string(archive[:directory(archive)]), header: func(h *zip.FileHeader) { h.Method = zip.Store }}
	s := demo(outer, inner.files[0])
	return s.edited(patched(1, 42, localLength+1, 0, 0, 0))
}

func FuzzOpen(f *testing.F) {
	full := demo(
		sourceFile{name: "demo/__init__.py", content: "x = 1\n", mode: 0o755},
		sourceFile{name: "demo-1.0.data/scripts/run", content: "#!python -E\nprint()\n"},
		sourceFile{name: "demo-1.0.data/data/share/x", content: "x", header: func(h *zip.FileHeader) { h.Method = zip.Store }},
		sourceFile{name: "demo-1.0.dist-info/entry_points.txt", content: "[console_scripts]\nx = demo:main\n"},
	)
	f.Add(full.bytes(f))
	f.Add(toZip64(full.bytes(f)))
	f.Add(demo().bytes(f))
	layout := usrLocal()
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := open(bytes.NewReader(b), int64(len(b)), "demo-1.0-py3-none-any.whl")
		if err != nil {
			var e *InvalidError
			if !errors.As(err, &e) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		files, err := w.place(Install{}, &layout)
		if err != nil {
			return
		}
		for i := range files {
			p := &files[i]
			if !strings.HasPrefix(p.name, "usr/local/") || nameFault(p.name) != "" {
				t.Errorf("%q is outside", p.name)
			}
			e := p.entry(w, &archive{ReaderAt: bytes.NewReader(b)}, &layout)
			r, err := e.Open()
			if err != nil {
				t.Fatal(err)
			}
			n, err := drain(r)
			if err == nil && n != p.size || n > p.size {
				t.Errorf("%q has %d bytes of %d", p.name, n, p.size)
			}
		}
	})
}
