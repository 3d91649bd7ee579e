-- Desk phones that were seen asking for their settings, and those that were taken into the office.
CREATE TABLE devices (
    mac            TEXT PRIMARY KEY,
    brand          TEXT NOT NULL,
    user_agent     TEXT NOT NULL,
    address        TEXT NOT NULL,
    first_seen     INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    -- The rest is empty until somebody has taken it in.
    extension      TEXT,
    secret         TEXT,
    secret_hash    BLOB UNIQUE,
    admin_password TEXT,
    adopted        INTEGER,
    -- From where it had asked when it was taken in.
    adopted_at     TEXT,
    adopted_by     TEXT,
    fetched        INTEGER,
    fetched_file   TEXT,
    trouble        TEXT
) STRICT, WITHOUT ROWID;
