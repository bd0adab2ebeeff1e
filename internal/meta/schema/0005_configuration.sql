-- What a registry is configured to do, one JSON document for each kind of
-- configuration. Owned by internal/registry.

CREATE TABLE registry_configuration (
  account  TEXT NOT NULL,
  region   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (account, region, kind)
);
