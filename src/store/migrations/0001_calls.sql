-- People, calls, and what came of them. Instants are milliseconds of the Unix epoch; ids are 63-bit numbers.

CREATE TABLE contacts (
    id             INTEGER PRIMARY KEY,
    number         TEXT NOT NULL UNIQUE,          -- E.164
    name           TEXT,
    name_verified  INTEGER NOT NULL DEFAULT 0,    -- read back and confirmed, or entered by the office
    do_not_contact INTEGER NOT NULL DEFAULT 0,
    notes          TEXT NOT NULL DEFAULT '',
    created        INTEGER NOT NULL,
    updated        INTEGER NOT NULL,
    last_call      INTEGER,                       -- start of their last call to us
    texted_back    INTEGER                        -- end of the last call that a text answered
) STRICT;
CREATE INDEX contacts_by_update ON contacts (updated DESC, id DESC);

CREATE TABLE calls (
    id               INTEGER PRIMARY KEY,
    direction        TEXT NOT NULL,
    trunk            TEXT,                        -- none for a call between phones
    caller_kind      TEXT NOT NULL,               -- number, extension, anonymous
    caller           TEXT,                        -- the number or the extension
    caller_display   TEXT NOT NULL DEFAULT '',
    dialled          TEXT NOT NULL,
    started          INTEGER NOT NULL,
    answered         INTEGER,
    ended            INTEGER NOT NULL,
    disposition      TEXT NOT NULL,
    missed           INTEGER NOT NULL,            -- inbound, and no person of the office talked with the caller
    agent_reason     TEXT,
    contact          INTEGER REFERENCES contacts (id),
    intent           TEXT,
    outcome          TEXT,                        -- JSON of dialogue::Outcome, which carries its version
    summary          TEXT NOT NULL,
    text_back        TEXT NOT NULL,               -- queued, or why no text answers this call
    recording        TEXT
) STRICT;
CREATE INDEX calls_by_start ON calls (started DESC, id DESC);
CREATE INDEX calls_missed ON calls (started DESC, id DESC) WHERE missed;
CREATE INDEX calls_by_disposition ON calls (disposition, started DESC, id DESC);
CREATE INDEX calls_by_contact ON calls (contact, started DESC, id DESC);

CREATE TABLE legs (
    call             INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq              INTEGER NOT NULL,
    party_kind       TEXT NOT NULL,               -- number, extension, anonymous (the caller); phone, outside, agent
    party            TEXT,
    party_display    TEXT NOT NULL DEFAULT '',
    started          INTEGER NOT NULL,
    answered         INTEGER,
    ended            INTEGER NOT NULL,
    result           TEXT NOT NULL,
    status           INTEGER,                     -- of a failed leg
    packets_received INTEGER,
    packets_lost     INTEGER,
    packets_sent     INTEGER,
    jitter_ms        INTEGER,
    round_trip_ms    INTEGER,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE turns (
    call                 INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq                  INTEGER NOT NULL,
    speaker              TEXT NOT NULL,
    text                 TEXT NOT NULL,
    at_ms                INTEGER NOT NULL,
    latency_ms           INTEGER,
    interrupted_after_ms INTEGER,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE work_orders (
    id        INTEGER PRIMARY KEY,
    call      INTEGER NOT NULL REFERENCES calls (id),
    contact   INTEGER REFERENCES contacts (id),
    opened    INTEGER NOT NULL,
    property  TEXT NOT NULL,
    caller    TEXT,                               -- the name given
    callback  TEXT,                               -- E.164
    place     TEXT,                               -- unit or address
    issue     TEXT NOT NULL,
    urgency   TEXT NOT NULL,                      -- JSON of dialogue::Urgency
    emergency INTEGER NOT NULL,
    access    INTEGER,                            -- may the technician go in: 1, 0, or not asked
    wished    TEXT,                               -- local date and time
    status    TEXT NOT NULL,                      -- open, done, cancelled
    updated   INTEGER NOT NULL
) STRICT;
CREATE INDEX work_orders_by_opening ON work_orders (opened DESC, id DESC);
CREATE INDEX work_orders_by_call ON work_orders (call);

-- What was reported as an emergency stays one: nobody tidies that away afterwards.
CREATE TRIGGER work_order_emergency_is_immutable
BEFORE UPDATE OF emergency ON work_orders WHEN NEW.emergency <> OLD.emergency
BEGIN SELECT RAISE(ABORT, 'the emergency flag of a work order is immutable'); END;

CREATE TABLE leads (
    id       INTEGER PRIMARY KEY,
    call     INTEGER NOT NULL REFERENCES calls (id),
    contact  INTEGER REFERENCES contacts (id),
    opened   INTEGER NOT NULL,
    dialled  TEXT NOT NULL,
    name     TEXT,
    callback TEXT,
    place    TEXT,
    wish     TEXT NOT NULL,
    wished   TEXT,
    status   TEXT NOT NULL,                       -- open, done, cancelled
    updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX leads_by_opening ON leads (opened DESC, id DESC);
CREATE INDEX leads_by_call ON leads (call);
CREATE INDEX leads_by_contact ON leads (contact, opened DESC);

CREATE TABLE bindings (
    extension  TEXT NOT NULL,
    contact    TEXT NOT NULL,
    transport  TEXT NOT NULL,
    remote     TEXT NOT NULL,
    local      TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    stored     INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    PRIMARY KEY (extension, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key     TEXT PRIMARY KEY,
    value   TEXT NOT NULL,
    updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
