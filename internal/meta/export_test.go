package meta

// LooksAtIndex reports whether the database is looked at by the index of its log.
func LooksAtIndex(db *DB) bool {
	on := db.engine.(*sqliteDB)
	_, ok := on.watch.index.read()
	return ok
}
