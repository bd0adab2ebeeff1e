-- Stored bytes that are not what they should be, and what keeps others from
-- being removed. Owned by internal/registry.

-- The upload whose bytes were found missing, cut or corrupt, and set aside: the
-- blob is damaged as long as that is the upload it has, which the next upload
-- of the content changes. Until then no repository has it as a layer.

ALTER TABLE blob ADD COLUMN set_aside TEXT;

-- One row: how far the check of all stored bytes has come. cursor is the last
-- digest that was checked, '' when a check has come to the end.

CREATE TABLE scrub (
  id          BIGINT NOT NULL,
  cursor      TEXT NOT NULL,
  started_at  BIGINT NOT NULL,
  checked_at  BIGINT NOT NULL,
  blobs       BIGINT NOT NULL,
  bytes       BIGINT NOT NULL,
  damaged     BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- While there is a hold that is not over no bytes are removed.

CREATE TABLE blob_hold (
  id         TEXT NOT NULL,
  held_until BIGINT NOT NULL,
  PRIMARY KEY (id)
);
