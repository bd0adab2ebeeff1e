-- Uploads whose bytes go to an S3-compatible store, and what such a store has
-- yet to delete. Owned by internal/blob; docs/design/0009-s3.md says why.

-- The first size bytes of an upload are durable: in the parts of the multipart
-- upload, and tail bytes more in an object of their own, which the holder
-- numbered tail_holder wrote. sum is the running SHA-256 after them. next_part
-- is the first part number that nobody has used.
-- digest is '', or the only one that the upload may become: somebody has begun
-- to make it a blob.
-- ended says that the bytes are to be deleted, and the blob with that digest
-- and size if there is one.
-- holder counts those who worked on the upload; held_until is when the last
-- loses it, and 0 when it was given back.

CREATE TABLE s3_upload (
  store       TEXT NOT NULL,
  id          TEXT NOT NULL,
  size        BIGINT NOT NULL,
  sum         BYTEA,
  multipart   TEXT NOT NULL,
  next_part   BIGINT NOT NULL,
  tail        BIGINT NOT NULL,
  tail_holder BIGINT NOT NULL,
  digest      TEXT NOT NULL,
  ended       BOOLEAN NOT NULL,
  holder      BIGINT NOT NULL,
  held_until  BIGINT NOT NULL,
  used_at     BIGINT NOT NULL,
  PRIMARY KEY (store, id)
);

CREATE INDEX s3_upload_used_at ON s3_upload (store, used_at, id);

CREATE TABLE s3_part (
  store  TEXT NOT NULL,
  upload TEXT NOT NULL,
  number BIGINT NOT NULL,
  etag   TEXT NOT NULL,
  size   BIGINT NOT NULL,
  PRIMARY KEY (store, upload, number)
);
