-- When somebody had heard, to its end, the spoken notice that the call is recorded. A recording of people without it is held
-- back.

ALTER TABLE legs ADD COLUMN told INTEGER;
