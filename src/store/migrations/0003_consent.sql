-- Who may be written to, and who is on their way through a sequence.

-- A ledger: rows are added, never changed.
CREATE TABLE consents (
    id      INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL REFERENCES contacts (id),
    kind    TEXT NOT NULL,                        -- opt_in, opt_out
    source  TEXT NOT NULL,                        -- text, call, office
    words   TEXT NOT NULL,                        -- as said, or what the office attests
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_by_contact ON consents (contact, id);
CREATE TRIGGER consents_are_not_rewritten BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER consents_are_not_removed BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;

CREATE TABLE enrolments (
    id       INTEGER PRIMARY KEY,
    contact  INTEGER NOT NULL REFERENCES contacts (id),
    sequence TEXT NOT NULL,
    step     INTEGER NOT NULL,
    enrolled INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    sender   TEXT NOT NULL,
    call     INTEGER REFERENCES calls (id),
    state    TEXT NOT NULL,                       -- active, finished, stopped
    reason   TEXT,
    updated  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX enrolments_once ON enrolments (contact, sequence) WHERE state = 'active';
CREATE INDEX enrolments_due ON enrolments (due, id) WHERE state = 'active';
