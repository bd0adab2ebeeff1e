-- Services that work with an organization, and issuers of identity tokens.

-- A service that may work with an organization, by its principal, such as iam.amazonaws.com.
CREATE TABLE org_service (
    organization TEXT NOT NULL REFERENCES org_organization (id),
    principal    TEXT NOT NULL,
    enabled_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, principal)
);

-- A member account that administers a service for its organization.
CREATE TABLE org_delegate (
    organization  TEXT NOT NULL REFERENCES org_organization (id),
    account       TEXT NOT NULL REFERENCES org_account (account),
    principal     TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (account, principal)
);
CREATE INDEX org_delegate_organization ON org_delegate (organization, account);

-- A feature of centralized root access that is enabled.
CREATE TABLE org_feature (
    organization TEXT NOT NULL REFERENCES org_organization (id),
    feature      TEXT NOT NULL,
    PRIMARY KEY (organization, feature)
);

-- An account as an issuer of identity tokens. It keeps its id for good, and its URL while it is enabled.
CREATE TABLE iam_issuer (
    account TEXT PRIMARY KEY REFERENCES iam_account (id),
    id      TEXT NOT NULL UNIQUE,
    url     TEXT NOT NULL,
    enabled BOOLEAN NOT NULL
);

-- The keys of issuers. private is sealed PKCS #8, public a JSON Web Key; retired_at is 0 while the key signs.
CREATE TABLE iam_signing_key (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES iam_account (id),
    algorithm  TEXT NOT NULL,
    private    BYTEA NOT NULL,
    public     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX iam_signing_key_account ON iam_signing_key (account, retired_at);
