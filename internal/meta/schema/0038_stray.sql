-- Bytes in a blob store that no row knows and that are no blob. Owned by
-- internal/registry; docs/design/0006-garbage-collection.md says why.
--
-- In garbage they have the digest '': only the upload is known.

-- How far the collections' look for them has come.

ALTER TABLE collection ADD COLUMN stray_cursor TEXT NOT NULL DEFAULT '';

-- Whose bytes the blob store has under an upload. Small content has none there.

CREATE INDEX blob_upload ON blob (upload) WHERE content IS NULL;

CREATE INDEX garbage_upload ON garbage (upload);
