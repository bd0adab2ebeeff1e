-- What a registry does by itself: the repositories it creates, the upstreams
-- it reads, and how far its images got to other registries. The replication
-- configuration itself is in registry_configuration. Owned by
-- internal/registry.

-- A template for repositories whose names begin with prefix and a slash, or,
-- for the prefix 'ROOT', for all. prefix has no slash at its end; written is
-- as it was given. applied_for and tag_exclusions are JSON arrays, tags is a
-- JSON object. The policy is kept as a repository's is.

CREATE TABLE repository_template (
  account           TEXT NOT NULL,
  region            TEXT NOT NULL,
  prefix            TEXT NOT NULL,
  written           TEXT NOT NULL,
  description       TEXT NOT NULL,
  applied_for       TEXT NOT NULL,
  tag_mutability    TEXT NOT NULL,
  tag_exclusions    TEXT NOT NULL,
  encryption        TEXT NOT NULL,
  kms_key           TEXT NOT NULL,
  tags              TEXT NOT NULL,
  policy            TEXT,
  policy_principals TEXT,
  lifecycle         TEXT NOT NULL,
  role              TEXT NOT NULL,
  created_at        BIGINT NOT NULL,
  updated_at        BIGINT NOT NULL,
  PRIMARY KEY (account, region, prefix)
);

-- A rule of the pull-through cache. prefix and written are as those of a
-- template.

CREATE TABLE pull_through_rule (
  account         TEXT NOT NULL,
  region          TEXT NOT NULL,
  prefix          TEXT NOT NULL,
  written         TEXT NOT NULL,
  upstream        TEXT NOT NULL,
  upstream_url    TEXT NOT NULL,
  upstream_prefix TEXT NOT NULL,
  credential      TEXT NOT NULL,
  role            TEXT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  PRIMARY KEY (account, region, prefix)
);

-- How far an image got to a registry that it is replicated to. The row goes
-- with the image.

CREATE TABLE image_replication (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  to_account TEXT NOT NULL,
  to_region  TEXT NOT NULL,
  status     TEXT NOT NULL,
  failure    TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account, region, repository, digest, to_account, to_region),
  FOREIGN KEY (account, region, repository, digest) REFERENCES image (account, region, repository, digest) ON DELETE CASCADE
);
