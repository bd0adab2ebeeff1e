package server

import (
	"context"
	"path/filepath"
	"time"

	"github.com/pratique-dev/pratique/internal/blob"
)

// blobStore is a store of blobs as a server opens it.
type blobStore interface {
	blob.Store

	// ExpireUploads aborts the uploads that received nothing since then.
	ExpireUploads(ctx context.Context, before time.Time) (n int, err error)
	Close() error
}

// BlobsDir is the directory in the data directory that has the layers, unless they are in S3.
const BlobsDir = "blobs"

// inS3 reports whether blobs are in S3.
func (c Config) inS3() bool { return c.Blobs != "" }

// openBlobs opens a store of blobs: a directory of that name in the data directory, or that folder in S3.
func (s *Server) openBlobs(ctx context.Context, dir, folder string) (blobStore, error) {
	if !s.cfg.inS3() {
		d, err := blob.OpenDir(filepath.Join(s.cfg.DataDir, dir))
		if err != nil {
			return nil, err
		}
		return d, nil
	}
	// Leases of uploads go by the operating system's time, as ages of objects do.
	b, err := blob.OpenS3(ctx, blob.S3Config{URL: s.cfg.Blobs, Folder: folder, DB: s.db})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// openLayers opens the store of layers, with the cache before it if there is to be one.
func (s *Server) openLayers(ctx context.Context) (err error) {
	if s.blobs, err = s.openBlobs(ctx, BlobsDir, ""); err != nil || s.cfg.LayerCache == "" {
		return err
	}
	s.cache, err = blob.OpenCache(s.blobs, s.cfg.LayerCache, s.cfg.LayerCacheSize)
	return err
}

// layers is the store that layers are read from and written to.
func (s *Server) layers() blob.Store {
	if s.cache != nil {
		return s.cache
	}
	return s.blobs
}

// redirects is the store from which clients read layers by themselves, or nil.
func (s *Server) redirects() blob.Presigner {
	if p, ok := s.blobs.(blob.Presigner); ok && !s.cfg.ProxyLayers {
		return p
	}
	return nil
}
