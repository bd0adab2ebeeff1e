// Package platforms tests that data planes of Union, Anyscale, Release and
// Kubernetes get access in one command, as the guides of those platforms have
// it in two consoles: with the built binary and stock clients, and with moto as
// an independent stand-in for AWS.
package platforms
