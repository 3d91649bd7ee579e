-- An incident may be opened by somebody of the office, before any caller tells of it.

ALTER TABLE incidents ADD COLUMN opened_by TEXT;  -- NULL: its callers have opened it
