-- The language that a contact was last spoken with in, or wrote in: `en` or `es`. NULL: never known.

ALTER TABLE contacts ADD COLUMN language TEXT;
