-- Repositories and what they hold. Owned by internal/registry.
--
-- A registry is an (account, region) pair and has no row of its own. Times are
-- microseconds since the Unix epoch. Digests are written "sha256:<hex>" or
-- "sha512:<hex>".
--
-- A policy is kept as it was set, and beside it a JSON object that has, for
-- each principal of the text, the unique id of the entity that it meant then.

CREATE TABLE repository (
  account           TEXT NOT NULL,
  region            TEXT NOT NULL,
  name              TEXT NOT NULL,
  created_at        BIGINT NOT NULL,
  tag_mutability    TEXT NOT NULL,
  tag_exclusions    TEXT NOT NULL,
  scan_on_push      BOOLEAN NOT NULL,
  encryption        TEXT NOT NULL,
  kms_key           TEXT NOT NULL,
  policy            TEXT,
  policy_principals TEXT,
  PRIMARY KEY (account, region, name)
);

CREATE TABLE repository_tag (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, key),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE TABLE registry_policy (
  account           TEXT NOT NULL,
  region            TEXT NOT NULL,
  policy            TEXT NOT NULL,
  policy_principals TEXT NOT NULL,
  PRIMARY KEY (account, region)
);

-- Account settings that are not what they are by default.

CREATE TABLE registry_setting (
  account TEXT NOT NULL,
  region  TEXT NOT NULL,
  name    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (account, region, name)
);

-- Content that the blob store holds. Which repositories may see it is in
-- layer; a blob without a layer row is garbage, collected once its last use
-- is old enough.

CREATE TABLE blob (
  digest   TEXT NOT NULL,
  size     BIGINT NOT NULL,
  used_at  BIGINT NOT NULL,
  PRIMARY KEY (digest)
);

CREATE INDEX blob_used_at ON blob (used_at, digest);

-- A blob that was uploaded to, or mounted into, a repository: the only way to
-- see it there. media_type is empty until a manifest names it.

CREATE TABLE layer (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  media_type TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository, digest),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name),
  FOREIGN KEY (digest) REFERENCES blob (digest)
);

CREATE INDEX layer_digest ON layer (digest);

-- An image is any manifest: a single image, an index, an artifact. size is
-- what DescribeImages reports. manifest comes last so that a row can be read
-- without its bytes.

CREATE TABLE image (
  account           TEXT NOT NULL,
  region            TEXT NOT NULL,
  repository        TEXT NOT NULL,
  digest            TEXT NOT NULL,
  media_type        TEXT NOT NULL,
  artifact_type     TEXT NOT NULL,
  config_media_type TEXT NOT NULL,
  subject           TEXT NOT NULL,
  annotations       TEXT NOT NULL,
  size              BIGINT NOT NULL,
  pushed_at         BIGINT NOT NULL,
  pulled_at         BIGINT NOT NULL,
  manifest_size     BIGINT NOT NULL,
  manifest          BYTEA NOT NULL,
  PRIMARY KEY (account, region, repository, digest),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX image_subject ON image (account, region, repository, subject, digest);

CREATE TABLE image_tag (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  tag        TEXT NOT NULL,
  digest     TEXT NOT NULL,
  tagged_at  BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository, tag),
  FOREIGN KEY (account, region, repository, digest) REFERENCES image (account, region, repository, digest)
);

CREATE INDEX image_tag_digest ON image_tag (account, region, repository, digest, tag);

-- What a manifest names by digest: kind is 'layer' for the config and the
-- layers, 'image' for the children of an index.

CREATE TABLE image_reference (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  target     TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, digest, kind, target),
  FOREIGN KEY (account, region, repository, digest) REFERENCES image (account, region, repository, digest)
);

CREATE INDEX image_reference_target ON image_reference (account, region, repository, kind, target, digest);

-- Uploads in progress; the bytes are in the blob store under the same id.
-- parts, last_short and short_part serve UploadLayerPart's rule that every
-- part but the last has a least size, which is checked on completion.

CREATE TABLE upload (
  id         TEXT NOT NULL,
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  parts      BIGINT NOT NULL,
  last_short BOOLEAN NOT NULL,
  short_part BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX upload_repository ON upload (account, region, repository, id);

CREATE INDEX upload_used_at ON upload (used_at, id);
