-- Showings of homes: the office's own calendar. Two at once of one agent, or of one home, cannot be stored.

CREATE TABLE showings (
    id       INTEGER PRIMARY KEY,
    call     INTEGER NOT NULL,              -- its record is written when it has ended
    agent    TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    begins   INTEGER NOT NULL,
    ends     INTEGER NOT NULL CHECK (ends > begins),
    name     TEXT,
    callback TEXT    NOT NULL,
    status   TEXT    NOT NULL,
    made     INTEGER NOT NULL,
    changed  INTEGER NOT NULL
) STRICT;
CREATE INDEX showings_by_time ON showings (begins, id);

CREATE TRIGGER showings_never_double BEFORE INSERT ON showings
WHEN NEW.status = 'booked' AND EXISTS (
    SELECT 1 FROM showings
    WHERE status = 'booked' AND (agent = NEW.agent OR place = NEW.place) AND begins < NEW.ends AND ends > NEW.begins
)
BEGIN
    SELECT RAISE(ABORT, 'that time is taken');
END;

-- A showing is cancelled, and never changed in any other way: another time is another showing.
CREATE TRIGGER showings_only_cancelled BEFORE UPDATE ON showings
WHEN NEW.status <> 'cancelled' OR NEW.agent <> OLD.agent OR NEW.begins <> OLD.begins OR NEW.ends <> OLD.ends
BEGIN
    SELECT RAISE(ABORT, 'a showing is only ever cancelled');
END;
