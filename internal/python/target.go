// Package python knows the words of Python packaging: names, versions and
// specifiers, requirements and their markers, wheel file names, and which
// wheels an interpreter accepts. It reads no files and runs no Python, so that
// it can judge for an interpreter of another machine. The rules are those of
// the specifications at packaging.python.org, named where they are applied.
package python

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Target is the interpreter that packages are chosen for.
type Target struct {
	// Version is the interpreter's version, "3.11.7". Where the last number is
	// not known, "3.11" stands for "3.11.0" in markers and specifiers.
	Version string
	// Implementation is "cpython", the only one there is so far; "" means it.
	Implementation string
	// Arch is the architecture in Go's words, "amd64" or "arm64".
	Arch string
	// Libc is "glibc" or "musl"; "" takes wheels without compiled code only.
	Libc string
	// LibcVersion is the C library's version, "2.36".
	LibcVersion string
}

// machines maps Go's architectures to the words of uname(1), which wheel file
// names and markers use.
var machines = map[string]string{
	"386": "i686", "amd64": "x86_64", "arm": "armv7l", "arm64": "aarch64",
	"ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x",
}

var targetVersion = regexp.MustCompile(`^3\.(0|[1-9][0-9]{0,2})(\.[0-9]{1,3}((a|b|rc)[0-9]{1,3})?\+?)?$`)

var libcVersion = regexp.MustCompile(`^[12]\.[0-9]{1,3}(\.[0-9]{1,3})?$`)

// Validate reports what about the target makes it impossible to choose for it.
func (t Target) Validate() error {
	switch {
	case !targetVersion.MatchString(t.Version):
		return fmt.Errorf("python version %q is not of the form 3.N or 3.N.N", t.Version)
	case t.Implementation != "" && t.Implementation != "cpython":
		return fmt.Errorf("python implementation %q is not supported: only cpython is", t.Implementation)
	case machines[t.Arch] == "":
		return fmt.Errorf("architecture %q is not one that wheels are known for", t.Arch)
	case t.Libc != "" && t.Libc != "glibc" && t.Libc != "musl":
		return fmt.Errorf("libc %q is neither glibc nor musl", t.Libc)
	case t.Libc != "" && !libcVersion.MatchString(t.LibcVersion):
		return fmt.Errorf("%s version %q is not of the form N.N", t.Libc, t.LibcVersion)
	}
	return nil
}

// Machine is the target's architecture as markers and wheel file names call
// it: "x86_64", "aarch64". It is "" for one that is not known.
func (t Target) Machine() string { return machines[t.Arch] }

// MajorMinor is the version without its last number: "3.11".
func (t Target) MajorMinor() string {
	major, minor := t.numbers()
	return fmt.Sprintf("%d.%d", major, minor)
}

// FullVersion is the version with three numbers: "3.11.0" for "3.11".
func (t Target) FullVersion() string {
	if strings.Count(t.Version, ".") < 2 {
		return t.Version + ".0"
	}
	return strings.TrimSuffix(t.Version, "+") // a development build
}

func (t Target) numbers() (major, minor int) { return twoNumbers(t.Version) }

// twoNumbers reads the first two numbers of a dotted version.
func twoNumbers(version string) (first, second int) {
	parts := strings.SplitN(version, ".", 3)
	first, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		second, _ = strconv.Atoi(parts[1])
	}
	return first, second
}

// Environment is what markers are evaluated in: the target's side of
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
type Environment struct {
	// Values has the marker variables by name, all but the sets below.
	Values map[string]string
	// Extras are the extras that are asked for. A marker on extra holds if it
	// holds for one of them, or for "" where there are none.
	Extras []string
	// Groups are the dependency groups that are asked for; lock files name them.
	Groups []string
}

// Environment is what markers see in an image for the target. The kernel is
// not known there: platform_release and platform_version are empty.
func (t Target) Environment(extras ...string) Environment {
	full := t.FullVersion()
	return Environment{
		Values: map[string]string{
			"implementation_name":            "cpython",
			"implementation_version":         full,
			"os_name":                        "posix",
			"platform_machine":               t.Machine(),
			"platform_python_implementation": "CPython",
			"platform_release":               "",
			"platform_system":                "Linux",
			"platform_version":               "",
			"python_full_version":            full,
			"python_version":                 t.MajorMinor(),
			"sys_platform":                   "linux",
		},
		Extras: slices.Clone(extras),
	}
}
