-- Incidents: troubles of a property that several callers tell of, what each has told, and who has been told of the end.

CREATE TABLE incidents (
    id           INTEGER PRIMARY KEY,
    property     TEXT NOT NULL,
    trouble      TEXT NOT NULL,                   -- water, heat, power …
    opened       INTEGER NOT NULL,                -- when the first of its callers called
    last         INTEGER NOT NULL,                -- when the latest did
    callers      INTEGER NOT NULL,
    notice       TEXT,                            -- what callers hear; the last words are kept when it is off
    notice_until INTEGER,                         -- on until then; NULL: off
    closed       INTEGER,
    closed_by    TEXT,
    merged_into  INTEGER REFERENCES incidents (id),
    closing      TEXT,                            -- what its callers are told, if somebody has written it
    telling      INTEGER NOT NULL DEFAULT 0       -- some of its callers have still to be told
) STRICT;
CREATE INDEX incidents_by_opening ON incidents (opened DESC, id DESC);
CREATE INDEX incidents_open ON incidents (last DESC) WHERE closed IS NULL;
CREATE INDEX incidents_telling ON incidents (id) WHERE telling;

CREATE TABLE incident_reports (
    call     INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    incident INTEGER REFERENCES incidents (id),   -- NULL: on its own
    number   TEXT,                                -- E.164, where it may be called back
    dialled  TEXT,
    property TEXT NOT NULL,
    home     TEXT,
    trouble  TEXT NOT NULL,
    urgency  TEXT NOT NULL,                       -- JSON of dialogue::Urgency
    shared   TEXT,                                -- basement, garage …
    whole    INTEGER NOT NULL,
    harmed   INTEGER NOT NULL,
    words    TEXT NOT NULL,
    at       INTEGER NOT NULL,                    -- of the latest call, if the same caller called again
    times    INTEGER NOT NULL,
    why      TEXT NOT NULL,
    apart    INTEGER NOT NULL DEFAULT 0,          -- a person has taken it out: it is not looked at again
    told     TEXT                                 -- texted, or why not; NULL: not yet
) STRICT;
CREATE INDEX incident_reports_near ON incident_reports (property, trouble, at DESC);
CREATE INDEX incident_reports_of ON incident_reports (incident, at);
