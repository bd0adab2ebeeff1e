-- Organizations: their accounts' places, policies and invitations.
--
-- Ids are unique over all organizations of a server. An organizational unit never moves, so it keeps its path,
-- o-.../r-.../ou-.../, with which the chain of an account is read at once.

-- scp and rcp tell which types of policy are enabled.
CREATE TABLE org_organization (
    id          TEXT PRIMARY KEY,
    management  TEXT NOT NULL UNIQUE REFERENCES iam_account (id),
    root        TEXT NOT NULL UNIQUE,
    feature_set TEXT NOT NULL,
    scp         BOOLEAN NOT NULL DEFAULT FALSE,
    rcp         BOOLEAN NOT NULL DEFAULT FALSE,
    created_at  BIGINT NOT NULL
);

-- parent is a root or a unit.
CREATE TABLE org_unit (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    parent       TEXT NOT NULL,
    name         TEXT NOT NULL,
    path         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (parent, name)
);

-- An account is in one organization at most. email_key is the email in lower case; nobody shares one.
CREATE TABLE org_account (
    account      TEXT PRIMARY KEY REFERENCES iam_account (id),
    organization TEXT NOT NULL REFERENCES org_organization (id),
    parent       TEXT NOT NULL,
    email        TEXT NOT NULL,
    email_key    TEXT NOT NULL UNIQUE,
    method       TEXT NOT NULL,
    joined_at    BIGINT NOT NULL
);
CREATE INDEX org_account_organization ON org_account (organization, account);
CREATE INDEX org_account_parent ON org_account (parent, account);

-- Customer policies; those of AWS are part of the program.
CREATE TABLE org_policy (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    type         TEXT NOT NULL,
    name         TEXT NOT NULL,
    description  TEXT NOT NULL,
    content      TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (organization, type, name)
);

-- target is a root, a unit or an account; policy may be one of AWS.
CREATE TABLE org_attachment (
    target       TEXT NOT NULL,
    policy       TEXT NOT NULL,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    type         TEXT NOT NULL,
    PRIMARY KEY (target, policy)
);
CREATE INDEX org_attachment_policy ON org_attachment (organization, policy, target);

-- account is empty unless the request succeeded, failure unless it failed.
CREATE TABLE org_account_request (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    state        TEXT NOT NULL,
    failure      TEXT NOT NULL DEFAULT '',
    account      TEXT NOT NULL DEFAULT '',
    requested_at BIGINT NOT NULL,
    completed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX org_account_request_organization ON org_account_request (organization, id);

-- Invitations of accounts to an organization.
CREATE TABLE org_handshake (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    account      TEXT NOT NULL REFERENCES iam_account (id),
    state        TEXT NOT NULL,
    notes        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX org_handshake_account ON org_handshake (account, id);
CREATE INDEX org_handshake_organization ON org_handshake (organization, id);

-- resource is a root, a unit, an account or a policy.
CREATE TABLE org_tag (
    resource     TEXT NOT NULL,
    key          TEXT NOT NULL,
    value        TEXT NOT NULL,
    organization TEXT NOT NULL REFERENCES org_organization (id),
    PRIMARY KEY (resource, key)
);
CREATE INDEX org_tag_organization ON org_tag (organization);
