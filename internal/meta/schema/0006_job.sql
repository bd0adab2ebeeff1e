-- Work that is done later, once, by any node, and where events are sent.
-- Owned by internal/job and internal/event. Times are microseconds since the
-- Unix epoch.

-- A job waits until due_at; while a node runs it, lease names that node and
-- due_at is when the lease ends, so that whoever looks for due jobs also finds
-- those of a node that is gone. again_at is when a job that was enqueued once
-- more while it ran must run again. Of a dead job, due_at is when it died.
CREATE TABLE job (
  id         TEXT NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL,
  key        TEXT NOT NULL,
  payload    TEXT NOT NULL,
  due_at     BIGINT NOT NULL,
  lease      TEXT NOT NULL,
  attempts   BIGINT NOT NULL,
  again      BOOLEAN NOT NULL,
  again_at   BIGINT NOT NULL,
  dead       BOOLEAN NOT NULL,
  last_error TEXT NOT NULL
);

CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key <> '';

CREATE INDEX job_due ON job (dead, kind, due_at, id);

-- A webhook that is sent the events of a registry. detail_types is a JSON list,
-- empty for all; secret is sealed.
CREATE TABLE event_destination (
  account           TEXT NOT NULL,
  region            TEXT NOT NULL,
  name              TEXT NOT NULL,
  url               TEXT NOT NULL,
  detail_types      TEXT NOT NULL,
  repository_prefix TEXT NOT NULL,
  secret            BYTEA NOT NULL,
  created_at        BIGINT NOT NULL,
  updated_at        BIGINT NOT NULL,
  PRIMARY KEY (account, region, name)
);
