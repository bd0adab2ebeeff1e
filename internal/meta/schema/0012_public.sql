-- The public registries. Their repositories are in table repository like all
-- others, under the region '_public'. Owned by internal/registry.

-- An account has one once it is first asked for. alias is what the names of
-- its images begin with.

CREATE TABLE public_registry (
  account      TEXT NOT NULL,
  alias        TEXT NOT NULL,
  display_name TEXT NOT NULL,
  PRIMARY KEY (account)
);

CREATE UNIQUE INDEX public_registry_alias ON public_registry (alias);

-- What a repository's owner says about it to the public; document is JSON. The
-- logo comes last so that a row can be read without it.

CREATE TABLE repository_catalog (
  account    TEXT NOT NULL,
  region     TEXT NOT NULL,
  repository TEXT NOT NULL,
  document   TEXT NOT NULL,
  logo_type  TEXT NOT NULL,
  logo       BYTEA,
  PRIMARY KEY (account, region, repository),
  FOREIGN KEY (account, region, repository) REFERENCES repository (account, region, name)
);
