-- How often the tables of access were written to, in parts: see package meta.
-- What was read from them is remembered for as long as the sum stays the same.
CREATE TABLE access_change (
    id BIGINT PRIMARY KEY,
    n  BIGINT NOT NULL
);
