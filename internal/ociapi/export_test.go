package ociapi

// WireError is wireError for tests.
var WireError = wireError
