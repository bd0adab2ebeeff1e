package baseimage

// tree is the file system that the layers make together.
type tree struct{}
