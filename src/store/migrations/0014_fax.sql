-- A call that was a fax, and what is known of it: JSON of pbx::Fax.

ALTER TABLE calls ADD COLUMN fax TEXT;
