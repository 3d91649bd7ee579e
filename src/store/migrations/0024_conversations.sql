-- What the agent was told in each conversation and what it decided, so that it can be held once more. It goes with its call.

-- What conversations are held with: digests by what they are of, as JSON. Many conversations share one.
CREATE TABLE provenances (
    id    INTEGER PRIMARY KEY,
    parts TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE conversations (
    call       INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    provenance INTEGER NOT NULL REFERENCES provenances (id),
    -- As JSON, with its version in it.
    journal    TEXT    NOT NULL,
    PRIMARY KEY (call, number)
) STRICT;
