-- Equal treatment: what was asked that everybody is told alike, and what was told; and the checks that pairs of made-up callers
-- are told the same.

CREATE TABLE treatments (
    id      INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL,                     -- kept when the call is not: no reference
    at      INTEGER NOT NULL,
    subject TEXT NOT NULL,                        -- closed vouchers, homes, fact …
    asked   TEXT NOT NULL,                        -- in the caller's own words
    given   TEXT NOT NULL                         -- word for word
) STRICT;
CREATE INDEX treatments_by_time ON treatments (at DESC, id DESC);

CREATE TABLE pair_checks (
    at     INTEGER PRIMARY KEY,
    pairs  INTEGER NOT NULL,
    same   INTEGER NOT NULL,                      -- of these, told the same
    report TEXT NOT NULL                          -- in plain sentences
) STRICT;
