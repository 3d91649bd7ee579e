-- Why each call went the way it went, and what went over the wire for it.

ALTER TABLE calls ADD COLUMN decisions TEXT NOT NULL DEFAULT '[]';   -- JSON, in order

CREATE TABLE sip_messages (
    id      INTEGER PRIMARY KEY,
    call    TEXT NOT NULL,        -- no reference: a trace may be stored before its call, and goes before it
    at      INTEGER NOT NULL,     -- microseconds since 1970: a ladder shows what was first
    sent    INTEGER NOT NULL,
    stream  INTEGER NOT NULL,
    local   TEXT NOT NULL,
    remote  TEXT NOT NULL,
    peer    TEXT NOT NULL,        -- trunk or extension
    bytes   BLOB NOT NULL         -- without digest answers and keys
);
CREATE INDEX sip_messages_call ON sip_messages (call);
CREATE INDEX sip_messages_at ON sip_messages (at);
