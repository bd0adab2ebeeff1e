package doctor

import (
	"crypto/x509"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// truster is a client with authorities of its own for a registry.
type truster struct {
	client string
	dirs   []string // relative to the root, the first one is for new files
}

// trusters are the clients with authorities of their own for a host, which has
// its port if the reference has it.
func trusters(host string) []truster {
	underscored := host
	if h, port, ok := strings.Cut(host, ":"); ok {
		underscored = h + "_" + port + "_" // containerd's other spelling
	}
	return []truster{
		{"docker", []string{"etc/docker/certs.d/" + host}},
		{"containerd", []string{"etc/containerd/certs.d/" + host, "etc/containerd/certs.d/" + underscored, "etc/containerd/certs.d/_default"}},
		{"podman", []string{"etc/containers/certs.d/" + host, "etc/docker/certs.d/" + host}},
	}
}

var (
	tomlCA     = regexp.MustCompile(`(?m)^\s*ca\s*=\s*(.+)$`)
	tomlString = regexp.MustCompile(`"([^"]+)"`)
)

// authorities returns what a client trusts for its host in PEM, with the names
// of the files.
func (t truster) authorities(files fs.FS) (pem [][]byte, names []string) {
	read := func(name string) {
		if data, err := fs.ReadFile(files, name); err == nil {
			pem, names = append(pem, data), append(names, "/"+name)
		}
	}
	for _, dir := range t.dirs {
		found, err := fs.Glob(files, dir+"/*.crt")
		if err != nil { // a host with characters of patterns
			continue
		}
		for _, name := range found {
			read(name)
		}
		text, err := fs.ReadFile(files, dir+"/hosts.toml")
		if err != nil {
			continue
		}
		for _, ca := range tomlCA.FindAllSubmatch(text, -1) {
			for _, value := range tomlString.FindAllStringSubmatch(string(ca[1]), -1) {
				if name := value[1]; path.IsAbs(name) {
					read(strings.TrimPrefix(path.Clean(name), "/"))
				} else {
					read(path.Join(dir, name))
				}
			}
		}
	}
	return pem, names
}

// trust finds the clients whose own authorities vouch for a chain: who does,
// by which file, who does not, and those authorities with the system's.
func (x *examination) trust(leaf *x509.Certificate, o x509.VerifyOptions) (by map[string]string, without []string, pool *x509.CertPool) {
	by, pool = map[string]string{}, x509.NewCertPool()
	if x.Machine.Roots != nil {
		pool = x.Machine.Roots.Clone()
	} else if system, err := x509.SystemCertPool(); err == nil {
		pool = system
	}
	for _, t := range trusters(x.ref.host) {
		texts, names := t.authorities(x.Machine.Files)
		for i := range texts {
			roots := x509.NewCertPool()
			if !roots.AppendCertsFromPEM(texts[i]) {
				continue
			}
			o.Roots = roots
			if _, err := leaf.Verify(o); err == nil {
				by[t.client] = names[i]
				pool.AppendCertsFromPEM(texts[i])
			}
		}
		if by[t.client] == "" {
			without = append(without, t.client)
		}
	}
	return by, without, pool
}
