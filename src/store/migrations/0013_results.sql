-- What became of each call, in the three words that people count by; of older calls as far as their rows tell.

ALTER TABLE calls ADD COLUMN result TEXT NOT NULL DEFAULT 'failed';   -- completed, missed, busy, failed

UPDATE calls SET result = CASE
    WHEN disposition IN ('answered', 'handed_over', 'served') THEN 'completed'
    WHEN disposition = 'caller_abandoned' THEN 'missed'
    WHEN disposition <> 'failed' THEN CASE WHEN agent_reason = 'busy' THEN 'busy' ELSE 'missed' END
    WHEN EXISTS (SELECT 1 FROM legs WHERE legs.call = calls.id AND legs.seq > 0
        AND (legs.result IN ('no_answer', 'declined', 'do_not_disturb', 'unregistered', 'caller_gone') OR legs.status IN (408, 487)))
        THEN 'missed'
    WHEN EXISTS (SELECT 1 FROM legs WHERE legs.call = calls.id AND legs.seq > 0 AND legs.result = 'busy') THEN 'busy'
    ELSE 'failed'
END;
