-- What is needed to free bytes while the server runs. Owned by
-- internal/registry; docs/design/0006-garbage-collection.md says why it is so.

-- The upload whose bytes the blob store keeps for this content, which together
-- with the digest is their name there; '' for those of before. condemned_at is
-- when the last layer row of the blob may have gone, and null as long as there
-- is none such; it is a hint where to look, not a verdict. used_at is when the
-- content came and is not changed any more.

ALTER TABLE blob ADD COLUMN upload TEXT NOT NULL DEFAULT '';

ALTER TABLE blob ADD COLUMN condemned_at BIGINT;

DROP INDEX blob_used_at;

CREATE INDEX blob_condemned_at ON blob (condemned_at, digest) WHERE condemned_at IS NOT NULL;

-- When the layer was last said to be there while no image was known to need
-- it, and null as long as one is; also a hint.

ALTER TABLE layer ADD COLUMN unused_since BIGINT;

CREATE INDEX layer_unused_since ON layer (unused_since, account, region, repository, digest) WHERE unused_since IS NOT NULL;

-- Bytes in the blob store that nothing has needed since then, and nothing ever
-- will.

CREATE TABLE garbage (
  digest TEXT NOT NULL,
  upload TEXT NOT NULL,
  size   BIGINT NOT NULL,
  since  BIGINT NOT NULL,
  PRIMARY KEY (digest, upload)
);

CREATE INDEX garbage_since ON garbage (since, digest, upload);

-- One row: what the last collection did and all did together, and where the
-- slow looks through everything, a part in each collection, go on.

CREATE TABLE collection (
  id           BIGINT NOT NULL,
  started_at   BIGINT NOT NULL,
  finished_at  BIGINT NOT NULL,
  grace        BIGINT NOT NULL,
  error        TEXT NOT NULL,
  layers       BIGINT NOT NULL,
  blobs        BIGINT NOT NULL,
  files        BIGINT NOT NULL,
  bytes        BIGINT NOT NULL,
  total_files  BIGINT NOT NULL,
  total_bytes  BIGINT NOT NULL,
  layer_cursor TEXT NOT NULL,
  blob_cursor  TEXT NOT NULL,
  file_cursor  TEXT NOT NULL,
  PRIMARY KEY (id)
);
