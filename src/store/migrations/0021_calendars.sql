-- Showings in the calendars that agents keep themselves, requests that people settle, and the addresses of feeds.

-- Where a showing may stand in its agent's own calendar (NULL: nowhere), what it was there when we put it, and what people
-- should know of it. `replaces`: the showing that it takes the place of, which may lie at the same time.
ALTER TABLE showings ADD COLUMN href TEXT;
ALTER TABLE showings ADD COLUMN etag TEXT;
ALTER TABLE showings ADD COLUMN remark TEXT;
ALTER TABLE showings ADD COLUMN replaces INTEGER;

DROP TRIGGER showings_never_double;
CREATE TRIGGER showings_never_double BEFORE INSERT ON showings
WHEN NEW.status IN ('claimed', 'booked') AND EXISTS (
    SELECT 1 FROM showings
    WHERE status IN ('claimed', 'booked') AND (agent = NEW.agent OR place = NEW.place)
        AND begins < NEW.ends AND ends > NEW.begins AND id IS NOT NEW.replaces
)
BEGIN
    SELECT RAISE(ABORT, 'that time is taken');
END;

-- A showing is claimed, booked, and then moved or cancelled at most: another time is another showing.
DROP TRIGGER showings_only_cancelled;
CREATE TRIGGER showings_only_end BEFORE UPDATE ON showings
WHEN NEW.agent <> OLD.agent OR NEW.place <> OLD.place OR NEW.begins <> OLD.begins OR NEW.ends <> OLD.ends
    OR (NEW.status <> OLD.status AND NOT (
        (OLD.status = 'claimed' AND NEW.status IN ('booked', 'cancelled'))
        OR (OLD.status = 'booked' AND NEW.status IN ('moved', 'cancelled'))))
BEGIN
    SELECT RAISE(ABORT, 'a showing is only ever ended');
END;

-- What a prospect was told that people would settle. The time is what they would have liked, if they said.
CREATE TABLE showing_requests (
    call     INTEGER PRIMARY KEY,
    place    TEXT,
    agent    TEXT,
    begins   INTEGER,
    ends     INTEGER,
    name     TEXT,
    callback TEXT,
    asked    INTEGER NOT NULL,
    settled  INTEGER,
    by       TEXT,
    remark   TEXT
) STRICT;
CREATE INDEX showing_requests_open ON showing_requests (asked) WHERE settled IS NULL;

-- The secret in the address of an agent's feed, as a hash. A new one makes the old one worthless.
CREATE TABLE calendar_tokens (
    agent      TEXT PRIMARY KEY COLLATE NOCASE,
    token_hash BLOB NOT NULL UNIQUE,
    made       INTEGER NOT NULL,
    by         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
