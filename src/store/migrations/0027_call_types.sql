-- Call types that the office has added in the console; those of its file stay in the file.

CREATE TABLE call_types (
    name        TEXT PRIMARY KEY,
    staff       TEXT NOT NULL,                    -- as the office's people read it
    asks        TEXT NOT NULL,                    -- names of items, with blanks between them
    staff_first INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    changed_by  TEXT NOT NULL
) STRICT;

CREATE TABLE call_type_scripts (
    call_type TEXT NOT NULL REFERENCES call_types (name) ON DELETE CASCADE,
    language  TEXT NOT NULL,                      -- en, es
    about     TEXT NOT NULL,
    opening   TEXT NOT NULL,
    closing   TEXT NOT NULL,
    examples  TEXT NOT NULL,                      -- one a line
    PRIMARY KEY (call_type, language)
) STRICT;
