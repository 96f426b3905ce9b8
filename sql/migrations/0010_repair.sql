-- What a restarted worker needs to go on exactly: how far the manager's events were stored, which
-- bridge a leg is in, what of a segment's hold is over, and how a wrap-up may still be extended.

ALTER TABLE worker_nodes ADD COLUMN heard_at timestamptz;
COMMENT ON COLUMN worker_nodes.heard_at IS 'time of the newest event that is stored: the channel event log is read from there on';

ALTER TABLE call_legs
  ADD COLUMN bridge text,
  ADD COLUMN origin boolean NOT NULL DEFAULT false,
  ADD COLUMN dialled boolean NOT NULL DEFAULT false,
  ADD COLUMN dialled_by text;
COMMENT ON COLUMN call_legs.bridge IS 'id of the bridge it is in; null: in none';
COMMENT ON COLUMN call_legs.origin IS 'it called the PBX, rather than being called';
COMMENT ON COLUMN call_legs.dialled IS 'it is the far side of a Dial or Queue';
COMMENT ON COLUMN call_legs.dialled_by IS 'extension whose leg dialled it: a consultation''s target is known by it';
-- Legs come in order of time, so a few pages tell which of them are recent.
CREATE INDEX call_legs_started ON call_legs USING brin (started_at);

ALTER TABLE talk_segments
  ADD COLUMN settled_hold_ms bigint NOT NULL DEFAULT 0 CHECK (settled_hold_ms >= 0),
  ADD COLUMN held_at timestamptz,
  ADD COLUMN detached_at timestamptz,
  ADD COLUMN parked boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN talk_segments.settled_hold_ms IS 'hold that is over; hold_ms also counts the one that runs';
COMMENT ON COLUMN talk_segments.held_at IS 'since when the agent''s phone holds';
COMMENT ON COLUMN talk_segments.detached_at IS 'since when agent and customer share no bridge';
COMMENT ON COLUMN talk_segments.parked IS 'detached, but the agent is to come back or to hand over';

ALTER TABLE agent_states
  ADD COLUMN wrapup_ms bigint NOT NULL DEFAULT 0 CHECK (wrapup_ms >= 0),
  ADD COLUMN wrapup_extended boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN agent_states.wrapup_ms IS 'length of the wrap-up: what extending it adds';
COMMENT ON COLUMN agent_states.wrapup_extended IS 'it was extended, which may be done once';
