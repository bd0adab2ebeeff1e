package baseimage

// Limits bound what reading a layer may take, so that a hostile one costs
// little before it is refused.
type Limits struct {
	Entries int   // files, directories and links of a layer
	Path    int   // bytes of a path
	Text    int64 // bytes of names and of what is kept of files, in all
	Kept    int64 // bytes of one file that is kept
	Bytes   int64 // of the layer, unpacked
}

// DefaultLimits are far above what images have.
var DefaultLimits = Limits{Entries: 1 << 20, Path: 4096, Text: 256 << 20, Kept: 32 << 20, Bytes: 64 << 30}
