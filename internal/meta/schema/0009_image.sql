-- The archive storage class of images, and whose pulls are not recorded.
-- Owned by internal/registry.

-- How an image was moved between the storage classes; an image without a row
-- was always in the standard class. A time is 0 when it never was moved so.

CREATE TABLE image_storage (
  account      TEXT NOT NULL,
  region       TEXT NOT NULL,
  repository   TEXT NOT NULL,
  digest       TEXT NOT NULL,
  archived     BOOLEAN NOT NULL,
  archived_at  BIGINT NOT NULL,
  activated_at BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository, digest),
  FOREIGN KEY (account, region, repository, digest) REFERENCES image (account, region, repository, digest) ON DELETE CASCADE
);

CREATE INDEX image_storage_archived ON image_storage (account, region, repository, archived, digest);

-- Pulls by these users and roles, which are named by ARN and may be those of
-- any account, do not change the last recorded pull time of an image.

CREATE TABLE pull_time_exclusion (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  principal  TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, region, principal)
);
