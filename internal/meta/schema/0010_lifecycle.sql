-- Lifecycle policies of repositories, their previews, and the images that
-- expired and can still be restored. Owned by internal/registry.

-- policy is compact JSON, as GetLifecyclePolicy answers it. evaluated_at is 0
-- until the policy was first applied; due_at is when it is to be applied next.

CREATE TABLE lifecycle_policy (
  account      TEXT NOT NULL,
  region       TEXT NOT NULL,
  repository   TEXT NOT NULL,
  policy       TEXT NOT NULL,
  evaluated_at BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX lifecycle_policy_due_at ON lifecycle_policy (due_at, account, region, repository);

-- What the owner of a repository set beside the policy, in days; a repository
-- without a row has the defaults.

CREATE TABLE lifecycle_setting (
  account             TEXT NOT NULL,
  region              TEXT NOT NULL,
  repository          TEXT NOT NULL,
  protect_pulled_days BIGINT NOT NULL,
  undo_days           BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

-- A repository has at most one preview; starting another replaces it, and the
-- results of the former, which have another id, are removed by its job. policy
-- is the text as it was given.

CREATE TABLE lifecycle_preview (
  account       TEXT NOT NULL,
  region        TEXT NOT NULL,
  repository    TEXT NOT NULL,
  id            TEXT NOT NULL,
  policy        TEXT NOT NULL,
  status        TEXT NOT NULL,
  started_at    BIGINT NOT NULL,
  finished_at   BIGINT NOT NULL,
  images        BIGINT NOT NULL,
  expiring      BIGINT NOT NULL,
  transitioning BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX lifecycle_preview_started_at ON lifecycle_preview (started_at);

-- What a preview says of some images, in the order of their digests, the
-- greatest of which is last. kept is false for images that the policy expires
-- or archives. results is a JSON array of what it says, why, and of the tags
-- and times that the image had.

CREATE TABLE lifecycle_preview_part (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  preview    TEXT NOT NULL,
  kept       BOOLEAN NOT NULL,
  last       TEXT NOT NULL,
  results    TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, preview, kept, last),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

-- An image that a lifecycle policy expired, until purge_at. It is what it was,
-- with its tags and the images that it names, both JSON arrays. reason says why
-- it expired, for people.

CREATE TABLE expired_image (
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
  archived          BOOLEAN NOT NULL,
  archived_at       BIGINT NOT NULL,
  activated_at      BIGINT NOT NULL,
  tags              TEXT NOT NULL,
  children          TEXT NOT NULL,
  rule              BIGINT NOT NULL,
  reason            TEXT NOT NULL,
  expired_at        BIGINT NOT NULL,
  purge_at          BIGINT NOT NULL,
  manifest_size     BIGINT NOT NULL,
  manifest          BYTEA NOT NULL,
  PRIMARY KEY (account, region, repository, digest),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX expired_image_purge_at ON expired_image (purge_at);

CREATE INDEX expired_image_subject ON expired_image (account, region, repository, subject, digest);

-- The config and the layers that an expired image names. As long as there is
-- such a row the repository keeps the layer.

CREATE TABLE expired_image_layer (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  layer      TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, digest, layer),
  FOREIGN KEY (account, region, repository, digest) REFERENCES expired_image (account, region, repository, digest)
);

CREATE INDEX expired_image_layer_layer ON expired_image_layer (account, region, repository, layer);

-- An image that was restored is safe from the policy that expired it until
-- held_until, so that there is time to change the policy.

CREATE TABLE lifecycle_hold (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  held_until BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository, digest),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);

CREATE INDEX lifecycle_hold_held_until ON lifecycle_hold (held_until);
