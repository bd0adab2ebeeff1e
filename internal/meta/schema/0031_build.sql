-- The build service. Owned by internal/build. Times are microseconds since the
-- Unix epoch.

-- One build. request is sealed: the specification and what lets the server act
-- for whoever asked for it. principal is the unique id that limits count by,
-- same is equal for equal builds of the same caller and empty once the build
-- has ended. context_upload names the stored files together with
-- context_digest, and is empty while they are not there. lease is the hash of
-- what the worker proves itself with; it stays when the build has ended, so
-- that a worker may say so twice. log_last is the number of the last log line,
-- log_batch that of the last batch of lines of the worker that has the lease.
CREATE TABLE build (
  id             TEXT NOT NULL PRIMARY KEY,
  account        TEXT NOT NULL,
  region         TEXT NOT NULL,
  principal      TEXT NOT NULL,
  caller         TEXT NOT NULL,
  same           TEXT NOT NULL,
  image          TEXT NOT NULL,
  request        BYTEA NOT NULL,
  context_digest TEXT NOT NULL,
  context_size   BIGINT NOT NULL,
  context_upload TEXT NOT NULL,
  execution      BOOLEAN NOT NULL,
  state          TEXT NOT NULL,
  reason         TEXT NOT NULL,
  image_digest   TEXT NOT NULL,
  created_at     BIGINT NOT NULL,
  queued_at      BIGINT NOT NULL,
  started_at     BIGINT NOT NULL,
  finished_at    BIGINT NOT NULL,
  deadline       BIGINT NOT NULL,
  attempts       BIGINT NOT NULL,
  losses         BIGINT NOT NULL,
  lease          TEXT NOT NULL,
  lease_until    BIGINT NOT NULL,
  worker         TEXT NOT NULL,
  log_last       BIGINT NOT NULL,
  log_size       BIGINT NOT NULL,
  log_batch      BIGINT NOT NULL
);

CREATE UNIQUE INDEX build_same ON build (account, region, same) WHERE same <> '';

CREATE INDEX build_state ON build (state, account, region, queued_at, id);

CREATE INDEX build_list ON build (account, region, created_at, id);

-- The lines of a build's log, numbered from 1 without gaps.
CREATE TABLE build_log (
  build   TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (build, seq)
);

-- Workers that asked for builds lately. execution: they run the commands of
-- users.
CREATE TABLE build_worker (
  account   TEXT NOT NULL,
  region    TEXT NOT NULL,
  name      TEXT NOT NULL,
  execution BOOLEAN NOT NULL,
  seen_at   BIGINT NOT NULL,
  PRIMARY KEY (account, region, name)
);
