-- Call-backs that callers of a queue were promised, known by the call in which it was.

CREATE TABLE call_backs (
    call    INTEGER PRIMARY KEY,
    queue   TEXT    NOT NULL,
    number  TEXT    NOT NULL,
    own     INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    dialled TEXT    NOT NULL,
    asked   INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    changed INTEGER NOT NULL
) STRICT;
CREATE INDEX call_backs_by_time ON call_backs (asked DESC);
