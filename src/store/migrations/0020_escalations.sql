-- Escalations to people on call: each step of each, only ever added to, and chained by a digest to the one before.

CREATE TABLE escalations (
    call    INTEGER PRIMARY KEY,
    opened  INTEGER NOT NULL,
    -- When somebody has said what becomes of it.
    settled INTEGER
) STRICT;
CREATE INDEX escalations_open ON escalations (opened) WHERE settled IS NULL;

CREATE TABLE escalation_steps (
    call      INTEGER NOT NULL REFERENCES escalations (call),
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    -- As it was digested, byte for byte.
    step      TEXT    NOT NULL,
    digest    BLOB    NOT NULL,
    -- Ed25519 over the digest; NULL: the house had no key.
    signature BLOB,
    PRIMARY KEY (call, number)
) STRICT;
CREATE TRIGGER escalation_steps_are_not_rewritten BEFORE UPDATE ON escalation_steps
BEGIN SELECT RAISE(ABORT, 'the timeline of an escalation is append-only'); END;
CREATE TRIGGER escalation_steps_are_not_removed BEFORE DELETE ON escalation_steps
BEGIN SELECT RAISE(ABORT, 'the timeline of an escalation is append-only'); END;
