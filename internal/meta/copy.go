package meta

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoCopy says that the database has programs of its own to copy it, and
// CopyTo none.
var ErrNoCopy = errors.New("the database is not a SQLite file")

// CopyTo writes a copy of a SQLite database to the file path, which must not be
// there: all that was committed before the call, and of what is committed
// meanwhile what came before some moment. Others read and write meanwhile. The
// copy is durable when CopyTo returns. Of other databases it returns ErrNoCopy.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	s, ok := db.engine.(*sqliteDB)
	if !ok {
		return fmt.Errorf("copy database: %w", ErrNoCopy)
	}
	if err := s.copyTo(ctx, path); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	return nil
}

func (db *sqliteDB) copyTo(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let everybody read it
	if err != nil {
		return err
	}
	defer f.Close()
	// It reads one snapshot, into a file that may be there if it is empty. Sessions
	// that only query may not write that.
	if _, err := db.writer.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
