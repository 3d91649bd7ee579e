-- A call that waited in a queue, for how long and why no longer: JSON of pbx::Queueing.

ALTER TABLE calls ADD COLUMN queued TEXT;
