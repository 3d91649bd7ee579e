-- The proxies on the way to a phone (RFC 3327), one in a line, the next one first; NULL: none.

ALTER TABLE bindings ADD COLUMN path TEXT;
