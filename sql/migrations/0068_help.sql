-- One click asks a supervisor for help: shown until it is taken back, or the call and its wrap-up are over.
ALTER TABLE agent_states ADD COLUMN help_since timestamptz;
COMMENT ON COLUMN agent_states.help_since IS 'since when the agent asks for a supervisor; null: does not';
