package orgapi

// Wire is wire.
var Wire = wire
