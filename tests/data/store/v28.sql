-- A file as schema 26 wrote it; see the head of v1.sql.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE api_tokens (
    id         INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    revoked    INTEGER
) STRICT;
INSERT INTO "api_tokens" VALUES(1,X'0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20','reporting',1795276680000,NULL);
CREATE TABLE attempts (
    key     INTEGER NOT NULL REFERENCES outbox (key) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    settled INTEGER,
    result  TEXT,                                 -- accepted, later, never, lost
    status  INTEGER,
    PRIMARY KEY (key, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO "attempts" VALUES(21,1,1795276720000,1795276721000,'later',503);
INSERT INTO "attempts" VALUES(21,2,1795276725000,1795276726000,'accepted',NULL);
INSERT INTO "attempts" VALUES(22,1,1795276720000,1795276726000,'never',403);
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,1795276680000,'ana','account.create','ana','');
CREATE TABLE bindings (
    extension  TEXT NOT NULL,
    contact    TEXT NOT NULL,
    transport  TEXT NOT NULL,
    remote     TEXT NOT NULL,
    local      TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    stored     INTEGER NOT NULL,
    expires    INTEGER NOT NULL, instance TEXT, path TEXT,
    PRIMARY KEY (extension, contact)
) STRICT, WITHOUT ROWID;
INSERT INTO "bindings" VALUES('101','sip:101@127.0.0.1:5071','udp','127.0.0.1:5071','127.0.0.1:5060','a phone',1795276680000,1795280280000,'<urn:uuid:00000000-0000-1000-8000-000a95a0e128>','<sip:edge.example;lr;ob>');
CREATE TABLE calendar_tokens (
    agent      TEXT PRIMARY KEY COLLATE NOCASE,
    token_hash BLOB NOT NULL UNIQUE,
    made       INTEGER NOT NULL,
    by         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "calendar_tokens" VALUES('Robin',X'0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20',1795276680000,'ana');
CREATE TABLE call_backs (
    call    INTEGER PRIMARY KEY,
    queue   TEXT    NOT NULL,
    number  TEXT    NOT NULL,
    own     INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    dialled TEXT    NOT NULL,
    asked   INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    changed INTEGER NOT NULL
) STRICT;
INSERT INTO "call_backs" VALUES(2,'desk','+13035550142',1,'DANA','+13035550100',1795276740000,1,'missed',1795276800000);
CREATE TABLE calls (
    id               INTEGER PRIMARY KEY,
    direction        TEXT NOT NULL,
    trunk            TEXT,
    caller_kind      TEXT NOT NULL,               -- number, extension, anonymous
    caller           TEXT,                        -- the number or the extension
    caller_display   TEXT NOT NULL DEFAULT '',
    dialled          TEXT NOT NULL,
    started          INTEGER NOT NULL,
    answered         INTEGER,
    ended            INTEGER NOT NULL,
    disposition      TEXT NOT NULL,
    missed           INTEGER NOT NULL,            -- inbound, and no person of the office talked with the caller
    agent_reason     TEXT,
    contact          INTEGER REFERENCES contacts (id),
    intent           TEXT,
    outcome          TEXT,                        -- JSON of dialogue::Outcome, which carries its version
    summary          TEXT NOT NULL,
    text_back        TEXT NOT NULL,               -- queued, or why no text answers this call
    decisions TEXT NOT NULL DEFAULT '[]', attestation TEXT, verstat TEXT, recordings TEXT NOT NULL DEFAULT '[]', result TEXT NOT NULL DEFAULT 'failed', fax TEXT, queued TEXT) STRICT;
INSERT INTO "calls" VALUES(1,'inbound','carrier','number','+13035550142','DANA','+13035550100',1795276680000,1795276698000,1795276720000,'ai_handled',1,'no_answer',9,'emergency','{"version": 1, "intent": "emergency", "urgency": {"level": "life_safety", "kind": "gas"}, "name": {"value": "Dana Reyes", "confirmed": true}, "callback": {"value": "+13035550177", "confirmed": false}, "place": null, "matter": "smell of gas", "wished_for": {"value": "2026-11-21T10:30:00", "confirmed": true}, "access": null, "do_not_contact": false, "promised": "OnCallRung", "ended": "Goodbye"}','smell of gas','confirmed','[]','failed','TN-Validation-Failed','[{"file":"a.wav","from_ms":1250,"gaps":[{"from_ms":9000,"until_ms":12000,"by":"101"}]}]','missed',NULL,NULL);
INSERT INTO "calls" VALUES(2,'inbound','carrier','anonymous',NULL,'','+13035550101',1795276740000,1795276744000,1795276770000,'answered',0,NULL,NULL,NULL,NULL,'call answered','reached_a_person','[]',NULL,NULL,'[]','completed','{"by":"t38","pages":2}','{"queue":"desk","at_ms":2000,"waited_ms":61000,"end":"answered"}');
CREATE TABLE consents (
    id      INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL REFERENCES contacts (id),
    kind    TEXT NOT NULL,                        -- opt_in, opt_out
    source  TEXT NOT NULL,                        -- text, call, office
    words   TEXT NOT NULL,                        -- as said, or what the office attests
    at      INTEGER NOT NULL
) STRICT;
INSERT INTO "consents" VALUES(1,9,'opt_out','text','stop',1795276740000);
CREATE TABLE contacts (
    id             INTEGER PRIMARY KEY,
    number         TEXT NOT NULL UNIQUE,          -- E.164
    name           TEXT,
    name_verified  INTEGER NOT NULL DEFAULT 0,    -- read back and confirmed, or entered by the office
    do_not_contact INTEGER NOT NULL DEFAULT 0,
    notes          TEXT NOT NULL DEFAULT '',
    created        INTEGER NOT NULL,
    updated        INTEGER NOT NULL,
    last_call      INTEGER,                       -- start of their last call to us
    texted_back    INTEGER                        -- end of the last call that a text answered
, language TEXT) STRICT;
INSERT INTO "contacts" VALUES(9,'+13035550142','Dana Reyes',1,1,'has a dog',1795276680000,1795276680000,1795276680000,NULL,NULL);
CREATE TABLE devices (
    mac            TEXT PRIMARY KEY,
    brand          TEXT NOT NULL,
    user_agent     TEXT NOT NULL,
    address        TEXT NOT NULL,
    first_seen     INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    -- The rest is empty until somebody has taken it in.
    extension      TEXT,
    secret         TEXT,
    secret_hash    BLOB UNIQUE,
    admin_password TEXT,
    adopted        INTEGER,
    -- From where it had asked when it was taken in.
    adopted_at     TEXT,
    adopted_by     TEXT,
    fetched        INTEGER,
    fetched_file   TEXT,
    trouble        TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "devices" VALUES('805ec01a2b3c','Yealink','Yealink SIP-T46U 108.86.0.20','192.0.2.77',1795262400000,1795262400000,'101','5ec2e7',X'00FF','admin',1795262400000,'192.0.2.77','Robin Hale',1795262400000,'805ec01a2b3c.cfg',NULL);
CREATE TABLE emergencies (
    call      INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    extension TEXT NOT NULL,
    dialled   TEXT NOT NULL,
    place     TEXT NOT NULL,                      -- empty: nobody had said where the phone is
    callback  TEXT NOT NULL,
    seen      INTEGER,
    seen_by   TEXT
) STRICT;
INSERT INTO "emergencies" VALUES(7,1795262400000,'101','911','Suite 4','+13035550100',NULL,NULL);
INSERT INTO "emergencies" VALUES(8,1795262300000,'102','933','','+13035550100',1795262310000,'ana');
CREATE TABLE enrolments (
    id       INTEGER PRIMARY KEY,
    contact  INTEGER NOT NULL REFERENCES contacts (id),
    sequence TEXT NOT NULL,
    step     INTEGER NOT NULL,
    enrolled INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    sender   TEXT NOT NULL,
    call     INTEGER REFERENCES calls (id),
    state    TEXT NOT NULL,                       -- active, finished, stopped
    reason   TEXT,
    updated  INTEGER NOT NULL
) STRICT;
INSERT INTO "enrolments" VALUES(1,9,'leads',1,1795276680000,1795276780000,'+13035550101',1,'stopped','opted_out',1795276740000);
CREATE TABLE escalation_steps (
    call      INTEGER NOT NULL REFERENCES escalations (call),
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    step      TEXT    NOT NULL,
    digest    BLOB    NOT NULL,
    signature BLOB,
    PRIMARY KEY (call, number)
) STRICT;
INSERT INTO "escalation_steps" VALUES(1,1,1795276680000,'{"what":"opened","report":{"urgency":{"level":"life_safety","kind":"gas"},"place":null,"name":null,"callback":null,"words":null},"dialled":null}',X'1D7FC349A1E944887EFE1161B2B0B58AC132F776079DBA4168B90FB5B31AACFE',NULL);
CREATE TABLE escalations (
    call    INTEGER PRIMARY KEY,
    opened  INTEGER NOT NULL,
    settled INTEGER
) STRICT;
INSERT INTO "escalations" VALUES(1,1795276680000,NULL);
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    sip_call_id TEXT NOT NULL,
    sender      TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    body        TEXT NOT NULL,
    contact     INTEGER REFERENCES contacts (id),
    received    INTEGER NOT NULL,
    keyword     TEXT,                             -- stop, start, help
    UNIQUE (sip_call_id, sender, body)
) STRICT;
INSERT INTO "inbox" VALUES(1,'a@carrier','+13035550142','+13035550100','stop',9,1795276740000,'stop');
CREATE TABLE leads (
    id       INTEGER PRIMARY KEY,
    call     INTEGER NOT NULL REFERENCES calls (id),
    contact  INTEGER REFERENCES contacts (id),
    opened   INTEGER NOT NULL,
    dialled  TEXT NOT NULL,
    name     TEXT,
    callback TEXT,
    place    TEXT,
    wish     TEXT NOT NULL,
    wished   TEXT,
    status   TEXT NOT NULL,                       -- open, done, cancelled
    updated  INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT 'rental') STRICT;
INSERT INTO "leads" VALUES(4,2,NULL,1795276770000,'+13035550101',NULL,NULL,NULL,'two bedrooms',NULL,'open',1795276770000,'rental');
CREATE TABLE legs (
    call             INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq              INTEGER NOT NULL,
    party_kind       TEXT NOT NULL,               -- number, extension, anonymous (the caller); phone, outside, agent
    party            TEXT,
    party_display    TEXT NOT NULL DEFAULT '',
    started          INTEGER NOT NULL,
    answered         INTEGER,
    ended            INTEGER NOT NULL,
    result           TEXT NOT NULL,
    status           INTEGER,                     -- of a failed leg
    packets_received INTEGER,
    packets_lost     INTEGER,
    packets_sent     INTEGER,
    jitter_ms        INTEGER,
    round_trip_ms    INTEGER, codec TEXT, heard TEXT, there TEXT, encryption TEXT, unheard TEXT, told INTEGER,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "legs" VALUES(1,0,'number','+13035550142','DANA',1795276680000,1795276698000,1795276720000,'completed',NULL,1100,2,1090,3,NULL,'PCMU','431 nothing','362 loss','sdes','went_quiet',1795276680000);
INSERT INTO "legs" VALUES(1,1,'phone','101','',1795276680000,NULL,1795276698000,'failed',503,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "legs" VALUES(1,2,'agent',NULL,'',1795276698000,1795276698000,1795276720000,'completed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE letters (
    key         INTEGER PRIMARY KEY,
    voicemail   INTEGER NOT NULL,                 -- the message may be deleted before its letter
    mailbox     TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    after       TEXT NOT NULL,                    -- keep, heard, delete: once everybody has it
    created     INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    state       TEXT NOT NULL,                    -- as in outbox
    reason      TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    updated     INTEGER NOT NULL,
    UNIQUE (voicemail, recipient)
) STRICT;
INSERT INTO "letters" VALUES(31,1,'102','kim@office.example','heard',1795262520000,1795262520000,1795435320000,'sent',NULL,1,250,1795262521000);
INSERT INTO "letters" VALUES(32,1,'102','robin@office.example','heard',1795262520000,1795262520000,1795435320000,'failed','refused',1,550,1795262522000);
CREATE TABLE mailboxes (
    id       TEXT PRIMARY KEY,                    -- the extension, or the digits of a general mailbox
    pin      TEXT,                                -- salt and hash of the PIN that was chosen by telephone
    greeting TEXT,                                -- the file of the owner's own greeting
    updated  INTEGER NOT NULL
) STRICT;
INSERT INTO "mailboxes" VALUES('102','0000000000000007abababababababababababababababababababababababababababababababab','greeting-0000000000001.wav',1795262400000);
CREATE TABLE outbox (
    key         INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    sender      TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    body        TEXT NOT NULL,
    call        INTEGER REFERENCES calls (id),
    contact     INTEGER REFERENCES contacts (id),
    created     INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    undated     INTEGER NOT NULL DEFAULT 0,       -- queued while the clock was wrong: due and expires are set later
    state       TEXT NOT NULL,
    reason      TEXT,                             -- of failed (refused, expired) and suppressed
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    patient     INTEGER NOT NULL DEFAULT 0,       -- the carrier asked for patience, or the reader is the obstacle
    updated     INTEGER NOT NULL
) STRICT;
INSERT INTO "outbox" VALUES(21,'confirmation','+13035550100','+13035550142','Hi Dana',1,9,1795276720000,1795276725000,1795283920000,0,'sent',NULL,2,503,0,1795276726000);
INSERT INTO "outbox" VALUES(22,'staff_summary','+13035550100','+13035550190','Gas',1,9,1795276720000,1795276720000,1795363120000,0,'failed','refused',1,403,0,1795276726000);
CREATE TABLE screening (
    number  TEXT PRIMARY KEY,                     -- E.164
    verdict TEXT NOT NULL,                        -- block, allow
    since   INTEGER NOT NULL,
    by      TEXT NOT NULL,                        -- a user's name, or an extension
    note    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO "screening" VALUES('+13035550150','block',1795262400000,'ana','');
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "sessions" VALUES(X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',1,1795276680000,1795363080000);
CREATE TABLE settings (
    key     TEXT PRIMARY KEY,
    value   TEXT NOT NULL,
    updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "settings" VALUES('theme','plain',1795276680000);
CREATE TABLE showing_requests (
    call     INTEGER PRIMARY KEY,
    place    TEXT,
    agent    TEXT,
    begins   INTEGER,
    ends     INTEGER,
    name     TEXT,
    callback TEXT,
    asked    INTEGER NOT NULL,
    settled  INTEGER,
    by       TEXT,
    remark   TEXT
) STRICT;
INSERT INTO "showing_requests" VALUES(1,'210 Maple Court, apartment 3A','Robin',1795284000000,1795285800000,'Dana Reyes','+13035550142',1795276680000,NULL,NULL,NULL);
CREATE TABLE showings (
    id       INTEGER PRIMARY KEY,
    call     INTEGER NOT NULL,              -- its record is written when it has ended
    agent    TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    begins   INTEGER NOT NULL,
    ends     INTEGER NOT NULL CHECK (ends > begins),
    name     TEXT,
    callback TEXT    NOT NULL,
    status   TEXT    NOT NULL,
    made     INTEGER NOT NULL,
    changed  INTEGER NOT NULL
, href TEXT, etag TEXT, remark TEXT, replaces INTEGER) STRICT;
INSERT INTO "showings" VALUES(81,1,'Robin','210 Maple Court, apartment 3A',1795284000000,1795285800000,'Dana Reyes','+13035550142','booked',1795276680000,1795276680000,NULL,NULL,NULL,NULL);
INSERT INTO "showings" VALUES(82,1,'Kim','77 Alder Lane',1795284000000,1795285800000,NULL,'+13035550142','claimed',1795276680000,1795276680000,'/kim/showings/showing-82.ics','"1"',NULL,NULL);
CREATE TABLE sip_messages (
    id      INTEGER PRIMARY KEY,
    call    TEXT NOT NULL,        -- no reference: a trace may be stored before its call, and goes before it
    at      INTEGER NOT NULL,     -- microseconds since 1970: a ladder shows what was first
    sent    INTEGER NOT NULL,
    stream  INTEGER NOT NULL,
    local   TEXT NOT NULL,
    remote  TEXT NOT NULL,
    peer    TEXT NOT NULL,        -- trunk or extension
    bytes   BLOB NOT NULL         -- without digest answers and keys
);
INSERT INTO "sip_messages" VALUES(1,'2',1,0,0,'192.0.2.1:5060','192.0.2.2:5060','carrier',X'4F5054494F4E53');
CREATE TABLE turns (
    call                 INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq                  INTEGER NOT NULL,
    speaker              TEXT NOT NULL,
    text                 TEXT NOT NULL,
    at_ms                INTEGER NOT NULL,
    latency_ms           INTEGER,
    interrupted_after_ms INTEGER,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "turns" VALUES(1,0,'agent','Maple Court, how can I help?',18050,210,NULL);
INSERT INTO "turns" VALUES(1,1,'caller','I smell gas',19500,NULL,NULL);
CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,                  -- argon2, PHC string
    role          TEXT NOT NULL,                  -- admin, operator
    created       INTEGER NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "users" VALUES(1,'ana','$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA','admin',1795276680000,0);
CREATE TABLE voicemails (
    id             INTEGER PRIMARY KEY,
    mailbox        TEXT NOT NULL,
    call           INTEGER NOT NULL,              -- its record may be written a moment later
    caller_kind    TEXT NOT NULL,                 -- as in calls
    caller         TEXT,
    caller_display TEXT NOT NULL DEFAULT '',
    received       INTEGER NOT NULL,
    length_ms      INTEGER NOT NULL,
    file           TEXT NOT NULL,
    heard          INTEGER NOT NULL DEFAULT 0,
    words          TEXT,                          -- what the recogniser made of it; empty: no words in it
    transcribed    INTEGER NOT NULL DEFAULT 0     -- the recogniser has had its try
) STRICT;
INSERT INTO "voicemails" VALUES(1,'102',2,'number','+13035550142','DANA',1795262400000,12340,'0000000000001.wav',0,'please call me back',1);
CREATE TABLE work_orders (
    id        INTEGER PRIMARY KEY,
    call      INTEGER NOT NULL REFERENCES calls (id),
    contact   INTEGER REFERENCES contacts (id),
    opened    INTEGER NOT NULL,
    property  TEXT NOT NULL,
    caller    TEXT,                               -- the name given
    callback  TEXT,                               -- E.164
    place     TEXT,                               -- unit or address
    issue     TEXT NOT NULL,
    urgency   TEXT NOT NULL,                      -- JSON of dialogue::Urgency
    emergency INTEGER NOT NULL,
    access    INTEGER,                            -- may the technician go in: 1, 0, or not asked
    wished    TEXT,                               -- local date and time
    status    TEXT NOT NULL,                      -- open, done, cancelled
    updated   INTEGER NOT NULL
) STRICT;
INSERT INTO "work_orders" VALUES(3,1,9,1795276720000,'Maple Court','Dana Reyes','+13035550177',NULL,'smell of gas','{"level": "life_safety", "kind": "gas"}',1,NULL,NULL,'open',1795276720000);
CREATE TABLE incidents (
    id           INTEGER PRIMARY KEY,
    property     TEXT NOT NULL,
    trouble      TEXT NOT NULL,                   -- water, heat, power …
    opened       INTEGER NOT NULL,                -- when the first of its callers called
    last         INTEGER NOT NULL,                -- when the latest did
    callers      INTEGER NOT NULL,
    notice       TEXT,                            -- what callers hear; the last words are kept when it is off
    notice_until INTEGER,                         -- on until then; NULL: off
    closed       INTEGER,
    closed_by    TEXT,
    merged_into  INTEGER REFERENCES incidents (id),
    closing      TEXT,                            -- what its callers are told, if somebody has written it
    telling      INTEGER NOT NULL DEFAULT 0       -- some of its callers have still to be told
, opened_by TEXT) STRICT;
INSERT INTO "incidents" VALUES(91,'Maple Court','heat',1795276680000,1795276740000,1,'We know.',NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "incidents" VALUES(92,'Maple Court','water',1795276600000,1795276600000,0,'The water is off until noon.',NULL,NULL,NULL,NULL,NULL,0,'Robin Hale');
CREATE TABLE incident_reports (
    call     INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    incident INTEGER REFERENCES incidents (id),   -- NULL: on its own
    number   TEXT,                                -- E.164, where it may be called back
    dialled  TEXT,
    property TEXT NOT NULL,
    home     TEXT,
    trouble  TEXT NOT NULL,
    urgency  TEXT NOT NULL,                       -- JSON of dialogue::Urgency
    shared   TEXT,                                -- basement, garage …
    whole    INTEGER NOT NULL,
    harmed   INTEGER NOT NULL,
    words    TEXT NOT NULL,
    at       INTEGER NOT NULL,                    -- of the latest call, if the same caller called again
    times    INTEGER NOT NULL,
    why      TEXT NOT NULL,
    apart    INTEGER NOT NULL DEFAULT 0,          -- a person has taken it out: it is not looked at again
    told     TEXT                                 -- texted, or why not; NULL: not yet
) STRICT;
INSERT INTO "incident_reports" VALUES(1,91,'+13035550142','+13035550100','Maple Court','4B','heat','{"level":"urgent","kind":"no_heat"}',NULL,0,0,'no heat',1795276740000,2,'the same trouble of the same property',0,NULL);
CREATE INDEX contacts_by_update ON contacts (updated DESC, id DESC);
CREATE INDEX calls_by_start ON calls (started DESC, id DESC);
CREATE INDEX calls_missed ON calls (started DESC, id DESC) WHERE missed;
CREATE INDEX calls_by_disposition ON calls (disposition, started DESC, id DESC);
CREATE INDEX calls_by_contact ON calls (contact, started DESC, id DESC);
CREATE INDEX work_orders_by_opening ON work_orders (opened DESC, id DESC);
CREATE INDEX work_orders_by_call ON work_orders (call);
CREATE TRIGGER work_order_emergency_is_immutable
BEFORE UPDATE OF emergency ON work_orders WHEN NEW.emergency <> OLD.emergency
BEGIN SELECT RAISE(ABORT, 'the emergency flag of a work order is immutable'); END;
CREATE INDEX leads_by_opening ON leads (opened DESC, id DESC);
CREATE INDEX leads_by_call ON leads (call);
CREATE INDEX leads_by_contact ON leads (contact, opened DESC);
CREATE INDEX outbox_due ON outbox (due, key) WHERE state = 'queued';
CREATE INDEX outbox_claimed ON outbox (key) WHERE state = 'claimed';
CREATE INDEX outbox_by_creation ON outbox (created DESC, key DESC);
CREATE INDEX outbox_by_call ON outbox (call);
CREATE INDEX outbox_by_contact ON outbox (contact, created DESC);
CREATE INDEX inbox_by_arrival ON inbox (received DESC, id DESC);
CREATE INDEX inbox_by_contact ON inbox (contact, received DESC);
CREATE INDEX consents_by_contact ON consents (contact, id);
CREATE TRIGGER consents_are_not_rewritten BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER consents_are_not_removed BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE UNIQUE INDEX enrolments_once ON enrolments (contact, sequence) WHERE state = 'active';
CREATE INDEX enrolments_due ON enrolments (due, id) WHERE state = 'active';
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX sip_messages_call ON sip_messages (call);
CREATE INDEX sip_messages_at ON sip_messages (at);
CREATE INDEX voicemails_by_mailbox ON voicemails (mailbox, received, id);
CREATE INDEX voicemails_by_time ON voicemails (received DESC, id DESC);
CREATE INDEX voicemails_untranscribed ON voicemails (id) WHERE transcribed = 0;
CREATE INDEX emergencies_unseen ON emergencies (at) WHERE seen IS NULL;
CREATE INDEX letters_due ON letters (due, key) WHERE state = 'queued';
CREATE INDEX letters_claimed ON letters (key) WHERE state = 'claimed';
CREATE INDEX call_backs_by_time ON call_backs (asked DESC);
CREATE INDEX showings_by_time ON showings (begins, id);
CREATE INDEX escalations_open ON escalations (opened) WHERE settled IS NULL;
CREATE TRIGGER escalation_steps_are_not_rewritten BEFORE UPDATE ON escalation_steps
BEGIN SELECT RAISE(ABORT, 'the timeline of an escalation is append-only'); END;
CREATE TRIGGER escalation_steps_are_not_removed BEFORE DELETE ON escalation_steps
BEGIN SELECT RAISE(ABORT, 'the timeline of an escalation is append-only'); END;
CREATE TRIGGER showings_never_double BEFORE INSERT ON showings
WHEN NEW.status IN ('claimed', 'booked') AND EXISTS (
    SELECT 1 FROM showings
    WHERE status IN ('claimed', 'booked') AND (agent = NEW.agent OR place = NEW.place)
        AND begins < NEW.ends AND ends > NEW.begins AND id IS NOT NEW.replaces
)
BEGIN
    SELECT RAISE(ABORT, 'that time is taken');
END;
CREATE TRIGGER showings_only_end BEFORE UPDATE ON showings
WHEN NEW.agent <> OLD.agent OR NEW.place <> OLD.place OR NEW.begins <> OLD.begins OR NEW.ends <> OLD.ends
    OR (NEW.status <> OLD.status AND NOT (
        (OLD.status = 'claimed' AND NEW.status IN ('booked', 'cancelled'))
        OR (OLD.status = 'booked' AND NEW.status IN ('moved', 'cancelled'))))
BEGIN
    SELECT RAISE(ABORT, 'a showing is only ever ended');
END;
CREATE INDEX showing_requests_open ON showing_requests (asked) WHERE settled IS NULL;
CREATE TABLE provenances (
    id    INTEGER PRIMARY KEY,
    parts TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "provenances" VALUES(1,'{"the English script":"abababababababababababababababababababababababababababababababab","the program":"0.1.0"}');
CREATE TABLE conversations (
    call       INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    provenance INTEGER NOT NULL REFERENCES provenances (id),
    -- As JSON, with its version in it.
    journal    TEXT    NOT NULL,
    PRIMARY KEY (call, number)
) STRICT;
INSERT INTO "conversations" VALUES(1,0,1,'{"began_ms":18210,"journal":{"version":1,"opening":{"caller":"+13035550142","contact":null,"label":"Main","local":"2026-11-20T22:31:20","open_now":false,"channel":"voice","language":"en"},"greeting":[{"say":{"text":"Thanks for calling Maple Court. How can I help?","interruptible":true,"expects":"Open","language":"en"}}],"steps":[{"at_ms":5200,"awaited":"need","told":{"turn":{"said":{"text":"I smell gas.","reading":{"intent":"emergency","confidence":0.99,"ranked":[["emergency",0.99]],"urgency":{"level":"life_safety","kind":"gas"},"moves":null,"topic":null,"language":"en"}}}},"acts":[{"say":{"text":"Leave now and call 9 1 1.","interruptible":false,"expects":"Nothing","language":"en"}},{"transfer":{"to":"OnCall","brief":"Gas."}}]},{"at_ms":31000,"awaited":"transfer","told":{"turn":"transfer_failed"},"acts":[]},{"at_ms":33000,"awaited":"anything else","told":{"turn":{"keyed":"1"}},"acts":[]},{"at_ms":34000,"awaited":"calendar","told":{"turn":{"calendar":"away"}},"acts":[{"calendar":{"cancel":{"showing":"0000000000001"}}}]},{"at_ms":40000,"awaited":"anything else","told":{"closed":"HungUp"},"acts":[],"fact":"Trash is on Tuesday."}],"left_out":0,"outcome":{"version":1,"intent":"emergency","urgency":{"level":"life_safety","kind":"gas"},"name":null,"callback":null,"place":null,"matter":null,"wished_for":null,"access":null,"do_not_contact":false,"promised":"OnCallRung","ended":"HungUp"}},"ear":[[0,"listen"],[140,{"agent_audible":true}],[3100,{"agent_audible":false}],[5200,{"language":"en"}],[5201,"deaf"]]}');
CREATE TABLE treatments (
    id      INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    subject TEXT NOT NULL,
    asked   TEXT NOT NULL,
    given   TEXT NOT NULL
) STRICT;
CREATE TABLE pair_checks (
    at     INTEGER PRIMARY KEY,
    pairs  INTEGER NOT NULL,
    same   INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
INSERT INTO "treatments" VALUES(1,1,1795276710000,'closed vouchers','Do you take Section 8?','The leasing team answers that, the same way for everyone.');
INSERT INTO "pair_checks" VALUES(1795276800000,24,24,'All 24 pairs were told the same.');
CREATE TABLE call_types (
    name        TEXT PRIMARY KEY,
    staff       TEXT NOT NULL,
    asks        TEXT NOT NULL,
    staff_first INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    changed_by  TEXT NOT NULL
) STRICT;
CREATE TABLE call_type_scripts (
    call_type TEXT NOT NULL REFERENCES call_types (name) ON DELETE CASCADE,
    language  TEXT NOT NULL,
    about     TEXT NOT NULL,
    opening   TEXT NOT NULL,
    closing   TEXT NOT NULL,
    examples  TEXT NOT NULL,
    PRIMARY KEY (call_type, language)
) STRICT;
INSERT INTO "call_types" VALUES('storage_units','Storage units','matter name callback',1,1795276800000,'Robin Hale');
INSERT INTO "call_type_scripts" VALUES('storage_units','en','a storage unit','','We will call you about it.',replace('can i rent a storage unit\nis there a locker for my bike','\n',char(10)));
INSERT INTO "call_type_scripts" VALUES('storage_units','es','un trastero','Tomo nota.','Le llamaremos.','quiero alquilar un trastero');
CREATE INDEX incidents_by_opening ON incidents (opened DESC, id DESC);
CREATE INDEX incidents_open ON incidents (last DESC) WHERE closed IS NULL;
CREATE INDEX incidents_telling ON incidents (id) WHERE telling;
CREATE INDEX incident_reports_near ON incident_reports (property, trouble, at DESC);
CREATE INDEX incident_reports_of ON incident_reports (incident, at);
CREATE INDEX treatments_by_time ON treatments (at DESC, id DESC);
COMMIT;
PRAGMA user_version = 28;
