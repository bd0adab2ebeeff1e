-- Scans of images for known vulnerabilities. Owned by internal/registry. Times
-- are microseconds since the Unix epoch, 0 for never.

-- The latest scan of an image. What a basic scan and an enhanced one found is
-- kept apart: a registry that goes back to a type of scan shows its findings
-- again. run names the scan that may still write its result, and is empty when
-- none may; requested_at is when it was asked for. completed_at, source_at,
-- source, imported and counts (a JSON object of how many findings have which
-- severity) are of the findings that are there, which are those of the last
-- scan that succeeded.

CREATE TABLE image_scan (
  account      TEXT NOT NULL,
  region       TEXT NOT NULL,
  repository   TEXT NOT NULL,
  digest       TEXT NOT NULL,
  type         TEXT NOT NULL,
  status       TEXT NOT NULL,
  description  TEXT NOT NULL,
  run          TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  completed_at BIGINT NOT NULL,
  source_at    BIGINT NOT NULL,
  source       TEXT NOT NULL,
  imported     BOOLEAN NOT NULL,
  counts       TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, digest, type),
  FOREIGN KEY (account, region, repository, digest) REFERENCES image (account, region, repository, digest) ON DELETE CASCADE
);

-- One vulnerability of one package. rank is 0 for the gravest severity; id
-- tells the package apart from others with the same vulnerability. first_seen
-- outlives the scan that saw it first. document is the finding, as JSON.

CREATE TABLE image_scan_finding (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  type       TEXT NOT NULL,
  rank       BIGINT NOT NULL,
  name       TEXT NOT NULL,
  id         TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  document   TEXT NOT NULL,
  PRIMARY KEY (account, region, repository, digest, type, rank, name, id),
  FOREIGN KEY (account, region, repository, digest, type) REFERENCES image_scan (account, region, repository, digest, type) ON DELETE CASCADE
);
