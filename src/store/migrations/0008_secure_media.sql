-- How a leg's media was protected on its way, and, where nothing could be heard, why.

ALTER TABLE legs ADD COLUMN encryption TEXT;   -- none, sdes, dtls; not noted in older calls
ALTER TABLE legs ADD COLUMN unheard TEXT;      -- see pbx::Unheard; null when the far end was heard
