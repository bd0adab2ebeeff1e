-- Denied requests, so that every node can explain each of them for a while.

-- id is the request's; caller is the account of who asked, empty for nobody; event is the audit event.
CREATE TABLE decision (
    id     TEXT PRIMARY KEY,
    at     BIGINT NOT NULL,
    caller TEXT NOT NULL,
    event  TEXT NOT NULL
);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_caller ON decision (caller, at, id);
