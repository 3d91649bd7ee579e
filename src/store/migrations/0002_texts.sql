-- Texts out (the outbox, with every attempt) and texts in.

CREATE TABLE outbox (
    key         INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    sender      TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    body        TEXT NOT NULL,
    call        INTEGER REFERENCES calls (id),
    contact     INTEGER REFERENCES contacts (id),
    created     INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    undated     INTEGER NOT NULL DEFAULT 0,       -- queued while the clock was wrong: due and expires are set later
    state       TEXT NOT NULL,
    reason      TEXT,                             -- of failed (refused, expired) and suppressed
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    patient     INTEGER NOT NULL DEFAULT 0,       -- the carrier asked for patience, or the reader is the obstacle
    updated     INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (due, key) WHERE state = 'queued';
CREATE INDEX outbox_claimed ON outbox (key) WHERE state = 'claimed';
CREATE INDEX outbox_by_creation ON outbox (created DESC, key DESC);
CREATE INDEX outbox_by_call ON outbox (call);
CREATE INDEX outbox_by_contact ON outbox (contact, created DESC);

CREATE TABLE attempts (
    key     INTEGER NOT NULL REFERENCES outbox (key) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    settled INTEGER,
    result  TEXT,                                 -- accepted, later, never, lost
    status  INTEGER,
    PRIMARY KEY (key, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    sip_call_id TEXT NOT NULL,
    sender      TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    body        TEXT NOT NULL,
    contact     INTEGER REFERENCES contacts (id),
    received    INTEGER NOT NULL,
    keyword     TEXT,                             -- stop, start, help
    UNIQUE (sip_call_id, sender, body)
) STRICT;
CREATE INDEX inbox_by_arrival ON inbox (received DESC, id DESC);
CREATE INDEX inbox_by_contact ON inbox (contact, received DESC);
