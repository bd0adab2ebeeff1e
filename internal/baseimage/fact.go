package baseimage

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// A fact is what the index keeps of a file's content, so that the file need
// not be read again. Which files have one, and what it is, must depend on
// nothing but path and content: an index serves every image that the layer is
// part of. Links to a file find its fact, whatever they are called, so the
// rules go by the ends of paths where they can.

// takeFact reads the content of the file at path as far as it matters.
func takeFact(file string, r io.Reader) (string, error) {
	take := factOf(file)
	if take == nil {
		return "", nil
	}
	fact, err := take(r)
	if err != nil {
		return "", fmt.Errorf("read it: %w", err)
	}
	return fact, nil
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

// interpreterName matches what programs that run Python are called.
var interpreterName = regexp.MustCompile(`^(python|pypy)([0-9]+(\.[0-9]+)*t?)?$`)

var (
	glibcName     = regexp.MustCompile(`^libc(\.so\.6|-2\.[0-9]+\.so)$`)
	muslName      = regexp.MustCompile(`^(ld-musl-[^/]*\.so\.1|libc\.musl-[^/]*\.so\.1)$`)
	libpythonName = regexp.MustCompile(`^libpython3[^/]*\.so[.0-9]*$`)
)

// factOf finds the rule for a file, or nil.
func factOf(file string) func(io.Reader) (string, error) {
	switch file {
	case "/etc/os-release", "/usr/lib/os-release", "/etc/passwd", "/etc/group":
		return whole(mib)
	case "/var/lib/dpkg/status":
		return packages("Package: ", "Version: ")
	case "/lib/apk/db/installed", "/usr/lib/apk/db/installed":
		return packages("P:", "V:")
	}
	dir, base := path.Split(file)
	dir = path.Base(dir)
	switch {
	case base == "METADATA" && strings.HasSuffix(dir, ".dist-info"), base == "PKG-INFO" && strings.HasSuffix(dir, ".egg-info"),
		strings.HasSuffix(base, ".egg-info"):
		return coreMetadata
	case base == "RECORD" && strings.HasSuffix(dir, ".dist-info"):
		return recordPaths
	case base == "installed-files.txt" && strings.HasSuffix(dir, ".egg-info"):
		return whole(32 * mib)
	case base == "pyvenv.cfg":
		return whole(64 * kib)
	case strings.HasSuffix(base, ".pth") && (dir == "site-packages" || dir == "dist-packages"):
		return addedPaths
	case base == "site.py" && versionedName.MatchString(dir):
		return siteScheme
	case base == "patchlevel.h":
		return patchLevel
	case interpreterName.MatchString(base):
		return program
	case glibcName.MatchString(base):
		return glibcVersion
	case muslName.MatchString(base):
		return versionStrings("\x001.")
	case libpythonName.MatchString(base):
		return versionStrings("\x003.")
	case strings.HasPrefix(file, "/var/lib/dpkg/status.d/"): // one file per package, as distroless has it
		return packages("Package: ", "Version: ")
	}
	return nil
}

// whole keeps the file as it is.
func whole(limit int64) func(io.Reader) (string, error) {
	return func(r io.Reader) (string, error) {
		data, err := io.ReadAll(&bounded{r: r, left: limit, limit: limit})
		return string(data), err
	}
}

// bounded fails where io.LimitReader would pretend an end.
type bounded struct {
	r           io.Reader
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("more than %d bytes", b.limit)
	}
	return n, err
}

// eachLine calls use for each line, without its end, and cuts lines that are
// longer than 64 KiB. It stops when use returns false.
func eachLine(r io.Reader, use func(line []byte) bool) error {
	b := bufio.NewReaderSize(r, 64*kib)
	for {
		line, more, err := b.ReadLine()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !use(line) {
			return nil
		}
		for more && err == nil {
			_, more, err = b.ReadLine()
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
}

// coreMetadata keeps name and version of a distribution, one line each.
func coreMetadata(r io.Reader) (string, error) {
	var name, version string
	err := eachLine(r, func(line []byte) bool {
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch strings.ToLower(string(key)) {
		case "name":
			name = string(bytes.TrimSpace(value))
		case "version":
			version = string(bytes.TrimSpace(value))
		}
		return len(bytes.TrimSpace(line)) > 0 // the description follows
	})
	return name + "\n" + version, err
}

// recordPaths keeps the paths of RECORD, one per line.
func recordPaths(r io.Reader) (string, error) {
	const limit = 32 * mib
	rows := csv.NewReader(&bounded{r: r, left: limit, limit: limit})
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	var b strings.Builder
	for {
		row, err := rows.Read()
		var parse *csv.ParseError
		if err == io.EOF || errors.As(err, &parse) {
			return b.String(), nil // a broken line ends what can be relied on
		}
		if err != nil {
			return "", err
		}
		if row[0] != "" && !strings.ContainsAny(row[0], "\n\x00") {
			b.WriteString(row[0])
			b.WriteByte('\n')
		}
	}
}

// addedPaths keeps the lines of a .pth file that add a directory to sys.path.
func addedPaths(r io.Reader) (string, error) {
	var b strings.Builder
	err := eachLine(r, func(line []byte) bool {
		text := strings.TrimRight(string(line), " \t\r")
		if text != "" && text[0] != '#' && !strings.HasPrefix(text, "import ") && !strings.HasPrefix(text, "import\t") {
			b.WriteString(text)
			b.WriteByte('\n')
		}
		return b.Len() < 64*kib
	})
	return b.String(), err
}

// What site.py says about where packages are.
const (
	schemeDebian = "debian" // dist-packages, with a copy of the tree under /usr/local
	schemeRedHat = "redhat" // site-packages under /usr/local before those under /usr
	schemePlain  = "plain"
)

// siteScheme tells which distribution changed the standard library's site.py.
func siteScheme(r io.Reader) (string, error) {
	scheme := schemePlain
	err := eachLine(r, func(line []byte) bool {
		if bytes.Contains(line, []byte("dist-packages")) {
			scheme = schemeDebian
		}
		if bytes.Contains(line, []byte("RPM_BUILD_ROOT")) {
			scheme = schemeRedHat
		}
		return scheme == schemePlain
	})
	return scheme, err
}

var patchLevelLine = regexp.MustCompile(`^#define\s+PY_VERSION\s+"([^"]+)"`)

// patchLevel keeps the version that the C header states.
func patchLevel(r io.Reader) (string, error) {
	version := ""
	err := eachLine(r, func(line []byte) bool {
		if m := patchLevelLine.FindSubmatch(line); m != nil {
			version = string(m[1])
		}
		return version == ""
	})
	return version, err
}

var keptPackage = regexp.MustCompile(`^(libc6|musl|(lib)?python3?[0-9.]*(-minimal|-stdlib)?)$`)

// packages keeps the versions of a few packages that dpkg or apk installed,
// "name version" on a line.
func packages(nameKey, versionKey string) func(io.Reader) (string, error) {
	return func(r io.Reader) (string, error) {
		var b strings.Builder
		name := ""
		err := eachLine(r, func(line []byte) bool {
			text := string(line)
			if text == "" {
				name = ""
			} else if value, ok := strings.CutPrefix(text, nameKey); ok {
				name = value
			} else if value, ok := strings.CutPrefix(text, versionKey); ok && keptPackage.MatchString(name) {
				fmt.Fprintf(&b, "%s %s\n", name, value)
			}
			return b.Len() < 64*kib
		})
		return b.String(), err
	}
}
