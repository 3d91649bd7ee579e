-- What each leg spoke, and how each direction sounded: hundredths of a mean opinion score, and what took most from it.
ALTER TABLE legs ADD COLUMN codec TEXT;
ALTER TABLE legs ADD COLUMN heard TEXT;
ALTER TABLE legs ADD COLUMN there TEXT;
