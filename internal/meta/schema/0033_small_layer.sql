-- Small content is kept here and not in the blob store, where it would cost a
-- file with its syncs. Owned by internal/registry.

-- The content itself, or null when the blob store has it.

ALTER TABLE blob ADD COLUMN content BYTEA;

-- Whether the blob store has the upload. Until then its bytes, if there are
-- any, are in content.

ALTER TABLE upload ADD COLUMN begun BOOLEAN NOT NULL DEFAULT TRUE;

ALTER TABLE upload ADD COLUMN content BYTEA;
