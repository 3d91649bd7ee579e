-- Who dialled an emergency number, and who has said that they know. How sure the carrier is of a caller's number. Whom
-- the office does not want to hear, and whom always.

CREATE TABLE emergencies (
    call      INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    extension TEXT NOT NULL,
    dialled   TEXT NOT NULL,
    place     TEXT NOT NULL,                      -- empty: nobody had said where the phone is
    callback  TEXT NOT NULL,
    seen      INTEGER,
    seen_by   TEXT
) STRICT;
CREATE INDEX emergencies_unseen ON emergencies (at) WHERE seen IS NULL;

ALTER TABLE calls ADD COLUMN attestation TEXT;    -- full, partial, gateway, failed, none; nothing said: null
ALTER TABLE calls ADD COLUMN verstat TEXT;        -- as the carrier wrote it

CREATE TABLE screening (
    number  TEXT PRIMARY KEY,                     -- E.164
    verdict TEXT NOT NULL,                        -- block, allow
    since   INTEGER NOT NULL,
    by      TEXT NOT NULL,                        -- a user's name, or an extension
    note    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
