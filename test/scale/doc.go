// Package scale runs several built servers on one database and one S3-compatible
// store, and takes parts of that away.
package scale
