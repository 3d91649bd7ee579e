-- A call may be recorded in several parts, each a file of its own, with the pauses in it: JSON of pbx::RecordingPart.

ALTER TABLE calls ADD COLUMN recordings TEXT NOT NULL DEFAULT '[]';
UPDATE calls SET recordings = json_array(json_object('file', recording, 'from_ms', recording_from_ms))
WHERE recording IS NOT NULL;
ALTER TABLE calls DROP COLUMN recording;
ALTER TABLE calls DROP COLUMN recording_from_ms;
