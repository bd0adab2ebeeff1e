package baseimage

import (
	"fmt"
	"path"
	"strings"
)

// triplets are the directories of Debian's libraries by architecture.
var triplets = map[string]string{
	"386": "i386-linux-gnu", "amd64": "x86_64-linux-gnu", "arm": "arm-linux-gnueabihf", "arm64": "aarch64-linux-gnu",
	"ppc64le": "powerpc64le-linux-gnu", "riscv64": "riscv64-linux-gnu", "s390x": "s390x-linux-gnu",
}

// libc finds the C library that a program of the architecture uses, given the
// loader that it asks for.
func (s *survey) libc(arch, loader string) (name, version string, err error) {
	musl := s.musl()
	if strings.Contains(loader, "ld-musl") || loader == "" && len(musl) > 0 && s.glibcFile(arch) == "" {
		for _, fact := range musl {
			if fact != "" {
				return "musl", twoNumbers(fact), nil
			}
		}
		return "", "", fmt.Errorf("the version of musl, the C library of the base image, is not known")
	}
	file := s.glibcFile(arch)
	if file != "" {
		if v := s.tree.fact(file); v != "" {
			return "glibc", v, nil
		}
		if rest, ok := strings.CutPrefix(path.Base(s.tree.resolve(file)), "libc-"); ok {
			return "glibc", strings.TrimSuffix(rest, ".so"), nil
		}
	}
	if v := s.packageVersion("libc6"); v != "" {
		return "glibc", twoNumbers(v), nil
	}
	if v := s.release.glibc(); v != "" {
		return "glibc", v, nil
	}
	return "", "", fmt.Errorf("the C library of the base image is not known: there is neither glibc nor musl for %s where systems have it", arch)
}

// glibcFile is where glibc's libc.so.6 is, or "".
func (s *survey) glibcFile(arch string) string {
	dirs := []string{"/lib64", "/usr/lib64", "/lib", "/usr/lib"}
	if t := triplets[arch]; t != "" {
		dirs = append([]string{"/lib/" + t, "/usr/lib/" + t}, dirs...)
	}
	for _, dir := range dirs {
		if s.tree.exists(dir + "/libc.so.6") {
			return dir + "/libc.so.6"
		}
	}
	return ""
}

// musl returns what the image tells of musl's version, nothing if it has none.
func (s *survey) musl() []string {
	var found []string
	if v := s.packageVersion("musl"); v != "" {
		found = append(found, v)
	}
	for _, name := range s.tree.list("/lib") {
		if strings.HasPrefix(name, "ld-musl-") {
			fact := s.tree.fact("/lib/" + name)
			first, _, _ := strings.Cut(fact, " ")
			found = append(found, first)
		}
	}
	return found
}

// packageVersion is the version that dpkg or apk know of a package, without
// the distribution's own part, or "".
func (s *survey) packageVersion(name string) string {
	files := []string{"/var/lib/dpkg/status", "/lib/apk/db/installed", "/usr/lib/apk/db/installed", "/var/lib/dpkg/status.d/" + name}
	for _, file := range files {
		for line := range strings.Lines(s.tree.fact(file)) {
			pkg, version, _ := strings.Cut(strings.TrimSpace(line), " ")
			if pkg != name {
				continue
			}
			if _, rest, ok := strings.Cut(version, ":"); ok { // an epoch
				version = rest
			}
			version, _, _ = strings.Cut(version, "-")
			version, _, _ = strings.Cut(version, "+")
			return version
		}
	}
	return ""
}

// twoNumbers is the beginning of a version, "2.36" of "2.36.1".
func twoNumbers(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
