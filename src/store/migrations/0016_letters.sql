-- Messages of mailboxes handed over by e-mail: one row for each address, claimed before a byte of it leaves.

CREATE TABLE letters (
    key         INTEGER PRIMARY KEY,
    voicemail   INTEGER NOT NULL,                 -- the message may be deleted before its letter
    mailbox     TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    after       TEXT NOT NULL,                    -- keep, heard, delete: once everybody has it
    created     INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    state       TEXT NOT NULL,                    -- as in outbox
    reason      TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    updated     INTEGER NOT NULL,
    UNIQUE (voicemail, recipient)
) STRICT;
CREATE INDEX letters_due ON letters (due, key) WHERE state = 'queued';
CREATE INDEX letters_claimed ON letters (key) WHERE state = 'claimed';
