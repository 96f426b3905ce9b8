-- What every table, column, view and function is for, where it was not said yet. New ones say it where
-- they are made; a test names those that do not.

COMMENT ON TABLE tenants IS 'the houses that share an installation: nothing of one is seen by another';
COMMENT ON TABLE users IS 'who may sign in';
COMMENT ON TABLE sessions IS 'sign-ins: from the password to sign-out, revocation or the end of their time';
COMMENT ON TABLE sign_in_failures IS 'passwords that were wrong, by what was typed: what locks an extension for a while';
COMMENT ON TABLE agent_extensions IS 'the phones of agents, as Asterisk sees them in schema asterisk';
COMMENT ON TABLE call_queues IS 'where callers wait, and how they are handed to agents';
COMMENT ON TABLE queue_members IS 'which agents serve which queue';
COMMENT ON TABLE inbound_routes IS 'which queue a dialled number leads to';
COMMENT ON TABLE dispositions IS 'what an agent may say became of a call';
COMMENT ON TABLE pause_reasons IS 'why an agent may be away';
COMMENT ON TABLE contacts IS 'people who call or are called';
COMMENT ON TABLE contact_numbers IS 'their numbers: one number belongs to one contact';
COMMENT ON TABLE worker_nodes IS 'each Asterisk node''s one writer, and how far it has stored';
COMMENT ON TABLE call_starts IS 'every call''s one start, by which its rows are found in the months; kept by triggers of call_sessions';
COMMENT ON TABLE call_sessions IS 'calls, as whole states; by month of their start';
COMMENT ON TABLE call_legs IS 'the channels of a call';
COMMENT ON TABLE queue_visits IS 'one caller in one queue, from joining to leaving it';
COMMENT ON TABLE ring_offers IS 'each time a call rang at an agent''s phone';
COMMENT ON TABLE talk_segments IS 'one agent with the customer, from being bridged to the customer to leaving';
COMMENT ON TABLE call_transfers IS 'who handed a call to whom, and how that went';
COMMENT ON TABLE call_timeline IS 'what happened in a call, in order, for people to read';
COMMENT ON TABLE call_recordings IS 'sound that was kept of a call, or why none was';
COMMENT ON TABLE agent_activity_logs IS 'each change of an agent''s state, by month';

COMMENT ON VIEW agent_overview IS 'agents as the API shows them, with the state they are in';
COMMENT ON VIEW queue_overview IS 'queues as the API shows them, with who waits';
COMMENT ON VIEW call_overview IS 'calls as the API shows them';
COMMENT ON VIEW contact_overview IS 'contacts as the API shows them';
COMMENT ON VIEW asterisk.ps_endpoints IS 'agents'' phones as endpoints of chan_pjsip';
COMMENT ON VIEW asterisk.ps_auths IS 'what their registrations are checked against: a digest, never a password';
COMMENT ON VIEW asterisk.ps_aors IS 'where they register: one phone each';
COMMENT ON VIEW asterisk.queues IS 'queues as app_queue reads them';
COMMENT ON VIEW asterisk.queue_members IS 'their members, paused unless available';
COMMENT ON VIEW asterisk.did_routes IS 'what the dialplan asks for a dialled number';

DO $$
DECLARE
  f record;
BEGIN
  FOR f IN SELECT * FROM (VALUES
    ('asterisk.pbx_name', 'an extension''s or queue''s name in Asterisk: plain in the default tenant, slug-name in others'),
    ('asterisk.ignore_write', 'takes Asterisk''s writing of a member''s pause and does nothing: agent_states is the truth'),
    ('current_tenant', 'the tenant that the transaction acts in: what row-level security goes by'),
    ('current_user_id', 'the user who acts in this transaction'),
    ('current_extension', 'the acting user''s extension'),
    ('current_session', 'the session the transaction acts in'),
    ('current_agent', 'the acting user''s agent extension; null: none'),
    ('current_rank', 'the acting user''s rank; 0: nobody acts'),
    ('role_rank', 'roles in order: a higher one may all that a lower one may; 0: no such role'),
    ('notify_config', 'wakes cordboard-amid after a change of configuration'),
    ('sign_in_start', 'what a sign-in is checked against'),
    ('sign_in_failed', 'counts a wrong password, and locks for a while from the fifth on'),
    ('session_end', 'ends a session: an own one, or any of the tenant for an admin'),
    ('phone_secret', 'sets a fresh secret of the acting user''s phone; gives its endpoint, null: there is none'),
    ('rfc3339', 'a time as the API writes it, for use within JSON'),
    ('ms_between', 'milliseconds from one time to another'),
    ('day_start', 'where the local day of a moment begins'),
    ('ratio', 'a quotient; null when there is nothing to divide by'),
    ('sl_numerator', 'upper part of a service level by its formula (docs/METRICS.md)'),
    ('sl_denominator', 'lower part of it'),
    ('queue_figures', 'every queue''s figures of the visits that ended in an interval'),
    ('agent_figures', 'every agent''s figures of the segments that ended in an interval'),
    ('is_own_call', 'whether the acting agent talked in a call, dialled it, or is being rung for it'),
    ('may_see_call', 'whether the acting user may see a call: an own one, or any for a supervisor'),
    ('check_call', 'raises CB404 or CB403 unless the call is there and the acting user may see it'),
    ('call_note', 'writes notes, disposition and tags of a call; null leaves, an empty text clears'),
    ('call_start', 'when a call began, from its id: started_at = call_start(id) opens one month only'),
    ('call_since', 'a time before which no call began that was alive at a moment or later'),
    ('open_since', 'when the oldest open call began'),
    ('own_calls_of', 'the agent whose calls are all that the acting user may see; null: all may be seen'),
    ('calls_of', 'the calls of an agent that began in an interval'),
    ('call_page', 'a page of calls, newest first'),
    ('call_start_kept', 'keeps call_starts in step with call_sessions'),
    ('call_start_fixed', 'refuses to change what a call is found by'),
    ('history_tables', 'the tables that are partitioned by month, and by which column'),
    ('history_months', 'the months that there are'),
    ('history_bounds', 'where the months up to this one begin'),
    ('this_month', 'the first day of the present month in UTC'),
    ('partition_name', 'the partition of a table for a month; null: for what lies in none'),
    ('partition_exists', 'whether a month is there'),
    ('partition_tables', 'makes the tables of a month with the keys between them'),
    ('partition_make', 'makes a month; gives how many rows that had strayed moved into it'),
    ('partition_drop', 'removes a month and all that is in it'),
    ('partitions_make', 'makes the months that are missing; gives each with how many rows that had strayed'),
    ('health_partitions', 'whether history has months to go to: until when, what lies in none, and whether that is well'))
    x (name, comment) LOOP
    EXECUTE format('COMMENT ON FUNCTION %s IS %L', f.name, f.comment);
  END LOOP;
END $$;

-- Columns: what one of a name means everywhere, then the particular ones.
DO $$
DECLARE
  c record;
BEGIN
  FOR c IN
    SELECT r.relname AS tab, a.attname AS col, x.comment
    FROM (VALUES
      ('tenant_id', 'whose it is'), ('id', 'as the API names it'), ('created_at', 'when it was made'),
      ('retired_at', 'from then on it is in old records only'), ('position', 'order in lists'),
      ('call_id', 'of which call'), ('call_started_at', 'the call''s start: by it the row lies in a month'),
      ('ordinal', 'its place in the call, from 0'), ('extension', 'the number on the phone, and to sign in with'),
      ('seq', 'journal position that last wrote the row (epoch * 2^32 + number): an older one never wins'),
      ('node', 'name of the Asterisk node'), ('display_name', 'what people see')) x (name, comment)
    JOIN pg_attribute a ON a.attname = x.name AND NOT a.attisdropped
    JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p') AND r.relnamespace = 'public'::regnamespace
    WHERE col_description(r.oid, a.attnum) IS NULL
    UNION ALL
    SELECT * FROM (VALUES
      ('tenants', 'name', 'what people see'),
      ('tenants', 'timezone', 'IANA name: where its days begin'),
      ('users', 'role', 'what the user may do; see role_rank()'),
      ('users', 'disabled_at', 'from then on no sign-in, and every session is over'),
      ('sessions', 'user_id', 'who signed in'),
      ('sessions', 'address', 'where from'),
      ('sessions', 'user_agent', 'with what, as it calls itself'),
      ('sessions', 'last_seen_at', 'last request, to the minute'),
      ('sessions', 'idle_limit', 'unused this long it ends'),
      ('sessions', 'expires_at', 'ends then at the latest'),
      ('sessions', 'revoked_at', 'ended before its time'),
      ('sign_in_failures', 'extension', 'as it was typed: there may be no such one'),
      ('sign_in_failures', 'locked_until', 'no try is looked at before'),
      ('sign_in_failures', 'at', 'the last one'),
      ('agent_extensions', 'user_id', 'who signs in to it; null: a phone without a person'),
      ('agent_extensions', 'auto_answer', 'the phone answers by itself, after a tone'),
      ('agent_extensions', 'enabled', 'false: not in Asterisk, and no agent any more'),
      ('call_queues', 'name', 'its name in Asterisk, without the tenant'),
      ('call_queues', 'strategy', 'whom app_queue rings next'),
      ('call_queues', 'ring_seconds', 'how long one agent''s phone rings'),
      ('call_queues', 'max_wait_seconds', 'after this long the caller leaves with TIMEOUT'),
      ('call_queues', 'wrapup_seconds', 'time after a call before the next'),
      ('call_queues', 'service_level_seconds', 'answered within this long counts as in time'),
      ('call_queues', 'weight', 'callers of a heavier queue are served first'),
      ('call_queues', 'music_class', 'what who waits hears'),
      ('call_queues', 'disposition_required', 'an agent says what became of a call before the next'),
      ('queue_members', 'id', 'as Asterisk knows the member'),
      ('queue_members', 'queue_id', 'which queue'),
      ('queue_members', 'agent_id', 'who serves it'),
      ('inbound_routes', 'did', 'the number that was dialled'),
      ('inbound_routes', 'queue_id', 'where it leads'),
      ('inbound_routes', 'label', 'what people see'),
      ('dispositions', 'code', 'as it is stored with a call'),
      ('dispositions', 'label', 'what people see'),
      ('pause_reasons', 'code', 'as it is stored with a state'),
      ('pause_reasons', 'label', 'what people see'),
      ('pause_reasons', 'paid', 'whether the time counts as work'),
      ('pause_reasons', 'limit_seconds', 'longer than this is an overrun; null: no limit'),
      ('contacts', 'name', 'what people see'),
      ('contacts', 'company', 'whom they call for'),
      ('contacts', 'email', 'address, unchecked'),
      ('contacts', 'tags', 'words to find them by'),
      ('contact_numbers', 'contact_id', 'whose'),
      ('contact_numbers', 'number', 'as it is dialled or shown'),
      ('agent_states', 'agent_id', 'who'),
      ('agent_states', 'status', 'the state; see docs/EVENTS.md'),
      ('agent_states', 'reason', 'of being away, by its code'),
      ('agent_states', 'since', 'when it began'),
      ('agent_states', 'call_id', 'the call that the state is about'),
      ('agent_states', 'wrapup_until', 'when the wrap-up ends by itself'),
      ('agent_states', 'next_status', 'state chosen for after the call'),
      ('agent_states', 'next_reason', 'and its reason'),
      ('dead_letters', 'seq', 'journal position'),
      ('dead_letters', 'kind', 'kind of the record'),
      ('dead_letters', 'payload', 'the record'),
      ('dead_letters', 'error', 'what the database said'),
      ('dead_letters', 'at', 'when it was set aside'),
      ('call_starts', 'id', 'the call'),
      ('call_starts', 'started_at', 'the one start of it: what is told of it later changes nothing here'),
      ('call_starts', 'ended_at', 'null: the call is open'),
      ('call_sessions', 'pbx_id', 'CC_CALL_ID as Asterisk carried it'),
      ('call_sessions', 'direction', 'who called whom, seen from the house'),
      ('call_sessions', 'status', 'how far it is'),
      ('call_sessions', 'from_number', 'who called, as shown'),
      ('call_sessions', 'from_name', 'the name that came with it: anything at all'),
      ('call_sessions', 'to_number', 'what was dialled'),
      ('call_sessions', 'did', 'the own number that a caller dialled'),
      ('call_sessions', 'queue_id', 'the first queue it entered'),
      ('call_sessions', 'agent_id', 'the agent who talked last, or who dialled'),
      ('call_sessions', 'contact_id', 'the customer, if known'),
      ('call_sessions', 'started_at', 'when it began: never changed, by it the call lies in a month'),
      ('call_sessions', 'answered_at', 'when an agent was first bridged to the customer'),
      ('call_sessions', 'ended_at', 'when it was over'),
      ('call_sessions', 'ended_by', 'who hung up'),
      ('call_sessions', 'hangup_cause', 'cause by ITU-T Q.850'),
      ('call_sessions', 'outcome', 'what became of it on the telephone; the agent''s own word is disposition'),
      ('call_sessions', 'end_reason', 'why it ended when nobody hung up: lost, merged, pbx_restart'),
      ('call_sessions', 'estimated', 'the end was not seen: its time is the last moment the call was known to live'),
      ('call_sessions', 'wait_ms', 'time in queues'),
      ('call_sessions', 'talk_ms', 'time of agents with the customer, hold excluded'),
      ('call_sessions', 'hold_ms', 'time the customer was on hold'),
      ('call_sessions', 'notes', 'what an agent wrote'),
      ('call_sessions', 'disposition', 'what an agent says became of it, by its code'),
      ('call_sessions', 'tags', 'words to find it by'),
      ('call_sessions', 'noted_by', 'who wrote the notes last'),
      ('call_sessions', 'noted_at', 'when'),
      ('call_legs', 'uniqueid', 'the channel''s id in Asterisk'),
      ('call_legs', 'channel', 'its name there'),
      ('call_legs', 'party', 'who is at its other end'),
      ('call_legs', 'agent_id', 'which agent'),
      ('call_legs', 'number', 'number of the party'),
      ('call_legs', 'started_at', 'when the channel was made'),
      ('call_legs', 'answered_at', 'when it was answered'),
      ('call_legs', 'ended_at', 'when it was hung up'),
      ('call_legs', 'cause', 'cause by ITU-T Q.850'),
      ('call_legs', 'tech_cause', 'what the SIP answer said'),
      ('call_legs', 'bridge', 'id of the bridge it is in; null: in none'),
      ('call_legs', 'origin', 'it called the PBX, rather than being called'),
      ('call_legs', 'dialled', 'it is the far side of a Dial or Queue'),
      ('call_legs', 'dialled_by', 'extension whose leg dialled it: a consultation''s target is known by it'),
      ('queue_visits', 'queue_id', 'which queue'),
      ('queue_visits', 'joined_at', 'when the caller joined'),
      ('queue_visits', 'left_at', 'when the caller left; null: still waiting'),
      ('queue_visits', 'wait_ms', 'from joining to leaving'),
      ('queue_visits', 'outcome', 'how it ended (docs/METRICS.md)'),
      ('queue_visits', 'agent_id', 'who answered'),
      ('ring_offers', 'agent_id', 'whose phone rang'),
      ('ring_offers', 'queue_id', 'for which queue; null: for none'),
      ('ring_offers', 'started_at', 'when it began to ring'),
      ('ring_offers', 'ended_at', 'when it stopped'),
      ('ring_offers', 'ring_ms', 'how long it rang'),
      ('ring_offers', 'outcome', 'how it ended'),
      ('talk_segments', 'agent_id', 'who'),
      ('talk_segments', 'queue_id', 'for which queue; null: for none'),
      ('talk_segments', 'started_at', 'when the two were bridged'),
      ('talk_segments', 'ended_at', 'when the agent left'),
      ('talk_segments', 'talk_ms', 'talk, hold excluded'),
      ('talk_segments', 'hold_ms', 'hold and consultation'),
      ('talk_segments', 'settled_hold_ms', 'hold that is over; hold_ms also counts the one that runs'),
      ('talk_segments', 'held_at', 'since when the agent''s phone holds'),
      ('talk_segments', 'detached_at', 'since when agent and customer share no bridge'),
      ('talk_segments', 'parked', 'detached, but the agent is to come back or to hand over'),
      ('call_transfers', 'at', 'when'),
      ('call_transfers', 'kind', 'blind, or after a consultation'),
      ('call_transfers', 'from_agent', 'extension of who handed it on'),
      ('call_transfers', 'to_target', 'extension, queue or number it was handed to'),
      ('call_transfers', 'result', 'how that went; null: not known yet'),
      ('call_timeline', 'at', 'when'),
      ('call_timeline', 'kind', 'what happened'),
      ('call_timeline', 'detail', 'to whom, or why'),
      ('call_recordings', 'segment', 'which agent''s part of the call; null: all of it'),
      ('call_recordings', 'agent_id', 'who is heard'),
      ('call_recordings', 'channels', 'AGENT_LEFT: agent left, customer right; MIXED: both in one'),
      ('call_recordings', 'state', 'whether there is a file; NOT_RECORDED: by policy; LOST: there should be one'),
      ('call_recordings', 'reason', 'why there is none'),
      ('call_recordings', 'file', 'the file''s name without its ending: nothing from outside is in it'),
      ('call_recordings', 'started_at', 'when it began'),
      ('call_recordings', 'ended_at', 'when it ended'),
      ('call_recordings', 'length_ms', 'of the sound'),
      ('call_recordings', 'size_bytes', 'of the file'),
      ('call_recordings', 'sha256', 'of the file, when it was stored'),
      ('call_recordings', 'pauses', 'when it was paused: nothing was kept'),
      ('call_recordings', 'deleted_at', 'when the file was removed'),
      ('agent_activity_logs', 'agent_id', 'who'),
      ('agent_activity_logs', 'at', 'when: by it the row lies in a month'),
      ('agent_activity_logs', 'activity', 'what happened'),
      ('agent_activity_logs', 'status', 'the state since then'),
      ('agent_activity_logs', 'reason', 'of being away, by its code'),
      ('agent_activity_logs', 'call_id', 'the call it was about'))
      y (tab, col, comment) LOOP
    EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', c.tab, c.col, c.comment);
  END LOOP;
END $$;
