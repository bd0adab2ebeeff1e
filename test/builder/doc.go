// Package builder tests pratique build from outside: real base images, real
// wheels, flytekit itself, and the images run.
package builder
