package iamapi

// Wire is wire.
var Wire = wire
