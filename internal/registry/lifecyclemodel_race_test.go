//go:build race

package registry_test

// The race detector makes SQLite many times slower.
const modelShare = 20
