-- Denied requests, kept so that a decision id can be explained on any node.

CREATE TABLE decision (
	id             TEXT   NOT NULL PRIMARY KEY, -- the request id
	at             BIGINT NOT NULL,             -- microseconds since 1970
	caller_account TEXT   NOT NULL,
	owner_account  TEXT   NOT NULL,
	event          TEXT   NOT NULL              -- audit event, JSON
);

CREATE INDEX decision_at ON decision (at, id);
