package baseimage

// OSRelease is what /etc/os-release says; see os-release(5). It is empty for
// an image without that file.
type OSRelease struct {
	ID        string   // "debian"
	IDLike    []string // "rhel", "fedora"
	VersionID string   // "12"
	Name      string   // PRETTY_NAME
}
