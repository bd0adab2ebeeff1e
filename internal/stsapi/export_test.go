package stsapi

// Wire is wire.
var Wire = wire
