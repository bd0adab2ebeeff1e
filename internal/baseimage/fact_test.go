package baseimage

import (
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/imagebuild/imagebuildtest"
)

func TestFacts(t *testing.T) {
	padding := strings.Repeat("\x00padding", 40_000)
	for name, test := range map[string]struct{ file, content, want string }{
		"metadata":                {"/x/a-1.dist-info/METADATA", "Metadata-Version: 2.1\r\nName: A.b\r\nVersion: 1.0\r\n\r\nName: no\r\n", "A.b\n1.0"},
		"metadata, continued":     {"/x/a-1.dist-info/METADATA", "License: x\n        Name: no\nname:A\nVERSION: 2\n", "A\n2"},
		"metadata, a long line":   {"/x/a-1.dist-info/METADATA", "Summary: " + strings.Repeat("x", 200_000) + "\nName: A\nVersion: 2\n", "A\n2"},
		"metadata elsewhere":      {"/x/METADATA", "Name: A\n", ""},
		"egg-info":                {"/x/a.egg-info", "Name: A\nVersion: 1\n", "A\n1"},
		"PKG-INFO":                {"/x/a.egg-info/PKG-INFO", "Name: A\nVersion: 1\n", "A\n1"},
		"RECORD":                  {"/x/a-1.dist-info/RECORD", "a.py,sha256=x,1\r\n\"b,\"\"c.py\",,\r\n\n../../bin/d,,\n", "a.py\nb,\"c.py\n../../bin/d\n"},
		"RECORD with a line feed": {"/x/a-1.dist-info/RECORD", "\"a\nb\",,\nc,,\n", "c\n"},
		".pth":                    {"/x/site-packages/a.pth", "# no\nimport os\nimport\tos\n/opt/x \nimportant\n", "/opt/x\nimportant\n"},
		".pth elsewhere":          {"/x/a.pth", "/opt/x\n", ""},
		"site.py of Debian":       {"/usr/lib/python3.11/site.py", "x\ny dist-packages\n", schemeDebian},
		"site.py of Red Hat":      {"/usr/lib64/python3.9/site.py", "x\nif 'RPM_BUILD_ROOT' not in os.environ\n", schemeRedHat},
		"site.py of Python":       {"/usr/lib/python3.11/site.py", "site-packages\n", schemePlain},
		"patchlevel.h":            {"/usr/include/python3.11/patchlevel.h", "/* x */\n#define PY_VERSION_HEX 1\n#define PY_VERSION      \t\"3.11.7+\"\n", "3.11.7+"},
		"dpkg": {"/var/lib/dpkg/status", "Package: libc6\nStatus: x\nVersion: 2.36-9\n\nPackage: vim\nVersion: 9\n\nPackage: python3.11-minimal\nVersion: 3.11.2-6\n\nPackage: libc6-dev\nVersion: 1\n",
			"libc6 2.36-9\npython3.11-minimal 3.11.2-6\n"},
		"dpkg of distroless":   {"/var/lib/dpkg/status.d/libc6", "Package: libc6\nVersion: 2.36-9\n", "libc6 2.36-9\n"},
		"libc":                 {"/lib/x86_64-linux-gnu/libc.so.6", padding + glibcText("2.39") + padding, "2.39"},
		"libc without text":    {"/lib64/libc-2.17.so", padding, ""},
		"musl":                 {"/lib/ld-musl-aarch64.so.1", padding + "\x001.2.5\x00" + padding, "1.2.5"},
		"libpython":            {"/usr/lib/libpython3.12.so.1.0", padding + "\x003.12.1\x00x3.11.1\x00\x003.46.0\x00\x003.12.1\x00\x003.13.0rc1+\x00" + padding, "3.12.1 3.46.0 3.13.0rc1"},
		"python, a script":     {"/usr/bin/python3", "#!/bin/sh\n", "\n\n"},
		"python":               {"/usr/bin/python3.11", imagebuildtest.Program(elf.EM_AARCH64, "/lib/ld.so", padding, "3.11.4"), "arm64\n/lib/ld.so\n3.11.4"},
		"python, an odd place": {"/x/python", imagebuildtest.Program(elf.EM_MIPS, ""), "mips\n\n"},
		"not python":           {"/usr/bin/python3-config", imagebuildtest.Program(elf.EM_X86_64, ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := takeFact(test.file, strings.NewReader(test.content))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestVersionAcrossWindows moves a version over every place where the windows
// of a scan could cut it.
func TestVersionAcrossWindows(t *testing.T) {
	for at := 256*kib - 20; at < 256*kib+20; at++ {
		content := strings.Repeat("x", at) + "\x003.11.2\x00" + strings.Repeat("y", 100)
		got, err := scanVersions(strings.NewReader(content), "\x003.")
		if err != nil || len(got) != 1 || got[0] != "3.11.2" {
			t.Fatalf("at %d: %v, %v", at, got, err)
		}
	}
}

// TestELF32 reads a program of 32 bits, and one that is cut.
func TestELF32(t *testing.T) {
	le := binary.LittleEndian
	head := make([]byte, 52+32)
	copy(head, elf.ELFMAG)
	head[elf.EI_CLASS], head[elf.EI_DATA] = byte(elf.ELFCLASS32), byte(elf.ELFDATA2LSB)
	le.PutUint16(head[16:], uint16(elf.ET_EXEC))
	le.PutUint16(head[18:], uint16(elf.EM_ARM))
	le.PutUint32(head[28:], 52)
	le.PutUint16(head[42:], 32)
	le.PutUint16(head[44:], 1)
	le.PutUint32(head[52:], uint32(elf.PT_INTERP))
	le.PutUint32(head[52+4:], uint32(len(head)))
	le.PutUint32(head[52+16:], 8)
	program := append(head, "/lib/ld\x00"...)
	if got := readELF(program); got.arch != "arm" || got.loader != "/lib/ld" {
		t.Errorf("%+v", got)
	}
	for cut := range program {
		if got := readELF(program[:cut]); got.loader != "" {
			t.Errorf("cut at %d: %+v", cut, got)
		}
	}
}
