//go:build !race

package registry_test

const modelShare = 1
