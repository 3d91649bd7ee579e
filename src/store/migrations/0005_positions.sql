-- Where a call's recording begins, so that what was said can be found in it; and which phone a contact belongs to, so that
-- its next one takes the place of the last.

ALTER TABLE calls ADD COLUMN recording_from_ms INTEGER;   -- since the call began, as turns.at_ms; not noted in older calls
ALTER TABLE bindings ADD COLUMN instance TEXT;            -- +sip.instance (RFC 5626), with its reg-id
