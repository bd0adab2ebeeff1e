-- Accounts, principals and their policies.
--
-- Entities are found by (account, name_key); name_key is the name in lower case, because AWS keeps names unique per
-- account ignoring case. Everything that refers to an entity uses its unique id (AIDA..., AROA..., AGPA..., ANPA...),
-- so an entity created anew under an old name inherits nothing. Paths and names are stored as given.
-- tags is a JSON array of {"Key":...,"Value":...} sorted by key.

CREATE TABLE iam_account (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    alias      TEXT UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE iam_user (
    account          TEXT NOT NULL REFERENCES iam_account (id),
    name_key         TEXT NOT NULL,
    name             TEXT NOT NULL,
    path             TEXT NOT NULL,
    id               TEXT NOT NULL UNIQUE,
    boundary         TEXT NOT NULL DEFAULT '',
    tags             TEXT NOT NULL DEFAULT '[]',
    created_at       BIGINT NOT NULL,
    password_used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, name_key)
);

-- The password of a user. hash and the hashes it had before, previous, a JSON array with the newest first, are Argon2id.
CREATE TABLE iam_login_profile (
    user_id        TEXT PRIMARY KEY REFERENCES iam_user (id),
    hash           TEXT NOT NULL,
    previous       TEXT NOT NULL DEFAULT '[]',
    reset_required BOOLEAN NOT NULL,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL
);

-- document is a JSON object: PasswordPolicy of package iam.
CREATE TABLE iam_password_policy (
    account  TEXT PRIMARY KEY REFERENCES iam_account (id),
    document TEXT NOT NULL
);

CREATE TABLE iam_group (
    account    TEXT NOT NULL REFERENCES iam_account (id),
    name_key   TEXT NOT NULL,
    name       TEXT NOT NULL,
    path       TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, name_key)
);

CREATE TABLE iam_group_member (
    group_id TEXT NOT NULL REFERENCES iam_group (id),
    user_id  TEXT NOT NULL REFERENCES iam_user (id),
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX iam_group_member_user ON iam_group_member (user_id, group_id);

-- trust_principals is a JSON object from each principal ARN of the trust policy to the unique id it had when the policy
-- was written.
CREATE TABLE iam_role (
    account          TEXT NOT NULL REFERENCES iam_account (id),
    name_key         TEXT NOT NULL,
    name             TEXT NOT NULL,
    path             TEXT NOT NULL,
    id               TEXT NOT NULL UNIQUE,
    description      TEXT NOT NULL DEFAULT '',
    max_session      BIGINT NOT NULL,
    trust            TEXT NOT NULL,
    trust_principals TEXT NOT NULL DEFAULT '{}',
    boundary         TEXT NOT NULL DEFAULT '',
    tags             TEXT NOT NULL DEFAULT '[]',
    created_at       BIGINT NOT NULL,
    last_used_at     BIGINT NOT NULL DEFAULT 0,
    last_used_region TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, name_key)
);

-- Customer managed policies; those of AWS are part of the program.
CREATE TABLE iam_policy (
    account         TEXT NOT NULL REFERENCES iam_account (id),
    name_key        TEXT NOT NULL,
    name            TEXT NOT NULL,
    path            TEXT NOT NULL,
    id              TEXT NOT NULL UNIQUE,
    arn             TEXT NOT NULL UNIQUE,
    description     TEXT NOT NULL DEFAULT '',
    default_version BIGINT NOT NULL,
    last_version    BIGINT NOT NULL,
    tags            TEXT NOT NULL DEFAULT '[]',
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (account, name_key)
);

CREATE TABLE iam_policy_version (
    policy_id  TEXT NOT NULL REFERENCES iam_policy (id),
    version    BIGINT NOT NULL,
    document   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (policy_id, version)
);

-- entity_id is the unique id of a user, a group or a role.
CREATE TABLE iam_inline_policy (
    entity_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (entity_id, name)
);

-- account is the account of the entity; policy_arn may name a policy of AWS.
CREATE TABLE iam_attachment (
    entity_id  TEXT NOT NULL,
    policy_arn TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES iam_account (id),
    PRIMARY KEY (entity_id, policy_arn)
);
CREATE INDEX iam_attachment_policy ON iam_attachment (policy_arn, account, entity_id);
CREATE INDEX iam_user_boundary ON iam_user (boundary, account);
CREATE INDEX iam_role_boundary ON iam_role (boundary, account);

-- owner_id is the unique id of a user, or the account id for a key of the root user. secret is sealed.
CREATE TABLE iam_access_key (
    id                TEXT PRIMARY KEY,
    account           TEXT NOT NULL REFERENCES iam_account (id),
    owner_id          TEXT NOT NULL,
    secret            BYTEA NOT NULL,
    active            BOOLEAN NOT NULL,
    created_at        BIGINT NOT NULL,
    last_used_at      BIGINT NOT NULL DEFAULT 0,
    last_used_service TEXT NOT NULL DEFAULT '',
    last_used_region  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX iam_access_key_owner ON iam_access_key (owner_id, id);

-- role_id is empty or the id of the one role an instance profile may hold.
CREATE TABLE iam_instance_profile (
    account    TEXT NOT NULL REFERENCES iam_account (id),
    name_key   TEXT NOT NULL,
    name       TEXT NOT NULL,
    path       TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    role_id    TEXT NOT NULL DEFAULT '',
    tags       TEXT NOT NULL DEFAULT '[]',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, name_key)
);
CREATE INDEX iam_instance_profile_role ON iam_instance_profile (role_id, name_key);

-- Identity providers of OpenID Connect. url lacks its scheme; client_ids and thumbprints are JSON arrays of strings.
CREATE TABLE iam_oidc_provider (
    account     TEXT NOT NULL REFERENCES iam_account (id),
    url         TEXT NOT NULL,
    client_ids  TEXT NOT NULL DEFAULT '[]',
    thumbprints TEXT NOT NULL DEFAULT '[]',
    tags        TEXT NOT NULL DEFAULT '[]',
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (account, url)
);

-- The latest credential report of an account, CSV.
CREATE TABLE iam_credential_report (
    account      TEXT PRIMARY KEY REFERENCES iam_account (id),
    report       TEXT NOT NULL,
    generated_at BIGINT NOT NULL
);

-- Deletions of service-linked roles, which callers ask about after the fact.
CREATE TABLE iam_role_deletion (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES iam_account (id)
);
